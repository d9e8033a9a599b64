/* SPDX-License-Identifier: MIT */
/* Trap: what a seam operation promises cannot be. Everything behind the call proves.
 * Expected: smoke seam_level_wp_smoke_dead_call
 * Expected: smoke is_raised_wp_smoke_dead_code */
#include <stdint.h>

/*@ terminates        \true;
    exits             \false;
    assigns           \nothing;
#ifdef MENDED
    ensures level:    \result <= 15;
#else
    ensures level:    \result < 0;
#endif
*/
uint8_t seam_level(void);

/*@ terminates        \true;
    exits             \false;
    assigns           \nothing;
#ifdef MENDED
    ensures level:    \result == 1 || \result == 0;
#else
    ensures level:    \result == 7;
#endif
*/
uint8_t is_raised(void)
{
  return seam_level() > 0 ? 1 : 0;
}

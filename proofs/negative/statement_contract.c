/* SPDX-License-Identifier: MIT */
/* Trap: WP drops a contract of a statement, and proves the rest.
 * Expected: log not yet supported */

/*@ terminates        \true;
    exits             \false;
    assigns           \nothing;
    ensures zero:     \result == 0; */
int zero(void)
{
  int value = 0;
#ifndef MENDED
  /*@ ensures wrong: value == 7; */
#endif
  value = value + 0;
  return value;
}

/* SPDX-License-Identifier: MIT */
/* Trap: if the rely of a seam operation contradicts itself, everything behind the call proves.
 * Expected: smoke try_take
 * Expected: smoke seam_try_take */
#include <stdbool.h>

//@ ghost int owner;
//@ ghost int me;

#ifdef MENDED
//@ predicate Rely(integer mine, integer before, integer after) = before == mine <==> after == mine;
#else
//@ predicate Rely(integer mine, integer before, integer after) = after == mine && after != mine;
#endif

/*@ requires known:   me != 0;
    terminates        \true;
    exits             \false;
    assigns           owner;
    ensures moved:    \exists integer between; Rely(me, \old(owner), between) &&
                        ((\result == \true && between == 0 && owner == me) ||
                         (\result == \false && between != 0 && owner == between)); */
bool seam_try_take(void);

/*@ requires known:   me != 0 && owner != me;
    terminates        \true;
    exits             \false;
    assigns           owner;
    ensures taken:    \result == \true <==> owner == me; */
bool try_take(void)
{
  if (seam_try_take()) return true;
  return false;
}

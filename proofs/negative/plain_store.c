/* SPDX-License-Identifier: MIT */
/* Trap: WP is sequential. With contracts about the real word, test and store prove as well as a compare-and-swap; with
 * a shadow that only the seam moves, they do not: no step was taken, and the real word is in no assigns.
 * Expected: open try_take_(assigns|call_commit_requires_(open|guarantee)|ensures_taken)
 * Expected: smoke commit_wp_smoke_dead_call
 * Expected: smoke try_take_wp_smoke_dead_code
 * Expected: source atomic: try_take: users of port */
#include <stdbool.h>
#include <stdint.h>

struct port {
  volatile uint32_t users; /**< Atomic: 0: free. */
};

/*@ ghost int me;       // this context
          int owner;    // shadow: now
          int before;   // shadow: just before my step
          int stepped;  // a step was taken and not yet committed
*/

/*@ predicate Rely(integer mine, integer old_owner, integer new_owner) = old_owner == mine <==> new_owner == mine;
    predicate Guarantee(integer mine, integer old_owner, integer new_owner) =
      \forall integer other; other != mine && other != 0 ==> Rely(other, old_owner, new_owner); */

/*@ requires known:     \valid(port) && me != 0 && stepped == 0;
    terminates          \true;
    exits               \false;
    assigns             owner, before, stepped;
    ensures moved:      Rely(me, \old(owner), before) && stepped == 1 && owner == before;
    ensures effect:     \result == \true <==> before == 0; */
bool seam_try_take(struct port *port);

/*@ ghost
  /@ requires open:       stepped == 1;
     requires guarantee:  Guarantee(me, before, owner);
     terminates           \true;
     exits                \false;
     assigns              stepped;
     ensures closed:      stepped == 0; @/
  void commit(void);
*/

/*@ requires known:     \valid(port) && me != 0 && owner != me && stepped == 0;
    terminates          \true;
    exits               \false;
    assigns             owner, before, stepped;
    ensures taken:      \result == \true <==> owner == me;
    ensures closed:     stepped == 0; */
bool try_take(struct port *port)
{
#ifdef MENDED
  bool taken = seam_try_take(port);
#else
  bool taken = port->users == 0u;
  if (taken) port->users = 1u;
#endif
  //@ ghost if (taken) owner = me;
  //@ ghost commit();
  return taken;
}

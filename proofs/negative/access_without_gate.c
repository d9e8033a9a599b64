/* SPDX-License-Identifier: MIT */
/* Trap: WP sees no data race. An access is exclusive only if a contract demands that the context holds the gate.
 * Expected: open count_pass_call_increment_requires_held */
#include <stdbool.h>
#include <stdint.h>

struct port {
  uint32_t passes; /**< Gate: passes so far. */
};

/*@ ghost int me;
          int holder; */

//@ predicate Holds = holder == me;

/*@ terminates        \true;
    exits             \false;
    assigns           holder;
    ensures moved:    \result == \true <==> Holds; */
bool seam_try_take(void);

/*@ requires valid:   \valid(port);
    requires held:    Holds;
    terminates        \true;
    exits             \false;
    assigns           port->passes;
    ensures more:     port->passes >= \old(port->passes); */
void increment(struct port *port)
{
  if (port->passes < UINT32_MAX) port->passes += 1u;
}

/*@ requires valid:   \valid(port);
    terminates        \true;
    exits             \false;
    assigns           holder, port->passes;
    ensures more:     port->passes >= \old(port->passes); */
void count_pass(struct port *port)
{
#ifdef MENDED
  if (seam_try_take()) increment(port);
#else
  (void)seam_try_take();
  increment(port);
#endif
}

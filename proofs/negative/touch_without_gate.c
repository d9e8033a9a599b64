/* SPDX-License-Identifier: MIT */
/* Trap: a plain access without the gate is sequentially correct, so it proves. Only the check of the text sees it.
 * Expected: source held: reset: passes of port without requires held */
#include <stdint.h>

struct port {
  uint32_t passes; /**< Gate: passes so far. */
};

/*@ ghost int me;
          int holder; */

//@ predicate Holds = holder == me;

/*@ requires valid:   \valid(port);
#ifdef MENDED
    requires held:    Holds;
#endif
    terminates        \true;
    exits             \false;
    assigns           port->passes;
    ensures none:     port->passes == 0; */
void reset(struct port *port)
{
  port->passes = 0u;
}

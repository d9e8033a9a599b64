/* SPDX-License-Identifier: MIT */
/*
 * The service gate: who may touch the chain and the queue right now (DESIGN 3.1).
 *
 * One word, three bits:
 *   HELD    somebody holds the gate: he alone touches the plain data of the port, and he runs at DIRQL;
 *   AGAIN   an interrupt found the gate taken: whoever holds it next, or still, owes it a pass;
 *   WANTED  an acquirer waits: no interrupt takes the gate before him.
 *
 * Invariant: a context that was told "taken" holds the gate until it gives it up; nobody else does meanwhile. AGAIN
 * never disappears but into a pass that starts afterwards: a free gate with AGAIN set has an acquirer waiting or a DPC
 * requested.
 *
 * Every function is one atomic step and what follows from it. Every change is a read-modify-write, so each holder sees
 * all that the holders before him wrote.
 */
#ifndef PARALLEL_ISR_SERVICE_GATE_H
#define PARALLEL_ISR_SERVICE_GATE_H

/* Levels that a call allows. */
PARALLEL_ISR_INTERNAL bool parallel_isr_level_is_passive(const parallel_isr_port *port)
{
  return parallel_isr_backend_level(port) == PASSIVE_LEVEL;
}

PARALLEL_ISR_INTERNAL bool parallel_isr_level_is_device(const parallel_isr_port *port)
{
  return parallel_isr_backend_level(port) > DISPATCH_LEVEL;
}

#define PARALLEL_ISR_GATE_FREE 0u
#define PARALLEL_ISR_GATE_HELD 1u
#define PARALLEL_ISR_GATE_AGAIN 2u
#define PARALLEL_ISR_GATE_WANTED 4u

/* Takes a free gate. Any context at DIRQL. */
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_take(parallel_isr_port *port)
{
  bool taken = parallel_isr_backend_compare_exchange(&port->gate, PARALLEL_ISR_GATE_FREE, PARALLEL_ISR_GATE_HELD);
  if (taken) PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_TAKEN, NULL);
  return taken;
}

/* An interrupt asks for a pass. True: nobody holds the gate or waits for it, so nobody may have noticed. */
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_ask_again(parallel_isr_port *port)
{
  uint32_t old = parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_AGAIN);
  return old == PARALLEL_ISR_GATE_FREE || old == PARALLEL_ISR_GATE_AGAIN;
}

/* Takes a gate that is free but for a pass that is owed, and with it the debt. */
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_take_owed(parallel_isr_port *port)
{
  bool taken = parallel_isr_backend_compare_exchange(&port->gate, PARALLEL_ISR_GATE_AGAIN, PARALLEL_ISR_GATE_HELD);
  if (taken) PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_TAKEN, NULL);
  return taken;
}

/* An acquirer keeps interrupts from taking the gate before him. Nobody but him clears WANTED, by taking the gate. */
PARALLEL_ISR_INTERNAL void parallel_isr_gate_want(parallel_isr_port *port)
{
  (void)parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_WANTED);
}

/* The acquirer takes the gate that he made WANTED, if it is not held. AGAIN stays as it was. */
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_take_wanted(parallel_isr_port *port)
{
  uint32_t old = parallel_isr_backend_load(&port->gate);
  bool taken = false;
  if (old == PARALLEL_ISR_GATE_WANTED)
    taken = parallel_isr_backend_compare_exchange(&port->gate, old, PARALLEL_ISR_GATE_HELD);
  else if (old == (PARALLEL_ISR_GATE_WANTED | PARALLEL_ISR_GATE_AGAIN))
    taken = parallel_isr_backend_compare_exchange(&port->gate, old, PARALLEL_ISR_GATE_HELD | PARALLEL_ISR_GATE_AGAIN);
  if (taken) PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_TAKEN, NULL);
  return taken;
}

/* Thread level and DPC: takes the gate, at DIRQL. Waits for at most the holder's pass and one more that was owed. */
PARALLEL_ISR_INTERNAL void parallel_isr_gate_acquire(parallel_isr_port *port)
{
  parallel_isr_backend_enter(port);
  if (!parallel_isr_gate_try_take(port)) {
    parallel_isr_gate_want(port);
    while (!parallel_isr_gate_try_take_wanted(port)) parallel_isr_backend_relax();
  }
}

/* Gives the gate up if nobody asked for anything. False: still held. */
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_leave(parallel_isr_port *port)
{
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_LEFT, NULL);
  bool left = parallel_isr_backend_compare_exchange(&port->gate, PARALLEL_ISR_GATE_HELD, PARALLEL_ISR_GATE_FREE);
  if (!left) PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_TAKEN, NULL);
  return left;
}

/* The holder: does somebody wait for the gate? */
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_is_wanted(parallel_isr_port *port)
{
  return parallel_isr_backend_load(&port->gate) >= PARALLEL_ISR_GATE_WANTED;
}

/* The holder takes the debt over. True: he owes a pass. */
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_take_again(parallel_isr_port *port)
{
  uint32_t old = parallel_isr_backend_fetch_and(&port->gate, ~PARALLEL_ISR_GATE_AGAIN);
  return old == (PARALLEL_ISR_GATE_HELD | PARALLEL_ISR_GATE_AGAIN) ||
         old == (PARALLEL_ISR_GATE_HELD | PARALLEL_ISR_GATE_AGAIN | PARALLEL_ISR_GATE_WANTED);
}

/* Gives the gate up with whatever is owed: the acquirer that waits, the next interrupt or the DPC takes that over. */
PARALLEL_ISR_INTERNAL void parallel_isr_gate_leave(parallel_isr_port *port)
{
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_LEFT, NULL);
  uint32_t old = parallel_isr_backend_fetch_and(&port->gate, ~PARALLEL_ISR_GATE_HELD);
  if (old != PARALLEL_ISR_GATE_HELD && old != (PARALLEL_ISR_GATE_HELD | PARALLEL_ISR_GATE_WANTED))
    parallel_isr_backend_request_dpc(port);
}

/* Thread level: the counterpart of acquire. No routine of a client ever runs in here. */
PARALLEL_ISR_INTERNAL void parallel_isr_gate_release(parallel_isr_port *port)
{
  parallel_isr_gate_leave(port);
  parallel_isr_backend_exit(port);
}

#endif

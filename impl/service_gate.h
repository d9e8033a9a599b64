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
/*@ terminates \true;  exits \false;
    assigns  \nothing;
    ensures  level:    \result == \true <==> g_level == PASSIVE_LEVEL;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_level_is_passive(const parallel_isr_port *port)
{
  return parallel_isr_backend_level(port) == PASSIVE_LEVEL;
}

/*@ terminates \true;  exits \false;
    assigns  \nothing;
    ensures  level:    \result == \true <==> g_level > DISPATCH_LEVEL;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_level_is_device(const parallel_isr_port *port)
{
  return parallel_isr_backend_level(port) > DISPATCH_LEVEL;
}

/* Every way of taking the gate: with it the caller receives the data that it guards, as the holder before left them. */
/*@ requires ready:   Ready && port == g_port && g_now.holder != g_me && g_level > DISPATCH_LEVEL;
    requires free:    expected == 0 || expected == 2 || expected == 4 || expected == 6;
    requires held:    desired == 1 || desired == 3;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT, PARALLEL_ISR_SPEC_GUARDED;
    ensures  step:    Moved{Pre, Post} && g_word == &port->gate && g_pointer == \null && g_requested == 0;
    ensures  taken:   g_taken == (\result == \true ? 1 : 0);
    ensures  won:     \result == \true  ==> GateWord(g_before) == expected && g_value == desired;
    ensures  lost:    \result == \false ==> GateWord(g_before) != expected && g_value == GateWord(g_before);
    ensures  either:  \result == \true || \result == \false;
    ensures  guarded: \result == \true  ==> Tables(port);
    ensures  mutex:   g_locked == 1 ==> g_connections == \old(g_connections);
    ensures  storage: Storage(port);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_exchange(parallel_isr_port *port, uint32_t expected, uint32_t desired)
{
  return parallel_isr_backend_compare_exchange(&port->gate, expected, desired);
}

/* Takes a free gate. Any context at DIRQL. */
/*@ requires ready:    Ready && port == g_port;
    requires outside:  Outside && g_level > DISPATCH_LEVEL;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_GUARDED;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  taken:    \result == \true  ==> Holds && g_now.debt == 0 && g_now.serving == 0;
    ensures  not:      \result == \false ==> g_now.holder != g_me;
    ensures  waiter:   g_now.waiter != g_me;
    ensures  received: \result == \true ==> Tables(port);
    ensures  mutex:    g_locked == 1 ==> g_connections == \old(g_connections);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_take(parallel_isr_port *port)
{
  bool taken = parallel_isr_gate_exchange(port, PARALLEL_ISR_GATE_FREE, PARALLEL_ISR_GATE_HELD);
  //@ ghost if (taken) g_now.holder = g_me;
  //@ ghost parallel_isr_commit();
  if (taken) PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_TAKEN, NULL);
  return taken;
}

/* An interrupt asks for a pass. True: nobody holds the gate or waits for it, so nobody may have noticed. */
/*@ requires ready:    Ready && port == g_port;
    requires outside:  Outside && g_mine.asking == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsGate{Pre, Post} && KeepsLock{Pre, Post} && KeepsPort{Pre, Post};
    ensures  asked:    g_now.again == 1 && g_now.owed == 1;
    ensures  asking:   g_mine.asking == (\result == \true ? 1 : 0);
    ensures  mine:     KeepsMineButAsking{Pre, Post};
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_ask_again(parallel_isr_port *port)
{
  uint32_t old = parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_AGAIN);
  //@ ghost g_now.again = 1;
  //@ ghost g_now.owed = 1;
  //@ ghost if (old == 0 || old == 2) { g_mine.asking = 1; g_now.asking = g_now.asking + 1; }
  //@ ghost parallel_isr_commit();
  return old == PARALLEL_ISR_GATE_FREE || old == PARALLEL_ISR_GATE_AGAIN;
}

/* Takes a gate that is free but for a pass that is owed, and with it the debt. */
/*@ requires ready:    Ready && port == g_port;
    requires outside:  Outside && g_level > DISPATCH_LEVEL && g_mine.asking == 1;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_GUARDED;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post};
    ensures  mine:     g_mine.asking == 0 && KeepsMineButAsking{Pre, Post};
    ensures  taken:    \result == \true  ==> Holds && g_now.debt == 1 && g_now.serving == 0;
    ensures  not:      \result == \false ==> g_now.holder != g_me;
    ensures  waiter:   g_now.waiter != g_me;
    ensures  received: \result == \true ==> Tables(port);
    ensures  mutex:    g_locked == 1 ==> g_connections == \old(g_connections);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_take_owed(parallel_isr_port *port)
{
  bool taken = parallel_isr_gate_exchange(port, PARALLEL_ISR_GATE_AGAIN, PARALLEL_ISR_GATE_HELD);
  //@ ghost if (taken) { g_now.holder = g_me; g_now.again = 0; g_now.debt = 1; }
  //@ ghost g_mine.asking = 0;
  //@ ghost g_now.asking = g_now.asking - 1;
  //@ ghost parallel_isr_commit();
  if (taken) PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_TAKEN, NULL);
  return taken;
}

/* An acquirer keeps interrupts from taking the gate before him. Nobody but him clears WANTED, by taking the gate. */
/*@ requires ready:    Ready && port == g_port;
    requires outside:  Outside && g_now.locker == g_me;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  wanted:   g_now.waiter == g_me && g_now.holder != g_me;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_gate_want(parallel_isr_port *port)
{
  (void)parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_WANTED);
  //@ ghost g_now.waiter = g_me;
  //@ ghost parallel_isr_commit();
}

/* The acquirer takes the gate that he made WANTED, if it is not held. AGAIN stays as it was. */
/*@ requires ready:    Ready && port == g_port;
    requires wanted:   g_now.waiter == g_me && g_now.holder != g_me && g_level > DISPATCH_LEVEL;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_GUARDED;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  taken:    \result == \true  ==> Holds && g_now.waiter != g_me && g_now.debt == 0 && g_now.serving == 0;
    ensures  not:      \result == \false ==> g_now.waiter == g_me && g_now.holder != g_me;
    ensures  received: \result == \true ==> Tables(port);
    ensures  mutex:    g_locked == 1 ==> g_connections == \old(g_connections);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_take_wanted(parallel_isr_port *port)
{
  uint32_t old = parallel_isr_backend_load(&port->gate);
  //@ ghost parallel_isr_commit();
  bool taken = false;
  if (old == PARALLEL_ISR_GATE_WANTED || old == PARALLEL_ISR_GATE_WANTED + PARALLEL_ISR_GATE_AGAIN) {
    taken = parallel_isr_gate_exchange(port, old, old - PARALLEL_ISR_GATE_WANTED + PARALLEL_ISR_GATE_HELD);
    //@ ghost if (taken) { g_now.holder = g_me; g_now.waiter = 0; }
    //@ ghost parallel_isr_commit();
  }
  if (taken) PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_TAKEN, NULL);
  return taken;
}

/* Thread level and DPC: takes the gate, at DIRQL. Waits for at most the holder's pass and one more that was owed. */
/*@ requires ready:    Ready && port == g_port;
    requires outside:  Outside && g_now.locker != g_me && g_level <= DISPATCH_LEVEL;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE;
    ensures  ready:    Ready && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  locked:   g_now.locker == g_me && g_level_before == \old(g_level);
    ensures  taken:    Holds && g_now.waiter != g_me && g_now.debt == 0 && g_now.serving == 0;
    ensures  received: Tables(port);
    ensures  mutex:    g_locked == 1 ==> g_connections == \old(g_connections);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_gate_acquire(parallel_isr_port *port)
{
  parallel_isr_backend_enter(port);
  if (!parallel_isr_gate_try_take(port)) {
    parallel_isr_gate_want(port);
    /*@ loop invariant waits: Ready && g_now.waiter == g_me && g_now.holder != g_me && g_now.locker == g_me;
        loop invariant level: g_level > DISPATCH_LEVEL && g_level_before == \at(g_level, Pre);
        loop invariant keeps: KeepsPort{Pre, Here} && KeepsMine{Pre, Here};
        loop invariant mutex: g_locked == 1 ==> g_connections == \at(g_connections, Pre);
        loop assigns PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_GUARDED, g_patience;
        loop variant g_patience; */
    while (!parallel_isr_gate_try_take_wanted(port)) parallel_isr_backend_relax();
  }
}

/* Gives the gate up if nobody asked for anything. False: still held. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.debt == 0 && g_now.serving == 0 && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  left:     \result == \true  ==> g_now.holder != g_me;
    ensures  kept:     \result == \false ==> KeepsGate{Pre, Post} && Tables(port);
    ensures  waiter:   g_now.waiter != g_me;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_leave(parallel_isr_port *port)
{
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_LEFT, NULL);
  bool left = parallel_isr_backend_compare_exchange(&port->gate, PARALLEL_ISR_GATE_HELD, PARALLEL_ISR_GATE_FREE);
  //@ ghost if (left) g_now.holder = 0;
  //@ ghost parallel_isr_commit();
  if (!left) PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_TAKEN, NULL);
  return left;
}

/* The holder: does somebody wait for the gate? */
/*@ requires ready:    Ready && port == g_port;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Keeps{Pre, Post};
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_is_wanted(parallel_isr_port *port)
{
  uint32_t gate = parallel_isr_backend_load(&port->gate);
  //@ ghost parallel_isr_commit();
  return gate >= PARALLEL_ISR_GATE_WANTED;
}

/* The holder takes the debt over. True: he owes a pass. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.debt == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsTables{Pre, Post};
    ensures  debt:     g_now.debt == (\result == \true ? 1 : 0);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_take_again(parallel_isr_port *port)
{
  uint32_t old = parallel_isr_backend_fetch_and(&port->gate, ~PARALLEL_ISR_GATE_AGAIN);
  //@ ghost if (g_now.again == 1) g_now.debt = 1;
  //@ ghost g_now.again = 0;
  //@ ghost parallel_isr_commit();
  return old == PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_AGAIN ||
         old == PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_AGAIN + PARALLEL_ISR_GATE_WANTED;
}

/* Gives the gate up with whatever is owed: the acquirer that waits, the next interrupt or the DPC takes that over. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.debt == 0 && g_now.serving == 0 && Tables(port);
    requires settled:  g_mine.promised == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  left:     Outside;
    ensures  user:     KeepsUser{Pre, Post};
*/
PARALLEL_ISR_INTERNAL void parallel_isr_gate_leave(parallel_isr_port *port)
{
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_GATE_LEFT, NULL);
  uint32_t old = parallel_isr_backend_fetch_and(&port->gate, ~PARALLEL_ISR_GATE_HELD);
  //@ ghost g_now.holder = 0;
  //@ ghost if (g_now.again == 1) { g_mine.promised = 1; g_now.promised = g_now.promised + 1; }
  //@ ghost parallel_isr_commit();
  if (old != PARALLEL_ISR_GATE_HELD && old != PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_WANTED) {
    parallel_isr_backend_request_dpc(port);
    //@ ghost g_now.dpc = 1;
    //@ ghost g_now.promised = g_now.promised - g_mine.promised;
    //@ ghost g_mine.promised = 0;
    //@ ghost parallel_isr_commit();
  }
}

/* Thread level: the counterpart of acquire. No routine of a client ever runs in here. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.debt == 0 && g_now.serving == 0 && Tables(port);
    requires settled:  g_now.locker == g_me && g_mine.promised == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_RELEASE;
    ensures  ready:    Ready && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  left:     Outside && g_now.locker != g_me && g_level == g_level_before;
    ensures  user:     KeepsUser{Pre, Post};
*/
PARALLEL_ISR_INTERNAL void parallel_isr_gate_release(parallel_isr_port *port)
{
  parallel_isr_gate_leave(port);
  parallel_isr_backend_exit(port);
}

#endif

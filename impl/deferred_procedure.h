/* SPDX-License-Identifier: MIT */
/*
 * The DPC: everything that others left to be done (DESIGN 3.1, 3.2).
 *
 * Under the gate: the pass that a holder could not run, the hand-over of a port whose owner left, the round of deferred
 * checks. Outside it: one completion call. One, so that its stack does not grow with the number of waiters; if there
 * are more the DPC asks for itself again.
 *
 * Invariant: whoever leaves something to be done requests the DPC after he has made it visible; a request during a run
 * causes another run. So every run may look at everything, and nothing is left behind.
 */
#ifndef PARALLEL_ISR_DEFERRED_PROCEDURE_H
#define PARALLEL_ISR_DEFERRED_PROCEDURE_H

/* Takes the debt of a round of checks over, if the port is free and there is somebody to tell. A round for nobody would
 * lose the debt to him who connects before a free that is halfway through has lowered users. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.serving == PARALLEL_ISR_SPEC_SERVES_CHECKS;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     Holds && g_now.waiter != g_me && KeepsDebt{Pre, Post} && KeepsTables{Pre, Post};
    ensures  takes:    g_now.serving == (\result == \true ? PARALLEL_ISR_SPEC_SERVES_ROUND :
                       PARALLEL_ISR_SPEC_SERVES_NOTHING);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_dpc_takes_checks(parallel_isr_port *port)
{
  uint32_t deferred = parallel_isr_backend_load(&port->deferred_count);
  //@ ghost if (deferred == 0) g_now.serving = PARALLEL_ISR_SPEC_SERVES_NOTHING;
  //@ ghost parallel_isr_commit();
  if (deferred == 0u) return false;
  uint32_t users = parallel_isr_backend_load(&port->users);
  //@ ghost if (users != 0) g_now.serving = PARALLEL_ISR_SPEC_SERVES_NOTHING;
  //@ ghost parallel_isr_commit();
  if (users != 0u) return false;
  uint32_t wanted = parallel_isr_backend_exchange(&port->check_wanted, 0u);
  //@ ghost g_now.serving = wanted != 0 ? PARALLEL_ISR_SPEC_SERVES_ROUND : PARALLEL_ISR_SPEC_SERVES_NOTHING;
  //@ ghost g_now.check = 0;
  //@ ghost parallel_isr_commit();
  return wanted != 0u;
}

/* One completion call a run: if more are due, another run makes the next. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Keeps{Pre, Post};
    ensures  tables:   Tables(port);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_dpc_request_next(parallel_isr_port *port)
{
  if (port->ended_count != 0u) {
    parallel_isr_backend_request_dpc(port);
    //@ ghost g_now.dpc = 1;
    //@ ghost parallel_isr_commit();
  }
}

/* The holder of the gate serves whoever waits for it. Returns the request whose completion call is due; no completion:
 * none. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine) && Tables(port);
    requires serving:  g_now.serving == PARALLEL_ISR_SPEC_SERVES_ALL && g_now.debt == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_GUARDED, g_calls, g_due_context, g_due_status;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && Settled(g_mine);
    ensures  held:     Holds && g_now.waiter != g_me && g_now.debt == 0;
    ensures  served:   g_now.serving == PARALLEL_ISR_SPEC_SERVES_NOTHING;
    ensures  tables:   Tables(port);
    ensures  due:      \result.completion == \null ||
                       (\result.completion == &parallel_isr_any_completion && \result.status != STATUS_PENDING);
    ensures  said:     \result.context == g_due_context && \result.status == g_due_status;
*/
PARALLEL_ISR_INTERNAL parallel_isr_request parallel_isr_dpc_serve_all(parallel_isr_port *port)
{
  if (parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);
  parallel_isr_queue_hand_over(port);
  if (parallel_isr_dpc_takes_checks(port)) parallel_isr_chain_check_round(port);
  parallel_isr_request ended = parallel_isr_queue_take_ended(port);
  parallel_isr_dpc_request_next(port);
  return ended;
}

/* The part under the gate. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me && g_level == DISPATCH_LEVEL;
    requires promise:  g_now.transit != g_me && g_mine.promised == 1 && g_mine.asking == 0 && g_mine.looking == 0 &&
                       g_mine.merging == 0 && g_mine.failing == 0 && g_mine.refusing == 0 && g_mine.failed == 0;
    requires mutex:    g_locked == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, g_calls, g_due_context, g_due_status;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && Settled(g_mine);
    ensures  level:    g_level == \old(g_level);
    ensures  due:      \result.completion == \null ||
                       (\result.completion == &parallel_isr_any_completion && \result.status != STATUS_PENDING);
    ensures  said:     \result.context == g_due_context && \result.status == g_due_status;
*/
PARALLEL_ISR_INTERNAL parallel_isr_request parallel_isr_dpc_serve(parallel_isr_port *port)
{
  parallel_isr_gate_acquire(port);
  //@ ghost parallel_isr_observe();
  //@ ghost g_now.serving = PARALLEL_ISR_SPEC_SERVES_ALL;
  //@ ghost g_now.promised = g_now.promised - 1;
  //@ ghost g_mine.promised = 0;
  //@ ghost parallel_isr_commit();
  parallel_isr_request ended = parallel_isr_dpc_serve_all(port);
  parallel_isr_chain_leave(port);
  parallel_isr_backend_exit(port);
  return ended;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me && g_level == DISPATCH_LEVEL;
    requires promise:  g_now.transit != g_me && g_mine.promised == 1 && g_mine.asking == 0 && g_mine.looking == 0 &&
                       g_mine.merging == 0 && g_mine.failing == 0 && g_mine.refusing == 0 && g_mine.failed == 0;
    requires mutex:    g_locked == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, g_calls, g_due_context, g_due_status;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && Settled(g_mine);
    ensures  level:    g_level == \old(g_level);
    ensures  one:      0 <= g_calls <= 1;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_run_dpc(parallel_isr_port *port)
{
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_DPC, NULL);
  parallel_isr_request ended = parallel_isr_dpc_serve(port);
  //@ ghost g_calls = 0;
  if (ended.completion != NULL) {
    //@ calls parallel_isr_any_completion;
    ended.completion(ended.context, ended.status);
  }
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_DPC_ENDED, NULL);
}

#endif

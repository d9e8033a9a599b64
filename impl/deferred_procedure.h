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
PARALLEL_ISR_INTERNAL bool parallel_isr_dpc_takes_checks(parallel_isr_port *port)
{
  return parallel_isr_backend_load(&port->deferred_count) != 0u && parallel_isr_backend_load(&port->users) == 0u &&
         parallel_isr_backend_exchange(&port->check_wanted, 0u) != 0u;
}

/* The part under the gate. True: a completion call is due. */
PARALLEL_ISR_INTERNAL bool parallel_isr_dpc_serve(parallel_isr_port *port, parallel_isr_request *ended)
{
  parallel_isr_gate_acquire(port);
  if (parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);
  parallel_isr_queue_hand_over(port);
  if (parallel_isr_dpc_takes_checks(port)) parallel_isr_chain_check_round(port);
  bool due = parallel_isr_queue_take_ended(port, ended);
  if (port->ended_count != 0u) parallel_isr_backend_request_dpc(port);
  parallel_isr_chain_leave(port);
  parallel_isr_backend_exit(port);
  return due;
}

PARALLEL_ISR_INTERNAL void parallel_isr_run_dpc(parallel_isr_port *port)
{
  parallel_isr_request ended;
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_DPC, NULL);
  if (parallel_isr_dpc_serve(port, &ended)) ended.completion(ended.context, ended.status);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_DPC_ENDED, NULL);
}

#endif

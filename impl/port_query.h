/* SPDX-License-Identifier: MIT */
/*
 * What a port tells about itself: copies, taken under the gate, shown outside it (DESIGN 2.3).
 */
#ifndef PARALLEL_ISR_PORT_QUERY_H
#define PARALLEL_ISR_PORT_QUERY_H

/* Caller: the gate holder. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Keeps{Pre, Post};
    ensures  tables:   Tables(port);
    ensures  bounds:   \result.connections <= g_slot_count && \result.queued <= g_request_count;
    ensures  copied:   \result.connections == port->connection_count && \result.queued == port->queue_length &&
                       \result.passes == port->passes && \result.unclaimed == port->unclaimed &&
                       \result.longest_run == port->longest_run && \result.exhausted == port->exhausted &&
                       \result.checks == port->checks && \result.handovers == port->handovers;
*/
PARALLEL_ISR_INTERNAL parallel_isr_statistics parallel_isr_copy_statistics(parallel_isr_port *port)
{
  parallel_isr_statistics copy;
  copy.connections = port->connection_count;
  copy.queued = port->queue_length;
  copy.passes = port->passes;
  copy.unclaimed = port->unclaimed;
  copy.longest_run = port->longest_run;
  copy.exhausted = port->exhausted;
  copy.checks = port->checks;
  copy.handovers = port->handovers;
  copy.merged = parallel_isr_backend_load(&port->merged);
  //@ ghost parallel_isr_commit();
  copy.failed = parallel_isr_backend_load(&port->failed);
  //@ ghost parallel_isr_commit();
  copy.refused = parallel_isr_backend_load(&port->refused);
  //@ ghost parallel_isr_commit();
  return copy;
}

/* Outside the gate: the caller's memory may not be there at DIRQL. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires apart:    \valid(statistics) && PARALLEL_ISR_SPEC_FOREIGN(statistics);
    terminates \true;  exits \false;
    assigns  *statistics;
    ensures  told:     *statistics == copy;
    ensures  storage:  Storage(port);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_tell_statistics(const parallel_isr_port *port, parallel_isr_statistics copy,
                                                        parallel_isr_statistics *statistics)
{
  (void)port;
  *statistics = copy;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires apart:    statistics == \null || (\valid(statistics) && PARALLEL_ISR_SPEC_FOREIGN(statistics));
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, *statistics;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  null:     \result == STATUS_INVALID_PARAMETER <==> statistics == \null;
    ensures  high:     \result == STATUS_INVALID_DEVICE_STATE <==> statistics != \null && g_level > DISPATCH_LEVEL;
    ensures  failure:  \result == STATUS_INVALID_DEVICE_STATE ==> NoStatistics(*statistics);
    ensures  success:  \result == STATUS_SUCCESS ==> statistics->connections <= g_slot_count &&
                         statistics->queued <= g_request_count;
    ensures  status:   \result == STATUS_SUCCESS || \result == STATUS_INVALID_PARAMETER ||
                       \result == STATUS_INVALID_DEVICE_STATE;
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_query_statistics(parallel_isr_port *port, parallel_isr_statistics *statistics)
{
  parallel_isr_statistics copy = {0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u};
  NTSTATUS status = STATUS_INVALID_DEVICE_STATE;
  if (statistics == NULL) return STATUS_INVALID_PARAMETER;
  if (!parallel_isr_level_is_device(port)) {
    parallel_isr_gate_acquire(port);
    copy = parallel_isr_copy_statistics(port);
    parallel_isr_gate_release(port);
    status = STATUS_SUCCESS;
  }
  parallel_isr_tell_statistics(port, copy, statistics);
  return status;
}

/* Copies the connection at a position; no routine: there is none. Caller: the gate holder. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Keeps{Pre, Post};
    ensures  tables:   Tables(port);
    ensures  found:    \result.service.InterruptServiceRoutine != \null <==> position < port->connection_count;
    ensures  client:   position < port->connection_count ==> \result.client != \null;
    ensures  copied:   position < port->connection_count ==>
                         \result.service == g_slots[g_slots[position].order].service &&
                         \result.called == g_slots[g_slots[position].order].called &&
                         \result.claimed == g_slots[g_slots[position].order].claimed;
*/
PARALLEL_ISR_INTERNAL parallel_isr_connection_information parallel_isr_copy_connection(parallel_isr_port *port,
                                                                                       uint32_t position)
{
  parallel_isr_connection_information copy = {{NULL, NULL, NULL, NULL}, NULL, 0u, 0u};
  if (position < port->connection_count) {
    parallel_isr_connection *connection = parallel_isr_chain_at(port, position);
    copy.service = connection->service;
    copy.called = connection->called;
    copy.claimed = connection->claimed;
    copy.client = parallel_isr_backend_load_pointer(&connection->handle.client);
    //@ ghost parallel_isr_commit();
  }
  return copy;
}

/*@ requires ready:    Ready && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires locked:   g_locked == 1 && g_level == PASSIVE_LEVEL;
    requires routine:  visitor == &parallel_isr_any_visitor;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, g_calls;
    ensures  ready:    Ready && Outside && g_now.locker != g_me;
    ensures  keeps:    KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_connections == \old(g_connections);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_show(parallel_isr_visitor visitor, PVOID context,
                                             parallel_isr_connection_information information)
{
  parallel_isr_connection_information shown = information;
  BOOLEAN more;
  //@ ghost g_calls = 0;
  //@ calls parallel_isr_any_visitor;
  more = visitor(context, &shown);
  return more != FALSE;
}

/* Shows a visitor the connection at a position. False: there is none, or he has seen enough. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires locked:   g_locked == 1 && g_level == PASSIVE_LEVEL;
    requires routine:  visitor == &parallel_isr_any_visitor;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, g_calls;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  found:    \result == \true ==> position < g_connections;
    ensures  mutex:    g_connections == \old(g_connections);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_visit(parallel_isr_port *port, uint32_t position, parallel_isr_visitor visitor,
                                              PVOID context)
{
  parallel_isr_gate_acquire(port);
  parallel_isr_connection_information information = parallel_isr_copy_connection(port, position);
  parallel_isr_gate_release(port);
  return information.service.InterruptServiceRoutine != NULL && parallel_isr_show(visitor, context, information);
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires routine:  visitor == \null || visitor == &parallel_isr_any_visitor;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, g_calls;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  passive:  \result == STATUS_INVALID_DEVICE_STATE <==> \old(g_level) != PASSIVE_LEVEL;
    ensures  null:     \result == STATUS_INVALID_PARAMETER <==> \old(g_level) == PASSIVE_LEVEL && visitor == \null;
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_iterate(parallel_isr_port *port, parallel_isr_visitor visitor, PVOID context)
{
  uint32_t position = 0u;
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  if (visitor == NULL) return STATUS_INVALID_PARAMETER;
  parallel_isr_backend_lock(port); /* the set of clients stands still */
  /*@ loop invariant ready: Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Here} && KeepsMine{Pre, Here};
      loop invariant level: g_level == PASSIVE_LEVEL && g_locked == 1 && LineInvariant(port);
      loop invariant range: position <= g_connections == \at(g_connections, LoopEntry);
      loop assigns PARALLEL_ISR_SPEC_ACQUIRE, g_calls, position;
      loop variant g_connections - position; */
  while (parallel_isr_visit(port, position, visitor, context)) position += 1u;
  parallel_isr_backend_unlock(port);
  return STATUS_SUCCESS;
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The life of a port: initialisation and removal (DESIGN 2.2).
 *
 * Removal is a user of the port who never leaves: from then on users is above 0 whatever an owner does, so that every
 * try fails, nobody is granted anything, and an owner who never frees holds nothing up.
 */
#ifndef PARALLEL_ISR_PORT_LIFETIME_H
#define PARALLEL_ISR_PORT_LIFETIME_H

/*@ requires valid:    \valid_read(configuration);
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  result:   \result == \true <==>
                         configuration->connections != \null && 1 <= configuration->connection_capacity &&
                         configuration->connection_capacity <= PARALLEL_ISR_MAX_CONNECTIONS &&
                         configuration->request_capacity <= PARALLEL_ISR_MAX_REQUESTS &&
                         (configuration->requests != \null || configuration->request_capacity == 0);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_configuration_is_valid(const parallel_isr_configuration *configuration)
{
  return configuration->connections != NULL && configuration->connection_capacity >= 1u &&
         configuration->connection_capacity <= PARALLEL_ISR_MAX_CONNECTIONS &&
         configuration->request_capacity <= PARALLEL_ISR_MAX_REQUESTS &&
         (configuration->requests != NULL || configuration->request_capacity == 0u);
}

/*@ requires storage:  Storage(port) && port == g_port && slot < g_slot_count;
    terminates \true;  exits \false;
    assigns  g_slots[slot];
    ensures  storage:  Storage(port);
    ensures  free:     g_slots[slot].service.InterruptServiceRoutine == \null &&
                       g_slots[slot].service.DeferredPortCheckRoutine == \null;
    ensures  order:    g_slots[slot].order == slot && g_slots[slot].handle.port == port;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_initialize_connection(parallel_isr_port *port, uint32_t slot)
{
  parallel_isr_connection *connection = &port->configuration->connections[slot];
  connection->handle.port = port;
  connection->handle.client = &connection->handle; /* never NULL: that is "no owner" */
  connection->handle.connected = 0u;
  connection->service.InterruptServiceRoutine = NULL;
  connection->service.InterruptServiceContext = NULL;
  connection->service.DeferredPortCheckRoutine = NULL;
  connection->service.DeferredPortCheckContext = NULL;
  connection->called = 0u;
  connection->claimed = 0u;
  connection->order = (uint8_t)slot;
}

/*@ requires storage:  Storage(port) && port == g_port && slot < g_request_count;
    requires rest:     Rest(port);
    terminates \true;  exits \false;
    assigns  g_requests[slot];
    ensures  storage:  Storage(port);
    ensures  rest:     Rest(port);
    ensures  free:     g_requests[slot].completion == \null && g_requests[slot].order == slot;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_initialize_request(parallel_isr_port *port, uint32_t slot)
{
  parallel_isr_request *request = &port->configuration->requests[slot];
  request->completion = NULL;
  request->context = NULL;
  request->client = NULL;
  request->status = STATUS_PENDING;
  request->order = (uint16_t)slot;
}

/* Nobody else knows the port yet: plain stores to the atomic words are as good as others. */
/*@ requires storage:  Given(port, configuration);
    terminates \true;  exits \false;
    assigns  *port, g_slots[0 .. g_slot_count - 1], g_requests[0 .. g_request_count - 1], g_now, g_deferring[..],
             g_slot_position[..], g_request_position[..], g_connections, g_line, g_mine;
    ensures  storage:  Storage(port);
    ensures  queue:    Queue(port);
    ensures  rest:     Rest(port);
    ensures  line:     LineInvariant(port);
    ensures  shadow:   Invariant(g_now) && Settled(g_mine) && Shares(g_mine, g_now) && UsersWord(g_now) == 0 &&
                       GateWord(g_now) == 0;
    ensures  nobody:   g_connections == 0;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_initialize_port(parallel_isr_port *port,
                                                        const parallel_isr_configuration *configuration)
{
  port->gate = PARALLEL_ISR_GATE_FREE;
  port->users = 0u;
  port->check_wanted = 0u;
  port->deferred_count = 0u;
  port->removed = 0u;
  port->owner = NULL;
  port->checking = NULL;
  port->merged = 0u;
  port->failed = 0u;
  port->refused = 0u;
  port->nameless.port = port;
  port->nameless.client = &port->nameless;
  port->nameless.connected = 1u;
  port->configuration = configuration;
  port->connection_count = 0u;
  port->check_position = 0u;
  port->queue_length = 0u;
  port->ended_count = 0u;
  port->passes = 0u;
  port->unclaimed = 0u;
  port->longest_run = 0u;
  port->exhausted = 0u;
  port->checks = 0u;
  port->handovers = 0u;
  port->window_interrupts = 0u;
  port->window_unclaimed = 0u;
  port->line_connected = false;
  //@ assert storage: Storage(port);
  /*@ ghost
    struct parallel_isr_shadow nothing = {0};
    struct parallel_isr_account nobody = {0};
    g_now = nothing;
    g_mine = nobody;
    g_connections = 0;
    g_line = 0;
    parallel_isr_mark_none();
  */
  /*@ loop invariant range: 0 <= slot <= g_slot_count && Storage(port);
      loop invariant free:  \forall integer k; 0 <= k < slot ==>
                              g_slots[k].service.InterruptServiceRoutine == \null && g_slots[k].order == k &&
                              g_slots[k].service.DeferredPortCheckRoutine == \null && g_slot_position[k] == k;
      loop assigns slot, g_slots[0 .. g_slot_count - 1], g_slot_position[..];
      loop variant g_slot_count - slot; */
  for (uint32_t slot = 0u; slot < configuration->connection_capacity; slot++) {
    parallel_isr_initialize_connection(port, slot);
    /*@ assert same: \forall integer k; 0 <= k < slot ==> g_slots[k].order == k &&
          g_slots[k].service.InterruptServiceRoutine == \null &&
          g_slots[k].service.DeferredPortCheckRoutine == \null; */
    //@ ghost g_slot_position[slot] = slot;
  }
  //@ assert order: ConnectionOrder(g_slots, g_slot_count);
  //@ assert connected: Connected(g_slots, 0, g_slot_count);
  //@ assert deferred: Deferred(g_slots, g_slot_count);
  //@ assert chain: Chain(port);
  //@ assert rest: Rest(port);
  /*@ loop invariant range: 0 <= slot <= g_request_count && Storage(port);
      loop invariant rest:  Rest(port);
      loop invariant free:  \forall integer k; 0 <= k < slot ==>
                              g_requests[k].completion == \null && g_requests[k].order == k &&
                                g_request_position[k] == k;
      loop assigns slot, g_requests[0 .. g_request_count - 1], g_request_position[..];
      loop variant g_request_count - slot; */
  for (uint32_t slot = 0u; slot < configuration->request_capacity; slot++) {
    parallel_isr_initialize_request(port, slot);
    //@ ghost g_request_position[slot] = slot;
  }
  //@ assert requests: RequestOrder(g_requests, g_request_count) && Requests(g_requests, 0, 0, g_request_count);
}

/*@ requires port:     port == \null || configuration == \null || Offered(port, configuration);
    terminates \true;  exits \false;
    assigns  *port, g_slots[0 .. g_slot_count - 1], g_requests[0 .. g_request_count - 1], g_now, g_deferring[..],
             g_slot_position[..], g_request_position[..], g_connections, g_line, g_mine;
    ensures  success:  \result == STATUS_SUCCESS ==> Storage(port) && Tables(port) && LineInvariant(port) &&
                         Invariant(g_now) && Settled(g_mine) && Shares(g_mine, g_now);
    ensures  null:     port == \null || configuration == \null ==> \result == STATUS_INVALID_PARAMETER;
    ensures  level:    \result == STATUS_SUCCESS ==> g_level == PASSIVE_LEVEL;
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_initialize(parallel_isr_port *port,
                                                  const parallel_isr_configuration *configuration)
{
  if (port == NULL || configuration == NULL || !parallel_isr_configuration_is_valid(configuration))
    return STATUS_INVALID_PARAMETER;
  parallel_isr_initialize_port(port, configuration);
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  return parallel_isr_backend_initialize(port);
}

/* Under the gate: no new work from here on, and the queue ends. False: another remove came first. */
/*@ requires ready:    Ready && port == g_port && Settled(g_mine);
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_ENDING;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     Holds && g_now.waiter != g_me && g_now.debt == \old(g_now.debt) &&
                       g_now.serving == \old(g_now.serving) && Tables(port);
    ensures  first:    \result == \true  ==> g_now.place == 1 && port->queue_length == 0;
    ensures  other:    \result == \false ==> \old(g_now.removed) == 1;
    ensures  removed:  g_now.removed == 1;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_remove_begin(parallel_isr_port *port)
{
  uint32_t removed = parallel_isr_backend_exchange(&port->removed, 1u);
  //@ ghost g_now.removed = 1;
  //@ ghost parallel_isr_commit();
  if (removed != 0u) return false;
  (void)parallel_isr_backend_fetch_add(&port->users, 1u);
  //@ ghost g_now.place = 1;
  //@ ghost parallel_isr_commit();
  /*@ loop invariant ready: Ready && KeepsLock{Pre, Here} && KeepsPort{Pre, Here} && KeepsMine{Pre, Here} &&
                            Tables(port);
      loop invariant held:  Holds && g_now.waiter != g_me && g_now.debt == \at(g_now.debt, Pre) &&
                            g_now.serving == \at(g_now.serving, Pre) && g_now.place == 1 && g_now.removed == 1;
      loop assigns PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_ENDING;
      loop variant port->queue_length; */
  while (port->queue_length != 0u) parallel_isr_queue_withdraw(port, port->ended_count, STATUS_DELETE_PENDING);
  return true;
}

/* Disconnects the last of the clients that are left. One at a time, so that interrupts wait for no more than one. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires locked:   g_locked == 1 && g_level == PASSIVE_LEVEL && g_connections >= 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  one:      \result == \true  ==> g_connections == \old(g_connections) - 1 >= 0;
    ensures  none:     \result == \false ==> g_connections == \old(g_connections) == 0;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_remove_client(parallel_isr_port *port)
{
  parallel_isr_gate_acquire(port);
  bool found = port->connection_count != 0u;
  if (found) parallel_isr_chain_remove(port, port->connection_count - 1u);
  parallel_isr_gate_release(port);
  return found;
}

/* Removes. Caller: the holder of the mutex. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires locked:   g_locked == 1 && g_level == PASSIVE_LEVEL && LineInvariant(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, g_line, port->line_connected;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  locked:   g_locked == 1 && LineInvariant(port);
    ensures  status:   \result == STATUS_SUCCESS || \result == STATUS_DELETE_PENDING;
    ensures  success:  \result == STATUS_SUCCESS ==> g_connections == 0 && g_line == 0 && g_now.place == 1;
    ensures  removed:  g_now.removed == 1;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_remove_locked(parallel_isr_port *port)
{
  parallel_isr_gate_acquire(port);
  bool first = parallel_isr_remove_begin(port);
  parallel_isr_gate_release(port);
  if (!first) return STATUS_DELETE_PENDING;
  /*@ loop invariant ready: Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Here} && KeepsMine{Pre, Here};
      loop invariant level: g_level == PASSIVE_LEVEL && g_now.place == 1 && g_now.removed == 1 && g_connections >= 0;
      loop assigns PARALLEL_ISR_SPEC_ACQUIRE;
      loop variant g_connections; */
  while (parallel_isr_remove_client(port)) {
  }
  if (port->line_connected) parallel_isr_disconnect_last(port);
  return STATUS_SUCCESS;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, port->backend;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  passive:  \result == STATUS_INVALID_DEVICE_STATE <==> \old(g_level) != PASSIVE_LEVEL;
    ensures  success:  \result == STATUS_SUCCESS ==> g_now.place == 1 && g_now.removed == 1;
    ensures  status:   \result == STATUS_SUCCESS || \result == STATUS_DELETE_PENDING ||
                       \result == STATUS_INVALID_DEVICE_STATE;
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_remove(parallel_isr_port *port)
{
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  parallel_isr_backend_lock(port);
  NTSTATUS status = parallel_isr_remove_locked(port);
  parallel_isr_backend_unlock(port);
  if (status == STATUS_SUCCESS) {
    parallel_isr_backend_drain_dpc(port);
    parallel_isr_backend_uninitialize(port);
  }
  return status;
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The life of a port: initialisation and removal (DESIGN 2.2).
 *
 * Removal is a user of the port who never leaves: from then on users is above 0 whatever an owner does, so that every
 * try fails, nobody is granted anything, and an owner who never frees holds nothing up.
 */
#ifndef PARALLEL_ISR_PORT_LIFETIME_H
#define PARALLEL_ISR_PORT_LIFETIME_H

PARALLEL_ISR_INTERNAL bool parallel_isr_configuration_is_valid(const parallel_isr_configuration *configuration)
{
  return configuration->connections != NULL && configuration->connection_capacity >= 1u &&
         configuration->connection_capacity <= PARALLEL_ISR_MAX_CONNECTIONS &&
         configuration->request_capacity <= PARALLEL_ISR_MAX_REQUESTS &&
         (configuration->requests != NULL || configuration->request_capacity == 0u);
}

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
  connection->order = slot;
}

PARALLEL_ISR_INTERNAL void parallel_isr_initialize_request(parallel_isr_port *port, uint32_t slot)
{
  parallel_isr_request *request = &port->configuration->requests[slot];
  request->completion = NULL;
  request->context = NULL;
  request->client = NULL;
  request->status = STATUS_PENDING;
  request->order = slot;
}

/* Nobody else knows the port yet: plain stores to the atomic words are as good as others. */
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
  port->line_connected = 0u;
  for (uint32_t slot = 0u; slot < configuration->connection_capacity; slot++)
    parallel_isr_initialize_connection(port, slot);
  for (uint32_t slot = 0u; slot < configuration->request_capacity; slot++) parallel_isr_initialize_request(port, slot);
}

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
PARALLEL_ISR_INTERNAL bool parallel_isr_remove_begin(parallel_isr_port *port)
{
  if (parallel_isr_backend_exchange(&port->removed, 1u) != 0u) return false;
  (void)parallel_isr_backend_fetch_add(&port->users, 1u);
  while (port->queue_length != 0u) parallel_isr_queue_withdraw(port, port->ended_count, STATUS_DELETE_PENDING);
  return true;
}

/* Disconnects the last of the clients that are left. One at a time, so that interrupts wait for no more than one. */
PARALLEL_ISR_INTERNAL bool parallel_isr_remove_client(parallel_isr_port *port)
{
  parallel_isr_gate_acquire(port);
  bool found = port->connection_count != 0u;
  if (found) parallel_isr_chain_remove(port, port->connection_count - 1u);
  parallel_isr_gate_release(port);
  return found;
}

/* Removes. Caller: the holder of the mutex. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_remove_locked(parallel_isr_port *port)
{
  parallel_isr_gate_acquire(port);
  bool first = parallel_isr_remove_begin(port);
  parallel_isr_gate_release(port);
  if (!first) return STATUS_DELETE_PENDING;
  while (parallel_isr_remove_client(port)) {
  }
  if (port->line_connected != 0u) parallel_isr_disconnect_last(port);
  return STATUS_SUCCESS;
}

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

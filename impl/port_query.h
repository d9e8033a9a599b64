/* SPDX-License-Identifier: MIT */
/*
 * What a port tells about itself: copies, taken under the gate, shown outside it (DESIGN 2.3).
 */
#ifndef PARALLEL_ISR_PORT_QUERY_H
#define PARALLEL_ISR_PORT_QUERY_H

PARALLEL_ISR_API NTSTATUS parallel_isr_query_statistics(parallel_isr_port *port, parallel_isr_statistics *statistics)
{
  if (statistics == NULL) return STATUS_INVALID_PARAMETER;
  statistics->connections = 0u;
  statistics->queued = 0u;
  statistics->passes = 0u;
  statistics->unclaimed = 0u;
  statistics->longest_run = 0u;
  statistics->exhausted = 0u;
  statistics->checks = 0u;
  statistics->handovers = 0u;
  statistics->merged = 0u;
  statistics->failed = 0u;
  statistics->refused = 0u;
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  parallel_isr_gate_acquire(port);
  statistics->connections = port->connection_count;
  statistics->queued = port->queue_length;
  statistics->passes = port->passes;
  statistics->unclaimed = port->unclaimed;
  statistics->longest_run = port->longest_run;
  statistics->exhausted = port->exhausted;
  statistics->checks = port->checks;
  statistics->handovers = port->handovers;
  statistics->merged = parallel_isr_backend_load(&port->merged);
  statistics->failed = parallel_isr_backend_load(&port->failed);
  statistics->refused = parallel_isr_backend_load(&port->refused);
  parallel_isr_gate_release(port);
  return STATUS_SUCCESS;
}

/* Copies the connection at a position. False: there is none. */
PARALLEL_ISR_INTERNAL bool parallel_isr_query_connection(parallel_isr_port *port, uint32_t position,
                                                         parallel_isr_connection_information *information)
{
  parallel_isr_gate_acquire(port);
  bool found = position < port->connection_count;
  if (found) {
    parallel_isr_connection *connection = parallel_isr_chain_at(port, position);
    information->service = connection->service;
    information->client = parallel_isr_backend_load_pointer(&connection->handle.client);
    information->called = connection->called;
    information->claimed = connection->claimed;
  }
  parallel_isr_gate_release(port);
  return found;
}

PARALLEL_ISR_API NTSTATUS parallel_isr_iterate(parallel_isr_port *port, parallel_isr_visitor visitor, PVOID context)
{
  parallel_isr_connection_information information;
  uint32_t position = 0u;
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  if (visitor == NULL) return STATUS_INVALID_PARAMETER;
  parallel_isr_backend_lock(port); /* the set of clients stands still */
  while (parallel_isr_query_connection(port, position, &information) && visitor(context, &information) != FALSE)
    position += 1u;
  parallel_isr_backend_unlock(port);
  return STATUS_SUCCESS;
}

#endif

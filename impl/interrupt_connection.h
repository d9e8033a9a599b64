/* SPDX-License-Identifier: MIT */
/*
 * The interrupt connection: clients come and go, the line is connected while there is one (DESIGN 2.2).
 *
 * Two exclusions, in this order: the mutex serialises those who change the set of clients, so that the first connect
 * and the last disconnect of the line cannot meet; the gate keeps every routine of every client still while the table
 * changes. That is why nothing of a client runs once its disconnect has returned.
 *
 * Invariant, between two holders of the mutex: the line is connected if and only if a client is. The first client's
 * slot is complete before the line is connected, and empty before it is disconnected.
 */
#ifndef PARALLEL_ISR_INTERRUPT_CONNECTION_H
#define PARALLEL_ISR_INTERRUPT_CONNECTION_H

/* The tests that do not look at what the caller passed. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_allowed(parallel_isr_port *port)
{
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  if (parallel_isr_backend_load(&port->removed) != 0u) return STATUS_DELETE_PENDING;
  if (port->configuration->enable_connect_interrupt == FALSE) return STATUS_UNSUCCESSFUL;
  return STATUS_SUCCESS;
}

PARALLEL_ISR_INTERNAL void parallel_isr_connect_forget(PARALLEL_INTERRUPT_INFORMATION *information)
{
  information->InterruptObject = NULL;
  information->TryAllocatePortAtInterruptLevel = NULL;
  information->FreePortFromInterruptLevel = NULL;
  information->Context = NULL;
}

/* Makes the client a part of the chain, and tells him how to reach it. Caller: the gate holder. previous: the identity
 * that the slot had, for a way back. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_client(parallel_isr_port *port, PVOID client,
                                                           const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service,
                                                           PARALLEL_INTERRUPT_INFORMATION *information, PVOID *previous)
{
  uint32_t count = port->connection_count;
  if (parallel_isr_chain_find(port, service->InterruptServiceRoutine, service->InterruptServiceContext) < count)
    return STATUS_INVALID_PARAMETER;
  if (count == port->configuration->connection_capacity) return STATUS_INSUFFICIENT_RESOURCES;
  *previous = parallel_isr_backend_load_pointer(&parallel_isr_chain_at(port, count)->handle.client);
  parallel_isr_connection *connection = parallel_isr_chain_append(port, client, service);
  information->InterruptObject = parallel_isr_backend_interrupt_object(port);
  information->TryAllocatePortAtInterruptLevel = parallel_isr_try_allocate_port;
  information->FreePortFromInterruptLevel = parallel_isr_free_port;
  information->Context = &connection->handle;
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_CONNECTED, parallel_isr_backend_load_pointer(&connection->handle.client));
  return STATUS_SUCCESS;
}

/* Connects the line for its first client. If that fails the client is a part of the chain no more. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_first(parallel_isr_port *port, PVOID previous)
{
  NTSTATUS status = parallel_isr_backend_connect_line(port, port->configuration->connect_version);
  if (status == STATUS_SUCCESS) {
    port->line_connected = 1u;
  } else {
    parallel_isr_gate_acquire(port);
    parallel_isr_chain_undo_append(port, previous);
    parallel_isr_gate_release(port);
  }
  return status;
}

/* Connects. Caller: the holder of the mutex. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_locked(parallel_isr_port *port, PVOID client,
                                                           const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service,
                                                           PARALLEL_INTERRUPT_INFORMATION *information)
{
  PVOID previous = NULL;
  if (parallel_isr_backend_load(&port->removed) != 0u) return STATUS_DELETE_PENDING;
  if (port->configuration->connect_version == 0u) return STATUS_NOT_SUPPORTED;
  parallel_isr_gate_acquire(port);
  NTSTATUS status = parallel_isr_connect_client(port, client, service, information, &previous);
  parallel_isr_gate_release(port);
  if (status == STATUS_SUCCESS && port->line_connected == 0u) status = parallel_isr_connect_first(port, previous);
  return status;
}

PARALLEL_ISR_API NTSTATUS parallel_isr_connect(parallel_isr_port *port, PVOID client,
                                               const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service,
                                               PARALLEL_INTERRUPT_INFORMATION *information)
{
  /* The DDI's callers pass one buffer for both: all of the input is read before any of the output is written. */
  PARALLEL_INTERRUPT_SERVICE_ROUTINE wanted = {NULL, NULL, NULL, NULL};
  if (service != NULL) wanted = *service;
  if (information != NULL) parallel_isr_connect_forget(information);

  NTSTATUS status = parallel_isr_connect_allowed(port);
  if (status != STATUS_SUCCESS) return status;
  if (wanted.InterruptServiceRoutine == NULL || information == NULL) return STATUS_INVALID_PARAMETER;

  parallel_isr_backend_lock(port);
  status = parallel_isr_connect_locked(port, client, &wanted, information);
  parallel_isr_backend_unlock(port);
  if (status != STATUS_SUCCESS) parallel_isr_connect_forget(information);
  return status;
}

/* Disconnects the line behind its last client. Caller: the holder of the mutex. */
PARALLEL_ISR_INTERNAL void parallel_isr_disconnect_last(parallel_isr_port *port)
{
  parallel_isr_backend_disconnect_line(port);
  port->line_connected = 0u;
}

/* Disconnects. Caller: the holder of the mutex. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_disconnect_locked(parallel_isr_port *port,
                                                              const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service)
{
  if (parallel_isr_backend_load(&port->removed) != 0u) return STATUS_DELETE_PENDING;
  if (service == NULL) return STATUS_INVALID_PARAMETER;
  parallel_isr_gate_acquire(port);
  uint32_t position = parallel_isr_chain_find(port, service->InterruptServiceRoutine, service->InterruptServiceContext);
  bool found = position < port->connection_count;
  if (found) parallel_isr_chain_remove(port, position);
  bool last = found && port->connection_count == 0u;
  parallel_isr_gate_release(port);
  if (last) parallel_isr_disconnect_last(port);
  return found ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

PARALLEL_ISR_API NTSTATUS parallel_isr_disconnect(parallel_isr_port *port,
                                                  const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service)
{
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  parallel_isr_backend_lock(port);
  NTSTATUS status = parallel_isr_disconnect_locked(port, service);
  parallel_isr_backend_unlock(port);
  return status;
}

#endif

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
/*@ requires ready:    Ready && port == g_port;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Keeps{Pre, Post};
    ensures  level:    \result == STATUS_INVALID_DEVICE_STATE <==> g_level != PASSIVE_LEVEL;
    ensures  removed:  \result == STATUS_DELETE_PENDING ==> g_now.removed == 1;
    ensures  refused:  g_level == PASSIVE_LEVEL && \old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING;
    ensures  decided:  g_level == PASSIVE_LEVEL && g_now.removed == 0 ==> \result ==
                         (g_configuration->enable_connect_interrupt == FALSE ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS);
    ensures  status:   \result == STATUS_INVALID_DEVICE_STATE || \result == STATUS_DELETE_PENDING ||
                       \result == STATUS_UNSUCCESSFUL || \result == STATUS_SUCCESS;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_allowed(parallel_isr_port *port)
{
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  //@ ghost parallel_isr_commit();
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (port->configuration->enable_connect_interrupt == FALSE) return STATUS_UNSUCCESSFUL;
  return STATUS_SUCCESS;
}

/* What a client is told who is not connected. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires apart:    \valid(information) && PARALLEL_ISR_SPEC_FOREIGN(information);
    terminates \true;  exits \false;
    assigns  *information;
    ensures  nothing:  Nothing(information);
    ensures  storage:  Storage(port);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_connect_forget(const parallel_isr_port *port,
                                                       PARALLEL_INTERRUPT_INFORMATION *information)
{
  (void)port;
  information->InterruptObject = NULL;
  information->TryAllocatePortAtInterruptLevel = NULL;
  information->FreePortFromInterruptLevel = NULL;
  information->Context = NULL;
}

/* The identity that the slot had which the next client gets; NULL: there is none. Caller: the gate holder. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    assigns  \result \from port;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsDebt{Pre, Post};
    ensures  tables:   Tables(port);
    ensures  vacant:   port->connection_count < g_slot_count ==> \result != \null;
*/
PARALLEL_ISR_INTERNAL PVOID parallel_isr_connect_vacant(parallel_isr_port *port)
{
  if (port->connection_count == port->configuration->connection_capacity) return NULL;
  PVOID identity =
      parallel_isr_backend_load_pointer(&parallel_isr_chain_at(port, port->connection_count)->handle.client);
  //@ ghost parallel_isr_commit();
  return identity;
}

/* Tells the client how to reach the port, before its ISR can run for the first time. */
/*@ requires storage:  Storage(port) && port == g_port && Tables(port);
    requires client:   \valid(connection);
    requires apart:    \valid(information) && PARALLEL_ISR_SPEC_FOREIGN(information);
    terminates \true;  exits \false;
    assigns  *information;
    ensures  told:     Told(information);
    ensures  storage:  Storage(port);
    ensures  queue:    Queue(port);
    ensures  rest:     Rest(port);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_connect_tell(parallel_isr_port *port, parallel_isr_connection *connection,
                                                     PARALLEL_INTERRUPT_INFORMATION *information)
{
  (void)port;
  information->TryAllocatePortAtInterruptLevel = parallel_isr_try_allocate_port;
  information->FreePortFromInterruptLevel = parallel_isr_free_port;
  information->Context = parallel_isr_identity(&connection->handle);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_CONNECTED, parallel_isr_backend_load_pointer(&connection->handle.client));
}

/* Tells the client the interrupt object: on some platforms there is none before the line is connected. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires apart:    \valid(information) && PARALLEL_ISR_SPEC_FOREIGN(information) && Told(information);
    terminates \true;  exits \false;
    assigns  information->InterruptObject \from port;
    ensures  told:     Told(information);
    ensures  storage:  Storage(port);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_connect_tell_object(parallel_isr_port *port,
                                                            PARALLEL_INTERRUPT_INFORMATION *information)
{
  information->InterruptObject = parallel_isr_backend_interrupt_object(port);
}

/* Makes the client a part of the chain. Caller: the gate holder. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_locked == 1 && Tables(port);
    requires routine:  Service(service) && service.InterruptServiceRoutine != \null;
    requires apart:    \valid(information) && PARALLEL_ISR_SPEC_FOREIGN(information);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, port->connection_count, g_slots[0 .. g_slot_count - 1].service, g_deferring[..],
             g_connections, g_context_slot, *information;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsDebt{Pre, Post};
    ensures  queue:    Queue(port);
    ensures  rest:     Rest(port);
    ensures  status:   \result == STATUS_SUCCESS || \result == STATUS_INVALID_PARAMETER ||
                       \result == STATUS_INSUFFICIENT_RESOURCES;
    ensures  success:  \result == STATUS_SUCCESS ==> Told(information) &&
                         \old(g_connections) < g_slot_count && g_connections == \old(g_connections) + 1;
    ensures  connected: \result == STATUS_SUCCESS ==>
                         Named(g_slots + g_slots[\old(port->connection_count)].order, service.InterruptServiceRoutine,
                               service.InterruptServiceContext);
    ensures  failure:  \result != STATUS_SUCCESS ==> g_connections == \old(g_connections) &&
                         *information == \old(*information);
    ensures  twice:    \old(!Absent(g_slots, g_slot_count, service.InterruptServiceRoutine,
                                    service.InterruptServiceContext)) <==> \result == STATUS_INVALID_PARAMETER;
    ensures  full:     \old(Absent(g_slots, g_slot_count, service.InterruptServiceRoutine,
                                   service.InterruptServiceContext)) ==>
                         (\result == STATUS_INSUFFICIENT_RESOURCES <==> \old(g_connections) == g_slot_count);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_client(parallel_isr_port *port, PVOID client,
                                                           PARALLEL_INTERRUPT_SERVICE_ROUTINE service,
                                                           PARALLEL_INTERRUPT_INFORMATION *information)
{
  uint32_t position = parallel_isr_chain_find(port, service.InterruptServiceRoutine, service.InterruptServiceContext);
  if (position < port->connection_count) return STATUS_INVALID_PARAMETER;
  if (port->connection_count == port->configuration->connection_capacity) return STATUS_INSUFFICIENT_RESOURCES;
  parallel_isr_connection *connection = parallel_isr_chain_append(port, client, service);
  parallel_isr_connect_tell(port, connection, information);
  return STATUS_SUCCESS;
}

/* Connects the line for its first client. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires locked:   g_locked == 1 && g_level == PASSIVE_LEVEL;
    requires first:    g_line == 0 && g_connections == 1 && port->line_connected == \false;
    terminates \true;  exits \false;
    assigns  g_line, port->line_connected;
    ensures  storage:  Storage(port);
    ensures  line:     g_line == (\result == STATUS_SUCCESS ? 1 : 0);
    ensures  flag:     port->line_connected == (\result == STATUS_SUCCESS ? \true : \false);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_line(parallel_isr_port *port)
{
  NTSTATUS status = parallel_isr_backend_connect_line(port, port->configuration->connect_version);
  if (status == STATUS_SUCCESS) port->line_connected = true;
  return status;
}

/* The line could not be connected: the client is a part of the chain no more. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires locked:   g_locked == 1 && g_level == PASSIVE_LEVEL && g_connections == 1;
    requires previous: previous != \null;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  nobody:   g_connections == 0;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_connect_undo(parallel_isr_port *port, PVOID previous)
{
  parallel_isr_gate_acquire(port);
  parallel_isr_chain_undo_append(port, previous);
  parallel_isr_gate_release(port);
}

/* Connects. Caller: the holder of the mutex. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires locked:   g_locked == 1 && g_level == PASSIVE_LEVEL && LineInvariant(port);
    requires routine:  Service(service) && service.InterruptServiceRoutine != \null;
    requires apart:    \valid(information) && PARALLEL_ISR_SPEC_FOREIGN(information);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, g_line, port->line_connected, *information;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  locked:   g_locked == 1 && LineInvariant(port);
    ensures  success:  \result == STATUS_SUCCESS ==> g_connections == \old(g_connections) + 1 && Told(information);
    ensures  failure:  \result != STATUS_SUCCESS ==> g_connections == \old(g_connections);
    ensures  refused:  \old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING;
    ensures  unable:   g_now.removed == 0 && \old(g_configuration->connect_version) == 0 ==>
                         \result == STATUS_NOT_SUPPORTED;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_locked(parallel_isr_port *port, PVOID client,
                                                           PARALLEL_INTERRUPT_SERVICE_ROUTINE service,
                                                           PARALLEL_INTERRUPT_INFORMATION *information)
{
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  //@ ghost parallel_isr_commit();
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (port->configuration->connect_version == 0u) return STATUS_NOT_SUPPORTED;
  parallel_isr_gate_acquire(port);
  PVOID previous = parallel_isr_connect_vacant(port);
  NTSTATUS status = parallel_isr_connect_client(port, client, service, information);
  parallel_isr_gate_release(port);
  if (status == STATUS_SUCCESS && !port->line_connected) {
    status = parallel_isr_connect_line(port);
    if (status != STATUS_SUCCESS) parallel_isr_connect_undo(port, previous);
  }
  if (status == STATUS_SUCCESS) parallel_isr_connect_tell_object(port, information);
  return status;
}

/* Connects what was read. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0 && g_level == PASSIVE_LEVEL;
    requires routine:  Service(service) && service.InterruptServiceRoutine != \null;
    requires apart:    \valid(information) && PARALLEL_ISR_SPEC_FOREIGN(information);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, *information;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  success:  \result == STATUS_SUCCESS ==> Told(information);
    ensures  failure:  \result != STATUS_SUCCESS ==> Nothing(information);
    ensures  refused:  \old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING;
    ensures  unable:   g_now.removed == 0 && \old(g_configuration->connect_version) == 0 ==>
                         \result == STATUS_NOT_SUPPORTED;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_service(parallel_isr_port *port, PVOID client,
                                                            PARALLEL_INTERRUPT_SERVICE_ROUTINE service,
                                                            PARALLEL_INTERRUPT_INFORMATION *information)
{
  parallel_isr_backend_lock(port);
  NTSTATUS status = parallel_isr_connect_locked(port, client, service, information);
  parallel_isr_backend_unlock(port);
  if (status != STATUS_SUCCESS) parallel_isr_connect_forget(port, information);
  return status;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires service:  service == \null || (\valid_read(service) && Service(*service));
    requires apart:    information == \null || (\valid(information) && PARALLEL_ISR_SPEC_FOREIGN(information));
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, *information;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  success:  \result == STATUS_SUCCESS ==> information != \null && Told(information);
    ensures  failure:  \result != STATUS_SUCCESS && information != \null ==> Nothing(information);
    ensures  passive:  \old(g_level) != PASSIVE_LEVEL ==> \result == STATUS_INVALID_DEVICE_STATE;
    ensures  refused:  \old(g_level) == PASSIVE_LEVEL && \old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING;
    ensures  disabled: g_level == PASSIVE_LEVEL && g_now.removed == 0 &&
                       \old(g_configuration->enable_connect_interrupt) == FALSE ==> \result == STATUS_UNSUCCESSFUL;
    ensures  invalid:  g_level == PASSIVE_LEVEL && g_now.removed == 0 &&
                       \old(g_configuration->enable_connect_interrupt) != FALSE &&
                       (service == \null || \old(service->InterruptServiceRoutine) == \null ||
                        information == \null) ==> \result == STATUS_INVALID_PARAMETER;
    ensures  unable:   g_level == PASSIVE_LEVEL && g_now.removed == 0 &&
                       \old(g_configuration->enable_connect_interrupt) != FALSE &&
                       service != \null && \old(service->InterruptServiceRoutine) != \null &&
                       information != \null && \old(g_configuration->connect_version) == 0 ==>
                         \result == STATUS_NOT_SUPPORTED;
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_connect(parallel_isr_port *port, PVOID client,
                                               const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service,
                                               PARALLEL_INTERRUPT_INFORMATION *information)
{
  /* The DDI's callers pass one buffer for both: all of the input is read before any of the output is written. */
  PARALLEL_INTERRUPT_SERVICE_ROUTINE wanted = {NULL, NULL, NULL, NULL};
  if (service != NULL) {
    wanted.InterruptServiceRoutine = service->InterruptServiceRoutine;
    wanted.InterruptServiceContext = service->InterruptServiceContext;
    wanted.DeferredPortCheckRoutine = service->DeferredPortCheckRoutine;
    wanted.DeferredPortCheckContext = service->DeferredPortCheckContext;
  }
  if (information != NULL) parallel_isr_connect_forget(port, information);
  /*@ assert read: service != \null ==>
        wanted.InterruptServiceRoutine == \at(service->InterruptServiceRoutine, Pre) &&
        wanted.InterruptServiceContext == \at(service->InterruptServiceContext, Pre) &&
        wanted.DeferredPortCheckRoutine == \at(service->DeferredPortCheckRoutine, Pre) &&
        wanted.DeferredPortCheckContext == \at(service->DeferredPortCheckContext, Pre); */

  NTSTATUS status = parallel_isr_connect_allowed(port);
  if (status != STATUS_SUCCESS) return status;
  if (wanted.InterruptServiceRoutine == NULL || information == NULL) return STATUS_INVALID_PARAMETER;
  return parallel_isr_connect_service(port, client, wanted, information);
}

/* Disconnects the line behind its last client. Caller: the holder of the mutex. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires locked:   g_locked == 1 && g_line == 1 && g_connections == 0 && g_level == PASSIVE_LEVEL;
    terminates \true;  exits \false;
    assigns  g_line, port->line_connected;
    ensures  ready:    Ready && LineInvariant(port);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_disconnect_last(parallel_isr_port *port)
{
  parallel_isr_backend_disconnect_line(port);
  port->line_connected = false;
}

/* Makes a client a part of the chain no more. False: it was none. Caller: the gate holder. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_locked == 1 && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_CHAIN;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsDebt{Pre, Post};
    ensures  queue:    Queue(port);
    ensures  rest:     Rest(port);
    ensures  found:    routine != \null ==>
                         (\result == \true <==> \old(!Absent(g_slots, g_slot_count, routine, context)));
    ensures  count:    g_connections == \old(g_connections) - (\result == \true ? 1 : 0);
    ensures  gone:     routine == &parallel_isr_any_isr && context == g_context ==>
                         Absent(g_slots, g_slot_count, routine, context);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_disconnect_client(parallel_isr_port *port, PKSERVICE_ROUTINE routine,
                                                          PVOID context)
{
  uint32_t position = parallel_isr_chain_find(port, routine, context);
  if (position == port->connection_count) return false;
  parallel_isr_chain_remove(port, position);
  return true;
}

/* Disconnects. Caller: the holder of the mutex. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires locked:   g_locked == 1 && g_level == PASSIVE_LEVEL && LineInvariant(port);
    requires service:  service == \null || \valid_read(service);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, g_line, port->line_connected;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  locked:   g_locked == 1 && LineInvariant(port);
    ensures  success:  \result == STATUS_SUCCESS ==> g_connections == \old(g_connections) - 1;
    ensures  failure:  \result != STATUS_SUCCESS ==> g_connections == \old(g_connections);
    ensures  refused:  \old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING;
    ensures  null:     g_now.removed == 0 && service == \null ==> \result == STATUS_INVALID_PARAMETER;
    ensures  status:   \result == STATUS_SUCCESS || \result == STATUS_DELETE_PENDING ||
                       \result == STATUS_INVALID_PARAMETER;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_disconnect_locked(parallel_isr_port *port,
                                                              const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service)
{
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  //@ ghost parallel_isr_commit();
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (service == NULL) return STATUS_INVALID_PARAMETER;
  PKSERVICE_ROUTINE routine = service->InterruptServiceRoutine;
  PVOID context = service->InterruptServiceContext;
  parallel_isr_gate_acquire(port);
  bool found = parallel_isr_disconnect_client(port, routine, context);
  bool last = found && port->connection_count == 0u;
  parallel_isr_gate_release(port);
  if (last) parallel_isr_disconnect_last(port);
  return found ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires service:  service == \null || \valid_read(service);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  passive:  \result == STATUS_INVALID_DEVICE_STATE <==> \old(g_level) != PASSIVE_LEVEL;
    ensures  refused:  \old(g_level) == PASSIVE_LEVEL && \old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING;
    ensures  null:     g_level == PASSIVE_LEVEL && g_now.removed == 0 && service == \null ==>
                         \result == STATUS_INVALID_PARAMETER;
    ensures  status:   \result == STATUS_SUCCESS || \result == STATUS_DELETE_PENDING ||
                       \result == STATUS_INVALID_PARAMETER || \result == STATUS_INVALID_DEVICE_STATE;
*/
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

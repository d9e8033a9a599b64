/* SPDX-License-Identifier: MIT */
/*
 * Port ownership: try-allocate and free, at any level, wait-free (DESIGN 3.2).
 *
 *   users         queue length, plus 1 if owned, plus 1 once removed; 0 means free;
 *   owner         who: NULL, a client's identity, or the nameless handle;
 *   check_wanted  somebody found the port taken, or gave it back, and no round of deferred checks has started since.
 *
 * Invariant: users counts exactly that at every instant; the owner word is set only by whom the count made the owner,
 * and only the compare-and-swap that clears it gives the right to take the count back. Between the two words' steps the
 * owner is already, or still, he who changes them.
 *
 * No wakeup is lost: who fails sets check_wanted and then looks at users; who frees lowers users and then looks at
 * check_wanted. At least one of them sees the other (store buffering: both sides seq_cst).
 */
#ifndef PARALLEL_ISR_PORT_OWNERSHIP_H
#define PARALLEL_ISR_PORT_OWNERSHIP_H

/* A counter that is kept without the gate. It stops at the limit: fewer contexts than that are between the steps. */
PARALLEL_ISR_INTERNAL void parallel_isr_count_atomic(volatile uint32_t *counter)
{
  if (parallel_isr_backend_load(counter) < PARALLEL_ISR_COUNTER_LIMIT)
    (void)parallel_isr_backend_fetch_add(counter, 1u);
}

/* A counter that the gate holder keeps. */
PARALLEL_ISR_INTERNAL void parallel_isr_count(uint32_t *counter)
{
  if (*counter < UINT32_MAX) *counter += 1u;
}

/* Asks for the deferred checks, if there is a routine to call. */
PARALLEL_ISR_INTERNAL void parallel_isr_request_checks(parallel_isr_port *port)
{
  if (parallel_isr_backend_load(&port->deferred_count) != 0u) parallel_isr_backend_request_dpc(port);
}

/* One more user of a free port: the caller. */
PARALLEL_ISR_INTERNAL bool parallel_isr_users_try_take(parallel_isr_port *port)
{
  return parallel_isr_backend_compare_exchange(&port->users, 0u, 1u);
}

/* The caller, whom the count made the owner, says who he is. */
PARALLEL_ISR_INTERNAL void parallel_isr_owner_set(parallel_isr_port *port, PVOID client)
{
  parallel_isr_backend_store_pointer(&port->owner, client);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_OWNED, client);
}

/* Tries to make the port ownerless; the one who succeeds takes the count back. */
PARALLEL_ISR_INTERNAL bool parallel_isr_owner_try_clear(parallel_isr_port *port, PVOID owner)
{
  return parallel_isr_backend_compare_exchange_pointer(&port->owner, owner, NULL);
}

/* The owner goes, but the port stays owned: anybody may free it now. */
PARALLEL_ISR_INTERNAL void parallel_isr_owner_make_nameless(parallel_isr_port *port, PVOID client)
{
  (void)parallel_isr_backend_compare_exchange_pointer(&port->owner, client, &port->nameless);
}

/* One user less. Returns how many there were with him. */
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_users_leave(parallel_isr_port *port)
{
  return parallel_isr_backend_fetch_sub(&port->users, 1u);
}

/* From now on somebody is owed a round of checks: a try failed, a round was cut short, or the last request
 * was cancelled. */
PARALLEL_ISR_INTERNAL void parallel_isr_owe_check(parallel_isr_port *port)
{
  parallel_isr_backend_store(&port->check_wanted, 1u);
  if (parallel_isr_backend_load(&port->users) == 0u) parallel_isr_request_checks(port);
}

PARALLEL_ISR_INTERNAL bool parallel_isr_try_allocate(parallel_isr_port *port, PVOID client)
{
  if (parallel_isr_users_try_take(port)) {
    parallel_isr_owner_set(port, client);
    return true;
  }
  parallel_isr_count_atomic(&port->failed);
  parallel_isr_owe_check(port);
  return false;
}

/* Is the port the client's to free? If so, it is ownerless afterwards, and the caller must give the count back. A
 * disconnect may turn the owner nameless in between: then the second attempt decides. Two are enough, for a port
 * does not get its owner's name back. */
PARALLEL_ISR_INTERNAL bool parallel_isr_owner_release(parallel_isr_port *port, PVOID client)
{
  PVOID nameless = &port->nameless;
  PVOID owner = parallel_isr_backend_load_pointer(&port->owner);
  if (owner == NULL || (owner != client && owner != nameless && client != nameless)) return false;
  return parallel_isr_owner_try_clear(port, owner) || parallel_isr_owner_try_clear(port, nameless);
}

PARALLEL_ISR_API NTSTATUS parallel_isr_free(parallel_isr_port *port, PVOID client)
{
  PVOID caller = client != NULL ? client : (PVOID)&port->nameless;
  if (!parallel_isr_owner_release(port, caller)) {
    parallel_isr_count_atomic(&port->refused);
    return STATUS_RESOURCE_NOT_OWNED;
  }
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_FREED, caller);
  /* A client whose deferred routine is running need not be told that the port is free: he would trigger himself for
   * ever. */
  if (parallel_isr_backend_load_pointer(&port->checking) != caller) parallel_isr_backend_store(&port->check_wanted, 1u);
  if (parallel_isr_users_leave(port) > 1u)
    parallel_isr_backend_request_dpc(port); /* the head of the queue is owed the port */
  else if (parallel_isr_backend_load(&port->check_wanted) != 0u)
    parallel_isr_request_checks(port);
  return STATUS_SUCCESS;
}

/* What the DDI calls Context is the address of a handle. */
PARALLEL_ISR_INTERNAL parallel_isr_handle *parallel_isr_context_handle(PVOID Context)
{
  return (parallel_isr_handle *)Context;
}

PARALLEL_ISR_API BOOLEAN NTAPI parallel_isr_try_allocate_port(PVOID Context)
{
  parallel_isr_handle *handle = parallel_isr_context_handle(Context);
  if (parallel_isr_backend_load(&handle->connected) == 0u) {
    parallel_isr_count_atomic(&handle->port->refused);
    return FALSE;
  }
  PVOID client = parallel_isr_backend_load_pointer(&handle->client);
  if (!parallel_isr_try_allocate(handle->port, client)) return FALSE;
  /* A disconnect that came between found no owner to make nameless: one of the two sees the other. */
  if (parallel_isr_backend_load(&handle->connected) == 0u) parallel_isr_owner_make_nameless(handle->port, client);
  return TRUE;
}

PARALLEL_ISR_API void NTAPI parallel_isr_free_port(PVOID Context)
{
  parallel_isr_handle *handle = parallel_isr_context_handle(Context);
  (void)parallel_isr_free(handle->port, parallel_isr_backend_load_pointer(&handle->client));
}

PARALLEL_ISR_API ULONG NTAPI parallel_isr_query_waiters(PVOID Context)
{
  uint32_t users = parallel_isr_backend_load(&parallel_isr_context_handle(Context)->port->users);
  return users > 0u ? users - 1u : 0u;
}

#endif

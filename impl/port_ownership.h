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

/* What the DDI calls Context is the address of a handle, and so is the identity of a client without a token. */
/*@ requires valid:    \valid(handle);
    terminates \true;  exits \false;
    assigns  \result \from handle;
    ensures  named:    \result != \null;
    ensures  nameless: handle == &g_port->nameless ==> \result == g_nameless;
*/
PARALLEL_ISR_INTERNAL PVOID parallel_isr_identity(parallel_isr_handle *handle)
{
  return handle;
}
/*@ terminates \true;  exits \false;
    assigns  \result \from Context;
    ensures  handle:   \valid(\result) && \result->port == g_port &&
                       &\result->client != &g_port->owner && &\result->client != &g_port->checking;
*/
PARALLEL_ISR_INTERNAL parallel_isr_handle *parallel_isr_context_handle(PVOID Context)
{
  return (parallel_isr_handle *)Context;
}

/* A counter that is kept without the gate. It stops at the limit: fewer contexts than that are between the steps. */
/*@ requires ready:    Ready && PARALLEL_ISR_SPEC_IS_COUNTER(counter);
    requires settled:  g_mine.merging == 0 && g_mine.failing == 0 && g_mine.refusing == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Keeps{Pre, Post} && KeepsUser{Pre, Post};
*/
PARALLEL_ISR_INTERNAL void parallel_isr_count_atomic(volatile uint32_t *counter)
{
  uint32_t count = parallel_isr_backend_load(counter);
  /*@ ghost
    if (count < PARALLEL_ISR_COUNTER_LIMIT) {
      if (counter == &g_port->merged) { g_mine.merging = 1; g_now.merging = g_now.merging + 1; }
      if (counter == &g_port->failed) { g_mine.failing = 1; g_now.failing = g_now.failing + 1; }
      if (counter == &g_port->refused) { g_mine.refusing = 1; g_now.refusing = g_now.refusing + 1; }
    }
    parallel_isr_commit();
  */
  if (count < PARALLEL_ISR_COUNTER_LIMIT) {
    (void)parallel_isr_backend_fetch_add(counter, 1u);
    /*@ ghost
      g_now.merged = g_now.merged + g_mine.merging;
      g_now.merging = g_now.merging - g_mine.merging;
      g_now.failed = g_now.failed + g_mine.failing;
      g_now.failing = g_now.failing - g_mine.failing;
      g_now.refused = g_now.refused + g_mine.refusing;
      g_now.refusing = g_now.refusing - g_mine.refusing;
      g_mine.merging = 0;
      g_mine.failing = 0;
      g_mine.refusing = 0;
      parallel_isr_commit();
    */
  }
}

/* A counter that the gate holder keeps. */
/*@ requires valid:    \valid(counter);
    terminates \true;  exits \false;
    assigns  *counter;
    ensures  counted:  *counter == (\old(*counter) < UINT32_MAX ? \old(*counter) + 1 : UINT32_MAX);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_count(uint32_t *counter)
{
  if (*counter < UINT32_MAX) *counter += 1u;
}

/* Asks for the deferred checks, if there is a routine to call. */
/*@ requires ready:    Ready && port == g_port && g_mine.looking == 1;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsGate{Pre, Post} && KeepsLock{Pre, Post} && KeepsPort{Pre, Post};
    ensures  looked:   g_mine.looking == 0 && KeepsMineButLooking{Pre, Post};
    ensures  user:     KeepsUser{Pre, Post};
*/
PARALLEL_ISR_INTERNAL void parallel_isr_request_checks(parallel_isr_port *port)
{
  uint32_t deferred = parallel_isr_backend_load(&port->deferred_count);
  //@ ghost if (deferred == 0) { g_mine.looking = 0; g_now.looking = g_now.looking - 1; }
  //@ ghost parallel_isr_commit();
  if (deferred != 0u) {
    parallel_isr_backend_request_dpc(port);
    //@ ghost g_now.dpc = 1;
    //@ ghost g_mine.looking = 0;
    //@ ghost g_now.looking = g_now.looking - 1;
    //@ ghost parallel_isr_commit();
  }
}

/* One more user of a free port: the caller. */
/*@ requires ready:    Ready && port == g_port && g_now.transit != g_me && g_mine.failed == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsGate{Pre, Post} && KeepsLock{Pre, Post} && KeepsPlace{Pre, Post};
    ensures  taken:    \result == \true  ==> g_now.transit == g_me && KeepsMine{Pre, Post};
    ensures  failed:   \result == \false ==> g_now.transit != g_me && g_mine.failed == 1 && KeepsMineButFailed{Pre,
                       Post};
    ensures  either:   \result == \true || \result == \false;
    ensures  granted:  g_granted == (\result == \true ? 1 : 0);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_users_try_take(parallel_isr_port *port)
{
  //@ ghost g_granted = 0;
  bool taken = parallel_isr_backend_compare_exchange(&port->users, 0u, 1u);
  //@ ghost if (taken) { g_now.owned = 1; g_now.transit = g_me; g_granted = 1; } else { g_mine.failed = 1; }
  //@ ghost parallel_isr_commit();
  return taken;
}

/* The caller, whom the count made the owner, says who he is. */
/*@ requires ready:    Ready && port == g_port && g_now.transit == g_me && client != \null;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsGate{Pre, Post} && KeepsLock{Pre, Post} && KeepsPlace{Pre, Post} &&
                       KeepsMine{Pre, Post};
    ensures  owner:    g_now.owner == client && g_now.transit != g_me;
    ensures  user:     KeepsUser{Pre, Post};
*/
PARALLEL_ISR_INTERNAL void parallel_isr_owner_set(parallel_isr_port *port, PVOID client)
{
  parallel_isr_backend_store_pointer(&port->owner, client);
  //@ ghost g_now.owner = client;
  //@ ghost g_now.transit = 0;
  //@ ghost parallel_isr_commit();
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_OWNED, client);
}

/* Tries to make the port ownerless; the one who succeeds takes the count back. */
/*@ requires ready:    Ready && port == g_port && g_now.transit != g_me && owner != \null;
    requires may:      MayFree(g_client, owner, g_nameless);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsGate{Pre, Post} && KeepsLock{Pre, Post} && KeepsPlace{Pre, Post} &&
                       KeepsMine{Pre, Post};
    ensures  cleared:  \result == \true <==> g_now.transit == g_me;
    ensures  client:   g_client == \old(g_client) && KeepsUser{Pre, Post};
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_owner_try_clear(parallel_isr_port *port, PVOID owner)
{
  bool cleared = parallel_isr_backend_compare_exchange_pointer(&port->owner, owner, NULL);
  //@ ghost if (cleared) { g_now.owner = NULL; g_now.transit = g_me; }
  //@ ghost parallel_isr_commit();
  return cleared;
}

/* The owner goes, but the port stays owned: anybody may free it now. */
/*@ requires ready:    Ready && port == g_port && client != \null;
    requires may:      Holds || client == g_client;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Keeps{Pre, Post} && KeepsUser{Pre, Post};
*/
PARALLEL_ISR_INTERNAL void parallel_isr_owner_make_nameless(parallel_isr_port *port, PVOID client)
{
  (void)parallel_isr_backend_compare_exchange_pointer(&port->owner, client, parallel_isr_identity(&port->nameless));
  //@ ghost g_now.owner = g_target;
  //@ ghost parallel_isr_commit();
}

/* One user less. Returns how many there were with him. */
/*@ requires ready:    Ready && port == g_port && g_mine.promised == 0 && g_mine.looking == 0;
    requires user:     g_now.transit == g_me || (Holds && g_now.queued > 0);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPlace{Pre, Post} && \result >= 1;
    ensures  held:     KeepsHold{Pre, Post} && KeepsDebt{Pre, Post};
    ensures  tables:   g_now.holder == g_me ==>
                       g_now.deferred == \old(g_now.deferred) &&
                       g_now.queued == \old(g_now.queued) - (\old(g_now.transit) == g_me ? 0 : 1);
    ensures  transit:  g_now.transit != g_me;
    ensures  returned: g_returned == (\old(g_now.transit) == g_me ? 1 : 0);
    ensures  promised: g_mine.promised == (\old(g_now.transit) == g_me && \result == 1 ? 0 : 1);
    ensures  looking:  g_mine.looking == 1 - g_mine.promised;
    ensures  mine:     KeepsCounters{Pre, Post} && g_mine.asking == \old(g_mine.asking) &&
                       g_mine.failed == \old(g_mine.failed);
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_users_leave(parallel_isr_port *port)
{
  //@ ghost g_returned = 0;
  uint32_t users = parallel_isr_backend_fetch_sub(&port->users, 1u);
  /*@ ghost
    if (g_now.transit == g_me) { g_now.owned = 0; g_now.transit = 0; g_returned = 1; }
    else { g_now.queued = g_now.queued - 1; }
    if (users == 1 && g_before.transit == g_me) {
      g_mine.looking = 1;
      g_now.looking = g_now.looking + 1;
    } else {
      g_mine.promised = 1;
      g_now.promised = g_now.promised + 1;
    }
    parallel_isr_commit();
  */
  return users;
}

/* From now on somebody is owed a round of checks: a try failed, a round was cut short, or the last request
 * was cancelled. */
/*@ requires ready:    Ready && port == g_port && g_mine.looking == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsGate{Pre, Post} && KeepsLock{Pre, Post} && KeepsPort{Pre, Post};
    ensures  owed:     g_now.holder == g_me ==> g_now.check == 1;
    ensures  told:     g_mine.failed == 0 && KeepsMineButFailed{Pre, Post};
    ensures  user:     KeepsUser{Pre, Post};
*/
PARALLEL_ISR_INTERNAL void parallel_isr_owe_check(parallel_isr_port *port)
{
  parallel_isr_backend_store(&port->check_wanted, 1u);
  //@ ghost g_now.check = 1;
  //@ ghost if (g_now.deferred > 0) g_now.due = 1;
  //@ ghost g_mine.failed = 0;
  //@ ghost g_mine.looking = 1;
  //@ ghost g_now.looking = g_now.looking + 1;
  //@ ghost parallel_isr_commit();
  uint32_t users = parallel_isr_backend_load(&port->users);
  //@ ghost if (users != 0) { g_mine.looking = 0; g_now.looking = g_now.looking - 1; }
  //@ ghost parallel_isr_commit();
  if (users == 0u) parallel_isr_request_checks(port);
}

/*@ requires ready:    Ready && port == g_port && g_now.transit != g_me && Settled(g_mine);
    requires client:   client != \null;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Keeps{Pre, Post};
    ensures  owner:    \result == \true ==> g_now.owner == client;
    ensures  granted:  g_granted == (\result == \true ? 1 : 0);
*/
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
/*@ requires ready:    Ready && port == g_port && g_now.transit != g_me && client == g_client;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsGate{Pre, Post} && KeepsLock{Pre, Post} && KeepsPlace{Pre, Post} &&
                       KeepsMine{Pre, Post};
    ensures  released: \result == \true <==> g_now.transit == g_me;
    ensures  user:     KeepsUser{Pre, Post};
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_owner_release(parallel_isr_port *port, PVOID client)
{
  PVOID nameless = parallel_isr_identity(&port->nameless);
  PVOID owner = parallel_isr_backend_load_pointer(&port->owner);
  //@ ghost parallel_isr_commit();
  if (owner == NULL || (owner != client && owner != nameless && client != nameless)) return false;
  return parallel_isr_owner_try_clear(port, owner) || parallel_isr_owner_try_clear(port, nameless);
}

/*@ requires ready:    Ready && port == g_port && g_now.transit != g_me && Settled(g_mine);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready;
    ensures  keeps:    Keeps{Pre, Post};
    ensures  status:   \result == STATUS_SUCCESS || \result == STATUS_RESOURCE_NOT_OWNED;
    ensures  returned: g_returned == (\result == STATUS_SUCCESS ? 1 : 0);
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_free(parallel_isr_port *port, PVOID client)
{
  PVOID caller = client != NULL ? client : parallel_isr_identity(&port->nameless);
  //@ ghost g_client = caller;
  //@ ghost g_returned = 0;
  //@ assert caller: g_client == (client != \null ? client : g_nameless);
  if (!parallel_isr_owner_release(port, caller)) {
    parallel_isr_count_atomic(&port->refused);
    return STATUS_RESOURCE_NOT_OWNED;
  }
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_FREED, caller);
  /* A client whose deferred routine is running need not be told that the port is free: he would trigger himself for
   * ever. */
  PVOID checking = parallel_isr_backend_load_pointer(&port->checking);
  //@ ghost parallel_isr_commit();
  if (checking != caller) {
    parallel_isr_backend_store(&port->check_wanted, 1u);
    //@ ghost g_now.check = 1;
    //@ ghost if (g_now.deferred > 0) g_now.due = 1;
    //@ ghost parallel_isr_commit();
  }
  if (parallel_isr_users_leave(port) > 1u) {
    parallel_isr_backend_request_dpc(port); /* the head of the queue is owed the port */
    //@ ghost g_now.dpc = 1;
    //@ ghost g_mine.promised = 0;
    //@ ghost g_now.promised = g_now.promised - 1;
    //@ ghost parallel_isr_commit();
  } else {
    uint32_t wanted = parallel_isr_backend_load(&port->check_wanted);
    //@ ghost if (wanted == 0) { g_mine.looking = 0; g_now.looking = g_now.looking - 1; }
    //@ ghost parallel_isr_commit();
    if (wanted != 0u) parallel_isr_request_checks(port);
  }
  return STATUS_SUCCESS;
}

/*@ requires ready:    Ready && g_now.transit != g_me && Settled(g_mine);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Keeps{Pre, Post};
    ensures  either:   \result == TRUE || \result == FALSE;
    ensures  granted:  g_granted == (\result == TRUE ? 1 : 0);
*/
PARALLEL_ISR_API BOOLEAN NTAPI parallel_isr_try_allocate_port(PVOID Context)
{
  //@ ghost g_granted = 0;
  parallel_isr_handle *handle = parallel_isr_context_handle(Context);
  uint32_t connected = parallel_isr_backend_load(&handle->connected);
  //@ ghost parallel_isr_commit();
  if (connected == 0u) {
    parallel_isr_count_atomic(&handle->port->refused);
    return FALSE;
  }
  PVOID client = parallel_isr_backend_load_pointer(&handle->client);
  //@ ghost parallel_isr_commit();
  if (!parallel_isr_try_allocate(handle->port, client)) return FALSE;
  /* A disconnect that came between found no owner to make nameless: one of the two sees the other. */
  connected = parallel_isr_backend_load(&handle->connected);
  //@ ghost g_client = client;
  //@ ghost parallel_isr_commit();
  if (connected == 0u) parallel_isr_owner_make_nameless(handle->port, client);
  return TRUE;
}

/*@ requires ready:    Ready && g_now.transit != g_me && Settled(g_mine);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Keeps{Pre, Post};
*/
PARALLEL_ISR_API void NTAPI parallel_isr_free_port(PVOID Context)
{
  parallel_isr_handle *handle = parallel_isr_context_handle(Context);
  PVOID client = parallel_isr_backend_load_pointer(&handle->client);
  //@ ghost parallel_isr_commit();
  (void)parallel_isr_free(handle->port, client);
}

/*@ requires ready:    Ready;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Keeps{Pre, Post};
    ensures  waiters:  \result == (UsersWord(g_now) > 0 ? UsersWord(g_now) - 1 : 0);
*/
PARALLEL_ISR_API ULONG NTAPI parallel_isr_query_waiters(PVOID Context)
{
  uint32_t users = parallel_isr_backend_load(&parallel_isr_context_handle(Context)->port->users);
  //@ ghost parallel_isr_commit();
  return users > 0u ? users - 1u : 0u;
}

#endif

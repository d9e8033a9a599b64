# SPDX-License-Identifier: MIT
"""The seeded faults. One is a text that occurs once in its file without annotations, and what it is replaced by.

`groups` are tried in order until one fails: what one thread can see, for unit_interleave preempted at any step, goes to
the cheap groups; what only threads show goes to stress. A fault that changes nothing that anybody could observe has no
place here.
"""
import collections

Mutant = collections.namedtuple("Mutant", "name file old new groups")

CHEAP = "conformance unit stress"
RACE = "stress"
CHIPS = "pic8259"

MUTANTS = []


def room(path):
    """Returns the function that adds faults of one file."""

    def fault(name, old, new, groups=CHEAP):
        MUTANTS.append(Mutant(name, path, old.strip("\n"), new.strip("\n"), groups.split()))

    return fault


# ---- the gate --------------------------------------------------------------------------------------------------------
fault = room("impl/service_gate.h")

fault("gate: taken in two steps", """
  bool taken = parallel_isr_gate_exchange(port, PARALLEL_ISR_GATE_FREE, PARALLEL_ISR_GATE_HELD);
""", """
  bool taken = parallel_isr_backend_load(&port->gate) == PARALLEL_ISR_GATE_FREE;
  if (taken) parallel_isr_backend_store(&port->gate, PARALLEL_ISR_GATE_HELD);
""")
fault("gate: AGAIN is lost", """
  uint32_t old = parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_AGAIN);
""", """
  uint32_t old = parallel_isr_backend_load(&port->gate);
""")
fault("gate: an interrupt does not see that the gate is free by now", """
  return old == PARALLEL_ISR_GATE_FREE || old == PARALLEL_ISR_GATE_AGAIN;
""", """
  return old == PARALLEL_ISR_GATE_AGAIN;
""")
fault("gate: a second chance that is none", """
gate_exchange(port, PARALLEL_ISR_GATE_AGAIN, PARALLEL_ISR_GATE_HELD);
""", """
gate_exchange(port, PARALLEL_ISR_GATE_FREE, PARALLEL_ISR_GATE_HELD);
""")
fault("gate: an interrupt ignores WANTED", """
  return old == PARALLEL_ISR_GATE_FREE || old == PARALLEL_ISR_GATE_AGAIN;
}

/* Takes a gate that is free but for a pass that is owed, and with it the debt. */
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_take_owed(parallel_isr_port *port)
{
  bool taken = parallel_isr_gate_exchange(port, PARALLEL_ISR_GATE_AGAIN, PARALLEL_ISR_GATE_HELD);
""", """
  return (old & PARALLEL_ISR_GATE_HELD) == 0u;
}

PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_take_owed(parallel_isr_port *port)
{
  uint32_t old = parallel_isr_backend_load(&port->gate);
  bool taken = (old & PARALLEL_ISR_GATE_HELD) == 0u &&
               parallel_isr_gate_exchange(port, old, (old & PARALLEL_ISR_GATE_WANTED) | PARALLEL_ISR_GATE_HELD);
""")
fault("gate: WANTED is not said", """
  (void)parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_WANTED);
""", """
  (void)parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_FREE);
""")
fault("gate: the acquirer drops AGAIN", """
gate_exchange(port, old, old - PARALLEL_ISR_GATE_WANTED + PARALLEL_ISR_GATE_HELD);
""", """
gate_exchange(port, old, PARALLEL_ISR_GATE_HELD);
""")
fault("gate: the acquirer leaves WANTED behind", """
gate_exchange(port, old, old - PARALLEL_ISR_GATE_WANTED + PARALLEL_ISR_GATE_HELD);
""", """
gate_exchange(port, old, old + PARALLEL_ISR_GATE_HELD);
""")
fault("gate: the acquirer takes a held gate", """
  if (old == PARALLEL_ISR_GATE_WANTED || old == PARALLEL_ISR_GATE_WANTED + PARALLEL_ISR_GATE_AGAIN) {
    taken = parallel_isr_gate_exchange(port, old, old - PARALLEL_ISR_GATE_WANTED + PARALLEL_ISR_GATE_HELD);
""", """
  if (old == PARALLEL_ISR_GATE_WANTED || old == PARALLEL_ISR_GATE_WANTED + PARALLEL_ISR_GATE_AGAIN ||
      old == PARALLEL_ISR_GATE_WANTED + PARALLEL_ISR_GATE_HELD) {
    taken = parallel_isr_gate_exchange(port, old, (old & PARALLEL_ISR_GATE_AGAIN) | PARALLEL_ISR_GATE_HELD);
""")
fault("gate: acquire does not raise the level", """
  parallel_isr_backend_enter(port);
  if (!parallel_isr_gate_try_take(port)) {
""", """
  if (!parallel_isr_gate_try_take(port)) {
""")
fault("gate: acquire does not wait", """
    while (!parallel_isr_gate_try_take_wanted(port)) parallel_isr_backend_relax();
""", """
    (void)parallel_isr_gate_try_take_wanted(port);
""")
fault("gate: left whatever was asked for", """
  bool left = parallel_isr_backend_compare_exchange(&port->gate, PARALLEL_ISR_GATE_HELD, PARALLEL_ISR_GATE_FREE);
""", """
  bool left = parallel_isr_backend_fetch_and(&port->gate, ~PARALLEL_ISR_GATE_HELD) != PARALLEL_ISR_GATE_FREE;
""")
fault("gate: left by a store", """
  bool left = parallel_isr_backend_compare_exchange(&port->gate, PARALLEL_ISR_GATE_HELD, PARALLEL_ISR_GATE_FREE);
""", """
  bool left = parallel_isr_backend_load(&port->gate) == PARALLEL_ISR_GATE_HELD;
  if (left) parallel_isr_backend_store(&port->gate, PARALLEL_ISR_GATE_FREE);
""")
fault("gate: AGAIN taken over but not cleared", """
fetch_and(&port->gate, ~PARALLEL_ISR_GATE_AGAIN);
""", """
fetch_and(&port->gate, ~PARALLEL_ISR_GATE_FREE);
""")
fault("gate: AGAIN forgotten beside WANTED", """
  return old == PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_AGAIN ||
         old == PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_AGAIN + PARALLEL_ISR_GATE_WANTED;
""", """
  return old == PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_AGAIN;
""")
fault("gate: no DPC for what is owed", """
  if (old != PARALLEL_ISR_GATE_HELD && old != PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_WANTED) {
    parallel_isr_backend_request_dpc(port);
  }
""", """
  (void)old;
""")
fault("gate: left with the debt cleared", """
  uint32_t old = parallel_isr_backend_fetch_and(&port->gate, ~PARALLEL_ISR_GATE_HELD);
""", """
  uint32_t old = parallel_isr_backend_fetch_and(&port->gate, PARALLEL_ISR_GATE_WANTED);
""")
fault("gate: dropped release", """
  uint32_t old = parallel_isr_backend_fetch_and(&port->gate, ~PARALLEL_ISR_GATE_HELD);
""", """
  uint32_t old = parallel_isr_backend_load(&port->gate);
""")
fault("gate: release keeps the level", """
  parallel_isr_gate_leave(port);
  parallel_isr_backend_exit(port);
""", """
  parallel_isr_gate_leave(port);
""")

# ---- ownership -------------------------------------------------------------------------------------------------------
fault = room("impl/port_ownership.h")

fault("ownership: an atomic counter wraps", """
  uint32_t count = parallel_isr_backend_load(counter);
  if (count < PARALLEL_ISR_COUNTER_LIMIT) {
    (void)parallel_isr_backend_fetch_add(counter, 1u);
  }
""", """
  (void)parallel_isr_backend_fetch_add(counter, 1u);
""")
fault("ownership: a counter of the gate wraps", """
  if (*counter < UINT32_MAX) *counter += 1u;
""", """
  *counter += 1u;
""")
fault("ownership: checks requested without a routine", """
  uint32_t deferred = parallel_isr_backend_load(&port->deferred_count);
  if (deferred != 0u) {
    parallel_isr_backend_request_dpc(port);
  }
""", """
  parallel_isr_backend_request_dpc(port);
""")
fault("ownership: taken in two steps", """
  bool taken = parallel_isr_backend_compare_exchange(&port->users, 0u, 1u);
""", """
  bool taken = parallel_isr_backend_load(&port->users) == 0u;
  if (taken) parallel_isr_backend_store(&port->users, 1u);
""")
fault("ownership: taken by counting", """
  bool taken = parallel_isr_backend_compare_exchange(&port->users, 0u, 1u);
""", """
  bool taken = parallel_isr_backend_fetch_add(&port->users, 1u) == 0u;
""")
fault("ownership: the owner is not named", """
    parallel_isr_owner_set(port, client);
    return true;
""", """
    (void)client;
    return true;
""")
fault("ownership: cleared in two steps", """
  bool cleared = parallel_isr_backend_compare_exchange_pointer(&port->owner, owner, NULL);
""", """
  bool cleared = parallel_isr_backend_load_pointer(&port->owner) == owner;
  if (cleared) parallel_isr_backend_store_pointer(&port->owner, NULL);
""", RACE)
fault("ownership: nameless whoever owns", """
  (void)parallel_isr_backend_compare_exchange_pointer(&port->owner, client, parallel_isr_identity(&port->nameless));
""", """
  (void)client;
  if (parallel_isr_backend_load_pointer(&port->owner) != NULL)
    parallel_isr_backend_store_pointer(&port->owner, parallel_isr_identity(&port->nameless));
""")
fault("ownership: the user stays", """
  uint32_t users = parallel_isr_backend_fetch_sub(&port->users, 1u);
""", """
  uint32_t users = parallel_isr_backend_load(&port->users);
""")
fault("ownership: one user less in two steps", """
  uint32_t users = parallel_isr_backend_fetch_sub(&port->users, 1u);
""", """
  uint32_t users = parallel_isr_backend_load(&port->users);
  parallel_isr_backend_store(&port->users, users - 1u);
""")
fault("ownership: missing check_wanted", """
  parallel_isr_backend_store(&port->check_wanted, 1u);
  uint32_t users = parallel_isr_backend_load(&port->users);
""", """
  uint32_t users = parallel_isr_backend_load(&port->users);
""")
fault("ownership: users not looked at again", """
  uint32_t users = parallel_isr_backend_load(&port->users);
  if (users == 0u) parallel_isr_request_checks(port);
""", """
""")
fault("ownership: who loses is owed nothing", """
  parallel_isr_owe_check(port);
  return false;
""", """
  return false;
""")
fault("ownership: lost tries are not counted", """
  parallel_isr_count_atomic(&port->failed);
""", """
""")
fault("ownership: owner not compared", """
  if (owner == NULL || (owner != client && owner != nameless && client != nameless)) return false;
""", """
  if (owner == NULL || client == NULL) return false;
""")
fault("ownership: a free port is freed", """
  if (owner == NULL || (owner != client""", """
  if ((owner != NULL && owner != client""")
fault("ownership: the nameless cannot free", """
 && client != nameless)) return false;
""", """
)) return false;
""")
fault("ownership: nobody frees for the nameless", """
 && owner != nameless && client""", """
 && client""")
fault("ownership: an owner that turns nameless cannot free", """
  return parallel_isr_owner_try_clear(port, owner) || parallel_isr_owner_try_clear(port, nameless);
""", """
  return parallel_isr_owner_try_clear(port, owner);
""")
fault("ownership: refused frees are not counted", """
    parallel_isr_count_atomic(&port->refused);
    return STATUS_RESOURCE_NOT_OWNED;
""", """
    return STATUS_RESOURCE_NOT_OWNED;
""")
fault("ownership: a deferred routine triggers itself", """
  PVOID checking = parallel_isr_backend_load_pointer(&port->checking);
  if (checking != caller) {
    parallel_isr_backend_store(&port->check_wanted, 1u);
  }
""", """
  parallel_isr_backend_store(&port->check_wanted, 1u);
""")
fault("ownership: a free wants no checks", """
  PVOID checking = parallel_isr_backend_load_pointer(&port->checking);
  if (checking != caller) {
    parallel_isr_backend_store(&port->check_wanted, 1u);
  }
""", """
""")
fault("ownership: the DPC not requested for a waiter", """
  if (parallel_isr_users_leave(port) > 1u) {
    parallel_isr_backend_request_dpc(port);""", """
  if (parallel_isr_users_leave(port) > 1u) {
    parallel_isr_request_checks(port);""")
fault("ownership: the DPC not requested for the last waiter", """
  if (parallel_isr_users_leave(port) > 1u)
""", """
  if (parallel_isr_users_leave(port) > 2u)
""")
fault("ownership: check_wanted looked at before users", """
  if (parallel_isr_users_leave(port) > 1u) {
    parallel_isr_backend_request_dpc(port); /* the head of the queue is owed the port */
  } else {
    uint32_t wanted = parallel_isr_backend_load(&port->check_wanted);
""", """
  uint32_t wanted = parallel_isr_backend_load(&port->check_wanted);
  if (parallel_isr_users_leave(port) > 1u) {
    parallel_isr_backend_request_dpc(port); /* the head of the queue is owed the port */
  } else {
""")
fault("ownership: a disconnected handle takes the port", """
  uint32_t connected = parallel_isr_backend_load(&handle->connected);
""", """
  uint32_t connected = 1u;
""")
fault("ownership: a try beside a disconnect leaves a name", """
  connected = parallel_isr_backend_load(&handle->connected);
  if (connected == 0u) parallel_isr_owner_make_nameless(handle->port, client);
""", """
""")
fault("ownership: the owner waits for himself", """
  return users > 0u ? users - 1u : 0u;
""", """
  return users;
""")

# ---- the chain -------------------------------------------------------------------------------------------------------
fault = room("impl/isr_chain.h")

fault("chain: found by the routine alone", """
    if (service->InterruptServiceRoutine == routine && service->InterruptServiceContext == context) break;
""", """
    if (service->InterruptServiceRoutine == routine && (routine != NULL || context != NULL)) break;
""")
fault("chain: found by the context alone", """
    if (service->InterruptServiceRoutine == routine && service->InterruptServiceContext == context) break;
""", """
    if (routine != NULL && service->InterruptServiceContext == context) break;
""")
fault("chain: a connection without a token has no name", """
client != NULL ? client : parallel_isr_identity(&connection->handle));
""", """
client != NULL ? client : parallel_isr_identity(&port->nameless));
""")
fault("chain: deferred routines are not counted", """
  if (service.DeferredPortCheckRoutine != NULL) {
    (void)parallel_isr_backend_fetch_add(&port->deferred_count, 1u);
  }
""", """
""")
fault("chain: deferred routines are not uncounted", """
  if (connection->service.DeferredPortCheckRoutine != NULL) {
    (void)parallel_isr_backend_fetch_sub(&port->deferred_count, 1u);
  }
""", """
""")
fault("chain: a stale handle looks connected", """
  parallel_isr_backend_store(&connection->handle.connected, 0u);
""", """
""")
fault("chain: counts of the connection before", """
  connection->called = 0u;
  connection->claimed = 0u;
}

/* The connection at a position has left""", """
}

/* The connection at a position has left""")
fault("chain: checks start behind the last", """
  } else if (port->check_position == port->connection_count) {
    port->check_position = 0u;
  }
""", """
  }
""")
fault("chain: off by one in order compaction", """
  for (uint32_t i = position; i < last; i++) {
""", """
  for (uint32_t i = position; i + 1u < last; i++) {
""")
fault("chain: freed slots are reused newest first", """
  uint32_t last = port->configuration->connection_capacity - 1u;
""", """
  uint32_t last = port->connection_count - 1u;
""")
fault("chain: a round does not follow the one who moves up", """
    port->check_position -= 1u;
""", """
""")
fault("chain: an owner keeps its name when it leaves", """
  parallel_isr_chain_shrink(port, position);
  parallel_isr_owner_make_nameless(port, client);
""", """
  parallel_isr_chain_shrink(port, position);
""")
fault("chain: a failed connect leaves the owner its name", """
  parallel_isr_owner_make_nameless(port, parallel_isr_identity(&connection->handle));
""", """
""")
fault("chain: a failed connect changes the stale identity", """
  parallel_isr_backend_store_pointer(&connection->handle.client, identity);
""", """
  (void)identity;
""")
fault("chain: calls are not counted", """
  parallel_isr_count(&connection->called);
""", """
""")
fault("chain: claims are not counted", """
  if (claimed != FALSE) parallel_isr_count(&connection->claimed);
""", """
""")
fault("chain: a pass stops at the first claim", """
  for (uint32_t position = 0u; position < port->connection_count; position++)
    if""", """
  for (uint32_t position = 0u; position < port->connection_count && !claimed; position++)
    if""")
fault("chain: the last routine decides", """
    if (parallel_isr_chain_call(port, parallel_isr_chain_at(port, position))) claimed = true;
""", """
    claimed = parallel_isr_chain_call(port, parallel_isr_chain_at(port, position));
""")
fault("chain: called in the order of slots", """
    if (parallel_isr_chain_call(port, parallel_isr_chain_at(port, position))) claimed = true;
""", """
    if (parallel_isr_chain_call(port, &port->configuration->connections[position])) claimed = true;
""")
fault("chain: a single routine is walked again", """
 && port->configuration->walk_again != FALSE && port->connection_count > 1u;
""", """
 && port->configuration->walk_again != FALSE;
""")
fault("chain: walked again unasked", """
  bool again = claimed && port->configuration->walk_again != FALSE && port""", """
  bool again = claimed && port""")
fault("chain: one walk too many", """
  while (again && passes < PARALLEL_ISR_MAX_PASSES) {
""", """
  while (again && passes <= PARALLEL_ISR_MAX_PASSES) {
""")
fault("chain: a walk without end is not counted", """
  if (again) parallel_isr_count(&port->exhausted);
""", """
""")
fault("chain: unclaimed interrupts are not counted", """
    parallel_isr_count(&port->unclaimed);
""", """
""")
fault("chain: a storm at its threshold", """
        unclaimed > configuration->storm_unclaimed)
""", """
        unclaimed >= configuration->storm_unclaimed)
""")
fault("chain: a storm is not forgotten", """
    port->window_unclaimed = 0u;
    if""", """
    if""")
fault("chain: the storm rule cannot be turned off", """
    if (configuration->storm_routine != NULL && configuration->storm_unclaimed != 0u &&
""", """
    if (configuration->storm_routine != NULL &&
""")
fault("chain: the longest run is not the longest", """
  if (passes > port->longest_run) port->longest_run = passes;
""", """
  port->longest_run = passes;
""")
fault("chain: the debt is left to the DPC", """
  if (!parallel_isr_gate_is_wanted(port) && parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);
""", """
  (void)parallel_isr_gate_is_wanted(port);
""")
fault("chain: the debt is taken over and forgotten", """
 && parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);
""", """
) (void)parallel_isr_gate_take_again(port);
""")
fault("chain: a holder that serves for ever", """
  if (!parallel_isr_gate_is_wanted(port) && parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);
""", """
  while (!parallel_isr_gate_is_wanted(port) && parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);
""")
fault("chain: the gate is kept", """
  parallel_isr_gate_leave(port);
}
""", """
}
""")
fault("chain: a merged interrupt is judged", """
  if (judged) parallel_isr_chain_judge(port, claimed);
""", """
  (void)judged;
  parallel_isr_chain_judge(port, claimed);
""")
fault("chain: interrupts are not judged", """
  if (judged) parallel_isr_chain_judge(port, claimed);
""", """
  (void)judged;
""")
fault("chain: a merged interrupt is not claimed", """
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_MERGED, NULL);
  return true;
""", """
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_MERGED, NULL);
  return false;
""")
fault("chain: merged interrupts are not counted", """
  parallel_isr_count_atomic(&port->merged);
""", """
""")
fault("chain: nobody is known to be checking", """
  parallel_isr_backend_store_pointer(&port->checking, client);
""", """
""")
fault("chain: somebody is checking for ever", """
  parallel_isr_backend_store_pointer(&port->checking, NULL);
""", """
""")
fault("chain: checks of a taken port", """
    uint32_t users = parallel_isr_backend_load(&port->users);
    if (users != 0u) break;
""", """
""")
fault("chain: every round starts at the first", """
  uint32_t position = port->check_position;
""", """
  uint32_t position = 0u;
""")
fault("chain: a round cut short starts anew", """
  port->check_position = done < count ? position : 0u;
""", """
  port->check_position = 0u;
""")
fault("chain: a whole round does not start anew", """
  port->check_position = done < count ? position : 0u;
""", """
  port->check_position = position;
""")
fault("chain: a round does not wrap", """
    position = position + 1u < count ? position + 1u : 0u;
""", """
    position = position + 1u < count ? position + 1u : position;
""")
fault("chain: a round cut short is owed nothing", """
  if (done < count) parallel_isr_owe_check(port);
""", """
""")
fault("chain: synchronised at a device level", """
  if (routine == NULL || parallel_isr_level_is_device(port)) return FALSE;
""", """
  if (routine == NULL) return FALSE;
""")
fault("chain: synchronised with nothing", """
  parallel_isr_gate_acquire(port);
  BOOLEAN result;
  result = routine(context);
  parallel_isr_gate_release(port);
  return result;
""", """
  return routine(context);
""")

# ---- the queue -------------------------------------------------------------------------------------------------------
fault = room("impl/allocation_queue.h")

fault("queue: off by one when a request ends", """
  for (uint32_t i = position; i > first; i--) {
""", """
  for (uint32_t i = position; i > first + 1u; i--) {
""")
fault("queue: found by the routine alone", """
    if (request->completion == completion && request->context == context) break;
""", """
    if (request->completion == completion && (completion != NULL || context != NULL)) break;
""")
fault("queue: full one later", """
  return parallel_isr_queue_end(port) == port->configuration->request_capacity;
""", """
  return parallel_isr_queue_end(port) > port->configuration->request_capacity;
""")
fault("queue: slots of ended requests are taken for free", """
  return parallel_isr_queue_end(port) == port->configuration->request_capacity;
""", """
  return port->queue_length == port->configuration->request_capacity;
""")
fault("queue: appended over an ended request", """
  parallel_isr_request *request = parallel_isr_queue_at(port, parallel_isr_queue_end(port));
""", """
  parallel_isr_request *request = parallel_isr_queue_at(port, port->queue_length);
""")
fault("queue: appended at the head", """
  request->status = STATUS_PENDING;
  port->queue_length += 1u;
""", """
  request->status = STATUS_PENDING;
  parallel_isr_request *requests = port->configuration->requests;
  uint16_t slot = requests[parallel_isr_queue_end(port)].order;
  for (uint32_t i = parallel_isr_queue_end(port); i > port->ended_count; i--)
    requests[i].order = requests[i - 1u].order;
  requests[port->ended_count].order = slot;
  port->queue_length += 1u;
""")
fault("queue: completions last ended first", """
  for (uint32_t i = position; i > first; i--) {
    requests[i].order = requests[i - 1u].order;
  }
  requests[first].order = slot;
""", """
  for (uint32_t i = position; i > 0u; i--) {
    requests[i].order = requests[i - 1u].order;
  }
  requests[0].order = slot;
""")
fault("queue: a slot is not given back", """
  port->ended_count -= 1u;
""", """
""")
fault("queue: off by one when a slot is given back", """
  for (uint32_t i = 0u; i < last; i++) {
""", """
  for (uint32_t i = 0u; i + 1u < last; i++) {
""")
fault("queue: an ended request keeps its routine", """
  request->completion = NULL;
""", """
""")
fault("queue: handed over while owned", """
  uint32_t users = parallel_isr_backend_load(&port->users);
  if (port->queue_length == 0u || users != port->queue_length) return;
""", """
  if (port->queue_length == 0u) return;
""")
fault("queue: hand-over last come first served", """
  PVOID client = parallel_isr_queue_at(port, port->ended_count)->client;
  parallel_isr_queue_conclude(port, port->ended_count, STATUS_SUCCESS);
""", """
  PVOID client = parallel_isr_queue_at(port, parallel_isr_queue_end(port) - 1u)->client;
  parallel_isr_queue_conclude(port, parallel_isr_queue_end(port) - 1u, STATUS_SUCCESS);
""")
fault("queue: handed over to the nameless", """
  parallel_isr_owner_set(port, client);
}

/* Allocates""", """
  parallel_isr_owner_set(port, client == NULL ? client : (PVOID)&port->nameless);
}

/* Allocates""")
fault("queue: hand-overs are not counted", """
  parallel_isr_count(&port->handovers);
""", """
""")
fault("queue: observably free at a hand-over", """
  parallel_isr_queue_conclude(port, port->ended_count, STATUS_SUCCESS);
""", """
  (void)parallel_isr_backend_fetch_sub(&port->users, 1u);
  (void)parallel_isr_backend_fetch_add(&port->users, 1u);
  parallel_isr_queue_conclude(port, port->ended_count, STATUS_SUCCESS);
""")
fault("queue: allocated while the port is removed", """
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (parallel_isr_queue_find""", """
  if (parallel_isr_queue_find""")
fault("queue: the same request twice", """
  if (parallel_isr_queue_find(port, completion, context) < parallel_isr_queue_end(port))
    return STATUS_INVALID_PARAMETER;
""", """
""")
fault("queue: room is tested too late", """
  if (parallel_isr_queue_is_full(port)) return STATUS_INSUFFICIENT_RESOURCES;
  uint32_t users = parallel_isr_backend_fetch_add(&port->users, 1u);
  if (users == 0u) {
    parallel_isr_owner_set(port, client);
    return STATUS_SUCCESS;
  }
""", """
  uint32_t users = parallel_isr_backend_fetch_add(&port->users, 1u);
  if (users == 0u) {
    parallel_isr_owner_set(port, client);
    return STATUS_SUCCESS;
  }
  if (parallel_isr_queue_is_full(port)) return STATUS_INSUFFICIENT_RESOURCES;
""")
fault("queue: a request without a token is refused its name", """
  PVOID caller = client != NULL ? client : parallel_isr_identity(&port->nameless);
""", """
  PVOID caller = client;
""")
fault("queue: allocate at a device level", """
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  uint32_t removed""", """
  uint32_t removed""")
fault("queue: allocate without a completion routine", """
  if (completion == NULL) return STATUS_INVALID_PARAMETER;
""", """
""")
fault("queue: a removed port looks at the arguments first", """
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (completion == NULL) return STATUS_INVALID_PARAMETER;
""", """
  if (completion == NULL) return STATUS_INVALID_PARAMETER;
""")
fault("queue: cancel leaves users", """
  if (parallel_isr_users_leave(port) == 1u) parallel_isr_owe_check(port);
""", """
  if (parallel_isr_backend_load(&port->users) == 1u) parallel_isr_owe_check(port);
""")
fault("queue: nobody completes a cancelled request", """
  parallel_isr_backend_request_dpc(port); /* for the completion call */
""", """
""")
fault("queue: a cancelled request succeeds", """
queue_withdraw(port, position, STATUS_CANCELLED);
""", """
queue_withdraw(port, position, STATUS_SUCCESS);
""")
fault("queue: cancel at a device level", """
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  parallel_isr_gate_acquire(port);
  NTSTATUS status = parallel_isr_queue_cancel""", """
  parallel_isr_gate_acquire(port);
  NTSTATUS status = parallel_isr_queue_cancel""")
fault("queue: cancel finds what is not there", """
  if (position == parallel_isr_queue_end(port)) return STATUS_NOT_FOUND;
""", """
  if (position == parallel_isr_queue_end(port)) return STATUS_SUCCESS;
""")
fault("queue: cancel without the gate", """
  parallel_isr_gate_acquire(port);
  NTSTATUS status = parallel_isr_queue_cancel(port, completion, context);
  parallel_isr_gate_release(port);
""", """
  NTSTATUS status = parallel_isr_queue_cancel(port, completion, context);
""")

# ---- the DPC ---------------------------------------------------------------------------------------------------------
fault = room("impl/deferred_procedure.h")

fault("DPC: takes the debt over and forgets it", """
  if (parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);
""", """
  (void)parallel_isr_gate_take_again(port);
""")
fault("DPC: serves what nobody asked for", """
  if (parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);
""", """
  (void)parallel_isr_gate_take_again(port);
  (void)parallel_isr_chain_serve(port);
""")
fault("DPC: no hand-over", """
  parallel_isr_queue_hand_over(port);
""", """
""")
fault("DPC: a round for nobody", """
  uint32_t deferred = parallel_isr_backend_load(&port->deferred_count);
  if (deferred == 0u) return false;
""", """
""", RACE)
fault("DPC: the same round again and again", """
  uint32_t wanted = parallel_isr_backend_exchange(&port->check_wanted, 0u);
""", """
  uint32_t wanted = parallel_isr_backend_load(&port->check_wanted);
""")
fault("DPC: a round that nobody wanted", """
  uint32_t deferred = parallel_isr_backend_load(&port->deferred_count);
  if (deferred == 0u) return false;
  uint32_t users = parallel_isr_backend_load(&port->users);
  if (users != 0u) return false;
  uint32_t wanted = parallel_isr_backend_exchange(&port->check_wanted, 0u);
  return wanted != 0u;
""", """
  (void)parallel_isr_backend_exchange(&port->check_wanted, 0u);
  uint32_t deferred = parallel_isr_backend_load(&port->deferred_count);
  if (deferred == 0u) return false;
  uint32_t users = parallel_isr_backend_load(&port->users);
  return users == 0u;
""")
fault("DPC: a round whenever it could be one", """
  return wanted != 0u;
""", """
  return wanted != 0u || users == 0u;
""")
fault("DPC: check_wanted is cleared after the round", """
  if (parallel_isr_dpc_takes_checks(port)) parallel_isr_chain_check_round(port);
""", """
  if (parallel_isr_dpc_takes_checks(port)) {
    parallel_isr_chain_check_round(port);
    parallel_isr_backend_store(&port->check_wanted, 0u);
  }
""")
fault("DPC: one completion is enough", """
  if (port->ended_count != 0u) {
    parallel_isr_backend_request_dpc(port);
  }
""", """
""")
fault("DPC: a completion is called twice", """
    ended.completion(ended.context, ended.status);
""", """
    ended.completion(ended.context, ended.status);
    ended.completion(ended.context, ended.status);
""")
fault("DPC: completions always succeed", """
    ended.completion(ended.context, ended.status);
""", """
    ended.completion(ended.context, STATUS_SUCCESS);
""")
fault("DPC: a completion inside the gate", """
  parallel_isr_chain_leave(port);
  parallel_isr_backend_exit(port);
  return ended;
""", """
  if (ended.completion != NULL) ended.completion(ended.context, ended.status);
  ended.completion = NULL;
  parallel_isr_chain_leave(port);
  parallel_isr_backend_exit(port);
  return ended;
""")
fault("DPC: without the gate", """
  parallel_isr_gate_acquire(port);
  parallel_isr_request ended
""", """
  parallel_isr_backend_enter(port);
  parallel_isr_request ended
""")
fault("DPC: stays at the device level", """
  parallel_isr_backend_exit(port);
  return ended;
""", """
  return ended;
""")

# ---- the interrupt connection ----------------------------------------------------------------------------------------
fault = room("impl/interrupt_connection.h")

fault("connect: missing level check", """
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  uint32_t removed""", """
  uint32_t removed""")
fault("connect: at DISPATCH_LEVEL", """
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  uint32_t removed""", """
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  uint32_t removed""")
fault("connect: the switch is ignored", """
  if (port->configuration->enable_connect_interrupt == FALSE) return STATUS_UNSUCCESSFUL;
""", """
""")
fault("connect: the switch comes before the removal", """
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (port->configuration->enable_connect_interrupt == FALSE) return STATUS_UNSUCCESSFUL;
""", """
  if (port->configuration->enable_connect_interrupt == FALSE) return STATUS_UNSUCCESSFUL;
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  if (removed != 0u) return STATUS_DELETE_PENDING;
""")
fault("connect: the same routine twice", """
  uint32_t position = parallel_isr_chain_find(port, service.InterruptServiceRoutine, service.InterruptServiceContext);
  if (position < port->connection_count) return STATUS_INVALID_PARAMETER;
""", """
""")
fault("connect: one client too many", """
  if (port->connection_count == port->configuration->connection_capacity) return STATUS_INSUFFICIENT_RESOURCES;
""", """
  if (port->connection_count > port->configuration->connection_capacity) return STATUS_INSUFFICIENT_RESOURCES;
""")
fault("connect: one client too few", """
  if (port->connection_count == port->configuration->connection_capacity) return STATUS_INSUFFICIENT_RESOURCES;
""", """
  if (port->connection_count + 1u == port->configuration->connection_capacity) return STATUS_INSUFFICIENT_RESOURCES;
""")
fault("connect: the nameless handle for everybody", """
  information->Context = parallel_isr_identity(&connection->handle);
""", """
  information->Context = parallel_isr_identity(&port->nameless);
""")
fault("connect: a line that failed counts as connected", """
  if (status == STATUS_SUCCESS) port->line_connected = true;
""", """
  port->line_connected = true;
""")
fault("connect: the line is connected for every client", """
  if (status == STATUS_SUCCESS) port->line_connected = true;
""", """
  if (status == STATUS_SUCCESS) port->line_connected = false;
""")
fault("connect: a client stays though the line failed", """
  parallel_isr_gate_acquire(port);
  parallel_isr_chain_undo_append(port, previous);
  parallel_isr_gate_release(port);
""", """
  (void)port;
  (void)previous;
""")
fault("connect: the line before the client", """
  parallel_isr_gate_acquire(port);
  PVOID previous = parallel_isr_connect_vacant(port);
  NTSTATUS status = parallel_isr_connect_client(port, client, service, information);
  parallel_isr_gate_release(port);
  if (status == STATUS_SUCCESS && !port->line_connected) {
    status = parallel_isr_connect_line(port);
    if (status != STATUS_SUCCESS) parallel_isr_connect_undo(port, previous);
  }
""", """
  if (!port->line_connected) {
    NTSTATUS line = parallel_isr_connect_line(port);
    if (line != STATUS_SUCCESS) return line;
  }
  parallel_isr_gate_acquire(port);
  NTSTATUS status = parallel_isr_connect_client(port, client, service, information);
  parallel_isr_gate_release(port);
""")
fault("connect: not behind the removal", """
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (port->configuration->connect_version""", """
  if (port->configuration->connect_version""")
fault("connect: output written before the input is read", """
  if (service != NULL) {
    wanted.InterruptServiceRoutine = service->InterruptServiceRoutine;
    wanted.InterruptServiceContext = service->InterruptServiceContext;
    wanted.DeferredPortCheckRoutine = service->DeferredPortCheckRoutine;
    wanted.DeferredPortCheckContext = service->DeferredPortCheckContext;
  }
  if (information != NULL) parallel_isr_connect_forget(port, information);
""", """
  if (information != NULL) parallel_isr_connect_forget(port, information);
  if (service != NULL) {
    wanted.InterruptServiceRoutine = service->InterruptServiceRoutine;
    wanted.InterruptServiceContext = service->InterruptServiceContext;
    wanted.DeferredPortCheckRoutine = service->DeferredPortCheckRoutine;
    wanted.DeferredPortCheckContext = service->DeferredPortCheckContext;
  }
""")
fault("connect: forgotten output of an early failure", """
  if (information != NULL) parallel_isr_connect_forget(port, information);
""", """
""")
fault("connect: forgotten output on failure", """
  if (status != STATUS_SUCCESS) parallel_isr_connect_forget(port, information);
""", """
""")
fault("connect: without a routine", """
  if (wanted.InterruptServiceRoutine == NULL || information == NULL) return STATUS_INVALID_PARAMETER;
""", """
  if (information == NULL) return STATUS_INVALID_PARAMETER;
""")
fault("connect: without the mutex", """
  parallel_isr_backend_lock(port);
  NTSTATUS status = parallel_isr_connect_locked(port, client, service, information);
  parallel_isr_backend_unlock(port);
""", """
  NTSTATUS status = parallel_isr_connect_locked(port, client, service, information);
""")
fault("connect: without the gate", """
  parallel_isr_gate_acquire(port);
  PVOID previous = parallel_isr_connect_vacant(port);
  NTSTATUS status = parallel_isr_connect_client(port, client, service, information);
  parallel_isr_gate_release(port);
""", """
  PVOID previous = parallel_isr_connect_vacant(port);
  NTSTATUS status = parallel_isr_connect_client(port, client, service, information);
""", RACE)
fault("disconnect: the line does not know", """
  parallel_isr_backend_disconnect_line(port);
  port->line_connected = false;
""", """
  port->line_connected = false;
""")
fault("disconnect: the line is remembered as connected", """
  parallel_isr_backend_disconnect_line(port);
  port->line_connected = false;
""", """
  parallel_isr_backend_disconnect_line(port);
""")
fault("disconnect: the line while a client is left", """
  bool last = found && port->connection_count == 0u;
""", """
  bool last = found;
""")
fault("disconnect: the line without a client found", """
  bool last = found && port->connection_count == 0u;
""", """
  bool last = port->connection_count == 0u;
""")
fault("disconnect: a removed port looks for the client", """
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (service == NULL)
""", """
  if (service == NULL)
""")
fault("disconnect: what is not there", """
  return found ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
""", """
  return STATUS_SUCCESS;
""")
fault("disconnect: without the gate", """
  parallel_isr_gate_acquire(port);
  bool found = parallel_isr_disconnect_client(port, routine, context);
  bool last = found && port->connection_count == 0u;
  parallel_isr_gate_release(port);
""", """
  bool found = parallel_isr_disconnect_client(port, routine, context);
  bool last = found && port->connection_count == 0u;
""")
fault("disconnect: missing level check", """
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  parallel_isr_backend_lock(port);
""", """
  parallel_isr_backend_lock(port);
""")

# ---- the negotiation -------------------------------------------------------------------------------------------------
fault = room("impl/interrupt_negotiation.h")

fault("negotiation: messages go to the first of the chain only", """
    parallel_isr_add_messages(port, position, arrived);
""", """
    if (position == 0u) parallel_isr_add_messages(port, position, arrived);
""")
fault("negotiation: every client is taken for one of messages", """
  if (service->InterruptServiceRoutine == parallel_isr_message_routine())
""", """
  if (service->InterruptServiceRoutine != NULL)
""")
fault("negotiation: a message is told again and again", """
  client->pending = 0u;
""", """
""")
fault("negotiation: a client has messages from before it was connected", """
  interrupt->pending = 0u;
""", """
  (void)interrupt;
""")
fault("negotiation: what is pending is overwritten", """
->pending |= arrived;
""", """
->pending = arrived;
""")
fault("negotiation: the last message is never told", """
message < PARALLEL_ISR_MAX_MESSAGES; message++)
""", """
message + 30u < PARALLEL_ISR_MAX_MESSAGES; message++)
""")
fault("negotiation: a message that its client refused is claimed", """
  claimed = client->routine(object, client->context, message);
  return claimed != FALSE;
""", """
  claimed = client->routine(object, client->context, message);
  return claimed <= TRUE;
""")
fault("negotiation: messages from before the connection are told", """
  parallel_isr_hand_messages_out(port);
  interrupt->pending = 0u;
""", """
  interrupt->pending = 0u;
""")
fault("negotiation: no device", """
  if (device == NULL || !routine || floating != FALSE) return STATUS_INVALID_PARAMETER;
""", """
  if (device == NULL) routine = true;
  if (!routine || floating != FALSE) return STATUS_INVALID_PARAMETER;
""")
fault("negotiation: no routine of messages", """
  if (device == NULL || !routine || floating != FALSE) return STATUS_INVALID_PARAMETER;
""", """
  if (device == NULL || (!routine && floating != FALSE)) return STATUS_INVALID_PARAMETER;
""")
fault("negotiation: floating point is promised", """
  if (device == NULL || !routine || floating != FALSE) return STATUS_INVALID_PARAMETER;
""", """
  (void)floating;
  if (device == NULL || !routine) return STATUS_INVALID_PARAMETER;
""")
fault("negotiation: a lock that nobody takes", """
  if (lock != NULL) return STATUS_NOT_SUPPORTED;
""", """
  (void)lock;
""")
fault("negotiation: no line is not supported", """
  return port->configuration->connect_version != 0u ? STATUS_SUCCESS : STATUS_NOT_FOUND;
""", """
  (void)port;
  return STATUS_SUCCESS;
""")
fault("negotiation: several messages are a line", """
  return parallel_isr_message_count(port) <= 1u ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
""", """
  return STATUS_SUCCESS;
""")
fault("negotiation: one message is no line", """
  return parallel_isr_message_count(port) <= 1u ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
""", """
  return parallel_isr_message_count(port) < 1u ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
""")
fault("negotiation: a fallback is needed for messages", """
  if (parallel_isr_message_count(port) == 0u && wanted->FallBackServiceRoutine == NULL) return STATUS_NOT_FOUND;
""", """
  if (wanted->FallBackServiceRoutine == NULL) return STATUS_NOT_FOUND;
""")
fault("negotiation: the fallback keeps its old name", """
  NTSTATUS status = parallel_isr_connect_line_form(port, client, interrupt, routine, context, CONNECT_LINE_BASED);
""", """
  NTSTATUS status = parallel_isr_connect_line_form(port, client, interrupt, routine, context, CONNECT_MESSAGE_BASED);
""")
fault("negotiation: the output is what it was", """
  if (context == NULL) return STATUS_INVALID_PARAMETER;
  *context = NULL;
""", """
  if (context == NULL) return STATUS_INVALID_PARAMETER;
""")
fault("negotiation: the highest form is not told", """
    parallel_isr_tell_version(port, parameters, PARALLEL_ISR_HIGHEST_VERSION);
""", "")
fault("negotiation: a connection that failed stands", """
  interrupt->version = status == STATUS_SUCCESS ? version : 0u;
""", """
  interrupt->version = version;
""")
fault("negotiation: at any level", """
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  interrupt->version = 0u;
""", """
  interrupt->version = 0u;
""")
fault("negotiation: any vector", """
  if (wanted->Vector != entry.Vector) return STATUS_NOT_FOUND;
""", "")
fault("negotiation: any mode", """
  return wanted->InterruptMode == entry.Mode ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
""", """
  return STATUS_SUCCESS;
""")
fault("negotiation: no processor", """
  if (wanted->ProcessorEnableMask == 0u) return STATUS_INVALID_PARAMETER_10;
""", "")
fault("negotiation: a level below the vector's", """
  if (wanted->SynchronizeIrql < wanted->Irql || (group && wanted->Group != 0u)) return STATUS_INVALID_PARAMETER;
""", """
  if (group && wanted->Group != 0u) return STATUS_INVALID_PARAMETER;
""")
fault("negotiation: the group counts where it is to be ignored", """
  if (wanted->SynchronizeIrql < wanted->Irql || (group && wanted->Group != 0u)) return STATUS_INVALID_PARAMETER;
""", """
  (void)group;
  if (wanted->SynchronizeIrql < wanted->Irql || wanted->Group != 0u) return STATUS_INVALID_PARAMETER;
""")
fault("negotiation: a passive ISR", """
  if (wanted->Irql == PASSIVE_LEVEL) return STATUS_NOT_SUPPORTED;
""", "")
fault("negotiation: a line of one's own", """
  if (parallel_isr_message_count(port) == 0u && wanted->ShareVector == FALSE) return STATUS_INVALID_PARAMETER;
""", "")
fault("negotiation: disconnected under another form", """
  if (parameters->Version != interrupt->version ||
      parameters->ConnectionContext.Generic != parallel_isr_connection_context(interrupt))
    return STATUS_INVALID_PARAMETER;
""", """
  if (parameters->ConnectionContext.Generic != parallel_isr_connection_context(interrupt))
    return STATUS_INVALID_PARAMETER;
""")
fault("negotiation: disconnected with another context", """
  if (parameters->Version != interrupt->version ||
      parameters->ConnectionContext.Generic != parallel_isr_connection_context(interrupt))
    return STATUS_INVALID_PARAMETER;
""", """
  if (parameters->Version != interrupt->version) return STATUS_INVALID_PARAMETER;
""")

# ---- the life of a port ----------------------------------------------------------------------------------------------
fault = room("impl/port_lifetime.h")

fault("initialize: no connection slots", """
  return configuration->connections != NULL && configuration->connection_capacity >= 1u &&
""", """
  return configuration->connections != NULL &&
""")
fault("initialize: too many connection slots", """
         configuration->connection_capacity <= PARALLEL_ISR_MAX_CONNECTIONS &&
""", """
         configuration->connection_capacity <= PARALLEL_ISR_MAX_CONNECTIONS + 1u &&
""")
fault("initialize: requests that are nowhere", """
         (configuration->requests != NULL || configuration->request_capacity == 0u);
""", """
         configuration->request_capacity <= PARALLEL_ISR_MAX_REQUESTS;
""")
fault("initialize: a slot keeps what it was", """
  connection->called = 0u;
  connection->claimed = 0u;
  connection->order = (uint8_t)slot;
""", """
  connection->order = (uint8_t)slot;
""")
fault("initialize: a counter keeps what it was", """
  port->handovers = 0u;
""", """
""")
fault("initialize: the storm window keeps what it was", """
  port->window_interrupts = 0u;
""", """
""")
fault("remove: two at a time", """
  uint32_t removed = parallel_isr_backend_exchange(&port->removed, 1u);
  if (removed != 0u) return false;
""", """
  (void)parallel_isr_backend_exchange(&port->removed, 1u);
""")
fault("remove: keeps no user", """
  (void)parallel_isr_backend_fetch_add(&port->users, 1u);
  while (port->queue_length""", """
  while (port->queue_length""")
fault("remove: the queue goes on", """
  while (port->queue_length != 0u) parallel_isr_queue_withdraw(port, port->ended_count, STATUS_DELETE_PENDING);
""", """
""")
fault("remove: requests are cancelled", """
queue_withdraw(port, port->ended_count, STATUS_DELETE_PENDING);
""", """
queue_withdraw(port, port->ended_count, STATUS_CANCELLED);
""")
fault("remove: one client is left", """
  bool found = port->connection_count != 0u;
  if (found) parallel_isr_chain_remove""", """
  bool found = port->connection_count > 1u;
  if (found) parallel_isr_chain_remove""")
fault("remove: the line stays", """
  if (port->line_connected) parallel_isr_disconnect_last(port);
""", """
""")
fault("remove: the DPC is not drained", """
    parallel_isr_backend_drain_dpc(port);
""", """
""")
fault("remove: missing level check", """
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  parallel_isr_backend_lock(port);
""", """
  parallel_isr_backend_lock(port);
""")

# ---- queries ---------------------------------------------------------------------------------------------------------
fault = room("impl/port_query.h")

fault("query: forgotten output on failure", """
  parallel_isr_tell_statistics(port, copy, statistics);
  return status;
""", """
  if (status == STATUS_SUCCESS) parallel_isr_tell_statistics(port, copy, statistics);
  return status;
""")
fault("query: statistics at a device level", """
  if (!parallel_isr_level_is_device(port)) {
""", """
  {
""")
fault("query: one connection too many", """
  return information.service.InterruptServiceRoutine != NULL && parallel_isr_show(visitor, context, information);
""", """
  return parallel_isr_show(visitor, context, information) && information.service.InterruptServiceRoutine != NULL;
""")
fault("query: the visitor cannot stop", """
  return more != FALSE;
""", """
  (void)more;
  return true;
""")
fault("query: clients come and go meanwhile", """
  parallel_isr_backend_lock(port); /* the set of clients stands still */
  while (parallel_isr_visit(port, position, visitor, context)) position += 1u;
  parallel_isr_backend_unlock(port);
""", """
  while (parallel_isr_visit(port, position, visitor, context)) position += 1u;
""")
fault("query: iterate at DISPATCH_LEVEL", """
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
""", """
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
""")

# ---- device control --------------------------------------------------------------------------------------------------
fault = room("impl/device_control.h")

fault("control: an input one byte short", """
  if (request->input_length < sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) ||
""", """
  if (request->input_length + 1u < sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) ||
""")
fault("control: an output that just fits", """
request->output_length < sizeof(PARALLEL_INTERRUPT_INFORMATION))
""", """
request->output_length <= sizeof(PARALLEL_INTERRUPT_INFORMATION))
""")
fault("control: lengths before the switch", """
  NTSTATUS status = parallel_isr_connect_allowed(port);
  if (status != STATUS_SUCCESS) return status;
  if (request->input_length < sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) ||
      request->output_length < sizeof(PARALLEL_INTERRUPT_INFORMATION))
    return STATUS_BUFFER_TOO_SMALL;
""", """
  if (request->input_length < sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) ||
      request->output_length < sizeof(PARALLEL_INTERRUPT_INFORMATION))
    return STATUS_BUFFER_TOO_SMALL;
  NTSTATUS status = parallel_isr_connect_allowed(port);
  if (status != STATUS_SUCCESS) return status;
""")
fault("control: a failure writes output", """
  if (status == STATUS_SUCCESS) parallel_isr_buffer_write_interrupt(buffer, &information);
""", """
  parallel_isr_buffer_write_interrupt(buffer, &information);
""")
fault("control: connect does not say how much it wrote", """
  if (status == STATUS_SUCCESS) request->information = sizeof(PARALLEL_INTERRUPT_INFORMATION);
""", """
""")
fault("control: the token does not reach connect", """
connect_buffer(port, request->client, request->system_buffer);
""", """
connect_buffer(port, NULL, request->system_buffer);
""")
fault("control: disconnect looks at the level last", """
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  /* Under the mutex
""", """
  /* Under the mutex
""")
fault("control: disconnect without a buffer", """
  if (request->system_buffer == NULL) return STATUS_INVALID_PARAMETER;
  NTSTATUS status = parallel_isr_control_disconnect_buffer(port, request->system_buffer);
""", """
  NTSTATUS status = parallel_isr_control_disconnect_buffer(port, request->system_buffer);
""")
fault("control: information about a removed port", """
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (request->output_length""", """
  if (request->output_length""")
fault("control: information without its size", """
  parallel_isr_buffer_write_port(request->system_buffer, &information);
  request->information = sizeof(information);
""", """
  parallel_isr_buffer_write_port(request->system_buffer, &information);
""")
fault("control: free at a device level", """
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  return parallel_isr_free(port, request->client);
""", """
  return parallel_isr_free(port, request->client);
""")
fault("control: the token does not reach free", """
  return parallel_isr_free(port, request->client);
""", """
  return parallel_isr_free(port, request->client == NULL ? request->client : NULL);
""")
fault("control: information of the request before", """
  request->information = 0u;
  switch""", """
  switch""")
fault("control: any code will do", """
    break;
  }
  return parallel_isr_level_is_device(port) ? STATUS_INVALID_DEVICE_STATE : STATUS_INVALID_PARAMETER;
""", """
    break;
  }
  return parallel_isr_level_is_device(port) ? STATUS_INVALID_DEVICE_STATE : STATUS_SUCCESS;
""")

# ---- the host --------------------------------------------------------------------------------------------------------
fault = room("impl/backend_atomic_gnu.h")

fault("atomics: compare_exchange orders nothing", """
  return __atomic_compare_exchange_n(word, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

PARALLEL_ISR_INTERNAL uint32_t""", """
  return __atomic_compare_exchange_n(word, &expected, desired, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

PARALLEL_ISR_INTERNAL uint32_t""", RACE)
fault("atomics: fetch_and releases nothing", """
  return __atomic_fetch_and(word, bits, __ATOMIC_SEQ_CST);
""", """
  return __atomic_fetch_and(word, bits, __ATOMIC_ACQUIRE);
""", RACE)
fault("atomics: fetch_sub releases nothing", """
  return __atomic_fetch_sub(word, value, __ATOMIC_SEQ_CST);
""", """
  return __atomic_fetch_sub(word, value, __ATOMIC_ACQUIRE);
""", RACE)
fault("atomics: fetch_or in two steps", """
  return __atomic_fetch_or(word, bits, __ATOMIC_SEQ_CST);
""", """
  uint32_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST);
  __atomic_store_n(word, old | bits, __ATOMIC_SEQ_CST);
  return old;
""")
fault("atomics: exchange returns the new value", """
  return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
""", """
  __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
  return __atomic_load_n(word, __ATOMIC_SEQ_CST);
""")

fault = room("impl/backend_host.h")

fault("host: the signal comes in at a device level", """
  if (port->configuration->backend.signal > 0) (void)sigaddset(&set, port->configuration->backend.signal);
""", """
  (void)port;
""")
fault("host: the signal stays blocked", """
  parallel_isr_host_lower(level);
  (void)pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_lock""", """
  parallel_isr_host_lower(level);
  (void)mask;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_lock""")
fault("host: the lock among acquirers lets everybody in", """
  while (parallel_isr_backend_load(&port->backend.serving) != ticket) parallel_isr_backend_relax();
""", """
  (void)ticket;
""")
fault("host: exit restores the level of somebody else", """
  KIRQL level = port->backend.saved_level;
  (void)parallel_isr_backend_fetch_add(&port->backend.serving, 1u);
""", """
  (void)parallel_isr_backend_fetch_add(&port->backend.serving, 1u);
  KIRQL level = port->backend.saved_level;
""", RACE)
fault("host: exit does not restore the level", """
  (void)parallel_isr_backend_fetch_add(&port->backend.serving, 1u);
  parallel_isr_host_lower(level);
""", """
  (void)parallel_isr_backend_fetch_add(&port->backend.serving, 1u);
  (void)level;
""")
fault("host: a request during a run is lost", """
  bool first = old == 0u || old == PARALLEL_ISR_HOST_DPC_RUNNING;
""", """
  bool first = old == 0u;
""")
fault("host: a run forgets what was requested during it", """
  (void)parallel_isr_backend_fetch_and(&port->backend.dpc, ~PARALLEL_ISR_HOST_DPC_RUNNING);
""", """
  parallel_isr_backend_store(&port->backend.dpc, 0u);
""")
fault("host: the DPC at PASSIVE_LEVEL", """
  KIRQL level = parallel_isr_host_raise(DISPATCH_LEVEL);
""", """
  KIRQL level = parallel_isr_host_raise(PASSIVE_LEVEL);
""")
fault("host: drained while the DPC runs", """
  while (!parallel_isr_backend_compare_exchange(&port->backend.dpc, 0u, PARALLEL_ISR_HOST_DPC_CLOSED)) {
""", """
  while (!parallel_isr_backend_compare_exchange(&port->backend.dpc, 0u, PARALLEL_ISR_HOST_DPC_CLOSED) &&
         !parallel_isr_backend_compare_exchange(&port->backend.dpc, PARALLEL_ISR_HOST_DPC_RUNNING,
                                                PARALLEL_ISR_HOST_DPC_CLOSED)) {
""", RACE)
fault("host: drained but not closed", """
compare_exchange(&port->backend.dpc, 0u, PARALLEL_ISR_HOST_DPC_CLOSED)) {
""", """
compare_exchange(&port->backend.dpc, 0u, 0u)) {
""")
fault("host: an interrupt keeps the device level", """
  (void)parallel_isr_backend_fetch_sub(&port->backend.in_flight, 1u);
  parallel_isr_host_lower(level);
""", """
  (void)parallel_isr_backend_fetch_sub(&port->backend.in_flight, 1u);
  (void)level;
""")
fault("host: an interrupt at the level it found", """
  KIRQL level = parallel_isr_host_raise(PARALLEL_ISR_HOST_DIRQL);
  parallel_isr_host_mask(port, &mask);
  (void)parallel_isr_backend_fetch_add(&port->backend.in_flight, 1u);
""", """
  KIRQL level = parallel_isr_host_raise(PASSIVE_LEVEL);
  parallel_isr_host_mask(port, &mask);
  (void)parallel_isr_backend_fetch_add(&port->backend.in_flight, 1u);
""")
fault("host: interrupts without a line", """
  if (parallel_isr_backend_load(&port->backend.line_connected) != 0u) {
    if (bit != 0u)
""", """
  {
    if (bit != 0u)
""")
fault("host: the message is told behind the pass", """
    if (bit != 0u) (void)parallel_isr_backend_fetch_or(&port->backend.pending, bit);
    claimed = parallel_isr_dispatch(port);
""", """
    claimed = parallel_isr_dispatch(port);
    if (bit != 0u) (void)parallel_isr_backend_fetch_or(&port->backend.pending, bit);
""")
fault("host: messages are not taken", """
  return parallel_isr_backend_exchange(&port->backend.pending, 0u);
""", """
  return parallel_isr_backend_load(&port->backend.pending);
""")
fault("host: any number of messages", """
  if (port->configuration->backend.messages > PARALLEL_ISR_MAX_MESSAGES) return STATUS_NOT_SUPPORTED;
""", "")
fault("host: disconnected while an interrupt is under way", """
  while (parallel_isr_backend_load(&port->backend.in_flight) != 0u) parallel_isr_backend_relax();
""", """
""", RACE)
fault("host: an interrupt says too late that it is under way", """
  (void)parallel_isr_backend_fetch_add(&port->backend.in_flight, 1u);
  if (parallel_isr_backend_load(&port->backend.line_connected) != 0u) {
""", """
  bool connected = parallel_isr_backend_load(&port->backend.line_connected) != 0u;
  (void)parallel_isr_backend_fetch_add(&port->backend.in_flight, 1u);
  if (connected) {
""", RACE)
fault("host: a line of any form", """
  if (!line && (version != CONNECT_MESSAGE_BASED || configuration->messages == 0u)) return STATUS_NOT_SUPPORTED;
""", """
  (void)line;
""")

# ---- the 8259 --------------------------------------------------------------------------------------------------------
fault = room("impl/backend_pic8259.h")

fault("8259: an end of interrupt for a spurious 7", """
  if (irq < 8u) return genuine ? PARALLEL_ISR_PIC8259_EOI_MASTER : 0u;
""", """
  if (irq < 8u) return PARALLEL_ISR_PIC8259_EOI_MASTER;
""", CHIPS)
fault("8259: no end of interrupt for a spurious 15", """
PARALLEL_ISR_PIC8259_EOI_SLAVE | PARALLEL_ISR_PIC8259_EOI_MASTER : PARALLEL_ISR_PIC8259_EOI_MASTER;
""", """
PARALLEL_ISR_PIC8259_EOI_SLAVE | PARALLEL_ISR_PIC8259_EOI_MASTER : 0u;
""", CHIPS)
fault("8259: the slave's end of interrupt is forgotten", """
  return genuine ? PARALLEL_ISR_PIC8259_EOI_SLAVE | PARALLEL_ISR_PIC8259_EOI_MASTER : PARALLEL_ISR_PIC8259_EOI_MASTER;
""", """
  return PARALLEL_ISR_PIC8259_EOI_MASTER;
""", CHIPS)
fault("8259: the master's end of interrupt is forgotten", """
  if (irq < 8u) return genuine ? PARALLEL_ISR_PIC8259_EOI_MASTER : 0u;
""", """
  if (irq < 8u) return 0u;
""", CHIPS)
fault("8259: the end of interrupt of another input", """
  return irq < 8u ? irq : PARALLEL_ISR_PIC8259_CASCADE;
""", """
  return irq < 8u ? irq : irq % 8u;
""", CHIPS)
fault("8259: double end of interrupt", """
  parallel_isr_pic8259_end_of_interrupt(irq, genuine);
  if (genuine)
""", """
  parallel_isr_pic8259_end_of_interrupt(irq, genuine);
  parallel_isr_pic8259_outb(PARALLEL_ISR_PIC8259_MASTER_COMMAND, 0x20);
  if (genuine)
""", CHIPS)
fault("8259: end of interrupt before the chain", """
  const bool genuine = !parallel_isr_pic8259_may_be_spurious(irq) || parallel_isr_pic8259_in_service(irq);
  if (genuine)
    parallel_isr_pic8259_deliver(&controller->lines[irq]);
""", """
  const bool genuine = !parallel_isr_pic8259_may_be_spurious(irq) || parallel_isr_pic8259_in_service(irq);
  parallel_isr_pic8259_end_of_interrupt(irq, genuine);
  if (genuine)
    parallel_isr_pic8259_deliver(&controller->lines[irq]);
""", CHIPS)
fault("8259: nothing is spurious", """
  return irq == 7u || irq == 15u;
""", """
  (void)irq;
  return false;
""", CHIPS)
fault("8259: spurious 15 is not known", """
  return irq == 7u || irq == 15u;
""", """
  return irq == 7u;
""", CHIPS)
fault("8259: spurious ones are counted for the other chip", """
    parallel_isr_pic8259_count(&controller->spurious[irq / 8u]);
""", """
    parallel_isr_pic8259_count(&controller->spurious[1u - irq / 8u]);
""", CHIPS)
fault("8259: the request register instead of the in-service register", """
#define PARALLEL_ISR_PIC8259_READ_IN_SERVICE ((uint8_t)0x0B)
""", """
#define PARALLEL_ISR_PIC8259_READ_IN_SERVICE ((uint8_t)0x0A)
""", CHIPS)
fault("8259: connect opens every line of the chip", """
  parallel_isr_pic8259_outb(address, (uint8_t)(((mask & bit) != 0) == masked ? mask : mask ^ bit));
""", """
  parallel_isr_pic8259_outb(address, (uint8_t)(masked ? mask | bit : 0));
""", CHIPS)
fault("8259: disconnect masks every line of the chip", """
  parallel_isr_pic8259_outb(address, (uint8_t)(((mask & bit) != 0) == masked ? mask : mask ^ bit));
""", """
  parallel_isr_pic8259_outb(address, (uint8_t)(masked ? 0xff : mask & ~bit));
""", CHIPS)
fault("8259: disconnect does not mask", """
  parallel_isr_pic8259_set_mask(controller, irq, true);
  while (parallel_isr_pic8259_in_service(irq)) parallel_isr_backend_relax();
""", """
  while (parallel_isr_pic8259_in_service(irq)) parallel_isr_backend_relax();
""", CHIPS)
fault("8259: enter leaves interrupts on", """
  parallel_isr_pic8259_interrupts_off();
#if PARALLEL_ISR_PIC8259_CPUS > 1
""", """
#if PARALLEL_ISR_PIC8259_CPUS > 1
""", CHIPS)
fault("8259: exit leaves interrupts off", """
  parallel_isr_pic8259_lower(port->configuration->backend.controller);
  parallel_isr_pic8259_interrupts_on();
""", """
  parallel_isr_pic8259_lower(port->configuration->backend.controller);
""", CHIPS)
fault("8259: exit forgets the DPC", """
  parallel_isr_pic8259_lower(port->configuration->backend.controller);
  parallel_isr_pic8259_interrupts_on();
""", """
  (void)port;
  parallel_isr_pic8259_interrupts_on();
""", CHIPS)
fault("8259: the trampoline forgets the DPC", """
  if (genuine) parallel_isr_pic8259_lower(controller);
""", """
""", CHIPS)
fault("8259: a DPC is not at DISPATCH_LEVEL", """
    return DISPATCH_LEVEL;
""", """
    return PASSIVE_LEVEL;
""", CHIPS)
fault("8259: no lock among acquirers", """
  while (parallel_isr_backend_load(&port->backend.serving) != ticket) parallel_isr_backend_relax();
""", """
  (void)ticket;
""", CHIPS)
fault("8259: disconnected while the other processor dispatches", """
  while (parallel_isr_pic8259_in_service(irq)) parallel_isr_backend_relax();
  parallel_isr_backend_store(&line->connected, 0);
  while (parallel_isr_backend_load(&line->dispatching) != 0) parallel_isr_backend_relax();
""", """
  parallel_isr_backend_store(&line->connected, 0);
""", CHIPS)
fault("8259: a removed port's DPC stays open", """
         parallel_isr_backend_compare_exchange(&controller->dpc, dpc, dpc | closed);
""", """
         parallel_isr_backend_compare_exchange(&controller->dpc, dpc, dpc);
""", CHIPS)
fault("8259: two ports on one line", """
  if (!parallel_isr_backend_compare_exchange_pointer(&controller->lines[irq].port, NULL, port))
    return STATUS_INSUFFICIENT_RESOURCES;
""", """
  parallel_isr_backend_store_pointer(&controller->lines[irq].port, port);
""", CHIPS)
fault("8259: a message is taken for a line", """
  if (version != CONNECT_LINE_BASED && version != CONNECT_FULLY_SPECIFIED) return STATUS_NOT_SUPPORTED;
""", """
  (void)version;
""", CHIPS)
fault("8259: vectors of the processor's own exceptions", """
  return master_vector >= 32u && master_vector % 8u == 0 && slave_vector >= 32u && slave_vector % 8u == 0 &&
""", """
  return master_vector % 8u == 0 && slave_vector % 8u == 0 &&
""", CHIPS)
fault("8259: a vector that the chip rounds down", """
  return master_vector >= 32u && master_vector % 8u == 0 && slave_vector >= 32u && slave_vector % 8u == 0 &&
""", """
  return master_vector >= 32u && slave_vector >= 32u &&
""", CHIPS)
fault("8259: the chips end interrupts by themselves", """
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_MASTER_MASK, 0x01); /* ICW4: 8086 mode, EOI by command */
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_SLAVE_MASK, 0x01);
""", """
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_MASTER_MASK, 0x03);
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_SLAVE_MASK, 0x03);
""", CHIPS)
fault("8259: the cascade stays masked", """
                               (uint8_t)(0xFFu & ~(1u << PARALLEL_ISR_PIC8259_CASCADE))); /* OCW1 */
""", """
                               0xFF);
""", CHIPS)
fault("8259: a port on the cascade", """
  if (controller == NULL || irq >= PARALLEL_ISR_PIC8259_LINES || irq == PARALLEL_ISR_PIC8259_CASCADE)
""", """
  if (controller == NULL || irq >= PARALLEL_ISR_PIC8259_LINES)
""", CHIPS)
fault("8259: ends whatever is most urgent", """
#define PARALLEL_ISR_PIC8259_SPECIFIC_EOI 0x60u
""", """
#define PARALLEL_ISR_PIC8259_SPECIFIC_EOI 0x20u
""", CHIPS)
fault("8259: a counter of spurious ones wraps", """
  if (parallel_isr_backend_load(counter) < PARALLEL_ISR_COUNTER_LIMIT) (void)""", """
  (void)""", CHIPS)
fault("8259: masks are changed by two processors at a time", """
  while (!parallel_isr_backend_compare_exchange(&controller->mask_lock, 0, 1)) parallel_isr_backend_relax();
""", """
""", CHIPS)
fault("8259: a change of a mask turns interrupts on", """
  if (enabled) parallel_isr_pic8259_interrupts_on();
""", """
  (void)enabled;
  parallel_isr_pic8259_interrupts_on();
""", CHIPS)
fault("8259: connects do not wait for each other", """
  while (!parallel_isr_backend_compare_exchange(&port->backend.mutex, 0, 1)) parallel_isr_backend_relax();
""", """
  parallel_isr_backend_store(&port->backend.mutex, 1);
""", CHIPS)
fault("8259: disconnected while the line is in service", """
  while (parallel_isr_pic8259_in_service(irq)) parallel_isr_backend_relax();
  parallel_isr_backend_store(&line->connected, 0);
""", """
  parallel_isr_backend_store(&line->connected, 0);
""", CHIPS)
fault("8259: disconnected while a trampoline may have found it connected", """
  while (parallel_isr_backend_load(&line->dispatching) != 0) parallel_isr_backend_relax();
""", """
""", CHIPS)
fault("8259: disconnect waits for other lines", """
  return (parallel_isr_pic8259_inb(command) & parallel_isr_pic8259_bit(irq)) != 0;
""", """
  return parallel_isr_pic8259_inb(command) != 0;
""", CHIPS)
fault("8259: a DPC nests", """
  if (parallel_isr_backend_load(&controller->in_dpc[PARALLEL_ISR_PIC8259_CPU()]) != 0) return;
""", """
""", CHIPS)
fault("8259: a DPC on two processors at a time", """
  return (dpc & ~PARALLEL_ISR_PIC8259_REQUESTED(irq)) | PARALLEL_ISR_PIC8259_CLOSED(irq);
""", """
  return dpc & ~PARALLEL_ISR_PIC8259_REQUESTED(irq);
""", CHIPS)
fault("8259: a DPC at DIRQL", """
  if (!parallel_isr_pic8259_interrupts_enabled()) return;
  parallel_isr_pic8259_interrupts_off();
""", """
  parallel_isr_pic8259_interrupts_off();
""", CHIPS)
fault("8259: a DPC leaves interrupts on", """
  parallel_isr_run_dpc(port);
  parallel_isr_pic8259_interrupts_off();
""", """
  parallel_isr_run_dpc(port);
""", CHIPS)
fault("8259: removed while its DPC runs", """
  return (dpc & (PARALLEL_ISR_PIC8259_REQUESTED(irq) | closed)) == 0 &&
""", """
  return (dpc & PARALLEL_ISR_PIC8259_REQUESTED(irq)) == 0 &&
""", CHIPS)
fault("8259: a request for the port before", """
                                       ~(PARALLEL_ISR_PIC8259_REQUESTED(irq) | PARALLEL_ISR_PIC8259_CLOSED(irq)));
""", """
                                       ~PARALLEL_ISR_PIC8259_CLOSED(irq));
""", CHIPS)
fault("8259: the level of another line", """
#define PARALLEL_ISR_PIC8259_DIRQL(irq) ((KIRQL)(27u - (irq) % PARALLEL_ISR_PIC8259_LINES))
""", """
#define PARALLEL_ISR_PIC8259_DIRQL(irq) ((KIRQL)(12u + (irq)))
""", CHIPS)

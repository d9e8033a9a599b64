/* SPDX-License-Identifier: MIT */
/*
 * The ISR chain: the ordered table of connections, the pass of an interrupt, the round of deferred checks (DESIGN 2.1,
 * 2.3, 2.5). Everything here belongs to the gate holder.
 *
 * A connection stays in its slot. The column `order` is a permutation of the slots: positions 0 .. count-1 name the
 * connected ones in connection order, the positions behind them the free ones, oldest first, so that a stale handle
 * stays detectable as long as possible.
 *
 * Invariant: a slot at a position below count has a routine and is marked connected; one behind it has neither;
 * deferred_count is the number of connected slots with a deferred routine; check_position < count, or both are 0.
 */
#ifndef PARALLEL_ISR_ISR_CHAIN_H
#define PARALLEL_ISR_ISR_CHAIN_H

/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && position < g_slot_count && g_slots[position].order < g_slot_count;
    terminates \true;  exits \false;
    assigns  \result \from port, position;
    ensures  slot:     \result == g_slots + g_slots[position].order && \valid(\result);
*/
PARALLEL_ISR_INTERNAL parallel_isr_connection *parallel_isr_chain_at(parallel_isr_port *port, uint32_t position)
{
  parallel_isr_connection *connections = port->configuration->connections;
  return &connections[connections[position].order];
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

/* Position of a connected routine with its context; connection_count if there is none. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && Chain(port);
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  position: \result <= port->connection_count;
    ensures  found:    \result < port->connection_count ==> Named(g_slots + g_slots[\result].order, routine, context);
    ensures  first:    \forall integer i; 0 <= i < \result ==> !Named(g_slots + g_slots[i].order, routine, context);
    ensures  absent:   \result == port->connection_count && routine != \null ==>
                         Absent(g_slots, g_slot_count, routine, context);
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_chain_find(parallel_isr_port *port, PKSERVICE_ROUTINE routine,
                                                       PVOID context)
{
  uint32_t position = 0u;
  /*@ loop invariant range: position <= port->connection_count;
      loop invariant first: \forall integer k; 0 <= k < g_slot_count && g_slot_position[k] < position ==>
                            !Named(g_slots + k, routine, context);
      loop assigns position;
      loop variant port->connection_count - position; */
  while (position < port->connection_count) {
    const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service = &parallel_isr_chain_at(port, position)->service;
    if (service->InterruptServiceRoutine == routine && service->InterruptServiceContext == context) break;
    position += 1u;
  }
  return position;
}

/* The plain part of an append: the slot that is free for longest gets the service. There is one. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && g_locked == 1 && Tables(port) && port->connection_count < g_slot_count;
    requires routine:  Service(service) && service.InterruptServiceRoutine != \null;
    requires new:      Absent(g_slots, g_slot_count, service.InterruptServiceRoutine, service.InterruptServiceContext);
    terminates \true;  exits \false;
    assigns  port->connection_count, g_slots[g_slots[port->connection_count].order].service, g_deferring[..],
             g_connections, g_context_slot;
    assigns  \result \from port;
    ensures  storage:  Storage(port);
    ensures  count:    port->connection_count == \old(port->connection_count) + 1 == g_connections;
    ensures  order:    ConnectionOrder(g_slots, g_slot_count);
    ensures  last:     \result == g_slots + g_slots[\old(port->connection_count)].order && \valid(\result);
    ensures  routine:  Named(\result, service.InterruptServiceRoutine, service.InterruptServiceContext);
    ensures  check:    \result->service.DeferredPortCheckRoutine == service.DeferredPortCheckRoutine &&
                       \result->service.DeferredPortCheckContext == service.DeferredPortCheckContext;
    ensures  connected: Connected(g_slots, port->connection_count, g_slot_count);
    ensures  deferred: Deferred(g_slots, g_slot_count);
    ensures  once:     Once(g_slots, g_slot_count);
    ensures  number:   Deferring(g_slot_count) == g_now.deferred +
                         (service.DeferredPortCheckRoutine != \null ? 1 : 0) <= g_slot_count;
    ensures  queue:    Queue(port);
    ensures  window:   Window(port);
*/
PARALLEL_ISR_INTERNAL parallel_isr_connection *parallel_isr_chain_fill(parallel_isr_port *port,
                                                                       PARALLEL_INTERRUPT_SERVICE_ROUTINE service)
{
  parallel_isr_connection *connection = parallel_isr_chain_at(port, port->connection_count);
  //@ ghost uint8_t slot = g_slots[port->connection_count].order;
  connection->service.InterruptServiceRoutine = service.InterruptServiceRoutine;
  connection->service.InterruptServiceContext = service.InterruptServiceContext;
  connection->service.DeferredPortCheckRoutine = service.DeferredPortCheckRoutine;
  connection->service.DeferredPortCheckContext = service.DeferredPortCheckContext;
  /*@ assert same: connection == g_slots + slot && \forall integer k; 0 <= k < g_slot_count && k != slot ==>
        g_slots[k].service.InterruptServiceRoutine == \at(g_slots[k].service.InterruptServiceRoutine, Pre) &&
        g_slots[k].service.InterruptServiceContext == \at(g_slots[k].service.InterruptServiceContext, Pre) &&
        g_slots[k].service.DeferredPortCheckRoutine == \at(g_slots[k].service.DeferredPortCheckRoutine, Pre); */
  //@ assert queue: Queue(port);
  //@ assert uncounted: g_deferring[slot] == 0 && g_slot_position[slot] == port->connection_count;
  //@ ghost if (service.InterruptServiceContext == g_context) g_context_slot = slot;
  //@ ghost parallel_isr_mark(slot, service.DeferredPortCheckRoutine != NULL ? 1 : 0);
  port->connection_count += 1u;
  //@ ghost g_connections = g_connections + 1;
  return connection;
}

/* Connects behind the others. There is a free slot. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_locked == 1 && Tables(port) &&
                       port->connection_count < g_slot_count;
    requires routine:  Service(service) && service.InterruptServiceRoutine != \null;
    requires new:      Absent(g_slots, g_slot_count, service.InterruptServiceRoutine, service.InterruptServiceContext);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, port->connection_count, g_slots[g_slots[port->connection_count].order].service,
             g_deferring[..], g_connections, g_context_slot;
    assigns  \result \from port;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsDebt{Pre, Post};
    ensures  chain:    Chain(port);
    ensures  rest:     Queue(port) && Window(port);
    ensures  last:     port->connection_count == \old(port->connection_count) + 1 &&
                       \result == g_slots + g_slots[\old(port->connection_count)].order && \valid(\result);
    ensures  routine:  Named(\result, service.InterruptServiceRoutine, service.InterruptServiceContext);
    ensures  check:    \result->service.DeferredPortCheckRoutine == service.DeferredPortCheckRoutine &&
                       \result->service.DeferredPortCheckContext == service.DeferredPortCheckContext;
*/
PARALLEL_ISR_INTERNAL parallel_isr_connection *parallel_isr_chain_append(parallel_isr_port *port, PVOID client,
                                                                         PARALLEL_INTERRUPT_SERVICE_ROUTINE service)
{
  parallel_isr_connection *connection = parallel_isr_chain_fill(port, service);
  parallel_isr_backend_store_pointer(&connection->handle.client,
                                     client != NULL ? client : parallel_isr_identity(&connection->handle));
  //@ ghost parallel_isr_commit();
  if (service.DeferredPortCheckRoutine != NULL) {
    (void)parallel_isr_backend_fetch_add(&port->deferred_count, 1u);
    //@ ghost g_now.deferred = g_now.deferred + 1;
    //@ ghost parallel_isr_commit();
  }
  parallel_isr_backend_store(&connection->handle.connected, 1u);
  //@ ghost parallel_isr_commit();
  return connection;
}

/* Makes a slot free, but for its identity, which a stale handle still has. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && slot < g_slot_count;
    requires counted:  Deferred(g_slots, g_slot_count) && g_now.deferred == Deferring(g_slot_count);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, g_slots[slot].service, g_slots[slot].called, g_slots[slot].claimed,
      g_deferring[..];
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsDebt{Pre, Post} && g_now.queued == \old(g_now.queued);
    ensures  counted:  Deferred(g_slots, g_slot_count) && g_now.deferred == Deferring(g_slot_count);
    ensures  free:     g_slots[slot].service.InterruptServiceRoutine == \null &&
                       g_slots[slot].service.InterruptServiceContext == \null &&
                       g_slots[slot].service.DeferredPortCheckRoutine == \null &&
                       g_slots[slot].service.DeferredPortCheckContext == \null;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_chain_clear(parallel_isr_port *port, uint32_t slot)
{
  parallel_isr_connection *connection = &port->configuration->connections[slot];
  if (connection->service.DeferredPortCheckRoutine != NULL) {
    (void)parallel_isr_backend_fetch_sub(&port->deferred_count, 1u);
    //@ ghost parallel_isr_mark(slot, 0);
    //@ ghost g_now.deferred = g_now.deferred - 1;
    //@ ghost if (g_now.deferred == 0) g_now.due = 0;
    //@ ghost parallel_isr_commit();
  }
  parallel_isr_backend_store(&connection->handle.connected, 0u);
  //@ ghost parallel_isr_commit();
  connection->service.InterruptServiceRoutine = NULL;
  connection->service.InterruptServiceContext = NULL;
  connection->service.DeferredPortCheckRoutine = NULL;
  connection->service.DeferredPortCheckContext = NULL;
  connection->called = 0u;
  connection->claimed = 0u;
}

/* The connection at a position has left: one less, and the round of checks goes on where it was. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && g_locked == 1 && position < port->connection_count <= g_slot_count &&
                       port->connection_count == g_connections;
    requires round:    port->check_position == 0 || port->check_position < port->connection_count;
    terminates \true;  exits \false;
    assigns  port->connection_count, port->check_position, g_connections;
    ensures  count:    port->connection_count == \old(port->connection_count) - 1 == g_connections;
    ensures  round:    port->check_position == NextCheck(\old(port->check_position), position, port->connection_count);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_chain_shrink(parallel_isr_port *port, uint32_t position)
{
  port->connection_count -= 1u;
  //@ ghost g_connections = g_connections - 1;
  if (port->check_position > position) {
    port->check_position -= 1u;
  } else if (port->check_position == port->connection_count) {
    port->check_position = 0u;
  }
}

/* Takes back the append before: the slot becomes what it was, with the identity that it had. Its deferred routine may
 * have run, and taken the port. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_locked == 1 && Tables(port) && port->connection_count > 0;
    requires identity: identity != \null;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_CHAIN;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsDebt{Pre, Post};
    ensures  chain:    Chain(port);
    ensures  rest:     Queue(port) && Window(port);
    ensures  count:    port->connection_count == \old(port->connection_count) - 1;
    ensures  order:    \forall integer i; 0 <= i < g_slot_count ==> g_slots[i].order == \old(g_slots[i].order);
    ensures  others:   \forall integer k; 0 <= k < g_slot_count &&
                         k != \old(g_slots[port->connection_count - 1].order) ==> Untouched{Pre, Post}(k);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_chain_undo_append(parallel_isr_port *port, PVOID identity)
{
  parallel_isr_chain_shrink(port, port->connection_count - 1u);
  parallel_isr_connection *connection = parallel_isr_chain_at(port, port->connection_count);
  //@ ghost uint8_t slot = g_slots[port->connection_count].order;
  parallel_isr_chain_clear(port, port->configuration->connections[port->connection_count].order);
  /*@ assert same: g_slot_position[slot] == port->connection_count && \forall integer k; 0 <= k < g_slot_count &&
        k != slot ==> g_slots[k].service.InterruptServiceRoutine ==
                        \at(g_slots[k].service.InterruptServiceRoutine, Pre) &&
                      g_slots[k].service.InterruptServiceContext ==
                        \at(g_slots[k].service.InterruptServiceContext, Pre); */
  //@ assert order: ConnectionOrder(g_slots, g_slot_count);
  //@ assert connected: Connected(g_slots, port->connection_count, g_slot_count);
  parallel_isr_owner_make_nameless(port, parallel_isr_identity(&connection->handle));
  parallel_isr_backend_store_pointer(&connection->handle.client, identity);
  //@ ghost parallel_isr_commit();
}

/* Moves the order's entry at one position behind the last of the slots; what was behind it moves up. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && position < g_slot_count && ConnectionOrder(g_slots, g_slot_count);
    terminates \true;  exits \false;
    assigns  g_slots[0 .. g_slot_count - 1].order, g_slot_position[..];
    ensures  places:   \forall integer k; 0 <= k < g_slot_count ==>
                         g_slot_position[k] == Shifted(position, g_slot_count - 1, \old(g_slot_position[k]));
    ensures  last:     g_slots[g_slot_count - 1].order == \old(g_slots[position].order);
    ensures  order:    ConnectionOrder(g_slots, g_slot_count);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_chain_retire(parallel_isr_port *port, uint32_t position)
{
  parallel_isr_connection *connections = port->configuration->connections;
  uint32_t last = port->configuration->connection_capacity - 1u;
  uint8_t slot = connections[position].order;
  //@ assert storage: connections == g_slots && last == g_slot_count - 1;
  /*@ loop invariant range:   position <= i <= last;
      loop invariant inverse: \forall integer j; 0 <= j <= last && j != i ==>
                                g_slots[j].order <= last && g_slots[j].order != slot &&
                                g_slot_position[g_slots[j].order] == j;
      loop invariant places:  \forall integer k; 0 <= k <= last && k != slot ==>
                                g_slot_position[k] == Shifted(position, i, \at(g_slot_position[k], Pre)) &&
                                0 <= g_slot_position[k] <= last && g_slot_position[k] != i &&
                                g_slots[g_slot_position[k]].order == k;
      loop assigns i, g_slots[position .. last - 1].order, g_slot_position[..];
      loop variant last - i; */
  for (uint32_t i = position; i < last; i++) {
    connections[i].order = connections[i + 1u].order;
    //@ ghost g_slot_position[connections[i].order] = i;
  }
  connections[last].order = slot;
  //@ ghost g_slot_position[slot] = last;
}

/* Disconnects the connection at a position. No routine of it runs: the caller holds the gate. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_locked == 1 && Tables(port) &&
                       position < port->connection_count;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_CHAIN;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsDebt{Pre, Post};
    ensures  chain:    Chain(port);
    ensures  rest:     Queue(port) && Window(port);
    ensures  places:   \forall integer k; 0 <= k < g_slot_count ==>
                         g_slot_position[k] == Shifted(position, g_slot_count - 1, \old(g_slot_position[k]));
    ensures  count:    port->connection_count == \old(port->connection_count) - 1;
    ensures  round:    port->check_position == NextCheck(\old(port->check_position), position, port->connection_count);
    ensures  others:   \forall integer k; 0 <= k < g_slot_count && k != \old(g_slots[position].order) ==>
                         Untouched{Pre, Post}(k);
    ensures  gone:     \old(g_slots[g_slots[position].order].service.InterruptServiceContext) == g_context ==>
                         Absent(g_slots, g_slot_count, &parallel_isr_any_isr, g_context);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_chain_remove(parallel_isr_port *port, uint32_t position)
{
  uint32_t slot = port->configuration->connections[position].order;
  PVOID client = parallel_isr_backend_load_pointer(&port->configuration->connections[slot].handle.client);
  //@ ghost parallel_isr_commit();
  parallel_isr_chain_clear(port, slot);
  //@ assert free: g_slots[slot].service.InterruptServiceRoutine == \null;
  //@ assert once: Once(g_slots, g_slot_count);
  parallel_isr_chain_retire(port, position);
  //@ assert connected: Connected(g_slots, port->connection_count - 1, g_slot_count);
  parallel_isr_chain_shrink(port, position);
  parallel_isr_owner_make_nameless(port, client);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_DISCONNECTED, client);
}

/* ---- the pass ---------------------------------------------------------------------------------------------------- */

/* Calls one ISR. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine);
    requires slot:     \valid(connection) && connection->service.InterruptServiceRoutine == &parallel_isr_any_isr;
    requires calls:    0 <= g_calls < port->connection_count;
    requires turn:     connection == g_slots + g_slots[g_calls].order;
    requires tables:   Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, connection->called, connection->claimed, g_calls;
    ensures  ready:    Ready && Keeps{Pre, Post};
    ensures  chain:    Chain(port);
    ensures  queue:    Queue(port);
    ensures  window:   Window(port);
    ensures  called:   g_calls == \old(g_calls) + 1;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_chain_call(parallel_isr_port *port, parallel_isr_connection *connection)
{
  parallel_isr_count(&connection->called);
  BOOLEAN claimed;
  //@ calls parallel_isr_any_isr;
  claimed = connection->service.InterruptServiceRoutine(parallel_isr_backend_interrupt_object(port),
                                                        connection->service.InterruptServiceContext);
  if (claimed != FALSE) parallel_isr_count(&connection->claimed);
  return claimed != FALSE;
}

/* Calls every ISR once, in connection order. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine) && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_PASS;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsTables{Pre, Post};
    ensures  chain:    Chain(port);
    ensures  queue:    Queue(port);
    ensures  window:   Window(port);
    ensures  served:   g_now.debt == 0;
    ensures  all:      g_calls == port->connection_count;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_chain_pass(parallel_isr_port *port)
{
  bool claimed = false;
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_PASS, NULL);
  parallel_isr_count(&port->passes);
  //@ ghost g_calls = 0;
  //@ ghost parallel_isr_observe();
  //@ ghost g_now.debt = 0;
  //@ ghost if (g_now.again == 0) g_now.owed = 0;
  //@ ghost parallel_isr_commit();
  /*@ loop invariant range: position <= port->connection_count;
      loop invariant chain: Chain(port);
      loop invariant queue: Queue(port);
      loop invariant window: Window(port);
      loop invariant ready: Ready && g_now.debt == 0 && KeepsLock{Pre, Here} && KeepsPort{Pre, Here} && KeepsMine{Pre,
                            Here};
      loop invariant held:  KeepsHold{Pre, Here} && KeepsTables{Pre, Here};
      loop invariant calls: g_calls == position;
      loop assigns position, claimed, PARALLEL_ISR_SPEC_PASS;
      loop variant port->connection_count - position; */
  for (uint32_t position = 0u; position < port->connection_count; position++)
    if (parallel_isr_chain_call(port, parallel_isr_chain_at(port, position))) claimed = true;
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_PASSED, NULL);
  return claimed;
}

/* Serves the line: one pass, or passes until one claims nothing where a latched line ORs several devices. For a single
 * routine never: without a pending bit it would claim for ever. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine) && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_PASS;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsTables{Pre, Post};
    ensures  chain:    Chain(port);
    ensures  queue:    Queue(port);
    ensures  window:   Window(port);
    ensures  served:   g_now.debt == 0;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_chain_serve(parallel_isr_port *port)
{
  uint32_t passes = 1u;
  bool claimed = parallel_isr_chain_pass(port);
  bool again = claimed && port->configuration->walk_again != FALSE && port->connection_count > 1u;
  /*@ loop invariant range: 1 <= passes <= PARALLEL_ISR_MAX_PASSES;
      loop invariant chain: Chain(port);
      loop invariant queue: Queue(port);
      loop invariant window: Window(port);
      loop invariant ready: Ready && g_now.debt == 0 && KeepsLock{Pre, Here} && KeepsPort{Pre, Here} && KeepsMine{Pre,
                            Here};
      loop invariant held:  KeepsHold{Pre, Here} && KeepsTables{Pre, Here};
      loop assigns again, passes, PARALLEL_ISR_SPEC_PASS;
      loop variant PARALLEL_ISR_MAX_PASSES - passes; */
  while (again && passes < PARALLEL_ISR_MAX_PASSES) {
    again = parallel_isr_chain_pass(port);
    passes += 1u;
  }
  if (again) parallel_isr_count(&port->exhausted);
  if (passes > port->longest_run) port->longest_run = passes;
  return claimed;
}

/* The storm rule: judges one interrupt. A merged one is not judged, for its pass may serve what another has served. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine) && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, port->window_interrupts, port->window_unclaimed, port->unclaimed, g_calls;
    ensures  ready:    Ready && Keeps{Pre, Post} && Tables(port);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_chain_judge(parallel_isr_port *port, bool claimed)
{
  const parallel_isr_configuration *configuration = port->configuration;
  port->window_interrupts += 1u;
  if (!claimed) {
    port->window_unclaimed += 1u;
    parallel_isr_count(&port->unclaimed);
  }
  if (port->window_interrupts == PARALLEL_ISR_STORM_WINDOW) {
    uint32_t unclaimed = port->window_unclaimed;
    port->window_interrupts = 0u;
    port->window_unclaimed = 0u;
    if (configuration->storm_routine != NULL && configuration->storm_unclaimed != 0u &&
        unclaimed > configuration->storm_unclaimed) {
      //@ ghost g_calls = 0;
      //@ calls parallel_isr_any_storm;
      configuration->storm_routine(port, configuration->storm_context, unclaimed);
    }
  }
}

/* The holder, an interrupt or the DPC, gives the gate up. Before that he runs one more pass if one is owed and nobody
 * waits for the gate; no more than one, for then the DPC is as good. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine) && Tables(port) &&
                       g_now.debt == 0 && g_now.serving == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_PASS;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  left:     Outside;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_chain_leave(parallel_isr_port *port)
{
  if (parallel_isr_gate_try_leave(port)) return;
  if (!parallel_isr_gate_is_wanted(port) && parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);
  parallel_isr_gate_leave(port);
}

/* The interrupt that took the gate serves the line. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine) && Tables(port) &&
                       g_now.serving == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_PASS;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  left:     Outside;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_chain_run(parallel_isr_port *port, bool judged)
{
  bool claimed = parallel_isr_chain_serve(port);
  if (judged) parallel_isr_chain_judge(port, claimed);
  parallel_isr_chain_leave(port);
  return claimed;
}

/* An interrupt that found the gate taken: asks whoever holds it next for a pass, or finds that it is free by now. */
/*@ requires ready:    Ready && port == g_port && Outside && g_level > DISPATCH_LEVEL;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_PASS, PARALLEL_ISR_SPEC_GUARDED;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  left:     Outside;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_chain_merge(parallel_isr_port *port)
{
  if (parallel_isr_gate_ask_again(port) && parallel_isr_gate_try_take_owed(port))
    return parallel_isr_chain_run(port, false);
  parallel_isr_count_atomic(&port->merged);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_MERGED, NULL);
  return true;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_level > DISPATCH_LEVEL;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_PASS, PARALLEL_ISR_SPEC_GUARDED;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  left:     Outside;
    ensures  either:   \result == TRUE || \result == FALSE;
*/
PARALLEL_ISR_INTERNAL BOOLEAN parallel_isr_dispatch(parallel_isr_port *port)
{
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_DISPATCH, NULL);
  bool claimed = parallel_isr_gate_try_take(port) ? parallel_isr_chain_run(port, true) : parallel_isr_chain_merge(port);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_DISPATCHED, NULL);
  return claimed ? TRUE : FALSE;
}

/* ---- the round of deferred checks -------------------------------------------------------------------------------- */

/* Tells one client that the port is free. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine);
    requires slot:     \valid(connection) && connection->service.DeferredPortCheckRoutine == &parallel_isr_any_deferred;
    requires turn:     connection == g_slots + g_turn;
    requires told:     0 <= g_told <= 1;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, port->checks, g_calls, g_told;
    ensures  ready:    Ready && Keeps{Pre, Post};
    ensures  called:   g_calls == 1;
    ensures  told:     g_told == \old(g_told) + (connection == g_slots + g_watched ? 1 : 0);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_chain_check(parallel_isr_port *port, parallel_isr_connection *connection)
{
  PVOID client = parallel_isr_backend_load_pointer(&connection->handle.client);
  //@ ghost parallel_isr_commit();
  parallel_isr_count(&port->checks);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_CHECK, client);
  parallel_isr_backend_store_pointer(&port->checking, client);
  //@ ghost g_now.checking = client;
  //@ ghost parallel_isr_commit();
  //@ ghost g_calls = 0;
  //@ calls parallel_isr_any_deferred;
  connection->service.DeferredPortCheckRoutine(connection->service.DeferredPortCheckContext);
  //@ ghost if (connection == g_slots + g_watched) g_told = g_told + 1;
  parallel_isr_backend_store_pointer(&port->checking, NULL);
  //@ ghost g_now.checking = NULL;
  //@ ghost parallel_isr_commit();
}

/* Tells every client with a deferred routine that the port is free, as long as it is. A round that is cut short is owed
 * its rest, and goes on there after the next free: a greedy client cannot hide those behind him. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine) && Tables(port) &&
                       g_now.debt == 0 && g_now.serving == PARALLEL_ISR_SPEC_SERVES_ROUND;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, port->checks, port->check_position, g_calls, g_told, g_turn, g_cut;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     Holds && g_now.waiter != g_me && KeepsDebt{Pre, Post} && KeepsTables{Pre, Post};
    ensures  chain:    Chain(port);
    ensures  queue:    Queue(port);
    ensures  window:   Window(port);
    ensures  ended:    g_now.serving == 0;
    ensures  owed:     port->check_position != 0 ==> g_now.check == 1;
    ensures  once:     0 <= g_told <= 1;
    ensures  all:      g_cut == 0 ==> 0 <= g_watched < g_slot_count ==>
                         g_told == (g_slots[g_watched].service.DeferredPortCheckRoutine != \null ? 1 : 0);
    ensures  cut:      g_cut != 0 ==> g_now.check == 1 && (0 <= g_watched < g_slot_count ==>
                         g_told == (g_slots[g_watched].service.DeferredPortCheckRoutine == \null ? 0 :
                           Visited(g_slot_position[g_watched], \old(port->check_position),
                                   Distance(\old(port->check_position), port->check_position, port->connection_count),
                                   port->connection_count)));
*/
PARALLEL_ISR_INTERNAL void parallel_isr_chain_check_round(parallel_isr_port *port)
{
  uint32_t count = port->connection_count;
  uint32_t position = port->check_position;
  uint32_t done = 0u;
  //@ ghost g_told = 0;
  /*@ loop invariant range: done <= count && (position < count || (count == 0 && position == 0));
      loop invariant where: position == (port->check_position + done < count ? port->check_position + done :
                                         port->check_position + done - count);
      loop invariant ready: Ready && Keeps{Pre, Here} && Tables(port);
      loop invariant once:  0 <= g_told <= 1;
      loop invariant told:  0 <= g_watched < g_slot_count ==>
                              g_told == (g_slots[g_watched].service.DeferredPortCheckRoutine == \null ? 0 :
                                Visited(g_slot_position[g_watched], port->check_position, done, count));
      loop assigns done, position, PARALLEL_ISR_SPEC_STEP, port->checks, g_calls, g_told, g_turn;
      loop variant count - done; */
  while (done < count) {
    uint32_t users = parallel_isr_backend_load(&port->users);
    //@ ghost parallel_isr_commit();
    if (users != 0u) break;
    parallel_isr_connection *connection = parallel_isr_chain_at(port, position);
    //@ ghost g_turn = g_slots[position].order;
    if (connection->service.DeferredPortCheckRoutine != NULL) parallel_isr_chain_check(port, connection);
    position = position + 1u < count ? position + 1u : 0u;
    done += 1u;
  }
  //@ ghost g_cut = done < count ? 1 : 0;
  port->check_position = done < count ? position : 0u;
  if (done < count) parallel_isr_owe_check(port);
  //@ ghost parallel_isr_observe();
  //@ ghost if (done == count && g_now.check == 0) g_now.due = 0;
  //@ ghost g_now.serving = 0;
  //@ ghost parallel_isr_commit();
}

/* ---- synchronisation --------------------------------------------------------------------------------------------- */

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires routine:  routine == \null || routine == &parallel_isr_any_synchronized;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, g_calls;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  refused:  routine == \null || \old(g_level) > DISPATCH_LEVEL ==> \result == FALSE &&
                       g_calls == \old(g_calls);
    ensures  called:   routine != \null && \old(g_level) <= DISPATCH_LEVEL ==> g_calls == 1;
*/
PARALLEL_ISR_API BOOLEAN parallel_isr_synchronize(parallel_isr_port *port, PKSYNCHRONIZE_ROUTINE routine, PVOID context)
{
  if (routine == NULL || parallel_isr_level_is_device(port)) return FALSE;
  parallel_isr_gate_acquire(port);
  BOOLEAN result;
  //@ ghost g_calls = 0;
  //@ calls parallel_isr_any_synchronized;
  result = routine(context);
  parallel_isr_gate_release(port);
  return result;
}

#endif

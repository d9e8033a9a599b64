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

PARALLEL_ISR_INTERNAL parallel_isr_connection *parallel_isr_chain_at(parallel_isr_port *port, uint32_t position)
{
  parallel_isr_connection *connections = port->configuration->connections;
  return &connections[connections[position].order];
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

/* Position of a connected routine with its context; connection_count if there is none. */
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_chain_find(parallel_isr_port *port, PKSERVICE_ROUTINE routine,
                                                       PVOID context)
{
  uint32_t position = 0u;
  while (position < port->connection_count) {
    const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service = &parallel_isr_chain_at(port, position)->service;
    if (service->InterruptServiceRoutine == routine && service->InterruptServiceContext == context) break;
    position += 1u;
  }
  return position;
}

/* Connects behind the others, in the slot that is free for longest. There is one. */
PARALLEL_ISR_INTERNAL parallel_isr_connection *
parallel_isr_chain_append(parallel_isr_port *port, PVOID client, const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service)
{
  parallel_isr_connection *connection = parallel_isr_chain_at(port, port->connection_count);
  connection->service = *service;
  parallel_isr_backend_store_pointer(&connection->handle.client, client != NULL ? client : (PVOID)&connection->handle);
  if (service->DeferredPortCheckRoutine != NULL) (void)parallel_isr_backend_fetch_add(&port->deferred_count, 1u);
  parallel_isr_backend_store(&connection->handle.connected, 1u);
  port->connection_count += 1u;
  return connection;
}

/* Makes a slot free, but for its identity, which a stale handle still has. */
PARALLEL_ISR_INTERNAL void parallel_isr_chain_clear(parallel_isr_port *port, parallel_isr_connection *connection)
{
  if (connection->service.DeferredPortCheckRoutine != NULL)
    (void)parallel_isr_backend_fetch_sub(&port->deferred_count, 1u);
  parallel_isr_backend_store(&connection->handle.connected, 0u);
  connection->service.InterruptServiceRoutine = NULL;
  connection->service.InterruptServiceContext = NULL;
  connection->service.DeferredPortCheckRoutine = NULL;
  connection->service.DeferredPortCheckContext = NULL;
  connection->called = 0u;
  connection->claimed = 0u;
}

/* One connection less; the next round of checks starts at one that exists. */
PARALLEL_ISR_INTERNAL void parallel_isr_chain_shrink(parallel_isr_port *port)
{
  port->connection_count -= 1u;
  if (port->check_position == port->connection_count) port->check_position = 0u;
}

/* Takes back the append before: the slot becomes what it was, with the identity that it had. Its deferred routine may
 * have run, and taken the port. */
PARALLEL_ISR_INTERNAL void parallel_isr_chain_undo_append(parallel_isr_port *port, PVOID identity)
{
  parallel_isr_chain_shrink(port);
  parallel_isr_connection *connection = parallel_isr_chain_at(port, port->connection_count);
  parallel_isr_chain_clear(port, connection);
  parallel_isr_owner_make_nameless(port, &connection->handle);
  parallel_isr_backend_store_pointer(&connection->handle.client, identity);
}

/* Moves the order's entry at one position behind the last of the slots; what was behind it moves up. */
PARALLEL_ISR_INTERNAL void parallel_isr_chain_retire(parallel_isr_port *port, uint32_t position)
{
  parallel_isr_connection *connections = port->configuration->connections;
  uint32_t last = port->configuration->connection_capacity - 1u;
  uint32_t slot = connections[position].order;
  for (uint32_t i = position; i < last; i++) connections[i].order = connections[i + 1u].order;
  connections[last].order = slot;
}

/* Disconnects the connection at a position. No routine of it runs: the caller holds the gate. */
PARALLEL_ISR_INTERNAL void parallel_isr_chain_remove(parallel_isr_port *port, uint32_t position)
{
  parallel_isr_connection *connection = parallel_isr_chain_at(port, position);
  PVOID client = parallel_isr_backend_load_pointer(&connection->handle.client);
  parallel_isr_chain_clear(port, connection);
  parallel_isr_chain_retire(port, position);
  if (port->check_position > position) port->check_position -= 1u;
  parallel_isr_chain_shrink(port);
  parallel_isr_owner_make_nameless(port, client);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_DISCONNECTED, client);
}

/* ---- the pass ---------------------------------------------------------------------------------------------------- */

/* Calls one ISR. */
PARALLEL_ISR_INTERNAL bool parallel_isr_chain_call(parallel_isr_port *port, parallel_isr_connection *connection)
{
  parallel_isr_count(&connection->called);
  bool claimed = connection->service.InterruptServiceRoutine(parallel_isr_backend_interrupt_object(port),
                                                             connection->service.InterruptServiceContext) != FALSE;
  if (claimed) parallel_isr_count(&connection->claimed);
  return claimed;
}

/* Calls every ISR once, in connection order. */
PARALLEL_ISR_INTERNAL bool parallel_isr_chain_pass(parallel_isr_port *port)
{
  bool claimed = false;
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_PASS, NULL);
  parallel_isr_count(&port->passes);
  for (uint32_t position = 0u; position < port->connection_count; position++)
    if (parallel_isr_chain_call(port, parallel_isr_chain_at(port, position))) claimed = true;
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_PASSED, NULL);
  return claimed;
}

/* Serves the line: one pass, or passes until one claims nothing where a latched line ORs several devices. For a single
 * routine never: without a pending bit it would claim for ever. */
PARALLEL_ISR_INTERNAL bool parallel_isr_chain_serve(parallel_isr_port *port)
{
  uint32_t passes = 1u;
  bool claimed = parallel_isr_chain_pass(port);
  bool again = claimed && port->configuration->walk_again != FALSE && port->connection_count > 1u;
  while (again && passes < PARALLEL_ISR_MAX_PASSES) {
    again = parallel_isr_chain_pass(port);
    passes += 1u;
  }
  if (again) parallel_isr_count(&port->exhausted);
  if (passes > port->longest_run) port->longest_run = passes;
  return claimed;
}

/* The storm rule: judges one interrupt. A merged one is not judged, for its pass may serve what another has served. */
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
        unclaimed > configuration->storm_unclaimed)
      configuration->storm_routine(port, configuration->storm_context, unclaimed);
  }
}

/* The holder, an interrupt or the DPC, gives the gate up. Before that he runs one more pass if one is owed and nobody
 * waits for the gate; no more than one, for then the DPC is as good. */
PARALLEL_ISR_INTERNAL void parallel_isr_chain_leave(parallel_isr_port *port)
{
  if (parallel_isr_gate_try_leave(port)) return;
  if (!parallel_isr_gate_is_wanted(port) && parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);
  parallel_isr_gate_leave(port);
}

/* The interrupt that took the gate serves the line. */
PARALLEL_ISR_INTERNAL bool parallel_isr_chain_run(parallel_isr_port *port, bool judged)
{
  bool claimed = parallel_isr_chain_serve(port);
  if (judged) parallel_isr_chain_judge(port, claimed);
  parallel_isr_chain_leave(port);
  return claimed;
}

/* An interrupt that found the gate taken: asks whoever holds it next for a pass, or finds that it is free by now. */
PARALLEL_ISR_INTERNAL bool parallel_isr_chain_merge(parallel_isr_port *port)
{
  if (parallel_isr_gate_ask_again(port) && parallel_isr_gate_try_take_owed(port))
    return parallel_isr_chain_run(port, false);
  parallel_isr_count_atomic(&port->merged);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_MERGED, NULL);
  return true;
}

PARALLEL_ISR_INTERNAL BOOLEAN parallel_isr_dispatch(parallel_isr_port *port)
{
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_DISPATCH, NULL);
  bool claimed = parallel_isr_gate_try_take(port) ? parallel_isr_chain_run(port, true) : parallel_isr_chain_merge(port);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_DISPATCHED, NULL);
  return claimed ? TRUE : FALSE;
}

/* ---- the round of deferred checks -------------------------------------------------------------------------------- */

/* Tells one client that the port is free. */
PARALLEL_ISR_INTERNAL void parallel_isr_chain_check(parallel_isr_port *port, parallel_isr_connection *connection)
{
  PVOID client = parallel_isr_backend_load_pointer(&connection->handle.client);
  parallel_isr_count(&port->checks);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_CHECK, client);
  parallel_isr_backend_store_pointer(&port->checking, client);
  connection->service.DeferredPortCheckRoutine(connection->service.DeferredPortCheckContext);
  parallel_isr_backend_store_pointer(&port->checking, NULL);
}

/* Tells every client with a deferred routine that the port is free, as long as it is. A round that is cut short is owed
 * its rest, and goes on there after the next free: a greedy client cannot hide those behind him. */
PARALLEL_ISR_INTERNAL void parallel_isr_chain_check_round(parallel_isr_port *port)
{
  uint32_t count = port->connection_count;
  uint32_t position = port->check_position;
  uint32_t done = 0u;
  while (done < count && parallel_isr_backend_load(&port->users) == 0u) {
    parallel_isr_connection *connection = parallel_isr_chain_at(port, position);
    if (connection->service.DeferredPortCheckRoutine != NULL) parallel_isr_chain_check(port, connection);
    position = position + 1u < count ? position + 1u : 0u;
    done += 1u;
  }
  port->check_position = done < count ? position : 0u;
  if (done < count) parallel_isr_owe_check(port);
}

/* ---- synchronisation --------------------------------------------------------------------------------------------- */

PARALLEL_ISR_API BOOLEAN parallel_isr_synchronize(parallel_isr_port *port, PKSYNCHRONIZE_ROUTINE routine, PVOID context)
{
  if (routine == NULL || parallel_isr_level_is_device(port)) return FALSE;
  parallel_isr_gate_acquire(port);
  BOOLEAN result = routine(context);
  parallel_isr_gate_release(port);
  return result;
}

#endif

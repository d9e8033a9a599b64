/* SPDX-License-Identifier: MIT */
/*
 * The allocation queue: allocate, cancel and hand-over at thread level (DESIGN 2.4, 3.2). The table belongs to the gate
 * holder.
 *
 * A request stays in its slot. The column `order` is a permutation of the slots: positions 0 .. ended_count-1 name the
 * requests that have ended (granted, cancelled or deleted) and whose completion call is due, first ended first; the
 * next queue_length positions those that wait, first come first; the positions behind them the free slots.
 *
 * Invariant: users counts one for every waiting request; a waiting request has the status PENDING, an ended one its
 * final status, a free slot no completion routine.
 */
#ifndef PARALLEL_ISR_ALLOCATION_QUEUE_H
#define PARALLEL_ISR_ALLOCATION_QUEUE_H

PARALLEL_ISR_INTERNAL parallel_isr_request *parallel_isr_queue_at(parallel_isr_port *port, uint32_t position)
{
  parallel_isr_request *requests = port->configuration->requests;
  return &requests[requests[position].order];
}

/* The position behind the last waiting request. */
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_queue_end(const parallel_isr_port *port)
{
  return port->ended_count + port->queue_length;
}

/* Position of a waiting request; the queue's end if there is none. */
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_queue_find(parallel_isr_port *port,
                                                       parallel_isr_completion_routine completion, PVOID context)
{
  uint32_t position = port->ended_count;
  while (position < parallel_isr_queue_end(port)) {
    const parallel_isr_request *request = parallel_isr_queue_at(port, position);
    if (request->completion == completion && request->context == context) break;
    position += 1u;
  }
  return position;
}

PARALLEL_ISR_INTERNAL bool parallel_isr_queue_is_full(const parallel_isr_port *port)
{
  return parallel_isr_queue_end(port) == port->configuration->request_capacity;
}

/* Queues a request, in the slot that is free for longest; its user is counted already. There is a free slot. */
PARALLEL_ISR_INTERNAL void parallel_isr_queue_append(parallel_isr_port *port, PVOID client,
                                                     parallel_isr_completion_routine completion, PVOID context)
{
  parallel_isr_request *request = parallel_isr_queue_at(port, parallel_isr_queue_end(port));
  request->completion = completion;
  request->context = context;
  request->client = client;
  request->status = STATUS_PENDING;
  port->queue_length += 1u;
}

/* A waiting request ends: it goes behind those that have ended before, and those that came before it make room. */
PARALLEL_ISR_INTERNAL void parallel_isr_queue_conclude(parallel_isr_port *port, uint32_t position, NTSTATUS status)
{
  parallel_isr_request *requests = port->configuration->requests;
  uint32_t slot = requests[position].order;
  requests[slot].status = status;
  for (uint32_t i = position; i > port->ended_count; i--) requests[i].order = requests[i - 1u].order;
  requests[port->ended_count].order = slot;
  port->ended_count += 1u;
  port->queue_length -= 1u;
}

/* Makes a slot free: it goes behind the other free ones. */
PARALLEL_ISR_INTERNAL void parallel_isr_queue_retire_first(parallel_isr_port *port)
{
  parallel_isr_request *requests = port->configuration->requests;
  uint32_t last = port->configuration->request_capacity - 1u;
  uint32_t slot = requests[0].order;
  requests[slot].completion = NULL;
  requests[slot].context = NULL;
  requests[slot].client = NULL;
  for (uint32_t i = 0u; i < last; i++) requests[i].order = requests[i + 1u].order;
  requests[last].order = slot;
  port->ended_count -= 1u;
}

/* Takes the request that ended first out of its slot, for the call that its client is owed. False: there is none. */
PARALLEL_ISR_INTERNAL bool parallel_isr_queue_take_ended(parallel_isr_port *port, parallel_isr_request *taken)
{
  if (port->ended_count == 0u) return false;
  const parallel_isr_request *request = parallel_isr_queue_at(port, 0u);
  taken->completion = request->completion;
  taken->context = request->context;
  taken->status = request->status;
  parallel_isr_queue_retire_first(port);
  return true;
}

/* The port goes from an owner who has left straight to the head of the queue: users does not change, so nobody ever
 * finds the port free in between. */
PARALLEL_ISR_INTERNAL void parallel_isr_queue_hand_over(parallel_isr_port *port)
{
  if (port->queue_length == 0u || parallel_isr_backend_load(&port->users) != port->queue_length) return;
  PVOID client = parallel_isr_queue_at(port, port->ended_count)->client;
  parallel_isr_queue_conclude(port, port->ended_count, STATUS_SUCCESS);
  parallel_isr_count(&port->handovers);
  parallel_isr_owner_set(port, client);
}

/* Allocates, under the gate. Room is tested first: once the user is counted there is no way back. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_queue_allocate(parallel_isr_port *port, PVOID client,
                                                           parallel_isr_completion_routine completion, PVOID context)
{
  if (parallel_isr_backend_load(&port->removed) != 0u) return STATUS_DELETE_PENDING;
  if (parallel_isr_queue_find(port, completion, context) < parallel_isr_queue_end(port))
    return STATUS_INVALID_PARAMETER;
  if (parallel_isr_queue_is_full(port)) return STATUS_INSUFFICIENT_RESOURCES;
  if (parallel_isr_backend_fetch_add(&port->users, 1u) == 0u) {
    parallel_isr_owner_set(port, client);
    return STATUS_SUCCESS;
  }
  parallel_isr_queue_append(port, client, completion, context);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_QUEUED, client);
  return STATUS_PENDING;
}

PARALLEL_ISR_API NTSTATUS parallel_isr_allocate(parallel_isr_port *port, PVOID client,
                                                parallel_isr_completion_routine completion, PVOID context)
{
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  if (parallel_isr_backend_load(&port->removed) != 0u) return STATUS_DELETE_PENDING;
  if (completion == NULL) return STATUS_INVALID_PARAMETER;
  parallel_isr_gate_acquire(port);
  NTSTATUS status =
      parallel_isr_queue_allocate(port, client != NULL ? client : (PVOID)&port->nameless, completion, context);
  parallel_isr_gate_release(port);
  return status;
}

/* Ends a waiting request that did not get the port. If it was the only user, the port is free now: as after a free. */
PARALLEL_ISR_INTERNAL void parallel_isr_queue_withdraw(parallel_isr_port *port, uint32_t position, NTSTATUS status)
{
  parallel_isr_queue_conclude(port, position, status);
  if (parallel_isr_users_leave(port) == 1u) parallel_isr_owe_check(port);
  parallel_isr_backend_request_dpc(port); /* for the completion call */
}

PARALLEL_ISR_API NTSTATUS parallel_isr_cancel(parallel_isr_port *port, parallel_isr_completion_routine completion,
                                              PVOID context)
{
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  parallel_isr_gate_acquire(port);
  uint32_t position = parallel_isr_queue_find(port, completion, context);
  bool found = position < parallel_isr_queue_end(port);
  if (found) parallel_isr_queue_withdraw(port, position, STATUS_CANCELLED);
  parallel_isr_gate_release(port);
  return found ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

#endif

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

/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && position < g_request_count && g_requests[position].order < g_request_count;
    terminates \true;  exits \false;
    assigns  \result \from port, position;
    ensures  slot:     \result == g_requests + g_requests[position].order && \valid(\result);
*/
PARALLEL_ISR_INTERNAL parallel_isr_request *parallel_isr_queue_at(parallel_isr_port *port, uint32_t position)
{
  parallel_isr_request *requests = port->configuration->requests;
  return &requests[requests[position].order];
}

/* The position behind the last waiting request. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && port->ended_count + port->queue_length <= g_request_count;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  end:      \result == port->ended_count + port->queue_length;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_queue_end(const parallel_isr_port *port)
{
  return port->ended_count + port->queue_length;
}

/* Position of a waiting request; the queue's end if there is none. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && Queue(port);
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  position: port->ended_count <= \result <= port->ended_count + port->queue_length;
    ensures  found:    \result < port->ended_count + port->queue_length ==>
                         Asked(g_requests + g_requests[\result].order, completion, context);
    ensures  first:    \forall integer i; port->ended_count <= i < \result ==>
                         !Asked(g_requests + g_requests[i].order, completion, context);
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_queue_find(parallel_isr_port *port,
                                                       parallel_isr_completion_routine completion, PVOID context)
{
  uint32_t position = port->ended_count;
  /*@ loop invariant range: port->ended_count <= position <= port->ended_count + port->queue_length;
      loop invariant first: \forall integer i; port->ended_count <= i < position ==>
                              !Asked(g_requests + g_requests[i].order, completion, context);
      loop assigns position;
      loop variant port->ended_count + port->queue_length - position; */
  while (position < parallel_isr_queue_end(port)) {
    const parallel_isr_request *request = parallel_isr_queue_at(port, position);
    if (request->completion == completion && request->context == context) break;
    position += 1u;
  }
  return position;
}

/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && port->ended_count + port->queue_length <= g_request_count;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  full:     \result == \true <==> port->ended_count + port->queue_length == g_request_count;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_queue_is_full(const parallel_isr_port *port)
{
  return parallel_isr_queue_end(port) == port->configuration->request_capacity;
}

/* Queues a request, in the slot that is free for longest; its user is counted already. There is a free slot. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && port->ended_count + port->queue_length < g_request_count;
    requires order:    RequestOrder(g_requests, g_request_count);
    requires requests: Requests(g_requests, port->ended_count, port->ended_count + port->queue_length, g_request_count);
    requires rest:     Rest(port);
    requires request:  client != \null && completion == &parallel_isr_any_completion;
    terminates \true;  exits \false;
    assigns  port->queue_length, PARALLEL_ISR_SPEC_REQUESTS.completion, PARALLEL_ISR_SPEC_REQUESTS.context,
             PARALLEL_ISR_SPEC_REQUESTS.client, PARALLEL_ISR_SPEC_REQUESTS.status;
    ensures  order:    RequestOrder(g_requests, g_request_count);
    ensures  requests: Requests(g_requests, port->ended_count, port->ended_count + port->queue_length, g_request_count);
    ensures  storage:  Storage(port);
    ensures  rest:     Rest(port);
    ensures  length:   port->queue_length == \old(port->queue_length) + 1;
    ensures  same:     \forall integer i; 0 <= i < g_request_count ==> g_requests[i].order == \old(g_requests[i].order);
    ensures  last:     Asked(g_requests + g_requests[\old(port->ended_count + port->queue_length)].order, completion,
                       context);
    ensures  client:   g_requests[g_requests[\old(port->ended_count + port->queue_length)].order].client == client;
    ensures  others:   \forall integer k; 0 <= k < g_request_count &&
                         k != \old(g_requests[port->ended_count + port->queue_length].order) ==>
                           SameRequest{Pre, Post}(k);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_queue_append(parallel_isr_port *port, PVOID client,
                                                     parallel_isr_completion_routine completion, PVOID context)
{
  parallel_isr_request *request = parallel_isr_queue_at(port, parallel_isr_queue_end(port));
  //@ ghost uint16_t slot = g_requests[port->ended_count + port->queue_length].order;
  request->completion = completion;
  request->context = context;
  request->client = client;
  request->status = STATUS_PENDING;
  /*@ assert same: request == g_requests + slot && \forall integer k; 0 <= k < g_request_count && k != slot ==>
        SameRequest{Pre, Here}(k); */
  port->queue_length += 1u;
}

/* A waiting request ends: it goes behind those that have ended before, and those that came before it make room. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && port->ended_count + port->queue_length <= g_request_count;
    requires position: port->ended_count <= position < port->ended_count + port->queue_length;
    requires status:   status != STATUS_PENDING;
    requires order:    RequestOrder(g_requests, g_request_count);
    requires requests: Requests(g_requests, port->ended_count, port->ended_count + port->queue_length, g_request_count);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ENDING;
    ensures  order:    RequestOrder(g_requests, g_request_count);
    ensures  requests: Requests(g_requests, port->ended_count, port->ended_count + port->queue_length, g_request_count);
    ensures  counts:   port->queue_length == \old(port->queue_length) - 1 &&
                       port->ended_count == \old(port->ended_count) + 1;
    ensures  status:   g_requests[\old(g_requests[position].order)].status == status;
    ensures  others:   \forall integer k; 0 <= k < g_request_count && k != \old(g_requests[position].order) ==>
                         SameRequest{Pre, Post}(k);
    ensures  places:   \forall integer k; 0 <= k < g_request_count ==> g_request_position[k] ==
                         Shifted(position, \old(port->ended_count), \old(g_request_position[k]));
*/
PARALLEL_ISR_INTERNAL void parallel_isr_queue_conclude(parallel_isr_port *port, uint32_t position, NTSTATUS status)
{
  parallel_isr_request *requests = port->configuration->requests;
  uint32_t first = port->ended_count;
  uint16_t slot = requests[position].order;
  requests[slot].status = status;
  port->ended_count = first + 1u;
  port->queue_length -= 1u;
  //@ assert storage: requests == g_requests && slot < g_request_count && first <= position < g_request_count;
  //@ assert ends: \valid(g_requests + first) && g_request_position[slot] == position;
  /*@ loop invariant range:   first <= i <= position;
      loop invariant inverse: \forall integer j; 0 <= j < g_request_count && j != i ==>
                                g_requests[j].order < g_request_count && g_requests[j].order != slot &&
                                g_request_position[g_requests[j].order] == j;
      loop invariant places:  \forall integer k; 0 <= k < g_request_count && k != slot ==>
                                g_request_position[k] == Shifted(position, i, \at(g_request_position[k], Pre)) &&
                                0 <= g_request_position[k] < g_request_count && g_request_position[k] != i &&
                                g_requests[g_request_position[k]].order == k;
      loop assigns i, g_requests[first + 1 .. position].order, g_request_position[..];
      loop variant i; */
  for (uint32_t i = position; i > first; i--) {
    requests[i].order = requests[i - 1u].order;
    //@ ghost g_request_position[requests[i].order] = i;
  }
  //@ assert first: \valid(g_requests + first);
  requests[first].order = slot;
  //@ ghost g_request_position[slot] = first;
  /*@ assert places: \forall integer k; 0 <= k < g_request_count ==>
        g_request_position[k] == Shifted(position, first, \at(g_request_position[k], Pre)); */
  /*@ assert same: \forall integer k; 0 <= k < g_request_count ==>
        g_requests[k].completion == \at(g_requests[k].completion, Pre) &&
        g_requests[k].client == \at(g_requests[k].client, Pre) &&
        (k != slot ==> g_requests[k].status == \at(g_requests[k].status, Pre)); */
  //@ assert ended: g_requests[slot].status != STATUS_PENDING && port->ended_count == first + 1;
}

/* The order's first entry goes behind the last of the slots; what was behind it moves up. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && 0 < g_request_count && RequestOrder(g_requests, g_request_count);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_REQUESTS.order, g_request_position[..];
    ensures  places:   \forall integer k; 0 <= k < g_request_count ==>
                         g_request_position[k] == Shifted(0, g_request_count - 1, \old(g_request_position[k]));
    ensures  order:    RequestOrder(g_requests, g_request_count);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_queue_rotate(parallel_isr_port *port)
{
  parallel_isr_request *requests = port->configuration->requests;
  uint32_t last = port->configuration->request_capacity - 1u;
  uint16_t slot = requests[0].order;
  //@ assert storage: requests == g_requests && last == g_request_count - 1;
  /*@ loop invariant range:   i <= last;
      loop invariant inverse: \forall integer j; 0 <= j <= last && j != i ==>
                                g_requests[j].order <= last && g_requests[j].order != slot &&
                                g_request_position[g_requests[j].order] == j;
      loop invariant places:  \forall integer k; 0 <= k <= last && k != slot ==>
                                g_request_position[k] == Shifted(0, i, \at(g_request_position[k], Pre)) &&
                                0 <= g_request_position[k] <= last && g_request_position[k] != i &&
                                g_requests[g_request_position[k]].order == k;
      loop assigns i, g_requests[0 .. last - 1].order, g_request_position[..];
      loop variant last - i; */
  for (uint32_t i = 0u; i < last; i++) {
    requests[i].order = requests[i + 1u].order;
    //@ ghost g_request_position[requests[i].order] = i;
  }
  requests[last].order = slot;
  //@ ghost g_request_position[slot] = last;
}

/* Makes the first slot free: it goes behind the other free ones. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && 0 < port->ended_count && port->ended_count + port->queue_length <= g_request_count;
    requires order:    RequestOrder(g_requests, g_request_count);
    requires requests: Requests(g_requests, port->ended_count, port->ended_count + port->queue_length, g_request_count);
    requires rest:     Rest(port);
    terminates \true;  exits \false;
    assigns  port->ended_count, PARALLEL_ISR_SPEC_REQUESTS.completion, PARALLEL_ISR_SPEC_REQUESTS.context,
             PARALLEL_ISR_SPEC_REQUESTS.client, PARALLEL_ISR_SPEC_REQUESTS.order, g_request_position[..];
    ensures  order:    RequestOrder(g_requests, g_request_count);
    ensures  requests: Requests(g_requests, port->ended_count, port->ended_count + port->queue_length, g_request_count);
    ensures  storage:  Storage(port);
    ensures  rest:     Rest(port);
    ensures  count:    port->ended_count == \old(port->ended_count) - 1;
    ensures  others:   \forall integer k; 0 <= k < g_request_count && k != \old(g_requests[0].order) ==>
                         SameRequest{Pre, Post}(k);
    ensures  places:   \forall integer k; 0 <= k < g_request_count ==>
                         g_request_position[k] == Shifted(0, g_request_count - 1, \old(g_request_position[k]));
*/
PARALLEL_ISR_INTERNAL void parallel_isr_queue_retire_first(parallel_isr_port *port)
{
  parallel_isr_request *request = parallel_isr_queue_at(port, 0u);
  //@ ghost uint16_t slot = g_requests[0].order;
  request->completion = NULL;
  request->context = NULL;
  request->client = NULL;
  port->ended_count -= 1u;
  parallel_isr_queue_rotate(port);
  /*@ assert same: g_requests[slot].completion == \null && \forall integer k; 0 <= k < g_request_count && k != slot ==>
        SameRequest{Pre, Here}(k); */
  /*@ assert moved: g_request_position[slot] == g_request_count - 1 && \forall integer k; 0 <= k < g_request_count &&
        k != slot ==> g_request_position[k] == \at(g_request_position[k], Pre) - 1; */
}

/* Takes the request that ended first out of its slot, for the call that its client is owed. None: no completion. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && Tables(port);
    terminates \true;  exits \false;
    assigns  port->ended_count, PARALLEL_ISR_SPEC_REQUESTS.completion, PARALLEL_ISR_SPEC_REQUESTS.context,
             PARALLEL_ISR_SPEC_REQUESTS.client, PARALLEL_ISR_SPEC_REQUESTS.order, g_request_position[..],
             g_due_context, g_due_status;
    ensures  storage:  Storage(port);
    ensures  queue:    Queue(port) && port->queue_length == \old(port->queue_length);
    ensures  rest:     Rest(port);
    ensures  taken:    \old(port->ended_count) > 0 ==> port->ended_count == \old(port->ended_count) - 1 &&
                         \result.completion == &parallel_isr_any_completion && \result.status != STATUS_PENDING;
    ensures  first:    \old(port->ended_count) > 0 ==>
                         g_due_context == \old(g_requests[g_requests[0].order].context) &&
                         g_due_status == \old(g_requests[g_requests[0].order].status);
    ensures  due:      \result.context == g_due_context && \result.status == g_due_status;
    ensures  others:   \forall integer k; 0 <= k < g_request_count && k != \old(g_requests[0].order) ==>
                         SameRequest{Pre, Post}(k);
    ensures  none:     \old(port->ended_count) == 0 ==> port->ended_count == 0 && \result.completion == \null;
*/
PARALLEL_ISR_INTERNAL parallel_isr_request parallel_isr_queue_take_ended(parallel_isr_port *port)
{
  parallel_isr_request ended = {NULL, NULL, NULL, STATUS_PENDING, 0u};
  if (port->ended_count != 0u) {
    const parallel_isr_request *request = parallel_isr_queue_at(port, 0u);
    ended.completion = request->completion;
    ended.context = request->context;
    ended.status = request->status;
    parallel_isr_queue_retire_first(port);
  }
  //@ ghost g_due_context = ended.context;
  //@ ghost g_due_status = ended.status;
  return ended;
}

/* The port goes from an owner who has left straight to the head of the queue: users does not change, so nobody ever
 * finds the port free in between. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Tables(port) &&
                       g_now.serving == PARALLEL_ISR_SPEC_SERVES_ALL;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_ENDING, port->handovers;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     Holds && g_now.waiter != g_me && KeepsDebt{Pre, Post};
    ensures  rest:     Rest(port);
    ensures  queue:    Queue(port);
    ensures  served:   g_now.serving == PARALLEL_ISR_SPEC_SERVES_CHECKS;
    ensures  first:    g_granted == 1 ==> port->ended_count == \old(port->ended_count) + 1 &&
                         g_now.owner == \old(g_requests[g_requests[port->ended_count].order].client) &&
                         g_requests[\old(g_requests[port->ended_count].order)].status == STATUS_SUCCESS;
    ensures  nobody:   g_granted != 1 ==> g_granted == 0 && port->ended_count == \old(port->ended_count);
    ensures  others:   \forall integer k; 0 <= k < g_request_count &&
                         (k != \old(g_requests[port->ended_count].order) || g_granted != 1) ==>
                           SameRequest{Pre, Post}(k);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_queue_hand_over(parallel_isr_port *port)
{
  //@ ghost g_granted = 0;
  uint32_t users = parallel_isr_backend_load(&port->users);
  //@ ghost g_now.serving = PARALLEL_ISR_SPEC_SERVES_CHECKS;
  /*@ ghost
    if (port->queue_length != 0 && users == port->queue_length) {
      g_now.owned = 1;
      g_now.transit = g_me;
      g_now.queued = g_now.queued - 1;
      g_granted = 1;
    }
  */
  //@ ghost parallel_isr_commit();
  if (port->queue_length == 0u || users != port->queue_length) return;
  PVOID client = parallel_isr_queue_at(port, port->ended_count)->client;
  parallel_isr_queue_conclude(port, port->ended_count, STATUS_SUCCESS);
  parallel_isr_count(&port->handovers);
  parallel_isr_owner_set(port, client);
}

/* Allocates, under the gate. Room is tested first: once the user is counted there is no way back. */
/*@ requires ready:    Ready && port == g_port;
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Tables(port);
    requires request:  client != \null && completion == &parallel_isr_any_completion;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_QUEUE;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsDebt{Pre, Post};
    ensures  rest:     Rest(port);
    ensures  queue:    Queue(port);
    ensures  removed:  \result == STATUS_DELETE_PENDING <==> \old(g_now.removed) == 1;
    ensures  owner:    \result == STATUS_SUCCESS ==> g_now.owner == client;
    ensures  granted:  g_granted == (\result == STATUS_SUCCESS ? 1 : 0);
    ensures  queued:   \result == STATUS_PENDING ==> g_now.queued == \old(g_now.queued) + 1 &&
                         Asked(g_requests + g_requests[\old(port->ended_count + port->queue_length)].order,
                           completion, context);
    ensures  others:   \forall integer k; 0 <= k < g_request_count &&
                         (k != \old(g_requests[port->ended_count + port->queue_length].order) ||
                          \result != STATUS_PENDING) ==> SameRequest{Pre, Post}(k);
    ensures  full:     \result == STATUS_INSUFFICIENT_RESOURCES ==>
                         port->ended_count + port->queue_length == g_request_count;
    ensures  refused:  \result != STATUS_PENDING ==> g_now.queued == \old(g_now.queued);
    ensures  status:   \result == STATUS_SUCCESS || \result == STATUS_PENDING || \result == STATUS_DELETE_PENDING ||
                       \result == STATUS_INVALID_PARAMETER || \result == STATUS_INSUFFICIENT_RESOURCES;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_queue_allocate(parallel_isr_port *port, PVOID client,
                                                           parallel_isr_completion_routine completion, PVOID context)
{
  //@ ghost g_granted = 0;
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  //@ ghost parallel_isr_commit();
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (parallel_isr_queue_find(port, completion, context) < parallel_isr_queue_end(port))
    return STATUS_INVALID_PARAMETER;
  if (parallel_isr_queue_is_full(port)) return STATUS_INSUFFICIENT_RESOURCES;
  uint32_t users = parallel_isr_backend_fetch_add(&port->users, 1u);
  /*@ ghost
    if (users == 0) { g_now.owned = 1; g_now.transit = g_me; g_granted = 1; } else { g_now.queued = g_now.queued + 1; }
  */
  //@ ghost parallel_isr_commit();
  if (users == 0u) {
    parallel_isr_owner_set(port, client);
    return STATUS_SUCCESS;
  }
  parallel_isr_queue_append(port, client, completion, context);
  //@ assert queue: Queue(port);
  PARALLEL_ISR_TRACE(port, PARALLEL_ISR_TRACE_QUEUED, client);
  return STATUS_PENDING;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires routine:  completion == \null || completion == &parallel_isr_any_completion;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  high:     \result == STATUS_INVALID_DEVICE_STATE <==> \old(g_level) > DISPATCH_LEVEL;
    ensures  removed:  \result == STATUS_DELETE_PENDING ==> g_now.removed == 1;
    ensures  refused:  \old(g_now.removed) == 1 && g_level <= DISPATCH_LEVEL ==> \result == STATUS_DELETE_PENDING;
    ensures  none:     g_level <= DISPATCH_LEVEL && g_now.removed == 0 && completion == \null ==>
                         \result == STATUS_INVALID_PARAMETER;
    ensures  granted:  g_granted == (\result == STATUS_SUCCESS ? 1 : 0);
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_allocate(parallel_isr_port *port, PVOID client,
                                                parallel_isr_completion_routine completion, PVOID context)
{
  //@ ghost g_granted = 0;
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  //@ ghost parallel_isr_commit();
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (completion == NULL) return STATUS_INVALID_PARAMETER;
  parallel_isr_gate_acquire(port);
  PVOID caller = client != NULL ? client : parallel_isr_identity(&port->nameless);
  NTSTATUS status = parallel_isr_queue_allocate(port, caller, completion, context);
  parallel_isr_gate_release(port);
  return status;
}

/* Ends a waiting request that did not get the port. If it was the only user, the port is free now: as after a free. */
/*@ requires ready:    Ready && port == g_port && Settled(g_mine);
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Tables(port);
    requires position: port->ended_count <= position < port->ended_count + port->queue_length;
    requires status:   status != STATUS_PENDING;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_ENDING;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsDebt{Pre, Post};
    ensures  rest:     Rest(port);
    ensures  queue:    Queue(port);
    ensures  shorter:  port->queue_length == \old(port->queue_length) - 1;
    ensures  status:   g_requests[\old(g_requests[position].order)].status == status;
    ensures  others:   \forall integer k; 0 <= k < g_request_count && k != \old(g_requests[position].order) ==>
                         SameRequest{Pre, Post}(k);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_queue_withdraw(parallel_isr_port *port, uint32_t position, NTSTATUS status)
{
  parallel_isr_queue_conclude(port, position, status);
  if (parallel_isr_users_leave(port) == 1u) parallel_isr_owe_check(port);
  parallel_isr_backend_request_dpc(port); /* for the completion call */
  //@ ghost g_now.dpc = 1;
  //@ ghost g_now.promised = g_now.promised - 1;
  //@ ghost g_mine.promised = 0;
  //@ ghost parallel_isr_commit();
}

/* Cancels, under the gate: exactly the waiting request that is asked for. */
/*@ requires ready:    Ready && port == g_port && Settled(g_mine);
    requires held:     Holds && g_now.waiter != g_me && g_now.transit != g_me && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_ENDING;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  held:     KeepsHold{Pre, Post} && KeepsDebt{Pre, Post};
    ensures  rest:     Rest(port);
    ensures  queue:    Queue(port);
    ensures  status:   \result == STATUS_SUCCESS || \result == STATUS_NOT_FOUND;
    ensures  missing:  \result == STATUS_NOT_FOUND ==>
                         \old(\forall integer i; port->ended_count <= i < port->ended_count + port->queue_length ==>
                           !Asked(g_requests + g_requests[i].order, completion, context)) &&
                         \forall integer k; 0 <= k < g_request_count ==> SameRequest{Pre, Post}(k);
    ensures  found:    \result == STATUS_SUCCESS ==>
                         \exists integer slot; 0 <= slot < g_request_count &&
                           \old(port->ended_count) <= \old(g_request_position[slot]) <
                             \old(port->ended_count + port->queue_length) &&
                           Asked(g_requests + slot, completion, context) &&
                           g_requests[slot].status == STATUS_CANCELLED &&
                           \forall integer k; 0 <= k < g_request_count && k != slot ==> SameRequest{Pre, Post}(k);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_queue_cancel(parallel_isr_port *port,
                                                         parallel_isr_completion_routine completion, PVOID context)
{
  uint32_t position = parallel_isr_queue_find(port, completion, context);
  if (position == parallel_isr_queue_end(port)) return STATUS_NOT_FOUND;
  //@ ghost uint16_t slot = g_requests[position].order;
  //@ assert asked: Asked(g_requests + slot, completion, context) && g_request_position[slot] == position;
  parallel_isr_queue_withdraw(port, position, STATUS_CANCELLED);
  //@ assert ended: g_requests[slot].status == STATUS_CANCELLED && Asked(g_requests + slot, completion, context);
  return STATUS_SUCCESS;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  high:     \result == STATUS_INVALID_DEVICE_STATE <==> \old(g_level) > DISPATCH_LEVEL;
    ensures  status:   \result == STATUS_SUCCESS || \result == STATUS_NOT_FOUND ||
                       \result == STATUS_INVALID_DEVICE_STATE;
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_cancel(parallel_isr_port *port, parallel_isr_completion_routine completion,
                                              PVOID context)
{
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  parallel_isr_gate_acquire(port);
  NTSTATUS status = parallel_isr_queue_cancel(port, completion, context);
  parallel_isr_gate_release(port);
  return status;
}

#endif

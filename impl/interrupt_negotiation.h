/* SPDX-License-Identifier: MIT */
/*
 * IoConnectInterruptEx: which form a client asks for, which one the port has, and what the client is told (DESIGN 2.6).
 *
 * The negotiation decides; then the client is connected to the chain as any other. A client that takes messages is
 * there by a routine of ours, which hands it those that arrived. The core needs nothing of this room.
 *
 * Invariant, of the gate holder: a message that was taken from the platform stands in `pending` of every client of
 * messages that was connected then, until its routine was called for it. So each hears of each message, in whatever
 * order they come in the chain, and in one pass or several.
 */
#ifndef PARALLEL_ISR_INTERRUPT_NEGOTIATION_H
#define PARALLEL_ISR_INTERRUPT_NEGOTIATION_H

/*@ // What every form must have; then a form of the line, one of messages, one with a vector.
    logic integer Common{L}(PDEVICE_OBJECT device, integer routine, PKSPIN_LOCK lock, integer floating) =
      device == \null || routine == 0 || floating != FALSE ? STATUS_INVALID_PARAMETER :
      lock != \null ? STATUS_NOT_SUPPORTED :
      g_configuration->connect_version == 0 ? STATUS_NOT_FOUND : STATUS_SUCCESS;

    logic integer LineStatus{L}(IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS *w) =
      \let common = Common(w->PhysicalDeviceObject, w->ServiceRoutine == \null ? 0 : 1, w->SpinLock, w->FloatingSave);
      common != STATUS_SUCCESS ? common : g_messages <= 1 ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;

    logic integer MessageStatus{L}(IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS *w) =
      \let common = Common(w->PhysicalDeviceObject, w->MessageServiceRoutine == \null ? 0 : 1, w->SpinLock,
                           w->FloatingSave);
      common != STATUS_SUCCESS ? common :
      g_messages == 0 && w->FallBackServiceRoutine == \null ? STATUS_NOT_FOUND : STATUS_SUCCESS;

    logic integer VectorStatus{L}(IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *w, integer group) =
      w->SpinLock != \null && w->Irql == PASSIVE_LEVEL ? STATUS_INVALID_PARAMETER :
      w->ProcessorEnableMask == 0 ? STATUS_INVALID_PARAMETER_10 :
      w->SynchronizeIrql < w->Irql || (group != 0 && w->Group != 0) ? STATUS_INVALID_PARAMETER :
      w->Irql == PASSIVE_LEVEL ? STATUS_NOT_SUPPORTED :
      \let common = Common(w->PhysicalDeviceObject, w->ServiceRoutine == \null ? 0 : 1, w->SpinLock, w->FloatingSave);
      common != STATUS_SUCCESS ? common :
      g_messages > 1 ? STATUS_INVALID_DEVICE_REQUEST :
      g_messages == 0 && w->ShareVector == FALSE ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;

    predicate Routine(PKSERVICE_ROUTINE r) = r == \null || r == &parallel_isr_any_isr;

    // How often a message is among some: once or not.
    logic integer Among(integer messages, integer message) = ((messages >> message) & 1) != 0 ? 1 : 0;
*/

/* ---- what the port has ------------------------------------------------------------------------------------------- */

#ifdef PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS

#define PARALLEL_ISR_HIGHEST_VERSION CONNECT_FULLY_SPECIFIED_GROUP

/*@ requires port:     port == g_port;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  count:    \result == g_messages <= PARALLEL_ISR_MAX_MESSAGES;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_message_count(const parallel_isr_port *port)
{
  return parallel_isr_backend_message_count(port);
}

/*@ requires port:     port == g_port;
    terminates \true;  exits \false;
    assigns  \result \from port;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_take_messages(parallel_isr_port *port)
{
  return parallel_isr_backend_take_messages(port);
}

/*@ requires port:     port == g_port && g_level <= DISPATCH_LEVEL && 0 < g_messages;
    requires table:    \valid(table);
    terminates \true;  exits \false;
    assigns  *table;
    ensures  count:    table->info.MessageCount == g_messages;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_describe_messages(parallel_isr_port *port, parallel_isr_message_table *table)
{
  table->info.MessageCount = parallel_isr_message_count(port);
  parallel_isr_backend_describe(port, 0u, &table->info.MessageInfo[0]);
  /*@ loop invariant range: 1 <= message <= table->info.MessageCount == g_messages <= PARALLEL_ISR_MAX_MESSAGES;
      loop assigns message, table->more[0 .. PARALLEL_ISR_MAX_MESSAGES - 2];
      loop variant g_messages - message; */
  for (ULONG message = 1u; message < table->info.MessageCount; message++)
    parallel_isr_backend_describe(port, message, &table->more[message - 1u]);
  table->info.UnifiedIrql = table->info.MessageInfo[0].Irql;
}

#else

#define PARALLEL_ISR_HIGHEST_VERSION CONNECT_MESSAGE_BASED

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_message_count(const parallel_isr_port *port)
{
  (void)port;
  return 0u;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_take_messages(parallel_isr_port *port)
{
  (void)port;
  return 0u;
}

PARALLEL_ISR_INTERNAL void parallel_isr_describe_messages(parallel_isr_port *port, parallel_isr_message_table *table)
{
  (void)port;
  (void)table;
}

#endif

/* ---- messages ---------------------------------------------------------------------------------------------------- */

/* The place of a client of messages in the chain: calls his routine once for each message that is pending. To the chain
 * it is an ISR like any other, and promises what the others do. */
/*@ requires called:   Ready && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine);
    requires held:     Holds && Tables(g_port);
    requires calls:    0 <= g_calls < g_port->connection_count;
    requires listener: PARALLEL_ISR_SPEC_LISTENER;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, PARALLEL_ISR_SPEC_MESSAGES, g_calls, g_heard;
    ensures  returned: Ready && Keeps{Pre, Post} && g_calls == \old(g_calls) + 1;
    ensures  heard:    g_heard == Among(\old(g_listener->pending) | g_arrived, g_message);
    ensures  none:     g_listener->pending == 0;
*/
PARALLEL_ISR_INTERNAL BOOLEAN NTAPI parallel_isr_message_isr(PKINTERRUPT object, PVOID context);

/* That routine as the chain knows it. */
/*@ terminates \true;  exits \false;
    assigns  \result \from \nothing;
    ensures  routine:  \result == &parallel_isr_any_isr;
*/
PARALLEL_ISR_INTERNAL PKSERVICE_ROUTINE parallel_isr_message_routine(void)
{
  return parallel_isr_message_isr;
}

/* The client of messages that stands in the chain with that context. */
/*@ requires listener: PARALLEL_ISR_SPEC_LISTENER;
    terminates \true;  exits \false;
    assigns  \result \from context;
    ensures  listener: \result == g_listener && \result->port == g_port &&
                       \result->routine == &parallel_isr_any_message;
*/
PARALLEL_ISR_INTERNAL parallel_isr_interrupt *parallel_isr_message_client(PVOID context)
{
  return (parallel_isr_interrupt *)context;
}

/* Adds to what is pending for the connection at a position, if it is of a client of messages. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && Tables(port) && position < port->connection_count;
    requires turn:     g_handed == position;
    requires listener: PARALLEL_ISR_SPEC_LISTENER;
    terminates \true;  exits \false;
    assigns  g_listener->pending, g_handed;
    ensures  storage:  Storage(port);
    ensures  tables:   Tables(port);
    ensures  handed:   g_handed == position + 1;
    ensures  pending:  g_listener->pending == (\old(g_listener->pending) | arrived);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_add_messages(parallel_isr_port *port, uint32_t position, uint32_t arrived)
{
  const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service = &parallel_isr_chain_at(port, position)->service;
  if (service->InterruptServiceRoutine == parallel_isr_message_routine())
    parallel_isr_message_client(service->InterruptServiceContext)->pending |= arrived;
  //@ ghost g_handed = g_handed + 1u;
}

/* Hands what has arrived to every client of messages. Caller: the gate holder. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires held:     Holds && Tables(port);
    requires listener: PARALLEL_ISR_SPEC_LISTENER;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_MESSAGES;
    ensures  storage:  Storage(port);
    ensures  tables:   Tables(port);
    ensures  all:      g_handed == port->connection_count;
    ensures  pending:  port->connection_count > 0 ==>
                         g_listener->pending == (\old(g_listener->pending) | g_arrived);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_hand_messages_out(parallel_isr_port *port)
{
  const uint32_t arrived = parallel_isr_take_messages(port);
  //@ ghost g_arrived = arrived;
  //@ ghost g_handed = 0u;
  /*@ loop invariant range:   position <= port->connection_count;
      loop invariant storage: Storage(port);
      loop invariant tables:  Tables(port);
      loop invariant handed:  g_handed == position;
      loop invariant pending: g_listener->pending == (position == 0 ? \at(g_listener->pending, Pre) :
                                (\at(g_listener->pending, Pre) | arrived));
      loop assigns position, g_listener->pending, g_handed;
      loop variant port->connection_count - position; */
  for (uint32_t position = 0u; position < port->connection_count; position++)
    parallel_isr_add_messages(port, position, arrived);
}

/* Calls a client's routine for one message. */
/*@ requires called:   Ready && Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine);
    requires client:   \valid_read(client) && client == g_listener && client->routine == &parallel_isr_any_message;
    requires calls:    0 <= g_heard <= 1;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, g_heard;
    ensures  returned: Ready && Keeps{Pre, Post} && g_heard == \old(g_heard) + (message == g_message ? 1 : 0);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_call_for_message(const parallel_isr_interrupt *client, PKINTERRUPT object,
                                                         ULONG message)
{
  BOOLEAN claimed;
  //@ calls parallel_isr_any_message;
  claimed = client->routine(object, client->context, message);
  return claimed != FALSE;
}

PARALLEL_ISR_INTERNAL BOOLEAN NTAPI parallel_isr_message_isr(PKINTERRUPT object, PVOID context)
{
  parallel_isr_interrupt *client = parallel_isr_message_client(context);
  bool claimed = false;
  parallel_isr_hand_messages_out(client->port);
  const uint32_t pending = client->pending;
  client->pending = 0u;
  //@ ghost g_heard = 0;
  /*@ loop invariant range: message <= PARALLEL_ISR_MAX_MESSAGES;
      loop invariant ready: Ready && Keeps{Pre, Here};
      loop invariant heard: g_heard == (g_message < message ? Among(pending, g_message) : 0);
      loop assigns message, claimed, PARALLEL_ISR_SPEC_STEP, g_heard;
      loop variant PARALLEL_ISR_MAX_MESSAGES - message; */
  for (ULONG message = 0u; message < PARALLEL_ISR_MAX_MESSAGES; message++)
    if ((pending >> message & 1u) != 0u && parallel_isr_call_for_message(client, object, message)) claimed = true;
  //@ ghost g_calls = g_calls + 1;
  return claimed ? TRUE : FALSE;
}

/* Messages from before the connection are none of its own. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine) && g_level == PASSIVE_LEVEL;
    requires apart:    \valid(interrupt) && PARALLEL_ISR_SPEC_FOREIGN(interrupt);
    requires listener: PARALLEL_ISR_SPEC_LISTENER;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, interrupt->pending, PARALLEL_ISR_SPEC_MESSAGES;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  none:     interrupt->pending == 0;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_forget_messages(parallel_isr_port *port, parallel_isr_interrupt *interrupt)
{
  parallel_isr_gate_acquire(port);
  parallel_isr_hand_messages_out(port);
  interrupt->pending = 0u;
  parallel_isr_gate_release(port);
}

/* ---- what the client asks for ------------------------------------------------------------------------------------ */

/* What every form has, by whatever name. */
/*@ requires storage:  Storage(port) && port == g_port;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  decided:  \result == Common(device, routine ? 1 : 0, lock, floating);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_check_common(const parallel_isr_port *port, PDEVICE_OBJECT device,
                                                         bool routine, PKSPIN_LOCK lock, BOOLEAN floating)
{
  if (device == NULL || !routine || floating != FALSE) return STATUS_INVALID_PARAMETER;
  if (lock != NULL) return STATUS_NOT_SUPPORTED;
  return port->configuration->connect_version != 0u ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

/*@ requires storage:  Storage(port) && port == g_port;
    requires wanted:   \valid_read(wanted);
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  decided:  \result == LineStatus(wanted);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_check_line(const parallel_isr_port *port,
                                                       const IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS *wanted)
{
  NTSTATUS status = parallel_isr_check_common(port, wanted->PhysicalDeviceObject, wanted->ServiceRoutine != NULL,
                                              wanted->SpinLock, wanted->FloatingSave);
  if (status != STATUS_SUCCESS) return status;
  return parallel_isr_message_count(port) <= 1u ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

/* A device without messages is served by its line, if the client can do that. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires wanted:   \valid_read(wanted);
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  decided:  \result == MessageStatus(wanted);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_check_message(const parallel_isr_port *port,
                                                          const IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS *wanted)
{
  NTSTATUS status = parallel_isr_check_common(port, wanted->PhysicalDeviceObject, wanted->MessageServiceRoutine != NULL,
                                              wanted->SpinLock, wanted->FloatingSave);
  if (status != STATUS_SUCCESS) return status;
  if (parallel_isr_message_count(port) == 0u && wanted->FallBackServiceRoutine == NULL) return STATUS_NOT_FOUND;
  return STATUS_SUCCESS;
}

/* ---- the forms --------------------------------------------------------------------------------------------------- */

/* Connects a client of the line, under the form that he will be told. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires apart:    \valid(interrupt) && PARALLEL_ISR_SPEC_FOREIGN(interrupt);
    requires routine:  Routine(routine);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, *interrupt;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  version:  interrupt->version == (\result == STATUS_SUCCESS ? version : 0);
    ensures  success:  \result == STATUS_SUCCESS ==> Told(&interrupt->information);
    ensures  failure:  \result != STATUS_SUCCESS ==> Nothing(&interrupt->information);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_line_form(parallel_isr_port *port, PVOID client,
                                                              parallel_isr_interrupt *interrupt,
                                                              PKSERVICE_ROUTINE routine, PVOID context, ULONG version)
{
  interrupt->port = port;
  interrupt->service.InterruptServiceRoutine = routine;
  interrupt->service.InterruptServiceContext = context;
  interrupt->service.DeferredPortCheckRoutine = NULL;
  interrupt->service.DeferredPortCheckContext = NULL;
  NTSTATUS status = parallel_isr_connect(port, client, &interrupt->service, &interrupt->information);
  interrupt->version = status == STATUS_SUCCESS ? version : 0u;
  return status;
}

/* Connects a client of the line, and tells him at the place that he named. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires apart:    \valid(interrupt) && PARALLEL_ISR_SPEC_FOREIGN(interrupt);
    requires routine:  Routine(routine);
    requires output:   \valid(object) && PARALLEL_ISR_SPEC_FOREIGN(object) &&
                       \base_addr(object) != \base_addr(interrupt);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, *interrupt;
    assigns  *object \from port, interrupt;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  version:  interrupt->version == (\result == STATUS_SUCCESS ? version : 0);
    ensures  told:     *object == interrupt->information.InterruptObject;
    ensures  failure:  \result != STATUS_SUCCESS ==> *object == \null;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_object(parallel_isr_port *port, PVOID client,
                                                           parallel_isr_interrupt *interrupt, PKSERVICE_ROUTINE routine,
                                                           PVOID context, ULONG version, PKINTERRUPT *object)
{
  NTSTATUS status = parallel_isr_connect_line_form(port, client, interrupt, routine, context, version);
  *object = interrupt->information.InterruptObject;
  return status;
}

/* The same for a client of messages whose device has none. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires apart:    \valid(interrupt) && PARALLEL_ISR_SPEC_FOREIGN(interrupt);
    requires routine:  Routine(routine);
    requires output:   \valid(told) && PARALLEL_ISR_SPEC_FOREIGN(told) && \base_addr(told) != \base_addr(interrupt);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, *interrupt;
    assigns  *told \from port, interrupt;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  version:  interrupt->version == (\result == STATUS_SUCCESS ? CONNECT_LINE_BASED : 0);
    ensures  failure:  \result != STATUS_SUCCESS ==> *told == \null;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_fallback(parallel_isr_port *port, PVOID client,
                                                             parallel_isr_interrupt *interrupt,
                                                             PKSERVICE_ROUTINE routine, PVOID context, PVOID *told)
{
  NTSTATUS status = parallel_isr_connect_line_form(port, client, interrupt, routine, context, CONNECT_LINE_BASED);
  *told = NULL;
  if (status == STATUS_SUCCESS) *told = interrupt->information.InterruptObject;
  return status;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires apart:    \valid(interrupt) && PARALLEL_ISR_SPEC_FOREIGN(interrupt);
    requires wanted:   \valid_read(wanted) && PARALLEL_ISR_SPEC_FOREIGN(wanted) &&
                       \base_addr(wanted) != \base_addr(interrupt);
    requires routine:  Routine(wanted->ServiceRoutine);
    requires output:   PARALLEL_ISR_SPEC_OUTPUT(wanted->InterruptObject, interrupt, wanted);
    requires none:     interrupt->version == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, *interrupt;
    assigns  *wanted->InterruptObject \from port, interrupt;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  version:  interrupt->version == (\result == STATUS_SUCCESS ? CONNECT_LINE_BASED : 0);
    ensures  failure:  \result != STATUS_SUCCESS && \old(wanted->InterruptObject) != \null ==>
                         *\old(wanted->InterruptObject) == \null;
    ensures  refused:  \old(wanted->InterruptObject) != \null && \old(LineStatus(wanted)) != STATUS_SUCCESS ==>
                         \result == \old(LineStatus(wanted));
    ensures  null:     \old(wanted->InterruptObject) == \null ==> \result == STATUS_INVALID_PARAMETER;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_line_based(parallel_isr_port *port, PVOID client,
                                                               parallel_isr_interrupt *interrupt,
                                                               const IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS *wanted)
{
  PKINTERRUPT *object = wanted->InterruptObject;
  if (object == NULL) return STATUS_INVALID_PARAMETER;
  *object = NULL;
  NTSTATUS status = parallel_isr_check_line(port, wanted);
  if (status != STATUS_SUCCESS) return status;
  return parallel_isr_connect_object(port, client, interrupt, wanted->ServiceRoutine, wanted->ServiceContext,
                                     CONNECT_LINE_BASED, object);
}

/* Everything that the routine needs is there before it is connected: it may be called at once. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0 && g_level == PASSIVE_LEVEL;
    requires apart:    \valid(interrupt) && PARALLEL_ISR_SPEC_FOREIGN(interrupt);
    requires listener: PARALLEL_ISR_SPEC_LISTENER;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, *interrupt, PARALLEL_ISR_SPEC_MESSAGES;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  version:  interrupt->version == (\result == STATUS_SUCCESS ? CONNECT_MESSAGE_BASED : 0);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_listener(parallel_isr_port *port, PVOID client,
                                                             parallel_isr_interrupt *interrupt,
                                                             PKMESSAGE_SERVICE_ROUTINE routine, PVOID context)
{
  interrupt->routine = routine;
  interrupt->context = context;
  parallel_isr_forget_messages(port, interrupt);
  return parallel_isr_connect_line_form(port, client, interrupt, parallel_isr_message_routine(), interrupt,
                                        CONNECT_MESSAGE_BASED);
}

/* Connects a client of messages, and tells him at the place that he named. The messages are described behind that: a
 * platform may know them only once they are connected. The client sees the table when this returns. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires apart:    \valid(interrupt) && PARALLEL_ISR_SPEC_FOREIGN(interrupt);
    requires output:   \valid(told) && PARALLEL_ISR_SPEC_FOREIGN(told) && \base_addr(told) != \base_addr(interrupt);
    requires messages: g_messages > 0 && g_level == PASSIVE_LEVEL;
    requires listener: PARALLEL_ISR_SPEC_LISTENER;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, *interrupt, PARALLEL_ISR_SPEC_MESSAGES;
    assigns  *told \from port, interrupt;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  version:  interrupt->version == (\result == STATUS_SUCCESS ? CONNECT_MESSAGE_BASED : 0);
    ensures  failure:  \result != STATUS_SUCCESS ==> *told == \null;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_messages(parallel_isr_port *port, PVOID client,
                                                             parallel_isr_interrupt *interrupt,
                                                             PKMESSAGE_SERVICE_ROUTINE routine, PVOID context,
                                                             PVOID *told)
{
  NTSTATUS status = parallel_isr_connect_listener(port, client, interrupt, routine, context);
  *told = NULL;
  if (status != STATUS_SUCCESS) return status;
  parallel_isr_describe_messages(port, &interrupt->table);
  *told = &interrupt->table.info;
  return STATUS_SUCCESS;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires apart:    \valid(interrupt) && PARALLEL_ISR_SPEC_FOREIGN(interrupt);
    requires wanted:   \valid_read(wanted) && PARALLEL_ISR_SPEC_FOREIGN(wanted) &&
                       \base_addr(wanted) != \base_addr(interrupt);
    requires routine:  Routine(wanted->FallBackServiceRoutine);
    requires output:   PARALLEL_ISR_SPEC_OUTPUT(wanted->ConnectionContext.Generic, interrupt, wanted);
    requires none:     interrupt->version == 0 && g_level == PASSIVE_LEVEL;
    requires listener: PARALLEL_ISR_SPEC_LISTENER;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, *interrupt, PARALLEL_ISR_SPEC_MESSAGES;
    assigns  *wanted->ConnectionContext.Generic \from port, interrupt;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  version:  interrupt->version == (\result != STATUS_SUCCESS ? 0 :
                         g_messages != 0 ? CONNECT_MESSAGE_BASED : CONNECT_LINE_BASED);
    ensures  failure:  \result != STATUS_SUCCESS && \old(wanted->ConnectionContext.Generic) != \null ==>
                         *\old(wanted->ConnectionContext.Generic) == \null;
    ensures  refused:  \old(wanted->ConnectionContext.Generic) != \null &&
                         \old(MessageStatus(wanted)) != STATUS_SUCCESS ==> \result == \old(MessageStatus(wanted));
    ensures  null:     \old(wanted->ConnectionContext.Generic) == \null ==> \result == STATUS_INVALID_PARAMETER;
*/
PARALLEL_ISR_INTERNAL NTSTATUS
parallel_isr_connect_message_based(parallel_isr_port *port, PVOID client, parallel_isr_interrupt *interrupt,
                                   const IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS *wanted)
{
  PVOID *context = wanted->ConnectionContext.Generic;
  if (context == NULL) return STATUS_INVALID_PARAMETER;
  *context = NULL;
  NTSTATUS status = parallel_isr_check_message(port, wanted);
  if (status != STATUS_SUCCESS) return status;
  if (parallel_isr_message_count(port) == 0u)
    return parallel_isr_connect_fallback(port, client, interrupt, wanted->FallBackServiceRoutine,
                                         wanted->ServiceContext, context);
  return parallel_isr_connect_messages(port, client, interrupt, wanted->MessageServiceRoutine, wanted->ServiceContext,
                                       context);
}

/* ---- the fully specified forms: of a platform that knows its vectors --------------------------------------------- */

#ifdef PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS

/* The members that a caller of a fully specified form gives twice: here and in his hardware. */
/*@ requires port:     port == g_port && g_level <= DISPATCH_LEVEL;
    requires wanted:   \valid_read(wanted);
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  status:   \result == STATUS_NOT_FOUND || \result == STATUS_INVALID_PARAMETER || \result == STATUS_SUCCESS;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_check_vector(parallel_isr_port *port,
                                                         const IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *wanted)
{
  IO_INTERRUPT_MESSAGE_INFO_ENTRY entry;
  parallel_isr_backend_describe(port, 0u, &entry);
  if (wanted->Vector != entry.Vector) return STATUS_NOT_FOUND;
  return wanted->InterruptMode == entry.Mode ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* group: the processor group counts. */
/*@ requires storage:  Storage(port) && port == g_port && g_level <= DISPATCH_LEVEL;
    requires wanted:   \valid_read(wanted);
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  decided:  \result == VectorStatus(wanted, group ? 1 : 0) ||
                       (VectorStatus(wanted, group ? 1 : 0) == STATUS_SUCCESS &&
                        (\result == STATUS_NOT_FOUND || \result == STATUS_INVALID_PARAMETER));
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_check_specified(
    parallel_isr_port *port, const IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *wanted, bool group)
{
  if (wanted->SpinLock != NULL && wanted->Irql == PASSIVE_LEVEL) return STATUS_INVALID_PARAMETER;
  if (wanted->ProcessorEnableMask == 0u) return STATUS_INVALID_PARAMETER_10;
  if (wanted->SynchronizeIrql < wanted->Irql || (group && wanted->Group != 0u)) return STATUS_INVALID_PARAMETER;
  if (wanted->Irql == PASSIVE_LEVEL) return STATUS_NOT_SUPPORTED;
  NTSTATUS status = parallel_isr_check_common(port, wanted->PhysicalDeviceObject, wanted->ServiceRoutine != NULL,
                                              wanted->SpinLock, wanted->FloatingSave);
  if (status != STATUS_SUCCESS) return status;
  if (parallel_isr_message_count(port) > 1u) return STATUS_INVALID_DEVICE_REQUEST;
  if (parallel_isr_message_count(port) == 0u && wanted->ShareVector == FALSE) return STATUS_INVALID_PARAMETER;
  return parallel_isr_check_vector(port, wanted);
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires apart:    \valid(interrupt) && PARALLEL_ISR_SPEC_FOREIGN(interrupt);
    requires level:    g_level == PASSIVE_LEVEL;
    requires form:     version == CONNECT_FULLY_SPECIFIED || version == CONNECT_FULLY_SPECIFIED_GROUP;
    requires wanted:   \valid_read(wanted) && PARALLEL_ISR_SPEC_FOREIGN(wanted) &&
                       \base_addr(wanted) != \base_addr(interrupt);
    requires routine:  Routine(wanted->ServiceRoutine);
    requires output:   PARALLEL_ISR_SPEC_OUTPUT(wanted->InterruptObject, interrupt, wanted);
    requires none:     interrupt->version == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, *interrupt;
    assigns  *wanted->InterruptObject \from port, interrupt;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  version:  interrupt->version == (\result == STATUS_SUCCESS ? version : 0);
    ensures  failure:  \result != STATUS_SUCCESS && \old(wanted->InterruptObject) != \null ==>
                         *\old(wanted->InterruptObject) == \null;
    ensures  refused:  \old(wanted->InterruptObject) != \null &&
                       \old(VectorStatus(wanted, version == CONNECT_FULLY_SPECIFIED_GROUP ? 1 : 0)) !=
                         STATUS_SUCCESS ==>
                         \result == \old(VectorStatus(wanted, version == CONNECT_FULLY_SPECIFIED_GROUP ? 1 : 0));
    ensures  null:     \old(wanted->InterruptObject) == \null ==> \result == STATUS_INVALID_PARAMETER;
*/
PARALLEL_ISR_INTERNAL NTSTATUS
parallel_isr_connect_specified_form(parallel_isr_port *port, PVOID client, parallel_isr_interrupt *interrupt,
                                    const IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *wanted, ULONG version)
{
  PKINTERRUPT *object = wanted->InterruptObject;
  if (object == NULL) return STATUS_INVALID_PARAMETER;
  *object = NULL;
  NTSTATUS status = parallel_isr_check_specified(port, wanted, version == CONNECT_FULLY_SPECIFIED_GROUP);
  if (status != STATUS_SUCCESS) return status;
  return parallel_isr_connect_object(port, client, interrupt, wanted->ServiceRoutine, wanted->ServiceContext, version,
                                     object);
}

#endif

/* ---- the calls --------------------------------------------------------------------------------------------------- */

/* Tells the client which form he got, or could ask for. */
/*@ requires storage:  Storage(port) && port == g_port;
    requires apart:    \valid(parameters) && PARALLEL_ISR_SPEC_FOREIGN(parameters);
    terminates \true;  exits \false;
    assigns  parameters->Version;
    ensures  version:  parameters->Version == version;
    ensures  storage:  Storage(port);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_tell_version(const parallel_isr_port *port,
                                                     IO_CONNECT_INTERRUPT_PARAMETERS *parameters, ULONG version)
{
  (void)port;
  parameters->Version = version;
}

/*@ requires ready:    Ready && Outside && g_now.locker != g_me;
    requires port:     port == \null || port == g_port;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires apart:    interrupt == \null || (\valid(interrupt) && PARALLEL_ISR_SPEC_FOREIGN(interrupt));
    requires wanted:   parameters == \null || (\valid(parameters) && PARALLEL_ISR_SPEC_FOREIGN(parameters) &&
                                              \base_addr(parameters) != \base_addr(interrupt));
    requires line:     parameters != \null && parameters->Version == CONNECT_LINE_BASED ==>
                         Routine(parameters->LineBased.ServiceRoutine) &&
                         PARALLEL_ISR_SPEC_OUTPUT(parameters->LineBased.InterruptObject, interrupt, parameters);
    requires message:  parameters != \null && parameters->Version == CONNECT_MESSAGE_BASED ==>
                         Routine(parameters->MessageBased.FallBackServiceRoutine) &&
                         PARALLEL_ISR_SPEC_OUTPUT(parameters->MessageBased.ConnectionContext.Generic, interrupt,
                                                  parameters);
    requires vector:   parameters != \null && (parameters->Version == CONNECT_FULLY_SPECIFIED ||
                                               parameters->Version == CONNECT_FULLY_SPECIFIED_GROUP) ==>
                         Routine(parameters->FullySpecified.ServiceRoutine) &&
                         PARALLEL_ISR_SPEC_OUTPUT(parameters->FullySpecified.InterruptObject, interrupt, parameters);
    requires listener: PARALLEL_ISR_SPEC_LISTENER;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, PARALLEL_ISR_SPEC_MESSAGES, *interrupt,
             parameters->Version;
    assigns  *parameters->LineBased.InterruptObject \from port, interrupt;
    assigns  *parameters->FullySpecified.InterruptObject \from port, interrupt;
    assigns  *parameters->MessageBased.ConnectionContext.Generic \from port, interrupt;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  null:     port == \null || interrupt == \null || parameters == \null ==>
                         \result == STATUS_INVALID_PARAMETER;
    ensures  passive:  port != \null && interrupt != \null && parameters != \null && g_level != PASSIVE_LEVEL ==>
                         \result == STATUS_INVALID_DEVICE_STATE && parameters->Version == \old(parameters->Version);
    ensures  success:  \result == STATUS_SUCCESS ==> parameters->Version == interrupt->version ==
                         (\old(parameters->Version) == CONNECT_MESSAGE_BASED && g_messages == 0 ? CONNECT_LINE_BASED :
                          \old(parameters->Version)) && CONNECT_FULLY_SPECIFIED <= interrupt->version <=
                         CONNECT_FULLY_SPECIFIED_GROUP;
    ensures  unknown:  port != \null && interrupt != \null && parameters != \null && g_level == PASSIVE_LEVEL &&
                       !(CONNECT_FULLY_SPECIFIED <= \old(parameters->Version) <= CONNECT_FULLY_SPECIFIED_GROUP) ==>
                         \result == STATUS_INVALID_PARAMETER_1 && parameters->Version == PARALLEL_ISR_HIGHEST_VERSION;
    ensures  line:     port != \null && interrupt != \null && parameters != \null && g_level == PASSIVE_LEVEL &&
                       \old(parameters->Version) == CONNECT_LINE_BASED &&
                       \old(parameters->LineBased.InterruptObject) != \null &&
                       \old(LineStatus(&parameters->LineBased)) != STATUS_SUCCESS ==>
                         \result == \old(LineStatus(&parameters->LineBased));
    ensures  message:  port != \null && interrupt != \null && parameters != \null && g_level == PASSIVE_LEVEL &&
                       \old(parameters->Version) == CONNECT_MESSAGE_BASED &&
                       \old(parameters->MessageBased.ConnectionContext.Generic) != \null &&
                       \old(MessageStatus(&parameters->MessageBased)) != STATUS_SUCCESS ==>
                         \result == \old(MessageStatus(&parameters->MessageBased));
    ensures  vector:   port != \null && interrupt != \null && parameters != \null && g_level == PASSIVE_LEVEL &&
                       \old(parameters->Version) == CONNECT_FULLY_SPECIFIED &&
                       \old(parameters->FullySpecified.InterruptObject) != \null &&
                       \old(VectorStatus(&parameters->FullySpecified, 0)) != STATUS_SUCCESS ==>
                         \result == \old(VectorStatus(&parameters->FullySpecified, 0));
    ensures  group:    port != \null && interrupt != \null && parameters != \null && g_level == PASSIVE_LEVEL &&
                       \old(parameters->Version) == CONNECT_FULLY_SPECIFIED_GROUP &&
                       \old(parameters->FullySpecified.InterruptObject) != \null &&
                       \old(VectorStatus(&parameters->FullySpecified, 1)) != STATUS_SUCCESS ==>
                         \result == \old(VectorStatus(&parameters->FullySpecified, 1));
    ensures  failure:  port != \null && interrupt != \null && parameters != \null && g_level == PASSIVE_LEVEL &&
                       \result != STATUS_SUCCESS ==> interrupt->version == 0;
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_connect_interrupt_ex(parallel_isr_port *port, PVOID client,
                                                            parallel_isr_interrupt *interrupt,
                                                            IO_CONNECT_INTERRUPT_PARAMETERS *parameters)
{
  NTSTATUS status;
  if (port == NULL || interrupt == NULL || parameters == NULL) return STATUS_INVALID_PARAMETER;
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  interrupt->version = 0u;
  switch (parameters->Version) {
  case CONNECT_LINE_BASED:
    status = parallel_isr_connect_line_based(port, client, interrupt, &parameters->LineBased);
    break;
  case CONNECT_MESSAGE_BASED:
    status = parallel_isr_connect_message_based(port, client, interrupt, &parameters->MessageBased);
    break;
#ifdef PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS
  case CONNECT_FULLY_SPECIFIED:
  case CONNECT_FULLY_SPECIFIED_GROUP:
    status =
        parallel_isr_connect_specified_form(port, client, interrupt, &parameters->FullySpecified, parameters->Version);
    break;
#endif
  default:
    parallel_isr_tell_version(port, parameters, PARALLEL_ISR_HIGHEST_VERSION);
    return STATUS_INVALID_PARAMETER_1;
  }
  if (status == STATUS_SUCCESS) parallel_isr_tell_version(port, parameters, interrupt->version);
  return status;
}

/* What connect told the client to bring. */
/*@ requires valid:    \valid_read(interrupt);
    terminates \true;  exits \false;
    assigns  \result \from interrupt;
*/
PARALLEL_ISR_INTERNAL const volatile void *parallel_isr_connection_context(const parallel_isr_interrupt *interrupt)
{
  if (interrupt->version == CONNECT_MESSAGE_BASED) return &interrupt->table.info;
  return interrupt->information.InterruptObject;
}

/*@ requires ready:    Ready && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0;
    requires apart:    interrupt == \null || (\valid(interrupt) && PARALLEL_ISR_SPEC_FOREIGN(interrupt) &&
                         (interrupt->version != 0 ==> interrupt->port == g_port));
    requires brought:  parameters == \null || \valid_read(parameters);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, interrupt->version;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  null:     interrupt == \null || parameters == \null ==> \result == STATUS_INVALID_PARAMETER;
    ensures  success:  \result == STATUS_SUCCESS ==> interrupt->version == 0 && \old(interrupt->version) != 0 &&
                         \old(parameters->Version) == \old(interrupt->version);
    ensures  failure:  \result != STATUS_SUCCESS && interrupt != \null ==>
                         interrupt->version == \old(interrupt->version);
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_disconnect_interrupt_ex(parallel_isr_interrupt *interrupt,
                                                               const IO_DISCONNECT_INTERRUPT_PARAMETERS *parameters)
{
  if (interrupt == NULL || parameters == NULL || interrupt->version == 0u) return STATUS_INVALID_PARAMETER;
  if (!parallel_isr_level_is_passive(interrupt->port)) return STATUS_INVALID_DEVICE_STATE;
  if (parameters->Version != interrupt->version ||
      parameters->ConnectionContext.Generic != parallel_isr_connection_context(interrupt))
    return STATUS_INVALID_PARAMETER;
  NTSTATUS status = parallel_isr_disconnect(interrupt->port, &interrupt->service);
  if (status == STATUS_SUCCESS) interrupt->version = 0u;
  return status;
}

#endif

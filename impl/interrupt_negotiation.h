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

/* ---- what the port has ------------------------------------------------------------------------------------------- */

#ifdef PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS

#define PARALLEL_ISR_HIGHEST_VERSION CONNECT_FULLY_SPECIFIED_GROUP

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_message_count(const parallel_isr_port *port)
{
  return parallel_isr_backend_message_count(port);
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_take_messages(parallel_isr_port *port)
{
  return parallel_isr_backend_take_messages(port);
}

PARALLEL_ISR_INTERNAL void parallel_isr_describe_messages(parallel_isr_port *port, parallel_isr_message_table *table)
{
  table->info.MessageCount = parallel_isr_message_count(port);
  parallel_isr_backend_describe(port, 0u, &table->info.MessageInfo[0]);
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

PARALLEL_ISR_INTERNAL BOOLEAN NTAPI parallel_isr_message_isr(PKINTERRUPT object, PVOID context);

/* Hands what has arrived to every client of messages. Caller: the gate holder. */
PARALLEL_ISR_INTERNAL void parallel_isr_hand_messages_out(parallel_isr_port *port)
{
  const uint32_t arrived = parallel_isr_take_messages(port);
  for (uint32_t position = 0u; position < port->connection_count; position++) {
    const PARALLEL_INTERRUPT_SERVICE_ROUTINE *service = &parallel_isr_chain_at(port, position)->service;
    if (service->InterruptServiceRoutine == parallel_isr_message_isr)
      ((parallel_isr_interrupt *)service->InterruptServiceContext)->pending |= arrived;
  }
}

/* The place of a client of messages in the chain: calls his routine once for each message that is pending. */
PARALLEL_ISR_INTERNAL BOOLEAN NTAPI parallel_isr_message_isr(PKINTERRUPT object, PVOID context)
{
  parallel_isr_interrupt *interrupt = (parallel_isr_interrupt *)context;
  BOOLEAN claimed = FALSE;
  parallel_isr_hand_messages_out(interrupt->port);
  const uint32_t pending = interrupt->pending;
  interrupt->pending = 0u;
  for (ULONG message = 0u; message < PARALLEL_ISR_MAX_MESSAGES; message++)
    if ((pending >> message & 1u) != 0u && interrupt->routine(object, interrupt->context, message) != FALSE)
      claimed = TRUE;
  return claimed;
}

/* Messages from before the connection are none of its own. */
PARALLEL_ISR_INTERNAL void parallel_isr_forget_messages(parallel_isr_port *port)
{
  parallel_isr_gate_acquire(port);
  parallel_isr_hand_messages_out(port);
  parallel_isr_gate_release(port);
}

/* ---- what the client asks for ------------------------------------------------------------------------------------ */

/* What every form has, by whatever name. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_check_common(const parallel_isr_port *port, PDEVICE_OBJECT device,
                                                         bool routine, PKSPIN_LOCK lock, BOOLEAN floating)
{
  if (device == NULL || !routine || floating != FALSE) return STATUS_INVALID_PARAMETER;
  if (lock != NULL) return STATUS_NOT_SUPPORTED;
  return port->configuration->connect_version != 0u ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_check_line(const parallel_isr_port *port,
                                                       const IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS *wanted)
{
  NTSTATUS status = parallel_isr_check_common(port, wanted->PhysicalDeviceObject, wanted->ServiceRoutine != NULL,
                                              wanted->SpinLock, wanted->FloatingSave);
  if (status != STATUS_SUCCESS) return status;
  return parallel_isr_message_count(port) <= 1u ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

/* A device without messages is served by its line, if the client can do that. */
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
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_line_form(parallel_isr_port *port, PVOID client,
                                                              parallel_isr_interrupt *interrupt,
                                                              PKSERVICE_ROUTINE routine, PVOID context, ULONG version)
{
  interrupt->port = port;
  interrupt->version = version;
  interrupt->service.InterruptServiceRoutine = routine;
  interrupt->service.InterruptServiceContext = context;
  interrupt->service.DeferredPortCheckRoutine = NULL;
  interrupt->service.DeferredPortCheckContext = NULL;
  return parallel_isr_connect(port, client, &interrupt->service, &interrupt->information);
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_line_based(parallel_isr_port *port, PVOID client,
                                                               parallel_isr_interrupt *interrupt,
                                                               IO_CONNECT_INTERRUPT_PARAMETERS *parameters)
{
  const IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS *wanted = &parameters->LineBased;
  if (wanted->InterruptObject == NULL) return STATUS_INVALID_PARAMETER;
  *wanted->InterruptObject = NULL;
  NTSTATUS status = parallel_isr_check_line(port, wanted);
  if (status == STATUS_SUCCESS)
    status = parallel_isr_connect_line_form(port, client, interrupt, wanted->ServiceRoutine, wanted->ServiceContext,
                                            CONNECT_LINE_BASED);
  if (status == STATUS_SUCCESS) *wanted->InterruptObject = interrupt->information.InterruptObject;
  return status;
}

/* Everything that the routine needs is there before it is connected: it may be called at once. */
PARALLEL_ISR_INTERNAL NTSTATUS
parallel_isr_connect_messages(parallel_isr_port *port, PVOID client, parallel_isr_interrupt *interrupt,
                              const IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS *wanted)
{
  interrupt->routine = wanted->MessageServiceRoutine;
  interrupt->context = wanted->ServiceContext;
  interrupt->pending = 0u;
  parallel_isr_describe_messages(port, &interrupt->table);
  parallel_isr_forget_messages(port);
  return parallel_isr_connect_line_form(port, client, interrupt, parallel_isr_message_isr, interrupt,
                                        CONNECT_MESSAGE_BASED);
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_message_based(parallel_isr_port *port, PVOID client,
                                                                  parallel_isr_interrupt *interrupt,
                                                                  IO_CONNECT_INTERRUPT_PARAMETERS *parameters)
{
  const IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS *wanted = &parameters->MessageBased;
  if (wanted->ConnectionContext.Generic == NULL) return STATUS_INVALID_PARAMETER;
  *wanted->ConnectionContext.Generic = NULL;
  NTSTATUS status = parallel_isr_check_message(port, wanted);
  if (status != STATUS_SUCCESS) return status;
  if (parallel_isr_message_count(port) != 0u) {
    status = parallel_isr_connect_messages(port, client, interrupt, wanted);
    if (status == STATUS_SUCCESS) *wanted->ConnectionContext.Generic = &interrupt->table.info;
  } else {
    status = parallel_isr_connect_line_form(port, client, interrupt, wanted->FallBackServiceRoutine,
                                            wanted->ServiceContext, CONNECT_LINE_BASED);
    if (status == STATUS_SUCCESS) *wanted->ConnectionContext.Generic = interrupt->information.InterruptObject;
  }
  return status;
}

/* ---- the fully specified forms: of a platform that knows its vectors --------------------------------------------- */

#ifdef PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS

/* The members that a caller of a fully specified form gives twice: here and in his hardware. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_check_vector(parallel_isr_port *port,
                                                         const IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *wanted)
{
  IO_INTERRUPT_MESSAGE_INFO_ENTRY entry;
  parallel_isr_backend_describe(port, 0u, &entry);
  if (wanted->Vector != entry.Vector) return STATUS_NOT_FOUND;
  return wanted->InterruptMode == entry.Mode ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* group: the processor group counts. */
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

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_connect_specified_form(parallel_isr_port *port, PVOID client,
                                                                   parallel_isr_interrupt *interrupt,
                                                                   IO_CONNECT_INTERRUPT_PARAMETERS *parameters)
{
  const IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *wanted = &parameters->FullySpecified;
  const bool group = parameters->Version == CONNECT_FULLY_SPECIFIED_GROUP;
  if (wanted->InterruptObject == NULL) return STATUS_INVALID_PARAMETER;
  *wanted->InterruptObject = NULL;
  NTSTATUS status = parallel_isr_check_specified(port, wanted, group);
  if (status == STATUS_SUCCESS)
    status = parallel_isr_connect_line_form(port, client, interrupt, wanted->ServiceRoutine, wanted->ServiceContext,
                                            parameters->Version);
  if (status == STATUS_SUCCESS) *wanted->InterruptObject = interrupt->information.InterruptObject;
  return status;
}

#endif

/* ---- the calls --------------------------------------------------------------------------------------------------- */

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
    status = parallel_isr_connect_line_based(port, client, interrupt, parameters);
    break;
  case CONNECT_MESSAGE_BASED:
    status = parallel_isr_connect_message_based(port, client, interrupt, parameters);
    break;
#ifdef PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS
  case CONNECT_FULLY_SPECIFIED:
  case CONNECT_FULLY_SPECIFIED_GROUP:
    status = parallel_isr_connect_specified_form(port, client, interrupt, parameters);
    break;
#endif
  default:
    parameters->Version = PARALLEL_ISR_HIGHEST_VERSION;
    return STATUS_INVALID_PARAMETER_1;
  }
  if (status == STATUS_SUCCESS)
    parameters->Version = interrupt->version;
  else
    interrupt->version = 0u;
  return status;
}

/* What connect told the client to bring. */
PARALLEL_ISR_INTERNAL const volatile void *parallel_isr_connection_context(const parallel_isr_interrupt *interrupt)
{
  if (interrupt->version == CONNECT_MESSAGE_BASED) return &interrupt->table.info;
  return interrupt->information.InterruptObject;
}

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

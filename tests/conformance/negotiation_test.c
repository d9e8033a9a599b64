/* SPDX-License-Identifier: MIT */
/* IoConnectInterruptEx: which form is asked for, which one the port has, and what the client is told. */
#include "fixture.h"

#define SEVERAL 3u

static parallel_isr_interrupt interrupts[2];
static IO_CONNECT_INTERRUPT_PARAMETERS parameters;
static PVOID context; /* the output: an interrupt object, or a table of messages */
static PDEVICE_OBJECT const device = (PDEVICE_OBJECT)&fixture.port;

/* ---- what a client asks for -------------------------------------------------------------------------------------- */

static BOOLEAN NTAPI message_isr(PKINTERRUPT Interrupt, PVOID ServiceContext, ULONG MessageID)
{
  log_char((char)('0' + MessageID));
  return driver_isr(Interrupt, ServiceContext);
}

static void ask_for_line(driver *one)
{
  context = one;
  fill(&parameters, 0, sizeof parameters);
  parameters.Version = CONNECT_LINE_BASED;
  parameters.LineBased.PhysicalDeviceObject = device;
  parameters.LineBased.InterruptObject = (PKINTERRUPT *)(void *)&context;
  parameters.LineBased.ServiceRoutine = driver_isr;
  parameters.LineBased.ServiceContext = one;
}

static void ask_for_messages(driver *one)
{
  context = one;
  fill(&parameters, 0, sizeof parameters);
  parameters.Version = CONNECT_MESSAGE_BASED;
  parameters.MessageBased.PhysicalDeviceObject = device;
  parameters.MessageBased.ConnectionContext.Generic = &context;
  parameters.MessageBased.MessageServiceRoutine = message_isr;
  parameters.MessageBased.ServiceContext = one;
  parameters.MessageBased.FallBackServiceRoutine = driver_isr;
}

/* As the port's resources say. Skips the case where the platform does not know them. */
static void ask_for_vector(driver *one, ULONG version)
{
  ask_for_line(one);
  parameters.Version = version;
  parameters.FullySpecified.ShareVector = TRUE;
  parameters.FullySpecified.ProcessorEnableMask = 1u;
  if (!platform_describe(PORT, &parameters.FullySpecified)) platform_skip("the platform does not know its vectors");
  parameters.FullySpecified.SynchronizeIrql = parameters.FullySpecified.Irql;
}

static NTSTATUS ask(uint32_t which)
{
  return parallel_isr_connect_interrupt_ex(PORT, NULL, &interrupts[which], &parameters);
}

/* It fails; the output is NULL, Version is this, and nothing else has changed. */
static void refused(NTSTATUS status, ULONG version)
{
  snapshot before;
  take_snapshot(&before);
  CHECK_EQUAL(ask(0), status);
  CHECK_EQUAL(parameters.Version, version);
  CHECK(context == NULL);
  CHECK_EQUAL(interrupts[0].version, 0);
  CHECK_UNCHANGED(&before);
}

static NTSTATUS disconnect_ex(uint32_t which, ULONG version, PVOID returned)
{
  IO_DISCONNECT_INTERRUPT_PARAMETERS wanted;
  wanted.Version = version;
  wanted.ConnectionContext.Generic = returned;
  return parallel_isr_disconnect_interrupt_ex(&interrupts[which], &wanted);
}

/* A port with messages, or the case is skipped. */
static void start_with_messages(uint32_t count)
{
  if (!platform_configure_messages(&fixture.configuration, count)) platform_skip("the platform has no messages");
  start();
}

/* The forms of a line, connected: an interrupt arrives, and the disconnect that belongs to it is accepted. */
static void accepted_as_line(ULONG version)
{
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  CHECK_EQUAL(parameters.Version, version);
  CHECK(context != NULL);
  interrupt();
  CHECK_LOG("A");
  CHECK(alice.interrupt == context);
  CHECK_EQUAL(disconnect_ex(0, version, context), STATUS_SUCCESS);
  CHECK_EQUAL(platform_interrupt(PORT), PLATFORM_NOT_DELIVERED);
}

/* ---- the forms --------------------------------------------------------------------------------------------------- */

static void negotiation_line(void)
{
  start();
  ask_for_line(&alice);
  accepted_as_line(CONNECT_LINE_BASED);
}

static void negotiation_fully_specified(void)
{
  start();
  ask_for_vector(&alice, CONNECT_FULLY_SPECIFIED);
  parameters.FullySpecified.Group = 7; /* ignored */
  accepted_as_line(CONNECT_FULLY_SPECIFIED);
}

static void negotiation_fully_specified_group(void)
{
  start();
  ask_for_vector(&alice, CONNECT_FULLY_SPECIFIED_GROUP);
  accepted_as_line(CONNECT_FULLY_SPECIFIED_GROUP);
}

static void negotiation_message_falls_back_to_the_line(void)
{
  start();
  ask_for_messages(&alice);
  accepted_as_line(CONNECT_LINE_BASED);
}

static void negotiation_messages(void)
{
  const IO_INTERRUPT_MESSAGE_INFO *table;
  start_with_messages(SEVERAL);
  ask_for_messages(&alice);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  CHECK_EQUAL(parameters.Version, CONNECT_MESSAGE_BASED);
  table = context;
  CHECK_EQUAL(table->MessageCount, SEVERAL);
  CHECK(table->UnifiedIrql > DISPATCH_LEVEL);
  for (ULONG i = 0; i < SEVERAL; i++) {
    const IO_INTERRUPT_MESSAGE_INFO_ENTRY *entry = table->MessageInfo + i;
    CHECK_EQUAL(entry->Mode, Latched);
    CHECK_EQUAL(entry->Irql, table->UnifiedIrql);
    CHECK_EQUAL(entry->Vector, table->MessageInfo[0].Vector + i);
    CHECK(entry->InterruptObject != NULL);
  }
  CHECK_EQUAL(platform_message(PORT, 2), PLATFORM_CLAIMED);
  CHECK_LOG("2A");
  CHECK(alice.interrupt == table->MessageInfo[2].InterruptObject);
  CHECK_EQUAL(disconnect_ex(0, CONNECT_MESSAGE_BASED, context), STATUS_SUCCESS);
  CHECK_EQUAL(platform_message(PORT, 2), PLATFORM_NOT_DELIVERED);
}

static void negotiation_one_message_may_be_a_line(void)
{
  start_with_messages(1);
  ask_for_line(&alice);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  CHECK_EQUAL(parameters.Version, CONNECT_LINE_BASED);
  CHECK_EQUAL(platform_message(PORT, 0), PLATFORM_CLAIMED);
  CHECK_LOG("A");
}

/* ---- Version and statuses ---------------------------------------------------------------------------------------- */

static void negotiation_unknown_form_tells_the_highest(void)
{
  static const ULONG unknown[] = {0, 5, 6, 0xffffffffu};
  ULONG highest;
  snapshot before;
  start();
  ask_for_line(&alice);
  highest = platform_describe(PORT, &parameters.FullySpecified) ? CONNECT_FULLY_SPECIFIED_GROUP : CONNECT_MESSAGE_BASED;
  take_snapshot(&before);
  for (uint32_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    ask_for_line(&alice);
    parameters.Version = unknown[i];
    CHECK_EQUAL(ask(0), STATUS_INVALID_PARAMETER_1);
    CHECK_EQUAL(parameters.Version, highest);
    CHECK(context == &alice); /* whose layout is not known is not written */
    CHECK_UNCHANGED(&before);
  }
}

static void negotiation_form_that_the_platform_lacks(void)
{
  static const ULONG forms[] = {CONNECT_FULLY_SPECIFIED, CONNECT_FULLY_SPECIFIED_GROUP};
  start();
  ask_for_line(&alice);
  if (platform_describe(PORT, &parameters.FullySpecified)) platform_skip("the platform has every form");
  for (uint32_t i = 0; i < 2u; i++) {
    ask_for_line(&alice);
    parameters.Version = forms[i];
    CHECK_EQUAL(ask(0), STATUS_INVALID_PARAMETER_1);
    CHECK_EQUAL(parameters.Version, CONNECT_MESSAGE_BASED);
  }
}

static void negotiation_null_arguments(void)
{
  start();
  ask_for_line(&alice);
  CHECK_EQUAL(parallel_isr_connect_interrupt_ex(NULL, NULL, &interrupts[0], &parameters), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(parallel_isr_connect_interrupt_ex(PORT, NULL, NULL, &parameters), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(parallel_isr_connect_interrupt_ex(PORT, NULL, &interrupts[0], NULL), STATUS_INVALID_PARAMETER);
  parameters.LineBased.InterruptObject = NULL;
  CHECK_EQUAL(ask(0), STATUS_INVALID_PARAMETER);
  ask_for_messages(&alice);
  parameters.MessageBased.ConnectionContext.Generic = NULL;
  CHECK_EQUAL(ask(0), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(statistics().connections, 0);
}

static void negotiation_line_rows(void)
{
  KSPIN_LOCK lock = 0;
  start();
  ask_for_line(&alice);
  parameters.LineBased.PhysicalDeviceObject = NULL;
  refused(STATUS_INVALID_PARAMETER, CONNECT_LINE_BASED);
  ask_for_line(&alice);
  parameters.LineBased.ServiceRoutine = NULL;
  refused(STATUS_INVALID_PARAMETER, CONNECT_LINE_BASED);
  ask_for_line(&alice);
  parameters.LineBased.FloatingSave = TRUE;
  refused(STATUS_INVALID_PARAMETER, CONNECT_LINE_BASED);
  ask_for_line(&alice);
  parameters.LineBased.SpinLock = &lock;
  refused(STATUS_NOT_SUPPORTED, CONNECT_LINE_BASED);
  ask_for_line(&alice);
  parameters.LineBased.SynchronizeIrql = 0xff; /* a minimum */
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
}

static void negotiation_message_rows(void)
{
  KSPIN_LOCK lock = 0;
  start();
  ask_for_messages(&alice);
  parameters.MessageBased.PhysicalDeviceObject = NULL;
  refused(STATUS_INVALID_PARAMETER, CONNECT_MESSAGE_BASED);
  ask_for_messages(&alice);
  parameters.MessageBased.MessageServiceRoutine = NULL;
  refused(STATUS_INVALID_PARAMETER, CONNECT_MESSAGE_BASED);
  ask_for_messages(&alice);
  parameters.MessageBased.FloatingSave = TRUE;
  refused(STATUS_INVALID_PARAMETER, CONNECT_MESSAGE_BASED);
  ask_for_messages(&alice);
  parameters.MessageBased.SpinLock = &lock;
  refused(STATUS_NOT_SUPPORTED, CONNECT_MESSAGE_BASED);
  ask_for_messages(&alice);
  parameters.MessageBased.FallBackServiceRoutine = NULL;
  refused(STATUS_NOT_FOUND, CONNECT_MESSAGE_BASED);
}

static void negotiation_message_needs_no_fallback_where_there_are_messages(void)
{
  start_with_messages(SEVERAL);
  ask_for_messages(&alice);
  parameters.MessageBased.FallBackServiceRoutine = NULL;
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
}

static void negotiation_fully_specified_rows(void)
{
  static const ULONG forms[] = {CONNECT_FULLY_SPECIFIED, CONNECT_FULLY_SPECIFIED_GROUP};
  KSPIN_LOCK lock = 0;
  start();
  for (uint32_t i = 0; i < 2u; i++) {
    const ULONG version = forms[i];
    ask_for_vector(&alice, version);
    parameters.FullySpecified.PhysicalDeviceObject = NULL;
    refused(STATUS_INVALID_PARAMETER, version);
    ask_for_vector(&alice, version);
    parameters.FullySpecified.ServiceRoutine = NULL;
    refused(STATUS_INVALID_PARAMETER, version);
    ask_for_vector(&alice, version);
    parameters.FullySpecified.FloatingSave = TRUE;
    refused(STATUS_INVALID_PARAMETER, version);
    ask_for_vector(&alice, version);
    parameters.FullySpecified.SpinLock = &lock;
    refused(STATUS_NOT_SUPPORTED, version);
    ask_for_vector(&alice, version);
    parameters.FullySpecified.SynchronizeIrql--;
    refused(STATUS_INVALID_PARAMETER, version);
    ask_for_vector(&alice, version);
    parameters.FullySpecified.ProcessorEnableMask = 0;
    refused(STATUS_INVALID_PARAMETER_10, version);
    ask_for_vector(&alice, version);
    parameters.FullySpecified.ShareVector = FALSE;
    refused(STATUS_INVALID_PARAMETER, version);
    ask_for_vector(&alice, version);
    parameters.FullySpecified.InterruptMode = LevelSensitive;
    refused(STATUS_INVALID_PARAMETER, version);
    ask_for_vector(&alice, version);
    parameters.FullySpecified.Vector++;
    refused(STATUS_NOT_FOUND, version);
  }
  ask_for_vector(&alice, CONNECT_FULLY_SPECIFIED_GROUP);
  parameters.FullySpecified.Group = 1;
  refused(STATUS_INVALID_PARAMETER, CONNECT_FULLY_SPECIFIED_GROUP);
}

static void negotiation_passive_isr(void)
{
  KSPIN_LOCK lock = 0;
  start();
  ask_for_vector(&alice, CONNECT_FULLY_SPECIFIED);
  parameters.FullySpecified.Irql = parameters.FullySpecified.SynchronizeIrql = PASSIVE_LEVEL;
  refused(STATUS_NOT_SUPPORTED, CONNECT_FULLY_SPECIFIED);
  context = &alice;
  parameters.FullySpecified.SpinLock = &lock;
  refused(STATUS_INVALID_PARAMETER, CONNECT_FULLY_SPECIFIED);
}

static void negotiation_several_messages_are_no_line(void)
{
  start_with_messages(SEVERAL);
  ask_for_line(&alice);
  refused(STATUS_INVALID_DEVICE_REQUEST, CONNECT_LINE_BASED);
  ask_for_vector(&alice, CONNECT_FULLY_SPECIFIED);
  refused(STATUS_INVALID_DEVICE_REQUEST, CONNECT_FULLY_SPECIFIED);
}

static void negotiation_more_than_32_messages_are_not_supported(void)
{
  if (!platform_configure_messages(&fixture.configuration, PARALLEL_ISR_MAX_MESSAGES + 1u))
    platform_skip("the platform has no messages");
  CHECK_EQUAL(parallel_isr_initialize(PORT, &fixture.configuration), STATUS_NOT_SUPPORTED);
}

static void negotiation_no_interrupt_is_not_found(void)
{
  fixture.configuration.connect_version = 0;
  start();
  ask_for_line(&alice);
  refused(STATUS_NOT_FOUND, CONNECT_LINE_BASED);
  ask_for_messages(&alice);
  refused(STATUS_NOT_FOUND, CONNECT_MESSAGE_BASED);
}

static void negotiation_passes_the_statuses_of_connect_on(void)
{
  start();
  connect_all(1);
  ask_for_line(&alice);
  refused(STATUS_INVALID_PARAMETER, CONNECT_LINE_BASED); /* the same routine with the same context */
  fixture.configuration.enable_connect_interrupt = FALSE;
  ask_for_line(&bob);
  refused(STATUS_UNSUCCESSFUL, CONNECT_LINE_BASED);
  fixture.configuration.enable_connect_interrupt = TRUE;
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  ask_for_messages(&bob);
  refused(STATUS_DELETE_PENDING, CONNECT_MESSAGE_BASED);
}

static void negotiation_failed_line(void)
{
  if (!platform_fail_connect(&fixture.configuration, STATUS_INSUFFICIENT_RESOURCES))
    platform_skip("the line cannot fail");
  start();
  ask_for_messages(&alice);
  refused(STATUS_INSUFFICIENT_RESOURCES, CONNECT_MESSAGE_BASED);
}

static void negotiation_wrong_level(void)
{
  static const KIRQL levels[] = {DISPATCH_LEVEL, PLATFORM_DIRQL};
  start();
  ask_for_line(&alice);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 2u; i++) {
    IO_CONNECT_INTERRUPT_PARAMETERS nothing;
    KIRQL old = platform_raise(PORT, levels[i]);
    CHECK_EQUAL(ask(1), STATUS_INVALID_DEVICE_STATE);
    fill(&nothing, 0, sizeof nothing); /* the level comes first */
    CHECK_EQUAL(parallel_isr_connect_interrupt_ex(PORT, NULL, &interrupts[1], &nothing), STATUS_INVALID_DEVICE_STATE);
    CHECK_EQUAL(nothing.Version, 0);
    CHECK_EQUAL(disconnect_ex(0, CONNECT_LINE_BASED, context), STATUS_INVALID_DEVICE_STATE);
    platform_lower(PORT, old);
  }
  interrupt();
  CHECK_LOG("A");
}

/* ---- disconnect -------------------------------------------------------------------------------------------------- */

static void negotiation_disconnect_wants_what_connect_returned(void)
{
  PVOID first;
  start();
  ask_for_line(&alice);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  first = context;
  CHECK_EQUAL(disconnect_ex(0, CONNECT_FULLY_SPECIFIED, first), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(disconnect_ex(0, CONNECT_MESSAGE_BASED, first), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(disconnect_ex(0, 0, first), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(disconnect_ex(0, CONNECT_LINE_BASED, NULL), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(disconnect_ex(0, CONNECT_LINE_BASED, &alice), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(parallel_isr_disconnect_interrupt_ex(&interrupts[0], NULL), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(parallel_isr_disconnect_interrupt_ex(NULL, NULL), STATUS_INVALID_PARAMETER);
  interrupt();
  CHECK_LOG("A");
  CHECK_EQUAL(disconnect_ex(0, CONNECT_LINE_BASED, first), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_ex(0, CONNECT_LINE_BASED, first), STATUS_INVALID_PARAMETER);
}

/* The fallback is a connection of the line: what was asked for is not what was connected. */
static void negotiation_disconnect_of_a_fallback(void)
{
  start();
  ask_for_messages(&alice);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_ex(0, CONNECT_MESSAGE_BASED, context), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(disconnect_ex(0, CONNECT_LINE_BASED, context), STATUS_SUCCESS);
}

static void negotiation_disconnect_wants_its_own_table(void)
{
  PVOID first;
  start_with_messages(SEVERAL);
  ask_for_messages(&alice);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  first = context;
  ask_for_messages(&bob);
  CHECK_EQUAL(ask(1), STATUS_SUCCESS);
  CHECK(context != first);
  CHECK_EQUAL(disconnect_ex(0, CONNECT_MESSAGE_BASED, context), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(disconnect_ex(0, CONNECT_MESSAGE_BASED, first), STATUS_SUCCESS);
  CHECK_EQUAL(platform_message(PORT, 1), PLATFORM_CLAIMED);
  CHECK_LOG("1B");
}

static void negotiation_disconnect_after_remove(void)
{
  start();
  ask_for_line(&alice);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_ex(0, CONNECT_LINE_BASED, context), STATUS_DELETE_PENDING);
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void negotiation_message_calls_the_whole_chain(void)
{
  start_with_messages(SEVERAL);
  connect_all(1);
  ask_for_messages(&bob);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  ask_for_messages(&carol);
  CHECK_EQUAL(ask(1), STATUS_SUCCESS);
  CHECK_EQUAL(platform_message(PORT, 1), PLATFORM_CLAIMED);
  CHECK_LOG("A1B1C");
}

static BOOLEAN NTAPI plain_isr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
  (void)Interrupt;
  (void)ServiceContext;
  return FALSE;
}

/* The context of another client is his. */
static void negotiation_message_writes_to_its_own_clients_only(void)
{
  const PARALLEL_INTERRUPT_SERVICE_ROUTINE plain = {plain_isr, &interrupts[1], NULL, NULL};
  start_with_messages(SEVERAL);
  fill(&interrupts[1], 0x5A, sizeof interrupts[1]);
  CHECK_EQUAL(parallel_isr_connect(PORT, NULL, &plain, &bob.information), STATUS_SUCCESS);
  ask_for_messages(&alice);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  for (uint32_t i = 0; i < SEVERAL; i++) CHECK_EQUAL(platform_message(PORT, i), PLATFORM_CLAIMED);
  CHECK(is_filled(&interrupts[1], 0x5A, sizeof interrupts[1]));
}

static void negotiation_message_answer_is_the_or(void)
{
  start_with_messages(SEVERAL);
  alice.claims = FALSE;
  ask_for_messages(&alice);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  CHECK_EQUAL(platform_message(PORT, 0), PLATFORM_UNCLAIMED);
  ask_for_messages(&bob);
  CHECK_EQUAL(ask(1), STATUS_SUCCESS);
  CHECK_EQUAL(platform_message(PORT, 0), PLATFORM_CLAIMED);
}

static void other_message(void)
{
  CHECK_EQUAL(platform_message(PORT, 2), PLATFORM_CLAIMED);
}

static void raise_another(driver *me)
{
  me->on_interrupt = NULL;
  other_message();
}

/* A message that finds the gate held is served by the pass that it is owed: once, by each. */
static void negotiation_merged_message_reaches_everybody_once(void)
{
  start_with_messages(SEVERAL);
  ask_for_messages(&alice);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  ask_for_messages(&bob);
  CHECK_EQUAL(ask(1), STATUS_SUCCESS);
  alice.on_interrupt = raise_another;
  CHECK_EQUAL(platform_message(PORT, 0), PLATFORM_CLAIMED);
  CHECK_EQUAL(alice.calls, 2);
  CHECK_EQUAL(bob.calls, 2);
  CHECK_EQUAL(statistics().merged, 1);
}

/* It arrived while nobody took messages, or storage holds what looks like it: it is not his who comes later. */
static void negotiation_message_from_before_is_forgotten(void)
{
  start_with_messages(SEVERAL);
  fill(&interrupts[0], 0xA5, sizeof interrupts[0]);
  connect_all(1);
  CHECK_EQUAL(platform_message(PORT, 1), PLATFORM_CLAIMED);
  CHECK_LOG("A");
  ask_for_messages(&bob);
  CHECK_EQUAL(ask(0), STATUS_SUCCESS);
  CHECK_EQUAL(platform_message(PORT, 0), PLATFORM_CLAIMED);
  CHECK_LOG("A0B");
}

static void negotiation_client_takes_the_port(void)
{
  start();
  ask_for_line(&alice);
  CHECK_EQUAL(parallel_isr_connect_interrupt_ex(PORT, &alice, &interrupts[0], &parameters), STATUS_SUCCESS);
  alice.information = interrupts[0].information;
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(parallel_isr_free(PORT, &bob), STATUS_RESOURCE_NOT_OWNED);
  CHECK_EQUAL(parallel_isr_free(PORT, &alice), STATUS_SUCCESS);
}

static const conformance_case table[] = {
    CASE(negotiation_line),
    CASE(negotiation_fully_specified),
    CASE(negotiation_fully_specified_group),
    CASE(negotiation_message_falls_back_to_the_line),
    CASE(negotiation_messages),
    CASE(negotiation_one_message_may_be_a_line),
    CASE(negotiation_unknown_form_tells_the_highest),
    CASE(negotiation_form_that_the_platform_lacks),
    CASE(negotiation_null_arguments),
    CASE(negotiation_line_rows),
    CASE(negotiation_message_rows),
    CASE(negotiation_message_needs_no_fallback_where_there_are_messages),
    CASE(negotiation_fully_specified_rows),
    CASE(negotiation_passive_isr),
    CASE(negotiation_several_messages_are_no_line),
    CASE(negotiation_more_than_32_messages_are_not_supported),
    CASE(negotiation_no_interrupt_is_not_found),
    CASE(negotiation_passes_the_statuses_of_connect_on),
    CASE(negotiation_failed_line),
    CASE(negotiation_wrong_level),
    CASE(negotiation_disconnect_wants_what_connect_returned),
    CASE(negotiation_disconnect_of_a_fallback),
    CASE(negotiation_disconnect_wants_its_own_table),
    CASE(negotiation_disconnect_after_remove),
    CASE(negotiation_message_calls_the_whole_chain),
    CASE(negotiation_message_writes_to_its_own_clients_only),
    CASE(negotiation_message_answer_is_the_or),
    CASE_ON_2(negotiation_merged_message_reaches_everybody_once),
    CASE(negotiation_message_from_before_is_forgotten),
    CASE(negotiation_client_takes_the_port),
};
CASES(negotiation_cases, table);

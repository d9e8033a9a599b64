/* SPDX-License-Identifier: MIT */
/* CONNECT_INTERRUPT: one case for each row of the original's decision table, in the order of the rows, with what the
 * project adds to it. The whole table, row against row, is in matrix_test.c. */
#include "fixture.h"

static shared_buffer buffer;
static parallel_isr_device_request request;

static void prepare(void)
{
  fill(&buffer, 0x5A, sizeof buffer);
  buffer.service = alice.service;
  request = request_for(IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT, &buffer);
}

/* The request fails, and leaves no trace. */
static void refused_with(NTSTATUS status)
{
  shared_buffer unchanged;
  snapshot before;
  parallel_isr_device_request asked = request;
  take_snapshot(&before);
  unchanged = buffer;
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), status);
  CHECK_EQUAL(request.information, 0);
  CHECK(same_bytes(&buffer, &unchanged, sizeof buffer));
  CHECK_UNCHANGED(&before);
  asked.information = 0;
  CHECK(same_bytes(&request, &asked, sizeof request));
}

static void connect_row_0_removed_is_delete_pending(void)
{
  start();
  prepare();
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  fixture.configuration.enable_connect_interrupt = FALSE;
  request.input_length = 0;
  refused_with(STATUS_DELETE_PENDING);
}

static void connect_row_1_switch_off_is_unsuccessful_before_the_sizes(void)
{
  fixture.configuration.enable_connect_interrupt = FALSE;
  start();
  prepare();
  refused_with(STATUS_UNSUCCESSFUL);
  request.input_length = 0;
  request.output_length = 0;
  refused_with(STATUS_UNSUCCESSFUL);
}

static void connect_row_1_switch_is_read_at_every_connect(void)
{
  start();
  CHECK_EQUAL(connect_driver(&alice), STATUS_SUCCESS);
  fixture.configuration.enable_connect_interrupt = FALSE;
  CHECK_EQUAL(connect_driver(&bob), STATUS_UNSUCCESSFUL);
  fixture.configuration.enable_connect_interrupt = TRUE;
  CHECK_EQUAL(connect_driver(&bob), STATUS_SUCCESS);
}

static void connect_row_2_short_input_is_buffer_too_small(void)
{
  start();
  prepare();
  request.input_length = sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) - 1u;
  refused_with(STATUS_BUFFER_TOO_SMALL);
  request.input_length = 0;
  refused_with(STATUS_BUFFER_TOO_SMALL);
}

static void connect_row_2_short_output_is_buffer_too_small(void)
{
  start();
  prepare();
  request.output_length = sizeof(PARALLEL_INTERRUPT_INFORMATION) - 1u;
  refused_with(STATUS_BUFFER_TOO_SMALL);
  request.output_length = 0;
  refused_with(STATUS_BUFFER_TOO_SMALL);
}

static void connect_longer_buffers_do(void)
{
  start();
  prepare();
  request.input_length = 0xffffffffu;
  request.output_length = 0xffffffffu;
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_SUCCESS);
  CHECK_EQUAL(request.information, sizeof(PARALLEL_INTERRUPT_INFORMATION));
}

static void connect_null_buffer_is_invalid(void)
{
  start();
  prepare();
  request.system_buffer = NULL;
  refused_with(STATUS_INVALID_PARAMETER);
}

static void connect_null_routine_is_invalid(void)
{
  start();
  prepare();
  buffer.service.InterruptServiceRoutine = NULL;
  refused_with(STATUS_INVALID_PARAMETER);
}

static void connect_null_context_is_a_context(void)
{
  start();
  alice.service.InterruptServiceContext = NULL;
  CHECK_EQUAL(connect_driver(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(connect_driver(&alice), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(connect_driver(&bob), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
}

static void connect_same_routine_and_context_is_invalid(void)
{
  start();
  connect_all(1);
  prepare();
  wants_checks(&alice); /* other optional fields make it no other client */
  buffer.service = alice.service;
  refused_with(STATUS_INVALID_PARAMETER);
}

static void connect_row_3_no_line_is_not_supported(void)
{
  fixture.configuration.connect_version = 0;
  start();
  prepare();
  refused_with(STATUS_NOT_SUPPORTED);
}

static void connect_unknown_form_is_refused_by_the_platform(void)
{
  fixture.configuration.connect_version = CONNECT_FULLY_SPECIFIED_GROUP + 1u;
  start();
  prepare();
  refused_with(STATUS_NOT_SUPPORTED);
}

static void connect_row_4_line_fails_with_its_status(void)
{
  if (!platform_fail_connect(&fixture.configuration, STATUS_INVALID_PARAMETER)) platform_skip("the line cannot fail");
  start();
  prepare();
  refused_with(STATUS_INVALID_PARAMETER);
  (void)platform_fail_connect(&fixture.configuration, STATUS_INSUFFICIENT_RESOURCES);
  refused_with(STATUS_INSUFFICIENT_RESOURCES);
  (void)platform_fail_connect(&fixture.configuration, STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_SUCCESS);
  interrupt();
  CHECK_LOG("A");
}

static void connect_row_5_no_slot_is_insufficient_resources(void)
{
  start();
  connect_all(FIXTURE_CONNECTIONS);
  prepare();
  buffer.service.InterruptServiceRoutine = driver_other_isr;
  refused_with(STATUS_INSUFFICIENT_RESOURCES);
  interrupt();
  CHECK_LOG("ABCD");
}

static void connect_row_6_success(void)
{
  start();
  prepare();
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_SUCCESS);
  CHECK_EQUAL(request.information, sizeof(PARALLEL_INTERRUPT_INFORMATION));
  alice.information = buffer.information;
  CHECK(alice.information.InterruptObject != NULL);
  CHECK(alice.information.Context != NULL);
  CHECK(alice.information.TryAllocatePortAtInterruptLevel == parallel_isr_try_allocate_port);
  CHECK(alice.information.FreePortFromInterruptLevel == parallel_isr_free_port);
  CHECK(is_filled(buffer.bytes + sizeof buffer.information, 0x5A, sizeof buffer - sizeof buffer.information));
  CHECK_EQUAL(platform_line_connects(PORT), 1);
  interrupt();
  CHECK_LOG("A");
  CHECK(alice.interrupt == alice.information.InterruptObject);
  CHECK(try_allocate(&alice));
  free_port(&alice);
}

static void connect_second_goes_to_the_tail_and_leaves_the_line_alone(void)
{
  start();
  connect_all(3);
  CHECK_EQUAL(platform_line_connects(PORT), 1);
  CHECK_EQUAL(statistics().connections, 3);
  CHECK(alice.information.InterruptObject == bob.information.InterruptObject);
  CHECK(alice.information.Context != bob.information.Context);
  interrupt();
  CHECK_LOG("ABC");
}

static void connect_copies_the_service(void)
{
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service = alice.service;
  start();
  CHECK_EQUAL(parallel_isr_connect(PORT, NULL, &service, &alice.information), STATUS_SUCCESS);
  fill(&service, 0, sizeof service);
  interrupt();
  CHECK_LOG("A");
}

/* n19 */
static void connect_n19_input_and_output_may_be_the_same_memory(void)
{
  start();
  prepare();
  CHECK_EQUAL(parallel_isr_connect(PORT, NULL, &buffer.service, &buffer.information), STATUS_SUCCESS);
  alice.information = buffer.information;
  CHECK(try_allocate(&alice));
  prepare();
  CHECK_EQUAL(parallel_isr_connect(PORT, NULL, &buffer.service, &buffer.information), STATUS_INVALID_PARAMETER);
  CHECK(is_filled(&buffer.information, 0, sizeof buffer.information));
}

static void connect_null_arguments_are_invalid(void)
{
  snapshot before;
  start();
  take_snapshot(&before);
  alice.information.Context = &alice;
  CHECK_EQUAL(parallel_isr_connect(PORT, NULL, NULL, &alice.information), STATUS_INVALID_PARAMETER);
  CHECK(is_filled(&alice.information, 0, sizeof alice.information));
  CHECK_EQUAL(parallel_isr_connect(PORT, NULL, &alice.service, NULL), STATUS_INVALID_PARAMETER);
  CHECK_UNCHANGED(&before);
}

/* n14 */
static void connect_n14_asserted_line_finds_the_first_client_complete(void)
{
  if (!platform_assert_at_connect(&fixture.configuration)) platform_skip("the line cannot be asserted at connect");
  wants_checks(&alice);
  start();
  CHECK_EQUAL(connect_driver(&alice), STATUS_SUCCESS);
  CHECK_LOG("A");
  CHECK(alice.interrupt == alice.information.InterruptObject);
  CHECK_EQUAL(alice.level, PLATFORM_DIRQL);
  CHECK_EQUAL(statistics().unclaimed, 0);
}

static void connect_wrong_level_comes_first(void)
{
  static const KIRQL levels[] = {DISPATCH_LEVEL, PLATFORM_DIRQL};
  start();
  prepare();
  fixture.configuration.enable_connect_interrupt = FALSE;
  request.input_length = 0;
  for (uint32_t i = 0; i < 2u; i++) {
    KIRQL old = platform_raise(PORT, levels[i]);
    refused_with(STATUS_INVALID_DEVICE_STATE);
    CHECK_EQUAL(connect_driver(&alice), STATUS_INVALID_DEVICE_STATE);
    platform_lower(PORT, old);
  }
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  KIRQL old = platform_raise(PORT, DISPATCH_LEVEL);
  refused_with(STATUS_INVALID_DEVICE_STATE);
  platform_lower(PORT, old);
}

static const conformance_case table[] = {
    CASE(connect_row_0_removed_is_delete_pending),
    CASE(connect_row_1_switch_off_is_unsuccessful_before_the_sizes),
    CASE(connect_row_1_switch_is_read_at_every_connect),
    CASE(connect_row_2_short_input_is_buffer_too_small),
    CASE(connect_row_2_short_output_is_buffer_too_small),
    CASE(connect_longer_buffers_do),
    CASE(connect_null_buffer_is_invalid),
    CASE(connect_null_routine_is_invalid),
    CASE(connect_null_context_is_a_context),
    CASE(connect_same_routine_and_context_is_invalid),
    CASE(connect_row_3_no_line_is_not_supported),
    CASE(connect_unknown_form_is_refused_by_the_platform),
    CASE(connect_row_4_line_fails_with_its_status),
    CASE(connect_row_5_no_slot_is_insufficient_resources),
    CASE(connect_row_6_success),
    CASE(connect_second_goes_to_the_tail_and_leaves_the_line_alone),
    CASE(connect_copies_the_service),
    CASE(connect_n19_input_and_output_may_be_the_same_memory),
    CASE(connect_null_arguments_are_invalid),
    CASE(connect_n14_asserted_line_finds_the_first_client_complete),
    CASE(connect_wrong_level_comes_first),
};
CASES(connect_cases, table);

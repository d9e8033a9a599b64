/* SPDX-License-Identifier: MIT */
/* DISCONNECT_INTERRUPT: the original's decision table, and what holds once it has returned. */
#include "fixture.h"

static shared_buffer buffer;
static parallel_isr_device_request request;

static void prepare(driver *one)
{
  fill(&buffer, 0x5A, sizeof buffer);
  buffer.service = one->service;
  request = request_for(IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT, &buffer);
}

static NTSTATUS control(void)
{
  shared_buffer unchanged = buffer;
  NTSTATUS status = parallel_isr_device_control(PORT, &request);
  CHECK_EQUAL(request.information, 0);
  CHECK(same_bytes(&buffer, &unchanged, sizeof buffer)); /* it has no output */
  return status;
}

static void refused_with(NTSTATUS status)
{
  snapshot before;
  take_snapshot(&before);
  CHECK_EQUAL(control(), status);
  CHECK_UNCHANGED(&before);
}

static void disconnect_row_1_short_input_is_buffer_too_small(void)
{
  start();
  connect_all(1);
  prepare(&alice);
  request.input_length = sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) - 1u;
  refused_with(STATUS_BUFFER_TOO_SMALL);
  request.input_length = 0;
  refused_with(STATUS_BUFFER_TOO_SMALL);
}

static void disconnect_row_2_nobody_connected_is_invalid(void)
{
  start();
  prepare(&alice);
  refused_with(STATUS_INVALID_PARAMETER);
}

static void disconnect_row_3_no_match_is_invalid(void)
{
  start();
  connect_all(2);
  prepare(&carol); /* the same routine */
  refused_with(STATUS_INVALID_PARAMETER);
  prepare(&alice); /* the same context */
  buffer.service.InterruptServiceRoutine = driver_other_isr;
  refused_with(STATUS_INVALID_PARAMETER);
  buffer.service.InterruptServiceRoutine = NULL;
  buffer.service.InterruptServiceContext = NULL; /* as a free slot looks */
  refused_with(STATUS_INVALID_PARAMETER);
}

static void disconnect_row_4_success(void)
{
  start();
  connect_all(1);
  prepare(&alice);
  CHECK_EQUAL(control(), STATUS_SUCCESS);
  CHECK_EQUAL(platform_line_disconnects(PORT), 1);
  CHECK_EQUAL(platform_interrupt(PORT), PLATFORM_NOT_DELIVERED);
  CHECK_LOG("");
}

static void disconnect_twice_is_invalid(void)
{
  start();
  connect_all(2);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  prepare(&alice);
  refused_with(STATUS_INVALID_PARAMETER);
}

static void disconnect_does_not_ask_the_switch(void)
{
  start();
  connect_all(1);
  fixture.configuration.enable_connect_interrupt = FALSE;
  prepare(&alice);
  CHECK_EQUAL(control(), STATUS_SUCCESS);
}

static void disconnect_ignores_the_deferred_routine_and_the_output(void)
{
  start();
  wants_checks(&alice);
  connect_all(1);
  prepare(&alice);
  buffer.service.DeferredPortCheckRoutine = NULL;
  buffer.service.DeferredPortCheckContext = &bob;
  request.output_length = 0;
  request.input_length = 0xffffffffu;
  CHECK_EQUAL(control(), STATUS_SUCCESS);
}

static void disconnect_null_buffer_is_invalid(void)
{
  snapshot before;
  start();
  connect_all(1);
  prepare(&alice);
  request.system_buffer = NULL;
  take_snapshot(&before);
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(request.information, 0);
  CHECK_EQUAL(parallel_isr_disconnect(PORT, NULL), STATUS_INVALID_PARAMETER);
  CHECK_UNCHANGED(&before);
}

static void disconnect_after_remove_is_delete_pending_before_the_sizes(void)
{
  start();
  connect_all(1);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  prepare(&alice);
  refused_with(STATUS_DELETE_PENDING);
  request.input_length = 0;
  refused_with(STATUS_DELETE_PENDING);
}

static void disconnect_wrong_level_comes_first(void)
{
  static const KIRQL levels[] = {DISPATCH_LEVEL, PLATFORM_DIRQL};
  start();
  connect_all(1);
  prepare(&alice);
  request.input_length = 0;
  for (uint32_t i = 0; i < 2u; i++) {
    KIRQL old = platform_raise(PORT, levels[i]);
    refused_with(STATUS_INVALID_DEVICE_STATE);
    CHECK_EQUAL(disconnect_driver(&alice), STATUS_INVALID_DEVICE_STATE);
    platform_lower(PORT, old);
  }
  interrupt();
  CHECK_LOG("A");
}

/* n15 */
static void disconnect_n15_the_line_goes_with_the_last(void)
{
  start();
  connect_all(3);
  CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
  CHECK_EQUAL(platform_line_disconnects(PORT), 0);
  interrupt();
  CHECK_LOG("AC");
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(platform_line_disconnects(PORT), 0);
  interrupt();
  CHECK_LOG("C");
  CHECK_EQUAL(disconnect_driver(&carol), STATUS_SUCCESS);
  CHECK_EQUAL(platform_line_disconnects(PORT), 1);
  CHECK_EQUAL(platform_interrupt(PORT), PLATFORM_NOT_DELIVERED);
}

static void disconnect_of_the_owner_leaves_the_port_owned_by_nobody_in_particular(void)
{
  start();
  connect_all(3);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK(!try_allocate(&bob)); /* her code may still be using it */
  free_port(&alice);          /* and frees it */
  CHECK(try_allocate(&bob));
  CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
  free_port(&carol); /* or anybody does */
  CHECK(try_allocate(&carol));
}

static void disconnect_of_another_leaves_the_owner_alone(void)
{
  start();
  connect_all(2);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
  free_port(&bob);
  CHECK(!try_allocate(&alice));
  free_port(&alice);
  CHECK(try_allocate(&alice));
}

/* n12: the DPC that would have told her has not run yet. */
static void disconnect_n12_a_pending_check_is_not_delivered(void)
{
  start();
  wants_checks(&alice);
  wants_checks(&bob);
  connect_all(2);
  CHECK(try_allocate(&bob));
  CHECK(!try_allocate(&alice));
  free_port(&bob);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("b");
  CHECK_EQUAL(alice.checks, 0);
}

/* The interrupt that came while she was being disconnected is for those who are left. */
static void interrupt_now(void)
{
  platform_assert_line(PORT);
}

static void disconnect_no_isr_runs_behind_its_back(void)
{
  start();
  connect_all(2);
  inject(PARALLEL_ISR_TRACE_DISCONNECTED, interrupt_now);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK(injected());
  run_dpc_until_idle();
  CHECK_LOG("B");
}

static void disconnect_of_the_last_leaves_no_interrupt_behind(void)
{
  start();
  connect_all(1);
  inject(PARALLEL_ISR_TRACE_DISCONNECTED, interrupt_now);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK(injected());
  run_dpc_until_idle();
  CHECK_LOG("");
  check_invariants();
}

static const conformance_case table[] = {
    CASE(disconnect_row_1_short_input_is_buffer_too_small),
    CASE(disconnect_row_2_nobody_connected_is_invalid),
    CASE(disconnect_row_3_no_match_is_invalid),
    CASE(disconnect_row_4_success),
    CASE(disconnect_twice_is_invalid),
    CASE(disconnect_does_not_ask_the_switch),
    CASE(disconnect_ignores_the_deferred_routine_and_the_output),
    CASE(disconnect_null_buffer_is_invalid),
    CASE(disconnect_after_remove_is_delete_pending_before_the_sizes),
    CASE(disconnect_wrong_level_comes_first),
    CASE(disconnect_n15_the_line_goes_with_the_last),
    CASE(disconnect_of_the_owner_leaves_the_port_owned_by_nobody_in_particular),
    CASE(disconnect_of_another_leaves_the_owner_alone),
    CASE(disconnect_n12_a_pending_check_is_not_delivered),
    CASE(disconnect_no_isr_runs_behind_its_back),
    CASE(disconnect_of_the_last_leaves_no_interrupt_behind),
};
CASES(disconnect_cases, table);

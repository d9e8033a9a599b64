/* SPDX-License-Identifier: MIT */
/* The life of a port (DESIGN 2.2): what initialize accepts, and what is left after remove. */
#include "fixture.h"

static NTSTATUS initialize(void)
{
  NTSTATUS status = parallel_isr_initialize(PORT, &fixture.configuration);
  if (status == STATUS_SUCCESS) {
    CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  } else {
    CHECK(is_filled(PORT, 0x5A, offsetof(parallel_isr_port, backend)));
    CHECK(is_filled(fixture.connections, 0x5A, sizeof fixture.connections));
    CHECK(is_filled(fixture.requests, 0x5A, sizeof fixture.requests));
  }
  fill(PORT, 0x5A, sizeof *PORT);
  fill(fixture.connections, 0x5A, sizeof fixture.connections);
  fill(fixture.requests, 0x5A, sizeof fixture.requests);
  return status;
}

static void lifetime_configurations_that_are_refused(void)
{
  parallel_isr_configuration *configuration = &fixture.configuration;
  CHECK_EQUAL(initialize(), STATUS_SUCCESS);
  configuration->connections = NULL;
  CHECK_EQUAL(initialize(), STATUS_INVALID_PARAMETER);
  configuration->connections = fixture.connections;
  configuration->connection_capacity = 0;
  CHECK_EQUAL(initialize(), STATUS_INVALID_PARAMETER);
  configuration->connection_capacity = PARALLEL_ISR_MAX_CONNECTIONS + 1u;
  CHECK_EQUAL(initialize(), STATUS_INVALID_PARAMETER);
  configuration->connection_capacity = 0xffffffffu;
  CHECK_EQUAL(initialize(), STATUS_INVALID_PARAMETER);
  configuration->connection_capacity = 1;
  CHECK_EQUAL(initialize(), STATUS_SUCCESS);
  configuration->request_capacity = PARALLEL_ISR_MAX_REQUESTS + 1u;
  CHECK_EQUAL(initialize(), STATUS_INVALID_PARAMETER);
  configuration->request_capacity = 1;
  configuration->requests = NULL;
  CHECK_EQUAL(initialize(), STATUS_INVALID_PARAMETER);
  configuration->request_capacity = 0;
  CHECK_EQUAL(initialize(), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_initialize(PORT, NULL), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(parallel_isr_initialize(NULL, configuration), STATUS_INVALID_PARAMETER);
  CHECK(is_filled(PORT, 0x5A, sizeof *PORT));
}

static void lifetime_initialize_writes_within_the_storage(void)
{
  fixture.configuration.connection_capacity = 2;
  fixture.configuration.request_capacity = 3;
  start();
  connect_all(2);
  interrupt();
  for (uint32_t i = 0; i < 4u; i++) (void)allocate(&waiters[i]);
  CHECK(is_filled(&fixture.connections[2], 0xA5, 2u * sizeof fixture.connections[0]));
  CHECK(is_filled(&fixture.requests[3], 0xA5, 5u * sizeof fixture.requests[0]));
}

static void lifetime_new_port_is_free_and_unconnected(void)
{
  parallel_isr_statistics zero;
  fill(&zero, 0, sizeof zero);
  start();
  parallel_isr_statistics now = statistics();
  CHECK(same_bytes(&now, &zero, sizeof now));
  CHECK_EQUAL(platform_line_connects(PORT), 0);
  CHECK_EQUAL(platform_interrupt(PORT), PLATFORM_NOT_DELIVERED);
  CHECK(!platform_run_dpc(PORT));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
}

static void remove_disconnects_everybody_and_the_line(void)
{
  start();
  connect_all(3);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  CHECK_EQUAL(platform_line_disconnects(PORT), 1);
  CHECK_EQUAL(platform_interrupt(PORT), PLATFORM_NOT_DELIVERED);
  CHECK_LOG("");
  CHECK(!try_allocate(&alice));
}

static void remove_of_an_unconnected_port_leaves_the_line_alone(void)
{
  start();
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  CHECK_EQUAL(platform_line_disconnects(PORT), 0);
}

static void remove_delivers_every_completion_before_it_returns(void)
{
  start();
  for (uint32_t i = 0; i < 5u; i++) (void)allocate(&waiters[i]);
  CHECK_EQUAL(cancel(&waiters[2]), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  CHECK_EQUAL(waiters[0].calls, 0);
  for (uint32_t i = 1; i < 5u; i++) {
    CHECK_EQUAL(waiters[i].calls, 1);
    CHECK_EQUAL(waiters[i].status, i == 2u ? STATUS_CANCELLED : STATUS_DELETE_PENDING);
    CHECK_EQUAL(waiters[i].level, DISPATCH_LEVEL);
  }
  CHECK_LOG("3245");
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
}

static void remove_of_a_port_that_is_being_handed_over(void)
{
  start();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  CHECK_EQUAL(waiters[1].calls, 1);
  CHECK_EQUAL(waiters[1].status, STATUS_DELETE_PENDING);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_RESOURCE_NOT_OWNED);
}

static void remove_does_not_wait_for_the_owner(void)
{
  start();
  connect_all(1);
  CHECK(try_allocate(&alice));
  PVOID context = nameless();
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_query_waiters(context), 1); /* he is asked to go, */
  free_port(&alice);                                   /* and may */
  CHECK_EQUAL(PORT->owner == NULL, TRUE);
  CHECK(!parallel_isr_try_allocate_port(context)); /* the port never becomes free again */
  CHECK_EQUAL(parallel_isr_query_waiters(context), 0);
}

static void remove_runs_no_checks(void)
{
  start();
  wants_checks(&alice);
  connect_all(1);
  CHECK(try_allocate(&alice));
  free_port(&alice);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  CHECK_LOG("");
}

static void remove_twice_is_delete_pending(void)
{
  snapshot before;
  start();
  connect_all(1);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  take_snapshot(&before);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_DELETE_PENDING);
  CHECK_UNCHANGED(&before);
}

static void remove_refuses_new_work(void)
{
  snapshot before;
  shared_buffer buffer;
  parallel_isr_device_request request = request_for(IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &buffer);
  start();
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  fill(&buffer, 0x5A, sizeof buffer);
  take_snapshot(&before);
  CHECK_EQUAL(connect_driver(&alice), STATUS_DELETE_PENDING);
  CHECK(is_filled(&alice.information, 0, sizeof alice.information));
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_DELETE_PENDING);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_DELETE_PENDING);
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_DELETE_PENDING);
  CHECK_EQUAL(request.information, 0);
  CHECK(is_filled(&buffer, 0x5A, sizeof buffer));
  CHECK_UNCHANGED(&before);
}

/* A completion that frees, cancels or asks again while the port goes. */
static void ask_again(waiter *me)
{
  CHECK_EQUAL(allocate(me), STATUS_DELETE_PENDING);
  CHECK_EQUAL(cancel(me), STATUS_NOT_FOUND);
}

static void remove_while_completions_call_back(void)
{
  start();
  for (uint32_t i = 0; i < 4u; i++) {
    (void)allocate(&waiters[i]);
    waiters[i].on_completion = ask_again;
  }
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  CHECK_LOG("234");
}

static void remove_then_initialize_begins_anew(void)
{
  start();
  connect_all(2);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  start();
  connect_all(2);
  interrupt();
  CHECK_LOG("AB");
  CHECK(try_allocate(&bob));
}

static const conformance_case table[] = {
    CASE(lifetime_configurations_that_are_refused),
    CASE(lifetime_initialize_writes_within_the_storage),
    CASE(lifetime_new_port_is_free_and_unconnected),
    CASE(remove_disconnects_everybody_and_the_line),
    CASE(remove_of_an_unconnected_port_leaves_the_line_alone),
    CASE(remove_delivers_every_completion_before_it_returns),
    CASE(remove_of_a_port_that_is_being_handed_over),
    CASE(remove_does_not_wait_for_the_owner),
    CASE(remove_runs_no_checks),
    CASE(remove_twice_is_delete_pending),
    CASE(remove_refuses_new_work),
    CASE(remove_while_completions_call_back),
    CASE(remove_then_initialize_begins_anew),
};
CASES(lifetime_cases, table);

/* SPDX-License-Identifier: MIT */
/* Cases of other systems' test suites, and those that their bugs call for, as far as they are not in the files of what
 * they test. */
#include "fixture.h"

/* ---- a second port, on a line of its own ------------------------------------------------------------------------- */

static parallel_isr_port other;
static parallel_isr_configuration other_configuration;
static parallel_isr_connection other_connections[FIXTURE_CONNECTIONS];

static void start_both(void)
{
  start();
  fill(&other, 0, sizeof other);
  fill(&other_configuration, 0, sizeof other_configuration);
  other_configuration.connections = other_connections;
  other_configuration.connection_capacity = FIXTURE_CONNECTIONS;
  other_configuration.enable_connect_interrupt = TRUE;
  if (!platform_configure(&other_configuration, 1)) platform_skip("one line");
  CHECK_EQUAL(parallel_isr_initialize(&other, &other_configuration), STATUS_SUCCESS);
}

static NTSTATUS connect_to_other(driver *one)
{
  return parallel_isr_connect(&other, NULL, &one->service, &one->information);
}

static void remove_other(void)
{
  CHECK_EQUAL(parallel_isr_remove(&other), STATUS_SUCCESS);
}

/* ---- Zephyr ------------------------------------------------------------------------------------------------------ */

static void z01_one_connection(void)
{
  start();
  connect_all(1);
  CHECK_EQUAL(statistics().connections, 1);
  interrupt();
  CHECK_EQUAL(alice.calls, 1);
}

static void z02_sharing_one_line_leaves_the_other_alone(void)
{
  start_both();
  connect_all(2);
  CHECK_EQUAL(statistics().connections, 2);
  CHECK_EQUAL(other.connection_count, 0);
  CHECK_EQUAL(platform_interrupt(&other), PLATFORM_NOT_DELIVERED);
  interrupt();
  CHECK_LOG("AB");
  remove_other();
}

static void z03_every_line_calls_its_own(void)
{
  start_both();
  connect_all(2);
  CHECK_EQUAL(connect_to_other(&carol), STATUS_SUCCESS);
  CHECK_EQUAL(connect_to_other(&dave), STATUS_SUCCESS);
  interrupt();
  CHECK_LOG("AB");
  CHECK(platform_interrupt(&other) != PLATFORM_NOT_DELIVERED);
  CHECK_LOG("CD");
  CHECK(carol.interrupt == carol.information.InterruptObject);
  CHECK(carol.interrupt != alice.interrupt);
  CHECK(try_allocate(&alice)); /* two ports, two owners */
  CHECK(try_allocate(&carol));
  remove_other();
}

static void z04_disconnect_of_the_first_leaves_the_second(void)
{
  start();
  connect_all(2);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  interrupt();
  CHECK_LOG("B");
  CHECK_EQUAL(bob.calls, 1);
}

static void z05_disconnect_of_all_is_the_initial_state(void)
{
  snapshot before;
  start();
  take_snapshot(&before);
  for (uint32_t i = 0; i < 3u; i++) wants_checks(driver_at(i));
  connect_all(3);
  CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_driver(&carol), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK(same_bytes(PORT, &before.port, offsetof(parallel_isr_port, backend)));
  CHECK_EQUAL(platform_line_connects(PORT), platform_line_disconnects(PORT));
}

static void z06_any_number_of_them_each_with_its_argument(void)
{
  start();
  for (uint32_t count = 1; count <= FIXTURE_CONNECTIONS; count++) {
    CHECK_EQUAL(connect_driver(driver_at(count - 1u)), STATUS_SUCCESS);
    interrupt();
    for (uint32_t i = 0; i < FIXTURE_CONNECTIONS; i++) CHECK_EQUAL(driver_at(i)->calls, i < count ? count - i : 0);
  }
}

static void z07_each_interrupt_is_one_call(void)
{
  start();
  connect_all(1);
  interrupt();
  CHECK_EQUAL(alice.calls, 1);
  interrupt();
  CHECK_EQUAL(alice.calls, 2);
}

static void z10_what_is_submitted_is_executed_once(void)
{
  start();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  for (uint32_t i = 1; i < FIXTURE_REQUESTS; i++) CHECK_EQUAL(allocate(&waiters[i]), STATUS_PENDING);
  for (uint32_t i = 1; i < FIXTURE_REQUESTS; i++) CHECK_EQUAL(cancel(&waiters[i]), STATUS_SUCCESS);
  for (uint32_t i = 1; i < FIXTURE_REQUESTS; i++) CHECK_EQUAL(cancel(&waiters[i]), STATUS_NOT_FOUND);
  run_dpc_until_idle();
  CHECK_LOG("2345678");
}

static void z11_same_routine_with_other_arguments_is_another_client(void)
{
  start();
  CHECK(alice.service.InterruptServiceRoutine == bob.service.InterruptServiceRoutine);
  connect_all(2);
  alice.service.InterruptServiceRoutine = driver_other_isr; /* the same argument, another routine */
  CHECK_EQUAL(connect_driver(&alice), STATUS_SUCCESS);
  interrupt();
  CHECK_LOG("ABA");
}

/* n07, too */
static void z12_beyond_the_limit_nothing_is_written(void)
{
  snapshot before;
  fixture.configuration.connection_capacity = 2;
  start();
  connect_all(2);
  take_snapshot(&before);
  CHECK_EQUAL(connect_driver(&carol), STATUS_INSUFFICIENT_RESOURCES);
  CHECK(is_filled(&carol.information, 0, sizeof carol.information));
  CHECK_UNCHANGED(&before);
  CHECK(is_filled(&fixture.connections[2], 0xA5, 2u * sizeof fixture.connections[0]));
}

/* ---- Linux ------------------------------------------------------------------------------------------------------- */

static void l02_reconnect_has_no_stale_state(void)
{
  snapshot fresh;
  wants_checks(&alice);
  wants_checks(&bob);
  start();
  connect_all(2);
  take_snapshot(&fresh);
  alice.on_check = take;
  CHECK(try_allocate(&alice));
  interrupt();
  free_port(&alice);
  run_dpc_until_idle(); /* a round was cut short: alice has the port */
  CHECK(alice.got);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
  alice.on_check = NULL;
  connect_all(2);
  CHECK_EQUAL(PORT->check_position, fresh.port.check_position);
  CHECK_EQUAL(PORT->deferred_count, fresh.port.deferred_count);
  fixture.logged = 0;
  CHECK(try_allocate(&bob));
  free_port(&bob);
  run_dpc_until_idle();
  interrupt();
  CHECK_LOG("abAB");
}

/* ---- ReactOS ----------------------------------------------------------------------------------------------------- */

static void r01_failed_connect_defines_its_outputs(void)
{
  PARALLEL_INTERRUPT_INFORMATION garbage;
  fill(&garbage, 0x5A, sizeof garbage);
  fixture.configuration.connect_version = 0;
  start();
  CHECK_EQUAL(parallel_isr_connect(PORT, NULL, &alice.service, &garbage), STATUS_NOT_SUPPORTED);
  CHECK(is_filled(&garbage, 0, sizeof garbage));
  fixture.configuration.connect_version = CONNECT_LINE_BASED;
  if (!platform_fail_connect(&fixture.configuration, STATUS_INVALID_PARAMETER)) return;
  fill(&garbage, 0x5A, sizeof garbage);
  CHECK_EQUAL(parallel_isr_connect(PORT, NULL, &alice.service, &garbage), STATUS_INVALID_PARAMETER);
  CHECK(is_filled(&garbage, 0, sizeof garbage));
}

/* ---- what their bugs call for ------------------------------------------------------------------------------------ */

static void n04_reconnect_without_initialising_anything(void)
{
  start();
  for (uint32_t i = 0; i < 3u * FIXTURE_CONNECTIONS; i++) {
    connect_all(3);
    CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
    CHECK_EQUAL(connect_driver(&bob), STATUS_SUCCESS);
    interrupt();
    CHECK_LOG("ACB"); /* no cycle, nobody lost */
    for (uint32_t k = 0; k < 3u; k++) CHECK_EQUAL(disconnect_driver(driver_at(k)), STATUS_SUCCESS);
  }
}

static void n05_same_client_on_two_lines(void)
{
  start_both();
  connect_all(1);
  CHECK_EQUAL(connect_driver(&alice), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(connect_to_other(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(connect_to_other(&bob), STATUS_SUCCESS);
  interrupt();
  CHECK_LOG("A");
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK(platform_interrupt(&other) != PLATFORM_NOT_DELIVERED);
  CHECK_LOG("AB");
  remove_other();
}

static void disconnect_me(driver *me)
{
  CHECK_EQUAL(disconnect_driver(me), STATUS_INVALID_DEVICE_STATE);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_INVALID_DEVICE_STATE);
}

static void n11_isr_cannot_disconnect_itself(void)
{
  start();
  connect_all(2);
  alice.on_interrupt = disconnect_me;
  interrupt();
  interrupt();
  CHECK_LOG("ABAB");
}

/* n13 with the tries between the steps of the allocation. */
static driver *racer;

static void race(void)
{
  (void)try_allocate(racer);
}

static void n13_try_against_queued_allocate(void)
{
  static const parallel_isr_trace_event steps[] = {PARALLEL_ISR_TRACE_GATE_TAKEN, PARALLEL_ISR_TRACE_OWNED,
                                                   PARALLEL_ISR_TRACE_GATE_LEFT};
  for (uint32_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    conformance_step = i + 1u;
    renew();
    start();
    wants_checks(&alice);
    connect_all(1);
    racer = &alice;
    inject(steps[i], race);
    NTSTATUS status = allocate(&waiters[0]);
    CHECK(injected());
    CHECK_EQUAL(status, alice.got ? STATUS_PENDING : STATUS_SUCCESS); /* exactly one of them */
    if (alice.got)
      free_port(&alice);
    else
      CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
    run_dpc_until_idle();
    CHECK_EQUAL(alice.got ? waiters[0].calls : alice.checks, 1); /* and the other is told */
  }
}

/* A client may be called whenever it is connected, its device idle or not: nobody claims, nothing breaks. */
static void n_interrupts_that_are_nobodys(void)
{
  start();
  connect_all(2);
  alice.claims = bob.claims = FALSE;
  for (uint32_t i = 1; i <= 10u; i++) {
    CHECK(!chain_claims());
    CHECK_EQUAL(statistics().unclaimed, i);
  }
}

static const conformance_case table[] = {
    CASE(z01_one_connection),
    CASE(z02_sharing_one_line_leaves_the_other_alone),
    CASE(z03_every_line_calls_its_own),
    CASE(z04_disconnect_of_the_first_leaves_the_second),
    CASE(z05_disconnect_of_all_is_the_initial_state),
    CASE(z06_any_number_of_them_each_with_its_argument),
    CASE(z07_each_interrupt_is_one_call),
    CASE(z10_what_is_submitted_is_executed_once),
    CASE(z11_same_routine_with_other_arguments_is_another_client),
    CASE(z12_beyond_the_limit_nothing_is_written),
    CASE(l02_reconnect_has_no_stale_state),
    CASE(r01_failed_connect_defines_its_outputs),
    CASE(n04_reconnect_without_initialising_anything),
    CASE(n05_same_client_on_two_lines),
    CASE(n11_isr_cannot_disconnect_itself),
    CASE(n13_try_against_queued_allocate),
    CASE(n_interrupts_that_are_nobodys),
};
CASES(peers_cases, table);

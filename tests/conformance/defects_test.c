/* SPDX-License-Identifier: MIT */
/* The defects of the original driver, each as the trace that shows it. b06 and b07 need two threads:
 * tests/unit/threads_test.c; here is what of them one processor can see. */
#include "fixture.h"

/* ---- b01: locks are dropped between the decrement and the hand-over ---------------------------------------------- */

static void cancel_the_head(void)
{
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_SUCCESS);
}

/* A (waiter 1) owns, B (2) is queued; A frees, B is cancelled, C (alice) takes, D (3) allocates; the DPC comes last. */
static void b01_double_grant(void)
{
  start();
  connect_all(1);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  cancel_the_head();
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(allocate(&waiters[2]), STATUS_PENDING);
  run_dpc_until_idle();
  CHECK_LOG("2"); /* B is told that he was cancelled; D waits: alice owns the port */
  CHECK_EQUAL(waiters[1].status, STATUS_CANCELLED);
  free_port(&alice);
  run_dpc_until_idle();
  CHECK_LOG("3");
  CHECK_EQUAL(waiters[2].status, STATUS_SUCCESS);
}

static void cancel_try_and_allocate(void)
{
  cancel_the_head();
  CHECK(!try_allocate(&alice)); /* A has not gone yet */
  CHECK_EQUAL(allocate(&waiters[2]), STATUS_PENDING);
}

/* The same between the steps of A's free. */
static void b01_double_grant_within_the_free(void)
{
  start();
  connect_all(1);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  inject(PARALLEL_ISR_TRACE_FREED, cancel_try_and_allocate);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK(injected());
  run_dpc_until_idle();
  CHECK_EQUAL(waiters[2].calls, 1);
  CHECK_EQUAL(waiters[2].status, STATUS_SUCCESS);
  CHECK_EQUAL(PORT->users, 1);
}

/* ---- b02: count and enqueue are two critical sections ------------------------------------------------------------ */

static void free_now(void)
{
  CHECK_EQUAL(parallel_isr_free(PORT, &alice), STATUS_SUCCESS);
}

static void b02_lost_wakeup(void)
{
  static const parallel_isr_trace_event steps[] = {PARALLEL_ISR_TRACE_GATE_TAKEN, PARALLEL_ISR_TRACE_QUEUED,
                                                   PARALLEL_ISR_TRACE_GATE_LEFT};
  for (uint32_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    conformance_step = i + 1u;
    renew();
    start();
    waiters[0].token = &alice;
    CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
    inject(steps[i], free_now);
    NTSTATUS status = allocate(&waiters[1]);
    CHECK(injected());
    run_dpc_until_idle();
    if (status == STATUS_PENDING) {
      CHECK_EQUAL(waiters[1].calls, 1);
      CHECK_EQUAL(waiters[1].status, STATUS_SUCCESS);
    } else {
      CHECK_EQUAL(status, STATUS_SUCCESS);
      CHECK_EQUAL(waiters[1].calls, 0);
    }
    CHECK_EQUAL(PORT->users, 1); /* his, either way */
    CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  }
}

/* ---- b03: a try that fails leaves a count behind ----------------------------------------------------------------- */

static void b03_failed_try_leaks_a_count(void)
{
  start();
  connect_all(2);
  CHECK(try_allocate(&alice));
  for (uint32_t i = 0; i < 5u; i++) CHECK(!try_allocate(&bob));
  CHECK_EQUAL(parallel_isr_query_waiters(nameless()), 0);
  free_port(&alice);
  run_dpc_until_idle();
  CHECK_EQUAL(PORT->users, 0);
  CHECK(try_allocate(&bob));
}

/* ---- b04: two locks for one count -------------------------------------------------------------------------------- */

static void connect_and_try_at_interrupt_level(void)
{
  CHECK_EQUAL(connect_driver(&alice), STATUS_SUCCESS);
  alice.on_interrupt = take;
  interrupt();
}

/* A thread that takes the port before anybody is connected is interrupted between its steps. */
static void b04_mixed_locks(void)
{
  start();
  PVOID thread = nameless();
  inject(PARALLEL_ISR_TRACE_OWNED, connect_and_try_at_interrupt_level);
  CHECK(parallel_isr_try_allocate_port(thread));
  CHECK(injected());
  CHECK(!alice.got);
  CHECK_EQUAL(PORT->users, 1);
}

static void take_when_connected(void)
{
  alice.got = parallel_isr_try_allocate_port(alice.information.Context);
}

/* The other way round: the ISR takes it while a thread connects. */
static void b04_mixed_locks_while_the_first_connects(void)
{
  start();
  connect_all(1);
  inject(PARALLEL_ISR_TRACE_CONNECTED, take_when_connected);
  CHECK_EQUAL(connect_driver(&bob), STATUS_SUCCESS);
  CHECK(alice.got);
  CHECK(!parallel_isr_try_allocate_port(nameless()));
}

/* ---- b05: use of the interrupt object after the last disconnect -------------------------------------------------- */

static PVOID nameless_context;

static void use_the_port(void)
{
  CHECK(parallel_isr_try_allocate_port(nameless_context));
  CHECK_EQUAL(parallel_isr_query_waiters(nameless_context), 0);
  parallel_isr_free_port(nameless_context);
}

static BOOLEAN NTAPI nothing(PVOID context)
{
  (void)context;
  return TRUE;
}

static void b05_use_after_the_last_disconnect(void)
{
  start();
  connect_all(1);
  nameless_context = nameless();
  inject(PARALLEL_ISR_TRACE_DISCONNECTED, use_the_port);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK(injected());
  use_the_port();
  CHECK(!try_allocate(&alice));
  CHECK_EQUAL(parallel_isr_query_waiters(alice.information.Context), 0);
  CHECK(parallel_isr_synchronize(PORT, nothing, NULL));
  CHECK(parallel_isr_synchronize(alice.information.InterruptObject, nothing, NULL));
  run_dpc_until_idle();
}

/* ---- b06, b07: first connect and last disconnect ----------------------------------------------------------------- */

static void b06_first_connects_connect_the_line_once(void)
{
  start();
  connect_all(4);
  CHECK_EQUAL(platform_line_connects(PORT), 1);
}

static void b07_last_disconnect_and_new_connect(void)
{
  start();
  for (uint32_t i = 1; i <= 4u; i++) {
    CHECK_EQUAL(connect_driver(&alice), STATUS_SUCCESS);
    CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
    CHECK_EQUAL(connect_driver(&bob), STATUS_SUCCESS);
    interrupt();
    CHECK_LOG("B");
    CHECK_EQUAL(platform_line_connects(PORT), 2u * i);
    CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
    CHECK_EQUAL(platform_line_disconnects(PORT), 2u * i);
  }
}

/* ---- b08: nobody asks who frees ---------------------------------------------------------------------------------- */

static void b08_double_and_foreign_free(void)
{
  start();
  connect_all(2);
  CHECK(try_allocate(&alice));
  free_port(&bob); /* foreign */
  CHECK(!try_allocate(&bob));
  free_port(&alice);
  free_port(&alice); /* double */
  parallel_isr_free_port(nameless());
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_RESOURCE_NOT_OWNED);
  CHECK_EQUAL(statistics().refused, 4);
  CHECK_EQUAL(PORT->users, 0);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  CHECK_EQUAL(parallel_isr_query_waiters(nameless()), 1);
}

/* A double free behind the back of the one to whom the port is owed. */
static void b08_double_free_during_the_hand_over(void)
{
  start();
  connect_all(1);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  free_port(&alice);
  free_port(&alice);
  run_dpc_until_idle();
  CHECK_LOG("1");
  free_port(&alice); /* the new owner has no name: whoever frees, frees */
  CHECK_EQUAL(PORT->users, 0);
}

static void free_again(void)
{
  CHECK_EQUAL(parallel_isr_free(PORT, &alice), STATUS_RESOURCE_NOT_OWNED);
}

static void b08_free_within_a_free(void)
{
  start();
  waiters[0].token = &alice;
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  inject(PARALLEL_ISR_TRACE_FREED, free_again);
  CHECK_EQUAL(parallel_isr_free(PORT, &alice), STATUS_SUCCESS);
  CHECK_EQUAL(PORT->users, 0);
}

/* ---- b09: leaks -------------------------------------------------------------------------------------------------- */

static void b09_connections_leak(void)
{
  start();
  for (uint32_t i = 0; i < 10u * FIXTURE_CONNECTIONS; i++) {
    CHECK_EQUAL(connect_driver(&alice), STATUS_SUCCESS);
    CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  }
  connect_all(FIXTURE_CONNECTIONS);
}

static void b09_failed_connects_leak(void)
{
  fixture.configuration.connection_capacity = 2;
  start();
  if (platform_fail_connect(&fixture.configuration, STATUS_INVALID_PARAMETER))
    for (uint32_t i = 0; i < 8u; i++) CHECK_EQUAL(connect_driver(&alice), STATUS_INVALID_PARAMETER);
  (void)platform_fail_connect(&fixture.configuration, STATUS_SUCCESS);
  connect_all(2);
  for (uint32_t i = 0; i < 8u; i++) CHECK_EQUAL(connect_driver(&carol), STATUS_INSUFFICIENT_RESOURCES);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
  CHECK_EQUAL(platform_line_disconnects(PORT), 1); /* no reference was left */
}

static void b09_requests_leak(void)
{
  start();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 5u * FIXTURE_REQUESTS; i++) {
    CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
    CHECK_EQUAL(cancel(&waiters[1]), STATUS_SUCCESS);
    run_dpc_until_idle();
  }
  CHECK_EQUAL(waiters[1].calls, 5u * FIXTURE_REQUESTS);
  fixture.logged = 0;
  for (uint32_t i = 0; i < FIXTURE_REQUESTS; i++) CHECK_EQUAL(allocate(&waiters[i]), STATUS_PENDING);
}

/* ---- b10: one client's clean-up takes everybody's requests ------------------------------------------------------- */

static void b10_cancel_takes_only_the_request_that_it_names(void)
{
  start();
  waiters[1].token = waiters[2].token = &alice;
  for (uint32_t i = 0; i < 5u; i++) (void)allocate(&waiters[i]);
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("2");
  CHECK_EQUAL(statistics().queued, 3);
  for (uint32_t i = 0; i < 3u; i++) {
    CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
    run_dpc_until_idle();
  }
  CHECK_LOG("345");
}

static void b10_disconnect_of_the_owner_does_not_block_the_port(void)
{
  start();
  connect_all(1);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(waiters[0].calls, 0);
  CHECK_EQUAL(parallel_isr_free(PORT, &bob), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("1");
}

/* ---- b11: removal leaves the ISR connected ----------------------------------------------------------------------- */

static void b11_remove_leaves_a_live_isr(void)
{
  start();
  connect_all(2);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  CHECK_EQUAL(platform_line_connects(PORT), platform_line_disconnects(PORT));
  CHECK_EQUAL(platform_interrupt(PORT), PLATFORM_NOT_DELIVERED);
  CHECK_EQUAL(alice.calls + bob.calls, 0);
}

/* ---- b12: a free at interrupt level is only half a free ---------------------------------------------------------- */

static void b12_free_at_interrupt_level_skips_the_checks(void)
{
  start();
  wants_checks(&bob);
  connect_all(2);
  alice.on_interrupt = take_and_give;
  interrupt();
  run_dpc_until_idle();
  CHECK_LOG("ABb");
}

/* ---- b13: completions recurse ------------------------------------------------------------------------------------ */

static uint32_t depth, deepest;

static void free_inside(waiter *me)
{
  (void)me;
  if (++depth > deepest) deepest = depth;
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  depth--;
}

/* How much stack they take: tests/unit/completion_test.c. */
static void b13_completions_recurse(void)
{
  depth = deepest = 0;
  start();
  for (uint32_t i = 0; i < FIXTURE_REQUESTS; i++) {
    (void)allocate(&waiters[i]);
    waiters[i].on_completion = free_inside;
  }
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("2345678");
  CHECK_EQUAL(deepest, 1);
}

/* ---- b14: a request that fails keeps the port -------------------------------------------------------------------- */

static void b14_request_that_ends_badly_keeps_nothing(void)
{
  fixture.configuration.request_capacity = 1;
  start();
  connect_all(1);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_INSUFFICIENT_RESOURCES);
  free_port(&alice);
  CHECK_EQUAL(cancel(&waiters[0]), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_EQUAL(waiters[0].status, STATUS_CANCELLED);
  CHECK_EQUAL(PORT->users, 0);
  CHECK(try_allocate(&alice));
}

/* The room is tested before the port is taken. */
static void b14_request_without_room_does_not_take_a_free_port(void)
{
  fixture.configuration.request_capacity = 1;
  start();
  connect_all(1);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  CHECK_EQUAL(cancel(&waiters[0]), STATUS_SUCCESS);
  free_port(&alice);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_INSUFFICIENT_RESOURCES); /* the slot waits for its completion call */
  CHECK_EQUAL(PORT->users, 0);
  CHECK(try_allocate(&alice));
}

static const conformance_case table[] = {
    CASE(b01_double_grant),
    CASE(b01_double_grant_within_the_free),
    CASE(b02_lost_wakeup),
    CASE(b03_failed_try_leaks_a_count),
    CASE(b04_mixed_locks),
    CASE(b04_mixed_locks_while_the_first_connects),
    CASE(b05_use_after_the_last_disconnect),
    CASE(b06_first_connects_connect_the_line_once),
    CASE(b07_last_disconnect_and_new_connect),
    CASE(b08_double_and_foreign_free),
    CASE(b08_double_free_during_the_hand_over),
    CASE(b08_free_within_a_free),
    CASE(b09_connections_leak),
    CASE(b09_failed_connects_leak),
    CASE(b09_requests_leak),
    CASE(b10_cancel_takes_only_the_request_that_it_names),
    CASE(b10_disconnect_of_the_owner_does_not_block_the_port),
    CASE(b11_remove_leaves_a_live_isr),
    CASE(b12_free_at_interrupt_level_skips_the_checks),
    CASE(b13_completions_recurse),
    CASE(b14_request_that_ends_badly_keeps_nothing),
    CASE(b14_request_without_room_does_not_take_a_free_port),
};
CASES(defects_cases, table);

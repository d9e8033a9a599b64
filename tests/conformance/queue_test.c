/* SPDX-License-Identifier: MIT */
/* The allocation queue (DESIGN 2.4): first come, first served, and each told exactly once. */
#include "fixture.h"

static void queue_free_port_is_granted_at_once(void)
{
  start();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("");
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
}

static void queue_is_served_in_order_of_the_calls(void)
{
  start();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  for (uint32_t i = 1; i < 5u; i++) CHECK_EQUAL(allocate(&waiters[i]), STATUS_PENDING);
  CHECK_EQUAL(statistics().queued, 4);
  CHECK_EQUAL(cancel(&waiters[2]), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("3");
  CHECK_EQUAL(waiters[2].status, STATUS_CANCELLED);
  for (uint32_t i = 0; i < 4u; i++) {
    CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
    run_dpc_until_idle();
  }
  CHECK_LOG("245");
  CHECK_EQUAL(waiters[1].status, STATUS_SUCCESS);
  CHECK_EQUAL(waiters[1].level, DISPATCH_LEVEL);
  CHECK_EQUAL(statistics().handovers, 3);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_RESOURCE_NOT_OWNED);
}

static void queue_never_frees_the_port_between_two_owners(void)
{
  start();
  connect_all(1);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  free_port(&alice);
  CHECK(!try_allocate(&alice)); /* before the DPC has handed it over, */
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_RESOURCE_NOT_OWNED);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  CHECK(platform_run_dpc(PORT));
  CHECK_LOG("1");
  CHECK(!try_allocate(&alice)); /* and after */
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("2");
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
}

static void queue_grant_names_the_owner(void)
{
  start();
  connect_all(2);
  waiters[0].token = &waiters[0];
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  free_port(&alice);
  run_dpc_until_idle();
  free_port(&alice); /* no longer hers, */
  CHECK_EQUAL(parallel_isr_free(PORT, &bob), STATUS_RESOURCE_NOT_OWNED);
  CHECK_EQUAL(statistics().refused, 2);
  CHECK_EQUAL(parallel_isr_free(PORT, &waiters[0]), STATUS_SUCCESS);
}

static void queue_full_is_insufficient_resources(void)
{
  snapshot before;
  fixture.configuration.request_capacity = 2;
  start();
  connect_all(1);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  take_snapshot(&before);
  CHECK_EQUAL(allocate(&waiters[2]), STATUS_INSUFFICIENT_RESOURCES);
  CHECK_UNCHANGED(&before);
  CHECK_EQUAL(cancel(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[2]), STATUS_INSUFFICIENT_RESOURCES); /* his completion is still due */
  run_dpc_until_idle();
  CHECK_EQUAL(allocate(&waiters[2]), STATUS_PENDING);
  free_port(&alice);
  run_dpc_until_idle();
  CHECK_LOG("12");
}

static void queue_without_slots_always_refuses(void)
{
  snapshot before;
  fixture.configuration.requests = NULL;
  fixture.configuration.request_capacity = 0;
  start();
  take_snapshot(&before);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_INSUFFICIENT_RESOURCES);
  CHECK_EQUAL(cancel(&waiters[0]), STATUS_NOT_FOUND);
  CHECK_UNCHANGED(&before);
}

static void queue_same_request_twice_is_invalid(void)
{
  snapshot before;
  start();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING); /* the first was never queued */
  take_snapshot(&before);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(parallel_isr_allocate(PORT, NULL, NULL, NULL), STATUS_INVALID_PARAMETER);
  CHECK_UNCHANGED(&before);
}

static void queue_cancel_finds_only_what_is_queued(void)
{
  snapshot before;
  start();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  take_snapshot(&before);
  CHECK_EQUAL(cancel(&waiters[0]), STATUS_NOT_FOUND); /* he owns it */
  CHECK_EQUAL(cancel(&waiters[2]), STATUS_NOT_FOUND); /* he never asked */
  CHECK_EQUAL(parallel_isr_cancel(PORT, NULL, &waiters[1]), STATUS_NOT_FOUND);
  CHECK_EQUAL(parallel_isr_cancel(PORT, NULL, NULL), STATUS_NOT_FOUND); /* as a free slot looks */
  CHECK_UNCHANGED(&before);
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_SUCCESS);
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_NOT_FOUND); /* cancelled, his completion still due */
  run_dpc_until_idle();
  CHECK_LOG("2");
  CHECK_EQUAL(waiters[1].calls, 1);
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_NOT_FOUND);
}

static void queue_cancel_after_the_grant_comes_too_late(void)
{
  start();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK(platform_run_dpc(PORT));
  CHECK_LOG("2");
  CHECK_EQUAL(waiters[1].status, STATUS_SUCCESS);
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_NOT_FOUND);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
}

static void queue_cancel_before_the_hand_over_frees_the_port(void)
{
  start();
  wants_checks(&alice);
  connect_all(1);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_EQUAL(waiters[1].calls, 1);
  CHECK_EQUAL(waiters[1].status, STATUS_CANCELLED);
  CHECK_EQUAL(alice.checks, 1); /* she is told: nobody is queued */
  CHECK(try_allocate(&alice));
}

static void queue_cancel_of_the_head_lets_the_next_one_move_up(void)
{
  start();
  for (uint32_t i = 0; i < 3u; i++) (void)allocate(&waiters[i]);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_EQUAL(waiters[1].status, STATUS_CANCELLED);
  CHECK_EQUAL(waiters[2].calls, 1);
  CHECK_EQUAL(waiters[2].status, STATUS_SUCCESS);
}

/* n10 */
static void queue_n10_free_with_a_waiter_runs_no_checks(void)
{
  start();
  wants_checks(&alice);
  wants_checks(&bob);
  connect_all(2);
  CHECK(try_allocate(&bob));
  CHECK(!try_allocate(&alice));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  free_port(&bob);
  run_dpc_until_idle();
  CHECK_LOG("1");
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("ab");
}

/* ---- a completion may call whatever is allowed at DISPATCH_LEVEL ------------------------------------------------- */

static void free_it(waiter *me)
{
  (void)me;
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
}

static void queue_again(waiter *me)
{
  me->on_completion = free_it;
  CHECK_EQUAL(allocate(me), STATUS_PENDING); /* his slot is free again, the port is his */
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
}

static void queue_completion_may_free_and_allocate(void)
{
  fixture.configuration.request_capacity = 1;
  start();
  CHECK_EQUAL(allocate(&waiters[7]), STATUS_SUCCESS);
  waiters[0].on_completion = queue_again;
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("11");
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_RESOURCE_NOT_OWNED);
}

static void cancel_the_next(waiter *me)
{
  CHECK_EQUAL(cancel(me + 1), STATUS_SUCCESS);
}

static void queue_completion_may_cancel(void)
{
  start();
  for (uint32_t i = 0; i < 4u; i++) (void)allocate(&waiters[i]);
  waiters[1].on_completion = cancel_the_next;
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("23");
  CHECK_EQUAL(waiters[2].status, STATUS_CANCELLED);
  CHECK_EQUAL(waiters[3].calls, 0);
}

static void queue_one_completion_a_run(void)
{
  start();
  for (uint32_t i = 0; i < 4u; i++) (void)allocate(&waiters[i]);
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_SUCCESS);
  CHECK_EQUAL(cancel(&waiters[2]), STATUS_SUCCESS);
  CHECK(platform_run_dpc(PORT));
  CHECK_LOG("2");
  CHECK(platform_run_dpc(PORT));
  CHECK_LOG("3");
  CHECK(!platform_run_dpc(PORT));
}

static void queue_device_control_allocates_and_frees(void)
{
  parallel_isr_device_request take_it = request_for(IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE, NULL);
  parallel_isr_device_request give_it = request_for(IOCTL_INTERNAL_PARALLEL_PORT_FREE, NULL);
  start();
  take_it.completion_context = &waiters[0];
  take_it.client = &waiters[0];
  give_it.client = &waiters[0];
  CHECK_EQUAL(parallel_isr_device_control(PORT, &take_it), STATUS_SUCCESS);
  CHECK_EQUAL(take_it.information, 0);
  CHECK_EQUAL(parallel_isr_device_control(PORT, &take_it), STATUS_PENDING);
  CHECK_EQUAL(take_it.information, 0);
  CHECK_EQUAL(parallel_isr_device_control(PORT, &give_it), STATUS_SUCCESS);
  CHECK_EQUAL(give_it.information, 0);
  run_dpc_until_idle();
  CHECK_LOG("1");
  CHECK_EQUAL(parallel_isr_device_control(PORT, &give_it), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_device_control(PORT, &give_it), STATUS_RESOURCE_NOT_OWNED);
}

static const conformance_case table[] = {
    CASE(queue_free_port_is_granted_at_once),
    CASE(queue_is_served_in_order_of_the_calls),
    CASE(queue_never_frees_the_port_between_two_owners),
    CASE(queue_grant_names_the_owner),
    CASE(queue_full_is_insufficient_resources),
    CASE(queue_without_slots_always_refuses),
    CASE(queue_same_request_twice_is_invalid),
    CASE(queue_cancel_finds_only_what_is_queued),
    CASE(queue_cancel_after_the_grant_comes_too_late),
    CASE(queue_cancel_before_the_hand_over_frees_the_port),
    CASE(queue_cancel_of_the_head_lets_the_next_one_move_up),
    CASE(queue_n10_free_with_a_waiter_runs_no_checks),
    CASE(queue_completion_may_free_and_allocate),
    CASE(queue_completion_may_cancel),
    CASE(queue_one_completion_a_run),
    CASE(queue_device_control_allocates_and_frees),
};
CASES(queue_cases, table);

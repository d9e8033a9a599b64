/* SPDX-License-Identifier: MIT */
/* Deferred port checks (DESIGN 2.5): who is told that the port is free, when, and how often. */
#include "fixture.h"

/* count drivers with deferred routines; the port is taken by nobody in particular. */
static void start_with(uint32_t count)
{
  start();
  for (uint32_t i = 0; i < count; i++) wants_checks(driver_at(i));
  connect_all(count);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
}

static void give_back(void)
{
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
}

static void checks_after_every_free_in_connection_order(void)
{
  start_with(3);
  give_back(); /* nobody has tried: they are told all the same */
  CHECK_LOG("abc");
  CHECK_EQUAL(statistics().checks, 3);
  CHECK(try_allocate(&bob));
  free_port(&bob);
  run_dpc_until_idle();
  CHECK_LOG("abc");
}

static void checks_after_a_free_at_interrupt_level(void)
{
  start_with(2);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("ab");
  alice.on_interrupt = take_and_give;
  interrupt();
  run_dpc_until_idle();
  CHECK_LOG("ABab");
}

static void checks_only_of_those_who_have_a_routine(void)
{
  start();
  wants_checks(&bob);
  connect_all(3);
  CHECK(try_allocate(&alice));
  free_port(&alice);
  run_dpc_until_idle();
  CHECK_LOG("b");
}

static void checks_request_no_dpc_for_nobody(void)
{
  start();
  connect_all(2);
  CHECK(try_allocate(&alice));
  CHECK(!try_allocate(&bob));
  free_port(&alice);
  CHECK(!platform_run_dpc(PORT));
}

static void checks_not_while_the_port_is_taken_again(void)
{
  start_with(2);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK(try_allocate(&bob)); /* before the DPC */
  run_dpc_until_idle();
  CHECK_LOG("");
  free_port(&bob);
  run_dpc_until_idle();
  CHECK_LOG("ab");
}

static void checks_are_one_round_however_often_the_dpc_runs(void)
{
  start_with(1);
  for (uint32_t i = 1; i <= 2; i++) {
    CHECK_EQUAL(allocate(&waiters[i]), STATUS_PENDING);
    CHECK_EQUAL(cancel(&waiters[i]), STATUS_SUCCESS);
  }
  give_back(); /* one run for each completion, the first of them with the round */
  CHECK_EQUAL(waiters[1].calls + waiters[2].calls, 2);
  CHECK_EQUAL(statistics().checks, 1);
}

static void checks_several_frees_before_the_dpc_are_one_round(void)
{
  start_with(1);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 3u; i++) take_and_give(&alice);
  run_dpc_until_idle();
  CHECK_LOG("a");
}

/* ---- a routine that takes the port ------------------------------------------------------------------------------- */

static void checks_stop_when_a_routine_takes_the_port(void)
{
  start_with(3);
  bob.on_check = take;
  give_back();
  CHECK_LOG("ab");
  CHECK(bob.got);
}

static void checks_go_on_behind_the_one_who_took_the_port(void)
{
  start_with(3);
  alice.on_check = take;
  give_back();
  CHECK_LOG("a");
  alice.on_check = NULL;
  free_port(&alice);
  run_dpc_until_idle();
  CHECK_LOG("bca"); /* and around */
  take_and_give(&bob);
  run_dpc_until_idle();
  CHECK_LOG("abc"); /* a round that was not cut short leaves no trace */
}

static void checks_are_not_hidden_by_a_greedy_client(void)
{
  start_with(3);
  alice.on_check = take;
  give_back();
  for (uint32_t i = 0; i < 8u; i++) {
    free_port(&alice);
    run_dpc_until_idle();
  }
  CHECK(alice.checks >= 8u);
  CHECK(bob.checks >= 4u);
  CHECK_EQUAL(carol.checks, bob.checks);
}

static void checks_are_not_hidden_by_two_greedy_clients(void)
{
  start_with(3);
  alice.on_check = take;
  bob.on_check = take;
  give_back();
  for (uint32_t i = 0; i < 9u; i++) {
    free_port(alice.got ? &alice : &bob);
    alice.got = bob.got = FALSE;
    run_dpc_until_idle();
  }
  CHECK(alice.checks >= 3u);
  CHECK(bob.checks >= 3u);
  CHECK(carol.checks >= 3u);
}

static void checks_keep_their_place_when_clients_go(void)
{
  start_with(4);
  bob.on_check = take;
  give_back();
  CHECK_LOG("ab"); /* the round goes on with carol */
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  bob.on_check = NULL;
  free_port(&bob);
  run_dpc_until_idle();
  CHECK_LOG("cdb");

  carol.on_check = take;
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  give_back();
  CHECK_LOG("bc"); /* the round goes on with dave, */
  CHECK_EQUAL(disconnect_driver(&dave), STATUS_SUCCESS);
  carol.on_check = NULL;
  free_port(&carol);
  run_dpc_until_idle();
  CHECK_LOG("bc"); /* who is gone */
}

static void checks_go_on_when_the_greedy_one_goes(void)
{
  start_with(3);
  alice.on_check = take;
  give_back();
  CHECK_LOG("a");
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS); /* the port is nobody's in particular now */
  give_back();
  CHECK_LOG("bc");
}

/* ---- nobody triggers himself, and no wakeup is lost -------------------------------------------------------------- */

static void checks_nobody_triggers_himself(void)
{
  start_with(2);
  alice.on_check = take_and_give;
  bob.on_check = take_and_give;
  give_back();
  CHECK_LOG("ab");
}

static void checks_nobody_triggers_himself_by_token(void)
{
  start();
  alice.token = &alice;
  wants_checks(&alice);
  connect_all(1);
  alice.on_check = take_and_give;
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  give_back();
  CHECK_LOG("a");
}

/* Somebody else finds the port taken while a routine has it for a moment. */
static void take_fail_and_give(driver *me)
{
  me->on_check = take_and_give;
  CHECK(try_allocate(me));
  CHECK(!try_allocate(me == &bob ? &alice : &bob));
  free_port(me);
}

static void checks_failed_try_during_a_routine_triggers_another_round(void)
{
  start_with(2);
  bob.on_check = take_fail_and_give; /* alice was told before, and lost after */
  give_back();
  CHECK_LOG("abab");
}

static void give_what_the_other_has(driver *me)
{
  me->on_check = NULL;
  CHECK(try_allocate(&bob));
  free_port(&bob); /* a free by another client is not the free of the one whose routine runs */
}

static void checks_free_by_another_during_a_routine_triggers_another_round(void)
{
  start_with(2);
  alice.on_check = give_what_the_other_has;
  give_back();
  CHECK_LOG("abab");
}

static void interrupt_elsewhere(void)
{
  if (!platform_interrupt_elsewhere(PORT)) platform_skip("one processor");
}

static void try_bob(void)
{
  CHECK(!try_allocate(&bob));
}

/* He fails after the owner has said that he goes, and before he is gone. */
static void checks_failed_try_during_a_free_is_not_lost(void)
{
  start_with(2);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("ab");
  CHECK(try_allocate(&alice));
  inject(PARALLEL_ISR_TRACE_FREED, try_bob);
  free_port(&alice);
  CHECK(injected());
  run_dpc_until_idle();
  CHECK_LOG("ab");
}

/* The same for the one free that triggers nothing by itself. */
static void take_and_give_slowly(driver *me)
{
  me->on_check = NULL;
  CHECK(try_allocate(me));
  inject(PARALLEL_ISR_TRACE_FREED, try_bob);
  free_port(me);
  CHECK(injected());
}

static void checks_failed_try_during_ones_own_free_is_not_lost(void)
{
  start_with(2);
  alice.on_check = take_and_give_slowly;
  give_back();
  CHECK(bob.checks >= 1u);
  CHECK_LOG("abab");
}

/* ---- n11: what a deferred routine may do ------------------------------------------------------------------------- */

static void refused_at_dirql(driver *me)
{
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_INVALID_DEVICE_STATE);
  CHECK_EQUAL(disconnect_driver(me), STATUS_INVALID_DEVICE_STATE);
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_INVALID_DEVICE_STATE);
  free_port(me); /* nothing to free */
}

static void checks_n11_allocate_disconnect_and_free_in_a_routine_change_nothing(void)
{
  start_with(2);
  alice.on_check = refused_at_dirql;
  give_back();
  CHECK_LOG("ab");
  CHECK_EQUAL(statistics().refused, 1);
  CHECK_EQUAL(statistics().connections, 2);
  CHECK(try_allocate(&alice));
}

static void checks_n11_routine_that_takes_the_port_owns_it(void)
{
  start_with(1);
  alice.on_check = take;
  give_back();
  CHECK(alice.got);
  CHECK_EQUAL(parallel_isr_free(PORT, &bob), STATUS_RESOURCE_NOT_OWNED);
  alice.on_interrupt = give;
  interrupt();
  CHECK_EQUAL(PORT->users, 0);
}

static void merge_in_check(driver *me)
{
  me->on_check = NULL;
  interrupt_elsewhere();
  CHECK_EQUAL(alice.calls, 0); /* never beside a routine of the same chain */
}

static void checks_exclude_the_isrs(void)
{
  start_with(1);
  alice.on_check = merge_in_check;
  give_back();
  CHECK_LOG("aA");
}

static const conformance_case table[] = {
    CASE(checks_after_every_free_in_connection_order),
    CASE(checks_after_a_free_at_interrupt_level),
    CASE(checks_only_of_those_who_have_a_routine),
    CASE(checks_request_no_dpc_for_nobody),
    CASE(checks_not_while_the_port_is_taken_again),
    CASE(checks_are_one_round_however_often_the_dpc_runs),
    CASE(checks_several_frees_before_the_dpc_are_one_round),
    CASE(checks_stop_when_a_routine_takes_the_port),
    CASE(checks_go_on_behind_the_one_who_took_the_port),
    CASE(checks_are_not_hidden_by_a_greedy_client),
    CASE(checks_are_not_hidden_by_two_greedy_clients),
    CASE(checks_keep_their_place_when_clients_go),
    CASE(checks_go_on_when_the_greedy_one_goes),
    CASE(checks_nobody_triggers_himself),
    CASE(checks_nobody_triggers_himself_by_token),
    CASE(checks_failed_try_during_a_routine_triggers_another_round),
    CASE(checks_free_by_another_during_a_routine_triggers_another_round),
    CASE(checks_failed_try_during_a_free_is_not_lost),
    CASE(checks_failed_try_during_ones_own_free_is_not_lost),
    CASE(checks_n11_allocate_disconnect_and_free_in_a_routine_change_nothing),
    CASE(checks_n11_routine_that_takes_the_port_owns_it),
    CASE_ON_2(checks_exclude_the_isrs),
};
CASES(checks_cases, table);

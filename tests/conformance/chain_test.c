/* SPDX-License-Identifier: MIT */
/* The ISR chain (DESIGN 2.3): who is called, in which order, and what the line is told. */
#include "fixture.h"

static void chain_calls_everybody_in_connection_order(void)
{
  start();
  connect_all(3); /* they all claim; the original stopped at the first */
  interrupt();
  CHECK_LOG("ABC");
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(connect_driver(&dave), STATUS_SUCCESS);
  CHECK_EQUAL(connect_driver(&alice), STATUS_SUCCESS);
  interrupt();
  CHECK_LOG("BCDA");
}

static void chain_answer_is_the_or_of_all(void)
{
  start();
  connect_all(3);
  for (uint32_t claims = 0; claims < 8u; claims++) {
    for (uint32_t i = 0; i < 3u; i++) driver_at(i)->claims = (claims >> i & 1u) != 0;
    CHECK_EQUAL(chain_claims(), claims != 0);
    CHECK_LOG("ABC");
  }
  CHECK_EQUAL(statistics().unclaimed, 1);
}

static void chain_any_nonzero_answer_claims(void)
{
  start();
  connect_all(1);
  alice.claims = 0x80;
  CHECK(chain_claims());
}

static void chain_runs_at_dirql(void)
{
  start();
  connect_all(1);
  interrupt();
  CHECK_EQUAL(alice.level, PLATFORM_DIRQL);
  CHECK_EQUAL(platform_level(PORT), PASSIVE_LEVEL);
}

static void chain_passes_once_for_one_interrupt(void)
{
  start();
  connect_all(2);
  interrupt();
  interrupt();
  CHECK_LOG("ABAB");
  parallel_isr_statistics now = statistics();
  CHECK_EQUAL(now.passes, 2);
  CHECK_EQUAL(now.longest_run, 1);
  CHECK_EQUAL(now.merged, 0);
}

static void chain_nothing_is_owed_after_an_interrupt(void)
{
  start();
  wants_checks(&alice);
  connect_all(2);
  interrupt();
  CHECK(!platform_run_dpc(PORT));
}

/* ---- an interrupt that finds the gate taken ---------------------------------------------------------------------- */

static void assert_once(driver *me)
{
  me->on_interrupt = NULL;
  platform_assert_line(PORT);
}

static void chain_interrupt_during_a_pass_is_served_by_another_pass(void)
{
  start();
  connect_all(2);
  bob.on_interrupt = assert_once;
  interrupt();
  run_dpc_until_idle();
  CHECK_LOG("ABAB");
}

static void elsewhere_once(driver *me)
{
  me->on_interrupt = NULL;
  if (!platform_interrupt_elsewhere(PORT)) platform_skip("one processor");
}

static void chain_merged_interrupt_is_not_judged(void)
{
  start();
  connect_all(1);
  alice.on_interrupt = elsewhere_once;
  interrupt();
  CHECK_LOG("AA"); /* the holder ran it */
  parallel_isr_statistics now = statistics();
  CHECK_EQUAL(now.passes, 2);
  CHECK_EQUAL(now.longest_run, 1);
  CHECK_EQUAL(now.merged, 1);
  CHECK_EQUAL(now.unclaimed, 0);

  alice.claims = FALSE;
  alice.on_interrupt = elsewhere_once;
  interrupt();
  now = statistics();
  CHECK_EQUAL(now.passes, 4);
  CHECK_EQUAL(now.unclaimed, 1); /* of the two, the one that was not merged */
}

static void elsewhere_always(driver *me)
{
  (void)me;
  if (!platform_interrupt_elsewhere(PORT)) platform_skip("one processor");
}

/* However fast they come: a holder runs what was owed when he was about to leave, and leaves the rest to the DPC. */
static void chain_endless_interrupts_do_not_keep_the_holder(void)
{
  start();
  connect_all(1);
  alice.on_interrupt = elsewhere_always;
  interrupt();
  CHECK_EQUAL(alice.calls, 2);
  alice.on_interrupt = NULL;
  run_dpc_until_idle();
  CHECK_EQUAL(alice.calls, 3);
  CHECK_EQUAL(statistics().merged, 2);
}

static BOOLEAN NTAPI merge_into_thread(PVOID context)
{
  (void)context;
  if (!platform_interrupt_elsewhere(PORT)) platform_skip("one processor");
  CHECK_EQUAL(alice.calls, 0);
  return TRUE;
}

static void chain_interrupt_during_a_thread_is_served_by_the_dpc(void)
{
  start();
  connect_all(1);
  CHECK(parallel_isr_synchronize(PORT, merge_into_thread, NULL));
  CHECK_LOG(""); /* no routine of a client runs in the call of another */
  CHECK(platform_run_dpc(PORT));
  CHECK_LOG("A");
  CHECK_EQUAL(statistics().unclaimed, 0);
  CHECK(!platform_run_dpc(PORT));
}

/* As the holder decides to leave. */
static void merge_now(void)
{
  if (!platform_interrupt_elsewhere(PORT)) platform_skip("one processor");
}

static void chain_interrupt_as_the_holder_leaves_is_not_lost(void)
{
  start();
  connect_all(1);
  inject(PARALLEL_ISR_TRACE_GATE_LEFT, merge_now);
  interrupt();
  CHECK(injected());
  run_dpc_until_idle();
  CHECK_EQUAL(alice.calls, 2);
}

static void chain_the_next_interrupt_serves_what_is_owed(void)
{
  start();
  connect_all(1);
  CHECK(parallel_isr_synchronize(PORT, merge_into_thread, NULL));
  interrupt(); /* before the DPC */
  CHECK_EQUAL(alice.calls, 1);
  run_dpc_until_idle();
  CHECK_EQUAL(alice.calls, 1);
}

/* ---- latched lines ----------------------------------------------------------------------------------------------- */

static uint32_t edges;

static void raise_edge(driver *me)
{
  (void)me;
  edges = 1;
}

static void serve_edge(driver *me)
{
  me->claims = edges != 0;
  edges = 0;
}

/* n17: alice's device interrupts while bob, behind her, is served. */
static void chain_n17_walks_again_until_nobody_claims(void)
{
  fixture.configuration.walk_again = TRUE;
  start();
  connect_all(2);
  edges = 1;
  alice.on_interrupt = serve_edge;
  bob.on_interrupt = raise_edge;
  bob.claims = FALSE;
  interrupt();
  CHECK_EQUAL(alice.calls, PARALLEL_ISR_MAX_PASSES); /* bob never tires */
  CHECK_EQUAL(statistics().exhausted, 1);

  bob.on_interrupt = NULL;
  edges = 1;
  fixture.logged = 0;
  CHECK(chain_claims());
  CHECK_LOG("ABAB"); /* the second pass claims nothing */
  parallel_isr_statistics now = statistics();
  CHECK_EQUAL(now.exhausted, 1);
  CHECK_EQUAL(now.unclaimed, 0);
  CHECK_EQUAL(now.passes, PARALLEL_ISR_MAX_PASSES + 2u);
  CHECK_EQUAL(now.longest_run, PARALLEL_ISR_MAX_PASSES);
}

static void chain_walks_again_for_any_of_them(void)
{
  fixture.configuration.walk_again = TRUE;
  start();
  connect_all(3);
  alice.claims = carol.claims = FALSE; /* the last answer is not the answer of the pass */
  edges = 1;
  bob.on_interrupt = serve_edge;
  interrupt();
  CHECK_LOG("ABCABC");
  CHECK_EQUAL(statistics().exhausted, 0);
}

static void chain_unclaimed_interrupt_is_walked_once(void)
{
  fixture.configuration.walk_again = TRUE;
  start();
  connect_all(2);
  alice.claims = bob.claims = FALSE;
  CHECK(!chain_claims());
  CHECK_LOG("AB");
}

static void chain_never_walks_again_for_a_single_routine(void)
{
  fixture.configuration.walk_again = TRUE;
  start();
  connect_all(2);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  interrupt();
  CHECK_LOG("B");
  CHECK_EQUAL(statistics().exhausted, 0);
}

static void chain_walks_once_if_not_told_to(void)
{
  start();
  connect_all(2);
  interrupt();
  CHECK_LOG("AB");
}

/* ---- statistics -------------------------------------------------------------------------------------------------- */

static parallel_isr_connection_information seen[FIXTURE_CONNECTIONS];
static uint32_t seen_count, seen_most;
static KIRQL seen_level;

static BOOLEAN NTAPI see(PVOID context, const parallel_isr_connection_information *connection)
{
  CHECK(context == &seen_count);
  seen_level = platform_level(PORT);
  seen[seen_count++] = *connection;
  return seen_count < seen_most;
}

static void chain_iterate_shows_every_connection_in_order(void)
{
  start();
  bob.token = &bob;
  wants_checks(&carol);
  connect_all(3);
  alice.claims = FALSE;
  interrupt();
  interrupt();
  seen_count = 0;
  seen_most = FIXTURE_CONNECTIONS;
  CHECK_EQUAL(parallel_isr_iterate(PORT, see, &seen_count), STATUS_SUCCESS);
  CHECK_EQUAL(seen_count, 3);
  CHECK_EQUAL(seen_level, PASSIVE_LEVEL);
  for (uint32_t i = 0; i < 3u; i++) {
    const driver *one = driver_at(i);
    CHECK(same_bytes(&seen[i].service, &one->service, sizeof one->service));
    CHECK(seen[i].client == (one->token != NULL ? one->token : one->information.Context));
    CHECK_EQUAL(seen[i].called, 2);
    CHECK_EQUAL(seen[i].claimed, i == 0 ? 0 : 2);
  }
}

static void chain_iterate_stops_when_told(void)
{
  start();
  connect_all(3);
  seen_count = 0;
  seen_most = 2;
  CHECK_EQUAL(parallel_isr_iterate(PORT, see, &seen_count), STATUS_SUCCESS);
  CHECK_EQUAL(seen_count, 2);
}

static void chain_counts_start_at_zero_in_a_slot_that_is_used_again(void)
{
  fixture.configuration.connection_capacity = 1;
  start();
  connect_all(1);
  interrupt();
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(connect_driver(&bob), STATUS_SUCCESS);
  seen_count = 0;
  seen_most = 2;
  CHECK_EQUAL(parallel_isr_iterate(PORT, see, &seen_count), STATUS_SUCCESS);
  CHECK_EQUAL(seen_count, 1);
  CHECK_EQUAL(seen[0].called, 0);
  CHECK_EQUAL(seen[0].claimed, 0);
}

/* ---- synchronisation --------------------------------------------------------------------------------------------- */

static BOOLEAN NTAPI take_in_synchronize(PVOID context)
{
  driver *one = context;
  CHECK_EQUAL(platform_level(PORT), PLATFORM_DIRQL);
  log_char('s');
  return try_allocate(one);
}

static void chain_synchronize_runs_between_the_isrs_and_may_take_the_port(void)
{
  start();
  connect_all(2);
  CHECK_EQUAL(parallel_isr_synchronize(alice.information.InterruptObject, take_in_synchronize, &alice), TRUE);
  CHECK_EQUAL(parallel_isr_synchronize(PORT, take_in_synchronize, &bob), FALSE);
  CHECK_EQUAL(platform_level(PORT), PASSIVE_LEVEL);
  free_port(&alice);
  CHECK_LOG("ss");
}

static void chain_synchronize_needs_no_connection(void)
{
  start();
  connect_all(1);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_synchronize(PORT, take_in_synchronize, &alice), FALSE); /* her handle is stale */
  CHECK_LOG("s");
}

static const conformance_case table[] = {
    CASE(chain_calls_everybody_in_connection_order),
    CASE(chain_answer_is_the_or_of_all),
    CASE(chain_any_nonzero_answer_claims),
    CASE(chain_runs_at_dirql),
    CASE(chain_passes_once_for_one_interrupt),
    CASE(chain_nothing_is_owed_after_an_interrupt),
    CASE(chain_interrupt_during_a_pass_is_served_by_another_pass),
    CASE_ON_2(chain_merged_interrupt_is_not_judged),
    CASE_ON_2(chain_endless_interrupts_do_not_keep_the_holder),
    CASE_ON_2(chain_interrupt_during_a_thread_is_served_by_the_dpc),
    CASE_ON_2(chain_interrupt_as_the_holder_leaves_is_not_lost),
    CASE_ON_2(chain_the_next_interrupt_serves_what_is_owed),
    CASE(chain_n17_walks_again_until_nobody_claims),
    CASE(chain_walks_again_for_any_of_them),
    CASE(chain_unclaimed_interrupt_is_walked_once),
    CASE(chain_never_walks_again_for_a_single_routine),
    CASE(chain_walks_once_if_not_told_to),
    CASE(chain_iterate_shows_every_connection_in_order),
    CASE(chain_iterate_stops_when_told),
    CASE(chain_counts_start_at_zero_in_a_slot_that_is_used_again),
    CASE(chain_synchronize_runs_between_the_isrs_and_may_take_the_port),
    CASE(chain_synchronize_needs_no_connection),
};
CASES(chain_cases, table);

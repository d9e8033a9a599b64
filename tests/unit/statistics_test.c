/* SPDX-License-Identifier: MIT */
/* Counters: the storm rule at its boundaries, and every counter at its end (n18). */
#include "fixture.h"

/* ---- the storm rule ---------------------------------------------------------------------------------------------- */

static struct {
  uint32_t calls, unclaimed;
  parallel_isr_port *port;
  PVOID context;
  KIRQL level;
} storm;

static void NTAPI report(parallel_isr_port *port, PVOID context, uint32_t unclaimed)
{
  storm.calls++;
  storm.unclaimed = unclaimed;
  storm.port = port;
  storm.context = context;
  storm.level = platform_level(PORT);
}

static void start_with_threshold(uint32_t threshold)
{
  fill(&storm, 0, sizeof storm);
  fixture.configuration.storm_unclaimed = threshold;
  fixture.configuration.storm_routine = report;
  fixture.configuration.storm_context = &storm;
  start();
  connect_all(1);
}

static void interrupts(uint32_t count, BOOLEAN claimed)
{
  alice.claims = claimed;
  for (uint32_t i = 0; i < count; i++) interrupt();
  fixture.logged = 0;
}

static void storm_at_the_threshold_is_not_reported(void)
{
  start_with_threshold(PARALLEL_ISR_STORM_UNCLAIMED);
  interrupts(99900, FALSE);
  interrupts(100, TRUE);
  CHECK_EQUAL(storm.calls, 0);
}

static void storm_above_the_threshold_is_reported_at_the_end_of_the_window(void)
{
  start_with_threshold(PARALLEL_ISR_STORM_UNCLAIMED);
  interrupts(99, TRUE);
  interrupts(99900, FALSE);
  CHECK_EQUAL(storm.calls, 0);
  interrupts(1, FALSE);
  CHECK_EQUAL(storm.calls, 1);
  CHECK_EQUAL(storm.unclaimed, 99901);
  CHECK(storm.port == PORT);
  CHECK(storm.context == &storm);
  CHECK_EQUAL(storm.level, PLATFORM_DIRQL);
  CHECK_EQUAL(statistics().unclaimed, 99901);
}

static void storm_windows_are_judged_one_by_one(void)
{
  start_with_threshold(PARALLEL_ISR_STORM_UNCLAIMED);
  interrupts(50000, TRUE);
  interrupts(100000, FALSE); /* half in one window, half in the next */
  interrupts(50000, TRUE);
  CHECK_EQUAL(storm.calls, 0);
  interrupts(200000, FALSE);
  CHECK_EQUAL(storm.calls, 2);
  CHECK_EQUAL(storm.unclaimed, PARALLEL_ISR_STORM_WINDOW);
}

static void storm_threshold_of_0_is_off(void)
{
  start_with_threshold(0);
  interrupts(PARALLEL_ISR_STORM_WINDOW, FALSE);
  CHECK_EQUAL(storm.calls, 0);
}

static void storm_threshold_of_1(void)
{
  start_with_threshold(1);
  interrupts(1, FALSE);
  interrupts(PARALLEL_ISR_STORM_WINDOW - 1u, TRUE);
  CHECK_EQUAL(storm.calls, 0);
  interrupts(2, FALSE);
  interrupts(PARALLEL_ISR_STORM_WINDOW - 2u, TRUE);
  CHECK_EQUAL(storm.calls, 1);
  CHECK_EQUAL(storm.unclaimed, 2);
}

static void storm_without_a_routine_is_counted_only(void)
{
  start_with_threshold(1);
  fixture.configuration.storm_routine = NULL;
  interrupts(PARALLEL_ISR_STORM_WINDOW, FALSE);
  CHECK_EQUAL(statistics().unclaimed, PARALLEL_ISR_STORM_WINDOW);
}

static void elsewhere_once(driver *me)
{
  me->on_interrupt = NULL;
  if (!platform_interrupt_elsewhere(PORT)) platform_skip("one processor");
}

static void storm_does_not_judge_merged_interrupts(void)
{
  start_with_threshold(1);
  interrupts(PARALLEL_ISR_STORM_WINDOW - 2u, TRUE);
  alice.on_interrupt = elsewhere_once;
  interrupts(1, FALSE); /* two passes, nobody claims: one interrupt of the window */
  CHECK_EQUAL(PORT->window_interrupts, PARALLEL_ISR_STORM_WINDOW - 1u);
  interrupts(1, TRUE);
  CHECK_EQUAL(storm.calls, 0);
  CHECK_EQUAL(PORT->window_interrupts, 0);
}

/* ---- saturation -------------------------------------------------------------------------------------------------- */

static void saturate_what_the_gate_holder_counts(void)
{
  fixture.configuration.walk_again = TRUE;
  start();
  wants_checks(&alice);
  connect_all(2);
  PORT->passes = PORT->unclaimed = PORT->exhausted = PORT->checks = PORT->handovers = UINT32_MAX - 1u;
  for (uint32_t i = 0; i < 2u; i++) fixture.connections[i].called = fixture.connections[i].claimed = UINT32_MAX - 1u;
  for (uint32_t i = 0; i < 3u; i++) {
    alice.claims = bob.claims = TRUE;
    interrupt();
    alice.claims = bob.claims = FALSE;
    interrupt();
    CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
    CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
    CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
    run_dpc_until_idle();
    CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
    run_dpc_until_idle();
  }
  parallel_isr_statistics now = statistics();
  CHECK_EQUAL(now.passes, UINT32_MAX);
  CHECK_EQUAL(now.unclaimed, UINT32_MAX);
  CHECK_EQUAL(now.exhausted, UINT32_MAX);
  CHECK_EQUAL(now.checks, UINT32_MAX);
  CHECK_EQUAL(now.handovers, UINT32_MAX);
  CHECK(now.longest_run <= PARALLEL_ISR_MAX_PASSES);
  for (uint32_t i = 0; i < 2u; i++) {
    CHECK_EQUAL(fixture.connections[i].called, UINT32_MAX);
    CHECK_EQUAL(fixture.connections[i].claimed, UINT32_MAX);
  }
}

static void saturate_what_is_counted_without_the_gate(void)
{
  start();
  connect_all(2);
  PORT->merged = PORT->failed = PORT->refused = PARALLEL_ISR_COUNTER_LIMIT - 1u;
  CHECK(try_allocate(&alice));
  for (uint32_t i = 0; i < 3u; i++) {
    bob.on_interrupt = elsewhere_once;
    CHECK(!try_allocate(&bob));
    free_port(&bob);
    interrupt();
    run_dpc_until_idle();
    parallel_isr_statistics now = statistics();
    CHECK_EQUAL(now.merged, PARALLEL_ISR_COUNTER_LIMIT);
    CHECK_EQUAL(now.failed, PARALLEL_ISR_COUNTER_LIMIT);
    CHECK_EQUAL(now.refused, PARALLEL_ISR_COUNTER_LIMIT);
    fixture.logged = 0;
  }
}

static const conformance_case table[] = {
    CASE(storm_at_the_threshold_is_not_reported),
    CASE(storm_above_the_threshold_is_reported_at_the_end_of_the_window),
    CASE(storm_windows_are_judged_one_by_one),
    CASE(storm_threshold_of_0_is_off),
    CASE(storm_threshold_of_1),
    CASE(storm_without_a_routine_is_counted_only),
    CASE_ON_2(storm_does_not_judge_merged_interrupts),
    CASE(saturate_what_the_gate_holder_counts),
    CASE_ON_2(saturate_what_is_counted_without_the_gate),
};
static CASES(cases, table);
const conformance_group *const conformance_groups[] = {&cases};
const uint32_t conformance_group_count = 1;

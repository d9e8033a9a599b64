/* SPDX-License-Identifier: MIT */
/* Completions do not recurse (b13): however many wait, each is called on the same piece of stack. */
#include "fixture.h"

#define MANY 200u

static parallel_isr_request requests[MANY];
static waiter many[MANY];
static uintptr_t lowest, highest;
static uint32_t completed;

static void note_stack(void)
{
  uintptr_t address = (uintptr_t)__builtin_frame_address(0);
  if (address < lowest) lowest = address;
  if (address > highest) highest = address;
}

static void note_and_free(waiter *me)
{
  note_stack();
  completed++;
  if (me->status == STATUS_SUCCESS) CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
}

/* The port is owned, and so many wait. */
static void start_with(uint32_t count)
{
  renew();
  fixture.configuration.requests = requests;
  fixture.configuration.request_capacity = MANY;
  start();
  lowest = UINTPTR_MAX;
  highest = 0;
  completed = 0;
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  fill(many, 0, sizeof many);
  for (uint32_t i = 0; i < count; i++) {
    many[i].on_completion = note_and_free;
    CHECK_EQUAL(allocate(&many[i]), STATUS_PENDING);
  }
}

static void grant_all(void)
{
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
}

static void cancel_all(void)
{
  uint32_t queued = statistics().queued;
  for (uint32_t i = 0; i < queued; i++) CHECK_EQUAL(cancel(&many[i]), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
}

static void remove_all(void)
{
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
}

static void check_stack(void (*end_all)(void))
{
  start_with(1);
  end_all();
  CHECK_EQUAL(completed, 1);
  uintptr_t alone = highest;
  start_with(MANY);
  end_all();
  CHECK_EQUAL(completed, MANY);
  for (uint32_t i = 0; i < MANY; i++) CHECK_EQUAL(many[i].calls, 1);
  CHECK_EQUAL(lowest, alone);
  CHECK_EQUAL(highest, alone);
  fixture.logged = 0;
}

static void completion_stack_does_not_grow_with_the_waiters(void)
{
  check_stack(grant_all);
}

static void completion_stack_does_not_grow_with_the_cancelled(void)
{
  check_stack(cancel_all);
}

static void completion_stack_does_not_grow_with_the_removed(void)
{
  check_stack(remove_all);
}

static void completion_order_is_that_of_the_calls(void)
{
  start_with(MANY);
  for (uint32_t i = 0; i < MANY; i++) {
    CHECK_EQUAL(completed, i);
    many[i].on_completion = NULL;
    CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
    run_dpc_until_idle();
    CHECK_EQUAL(many[i].calls, 1);
    completed++;
  }
}

static const conformance_case table[] = {
    CASE(completion_stack_does_not_grow_with_the_waiters),
    CASE(completion_stack_does_not_grow_with_the_cancelled),
    CASE(completion_stack_does_not_grow_with_the_removed),
    CASE(completion_order_is_that_of_the_calls),
};
static CASES(cases, table);
const conformance_group *const conformance_groups[] = {&cases};
const uint32_t conformance_group_count = 1;

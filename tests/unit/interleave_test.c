/* SPDX-License-Identifier: MIT */
/*
 * Every call against every other call, preempted at every atomic step.
 *
 * A processor makes some steps of its call; then a second one makes some of its own; then the first goes on, or a third
 * makes a whole call before. So for all calls, all numbers of steps, and several states of the port to begin with.
 * Whoever has to wait lets the others go on. Then everything comes to rest, and the books must balance:
 *   - never two owners; whoever was told that he owns the port can free it;
 *   - every PENDING is followed by one completion;
 *   - whoever lost a try is told when the port is free;
 *   - an interrupt is followed by a pass that starts after it;
 *   - nobody waits for ever, and the invariants of the port hold.
 *
 * Every preemption is a point where real processors could be; how weakly they order memory is not shown here.
 */
#include "fixture.h"
#include "processors.h"

/* ---- the books --------------------------------------------------------------------------------------------------- */

/* alice and bob are connected and want checks; carol connects during the test; one and two queue. */
typedef enum person { ALICE, BOB, ONE, TWO, PEOPLE } person;

static bool owns[PEOPLE], waits[PEOPLE], needs_check[PEOPLE], bob_connected, port_removed;
static bool alice_takes, alice_gives; /* when she is told that the port is free */
static uint32_t pass_owed;            /* passes that must have been started when everything is at rest */

static void note_owner(person who)
{
  for (uint32_t i = 0; i < (uint32_t)PEOPLE; i++) CHECK(!owns[i]);
  owns[who] = true;
}

static PVOID token_of(person who)
{
  static char tokens[PEOPLE];
  return who < ONE ? driver_at((uint32_t)who)->information.Context : &tokens[who];
}

static void note_completion(waiter *me)
{
  person who = me == &waiters[0] ? ONE : TWO;
  CHECK(waits[who]);
  waits[who] = false;
  if (me->status == STATUS_SUCCESS) note_owner(who);
}

/* ---- the calls --------------------------------------------------------------------------------------------------- */

static void try_by(person who)
{
  if (owns[who]) return;
  needs_check[who] = true; /* from the moment he loses */
  if (try_allocate(driver_at((uint32_t)who))) {
    note_owner(who);
    needs_check[who] = false;
  }
}

static void free_by(person who)
{
  if (!owns[who]) return;
  owns[who] = false; /* the next one may be told before the call is over */
  CHECK_EQUAL(parallel_isr_free(PORT, token_of(who)), STATUS_SUCCESS);
}

static void note_check(driver *me)
{
  needs_check[me == &alice ? ALICE : BOB] = false;
  if (me == &alice && alice_takes) try_by(ALICE);
  if (me == &alice && alice_gives) free_by(ALICE);
}

static void allocate_by(person who)
{
  waiter *me = &waiters[who - ONE];
  if (owns[who] || waits[who]) return;
  waits[who] = true; /* he may be told before the call is over */
  NTSTATUS status = allocate(me);
  if (status == STATUS_PENDING) return;
  CHECK(waits[who]);
  waits[who] = false;
  CHECK(status == STATUS_SUCCESS || (port_removed && status == STATUS_DELETE_PENDING));
  if (status == STATUS_SUCCESS) note_owner(who);
}

static void cancel_by(person who)
{
  NTSTATUS status = cancel(&waiters[who - ONE]);
  CHECK(status == STATUS_NOT_FOUND || status == STATUS_SUCCESS);
}

static void call_try_alice(void)
{
  try_by(ALICE);
}

static void call_free_alice(void)
{
  free_by(ALICE);
}

static void call_try_bob(void)
{
  if (bob_connected) try_by(BOB);
}

static void call_free_bob(void)
{
  free_by(BOB);
}

static void call_allocate_one(void)
{
  allocate_by(ONE);
}

static void call_cancel_one(void)
{
  cancel_by(ONE);
}

static void call_free_one(void)
{
  free_by(ONE);
}

static void call_allocate_two(void)
{
  allocate_by(TWO);
}

static void call_cancel_two(void)
{
  cancel_by(TWO);
}

/* Not when owners have lost their names. */
static void call_foreign_free(void)
{
  if (!bob_connected || port_removed) return;
  CHECK_EQUAL(parallel_isr_free(PORT, &dave), STATUS_RESOURCE_NOT_OWNED);
}

static void call_interrupt(void)
{
  pass_owed = events(PARALLEL_ISR_TRACE_PASS) + 1u;
  (void)platform_interrupt(PORT);
}

/* Another one on some other processor, while alice's routine runs for this one. */
static void interrupt_elsewhere(driver *me)
{
  me->on_interrupt = NULL;
  pass_owed = events(PARALLEL_ISR_TRACE_PASS) + 1u;
  (void)platform_interrupt_elsewhere(PORT);
}

static void call_interrupt_twice(void)
{
  alice.on_interrupt = interrupt_elsewhere;
  call_interrupt();
}

static void call_dpc(void)
{
  (void)platform_run_dpc(PORT);
}

static void call_connect_carol(void)
{
  NTSTATUS status = connect_driver(&carol);
  CHECK(status == STATUS_SUCCESS || status == STATUS_INVALID_PARAMETER ||
        (port_removed && status == STATUS_DELETE_PENDING));
}

static void call_disconnect_bob(void)
{
  if (!bob_connected) return;
  bob_connected = false; /* from now on he may not be told */
  NTSTATUS status = disconnect_driver(&bob);
  CHECK(status == STATUS_SUCCESS || (port_removed && status == STATUS_DELETE_PENDING));
  needs_check[BOB] = false;
  if (owns[BOB]) { /* the port is owned by nobody in particular: he frees it at once */
    owns[BOB] = false;
    CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  }
}

static BOOLEAN NTAPI nothing(PVOID context)
{
  (void)context;
  return TRUE;
}

static void call_synchronize(void)
{
  CHECK(parallel_isr_synchronize(PORT, nothing, NULL));
}

static void call_remove(void)
{
  if (port_removed) return;
  port_removed = true;
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
}

static const struct call {
  const char *name;
  void (*function)(void);
} calls[] = {
    {"try alice", call_try_alice},
    {"free alice", call_free_alice},
    {"try bob", call_try_bob},
    {"free bob", call_free_bob},
    {"free one", call_free_one},
    {"foreign free", call_foreign_free},
    {"interrupt", call_interrupt},
    {"allocate one", call_allocate_one},
    {"cancel one", call_cancel_one},
    {"allocate two", call_allocate_two},
    {"cancel two", call_cancel_two},
    {"dpc", call_dpc},
    {"synchronize", call_synchronize},
    {"interrupt twice", call_interrupt_twice},
    {"connect carol", call_connect_carol},
    {"disconnect bob", call_disconnect_bob},
    {"remove", call_remove},
};
#define CALLS ((uint32_t)(sizeof calls / sizeof calls[0]))
#define CALLS_WITHOUT_MUTEX (CALLS - 3u)

/* ---- where to begin ---------------------------------------------------------------------------------------------- */

static void alice_owns(void)
{
  call_try_alice();
}

static void alice_owns_one_waits(void)
{
  call_try_alice();
  call_allocate_one();
}

static void one_owns_two_waits_bob_lost(void)
{
  call_allocate_one();
  call_allocate_two();
  call_try_bob();
}

static void one_is_owed_the_port(void)
{
  alice_owns_one_waits();
  call_free_alice();
}

static void one_was_cancelled(void)
{
  alice_owns_one_waits();
  call_cancel_one();
}

static void bob_owns_alice_lost(void)
{
  call_try_bob();
  call_try_alice();
}

static void checks_are_due(void)
{
  call_allocate_one();
  call_try_alice();
  call_try_bob();
  call_free_one();
}

static void checks_are_due_and_alice_takes(void)
{
  checks_are_due();
  alice_takes = true;
}

static void checks_are_due_and_alice_takes_and_gives(void)
{
  checks_are_due_and_alice_takes();
  alice_gives = true;
}

static void (*const beginnings[])(void) = {
    call_synchronize, /* the port is free */
    alice_owns,
    alice_owns_one_waits,
    one_owns_two_waits_bob_lost,
    one_is_owed_the_port,
    one_was_cancelled,
    bob_owns_alice_lost,
    checks_are_due,
    checks_are_due_and_alice_takes,
    checks_are_due_and_alice_takes_and_gives,
};
#define BEGINNINGS ((uint32_t)(sizeof beginnings / sizeof beginnings[0]))

/* ---- one run ----------------------------------------------------------------------------------------------------- */

/* Brings everything to rest: whoever owns the port frees it, until nobody does. */
static void settle(void)
{
  bool anybody = true;
  alice_takes = alice_gives = false;
  run_dpc_until_idle();
  for (uint32_t rounds = 0; anybody; rounds++) {
    CHECK(rounds <= (uint32_t)PEOPLE);
    anybody = false;
    for (uint32_t who = 0; who < (uint32_t)PEOPLE; who++)
      if (owns[who]) {
        free_by((person)who);
        anybody = true;
      }
    run_dpc_until_idle();
  }
  check_invariants();
  for (uint32_t who = 0; who < (uint32_t)PEOPLE; who++) CHECK(!waits[who]);
  CHECK_EQUAL(PORT->users, port_removed);
  if (port_removed) return;
  for (uint32_t who = 0; who < (uint32_t)PEOPLE; who++) CHECK(!needs_check[who]);
  CHECK(events(PARALLEL_ISR_TRACE_PASS) >= pass_owed);
}

static void begin_with(void (*beginning)(void))
{
  renew();
  fill(owns, 0, sizeof owns);
  fill(waits, 0, sizeof waits);
  fill(needs_check, 0, sizeof needs_check);
  port_removed = alice_takes = alice_gives = false;
  bob_connected = true;
  pass_owed = 0;
  start();
  for (uint32_t i = 0; i < 2u; i++) {
    wants_checks(driver_at(i));
    driver_at(i)->on_check = note_check;
    waiters[i].on_completion = note_completion;
    waiters[i].token = token_of((person)((uint32_t)ONE + i));
  }
  connect_all(2);
  beginning();
}

/* A foreign free is refused only while owners have names. */
static bool belong_together(const struct call *one, const struct call *other)
{
  return one->function != call_foreign_free ||
         (other->function != call_remove && other->function != call_disconnect_bob);
}

typedef enum ending { ALONE, SECOND_GOES_ON, FIRST_GOES_ON } ending;

/* The first makes so many steps, then the second, then the third all of its own. True: the second could have made
 * more. */
static bool run(uint32_t beginning, const struct call *const actors[3], const uint32_t steps[2], ending then)
{
  conformance_step++;
  begin_with(beginnings[beginning]);
  for (uint32_t i = 0; i < 3u; i++) {
    conformance_notes[i] = actors[i]->name;
    processor_prepare(i, actors[i]->function);
  }
  (void)processor_run(0, steps[0]);
  bool more = processor_run(1, steps[1]);
  (void)processor_run(2, PROCESSOR_FOREVER);
  if (then == SECOND_GOES_ON) (void)processor_run(1, PROCESSOR_FOREVER);
  CHECK(processor_run_all());
  settle();
  fixture.logged = 0;
  return more;
}

/* How many steps a call has when it is alone. */
static uint32_t steps_alone(uint32_t beginning, const struct call *one)
{
  uint32_t count = 0;
  begin_with(beginnings[beginning]);
  processor_prepare(0, one->function);
  for (bool more = processor_run(0, 0); more; more = processor_run(0, 1)) count++;
  settle();
  fixture.logged = 0;
  return count;
}

static void interleave(uint32_t beginning, const struct call *const actors[3], ending then)
{
  for (uint32_t i = 0; i < 3u; i++)
    for (uint32_t k = 0; k < 3u; k++)
      if (!belong_together(actors[i], actors[k])) return;
  uint32_t steps_of_first = steps_alone(beginning, actors[0]);
  for (uint32_t first = 0; first <= steps_of_first; first++) {
    uint32_t steps[2] = {first, 0};
    while (run(beginning, actors, steps, then)) steps[1]++;
  }
}

static void call_nothing(void) {}

static const struct call nobody = {"nobody", call_nothing};

static void interleave_every_pair_of_calls(void)
{
  for (uint32_t beginning = 0; beginning < BEGINNINGS; beginning++)
    for (uint32_t i = 0; i < CALLS; i++)
      for (uint32_t k = 0; k < CALLS; k++) {
        const struct call *actors[3] = {&calls[i], &calls[k], &nobody};
        interleave(beginning, actors, ALONE);
      }
}

/* The first two are those that change owner, queue and debts without the mutex. */
static void interleave_every_triple_of_calls(void)
{
  for (uint32_t beginning = 0; beginning < BEGINNINGS; beginning++)
    for (uint32_t i = 0; i < CALLS_WITHOUT_MUTEX; i++)
      for (uint32_t k = 0; k < CALLS_WITHOUT_MUTEX; k++)
        for (uint32_t m = 0; m < CALLS; m++) {
          const struct call *actors[3] = {&calls[i], &calls[k], &calls[m]};
          interleave(beginning, actors, FIRST_GOES_ON);
          interleave(beginning, actors, SECOND_GOES_ON);
        }
}

static const conformance_case table[] = {
    CASE(interleave_every_pair_of_calls),
    CASE(interleave_every_triple_of_calls),
};
static CASES(cases, table);
const conformance_group *const conformance_groups[] = {&cases};
const uint32_t conformance_group_count = 1;

/* SPDX-License-Identifier: MIT */
/*
 * An interrupt at every instruction boundary of an operation.
 *
 * The processor traps after each instruction of the operation (EFLAGS.TF). At the k-th trap the device raises its line;
 * the trap's return is where the interrupt is taken if interrupts are on, or else wherever they come on. So one run is
 * one boundary, and k goes from 1 until the operation ends first. Each run starts on a fresh port. Afterwards holds
 * what holds between two calls of the library (platform_check_quiet, check_invariants), every routine was called as
 * often as it must have been, and the operation kept its promise, whichever came first.
 *
 * The library is compiled without the trace hook here: these are the instructions that users run.
 */
#include "fixture.h"
#include "image.h"
#include "platform_pic8259.h"

/* ---- stepping ---------------------------------------------------------------------------------------------------- */

#define EVERY 0u

static uint32_t target;       /* the trap at which the line rises, or EVERY one */
static uint32_t traps;        /* so far */
static bool struck;           /* the line has risen, */
static uint32_t struck_at;    /* there, */
static bool taken_there;      /* and was taken at that very place */
static bool step_the_handler; /* the operation is what happens in the handler of the next interrupt */

static inline void traps_on(void)
{
  __asm__ volatile("pushf\n\torl %0, (%%esp)\n\tpopf" : : "i"(MACHINE_FLAG_TRAP) : "memory", "cc");
}

static inline void traps_off(void)
{
  __asm__ volatile("pushf\n\tandl %0, (%%esp)\n\tpopf" : : "i"(~MACHINE_FLAG_TRAP) : "memory", "cc");
}

static void trap(machine_frame *frame)
{
  traps++;
  if (target != EVERY && traps < target) return;
  if (target != EVERY) frame->eflags &= ~MACHINE_FLAG_TRAP;
  struck = true;
  struck_at = frame->eip;
  platform_strobe(LPT1_IRQ);
}

static void take_interrupt(machine_frame *frame)
{
  const bool step = step_the_handler;
  step_the_handler = false;
  if (struck && frame->eip == struck_at) taken_there = true;
  platform_take(LPT1_IRQ);
  if (step) traps_on();
  parallel_isr_pic8259_interrupt(&chips, LPT1_IRQ);
  if (step) traps_off();
}

static void step(void (*operation)(void))
{
  traps_on();
  operation();
  traps_off();
}

/* What is stepped is the handler alone. */
static void step_interrupt(void (*operation)(void))
{
  step_the_handler = true;
  operation();
}

/* ---- a sweep ----------------------------------------------------------------------------------------------------- */

static NTSTATUS status; /* what the operation returned */
static uint32_t phase;  /* of check_phases() */

static bool log_is(const char *expected)
{
  uint32_t i = 0;
  while (i < fixture.logged && expected[i] == fixture.log[i]) i++;
  return i == fixture.logged && expected[i] == '\0';
}

/* The operation takes effect at one instant: the interrupt calls those of the first phase, or, later, those of the
 * next, and there is no way back. */
static void check_phases(const char *quiet, const char *const *logs, uint32_t count)
{
  if (!struck) {
    CHECK_LOG(quiet);
    CHECK_EQUAL(phase, count - 1u); /* none was left out */
    return;
  }
  while (phase < count - 1u && !log_is(logs[phase])) phase++;
  CHECK_LOG(logs[phase]);
}
/* quiet: what is logged without an interrupt. */
#define CHECK_PHASES(quiet, ...)                          \
  check_phases(quiet, (const char *const[]){__VA_ARGS__}, \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* An interrupt is taken exactly once; but one that found its line masked is forgotten. */
static bool check_taken(uint32_t taken, uint32_t expected)
{
  const bool masked = (platform_masks() >> LPT1_IRQ & 1u) != 0;
  if (masked && taken + 1u == expected) {
    platform_discard(LPT1_IRQ);
    return false;
  }
  CHECK_EQUAL(taken, expected);
  return expected != 0;
}

/* Performs the operation with an interrupt at the next boundary. Returns whether that was taken. */
static bool strike(void (*stepping)(void (*operation)(void)), void (*operation)(void))
{
  const uint32_t own = stepping == step_interrupt; /* the operation is one */
  const uint32_t before = platform_taken[LPT1_IRQ];
  traps = 0;
  struck = taken_there = false;
  stepping(operation);
  const bool taken = check_taken(platform_taken[LPT1_IRQ] - before, own + struck);
  platform_check_quiet();
  CHECK_EQUAL(statistics().merged, 0); /* one processor: nobody ever finds the gate held */
  return taken;
}

/* Verify runs after each strike, and once after a run that was not struck. */
static void sweep(void (*stepping)(void (*operation)(void)), const char *name, void (*prepare)(void),
                  void (*operation)(void), void (*verify)(void))
{
  enum { BOUNDARIES, THERE, LATER, NEVER, COUNTS };
  uint32_t counts[COUNTS] = {0};
  machine_handle(TRAP_VECTOR, trap);
  machine_handle(MASTER_VECTOR + LPT1_IRQ, take_interrupt);
  phase = 0;
  do {
    conformance_step = target = counts[BOUNDARIES] + 1u;
    renew();
    start();
    prepare();
    fixture.logged = 0;
    const bool taken = strike(stepping, operation);
    if (struck) {
      counts[BOUNDARIES]++;
      counts[!taken ? NEVER : taken_there ? THERE : LATER]++;
    }
    verify();
    check_invariants();
  } while (struck);
  CHECK(counts[THERE] != 0 || stepping == step_interrupt);
  image_count(name, counts, COUNTS);
}

#define SWEEP(prepare, operation, verify) sweep(step, __func__, prepare, operation, verify)
#define SWEEP_INTERRUPT(prepare, operation, verify) sweep(step_interrupt, __func__, prepare, operation, verify)

/* ---- who is connected -------------------------------------------------------------------------------------------- */

static void two_with_checks(void)
{
  platform_let_dpcs_run();
  wants_checks(&alice);
  wants_checks(&bob);
  connect_all(2);
}

static void three(void)
{
  connect_all(3);
}

/* One more interrupt, and nothing between. */
static void check_heard_by(const char *expected)
{
  fixture.logged = 0;
  interrupt();
  CHECK_LOG(expected);
}

/* ---- connect ----------------------------------------------------------------------------------------------------- */

static void nobody(void) {}

static void connect_alice(void)
{
  status = connect_driver(&alice);
}

/* The request is latched until the line is connected, and then there is somebody. */
static void verify_first(void)
{
  CHECK_EQUAL(status, STATUS_SUCCESS);
  CHECK_LOG(struck ? "A" : "");
  CHECK_EQUAL(statistics().unclaimed, 0);
  check_heard_by("A");
}

static void sweep_connect_of_the_first(void)
{
  SWEEP(nobody, connect_alice, verify_first);
}

static void connect_carol(void)
{
  status = connect_driver(&carol);
}

static void verify_another(void)
{
  CHECK_EQUAL(status, STATUS_SUCCESS);
  CHECK_PHASES("", "AB", "ABC");
  check_heard_by("ABC");
}

static void sweep_connect_of_another(void)
{
  SWEEP(two_with_checks, connect_carol, verify_another);
}

/* ---- disconnect -------------------------------------------------------------------------------------------------- */

static void disconnect_bob(void)
{
  status = disconnect_driver(&bob);
}

static void verify_one_less(void)
{
  CHECK_EQUAL(status, STATUS_SUCCESS);
  CHECK_PHASES("", "ABC", "AC");
  check_heard_by("AC");
}

static void sweep_disconnect_of_one(void)
{
  SWEEP(three, disconnect_bob, verify_one_less);
}

static void one(void)
{
  connect_all(1);
}

static void disconnect_alice(void)
{
  status = disconnect_driver(&alice);
}

static void verify_last(void)
{
  CHECK_EQUAL(status, STATUS_SUCCESS);
  CHECK_PHASES("", "A", "");
  CHECK_EQUAL(platform_interrupt(PORT), PLATFORM_NOT_DELIVERED);
  CHECK_LOG("");
}

static void sweep_disconnect_of_the_last(void)
{
  SWEEP(one, disconnect_alice, verify_last);
}

/* Bob owns the port and gives it back in his ISR, if that is still called. */
static void bob_owns_and_gives(void)
{
  two_with_checks();
  CHECK(try_allocate(&bob));
  bob.on_interrupt = give;
  alice.on_interrupt = take_and_give;
}

static void verify_owner_gone(void)
{
  CHECK_EQUAL(status, STATUS_SUCCESS);
  CHECK_EQUAL(PORT->owner == NULL, bob.calls != 0);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), bob.calls != 0 ? STATUS_RESOURCE_NOT_OWNED : STATUS_SUCCESS);
  CHECK_EQUAL(PORT->users, 0);
  CHECK_EQUAL(alice.got, FALSE); /* she is called before bob */
  CHECK_EQUAL(alice.checks, 1);  /* so she is told */
}

static void sweep_disconnect_of_the_owner(void)
{
  SWEEP(bob_owns_and_gives, disconnect_bob, verify_owner_gone);
}

/* ---- allocate ---------------------------------------------------------------------------------------------------- */

static void allocate_first(void)
{
  status = allocate(&waiters[0]);
}

static void alice_takes_and_gives(void)
{
  two_with_checks();
  alice.on_interrupt = take_and_give;
}

/* What an ISR takes and gives back in one call does not stand in anybody's way. */
static void verify_allocated(void)
{
  CHECK_EQUAL(status, STATUS_SUCCESS);
  CHECK_EQUAL(waiters[0].calls, 0);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK(alice.checks != 0 && bob.checks != 0); /* after every free */
}

static void sweep_allocate_against_take_and_give(void)
{
  SWEEP(alice_takes_and_gives, allocate_first, verify_allocated);
}

static void alice_takes(void)
{
  two_with_checks();
  alice.on_interrupt = take;
}

/* One of them got the port, the other had to wait for it. */
static void verify_allocated_by_one(void)
{
  CHECK_EQUAL(status, alice.got ? STATUS_PENDING : STATUS_SUCCESS);
  CHECK_EQUAL(waiters[0].calls, 0);
  if (alice.got) {
    free_port(&alice);
    CHECK_EQUAL(waiters[0].calls, 1);
    CHECK_EQUAL(waiters[0].status, STATUS_SUCCESS);
  }
  CHECK_EQUAL(alice.checks, 0);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK_EQUAL(alice.checks, 1);
  CHECK_EQUAL(waiters[0].calls, status == STATUS_PENDING);
}

static void sweep_allocate_against_take(void)
{
  SWEEP(alice_takes, allocate_first, verify_allocated_by_one);
}

static void alice_gives(void)
{
  two_with_checks();
  CHECK(try_allocate(&alice));
  alice.on_interrupt = give;
}

/* The port is his, at once or by the DPC; without the interrupt it is still hers. */
static void verify_handed_over(void)
{
  if (!struck) {
    CHECK_EQUAL(waiters[0].calls, 0);
    free_port(&alice);
  }
  CHECK_EQUAL(waiters[0].calls, status == STATUS_PENDING);
  CHECK(status == STATUS_SUCCESS || waiters[0].level == DISPATCH_LEVEL);
  CHECK_EQUAL(waiters[0].status, STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
}

static void sweep_allocate_against_free(void)
{
  SWEEP(alice_gives, allocate_first, verify_handed_over);
}

/* ---- free -------------------------------------------------------------------------------------------------------- */

static void free_alice(void)
{
  free_port(&alice);
}

static void alice_owns_bob_takes(void)
{
  two_with_checks();
  CHECK(try_allocate(&alice));
  bob.on_interrupt = take;
}

/* With the DPC: whoever tried in vain is told that the port is free, once it is. */
static void verify_told(void)
{
  CHECK_EQUAL(bob.calls, struck);
  if (bob.got) free_port(&bob);
  CHECK_EQUAL(PORT->users, 0);
  CHECK(alice.checks != 0 && bob.checks != 0);
  CHECK(alice.checks <= 2u && bob.checks <= 2u);
  CHECK_EQUAL(alice.level, PLATFORM_DIRQL);
}

static void sweep_free_and_dpc_against_take(void)
{
  SWEEP(alice_owns_bob_takes, free_alice, verify_told);
}

static void alice_owns_all_are_busy(void)
{
  two_with_checks();
  CHECK(try_allocate(&alice));
  alice.on_check = bob.on_check = take_and_give;
  alice.on_interrupt = bob.on_interrupt = take_and_give;
}

static void verify_all_told(void)
{
  CHECK_EQUAL(PORT->users, 0);
  CHECK(alice.checks != 0 && bob.checks != 0);
  CHECK(alice.checks <= 4u && bob.checks <= 4u); /* nobody triggers himself for ever */
}

static void sweep_free_and_dpc_against_take_and_give(void)
{
  SWEEP(alice_owns_all_are_busy, free_alice, verify_all_told);
}

static void alice_owns_one_waits(void)
{
  alice_owns_bob_takes();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
}

/* Between the owner and the head of the queue the port is never free. */
static void verify_never_free(void)
{
  CHECK_EQUAL(bob.calls, struck);
  CHECK(!bob.got);
  CHECK_EQUAL(waiters[0].calls, 1);
  CHECK_EQUAL(waiters[0].status, STATUS_SUCCESS);
  CHECK_EQUAL(bob.checks, 0);
  CHECK_EQUAL(statistics().handovers, 1);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK_EQUAL(bob.checks, 1);
}

static void sweep_free_with_a_waiter_against_take(void)
{
  SWEEP(alice_owns_one_waits, free_alice, verify_never_free);
}

/* The second free, in her ISR or here, is refused. */
static void alice_owns_and_gives_twice(void)
{
  alice_owns_one_waits();
  alice.on_interrupt = give;
  waiters[0].token = &carol; /* not hers to free */
  CHECK_EQUAL(cancel(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  waiters[0].calls = 0;
}

static void verify_freed_once(void)
{
  CHECK_EQUAL(statistics().refused, struck);
  CHECK_EQUAL(waiters[0].calls, 1);
  CHECK_EQUAL(waiters[0].status, STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_free(PORT, &carol), STATUS_SUCCESS);
}

static void sweep_free_against_free(void)
{
  SWEEP(alice_owns_and_gives_twice, free_alice, verify_freed_once);
}

/* ---- the DPC alone ----------------------------------------------------------------------------------------------- */

/* A free at DIRQL leaves everything to the DPC. */
static void free_at_dirql(void)
{
  machine_interrupts_off();
  free_port(&alice);
  machine_interrupts_on();
  CHECK_EQUAL(alice.checks + bob.checks + waiters[0].calls, 0);
}

static void dpc_is_due(void)
{
  parallel_isr_pic8259_poll(&chips);
}

static void alice_freed_bob_takes(void)
{
  alice_owns_bob_takes();
  free_at_dirql();
}

static void sweep_dpc_of_checks_against_take(void)
{
  SWEEP(alice_freed_bob_takes, dpc_is_due, verify_told);
}

static void alice_freed_one_waits(void)
{
  alice_owns_one_waits();
  free_at_dirql();
}

static void sweep_dpc_of_a_hand_over_against_take(void)
{
  SWEEP(alice_freed_one_waits, dpc_is_due, verify_never_free);
}

/* ---- cancel ------------------------------------------------------------------------------------------------------ */

static void give_nameless(driver *me)
{
  (void)me;
  (void)parallel_isr_free(PORT, NULL);
}

static void two_wait(void)
{
  two_with_checks();
  alice.on_interrupt = give_nameless;
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  CHECK_EQUAL(allocate(&waiters[2]), STATUS_PENDING);
}

static void cancel_second(void)
{
  status = cancel(&waiters[1]);
}

/* Granted or cancelled, whichever came first; the port goes to the next one then, once the interrupt has freed it. */
static void verify_cancelled_or_granted(void)
{
  CHECK(status == STATUS_SUCCESS || (status == STATUS_NOT_FOUND && struck));
  CHECK_EQUAL(waiters[1].calls, 1);
  CHECK_EQUAL(waiters[1].status, status == STATUS_SUCCESS ? STATUS_CANCELLED : STATUS_SUCCESS);
  CHECK_EQUAL(waiters[2].calls, status == STATUS_SUCCESS && struck);
  while (PORT->users != 0) CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK_EQUAL(waiters[2].calls, 1);
  CHECK_EQUAL(waiters[2].status, STATUS_SUCCESS);
  CHECK_EQUAL(alice.checks, 1); /* the queue was never empty before */
}

static void sweep_cancel_against_free(void)
{
  SWEEP(two_wait, cancel_second, verify_cancelled_or_granted);
}

static void one_waits(void)
{
  two_with_checks();
  alice.on_interrupt = give_nameless;
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
}

/* If both the owner and the only waiter go, those who wait for a free port are told. */
static void verify_cancelled_last(void)
{
  CHECK(status == STATUS_SUCCESS || (status == STATUS_NOT_FOUND && struck));
  CHECK_EQUAL(waiters[1].calls, 1);
  CHECK_EQUAL(waiters[1].status, status == STATUS_SUCCESS ? STATUS_CANCELLED : STATUS_SUCCESS);
  CHECK_EQUAL(PORT->users, !struck || status == STATUS_NOT_FOUND);
  if (PORT->users != 0) CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK(alice.checks != 0 && bob.checks != 0);
}

static void sweep_cancel_of_the_last_against_free(void)
{
  SWEEP(one_waits, cancel_second, verify_cancelled_last);
}

/* ---- try-allocate ------------------------------------------------------------------------------------------------ */

static void bob_tries(void)
{
  (void)try_allocate(&bob);
}

static void verify_tried_beside_take_and_give(void)
{
  CHECK(bob.got);
  free_port(&bob);
  CHECK(alice.checks != 0 && bob.checks != 0);
}

static void sweep_try_against_take_and_give(void)
{
  SWEEP(alice_takes_and_gives, bob_tries, verify_tried_beside_take_and_give);
}

/* Exactly one gets it; the other is told when it is free. */
static void verify_tried_beside_take(void)
{
  CHECK_EQUAL(alice.got + bob.got, 1);
  CHECK_EQUAL(statistics().failed, struck);
  free_port(alice.got ? &alice : &bob);
  CHECK_EQUAL(alice.checks, 1);
  CHECK_EQUAL(bob.checks, 1);
}

static void sweep_try_against_take(void)
{
  SWEEP(alice_takes, bob_tries, verify_tried_beside_take);
}

/* She frees it in her ISR: either he gets it, or he is told. */
static void verify_tried_beside_free(void)
{
  CHECK(bob.got || bob.checks != 0 || !struck);
  free_port(bob.got ? &bob : &alice); /* if that is refused it has been freed already */
  CHECK_EQUAL(PORT->users, 0);
  CHECK(bob.checks != 0);
}

static void sweep_try_against_free(void)
{
  SWEEP(alice_gives, bob_tries, verify_tried_beside_free);
}

/* ---- synchronize ------------------------------------------------------------------------------------------------- */

static BOOLEAN NTAPI bob_takes(PVOID context)
{
  CHECK(context == &bob);
  CHECK_EQUAL(platform_level(PORT), PLATFORM_DIRQL);
  log_char('s');
  bob_tries();
  log_char('t');
  return TRUE;
}

static void synchronize_bob(void)
{
  CHECK_EQUAL(parallel_isr_synchronize(PORT, bob_takes, &bob), TRUE);
}

/* No routine of the chain runs in the middle. */
static void verify_synchronized(void)
{
  CHECK_EQUAL(alice.got + bob.got, 1);
  CHECK_PHASES("st", "ABst", "stAB");
  free_port(alice.got ? &alice : &bob);
  CHECK_EQUAL(PORT->users, 0);
}

static void sweep_synchronize_against_take(void)
{
  SWEEP(alice_takes, synchronize_bob, verify_synchronized);
}

/* ---- an interrupt during an interrupt ---------------------------------------------------------------------------- */

static void an_interrupt(void)
{
  interrupt();
}

/* Held back until the first is at its end, but neither lost nor nested into it. */
static void verify_one_after_the_other(void)
{
  CHECK_LOG(struck ? "ABAB" : "AB");
  CHECK_EQUAL(statistics().passes, 1u + struck);
}

static void sweep_interrupt_during_an_interrupt(void)
{
  SWEEP_INTERRUPT(two_with_checks, an_interrupt, verify_one_after_the_other);
}

static void give_once(driver *me)
{
  me->on_interrupt = NULL;
  free_port(me);
}

static void isr_leaves_work(void)
{
  alice_owns_one_waits();
  alice.on_interrupt = give_once;
}

/* The first has a DPC behind it, which the second may interrupt. */
static void verify_dpc_behind(void)
{
  CHECK_EQUAL(alice.calls, 1u + struck);
  CHECK_EQUAL(bob.calls, 1u + struck);
  CHECK(!bob.got);
  CHECK_EQUAL(waiters[0].calls, 1);
  CHECK_EQUAL(waiters[0].status, STATUS_SUCCESS);
  CHECK_EQUAL(waiters[0].level, DISPATCH_LEVEL);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
}

static void sweep_interrupt_during_the_dpc_of_an_interrupt(void)
{
  SWEEP_INTERRUPT(isr_leaves_work, an_interrupt, verify_dpc_behind);
}

/* ---- remove ------------------------------------------------------------------------------------------------------ */

static void remove_port(void)
{
  status = parallel_isr_remove(PORT);
}

static void two_and_two_wait(void)
{
  connect_all(2);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  CHECK_EQUAL(allocate(&waiters[2]), STATUS_PENDING);
  bob.on_interrupt = take;
}

static void verify_removed(void)
{
  CHECK_EQUAL(status, STATUS_SUCCESS);
  CHECK_PHASES("23", "AB23", "2AB3", "23AB", "23A", "23");
  for (uint32_t i = 1; i <= 2u; i++) {
    CHECK_EQUAL(waiters[i].calls, 1);
    CHECK_EQUAL(waiters[i].status, STATUS_DELETE_PENDING);
  }
  CHECK(!bob.got);
  CHECK_EQUAL(platform_interrupt(PORT), PLATFORM_NOT_DELIVERED);
}

static void sweep_remove_against_take(void)
{
  SWEEP(two_and_two_wait, remove_port, verify_removed);
}

/* ---- everything at once ------------------------------------------------------------------------------------------ */

/* A life of a client, and not one instruction of it without an interrupt. */
static void a_life(void)
{
  CHECK_EQUAL(connect_driver(&carol), STATUS_SUCCESS);
  CHECK(try_allocate(&carol));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  free_port(&carol);
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK(parallel_isr_synchronize(PORT, bob_takes, &bob));
  free_port(&bob);
  CHECK_EQUAL(disconnect_driver(&carol), STATUS_SUCCESS);
}

static void storm_at_every_boundary_at_once(void)
{
  machine_handle(TRAP_VECTOR, trap);
  start();
  two_with_checks();
  wants_checks(&carol);
  alice.on_interrupt = take_and_give;
  const uint32_t before = platform_taken[LPT1_IRQ];
  target = EVERY;
  traps = 0;
  step(a_life);
  const uint32_t taken = platform_taken[LPT1_IRQ] - before;
  platform_check_quiet();
  CHECK_EQUAL(alice.calls, taken);
  CHECK_EQUAL(bob.calls, taken);
  CHECK(carol.calls < taken);
  CHECK_EQUAL(statistics().passes, taken);
  CHECK_EQUAL(statistics().merged, 0);
  CHECK_EQUAL(waiters[0].calls, 1);
  CHECK_EQUAL(waiters[0].status, STATUS_SUCCESS);
  CHECK_EQUAL(waiters[1].calls, 1);
  CHECK_EQUAL(waiters[1].status, STATUS_CANCELLED);
  CHECK_EQUAL(PORT->users, 0);
  CHECK(alice.checks != 0 && bob.checks != 0);
  const uint32_t counts[] = {traps, taken};
  image_count(__func__, counts, 2);
}

static const conformance_case table[] = {
    CASE(sweep_connect_of_the_first),
    CASE(sweep_connect_of_another),
    CASE(sweep_disconnect_of_one),
    CASE(sweep_disconnect_of_the_last),
    CASE(sweep_disconnect_of_the_owner),
    CASE(sweep_allocate_against_take_and_give),
    CASE(sweep_allocate_against_take),
    CASE(sweep_allocate_against_free),
    CASE(sweep_free_and_dpc_against_take),
    CASE(sweep_free_and_dpc_against_take_and_give),
    CASE(sweep_free_with_a_waiter_against_take),
    CASE(sweep_free_against_free),
    CASE(sweep_dpc_of_checks_against_take),
    CASE(sweep_dpc_of_a_hand_over_against_take),
    CASE(sweep_cancel_against_free),
    CASE(sweep_cancel_of_the_last_against_free),
    CASE(sweep_try_against_take_and_give),
    CASE(sweep_try_against_take),
    CASE(sweep_try_against_free),
    CASE(sweep_synchronize_against_take),
    CASE(sweep_interrupt_during_an_interrupt),
    CASE(sweep_interrupt_during_the_dpc_of_an_interrupt),
    CASE(sweep_remove_against_take),
    CASE(storm_at_every_boundary_at_once),
};
CASES(sweep_cases, table);

/* SPDX-License-Identifier: MIT */
/*
 * Two processors. The rendezvous are forced: a routine on one processor holds until the other is where it must wait,
 * and then gives it time to do what it must not. The stress is what nobody has thought of.
 */
#include "fixture.h"
#include "image.h"
#include "platform_pic8259.h"

/* Time for the other processor to go on where it must not. */
static void linger(void)
{
  for (uint32_t i = 0; i < 20000u && !platform_elsewhere_done(); i++) machine_pause();
}

static NTSTATUS elsewhere_status;

/* ---- disconnect and the routines it waits for -------------------------------------------------------------------- */

static void disconnect_alice(void)
{
  elsewhere_status = disconnect_driver(&alice);
}

/* In a routine of the chain: the other processor does this, and must wait for us. */
static void must_wait(void (*job)(void))
{
  platform_elsewhere(job);
  while (!platform_somebody_waits(PORT) && !platform_elsewhere_done()) machine_pause();
  linger();
  CHECK(!platform_elsewhere_done());
}

static void disconnect_me(driver *me)
{
  me->on_interrupt = me->on_check = NULL;
  must_wait(disconnect_alice);
}

static void smp_disconnect_waits_for_the_isr(void)
{
  platform_let_dpcs_run();
  start();
  connect_all(2);
  alice.on_interrupt = disconnect_me;
  interrupt();
  platform_join();
  CHECK_EQUAL(elsewhere_status, STATUS_SUCCESS);
  CHECK_LOG("AB");
  fill(&alice.service, 0x5A, sizeof alice.service);
  interrupt();
  CHECK_LOG("B");
}

static void smp_disconnect_waits_for_the_deferred_routine(void)
{
  platform_let_dpcs_run();
  wants_checks(&alice);
  wants_checks(&bob);
  start();
  connect_all(2);
  alice.on_check = disconnect_me;
  CHECK(try_allocate(&bob));
  free_port(&bob);
  platform_join();
  CHECK_EQUAL(elsewhere_status, STATUS_SUCCESS);
  CHECK_LOG("ab");
  CHECK(try_allocate(&bob));
  free_port(&bob);
  CHECK_LOG("b");
}

/* As the chain has been left, but neither the trampoline nor the line. */
static void disconnect_the_last(void)
{
  platform_elsewhere(disconnect_alice);
  while ((platform_masks() >> fixture.configuration.backend.irq & 1u) == 0 && !platform_elsewhere_done())
    machine_pause();
  linger();
  CHECK(!platform_elsewhere_done());
}

static void smp_disconnect_of_the_last_waits_for_the_trampoline(void)
{
  platform_let_dpcs_run();
  start();
  connect_all(1);
  inject(PARALLEL_ISR_TRACE_DISPATCHED, disconnect_the_last);
  interrupt();
  CHECK(injected());
  platform_join();
  CHECK_EQUAL(elsewhere_status, STATUS_SUCCESS);
  CHECK_LOG("A");
  CHECK_EQUAL(platform_interrupt(PORT), PLATFORM_NOT_DELIVERED);
}

/* An interrupt that the chip knows nothing of. */
static void smp_disconnect_of_the_last_waits_for_a_trampoline_without_a_chip(void)
{
  fixture.configuration.backend.irq = LPT2_IRQ;
  platform_let_dpcs_run();
  start();
  connect_all(1);
  inject(PARALLEL_ISR_TRACE_DISPATCHED, disconnect_the_last);
  __asm__ volatile("int %0" : : "i"(MASTER_VECTOR + LPT2_IRQ) : "memory");
  CHECK(injected());
  platform_join();
  CHECK_EQUAL(elsewhere_status, STATUS_SUCCESS);
  CHECK_LOG("A");
}

/* ---- synchronize ------------------------------------------------------------------------------------------------- */

static BOOLEAN NTAPI note(PVOID context)
{
  CHECK_EQUAL(platform_level(PORT), PLATFORM_DIRQL);
  log_char(*(const char *)context);
  return TRUE;
}

static void synchronize_elsewhere(void)
{
  CHECK(parallel_isr_synchronize(PORT, note, "s"));
}

static void synchronize_with_me(driver *me)
{
  me->on_interrupt = NULL;
  must_wait(synchronize_elsewhere);
}

static void smp_synchronize_waits_for_the_isr(void)
{
  platform_let_dpcs_run();
  start();
  connect_all(2);
  alice.on_interrupt = synchronize_with_me;
  interrupt();
  platform_join();
  CHECK_LOG("ABs");
}

static volatile uint32_t inside, released;

static void hold(void)
{
  __atomic_store_n(&inside, 1u, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&released, __ATOMIC_SEQ_CST) == 0) machine_pause();
}

/* Waits until the job holds. */
static void start_holding(void (*job)(void))
{
  inside = released = 0;
  platform_elsewhere(job);
  while (__atomic_load_n(&inside, __ATOMIC_SEQ_CST) == 0) machine_pause();
}

static void release(void)
{
  __atomic_store_n(&released, 1u, __ATOMIC_SEQ_CST);
  platform_join();
}

static BOOLEAN NTAPI note_and_hold(PVOID context)
{
  hold();
  return note(context);
}

static void synchronize_and_hold(void)
{
  CHECK(parallel_isr_synchronize(PORT, note_and_hold, "s"));
}

/* It leaves its pass to the holder's DPC, and returns. */
static void smp_interrupt_does_not_wait_for_synchronize(void)
{
  platform_let_dpcs_run();
  start();
  connect_all(2);
  start_holding(synchronize_and_hold);
  interrupt();
  CHECK_EQUAL(platform_in_service(), 0);
  CHECK_LOG("");
  release();
  CHECK_LOG("sAB");
  CHECK_EQUAL(statistics().merged, 1);
  CHECK_EQUAL(statistics().unclaimed, 0);
}

/* ---- the DPC ----------------------------------------------------------------------------------------------------- */

static void hold_in_check(driver *me)
{
  me->on_check = NULL;
  CHECK_EQUAL(platform_level(PORT), PLATFORM_DIRQL);
  hold();
}

static void free_bob(void)
{
  free_port(&bob);
}

/* The holder serves it when he leaves the gate. */
static void smp_interrupt_does_not_wait_for_a_deferred_routine(void)
{
  platform_let_dpcs_run();
  wants_checks(&alice);
  start();
  connect_all(2);
  alice.on_check = hold_in_check;
  CHECK(try_allocate(&bob));
  start_holding(free_bob);
  CHECK_LOG("a");
  interrupt();
  CHECK_EQUAL(platform_in_service(), 0);
  CHECK_LOG("");
  release();
  CHECK_LOG("AB");
  CHECK_EQUAL(statistics().merged, 1);
}

static uint32_t processors[FIXTURE_REQUESTS]; /* who called the completion */

static void note_processor(waiter *me)
{
  processors[me - waiters] = platform_processor();
  CHECK_EQUAL(platform_level(PORT), DISPATCH_LEVEL);
}

static void hold_in_completion(waiter *me)
{
  note_processor(me);
  hold();
}

static void free_nameless(void)
{
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
}

/* What this one requests meanwhile is done by that one: neither lost, nor at the same time, nor twice. */
static void smp_request_during_a_run_is_another_run(void)
{
  platform_let_dpcs_run();
  start();
  connect_all(1);
  for (uint32_t i = 0; i < 4u; i++) (void)allocate(&waiters[i]);
  waiters[1].on_completion = hold_in_completion;
  waiters[2].on_completion = waiters[3].on_completion = note_processor;
  start_holding(free_nameless);
  CHECK_LOG("2");
  CHECK_EQUAL(platform_level(PORT), PASSIVE_LEVEL); /* here */
  free_nameless();
  CHECK_EQUAL(cancel(&waiters[3]), STATUS_SUCCESS);
  interrupt();
  linger();
  CHECK_LOG("A");
  release();
  CHECK_EQUAL(waiters[2].status + waiters[3].status, STATUS_CANCELLED);
  for (uint32_t i = 1; i < 4u; i++) {
    CHECK_EQUAL(waiters[i].calls, 1);
    CHECK_EQUAL(processors[i], 1);
  }
  free_nameless();
  CHECK_EQUAL(PORT->users, 0);
}

static volatile uint32_t removed;

/* In the completion: the port goes, but not before we have returned. */
static void hold_until_removal(waiter *me)
{
  note_processor(me);
  hold();
  while (__atomic_load_n(&PORT->removed, __ATOMIC_SEQ_CST) == 0) machine_pause();
  for (uint32_t i = 0; i < 20000u && removed == 0; i++) machine_pause();
  CHECK_EQUAL(removed, 0);
}

static void smp_remove_waits_for_the_completion(void)
{
  platform_let_dpcs_run();
  start();
  connect_all(1);
  for (uint32_t i = 0; i < 3u; i++) (void)allocate(&waiters[i]);
  waiters[1].on_completion = hold_until_removal;
  removed = 0;
  start_holding(free_nameless);
  __atomic_store_n(&released, 1u, __ATOMIC_SEQ_CST);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  removed = 1;
  platform_join();
  CHECK_LOG("23");
  CHECK_EQUAL(waiters[2].status, STATUS_DELETE_PENDING);
}

/* ---- interrupts on the other processor --------------------------------------------------------------------------- */

static void take_interrupts(void)
{
  platform_take_interrupts(TRUE);
}

static void take_no_interrupts(void)
{
  platform_take_interrupts(FALSE);
}

static void on_the_other(void (*job)(void))
{
  platform_elsewhere(job);
  platform_join();
}

static BOOLEAN NTAPI interrupt_the_other(PVOID context)
{
  platform_strobe(LPT1_IRQ);
  while (platform_taken[LPT1_IRQ] == 0 || platform_in_service() != 0) machine_pause();
  CHECK_LOG("");
  return note(context);
}

/* This one keeps the gate, that one takes a real interrupt. */
static void smp_interrupt_elsewhere_during_synchronize(void)
{
  platform_let_dpcs_run();
  start();
  connect_all(2);
  on_the_other(take_interrupts);
  CHECK(parallel_isr_synchronize(PORT, interrupt_the_other, "s"));
  on_the_other(take_no_interrupts);
  CHECK_LOG("sAB");
  CHECK_EQUAL(statistics().merged, 1);
}

/* The line stays connected as long as either has a client, and not longer. */
#define LINE_ROUNDS 2000u

static void come_and_go(driver *one)
{
  for (uint32_t i = 0; i < LINE_ROUNDS; i++) {
    CHECK_EQUAL(connect_driver(one), STATUS_SUCCESS);
    CHECK_EQUAL(platform_masks() >> LPT1_IRQ & 1u, 0);
    CHECK_EQUAL(disconnect_driver(one), STATUS_SUCCESS);
  }
}

static void bob_comes_and_goes(void)
{
  come_and_go(&bob);
}

static void smp_line_of_two_who_come_and_go(void)
{
  platform_let_dpcs_run();
  start();
  platform_elsewhere(bob_comes_and_goes);
  come_and_go(&alice);
  platform_join();
  CHECK_EQUAL(platform_masks() >> LPT1_IRQ & 1u, 1);
  check_invariants();
}

/* ---- the stress -------------------------------------------------------------------------------------------------- */

/*
 * Both processors take the interrupts and use the port at thread level; a third of the interrupts finds somebody there.
 * The keeper's ISR raises the next interrupt, so there is always one and never two: each must call him exactly once.
 * The guests come and go; after each has gone, what its routines use is poisoned.
 */
#define STRESS_INTERRUPTS 200000u
#define STRESS_BURST 8u           /* then a thread raises the next one: it would not get a turn else */
#define STRESS_PATIENCE 20000000u /* rounds without an interrupt */
#define ALIVE 0x600DF00Du
#define POISON 0xDEADBEEFu

typedef struct guest {
  volatile uint32_t state;
  uint32_t calls, checks;
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service;
  PARALLEL_INTERRUPT_INFORMATION information;
} guest;

/* What a thread of a processor does. */
typedef struct actor {
  uint32_t random, rounds;
  uint32_t pending, granted, cancelled, taken; /* its requests and how they ended; try-allocates that succeeded */
  volatile uint32_t ended;                     /* completions that were called */
  uint32_t served;                             /* interrupts, by its processor */
} actor;

static guest guests[2];
static actor actors[2];
static volatile uint32_t keeper_calls, raised, paused, routines, owners;

static uint32_t draw(actor *me)
{
  me->random ^= me->random << 13;
  me->random ^= me->random >> 17;
  me->random ^= me->random << 5;
  return me->random;
}

static void raise_next(void)
{
  if (raised == STRESS_INTERRUPTS) return;
  raised++;
  platform_strobe(LPT1_IRQ);
}

static void raise_if_paused(void)
{
  if (__atomic_exchange_n(&paused, 0u, __ATOMIC_SEQ_CST) != 0) raise_next();
}

/* No two routines of the chain run at once, */
static void enter_routine(void)
{
  CHECK_EQUAL(__atomic_exchange_n(&routines, 1u, __ATOMIC_SEQ_CST), 0);
}

static void leave_routine(void)
{
  __atomic_store_n(&routines, 0u, __ATOMIC_SEQ_CST);
}

/* and no two own the port. */
static void use_the_port(void)
{
  CHECK_EQUAL(__atomic_fetch_add(&owners, 1u, __ATOMIC_SEQ_CST), 0);
  CHECK_EQUAL(__atomic_fetch_sub(&owners, 1u, __ATOMIC_SEQ_CST), 1);
}

static BOOLEAN NTAPI keeper_isr(PKINTERRUPT interrupt_object, PVOID context)
{
  CHECK(interrupt_object == PORT && context == NULL);
  enter_routine();
  keeper_calls++;
  actors[platform_processor()].served++;
  if (keeper_calls % STRESS_BURST == 0)
    paused = 1;
  else
    raise_next();
  leave_routine();
  return TRUE;
}

static void try_as_guest(const guest *me)
{
  CHECK_EQUAL(me->state, ALIVE);
  /* Connect may not have answered yet. */
  if (me->information.Context == NULL) return;
  if (!me->information.TryAllocatePortAtInterruptLevel(me->information.Context)) return;
  use_the_port();
  me->information.FreePortFromInterruptLevel(me->information.Context);
}

static BOOLEAN NTAPI guest_isr(PKINTERRUPT interrupt_object, PVOID context)
{
  guest *me = context;
  CHECK(interrupt_object == PORT);
  enter_routine();
  try_as_guest(me);
  me->calls++;
  leave_routine();
  return FALSE;
}

static void NTAPI guest_check(PVOID context)
{
  guest *me = context;
  enter_routine();
  try_as_guest(me);
  me->checks++;
  leave_routine();
}

static void NTAPI stress_completion(PVOID context, NTSTATUS status)
{
  actor *me = context;
  if (status == STATUS_SUCCESS) {
    use_the_port();
    me->granted++;
    free_nameless();
  } else {
    CHECK_EQUAL(status, STATUS_CANCELLED);
    me->cancelled++;
  }
  __atomic_store_n(&me->ended, me->ended + 1u, __ATOMIC_SEQ_CST);
}

static void stress_allocate(actor *me)
{
  const NTSTATUS status = parallel_isr_allocate(PORT, NULL, stress_completion, me);
  if (status == STATUS_SUCCESS) {
    use_the_port();
    free_nameless();
    return;
  }
  CHECK_EQUAL(status, STATUS_PENDING);
  me->pending++;
  if (draw(me) % 2u == 0) (void)parallel_isr_cancel(PORT, stress_completion, me);
  while (__atomic_load_n(&me->ended, __ATOMIC_SEQ_CST) != me->pending) {
    raise_if_paused();
    machine_pause();
  }
}

static void stress_try(actor *me)
{
  if (!parallel_isr_try_allocate_port(nameless())) return;
  use_the_port();
  me->taken++;
  if (draw(me) % 4u == 0) raise_if_paused();
  free_nameless();
}

static void stress_round(actor *me)
{
  me->rounds++;
  stress_allocate(me);
  stress_try(me);
  raise_if_paused();
}

static void stress_guest(actor *me)
{
  guest *const one = &guests[draw(me) % 2u];
  fill(&one->information, 0, sizeof one->information);
  one->state = ALIVE;
  CHECK_EQUAL(parallel_isr_connect(PORT, one, &one->service, &one->information), STATUS_SUCCESS);
  for (uint32_t i = draw(me) % 4u; i > 0; i--) stress_round(me);
  CHECK_EQUAL(parallel_isr_disconnect(PORT, &one->service), STATUS_SUCCESS);
  one->state = POISON;
}

static void stress_elsewhere(void)
{
  platform_take_interrupts(TRUE);
  while (keeper_calls < STRESS_INTERRUPTS) stress_guest(&actors[1]);
  platform_take_interrupts(FALSE);
}

static void smp_stress(void)
{
  const PARALLEL_INTERRUPT_SERVICE_ROUTINE keeper = {keeper_isr, NULL, NULL, NULL};
  PARALLEL_INTERRUPT_INFORMATION information;
  uint32_t seen = 0, patience = STRESS_PATIENCE;
  platform_let_dpcs_run();
  start();
  CHECK_EQUAL(parallel_isr_connect(PORT, NULL, &keeper, &information), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 2u; i++) {
    fill(&actors[i], 0, sizeof actors[i]);
    actors[i].random = 2463534242u + i;
    guests[i] = (guest){.service = {guest_isr, &guests[i], guest_check, &guests[i]}, .state = POISON};
  }
  keeper_calls = raised = routines = owners = 0;
  paused = 1;
  platform_elsewhere(stress_elsewhere);
  while (keeper_calls < STRESS_INTERRUPTS) {
    stress_round(&actors[0]);
    patience = keeper_calls != seen ? STRESS_PATIENCE : patience - 1u;
    seen = keeper_calls;
    CHECK(patience != 0); /* an interrupt was lost */
  }
  platform_join();
  platform_check_quiet();
  const parallel_isr_statistics now = statistics();
  const uint32_t spurious = parallel_isr_pic8259_spurious(&chips, LPT1_IRQ);
  CHECK_EQUAL(keeper_calls, STRESS_INTERRUPTS);
  CHECK_EQUAL(platform_taken[LPT1_IRQ] - spurious, STRESS_INTERRUPTS);
  CHECK_EQUAL(now.passes, STRESS_INTERRUPTS);
  CHECK_EQUAL(now.unclaimed, 0);
  CHECK_EQUAL(now.refused, 0);
  CHECK_EQUAL(now.connections, 1);
  CHECK_EQUAL(PORT->users, 0);
  CHECK_EQUAL(now.checks, guests[0].checks + guests[1].checks);
  CHECK_EQUAL(now.handovers, actors[0].granted + actors[1].granted);
  for (uint32_t i = 0; i < 2u; i++) CHECK_EQUAL(actors[i].granted + actors[i].cancelled, actors[i].pending);
  const uint32_t counts[] = {keeper_calls,
                             actors[1].served,
                             now.merged,
                             spurious,
                             now.handovers,
                             now.checks,
                             actors[0].rounds + actors[1].rounds};
  image_count(__func__, counts, sizeof counts / sizeof counts[0]);
}

static const conformance_case table[] = {
    CASE(smp_disconnect_waits_for_the_isr),
    CASE(smp_disconnect_waits_for_the_deferred_routine),
    CASE(smp_disconnect_of_the_last_waits_for_the_trampoline),
    CASE(smp_disconnect_of_the_last_waits_for_a_trampoline_without_a_chip),
    CASE(smp_synchronize_waits_for_the_isr),
    CASE(smp_interrupt_does_not_wait_for_synchronize),
    CASE(smp_interrupt_does_not_wait_for_a_deferred_routine),
    CASE(smp_request_during_a_run_is_another_run),
    CASE(smp_remove_waits_for_the_completion),
    CASE(smp_interrupt_elsewhere_during_synchronize),
    CASE(smp_line_of_two_who_come_and_go),
    CASE(smp_stress),
};
CASES(smp_cases, table);

const conformance_group *const conformance_groups[] = {&smp_cases};
const uint32_t conformance_group_count = 1;

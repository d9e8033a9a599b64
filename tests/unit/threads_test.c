/* SPDX-License-Identifier: MIT */
/* What needs two processors: each case brings two or three threads to the point where they could harm each other. */
#include "rendezvous.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROUNDS 500u

static thread first, second, third;
static BOOLEAN answered;

static void stop_in_routine(driver *me)
{
  me->on_interrupt = me->on_check = NULL;
  stop_here();
}

static void take_interrupt(void)
{
  answered = parallel_isr_host_interrupt(PORT);
}

static void run_dpc(void)
{
  (void)platform_run_dpc(PORT);
}

/* A thread that stands in this driver's ISR. */
static void interrupt_stops_in(driver *one)
{
  rendezvous_reset();
  one->on_interrupt = stop_in_routine;
  begin_thread(&first, take_interrupt);
  until_stopped();
}

/* ---- disconnect waits (n01, n02) --------------------------------------------------------------------------------- */

static driver *target;
static NTSTATUS target_status;
static uint32_t target_calls, target_checks;

static void disconnect_target(void)
{
  target_status = disconnect_driver(target);
  target_calls = target->calls;
  target_checks = target->checks;
}

/* Of count clients the one at a position is disconnected while the ISR of the one at another runs. */
static void check_disconnect(uint32_t count, uint32_t position, uint32_t running)
{
  renew();
  start();
  connect_all(count);
  target = driver_at(position);
  interrupt_stops_in(driver_at(running));
  begin_thread(&second, disconnect_target);
  until_waiting(&second);
  BOOLEAN early = has_returned(&second);
  let_go();
  join(&first);
  join(&second);
  CHECK(!early);
  CHECK_EQUAL(target_status, STATUS_SUCCESS);
  CHECK_EQUAL(target_calls, 1); /* the pass that ran was complete, its successors in it */
  if (count > 1u) interrupt();
  run_dpc_until_idle();
  CHECK_EQUAL(target->calls, target_calls);
  CHECK_EQUAL(platform_line_disconnects(PORT), count == 1u);
}

static void threads_n01_n02_disconnect_waits_for_the_running_isr(void)
{
  for (uint32_t i = 0; i < 9u; i++) {
    conformance_step = i + 1u;
    check_disconnect(3, i / 3u, i % 3u);
  }
  conformance_step = 10;
  check_disconnect(1, 0, 0);
}

static void threads_disconnect_waits_for_the_running_check(void)
{
  start();
  wants_checks(&alice);
  wants_checks(&bob);
  connect_all(2);
  rendezvous_reset();
  alice.on_check = stop_in_routine;
  take_and_give(&bob);
  begin_thread(&first, run_dpc);
  until_stopped();
  target = &alice;
  begin_thread(&second, disconnect_target);
  until_acquirers(2);
  BOOLEAN early = has_returned(&second);
  let_go();
  join(&first);
  join(&second);
  CHECK(!early);
  CHECK_EQUAL(target_checks, 1);
  take_and_give(&bob);
  run_dpc_until_idle();
  CHECK_EQUAL(alice.checks, 1);
  CHECK_LOG("abb");
}

/* n03: the storage of the client is gone the moment disconnect returns. */
static void *page;
static size_t page_size;

static void disconnect_and_poison(void)
{
  target_status = disconnect_driver(target);
  if (mprotect(page, page_size, PROT_NONE) != 0) target_status = STATUS_UNSUCCESSFUL;
}

static void threads_n03_storage_may_go_at_once(void)
{
  page_size = (size_t)sysconf(_SC_PAGESIZE);
  CHECK(page_size >= sizeof(driver));
  CHECK_EQUAL(posix_memalign(&page, page_size, page_size), 0);
  target = page;
  *target = carol;
  target->service.InterruptServiceContext = target;
  wants_checks(target);
  start();
  connect_all(2);
  CHECK_EQUAL(connect_driver(target), STATUS_SUCCESS);
  interrupt_stops_in(&alice);
  begin_thread(&second, disconnect_and_poison);
  until_waiting(&second);
  take_interrupt(); /* merges */
  let_go();
  join(&first);
  join(&second);
  CHECK_EQUAL(target_status, STATUS_SUCCESS);
  take_and_give(&alice);
  interrupt();
  run_dpc_until_idle();
  CHECK_EQUAL(mprotect(page, page_size, PROT_READ | PROT_WRITE), 0);
  CHECK_EQUAL(target->calls, 1);
  free(page);
}

/* An interrupt is on its way to the chain when the last client goes. */
static void threads_disconnect_of_the_last_waits_for_the_trampoline(void)
{
  start();
  connect_all(1);
  rendezvous_reset();
  inject(PARALLEL_ISR_TRACE_DISPATCH, stop_here);
  begin_thread(&first, take_interrupt);
  until_stopped();
  target = &alice;
  begin_thread(&second, disconnect_target);
  while (events(PARALLEL_ISR_TRACE_DISCONNECTED) == 0) (void)sched_yield();
  for (uint32_t i = 0; i < 100u && !has_returned(&second); i++) (void)sched_yield();
  BOOLEAN early = has_returned(&second);
  let_go();
  join(&first);
  join(&second);
  CHECK(!early);
  CHECK_EQUAL(alice.calls, 0);
  CHECK_EQUAL(platform_interrupt(PORT), PLATFORM_NOT_DELIVERED);
}

/* ---- synchronize ------------------------------------------------------------------------------------------------- */

static uint32_t calls_seen;

static BOOLEAN NTAPI see_calls(PVOID context)
{
  (void)context;
  calls_seen = alice.calls;
  log_char('s');
  return TRUE;
}

static void synchronize(void)
{
  (void)parallel_isr_synchronize(PORT, see_calls, NULL);
}

static void threads_synchronize_waits_for_the_running_isr(void)
{
  start();
  connect_all(2);
  interrupt_stops_in(&alice);
  begin_thread(&second, synchronize);
  until_waiting(&second);
  BOOLEAN early = has_returned(&second);
  let_go();
  join(&first);
  join(&second);
  CHECK(!early);
  CHECK_LOG("ABs");
}

static BOOLEAN NTAPI interrupt_meanwhile(PVOID context)
{
  (void)context;
  begin_thread(&first, take_interrupt);
  join(&first); /* an interrupt never waits */
  calls_seen = alice.calls;
  return TRUE;
}

static void threads_interrupt_does_not_wait_for_a_thread(void)
{
  start();
  connect_all(1);
  answered = FALSE;
  CHECK(parallel_isr_synchronize(PORT, interrupt_meanwhile, NULL));
  CHECK(answered);
  CHECK_EQUAL(calls_seen, 0);
  CHECK_EQUAL(alice.calls, 0);
  CHECK(platform_run_dpc(PORT));
  CHECK_EQUAL(alice.calls, 1);
}

/* ---- merged interrupts ------------------------------------------------------------------------------------------- */

static void threads_merged_interrupts_are_served_by_the_holder(void)
{
  start();
  connect_all(2);
  alice.claims = bob.claims = FALSE;
  interrupt_stops_in(&bob);
  for (uint32_t i = 0; i < 3u; i++) CHECK(parallel_isr_host_interrupt(PORT)); /* at once: somebody serves it */
  CHECK_EQUAL(alice.calls, 1);
  let_go();
  join(&first);
  CHECK_LOG("ABAB"); /* one pass for all of them */
  CHECK(!platform_run_dpc(PORT));
  CHECK_EQUAL(statistics().merged, 3);
  CHECK_EQUAL(statistics().unclaimed, 1);
}

/* Interrupts keep coming, and yet a thread gets the gate: the holder leaves, and what is owed waits for the DPC. */
static void threads_acquirer_is_not_starved(void)
{
  start();
  connect_all(1);
  interrupt_stops_in(&alice);
  begin_thread(&second, synchronize);
  until_waiting(&second);
  CHECK(parallel_isr_host_interrupt(PORT));
  let_go();
  join(&first);
  join(&second);
  CHECK_EQUAL(calls_seen, 1);
  CHECK_LOG("As");
  run_dpc_until_idle();
  CHECK_LOG("A");
}

/* An interrupt that comes when the gate is free but wanted leaves it to the one who wants it. */
static void threads_interrupt_yields_to_an_acquirer(void)
{
  start();
  connect_all(1);
  rendezvous_reset();
  interrupt_stops_in(&alice);
  begin_thread(&second, synchronize);
  until_waiting(&second);
  let_go();
  join(&first);
  CHECK(parallel_isr_host_interrupt(PORT)); /* second has the gate, is about to take it, or is done with it */
  join(&second);
  run_dpc_until_idle();
  CHECK_EQUAL(alice.calls, 2);
}

static char order[3];
static uint32_t ordered;

static BOOLEAN NTAPI note_first(PVOID context)
{
  order[ordered++] = *(const char *)context;
  return TRUE;
}

static void synchronize_1(void)
{
  (void)parallel_isr_synchronize(PORT, note_first, "1");
}

static void synchronize_2(void)
{
  (void)parallel_isr_synchronize(PORT, note_first, "2");
}

static void threads_acquirers_are_served_in_order(void)
{
  start();
  connect_all(1);
  ordered = 0;
  interrupt_stops_in(&alice);
  begin_thread(&second, synchronize_1);
  until_acquirers(1);
  begin_thread(&third, synchronize_2);
  until_acquirers(2);
  let_go();
  join(&first);
  join(&second);
  join(&third);
  CHECK_EQUAL(ordered, 2);
  CHECK_EQUAL(order[0], '1');
  CHECK_EQUAL(order[1], '2');
}

/* ---- ownership (n08, n13) ---------------------------------------------------------------------------------------- */

static pthread_barrier_t together;

static void meet(void)
{
  (void)pthread_barrier_wait(&together);
}

static void alice_tries(void)
{
  for (uint32_t i = 0; i < ROUNDS; i++) {
    meet();
    (void)try_allocate(&alice);
    meet();
    meet();
  }
}

static void bob_tries(void)
{
  KIRQL old = parallel_isr_host_raise(PARALLEL_ISR_HOST_DIRQL);
  for (uint32_t i = 0; i < ROUNDS; i++) {
    meet();
    (void)try_allocate(&bob);
    meet();
    meet();
  }
  parallel_isr_host_lower(old);
}

static void threads_n08_one_of_two_tries_succeeds(void)
{
  uint32_t wrong = 0;
  start();
  connect_all(2);
  CHECK_EQUAL(pthread_barrier_init(&together, NULL, 3), 0);
  begin_thread(&first, alice_tries);
  begin_thread(&second, bob_tries);
  for (uint32_t i = 0; i < ROUNDS; i++) {
    meet();
    meet();
    wrong += alice.got == bob.got;
    free_port(alice.got ? &alice : &bob);
    meet();
  }
  join(&first);
  join(&second);
  CHECK_EQUAL(wrong, 0);
  CHECK_EQUAL(statistics().failed, ROUNDS);
}

static NTSTATUS allocated;

static void alice_tries_and_frees(void)
{
  for (uint32_t i = 0; i < ROUNDS; i++) {
    meet();
    take_and_give(&alice);
    meet();
    meet();
  }
}

static void waiter_allocates(void)
{
  for (uint32_t i = 0; i < ROUNDS; i++) {
    meet();
    allocated = allocate(&waiters[0]);
    meet();
    meet();
  }
}

static void threads_n13_try_against_queued_allocate(void)
{
  uint32_t wrong = 0, completions = 0, losses = 0;
  start();
  wants_checks(&alice);
  connect_all(1);
  CHECK_EQUAL(pthread_barrier_init(&together, NULL, 3), 0);
  begin_thread(&first, alice_tries_and_frees);
  begin_thread(&second, waiter_allocates);
  for (uint32_t i = 0; i < ROUNDS; i++) {
    meet();
    meet();
    run_dpc_until_idle();
    if (allocated == STATUS_PENDING) completions++;
    wrong += waiters[0].calls != completions; /* the waiter has the port, one way or the other */
    wrong += PORT->users != 1u;
    uint32_t checks = alice.checks;
    wrong += parallel_isr_free(PORT, NULL) != STATUS_SUCCESS;
    run_dpc_until_idle();
    losses += !alice.got;
    wrong += alice.checks == checks; /* and if alice lost, she is told */
    meet();
  }
  join(&first);
  join(&second);
  CHECK_EQUAL(wrong, 0);
  CHECK(losses <= ROUNDS);
  fixture.logged = 0;
}

/* ---- connect and disconnect of the line (b06, b07) --------------------------------------------------------------- */

static NTSTATUS statuses[2];

static void connect_alice(void)
{
  statuses[0] = connect_driver(&alice);
}

static void connect_bob(void)
{
  statuses[1] = connect_driver(&bob);
}

/* The line is being connected when the second client comes. */
static void b06_two_first_connects(void)
{
  fixture.configuration.backend.asserted = TRUE;
  start();
  rendezvous_reset();
  alice.on_interrupt = stop_in_routine;
  begin_thread(&first, connect_alice);
  until_stopped();
  begin_thread(&second, connect_bob);
  let_go();
  join(&first);
  join(&second);
  CHECK_EQUAL(statuses[0], STATUS_SUCCESS);
  CHECK_EQUAL(statuses[1], STATUS_SUCCESS);
  CHECK_EQUAL(platform_line_connects(PORT), 1);
  fixture.logged = 0;
  interrupt();
  CHECK_LOG("AB");
}

/* The last client is gone, the line not yet, when a new one comes. */
static void b07_last_disconnect_against_a_new_connect(void)
{
  start();
  connect_all(1);
  rendezvous_reset();
  inject(PARALLEL_ISR_TRACE_DISCONNECTED, stop_here);
  target = &alice;
  begin_thread(&first, disconnect_target);
  until_stopped();
  begin_thread(&second, connect_bob);
  let_go();
  join(&first);
  join(&second);
  CHECK_EQUAL(target_status, STATUS_SUCCESS);
  CHECK_EQUAL(statuses[1], STATUS_SUCCESS);
  CHECK_EQUAL(platform_line_connects(PORT), platform_line_disconnects(PORT) + 1u);
  interrupt();
  CHECK_LOG("B");
}

/* ---- iterate ----------------------------------------------------------------------------------------------------- */

static uint32_t visited;

static BOOLEAN NTAPI stop_and_visit(PVOID context, const parallel_isr_connection_information *connection)
{
  (void)context;
  (void)connection;
  if (visited++ == 0) stop_here();
  return TRUE;
}

static void iterate(void)
{
  (void)parallel_isr_iterate(PORT, stop_and_visit, NULL);
}

static void threads_interrupts_do_not_wait_for_a_visitor(void)
{
  start();
  connect_all(3);
  visited = 0;
  rendezvous_reset();
  begin_thread(&first, iterate);
  until_stopped();
  interrupt();
  CHECK_LOG("ABC");
  target = &bob;
  begin_thread(&second, disconnect_target);
  let_go();
  join(&first);
  join(&second);
  CHECK_EQUAL(visited, 3); /* the set of clients stood still */
  CHECK_EQUAL(target_status, STATUS_SUCCESS);
}

/* ---- remove ------------------------------------------------------------------------------------------------------ */

static NTSTATUS removed;

static void remove_port(void)
{
  removed = parallel_isr_remove(PORT);
  log_char('r');
}

static void threads_remove_waits_for_the_running_isr(void)
{
  start();
  connect_all(2);
  interrupt_stops_in(&alice);
  begin_thread(&second, remove_port);
  until_waiting(&second);
  BOOLEAN early = has_returned(&second);
  let_go();
  join(&first);
  join(&second);
  CHECK(!early);
  CHECK_EQUAL(removed, STATUS_SUCCESS);
  CHECK_LOG("ABr");
  CHECK(!parallel_isr_host_interrupt(PORT));
  CHECK_EQUAL(alice.calls, 1);
}

static void stop_in_completion(waiter *me)
{
  (void)me;
  stop_here();
  log_char('c');
}

static void threads_remove_waits_for_the_running_completion(void)
{
  start();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  CHECK_EQUAL(cancel(&waiters[1]), STATUS_SUCCESS);
  rendezvous_reset();
  waiters[1].on_completion = stop_in_completion;
  begin_thread(&first, run_dpc);
  until_stopped();
  begin_thread(&second, remove_port);
  while (__atomic_load_n(&PORT->removed, __ATOMIC_SEQ_CST) == 0) (void)sched_yield();
  for (uint32_t i = 0; i < 100u && !has_returned(&second); i++) (void)sched_yield();
  let_go();
  join(&first);
  join(&second);
  CHECK_LOG("2cr");
  CHECK_EQUAL(removed, STATUS_SUCCESS);
}

static void remove_too(void)
{
  statuses[0] = parallel_isr_remove(PORT);
}

static void threads_second_remove_does_nothing(void)
{
  start();
  connect_all(1);
  interrupt_stops_in(&alice);
  begin_thread(&second, remove_port);
  until_waiting(&second);
  begin_thread(&third, remove_too);
  let_go();
  join(&first);
  join(&second);
  join(&third);
  CHECK_EQUAL((removed == STATUS_SUCCESS) + (statuses[0] == STATUS_SUCCESS), 1);
  CHECK_EQUAL((removed == STATUS_DELETE_PENDING) + (statuses[0] == STATUS_DELETE_PENDING), 1);
}

static void allocate_until_removed(void)
{
  NTSTATUS status;
  do {
    status = allocate(&waiters[1]);
    if (status == STATUS_SUCCESS) (void)parallel_isr_free(PORT, NULL);
    if (status == STATUS_PENDING) (void)cancel(&waiters[1]);
  } while (status != STATUS_DELETE_PENDING);
}

static void connect_until_removed(void)
{
  while (connect_driver(&bob) != STATUS_DELETE_PENDING) (void)disconnect_driver(&bob);
}

static void threads_remove_beside_other_calls(void)
{
  for (uint32_t i = 0; i < 50u; i++) {
    conformance_step = i + 1u;
    renew();
    start();
    connect_all(1);
    CHECK(try_allocate(&alice));
    begin_thread(&first, allocate_until_removed);
    begin_thread(&second, connect_until_removed);
    CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
    free_port(&alice);
    join(&first);
    join(&second);
    fixture.logged = 0;
  }
}

static const conformance_case table[] = {
    CASE(threads_n01_n02_disconnect_waits_for_the_running_isr),
    CASE(threads_disconnect_waits_for_the_running_check),
    CASE(threads_n03_storage_may_go_at_once),
    CASE(threads_disconnect_of_the_last_waits_for_the_trampoline),
    CASE(threads_synchronize_waits_for_the_running_isr),
    CASE(threads_interrupt_does_not_wait_for_a_thread),
    CASE(threads_merged_interrupts_are_served_by_the_holder),
    CASE(threads_acquirer_is_not_starved),
    CASE(threads_interrupt_yields_to_an_acquirer),
    CASE(threads_acquirers_are_served_in_order),
    CASE(threads_n08_one_of_two_tries_succeeds),
    CASE(threads_n13_try_against_queued_allocate),
    CASE(b06_two_first_connects),
    CASE(b07_last_disconnect_against_a_new_connect),
    CASE(threads_interrupts_do_not_wait_for_a_visitor),
    CASE(threads_remove_waits_for_the_running_isr),
    CASE(threads_remove_waits_for_the_running_completion),
    CASE(threads_second_remove_does_nothing),
    CASE(threads_remove_beside_other_calls),
};
static CASES(cases, table);
const conformance_group *const conformance_groups[] = {&cases};
const uint32_t conformance_group_count = 1;

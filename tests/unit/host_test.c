/* SPDX-License-Identifier: MIT */
/* The host backend: levels, its DPC thread, the simulated line, and interrupts that are signals. */
#include "rendezvous.h"

#include <signal.h>

/* ---- levels ------------------------------------------------------------------------------------------------------ */

static KIRQL level_of_thread;

static void note_level(void)
{
  level_of_thread = platform_level(PORT);
}

static void host_level_belongs_to_a_thread(void)
{
  thread other;
  start();
  KIRQL old = parallel_isr_host_raise(PARALLEL_ISR_HOST_DIRQL);
  CHECK_EQUAL(old, PASSIVE_LEVEL);
  level_of_thread = DISPATCH_LEVEL;
  begin_thread(&other, note_level);
  join(&other);
  CHECK_EQUAL(level_of_thread, PASSIVE_LEVEL);
  CHECK_EQUAL(platform_level(PORT), PLATFORM_DIRQL);
  parallel_isr_host_lower(old);
  CHECK_EQUAL(platform_level(PORT), PASSIVE_LEVEL);
}

/* z08 */
static void host_z08_interrupt_returns_to_the_level_that_it_found(void)
{
  static const KIRQL levels[] = {PASSIVE_LEVEL, APC_LEVEL, DISPATCH_LEVEL};
  start();
  connect_all(1);
  for (uint32_t i = 0; i < 3u; i++) {
    KIRQL old = parallel_isr_host_raise(levels[i]);
    CHECK(parallel_isr_host_interrupt(PORT));
    CHECK_EQUAL(alice.level, PLATFORM_DIRQL);
    CHECK_EQUAL(platform_level(PORT), levels[i]);
    CHECK_EQUAL(try_allocate(&alice), TRUE);
    free_port(&alice);
    CHECK_EQUAL(platform_level(PORT), levels[i]);
    parallel_isr_host_lower(old);
  }
}

/* ---- the line ---------------------------------------------------------------------------------------------------- */

static void host_unconnected_line_delivers_nothing(void)
{
  start();
  CHECK(!parallel_isr_host_interrupt(PORT));
  CHECK_EQUAL(passes(), 0);
  connect_all(1);
  CHECK(parallel_isr_host_interrupt(PORT));
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK(!parallel_isr_host_interrupt(PORT));
  CHECK_EQUAL(passes(), 1);
}

static void host_connects_both_forms_of_a_line(void)
{
  static const ULONG forms[] = {CONNECT_LINE_BASED, CONNECT_FULLY_SPECIFIED};
  for (uint32_t i = 0; i < 2u; i++) {
    renew();
    fixture.configuration.connect_version = forms[i];
    start();
    connect_all(1);
    interrupt();
    CHECK_EQUAL(alice.calls, 1);
  }
}

/* ---- the DPC thread ---------------------------------------------------------------------------------------------- */

static sem_t completed;

static void post(waiter *me)
{
  (void)me;
  (void)sem_post(&completed);
}

static void free_and_post(waiter *me)
{
  (void)parallel_isr_free(PORT, NULL);
  post(me);
}

static void start_with_dpc_thread(void)
{
  CHECK_EQUAL(sem_init(&completed, 0, 0), 0);
  fixture.configuration.backend.manual_dpc = FALSE;
  start();
}

static void host_dpc_thread_completes_a_chain_of_waiters(void)
{
  start_with_dpc_thread();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  for (uint32_t i = 1; i < FIXTURE_REQUESTS; i++) {
    waiters[i].on_completion = free_and_post;
    CHECK_EQUAL(allocate(&waiters[i]), STATUS_PENDING);
  }
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  for (uint32_t i = 1; i < FIXTURE_REQUESTS; i++) wait_for(&completed);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  CHECK_LOG("2345678");
  for (uint32_t i = 1; i < FIXTURE_REQUESTS; i++) {
    CHECK_EQUAL(waiters[i].status, STATUS_SUCCESS);
    CHECK_EQUAL(waiters[i].level, DISPATCH_LEVEL);
  }
}

static void check_and_post(driver *me)
{
  (void)me;
  (void)sem_post(&completed);
}

static void host_dpc_thread_runs_the_checks(void)
{
  start_with_dpc_thread();
  wants_checks(&alice);
  connect_all(1);
  alice.on_check = check_and_post;
  for (uint32_t i = 0; i < 5u; i++) {
    CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
    CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
    wait_for(&completed);
  }
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK_LOG("aaaaa");
}

static void host_remove_drains_the_dpc_thread(void)
{
  for (uint32_t i = 0; i < 50u; i++) {
    renew();
    start_with_dpc_thread();
    for (uint32_t k = 0; k < FIXTURE_REQUESTS; k++) (void)allocate(&waiters[k]);
    CHECK_EQUAL(cancel(&waiters[3]), STATUS_SUCCESS);
    CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS); /* is being handed over, perhaps */
    CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
    for (uint32_t k = 1; k < FIXTURE_REQUESTS; k++) CHECK_EQUAL(waiters[k].calls, 1);
    CHECK_EQUAL(waiters[3].status, STATUS_CANCELLED);
    fixture.logged = 0;
  }
}

/* A free after the drain asks for a DPC that nobody runs any more. */
static void host_free_after_remove(void)
{
  start_with_dpc_thread();
  wants_checks(&alice);
  connect_all(1);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  free_port(&alice);
  CHECK_LOG("");
}

/* ---- signals ----------------------------------------------------------------------------------------------------- */

static void handle(int number)
{
  (void)number;
  (void)parallel_isr_host_interrupt(PORT);
}

static void send(void)
{
  (void)raise(SIGUSR1);
}

static void start_with_signal(void)
{
  struct sigaction action;
  fill(&action, 0, sizeof action);
  action.sa_handler = handle;
  CHECK_EQUAL(sigemptyset(&action.sa_mask), 0);
  CHECK_EQUAL(sigaction(SIGUSR1, &action, NULL), 0);
  fixture.configuration.backend.signal = SIGUSR1;
  start();
}

static void host_signal_is_an_interrupt(void)
{
  start_with_signal();
  connect_all(2);
  send();
  CHECK_LOG("AB");
  CHECK_EQUAL(alice.level, PLATFORM_DIRQL);
  CHECK_EQUAL(platform_level(PORT), PASSIVE_LEVEL);
}

static BOOLEAN NTAPI send_in_synchronize(PVOID context)
{
  (void)context;
  send();
  log_char('s');
  return TRUE;
}

/* z09 */
static void host_z09_signal_waits_while_interrupts_are_off(void)
{
  start_with_signal();
  connect_all(1);
  CHECK(parallel_isr_synchronize(PORT, send_in_synchronize, NULL));
  CHECK_LOG("sA"); /* delivered when it ends, not merged */
  CHECK_EQUAL(statistics().merged, 0);
  CHECK(!platform_run_dpc(PORT));
}

static void send_once(driver *me)
{
  me->on_interrupt = NULL;
  send();
}

static void host_signal_waits_for_the_isr_that_it_interrupts(void)
{
  start_with_signal();
  connect_all(2);
  alice.on_interrupt = send_once;
  send();
  CHECK_LOG("ABAB");
  CHECK_EQUAL(statistics().merged, 0);
}

/* A signal at every step of every call that a thread makes: each is one interrupt, and the call comes out as always. */
static void connect_and_disconnect(void)
{
  CHECK_EQUAL(connect_driver(&bob), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
}

static void allocate_and_cancel(void)
{
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  CHECK_EQUAL(allocate(&waiters[2]), STATUS_PENDING);
  CHECK_EQUAL(cancel(&waiters[2]), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_EQUAL(waiters[1].status, STATUS_SUCCESS);
  CHECK_EQUAL(waiters[2].status, STATUS_CANCELLED);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
}

static void try_and_free(void)
{
  CHECK(try_allocate(&alice));
  free_port(&alice);
  run_dpc_until_idle();
}

static uint32_t until_step;

static void count_step(void)
{
  if (until_step != 0 && --until_step == 0) send();
}

static void sweep(void (*call)(void))
{
  BOOLEAN sent = TRUE;
  uint32_t at = 0;
  while (sent) {
    conformance_step = ++at;
    renew();
    start_with_signal();
    wants_checks(&alice);
    connect_all(1);
    until_step = at;
    inject_every(count_step);
    call();
    inject_every(NULL);
    sent = until_step == 0;
    run_dpc_until_idle();
    CHECK_EQUAL(alice.calls, sent);
    check_invariants();
    fixture.logged = 0;
  }
  CHECK(at > 2u);
}

static void host_signal_at_every_step_of_connect_and_disconnect(void)
{
  sweep(connect_and_disconnect);
}

static void host_signal_at_every_step_of_allocate_cancel_and_the_dpc(void)
{
  sweep(allocate_and_cancel);
}

static void host_signal_at_every_step_of_try_and_free(void)
{
  sweep(try_and_free);
}

static const conformance_case table[] = {
    CASE(host_level_belongs_to_a_thread),
    CASE(host_z08_interrupt_returns_to_the_level_that_it_found),
    CASE(host_unconnected_line_delivers_nothing),
    CASE(host_connects_both_forms_of_a_line),
    CASE(host_dpc_thread_completes_a_chain_of_waiters),
    CASE(host_dpc_thread_runs_the_checks),
    CASE(host_remove_drains_the_dpc_thread),
    CASE(host_free_after_remove),
    CASE(host_signal_is_an_interrupt),
    CASE(host_z09_signal_waits_while_interrupts_are_off),
    CASE(host_signal_waits_for_the_isr_that_it_interrupts),
    CASE(host_signal_at_every_step_of_connect_and_disconnect),
    CASE(host_signal_at_every_step_of_allocate_cancel_and_the_dpc),
    CASE(host_signal_at_every_step_of_try_and_free),
};
static CASES(cases, table);
const conformance_group *const conformance_groups[] = {&cases};
const uint32_t conformance_group_count = 1;

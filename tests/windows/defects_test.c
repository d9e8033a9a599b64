/* SPDX-License-Identifier: MIT */
/* The defects of the original driver, each by what it would show here. More of b01, b04, b06, b07: boundaries_test.c
 * and storms_test.c. */
#include "cases.h"
#include "hooks.h"

/* A owns, B is queued; A frees, and before the hand-over B is cancelled, C takes the port, and D allocates it. */
static void b01_double_grant(void)
{
  sim_irp a, b, d;
  open_all();
  CHECK_EQUAL(client_connect(&carol, false), STATUS_SUCCESS);
  CHECK_EQUAL(client_allocate(&alice, &a), STATUS_SUCCESS);
  CHECK_EQUAL(client_allocate(&bob, &b), STATUS_PENDING);
  sim_dpcs_held = true;
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  CHECK(sim_irp_cancel(&b));
  CHECK(client_try(&carol));
  CHECK_EQUAL(client_allocate(&alice, &d), STATUS_PENDING);
  sim_run_dpcs();
  CHECK_EQUAL(b.result.Status, STATUS_CANCELLED);
  CHECK_EQUAL(d.ended, 0); /* carol owns the port */
  client_free(&carol);
  CHECK_EQUAL(d.result.Status, STATUS_SUCCESS);
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  close_all();
}

static sim_irp b02_waiter;

static void b02_allocate(void *unused)
{
  (void)unused;
  (void)client_allocate(&bob, &b02_waiter);
}

static void b02_interrupt(void *unused)
{
  (void)unused;
  (void)sim_interrupt(VECTOR);
}

static void b02_free_in_the_isr(client *self)
{
  client_free(self);
}

/* The count was raised, and the request queued, in two steps: who freed in between left the request asleep. */
static void b02_lost_wakeup(void)
{
  uint32_t boundaries = 0;
  open_all();
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  alice.on_interrupt = b02_free_in_the_isr;
  for (sim_step = 0; sim_step <= boundaries; sim_step++) {
    CHECK(client_try(&alice));
    if (sim_step == 0) {
      boundaries = sim_step_trace(b02_allocate, NULL);
      client_free(&alice);
    } else {
      sim_step_to(sim_step - 1u, b02_allocate, NULL, b02_interrupt, NULL);
    }
    sim_run_dpcs();
    CHECK_EQUAL(b02_waiter.ended, 1);
    CHECK_EQUAL(b02_waiter.result.Status, STATUS_SUCCESS);
    CHECK_EQUAL(client_give(&bob), STATUS_SUCCESS);
  }
  CHECK(sim_step > 50);
  close_all();
}

/* A try that failed counted as one that waits. The requests to which that happened are refused here, and count nothing:
 * SELECT_DEVICE is of the daisy chain's. */
static void b03_failed_try_leaks_a_count(void)
{
  shared_buffer buffer;
  open_all();
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  CHECK_EQUAL(client_connect(&bob, false), STATUS_SUCCESS);
  CHECK(client_try(&alice));
  for (uint32_t i = 0; i < 5; i++) {
    CHECK(!client_try(&bob));
    CHECK_EQUAL(
        port_control(&the_port, IOCTL_INTERNAL_SELECT_DEVICE, &buffer, sizeof buffer, sizeof buffer, NULL, NULL),
        STATUS_INVALID_PARAMETER);
  }
  CHECK_EQUAL(client_waiters(&alice), 0);
  client_free(&alice);
  CHECK(client_try(&bob));
  client_free(&bob);
  close_all();
}

static bool b04_thread;

static void b04_try(void *information)
{
  const PARALLEL_PORT_INFORMATION *const told = information;
  sim_enter_driver();
  b04_thread = told->TryAllocatePort(told->Context) != FALSE;
}

static void b04_try_in_the_isr(client *self)
{
  self->got = client_try(self);
}

static void b04_connect_and_interrupt(void *unused)
{
  (void)unused;
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  alice.on_interrupt = b04_try_in_the_isr;
  CHECK_EQUAL(sim_interrupt(VECTOR), SIM_CLAIMED);
}

static void b04_elsewhere(void *unused)
{
  (void)unused;
  sim_on_another_processor(b04_connect_and_interrupt, NULL);
}

/* A thread that takes the port while nobody is connected used another lock than the ISR of who connects meanwhile. */
static void b04_mixed_locks(void)
{
  shared_buffer buffer;
  uint32_t boundaries = 0;
  open_all();
  CHECK_EQUAL(
      port_control(&the_port, IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &buffer, 0, sizeof buffer.port, NULL, NULL),
      STATUS_SUCCESS);
  for (sim_step = 0; sim_step <= boundaries; sim_step++) {
    alice.got = false;
    if (sim_step == 0)
      boundaries = sim_step_trace(b04_try, &buffer.port);
    else
      sim_step_to(sim_step - 1u, b04_try, &buffer.port, b04_elsewhere, NULL);
    CHECK_EQUAL((b04_thread ? 1 : 0) + (alice.got ? 1 : 0), 1);
    if (alice.got)
      client_free(&alice);
    else
      buffer.port.FreePort(buffer.port.Context);
    if (sim_step != 0) CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
  }
  CHECK(sim_step > 5);
  close_all();
}

/* The routines that were handed out used the interrupt object behind its end. */
static void b05_use_after_the_last_disconnect(void)
{
  shared_buffer buffer;
  open_all();
  CHECK_EQUAL(
      port_control(&the_port, IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &buffer, 0, sizeof buffer.port, NULL, NULL),
      STATUS_SUCCESS);
  for (uint32_t i = 0; i < 3; i++) {
    CHECK_EQUAL(client_connect(&alice, true), STATUS_SUCCESS);
    CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
    CHECK_EQUAL(sim_connected(VECTOR), 0);
    CHECK(buffer.port.TryAllocatePort(buffer.port.Context));
    CHECK_EQUAL(buffer.port.QueryNumWaiters(buffer.port.Context), 0);
    buffer.port.FreePort(buffer.port.Context);
    CHECK(!client_try(&alice)); /* his handle is of a connection that is gone */
    client_free(&alice);
    CHECK_EQUAL(alice.checks, 0);
  }
  close_all();
}

static void b06_connect_bob(void *unused)
{
  (void)unused;
  CHECK_EQUAL(client_connect(&bob, false), STATUS_SUCCESS);
}

static void b06_connect_alice(void *unused)
{
  (void)unused;
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
}

static void b06_elsewhere(void *unused)
{
  (void)unused;
  sim_on_another_processor(b06_connect_bob, NULL);
}

/* Two first connects connected the line twice; a last disconnect took the line of a new connect. */
static void connect_beside(void (*operation)(void *), bool connected)
{
  uint32_t boundaries = 0, met = 0;
  open_all();
  for (sim_step = 0; sim_step <= boundaries; sim_step++) {
    if (sim_step != 0 && !sim_step_is_free(sim_step - 1u)) continue; /* another processor would wait */
    if (connected) CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
    const uint32_t before = the_port.device.connects;
    if (sim_step == 0)
      boundaries = sim_step_trace(operation, NULL);
    else
      sim_step_to(sim_step - 1u, operation, NULL, b06_elsewhere, NULL);
    met += sim_step != 0;
    CHECK_EQUAL(bob.connected, sim_step != 0);
    CHECK_EQUAL(sim_connected(VECTOR), alice.connected || bob.connected);
    CHECK(the_port.device.connects - before <= 1); /* the line */
    alice.calls = bob.calls = 0;
    (void)sim_interrupt(VECTOR);
    CHECK_EQUAL(alice.calls, alice.connected);
    CHECK_EQUAL(bob.calls, bob.connected);
    if (alice.connected) CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
    if (bob.connected) CHECK_EQUAL(client_disconnect(&bob), STATUS_SUCCESS);
    CHECK_EQUAL(sim_connected(VECTOR), 0);
  }
  CHECK(met > 20);
  close_all();
}

static void b06_two_first_connects(void)
{
  connect_beside(b06_connect_alice, false);
}

static void b07_disconnect_alice(void *unused)
{
  (void)unused;
  CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
}

static void b07_last_disconnect_and_new_connect(void)
{
  connect_beside(b07_disconnect_alice, true);
}

static void b08_double_and_foreign_free(void)
{
  sim_irp owner, waiter;
  open_all();
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  CHECK_EQUAL(client_connect(&bob, false), STATUS_SUCCESS);
  CHECK(client_try(&alice));
  client_free(&bob); /* foreign */
  CHECK_EQUAL(client_give(&carol), STATUS_RESOURCE_NOT_OWNED);
  CHECK(!client_try(&bob));
  client_free(&alice);
  client_free(&alice); /* double */
  CHECK_EQUAL(client_give(&alice), STATUS_RESOURCE_NOT_OWNED);
  CHECK(client_try(&bob));
  client_free(&bob);
  CHECK_EQUAL(client_allocate(&alice, &owner), STATUS_SUCCESS);
  CHECK_EQUAL(client_allocate(&bob, &waiter), STATUS_PENDING);
  CHECK_EQUAL(client_waiters(&alice), 1);
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(waiter.result.Status, STATUS_SUCCESS);
  CHECK_EQUAL(client_give(&bob), STATUS_SUCCESS);
  close_all();
}

static void b09_leaks(void)
{
  open_all();
  for (uint32_t i = 0; i < 100; i++) {
    sim_step = i;
    the_port.device.connect_status = i % 2 != 0 ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
    CHECK_EQUAL(client_connect(&alice, true), the_port.device.connect_status);
    if (alice.connected) CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
    CHECK_EQUAL(sim_connected(VECTOR), 0); /* no reference was left */
  }
  close_all();
}

/* CLEANUP of a handle took everybody's requests, and left its own client's port. */
static void b10_cleanup_takes_what_is_its_own(void)
{
  sim_irp owner, mine, others[2];
  open_all();
  CHECK_EQUAL(client_allocate(&carol, &owner), STATUS_SUCCESS);
  CHECK_EQUAL(client_allocate(&bob, &others[0]), STATUS_PENDING);
  CHECK_EQUAL(client_allocate(&alice, &mine), STATUS_PENDING);
  CHECK_EQUAL(client_allocate(&bob, &others[1]), STATUS_PENDING);
  client_close(&alice);
  CHECK_EQUAL(mine.result.Status, STATUS_CANCELLED);
  CHECK(others[0].ended == 0 && others[1].ended == 0);
  client_close(&carol); /* owns the port */
  CHECK_EQUAL(others[0].result.Status, STATUS_SUCCESS);
  CHECK_EQUAL(client_give(&bob), STATUS_SUCCESS);
  CHECK_EQUAL(others[1].result.Status, STATUS_SUCCESS);
  CHECK_EQUAL(client_give(&bob), STATUS_SUCCESS);
  close_all();
}

static void b11_remove_disconnects(void)
{
  static client nameless;
  port_begin();
  nameless = (client){.device = the_port.fdo, .claims = TRUE};
  CHECK_EQUAL(client_connect(&nameless, true), STATUS_SUCCESS);
  CHECK_EQUAL(sim_interrupt(VECTOR), SIM_CLAIMED);
  CHECK(client_try(&nameless));
  port_end(); /* the extension is freed: an ISR would fault */
  CHECK_EQUAL(sim_interrupt(VECTOR), SIM_NOT_CONNECTED);
  CHECK_EQUAL(nameless.calls, 1);
  CHECK_EQUAL(nameless.checks, 0);
}

static void b12_take_and_give(client *self)
{
  CHECK(client_try(self));
  client_free(self);
}

static void b12_free_at_interrupt_level_skips_the_checks(void)
{
  open_all();
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  CHECK_EQUAL(client_connect(&bob, true), STATUS_SUCCESS);
  alice.on_interrupt = b12_take_and_give;
  for (uint32_t i = 1; i <= 3; i++) {
    CHECK_EQUAL(sim_interrupt(VECTOR), SIM_CLAIMED);
    CHECK_EQUAL(bob.checks, i);
  }
  close_all();
}

static uint32_t depth, deepest;
static uintptr_t lowest, highest;

static void b13_free_at_once(sim_irp *self)
{
  const uintptr_t stack = (uintptr_t)__builtin_frame_address(0);
  if (++depth > deepest) deepest = depth;
  if (lowest == 0 || stack < lowest) lowest = stack;
  if (stack > highest) highest = stack;
  CHECK_EQUAL(self->result.Status, STATUS_SUCCESS);
  CHECK_EQUAL(client_give(&bob), STATUS_SUCCESS);
  depth--;
}

static void b13_completions_recurse(void)
{
  static sim_irp irps[33];
  open_all();
  depth = deepest = 0;
  lowest = highest = 0;
  CHECK_EQUAL(client_allocate(&alice, &irps[0]), STATUS_SUCCESS);
  for (uint32_t i = 1; i < 33; i++) {
    CHECK_EQUAL(client_allocate(&bob, &irps[i]), STATUS_PENDING);
    irps[i].on_completion = b13_free_at_once;
  }
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  for (uint32_t i = 1; i < 33; i++) CHECK_EQUAL(irps[i].ended, 1);
  CHECK_EQUAL(deepest, 1);
  CHECK_EQUAL(highest, lowest); /* the stack does not grow with them */
  close_all();
}

/* A request that failed behind the allocation kept the port. */
static void b14_request_that_fails_keeps_nothing(void)
{
  sim_irp owner, waiter;
  static sim_irp many[33];
  open_all();
  CHECK_EQUAL(client_allocate(&alice, &owner), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 32; i++) CHECK_EQUAL(client_allocate(&bob, &many[i]), STATUS_PENDING);
  CHECK_EQUAL(client_allocate(&carol, &waiter), STATUS_INSUFFICIENT_RESOURCES);
  sim_dpcs_held = true;
  for (uint32_t i = 0; i < 32; i++) CHECK(sim_irp_cancel(&many[i]));
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(client_allocate(&carol, &waiter), STATUS_INSUFFICIENT_RESOURCES); /* free, but no slot yet */
  sim_run_dpcs();
  CHECK_EQUAL(port_control(&the_port, IOCTL_INTERNAL_SELECT_DEVICE, NULL, 0, 0, carol.file, NULL),
              STATUS_INVALID_PARAMETER);
  close_all();
}

static const sim_case table[] = {
    CASE(b01_double_grant),
    CASE(b02_lost_wakeup),
    CASE(b03_failed_try_leaks_a_count),
    CASE(b04_mixed_locks),
    CASE(b05_use_after_the_last_disconnect),
    CASE(b06_two_first_connects),
    CASE(b07_last_disconnect_and_new_connect),
    CASE(b08_double_and_foreign_free),
    CASE(b09_leaks),
    CASE(b10_cleanup_takes_what_is_its_own),
    CASE(b11_remove_disconnects),
    CASE(b12_free_at_interrupt_level_skips_the_checks),
    CASE(b13_completions_recurse),
    CASE(b14_request_that_fails_keeps_nothing),
};
CASES(defects_cases, table);

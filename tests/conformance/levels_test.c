/* SPDX-License-Identifier: MIT */
/* Who may call what at which level (the table at the top of the header), and at which level the library
 * calls its users. */
#include "fixture.h"

static shared_buffer buffer;

/* ---- every call at every level ----------------------------------------------------------------------------------- */

static NTSTATUS control(ULONG code)
{
  parallel_isr_device_request request = request_for(code, &buffer);
  request.client = &bob;
  request.completion_context = &waiters[1];
  buffer.service = bob.service;
  NTSTATUS status = parallel_isr_device_control(PORT, &request);
  if (status == STATUS_INVALID_DEVICE_STATE) CHECK_EQUAL(request.information, 0);
  return status;
}

static NTSTATUS call_connect(void)
{
  return connect_driver(&bob);
}

static NTSTATUS call_disconnect(void)
{
  return disconnect_driver(&alice);
}

static NTSTATUS call_connect_control(void)
{
  return control(IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT);
}

static NTSTATUS call_disconnect_control(void)
{
  return control(IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT);
}

static NTSTATUS call_remove(void)
{
  return parallel_isr_remove(PORT);
}

static BOOLEAN NTAPI visit(PVOID context, const parallel_isr_connection_information *connection)
{
  (void)context;
  (void)connection;
  log_char('v');
  return TRUE;
}

static NTSTATUS call_iterate(void)
{
  return parallel_isr_iterate(PORT, visit, NULL);
}

static NTSTATUS call_allocate(void)
{
  return allocate(&waiters[0]);
}

static NTSTATUS call_allocate_control(void)
{
  return control(IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE);
}

static NTSTATUS call_cancel(void)
{
  return cancel(&waiters[0]);
}

static NTSTATUS call_statistics(void)
{
  parallel_isr_statistics now;
  fill(&now, 0x5A, sizeof now);
  NTSTATUS status = parallel_isr_query_statistics(PORT, &now);
  if (status != STATUS_SUCCESS) CHECK(is_filled(&now, 0, sizeof now));
  return status;
}

static NTSTATUS call_information_control(void)
{
  return control(IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO);
}

static NTSTATUS call_free_control(void)
{
  return control(IOCTL_INTERNAL_PARALLEL_PORT_FREE);
}

static NTSTATUS call_unknown_control(void)
{
  return control(0x0016003Cu);
}

static NTSTATUS call_free(void)
{
  return parallel_isr_free(PORT, NULL);
}

static BOOLEAN NTAPI synchronized(PVOID context)
{
  (void)context;
  log_char('s');
  return TRUE;
}

/* Where there is no status: refused is FALSE without a call. */
static NTSTATUS call_synchronize(void)
{
  return parallel_isr_synchronize(PORT, synchronized, NULL) ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_STATE;
}

static NTSTATUS call_try_allocate(void)
{
  return try_allocate(&alice) ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_STATE;
}

static NTSTATUS call_query_waiters(void)
{
  return (NTSTATUS)parallel_isr_query_waiters(alice.information.Context);
}

/* What each returns where it is allowed; alice is connected, the port is free, nobody is queued. */
static const struct call {
  NTSTATUS (*function)(void);
  KIRQL highest;
  NTSTATUS allowed;
} calls[] = {
    {call_connect, PASSIVE_LEVEL, STATUS_SUCCESS},
    {call_disconnect, PASSIVE_LEVEL, STATUS_SUCCESS},
    {call_connect_control, PASSIVE_LEVEL, STATUS_SUCCESS},
    {call_disconnect_control, PASSIVE_LEVEL, STATUS_INVALID_PARAMETER},
    {call_remove, PASSIVE_LEVEL, STATUS_SUCCESS},
    {call_iterate, PASSIVE_LEVEL, STATUS_SUCCESS},
    {call_allocate, DISPATCH_LEVEL, STATUS_SUCCESS},
    {call_allocate_control, DISPATCH_LEVEL, STATUS_SUCCESS},
    {call_cancel, DISPATCH_LEVEL, STATUS_NOT_FOUND},
    {call_synchronize, DISPATCH_LEVEL, STATUS_SUCCESS},
    {call_statistics, DISPATCH_LEVEL, STATUS_SUCCESS},
    {call_information_control, DISPATCH_LEVEL, STATUS_SUCCESS},
    {call_free_control, DISPATCH_LEVEL, STATUS_RESOURCE_NOT_OWNED},
    {call_unknown_control, DISPATCH_LEVEL, STATUS_INVALID_PARAMETER},
    {call_free, PLATFORM_DIRQL, STATUS_RESOURCE_NOT_OWNED},
    {call_try_allocate, PLATFORM_DIRQL, STATUS_SUCCESS},
    {call_query_waiters, PLATFORM_DIRQL, 0},
};

static const KIRQL levels[] = {PASSIVE_LEVEL, APC_LEVEL, DISPATCH_LEVEL, PLATFORM_DIRQL};

static void levels_of_every_call(void)
{
  for (uint32_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
    for (uint32_t k = 0; k < sizeof levels / sizeof levels[0]; k++) {
      snapshot before;
      conformance_step = i * 4u + k + 1u;
      renew();
      start();
      connect_all(1);
      take_snapshot(&before);
      KIRQL old = platform_raise(PORT, levels[k]);
      NTSTATUS status = calls[i].function();
      CHECK_EQUAL(platform_level(PORT), levels[k]);
      platform_lower(PORT, old);
      CHECK_EQUAL(status, levels[k] <= calls[i].highest ? calls[i].allowed : STATUS_INVALID_DEVICE_STATE);
      if (levels[k] > calls[i].highest) {
        CHECK_UNCHANGED(&before);
        CHECK_LOG("");
      }
    }
}

static void levels_of_initialize(void)
{
  for (uint32_t k = 1; k < sizeof levels / sizeof levels[0]; k++) {
    renew();
    KIRQL old = platform_raise(PORT, levels[k]);
    NTSTATUS status = parallel_isr_initialize(PORT, &fixture.configuration);
    NTSTATUS without = parallel_isr_initialize(PORT, NULL);
    platform_lower(PORT, old);
    CHECK_EQUAL(status, STATUS_INVALID_DEVICE_STATE);
    CHECK_EQUAL(without, STATUS_INVALID_PARAMETER); /* the one call whose level comes second */
  }
}

/* ---- the same from inside the library's own calls ---------------------------------------------------------------- */

static void call_everything(driver *me)
{
  CHECK_EQUAL(platform_level(PORT), PLATFORM_DIRQL);
  for (uint32_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
    if (calls[i].highest < PLATFORM_DIRQL) CHECK_EQUAL(calls[i].function(), STATUS_INVALID_DEVICE_STATE);
  CHECK(try_allocate(me));
  free_port(me);
}

static void levels_in_an_isr(void)
{
  start();
  connect_all(1);
  alice.on_interrupt = call_everything;
  interrupt();
  CHECK_EQUAL(alice.calls, 1);
  CHECK(!platform_run_dpc(PORT));
}

static void levels_in_a_deferred_routine(void)
{
  start();
  wants_checks(&alice);
  connect_all(1);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  alice.on_check = call_everything;
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_EQUAL(alice.checks, 1);
  CHECK_EQUAL(alice.level, PLATFORM_DIRQL);
}

static void call_what_threads_may(waiter *me)
{
  CHECK_EQUAL(platform_level(PORT), DISPATCH_LEVEL);
  for (uint32_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
    if (calls[i].highest < DISPATCH_LEVEL) CHECK_EQUAL(calls[i].function(), STATUS_INVALID_DEVICE_STATE);
  CHECK(parallel_isr_synchronize(PORT, synchronized, NULL));
  me->on_completion = NULL;
}

static void levels_in_a_completion(void)
{
  start();
  connect_all(1);
  CHECK_EQUAL(allocate(&waiters[6]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[7]), STATUS_PENDING);
  waiters[7].on_completion = call_what_threads_may;
  CHECK_EQUAL(cancel(&waiters[7]), STATUS_SUCCESS);
  run_dpc_until_idle();
  CHECK_LOG("8s");
}

/* r02, for the answers too: they come through unchanged. */
static UCHAR answer;

static BOOLEAN NTAPI answer_at_dirql(PVOID context)
{
  (void)context;
  CHECK_EQUAL(platform_level(PORT), PLATFORM_DIRQL);
  CHECK(PORT->gate != 0);
  return answer;
}

static void levels_r02_synchronize_from_every_level(void)
{
  start();
  connect_all(1);
  for (uint32_t k = 0; k < 3u; k++)
    for (answer = 0; answer <= 2u; answer++) {
      KIRQL old = platform_raise(PORT, levels[k]);
      CHECK_EQUAL(parallel_isr_synchronize(PORT, answer_at_dirql, NULL), answer);
      CHECK_EQUAL(platform_level(PORT), levels[k]);
      platform_lower(PORT, old);
      CHECK_EQUAL(PORT->gate, 0);
    }
}

static const conformance_case table[] = {
    CASE(levels_of_every_call),         CASE(levels_of_initialize),   CASE(levels_in_an_isr),
    CASE(levels_in_a_deferred_routine), CASE(levels_in_a_completion), CASE(levels_r02_synchronize_from_every_level),
};
CASES(levels_cases, table);

/* SPDX-License-Identifier: MIT */
/* Who owns the port (DESIGN 2.1, 2.4): the original's table of operations, row by row and then every operation in
 * every state, by every caller, at every level. */
#include "fixture.h"

/* ---- the rows of the table --------------------------------------------------------------------------------------- */

static void ownership_allocate_row(void)
{
  start();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS); /* free: owned */
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING); /* owned: to the tail */
  CHECK_EQUAL(allocate(&waiters[2]), STATUS_PENDING);
  CHECK_EQUAL(parallel_isr_query_waiters(nameless()), 2);
}

static void ownership_try_allocate_row(void)
{
  parallel_isr_device_request request;
  shared_buffer buffer;
  start();
  request = request_for(IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &buffer);
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_SUCCESS);
  CHECK(buffer.port.TryAllocatePort(buffer.port.Context));
  CHECK(!buffer.port.TryAllocatePort(buffer.port.Context)); /* never queues */
  CHECK_EQUAL(buffer.port.QueryNumWaiters(buffer.port.Context), 0);
  buffer.port.FreePort(buffer.port.Context);
  CHECK(buffer.port.TryAllocatePort(buffer.port.Context));
}

static void ownership_try_allocate_at_interrupt_level_row(void)
{
  start();
  connect_all(2);
  alice.on_interrupt = take;
  bob.on_interrupt = take;
  interrupt();
  CHECK(alice.got);
  CHECK(!bob.got);
}

static void ownership_free_row(void)
{
  start();
  connect_all(1);
  CHECK(try_allocate(&alice));
  free_port(&alice); /* no waiters: free */
  CHECK_EQUAL(PORT->users, 0);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  free_port(&alice); /* a waiter: his */
  run_dpc_until_idle();
  CHECK_LOG("1");
  CHECK(!try_allocate(&alice));
}

static void ownership_free_from_interrupt_level_row(void)
{
  start();
  connect_all(1);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_PENDING);
  alice.on_interrupt = give;
  interrupt();
  CHECK_EQUAL(waiters[0].calls, 0); /* completions wait for the DPC */
  run_dpc_until_idle();
  CHECK_LOG("A1");
  CHECK_EQUAL(waiters[0].level, DISPATCH_LEVEL);
}

static void ownership_query_waiters_row(void)
{
  start();
  connect_all(1);
  PVOID context = nameless();
  CHECK_EQUAL(parallel_isr_query_waiters(context), 0);
  for (uint32_t i = 0; i <= 3u; i++) {
    (void)allocate(&waiters[i]);
    CHECK_EQUAL(parallel_isr_query_waiters(context), i);
    CHECK_EQUAL(parallel_isr_query_waiters(alice.information.Context), i);
  }
  CHECK_EQUAL(cancel(&waiters[2]), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_query_waiters(context), 2);
}

static void ownership_port_information_is_what_was_configured(void)
{
  static UCHAR registers[8];
  shared_buffer buffer;
  parallel_isr_device_request request = request_for(IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &buffer);
  fixture.configuration.controller = registers;
  fixture.configuration.span_of_controller = sizeof registers;
  fixture.configuration.original_controller.QuadPart = 0x378;
  start();
  fill(&buffer, 0x5A, sizeof buffer);
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_SUCCESS);
  CHECK_EQUAL(request.information, sizeof(PARALLEL_PORT_INFORMATION));
  CHECK_EQUAL(buffer.port.OriginalController.QuadPart, 0x378);
  CHECK(buffer.port.Controller == registers);
  CHECK_EQUAL(buffer.port.SpanOfController, sizeof registers);
  CHECK(buffer.port.TryAllocatePort == parallel_isr_try_allocate_port);
  CHECK(buffer.port.FreePort == parallel_isr_free_port);
  CHECK(buffer.port.QueryNumWaiters == parallel_isr_query_waiters);
  CHECK(is_filled(buffer.bytes + sizeof buffer.port, 0x5A, sizeof buffer - sizeof buffer.port));
}

static void ownership_port_information_failures_leave_the_buffer(void)
{
  shared_buffer buffer;
  snapshot before;
  parallel_isr_device_request request = request_for(IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &buffer);
  start();
  fill(&buffer, 0x5A, sizeof buffer);
  take_snapshot(&before);
  request.output_length = sizeof(PARALLEL_PORT_INFORMATION) - 1u;
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQUAL(request.information, 0);
  request = request_for(IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, NULL);
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(request.information, 0);
  request = request_for(IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &buffer);
  KIRQL old = platform_raise(PORT, PLATFORM_DIRQL);
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_INVALID_DEVICE_STATE);
  platform_lower(PORT, old);
  CHECK_EQUAL(request.information, 0);
  CHECK(is_filled(&buffer, 0x5A, sizeof buffer));
  CHECK_UNCHANGED(&before);
}

static void ownership_unknown_codes_are_invalid(void)
{
  static const ULONG codes[] = {0, 0x00160028, 0x0016003C, 0x00160044, 0x0016009C, 0x0016002D, 0xffffffff};
  shared_buffer buffer;
  snapshot before;
  start();
  connect_all(1);
  fill(&buffer, 0x5A, sizeof buffer);
  take_snapshot(&before);
  for (uint32_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
    parallel_isr_device_request request = request_for(codes[i], &buffer);
    request.input_length = request.output_length = sizeof buffer;
    CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_INVALID_PARAMETER);
    CHECK_EQUAL(request.information, 0);
  }
  CHECK(is_filled(&buffer, 0x5A, sizeof buffer));
  CHECK_UNCHANGED(&before);
}

/* ---- identity ---------------------------------------------------------------------------------------------------- */

static void ownership_token_joins_what_a_client_does_by_different_routines(void)
{
  start();
  alice.token = &alice;
  waiters[0].token = &alice;
  connect_all(2);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS); /* ALLOCATE, then FreePort */
  free_port(&bob);
  CHECK_EQUAL(PORT->users, 1);
  free_port(&alice);
  CHECK_EQUAL(PORT->users, 0);
  alice.on_interrupt = take; /* try-allocate in the ISR, then PORT_FREE */
  interrupt();
  CHECK_EQUAL(parallel_isr_free(PORT, &bob), STATUS_RESOURCE_NOT_OWNED);
  CHECK_EQUAL(parallel_isr_free(PORT, &alice), STATUS_SUCCESS);
}

static void ownership_connection_without_a_token_is_a_client_of_its_own(void)
{
  start();
  connect_all(2);
  CHECK(try_allocate(&alice));
  free_port(&bob);
  CHECK_EQUAL(statistics().refused, 1);
  CHECK_EQUAL(PORT->users, 1);
  free_port(&alice);
  CHECK_EQUAL(PORT->users, 0);
}

static void ownership_two_connections_with_one_token_are_one_client(void)
{
  start();
  alice.token = bob.token = &alice;
  connect_all(3);
  CHECK(try_allocate(&alice));
  free_port(&carol);
  CHECK_EQUAL(PORT->users, 1);
  free_port(&bob);
  CHECK_EQUAL(PORT->users, 0);
}

/* ---- every operation in every state ------------------------------------------------------------------------------ */

typedef enum owner_axis { OWNER_NONE, OWNER_ME, OWNER_OTHER, OWNER_NAMELESS, OWNERS } owner_axis;
typedef enum caller_axis { CALLER_TOKEN, CALLER_HANDLE, CALLER_NAMELESS, CALLERS } caller_axis;
typedef enum operation_axis {
  TRY,
  FREE_PORT,
  FREE,
  FREE_CONTROL,
  ALLOCATE,
  ALLOCATE_CONTROL,
  QUERY,
  OPERATIONS
} operation_axis;

typedef struct combination {
  owner_axis owner;
  uint32_t queued; /* with no owner: a hand-over that the DPC has not made yet */
  bool removed;
  caller_axis caller;
  operation_axis operation;
  KIRQL level;
} combination;

/* What must come out: a status (for try and query a BOOLEAN and a number), and what has changed. */
typedef struct outcome {
  int64_t result;
  bool freed, taken, queued;
  uint32_t failed, refused;
} outcome;

/* The decision tables of header and DESIGN 2.1 to 2.4, and nothing that looks like the code. */
static outcome expect(const combination *at)
{
  outcome is = {0};
  bool free = at->owner == OWNER_NONE && at->queued == 0 && !at->removed;
  bool may_free = at->owner == OWNER_ME || at->owner == OWNER_NAMELESS ||
                  (at->owner == OWNER_OTHER && at->caller == CALLER_NAMELESS);
  bool control = at->operation == FREE_CONTROL || at->operation == ALLOCATE_CONTROL;
  bool handle = at->operation == TRY || at->operation == FREE_PORT || at->operation == QUERY;
  bool stale = at->removed && at->caller != CALLER_NAMELESS && handle;
  if (at->level > DISPATCH_LEVEL && (control || at->operation == ALLOCATE)) {
    is.result = STATUS_INVALID_DEVICE_STATE;
    return is;
  }
  switch (at->operation) {
  case TRY:
    is.result = free;
    is.taken = free;
    is.refused = stale;
    is.failed = !free && !stale;
    break;
  case FREE_PORT:
  case FREE:
  case FREE_CONTROL:
    is.freed = may_free;
    is.refused = !may_free;
    is.result = at->operation == FREE_PORT ? 0 : may_free ? STATUS_SUCCESS : STATUS_RESOURCE_NOT_OWNED;
    break;
  case ALLOCATE:
  case ALLOCATE_CONTROL:
    is.taken = free;
    is.queued = !free && !at->removed;
    is.result = at->removed ? STATUS_DELETE_PENDING : free ? STATUS_SUCCESS : STATUS_PENDING;
    break;
  case QUERY:
    /* The head, to whom a freed port is owed, does not wait any more; a removal counts as one who waits. */
    is.result = at->queued - (at->queued != 0 && at->owner == OWNER_NONE) + (at->removed && at->owner != OWNER_NONE);
    break;
  default:
    break;
  }
  return is;
}

/* Alice calls; dave, who is not connected, is the other one. */
static PVOID caller_context(const combination *at)
{
  return at->caller == CALLER_NAMELESS ? nameless() : alice.information.Context;
}

static PVOID caller_token(const combination *at)
{
  switch (at->caller) {
  case CALLER_TOKEN:
    return &alice;
  case CALLER_HANDLE:
    return alice.information.Context; /* the identity of a connection without a token */
  default:
    return NULL;
  }
}

static void bring_about(const combination *at, PVOID *context)
{
  PVOID owners[OWNERS] = {NULL, NULL, &dave, NULL}; /* dave is not connected: removal leaves him his name */
  renew();
  start();
  alice.token = at->caller == CALLER_TOKEN ? &alice : NULL;
  bob.token = &bob;
  connect_all(2);
  *context = caller_context(at);
  owners[OWNER_ME] = caller_token(at);
  waiters[0].token = owners[at->owner];
  if (at->owner != OWNER_NONE || at->queued != 0) CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  for (uint32_t i = 1; i <= at->queued; i++) {
    waiters[i].token = &carol;
    CHECK_EQUAL(allocate(&waiters[i]), STATUS_PENDING);
  }
  if (at->owner == OWNER_NONE && at->queued != 0) CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  if (at->removed) {
    CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
    fixture.logged = 0;
  }
}

static int64_t call(const combination *at, PVOID context)
{
  ULONG code =
      at->operation == FREE_CONTROL ? IOCTL_INTERNAL_PARALLEL_PORT_FREE : IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE;
  parallel_isr_device_request request = request_for(code, NULL);
  int64_t result = 0;
  request.client = caller_token(at);
  request.completion_context = &waiters[7];
  waiters[7].token = request.client;
  switch (at->operation) {
  case TRY:
    result = parallel_isr_try_allocate_port(context);
    break;
  case FREE_PORT:
    parallel_isr_free_port(context);
    break;
  case FREE:
    result = parallel_isr_free(PORT, caller_token(at));
    break;
  case ALLOCATE:
    result = allocate(&waiters[7]);
    break;
  case QUERY:
    result = parallel_isr_query_waiters(context);
    break;
  default:
    result = parallel_isr_device_control(PORT, &request);
    CHECK_EQUAL(request.information, 0);
    break;
  }
  return result;
}

static void check_combination(const combination *at)
{
  PVOID context;
  snapshot before;
  outcome expected = expect(at);
  bring_about(at, &context);
  uint32_t queued = PORT->queue_length, users = PORT->users;
  take_snapshot(&before);
  KIRQL old = platform_raise(PORT, at->level);
  int64_t result = call(at, context);
  platform_lower(PORT, old);
  CHECK_EQUAL(result, expected.result);
  CHECK_EQUAL(PORT->users, users + expected.taken + expected.queued - expected.freed);
  CHECK_EQUAL(PORT->queue_length, queued + expected.queued);
  CHECK_EQUAL(PORT->failed, before.port.failed + expected.failed);
  CHECK_EQUAL(PORT->refused, before.port.refused + expected.refused);
  if (!expected.freed && !expected.taken && !expected.queued) {
    before.port.failed += expected.failed;
    before.port.refused += expected.refused;
    if (expected.failed != 0) before.port.check_wanted = 1; /* the loser is owed a check */
    CHECK_UNCHANGED(&before);
  }
  CHECK_EQUAL(PORT->owner != NULL, expected.taken || (at->owner != OWNER_NONE && !expected.freed));
  check_invariants();
  CHECK_LOG("");
}

static void ownership_every_operation_in_every_state(void)
{
  combination at;
  uint32_t count = 0;
  for (uint32_t i = 0; i < (uint32_t)OWNERS * 2u * 2u * CALLERS * OPERATIONS * 3u; i++) {
    uint32_t rest = i;
    at.owner = (owner_axis)(rest % OWNERS), rest /= OWNERS;
    at.queued = rest % 2u * 2u, rest /= 2u;
    at.removed = rest % 2u != 0, rest /= 2u;
    at.caller = (caller_axis)(rest % CALLERS), rest /= CALLERS;
    at.operation = (operation_axis)(rest % OPERATIONS), rest /= OPERATIONS;
    at.level = (KIRQL)(rest % 3u == 0 ? PASSIVE_LEVEL : rest % 3u == 1 ? DISPATCH_LEVEL : PLATFORM_DIRQL);
    if (at.removed && at.queued != 0) continue;                         /* removal ends the queue */
    if (at.owner == OWNER_ME && at.caller == CALLER_NAMELESS) continue; /* is OWNER_NAMELESS */
    conformance_step = i + 1u;
    check_combination(&at);
    count++;
  }
  conformance_step = 0;
  /* 4 owners, 3 queues and removals, 3 callers, 7 operations, 3 levels; without the nameless who is himself */
  CHECK_EQUAL(count, (4u * 3u - 1u) * 3u * 7u * 3u);
}

static const conformance_case table[] = {
    CASE(ownership_allocate_row),
    CASE(ownership_try_allocate_row),
    CASE(ownership_try_allocate_at_interrupt_level_row),
    CASE(ownership_free_row),
    CASE(ownership_free_from_interrupt_level_row),
    CASE(ownership_query_waiters_row),
    CASE(ownership_port_information_is_what_was_configured),
    CASE(ownership_port_information_failures_leave_the_buffer),
    CASE(ownership_unknown_codes_are_invalid),
    CASE(ownership_token_joins_what_a_client_does_by_different_routines),
    CASE(ownership_connection_without_a_token_is_a_client_of_its_own),
    CASE(ownership_two_connections_with_one_token_are_one_client),
    CASE(ownership_every_operation_in_every_state),
};
CASES(ownership_cases, table);

/* SPDX-License-Identifier: MIT */
#include "fixture.h"

fixture_state fixture;
driver alice, bob, carol, dave;
waiter waiters[FIXTURE_REQUESTS];
uint32_t conformance_step;
const char *conformance_notes[3];

static uint32_t event_counts[PARALLEL_ISR_TRACE_DISCONNECTED + 1];
static void (*injection)(void);
static void (*at_every_event)(void);
static parallel_isr_trace_event injection_event;

/* ---- bytes ------------------------------------------------------------------------------------------------------- */

void fill(volatile void *bytes, UCHAR value, size_t size)
{
  volatile UCHAR *to = bytes;
  for (size_t i = 0; i < size; i++) to[i] = value;
}

static void copy(volatile void *target, const volatile void *source, size_t size)
{
  volatile UCHAR *to = target;
  const volatile UCHAR *from = source;
  for (size_t i = 0; i < size; i++) to[i] = from[i];
}

BOOLEAN same_bytes(const volatile void *left, const volatile void *right, size_t size)
{
  const volatile UCHAR *a = left;
  const volatile UCHAR *b = right;
  for (size_t i = 0; i < size; i++)
    if (a[i] != b[i]) return FALSE;
  return TRUE;
}

BOOLEAN is_filled(const volatile void *bytes, UCHAR value, size_t size)
{
  const volatile UCHAR *from = bytes;
  for (size_t i = 0; i < size; i++)
    if (from[i] != value) return FALSE;
  return TRUE;
}

/* ---- what the library calls -------------------------------------------------------------------------------------- */

BOOLEAN NTAPI driver_isr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
  driver *me = ServiceContext;
  me->calls++;
  me->interrupt = Interrupt;
  me->level = platform_level(PORT);
  log_char(me->name);
  if (me->on_interrupt != NULL) me->on_interrupt(me);
  return me->claims;
}

BOOLEAN NTAPI driver_other_isr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
  return driver_isr(Interrupt, ServiceContext);
}

void NTAPI driver_check(PVOID DeferredContext)
{
  driver *me = DeferredContext;
  me->checks++;
  me->level = platform_level(PORT);
  log_char((char)(me->name + ('a' - 'A')));
  if (me->on_check != NULL) me->on_check(me);
}

void NTAPI waiter_completion(PVOID context, NTSTATUS status)
{
  waiter *me = context;
  me->calls++;
  me->status = status;
  me->level = platform_level(PORT);
  log_char(me->name);
  if (me->on_completion != NULL) me->on_completion(me);
}

void conformance_trace(parallel_isr_port *port, parallel_isr_trace_event event, const volatile void *object)
{
  (void)port;
  (void)object;
  (void)__atomic_fetch_add(&event_counts[event], 1u, __ATOMIC_RELAXED);
  if (at_every_event != NULL) at_every_event();
  void (*function)(void) = __atomic_load_n(&injection, __ATOMIC_ACQUIRE);
  if (function != NULL && event == injection_event) {
    __atomic_store_n(&injection, NULL, __ATOMIC_RELEASE);
    function();
  }
}

void inject(parallel_isr_trace_event event, void (*function)(void))
{
  injection_event = event;
  __atomic_store_n(&injection, function, __ATOMIC_RELEASE);
}

void inject_every(void (*function)(void))
{
  at_every_event = function;
}

BOOLEAN injected(void)
{
  return __atomic_load_n(&injection, __ATOMIC_ACQUIRE) == NULL;
}

uint32_t events(parallel_isr_trace_event event)
{
  return __atomic_load_n(&event_counts[event], __ATOMIC_RELAXED);
}

/* ---- the log ----------------------------------------------------------------------------------------------------- */

void log_char(char one)
{
  uint32_t at = __atomic_fetch_add(&fixture.logged, 1u, __ATOMIC_SEQ_CST);
  if (at < FIXTURE_LOG) fixture.log[at] = one;
}

void check_log(const char *file, int line, const char *expected)
{
  uint32_t length = 0;
  while (expected[length] != '\0') length++;
  conformance_check_equal(file, line, "length of the log", fixture.logged, length);
  for (uint32_t i = 0; i < length; i++)
    conformance_check_equal(file, line, "who was called", fixture.log[i], expected[i]);
  fixture.logged = 0;
}

/* ---- the port ---------------------------------------------------------------------------------------------------- */

void conformance_check_equal(const char *file, int line, const char *text, int64_t actual, int64_t expected)
{
  if (actual != expected) platform_fail(file, line, text, actual, expected);
}

static void reset_driver(driver *one, char name)
{
  fill(one, 0, sizeof *one);
  one->name = name;
  one->claims = TRUE;
  one->service.InterruptServiceRoutine = driver_isr;
  one->service.InterruptServiceContext = one;
}

static void begin(void)
{
  fill(&fixture, 0, sizeof fixture);
  fill(waiters, 0, sizeof waiters);
  fill(event_counts, 0, sizeof event_counts);
  __atomic_store_n(&injection, NULL, __ATOMIC_RELEASE);
  at_every_event = NULL;
  for (uint32_t i = 0; i < 4u; i++) reset_driver(driver_at(i), (char)('A' + (char)i));
  for (uint32_t i = 0; i < FIXTURE_REQUESTS; i++) waiters[i].name = (char)('1' + (char)i);
  fixture.configuration.connections = fixture.connections;
  fixture.configuration.connection_capacity = FIXTURE_CONNECTIONS;
  fixture.configuration.requests = fixture.requests;
  fixture.configuration.request_capacity = FIXTURE_REQUESTS;
  fixture.configuration.enable_connect_interrupt = TRUE;
  CHECK(platform_configure(&fixture.configuration, 0));
}

static void end(void)
{
  if (!fixture.started) return;
  run_dpc_until_idle();
  check_invariants();
  NTSTATUS status = parallel_isr_remove(PORT);
  CHECK(status == STATUS_SUCCESS || status == STATUS_DELETE_PENDING);
  check_invariants();
  CHECK_EQUAL(PORT->connection_count, 0);
  CHECK_EQUAL(PORT->queue_length, 0);
  CHECK_EQUAL(PORT->ended_count, 0);
  CHECK_EQUAL(platform_line_connects(PORT), platform_line_disconnects(PORT));
}

void conformance_run(const conformance_case *one)
{
  conformance_step = 0;
  fill(conformance_notes, 0, sizeof conformance_notes);
  begin();
  one->function();
  end();
}

void renew(void)
{
  end();
  begin();
}

void start(void)
{
  fill(PORT, 0xA5, sizeof *PORT); /* initialize does not rely on what was there */
  fill(fixture.connections, 0xA5, sizeof fixture.connections);
  fill(fixture.requests, 0xA5, sizeof fixture.requests);
  CHECK_EQUAL(parallel_isr_initialize(PORT, &fixture.configuration), STATUS_SUCCESS);
  fixture.started = TRUE;
  fill(event_counts, 0, sizeof event_counts);
}

void run_dpc_until_idle(void)
{
  uint32_t runs = 0;
  while (platform_run_dpc(PORT)) CHECK(++runs < 1000u);
}

void interrupt(void)
{
  CHECK(platform_interrupt(PORT) != PLATFORM_NOT_DELIVERED);
}

BOOLEAN chain_claims(void)
{
  uint32_t unclaimed = statistics().unclaimed;
  platform_answer answer = platform_interrupt(PORT);
  CHECK(answer != PLATFORM_NOT_DELIVERED);
  BOOLEAN claimed = statistics().unclaimed == unclaimed;
  if (answer != PLATFORM_UNTOLD) CHECK_EQUAL(answer == PLATFORM_CLAIMED, claimed);
  return claimed;
}

parallel_isr_statistics statistics(void)
{
  parallel_isr_statistics now;
  fill(&now, 0xA5, sizeof now);
  CHECK_EQUAL(parallel_isr_query_statistics(PORT, &now), STATUS_SUCCESS);
  return now;
}

uint32_t passes(void)
{
  return statistics().passes;
}

/* Every position names another slot: the column is a permutation. */
static void check_order(uint32_t position, uint32_t capacity, uint32_t (*order)(uint32_t))
{
  CHECK(order(position) < capacity);
  for (uint32_t before = 0; before < position; before++) CHECK(order(before) != order(position));
}

static uint32_t connection_order(uint32_t position)
{
  return fixture.configuration.connections[position].order;
}

static uint32_t request_order(uint32_t position)
{
  return fixture.configuration.requests[position].order;
}

static void check_connections(void)
{
  uint32_t capacity = fixture.configuration.connection_capacity;
  uint32_t deferred = 0;
  CHECK(PORT->connection_count <= capacity);
  CHECK(PORT->check_position <= PORT->connection_count);
  for (uint32_t position = 0; position < capacity; position++) {
    check_order(position, capacity, connection_order);
    parallel_isr_connection *connection = &fixture.configuration.connections[connection_order(position)];
    CHECK(connection->handle.port == PORT);
    if (position < PORT->connection_count) {
      CHECK(connection->service.InterruptServiceRoutine != NULL);
      CHECK(connection->handle.client != NULL);
      CHECK(connection->handle.connected != 0);
      CHECK(connection->claimed <= connection->called);
      if (connection->service.DeferredPortCheckRoutine != NULL) deferred++;
    } else {
      CHECK(is_filled(&connection->service, 0, sizeof connection->service));
      CHECK_EQUAL(connection->handle.connected, 0);
    }
  }
  CHECK_EQUAL(PORT->deferred_count, deferred);
  CHECK_EQUAL(PORT->line_connected != 0, PORT->connection_count != 0);
  CHECK_EQUAL(platform_line_connects(PORT) - platform_line_disconnects(PORT), PORT->line_connected != 0);
}

static void check_requests(void)
{
  uint32_t capacity = fixture.configuration.request_capacity;
  CHECK(PORT->queue_length <= capacity && PORT->ended_count <= capacity - PORT->queue_length);
  for (uint32_t position = 0; position < capacity; position++) {
    check_order(position, capacity, request_order);
    parallel_isr_request *request = &fixture.configuration.requests[request_order(position)];
    CHECK_EQUAL(request->completion != NULL, position < PORT->queue_length + PORT->ended_count);
    if (request->completion != NULL) CHECK_EQUAL(request->status == STATUS_PENDING, position >= PORT->ended_count);
  }
}

void check_invariants(void)
{
  CHECK_EQUAL(PORT->gate, 0);
  CHECK(PORT->checking == NULL);
  CHECK_EQUAL(PORT->users, PORT->queue_length + (PORT->owner != NULL) + (PORT->removed != 0));
  check_connections();
  check_requests();
}

/* ---- drivers ----------------------------------------------------------------------------------------------------- */

driver *driver_at(uint32_t index)
{
  static driver *const drivers[] = {&alice, &bob, &carol, &dave};
  return drivers[index];
}

void wants_checks(driver *one)
{
  one->service.DeferredPortCheckRoutine = driver_check;
  one->service.DeferredPortCheckContext = one;
}

NTSTATUS connect_driver(driver *one)
{
  return parallel_isr_connect(PORT, one->token, &one->service, &one->information);
}

void connect_all(uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) CHECK_EQUAL(connect_driver(driver_at(i)), STATUS_SUCCESS);
}

NTSTATUS disconnect_driver(driver *one)
{
  return parallel_isr_disconnect(PORT, &one->service);
}

BOOLEAN try_allocate(driver *one)
{
  one->got = one->information.TryAllocatePortAtInterruptLevel(one->information.Context);
  return one->got;
}

void free_port(driver *one)
{
  one->information.FreePortFromInterruptLevel(one->information.Context);
}

PVOID nameless(void)
{
  shared_buffer buffer;
  parallel_isr_device_request request = request_for(IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &buffer);
  CHECK_EQUAL(parallel_isr_device_control(PORT, &request), STATUS_SUCCESS);
  return buffer.port.Context;
}

NTSTATUS allocate(waiter *one)
{
  return parallel_isr_allocate(PORT, one->token, waiter_completion, one);
}

NTSTATUS cancel(waiter *one)
{
  return parallel_isr_cancel(PORT, waiter_completion, one);
}

void take(driver *me)
{
  (void)try_allocate(me);
}

void give(driver *me)
{
  free_port(me);
}

void take_and_give(driver *me)
{
  if (try_allocate(me)) free_port(me);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

parallel_isr_device_request request_for(ULONG code, shared_buffer *buffer)
{
  parallel_isr_device_request request;
  fill(&request, 0, sizeof request);
  request.code = code;
  request.system_buffer = buffer;
  request.information = (ULONG_PTR)-1;
  switch (code) {
  case IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT:
    request.output_length = sizeof(PARALLEL_INTERRUPT_INFORMATION);
    request.input_length = sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE);
    break;
  case IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT:
    request.input_length = sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE);
    break;
  case IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO:
    request.output_length = sizeof(PARALLEL_PORT_INFORMATION);
    break;
  default:
    request.completion = waiter_completion;
    break;
  }
  return request;
}

/* ---- nothing changed --------------------------------------------------------------------------------------------- */

void take_snapshot(snapshot *before)
{
  copy(&before->port, PORT, sizeof *PORT);
  copy(before->connections, fixture.connections, sizeof fixture.connections);
  copy(before->requests, fixture.requests, sizeof fixture.requests);
  before->line_connects = platform_line_connects(PORT);
  before->line_disconnects = platform_line_disconnects(PORT);
}

void check_unchanged(const char *file, int line, const snapshot *before)
{
  snapshot now;
  take_snapshot(&now);
  conformance_check_equal(file, line, "unchanged port",
                          same_bytes(&now.port, &before->port, offsetof(parallel_isr_port, backend)), TRUE);
  conformance_check_equal(file, line, "unchanged connection slots",
                          same_bytes(now.connections, before->connections, sizeof now.connections), TRUE);
  conformance_check_equal(file, line, "unchanged request slots",
                          same_bytes(now.requests, before->requests, sizeof now.requests), TRUE);
  conformance_check_equal(file, line, "line connects", now.line_connects, before->line_connects);
  conformance_check_equal(file, line, "line disconnects", now.line_disconnects, before->line_disconnects);
}

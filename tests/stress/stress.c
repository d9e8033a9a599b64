/* SPDX-License-Identifier: MIT */
/* The library under stress, what is asserted inside its gate, the port and the threads. */
#include "stress.h"

#define PARALLEL_ISR_IMPLEMENTATION
#include "parallel_isr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- assertions -------------------------------------------------------------------------------------------------- */

static const char *const group_names[STRESS_GROUPS] = {
    [STRESS_GATE] = "gate",       [STRESS_TABLES] = "tables",         [STRESS_ROUTINES] = "routines",
    [STRESS_EVENTS] = "events",   [STRESS_CONNECTING] = "connecting", [STRESS_USERS] = "users",
    [STRESS_OWNER] = "owner",     [STRESS_QUEUE] = "queue",           [STRESS_WAKEUP] = "wakeup",
    [STRESS_REMOVAL] = "removal", [STRESS_STATISTICS] = "statistics", [STRESS_SANITIZER] = "sanitizer",
};

static const char *const event_names[STRESS_EVENTS_COUNT] = {
    [STRESS_MERGED] = "merged interrupt",
    [STRESS_FULL_CHAIN] = "full chain",
    [STRESS_FULL_QUEUE] = "full queue",
    [STRESS_LINE_FLAPPED] = "line connected again",
    [STRESS_LEFT_OWNED] = "disconnected as owner",
    [STRESS_TRY_WON] = "try won in an ISR",
    [STRESS_TRY_LOST] = "try lost in an ISR",
    [STRESS_CHECK_WON] = "try won in a deferred routine",
    [STRESS_CHECK_LOST] = "try lost in a deferred routine",
    [STRESS_ALLOCATED] = "allocated at once",
    [STRESS_GRANTED] = "allocated from the queue",
    [STRESS_CANCELLED] = "cancelled",
    [STRESS_DELETED] = "ended by removal",
    [STRESS_REMOVED_OWNED] = "freed after removal",
    [STRESS_REFUSED] = "refused free",
    [STRESS_DPC_OVERLAPPED] = "overlapping DPC runs",
};

static _Atomic uint32_t checked[STRESS_GROUPS], failed[STRESS_GROUPS], happened[STRESS_EVENTS_COUNT];

void stress_check(stress_group group, bool good, const char *what, const char *file, int line)
{
  (void)atomic_fetch_add_explicit(&checked[group], 1u, memory_order_relaxed);
  if (good) return;
  if (atomic_fetch_add_explicit(&failed[group], 1u, memory_order_relaxed) == 0u)
    fprintf(stderr, "%s:%d: %s: not true: %s\n", file, line, group_names[group], what);
}

void stress_happened(stress_event event)
{
  (void)atomic_fetch_add_explicit(&happened[event], 1u, memory_order_relaxed);
}

/* ThreadSanitizer calls this for every report. */
void __tsan_on_report(void *report);
void __tsan_on_report(void *report)
{
  (void)report;
  CHECK(STRESS_SANITIZER, false);
}

/* ---- threads ----------------------------------------------------------------------------------------------------- */

uint32_t stress_seed = 1u;

static __thread uint32_t random_state = 1u, jitter_state = 1u;
static pthread_t threads[STRESS_THREADS];
static pthread_barrier_t all_threads;
static void (*thread_function)(uint32_t thread);
static const stress_variant *current;

static uint32_t next_random(uint32_t *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

uint32_t stress_random(uint32_t range)
{
  return next_random(&random_state) % range;
}

__thread void (*stress_at_step)(void);

void stress_jitter(void)
{
  if (stress_at_step != NULL) stress_at_step();
  uint32_t choice = next_random(&jitter_state) >> 8;
  if (choice % 64u == 0u)
    (void)sched_yield();
  else if (choice % 8u == 0u)
    for (volatile uint32_t turn = 0u; turn < choice % 128u;) turn += 1u;
}

void stress_rendezvous(void)
{
  (void)pthread_barrier_wait(&all_threads);
}

static void take_interrupt(int signal)
{
  int error = errno;
  (void)signal;
  (void)parallel_isr_host_interrupt(PORT);
  errno = error;
}

/* A signal that was sent before the rendezvous is taken by the system call after it. */
void stress_quiesce(void)
{
  sigset_t none;
  stress_rendezvous();
  (void)sigemptyset(&none);
  (void)pthread_sigmask(SIG_SETMASK, &none, NULL);
  stress_rendezvous();
}

static void *thread_main(void *argument)
{
  uint32_t thread = (uint32_t)(uintptr_t)argument;
  random_state = stress_seed * 2654435761u + thread * 40503u + 1u;
  jitter_state = random_state ^ 0x5bd1e995u;
  if (random_state == 0u) random_state = 1u;
  if (jitter_state == 0u) jitter_state = 1u;
  stress_rendezvous(); /* every thread is there to be interrupted */
  thread_function(thread);
  return NULL;
}

void stress_run(void (*function)(uint32_t thread))
{
  struct sigaction action;
  memset(&action, 0, sizeof(action));
  action.sa_handler = take_interrupt;
  action.sa_flags = SA_RESTART;
  (void)sigaction(STRESS_SIGNAL, &action, NULL);
  (void)pthread_barrier_init(&all_threads, NULL, STRESS_THREADS);
  thread_function = function;
  for (uint32_t i = 0u; i < STRESS_THREADS; i++)
    if (pthread_create(&threads[i], NULL, thread_main, (void *)(uintptr_t)i) != 0) abort();
  for (uint32_t i = 0u; i < STRESS_THREADS; i++) (void)pthread_join(threads[i], NULL);
  (void)pthread_barrier_destroy(&all_threads);
  stress_seed += 1u;
}

/* ---- inside the gate --------------------------------------------------------------------------------------------- */

stress_fixture fixture;
bool stress_dpc_overlaps;
__thread bool stress_holds_gate; /* this thread */

/* Slots in the order of a table, or of a part of it. */
typedef struct slots {
  uint32_t count;
  uint32_t slot[STRESS_CONNECTIONS + STRESS_REQUESTS];
} slots;

/* Belongs to the gate holder. Plain, so that the sanitizer sees two holders that are not ordered. */
static struct gate_model {
  bool held, passing;
  uint32_t overtakes;                 /* passes that began since somebody who waits said so */
  uint32_t checks;                    /* deferred routines called */
  slots connected, unconnected;       /* the chain's table when the gate was taken, */
  slots queued, ended, idle;          /* the queue's, */
  const volatile void *queued_client; /* and the client at its head */
  uint32_t handovers;
} model;

static slots part_of_chain(uint32_t from, uint32_t to)
{
  slots part = {0u, {0u}};
  for (uint32_t i = from; i < to; i++) part.slot[part.count++] = fixture.connections[i].order;
  return part;
}

static slots part_of_queue(uint32_t from, uint32_t to)
{
  slots part = {0u, {0u}};
  for (uint32_t i = from; i < to; i++) part.slot[part.count++] = fixture.requests[i].order;
  return part;
}

static uint32_t index_of(const slots *list, uint32_t slot)
{
  uint32_t i = 0u;
  while (i < list->count && list->slot[i] != slot) i += 1u;
  return i;
}

/* First those that were there before, in the same order; then those that came. */
static bool keeps_order(const slots *before, const slots *after)
{
  uint32_t next = 0u;
  for (uint32_t i = 0u; i < after->count; i++) {
    uint32_t was = index_of(before, after->slot[i]);
    if (was < next) return false;
    next = was < before->count ? was + 1u : before->count;
  }
  return true;
}

/* Every slot once. */
static bool is_permutation(const slots *list, uint32_t capacity)
{
  for (uint32_t slot = 0u; slot < capacity; slot++)
    if (index_of(list, slot) == list->count) return false;
  return list->count == capacity;
}

static void check_chain(const parallel_isr_port *port)
{
  uint32_t checks = 0u;
  slots all = part_of_chain(0u, STRESS_CONNECTIONS);
  CHECK(STRESS_TABLES, is_permutation(&all, STRESS_CONNECTIONS));
  CHECK(STRESS_TABLES, port->connection_count <= STRESS_CONNECTIONS);
  CHECK(STRESS_TABLES, port->check_position < port->connection_count || port->check_position == 0u);
  for (uint32_t i = 0u; i < STRESS_CONNECTIONS; i++) {
    const parallel_isr_connection *connection = &fixture.connections[all.slot[i] % STRESS_CONNECTIONS];
    bool connected = i < port->connection_count;
    CHECK(STRESS_TABLES, connection->handle.port == port);
    CHECK(STRESS_TABLES, (__atomic_load_n(&connection->handle.connected, __ATOMIC_RELAXED) != 0u) == connected);
    CHECK(STRESS_TABLES, (connection->service.InterruptServiceRoutine != NULL) == connected);
    if (connection->service.DeferredPortCheckRoutine != NULL) checks += 1u;
  }
  CHECK(STRESS_TABLES, __atomic_load_n(&port->deferred_count, __ATOMIC_RELAXED) == checks);
}

static void check_queue(const parallel_isr_port *port)
{
  slots all = part_of_queue(0u, STRESS_REQUESTS);
  CHECK(STRESS_TABLES, is_permutation(&all, STRESS_REQUESTS));
  CHECK(STRESS_TABLES, port->queue_length + port->ended_count <= STRESS_REQUESTS);
  for (uint32_t i = 0u; i < STRESS_REQUESTS; i++) {
    const parallel_isr_request *request = &fixture.requests[all.slot[i] % STRESS_REQUESTS];
    bool queued = i >= port->ended_count && i < port->ended_count + port->queue_length;
    bool idle = i >= port->queue_length + port->ended_count;
    CHECK(STRESS_TABLES, (request->completion == NULL) == idle);
    CHECK(STRESS_TABLES, idle || (request->status == STATUS_PENDING) == queued);
  }
}

static void check_users(const parallel_isr_port *port)
{
  uint32_t users = __atomic_load_n(&port->users, __ATOMIC_RELAXED);
  uint32_t others = port->queue_length + __atomic_load_n(&port->removed, __ATOMIC_RELAXED);
  CHECK(STRESS_USERS, users == others || users == others + 1u);
}

static __thread bool is_interrupt; /* this thread */

static void gate_taken(parallel_isr_port *port)
{
  CHECK(STRESS_GATE, !model.held);
  if (!is_interrupt) model.overtakes = 0u;
  CHECK(STRESS_GATE, parallel_isr_backend_level(port) > DISPATCH_LEVEL);
  model.held = true;
  stress_holds_gate = true;
  model.connected = part_of_chain(0u, port->connection_count);
  model.unconnected = part_of_chain(port->connection_count, STRESS_CONNECTIONS);
  model.queued = part_of_queue(port->ended_count, port->ended_count + port->queue_length);
  model.ended = part_of_queue(0u, port->ended_count);
  model.idle = part_of_queue(port->queue_length + port->ended_count, STRESS_REQUESTS);
  model.handovers = port->handovers;
  model.queued_client = model.queued.count != 0u ? fixture.requests[model.queued.slot[0]].client : NULL;
}

/* An acquirer waits for the pass in progress and at most one more. */
static void pass_begins(const parallel_isr_port *port)
{
  CHECK(STRESS_GATE, stress_holds_gate && !model.passing);
  model.passing = true;
  if ((__atomic_load_n(&port->gate, __ATOMIC_RELAXED) & PARALLEL_ISR_GATE_WANTED) != 0u)
    model.overtakes += 1u;
  else
    model.overtakes = 0u;
  CHECK(STRESS_GATE, model.overtakes <= 1u);
}

static void gate_left(parallel_isr_port *port)
{
  slots connected = part_of_chain(0u, port->connection_count);
  slots unconnected = part_of_chain(port->connection_count, STRESS_CONNECTIONS);
  slots queued = part_of_queue(port->ended_count, port->ended_count + port->queue_length);
  slots ended = part_of_queue(0u, port->ended_count);
  slots idle = part_of_queue(port->queue_length + port->ended_count, STRESS_REQUESTS);
  CHECK(STRESS_TABLES, keeps_order(&model.connected, &connected));
  /* A failed connect puts its slot back where it was. */
  bool fails = fixture.configuration.backend.line_status != STATUS_SUCCESS;
  CHECK(STRESS_TABLES, fails || keeps_order(&model.unconnected, &unconnected));
  CHECK(STRESS_TABLES, keeps_order(&model.queued, &queued));
  CHECK(STRESS_TABLES, keeps_order(&model.ended, &ended));
  CHECK(STRESS_TABLES, keeps_order(&model.idle, &idle));
  check_chain(port);
  check_queue(port);
  check_users(port);
  CHECK(STRESS_GATE, model.held && stress_holds_gate && !model.passing);
  CHECK(STRESS_GATE, (__atomic_load_n(&port->gate, __ATOMIC_RELAXED) & PARALLEL_ISR_GATE_HELD) != 0u);
  CHECK(STRESS_GATE, parallel_isr_backend_level(port) > DISPATCH_LEVEL);
  stress_holds_gate = false;
  model.held = false;
}

/* The head of the queue becomes the owner, and nobody else as long as there is one. Caller: maybe the gate holder. */
static void owned(const parallel_isr_port *port, const volatile void *client)
{
  if (!stress_holds_gate) return;
  if (port->handovers != model.handovers) {
    CHECK(STRESS_QUEUE, client == model.queued_client);
    CHECK(STRESS_QUEUE, port->handovers == model.handovers + 1u);
    model.handovers = port->handovers;
  } else {
    CHECK(STRESS_QUEUE, model.queued.count == 0u);
  }
}

static _Atomic uint32_t dispatches_begun, dispatches, dpc_runs; /* the latter two: in progress */

uint32_t stress_dispatches_begun(void)
{
  return atomic_load_explicit(&dispatches_begun, memory_order_relaxed);
}

uint32_t stress_dispatches(void)
{
  return atomic_load_explicit(&dispatches, memory_order_relaxed);
}

uint32_t stress_dpc_runs(void)
{
  return atomic_load_explicit(&dpc_runs, memory_order_relaxed);
}

void stress_trace(parallel_isr_port *port, parallel_isr_trace_event event, const volatile void *object)
{
  switch (event) {
  case PARALLEL_ISR_TRACE_DISPATCH:
    CHECK(STRESS_GATE, !stress_holds_gate);
    CHECK(STRESS_GATE, parallel_isr_backend_level(port) > DISPATCH_LEVEL);
    is_interrupt = true;
    (void)atomic_fetch_add_explicit(&dispatches_begun, 1u, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&dispatches, 1u, memory_order_relaxed);
    break;
  case PARALLEL_ISR_TRACE_DISPATCHED:
    (void)atomic_fetch_sub_explicit(&dispatches, 1u, memory_order_relaxed);
    is_interrupt = false;
    break;
  case PARALLEL_ISR_TRACE_MERGED:
    stress_happened(STRESS_MERGED);
    break;
  case PARALLEL_ISR_TRACE_GATE_TAKEN:
    gate_taken(port);
    break;
  case PARALLEL_ISR_TRACE_GATE_LEFT:
    gate_left(port);
    break;
  case PARALLEL_ISR_TRACE_PASS:
    pass_begins(port);
    break;
  case PARALLEL_ISR_TRACE_PASSED:
    CHECK(STRESS_GATE, stress_holds_gate && model.passing);
    model.passing = false;
    break;
  case PARALLEL_ISR_TRACE_CHECK:
    CHECK(STRESS_GATE, stress_holds_gate && !model.passing);
    model.checks += 1u;
    break;
  case PARALLEL_ISR_TRACE_OWNED:
    owned(port, object);
    break;
  case PARALLEL_ISR_TRACE_DPC:
    CHECK(STRESS_GATE, parallel_isr_backend_level(port) == DISPATCH_LEVEL);
    if (atomic_fetch_add_explicit(&dpc_runs, 1u, memory_order_relaxed) != 0u) stress_happened(STRESS_DPC_OVERLAPPED);
    break;
  case PARALLEL_ISR_TRACE_DPC_ENDED:
    (void)atomic_fetch_sub_explicit(&dpc_runs, 1u, memory_order_relaxed);
    break;
  default:
    break;
  }
}

KIRQL stress_level(void)
{
  return parallel_isr_backend_level(PORT);
}

/* ---- the port ---------------------------------------------------------------------------------------------------- */

void stress_start(const stress_variant *variant)
{
  memset(&fixture, 0xdd, sizeof(fixture)); /* whatever was there before: initialisation needs none */
  memset(&fixture.configuration, 0, sizeof(fixture.configuration));
  memset(&model, 0, sizeof(model));
  stress_dpc_overlaps = variant->overlap;
  fixture.configuration.connections = fixture.connections;
  fixture.configuration.connection_capacity = STRESS_CONNECTIONS;
  fixture.configuration.requests = fixture.requests;
  fixture.configuration.request_capacity = STRESS_REQUESTS;
  fixture.configuration.enable_connect_interrupt = TRUE;
  fixture.configuration.connect_version = CONNECT_LINE_BASED;
  fixture.configuration.backend.manual_dpc = variant->overlap;
  fixture.configuration.backend.signal = variant->signals ? STRESS_SIGNAL : 0;
  current = variant;
  CHECK(STRESS_CONNECTING, parallel_isr_initialize(PORT, &fixture.configuration) == STATUS_SUCCESS);
}

void stress_deliver(uint32_t thread)
{
  (void)pthread_kill(threads[thread], STRESS_SIGNAL);
}

void stress_run_requested_dpc(void)
{
  if (current->overlap) (void)stress_run_dpc(PORT);
}

bool stress_is_settled(void)
{
  return parallel_isr_backend_load(&fixture.port.backend.dpc) == 0u;
}

void stress_settle(void)
{
  while (!stress_is_settled()) {
    stress_run_requested_dpc();
    (void)sched_yield();
  }
}

void stress_check_rest(uint32_t removed)
{
  CHECK(STRESS_GATE, fixture.port.gate == PARALLEL_ISR_GATE_FREE && !model.held);
  CHECK(STRESS_USERS, fixture.port.users == removed && fixture.port.removed == removed);
  CHECK(STRESS_OWNER, fixture.port.owner == NULL);
  CHECK(STRESS_ROUTINES, fixture.port.checking == NULL);
  CHECK(STRESS_QUEUE, fixture.port.queue_length == 0u && fixture.port.ended_count == 0u);
  CHECK(STRESS_STATISTICS, fixture.port.checks == model.checks);
}

/* ---- the program ------------------------------------------------------------------------------------------------- */

static const struct scenario {
  void (*run)(const stress_variant *variant, uint32_t scale);
  stress_variant variant;
} scenarios[] = {
    {stress_chain, {"chain with residents, DPC thread", FALSE, FALSE, 2u}},
    {stress_chain, {"chain with residents, overlapping DPC", TRUE, FALSE, 2u}},
    {stress_chain, {"chain without residents", TRUE, FALSE, 0u}},
    {stress_ownership, {"ownership, DPC thread", FALSE, FALSE, 3u}},
    {stress_ownership, {"ownership, overlapping DPC", TRUE, FALSE, 3u}},
    {stress_ownership, {"ownership, interrupts by signal", TRUE, TRUE, 3u}},
    {stress_checks, {"checks", TRUE, FALSE, 3u}},
    {stress_contest, {"contested frees", TRUE, FALSE, 0u}},
    {stress_removal, {"removal, DPC thread", FALSE, FALSE, 2u}},
    {stress_removal, {"removal, overlapping DPC", TRUE, FALSE, 2u}},
    {stress_moments, {"moments", TRUE, FALSE, 0u}},
};

static uint32_t passed_total, failed_total;

static void count(bool good)
{
  if (good)
    passed_total += 1u;
  else
    failed_total += 1u;
}

/* One count for each group that the run of a scenario checked; all must have been checked somewhere. */
static void count_groups(const char *name, uint32_t *ever)
{
  CHECK(STRESS_SANITIZER, true);
  for (uint32_t group = 0u; group < STRESS_GROUPS; group++) {
    uint32_t checks = atomic_exchange(&checked[group], 0u), failures = atomic_exchange(&failed[group], 0u);
    ever[group] += checks;
    if (checks == 0u) continue;
    count(failures == 0u);
    if (failures != 0u) printf("FAILED %s: %s: %u of %u checks\n", name, group_names[group], failures, checks);
  }
}

/* A number of the command line. */
static uint32_t number(const char *text, const char *name)
{
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  if (*text != '\0' && *end == '\0' && value >= 1u && value <= 1000000u) return (uint32_t)value;
  fprintf(stderr, "stress: %s must be a number from 1 to 1000000, not \"%s\"\n", name, text);
  exit(2);
}

int main(int argc, char **argv)
{
  uint32_t ever[STRESS_GROUPS] = {0u};
  uint32_t scale = argc > 1 ? number(argv[1], "SCALE") : 1u;
  if (argc > 2) stress_seed = number(argv[2], "SEED");
  if (argc > 3) {
    fprintf(stderr, "usage: %s [SCALE [SEED]]\n", argv[0]);
    return 2;
  }
  for (size_t i = 0u; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
    printf("%s: scale %u, seed %u\n", scenarios[i].variant.name, scale, stress_seed);
    (void)fflush(stdout);
    scenarios[i].run(&scenarios[i].variant, scale);
    count_groups(scenarios[i].variant.name, ever);
  }
  for (uint32_t group = 0u; group < STRESS_GROUPS; group++) {
    if (ever[group] == 0u) printf("FAILED never checked: %s\n", group_names[group]);
    if (ever[group] == 0u) count(false);
  }
  for (uint32_t event = 0u; event < STRESS_EVENTS_COUNT; event++) {
    uint32_t times = atomic_load(&happened[event]);
    count(times != 0u);
    printf("%s %s: %u times\n", times != 0u ? "happened" : "FAILED never happened:", event_names[event], times);
  }
  printf("%u passed, %u failed\n", passed_total, failed_total);
  return failed_total == 0u ? 0 : 1;
}

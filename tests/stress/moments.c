/* SPDX-License-Identifier: MIT */
/* Moments that chance meets too rarely, or never: made on purpose. */
#include "stress.h"

#include <semaphore.h>
#include <string.h>

static const stress_variant overlapping = {"moments", TRUE, FALSE, 0u};

/* A client that only counts, in its routines. */
typedef struct witness {
  uint32_t interrupts, checks;
  void (*on_check)(void);
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service;
  PARALLEL_INTERRUPT_INFORMATION information;
} witness;

static witness first, second;
static char token, other_token, stranger;

static BOOLEAN NTAPI count_interrupt(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
  (void)Interrupt;
  ((witness *)ServiceContext)->interrupts += 1u;
  return FALSE;
}

static void NTAPI count_check(PVOID DeferredContext)
{
  witness *one = DeferredContext;
  one->checks += 1u;
  if (one->on_check != NULL) one->on_check();
}

static NTSTATUS connect(witness *one, PVOID client, void (*on_check)(void))
{
  memset(one, 0, sizeof(*one));
  one->on_check = on_check;
  one->service.InterruptServiceRoutine = count_interrupt;
  one->service.InterruptServiceContext = one;
  one->service.DeferredPortCheckRoutine = count_check;
  one->service.DeferredPortCheckContext = one;
  return parallel_isr_connect(PORT, client, &one->service, &one->information);
}

static bool try_allocate(const witness *one)
{
  return one->information.TryAllocatePortAtInterruptLevel(one->information.Context) != FALSE;
}

static void take_and_free(void)
{
  CHECK(STRESS_OWNER, parallel_isr_try_allocate_port(NAMELESS) != FALSE);
  parallel_isr_free_port(NAMELESS);
}

static void end(void)
{
  stress_settle();
  stress_check_rest(0u);
  CHECK(STRESS_REMOVAL, parallel_isr_remove(PORT) == STATUS_SUCCESS);
}

static void NTAPI ignore_completion(PVOID context, NTSTATUS status)
{
  (void)context;
  (void)status;
}

static uint32_t unclaimed(void)
{
  parallel_isr_statistics statistics;
  CHECK(STRESS_STATISTICS, parallel_isr_query_statistics(PORT, &statistics) == STATUS_SUCCESS);
  return statistics.unclaimed;
}

/* ---- an interrupt that takes over what another one is owed is not judged ----------------------------------------- */

/* As if another processor took it: this one holds the gate. */
static BOOLEAN NTAPI interrupt_elsewhere(PVOID SynchronizeContext)
{
  (void)SynchronizeContext;
  stress_holds_gate = false;
  (void)parallel_isr_host_interrupt(PORT);
  stress_holds_gate = true;
  return TRUE;
}

static void an_interrupt_that_serves_another_is_not_judged(void)
{
  stress_start(&overlapping);
  CHECK(STRESS_CONNECTING, connect(&first, NULL, NULL) == STATUS_SUCCESS);
  CHECK(STRESS_EVENTS, parallel_isr_synchronize(PORT, interrupt_elsewhere, NULL) != FALSE);
  uint32_t before = unclaimed();
  CHECK(STRESS_EVENTS, parallel_isr_host_interrupt(PORT) == FALSE && first.interrupts == 1u);
  CHECK(STRESS_STATISTICS, unclaimed() == before);
  CHECK(STRESS_EVENTS, parallel_isr_host_interrupt(PORT) == FALSE && first.interrupts == 2u);
  CHECK(STRESS_STATISTICS, unclaimed() == before + 1u);
  end();
}

/* ---- a free that takes its time ---------------------------------------------------------------------------------- */

static sem_t may_take, free_began, may_go_on;
static uint32_t steps_of_free, steps_of_dpc; /* before it holds */
static PVOID slow_handle;
static bool holds_as_user; /* the free has not lowered users yet when it holds */

static void wait_for(sem_t *semaphore)
{
  while (sem_wait(semaphore) != 0) {
  }
}

static void let_it_free(void)
{
  (void)sem_post(&may_take);
  wait_for(&free_began);
}

static void free_holds(void)
{
  if (steps_of_free-- != 0u) return;
  stress_at_step = NULL;
  holds_as_user = __atomic_load_n(&fixture.port.users, __ATOMIC_RELAXED) == 1u;
  (void)sem_post(&free_began);
  wait_for(&may_go_on);
}

/* On a thread of its own: takes the port when it may, begins to free it, and goes on with that when it may. */
static void *free_slowly(void *context)
{
  (void)context;
  wait_for(&may_take);
  CHECK(STRESS_OWNER, parallel_isr_try_allocate_port(slow_handle) != FALSE);
  stress_at_step = free_holds;
  parallel_isr_free_port(slow_handle);
  if (stress_at_step == NULL) return NULL;
  stress_at_step = NULL; /* it has fewer steps */
  (void)sem_post(&free_began);
  wait_for(&may_go_on);
  return NULL;
}

static pthread_t begin_slow_free(PVOID handle, uint32_t steps)
{
  pthread_t thread;
  (void)sem_init(&may_take, 0, 0u);
  (void)sem_init(&free_began, 0, 0u);
  (void)sem_init(&may_go_on, 0, 0u);
  slow_handle = handle;
  steps_of_free = steps;
  holds_as_user = false;
  if (pthread_create(&thread, NULL, free_slowly, NULL) != 0) abort();
  return thread;
}

static void end_slow_free(pthread_t thread)
{
  (void)sem_post(&may_go_on);
  (void)pthread_join(thread, NULL);
  stress_settle();
}

/* The first client's thread takes the port while its deferred routine runs, and is about to free it when the round sees
 * that the port is taken: the second client must be told all the same. */
static void a_round_cut_short_is_owed_its_rest(uint32_t steps)
{
  stress_start(&overlapping);
  CHECK(STRESS_CONNECTING, connect(&first, &token, let_it_free) == STATUS_SUCCESS);
  CHECK(STRESS_CONNECTING, connect(&second, &other_token, NULL) == STATUS_SUCCESS);
  take_and_free();
  pthread_t thread = begin_slow_free(first.information.Context, steps);
  stress_run_requested_dpc();
  first.on_check = NULL;
  end_slow_free(thread);
  CHECK(STRESS_WAKEUP, second.checks >= 1u);
  end();
}

static void dpc_holds(void)
{
  if (steps_of_dpc-- != 0u) return;
  stress_at_step = NULL;
  let_it_free();
}

/* A free begins during a DPC run, and a client connects before it is over: he must be told. */
static void a_client_that_connects_beside_a_free_is_told(uint32_t steps_before_take, uint32_t steps)
{
  stress_start(&overlapping);
  CHECK(STRESS_QUEUE, parallel_isr_try_allocate_port(NAMELESS) != FALSE);
  CHECK(STRESS_QUEUE, parallel_isr_allocate(PORT, &token, ignore_completion, NULL) == STATUS_PENDING);
  CHECK(STRESS_QUEUE, parallel_isr_cancel(PORT, ignore_completion, NULL) == STATUS_SUCCESS);
  parallel_isr_free_port(NAMELESS);
  pthread_t thread = begin_slow_free(NAMELESS, steps);
  steps_of_dpc = steps_before_take;
  stress_at_step = dpc_holds;
  stress_run_requested_dpc();
  if (stress_at_step != NULL) let_it_free(); /* the DPC has fewer steps */
  stress_at_step = NULL;
  CHECK(STRESS_CONNECTING, connect(&second, &other_token, NULL) == STATUS_SUCCESS);
  end_slow_free(thread);
  CHECK(STRESS_WAKEUP, !holds_as_user || second.checks >= 1u);
  end();
}

/* ---- a connect whose line fails leaves nothing behind ------------------------------------------------------------ */

#define LINE_FAILS ((NTSTATUS)0xC0000185)

/* Between two steps of the connect, as soon as it can: as if another processor ran the DPC. */
static void run_dpc_elsewhere(void)
{
  const parallel_isr_port *port = PORT;
  if (stress_holds_gate || port->connection_count == 0u || port->backend.ticket != port->backend.serving) return;
  stress_at_step = NULL;
  KIRQL level = parallel_isr_host_raise(PASSIVE_LEVEL);
  take_and_free();
  stress_run_requested_dpc();
  parallel_isr_host_lower(level);
}

static void take_it(void)
{
  CHECK(STRESS_OWNER, try_allocate(&first));
}

static void connect_in_vain(PVOID client, void (*on_check)(void))
{
  fixture.configuration.backend.line_status = LINE_FAILS;
  stress_at_step = run_dpc_elsewhere;
  NTSTATUS status = connect(&first, client, on_check);
  CHECK(STRESS_CONNECTING, stress_at_step == NULL && first.checks == 1u);
  stress_at_step = NULL;
  CHECK(STRESS_CONNECTING, status == LINE_FAILS && first.information.Context == NULL);
  CHECK(STRESS_CONNECTING, fixture.port.connection_count == 0u && fixture.port.line_connected == 0u);
  fixture.configuration.backend.line_status = STATUS_SUCCESS;
}

/* Its deferred routine has taken the port, and its name is gone: anybody frees it. */
static void a_failed_connect_leaves_no_owner_by_name(void)
{
  stress_start(&overlapping);
  connect_in_vain(NULL, take_it);
  CHECK(STRESS_OWNER, parallel_isr_free(PORT, &stranger) == STATUS_SUCCESS);
  end();
}

/* The slot that it used is free for as long as before: who was connected there before is still known by his handle. */
static void a_failed_connect_reuses_no_slot(void)
{
  PVOID stale = NULL;
  stress_start(&overlapping);
  for (uint32_t i = 0u; i < STRESS_CONNECTIONS; i++) {
    CHECK(STRESS_CONNECTING, connect(&first, &token, NULL) == STATUS_SUCCESS);
    if (i == 0u) stale = first.information.Context;
    CHECK(STRESS_CONNECTING, parallel_isr_disconnect(PORT, &first.service) == STATUS_SUCCESS);
  }
  connect_in_vain(&other_token, NULL);
  CHECK(STRESS_OWNER, parallel_isr_allocate(PORT, &token, ignore_completion, NULL) == STATUS_SUCCESS);
  parallel_isr_free_port(stale);
  end();
}

/* ---- a removed port ---------------------------------------------------------------------------------------------- */

/* Whoever owned it frees it, and nothing comes of that; whatever is wrong with a call, the removal is told first. */
static void a_removed_port_is_at_rest(void)
{
  stress_start(&overlapping);
  stress_dpc_overlaps = false; /* the host's own, by hand */
  CHECK(STRESS_OWNER, parallel_isr_try_allocate_port(NAMELESS) != FALSE);
  CHECK(STRESS_REMOVAL, parallel_isr_remove(PORT) == STATUS_SUCCESS);
  CHECK(STRESS_REMOVAL, parallel_isr_allocate(PORT, NULL, NULL, NULL) == STATUS_DELETE_PENDING);
  parallel_isr_free_port(NAMELESS);
  CHECK(STRESS_REMOVAL, parallel_isr_host_run_dpc(PORT) == FALSE);
  stress_check_rest(1u);
}

/* ---- device control ---------------------------------------------------------------------------------------------- */

/* Who connects by request owns by his token. */
static void a_connect_by_request_has_its_token(void)
{
  union {
    PARALLEL_INTERRUPT_SERVICE_ROUTINE service;
    PARALLEL_INTERRUPT_INFORMATION information;
  } buffer = {{count_interrupt, &first, NULL, NULL}};
  parallel_isr_device_request request = {0};
  request.code = IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT;
  request.system_buffer = &buffer;
  request.input_length = sizeof(buffer.service);
  request.output_length = sizeof(buffer.information);
  request.client = &token;
  stress_start(&overlapping);
  CHECK(STRESS_CONNECTING, parallel_isr_device_control(PORT, &request) == STATUS_SUCCESS);
  CHECK(STRESS_OWNER, parallel_isr_try_allocate_port(buffer.information.Context) != FALSE);
  CHECK(STRESS_OWNER, parallel_isr_free(PORT, &stranger) == STATUS_RESOURCE_NOT_OWNED);
  CHECK(STRESS_OWNER, parallel_isr_free(PORT, &token) == STATUS_SUCCESS);
  end();
}

void stress_moments(const stress_variant *variant, uint32_t scale)
{
  (void)variant;
  (void)scale;
  an_interrupt_that_serves_another_is_not_judged();
  for (uint32_t steps = 0u; steps < 6u; steps++) {
    a_round_cut_short_is_owed_its_rest(steps);
    for (uint32_t before = 0u; before < 20u; before++) a_client_that_connects_beside_a_free_is_told(before, steps);
  }
  a_failed_connect_leaves_no_owner_by_name();
  a_failed_connect_reuses_no_slot();
  a_removed_port_is_at_rest();
  a_connect_by_request_has_its_token();
}

/* SPDX-License-Identifier: MIT */
/* Those who share the port: drivers with an ISR, waiters that queue; and the device that its owner uses. */
#define _DEFAULT_SOURCE
#include "stress.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

_Atomic uint32_t stress_closing, stress_tries_lost, stress_refusals, stress_removal_begun;

/* Adds, or reads, without ordering anything. */
static void add(_Atomic uint32_t *counter, uint32_t value)
{
  (void)atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

static uint32_t value_of(const _Atomic uint32_t *counter)
{
  return atomic_load_explicit((_Atomic uint32_t *)(uintptr_t)counter, memory_order_relaxed);
}

void stress_count_anew(void)
{
  atomic_store(&stress_closing, 0u);
  atomic_store(&stress_tries_lost, 0u);
  atomic_store(&stress_refusals, 0u);
  atomic_store(&stress_removal_begun, 0u);
}

/* ---- the device -------------------------------------------------------------------------------------------------- */

static struct {
  const void *owner;
  uint64_t uses;
} device;

void device_enter(const void *owner)
{
  CHECK(STRESS_OWNER, device.owner == NULL);
  device.owner = owner;
  device.uses += 1u;
}

void device_leave(const void *owner)
{
  CHECK(STRESS_OWNER, device.owner == owner);
  device.owner = NULL;
}

/* ---- drivers ----------------------------------------------------------------------------------------------------- */

/* The routine that runs, if one does. Plain: the gate orders them all. */
static const driver *running;

static void routine_enter(const driver *one)
{
  CHECK(STRESS_ROUTINES, stress_holds_gate && stress_level() > DISPATCH_LEVEL);
  CHECK(STRESS_ROUTINES, running == NULL);
  running = one;
}

static void routine_leave(const driver *one)
{
  CHECK(STRESS_ROUTINES, running == one);
  running = NULL;
}

/* Takes the port if it can, and gives it back at once or keeps it. */
static void routine_try(driver *one, stress_event won, stress_event lost)
{
  bool got = driver_try(one);
  stress_happened(got ? won : lost);
  if (!got) return;
  if (value_of(&stress_closing) == 0u && stress_random(2u) == 0u)
    atomic_store_explicit(&one->keeps, 1u, memory_order_release);
  else
    driver_give(one);
}

static BOOLEAN NTAPI interrupt_routine(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
  driver *one = ServiceContext;
  uint32_t events = 0u;
  routine_enter(one);
  CHECK(STRESS_ROUTINES, Interrupt == PORT);
  one->storage->interrupts += 1u;
  for (uint32_t i = 0u; i < STRESS_THREADS; i++)
    events += atomic_exchange_explicit(&one->pending[i], 0u, memory_order_relaxed);
  one->seen += events;
  if (events != 0u && stress_random(2u) == 0u) routine_try(one, STRESS_TRY_WON, STRESS_TRY_LOST);
  routine_leave(one);
  return events != 0u ? TRUE : FALSE;
}

/* Now and then takes the port without having waited for it: so rounds are cut short. */
static void NTAPI check_routine(PVOID DeferredContext)
{
  driver *one = DeferredContext;
  routine_enter(one);
  one->storage->checks += 1u;
  for (uint32_t i = stress_random(64u); i > 0u; i--) stress_jitter(); /* somebody may take the port, or give it back */
  if (value_of(&one->waits) != 0u || stress_random(4u) == 0u) routine_try(one, STRESS_CHECK_WON, STRESS_CHECK_LOST);
  routine_leave(one);
}

static size_t page_size(void)
{
  return (size_t)sysconf(_SC_PAGESIZE);
}

void driver_create(driver *one, BOOLEAN token)
{
  storage *page = one->storage;
  if (page == NULL) page = mmap(NULL, page_size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED || mprotect(page, page_size(), PROT_READ | PROT_WRITE) != 0) abort();
  memset(page, 0, sizeof(*page));
  memset(one, 0, sizeof(*one));
  one->storage = page;
  one->token = token ? one : NULL;
  one->service.InterruptServiceRoutine = interrupt_routine;
  one->service.InterruptServiceContext = one;
  one->service.DeferredPortCheckRoutine = check_routine;
  one->service.DeferredPortCheckContext = one;
}

void driver_poison(driver *one)
{
  memset(one->storage, 0xdd, sizeof(*one->storage)); /* the sanitizer: everything was before this */
  if (mprotect(one->storage, page_size(), PROT_NONE) != 0) abort();
}

NTSTATUS driver_connect(driver *one)
{
  return parallel_isr_connect(PORT, one->token, &one->service, &one->information);
}

NTSTATUS driver_disconnect(driver *one)
{
  return parallel_isr_disconnect(PORT, &one->service);
}

void driver_post(driver *one, uint32_t thread)
{
  add(&one->posted[thread], 1u);
  add(&one->pending[thread], 1u);
}

/* Nobody claims an interrupt, though this thread's device asked for it: only if somebody has seen the event before. */
void driver_interrupt(driver *one, uint32_t thread)
{
  driver_post(one, thread);
  if (parallel_isr_host_interrupt(PORT) == FALSE) CHECK(STRESS_EVENTS, value_of(&one->pending[thread]) == 0u);
}

/* Waits from before the try: who is told afterwards tries again on its behalf. */
bool driver_try(driver *one)
{
  atomic_store_explicit(&one->waits, 1u, memory_order_relaxed);
  if (one->information.TryAllocatePortAtInterruptLevel(one->information.Context) == FALSE) {
    add(&stress_tries_lost, 1u);
    return false;
  }
  atomic_store_explicit(&one->waits, 0u, memory_order_relaxed);
  device_enter(one);
  return true;
}

void driver_give(driver *one)
{
  device_leave(one);
  one->information.FreePortFromInterruptLevel(one->information.Context);
}

bool driver_give_kept(driver *one)
{
  bool kept = atomic_exchange_explicit(&one->keeps, 0u, memory_order_acquire) != 0u;
  if (kept) driver_give(one);
  return kept;
}

void driver_check_served(const driver *one)
{
  uint32_t posted = 0u;
  for (uint32_t i = 0u; i < STRESS_THREADS; i++) {
    CHECK(STRESS_EVENTS, value_of(&one->pending[i]) == 0u);
    posted += value_of(&one->posted[i]);
  }
  CHECK(STRESS_EVENTS, one->seen == posted);
  CHECK(STRESS_WAKEUP, value_of(&one->waits) == 0u);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static void waiter_free(waiter *one)
{
  device_leave(one);
  CHECK(STRESS_OWNER, parallel_isr_free(PORT, one) == STATUS_SUCCESS);
}

static void NTAPI completion_routine(PVOID context, NTSTATUS status)
{
  waiter *one = context;
  uint32_t next = WAITER_IDLE;
  CHECK(STRESS_QUEUE, stress_level() == DISPATCH_LEVEL && !stress_holds_gate);
  CHECK(STRESS_QUEUE, value_of(&one->state) == WAITER_ASKED);
  add(&one->completions, 1u);
  if (status == STATUS_SUCCESS) {
    stress_happened(STRESS_GRANTED);
    add(&one->granted, 1u);
    device_enter(one);
    if (stress_random(2u) == 0u)
      next = WAITER_OWNS;
    else
      waiter_free(one);
  } else if (status == STATUS_CANCELLED) {
    stress_happened(STRESS_CANCELLED);
    add(&one->cancelled, 1u);
  } else {
    stress_happened(STRESS_DELETED);
    add(&one->deleted, 1u);
    CHECK(STRESS_QUEUE, status == STATUS_DELETE_PENDING && value_of(&stress_removal_begun) != 0u);
  }
  atomic_store_explicit(&one->state, next, memory_order_release);
}

static void waiter_ask(waiter *one)
{
  atomic_store_explicit(&one->state, WAITER_ASKED, memory_order_relaxed);
  NTSTATUS status = parallel_isr_allocate(PORT, one, completion_routine, one);
  if (status == STATUS_PENDING) {
    one->pending += 1u;
    return;
  }
  uint32_t next = WAITER_IDLE;
  if (status == STATUS_SUCCESS) {
    stress_happened(STRESS_ALLOCATED);
    device_enter(one);
    next = WAITER_OWNS;
  } else if (status == STATUS_INSUFFICIENT_RESOURCES) {
    stress_happened(STRESS_FULL_QUEUE);
  } else {
    CHECK(STRESS_QUEUE, status == STATUS_DELETE_PENDING && value_of(&stress_removal_begun) != 0u);
  }
  atomic_store_explicit(&one->state, next, memory_order_relaxed);
}

static void waiter_cancel(waiter *one)
{
  NTSTATUS status = parallel_isr_cancel(PORT, completion_routine, one);
  CHECK(STRESS_QUEUE, status == STATUS_SUCCESS || status == STATUS_NOT_FOUND);
  if (status == STATUS_SUCCESS) one->cancels += 1u;
}

bool waiter_give(waiter *one)
{
  if (atomic_load_explicit(&one->state, memory_order_acquire) != WAITER_OWNS) return false;
  waiter_free(one);
  atomic_store_explicit(&one->state, WAITER_IDLE, memory_order_relaxed);
  return true;
}

/* Frees what it does not own. */
static void waiter_misuse(waiter *one)
{
  CHECK(STRESS_OWNER, parallel_isr_free(PORT, one) == STATUS_RESOURCE_NOT_OWNED);
  add(&stress_refusals, 1u);
  stress_happened(STRESS_REFUSED);
}

void waiter_step(waiter *one, bool strict)
{
  KIRQL level = parallel_isr_host_raise(stress_random(2u) == 0u ? PASSIVE_LEVEL : DISPATCH_LEVEL);
  switch (atomic_load_explicit(&one->state, memory_order_acquire)) {
  case WAITER_IDLE:
    if (strict && stress_random(4u) == 0u) waiter_misuse(one);
    waiter_ask(one);
    break;
  case WAITER_ASKED:
    if (stress_random(4u) == 0u) waiter_cancel(one);
    break;
  default:
    (void)waiter_give(one);
    break;
  }
  parallel_isr_host_lower(level);
}

void waiter_check_completed(const waiter *one)
{
  CHECK(STRESS_QUEUE, value_of(&one->state) != WAITER_ASKED);
  CHECK(STRESS_QUEUE, value_of(&one->completions) == one->pending);
  CHECK(STRESS_QUEUE, value_of(&one->cancelled) == one->cancels);
  CHECK(STRESS_QUEUE, value_of(&one->granted) + value_of(&one->cancelled) + value_of(&one->deleted) == one->pending);
}

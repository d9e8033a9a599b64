/* SPDX-License-Identifier: MIT */
/* Processors: levels, spin locks, DPCs, interrupts; threads; memory; what is reported. */
#include "hooks.h"

#include <stdarg.h>

#define PROCESSORS 128u

uint32_t sim_step;
bool sim_in_case;
volatile bool sim_dpcs_held;
sim_counts sim_counted;

/* ---- reports ----------------------------------------------------------------------------------------------------- */

static char report[8192];
static uint32_t reported, unreported;
static HANDLE log_file = INVALID_HANDLE_VALUE;
static volatile LONG simulator_lock;

/* A thread of the process waits here for another one only. */
void sim_lock(void)
{
  while (InterlockedCompareExchange(&simulator_lock, 1, 0) != 0) sim_yield();
}

void sim_unlock(void)
{
  (void)InterlockedExchange(&simulator_lock, 0);
}

static void write_log(const char *text)
{
  ULONG written;
  if (log_file == INVALID_HANDLE_VALUE)
    log_file = CreateFileA("C:\\ntsim.log", FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS,
                           FILE_ATTRIBUTE_NORMAL, NULL);
  char stamp[24];
  const int length = _snprintf(stamp, sizeof stamp, "%6u ", (unsigned)GetTickCount());
  (void)WriteFile(log_file, stamp, (ULONG)length, &written, NULL);
  (void)WriteFile(log_file, text, (ULONG)strlen(text), &written, NULL);
}

/* What is fatal may come under the lock. */
static void record(const char *kind, bool locked, const char *format, va_list arguments)
{
  char line[512];
  int length = _snprintf(line, sizeof line, "%s", kind);
  length += _vsnprintf(line + length, sizeof line - 2u - (size_t)length, format, arguments);
  if (length < 0 || length > (int)sizeof line - 2) length = (int)sizeof line - 2;
  line[length] = '\n';
  line[length + 1] = 0;
  if (!locked) sim_lock();
  if (kind[0] != 0) {
    if (reported + (uint32_t)length + 2u < sizeof report) {
      memcpy(report + reported, line, (size_t)length + 2u);
      reported += (uint32_t)length + 1u;
    } else {
      unreported++;
    }
  }
  if (unreported == 0) write_log(line);
  if (!locked) sim_unlock();
}

void sim_violation(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  record("  ", false, format, arguments);
  va_end(arguments);
}

void sim_say(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  record("", false, format, arguments);
  va_end(arguments);
}

void sim_fatal(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  record("  fatal: ", true, format, arguments);
  va_end(arguments);
  for (;;) TerminateProcess((HANDLE)-1, 99);
}

uint32_t sim_take_report(char *text, uint32_t size)
{
  sim_lock();
  const uint32_t taken = reported < size ? reported : size - 1u;
  memcpy(text, report, taken);
  text[taken] = 0;
  reported = unreported = 0;
  sim_unlock();
  return taken;
}

/* ---- processors -------------------------------------------------------------------------------------------------- */

static sim_processor processors[PROCESSORS];
static ULONG slot;

static sim_processor *take_processor(void)
{
  for (uint32_t i = 0; i < PROCESSORS; i++)
    if (InterlockedCompareExchange(&processors[i].used, 1, 0) == 0) {
      sim_processor *const self = &processors[i];
      self->number = i;
      self->irql = PASSIVE_LEVEL;
      self->locks = self->mutexes = self->regions = self->running = 0;
      self->suspended = false;
      self->pending = 0;
      self->stepper.tracing = self->stepper.armed = false;
      InitializeListHead(&self->dpcs);
      return self;
    }
  sim_fatal("more threads than processors");
}

void sim_processors_initialize(void)
{
  slot = TlsAlloc();
}

sim_processor *sim_processor_get(void)
{
  sim_processor *self = TlsGetValue(slot);
  if (self == NULL) {
    self = take_processor();
    (void)TlsSetValue(slot, self);
  }
  return self;
}

static void give_processor(sim_processor *self)
{
  if (self->irql != PASSIVE_LEVEL || self->locks != 0 || self->mutexes != 0 || self->regions != 0)
    sim_violation("a processor ends at level %u with %u locks, %u mutexes, in %u critical regions", self->irql,
                  self->locks, self->mutexes, self->regions);
  if (!IsListEmpty(&self->dpcs)) sim_violation("a processor ends with a DPC queued");
  (void)InterlockedExchange(&self->used, 0);
}

void sim_processor_release(void)
{
  give_processor(sim_processor_get());
  (void)TlsSetValue(slot, NULL);
}

void sim_processor_reset(void)
{
  sim_processor *const self = sim_processor_get();
  InitializeListHead(&self->dpcs); /* they may be no more */
  self->irql = PASSIVE_LEVEL;
  self->locks = self->mutexes = self->regions = self->running = 0;
  self->pending = 0;
}

KIRQL sim_level(void)
{
  return sim_processor_get()->irql;
}

sim_state sim_state_get(void)
{
  const sim_processor *const self = sim_processor_get();
  return (sim_state){self->irql, self->locks, self->mutexes, self->regions};
}

void sim_state_check(const sim_state *before, const char *what)
{
  const sim_state now = sim_state_get();
  if (now.irql != before->irql) sim_violation("%s returns at level %u, not %u", what, now.irql, before->irql);
  if (now.locks != before->locks)
    sim_violation("%s returns with %u spin locks, not %u", what, now.locks, before->locks);
  if (now.mutexes != before->mutexes || now.regions != before->regions)
    sim_violation("%s returns with %u mutexes in %u critical regions, not %u in %u", what, now.mutexes, now.regions,
                  before->mutexes, before->regions);
}

void sim_require(KIRQL highest, const char *function)
{
  const sim_processor *const self = sim_processor_get();
  if (self->irql > highest) sim_violation("%s at level %u; the highest is %u", function, self->irql, highest);
}

void sim_on_another_processor(void (*routine)(void *), void *context)
{
  sim_processor *const self = sim_processor_get(), *const other = take_processor();
  self->suspended = true;
  (void)TlsSetValue(slot, other);
  routine(context);
  const bool held = sim_dpcs_held;
  sim_dpcs_held = false;
  (void)sim_set_level(PASSIVE_LEVEL);
  sim_dpcs_held = held;
  (void)TlsSetValue(slot, self);
  give_processor(other);
  self->suspended = false;
}

/* ---- levels ------------------------------------------------------------------------------------------------------ */

static void deliver(sim_processor *self, ULONG vector);

static bool run_dpc(sim_processor *self)
{
  KDPC *dpc = NULL;
  sim_lock();
  if (!IsListEmpty(&self->dpcs)) {
    dpc = CONTAINING_RECORD(RemoveHeadList(&self->dpcs), KDPC, DpcListEntry);
    dpc->DpcData = NULL;
    self->running++;
  }
  sim_unlock();
  if (dpc == NULL) return false;
  const KIRQL before = self->irql;
  PKDEFERRED_ROUTINE const routine = dpc->DeferredRoutine;
  self->irql = DISPATCH_LEVEL;
  const sim_state state = sim_state_get();
  (void)InterlockedIncrement(&sim_counted.dpcs);
  sim_enter_driver();
  routine(dpc, dpc->DeferredContext, dpc->SystemArgument1, dpc->SystemArgument2);
  sim_state_check(&state, "a DPC");
  self->irql = before;
  sim_lock();
  self->running--;
  sim_unlock();
  return true;
}

/* What the level has held back runs: interrupts, then DPCs. */
static void settle(sim_processor *self)
{
  for (;;) {
    if (self->irql < SIM_DIRQL && self->pending != 0) {
      const ULONG vector = (ULONG)__builtin_ctzll(self->pending);
      self->pending &= self->pending - 1u;
      deliver(self, vector);
    } else if (self->irql >= DISPATCH_LEVEL || sim_dpcs_held || !run_dpc(self)) {
      return;
    }
  }
}

KIRQL sim_set_level(KIRQL level)
{
  sim_processor *const self = sim_processor_get();
  const KIRQL before = self->irql;
  self->irql = level;
  if (level < before) settle(self);
  return before;
}

void sim_run_dpcs(void)
{
  sim_dpcs_held = false;
  settle(sim_processor_get());
}

/* ---- spin locks -------------------------------------------------------------------------------------------------- */

/* A lock that is held names its processor. */
static void acquire(KSPIN_LOCK *lock, const char *function)
{
  sim_processor *const self = sim_processor_get();
  const KSPIN_LOCK mine = self->number + 1u;
  for (;;) {
    const KSPIN_LOCK owner = (KSPIN_LOCK)InterlockedCompareExchangePointer((PVOID volatile *)lock, (PVOID)mine, NULL);
    if (owner == 0) break;
    if (owner == mine) sim_fatal("%s: a processor waits for a spin lock that it has", function);
    if (owner > PROCESSORS) sim_fatal("%s: no spin lock is there", function);
    if (processors[owner - 1u].suspended) sim_fatal("%s: waits for a processor that waits for this one", function);
    sim_yield();
  }
  self->locks++;
}

static void release(KSPIN_LOCK *lock, const char *function)
{
  sim_processor *const self = sim_processor_get();
  const KSPIN_LOCK mine = self->number + 1u;
  if ((KSPIN_LOCK)InterlockedCompareExchangePointer((PVOID volatile *)lock, NULL, (PVOID)mine) != mine)
    sim_fatal("%s: the spin lock is not this processor's (step %u)", function, sim_step);
  self->locks--;
}

VOID NTAPI hook_KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK lock)
{
  if (sim_level() < DISPATCH_LEVEL) sim_violation("KeAcquireSpinLockAtDpcLevel at level %u", sim_level());
  acquire(lock, "KeAcquireSpinLockAtDpcLevel");
}

VOID NTAPI hook_KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK lock)
{
  release(lock, "KeReleaseSpinLockFromDpcLevel");
}

KIRQL NTAPI hook_KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK lock)
{
  sim_require(DISPATCH_LEVEL, "KeAcquireSpinLockRaiseToDpc");
  const KIRQL before = sim_set_level(DISPATCH_LEVEL);
  acquire(lock, "KeAcquireSpinLockRaiseToDpc");
  return before;
}

VOID NTAPI hook_KeReleaseSpinLock(PKSPIN_LOCK lock, KIRQL level)
{
  if (sim_level() != DISPATCH_LEVEL) sim_violation("KeReleaseSpinLock at level %u", sim_level());
  release(lock, "KeReleaseSpinLock");
  (void)sim_set_level(level);
}

static KSPIN_LOCK cancel_lock;

VOID NTAPI hook_IoAcquireCancelSpinLock(PKIRQL level)
{
  sim_require(DISPATCH_LEVEL, "IoAcquireCancelSpinLock");
  *level = hook_KeAcquireSpinLockRaiseToDpc(&cancel_lock);
}

/* Outside of a case it is Wine that cancels: for a program, with its own lock. */
VOID NTAPI hook_IoReleaseCancelSpinLock(KIRQL level)
{
  if (!sim_in_case && cancel_lock == 0) {
    IoReleaseCancelSpinLock(level);
    return;
  }
  if (sim_level() != DISPATCH_LEVEL) sim_violation("IoReleaseCancelSpinLock at level %u", sim_level());
  hook_KeReleaseSpinLock(&cancel_lock, level);
}

/* ---- critical regions and fast mutexes --------------------------------------------------------------------------- */

VOID NTAPI hook_KeEnterCriticalRegion(VOID)
{
  sim_require(APC_LEVEL, "KeEnterCriticalRegion");
  sim_processor_get()->regions++;
}

VOID NTAPI hook_KeLeaveCriticalRegion(VOID)
{
  sim_processor *const self = sim_processor_get();
  sim_require(APC_LEVEL, "KeLeaveCriticalRegion");
  if (self->regions-- == 0) sim_fatal("KeLeaveCriticalRegion outside of one");
}

/* Owner names the processor, in a way that Wine's own members do not disturb. */
VOID NTAPI hook_ExAcquireFastMutexUnsafe(PFAST_MUTEX mutex)
{
  sim_processor *const self = sim_processor_get();
  sim_require(APC_LEVEL, "ExAcquireFastMutexUnsafe");
  if (self->regions == 0 && self->irql != APC_LEVEL)
    sim_violation("ExAcquireFastMutexUnsafe: the thread may be suspended while it has the mutex");
  for (;;) {
    sim_processor *const owner = InterlockedCompareExchangePointer((PVOID volatile *)&mutex->Owner, self, NULL);
    if (owner == NULL) break;
    if (owner == self) sim_fatal("a thread waits for a fast mutex that it has");
    if (owner->suspended) sim_fatal("a fast mutex: waits for a processor that waits for this one");
    sim_yield();
  }
  self->mutexes++;
}

VOID NTAPI hook_ExReleaseFastMutexUnsafe(PFAST_MUTEX mutex)
{
  sim_processor *const self = sim_processor_get();
  if (InterlockedCompareExchangePointer((PVOID volatile *)&mutex->Owner, NULL, self) != self)
    sim_fatal("ExReleaseFastMutexUnsafe: the mutex is not this thread's");
  self->mutexes--;
}

/* ---- DPCs -------------------------------------------------------------------------------------------------------- */

/* DpcData says that it is queued: Wine's leaves it alone. */
VOID NTAPI hook_KeInitializeDpc(PRKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context)
{
  KeInitializeDpc(dpc, routine, context);
  dpc->DpcData = NULL;
}

BOOLEAN NTAPI hook_KeInsertQueueDpc(PRKDPC dpc, PVOID argument1, PVOID argument2)
{
  sim_processor *const self = sim_processor_get();
  sim_lock();
  const BOOLEAN inserted = dpc->DpcData == NULL;
  if (inserted) {
    dpc->DpcData = self;
    dpc->SystemArgument1 = argument1;
    dpc->SystemArgument2 = argument2;
    InsertTailList(&self->dpcs, &dpc->DpcListEntry);
  }
  sim_unlock();
  settle(self);
  return inserted;
}

BOOLEAN NTAPI hook_KeRemoveQueueDpc(PRKDPC dpc)
{
  sim_lock();
  const BOOLEAN removed = dpc->DpcData != NULL;
  if (removed) {
    (void)RemoveEntryList(&dpc->DpcListEntry);
    dpc->DpcData = NULL;
  }
  sim_unlock();
  return removed;
}

bool sim_dpc_is_queued(void)
{
  return !IsListEmpty(&sim_processor_get()->dpcs);
}

static bool is_busy(sim_processor *one)
{
  if (one->used == 0) return false;
  sim_lock();
  const bool busy = !IsListEmpty(&one->dpcs) || one->running != 0;
  sim_unlock();
  return busy;
}

/* Waits for the DPCs of every processor; its own it runs. */
VOID NTAPI hook_KeFlushQueuedDpcs(VOID)
{
  sim_processor *const self = sim_processor_get();
  sim_require(APC_LEVEL, "KeFlushQueuedDpcs");
  while (run_dpc(self)) {
  }
  for (uint32_t i = 0; i < PROCESSORS; i++)
    while (&processors[i] != self && is_busy(&processors[i])) {
      if (processors[i].suspended) sim_fatal("KeFlushQueuedDpcs waits for a processor that waits for this one");
      sim_yield();
    }
}

/* A DPC that is queued lies in memory that goes. */
void sim_check_dpcs(const void *start, size_t size, const char *what)
{
  sim_lock();
  for (uint32_t i = 0; i < PROCESSORS; i++) {
    if (processors[i].used == 0) continue;
    for (LIST_ENTRY *at = processors[i].dpcs.Flink; at != &processors[i].dpcs; at = at->Flink)
      if ((const char *)at >= (const char *)start && (const char *)at < (const char *)start + size) {
        sim_unlock();
        sim_fatal("a DPC is queued that goes with %s", what);
      }
  }
  sim_unlock();
}

/* ---- interrupts -------------------------------------------------------------------------------------------------- */

#define INTERRUPTS 65536u

/* What is dead stays so: its use is found. */
struct _KINTERRUPT {
  volatile LONG live;
  KSPIN_LOCK *lock, own;
  KIRQL synchronize;
  ULONG vector, message;
  BOOLEAN share;
  KINTERRUPT_MODE mode;
  PKSERVICE_ROUTINE routine;
  PKMESSAGE_SERVICE_ROUTINE message_routine; /* or else */
  PVOID context;
};
static struct _KINTERRUPT objects[INTERRUPTS];
static volatile LONG object_count;

/* The kernel looks whether an object is connected when it has its lock; who disconnects it does not wait. */
static BOOLEAN call_isr(sim_processor *self, struct _KINTERRUPT *object)
{
  const KIRQL before = self->irql;
  BOOLEAN claimed = FALSE;
  self->irql = object->synchronize;
  acquire(object->lock, "an interrupt");
  if (object->live != 0) {
    const sim_state state = sim_state_get();
    sim_enter_driver();
    claimed = object->message_routine != NULL ? object->message_routine(object, object->context, object->message)
                                              : object->routine(object, object->context);
    sim_state_check(&state, "an ISR");
  }
  release(object->lock, "an interrupt");
  self->irql = before;
  return claimed;
}

static BOOLEAN serve(sim_processor *self, ULONG vector)
{
  const KIRQL before = self->irql;
  const LONG count = object_count;
  BOOLEAN claimed = FALSE;
  self->irql = SIM_DIRQL;
  (void)InterlockedIncrement(&sim_counted.interrupts);
  for (LONG i = 0; i < count; i++)
    if (objects[i].live != 0 && objects[i].vector == vector && call_isr(self, &objects[i])) claimed = TRUE;
  self->irql = before;
  return claimed;
}

static void deliver(sim_processor *self, ULONG vector)
{
  (void)serve(self, vector);
}

void sim_forget_interrupts(void)
{
  object_count = 0;
}

uint32_t sim_connected(ULONG vector)
{
  uint32_t connected = 0;
  for (LONG i = 0; i < object_count; i++) connected += objects[i].live != 0 && objects[i].vector == vector;
  return connected;
}

sim_answer sim_interrupt(ULONG vector)
{
  sim_processor *const self = sim_processor_get();
  if (sim_connected(vector) == 0) return SIM_NOT_CONNECTED;
  if (self->irql >= SIM_DIRQL) {
    self->pending |= 1ull << vector;
    return SIM_PENDING;
  }
  const BOOLEAN claimed = serve(self, vector);
  settle(self);
  return claimed ? SIM_CLAIMED : SIM_UNCLAIMED;
}

PKINTERRUPT sim_connect(const sim_connection *wanted)
{
  sim_lock();
  const LONG index = object_count;
  if (index == INTERRUPTS) sim_fatal("more interrupt objects than there are");
  struct _KINTERRUPT *const object = &objects[index];
  object->lock = wanted->lock != NULL ? wanted->lock : &object->own;
  object->synchronize = wanted->synchronize > SIM_DIRQL ? wanted->synchronize : SIM_DIRQL;
  object->vector = wanted->vector;
  object->message = wanted->message;
  object->share = wanted->share;
  object->mode = wanted->mode;
  object->routine = wanted->routine;
  object->message_routine = wanted->message_routine;
  object->context = wanted->context;
  for (LONG i = 0; i < index; i++)
    if (objects[i].live != 0 && objects[i].vector == wanted->vector &&
        (!objects[i].share || !wanted->share || objects[i].mode != wanted->mode)) {
      sim_unlock();
      return NULL;
    }
  (void)InterlockedExchange(&object->live, 1);
  object_count = index + 1;
  sim_unlock();
  return object;
}

static bool is_object(const struct _KINTERRUPT *object)
{
  return object >= objects && object < objects + object_count;
}

bool sim_is_connected(PKINTERRUPT object)
{
  return is_object(object) && object->live != 0;
}

bool sim_holds(PKINTERRUPT object)
{
  return !sim_is_connected(object) || *object->lock == sim_processor_get()->number + 1u;
}

bool sim_disconnect(PKINTERRUPT object)
{
  return is_object(object) && InterlockedExchange(&object->live, 0) != 0;
}

BOOLEAN NTAPI hook_KeSynchronizeExecution(PKINTERRUPT object, PKSYNCHRONIZE_ROUTINE routine, PVOID context)
{
  if (!is_object(object) || object->live == 0) sim_fatal("KeSynchronizeExecution: the interrupt is not connected");
  sim_require(object->synchronize, "KeSynchronizeExecution");
  const KIRQL before = sim_set_level(object->synchronize);
  acquire(object->lock, "KeSynchronizeExecution");
  const sim_state state = sim_state_get();
  sim_enter_driver();
  const BOOLEAN result = routine(context);
  sim_state_check(&state, "a KSYNCHRONIZE_ROUTINE");
  release(object->lock, "KeSynchronizeExecution");
  (void)sim_set_level(before);
  return result;
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

static volatile LONG threads;

/* A thread that waits leaves its processor to DPCs and interrupts. */
void sim_let_others_run(void)
{
  sim_processor *const self = sim_processor_get();
  settle(self);
  while (self->irql < DISPATCH_LEVEL && run_dpc(self)) {
  }
}

NTSTATUS NTAPI hook_KeWaitForSingleObject(PVOID object, KWAIT_REASON reason, KPROCESSOR_MODE mode, BOOLEAN alertable,
                                          PLARGE_INTEGER timeout)
{
  DISPATCHER_HEADER *const header = object;
  if (timeout == NULL || timeout->QuadPart != 0) sim_require(APC_LEVEL, "KeWaitForSingleObject");
  if (sim_processor_get()->locks != 0) sim_violation("KeWaitForSingleObject with a spin lock held");
  if (header->SignalState <= 0) sim_let_others_run();
  if (header->SignalState <= 0 && threads == 0) { /* nobody else is there: time passes */
    if (timeout != NULL) return STATUS_TIMEOUT;
    sim_fatal("KeWaitForSingleObject: waits for ever");
  }
  return KeWaitForSingleObject(object, reason, mode, alertable, timeout);
}

/* ---- threads ----------------------------------------------------------------------------------------------------- */

void sim_yield(void)
{
  (void)SwitchToThread();
}

static ULONG WINAPI thread_main(void *argument)
{
  sim_thread *const self = argument;
  (void)sim_processor_get();
  self->routine(self->context);
  sim_let_others_run();
  sim_processor_release();
  return 0;
}

void sim_thread_start(sim_thread *thread, void (*routine)(void *), void *context)
{
  (void)InterlockedIncrement(&threads);
  thread->routine = routine;
  thread->context = context;
  thread->handle = CreateThread(NULL, 0, thread_main, thread, 0, NULL);
  if (thread->handle == NULL) sim_fatal("no thread");
}

void sim_thread_join(sim_thread *thread)
{
  (void)WaitForSingleObject(thread->handle, 0xffffffffu);
  (void)CloseHandle(thread->handle);
  (void)InterlockedDecrement(&threads);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

/* One block in each stride, at the end of its pages: what is behind it, and what was freed, faults. */
#define STRIDE ((size_t)1 << 16)
#define BLOCKS ((size_t)1 << 17)
#define PAGE ((size_t)4096)

static char *arena;
static struct {
  uint32_t size; /* 0: free */
} blocks[BLOCKS];
static volatile LONG block_count;

void *sim_allocate(size_t size)
{
  const size_t index = (size_t)InterlockedIncrement(&block_count);
  const size_t bytes = (size + 15u) & ~(size_t)15u, pages = (bytes + PAGE - 1u) & ~(PAGE - 1u);
  if (index >= BLOCKS || pages + PAGE > STRIDE) sim_fatal("no memory");
  if (arena == NULL) {
    sim_lock();
    if (arena == NULL) arena = VirtualAlloc(NULL, STRIDE * BLOCKS, MEM_RESERVE, PAGE_READWRITE);
    sim_unlock();
  }
  char *const start = arena + index * STRIDE;
  if (VirtualAlloc(start, pages, MEM_COMMIT, PAGE_READWRITE) == NULL) sim_fatal("no memory");
  blocks[index].size = (uint32_t)bytes;
  return start + pages - bytes;
}

bool sim_is_memory_of_ours(const void *block)
{
  return arena != NULL && (const char *)block >= arena && (const char *)block < arena + STRIDE * BLOCKS;
}

static size_t index_of(const void *block)
{
  return (size_t)((const char *)block - arena) / STRIDE;
}

bool sim_allocated(const void *block)
{
  return sim_is_memory_of_ours(block) && blocks[index_of(block)].size != 0;
}

void sim_free(void *block)
{
  if (!sim_allocated(block)) sim_fatal("memory is freed twice");
  const size_t index = index_of(block), bytes = blocks[index].size;
  sim_check_dpcs(block, bytes, "memory that is freed");
  blocks[index].size = 0;
  (void)VirtualFree(arena + index * STRIDE, (bytes + PAGE - 1u) & ~(PAGE - 1u), MEM_DECOMMIT);
}

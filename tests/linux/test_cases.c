// SPDX-License-Identifier: MIT
/*
 * The cases that need no user space: two processors, two modules. They run when the module is loaded.
 *
 * Interrupts are the parallel port's: each write to the control register that leaves them on is one. A thread of
 * processor 1 writes in a stream, and that processor takes them.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "test.h"

static uint interrupts = 100000;
module_param(interrupts, uint, 0444);
MODULE_PARM_DESC(interrupts, "least number of interrupts of the race");

static uint cycles = 10000;
module_param(cycles, uint, 0444);
MODULE_PARM_DESC(cycles, "least number of connects and disconnects of the race");

static parallel_isr_port *port;
static unsigned long base;

/* ---- the device: a client that serves it, and a thread that makes it interrupt ----------------------------------- */

static u32 served;

static BOOLEAN NTAPI device_isr(PKINTERRUPT interrupt, PVOID context)
{
  (void)context;
  CHECK(irqs_disabled());
  CHECK(interrupt == port);
  (void)inb(base + LPT_STATUS);
  WRITE_ONCE(served, served + 1);
  return TRUE;
}

static const PARALLEL_INTERRUPT_SERVICE_ROUTINE device = {.InterruptServiceRoutine = device_isr};
static PARALLEL_INTERRUPT_INFORMATION device_information;

/* An interrupt. The port's owner alone may write to it; here the test as a whole is the owner of the registers. */
static void raise(void)
{
  outb(LPT_CONTROL_IDLE, base + LPT_CONTROL);
}

static int stream(void *unused)
{
  while (!kthread_should_stop()) {
    for (u32 i = 0; i < 64; i++) raise();
    cond_resched();
  }
  return 0;
}

static struct task_struct *start_on(unsigned int processor, int (*routine)(void *), void *context)
{
  struct task_struct *thread = kthread_create(routine, context, "test/%u", processor);

  if (IS_ERR(thread)) return NULL;
  kthread_bind(thread, processor);
  wake_up_process(thread);
  return thread;
}

/* ---- one interrupt, one module after the other ------------------------------------------------------------------- */

static void one_interrupt_calls_both_modules(void)
{
  u32 before;

  CHECK(parallel_isr_connect(port, NULL, &device, &device_information) == STATUS_SUCCESS);
  CHECK(peer_connect() == STATUS_SUCCESS);
  raise(); /* turns them on, if they were off */
  before = READ_ONCE(served);
  raise();
  while (READ_ONCE(served) == before) cond_resched();
  CHECK(parallel_isr_disconnect(port, &device) == STATUS_SUCCESS); /* the pass has ended */
  CHECK(peer_interrupts() > 0);
  CHECK(peer_disconnect() == STATUS_SUCCESS);
}

/* ---- allocation and deferred checks between modules -------------------------------------------------------------- */

static void NTAPI never_ended(PVOID context, NTSTATUS status)
{
  (void)context;
  CHECK(status == STATUS_SUCCESS && false); /* the port was free: nothing was queued */
}

static void queue_hands_over_to_the_other_module(void)
{
  int me;

  for (u32 i = 0; i < 1000; i++) {
    CHECK(parallel_isr_allocate(port, &me, never_ended, NULL) == STATUS_SUCCESS);
    CHECK(peer_allocate() == STATUS_PENDING);
    CHECK(parallel_isr_free(port, &me) == STATUS_SUCCESS);
    CHECK(peer_wait() == STATUS_SUCCESS);
    CHECK(parallel_isr_free(port, &me) == STATUS_RESOURCE_NOT_OWNED);
    CHECK(parallel_isr_free(port, NULL) == STATUS_SUCCESS); /* nameless: anybody's */
  }
}

/* Each frees the port while the DPC that told him that it is his is still running. */
static struct waiter {
  struct completion *last;
  NTSTATUS status, freed;
} waiters[8];

static void NTAPI waiter_ended(PVOID context, NTSTATUS status)
{
  struct waiter *self = context;

  self->status = status;
  self->freed = parallel_isr_free(port, self);
  if (self->last != NULL) complete(self->last);
}

static void completions_free_the_port_for_the_next(void)
{
  DECLARE_COMPLETION_ONSTACK(last);
  int me;

  CHECK(parallel_isr_allocate(port, &me, never_ended, NULL) == STATUS_SUCCESS);
  for (u32 i = 0; i < ARRAY_SIZE(waiters); i++) {
    waiters[i].last = i + 1 == ARRAY_SIZE(waiters) ? &last : NULL;
    CHECK(parallel_isr_allocate(port, &waiters[i], waiter_ended, &waiters[i]) == STATUS_PENDING);
  }
  CHECK(parallel_isr_free(port, &me) == STATUS_SUCCESS);
  wait_for_completion(&last);
  for (u32 i = 0; i < ARRAY_SIZE(waiters); i++)
    CHECK(waiters[i].status == STATUS_SUCCESS && waiters[i].freed == STATUS_SUCCESS);
  CHECK(parallel_isr_query_waiters(device_information.Context) == 0);
}

static void deferred_check_reaches_the_other_module(void)
{
  CHECK(parallel_isr_connect(port, NULL, &device, &device_information) == STATUS_SUCCESS);
  CHECK(peer_connect() == STATUS_SUCCESS);
  for (u32 i = 0; i < 1000; i++) {
    CHECK(device_information.TryAllocatePortAtInterruptLevel(device_information.Context));
    CHECK(!peer_try_allocate());
    device_information.FreePortFromInterruptLevel(device_information.Context);
    peer_wait_for_check();
    CHECK(peer_try_allocate());
    peer_free();
    peer_wait_for_check();
  }
  CHECK(peer_disconnect() == STATUS_SUCCESS);
  CHECK(parallel_isr_disconnect(port, &device) == STATUS_SUCCESS);
}

/* ---- levels ------------------------------------------------------------------------------------------------------ */

static struct {
  struct completion ended;
  NTSTATUS connect, remove, allocate;
} at_dispatch;

static void NTAPI cancelled(PVOID context, NTSTATUS status)
{
  CHECK(status == STATUS_CANCELLED);
  CHECK(in_softirq() && !irqs_disabled());
  complete(context);
}

/* Allocate is the one of the three that is allowed here. */
static void NTAPI try_calls_at_dispatch(PVOID context, NTSTATUS status)
{
  PARALLEL_INTERRUPT_INFORMATION information;

  at_dispatch.connect = parallel_isr_connect(port, NULL, &device, &information);
  at_dispatch.remove = parallel_isr_remove(port);
  at_dispatch.allocate = parallel_isr_allocate(port, &at_dispatch, cancelled, context);
  cancelled(context, status);
}

static BOOLEAN NTAPI refused_at_dirql(PVOID context)
{
  PARALLEL_INTERRUPT_INFORMATION information;

  CHECK(irqs_disabled());
  CHECK(parallel_isr_connect(port, NULL, &device, &information) == STATUS_INVALID_DEVICE_STATE);
  CHECK(parallel_isr_allocate(port, NULL, cancelled, NULL) == STATUS_INVALID_DEVICE_STATE);
  return context != NULL;
}

static void levels_are_as_documented(void)
{
  int me;

  init_completion(&at_dispatch.ended);
  CHECK(parallel_isr_allocate(port, &me, never_ended, NULL) == STATUS_SUCCESS);
  CHECK(parallel_isr_allocate(port, &at_dispatch, try_calls_at_dispatch, &at_dispatch.ended) == STATUS_PENDING);
  CHECK(parallel_isr_cancel(port, try_calls_at_dispatch, &at_dispatch.ended) == STATUS_SUCCESS);
  wait_for_completion(&at_dispatch.ended);
  CHECK(at_dispatch.connect == STATUS_INVALID_DEVICE_STATE);
  CHECK(at_dispatch.remove == STATUS_INVALID_DEVICE_STATE);
  CHECK(at_dispatch.allocate == STATUS_PENDING);
  CHECK(parallel_isr_cancel(port, cancelled, &at_dispatch.ended) == STATUS_SUCCESS);
  wait_for_completion(&at_dispatch.ended);
  CHECK(parallel_isr_free(port, &me) == STATUS_SUCCESS);
  CHECK(parallel_isr_synchronize(port, refused_at_dirql, port) == TRUE);
}

/* ---- a port of a case's own -------------------------------------------------------------------------------------- */

struct another {
  parallel_isr_port port;
  parallel_isr_connection connection;
  parallel_isr_request requests[4];
  parallel_isr_configuration configuration;
  atomic_t pending;        /* completions that are due */
  struct completion first; /* the thread is at work */
};

/* version 0: it has no line. */
static struct another *new_port(ULONG version, struct pci_dev *pci)
{
  struct another *self = kzalloc(sizeof(*self), GFP_KERNEL);

  CHECK(self != NULL);
  if (self == NULL) return NULL;
  init_completion(&self->first);
  self->configuration.connections = &self->connection;
  self->configuration.connection_capacity = 1;
  self->configuration.requests = self->requests;
  self->configuration.request_capacity = ARRAY_SIZE(self->requests);
  self->configuration.enable_connect_interrupt = TRUE;
  self->configuration.connect_version = version;
  self->configuration.backend.name = KBUILD_MODNAME;
  self->configuration.backend.pci = pci;
  self->configuration.backend.messages = 1;
  CHECK(parallel_isr_initialize(&self->port, &self->configuration) == STATUS_SUCCESS);
  return self;
}

/* ---- IoConnectInterruptEx on the line ---------------------------------------------------------------------------- */

static PVOID ex_context;
static parallel_isr_interrupt ex;

static BOOLEAN NTAPI no_message(PKINTERRUPT interrupt, PVOID context, ULONG message)
{
  (void)context;
  CHECK(interrupt == port && message == 0 && false); /* the port has a line */
  return FALSE;
}

static NTSTATUS connect_ex(IO_CONNECT_INTERRUPT_PARAMETERS *parameters)
{
  ex_context = &ex;
  return parallel_isr_connect_interrupt_ex(port, NULL, &ex, parameters);
}

/* The device is served by what was connected; then that is disconnected as what it was connected. */
static void serve_and_disconnect_ex(ULONG version)
{
  IO_DISCONNECT_INTERRUPT_PARAMETERS parameters = {.Version = version + 1, .ConnectionContext.Generic = ex_context};
  u32 before = READ_ONCE(served);

  CHECK(ex_context == ex.information.InterruptObject);
  while (READ_ONCE(served) == before) {
    raise();
    cond_resched();
  }
  CHECK(parallel_isr_disconnect_interrupt_ex(&ex, &parameters) == STATUS_INVALID_PARAMETER);
  parameters.Version = version;
  parameters.ConnectionContext.Generic = &ex;
  CHECK(parallel_isr_disconnect_interrupt_ex(&ex, &parameters) == STATUS_INVALID_PARAMETER);
  parameters.ConnectionContext.Generic = ex_context;
  CHECK(parallel_isr_disconnect_interrupt_ex(&ex, &parameters) == STATUS_SUCCESS);
}

static IO_CONNECT_INTERRUPT_PARAMETERS specified(ULONG version)
{
  const IO_CONNECT_INTERRUPT_PARAMETERS parameters = {
      .Version = version,
      .FullySpecified =
          {
              .PhysicalDeviceObject = (PDEVICE_OBJECT)port,
              .InterruptObject = (PKINTERRUPT *)&ex_context,
              .ServiceRoutine = device_isr,
              .Irql = PARALLEL_ISR_LINUX_DIRQL,
              .SynchronizeIrql = PARALLEL_ISR_LINUX_DIRQL,
              .ShareVector = TRUE,
              .Vector = 7,
              .InterruptMode = Latched, /* an ISA line: an edge */
              .ProcessorEnableMask = 1,
          },
  };

  return parameters;
}

static void connect_ex_fully_specified(void)
{
  for (u32 i = 0; i < 2; i++) {
    const ULONG version = i == 0 ? CONNECT_FULLY_SPECIFIED : CONNECT_FULLY_SPECIFIED_GROUP;
    IO_CONNECT_INTERRUPT_PARAMETERS parameters = specified(version);

    CHECK(connect_ex(&parameters) == STATUS_SUCCESS && parameters.Version == version);
    serve_and_disconnect_ex(version);
    parameters.FullySpecified.Vector = 5;
    CHECK(connect_ex(&parameters) == STATUS_NOT_FOUND && ex_context == NULL);
    parameters = specified(version);
    parameters.FullySpecified.InterruptMode = LevelSensitive;
    CHECK(connect_ex(&parameters) == STATUS_INVALID_PARAMETER && ex_context == NULL);
  }
}

static void connect_ex_line_and_fallback(void)
{
  IO_CONNECT_INTERRUPT_PARAMETERS line = specified(CONNECT_LINE_BASED); /* a prefix of the fully specified form */
  IO_CONNECT_INTERRUPT_PARAMETERS message = {
      .Version = CONNECT_MESSAGE_BASED,
      .MessageBased =
          {
              .PhysicalDeviceObject = (PDEVICE_OBJECT)port,
              .ConnectionContext.Generic = &ex_context,
              .MessageServiceRoutine = no_message,
          },
  };
  IO_CONNECT_INTERRUPT_PARAMETERS unknown = {.Version = 5};

  CHECK(connect_ex(&line) == STATUS_SUCCESS && line.Version == CONNECT_LINE_BASED);
  serve_and_disconnect_ex(CONNECT_LINE_BASED);
  CHECK(connect_ex(&message) == STATUS_NOT_FOUND && ex_context == NULL);
  message.MessageBased.FallBackServiceRoutine = device_isr;
  CHECK(connect_ex(&message) == STATUS_SUCCESS && message.Version == CONNECT_LINE_BASED);
  serve_and_disconnect_ex(CONNECT_LINE_BASED);
  CHECK(connect_ex(&unknown) == STATUS_INVALID_PARAMETER_1 && unknown.Version == CONNECT_FULLY_SPECIFIED_GROUP);
}

static BOOLEAN NTAPI not_mine(PKINTERRUPT interrupt, PVOID context)
{
  (void)interrupt;
  (void)context;
  return FALSE;
}

/* The line of a PCI device is a level, its messages are edges; both have a vector to be named by. */
static void connect_ex_knows_level_and_edge(void)
{
  struct pci_dev *pci = pci_get_device(0x1234, 0x11e8, NULL);

  CHECK(pci != NULL && pci_enable_device(pci) == 0);
  if (pci == NULL) return;
  for (u32 i = 0; i < 2; i++) {
    const bool line = i == 0;
    struct another *self = new_port(line ? CONNECT_LINE_BASED : CONNECT_MESSAGE_BASED, pci);
    IO_CONNECT_INTERRUPT_PARAMETERS parameters = specified(CONNECT_FULLY_SPECIFIED);
    IO_DISCONNECT_INTERRUPT_PARAMETERS undo = {.Version = CONNECT_FULLY_SPECIFIED};

    if (self == NULL) break;
    parameters.FullySpecified.ServiceRoutine = not_mine;
    parameters.FullySpecified.ShareVector = line;
    parameters.FullySpecified.Vector = self->port.backend.vectors[0].irq;
    parameters.FullySpecified.InterruptMode = line ? Latched : LevelSensitive;
    CHECK(parallel_isr_connect_interrupt_ex(&self->port, NULL, &ex, &parameters) == STATUS_INVALID_PARAMETER);
    parameters.FullySpecified.InterruptMode = line ? LevelSensitive : Latched;
    CHECK(parallel_isr_connect_interrupt_ex(&self->port, NULL, &ex, &parameters) == STATUS_SUCCESS);
    undo.ConnectionContext.Generic = ex_context;
    CHECK(parallel_isr_disconnect_interrupt_ex(&ex, &undo) == STATUS_SUCCESS);
    CHECK(parallel_isr_remove(&self->port) == STATUS_SUCCESS);
    kfree(self);
  }
  pci_disable_device(pci);
  pci_dev_put(pci);
}

/* ---- connect and disconnect against interrupts ------------------------------------------------------------------- */

#define ALIVE 0x616c6976u
#define POISON 0x6b6b6b6bu

/* A client whose storage is poisoned when it is disconnected, and stays so until all the others had their turn. */
struct victim {
  u32 state;
  u32 rest[15]; /* a cache line each */
};

static struct victim victims[8];
static u32 calls, violations;

/* Looks again and again: it shall still be running when somebody disconnects it. */
static void look(struct victim *self)
{
  for (u32 i = 0; i < 16; i++)
    if (READ_ONCE(self->state) != ALIVE) WRITE_ONCE(violations, violations + 1);
  WRITE_ONCE(calls, calls + 1);
}

static BOOLEAN NTAPI victim_isr(PKINTERRUPT interrupt, PVOID context)
{
  (void)interrupt;
  look(context);
  return FALSE;
}

static void NTAPI victim_check(PVOID context)
{
  look(context);
}

static void cycle(struct victim *self)
{
  const PARALLEL_INTERRUPT_SERVICE_ROUTINE service = {victim_isr, self, victim_check, self};
  PARALLEL_INTERRUPT_INFORMATION information;

  WRITE_ONCE(self->state, ALIVE);
  CHECK(parallel_isr_connect(port, NULL, &service, &information) == STATUS_SUCCESS);
  if (information.TryAllocatePortAtInterruptLevel(information.Context))
    information.FreePortFromInterruptLevel(information.Context); /* asks for a round of checks */
  CHECK(parallel_isr_disconnect(port, &service) == STATUS_SUCCESS);
  WRITE_ONCE(self->state, POISON);
}

/* The port tells of itself meanwhile: numbers that fit together. */
static void ask(u32 *passes)
{
  parallel_isr_statistics now;

  CHECK(parallel_isr_query_statistics(port, &now) == STATUS_SUCCESS);
  CHECK(now.connections <= 1 && now.passes >= *passes && now.unclaimed <= now.passes);
  *passes = now.passes;
}

static void race(bool line_stays, u32 least_interrupts, u32 least_cycles)
{
  struct task_struct *streamer;
  u32 done = 0, passes = 0, before = served, before_calls = calls;

  if (line_stays) CHECK(parallel_isr_connect(port, NULL, &device, &device_information) == STATUS_SUCCESS);
  streamer = start_on(1, stream, NULL);
  CHECK(streamer != NULL);
  while (done < least_cycles || (line_stays && READ_ONCE(served) - before < least_interrupts) ||
         READ_ONCE(calls) == before_calls) {
    cycle(&victims[done % ARRAY_SIZE(victims)]);
    if (done % 8 == 0) ask(&passes);
    if (++done % 64 == 0) cond_resched();
  }
  if (streamer != NULL) kthread_stop(streamer);
  if (line_stays) CHECK(parallel_isr_disconnect(port, &device) == STATUS_SUCCESS);
  CHECK(violations == 0);
  test_say("count race: %u cycles, %u interrupts, %u calls of victims, %u violations", done, served - before,
           calls - before_calls, violations);
}

static void disconnect_against_interrupts(void)
{
  race(true, interrupts, cycles);
}

/* The last client leaves in each cycle: so does the line. Freeing an IRQ may take milliseconds. */
static void last_disconnect_against_interrupts(void)
{
  race(false, 0, cycles / 100);
}

/* ---- ownership against interrupts -------------------------------------------------------------------------------- */

static struct {
  PARALLEL_INTERRUPT_INFORMATION information;
  bool ready;
  u32 inside, violations, by_interrupt, by_thread;
  struct completion granted;
} owners;

static void own(u32 *counter)
{
  if (xchg(&owners.inside, 1) != 0) WRITE_ONCE(owners.violations, owners.violations + 1);
  WRITE_ONCE(*counter, *counter + 1);
  if (xchg(&owners.inside, 0) != 1) WRITE_ONCE(owners.violations, owners.violations + 1);
}

static void try_to_own(void)
{
  if (!owners.ready || !owners.information.TryAllocatePortAtInterruptLevel(owners.information.Context)) return;
  own(&owners.by_interrupt);
  owners.information.FreePortFromInterruptLevel(owners.information.Context);
}

static BOOLEAN NTAPI owner_isr(PKINTERRUPT interrupt, PVOID context)
{
  (void)interrupt;
  (void)context;
  (void)inb(base + LPT_STATUS);
  try_to_own();
  return TRUE;
}

static void NTAPI owner_check(PVOID context)
{
  (void)context;
  try_to_own();
}

static BOOLEAN NTAPI owner_ready(PVOID context)
{
  (void)context;
  owners.ready = true;
  return TRUE;
}

static void NTAPI owner_granted(PVOID context, NTSTATUS status)
{
  (void)context;
  CHECK(status == STATUS_SUCCESS);
  complete(&owners.granted);
}

static void one_owner_at_a_time(void)
{
  const PARALLEL_INTERRUPT_SERVICE_ROUTINE service = {owner_isr, &owners, owner_check, &owners};
  struct task_struct *streamer;

  init_completion(&owners.granted);
  CHECK(parallel_isr_connect(port, NULL, &service, &owners.information) == STATUS_SUCCESS);
  CHECK(parallel_isr_synchronize(port, owner_ready, NULL));
  streamer = start_on(1, stream, NULL);
  CHECK(streamer != NULL);
  for (u32 i = 0; i < cycles || READ_ONCE(owners.by_interrupt) == 0; i++) {
    NTSTATUS status = parallel_isr_allocate(port, &owners.granted, owner_granted, NULL);

    if (status == STATUS_PENDING) {
      wait_for_completion(&owners.granted);
      reinit_completion(&owners.granted);
    } else {
      CHECK(status == STATUS_SUCCESS);
    }
    own(&owners.by_thread);
    CHECK(parallel_isr_free(port, &owners.granted) == STATUS_SUCCESS);
    cond_resched();
  }
  if (streamer != NULL) kthread_stop(streamer);
  CHECK(parallel_isr_disconnect(port, &service) == STATUS_SUCCESS);
  CHECK(parallel_isr_try_allocate_port(device_information.Context) == FALSE); /* a handle of long ago */
  CHECK(owners.violations == 0);
  test_say("count owners: %u by interrupt, %u by thread, %u violations", owners.by_interrupt, owners.by_thread,
           owners.violations);
}

/* ---- removal against owners and waiters -------------------------------------------------------------------------- */

static void NTAPI removed_ended(PVOID context, NTSTATUS status)
{
  (void)status;
  atomic_dec(context);
}

/* Allocates and frees until it is told that the port goes. */
static int allocate_and_free(void *context)
{
  struct another *self = context;
  NTSTATUS status = STATUS_SUCCESS;

  while (status != STATUS_DELETE_PENDING) {
    atomic_inc(&self->pending);
    status = parallel_isr_allocate(&self->port, self, removed_ended, &self->pending);
    if (status != STATUS_PENDING) atomic_dec(&self->pending);
    (void)parallel_isr_free(&self->port, self);
    complete(&self->first);
    cond_resched();
  }
  (void)parallel_isr_free(&self->port, self); /* an owner may free a port that was removed */
  while (!kthread_should_stop()) cond_resched();
  return 0;
}

static void remove_against_owners(void)
{
  for (u32 i = 0; i < 200; i++) {
    struct another *self = new_port(0, NULL);
    struct task_struct *thread;

    if (self == NULL) return;
    thread = start_on(1, allocate_and_free, self);
    CHECK(thread != NULL);
    if (thread != NULL) wait_for_completion(&self->first);
    CHECK(parallel_isr_remove(&self->port) == STATUS_SUCCESS);
    if (thread != NULL) kthread_stop(thread);
    CHECK(atomic_read(&self->pending) == 0); /* every completion was delivered */
    CHECK(parallel_isr_remove(&self->port) == STATUS_DELETE_PENDING);
    kfree(self);
  }
}

/* The DPC runs, on the other processor, for as long as it takes this one to come to where it must wait. */
static void NTAPI linger(PVOID context, NTSTATUS status)
{
  struct another *self = context;

  CHECK(status == STATUS_CANCELLED);
  complete(&self->first);
  mdelay(20);
  atomic_set(&self->pending, 0);
}

static int cancel_lingering(void *context)
{
  struct another *self = context;

  CHECK(parallel_isr_cancel(&self->port, linger, self) == STATUS_SUCCESS);
  while (!kthread_should_stop()) cond_resched();
  return 0;
}

static void remove_waits_for_the_dpc_and_closes_it(void)
{
  struct another *self = new_port(0, NULL);
  struct task_struct *thread;

  if (self == NULL) return;
  CHECK(parallel_isr_allocate(&self->port, self, never_ended, NULL) == STATUS_SUCCESS);
  CHECK(parallel_isr_allocate(&self->port, self, linger, self) == STATUS_PENDING);
  atomic_set(&self->pending, 1);
  thread = start_on(1, cancel_lingering, self);
  CHECK(thread != NULL);
  if (thread == NULL) return;
  wait_for_completion(&self->first);
  CHECK(parallel_isr_remove(&self->port) == STATUS_SUCCESS);
  CHECK(atomic_read(&self->pending) == 0);
  kthread_stop(thread);
  /* The owner frees the port, for a waiter that is no more. If the DPC were not closed for good it would run in the
   * time that it is given here, and leave its word at 0. */
  CHECK(parallel_isr_free(&self->port, self) == STATUS_SUCCESS);
  msleep(50);
  CHECK(READ_ONCE(self->port.backend.dpc) != 0);
  kfree(self);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

#define CASE(function)  \
  {                     \
    function, #function \
  }

static const struct {
  void (*function)(void);
  const char *name;
} cases[] = {
    CASE(one_interrupt_calls_both_modules),
    CASE(queue_hands_over_to_the_other_module),
    CASE(completions_free_the_port_for_the_next),
    CASE(deferred_check_reaches_the_other_module),
    CASE(levels_are_as_documented),
    CASE(connect_ex_fully_specified),
    CASE(connect_ex_line_and_fallback),
    CASE(connect_ex_knows_level_and_edge),
    CASE(disconnect_against_interrupts),
    CASE(last_disconnect_against_interrupts),
    CASE(one_owner_at_a_time),
    CASE(remove_against_owners),
    CASE(remove_waits_for_the_dpc_and_closes_it),
};

static int __init cases_load(void)
{
  port = lpt_port();
  CHECK(lpt_find(port, &base) == STATUS_SUCCESS);
  for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
    test_say("case %s", cases[i].name);
    cases[i].function();
    test_say("ended %s", cases[i].name);
  }
  lpt_stop(base);
  return 0;
}

static void __exit cases_unload(void) {}

module_init(cases_load);
module_exit(cases_unload);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Tests: cases");

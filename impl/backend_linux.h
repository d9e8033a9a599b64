/* SPDX-License-Identifier: MIT */
/*
 * The Linux kernel, 6.1 and later: a part of a module, or of the kernel.
 *
 *  - The line is a Linux IRQ, requested with IRQF_SHARED; messages are a PCI device's MSI or MSI-X vectors.
 *  - DIRQL is "interrupts are off on this processor". The trampoline turns them off itself: under PREEMPT_RT it runs in
 *    a thread, interrupts on, and an acquirer that preempted the holder of the gate would wait for it for ever.
 *    (IRQF_NO_THREAD would do as well, but such an action cannot share a line with one that is threaded.)
 *  - DISPATCH_LEVEL is a softirq, or a thread that has bottom halves disabled: the DPC is a tasklet, from 6.9 on a work
 *    item of the BH workqueue.
 *  - Ordering is the kernel's memory model's (linux/atomic.h); spec/SOUNDNESS.md says which rule carries what.
 *
 * Under PREEMPT_RT client routines at DIRQL obey what holds for hard interrupt handlers there: raw spin locks only.
 */

/* ================================================================================================================== *
 * First inclusion: types and the calls of this platform
 * ================================================================================================================== */

#ifndef PARALLEL_ISR_BACKEND_LINUX_H
#define PARALLEL_ISR_BACKEND_LINUX_H

#ifndef __KERNEL__
#error "backend_linux.h is for the Linux kernel; in user space the host backend is the default"
#endif

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "backend_linux.h needs Linux 6.1 or later"
#endif

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqflags.h>
#include <linux/msi.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/spinlock.h>
#include <linux/wait_bit.h>
#include <linux/workqueue.h>

/** @cond */
#define PARALLEL_ISR_BACKEND_SEAM 1
#define PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define PARALLEL_ISR_LINUX_BH_WORKQUEUE
#endif
/** @endcond */

/** The DIRQL of every port: all device interrupts of the processor are off. */
#define PARALLEL_ISR_LINUX_DIRQL ((KIRQL)12)

/**
 * @brief What Linux needs to know of a port.
 *
 * CONNECT_FULLY_SPECIFIED: the line is `irq`. CONNECT_LINE_BASED: it is the line of `pci`, or `irq` if there is no
 * device. CONNECT_MESSAGE_BASED: `pci` signals by MSI-X, MSI or, if it has neither, its line.
 */
typedef struct parallel_isr_backend_configuration {
  const char *name;      /**< What `/proc/interrupts` calls it; not NULL. */
  unsigned int irq;      /**< Number of the line, as Linux counts. */
  struct pci_dev *pci;   /**< The device, enabled; NULL: none. */
  unsigned int messages; /**< CONNECT_MESSAGE_BASED: most messages to use, 1 .. 32. */
} parallel_isr_backend_configuration;

/** One Linux IRQ of a port; all members belong to the library. */
typedef struct parallel_isr_linux_vector {
  parallel_isr_port *port; /**< Whose. */
  unsigned int irq;        /**< Its number. */
  uint32_t message;        /**< The bit of its message; 0: a line. */
} parallel_isr_linux_vector;

/** What Linux keeps for a port; all members belong to the library. */
typedef struct parallel_isr_backend_port {
  raw_spinlock_t lock;       /**< The lock among acquirers: fair. */
  unsigned long flags;       /**< Lock: the interrupt flags to restore. */
  struct mutex mutex;        /**< The mutex of threads. */
  volatile uint32_t dpc;     /**< Atomic: bits REQUESTED, RUNNING, CLOSED. */
  volatile uint32_t pending; /**< Atomic: messages that arrived and were not taken. */
#ifdef PARALLEL_ISR_LINUX_BH_WORKQUEUE
  struct work_struct work; /**< Runs the DPC. */
#else
  struct tasklet_struct tasklet; /**< Runs the DPC. */
#endif
  uint32_t vector_count;                                        /**< IRQs that are used. */
  uint32_t message_count;                                       /**< Messages among them: all or none. */
  parallel_isr_linux_vector vectors[PARALLEL_ISR_MAX_MESSAGES]; /**< Each is the cookie of its action. */
} parallel_isr_backend_port;

/**
 * @brief Says what a status is as an error number.
 * @param status Any status of this library.
 * @return 0 for `STATUS_SUCCESS`, else negative: -EINPROGRESS for `STATUS_PENDING`, -EIO where Linux has no word.
 */
PARALLEL_ISR_API int parallel_isr_linux_errno(NTSTATUS status);

#endif /* PARALLEL_ISR_BACKEND_LINUX_H */

/* ================================================================================================================== *
 * Second inclusion: the bodies
 * ================================================================================================================== */

#if defined(PARALLEL_ISR_BACKEND_BODIES) && !defined(PARALLEL_ISR_BACKEND_LINUX_BODIES)
#define PARALLEL_ISR_BACKEND_LINUX_BODIES

/* ---- atomics ----------------------------------------------------------------------------------------------------- */

/* A full barrier stands between any two of these operations, so that they are sequentially consistent. Value-returning
 * operations of atomic_t have one on both sides, those on a condition if they succeed. A load, and an exchange that
 * fails, are given one behind them; the one before a load is that of the operation before it. */

PARALLEL_ISR_STATIC_ASSERT(sizeof(atomic_t) == sizeof(uint32_t), "a word is what atomic_t has inside");

PARALLEL_ISR_INTERNAL atomic_t *parallel_isr_linux_atomic(volatile uint32_t *word)
{
  return (atomic_t *)word;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_load(volatile uint32_t *word)
{
  const uint32_t value = (uint32_t)atomic_read(parallel_isr_linux_atomic(word));
  smp_mb(); /* before the next operation of the seam, whatever it is */
  return value;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_exchange(volatile uint32_t *word, uint32_t value)
{
  return (uint32_t)atomic_xchg(parallel_isr_linux_atomic(word), (int)value);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_store(volatile uint32_t *word, uint32_t value)
{
  (void)parallel_isr_backend_exchange(word, value);
}

PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange(volatile uint32_t *word, uint32_t expected,
                                                                 uint32_t desired)
{
  if ((uint32_t)atomic_cmpxchg(parallel_isr_linux_atomic(word), (int)expected, (int)desired) == expected) return true;
  smp_mb(); /* failed, it was a load */
  return false;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_add(volatile uint32_t *word, uint32_t value)
{
  return (uint32_t)atomic_fetch_add((int)value, parallel_isr_linux_atomic(word));
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_sub(volatile uint32_t *word, uint32_t value)
{
  return (uint32_t)atomic_fetch_sub((int)value, parallel_isr_linux_atomic(word));
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_or(volatile uint32_t *word, uint32_t bits)
{
  return (uint32_t)atomic_fetch_or((int)bits, parallel_isr_linux_atomic(word));
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_and(volatile uint32_t *word, uint32_t bits)
{
  return (uint32_t)atomic_fetch_and((int)bits, parallel_isr_linux_atomic(word));
}

PARALLEL_ISR_INTERNAL PVOID parallel_isr_backend_load_pointer(PVOID volatile *word)
{
  PVOID const value = READ_ONCE(*word);
  smp_mb(); /* as parallel_isr_backend_load() */
  return value;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_store_pointer(PVOID volatile *word, PVOID value)
{
  (void)xchg(word, value);
}

PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange_pointer(PVOID volatile *word, PVOID expected,
                                                                         PVOID desired)
{
  if (cmpxchg(word, expected, desired) == expected) return true;
  smp_mb(); /* failed, it was a load */
  return false;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_relax(void)
{
  cpu_relax();
}

/* ---- statuses ---------------------------------------------------------------------------------------------------- */

PARALLEL_ISR_API int parallel_isr_linux_errno(NTSTATUS status)
{
  switch (status) {
  case STATUS_SUCCESS:
    return 0;
  case STATUS_PENDING:
    return -EINPROGRESS;
  case STATUS_INVALID_PARAMETER:
  case STATUS_INVALID_PARAMETER_1:
  case STATUS_INVALID_PARAMETER_10:
  case STATUS_INVALID_DEVICE_REQUEST:
    return -EINVAL;
  case STATUS_BUFFER_TOO_SMALL:
    return -ENOSPC;
  case STATUS_DELETE_PENDING:
    return -ENODEV;
  case STATUS_INSUFFICIENT_RESOURCES:
    return -ENOMEM;
  case STATUS_NOT_SUPPORTED:
    return -EOPNOTSUPP;
  case STATUS_CANCELLED:
    return -ECANCELED;
  case STATUS_INVALID_DEVICE_STATE:
    return -EWOULDBLOCK;
  case STATUS_NOT_FOUND:
    return -ENOENT;
  case STATUS_RESOURCE_NOT_OWNED:
    return -EPERM;
  default:
    return -EIO;
  }
}

/* Why an IRQ could not be had. A line that somebody does not share is INVALID_PARAMETER, as on Windows. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_linux_status(int error)
{
  switch (error) {
  case 0:
    return STATUS_SUCCESS;
  case -EBUSY:
  case -EINVAL:
    return STATUS_INVALID_PARAMETER;
  case -ENOMEM:
  case -ENOSPC:
    return STATUS_INSUFFICIENT_RESOURCES;
  case -ENOTCONN:
  case -ENOENT:
    return STATUS_NOT_FOUND;
  default:
    return STATUS_UNSUCCESSFUL;
  }
}

/* ---- levels and exclusion ---------------------------------------------------------------------------------------- */

PARALLEL_ISR_INTERNAL KIRQL parallel_isr_backend_level(const parallel_isr_port *port)
{
  (void)port;
  if (in_hardirq() || irqs_disabled()) return PARALLEL_ISR_LINUX_DIRQL;
  return in_softirq() ? DISPATCH_LEVEL : PASSIVE_LEVEL;
}

/* The core pairs enter with exit, in different functions; sparse, which sees one function at a time, is told that each
 * ends as it began. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_enter(parallel_isr_port *port)
{
  unsigned long flags;
  raw_spin_lock_irqsave(&port->backend.lock, flags);
  port->backend.flags = flags;
  __release(&port->backend.lock);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_exit(parallel_isr_port *port)
{
  const unsigned long flags = port->backend.flags;
  __acquire(&port->backend.lock);
  raw_spin_unlock_irqrestore(&port->backend.lock, flags);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_lock(parallel_isr_port *port)
{
  mutex_lock(&port->backend.mutex);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_unlock(parallel_isr_port *port)
{
  mutex_unlock(&port->backend.mutex);
}

/* ---- the DPC ----------------------------------------------------------------------------------------------------- */

/* REQUESTED: a run will start. RUNNING: one is in progress. CLOSED: no run will ever start.
 *
 * Invariant: whoever sets REQUESTED in a word that has neither it nor CLOSED schedules the tasklet, once; the run that
 * comes of it clears REQUESTED before it looks at anything, and nobody else does. CLOSED is set only in a word that is
 * 0: then nothing is scheduled, and nothing will be. (A tasklet itself can only be killed, and scheduled again.) */
#define PARALLEL_ISR_LINUX_DPC_REQUESTED 1u
#define PARALLEL_ISR_LINUX_DPC_RUNNING 2u
#define PARALLEL_ISR_LINUX_DPC_CLOSED 4u

PARALLEL_ISR_INTERNAL void parallel_isr_linux_schedule(parallel_isr_port *port)
{
#ifdef PARALLEL_ISR_LINUX_BH_WORKQUEUE
  (void)queue_work(system_bh_wq, &port->backend.work);
#else
  tasklet_schedule(&port->backend.tasklet);
#endif
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_request_dpc(parallel_isr_port *port)
{
  const uint32_t old = parallel_isr_backend_fetch_or(&port->backend.dpc, PARALLEL_ISR_LINUX_DPC_REQUESTED);
  if ((old & (PARALLEL_ISR_LINUX_DPC_REQUESTED | PARALLEL_ISR_LINUX_DPC_CLOSED)) == 0)
    parallel_isr_linux_schedule(port);
}

/* What drain sleeps on: an address that nobody follows. */
PARALLEL_ISR_INTERNAL void *parallel_isr_linux_dpc_ended(parallel_isr_port *port)
{
  return (void *)&port->backend.dpc;
}

/* The word is REQUESTED, and changes only here. Neither a tasklet nor a work item runs beside itself. */
PARALLEL_ISR_INTERNAL void parallel_isr_linux_run_dpc(parallel_isr_port *port)
{
  parallel_isr_backend_store(&port->backend.dpc, PARALLEL_ISR_LINUX_DPC_RUNNING);
  parallel_isr_run_dpc(port);
  (void)parallel_isr_backend_fetch_and(&port->backend.dpc, ~PARALLEL_ISR_LINUX_DPC_RUNNING);
  wake_up_var(parallel_isr_linux_dpc_ended(port));
}

#ifdef PARALLEL_ISR_LINUX_BH_WORKQUEUE

PARALLEL_ISR_INTERNAL void parallel_isr_linux_dpc(struct work_struct *work)
{
  parallel_isr_linux_run_dpc(container_of(work, parallel_isr_port, backend.work));
}

#else

PARALLEL_ISR_INTERNAL void parallel_isr_linux_dpc(struct tasklet_struct *tasklet)
{
  parallel_isr_linux_run_dpc(container_of(tasklet, parallel_isr_port, backend.tasklet));
}

#endif

PARALLEL_ISR_INTERNAL bool parallel_isr_linux_try_close_dpc(parallel_isr_port *port)
{
  return parallel_isr_backend_compare_exchange(&port->backend.dpc, 0, PARALLEL_ISR_LINUX_DPC_CLOSED);
}

/* The last run may still be on its way out when its word is 0. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_drain_dpc(parallel_isr_port *port)
{
  wait_var_event(parallel_isr_linux_dpc_ended(port), parallel_isr_linux_try_close_dpc(port));
#ifdef PARALLEL_ISR_LINUX_BH_WORKQUEUE
  (void)cancel_work_sync(&port->backend.work);
#else
  tasklet_kill(&port->backend.tasklet);
#endif
}

/* ---- the line and the messages ----------------------------------------------------------------------------------- */

/* The trampoline. In a forced thread without PREEMPT_RT the kernel has turned interrupts off already. */
PARALLEL_ISR_INTERNAL irqreturn_t parallel_isr_linux_interrupt(int irq, void *cookie)
{
  const parallel_isr_linux_vector *const vector = cookie;
  parallel_isr_port *const port = vector->port;
  BOOLEAN claimed;
  unsigned long flags;

  (void)irq;
  local_irq_save(flags);
  if (vector->message != 0) (void)parallel_isr_backend_fetch_or(&port->backend.pending, vector->message);
  claimed = parallel_isr_dispatch(port);
  local_irq_restore(flags);
  return IRQ_RETVAL(claimed != FALSE);
}

PARALLEL_ISR_INTERNAL void parallel_isr_linux_add_vector(parallel_isr_port *port, int irq, uint32_t message)
{
  parallel_isr_linux_vector *const vector = &port->backend.vectors[port->backend.vector_count];
  vector->port = port;
  vector->irq = (unsigned int)irq;
  vector->message = message;
  port->backend.vector_count += 1u;
}

/* Finds the messages of the device; where it has none, its line. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_linux_find_messages(parallel_isr_port *port)
{
  const parallel_isr_backend_configuration *const configuration = &port->configuration->backend;
  struct pci_dev *const pci = configuration->pci;
  int found;
  if (pci == NULL || configuration->messages < 1u) return STATUS_INVALID_PARAMETER;
  if (configuration->messages > ARRAY_SIZE(port->backend.vectors)) return STATUS_NOT_SUPPORTED;
  found = pci_alloc_irq_vectors(pci, 1, configuration->messages, PCI_IRQ_ALL_TYPES);
  if (found < 0) return parallel_isr_linux_status(found);
  if (!pci->msi_enabled && !pci->msix_enabled) {
    parallel_isr_linux_add_vector(port, pci_irq_vector(pci, 0), 0);
    return STATUS_SUCCESS;
  }
  for (uint32_t message = 0; message < (uint32_t)found; message++)
    parallel_isr_linux_add_vector(port, pci_irq_vector(pci, message), 1u << message);
  port->backend.message_count = (uint32_t)found;
  return STATUS_SUCCESS;
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_linux_find_vectors(parallel_isr_port *port)
{
  const parallel_isr_backend_configuration *const configuration = &port->configuration->backend;
  switch (port->configuration->connect_version) {
  case CONNECT_MESSAGE_BASED:
    return parallel_isr_linux_find_messages(port);
  case CONNECT_LINE_BASED:
    parallel_isr_linux_add_vector(port,
                                  (int)(configuration->pci != NULL ? configuration->pci->irq : configuration->irq), 0);
    return STATUS_SUCCESS;
  case CONNECT_FULLY_SPECIFIED:
    parallel_isr_linux_add_vector(port, (int)configuration->irq, 0);
    return STATUS_SUCCESS;
  default:
    return STATUS_SUCCESS; /* no line, or a form that connect_line refuses */
  }
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_initialize(parallel_isr_port *port)
{
  if (port->configuration->backend.name == NULL) return STATUS_INVALID_PARAMETER;
  raw_spin_lock_init(&port->backend.lock);
  mutex_init(&port->backend.mutex);
  port->backend.dpc = 0;
  port->backend.pending = 0;
  port->backend.vector_count = 0;
  port->backend.message_count = 0;
#ifdef PARALLEL_ISR_LINUX_BH_WORKQUEUE
  INIT_WORK(&port->backend.work, parallel_isr_linux_dpc);
#else
  tasklet_setup(&port->backend.tasklet, parallel_isr_linux_dpc);
#endif
  return parallel_isr_linux_find_vectors(port);
}

/* The mutex is not destroyed: refused calls still come. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_uninitialize(parallel_isr_port *port)
{
  if (port->configuration->connect_version == CONNECT_MESSAGE_BASED)
    pci_free_irq_vectors(port->configuration->backend.pci);
}

/* Frees the first vectors, last one first. free_irq() returns when the action runs nowhere, and will not. */
PARALLEL_ISR_INTERNAL void parallel_isr_linux_free_vectors(parallel_isr_port *port, uint32_t count)
{
  while (count > 0u) {
    parallel_isr_linux_vector *const vector = &port->backend.vectors[--count];
    (void)free_irq(vector->irq, vector);
  }
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_connect_line(parallel_isr_port *port, ULONG version)
{
  const char *const name = port->configuration->backend.name;
  (void)version; /* initialize has looked */
  if (port->backend.vector_count == 0u) return STATUS_NOT_SUPPORTED;
  for (uint32_t i = 0; i < port->backend.vector_count; i++) {
    parallel_isr_linux_vector *const vector = &port->backend.vectors[i];
    const unsigned long flags = vector->message != 0 ? 0 : IRQF_SHARED;
    const int error = request_irq(vector->irq, parallel_isr_linux_interrupt, flags, name, vector);
    if (error != 0) {
      parallel_isr_linux_free_vectors(port, i);
      return parallel_isr_linux_status(error);
    }
  }
  return STATUS_SUCCESS;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_disconnect_line(parallel_isr_port *port)
{
  parallel_isr_linux_free_vectors(port, port->backend.vector_count);
}

PARALLEL_ISR_INTERNAL PKINTERRUPT parallel_isr_backend_interrupt_object(parallel_isr_port *port)
{
  return port;
}

/* ---- interrupt resources ----------------------------------------------------------------------------------------- */

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_message_count(const parallel_isr_port *port)
{
  return port->backend.message_count;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_take_messages(parallel_isr_port *port)
{
  return parallel_isr_backend_exchange(&port->backend.pending, 0);
}

/* Address and data of a message; Linux tells them where it has messages. */
PARALLEL_ISR_INTERNAL void parallel_isr_linux_describe_message(unsigned int irq, IO_INTERRUPT_MESSAGE_INFO_ENTRY *entry)
{
#ifdef CONFIG_PCI_MSI
  struct msi_msg message;
  get_cached_msi_msg(irq, &message);
  entry->MessageAddress.u.LowPart = message.address_lo;
  entry->MessageAddress.u.HighPart = (LONG)message.address_hi;
  entry->MessageData = message.data;
#else
  (void)irq;
  (void)entry;
#endif
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_describe(parallel_isr_port *port, ULONG number,
                                                         IO_INTERRUPT_MESSAGE_INFO_ENTRY *entry)
{
  const parallel_isr_linux_vector *const vector = &port->backend.vectors[number];
  struct irq_data *const data = irq_get_irq_data(vector->irq);
  const struct cpumask *const processors = irq_get_affinity_mask((int)vector->irq);
  entry->MessageAddress.QuadPart = 0;
  entry->MessageData = 0;
  entry->TargetProcessorSet = processors != NULL ? cpumask_bits(processors)[0] : 0;
  entry->InterruptObject = port;
  entry->Vector = vector->irq;
  entry->Irql = PARALLEL_ISR_LINUX_DIRQL;
  /* (The trigger type is no help: it may be "none" where the machine knows better.) */
  entry->Mode = vector->message == 0 && data != NULL && irqd_is_level_type(data) ? LevelSensitive : Latched;
  entry->Polarity = InterruptPolarityUnknown;
  if (vector->message != 0) parallel_isr_linux_describe_message(vector->irq, entry);
}

#endif

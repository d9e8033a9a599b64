/* SPDX-License-Identifier: MIT */
/*
 * The Windows kernel: a part of a WDM or KMDF driver; with the WDK, or with mingw-w64's ddk headers.
 *
 *  - The line, or the messages, are connected by IoConnectInterruptEx; before Vista by IoConnectInterrupt.
 *  - DIRQL is the port's Irql, known from its translated resources. The port owns a spin lock, which the connect call
 *    is given as SpinLock, with that level as SynchronizeIrql: the kernel takes it around the ISR, and enter takes it.
 *    So a client's KeSynchronizeExecution excludes the chain, and everybody who holds the gate holds the lock as well.
 *    (An interrupt that finds an acquirer at work waits for the lock in the kernel's code, not in ours.)
 *  - The DPC is a KDPC. The mutex of threads is a fast mutex in its unsafe form: the other would raise to APC_LEVEL,
 *    and connecting an interrupt wants PASSIVE_LEVEL.
 *  - Ordering: Interlocked operations without a suffix are full barriers on x86, x64 and ARM64.
 *
 * Nothing is allocated. A KSPIN_LOCK is not fair: among acquirers this platform promises what Windows promises.
 */

/* ================================================================================================================== *
 * First inclusion: types of this platform
 * ================================================================================================================== */

#ifndef PARALLEL_ISR_BACKEND_WINDOWS_H
#define PARALLEL_ISR_BACKEND_WINDOWS_H

#if !defined(_WDMDDK_) && !defined(_NTDDK_)
#error "backend_windows.h is for the Windows kernel: include wdm.h or ntddk.h before parallel_isr.h"
#endif

#ifdef _MSC_VER
#include <intrin.h>
#endif

/** @cond */
#define PARALLEL_ISR_BACKEND_SEAM 1
#define PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS

#if NTDDI_VERSION >= NTDDI_LONGHORN
#define PARALLEL_ISR_WINDOWS_CONNECT_EX
#endif
/** @endcond */

/**
 * @brief What Windows needs to know of a port: its translated interrupt resources.
 *
 * CONNECT_FULLY_SPECIFIED and CONNECT_FULLY_SPECIFIED_GROUP use all members but the messages. CONNECT_LINE_BASED and
 * CONNECT_MESSAGE_BASED use the device and `irql`; the others say what clients of
 * parallel_isr_connect_interrupt_ex() are told.
 */
typedef struct parallel_isr_backend_configuration {
  PDEVICE_OBJECT physical_device_object; /**< The device; not NULL if the port has an interrupt. */
  ULONG vector;                          /**< Vector of the line. */
  KIRQL irql;           /**< The port's DIRQL: the highest of its interrupts; DISPATCH_LEVEL: it has none. */
  KINTERRUPT_MODE mode; /**< How the line signals. */
  BOOLEAN share_vector; /**< Other devices may have the line, too. */
  KAFFINITY affinity;   /**< Processors. */
  USHORT group;         /**< CONNECT_FULLY_SPECIFIED_GROUP: their group. */
#ifdef PARALLEL_ISR_WINDOWS_CONNECT_EX
  const CM_PARTIAL_RESOURCE_DESCRIPTOR *messages; /**< CONNECT_MESSAGE_BASED: descriptors of the messages, in their
                                                       order; kept by reference. */
  ULONG message_count; /**< Their number, at most 32; 0: a line, by the fallback of CONNECT_MESSAGE_BASED. */
#endif
} parallel_isr_backend_configuration;

/** What Windows keeps for a port; all members belong to the library. */
typedef struct parallel_isr_backend_port {
  KSPIN_LOCK lock;                              /**< Given to the connect call; taken by acquirers. */
  KIRQL level;                                  /**< Lock: the level to restore. */
  FAST_MUTEX mutex;                             /**< The mutex of threads. */
  KDPC dpc;                                     /**< Runs the DPC. */
  KEVENT idle;                                  /**< Set when no run is in progress or due. */
  volatile uint32_t runs;                       /**< Atomic: bits REQUESTED, CLOSED, and the number of runs. */
  volatile uint32_t pending;                    /**< Atomic: messages that arrived and were not taken. */
  PVOID volatile interrupt;                     /**< Atomic: the PKINTERRUPT; NULL while not connected. */
  IO_DISCONNECT_INTERRUPT_PARAMETERS connected; /**< Mutex: what disconnecting wants. */
} parallel_isr_backend_port;

#endif /* PARALLEL_ISR_BACKEND_WINDOWS_H */

/* ================================================================================================================== *
 * Second inclusion: the bodies
 * ================================================================================================================== */

#if defined(PARALLEL_ISR_BACKEND_BODIES) && !defined(PARALLEL_ISR_BACKEND_WINDOWS_BODIES)
#define PARALLEL_ISR_BACKEND_WINDOWS_BODIES

/* ---- atomics ----------------------------------------------------------------------------------------------------- */

/* Every operation is one Interlocked operation, a load too: so a full barrier stands between any two of them, whatever
 * the processor, and they are sequentially consistent. They are called by their names as intrinsics: for x86 some
 * headers make calls of some and lack others. */

PARALLEL_ISR_STATIC_ASSERT(sizeof(LONG) == sizeof(uint32_t), "a word is a LONG");

PARALLEL_ISR_INTERNAL LONG volatile *parallel_isr_windows_long(volatile uint32_t *word)
{
  return (LONG volatile *)word;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_load(volatile uint32_t *word)
{
  return (uint32_t)_InterlockedCompareExchange(parallel_isr_windows_long(word), 0, 0);
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_exchange(volatile uint32_t *word, uint32_t value)
{
  return (uint32_t)_InterlockedExchange(parallel_isr_windows_long(word), (LONG)value);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_store(volatile uint32_t *word, uint32_t value)
{
  (void)parallel_isr_backend_exchange(word, value);
}

PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange(volatile uint32_t *word, uint32_t expected,
                                                                 uint32_t desired)
{
  return (uint32_t)_InterlockedCompareExchange(parallel_isr_windows_long(word), (LONG)desired, (LONG)expected) ==
         expected;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_add(volatile uint32_t *word, uint32_t value)
{
  return (uint32_t)_InterlockedExchangeAdd(parallel_isr_windows_long(word), (LONG)value);
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_sub(volatile uint32_t *word, uint32_t value)
{
  return parallel_isr_backend_fetch_add(word, 0u - value);
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_or(volatile uint32_t *word, uint32_t bits)
{
  return (uint32_t)_InterlockedOr(parallel_isr_windows_long(word), (LONG)bits);
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_and(volatile uint32_t *word, uint32_t bits)
{
  return (uint32_t)_InterlockedAnd(parallel_isr_windows_long(word), (LONG)bits);
}

PARALLEL_ISR_INTERNAL PVOID parallel_isr_backend_load_pointer(PVOID volatile *word)
{
  return _InterlockedCompareExchangePointer(word, NULL, NULL);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_store_pointer(PVOID volatile *word, PVOID value)
{
  (void)_InterlockedExchangePointer(word, value);
}

PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange_pointer(PVOID volatile *word, PVOID expected,
                                                                         PVOID desired)
{
  return _InterlockedCompareExchangePointer(word, desired, expected) == expected;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_relax(void)
{
  YieldProcessor();
}

/* ---- levels and exclusion ---------------------------------------------------------------------------------------- */

PARALLEL_ISR_INTERNAL KIRQL parallel_isr_backend_level(const parallel_isr_port *port)
{
  (void)port;
  return KeGetCurrentIrql();
}

/* The level is kept by who has the lock: it is not in the port before, nor read from it behind. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_enter(parallel_isr_port *port)
{
  KIRQL level;
  KeRaiseIrql(port->configuration->backend.irql, &level);
  KeAcquireSpinLockAtDpcLevel(&port->backend.lock);
  port->backend.level = level;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_exit(parallel_isr_port *port)
{
  const KIRQL level = port->backend.level;
  KeReleaseSpinLockFromDpcLevel(&port->backend.lock);
  KeLowerIrql(level);
}

/* The critical region keeps the thread from being suspended while it has the mutex. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_lock(parallel_isr_port *port)
{
  KeEnterCriticalRegion();
  ExAcquireFastMutexUnsafe(&port->backend.mutex);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_unlock(parallel_isr_port *port)
{
  ExReleaseFastMutexUnsafe(&port->backend.mutex);
  KeLeaveCriticalRegion();
}

/* ---- the DPC ----------------------------------------------------------------------------------------------------- */

/* REQUESTED: a run will start. CLOSED: none ever will. The rest of the word counts the runs in progress; two may be,
 * on different processors.
 *
 * Invariant: whoever sets REQUESTED in a word that has neither it nor CLOSED queues the KDPC, once; the run that comes
 * of it takes REQUESTED away before it looks at anything, and nobody else does. So the KDPC is never queued twice, and
 * whoever makes the word 0 is a run that ends: it tells who waits for that. CLOSED is set only in a word that is 0. */
#define PARALLEL_ISR_WINDOWS_DPC_REQUESTED 1u
#define PARALLEL_ISR_WINDOWS_DPC_CLOSED 2u
#define PARALLEL_ISR_WINDOWS_DPC_RUN 4u

PARALLEL_ISR_INTERNAL void parallel_isr_backend_request_dpc(parallel_isr_port *port)
{
  const uint32_t old = parallel_isr_backend_fetch_or(&port->backend.runs, PARALLEL_ISR_WINDOWS_DPC_REQUESTED);
  if ((old & (PARALLEL_ISR_WINDOWS_DPC_REQUESTED | PARALLEL_ISR_WINDOWS_DPC_CLOSED)) == 0u)
    (void)KeInsertQueueDpc(&port->backend.dpc, NULL, NULL);
}

PARALLEL_ISR_INTERNAL KDEFERRED_ROUTINE parallel_isr_windows_dpc;

PARALLEL_ISR_INTERNAL VOID NTAPI parallel_isr_windows_dpc(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
  parallel_isr_port *const port = (parallel_isr_port *)context;
  (void)dpc;
  (void)argument1;
  (void)argument2;
  (void)parallel_isr_backend_fetch_add(&port->backend.runs,
                                       PARALLEL_ISR_WINDOWS_DPC_RUN - PARALLEL_ISR_WINDOWS_DPC_REQUESTED);
  parallel_isr_run_dpc(port);
  if (parallel_isr_backend_fetch_sub(&port->backend.runs, PARALLEL_ISR_WINDOWS_DPC_RUN) == PARALLEL_ISR_WINDOWS_DPC_RUN)
    (void)KeSetEvent(&port->backend.idle, IO_NO_INCREMENT, FALSE);
}

/* The last run may still be on its way out when its word is 0: the flush waits for that. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_drain_dpc(parallel_isr_port *port)
{
  while (!parallel_isr_backend_compare_exchange(&port->backend.runs, 0u, PARALLEL_ISR_WINDOWS_DPC_CLOSED))
    (void)KeWaitForSingleObject(&port->backend.idle, Executive, KernelMode, FALSE, NULL);
  KeFlushQueuedDpcs();
}

/* ---- the line and the messages ----------------------------------------------------------------------------------- */

/* The level of the lock and the messages must be right from the start; the system judges the rest when it connects. A
 * port without an interrupt has its lock at DISPATCH_LEVEL, or above. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_windows_check(const parallel_isr_configuration *configuration)
{
  const parallel_isr_backend_configuration *const backend = &configuration->backend;
  const bool connects = configuration->connect_version != 0u;
  if (connects && backend->physical_device_object == NULL) return STATUS_INVALID_PARAMETER;
  if (backend->irql < DISPATCH_LEVEL || (connects && backend->irql == DISPATCH_LEVEL)) return STATUS_INVALID_PARAMETER;
#ifdef PARALLEL_ISR_WINDOWS_CONNECT_EX
  if (backend->message_count > PARALLEL_ISR_MAX_MESSAGES) return STATUS_NOT_SUPPORTED;
  if (backend->message_count != 0u &&
      (backend->messages == NULL || configuration->connect_version != CONNECT_MESSAGE_BASED))
    return STATUS_INVALID_PARAMETER;
#endif
  return STATUS_SUCCESS;
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_initialize(parallel_isr_port *port)
{
  const NTSTATUS status = parallel_isr_windows_check(port->configuration);
  if (status != STATUS_SUCCESS) return status;
  KeInitializeSpinLock(&port->backend.lock);
  ExInitializeFastMutex(&port->backend.mutex);
  KeInitializeDpc(&port->backend.dpc, parallel_isr_windows_dpc, port);
  KeInitializeEvent(&port->backend.idle, SynchronizationEvent, FALSE);
  port->backend.runs = 0u;
  port->backend.pending = 0u;
  port->backend.interrupt = NULL;
  return STATUS_SUCCESS;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_uninitialize(parallel_isr_port *port)
{
  (void)port; /* nothing of it is the system's, and refused calls still come */
}

/* The first interrupt may come before the connect call has told the object: its ISRs want to know it. */
PARALLEL_ISR_INTERNAL void parallel_isr_windows_learn_interrupt(parallel_isr_port *port, PKINTERRUPT interrupt)
{
  (void)parallel_isr_backend_compare_exchange_pointer(&port->backend.interrupt, NULL, interrupt);
}

PARALLEL_ISR_INTERNAL KSERVICE_ROUTINE parallel_isr_windows_line;

PARALLEL_ISR_INTERNAL BOOLEAN NTAPI parallel_isr_windows_line(PKINTERRUPT interrupt, PVOID context)
{
  parallel_isr_port *const port = (parallel_isr_port *)context;
  parallel_isr_windows_learn_interrupt(port, interrupt);
  return parallel_isr_dispatch(port);
}

#ifdef PARALLEL_ISR_WINDOWS_CONNECT_EX

PARALLEL_ISR_INTERNAL KMESSAGE_SERVICE_ROUTINE parallel_isr_windows_message;

PARALLEL_ISR_INTERNAL BOOLEAN NTAPI parallel_isr_windows_message(PKINTERRUPT interrupt, PVOID context, ULONG message)
{
  parallel_isr_port *const port = (parallel_isr_port *)context;
  if (message >= PARALLEL_ISR_MAX_MESSAGES) return FALSE; /* connect_line is about to refuse */
  parallel_isr_windows_learn_interrupt(port, interrupt);
  (void)parallel_isr_backend_fetch_or(&port->backend.pending, 1u << message);
  return parallel_isr_dispatch(port);
}

/* All forms pass through to the system, which answers where disconnecting will want it. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_windows_parameters(parallel_isr_port *port, ULONG version,
                                                               IO_CONNECT_INTERRUPT_PARAMETERS *parameters)
{
  const parallel_isr_backend_configuration *const configuration = &port->configuration->backend;
  parameters->Version = version;
  switch (version) {
  case CONNECT_FULLY_SPECIFIED:
#ifdef CONNECT_FULLY_SPECIFIED_GROUP
  case CONNECT_FULLY_SPECIFIED_GROUP:
    parameters->FullySpecified.Group = configuration->group;
#endif
    parameters->FullySpecified.PhysicalDeviceObject = configuration->physical_device_object;
    parameters->FullySpecified.InterruptObject = &port->backend.connected.ConnectionContext.InterruptObject;
    parameters->FullySpecified.ServiceRoutine = parallel_isr_windows_line;
    parameters->FullySpecified.ServiceContext = port;
    parameters->FullySpecified.SpinLock = &port->backend.lock;
    parameters->FullySpecified.SynchronizeIrql = configuration->irql;
    parameters->FullySpecified.FloatingSave = FALSE;
    parameters->FullySpecified.ShareVector = configuration->share_vector;
    parameters->FullySpecified.Vector = configuration->vector;
    parameters->FullySpecified.Irql = configuration->irql;
    parameters->FullySpecified.InterruptMode = configuration->mode;
    parameters->FullySpecified.ProcessorEnableMask = configuration->affinity;
    return STATUS_SUCCESS;
  case CONNECT_LINE_BASED:
    parameters->LineBased.PhysicalDeviceObject = configuration->physical_device_object;
    parameters->LineBased.InterruptObject = &port->backend.connected.ConnectionContext.InterruptObject;
    parameters->LineBased.ServiceRoutine = parallel_isr_windows_line;
    parameters->LineBased.ServiceContext = port;
    parameters->LineBased.SpinLock = &port->backend.lock;
    parameters->LineBased.SynchronizeIrql = configuration->irql;
    parameters->LineBased.FloatingSave = FALSE;
    return STATUS_SUCCESS;
  case CONNECT_MESSAGE_BASED:
    parameters->MessageBased.PhysicalDeviceObject = configuration->physical_device_object;
    parameters->MessageBased.ConnectionContext.Generic = &port->backend.connected.ConnectionContext.Generic;
    parameters->MessageBased.MessageServiceRoutine = parallel_isr_windows_message;
    parameters->MessageBased.ServiceContext = port;
    parameters->MessageBased.SpinLock = &port->backend.lock;
    parameters->MessageBased.SynchronizeIrql = configuration->irql;
    parameters->MessageBased.FloatingSave = FALSE;
    parameters->MessageBased.FallBackServiceRoutine = parallel_isr_windows_line;
    return STATUS_SUCCESS;
  default:
    return STATUS_NOT_SUPPORTED;
  }
}

/* The messages that were connected are those of the configuration: clients were told so, and the lock is taken at its
 * level. */
PARALLEL_ISR_INTERNAL bool parallel_isr_windows_is_described(const parallel_isr_port *port)
{
  const parallel_isr_backend_configuration *const configuration = &port->configuration->backend;
  const IO_DISCONNECT_INTERRUPT_PARAMETERS *const connected = &port->backend.connected;
  const IO_INTERRUPT_MESSAGE_INFO *const table = connected->ConnectionContext.InterruptMessageTable;
  if (connected->Version != CONNECT_MESSAGE_BASED) return configuration->message_count == 0u;
  return table->MessageCount == configuration->message_count && table->UnifiedIrql == configuration->irql;
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_windows_connect(parallel_isr_port *port, ULONG version)
{
  IO_CONNECT_INTERRUPT_PARAMETERS parameters;
  NTSTATUS status = parallel_isr_windows_parameters(port, version, &parameters);
  if (status == STATUS_SUCCESS) status = IoConnectInterruptEx(&parameters);
  port->backend.connected.Version = parameters.Version;
  return status;
}

PARALLEL_ISR_INTERNAL void parallel_isr_windows_disconnect(parallel_isr_port *port)
{
  IoDisconnectInterruptEx(&port->backend.connected);
}

/* The interrupt object, or that of the first message: they share the lock. */
PARALLEL_ISR_INTERNAL PKINTERRUPT parallel_isr_windows_connected_object(const parallel_isr_port *port)
{
  const IO_DISCONNECT_INTERRUPT_PARAMETERS *const connected = &port->backend.connected;
  if (connected->Version == CONNECT_MESSAGE_BASED)
    return connected->ConnectionContext.InterruptMessageTable->MessageInfo[0].InterruptObject;
  return connected->ConnectionContext.InterruptObject;
}

#else /* before Vista */

PARALLEL_ISR_INTERNAL bool parallel_isr_windows_is_described(const parallel_isr_port *port)
{
  (void)port;
  return true;
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_windows_connect(parallel_isr_port *port, ULONG version)
{
  const parallel_isr_backend_configuration *const configuration = &port->configuration->backend;
  if (version != CONNECT_FULLY_SPECIFIED) return STATUS_NOT_SUPPORTED;
  return IoConnectInterrupt(&port->backend.connected.ConnectionContext.InterruptObject, parallel_isr_windows_line, port,
                            &port->backend.lock, configuration->vector, configuration->irql, configuration->irql,
                            configuration->mode, configuration->share_vector, configuration->affinity, FALSE);
}

PARALLEL_ISR_INTERNAL void parallel_isr_windows_disconnect(parallel_isr_port *port)
{
  IoDisconnectInterrupt(port->backend.connected.ConnectionContext.InterruptObject);
}

PARALLEL_ISR_INTERNAL PKINTERRUPT parallel_isr_windows_connected_object(const parallel_isr_port *port)
{
  return port->backend.connected.ConnectionContext.InterruptObject;
}

#endif

/* Nobody documents that the call waits for an ISR that runs. It would hold the lock: whoever gets that after the call
 * comes after the ISR. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_disconnect_line(parallel_isr_port *port)
{
  parallel_isr_windows_disconnect(port);
  parallel_isr_backend_enter(port);
  parallel_isr_backend_exit(port);
  parallel_isr_backend_store_pointer(&port->backend.interrupt, NULL);
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_connect_line(parallel_isr_port *port, ULONG version)
{
  const NTSTATUS status = parallel_isr_windows_connect(port, version);
  if (status != STATUS_SUCCESS) return status;
  if (!parallel_isr_windows_is_described(port)) {
    parallel_isr_backend_disconnect_line(port);
    return STATUS_INVALID_PARAMETER;
  }
  parallel_isr_backend_store_pointer(&port->backend.interrupt, parallel_isr_windows_connected_object(port));
  return STATUS_SUCCESS;
}

PARALLEL_ISR_INTERNAL PKINTERRUPT parallel_isr_backend_interrupt_object(parallel_isr_port *port)
{
  return (PKINTERRUPT)parallel_isr_backend_load_pointer(&port->backend.interrupt);
}

/* ---- interrupt resources ----------------------------------------------------------------------------------------- */

/* By the configuration, for a client asks before the line is connected. Address and data of a message are not known
 * then: they are 0. */
PARALLEL_ISR_INTERNAL void parallel_isr_windows_describe_line(parallel_isr_port *port,
                                                              IO_INTERRUPT_MESSAGE_INFO_ENTRY *entry)
{
  const parallel_isr_backend_configuration *const configuration = &port->configuration->backend;
  entry->MessageAddress.QuadPart = 0;
  entry->TargetProcessorSet = configuration->affinity;
  entry->InterruptObject = parallel_isr_backend_interrupt_object(port);
  entry->MessageData = 0u;
  entry->Vector = configuration->vector;
  entry->Irql = configuration->irql;
  entry->Mode = configuration->mode;
  entry->Polarity = InterruptPolarityUnknown;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_take_messages(parallel_isr_port *port)
{
  return parallel_isr_backend_exchange(&port->backend.pending, 0u);
}

#ifdef PARALLEL_ISR_WINDOWS_CONNECT_EX

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_message_count(const parallel_isr_port *port)
{
  return port->configuration->backend.message_count;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_describe(parallel_isr_port *port, ULONG number,
                                                         IO_INTERRUPT_MESSAGE_INFO_ENTRY *entry)
{
  const CM_PARTIAL_RESOURCE_DESCRIPTOR *const messages = port->configuration->backend.messages;
  parallel_isr_windows_describe_line(port, entry);
  if (parallel_isr_backend_message_count(port) == 0u) return;
  entry->TargetProcessorSet = messages[number].u.MessageInterrupt.Translated.Affinity;
  entry->Vector = messages[number].u.MessageInterrupt.Translated.Vector;
  entry->Mode = Latched;
}

#else /* before Vista: no messages */

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_message_count(const parallel_isr_port *port)
{
  (void)port;
  return 0u;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_describe(parallel_isr_port *port, ULONG number,
                                                         IO_INTERRUPT_MESSAGE_INFO_ENTRY *entry)
{
  (void)number;
  parallel_isr_windows_describe_line(port, entry);
}

#endif

#endif

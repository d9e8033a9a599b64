/* SPDX-License-Identifier: MIT */
/*
 * The host: user space on POSIX threads, for tests, simulations and learning.
 *
 * An interrupt is a thread that calls parallel_isr_host_interrupt(), or a signal whose handler does. Every thread has a
 * simulated level, so that a call at a wrong one is refused as on a real machine. The DPC has a thread of its own, or
 * runs when the user says so.
 */
#ifndef PARALLEL_ISR_BACKEND_HOST_H
#define PARALLEL_ISR_BACKEND_HOST_H

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

#ifndef SIG_BLOCK
#error "the host backend needs POSIX: compile with -D_POSIX_C_SOURCE=200809L, or with -std=gnu11"
#endif

/** @cond */
#define PARALLEL_ISR_BACKEND_SEAM 1
#define PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS
/** @endcond */

/** The device level that the host simulates. */
#define PARALLEL_ISR_HOST_DIRQL 5

#ifdef __cplusplus
extern "C" {
#endif

/** What the host needs to know of a port. */
typedef struct parallel_isr_backend_configuration {
  BOOLEAN manual_dpc;   /**< No DPC thread: the DPC runs when parallel_isr_host_run_dpc() is called. */
  BOOLEAN asserted;     /**< The line is asserted: an interrupt arrives before its connect has returned. */
  NTSTATUS line_status; /**< What connecting the line comes to; 0: success. */
  int signal;           /**< A signal whose handler is an interrupt, blocked while the port is at DIRQL; 0: none. */
  uint32_t messages;    /**< CONNECT_MESSAGE_BASED: how many the device has; 0: that form is not supported. */
  ULONG vector;         /**< Vector of the line, or of message 0. */
} parallel_isr_backend_configuration;

/** What the host keeps for a port; all members belong to the library, tests may read the counts. */
typedef struct parallel_isr_backend_port {
  volatile uint32_t ticket;         /**< The next ticket of the lock among acquirers. */
  volatile uint32_t serving;        /**< The ticket that has the lock. */
  sigset_t saved_mask;              /**< Lock: the signal mask to restore. */
  KIRQL saved_level;                /**< Lock: the level to restore. */
  volatile uint32_t dpc;            /**< Bits REQUESTED, RUNNING, CLOSED. */
  volatile uint32_t dpc_stop;       /**< The DPC thread shall end. */
  sem_t dpc_wake;                   /**< One post for each request that did not coalesce. */
  pthread_t dpc_thread;             /**< Runs the DPC. */
  pthread_mutex_t mutex;            /**< The mutex of threads. */
  volatile uint32_t line_connected; /**< Interrupts reach the chain. */
  volatile uint32_t in_flight;      /**< Interrupts that are on their way through the chain. */
  volatile uint32_t pending;        /**< Messages that arrived and were not taken. */
  uint32_t line_connects;           /**< Times the line was connected. */
  uint32_t line_disconnects;        /**< Times the line was disconnected. */
} parallel_isr_backend_port;

/**
 * @brief This thread is an interrupt of the port's line.
 *
 * Raises the thread to DIRQL for the time. Async-signal-safe. A routine of a client may call it too: then it is the
 * interrupt of another processor.
 *
 * @param[in,out] port The port.
 * @return The OR of the ISRs; TRUE if another thread runs them; FALSE if the line is not connected.
 * @par Constraints Any level.
 */
PARALLEL_ISR_API BOOLEAN parallel_isr_host_interrupt(parallel_isr_port *port);

/**
 * @brief This thread is a message of the port: parallel_isr_host_interrupt() says the rest.
 * @param[in,out] port A port with parallel_isr_backend_configuration::messages.
 * @param message Which one, 0 .. messages - 1.
 * @return The OR of the ISRs; TRUE if another thread runs them; FALSE if the messages are not connected.
 * @par Constraints Any level.
 */
PARALLEL_ISR_API BOOLEAN parallel_isr_host_message(parallel_isr_port *port, uint32_t message);

/**
 * @brief Runs the DPC once, at DISPATCH_LEVEL, if it was requested.
 * @param[in,out] port A port with parallel_isr_backend_configuration::manual_dpc.
 * @return TRUE iff it ran.
 * @par Constraints <= DISPATCH_LEVEL.
 */
PARALLEL_ISR_API BOOLEAN parallel_isr_host_run_dpc(parallel_isr_port *port);

/**
 * @brief Raises, or sets, this thread's level.
 * @param level The new level.
 * @return The old level.
 */
PARALLEL_ISR_API KIRQL parallel_isr_host_raise(KIRQL level);

/**
 * @brief Restores this thread's level.
 * @param level What parallel_isr_host_raise() returned.
 */
PARALLEL_ISR_API void parallel_isr_host_lower(KIRQL level);

#ifdef __cplusplus
}
#endif

#endif

#if defined(PARALLEL_ISR_BACKEND_BODIES) && !defined(PARALLEL_ISR_BACKEND_HOST_BODIES)
#define PARALLEL_ISR_BACKEND_HOST_BODIES

#include "backend_atomic_gnu.h"

#define PARALLEL_ISR_HOST_DPC_REQUESTED 1u
#define PARALLEL_ISR_HOST_DPC_RUNNING 2u
#define PARALLEL_ISR_HOST_DPC_CLOSED 4u

/* A thread is a processor here, and a processor has a level. */
static __thread KIRQL parallel_isr_host_level = PASSIVE_LEVEL;

PARALLEL_ISR_INTERNAL void parallel_isr_backend_relax(void)
{
  (void)sched_yield();
}

/* ---- levels and exclusion ---------------------------------------------------------------------------------------- */

PARALLEL_ISR_API KIRQL parallel_isr_host_raise(KIRQL level)
{
  KIRQL old = parallel_isr_host_level;
  parallel_isr_host_level = level;
  return old;
}

PARALLEL_ISR_API void parallel_isr_host_lower(KIRQL level)
{
  parallel_isr_host_level = level;
}

PARALLEL_ISR_INTERNAL KIRQL parallel_isr_backend_level(const parallel_isr_port *port)
{
  (void)port;
  return parallel_isr_host_level;
}

/* "Interrupts off" on this thread: the signal that is an interrupt waits. */
PARALLEL_ISR_INTERNAL void parallel_isr_host_mask(const parallel_isr_port *port, sigset_t *old)
{
  sigset_t set;
  (void)sigemptyset(&set);
  if (port->configuration->backend.signal > 0) (void)sigaddset(&set, port->configuration->backend.signal);
  (void)pthread_sigmask(SIG_BLOCK, &set, old);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_enter(parallel_isr_port *port)
{
  sigset_t mask;
  KIRQL level = parallel_isr_host_raise(PARALLEL_ISR_HOST_DIRQL);
  parallel_isr_host_mask(port, &mask);
  uint32_t ticket = parallel_isr_backend_fetch_add(&port->backend.ticket, 1u);
  while (parallel_isr_backend_load(&port->backend.serving) != ticket) parallel_isr_backend_relax();
  port->backend.saved_level = level;
  port->backend.saved_mask = mask;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_exit(parallel_isr_port *port)
{
  sigset_t mask = port->backend.saved_mask;
  KIRQL level = port->backend.saved_level;
  (void)parallel_isr_backend_fetch_add(&port->backend.serving, 1u);
  parallel_isr_host_lower(level);
  (void)pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_lock(parallel_isr_port *port)
{
  if (pthread_mutex_lock(&port->backend.mutex) != 0) abort(); /* not recursive: this thread has it */
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_unlock(parallel_isr_port *port)
{
  (void)pthread_mutex_unlock(&port->backend.mutex);
}

/* ---- the DPC ----------------------------------------------------------------------------------------------------- */

PARALLEL_ISR_INTERNAL void parallel_isr_backend_request_dpc(parallel_isr_port *port)
{
  uint32_t old = parallel_isr_backend_fetch_or(&port->backend.dpc, PARALLEL_ISR_HOST_DPC_REQUESTED);
  bool first = old == 0u || old == PARALLEL_ISR_HOST_DPC_RUNNING;
  if (first && port->configuration->backend.manual_dpc == FALSE) (void)sem_post(&port->backend.dpc_wake);
}

PARALLEL_ISR_API BOOLEAN parallel_isr_host_run_dpc(parallel_isr_port *port)
{
  if (!parallel_isr_backend_compare_exchange(&port->backend.dpc, PARALLEL_ISR_HOST_DPC_REQUESTED,
                                             PARALLEL_ISR_HOST_DPC_RUNNING))
    return FALSE;
  KIRQL level = parallel_isr_host_raise(DISPATCH_LEVEL);
  parallel_isr_run_dpc(port);
  parallel_isr_host_lower(level);
  (void)parallel_isr_backend_fetch_and(&port->backend.dpc, ~PARALLEL_ISR_HOST_DPC_RUNNING);
  return TRUE;
}

PARALLEL_ISR_INTERNAL void *parallel_isr_host_dpc_thread(void *argument)
{
  parallel_isr_port *port = (parallel_isr_port *)argument;
  while (parallel_isr_backend_load(&port->backend.dpc_stop) == 0u) {
    if (sem_wait(&port->backend.dpc_wake) == 0) (void)parallel_isr_host_run_dpc(port);
  }
  return NULL;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_drain_dpc(parallel_isr_port *port)
{
  while (!parallel_isr_backend_compare_exchange(&port->backend.dpc, 0u, PARALLEL_ISR_HOST_DPC_CLOSED)) {
    if (port->configuration->backend.manual_dpc != FALSE) (void)parallel_isr_host_run_dpc(port);
    parallel_isr_backend_relax();
  }
}

/* ---- the line ---------------------------------------------------------------------------------------------------- */

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_initialize(parallel_isr_port *port)
{
  pthread_mutexattr_t attributes;
  if (port->configuration->backend.messages > PARALLEL_ISR_MAX_MESSAGES) return STATUS_NOT_SUPPORTED;
  port->backend.ticket = 0u;
  port->backend.serving = 0u;
  port->backend.saved_level = PASSIVE_LEVEL;
  (void)sigemptyset(&port->backend.saved_mask);
  port->backend.dpc = 0u;
  port->backend.dpc_stop = 0u;
  port->backend.line_connected = 0u;
  port->backend.in_flight = 0u;
  port->backend.pending = 0u;
  port->backend.line_connects = 0u;
  port->backend.line_disconnects = 0u;
  (void)pthread_mutexattr_init(&attributes);
  (void)pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  (void)pthread_mutex_init(&port->backend.mutex, &attributes);
  (void)pthread_mutexattr_destroy(&attributes);
  (void)sem_init(&port->backend.dpc_wake, 0, 0u);
  if (port->configuration->backend.manual_dpc == FALSE &&
      pthread_create(&port->backend.dpc_thread, NULL, parallel_isr_host_dpc_thread, port) != 0) {
    (void)sem_destroy(&port->backend.dpc_wake);
    (void)pthread_mutex_destroy(&port->backend.mutex);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  return STATUS_SUCCESS;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_uninitialize(parallel_isr_port *port)
{
  if (port->configuration->backend.manual_dpc == FALSE) {
    parallel_isr_backend_store(&port->backend.dpc_stop, 1u);
    (void)sem_post(&port->backend.dpc_wake);
    (void)pthread_join(port->backend.dpc_thread, NULL);
  }
  (void)sem_destroy(&port->backend.dpc_wake);
}

/* An interrupt; bit: of its message, 0 for a line. */
PARALLEL_ISR_INTERNAL BOOLEAN parallel_isr_host_deliver(parallel_isr_port *port, uint32_t bit)
{
  sigset_t mask;
  BOOLEAN claimed = FALSE;
  KIRQL level = parallel_isr_host_raise(PARALLEL_ISR_HOST_DIRQL);
  parallel_isr_host_mask(port, &mask);
  (void)parallel_isr_backend_fetch_add(&port->backend.in_flight, 1u);
  if (parallel_isr_backend_load(&port->backend.line_connected) != 0u) {
    if (bit != 0u) (void)parallel_isr_backend_fetch_or(&port->backend.pending, bit);
    claimed = parallel_isr_dispatch(port);
  }
  (void)parallel_isr_backend_fetch_sub(&port->backend.in_flight, 1u);
  parallel_isr_host_lower(level);
  (void)pthread_sigmask(SIG_SETMASK, &mask, NULL);
  return claimed;
}

PARALLEL_ISR_API BOOLEAN parallel_isr_host_interrupt(parallel_isr_port *port)
{
  return parallel_isr_host_deliver(port, 0u);
}

PARALLEL_ISR_API BOOLEAN parallel_isr_host_message(parallel_isr_port *port, uint32_t message)
{
  return parallel_isr_host_deliver(port, 1u << message);
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_connect_line(parallel_isr_port *port, ULONG version)
{
  const parallel_isr_backend_configuration *configuration = &port->configuration->backend;
  const bool line = version == CONNECT_LINE_BASED || version == CONNECT_FULLY_SPECIFIED;
  if (!line && (version != CONNECT_MESSAGE_BASED || configuration->messages == 0u)) return STATUS_NOT_SUPPORTED;
  if (configuration->line_status != STATUS_SUCCESS) return configuration->line_status;
  port->backend.line_connects += 1u;
  parallel_isr_backend_store(&port->backend.line_connected, 1u);
  if (configuration->asserted != FALSE) (void)parallel_isr_host_interrupt(port);
  return STATUS_SUCCESS;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_disconnect_line(parallel_isr_port *port)
{
  parallel_isr_backend_store(&port->backend.line_connected, 0u);
  while (parallel_isr_backend_load(&port->backend.in_flight) != 0u) parallel_isr_backend_relax();
  port->backend.line_disconnects += 1u;
}

PARALLEL_ISR_INTERNAL PKINTERRUPT parallel_isr_backend_interrupt_object(parallel_isr_port *port)
{
  return port;
}

/* ---- interrupt resources ----------------------------------------------------------------------------------------- */

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_message_count(const parallel_isr_port *port)
{
  if (port->configuration->connect_version != CONNECT_MESSAGE_BASED) return 0u;
  return port->configuration->backend.messages;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_take_messages(parallel_isr_port *port)
{
  return parallel_isr_backend_exchange(&port->backend.pending, 0u);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_describe(parallel_isr_port *port, ULONG number,
                                                         IO_INTERRUPT_MESSAGE_INFO_ENTRY *entry)
{
  entry->MessageAddress.QuadPart = 0;
  entry->TargetProcessorSet = 1u;
  entry->InterruptObject = parallel_isr_backend_interrupt_object(port);
  entry->MessageData = number;
  entry->Vector = port->configuration->backend.vector + number;
  entry->Irql = PARALLEL_ISR_HOST_DIRQL;
  entry->Mode = Latched;
  entry->Polarity = InterruptPolarityUnknown;
}

#endif

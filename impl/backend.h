/* SPDX-License-Identifier: MIT */
/*
 * The seam: everything the core needs of a platform, one contract each (DESIGN 3.3). The core calls nothing else, and
 * nothing else knows a platform.
 *
 * A platform is one file, named by PARALLEL_ISR_BACKEND and included twice by parallel_isr.h's one inclusion:
 *  1. for its types, before the port is declared:
 *       parallel_isr_backend_configuration   what the user tells it, part of parallel_isr_configuration;
 *       parallel_isr_backend_port            what it keeps for a port, part of parallel_isr_port;
 *       PARALLEL_ISR_BACKEND_SEAM            the version of this seam that it was written for;
 *  2. from here, with PARALLEL_ISR_BACKEND_BODIES defined, for the bodies of the operations declared below.
 * Declarations come first, so a body whose signature differs does not compile.
 *
 * Levels: PASSIVE_LEVEL for threads, DISPATCH_LEVEL in a DPC, above it (the DIRQL) whenever interrupts are off on this
 * processor. Whoever holds the gate runs at DIRQL and cannot be interrupted by this port: a platform that threads or
 * preempts its handlers turns interrupts off in its trampoline.
 */
#ifndef PARALLEL_ISR_BACKEND_H
#define PARALLEL_ISR_BACKEND_H

#ifndef PARALLEL_ISR_H
#error "impl/backend.h is a part of parallel_isr.h: include that"
#endif
#ifndef PARALLEL_ISR_BACKEND_SEAM
#error "the backend must define PARALLEL_ISR_BACKEND_SEAM: the version of the seam (impl/backend.h) it was written for"
#elif PARALLEL_ISR_BACKEND_SEAM != 1
#error "the backend was written for another version of the seam (impl/backend.h)"
#endif

#define PARALLEL_ISR_INTERNAL static inline

#ifndef PARALLEL_ISR_TRACE
#define PARALLEL_ISR_TRACE(port, event, object) ((void)0)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what the platform calls ------------------------------------------------------------------------------------- */

/* An interrupt of the port's line. Caller: the trampoline, at DIRQL, interrupts off, any number of processors at once,
 * never nested on one processor, after connect_line was called and before disconnect_line has returned.
 * Returns the OR of the ISRs; TRUE also if another processor runs the pass. */
PARALLEL_ISR_INTERNAL BOOLEAN parallel_isr_dispatch(parallel_isr_port *port);

/* The port's DPC. Caller: the platform, at DISPATCH_LEVEL, interrupts on, after request_dpc. */
PARALLEL_ISR_INTERNAL void parallel_isr_run_dpc(parallel_isr_port *port);

/* ---- atomics ----------------------------------------------------------------------------------------------------- */

/* All are sequentially consistent with each other; any level. On one processor it is enough that an interrupt does not
 * split them. Each read-modify-write returns the value from before it. */
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_load(volatile uint32_t *word);
PARALLEL_ISR_INTERNAL void parallel_isr_backend_store(volatile uint32_t *word, uint32_t value);
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_exchange(volatile uint32_t *word, uint32_t value);
PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange(volatile uint32_t *word, uint32_t expected,
                                                                 uint32_t desired);
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_add(volatile uint32_t *word, uint32_t value);
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_sub(volatile uint32_t *word, uint32_t value);
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_or(volatile uint32_t *word, uint32_t bits);
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_and(volatile uint32_t *word, uint32_t bits);
PARALLEL_ISR_INTERNAL PVOID parallel_isr_backend_load_pointer(PVOID volatile *word);
PARALLEL_ISR_INTERNAL void parallel_isr_backend_store_pointer(PVOID volatile *word, PVOID value);
PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange_pointer(PVOID volatile *word, PVOID expected,
                                                                         PVOID desired);

/* One turn of a loop that waits for another processor; any level. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_relax(void);

/* ---- levels and exclusion ---------------------------------------------------------------------------------------- */

/* The level of the caller. Usable before initialize: it may look at the configuration only. */
PARALLEL_ISR_INTERNAL KIRQL parallel_isr_backend_level(const parallel_isr_port *port);

/* Raises to the port's DIRQL, then takes the fair lock among acquirers. Level <= DISPATCH_LEVEL; never nested; usable
 * from initialize on. Any number of processors may wait; each gets it after those that came before. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_enter(parallel_isr_port *port);

/* Gives the lock up, then restores the level that enter found. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_exit(parallel_isr_port *port);

/* The mutex of threads. PASSIVE_LEVEL; not recursive; waits. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_lock(parallel_isr_port *port);
PARALLEL_ISR_INTERNAL void parallel_isr_backend_unlock(parallel_isr_port *port);

/* ---- the DPC ----------------------------------------------------------------------------------------------------- */

/* Any level. A request made at any moment after a run began causes another run; requests coalesce; two runs may overlap
 * on different processors, not on one. Does not wait; may run the DPC before it returns only if the level is PASSIVE.
 */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_request_dpc(parallel_isr_port *port);

/* PASSIVE_LEVEL. When it returns no request is outstanding, no run is in progress, and every later request is ignored:
 * an owner may free the port while, or after, it is removed. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_drain_dpc(parallel_isr_port *port);

/* ---- the line ---------------------------------------------------------------------------------------------------- */

/* Prepares the platform's part of a port; its configuration is set and nothing else uses the port.
 * PASSIVE_LEVEL. Statuses: STATUS_SUCCESS, or its own, and then there is nothing to undo. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_initialize(parallel_isr_port *port);

/* Undoes initialize. PASSIVE_LEVEL; line disconnected, DPC drained. Level, lock and enter stay usable until the
 * storage is freed: calls that are refused because the port was removed still come. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_uninitialize(parallel_isr_port *port);

/* Connects the line: from now on interrupts may call parallel_isr_dispatch(), before this returns too.
 * version: CONNECT_LINE_BASED, or CONNECT_FULLY_SPECIFIED by the vector and level in the platform's configuration; a
 * form that the platform has no way to connect is STATUS_NOT_SUPPORTED. PASSIVE_LEVEL, mutex held, line not connected.
 * On failure no interrupt arrives. */
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_connect_line(parallel_isr_port *port, ULONG version);

/* Disconnects the line: when it returns the last parallel_isr_dispatch() has returned and none will start.
 * PASSIVE_LEVEL, mutex held, gate not held, line connected. */
PARALLEL_ISR_INTERNAL void parallel_isr_backend_disconnect_line(parallel_isr_port *port);

/* What clients see as InterruptObject and every ISR gets as its first argument. */
PARALLEL_ISR_INTERNAL PKINTERRUPT parallel_isr_backend_interrupt_object(parallel_isr_port *port);

#ifdef __cplusplus
}
#endif

#define PARALLEL_ISR_BACKEND_BODIES
#include PARALLEL_ISR_BACKEND

#endif

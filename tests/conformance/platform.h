/* SPDX-License-Identifier: MIT */
/*
 * What a platform supplies to the conformance core. It also supplies the library (PARALLEL_ISR_IMPLEMENTATION, with
 * PARALLEL_ISR_TRACE as conformance_trace) and the four routines that gcc expects of a freestanding environment.
 *
 * Until platform_run_dpc() is called, no DPC runs but for parallel_isr_remove(): the cases decide when.
 */
#ifndef CONFORMANCE_PLATFORM_H
#define CONFORMANCE_PLATFORM_H

#include "parallel_isr.h"

/* How an interrupt was answered. */
typedef enum platform_answer {
  PLATFORM_UNCLAIMED,
  PLATFORM_CLAIMED,
  PLATFORM_NOT_DELIVERED,
  PLATFORM_UNTOLD
} platform_answer;

/* A new case: this processor is at PASSIVE_LEVEL, no fault is ordered. Fills in the platform's part and the form of the
 * connection for port 0, and for 1: a port with a line of its own. FALSE: there is no such port. */
BOOLEAN platform_configure(parallel_isr_configuration *configuration, uint32_t index);

/* This processor takes an interrupt of the port's line, now. Level: PASSIVE or DISPATCH.
 * UNTOLD: delivered, but the platform cannot see what the chain answered. */
platform_answer platform_interrupt(parallel_isr_port *port);

/* As if another processor took one, now, whatever this one does: its level may be DIRQL, and it may hold the gate.
 * FALSE: the platform has one processor; nothing happened. */
BOOLEAN platform_interrupt_elsewhere(parallel_isr_port *port);

/* The line asserts itself while this processor is at DIRQL; a platform that has but this processor delivers it as soon
 * as the level falls, another may do so at once. */
void platform_assert_line(parallel_isr_port *port);

/* Connecting the line will deliver one interrupt before it returns. FALSE: the platform cannot do that. */
BOOLEAN platform_assert_at_connect(parallel_isr_configuration *configuration);

/* Connecting the line returns this from now on; STATUS_SUCCESS: works again. FALSE: the platform cannot do that. */
BOOLEAN platform_fail_connect(parallel_isr_configuration *configuration, NTSTATUS status);

/* The port will have messages, and its form is CONNECT_MESSAGE_BASED. FALSE: the platform has none. */
BOOLEAN platform_configure_messages(parallel_isr_configuration *configuration, uint32_t count);

/* This processor takes a message, now; as platform_interrupt(). */
platform_answer platform_message(parallel_isr_port *port, uint32_t message);

/* Fills in Vector, Irql and InterruptMode of the port's line, or message 0. FALSE: the platform does not know them. */
BOOLEAN platform_describe(parallel_isr_port *port, IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *specified);

/* How often the port's line was connected and disconnected since parallel_isr_initialize(). */
uint32_t platform_line_connects(const parallel_isr_port *port);
uint32_t platform_line_disconnects(const parallel_isr_port *port);

/* Runs the port's DPC once at DISPATCH_LEVEL if it was requested. Returns whether it ran. */
BOOLEAN platform_run_dpc(parallel_isr_port *port);

/* Sets the level of this processor; raise returns the old one, for lower. */
#define PLATFORM_DIRQL (DISPATCH_LEVEL + 1)
KIRQL platform_raise(parallel_isr_port *port, KIRQL level);
void platform_lower(parallel_isr_port *port, KIRQL level);

/* The caller's level: one above DISPATCH_LEVEL is told as PLATFORM_DIRQL. */
KIRQL platform_level(const parallel_isr_port *port);

/* Ends the case: it failed, or this platform cannot do it. Callable at any level. */
_Noreturn void platform_fail(const char *file, int line, const char *text, int64_t actual, int64_t expected);
_Noreturn void platform_skip(const char *why);

#endif

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

/* The bits of the gate: see service_gate.h. */
#define PARALLEL_ISR_GATE_FREE 0u
#define PARALLEL_ISR_GATE_HELD 1u
#define PARALLEL_ISR_GATE_AGAIN 2u
#define PARALLEL_ISR_GATE_WANTED 4u

#include "../spec/shared_state.acsl"
#include "../spec/tables.acsl"
#include "../spec/interference.acsl"

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
/*@ requires ready:  Ready;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    ensures  step:   PARALLEL_ISR_SPEC_ON_WORD(word);
    ensures  found:  PARALLEL_ISR_SPEC_WORD_IS(word, g_before, \result);
    ensures  left:   g_value == \result;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_load(volatile uint32_t *word);
/*@ requires ready:  Ready;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    ensures  step:   PARALLEL_ISR_SPEC_ON_WORD(word);
    ensures  left:   g_value == value;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_store(volatile uint32_t *word, uint32_t value);
/*@ requires ready:  Ready;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    ensures  step:   PARALLEL_ISR_SPEC_ON_WORD(word);
    ensures  found:  PARALLEL_ISR_SPEC_WORD_IS(word, g_before, \result);
    ensures  left:   g_value == value;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_exchange(volatile uint32_t *word, uint32_t value);
/*@ requires ready:  Ready;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    ensures  step:   PARALLEL_ISR_SPEC_ON_WORD(word);
    ensures  won:    \result == \true  ==> PARALLEL_ISR_SPEC_WORD_IS(word, g_before, expected) && g_value == desired;
    ensures  lost:   \result == \false ==> PARALLEL_ISR_SPEC_WORD_IS(word, g_before, g_value) && g_value != expected;
    ensures  either: \result == \true || \result == \false;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange(volatile uint32_t *word, uint32_t expected,
                                                                 uint32_t desired);
/*@ requires ready:  Ready;
    requires one:    value == 1;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    ensures  step:   PARALLEL_ISR_SPEC_ON_WORD(word);
    ensures  found:  PARALLEL_ISR_SPEC_WORD_IS(word, g_before, \result);
    ensures  left:   g_value == (\result == 0xffffffff ? 0 : \result + 1);
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_add(volatile uint32_t *word, uint32_t value);
/*@ requires ready:  Ready;
    requires one:    value == 1;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    ensures  step:   PARALLEL_ISR_SPEC_ON_WORD(word);
    ensures  found:  PARALLEL_ISR_SPEC_WORD_IS(word, g_before, \result);
    ensures  left:   g_value == (\result == 0 ? 0xffffffff : \result - 1);
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_sub(volatile uint32_t *word, uint32_t value);
/*@ requires ready:  Ready;
    requires bit:    word == &g_port->gate && (bits == PARALLEL_ISR_GATE_AGAIN || bits == PARALLEL_ISR_GATE_WANTED);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    ensures  step:   PARALLEL_ISR_SPEC_ON_WORD(word);
    ensures  found:  \result == GateWord(g_before);
    ensures  again:  bits == PARALLEL_ISR_GATE_AGAIN  ==> g_value == \result + (g_before.again == 0 ? 2 : 0);
    ensures  wanted: bits == PARALLEL_ISR_GATE_WANTED ==> g_value == \result + (g_before.waiter == 0 ? 4 : 0);
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_or(volatile uint32_t *word, uint32_t bits);
/*@ requires ready:  Ready;
    requires bit:    word == &g_port->gate &&
                     (bits == (uint32_t)~PARALLEL_ISR_GATE_AGAIN || bits == (uint32_t)~PARALLEL_ISR_GATE_HELD);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    ensures  step:   PARALLEL_ISR_SPEC_ON_WORD(word);
    ensures  found:  \result == GateWord(g_before);
    ensures  again:  bits == (uint32_t)~PARALLEL_ISR_GATE_AGAIN ==> g_value == \result - (g_before.again == 1 ? 2 : 0);
    ensures  held:   bits == (uint32_t)~PARALLEL_ISR_GATE_HELD  ==> g_value == \result - (g_before.holder != 0 ? 1 : 0);
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_and(volatile uint32_t *word, uint32_t bits);
/*@ requires ready:  Ready;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    assigns  \result \from word, g_now;
    ensures  step:   PARALLEL_ISR_SPEC_ON_POINTER(word);
    ensures  owner:  word == &g_port->owner    ==> \result == g_before.owner;
    ensures  check:  word == &g_port->checking ==> \result == g_before.checking;
    ensures  named:  word != &g_port->owner && word != &g_port->checking ==> \result != \null;
    ensures  left:   g_target == \result;
*/
PARALLEL_ISR_INTERNAL PVOID parallel_isr_backend_load_pointer(PVOID volatile *word);
/*@ requires ready:  Ready;
    requires named:  word != &g_port->checking ==> value != \null;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    ensures  step:   PARALLEL_ISR_SPEC_ON_POINTER(word);
    ensures  left:   g_target == value;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_store_pointer(PVOID volatile *word, PVOID value);
/*@ requires ready:  Ready;
    requires owner:  word == &g_port->owner && expected != \null;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    ensures  step:   PARALLEL_ISR_SPEC_ON_POINTER(word);
    ensures  won:    \result == \true  ==> g_before.owner == expected && g_target == desired;
    ensures  lost:   \result == \false ==> g_before.owner != expected && g_target == g_before.owner;
    ensures  either: \result == \true || \result == \false;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange_pointer(PVOID volatile *word, PVOID expected,
                                                                         PVOID desired);

/* One turn of a loop that waits for another processor; any level. */
/*@ terminates \true;  exits \false;
    assigns  g_patience;
    ensures  ends:   0 <= g_patience < \old(g_patience);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_relax(void);

/* ---- levels and exclusion ---------------------------------------------------------------------------------------- */

/* The level of the caller. Usable before initialize: it may look at the configuration only. */
/*@ terminates \true;  exits \false;
    assigns  \result \from g_level;
    ensures  level:  \result == g_level;
*/
PARALLEL_ISR_INTERNAL KIRQL parallel_isr_backend_level(const parallel_isr_port *port);

/* Raises to the port's DIRQL, then takes the fair lock among acquirers. Level <= DISPATCH_LEVEL; never nested; usable
 * from initialize on. Any number of processors may wait; each gets it after those that came before. */
/*@ requires ready:  Ready && port == g_port && Outside && g_now.locker != g_me && g_level <= DISPATCH_LEVEL;
    terminates \true;  exits \false;
    assigns  g_now, g_level, g_level_before, g_patience;
    ensures  locked: Ready && g_now.locker == g_me && g_patience > 0;
    ensures  level:  g_level > DISPATCH_LEVEL && g_level_before == \old(g_level);
    ensures  keeps:  KeepsGate{Pre, Post} && KeepsPort{Pre, Post};
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_enter(parallel_isr_port *port);

/* Gives the lock up, then restores the level that enter found. */
/*@ requires ready:  Ready && port == g_port && Outside && g_now.locker == g_me;
    terminates \true;  exits \false;
    assigns  g_now, g_level;
    ensures  left:   Ready && g_now.locker != g_me;
    ensures  level:  g_level == g_level_before;
    ensures  keeps:  KeepsGate{Pre, Post} && KeepsPort{Pre, Post};
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_exit(parallel_isr_port *port);

/* The mutex of threads. PASSIVE_LEVEL; not recursive; waits. */
/*@ requires ready:  Ready && port == g_port && g_locked == 0 && g_level == PASSIVE_LEVEL;
    requires free:   Outside && g_now.locker != g_me;
    terminates \true;  exits \false;
    assigns  g_locked, g_line, g_connections, g_port->line_connected;
    ensures  locked: g_locked == 1 && LineInvariant(g_port);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_lock(parallel_isr_port *port);
/*@ requires locked: g_locked == 1 && LineInvariant(g_port) && port == g_port;
    terminates \true;  exits \false;
    assigns  g_locked;
    ensures  free:   g_locked == 0;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_unlock(parallel_isr_port *port);

/* ---- the DPC ----------------------------------------------------------------------------------------------------- */

/* Any level. A request made at any moment after a run began causes another run; requests coalesce; two runs may overlap
 * on different processors, not on one. Does not wait; may run the DPC before it returns only if the level is PASSIVE.
 */
/*@ requires ready:  Ready && port == g_port;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_EFFECT;
    ensures  step:   Moved{Pre, Post} && g_word == \null && g_pointer == \null && g_requested == 1 && g_taken == 0;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_request_dpc(parallel_isr_port *port);

/* PASSIVE_LEVEL. When it returns no request is outstanding, no run is in progress, and every later request is ignored:
 * an owner may free the port while, or after, it is removed. */
/*@ requires free:   Ready && port == g_port && Outside && g_locked == 0 && g_level == PASSIVE_LEVEL;
    requires last:   g_now.place == 1;
    terminates \true;  exits \false;
    assigns  \nothing;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_drain_dpc(parallel_isr_port *port);

/* ---- the line ---------------------------------------------------------------------------------------------------- */

/* Prepares the platform's part of a port; its configuration is set and nothing else uses the port.
 * PASSIVE_LEVEL. Statuses: STATUS_SUCCESS, or its own, and then there is nothing to undo. */
/*@ requires level:  g_level == PASSIVE_LEVEL && \valid(port) && \valid_read(port->configuration);
    terminates \true;  exits \false;
    assigns  port->backend;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_initialize(parallel_isr_port *port);

/* Undoes initialize. PASSIVE_LEVEL; line disconnected, DPC drained. Level, lock and enter stay usable until the
 * storage is freed: calls that are refused because the port was removed still come. */
/*@ requires free:   port == g_port && g_level == PASSIVE_LEVEL && g_locked == 0 && g_now.place == 1;
    terminates \true;  exits \false;
    assigns  port->backend;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_uninitialize(parallel_isr_port *port);

/* Connects the line: from now on interrupts may call parallel_isr_dispatch(), before this returns too.
 * version: CONNECT_LINE_BASED, or CONNECT_FULLY_SPECIFIED by the vector and level in the platform's configuration; a
 * form that the platform has no way to connect is STATUS_NOT_SUPPORTED. PASSIVE_LEVEL, mutex held, line not connected.
 * On failure no interrupt arrives. */
/*@ requires first:  Ready && port == g_port && g_locked == 1 && g_line == 0 && g_connections > 0 && Outside;
    requires level:  g_level == PASSIVE_LEVEL;
    terminates \true;  exits \false;
    assigns  g_line;
    ensures  line:   g_line == (\result == STATUS_SUCCESS ? 1 : 0);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_connect_line(parallel_isr_port *port, ULONG version);

/* Disconnects the line: when it returns the last parallel_isr_dispatch() has returned and none will start.
 * PASSIVE_LEVEL, mutex held, gate not held, line connected. */
/*@ requires last:   Ready && port == g_port && g_locked == 1 && g_line == 1 && g_connections == 0 && Outside;
    requires level:  g_level == PASSIVE_LEVEL;
    terminates \true;  exits \false;
    assigns  g_line;
    ensures  line:   g_line == 0;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_disconnect_line(parallel_isr_port *port);

/* What clients see as InterruptObject and every ISR gets as its first argument. */
/*@ terminates \true;  exits \false;
    assigns  \result \from port;
*/
PARALLEL_ISR_INTERNAL PKINTERRUPT parallel_isr_backend_interrupt_object(parallel_isr_port *port);

/* ---- interrupt resources: optional ------------------------------------------------------------------------------- */

/* What interrupt_negotiation.h asks a platform that knows the vectors of its ports; such a one defines
 * PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS beside its types. The core does not use these. */
#ifdef PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS

/* How many messages signal for the port; 0: it has a line. At most PARALLEL_ISR_MAX_MESSAGES. Never changes; any level.
 */
/*@ requires port:   port == g_port;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  count:  \result == g_messages <= PARALLEL_ISR_MAX_MESSAGES;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_message_count(const parallel_isr_port *port);

/* Takes the messages that arrived since the last call: bit n for message n. An interrupt sets the bit of its message
 * before it calls parallel_isr_dispatch(). Any level. */
/*@ requires port:   port == g_port;
    terminates \true;  exits \false;
    assigns  \result \from port;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_take_messages(parallel_isr_port *port);

/* Describes a message, 0 .. count - 1, or the line as number 0: every member of the entry. Level <= DISPATCH_LEVEL. */
/*@ requires port:   port == g_port && g_level <= DISPATCH_LEVEL;
    requires number: number == 0 || number < g_messages;
    requires entry:  \valid(entry);
    terminates \true;  exits \false;
    assigns  *entry;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_describe(parallel_isr_port *port, ULONG number,
                                                         IO_INTERRUPT_MESSAGE_INFO_ENTRY *entry);

#endif

#ifdef __cplusplus
}
#endif

#define PARALLEL_ISR_BACKEND_BODIES
#include PARALLEL_ISR_BACKEND

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What every routine of a client promises. It may call of the library what its level allows, so its contract is about
 * the shadow as that of such a call: it gives up nothing that the library holds, and touches none of the library's
 * data.
 */
#ifndef PARALLEL_ISR_CLIENTS_CONTRACTS_H
#define PARALLEL_ISR_CLIENTS_CONTRACTS_H

/* Under the gate, at DIRQL: try-allocate, free, query. The first call of a pass is for the first connection, and so on,
 * each with its own context. */
/*@ requires called:   Ready && Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine);
    requires tables:   Tables(g_port);
    requires calls:    0 <= g_calls < g_port->connection_count;
    requires turn:     context == g_slots[g_slots[g_calls].order].service.InterruptServiceContext;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, g_calls;
    ensures  returned: Ready && Keeps{Pre, Post} && g_calls == \old(g_calls) + 1;
*/
BOOLEAN NTAPI parallel_isr_any_isr(PKINTERRUPT interrupt, PVOID context);

/*@ requires called:   Ready && Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine);
    requires calls:    0 <= g_heard <= 1;
    requires turn:     context == g_listener->context;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, g_heard;
    ensures  returned: Ready && Keeps{Pre, Post} && g_heard == \old(g_heard) + (message == g_message ? 1 : 0);
*/
BOOLEAN NTAPI parallel_isr_any_message(PKINTERRUPT interrupt, PVOID context, ULONG message);

/*@ requires called:   Ready && Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine);
    requires calls:    0 <= g_calls < PARALLEL_ISR_MAX_CONNECTIONS;
    requires turn:     context == g_slots[g_turn].service.DeferredPortCheckContext;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, g_calls;
    ensures  returned: Ready && Keeps{Pre, Post} && g_calls == \old(g_calls) + 1;
*/
void NTAPI parallel_isr_any_deferred(PVOID context);

/*@ requires called:   Ready && Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine);
    requires calls:    0 <= g_calls < PARALLEL_ISR_MAX_CONNECTIONS;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, g_calls;
    ensures  returned: Ready && Keeps{Pre, Post} && g_calls == \old(g_calls) + 1;
*/
void NTAPI parallel_isr_any_storm(parallel_isr_port *port, PVOID context, uint32_t unclaimed);

/*@ requires called:   Ready && Holds && g_now.waiter != g_me && g_now.transit != g_me && Settled(g_mine);
    requires calls:    0 <= g_calls < PARALLEL_ISR_MAX_CONNECTIONS;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, g_calls;
    ensures  returned: Ready && Keeps{Pre, Post} && g_calls == \old(g_calls) + 1;
*/
BOOLEAN NTAPI parallel_isr_any_synchronized(PVOID context);

/* In the DPC, outside everything, at DISPATCH_LEVEL: whatever is allowed there. */
/*@ requires called:   Ready && Outside && g_now.locker != g_me && g_level == DISPATCH_LEVEL;
    requires settled:  g_now.transit != g_me && Settled(g_mine) && g_locked == 0;
    requires calls:    0 <= g_calls < PARALLEL_ISR_MAX_CONNECTIONS;
    requires turn:     context == g_due_context && status == g_due_status && status != STATUS_PENDING;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, g_calls;
    ensures  returned: Ready && Outside && g_now.locker != g_me && g_level == \old(g_level) && KeepsPort{Pre, Post} &&
                       KeepsMine{Pre, Post} && g_calls == \old(g_calls) + 1;
*/
void NTAPI parallel_isr_any_completion(PVOID context, NTSTATUS status);

/* Under the mutex, at PASSIVE_LEVEL: what does not take the mutex. */
/*@ requires called:   Ready && Outside && g_now.locker != g_me && g_level == PASSIVE_LEVEL;
    requires settled:  g_now.transit != g_me && Settled(g_mine) && g_locked == 1;
    requires calls:    0 <= g_calls < PARALLEL_ISR_MAX_CONNECTIONS;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, g_calls;
    ensures  returned: Ready && Outside && g_now.locker != g_me && g_level == \old(g_level) && KeepsPort{Pre, Post} &&
                       KeepsMine{Pre, Post} && g_connections == \old(g_connections) && g_calls == \old(g_calls) + 1;
*/
BOOLEAN NTAPI parallel_isr_any_visitor(PVOID context, const parallel_isr_connection_information *information);

#endif

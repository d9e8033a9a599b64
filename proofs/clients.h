/* SPDX-License-Identifier: MIT */
/* One representative of each kind of routine that a client passes: any routine that keeps the contract in
 * clients_contracts.h. Pointers to routines point to these. */
#ifndef PARALLEL_ISR_CLIENTS_H
#define PARALLEL_ISR_CLIENTS_H

BOOLEAN NTAPI parallel_isr_any_isr(PKINTERRUPT interrupt, PVOID context);
BOOLEAN NTAPI parallel_isr_any_message(PKINTERRUPT interrupt, PVOID context, ULONG message);
void NTAPI parallel_isr_any_deferred(PVOID context);
void NTAPI parallel_isr_any_completion(PVOID context, NTSTATUS status);
void NTAPI parallel_isr_any_storm(parallel_isr_port *port, PVOID context, uint32_t unclaimed);
BOOLEAN NTAPI parallel_isr_any_synchronized(PVOID context);
BOOLEAN NTAPI parallel_isr_any_visitor(PVOID context, const parallel_isr_connection_information *information);

#endif

/* SPDX-License-Identifier: MIT */
/* The 8259 backend as it ships, for the prover: against the contracts of the machine, not against that of the core. Two
 * processors, for that is the longer text. */
#define PARALLEL_ISR_BACKEND "../impl/backend_pic8259.h"
#define PARALLEL_ISR_PIC8259_MACHINE "../proofs/machine_proof.h"
#define PARALLEL_ISR_PIC8259_CPUS 2
#define PARALLEL_ISR_PIC8259_CPU() parallel_isr_any_cpu()
#include "../include/parallel_isr.h"
#define PARALLEL_ISR_INTERNAL static inline
#define PARALLEL_ISR_BACKEND_BODIES
#include PARALLEL_ISR_BACKEND

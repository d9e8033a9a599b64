/* SPDX-License-Identifier: MIT */
/* The platform of the proof: types and no bodies. What its operations do is what their contracts in impl/backend.h say.
 * C wants a member in every struct; of a type that nothing else of a port has, it is nobody else's memory to WP. */
#ifndef PARALLEL_ISR_BACKEND_PROOF_H
#define PARALLEL_ISR_BACKEND_PROOF_H

#define PARALLEL_ISR_BACKEND_SEAM 1
#define PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS

typedef struct parallel_isr_backend_configuration {
  long long unused;
} parallel_isr_backend_configuration;

typedef struct parallel_isr_backend_port {
  long long unused;
} parallel_isr_backend_port;

#endif

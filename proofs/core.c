/* SPDX-License-Identifier: MIT */
/* The core as it ships, for the prover: against the contracts of the seam and of clients, not against a platform. */
#define PARALLEL_ISR_BACKEND "../proofs/backend_proof.h"
#include "../include/parallel_isr.h"
#include "clients.h"
#define PARALLEL_ISR_IMPLEMENTATION
#include "../include/parallel_isr.h"
#include "clients_contracts.h"

/* SPDX-License-Identifier: MIT */
/*
 * The host, made less predictable: threads hesitate between any two atomic steps, and two runs of the DPC may overlap,
 * as they do on processors (the host's own DPC never overlaps itself).
 */
#ifndef STRESS_BACKEND_TYPES
#define STRESS_BACKEND_TYPES

#include "../../impl/backend_host.h"

/* Now and then takes a while, or lets another thread run; or does what this thread was told to do before its steps. */
void stress_jitter(void);

/* manual_dpc: runs of the DPC may overlap. Changes only while there is no port. */
extern bool stress_dpc_overlaps;

#endif

#if defined(PARALLEL_ISR_BACKEND_BODIES) && !defined(STRESS_BACKEND_BODIES)
#define STRESS_BACKEND_BODIES

/* A macro is not expanded inside itself: each of these is the builtin, after some hesitation. */
#define __atomic_load_n(...) (stress_jitter(), __atomic_load_n(__VA_ARGS__))
#define __atomic_store_n(...) (stress_jitter(), __atomic_store_n(__VA_ARGS__))
#define __atomic_exchange_n(...) (stress_jitter(), __atomic_exchange_n(__VA_ARGS__))
#define __atomic_compare_exchange_n(...) (stress_jitter(), __atomic_compare_exchange_n(__VA_ARGS__))
#define __atomic_fetch_add(...) (stress_jitter(), __atomic_fetch_add(__VA_ARGS__))
#define __atomic_fetch_sub(...) (stress_jitter(), __atomic_fetch_sub(__VA_ARGS__))
#define __atomic_fetch_or(...) (stress_jitter(), __atomic_fetch_or(__VA_ARGS__))
#define __atomic_fetch_and(...) (stress_jitter(), __atomic_fetch_and(__VA_ARGS__))

#define parallel_isr_backend_request_dpc stress_host_request_dpc
#define parallel_isr_backend_drain_dpc stress_host_drain_dpc
#include "../../impl/backend_host.h"
#undef parallel_isr_backend_request_dpc
#undef parallel_isr_backend_drain_dpc

#undef __atomic_load_n
#undef __atomic_store_n
#undef __atomic_exchange_n
#undef __atomic_compare_exchange_n
#undef __atomic_fetch_add
#undef __atomic_fetch_sub
#undef __atomic_fetch_or
#undef __atomic_fetch_and

/* The DPC word if runs may overlap: two bits, and above them the number of runs in progress. */
#define STRESS_DPC_REQUESTED 1u
#define STRESS_DPC_CLOSED 2u
#define STRESS_DPC_RUN 4u

PARALLEL_ISR_INTERNAL void parallel_isr_backend_request_dpc(parallel_isr_port *port)
{
  if (stress_dpc_overlaps)
    (void)parallel_isr_backend_fetch_or(&port->backend.dpc, STRESS_DPC_REQUESTED);
  else
    stress_host_request_dpc(port);
}

/* Runs the DPC on this thread if it was requested, beside a run on another thread if need be. */
static BOOLEAN stress_run_dpc(parallel_isr_port *port)
{
  uint32_t old = parallel_isr_backend_load(&port->backend.dpc);
  if ((old & STRESS_DPC_REQUESTED) == 0u || (old & STRESS_DPC_CLOSED) != 0u) return FALSE;
  if (!parallel_isr_backend_compare_exchange(&port->backend.dpc, old, (old & ~STRESS_DPC_REQUESTED) + STRESS_DPC_RUN))
    return FALSE;
  KIRQL level = parallel_isr_host_raise(DISPATCH_LEVEL);
  parallel_isr_run_dpc(port);
  parallel_isr_host_lower(level);
  (void)parallel_isr_backend_fetch_sub(&port->backend.dpc, STRESS_DPC_RUN);
  return TRUE;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_drain_dpc(parallel_isr_port *port)
{
  if (!stress_dpc_overlaps) {
    stress_host_drain_dpc(port);
    return;
  }
  while (!parallel_isr_backend_compare_exchange(&port->backend.dpc, 0u, STRESS_DPC_CLOSED)) {
    (void)stress_run_dpc(port);
    parallel_isr_backend_relax();
  }
}

#endif

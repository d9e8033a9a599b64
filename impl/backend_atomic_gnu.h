/* SPDX-License-Identifier: MIT */
/*
 * The atomics of the seam by the compiler's builtins, for every backend that shares memory between processors.
 *
 * All are seq_cst. The pairs (users, check_wanted) and (connected, owner) of port_ownership.h need that and not less:
 * they are store-buffering patterns. The rest would do with acquire and release, which costs the same on x86 and one
 * barrier less on ARM.
 */
#ifndef PARALLEL_ISR_BACKEND_ATOMIC_GNU_H
#define PARALLEL_ISR_BACKEND_ATOMIC_GNU_H

#if !defined(__GNUC__)
#error "backend_atomic_gnu.h needs the __atomic builtins of gcc or clang"
#endif

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_load(volatile uint32_t *word)
{
  return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_store(volatile uint32_t *word, uint32_t value)
{
  __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_exchange(volatile uint32_t *word, uint32_t value)
{
  return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}

PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange(volatile uint32_t *word, uint32_t expected,
                                                                 uint32_t desired)
{
  return __atomic_compare_exchange_n(word, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_add(volatile uint32_t *word, uint32_t value)
{
  return __atomic_fetch_add(word, value, __ATOMIC_SEQ_CST);
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_sub(volatile uint32_t *word, uint32_t value)
{
  return __atomic_fetch_sub(word, value, __ATOMIC_SEQ_CST);
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_or(volatile uint32_t *word, uint32_t bits)
{
  return __atomic_fetch_or(word, bits, __ATOMIC_SEQ_CST);
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_and(volatile uint32_t *word, uint32_t bits)
{
  return __atomic_fetch_and(word, bits, __ATOMIC_SEQ_CST);
}

PARALLEL_ISR_INTERNAL PVOID parallel_isr_backend_load_pointer(PVOID volatile *word)
{
  return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_store_pointer(PVOID volatile *word, PVOID value)
{
  __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange_pointer(PVOID volatile *word, PVOID expected,
                                                                         PVOID desired)
{
  return __atomic_compare_exchange_n(word, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A platform that a user adds without touching the library: one bare-metal processor with a main loop, no threads.
 *
 *   #define PARALLEL_ISR_BACKEND "backend_custom.h"
 *
 * The interrupt handler of the line calls custom_interrupt(), the main loop custom_run_dpc(). The mutex of threads is
 * nothing: the main loop is the only thread, and interrupts do not connect. It knows how to turn interrupts off on
 * Cortex-M and RISC-V; elsewhere define CUSTOM_INTERRUPTS_OFF(): turns them off and returns what
 * CUSTOM_INTERRUPTS_RESTORE() wants, nonzero if they were on; and CUSTOM_INTERRUPTS_ARE_OFF().
 */
#ifndef BACKEND_CUSTOM_TYPES
#define BACKEND_CUSTOM_TYPES

#define PARALLEL_ISR_BACKEND_SEAM 1

/* Any level above DISPATCH_LEVEL: interrupts are off. */
#define CUSTOM_DIRQL ((KIRQL)(DISPATCH_LEVEL + 1))

typedef struct parallel_isr_backend_configuration {
  /* Opens the line in the interrupt controller, or closes it; the status of opening is the status of connecting. */
  NTSTATUS (*line)(parallel_isr_port *port, BOOLEAN open);
} parallel_isr_backend_configuration;

typedef struct parallel_isr_backend_port {
  uint32_t interrupts;   /* what exit() restores: one processor, and enter() does not nest */
  volatile uint32_t dpc; /* CUSTOM_DPC_..., below */
} parallel_isr_backend_port;

#endif

#if defined(PARALLEL_ISR_BACKEND_BODIES) && !defined(BACKEND_CUSTOM_BODIES)
#define BACKEND_CUSTOM_BODIES

#define CUSTOM_DPC_IDLE 0u
#define CUSTOM_DPC_REQUESTED 1u
#define CUSTOM_DPC_CLOSED 2u /* the port is removed: requests are ignored */

/* ---- interrupts -------------------------------------------------------------------------------------------------- */

#ifndef CUSTOM_INTERRUPTS_OFF
#if defined(__arm__)
static inline uint32_t custom_interrupts_off(void)
{
  uint32_t primask;
  __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask) : : "memory");
  return primask == 0u;
}

static inline void custom_interrupts_restore(uint32_t were_on)
{
  if (were_on != 0u) __asm__ volatile("cpsie i" : : : "memory");
}

static inline bool custom_interrupts_are_off(void)
{
  uint32_t primask;
  __asm__ volatile("mrs %0, primask" : "=r"(primask) : : "memory");
  return primask != 0u;
}
#elif defined(__riscv)
#define CUSTOM_MSTATUS_MIE 8u
static inline uint32_t custom_interrupts_off(void)
{
  unsigned long mstatus;
  __asm__ volatile("csrrci %0, mstatus, 8" : "=r"(mstatus) : : "memory");
  return (mstatus & CUSTOM_MSTATUS_MIE) != 0u;
}

static inline void custom_interrupts_restore(uint32_t were_on)
{
  if (were_on != 0u) __asm__ volatile("csrsi mstatus, 8" : : : "memory");
}

static inline bool custom_interrupts_are_off(void)
{
  unsigned long mstatus;
  __asm__ volatile("csrr %0, mstatus" : "=r"(mstatus) : : "memory");
  return (mstatus & CUSTOM_MSTATUS_MIE) == 0u;
}
#else
#error "backend_custom.h: define CUSTOM_INTERRUPTS_OFF, CUSTOM_INTERRUPTS_RESTORE and CUSTOM_INTERRUPTS_ARE_OFF"
#endif
#define CUSTOM_INTERRUPTS_OFF() custom_interrupts_off()
#define CUSTOM_INTERRUPTS_RESTORE(were_on) custom_interrupts_restore(were_on)
#define CUSTOM_INTERRUPTS_ARE_OFF() custom_interrupts_are_off()
#endif

/* ---- atomics ----------------------------------------------------------------------------------------------------- */

/* One processor: nothing but an interrupt comes between, and the compiler is all that reorders. The read-modify-writes
 * are out of line, which keeps the whole library small. */
#define CUSTOM_OUT_OF_LINE static __attribute__((noinline, unused))
#define CUSTOM_COMPILER_BARRIER() __asm__ volatile("" : : : "memory")

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_load(volatile uint32_t *word)
{
  CUSTOM_COMPILER_BARRIER();
  uint32_t value = *word;
  CUSTOM_COMPILER_BARRIER();
  return value;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_store(volatile uint32_t *word, uint32_t value)
{
  CUSTOM_COMPILER_BARRIER();
  *word = value;
  CUSTOM_COMPILER_BARRIER();
}

PARALLEL_ISR_INTERNAL PVOID parallel_isr_backend_load_pointer(PVOID volatile *word)
{
  CUSTOM_COMPILER_BARRIER();
  PVOID value = *word;
  CUSTOM_COMPILER_BARRIER();
  return value;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_store_pointer(PVOID volatile *word, PVOID value)
{
  CUSTOM_COMPILER_BARRIER();
  *word = value;
  CUSTOM_COMPILER_BARRIER();
}

CUSTOM_OUT_OF_LINE uint32_t custom_exchange(volatile uint32_t *word, uint32_t value)
{
  uint32_t were_on = CUSTOM_INTERRUPTS_OFF();
  uint32_t old = *word;
  *word = value;
  CUSTOM_INTERRUPTS_RESTORE(were_on);
  return old;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_exchange(volatile uint32_t *word, uint32_t value)
{
  return custom_exchange(word, value);
}

CUSTOM_OUT_OF_LINE uint32_t custom_fetch_add(volatile uint32_t *word, uint32_t value)
{
  uint32_t were_on = CUSTOM_INTERRUPTS_OFF();
  uint32_t old = *word;
  *word = old + value;
  CUSTOM_INTERRUPTS_RESTORE(were_on);
  return old;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_add(volatile uint32_t *word, uint32_t value)
{
  return custom_fetch_add(word, value);
}

CUSTOM_OUT_OF_LINE uint32_t custom_fetch_sub(volatile uint32_t *word, uint32_t value)
{
  uint32_t were_on = CUSTOM_INTERRUPTS_OFF();
  uint32_t old = *word;
  *word = old - value;
  CUSTOM_INTERRUPTS_RESTORE(were_on);
  return old;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_sub(volatile uint32_t *word, uint32_t value)
{
  return custom_fetch_sub(word, value);
}

CUSTOM_OUT_OF_LINE uint32_t custom_fetch_or(volatile uint32_t *word, uint32_t bits)
{
  uint32_t were_on = CUSTOM_INTERRUPTS_OFF();
  uint32_t old = *word;
  *word = old | bits;
  CUSTOM_INTERRUPTS_RESTORE(were_on);
  return old;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_or(volatile uint32_t *word, uint32_t bits)
{
  return custom_fetch_or(word, bits);
}

CUSTOM_OUT_OF_LINE uint32_t custom_fetch_and(volatile uint32_t *word, uint32_t bits)
{
  uint32_t were_on = CUSTOM_INTERRUPTS_OFF();
  uint32_t old = *word;
  *word = old & bits;
  CUSTOM_INTERRUPTS_RESTORE(were_on);
  return old;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_and(volatile uint32_t *word, uint32_t bits)
{
  return custom_fetch_and(word, bits);
}

CUSTOM_OUT_OF_LINE bool custom_compare_exchange(volatile uint32_t *word, uint32_t expected, uint32_t desired)
{
  uint32_t were_on = CUSTOM_INTERRUPTS_OFF();
  bool equal = *word == expected;
  if (equal) *word = desired;
  CUSTOM_INTERRUPTS_RESTORE(were_on);
  return equal;
}

PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange(volatile uint32_t *word, uint32_t expected,
                                                                 uint32_t desired)
{
  return custom_compare_exchange(word, expected, desired);
}

CUSTOM_OUT_OF_LINE bool custom_compare_exchange_pointer(PVOID volatile *word, PVOID expected, PVOID desired)
{
  uint32_t were_on = CUSTOM_INTERRUPTS_OFF();
  bool equal = *word == expected;
  if (equal) *word = desired;
  CUSTOM_INTERRUPTS_RESTORE(were_on);
  return equal;
}

PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange_pointer(PVOID volatile *word, PVOID expected,
                                                                         PVOID desired)
{
  return custom_compare_exchange_pointer(word, expected, desired);
}

/* The processor's level with interrupts on: PASSIVE, or DISPATCH in the DPC. */
static KIRQL custom_level = PASSIVE_LEVEL;

/* ---- what the user calls ----------------------------------------------------------------------------------------- */

/* The handler of the line. Other interrupts stay off meanwhile: the chain runs at DIRQL. */
static inline BOOLEAN custom_interrupt(parallel_isr_port *port)
{
  uint32_t were_on = CUSTOM_INTERRUPTS_OFF();
  BOOLEAN claimed = parallel_isr_dispatch(port);
  CUSTOM_INTERRUPTS_RESTORE(were_on);
  return claimed;
}

/* The main loop's part. Returns whether there was something to do. */
static inline BOOLEAN custom_run_dpc(parallel_isr_port *port)
{
  if (!parallel_isr_backend_compare_exchange(&port->backend.dpc, CUSTOM_DPC_REQUESTED, CUSTOM_DPC_IDLE)) return FALSE;
  custom_level = DISPATCH_LEVEL;
  parallel_isr_run_dpc(port);
  custom_level = PASSIVE_LEVEL;
  return TRUE;
}

/* ---- the seam ---------------------------------------------------------------------------------------------------- */

PARALLEL_ISR_INTERNAL void parallel_isr_backend_relax(void)
{
  /* There is no other processor to wait for. */
}

PARALLEL_ISR_INTERNAL KIRQL parallel_isr_backend_level(const parallel_isr_port *port)
{
  (void)port;
  return CUSTOM_INTERRUPTS_ARE_OFF() ? CUSTOM_DIRQL : custom_level;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_enter(parallel_isr_port *port)
{
  port->backend.interrupts = CUSTOM_INTERRUPTS_OFF();
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_exit(parallel_isr_port *port)
{
  CUSTOM_INTERRUPTS_RESTORE(port->backend.interrupts);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_lock(parallel_isr_port *port)
{
  (void)port;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_unlock(parallel_isr_port *port)
{
  (void)port;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_request_dpc(parallel_isr_port *port)
{
  (void)parallel_isr_backend_compare_exchange(&port->backend.dpc, CUSTOM_DPC_IDLE, CUSTOM_DPC_REQUESTED);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_drain_dpc(parallel_isr_port *port)
{
  while (!parallel_isr_backend_compare_exchange(&port->backend.dpc, CUSTOM_DPC_IDLE, CUSTOM_DPC_CLOSED))
    (void)custom_run_dpc(port);
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_initialize(parallel_isr_port *port)
{
  port->backend.interrupts = 0u;
  port->backend.dpc = CUSTOM_DPC_IDLE;
  return STATUS_SUCCESS;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_uninitialize(parallel_isr_port *port)
{
  (void)port;
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_connect_line(parallel_isr_port *port, ULONG version)
{
  if (version != CONNECT_LINE_BASED) return STATUS_NOT_SUPPORTED;
  return port->configuration->backend.line(port, TRUE);
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_disconnect_line(parallel_isr_port *port)
{
  (void)port->configuration->backend.line(port, FALSE);
}

PARALLEL_ISR_INTERNAL PKINTERRUPT parallel_isr_backend_interrupt_object(parallel_isr_port *port)
{
  return port;
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The platform "bare metal x86 with two 8259A interrupt controllers": no operating system, one processor or several,
 * 32 or 64 bit. For images without a preemptive scheduler: a processor has one thread.
 *
 *  - The interrupt line is a bit of the interrupt mask; the image's interrupt handler calls
 *    parallel_isr_pic8259_interrupt(), the trampoline.
 *  - DIRQL is "interrupts are off on this processor"; DISPATCH_LEVEL is "this processor runs a DPC".
 *  - A DPC is run, interrupts on, where the level falls back to PASSIVE_LEVEL: at the end of the trampoline, in exit,
 *    or in the request itself. It never nests on a processor: whoever finds one running leaves the request to it.
 *  - No state but the caller's: parallel_isr_pic8259, shared by all ports on this pair of chips, and the port.
 *
 * Options, as those of parallel_isr.h:
 *  - PARALLEL_ISR_PIC8259_CPUS: how many processors use the library; default 1. Built for one, a read-modify-write is
 *    one unlocked instruction, or a retry that only an interrupt causes.
 *  - PARALLEL_ISR_PIC8259_CPU(): which of them this is, 0 .. CPUS - 1; needed if there are several.
 *  - PARALLEL_ISR_PIC8259_MACHINE "file.h": the six functions that are not C (see "the machine" below), from elsewhere:
 *    for a test or a proof that models the chips and the interrupt flag. Atomics are the compiler's then.
 */

/* ================================================================================================================== *
 * First inclusion: types and the calls of this platform
 * ================================================================================================================== */

#ifndef PARALLEL_ISR_BACKEND_PIC8259_H
#define PARALLEL_ISR_BACKEND_PIC8259_H

/** @cond */
#define PARALLEL_ISR_BACKEND_SEAM 1
#define PARALLEL_ISR_BACKEND_DESCRIBES_INTERRUPTS
/** @endcond */

#if !defined(__GNUC__)
#error "backend_pic8259.h needs a compiler with GNU C inline assembly: gcc or clang"
#endif
#if !defined(PARALLEL_ISR_PIC8259_MACHINE) && !defined(__i386__) && !defined(__x86_64__)
#error "backend_pic8259.h is for x86: elsewhere PARALLEL_ISR_PIC8259_MACHINE must name a file that models the machine"
#endif

#ifndef PARALLEL_ISR_PIC8259_CPUS
#ifdef PARALLEL_ISR_PIC8259_CPU
#error "PARALLEL_ISR_PIC8259_CPU is defined, but not how many processors there are: define PARALLEL_ISR_PIC8259_CPUS"
#endif
/** Processors that use the library. */
#define PARALLEL_ISR_PIC8259_CPUS 1
#endif
#if PARALLEL_ISR_PIC8259_CPUS < 1 || PARALLEL_ISR_PIC8259_CPUS > 256
#error "PARALLEL_ISR_PIC8259_CPUS must be 1 .. 256"
#endif
#ifndef PARALLEL_ISR_PIC8259_CPU
#if PARALLEL_ISR_PIC8259_CPUS > 1
#error "several processors: define PARALLEL_ISR_PIC8259_CPU(), the index of the processor that evaluates it"
#endif
/** Index of this processor: an expression of type uint32_t, 0 .. #PARALLEL_ISR_PIC8259_CPUS - 1; any level. */
#define PARALLEL_ISR_PIC8259_CPU() 0u
#endif

/** Interrupt lines of the two chips. */
#define PARALLEL_ISR_PIC8259_LINES 16u
/** The master's line that the slave is wired to: no port's. */
#define PARALLEL_ISR_PIC8259_CASCADE 2u
/** The DIRQL of a line: the level that Windows gives it on this hardware. Of what is no line: a device level, too. */
#define PARALLEL_ISR_PIC8259_DIRQL(irq) ((KIRQL)(27u - (irq) % PARALLEL_ISR_PIC8259_LINES))

#ifdef __cplusplus
extern "C" {
#endif

/** An interrupt line; all members belong to the library. */
typedef struct parallel_isr_pic8259_line {
  PVOID volatile port;           /**< Atomic: its port, from initialize until remove has returned; or NULL. */
  volatile uint32_t connected;   /**< Atomic: nonzero while interrupts go to the port. */
  volatile uint32_t dispatching; /**< Atomic: trampolines that may have found it connected and have not left. */
} parallel_isr_pic8259_line;

/** The two chips and what their ports share: caller storage; all members belong to the library. */
typedef struct parallel_isr_pic8259 {
  parallel_isr_pic8259_line lines[PARALLEL_ISR_PIC8259_LINES]; /**< By number of the line. */
  volatile uint32_t dpc;         /**< Atomic: bit n: line n's DPC is requested; bit 16 + n: it may not be started. */
  volatile uint32_t mask_lock;   /**< Atomic: nonzero while somebody changes an interrupt mask. */
  volatile uint32_t spurious[2]; /**< Atomic: see parallel_isr_pic8259_spurious(). */
  volatile uint32_t in_dpc[PARALLEL_ISR_PIC8259_CPUS]; /**< Own processor: nonzero while it runs a DPC. */
} parallel_isr_pic8259;

/** What this platform needs to know of a port. */
typedef struct parallel_isr_backend_configuration {
  parallel_isr_pic8259 *controller; /**< Initialised by parallel_isr_pic8259_initialize(). */
  uint8_t irq; /**< The line, 0 .. 15, not 2; no other port's. A port without a line takes a number that nobody uses. */
} parallel_isr_backend_configuration;

/** What this platform keeps for a port; all members belong to the library. */
typedef struct parallel_isr_backend_port {
  volatile uint32_t mutex; /**< Atomic: the mutex of threads is held. */
#if PARALLEL_ISR_PIC8259_CPUS > 1
  volatile uint32_t ticket;  /**< Atomic: the next acquirer's place. */
  volatile uint32_t serving; /**< Atomic: the place that may enter. */
#endif
} parallel_isr_backend_port;

/**
 * @brief Programs the two chips: every line masked but the cascade, edge triggered, an end of interrupt for each.
 *
 * Any mask, in-service bit and latched request that the chips held is gone.
 *
 * Source: Intel 8259A data sheet, initialization command words 1 to 4.
 *
 * @param[out] controller Kept by every port that names it.
 * @param master_vector Interrupt vector of line 0; lines 1 to 7 follow.
 * @param slave_vector Interrupt vector of line 8; lines 9 to 15 follow.
 * @retval STATUS_SUCCESS The chips are programmed.
 * @retval STATUS_INVALID_PARAMETER The pointer is NULL, or a vector is below 32 or not a multiple of 8, or they are
 *                                  equal; nothing changed.
 * @par Constraints Once, before any port of this controller is initialised; no processor may take its interrupts yet.
 */
PARALLEL_ISR_API NTSTATUS parallel_isr_pic8259_initialize(parallel_isr_pic8259 *controller, uint8_t master_vector,
                                                          uint8_t slave_vector);

/**
 * @brief The trampoline: what the handler of a line's vector calls, and all that it need do.
 *
 * Tells a spurious interrupt from a real one, gives a real one to the port of the line if it is connected, sends
 * exactly the ends of interrupt that are due, then runs pending DPCs with interrupts on. It reads nothing of a device.
 *
 * Source: DESIGN 3.3; Intel 8259A data sheet ("default IR7").
 *
 * @param[in,out] controller The chips.
 * @param irq The line, 0 .. 15.
 * @par Constraints Interrupts off, and off again when it returns; they were on in what was interrupted. The stack needs
 *      room for one DPC and one more interrupt of each line.
 */
PARALLEL_ISR_API void parallel_isr_pic8259_interrupt(parallel_isr_pic8259 *controller, uint8_t irq);

/**
 * @brief Masks a line that is no port's, for instance the timer's, beside the ports that do the same with theirs.
 * @param[in,out] controller The chips.
 * @param irq The line, 0 .. 15.
 * @par Constraints Any level; waits for another processor that changes a mask.
 */
PARALLEL_ISR_API void parallel_isr_pic8259_mask(parallel_isr_pic8259 *controller, uint8_t irq);

/**
 * @brief Opens a line that is no port's. A request that was latched while it was masked is delivered.
 * @param[in,out] controller The chips.
 * @param irq The line, 0 .. 15.
 * @par Constraints Any level; waits for another processor that changes a mask.
 */
PARALLEL_ISR_API void parallel_isr_pic8259_unmask(parallel_isr_pic8259 *controller, uint8_t irq);

/**
 * @brief Runs the DPCs that are pending on this processor.
 *
 * Needed only after a client turned interrupts off itself, called the library, and turned them on again: nothing tells
 * the library of the latter. At any level above PASSIVE_LEVEL it does nothing.
 *
 * @param[in,out] controller The chips.
 * @par Constraints Any level.
 */
PARALLEL_ISR_API void parallel_isr_pic8259_poll(parallel_isr_pic8259 *controller);

/**
 * @brief Counts the spurious interrupts of a chip.
 * @param[in,out] controller The chips.
 * @param irq 0 .. 7: the master's; 8 .. 15: the slave's.
 * @return Their number; it stops at #PARALLEL_ISR_COUNTER_LIMIT.
 * @par Constraints Any level.
 */
PARALLEL_ISR_API uint32_t parallel_isr_pic8259_spurious(parallel_isr_pic8259 *controller, uint8_t irq);

#ifdef __cplusplus
}
#endif

#endif /* PARALLEL_ISR_BACKEND_PIC8259_H */

/* ================================================================================================================== *
 * Second inclusion: the bodies
 * ================================================================================================================== */

#if defined(PARALLEL_ISR_BACKEND_BODIES) && !defined(PARALLEL_ISR_BACKEND_PIC8259_BODIES)
#define PARALLEL_ISR_BACKEND_PIC8259_BODIES

#include "../spec/pic8259.acsl"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the machine: what is not C ---------------------------------------------------------------------------------- */

#ifdef PARALLEL_ISR_PIC8259_MACHINE
#include PARALLEL_ISR_PIC8259_MACHINE
#else

PARALLEL_ISR_INTERNAL uint8_t parallel_isr_pic8259_inb(uint16_t address)
{
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(address));
  return value;
}

PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_outb(uint16_t address, uint8_t value)
{
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(address));
}

PARALLEL_ISR_INTERNAL bool parallel_isr_pic8259_interrupts_enabled(void)
{
  uintptr_t flags;
  __asm__ volatile("pushf\n\tpop %0" : "=r"(flags) : : "memory");
  return (flags & 0x200u) != 0;
}

PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_interrupts_off(void)
{
  __asm__ volatile("cli" : : : "memory");
}

PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_interrupts_on(void)
{
  __asm__ volatile("sti" : : : "memory");
}

/* rep nop: a pause, and a nop on a processor older than it. */
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_pause(void)
{
  __asm__ volatile("rep; nop" : : : "memory");
}

#endif

/* ---- atomics ----------------------------------------------------------------------------------------------------- */

#if PARALLEL_ISR_PIC8259_CPUS > 1 || defined(PARALLEL_ISR_PIC8259_MACHINE)
#include "backend_atomic_gnu.h"
#else

/* One processor: only an interrupt can come between, and it comes between instructions. So one instruction without a
 * lock prefix is atomic, and "memory" orders the compiler, which is all there is to order. xchg would lock the bus
 * unasked: exchange goes by compare-and-exchange as `or` and `and` do, whose old value no single instruction returns. A
 * try fails only if an interrupt changed the word since it was read. */

#define PARALLEL_ISR_PIC8259_COMPILER_BARRIER() __asm__ volatile("" : : : "memory")

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_load(volatile uint32_t *word)
{
  PARALLEL_ISR_PIC8259_COMPILER_BARRIER();
  const uint32_t value = *word;
  PARALLEL_ISR_PIC8259_COMPILER_BARRIER();
  return value;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_store(volatile uint32_t *word, uint32_t value)
{
  PARALLEL_ISR_PIC8259_COMPILER_BARRIER();
  *word = value;
  PARALLEL_ISR_PIC8259_COMPILER_BARRIER();
}

PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange(volatile uint32_t *word, uint32_t expected,
                                                                 uint32_t desired)
{
  bool won;
  __asm__ volatile("cmpxchgl %3, %1\n\tsete %0"
                   : "=q"(won), "+m"(*word), "+a"(expected)
                   : "r"(desired)
                   : "memory", "cc");
  return won;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_exchange(volatile uint32_t *word, uint32_t value)
{
  uint32_t old = *word;
  while (!parallel_isr_backend_compare_exchange(word, old, value)) old = *word;
  return old;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_add(volatile uint32_t *word, uint32_t value)
{
  __asm__ volatile("xaddl %0, %1" : "+r"(value), "+m"(*word) : : "memory", "cc");
  return value;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_sub(volatile uint32_t *word, uint32_t value)
{
  return parallel_isr_backend_fetch_add(word, 0u - value);
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_or(volatile uint32_t *word, uint32_t bits)
{
  uint32_t old = *word;
  while (!parallel_isr_backend_compare_exchange(word, old, old | bits)) old = *word;
  return old;
}

PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_fetch_and(volatile uint32_t *word, uint32_t bits)
{
  uint32_t old = *word;
  while (!parallel_isr_backend_compare_exchange(word, old, old & bits)) old = *word;
  return old;
}

PARALLEL_ISR_INTERNAL PVOID parallel_isr_backend_load_pointer(PVOID volatile *word)
{
  PARALLEL_ISR_PIC8259_COMPILER_BARRIER();
  PVOID const value = *word;
  PARALLEL_ISR_PIC8259_COMPILER_BARRIER();
  return value;
}

PARALLEL_ISR_INTERNAL void parallel_isr_backend_store_pointer(PVOID volatile *word, PVOID value)
{
  PARALLEL_ISR_PIC8259_COMPILER_BARRIER();
  *word = value;
  PARALLEL_ISR_PIC8259_COMPILER_BARRIER();
}

PARALLEL_ISR_INTERNAL bool parallel_isr_backend_compare_exchange_pointer(PVOID volatile *word, PVOID expected,
                                                                         PVOID desired)
{
  bool won;
  __asm__ volatile("cmpxchg %3, %1\n\tsete %0"
                   : "=q"(won), "+m"(*word), "+a"(expected)
                   : "r"(desired)
                   : "memory", "cc");
  return won;
}

#endif

/*@ terminates \true;  exits \false;
    assigns  g_patience;
    ensures  ends:    0 <= g_patience < \old(g_patience);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_relax(void)
{
  parallel_isr_pic8259_pause();
}

/* ---- the word of the DPCs ---------------------------------------------------------------------------------------- */

/* A line's DPC is REQUESTED, or not; and CLOSED while it runs on some processor, or while the line has no port.
 *
 * Invariant: whoever sets REQUESTED makes its own processor look at the word afterwards, at the latest when its level
 * falls to PASSIVE_LEVEL (lower, below). It then sees the request and takes it, or sees CLOSED: then the processor that
 * runs the DPC looks again after it has opened it. One word, so there is one order of all this, and drain closes a DPC
 * at an instant when it neither runs nor is requested. */

#define PARALLEL_ISR_PIC8259_REQUESTED(irq) parallel_isr_pic8259_word_bit(irq)
#define PARALLEL_ISR_PIC8259_CLOSED(irq) parallel_isr_pic8259_word_bit(16u + (irq))
#define PARALLEL_ISR_PIC8259_NO_PORTS 0xFFFF0000u

/* A bit of the word. */
/*@ requires bit:     n < 32;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  bit:     \result == 1 << n;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_pic8259_word_bit(uint32_t n)
{
  //@ assert word: (uint32_t)(1 << n) == 1 << n;
  return 1u << n;
}

/* The lines whose DPC may be started. */
/*@ terminates \true;  exits \false;
    assigns  \nothing;
    ensures  ready:   \forall integer i; 0 <= i < 16 && Bit(\result, i) ==> Bit(dpc, i) && !Bit(dpc, 16 + i);
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_pic8259_ready(uint32_t dpc)
{
  return dpc & 0xFFFFu & ~(dpc >> 16);
}

/* The first of them. */
/*@ terminates \true;  exits \false;
    assigns  \nothing;
    ensures  line:    0 <= \result < 16;
    ensures  first:   \forall integer i; 0 <= i < \result ==> !Bit(ready, i);
    ensures  ready:   \result < 15 ==> Bit(ready, \result);
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_pic8259_first(uint32_t ready)
{
  uint32_t irq = 0;
  /*@ loop invariant line:  0 <= irq < 16;
      loop invariant first: \forall integer i; 0 <= i < irq ==> !Bit(ready, i);
      loop assigns irq;
      loop variant 15 - irq; */
  while (irq < PARALLEL_ISR_PIC8259_LINES - 1u && (ready & PARALLEL_ISR_PIC8259_REQUESTED(irq)) == 0) irq++;
  return irq;
}

/* The word after one of them was taken. */
/*@ requires line:    irq < 16;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  taken:   !Bit(\result, irq) && Bit(\result, 16 + irq);
    ensures  others:  \forall integer i; 0 <= i < 32 && i != irq && i != 16 + irq ==>
                        (Bit(\result, i) <==> Bit(dpc, i));
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_pic8259_taken(uint32_t dpc, uint32_t irq)
{
  return (dpc & ~PARALLEL_ISR_PIC8259_REQUESTED(irq)) | PARALLEL_ISR_PIC8259_CLOSED(irq);
}

/* ---- the chips --------------------------------------------------------------------------------------------------- */

#define PARALLEL_ISR_PIC8259_MASTER_COMMAND ((uint16_t)0x20)
#define PARALLEL_ISR_PIC8259_MASTER_MASK ((uint16_t)0x21)
#define PARALLEL_ISR_PIC8259_SLAVE_COMMAND ((uint16_t)0xA0)
#define PARALLEL_ISR_PIC8259_SLAVE_MASK ((uint16_t)0xA1)
#define PARALLEL_ISR_PIC8259_READ_IN_SERVICE ((uint8_t)0x0B) /* OCW3 */
#define PARALLEL_ISR_PIC8259_SPECIFIC_EOI 0x60u              /* OCW2, plus the number of the input */

#define PARALLEL_ISR_PIC8259_EOI_MASTER 1u
#define PARALLEL_ISR_PIC8259_EOI_SLAVE 2u

/*@ requires line:    irq < 16;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  chip:    \result == (irq < 8 ? 0x20 : 0xa0);
*/
PARALLEL_ISR_INTERNAL uint16_t parallel_isr_pic8259_command_register(uint32_t irq)
{
  return irq < 8u ? PARALLEL_ISR_PIC8259_MASTER_COMMAND : PARALLEL_ISR_PIC8259_SLAVE_COMMAND;
}

/*@ requires line:    irq < 16;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  chip:    \result == (irq < 8 ? 0x21 : 0xa1);
*/
PARALLEL_ISR_INTERNAL uint16_t parallel_isr_pic8259_mask_register(uint32_t irq)
{
  return irq < 8u ? PARALLEL_ISR_PIC8259_MASTER_MASK : PARALLEL_ISR_PIC8259_SLAVE_MASK;
}

/* The bit of a line in the registers of its chip. */
/*@ requires line:    irq < 16;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  bit:     \result == 1 << (irq < 8 ? irq : irq - 8);
*/
PARALLEL_ISR_INTERNAL uint8_t parallel_isr_pic8259_bit(uint32_t irq)
{
  //@ assert octet: (uint8_t)(1 << (irq % 8)) == 1 << (irq % 8);
  return (uint8_t)(1u << (irq % 8u));
}

/* A chip that is asked for a vector when its request has gone says input 7. No other line can be spurious. */
/*@ terminates \true;  exits \false;
    assigns  \nothing;
    ensures  input:   \result <==> irq == 7 || irq == 15;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_pic8259_may_be_spurious(uint32_t irq)
{
  return irq == 7u || irq == 15u;
}

/* Which ends of interrupt are due. A spurious 7 put nothing in service; a spurious 15 put the cascade in service in the
 * master, which believed the slave. */
/*@ requires line:    irq < 16;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  none:    irq < 8 && !genuine  ==> \result == 0;
    ensures  master:  irq < 8 && genuine   ==> \result == PARALLEL_ISR_PIC8259_EOI_MASTER;
    ensures  cascade: irq >= 8 && !genuine ==> \result == PARALLEL_ISR_PIC8259_EOI_MASTER;
    ensures  both:    irq >= 8 && genuine  ==> (\result & PARALLEL_ISR_PIC8259_EOI_SLAVE) != 0 &&
                                               (\result & PARALLEL_ISR_PIC8259_EOI_MASTER) != 0;
    ensures  first:   irq < 8 && genuine   ==> (\result & PARALLEL_ISR_PIC8259_EOI_SLAVE) == 0;
    ensures  nobody:  irq < 8 && !genuine  ==> (\result & PARALLEL_ISR_PIC8259_EOI_SLAVE) == 0;
    ensures  slave:   irq >= 8 && !genuine ==> (\result & PARALLEL_ISR_PIC8259_EOI_SLAVE) == 0;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_pic8259_eoi_due(uint32_t irq, bool genuine)
{
  if (irq < 8u) return genuine ? PARALLEL_ISR_PIC8259_EOI_MASTER : 0u;
  return genuine ? PARALLEL_ISR_PIC8259_EOI_SLAVE | PARALLEL_ISR_PIC8259_EOI_MASTER : PARALLEL_ISR_PIC8259_EOI_MASTER;
}

/* The input of the master that a line arrives at. */
/*@ requires line:    irq < 16;
    terminates \true;  exits \false;
    assigns  \nothing;
    ensures  input:   \result == (irq < 8 ? irq : 2);
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_pic8259_master_input(uint32_t irq)
{
  return irq < 8u ? irq : PARALLEL_ISR_PIC8259_CASCADE;
}

/*@ requires line:    irq < 16;
    requires running: g_master.words == 0 && g_slave.words == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due;
    ensures  told:    \result <==> InService(irq, g_master, g_slave);
    ensures  moved:   Move{Pre}(g_master, g_slave);
    ensures  due:     g_master_due == \old(g_master_due) && g_slave_due == \old(g_slave_due);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_pic8259_in_service(uint32_t irq)
{
  const uint16_t command = parallel_isr_pic8259_command_register(irq);
  parallel_isr_pic8259_outb(command, PARALLEL_ISR_PIC8259_READ_IN_SERVICE);
  return (parallel_isr_pic8259_inb(command) & parallel_isr_pic8259_bit(irq)) != 0;
}

/* Specific, so that an end of interrupt can only ever end what it means to; the slave's first. */
/*@ requires line:    irq < 16;
    requires off:     Running && g_flag == 0 && g_here == 1;
    requires owes:    Owes(irq, genuine);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due;
    ensures  paid:    NothingDue;
    ensures  none:    irq < 8 && !genuine ==> g_master.isr == \old(g_master.isr);
    ensures  master:  irq < 8 && genuine ==> !Bit(g_master.isr, irq) && Others(irq, \old(g_master.isr), g_master.isr);
    ensures  cascade: irq >= 8 ==> !Bit(g_master.isr, 2) && Others(2, \old(g_master.isr), g_master.isr);
    ensures  slave:   irq >= 8 && genuine ==> !Bit(g_slave.isr, irq - 8) &&
                      Others(irq - 8, \old(g_slave.isr), g_slave.isr);
    ensures  other:   irq < 8 || !genuine ==> g_slave.isr == \old(g_slave.isr);
    ensures  setup:   KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_end_of_interrupt(uint32_t irq, bool genuine)
{
  const uint32_t due = parallel_isr_pic8259_eoi_due(irq, genuine);
  if ((due & PARALLEL_ISR_PIC8259_EOI_SLAVE) != 0)
    parallel_isr_pic8259_outb(PARALLEL_ISR_PIC8259_SLAVE_COMMAND,
                              (uint8_t)(PARALLEL_ISR_PIC8259_SPECIFIC_EOI + irq % 8u));
  if ((due & PARALLEL_ISR_PIC8259_EOI_MASTER) != 0)
    parallel_isr_pic8259_outb(PARALLEL_ISR_PIC8259_MASTER_COMMAND,
                              (uint8_t)(PARALLEL_ISR_PIC8259_SPECIFIC_EOI + parallel_isr_pic8259_master_input(irq)));
}

/* The mask lives in the chip and is shared by all its lines: read, change one bit, write, undisturbed. */
/*@ requires storage: Controller(controller) && irq < 16;
    requires running: Running;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
    ensures  own:     g_irq == irq && (Masked(irq, g_master, g_slave) <==> masked);
    ensures  same:    Running && g_flag == \old(g_flag) && g_in_dpc == \old(g_in_dpc) &&
                      g_master_due == \old(g_master_due) && g_slave_due == \old(g_slave_due);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_set_mask(parallel_isr_pic8259 *controller, uint32_t irq, bool masked)
{
  const uint16_t address = parallel_isr_pic8259_mask_register(irq);
  const uint8_t bit = parallel_isr_pic8259_bit(irq);
  const bool enabled = parallel_isr_pic8259_interrupts_enabled();
  parallel_isr_pic8259_interrupts_off();
  //@ ghost g_irq = (int)irq;
  /*@ loop invariant waits: g_masks == 0 && g_flag == 0 && g_master.words == 0 && g_slave.words == 0;
      loop assigns PARALLEL_ISR_SPEC_CHIPS, g_masks, g_patience;
      loop variant g_patience; */
  while (!parallel_isr_backend_compare_exchange(&controller->mask_lock, 0, 1)) parallel_isr_backend_relax();
  const uint8_t mask = parallel_isr_pic8259_inb(address);
  //@ assert octet: (uint8_t)(mask ^ bit) == (mask ^ bit);
  parallel_isr_pic8259_outb(address, (uint8_t)(((mask & bit) != 0) == masked ? mask : mask ^ bit));
  //@ assert own: Masked(irq, g_master, g_slave) <==> masked;
  /*@ assert others: irq < 8 ? Others(irq, g_master_before.imr, g_master.imr) :
        Others(irq - 8, g_slave_before.imr, g_slave.imr); */
  parallel_isr_backend_store(&controller->mask_lock, 0);
  if (enabled) parallel_isr_pic8259_interrupts_on();
}

/*@ requires storage: Controller(controller) && irq < 16;
    requires running: Running;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
    ensures  own:     Masked(irq, g_master, g_slave);
    ensures  same:    Running && g_flag == \old(g_flag) && g_in_dpc == \old(g_in_dpc) &&
                      g_master_due == \old(g_master_due) && g_slave_due == \old(g_slave_due);
*/
PARALLEL_ISR_API void parallel_isr_pic8259_mask(parallel_isr_pic8259 *controller, uint8_t irq)
{
  parallel_isr_pic8259_set_mask(controller, irq, true);
}

/*@ requires storage: Controller(controller) && irq < 16;
    requires running: Running;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
    ensures  own:     !Masked(irq, g_master, g_slave);
    ensures  same:    Running && g_flag == \old(g_flag) && g_in_dpc == \old(g_in_dpc) &&
                      g_master_due == \old(g_master_due) && g_slave_due == \old(g_slave_due);
*/
PARALLEL_ISR_API void parallel_isr_pic8259_unmask(parallel_isr_pic8259 *controller, uint8_t irq)
{
  parallel_isr_pic8259_set_mask(controller, irq, false);
}

/* Writes one command word, then gives a chip of the first hour the time it needs: nothing decodes port 80h. */
/*@ requires private: g_private == 1;
    requires known:   Register(address);
    requires master:  address == 0x20 ==> value == 0x11;
    requires slave:   address == 0xa0 ==> value == 0x11;
    requires words:   (address == 0x21 ==> MayWrite{Here}(g_master, value, 0, 1 << 2)) &&
                      (address == 0xa1 ==> MayWrite{Here}(g_slave, value, 8, 2));
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due;
    ensures  cleared: (address == 0x20 ==> g_master.isr == 0 && g_master.words == 3) &&
                      (address == 0xa0 ==> g_slave.isr == 0 && g_slave.words == 3);
    ensures  master:  address == 0x21 ==>
                      g_master.isr == \old(g_master.isr) &&
                      g_master.words == (\old(g_master.words) > 0 ? \old(g_master.words) - 1 : 0) &&
                      g_master.vector == (\old(g_master.words) == 3 ? value : \old(g_master.vector)) &&
                      g_master.imr == (\old(g_master.words) == 0 ? value : \old(g_master.imr));
    ensures  slave:   address == 0xa1 ==>
                      g_slave.isr == \old(g_slave.isr) &&
                      g_slave.words == (\old(g_slave.words) > 0 ? \old(g_slave.words) - 1 : 0) &&
                      g_slave.vector == (\old(g_slave.words) == 3 ? value : \old(g_slave.vector)) &&
                      g_slave.imr == (\old(g_slave.words) == 0 ? value : \old(g_slave.imr));
    ensures  other:   (address != 0x20 && address != 0x21 ==> Same(\old(g_master), g_master)) &&
                      (address != 0xa0 && address != 0xa1 ==> Same(\old(g_slave), g_slave));
    ensures  due:     g_master_due == \old(g_master_due) && g_slave_due == \old(g_slave_due);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_command(uint16_t address, uint8_t value)
{
  parallel_isr_pic8259_outb(address, value);
  parallel_isr_pic8259_outb(0x80, 0);
}

/*@ terminates \true;  exits \false;
    assigns  \nothing;
    ensures  valid:   \result <==> master_vector >= 32 && master_vector % 8 == 0 && slave_vector >= 32 &&
                      slave_vector % 8 == 0 && master_vector != slave_vector;
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_pic8259_vectors_valid(uint8_t master_vector, uint8_t slave_vector)
{
  return master_vector >= 32u && master_vector % 8u == 0 && slave_vector >= 32u && slave_vector % 8u == 0 &&
         master_vector != slave_vector;
}

/*@ requires storage: controller == \null || (controller == g_controller && \valid(controller));
    requires private: g_private == 1;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due;
    assigns  controller->lines[0 .. 15], controller->dpc, controller->mask_lock, controller->spurious[0 .. 1],
             controller->in_dpc[0 .. PARALLEL_ISR_PIC8259_CPUS - 1];
    ensures  valid:   \result == STATUS_SUCCESS <==>
                      controller != \null && master_vector >= 32 && master_vector % 8 == 0 && slave_vector >= 32 &&
                      slave_vector % 8 == 0 && master_vector != slave_vector;
    ensures  refused: \result != STATUS_SUCCESS ==> \result == STATUS_INVALID_PARAMETER &&
                      g_master == \old(g_master) && g_slave == \old(g_slave);
    ensures  master:  \result == STATUS_SUCCESS ==> g_master.words == 0 && g_master.isr == 0 && g_master.imr == 0xfb &&
                      g_master.vector == master_vector;
    ensures  slave:   \result == STATUS_SUCCESS ==> g_slave.words == 0 && g_slave.isr == 0 && g_slave.imr == 0xff &&
                      g_slave.vector == slave_vector;
    ensures  due:     g_master_due == \old(g_master_due) && g_slave_due == \old(g_slave_due);
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_pic8259_initialize(parallel_isr_pic8259 *controller, uint8_t master_vector,
                                                          uint8_t slave_vector)
{
  if (controller == NULL || !parallel_isr_pic8259_vectors_valid(master_vector, slave_vector))
    return STATUS_INVALID_PARAMETER;
  /*@ loop invariant line: 0 <= irq <= 16;
      loop assigns irq, controller->lines[0 .. 15];
      loop variant 16 - irq; */
  for (uint32_t irq = 0; irq < PARALLEL_ISR_PIC8259_LINES; irq++) {
    controller->lines[irq].port = NULL;
    controller->lines[irq].connected = 0;
    controller->lines[irq].dispatching = 0;
  }
  controller->dpc = PARALLEL_ISR_PIC8259_NO_PORTS;
  controller->mask_lock = 0;
  controller->spurious[0] = 0;
  controller->spurious[1] = 0;
  /*@ loop invariant cpu: 0 <= cpu <= PARALLEL_ISR_PIC8259_CPUS;
      loop assigns cpu, controller->in_dpc[0 .. PARALLEL_ISR_PIC8259_CPUS - 1];
      loop variant PARALLEL_ISR_PIC8259_CPUS - cpu; */
  for (uint32_t cpu = 0; cpu < PARALLEL_ISR_PIC8259_CPUS; cpu++) controller->in_dpc[cpu] = 0;

  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_MASTER_COMMAND, 0x11); /* ICW1: edge, cascade, ICW4 follows */
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_SLAVE_COMMAND, 0x11);
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_MASTER_MASK, master_vector); /* ICW2 */
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_SLAVE_MASK, slave_vector);
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_MASTER_MASK,
                               (uint8_t)(1u << PARALLEL_ISR_PIC8259_CASCADE)); /* ICW3: where the slave is */
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_SLAVE_MASK, PARALLEL_ISR_PIC8259_CASCADE);
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_MASTER_MASK, 0x01); /* ICW4: 8086 mode, EOI by command */
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_SLAVE_MASK, 0x01);
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_MASTER_MASK,
                               (uint8_t)(0xFFu & ~(1u << PARALLEL_ISR_PIC8259_CASCADE))); /* OCW1 */
  parallel_isr_pic8259_command(PARALLEL_ISR_PIC8259_SLAVE_MASK, 0xFF);
  return STATUS_SUCCESS;
}

/* ---- the DPC ----------------------------------------------------------------------------------------------------- */

/* Runs one DPC. Interrupts are off, before and after. */
/*@ requires storage: Controller(controller) && irq < 16;
    requires off:     Running && NothingDue && g_flag == 0;
    requires first:   g_in_dpc == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
    ensures  off:     Running && g_flag == 0;
    ensures  ended:   g_in_dpc == 0 && 0 <= g_patience < \old(g_patience);
    ensures  setup:   KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_run(parallel_isr_pic8259 *controller, uint32_t irq)
{
  volatile uint32_t *const in_dpc = &controller->in_dpc[PARALLEL_ISR_PIC8259_CPU()];
  parallel_isr_port *const port = (parallel_isr_port *)parallel_isr_backend_load_pointer(&controller->lines[irq].port);
  parallel_isr_backend_store(in_dpc, 1);
  parallel_isr_pic8259_interrupts_on();
  parallel_isr_run_dpc(port);
  parallel_isr_pic8259_interrupts_off();
  parallel_isr_backend_store(in_dpc, 0);
  (void)parallel_isr_backend_fetch_and(&controller->dpc, ~PARALLEL_ISR_PIC8259_CLOSED(irq));
}

/* The level is about to fall, to PASSIVE_LEVEL or into the DPC that runs on this processor: in the first case runs what
 * is ready. Interrupts are off, before and after, so no request of this processor can slip in behind the last look. */
/*@ requires storage: Controller(controller);
    requires off:     Running && NothingDue && g_flag == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
    ensures  off:     Running && g_flag == 0;
    ensures  level:   g_in_dpc == \old(g_in_dpc);
    ensures  nested:  g_in_dpc == 1 ==> g_master == \old(g_master) && g_slave == \old(g_slave);
    ensures  ends:    g_patience <= \old(g_patience);
    ensures  setup:   KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_lower(parallel_isr_pic8259 *controller)
{
  if (parallel_isr_backend_load(&controller->in_dpc[PARALLEL_ISR_PIC8259_CPU()]) != 0) return;
  uint32_t dpc = parallel_isr_backend_load(&controller->dpc);
  uint32_t ready = parallel_isr_pic8259_ready(dpc);
  /*@ loop invariant off:   Running && g_flag == 0 && g_in_dpc == 0 && g_patience <= \at(g_patience, Pre);
      loop invariant setup: KeepsSetup(\at(g_master, Pre), g_master) && KeepsSetup(\at(g_slave, Pre), g_slave);
      loop assigns PARALLEL_ISR_SPEC_CHIPS, g_flag, g_masks, g_in_dpc, g_irq, g_patience, dpc, ready;
      loop variant g_patience; */
  while (ready != 0) {
    const uint32_t irq = parallel_isr_pic8259_first(ready);
    if (parallel_isr_backend_compare_exchange(&controller->dpc, dpc, parallel_isr_pic8259_taken(dpc, irq)))
      parallel_isr_pic8259_run(controller, irq);
    dpc = parallel_isr_backend_load(&controller->dpc);
    ready = parallel_isr_pic8259_ready(dpc);
  }
}

/*@ requires storage: Controller(controller);
    requires running: Running;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
    ensures  same:    Running && g_flag == \old(g_flag) && g_in_dpc == \old(g_in_dpc);
    ensures  above:   g_flag == 0 ==> g_master == \old(g_master) && g_slave == \old(g_slave);
    ensures  ends:    g_patience <= \old(g_patience);
    ensures  setup:   KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
*/
PARALLEL_ISR_API void parallel_isr_pic8259_poll(parallel_isr_pic8259 *controller)
{
  if (!parallel_isr_pic8259_interrupts_enabled()) return;
  parallel_isr_pic8259_interrupts_off();
  parallel_isr_pic8259_lower(controller);
  parallel_isr_pic8259_interrupts_on();
}

/*@ requires port:    Port(port);
    requires running: Running;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
    ensures  same:    Running && g_flag == \old(g_flag) && g_in_dpc == \old(g_in_dpc);
    ensures  above:   g_flag == 0 ==> g_master == \old(g_master) && g_slave == \old(g_slave);
    ensures  ends:    g_patience <= \old(g_patience);
    ensures  setup:   KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_request_dpc(parallel_isr_port *port)
{
  parallel_isr_pic8259 *const controller = port->configuration->backend.controller;
  (void)parallel_isr_backend_fetch_or(&controller->dpc,
                                      PARALLEL_ISR_PIC8259_REQUESTED(port->configuration->backend.irq));
  parallel_isr_pic8259_poll(controller);
}

/* Closes it if it neither runs nor is requested. */
/*@ requires storage: Controller(controller) && irq < 16;
    requires running: Running;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_masks, g_patience;
    ensures  same:    Running && g_patience <= \old(g_patience);
    ensures  setup:   KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_pic8259_try_close(parallel_isr_pic8259 *controller, uint32_t irq)
{
  const uint32_t closed = PARALLEL_ISR_PIC8259_CLOSED(irq);
  const uint32_t dpc = parallel_isr_backend_load(&controller->dpc);
  return (dpc & (PARALLEL_ISR_PIC8259_REQUESTED(irq) | closed)) == 0 &&
         parallel_isr_backend_compare_exchange(&controller->dpc, dpc, dpc | closed);
}

/* An owner may free a port that was removed, and so request its DPC: it stays closed. */
/*@ requires port:    Port(port);
    requires level:   Running && g_flag == 1 && g_in_dpc == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
    ensures  level:   Running && g_flag == 1 && g_in_dpc == 0;
    ensures  setup:   KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_drain_dpc(parallel_isr_port *port)
{
  const parallel_isr_backend_configuration *const backend = &port->configuration->backend;
  parallel_isr_pic8259_poll(backend->controller);
  /*@ loop invariant level: Running && g_flag == 1 && g_in_dpc == 0;
      loop invariant setup: KeepsSetup(\at(g_master, Pre), g_master) && KeepsSetup(\at(g_slave, Pre), g_slave);
      loop assigns PARALLEL_ISR_SPEC_CHIPS, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
      loop variant g_patience; */
  while (!parallel_isr_pic8259_try_close(backend->controller, backend->irq)) {
    parallel_isr_backend_relax();
    parallel_isr_pic8259_poll(backend->controller);
  }
}

/* ---- levels and exclusion ---------------------------------------------------------------------------------------- */

/*@ requires port:    \valid_read(port) && \valid_read(port->configuration);
    requires storage: port->configuration->backend.controller == \null ||
                      Controller(port->configuration->backend.controller);
    requires flag:    g_flag == 0 || g_flag == 1;
    terminates \true;  exits \false;
    assigns  \result \from g_flag, g_in_dpc, port->configuration;
    ensures  off:     g_flag == 0 ==> \result > DISPATCH_LEVEL;
    ensures  line:    g_flag == 0 && port->configuration->backend.irq < 16 ==>
                      \result == 27 - port->configuration->backend.irq;
    ensures  on:      g_flag == 1 && port->configuration->backend.controller != \null ==>
                      \result == (g_in_dpc == 1 ? DISPATCH_LEVEL : PASSIVE_LEVEL);
    ensures  unknown: g_flag == 1 && port->configuration->backend.controller == \null ==> \result == PASSIVE_LEVEL;
*/
PARALLEL_ISR_INTERNAL KIRQL parallel_isr_backend_level(const parallel_isr_port *port)
{
  parallel_isr_pic8259 *const controller = port->configuration->backend.controller;
  if (!parallel_isr_pic8259_interrupts_enabled()) return PARALLEL_ISR_PIC8259_DIRQL(port->configuration->backend.irq);
  /* NULL: initialize asks for the level before it looks at this. */
  if (controller != NULL && parallel_isr_backend_load(&controller->in_dpc[PARALLEL_ISR_PIC8259_CPU()]) != 0)
    return DISPATCH_LEVEL;
  return PASSIVE_LEVEL;
}

/* At or below DISPATCH_LEVEL interrupts are on: there is nothing to remember for exit. */
/*@ requires port:    Port(port);
    requires level:   Running && g_flag == 1;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_flag, g_patience;
    ensures  off:     Running && NothingDue && g_flag == 0;
    ensures  setup:   KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_enter(parallel_isr_port *port)
{
  parallel_isr_pic8259_interrupts_off();
#if PARALLEL_ISR_PIC8259_CPUS > 1
  /* Both counts wrap alike. */
  const uint32_t ticket = parallel_isr_backend_fetch_add(&port->backend.ticket, 1);
  /*@ loop assigns g_patience;
      loop variant g_patience; */
  while (parallel_isr_backend_load(&port->backend.serving) != ticket) parallel_isr_backend_relax();
#else
  (void)port;
#endif
}

/*@ requires port:    Port(port);
    requires off:     Running && NothingDue && g_flag == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
    ensures  on:      Running && g_flag == 1 && g_in_dpc == \old(g_in_dpc);
    ensures  setup:   KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_exit(parallel_isr_port *port)
{
#if PARALLEL_ISR_PIC8259_CPUS > 1
  (void)parallel_isr_backend_fetch_add(&port->backend.serving, 1);
#endif
  parallel_isr_pic8259_lower(port->configuration->backend.controller);
  parallel_isr_pic8259_interrupts_on();
}

/* Contended only by another processor's thread, so waiting for it is a matter of instructions. */
/*@ requires port:    Port(port);
    requires running: Running;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_masks, g_patience;
    ensures  running: Running;
    ensures  setup:   KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_lock(parallel_isr_port *port)
{
  /*@ loop invariant running: Running;
      loop invariant setup: KeepsSetup(\at(g_master, Pre), g_master) && KeepsSetup(\at(g_slave, Pre), g_slave);
      loop assigns PARALLEL_ISR_SPEC_CHIPS, g_masks, g_patience;
      loop variant g_patience; */
  while (!parallel_isr_backend_compare_exchange(&port->backend.mutex, 0, 1)) parallel_isr_backend_relax();
}

/*@ requires port:    Port(port);
    terminates \true;  exits \false;
    assigns  g_masks, g_in_dpc;
    ensures  same:    g_masks == \old(g_masks) && g_in_dpc == \old(g_in_dpc);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_unlock(parallel_isr_port *port)
{
  parallel_isr_backend_store(&port->backend.mutex, 0);
}

/* ---- the line ---------------------------------------------------------------------------------------------------- */

/*@ requires port:    \valid(port) && \valid_read(port->configuration);
    requires storage: port->configuration->backend.controller == \null ||
                      Controller(port->configuration->backend.controller);
    terminates \true;  exits \false;
    assigns  port->backend, PARALLEL_ISR_SPEC_CHIPS;
    ensures  refused: \old(port->configuration->backend.controller == \null ||
                           port->configuration->backend.irq > 15 || port->configuration->backend.irq == 2) <==>
                      \result == STATUS_INVALID_PARAMETER;
    ensures  either:  \result == STATUS_SUCCESS || \result == STATUS_INVALID_PARAMETER ||
                      \result == STATUS_INSUFFICIENT_RESOURCES;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_initialize(parallel_isr_port *port)
{
  parallel_isr_pic8259 *const controller = port->configuration->backend.controller;
  const uint32_t irq = port->configuration->backend.irq;
  if (controller == NULL || irq >= PARALLEL_ISR_PIC8259_LINES || irq == PARALLEL_ISR_PIC8259_CASCADE)
    return STATUS_INVALID_PARAMETER;
  port->backend.mutex = 0;
#if PARALLEL_ISR_PIC8259_CPUS > 1
  port->backend.ticket = 0;
  port->backend.serving = 0;
#endif
  if (!parallel_isr_backend_compare_exchange_pointer(&controller->lines[irq].port, NULL, port))
    return STATUS_INSUFFICIENT_RESOURCES;
  (void)parallel_isr_backend_fetch_and(&controller->dpc,
                                       ~(PARALLEL_ISR_PIC8259_REQUESTED(irq) | PARALLEL_ISR_PIC8259_CLOSED(irq)));
  return STATUS_SUCCESS;
}

/* Its DPC was closed by drain. */
/*@ requires port:    Port(port);
    terminates \true;  exits \false;
    assigns  \nothing;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_uninitialize(parallel_isr_port *port)
{
  const parallel_isr_backend_configuration *const backend = &port->configuration->backend;
  parallel_isr_backend_store_pointer(&backend->controller->lines[backend->irq].port, NULL);
}

/*@ requires port:    Port(port);
    requires level:   Running && g_flag == 1 && g_in_dpc == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
    ensures  level:   Running && g_flag == 1 && g_in_dpc == 0;
    ensures  form:    \result == STATUS_SUCCESS <==>
                      version == CONNECT_LINE_BASED || version == CONNECT_FULLY_SPECIFIED;
    ensures  open:    \result == STATUS_SUCCESS ==>
                        !Masked(\at(port->configuration->backend.irq, Pre), g_master, g_slave);
    ensures  refused: \result != STATUS_SUCCESS ==> \result == STATUS_NOT_SUPPORTED &&
                      g_master == \old(g_master) && g_slave == \old(g_slave);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_backend_connect_line(parallel_isr_port *port, ULONG version)
{
  parallel_isr_pic8259 *const controller = port->configuration->backend.controller;
  const uint32_t irq = port->configuration->backend.irq;
  if (version != CONNECT_LINE_BASED && version != CONNECT_FULLY_SPECIFIED) return STATUS_NOT_SUPPORTED;
  parallel_isr_backend_store(&controller->lines[irq].connected, 1);
  parallel_isr_pic8259_set_mask(controller, irq, false);
  return STATUS_SUCCESS;
}

/* After the mask is written the chip starts no interrupt of the line. One that it had started is in service until its
 * trampoline, done with the chain, ends it; one that did not come from the chip is seen in `dispatching`. */
/*@ requires port:    Port(port);
    requires level:   Running && g_flag == 1 && g_in_dpc == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due, g_flag, g_masks, g_in_dpc, g_irq, g_patience;
    ensures  level:   Running && g_flag == 1 && g_in_dpc == 0;
    ensures  closed:  Masked(\at(port->configuration->backend.irq, Pre), g_master, g_slave);
    ensures  quiet:   !InService(\at(port->configuration->backend.irq, Pre), g_master, g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_disconnect_line(parallel_isr_port *port)
{
  parallel_isr_pic8259 *const controller = port->configuration->backend.controller;
  const uint32_t irq = port->configuration->backend.irq;
  parallel_isr_pic8259_line *const line = &controller->lines[irq];
  parallel_isr_pic8259_set_mask(controller, irq, true);
  /*@ loop invariant level:  Running && g_flag == 1 && g_in_dpc == 0;
      loop invariant closed: g_irq == irq && Masked(irq, g_master, g_slave);
      loop assigns PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due, g_patience;
      loop variant g_patience; */
  while (parallel_isr_pic8259_in_service(irq)) parallel_isr_backend_relax();
  parallel_isr_backend_store(&line->connected, 0);
  /*@ loop assigns g_patience;
      loop variant g_patience; */
  while (parallel_isr_backend_load(&line->dispatching) != 0) parallel_isr_backend_relax();
}

/*@ terminates \true;  exits \false;
    assigns  \result \from port;
    ensures  object:  \result == port;
*/
PARALLEL_ISR_INTERNAL PKINTERRUPT parallel_isr_backend_interrupt_object(parallel_isr_port *port)
{
  return port;
}

/* ---- interrupt resources: a line --------------------------------------------------------------------------------- */

/*@ terminates \true;  exits \false;
    assigns  \nothing;
    ensures  none:    \result == 0;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_message_count(const parallel_isr_port *port)
{
  (void)port;
  return 0;
}

/*@ terminates \true;  exits \false;
    assigns  \nothing;
    ensures  none:    \result == 0;
*/
PARALLEL_ISR_INTERNAL uint32_t parallel_isr_backend_take_messages(parallel_isr_port *port)
{
  (void)port;
  return 0;
}

/* The vector is the number of the line: which vector the chips make of it is the image's affair. */
/*@ requires port:    Port(port);
    requires entry:   \valid(entry);
    terminates \true;  exits \false;
    assigns  *entry;
    ensures  line:    entry->Vector == \old(port->configuration->backend.irq) && entry->InterruptObject == port;
    ensures  level:   entry->Irql == PARALLEL_ISR_PIC8259_DIRQL(entry->Vector) && entry->Mode == Latched;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_backend_describe(parallel_isr_port *port, ULONG number,
                                                         IO_INTERRUPT_MESSAGE_INFO_ENTRY *entry)
{
  const uint32_t irq = port->configuration->backend.irq;
  entry->MessageAddress.QuadPart = 0;
  entry->TargetProcessorSet = 1;
  entry->InterruptObject = port;
  entry->MessageData = number;
  entry->Vector = irq;
  entry->Irql = PARALLEL_ISR_PIC8259_DIRQL(irq);
  entry->Mode = Latched;
  entry->Polarity = InterruptActiveHigh;
}

/* ---- the trampoline ---------------------------------------------------------------------------------------------- */

/* `dispatching` is raised before `connected` is read, and disconnect clears `connected` before it reads `dispatching`:
 * one of the two sees the other. */
/*@ requires storage: Controller(g_controller);
    requires off:     Running && g_flag == 0 && g_here == 1;
    requires due:     LineDue && line == &g_controller->lines[DueLine];
    requires once:    g_dispatched == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_dispatched, g_patience;
    ensures  same:    Running;
    ensures  moved:   Move{Pre}(g_master, g_slave);
*/
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_deliver(parallel_isr_pic8259_line *line)
{
  (void)parallel_isr_backend_fetch_add(&line->dispatching, 1);
  if (parallel_isr_backend_load(&line->connected) != 0)
    (void)parallel_isr_dispatch((parallel_isr_port *)parallel_isr_backend_load_pointer(&line->port));
  (void)parallel_isr_backend_fetch_sub(&line->dispatching, 1);
}

/* Below the limit no number of processors can carry it past the end. */
/*@ requires storage: Controller(g_controller);
    requires none:    !LineDue;
    requires chip:    counter == &g_controller->spurious[g_master_due == PARALLEL_ISR_SPEC_NONE ? 0 : 1];
    terminates \true;  exits \false;
    assigns  \nothing;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_count(volatile uint32_t *counter)
{
  if (parallel_isr_backend_load(counter) < PARALLEL_ISR_COUNTER_LIMIT) (void)parallel_isr_backend_fetch_add(counter, 1);
}

/*@ requires storage: Controller(controller) && irq < 16;
    requires off:     Running && g_flag == 0 && g_here == 1;
    requires chips:   Acknowledged(irq) && (Real(irq) ? Owes(irq, 1) : Owes(irq, 0));
    requires fresh:   g_dispatched == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_CHIPS, g_master_due, g_slave_due, g_flag, g_masks, g_in_dpc, g_irq, g_dispatched,
             g_patience;
    ensures  paid:    NothingDue;
    ensures  none:    !Real{Pre}(irq) ==> g_dispatched == 0;
    ensures  off:     Running && g_flag == 0 && g_in_dpc == \old(g_in_dpc);
    ensures  setup:   KeepsSetup(\old(g_master), g_master) && KeepsSetup(\old(g_slave), g_slave);
*/
PARALLEL_ISR_API void parallel_isr_pic8259_interrupt(parallel_isr_pic8259 *controller, uint8_t irq)
{
  const bool genuine = !parallel_isr_pic8259_may_be_spurious(irq) || parallel_isr_pic8259_in_service(irq);
  if (genuine)
    parallel_isr_pic8259_deliver(&controller->lines[irq]);
  else
    parallel_isr_pic8259_count(&controller->spurious[irq / 8u]);
  /* Behind the chain: until then the chip holds back what is not more urgent, and disconnect can tell. */
  parallel_isr_pic8259_end_of_interrupt(irq, genuine);
  if (genuine) parallel_isr_pic8259_lower(controller);
}

/*@ requires storage: Controller(controller) && irq < 16;
    terminates \true;  exits \false;
    assigns  \nothing;
*/
PARALLEL_ISR_API uint32_t parallel_isr_pic8259_spurious(parallel_isr_pic8259 *controller, uint8_t irq)
{
  return parallel_isr_backend_load(&controller->spurious[irq / 8u]);
}

#ifdef __cplusplus
}
#endif

#endif /* PARALLEL_ISR_BACKEND_BODIES */

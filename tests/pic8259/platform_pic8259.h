/* SPDX-License-Identifier: MIT */
/*
 * The conformance core on the 8259 backend, and what the tests of this platform see and do besides.
 *
 * Every interrupt is a real one: an emulated parallel port raises it when its strobe falls.
 */
#ifndef PLATFORM_PIC8259_H
#define PLATFORM_PIC8259_H

#include "conformance.h"
#include "lpt.h"
#include "machine.h"
#include "platform.h"

/* The parallel ports of the machine: of port 0, of port 1, and one that the slave serves. */
#define LPT1 ((uint16_t)0x378)
#define LPT1_IRQ 7u
#define LPT2 ((uint16_t)0x278)
#define LPT2_IRQ 5u
#define LPT3 ((uint16_t)0x268)
#define LPT3_IRQ 12u

#define MASTER_VECTOR 0x20u
#define SLAVE_VECTOR 0x28u
#define TRAP_VECTOR 1u

extern parallel_isr_pic8259 chips;

/* Which processor this is: PARALLEL_ISR_PIC8259_CPU(). A register that nothing else uses says so, for asking the local
 * APIC is slow under emulation, and the library asks often. */
static inline uint32_t platform_processor(void)
{
  uint32_t selector;
  __asm__ volatile("mov %%fs, %0" : "=r"(selector));
  return selector == 0;
}

/* How often a line's vector was taken in this case, whatever for. */
extern volatile uint32_t platform_taken[PARALLEL_ISR_PIC8259_LINES];

void platform_start(void); /* once */

/* From here to the end of the case DPCs run by themselves. */
void platform_let_dpcs_run(void);

/* Returns that, once it is the count, or when an interrupt that is due would have been taken long since. */
uint32_t platform_wait(uint32_t irq, uint32_t count);

/* The handler of all the lines' vectors: take, then the library's trampoline. */
void platform_handle(machine_frame *frame);

/* Counts the interrupt, and accepts it at the device, as a driver would: the line falls. */
void platform_take(uint32_t irq);

/* A device of the line raises it. It is taken at once if nothing holds it back. */
void platform_strobe(uint32_t irq);

/* The line's device is told that its interrupt was taken; a request that the chip has latched is forgotten. */
void platform_discard(uint32_t irq);

/* ---- what the chips say ------------------------------------------------------------------------------------------ */

uint32_t platform_masks(void);      /* bit n: line n is masked */
uint32_t platform_requests(void);   /* bit n: a request of line n is latched; without the timer's */
uint32_t platform_in_service(void); /* bit n: line n is in service */

/* A processor between two calls of the library: interrupts on, no DPC running or left, nothing in service. */
void platform_check_quiet(void);

/* ---- the second processor ---------------------------------------------------------------------------------------- */

#if PARALLEL_ISR_PIC8259_CPUS > 1
/* It does this, interrupts on, at PASSIVE_LEVEL, beside whatever this one does. */
void platform_elsewhere(void (*job)(void));
BOOLEAN platform_elsewhere_done(void);
/* Waits until it is done. */
void platform_join(void);

/* Somebody waits for the gate, which is held. */
BOOLEAN platform_somebody_waits(parallel_isr_port *port);

/* Whether this processor takes the chips' interrupts. The first does from the start. If both do, one of them may ask
 * when the other has been answered: that is a spurious 7. */
void platform_take_interrupts(BOOLEAN on);
#endif

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The PC under the image: I/O ports, interrupt vectors, text on a serial line, the boot loader's gifts, the time, the
 * end. Nothing here knows the library.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- I/O ports --------------------------------------------------------------------------------------------------- */

static inline uint8_t machine_in(uint16_t address)
{
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(address) : "memory");
  return value;
}

static inline void machine_out(uint16_t address, uint8_t value)
{
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(address) : "memory");
}

/* ---- interrupts -------------------------------------------------------------------------------------------------- */

#define MACHINE_VECTORS 64u
#define MACHINE_FLAG_TRAP 0x100u
#define MACHINE_FLAG_INTERRUPT 0x200u

/* What was interrupted. A handler may change it: that is what is resumed. */
typedef struct machine_frame {
  uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax; /* esp is where the stub found it, and is not restored */
  uint32_t vector, error;
  uint32_t eip, cs, eflags;
} machine_frame;

/* Called with interrupts off. */
typedef void (*machine_handler)(machine_frame *frame);

/* Who handles a vector, on every processor. A vector without a handler ends the image with MACHINE_CRASHED. */
void machine_handle(uint32_t vector, machine_handler handler);

static inline void machine_interrupts_off(void)
{
  __asm__ volatile("cli" : : : "memory");
}

static inline void machine_interrupts_on(void)
{
  __asm__ volatile("sti" : : : "memory");
}

/* Turns interrupts off. Returns whether they were on. */
static inline bool machine_interrupts_save(void)
{
  uint32_t flags;
  __asm__ volatile("pushf\n\tpop %0\n\tcli" : "=r"(flags) : : "memory");
  return (flags & MACHINE_FLAG_INTERRUPT) != 0;
}

static inline void machine_interrupts_restore(bool on)
{
  if (on) machine_interrupts_on();
}

/* Waits for an interrupt. sti; hlt is one step: no interrupt comes in between. */
static inline void machine_wait_for_interrupt(void)
{
  __asm__ volatile("sti\n\thlt" : : : "memory");
}

static inline void machine_pause(void)
{
  __asm__ volatile("rep; nop" : : : "memory");
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

/* The time stamp counter. Under `qemu -icount shift=0`: instructions executed, 1 ns each. */
static inline uint64_t machine_time(void)
{
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
  return (uint64_t)high << 32 | low;
}

/* ---- text on COM1 ------------------------------------------------------------------------------------------------ */

void machine_print(const char *text);
void machine_print_number(uint32_t number);
void machine_print_hex(uint32_t number);

/* ---- the boot loader --------------------------------------------------------------------------------------------- */

/* The command line behind the image's own name; "" if there is none. */
const char *machine_command_line(void);

/* The first module. False: there is none. */
bool machine_module(const uint8_t **start, uint32_t *length);

/* The decimal number behind `name=` in the command line, or a default. */
uint32_t machine_option(const char *name, uint32_t value);

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* QEMU's isa-debug-exit at 501h ends with the status (value << 1) | 1, and with 1 or 0 on failures of its own. */
#define MACHINE_PASSED 0x10u  /* status 33 */
#define MACHINE_FAILED 0x11u  /* status 35 */
#define MACHINE_CRASHED 0x7Fu /* status 255 */

_Noreturn void machine_exit(uint8_t value);

/* ---- a second processor ------------------------------------------------------------------------------------------ */

/* Starts the second processor (`qemu -smp 2`) in entry(), interrupts off, with a stack of its own. It shares the
 * vectors; the 8259's interrupts go to the first processor only. */
void machine_start_processor(void (*entry)(void));

/* 0 or 1. */
static inline uint32_t machine_processor(void)
{
  return *(volatile uint32_t *)0xFEE00020u >> 24; /* the local APIC's number */
}

/* ---- the image --------------------------------------------------------------------------------------------------- */

/* What the image is for. Called once, interrupts off, vectors ready. */
int main(void);

#endif

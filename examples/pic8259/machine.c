/* SPDX-License-Identifier: MIT */
#include "machine.h"

/* ---- what the compiler calls ------------------------------------------------------------------------------------- */

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memset(void *to, int value, size_t length);

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
  void *destination = to;
  __asm__ volatile("rep movsb" : "+D"(destination), "+S"(from), "+c"(length) : : "memory");
  return to;
}

void *memset(void *to, int value, size_t length)
{
  void *destination = to;
  __asm__ volatile("rep stosb" : "+D"(destination), "+c"(length) : "a"(value) : "memory");
  return to;
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

#define COM1 ((uint16_t)0x3F8)

static void serial_initialize(void)
{
  machine_out(COM1 + 1, 0x00); /* no interrupts */
  machine_out(COM1 + 3, 0x80); /* divisor: */
  machine_out(COM1 + 0, 0x01); /* 115200 bit/s */
  machine_out(COM1 + 1, 0x00);
  machine_out(COM1 + 3, 0x03); /* 8 bits, no parity, 1 stop bit */
  machine_out(COM1 + 2, 0x07); /* FIFOs on and empty */
  machine_out(COM1 + 4, 0x03); /* ready */
}

static void serial_put(char character)
{
  while ((machine_in(COM1 + 5) & 0x20u) == 0) machine_pause();
  machine_out(COM1, (uint8_t)character);
}

void machine_print(const char *text)
{
  for (uint32_t i = 0; text[i] != '\0'; i++) serial_put(text[i]);
}

void machine_print_number(uint32_t number)
{
  char digits[11];
  uint32_t first = sizeof digits - 1;
  digits[first] = '\0';
  do {
    digits[--first] = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  machine_print(&digits[first]);
}

void machine_print_hex(uint32_t number)
{
  for (uint32_t i = 0; i < 8; i++) serial_put("0123456789abcdef"[number >> (28 - 4 * i) & 0xFu]);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

_Noreturn void machine_exit(uint8_t value)
{
  machine_out(0x501, value);
  for (;;) __asm__ volatile("cli\n\thlt");
}

/* ---- interrupts -------------------------------------------------------------------------------------------------- */

typedef struct gate {
  uint16_t offset_low, selector, kind, offset_high;
} gate;

typedef struct table_pointer {
  uint16_t limit;
  uint16_t base_low, base_high; /* in halves, so that there is no padding */
} table_pointer;

#define STUB_SIZE 16u

extern const uint8_t machine_stubs[];
void machine_interrupt(machine_frame *frame);
void machine_start(uint32_t magic, const uint32_t *information);
void machine_ap_started(void);

static gate gates[MACHINE_VECTORS];
static machine_handler volatile handlers[MACHINE_VECTORS];

void machine_handle(uint32_t vector, machine_handler handler)
{
  handlers[vector] = handler;
}

static _Noreturn void crash(const machine_frame *frame)
{
  machine_print("crash vector ");
  machine_print_number(frame->vector);
  machine_print(" error ");
  machine_print_hex(frame->error);
  machine_print(" at ");
  machine_print_hex(frame->eip);
  machine_print("\n");
  machine_exit(MACHINE_CRASHED);
}

/* Called by the stubs. */
void machine_interrupt(machine_frame *frame)
{
  const machine_handler handler = handlers[frame->vector];
  if (handler == NULL) crash(frame);
  handler(frame);
}

static void load_vectors(void)
{
  const uintptr_t base = (uintptr_t)gates;
  const table_pointer pointer = {sizeof gates - 1, (uint16_t)(base & 0xFFFFu), (uint16_t)(base >> 16)};
  __asm__ volatile("lidt %0" : : "m"(pointer));
}

static void initialize_vectors(void)
{
  for (uint32_t vector = 0; vector < MACHINE_VECTORS; vector++) {
    const uintptr_t stub = (uintptr_t)&machine_stubs[vector * STUB_SIZE];
    gates[vector].offset_low = (uint16_t)(stub & 0xFFFFu);
    gates[vector].selector = 8;
    gates[vector].kind = 0x8E00; /* interrupt gate: interrupts off */
    gates[vector].offset_high = (uint16_t)(stub >> 16);
  }
  load_vectors();
}

/* ---- the boot loader --------------------------------------------------------------------------------------------- */

#define MULTIBOOT_FLAG_COMMAND_LINE 0x4u
#define MULTIBOOT_FLAG_MODULES 0x8u

/* Words of the multiboot information, and of a module's entry in its table. */
enum { MULTIBOOT_FLAGS = 0, MULTIBOOT_COMMAND_LINE = 4, MULTIBOOT_MODULE_COUNT = 5, MULTIBOOT_MODULES = 6 };
enum { MODULE_START = 0, MODULE_END = 1 };

static const uint32_t *multiboot;

const char *machine_command_line(void)
{
  if ((multiboot[MULTIBOOT_FLAGS] & MULTIBOOT_FLAG_COMMAND_LINE) == 0) return "";
  const char *text = (const char *)multiboot[MULTIBOOT_COMMAND_LINE];
  while (*text != '\0' && *text != ' ') text++;
  while (*text == ' ') text++;
  return text;
}

bool machine_module(const uint8_t **start, uint32_t *length)
{
  if ((multiboot[MULTIBOOT_FLAGS] & MULTIBOOT_FLAG_MODULES) == 0 || multiboot[MULTIBOOT_MODULE_COUNT] == 0)
    return false;
  const uint32_t *module = (const uint32_t *)multiboot[MULTIBOOT_MODULES];
  *start = (const uint8_t *)module[MODULE_START];
  *length = module[MODULE_END] - module[MODULE_START];
  return true;
}

/* What follows `name=` if the text starts with that; or NULL. */
static const char *option_value(const char *text, const char *name)
{
  while (*name != '\0' && *text == *name) {
    text++;
    name++;
  }
  return *name == '\0' && *text == '=' ? text + 1 : NULL;
}

uint32_t machine_option(const char *name, uint32_t value)
{
  const char *text = machine_command_line();
  while (*text != '\0') {
    const char *digits = option_value(text, name);
    if (digits != NULL)
      for (value = 0; *digits >= '0' && *digits <= '9'; digits++) value = value * 10 + (uint32_t)(*digits - '0');
    while (*text != '\0' && *text != ' ') text++;
    while (*text == ' ') text++;
  }
  return value;
}

/* ---- a second processor ------------------------------------------------------------------------------------------ */

#define AP_START 0x8000u /* as in boot.S */

extern const uint8_t machine_ap_start[], machine_ap_start_end[];
static void (*volatile ap_entry)(void);

static volatile uint32_t *local_apic(uint32_t offset)
{
  return (volatile uint32_t *)(0xFEE00000u + offset);
}

/* Called by boot.S on the second processor. */
void machine_ap_started(void)
{
  load_vectors();
  ap_entry();
}

void machine_start_processor(void (*entry)(void))
{
  ap_entry = entry;
  (void)memcpy((void *)AP_START, machine_ap_start, (size_t)(machine_ap_start_end - machine_ap_start));
  *local_apic(0x0F0) |= 0x100u;     /* on */
  *local_apic(0x310) = 0;           /* to all but this one: */
  *local_apic(0x300) = 0x000C4500u; /* INIT, then 10 ms: a read of port 80h takes about 1 us */
  for (uint32_t i = 0; i < 10000; i++) (void)machine_in(0x80);
  *local_apic(0x300) = 0x000C4600u | AP_START >> 12; /* start there */
}

/* ---- the start --------------------------------------------------------------------------------------------------- */

/* Called by boot.S. */
void machine_start(uint32_t magic, const uint32_t *information)
{
  serial_initialize();
  initialize_vectors();
  multiboot = information;
  if (magic != 0x2BADB002u) {
    machine_print("not started by a multiboot loader\n");
    machine_exit(MACHINE_CRASHED);
  }
  machine_exit((uint8_t)main());
}

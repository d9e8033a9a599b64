/* SPDX-License-Identifier: MIT */
/* Runs every case of an image (conformance_groups), one after the other, on the first processor. */
#include "context.h"
#include "image.h"
#include "machine.h"
#include "platform_pic8259.h"

enum { CASE_FAILED = 1, CASE_SKIPPED = 2 };

static context runner;
static uint32_t failures;

static void print_field(const char *text)
{
  machine_print(" ");
  machine_print(text);
}

static void print_value(int64_t value)
{
  machine_print(" 0x");
  machine_print_hex((uint32_t)((uint64_t)value >> 32));
  machine_print_hex((uint32_t)value);
}

void image_count(const char *name, const uint32_t *numbers, uint32_t length)
{
  machine_print("count");
  print_field(name);
  for (uint32_t i = 0; i < length; i++) {
    machine_print(" ");
    machine_print_number(numbers[i]);
  }
  machine_print("\n");
}

/* With a second processor there is no way back: nobody knows where it is. */
_Noreturn static void end_case(uint32_t result)
{
  machine_print("\n");
  if (PARALLEL_ISR_PIC8259_CPUS > 1 && result == CASE_FAILED) machine_exit(MACHINE_FAILED);
  context_restore(&runner, result);
}

_Noreturn void platform_fail(const char *file, int line, const char *text, int64_t actual, int64_t expected)
{
  machine_interrupts_off();
  machine_print("failed");
  print_field(file);
  machine_print(" ");
  machine_print_number((uint32_t)line);
  machine_print(" ");
  machine_print_number(conformance_step);
  print_value(actual);
  print_value(expected);
  print_field(text);
  end_case(CASE_FAILED);
}

_Noreturn void platform_skip(const char *why)
{
  machine_interrupts_off();
  machine_print("skipped");
  print_field(why);
  end_case(CASE_SKIPPED);
}

static void run(const conformance_case *one)
{
  machine_print("case");
  print_field(one->name);
  machine_print("\n");
  switch (context_save(&runner)) {
  case 0:
    conformance_run(one);
    machine_print("passed\n");
    break;
  case CASE_FAILED:
    failures++;
    break;
  default:
    break;
  }
}

int main(void)
{
  uint32_t cases = 0;
  for (uint32_t i = 0; i < conformance_group_count; i++) cases += conformance_groups[i]->count;
  machine_print("cases ");
  machine_print_number(cases);
  machine_print("\n");
  platform_start();
  for (uint32_t i = 0; i < conformance_group_count; i++)
    for (uint32_t k = 0; k < conformance_groups[i]->count; k++) run(&conformance_groups[i]->cases[k]);
  return failures == 0 ? MACHINE_PASSED : MACHINE_FAILED;
}

/* SPDX-License-Identifier: MIT */
/*
 * The conformance core on a user's own backend (tests/unit/backend_custom.h): one simulated processor. An interrupt
 * that arrives while interrupts are off stays pending, and is taken when they are turned on.
 */
#include "conformance.h"
#include "platform.h"

static uint32_t simulated_interrupts_off(void);
static void simulated_interrupts_restore(uint32_t were_on);
static bool interrupts_off;

#define CUSTOM_INTERRUPTS_OFF() simulated_interrupts_off()
#define CUSTOM_INTERRUPTS_RESTORE(were_on) simulated_interrupts_restore(were_on)
#define CUSTOM_INTERRUPTS_ARE_OFF() interrupts_off

#define PARALLEL_ISR_TRACE(port, event, object) conformance_trace(port, event, object)
#define PARALLEL_ISR_IMPLEMENTATION
#include "parallel_isr.h"

/* The interrupt controller: one line for each port. */
static struct line {
  parallel_isr_port *port; /* NULL: the line is closed */
  bool pending, asserted_at_connect;
  NTSTATUS status;
  uint32_t connects, disconnects;
} lines[2];

static NTSTATUS drive_line_0(parallel_isr_port *port, BOOLEAN open);
static NTSTATUS drive_line_1(parallel_isr_port *port, BOOLEAN open);

static struct line *line_of(const parallel_isr_configuration *configuration)
{
  return configuration->backend.line == drive_line_0 ? &lines[0] : &lines[1];
}

static NTSTATUS drive_line(struct line *line, parallel_isr_port *port, BOOLEAN open)
{
  if (!open) {
    line->port = NULL;
    line->disconnects++;
    return STATUS_SUCCESS;
  }
  if (line->status != STATUS_SUCCESS) return line->status;
  line->port = port;
  line->connects++;
  if (line->asserted_at_connect) (void)custom_interrupt(port);
  return STATUS_SUCCESS;
}

static NTSTATUS drive_line_0(parallel_isr_port *port, BOOLEAN open)
{
  return drive_line(&lines[0], port, open);
}

static NTSTATUS drive_line_1(parallel_isr_port *port, BOOLEAN open)
{
  return drive_line(&lines[1], port, open);
}

static uint32_t simulated_interrupts_off(void)
{
  uint32_t were_on = !interrupts_off;
  interrupts_off = true;
  return were_on;
}

static void simulated_interrupts_restore(uint32_t were_on)
{
  if (were_on == 0u) return;
  interrupts_off = false;
  for (uint32_t i = 0; i < 2u; i++)
    if (lines[i].pending && lines[i].port != NULL) {
      lines[i].pending = false;
      (void)custom_interrupt(lines[i].port);
    }
}

BOOLEAN platform_configure(parallel_isr_configuration *configuration, uint32_t index)
{
  interrupts_off = false;
  custom_level = PASSIVE_LEVEL;
  lines[index] = (struct line){0};
  configuration->connect_version = CONNECT_LINE_BASED;
  configuration->backend.line = index == 0 ? drive_line_0 : drive_line_1;
  return TRUE;
}

platform_answer platform_interrupt(parallel_isr_port *port)
{
  if (line_of(port->configuration)->port == NULL) return PLATFORM_NOT_DELIVERED;
  return custom_interrupt(port) ? PLATFORM_CLAIMED : PLATFORM_UNCLAIMED;
}

BOOLEAN platform_interrupt_elsewhere(parallel_isr_port *port)
{
  (void)port;
  return FALSE;
}

void platform_assert_line(parallel_isr_port *port)
{
  line_of(port->configuration)->pending = true;
}

BOOLEAN platform_assert_at_connect(parallel_isr_configuration *configuration)
{
  line_of(configuration)->asserted_at_connect = true;
  return TRUE;
}

BOOLEAN platform_fail_connect(parallel_isr_configuration *configuration, NTSTATUS status)
{
  line_of(configuration)->status = status;
  return TRUE;
}

BOOLEAN platform_configure_messages(parallel_isr_configuration *configuration, uint32_t count)
{
  (void)configuration;
  (void)count;
  return FALSE;
}

platform_answer platform_message(parallel_isr_port *port, uint32_t message)
{
  (void)port;
  (void)message;
  return PLATFORM_NOT_DELIVERED;
}

BOOLEAN platform_describe(parallel_isr_port *port, IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *specified)
{
  (void)port;
  (void)specified;
  return FALSE;
}

uint32_t platform_line_connects(const parallel_isr_port *port)
{
  return line_of(port->configuration)->connects;
}

uint32_t platform_line_disconnects(const parallel_isr_port *port)
{
  return line_of(port->configuration)->disconnects;
}

BOOLEAN platform_run_dpc(parallel_isr_port *port)
{
  return custom_run_dpc(port);
}

KIRQL platform_raise(parallel_isr_port *port, KIRQL level)
{
  KIRQL old = platform_level(port);
  if (level > DISPATCH_LEVEL)
    interrupts_off = true;
  else
    custom_level = level;
  return old;
}

void platform_lower(parallel_isr_port *port, KIRQL level)
{
  (void)port;
  if (level > DISPATCH_LEVEL) return;
  custom_level = level;
  simulated_interrupts_restore(interrupts_off);
}

KIRQL platform_level(const parallel_isr_port *port)
{
  return parallel_isr_backend_level(port);
}

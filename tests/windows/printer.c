/* SPDX-License-Identifier: MIT */
/* A parallel port with a printer: it takes a byte when the strobe is given, and acknowledges it when a case says so. */
#include "hooks.h"

#define DATA 0u
#define STATUS 1u
#define CONTROL 2u

#define STATUS_NOT_ERROR 0x08u
#define STATUS_SELECT 0x10u
#define STATUS_PAPER_OUT 0x20u
#define STATUS_NOT_ACK 0x40u
#define STATUS_NOT_BUSY 0x80u
#define CONTROL_STROBE 0x01u
#define CONTROL_INTERRUPTS 0x10u

sim_printer sim_the_printer;

UCHAR sim_port_read(USHORT port)
{
  sim_printer *const self = &sim_the_printer;
  (void)InterlockedIncrement(&sim_counted.accesses);
  switch (port - self->base) {
  case DATA:
    return self->data;
  case STATUS:
    return (UCHAR)(STATUS_NOT_ERROR | STATUS_SELECT | STATUS_NOT_ACK | (self->busy ? 0u : STATUS_NOT_BUSY) | 7u) ^
           (self->fault ? (UCHAR)(STATUS_NOT_ERROR | STATUS_PAPER_OUT) : 0);
  case CONTROL:
    return (UCHAR)(self->control | 0xc0u);
  default:
    sim_violation("a driver reads port %#x, which is not its own", port);
    return 0xff;
  }
}

/* The falling edge of the strobe gives the printer the byte. */
void sim_port_write(USHORT port, UCHAR value)
{
  sim_printer *const self = &sim_the_printer;
  (void)InterlockedIncrement(&sim_counted.accesses);
  switch (port - self->base) {
  case DATA:
    self->data = value;
    return;
  case CONTROL:
    if ((value & CONTROL_STROBE) == 0 && (self->control & CONTROL_STROBE) != 0) {
      if (self->busy) self->lost++;
      if (self->count == sizeof self->paper) sim_fatal("the paper is full");
      self->paper[self->count++] = self->data;
      self->busy = true;
    }
    self->control = value & 0x3fu;
    return;
  default:
    sim_violation("a driver writes port %#x, which is not its own", port);
    return;
  }
}

void sim_printer_reset(void)
{
  memset(&sim_the_printer, 0, sizeof sim_the_printer);
  sim_the_printer.base = 0x378;
  sim_the_printer.vector = 7;
}

bool sim_printer_acknowledge(void)
{
  sim_printer *const self = &sim_the_printer;
  if (!self->busy) return false;
  self->busy = false;
  if ((self->control & CONTROL_INTERRUPTS) != 0) (void)sim_interrupt(self->vector);
  return true;
}

/* SPDX-License-Identifier: MIT */
/*
 * An example driver: a printer on a shared parallel port, one byte for each interrupt.
 *
 * Thread level puts bytes into a ring buffer. The ISR takes them out: an interrupt says that the printer has taken the
 * last byte, so it sends the next. It takes the port with TryAllocatePortAtInterruptLevel for a burst of bytes, and
 * gives it back behind the last of them without waiting for the printer. If somebody else has it when the printer is
 * done, the deferred port check routine goes on once the port is free again.
 */
#ifndef PRINTER_H
#define PRINTER_H

#include "port.h"

#define PRINTER_RING 64u  /* bytes; a power of two */
#define PRINTER_BURST 32u /* bytes for which the port is kept */

typedef struct printer {
  parallel_isr_port *port;
  PARALLEL_INTERRUPT_INFORMATION interrupt; /* what connect returned */
  uint16_t base;                            /* the registers */

  uint8_t ring[PRINTER_RING];
  uint32_t put; /* thread level: bytes ever put into the ring */

  /* The rest belongs to the routines that run at DIRQL. No two of them ever run at once, so it needs no lock. */
  uint32_t ready;         /* bytes that they know of: put, as of the last visit */
  volatile uint32_t sent; /* bytes taken out; thread level reads it */
  BOOLEAN owner;          /* the port is ours */
  BOOLEAN awaiting;       /* the printer has not yet taken the last byte */
  uint32_t burst;         /* bytes sent since we took the port */
  volatile uint8_t fault; /* a status that means trouble; 0: none */

  volatile NTSTATUS allocation; /* of the request for the port: PENDING until it has ended */

  /* For the demo's table. */
  uint32_t called, claimed, checks, taken, failed, freed; /* at DIRQL */
  uint32_t allocated, granted, released;                  /* at thread level, the second by the completion */
} printer;

/* Connects to the port and starts the device. STATUS_UNSUCCESSFUL: no printer is there; nothing is connected.
 * PASSIVE_LEVEL; waits for the port. */
NTSTATUS printer_start(printer *self, parallel_isr_port *port);

/* Puts bytes into the ring and has them sent. Returns how many it took: the ring may be full. PASSIVE_LEVEL. */
uint32_t printer_write(printer *self, const uint8_t *bytes, uint32_t length);

/* Everything that was written has been taken by the printer; the port is given back then. PASSIVE_LEVEL. */
BOOLEAN printer_flush(printer *self);

/* Stops the device and disconnects. Before: printer_flush() returned TRUE, or the printer is at fault. PASSIVE_LEVEL;
 * waits for the port. */
NTSTATUS printer_stop(printer *self);

#endif

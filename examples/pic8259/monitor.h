/* SPDX-License-Identifier: MIT */
/*
 * An example driver: a monitor that shares the printer's port, and reads its status while it owns it.
 *
 * It gets the port in two ways. At thread level it asks for it with PORT_ALLOCATE, and waits in the queue if somebody
 * has it. And its deferred port check routine takes it when it happens to be free. Either way thread level reads the
 * status and gives the port back. Its device never interrupts, but its ISR is in the chain, for the sake of the
 * deferred routine; it claims nothing.
 */
#ifndef MONITOR_H
#define MONITOR_H

#include "port.h"

#define MONITOR_PATIENCE 4u /* visits for which it waits for its deferred routine before it asks for the port */

typedef enum monitor_state {
  MONITOR_AWAY,    /* does not want the port: not started yet, or retired */
  MONITOR_IDLE,    /* does not have it, and may take it */
  MONITOR_WAITING, /* has asked for it */
  MONITOR_OWNER    /* has it */
} monitor_state;

typedef struct monitor {
  parallel_isr_port *port;
  PARALLEL_INTERRUPT_INFORMATION interrupt; /* what connect returned */
  uint16_t base;                            /* the registers */
  volatile monitor_state state;             /* leaves IDLE at DIRQL only, WAITING in the completion only */
  uint32_t visits;                          /* thread level: since it became idle */
  uint8_t status;                           /* the last one that was read */

  /* For the demo's table. */
  uint32_t called, checks, taken, failed, allocated, granted, ended, freed, samples;
} monitor;

NTSTATUS monitor_start(monitor *self, parallel_isr_port *port);

/* One visit: asks for the port, or reads the status and gives the port back. STATUS_SUCCESS, or why it cannot go on.
 * PASSIVE_LEVEL. */
NTSTATUS monitor_visit(monitor *self);

/* Gives back what it has, and asks for nothing more. TRUE: it has nothing. PASSIVE_LEVEL. */
BOOLEAN monitor_retire(monitor *self);

/* Disconnects. monitor_retire() has returned TRUE. */
NTSTATUS monitor_stop(monitor *self);

#endif

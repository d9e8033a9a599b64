/* SPDX-License-Identifier: MIT */
/*
 * The registers of a standard parallel port.
 *
 * The sequences are good for the port of a PC and for QEMU's, which differs in two ways: its line falls only when the
 * status is read, and every write that leaves INIT and SELECT set raises it if interrupts were on before.
 */
#ifndef LPT_H
#define LPT_H

#include "machine.h"

#define LPT_SPAN 3u

#define LPT_STATUS_NOT_BUSY 0x80u
#define LPT_STATUS_PAPER_OUT 0x20u
#define LPT_STATUS_SELECTED 0x10u
#define LPT_STATUS_NOT_ERROR 0x08u

#define LPT_CONTROL_STROBE 0x01u
#define LPT_CONTROL_NOT_INIT 0x04u
#define LPT_CONTROL_SELECT 0x08u
#define LPT_CONTROL_INTERRUPTS 0x10u

#define LPT_CONTROL_IDLE ((uint8_t)(LPT_CONTROL_NOT_INIT | LPT_CONTROL_SELECT | LPT_CONTROL_INTERRUPTS))

static inline uint8_t lpt_status(uint16_t base)
{
  return machine_in((uint16_t)(base + 1));
}

static inline void lpt_control(uint16_t base, uint8_t value)
{
  machine_out((uint16_t)(base + 2), value);
}

/* A printer is there, has paper, and complains of nothing. An absent port reads FFh. */
static inline bool lpt_is_well(uint8_t status)
{
  return (status & (LPT_STATUS_PAPER_OUT | LPT_STATUS_SELECTED | LPT_STATUS_NOT_ERROR)) ==
         (LPT_STATUS_SELECTED | LPT_STATUS_NOT_ERROR);
}

/* Resets the printer, at least 50 us, and turns its interrupts on. */
static inline void lpt_start(uint16_t base)
{
  lpt_control(base, LPT_CONTROL_SELECT);
  for (uint32_t i = 0; i < 100; i++) (void)machine_in(0x80); /* about 1 us each */
  lpt_control(base, LPT_CONTROL_IDLE);
}

/* Turns its interrupts off, deselected first, so that no last one comes of it. */
static inline void lpt_stop(uint16_t base)
{
  lpt_control(base, LPT_CONTROL_NOT_INIT | LPT_CONTROL_INTERRUPTS);
  lpt_control(base, LPT_CONTROL_NOT_INIT);
  lpt_control(base, LPT_CONTROL_NOT_INIT | LPT_CONTROL_SELECT);
}

/* Sends a byte. The printer interrupts when it has taken it. */
static inline void lpt_send(uint16_t base, uint8_t byte)
{
  machine_out(base, byte);
  lpt_control(base, LPT_CONTROL_IDLE | LPT_CONTROL_STROBE);
  lpt_control(base, LPT_CONTROL_IDLE);
}

#endif

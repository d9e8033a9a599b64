/* SPDX-License-Identifier: MIT */
/*
 * A parallel port for clients in other modules: the port, and the registers of a standard one.
 *
 * The sequences are good for the port of a PC and for QEMU's, which differs in two ways: its line falls only when the
 * status is read, and every write that leaves INIT and SELECT set raises it if interrupts were on before.
 */
#ifndef LPT_H
#define LPT_H

#include <linux/io.h>

#include "parallel_isr.h"

#define LPT_STATUS 1u
#define LPT_CONTROL 2u
#define LPT_SPAN 3u

#define LPT_STATUS_NOT_BUSY 0x80u
#define LPT_STATUS_PAPER_OUT 0x20u
#define LPT_STATUS_SELECTED 0x10u
#define LPT_STATUS_NOT_ERROR 0x08u

#define LPT_CONTROL_STROBE 0x01u
#define LPT_CONTROL_NOT_INIT 0x04u
#define LPT_CONTROL_SELECT 0x08u
#define LPT_CONTROL_INTERRUPTS 0x10u
#define LPT_CONTROL_IDLE (LPT_CONTROL_NOT_INIT | LPT_CONTROL_SELECT | LPT_CONTROL_INTERRUPTS)

/* The port: module parallel_isr_lpt, loaded as long as one of its users is. */
parallel_isr_port *lpt_port(void);

/* Where its registers are: what GET_PARALLEL_PORT_INFO says. */
static inline NTSTATUS lpt_find(parallel_isr_port *port, unsigned long *base)
{
  PARALLEL_PORT_INFORMATION information;
  parallel_isr_device_request request = {
      .code = IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO,
      .system_buffer = &information,
      .output_length = sizeof(information),
  };
  NTSTATUS status = parallel_isr_device_control(port, &request);

  if (status == STATUS_SUCCESS) *base = (unsigned long)information.Controller;
  return status;
}

/* A printer is there, has paper, and complains of nothing. An absent port reads FFh. */
static inline bool lpt_is_well(unsigned long base)
{
  return (inb(base + LPT_STATUS) & (LPT_STATUS_PAPER_OUT | LPT_STATUS_SELECTED | LPT_STATUS_NOT_ERROR)) ==
         (LPT_STATUS_SELECTED | LPT_STATUS_NOT_ERROR);
}

/* Sends a byte. The printer interrupts when it has taken it. */
static inline void lpt_send(unsigned long base, u8 byte)
{
  outb(byte, base);
  outb(LPT_CONTROL_IDLE | LPT_CONTROL_STROBE, base + LPT_CONTROL);
  outb(LPT_CONTROL_IDLE, base + LPT_CONTROL);
}

/* Turns its interrupts off, deselected first, so that no last one comes of it. */
static inline void lpt_stop(unsigned long base)
{
  outb(LPT_CONTROL_NOT_INIT | LPT_CONTROL_INTERRUPTS, base + LPT_CONTROL);
  outb(LPT_CONTROL_NOT_INIT, base + LPT_CONTROL);
  outb(LPT_CONTROL_NOT_INIT | LPT_CONTROL_SELECT, base + LPT_CONTROL);
}

#endif

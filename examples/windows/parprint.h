/* SPDX-License-Identifier: MIT */
/*
 * What a program needs to know of \\.\ParPrint0: WriteFile() prints, and returns when the printer has taken the last
 * byte; DeviceIoControl() reads the counters.
 *
 * Include wdm.h or winioctl.h before.
 */
#ifndef PARPRINT_H
#define PARPRINT_H

#define IOCTL_PARPRINT_STATISTICS CTL_CODE(FILE_DEVICE_PRINTER, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)

/* Output of IOCTL_PARPRINT_STATISTICS. All of one instant. */
typedef struct parprint_statistics {
  ULONG called;  /* interrupts that came to the ISR */
  ULONG claimed; /* and were the printer's */
  ULONG taken;   /* times the ISR or the deferred routine took the port */
  ULONG failed;  /* times the port belonged to somebody else */
  ULONG checks;  /* calls of the deferred port check routine */
  ULONG bytes;   /* bytes sent */
} parprint_statistics;

#endif

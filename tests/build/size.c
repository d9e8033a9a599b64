/* SPDX-License-Identifier: MIT */
/* What size.py measures: the library on a uniprocessor backend, what the platform calls, and the sizes of its types. */
#define PARALLEL_ISR_IMPLEMENTATION
#include "parallel_isr.h"

BOOLEAN size_interrupt(parallel_isr_port *port);
void size_dpc(parallel_isr_port *port);

BOOLEAN size_interrupt(parallel_isr_port *port)
{
  return parallel_isr_dispatch(port);
}

void size_dpc(parallel_isr_port *port)
{
  parallel_isr_run_dpc(port);
}

char size_of_port[sizeof(parallel_isr_port)];
char size_of_connection[sizeof(parallel_isr_connection)];
char size_of_request[sizeof(parallel_isr_request)];

/* SPDX-License-Identifier: MIT */
/* Runs a port through the table of user.c, which another unit, perhaps in C++, filled. Exit status 0: it worked. */
#include "parallel_isr.h"

#include "user.h"

static BOOLEAN count_interrupt(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
  (void)Interrupt;
  ++*(int *)ServiceContext;
  return TRUE;
}

int main(void)
{
  int interrupts = 0;
  parallel_isr_port port;
  parallel_isr_connection connections[1];
  parallel_isr_configuration configuration = {.connections = connections,
                                              .connection_capacity = 1,
                                              .enable_connect_interrupt = TRUE,
                                              .connect_version = CONNECT_LINE_BASED};
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service = {.InterruptServiceRoutine = count_interrupt,
                                                .InterruptServiceContext = &interrupts};
  PARALLEL_INTERRUPT_INFORMATION information;
  const user_calls *calls = user_table();

  if (calls->initialize(&port, &configuration) != STATUS_SUCCESS) return 1;
  if (calls->connect(&port, NULL, &service, &information) != STATUS_SUCCESS) return 2;
  if (parallel_isr_host_interrupt(&port) != TRUE || interrupts != 1) return 3;
  if (calls->try_allocate_port(information.Context) != TRUE) return 4;
  if (calls->free(&port, NULL) != STATUS_SUCCESS) return 5;
  if (calls->remove(&port) != STATUS_SUCCESS) return 6;
  return 0;
}

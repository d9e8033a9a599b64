/* SPDX-License-Identifier: MIT */
/* Every function of the header with the type that the DDI or the documentation gives it. */
#ifndef USER_H
#define USER_H

#include "parallel_isr.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct user_calls {
  NTSTATUS (*initialize)(parallel_isr_port *, const parallel_isr_configuration *);
  NTSTATUS (*remove)(parallel_isr_port *);
  NTSTATUS(*connect)
  (parallel_isr_port *, PVOID, const PARALLEL_INTERRUPT_SERVICE_ROUTINE *, PARALLEL_INTERRUPT_INFORMATION *);
  NTSTATUS (*disconnect)(parallel_isr_port *, const PARALLEL_INTERRUPT_SERVICE_ROUTINE *);
  BOOLEAN (*synchronize)(parallel_isr_port *, PKSYNCHRONIZE_ROUTINE, PVOID);
  NTSTATUS (*iterate)(parallel_isr_port *, parallel_isr_visitor, PVOID);
  NTSTATUS (*query_statistics)(parallel_isr_port *, parallel_isr_statistics *);
  PPARALLEL_TRY_ALLOCATE_ROUTINE try_allocate_port;
  PPARALLEL_FREE_ROUTINE free_port;
  PPARALLEL_QUERY_WAITERS_ROUTINE query_waiters;
  NTSTATUS (*allocate)(parallel_isr_port *, PVOID, parallel_isr_completion_routine, PVOID);
  NTSTATUS (*cancel)(parallel_isr_port *, parallel_isr_completion_routine, PVOID);
  NTSTATUS (*free)(parallel_isr_port *, PVOID);
  NTSTATUS (*device_control)(parallel_isr_port *, parallel_isr_device_request *);
} user_calls;

const user_calls *user_table(void);

#ifdef __cplusplus
}
#endif

#endif

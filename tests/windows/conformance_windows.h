/* SPDX-License-Identifier: MIT */
/*
 * The conformance core as a driver, conformance.sys: what its sources see first, and what the simulator does for it. It
 * exports conformance_nth(); its library has the Windows backend, and the imports of a driver.
 */
#ifndef CONFORMANCE_WINDOWS_H
#define CONFORMANCE_WINDOWS_H

#include <wdm.h>

#include <parallel.h>

typedef enum conformance_result {
  CONFORMANCE_PASSED,
  CONFORMANCE_FAILED,
  CONFORMANCE_SKIPPED,
  CONFORMANCE_NO_CASE
} conformance_result;

typedef struct conformance_services {
  PDEVICE_OBJECT (*device)(ULONG index); /* as new: its line is LINE + index */
  void (*set_messages)(ULONG index, ULONG count);
  void (*set_connect)(ULONG index, NTSTATUS status, BOOLEAN asserted);
  void (*count)(ULONG index, ULONG *connects, ULONG *disconnects);
  int (*interrupt)(ULONG vector); /* sim_answer */
  KIRQL (*level)(void);
  KIRQL (*set_level)(KIRQL level);
  BOOLEAN (*run_dpc)(PKDPC dpc); /* at DISPATCH_LEVEL, if it is queued */
  BOOLEAN (*synchronize)(PKINTERRUPT object, PKSYNCHRONIZE_ROUTINE routine, PVOID context);
  void (*begin)(void);
  void (*end)(void); /* of a case that passed: nothing is left to run */
  void (*say)(const char *text);
} conformance_services;

#define CONFORMANCE_VECTOR 20u
#define CONFORMANCE_DIRQL ((KIRQL)8)

#ifdef CONFORMANCE_CASES
#undef NONE /* an enumerator of theirs */
#include "parallel_isr.h"

/* Where the system has interrupt objects, they are what KeSynchronizeExecution() takes. */
BOOLEAN conformance_synchronize(PKINTERRUPT object, PKSYNCHRONIZE_ROUTINE routine, PVOID context);
#define parallel_isr_synchronize(object, routine, context) \
  _Generic((object), PKINTERRUPT                           \
           : conformance_synchronize, default              \
           : parallel_isr_synchronize)(object, routine, context)
#endif

#endif

// SPDX-License-Identifier: MIT
/*
 * Module parallel_isr_monitor: a second client of the port. It counts the interrupts of the line, claims none, and
 * takes the port for a moment whenever it hears that it is free, as another driver would.
 *
 * Its counts are in /sys/module/parallel_isr_monitor/parameters.
 */
#include <linux/module.h>

#include "lpt.h"

static uint interrupts, checks, taken;
module_param(interrupts, uint, 0444);
MODULE_PARM_DESC(interrupts, "interrupts of the line");
module_param(checks, uint, 0444);
MODULE_PARM_DESC(checks, "times the deferred port check routine was called");
module_param(taken, uint, 0444);
MODULE_PARM_DESC(taken, "times it took the port");

static PARALLEL_INTERRUPT_INFORMATION information;
static bool connected; /* connect has returned, so there is a handle to take the port with */

static BOOLEAN NTAPI monitor_isr(PKINTERRUPT interrupt, PVOID context)
{
  (void)interrupt;
  (void)context;
  interrupts++;
  return FALSE;
}

static void NTAPI monitor_check(PVOID context)
{
  (void)context;
  checks++;
  if (!connected || !information.TryAllocatePortAtInterruptLevel(information.Context)) return;
  taken++;
  information.FreePortFromInterruptLevel(information.Context);
}

/* At DIRQL: the routines of the chain do not run meanwhile. */
static BOOLEAN NTAPI monitor_ready(PVOID context)
{
  (void)context;
  connected = true;
  return TRUE;
}

static const PARALLEL_INTERRUPT_SERVICE_ROUTINE service = {
    .InterruptServiceRoutine = monitor_isr,
    .DeferredPortCheckRoutine = monitor_check,
};

static int __init monitor_load(void)
{
  NTSTATUS status = parallel_isr_connect(lpt_port(), NULL, &service, &information);

  if (status == STATUS_SUCCESS) (void)parallel_isr_synchronize(information.InterruptObject, monitor_ready, NULL);
  return parallel_isr_linux_errno(status);
}

static void __exit monitor_unload(void)
{
  (void)parallel_isr_disconnect(lpt_port(), &service);
}

module_init(monitor_load);
module_exit(monitor_unload);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Counts the interrupts of a shared parallel port");

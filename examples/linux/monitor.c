// SPDX-License-Identifier: MIT
/*
 * Module parallel_isr_monitor: a second client of the port. It counts the interrupts of the line, claims none, and
 * takes the port for a moment whenever it hears that it is free, as another driver would.
 *
 * Its counts are in /sys/module/parallel_isr_monitor/parameters, and may be read while they change.
 */
#include <linux/module.h>
#include <linux/sysfs.h>

#include "lpt.h"

static uint interrupts, checks, taken;

static int monitor_get(char *buffer, const struct kernel_param *parameter)
{
  return sysfs_emit(buffer, "%u\n", READ_ONCE(*(const uint *)parameter->arg));
}

static const struct kernel_param_ops monitor_count = {.get = monitor_get};

module_param_cb(interrupts, &monitor_count, &interrupts, 0444);
MODULE_PARM_DESC(interrupts, "interrupts of the line");
module_param_cb(checks, &monitor_count, &checks, 0444);
MODULE_PARM_DESC(checks, "times the deferred port check routine was called");
module_param_cb(taken, &monitor_count, &taken, 0444);
MODULE_PARM_DESC(taken, "times it took the port");

static PARALLEL_INTERRUPT_INFORMATION information;
static bool connected; /* connect has returned, so there is a handle to take the port with */

/* At DIRQL, where nobody else counts. */
static void count(uint *counter)
{
  WRITE_ONCE(*counter, *counter + 1);
}

static BOOLEAN NTAPI monitor_isr(PKINTERRUPT interrupt, PVOID context)
{
  (void)interrupt;
  (void)context;
  count(&interrupts);
  return FALSE;
}

static void NTAPI monitor_check(PVOID context)
{
  (void)context;
  count(&checks);
  if (!connected || !information.TryAllocatePortAtInterruptLevel(information.Context)) return;
  count(&taken);
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

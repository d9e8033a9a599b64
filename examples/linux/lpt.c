// SPDX-License-Identifier: MIT
/*
 * Module parallel_isr_lpt: the parallel port LPT1, and the library for the modules of its clients.
 *
 * The port is at /sys/kernel/debug/parallel_isr_lpt/statistics. Beside a parport_pc that was loaded with irq=none, and
 * so polls, load it with share=1: both write the registers then, each for its clients.
 */
#include <linux/debugfs.h>
#include <linux/ioport.h>
#include <linux/module.h>

#define PARALLEL_ISR_IMPLEMENTATION
#include "lpt.h"
#include "statistics.h"

static unsigned short base = 0x378;
module_param(base, ushort, 0444);
MODULE_PARM_DESC(base, "I/O address of the registers");

static unsigned int irq = 7;
module_param(irq, uint, 0444);
MODULE_PARM_DESC(irq, "number of the interrupt");

static bool share;
module_param(share, bool, 0444);
MODULE_PARM_DESC(share, "leave the registers to another driver, too");

static parallel_isr_connection connections[8];
static parallel_isr_request requests[16];
static parallel_isr_configuration configuration = {
    .connections = connections,
    .connection_capacity = ARRAY_SIZE(connections),
    .requests = requests,
    .request_capacity = ARRAY_SIZE(requests),
    .enable_connect_interrupt = TRUE,
    .connect_version = CONNECT_FULLY_SPECIFIED,
    .span_of_controller = LPT_SPAN,
    .backend = {.name = KBUILD_MODNAME},
};
static parallel_isr_port port;
static struct dentry *directory;

parallel_isr_port *lpt_port(void)
{
  return &port;
}
EXPORT_SYMBOL_GPL(lpt_port);

EXPORT_SYMBOL_GPL(parallel_isr_connect);
EXPORT_SYMBOL_GPL(parallel_isr_disconnect);
EXPORT_SYMBOL_GPL(parallel_isr_connect_interrupt_ex);
EXPORT_SYMBOL_GPL(parallel_isr_disconnect_interrupt_ex);
EXPORT_SYMBOL_GPL(parallel_isr_synchronize);
EXPORT_SYMBOL_GPL(parallel_isr_iterate);
EXPORT_SYMBOL_GPL(parallel_isr_query_statistics);
EXPORT_SYMBOL_GPL(parallel_isr_try_allocate_port);
EXPORT_SYMBOL_GPL(parallel_isr_free_port);
EXPORT_SYMBOL_GPL(parallel_isr_query_waiters);
EXPORT_SYMBOL_GPL(parallel_isr_allocate);
EXPORT_SYMBOL_GPL(parallel_isr_cancel);
EXPORT_SYMBOL_GPL(parallel_isr_free);
EXPORT_SYMBOL_GPL(parallel_isr_device_control);
EXPORT_SYMBOL_GPL(parallel_isr_initialize);
EXPORT_SYMBOL_GPL(parallel_isr_remove);
EXPORT_SYMBOL_GPL(parallel_isr_linux_errno);

static int __init lpt_load(void)
{
  NTSTATUS status;

  if (!share && !request_region(base, LPT_SPAN, KBUILD_MODNAME)) return -EBUSY;
  configuration.original_controller.QuadPart = base;
  configuration.controller = (PUCHAR)(unsigned long)base;
  configuration.backend.irq = irq;
  status = parallel_isr_initialize(&port, &configuration);
  if (status != STATUS_SUCCESS) {
    if (!share) release_region(base, LPT_SPAN);
    return parallel_isr_linux_errno(status);
  }
  directory = debugfs_create_dir(KBUILD_MODNAME, NULL);
  debugfs_create_file("statistics", 0444, directory, &port, &statistics_fops);
  return 0;
}

/* Its clients' modules were unloaded before: they use its symbols. */
static void __exit lpt_unload(void)
{
  debugfs_remove(directory);
  (void)parallel_isr_remove(&port);
  if (!share) release_region(base, LPT_SPAN);
}

module_init(lpt_load);
module_exit(lpt_unload);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A parallel port shared by interrupt");

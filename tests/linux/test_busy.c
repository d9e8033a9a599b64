// SPDX-License-Identifier: MIT
/*
 * A module that is unloaded while its routines are called: its client goes first, then the stream of interrupts. Code
 * and data of both are gone a moment later.
 */
#include <linux/kthread.h>
#include <linux/module.h>

#include "test.h"

static u32 calls; /* of the ISR */
static unsigned long base;
static struct task_struct *thread;
static PARALLEL_INTERRUPT_INFORMATION information;

static BOOLEAN NTAPI busy_isr(PKINTERRUPT interrupt, PVOID context)
{
  (void)interrupt;
  (void)context;
  (void)inb(base + LPT_STATUS);
  WRITE_ONCE(calls, calls + 1);
  return TRUE;
}

static void NTAPI busy_check(PVOID context)
{
  (void)context;
}

static const PARALLEL_INTERRUPT_SERVICE_ROUTINE service = {busy_isr, NULL, busy_check, NULL};

/* Interrupts, and rounds of checks. */
static int busy(void *unused)
{
  while (!kthread_should_stop()) {
    for (u32 i = 0; i < 64; i++) {
      outb(LPT_CONTROL_IDLE, base + LPT_CONTROL);
      if (information.TryAllocatePortAtInterruptLevel(information.Context))
        information.FreePortFromInterruptLevel(information.Context);
    }
    cond_resched();
  }
  return 0;
}

static int __init busy_load(void)
{
  NTSTATUS status = lpt_find(lpt_port(), &base);

  if (status == STATUS_SUCCESS) status = parallel_isr_connect(lpt_port(), NULL, &service, &information);
  if (status != STATUS_SUCCESS) return parallel_isr_linux_errno(status);
  thread = kthread_create(busy, NULL, "test_busy");
  if (IS_ERR(thread)) {
    (void)parallel_isr_disconnect(lpt_port(), &service);
    return PTR_ERR(thread);
  }
  kthread_bind(thread, 1);
  wake_up_process(thread);
  while (READ_ONCE(calls) < 100) cond_resched();
  return 0;
}

static void __exit busy_unload(void)
{
  (void)parallel_isr_disconnect(lpt_port(), &service);
  kthread_stop(thread);
  lpt_stop(base);
}

module_init(busy_load);
module_exit(busy_unload);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Tests: unloaded while busy");

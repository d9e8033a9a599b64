// SPDX-License-Identifier: MIT
/* A client of the port in a module of its own. */
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/module.h>

#include "test.h"

static struct peer {
  PARALLEL_INTERRUPT_INFORMATION information;
  u32 interrupts;
  struct completion ended, checked;
  NTSTATUS status;
} peer;

static atomic_t failures = ATOMIC_INIT(0);

void test_check(bool good, const char *file, int line, const char *text)
{
  if (good) return;
  if (atomic_inc_return(&failures) <= 10) test_say("failed %s:%d: %s", strrchr(file, '/') + 1, line, text);
}
EXPORT_SYMBOL_GPL(test_check);

static BOOLEAN NTAPI peer_isr(PKINTERRUPT interrupt, PVOID context)
{
  struct peer *self = context;

  (void)interrupt;
  CHECK(irqs_disabled());
  WRITE_ONCE(self->interrupts, self->interrupts + 1);
  return FALSE;
}

static void NTAPI peer_check(PVOID context)
{
  struct peer *self = context;

  CHECK(irqs_disabled());
  complete(&self->checked);
}

static void NTAPI peer_ended(PVOID context, NTSTATUS status)
{
  struct peer *self = context;

  CHECK(in_softirq() && !irqs_disabled());
  self->status = status;
  complete(&self->ended);
}

static const PARALLEL_INTERRUPT_SERVICE_ROUTINE service = {
    .InterruptServiceRoutine = peer_isr,
    .InterruptServiceContext = &peer,
    .DeferredPortCheckRoutine = peer_check,
    .DeferredPortCheckContext = &peer,
};

NTSTATUS peer_connect(void)
{
  peer.interrupts = 0;
  return parallel_isr_connect(lpt_port(), &peer, &service, &peer.information);
}
EXPORT_SYMBOL_GPL(peer_connect);

NTSTATUS peer_disconnect(void)
{
  return parallel_isr_disconnect(lpt_port(), &service);
}
EXPORT_SYMBOL_GPL(peer_disconnect);

u32 peer_interrupts(void)
{
  return READ_ONCE(peer.interrupts);
}
EXPORT_SYMBOL_GPL(peer_interrupts);

bool peer_try_allocate(void)
{
  return peer.information.TryAllocatePortAtInterruptLevel(peer.information.Context) != FALSE;
}
EXPORT_SYMBOL_GPL(peer_try_allocate);

void peer_free(void)
{
  peer.information.FreePortFromInterruptLevel(peer.information.Context);
}
EXPORT_SYMBOL_GPL(peer_free);

NTSTATUS peer_allocate(void)
{
  reinit_completion(&peer.ended);
  peer.status = STATUS_PENDING;
  return parallel_isr_allocate(lpt_port(), &peer, peer_ended, &peer);
}
EXPORT_SYMBOL_GPL(peer_allocate);

NTSTATUS peer_wait(void)
{
  wait_for_completion(&peer.ended);
  return peer.status;
}
EXPORT_SYMBOL_GPL(peer_wait);

static BOOLEAN NTAPI peer_nothing(PVOID context)
{
  (void)context;
  return TRUE;
}

/* The routine runs under the gate: who had that has seen it return. */
void peer_wait_for_check(void)
{
  wait_for_completion(&peer.checked);
  reinit_completion(&peer.checked);
  CHECK(parallel_isr_synchronize(lpt_port(), peer_nothing, NULL));
}
EXPORT_SYMBOL_GPL(peer_wait_for_check);

static int __init peer_load(void)
{
  init_completion(&peer.ended);
  init_completion(&peer.checked);
  return 0;
}

static void __exit peer_unload(void) {}

module_init(peer_load);
module_exit(peer_unload);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Tests: a client in another module");

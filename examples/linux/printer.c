// SPDX-License-Identifier: MIT
/*
 * Module parallel_isr_printer: a printer on the shared parallel port, one byte for each interrupt.
 *
 * A write to /dev/parallel_isr_printer returns when the printer has taken the last byte. The ISR takes the port with
 * TryAllocatePortAtInterruptLevel for a burst of bytes, and gives it back behind the last of them without waiting for
 * the printer. If somebody else has it when the printer is done, the deferred port check routine goes on.
 */
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

#include "lpt.h"

#define PRINTER_BURST 32u /* bytes for which the port is kept */

static struct printer {
  parallel_isr_port *port;
  PARALLEL_INTERRUPT_INFORMATION interrupt; /* what connect returned */
  unsigned long base;                       /* the registers */
  struct mutex writer;                      /* one write at a time */
  u8 bytes[4096];                           /* what is printed now */
  u32 written;                              /* how many these are: the writer's */

  /* The rest belongs to the routines that run at DIRQL. No two of them ever run at once, so it needs no lock. */
  u32 length;             /* how many are to be printed */
  u32 sent;               /* of them */
  u32 burst;              /* bytes sent since the port was taken */
  bool owner;             /* the port is ours */
  bool awaiting;          /* the printer has not yet taken the last byte */
  struct completion done; /* everything was taken, or the printer is at fault */
  bool fault;
} printer;

/* ---- at DIRQL ---------------------------------------------------------------------------------------------------- */

static void printer_give_back(struct printer *self)
{
  self->owner = false;
  self->interrupt.FreePortFromInterruptLevel(self->interrupt.Context);
}

static bool printer_take(struct printer *self)
{
  if (!self->interrupt.TryAllocatePortAtInterruptLevel(self->interrupt.Context)) return false;
  self->owner = true;
  self->burst = 0;
  return true;
}

/* Nothing is left to be done for this write. */
static void printer_finish(struct printer *self)
{
  if (self->owner) printer_give_back(self);
  self->length = 0;
  self->sent = 0;
  complete(&self->done);
}

/* Sends the next byte, if there is one and the port is ours or can be. */
static void printer_advance(struct printer *self)
{
  if (self->awaiting || self->sent == self->length) return;
  if (!self->owner && !printer_take(self)) return;
  self->awaiting = true;
  lpt_send(self->base, self->bytes[self->sent]);
  self->sent++;
  self->burst++;
  if (self->burst == PRINTER_BURST) printer_give_back(self);
}

/* The ISR. The port has no "interrupt pending" bit: the interrupt is ours if we wait for one. Reading the status is
 * harmless whoever owns the port. */
static BOOLEAN NTAPI printer_isr(PKINTERRUPT interrupt, PVOID context)
{
  struct printer *self = context;

  (void)interrupt;
  if (!self->awaiting) return FALSE;
  self->awaiting = false;
  self->fault = !lpt_is_well(self->base);
  if (self->fault || self->sent == self->length)
    printer_finish(self);
  else
    printer_advance(self);
  return TRUE;
}

/* The deferred port check routine: the port is free. */
static void NTAPI printer_check(PVOID context)
{
  printer_advance(context);
}

/* There is something to print. */
static BOOLEAN NTAPI printer_begin(PVOID context)
{
  struct printer *self = context;

  self->length = self->written;
  self->sent = 0;
  self->fault = false;
  printer_advance(self);
  return TRUE;
}

/* The writer gives up. A byte that the printer has not yet taken may still come out. */
static BOOLEAN NTAPI printer_abandon(PVOID context)
{
  struct printer *self = context;

  if (self->owner) printer_give_back(self);
  self->length = 0;
  self->sent = 0;
  self->awaiting = false;
  return TRUE;
}

/* ---- at thread level --------------------------------------------------------------------------------------------- */

/* The request for the port has ended. DISPATCH_LEVEL. */
static void NTAPI printer_allocated(PVOID context, NTSTATUS status)
{
  (void)status;
  complete(context);
}

/* Takes the port, and waits for it: the control register is not to be written by whom it does not belong to. */
static NTSTATUS printer_allocate(struct printer *self)
{
  DECLARE_COMPLETION_ONSTACK(allocated);
  NTSTATUS status = parallel_isr_allocate(self->port, self, printer_allocated, &allocated);

  if (status != STATUS_PENDING) return status;
  wait_for_completion(&allocated); /* nobody cancels it, and the port stays while this module does */
  return STATUS_SUCCESS;
}

static int printer_print(struct printer *self, u32 length)
{
  reinit_completion(&self->done);
  self->written = length;
  (void)parallel_isr_synchronize(self->interrupt.InterruptObject, printer_begin, self);
  if (wait_for_completion_interruptible(&self->done) != 0) {
    (void)parallel_isr_synchronize(self->interrupt.InterruptObject, printer_abandon, self);
    return -EINTR;
  }
  return self->fault ? -EIO : 0;
}

static ssize_t printer_write(struct file *file, const char __user *bytes, size_t count, loff_t *position)
{
  size_t length = min(count, sizeof(printer.bytes));
  ssize_t result = 0;

  if (length == 0) return 0;
  if (mutex_lock_interruptible(&printer.writer) != 0) return -EINTR;
  if (copy_from_user(printer.bytes, bytes, length) != 0) result = -EFAULT;
  if (result == 0) result = printer_print(&printer, (u32)length);
  mutex_unlock(&printer.writer);
  return result != 0 ? result : (ssize_t)length;
}

static const struct file_operations printer_operations = {
    .owner = THIS_MODULE,
    .write = printer_write,
};

static struct miscdevice printer_device = {
    .minor = MISC_DYNAMIC_MINOR,
    .name = KBUILD_MODNAME,
    .fops = &printer_operations,
};

/* Makes the printer interrupt, or be silent. */
static NTSTATUS printer_switch(struct printer *self, bool on)
{
  NTSTATUS status = printer_allocate(self);

  if (status != STATUS_SUCCESS) return status;
  if (on)
    outb(LPT_CONTROL_IDLE, self->base + LPT_CONTROL);
  else
    lpt_stop(self->base);
  if (on && !lpt_is_well(self->base)) status = STATUS_UNSUCCESSFUL;
  (void)parallel_isr_free(self->port, self);
  return status;
}

static const PARALLEL_INTERRUPT_SERVICE_ROUTINE printer_service = {
    .InterruptServiceRoutine = printer_isr,
    .InterruptServiceContext = &printer,
    .DeferredPortCheckRoutine = printer_check,
    .DeferredPortCheckContext = &printer,
};

static int __init printer_load(void)
{
  NTSTATUS status;
  int error;

  mutex_init(&printer.writer);
  init_completion(&printer.done);
  printer.port = lpt_port();
  status = lpt_find(printer.port, &printer.base);
  /* The routines may be called at once: with nothing to print they do not use what connect returns. */
  if (status == STATUS_SUCCESS)
    status = parallel_isr_connect(printer.port, &printer, &printer_service, &printer.interrupt);
  if (status != STATUS_SUCCESS) return parallel_isr_linux_errno(status);
  error = parallel_isr_linux_errno(printer_switch(&printer, true));
  if (error == 0) error = misc_register(&printer_device);
  if (error != 0) {
    (void)printer_switch(&printer, false);
    (void)parallel_isr_disconnect(printer.port, &printer_service);
  }
  return error;
}

static void __exit printer_unload(void)
{
  misc_deregister(&printer_device);
  (void)printer_switch(&printer, false); /* the device first: nobody will listen */
  (void)parallel_isr_disconnect(printer.port, &printer_service);
}

module_init(printer_load);
module_exit(printer_unload);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A printer on a shared parallel port");

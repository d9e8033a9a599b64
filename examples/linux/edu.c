// SPDX-License-Identifier: MIT
/*
 * Module parallel_isr_edu: QEMU's educational PCI device, by MSI or, where the device or the machine has none, by its
 * line. It has the library inside, in one translation unit.
 *
 * In /sys/kernel/debug/parallel_isr_edu/<device>: statistics, as of every port; form, what the device was connected by;
 * interrupts, how many were served; raise: write a number, and so many are raised, each when the one before was served.
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define PARALLEL_ISR_STATIC
#define PARALLEL_ISR_IMPLEMENTATION
#include "statistics.h"

#define EDU_VENDOR 0x1234
#define EDU_DEVICE 0x11e8

#define EDU_STATUS 0x24 /* interrupts that are asserted */
#define EDU_RAISE 0x60
#define EDU_ACKNOWLEDGE 0x64

static bool line;
module_param(line, bool, 0444);
MODULE_PARM_DESC(line, "use the line, whatever else the device has");

struct edu {
  parallel_isr_port port;
  parallel_isr_configuration configuration;
  parallel_isr_connection connections[2];
  parallel_isr_interrupt interrupt; /* our connection */
  void __iomem *registers;
  struct completion served;
  atomic_t interrupts;
  u32 form;      /* what connect answered, */
  PVOID context; /* for disconnect */
  struct mutex raiser;
  struct dentry *directory;
};

static struct dentry *directory;

/* The line may be shared: with others of this port, of this machine, of this kind. */
static BOOLEAN NTAPI edu_isr(PKINTERRUPT interrupt, PVOID context)
{
  struct edu *self = context;
  u32 status = readl(self->registers + EDU_STATUS);

  (void)interrupt;
  if (status == 0) return FALSE;
  writel(status, self->registers + EDU_ACKNOWLEDGE);
  atomic_inc(&self->interrupts);
  complete(&self->served);
  return TRUE;
}

static BOOLEAN NTAPI edu_message(PKINTERRUPT interrupt, PVOID context, ULONG message)
{
  return message == 0 && edu_isr(interrupt, context);
}

static int edu_raise(void *data, u64 count)
{
  struct edu *self = data;
  int error = 0;

  if (mutex_lock_interruptible(&self->raiser) != 0) return -EINTR;
  while (error == 0 && count > 0) {
    reinit_completion(&self->served); /* somebody may have raised it and left */
    writel(1, self->registers + EDU_RAISE);
    error = wait_for_completion_interruptible(&self->served);
    count--;
  }
  mutex_unlock(&self->raiser);
  return error;
}
DEFINE_DEBUGFS_ATTRIBUTE(edu_raise_fops, NULL, edu_raise, "%llu\n");

static NTSTATUS edu_connect(struct edu *self, struct pci_dev *pci)
{
  IO_CONNECT_INTERRUPT_PARAMETERS parameters = {
      .Version = CONNECT_MESSAGE_BASED,
      .MessageBased =
          {
              .PhysicalDeviceObject = (PDEVICE_OBJECT)pci,
              .ConnectionContext.Generic = &self->context,
              .MessageServiceRoutine = edu_message,
              .FallBackServiceRoutine = edu_isr,
              .ServiceContext = self,
          },
  };
  NTSTATUS status = parallel_isr_connect_interrupt_ex(&self->port, self, &self->interrupt, &parameters);

  self->form = parameters.Version;
  return status;
}

static void edu_disconnect(struct edu *self)
{
  const IO_DISCONNECT_INTERRUPT_PARAMETERS parameters = {
      .Version = self->form,
      .ConnectionContext.Generic = self->context,
  };

  (void)parallel_isr_disconnect_interrupt_ex(&self->interrupt, &parameters);
}

static void edu_show(struct edu *self, struct pci_dev *pci)
{
  self->directory = debugfs_create_dir(pci_name(pci), directory);
  debugfs_create_file("statistics", 0444, self->directory, &self->port, &statistics_fops);
  debugfs_create_u32("form", 0444, self->directory, &self->form);
  debugfs_create_atomic_t("interrupts", 0444, self->directory, &self->interrupts);
  debugfs_create_file("raise", 0200, self->directory, self, &edu_raise_fops);
}

static int edu_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
  struct edu *self = devm_kzalloc(&pci->dev, sizeof(*self), GFP_KERNEL);
  NTSTATUS status;
  int error;

  if (self == NULL) return -ENOMEM;
  error = pcim_enable_device(pci);
  if (error == 0) error = pcim_iomap_regions(pci, 1, KBUILD_MODNAME);
  if (error != 0) return error;
  pci_set_master(pci); /* a message is a write of the device's */
  self->registers = pcim_iomap_table(pci)[0];
  init_completion(&self->served);
  mutex_init(&self->raiser);
  self->configuration.connections = self->connections;
  self->configuration.connection_capacity = ARRAY_SIZE(self->connections);
  self->configuration.enable_connect_interrupt = TRUE;
  self->configuration.connect_version = line ? CONNECT_LINE_BASED : CONNECT_MESSAGE_BASED;
  self->configuration.backend.name = KBUILD_MODNAME;
  self->configuration.backend.pci = pci;
  self->configuration.backend.messages = PARALLEL_ISR_MAX_MESSAGES;
  status = parallel_isr_initialize(&self->port, &self->configuration);
  if (status != STATUS_SUCCESS) return parallel_isr_linux_errno(status);
  status = edu_connect(self, pci);
  if (status != STATUS_SUCCESS) {
    (void)parallel_isr_remove(&self->port);
    return parallel_isr_linux_errno(status);
  }
  pci_set_drvdata(pci, self);
  edu_show(self, pci);
  return 0;
}

/* Whoever raises interrupts by debugfs has left it when it is removed; silence the device then. */
static void edu_remove(struct pci_dev *pci)
{
  struct edu *self = pci_get_drvdata(pci);

  debugfs_remove(self->directory);
  writel(~0u, self->registers + EDU_ACKNOWLEDGE);
  edu_disconnect(self);
  (void)parallel_isr_remove(&self->port);
}

static const struct pci_device_id edu_devices[] = {
    {PCI_DEVICE(EDU_VENDOR, EDU_DEVICE)},
    {},
};
MODULE_DEVICE_TABLE(pci, edu_devices);

static struct pci_driver edu_driver = {
    .name = KBUILD_MODNAME,
    .id_table = edu_devices,
    .probe = edu_probe,
    .remove = edu_remove,
};

static int __init edu_load(void)
{
  int error;

  directory = debugfs_create_dir(KBUILD_MODNAME, NULL);
  error = pci_register_driver(&edu_driver);
  if (error != 0) debugfs_remove(directory);
  return error;
}

static void __exit edu_unload(void)
{
  pci_unregister_driver(&edu_driver);
  debugfs_remove(directory);
}

module_init(edu_load);
module_exit(edu_unload);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("QEMU's educational device");

/* SPDX-License-Identifier: MIT */
#include "cases.h"
#include "hooks.h"

port the_port;
client alice, bob, carol;

/* ---- the port ---------------------------------------------------------------------------------------------------- */

NTSTATUS port_add(port *self)
{
  DRIVER_OBJECT *const driver = sim_find_driver(L"\\Driver\\parisr");
  memset(self, 0, sizeof *self);
  if (driver == NULL) sim_fatal("parisr.sys is not loaded");
  CHECK_EQUAL(sim_device_create(&self->device, VECTOR, REGISTERS), STATUS_SUCCESS);
  const sim_state state = sim_state_get();
  const NTSTATUS status = driver->DriverExtension->AddDevice(driver, self->device.object);
  sim_state_check(&state, "AddDevice");
  self->fdo = sim_top(&self->device);
  return status;
}

typedef union resources {
  CM_RESOURCE_LIST list;
  UCHAR room[sizeof(CM_RESOURCE_LIST) + sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR)];
} resources;

static void describe(const port *self, resources *all, bool has_interrupt)
{
  memset(all, 0, sizeof *all);
  all->list.Count = 1;
  all->list.List[0].InterfaceType = Isa;
  CM_PARTIAL_RESOURCE_LIST *const partial = &all->list.List[0].PartialResourceList;
  CM_PARTIAL_RESOURCE_DESCRIPTOR *descriptor = partial->PartialDescriptors;
  partial->Version = partial->Revision = 1;
  partial->Count = has_interrupt ? 2u : 1u;
  descriptor->Type = CmResourceTypePort;
  descriptor->ShareDisposition = CmResourceShareDeviceExclusive;
  descriptor->Flags = CM_RESOURCE_PORT_IO;
  descriptor->u.Port.Start.QuadPart = self->device.ports;
  descriptor->u.Port.Length = 8;
  descriptor++;
  descriptor->Type = CmResourceTypeInterrupt;
  descriptor->ShareDisposition = CmResourceShareShared;
  descriptor->Flags = self->device.mode == Latched ? CM_RESOURCE_INTERRUPT_LATCHED : 0;
  descriptor->u.Interrupt.Level = SIM_DIRQL;
  descriptor->u.Interrupt.Vector = self->device.vector;
  descriptor->u.Interrupt.Affinity = 1;
}

NTSTATUS port_start(port *self, bool has_interrupt)
{
  resources raw, translated;
  sim_irp irp;
  describe(self, &raw, has_interrupt);
  describe(self, &translated, has_interrupt);
  sim_irp_create(&irp, self->fdo, IRP_MJ_PNP, IRP_MN_START_DEVICE);
  sim_irp_stack(&irp)->Parameters.StartDevice.AllocatedResources = &raw.list;
  sim_irp_stack(&irp)->Parameters.StartDevice.AllocatedResourcesTranslated = &translated.list;
  (void)sim_irp_send(&irp, self->fdo);
  return irp.result.Status;
}

void port_begin(void)
{
  CHECK_EQUAL(port_add(&the_port), STATUS_SUCCESS);
  CHECK_EQUAL(port_start(&the_port, true), STATUS_SUCCESS);
}

NTSTATUS port_pnp(port *self, UCHAR minor)
{
  sim_irp irp;
  sim_irp_create(&irp, self->fdo, IRP_MJ_PNP, minor);
  (void)sim_irp_send(&irp, self->fdo);
  CHECK_EQUAL(irp.ended, 1);
  return irp.result.Status;
}

void port_remove(port *self)
{
  CHECK_EQUAL(port_pnp(self, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
  CHECK_EQUAL(sim_top(&self->device), self->device.object);
  CHECK_EQUAL(sim_connected(self->device.vector), 0);
  CHECK_EQUAL(self->device.connects, self->device.disconnects);
  CHECK_EQUAL(sim_open_handles(), 0);
  sim_device_delete(&self->device);
}

void port_end(void)
{
  port_remove(&the_port);
  CHECK_EQUAL(sim_open_files(), 0);
  CHECK_EQUAL(sim_find_device(L"\\Device\\ParallelPort0"), NULL);
}

static NTSTATUS control(DEVICE_OBJECT *device, ULONG code, shared_buffer *buffer, ULONG in, ULONG out,
                        FILE_OBJECT *file, ULONG_PTR *information)
{
  sim_irp irp;
  (void)sim_irp_control(&irp, device, code, buffer, in, out, file);
  CHECK_EQUAL(irp.ended, 1);
  if (information != NULL) *information = irp.result.Information;
  return irp.result.Status;
}

NTSTATUS port_control(port *self, ULONG code, shared_buffer *buffer, ULONG in, ULONG out, FILE_OBJECT *file,
                      ULONG_PTR *information)
{
  return control(self->fdo, code, buffer, in, out, file, information);
}

/* ---- clients ----------------------------------------------------------------------------------------------------- */

static BOOLEAN NTAPI client_isr(PKINTERRUPT interrupt, PVOID context)
{
  client *const self = context;
  (void)InterlockedIncrement(&self->calls);
  self->interrupt = interrupt;
  self->level = sim_level();
  if (self->on_interrupt != NULL) self->on_interrupt(self);
  return self->claims;
}

static VOID NTAPI client_check(PVOID context)
{
  client *const self = context;
  (void)InterlockedIncrement(&self->checks);
  self->level = sim_level();
  if (self->connected && !sim_holds(self->information.InterruptObject))
    sim_violation("a deferred routine runs without the lock of the interrupt");
  if (self->on_check != NULL) self->on_check(self);
}

void client_open(client *self, const char *name)
{
  UNICODE_STRING string;
  memset(self, 0, sizeof *self);
  self->name = name;
  self->claims = TRUE;
  RtlInitUnicodeString(&string, L"\\Device\\ParallelPort0");
  CHECK_EQUAL(hook_IoGetDeviceObjectPointer(&string, FILE_READ_DATA, &self->file, &self->device), STATUS_SUCCESS);
}

void client_close(client *self)
{
  if (self->file != NULL) (void)hook_ObfDereferenceObject(self->file);
  self->file = NULL;
}

NTSTATUS client_connect(client *self, bool wants_checks)
{
  shared_buffer buffer;
  ULONG_PTR information;
  memset(&buffer, 0, sizeof buffer);
  buffer.service.InterruptServiceRoutine = client_isr;
  buffer.service.InterruptServiceContext = self;
  buffer.service.DeferredPortCheckRoutine = wants_checks ? client_check : NULL;
  buffer.service.DeferredPortCheckContext = self;
  self->service = buffer.service;
  self->connected = FALSE;
  const NTSTATUS status = control(self->device, IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT, &buffer,
                                  sizeof buffer.service, sizeof buffer.information, self->file, &information);
  CHECK_EQUAL(information, status == STATUS_SUCCESS ? sizeof buffer.information : 0);
  if (status == STATUS_SUCCESS) {
    self->information = buffer.information;
    (void)InterlockedExchange(&self->connected, TRUE);
  }
  return status;
}

NTSTATUS client_disconnect(client *self)
{
  shared_buffer buffer;
  ULONG_PTR information;
  buffer.service = self->service;
  const NTSTATUS status = control(self->device, IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT, &buffer,
                                  sizeof buffer.service, 0, self->file, &information);
  CHECK_EQUAL(information, 0);
  self->connected = FALSE;
  return status;
}

bool client_try(client *self)
{
  sim_enter_driver();
  return self->information.TryAllocatePortAtInterruptLevel(self->information.Context) != FALSE;
}

void client_free(client *self)
{
  sim_enter_driver();
  self->information.FreePortFromInterruptLevel(self->information.Context);
}

NTSTATUS client_allocate(client *self, sim_irp *irp)
{
  return sim_irp_control(irp, self->device, IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE, NULL, 0, 0, self->file);
}

NTSTATUS client_give(client *self)
{
  return control(self->device, IOCTL_INTERNAL_PARALLEL_PORT_FREE, NULL, 0, 0, self->file, NULL);
}

ULONG client_waiters(client *self)
{
  shared_buffer buffer;
  CHECK_EQUAL(
      control(self->device, IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &buffer, 0, sizeof buffer.port, self->file, NULL),
      STATUS_SUCCESS);
  return buffer.port.QueryNumWaiters(buffer.port.Context);
}

void check_free(void)
{
  sim_irp irp;
  CHECK_EQUAL(port_control(&the_port, IOCTL_INTERNAL_PARALLEL_PORT_FREE, NULL, 0, 0, NULL, NULL),
              STATUS_RESOURCE_NOT_OWNED);
  (void)sim_irp_control(&irp, the_port.fdo, IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE, NULL, 0, 0, NULL);
  CHECK_EQUAL(irp.returned, STATUS_SUCCESS);
  if (irp.returned == STATUS_PENDING) {
    (void)sim_irp_cancel(&irp);
    sim_run_dpcs();
    return;
  }
  CHECK_EQUAL(port_control(&the_port, IOCTL_INTERNAL_PARALLEL_PORT_FREE, NULL, 0, 0, NULL, NULL), STATUS_SUCCESS);
}

void open_all(void)
{
  port_begin();
  client_open(&alice, "alice");
  client_open(&bob, "bob");
  client_open(&carol, "carol");
}

void close_all(void)
{
  client *const all[] = {&alice, &bob, &carol};
  for (uint32_t i = 0; i < 3; i++) {
    if (all[i]->connected) CHECK_EQUAL(client_disconnect(all[i]), STATUS_SUCCESS);
    client_close(all[i]);
  }
  check_free();
  port_end();
}

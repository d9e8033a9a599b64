/* SPDX-License-Identifier: MIT */
/*
 * parisr.sys: the parallel port, a WDM function driver that serves the DDI's requests with the library.
 *
 * Each device gets \Device\ParallelPortN. Its clients are drivers: they send IRP_MJ_INTERNAL_DEVICE_CONTROL, and their
 * identity is the file object that they opened the port with (a request without one is nameless).
 *
 * The IRP of an ALLOCATE pends in two places at a time: in the library's queue, by which it is granted, and in
 * `waiting`, by which it is found when a handle is closed or the device is gone. The system's cancel spin lock makes
 * them one: a request is queued, and leaves `waiting`, under it. So a cancel routine that has begun has ended before
 * the IRP is completed.
 *
 * Removal: a surprise ends what waits and refuses what is new. The interrupt objects that clients hold stay until they
 * have closed their handles, which is when REMOVE_DEVICE comes; then parallel_isr_remove() disconnects whoever is left.
 */
#include <wdm.h>

#include <parallel.h>

#define PARALLEL_ISR_STATIC
#define PARALLEL_ISR_IMPLEMENTATION
#include "parallel_isr.h"

#define PARISR_CONNECTIONS 8u
#define PARISR_REQUESTS 32u
#define PARISR_TAG 0x72736950u

typedef struct parisr_device {
  PDEVICE_OBJECT self;
  PDEVICE_OBJECT physical;
  PDEVICE_OBJECT lower;   /* where IRPs go on */
  IO_REMOVE_LOCK lock;    /* held by every IRP until it is completed or passed on */
  BOOLEAN volatile ready; /* the device was started: the port exists until the device is deleted */
  BOOLEAN volatile gone;  /* it is removed, or about to be; set under the cancel spin lock, once */
  LIST_ENTRY waiting;     /* cancel spin lock: ALLOCATE requests that pend */
  MORE_PARALLEL_PORT_INFORMATION more;
  parallel_isr_configuration configuration;
  parallel_isr_connection connections[PARISR_CONNECTIONS];
  parallel_isr_request requests[PARISR_REQUESTS];
  parallel_isr_port port;
} parisr_device;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD parisr_unload;
static DRIVER_ADD_DEVICE parisr_add_device;
static __drv_dispatchType(IRP_MJ_CREATE) DRIVER_DISPATCH parisr_create;
static __drv_dispatchType(IRP_MJ_CLEANUP) __drv_dispatchType(IRP_MJ_CLOSE) DRIVER_DISPATCH parisr_close;
static __drv_dispatchType(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH parisr_refuse;
static __drv_dispatchType(IRP_MJ_INTERNAL_DEVICE_CONTROL) DRIVER_DISPATCH parisr_control;
static __drv_dispatchType(IRP_MJ_PNP) DRIVER_DISPATCH parisr_pnp;
static __drv_dispatchType(IRP_MJ_POWER) DRIVER_DISPATCH parisr_power;
static __drv_dispatchType(IRP_MJ_SYSTEM_CONTROL) DRIVER_DISPATCH parisr_pass;
static DRIVER_CANCEL parisr_cancel;
static IO_COMPLETION_ROUTINE parisr_lower_done;

/* ---- IRPs -------------------------------------------------------------------------------------------------------- */

static parisr_device *parisr_of(PDEVICE_OBJECT device)
{
  return (parisr_device *)device->DeviceExtension;
}

static NTSTATUS parisr_complete(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  IoCompleteRequest(irp, status == STATUS_SUCCESS ? IO_PARALLEL_INCREMENT : IO_NO_INCREMENT);
  return status;
}

/* Completes an IRP that holds the remove lock. */
static NTSTATUS parisr_finish(parisr_device *self, PIRP irp, NTSTATUS status, ULONG_PTR information)
{
  (void)parisr_complete(irp, status, information);
  IoReleaseRemoveLock(&self->lock, irp);
  return status;
}

/* Passes on an IRP that holds the remove lock. */
static NTSTATUS parisr_send_down(parisr_device *self, PIRP irp)
{
  NTSTATUS status;
  IoSkipCurrentIrpStackLocation(irp);
  status = IoCallDriver(self->lower, irp);
  IoReleaseRemoveLock(&self->lock, irp);
  return status;
}

static NTSTATUS NTAPI parisr_pass(PDEVICE_OBJECT device, PIRP irp)
{
  parisr_device *const self = parisr_of(device);
  const NTSTATUS status = IoAcquireRemoveLock(&self->lock, irp);
  return NT_SUCCESS(status) ? parisr_send_down(self, irp) : parisr_complete(irp, status, 0);
}

static NTSTATUS NTAPI parisr_power(PDEVICE_OBJECT device, PIRP irp)
{
  parisr_device *const self = parisr_of(device);
  NTSTATUS status = IoAcquireRemoveLock(&self->lock, irp);
  PoStartNextPowerIrp(irp);
  if (!NT_SUCCESS(status)) return parisr_complete(irp, status, 0);
  IoSkipCurrentIrpStackLocation(irp);
  status = PoCallDriver(self->lower, irp);
  IoReleaseRemoveLock(&self->lock, irp);
  return status;
}

/* The functions of user mode's requests are other ones. */
static NTSTATUS NTAPI parisr_refuse(PDEVICE_OBJECT device, PIRP irp)
{
  (void)device;
  return parisr_complete(irp, STATUS_NOT_SUPPORTED, 0);
}

/* ---- requests that wait for the port ----------------------------------------------------------------------------- */

/* The library reports the end of a request. DISPATCH_LEVEL. Who began to cancel it has the lock: wait for him. */
static void NTAPI parisr_allocated(PVOID context, NTSTATUS status)
{
  const PIRP irp = (PIRP)context;
  parisr_device *const self = parisr_of(IoGetCurrentIrpStackLocation(irp)->DeviceObject);
  KIRQL level;

  IoAcquireCancelSpinLock(&level);
  (void)IoSetCancelRoutine(irp, NULL);
  RemoveEntryList(&irp->Tail.Overlay.ListEntry);
  if (status == STATUS_CANCELLED && self->gone && !irp->Cancel) status = STATUS_DELETE_PENDING;
  IoReleaseCancelSpinLock(level);
  (void)parisr_finish(self, irp, status, 0);
}

/* The cancel spin lock is held. A request that is not found has ended: parisr_allocated() is about to complete it. */
static void NTAPI parisr_cancel(PDEVICE_OBJECT device, PIRP irp)
{
  const KIRQL level = irp->CancelIrql;
  (void)parallel_isr_cancel(&parisr_of(device)->port, parisr_allocated, irp);
  IoReleaseCancelSpinLock(level);
}

/* Cancels what a client waits for, or everybody (NULL). Caller: has the cancel spin lock. */
static void parisr_cancel_all(parisr_device *self, PFILE_OBJECT client)
{
  for (PLIST_ENTRY entry = self->waiting.Flink; entry != &self->waiting; entry = entry->Flink) {
    const PIRP irp = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);
    if (client == NULL || IoGetCurrentIrpStackLocation(irp)->FileObject == client)
      (void)parallel_isr_cancel(&self->port, parisr_allocated, irp);
  }
}

static NTSTATUS parisr_allocate(parisr_device *self, PIRP irp, parallel_isr_device_request *request)
{
  NTSTATUS status;
  KIRQL level;

  IoAcquireCancelSpinLock(&level);
  if (irp->Cancel)
    status = STATUS_CANCELLED;
  else if (self->gone)
    status = STATUS_DELETE_PENDING;
  else
    status = parallel_isr_device_control(&self->port, request);
  if (status == STATUS_PENDING) {
    IoMarkIrpPending(irp);
    InsertTailList(&self->waiting, &irp->Tail.Overlay.ListEntry);
    (void)IoSetCancelRoutine(irp, parisr_cancel);
  }
  IoReleaseCancelSpinLock(level);
  return status;
}

/* ---- requests of the DDI ----------------------------------------------------------------------------------------- */

/* The switch that lets clients connect, in the hardware key of the device: off, unless it is there and not 0. */
static BOOLEAN parisr_may_connect(parisr_device *self)
{
  union {
    KEY_VALUE_PARTIAL_INFORMATION value;
    UCHAR room[FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data) + sizeof(ULONG)];
  } answer;
  UNICODE_STRING name;
  ULONG length;
  ULONG value;
  HANDLE key;
  NTSTATUS status = IoOpenDeviceRegistryKey(self->physical, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &key);

  if (!NT_SUCCESS(status)) return FALSE;
  RtlInitUnicodeString(&name, L"EnableConnectInterruptIoctl");
  status = ZwQueryValueKey(key, &name, KeyValuePartialInformation, &answer, sizeof(answer), &length);
  (void)ZwClose(key);
  if (!NT_SUCCESS(status) || answer.value.Type != REG_DWORD || answer.value.DataLength != sizeof(value)) return FALSE;
  RtlCopyMemory(&value, answer.value.Data, sizeof(value));
  return value != 0;
}

static NTSTATUS parisr_connect(parisr_device *self, parallel_isr_device_request *request)
{
  /* The registry is for threads only; at a higher level the library refuses. */
  if (KeGetCurrentIrql() == PASSIVE_LEVEL) self->configuration.enable_connect_interrupt = parisr_may_connect(self);
  return parallel_isr_device_control(&self->port, request);
}

static NTSTATUS parisr_more_information(parisr_device *self, parallel_isr_device_request *request)
{
  if (request->output_length < sizeof(self->more)) return STATUS_BUFFER_TOO_SMALL;
  if (request->system_buffer == NULL) return STATUS_INVALID_PARAMETER;
  *(MORE_PARALLEL_PORT_INFORMATION *)request->system_buffer = self->more;
  request->information = sizeof(self->more);
  return STATUS_SUCCESS;
}

static NTSTATUS parisr_serve(parisr_device *self, PIRP irp, parallel_isr_device_request *request)
{
  switch (request->code) {
  case IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT:
  case IOCTL_INTERNAL_PARALLEL_PORT_FREE: /* what a client has he can give back, whatever became of the device */
    return parallel_isr_device_control(&self->port, request);
  case IOCTL_INTERNAL_RELEASE_PARALLEL_PORT_INFO: /* the routines of the library are never paged out */
    return STATUS_SUCCESS;
  case IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE:
    return parisr_allocate(self, irp, request);
  default:
    break;
  }
  if (self->gone) return STATUS_DELETE_PENDING;
  switch (request->code) {
  case IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT:
    return parisr_connect(self, request);
  case IOCTL_INTERNAL_GET_MORE_PARALLEL_PORT_INFO:
    return parisr_more_information(self, request);
  default:
    return parallel_isr_device_control(&self->port, request);
  }
}

static NTSTATUS NTAPI parisr_control(PDEVICE_OBJECT device, PIRP irp)
{
  parisr_device *const self = parisr_of(device);
  const PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  parallel_isr_device_request request = {
      .code = stack->Parameters.DeviceIoControl.IoControlCode,
      .system_buffer = irp->AssociatedIrp.SystemBuffer,
      .input_length = stack->Parameters.DeviceIoControl.InputBufferLength,
      .output_length = stack->Parameters.DeviceIoControl.OutputBufferLength,
      .client = stack->FileObject,
      .completion = parisr_allocated,
      .completion_context = irp,
  };
  NTSTATUS status = IoAcquireRemoveLock(&self->lock, irp);

  if (!NT_SUCCESS(status)) return parisr_complete(irp, status, 0);
  if (!self->ready) return parisr_finish(self, irp, self->gone ? STATUS_DELETE_PENDING : STATUS_DEVICE_NOT_READY, 0);
  status = parisr_serve(self, irp, &request);
  if (status == STATUS_PENDING) return status; /* the IRP may be gone already */
  return parisr_finish(self, irp, status, request.information);
}

/* ---- handles ----------------------------------------------------------------------------------------------------- */

static NTSTATUS NTAPI parisr_create(PDEVICE_OBJECT device, PIRP irp)
{
  return parisr_complete(irp, parisr_of(device)->gone ? STATUS_DELETE_PENDING : STATUS_SUCCESS, 0);
}

/* A handle (CLEANUP) or the file object itself (CLOSE) goes away: with it what it waits for, and nothing of others.
 * IoGetDeviceObjectPointer() closes its handle at once and leaves a file object: only CLOSE is the end of such a
 * client, and takes the port from it as well. */
static NTSTATUS NTAPI parisr_close(PDEVICE_OBJECT device, PIRP irp)
{
  parisr_device *const self = parisr_of(device);
  const PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  KIRQL level;

  if (stack->FileObject == NULL) return parisr_complete(irp, STATUS_SUCCESS, 0);
  IoAcquireCancelSpinLock(&level);
  parisr_cancel_all(self, stack->FileObject);
  IoReleaseCancelSpinLock(level);
  /* A free in its name would free the port of a nameless owner, too: is it the client's? No other makes it so. */
  if (stack->MajorFunction == IRP_MJ_CLOSE && self->ready && self->port.owner == stack->FileObject)
    (void)parallel_isr_free(&self->port, stack->FileObject);
  return parisr_complete(irp, STATUS_SUCCESS, 0);
}

/* ---- start ------------------------------------------------------------------------------------------------------- */

static const CM_PARTIAL_RESOURCE_DESCRIPTOR *parisr_find(const CM_RESOURCE_LIST *list, UCHAR type)
{
  if (list == NULL || list->Count == 0) return NULL;
  /* By a pointer: behind the end of an array that is said to have one entry a compiler may see nothing. */
  const CM_PARTIAL_RESOURCE_LIST *const partial = &list->List[0].PartialResourceList;
  const CM_PARTIAL_RESOURCE_DESCRIPTOR *descriptor = partial->PartialDescriptors;
  for (ULONG i = 0; i < partial->Count; i++, descriptor++)
    if (descriptor->Type == type) return descriptor;
  return NULL;
}

/* The line, if the device got one: it may be shared, as the original's. */
static void parisr_describe_interrupt(parisr_device *self, const CM_PARTIAL_RESOURCE_DESCRIPTOR *interrupt)
{
  parallel_isr_backend_configuration *const backend = &self->configuration.backend;
  backend->physical_device_object = self->physical;
  backend->irql = DISPATCH_LEVEL;
  if (interrupt == NULL || (interrupt->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0) return;
  self->configuration.connect_version = CONNECT_FULLY_SPECIFIED;
  backend->vector = interrupt->u.Interrupt.Vector;
  backend->irql = (KIRQL)interrupt->u.Interrupt.Level;
  backend->affinity = interrupt->u.Interrupt.Affinity;
  backend->mode = (interrupt->Flags & CM_RESOURCE_INTERRUPT_LATCHED) != 0 ? Latched : LevelSensitive;
  backend->share_vector = TRUE;
  self->more.InterruptLevel = interrupt->u.Interrupt.Level;
  self->more.InterruptVector = interrupt->u.Interrupt.Vector;
  self->more.InterruptAffinity = interrupt->u.Interrupt.Affinity;
  self->more.InterruptMode = backend->mode;
}

static NTSTATUS parisr_start(parisr_device *self, const CM_RESOURCE_LIST *raw, const CM_RESOURCE_LIST *translated)
{
  const CM_PARTIAL_RESOURCE_DESCRIPTOR *const bus_registers = parisr_find(raw, CmResourceTypePort);
  const CM_PARTIAL_RESOURCE_DESCRIPTOR *const registers = parisr_find(translated, CmResourceTypePort);
  NTSTATUS status;

  if (bus_registers == NULL || registers == NULL) return STATUS_DEVICE_CONFIGURATION_ERROR;
  self->more.InterfaceType = raw->List[0].InterfaceType;
  self->more.BusNumber = raw->List[0].BusNumber;
  self->configuration.connections = self->connections;
  self->configuration.connection_capacity = PARISR_CONNECTIONS;
  self->configuration.requests = self->requests;
  self->configuration.request_capacity = PARISR_REQUESTS;
  self->configuration.original_controller = bus_registers->u.Port.Start;
  self->configuration.controller = (PUCHAR)(ULONG_PTR)registers->u.Port.Start.QuadPart;
  self->configuration.span_of_controller = registers->u.Port.Length;
  parisr_describe_interrupt(self, parisr_find(translated, CmResourceTypeInterrupt));
  status = parallel_isr_initialize(&self->port, &self->configuration);
  if (NT_SUCCESS(status)) self->ready = TRUE;
  return status;
}

static NTSTATUS NTAPI parisr_lower_done(PDEVICE_OBJECT device, PIRP irp, PVOID event)
{
  (void)device;
  (void)irp;
  (void)KeSetEvent((PKEVENT)event, IO_NO_INCREMENT, FALSE);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

/* The bus driver starts the device first. */
static NTSTATUS parisr_start_lower(parisr_device *self, PIRP irp)
{
  KEVENT done;
  KeInitializeEvent(&done, NotificationEvent, FALSE);
  IoCopyCurrentIrpStackLocationToNext(irp);
  IoSetCompletionRoutine(irp, parisr_lower_done, &done, TRUE, TRUE, TRUE);
  if (IoCallDriver(self->lower, irp) == STATUS_PENDING)
    (void)KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
  return irp->IoStatus.Status;
}

/* ---- the life of a device ---------------------------------------------------------------------------------------- */

/* What waits ends with DELETE_PENDING, and what is new is refused. */
static void parisr_end(parisr_device *self)
{
  KIRQL level;
  IoAcquireCancelSpinLock(&level);
  self->gone = TRUE;
  parisr_cancel_all(self, NULL);
  IoReleaseCancelSpinLock(level);
}

/* Nothing runs in the device's name any more when this returns. */
static NTSTATUS parisr_remove(parisr_device *self, PIRP irp)
{
  NTSTATUS status;
  parisr_end(self);
  if (self->ready) (void)parallel_isr_remove(&self->port);
  IoReleaseRemoveLockAndWait(&self->lock, irp);
  irp->IoStatus.Status = STATUS_SUCCESS;
  IoSkipCurrentIrpStackLocation(irp);
  status = IoCallDriver(self->lower, irp);
  IoDetachDevice(self->lower);
  IoDeleteDevice(self->self);
  return status;
}

static NTSTATUS NTAPI parisr_pnp(PDEVICE_OBJECT device, PIRP irp)
{
  parisr_device *const self = parisr_of(device);
  const PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  NTSTATUS status = IoAcquireRemoveLock(&self->lock, irp);

  if (!NT_SUCCESS(status)) return parisr_complete(irp, status, 0);
  switch (stack->MinorFunction) {
  case IRP_MN_START_DEVICE:
    status = parisr_start_lower(self, irp);
    if (NT_SUCCESS(status))
      status = parisr_start(self, stack->Parameters.StartDevice.AllocatedResources,
                            stack->Parameters.StartDevice.AllocatedResourcesTranslated);
    return parisr_finish(self, irp, status, 0);
  case IRP_MN_QUERY_STOP_DEVICE: /* clients hold the addresses of its registers */
    return parisr_finish(self, irp, STATUS_UNSUCCESSFUL, 0);
  case IRP_MN_SURPRISE_REMOVAL:
    parisr_end(self);
    irp->IoStatus.Status = STATUS_SUCCESS;
    return parisr_send_down(self, irp);
  case IRP_MN_REMOVE_DEVICE:
    return parisr_remove(self, irp);
  case IRP_MN_QUERY_REMOVE_DEVICE: /* the system refuses it while a client has a file object */
  case IRP_MN_CANCEL_REMOVE_DEVICE:
  case IRP_MN_CANCEL_STOP_DEVICE:
    irp->IoStatus.Status = STATUS_SUCCESS;
    return parisr_send_down(self, irp);
  default:
    return parisr_send_down(self, irp);
  }
}

/* The first number that is free is the device's. */
static NTSTATUS parisr_create_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT *device)
{
  WCHAR text[] = L"\\Device\\" DD_PARALLEL_PORT_BASE_NAME_U L"0";
  WCHAR *const digit = &text[sizeof(text) / sizeof(text[0]) - 2];
  UNICODE_STRING name;
  NTSTATUS status = STATUS_OBJECT_NAME_COLLISION;
  for (; *digit <= L'9' && status == STATUS_OBJECT_NAME_COLLISION; ++*digit) {
    RtlInitUnicodeString(&name, text);
    status = IoCreateDevice(driver, sizeof(parisr_device), &name, FILE_DEVICE_PARALLEL_PORT, FILE_DEVICE_SECURE_OPEN,
                            FALSE, device);
  }
  return status;
}

static NTSTATUS NTAPI parisr_add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical)
{
  PDEVICE_OBJECT device;
  parisr_device *self;
  const NTSTATUS status = parisr_create_device(driver, &device);

  if (!NT_SUCCESS(status)) return status;
  self = parisr_of(device); /* all zero */
  self->self = device;
  self->physical = physical;
  InitializeListHead(&self->waiting);
  IoInitializeRemoveLock(&self->lock, PARISR_TAG, 0, 0);
  self->lower = IoAttachDeviceToDeviceStack(device, physical);
  if (self->lower == NULL) {
    IoDeleteDevice(device);
    return STATUS_NO_SUCH_DEVICE;
  }
  device->Flags |= DO_BUFFERED_IO | DO_POWER_PAGABLE;
  device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
  return STATUS_SUCCESS;
}

static void NTAPI parisr_unload(PDRIVER_OBJECT driver)
{
  (void)driver; /* every device is removed before */
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
  (void)registry_path;
  driver->DriverUnload = parisr_unload;
  driver->DriverExtension->AddDevice = parisr_add_device;
  driver->MajorFunction[IRP_MJ_CREATE] = parisr_create;
  driver->MajorFunction[IRP_MJ_CLEANUP] = parisr_close;
  driver->MajorFunction[IRP_MJ_CLOSE] = parisr_close;
  driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = parisr_refuse;
  driver->MajorFunction[IRP_MJ_INTERNAL_DEVICE_CONTROL] = parisr_control;
  driver->MajorFunction[IRP_MJ_PNP] = parisr_pnp;
  driver->MajorFunction[IRP_MJ_POWER] = parisr_power;
  driver->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = parisr_pass;
  return STATUS_SUCCESS;
}

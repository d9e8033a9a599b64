/* SPDX-License-Identifier: MIT */
/* Devices, requests, handles, remove locks, and the connection of interrupts: what Wine has of them is checked, and
 * what it has not is here. */
#include "hooks.h"

IMPORT extern POBJECT_TYPE *IoDriverObjectType;
NTSTATUS NTAPI ObReferenceObjectByName(PUNICODE_STRING, ULONG, PACCESS_STATE, ACCESS_MASK, POBJECT_TYPE,
                                       KPROCESSOR_MODE, PVOID, PVOID *);

#define DEVICES 8u
#define NAMES 32u
#define FILES 4096u

/* ---- devices ----------------------------------------------------------------------------------------------------- */

static sim_device *devices[DEVICES];

static struct name {
  DEVICE_OBJECT *device;
  WCHAR name[64];
} names[NAMES];

extern DRIVER_OBJECT *sim_driver;

static sim_device *device_of(const DEVICE_OBJECT *object)
{
  for (uint32_t i = 0; i < DEVICES; i++)
    if (devices[i] != NULL && devices[i]->object == object) return devices[i];
  return NULL;
}

NTSTATUS sim_device_create(sim_device *device, ULONG vector, ULONG ports)
{
  const NTSTATUS status = IoCreateDevice(sim_driver, 0, NULL, FILE_DEVICE_BUS_EXTENDER, 0, FALSE, &device->object);
  if (status != STATUS_SUCCESS) return status;
  device->vector = vector;
  device->ports = ports;
  device->mode = Latched;
  device->switch_exists = true;
  device->switch_type = REG_DWORD;
  device->switch_value = 1;
  for (uint32_t i = 0; i < DEVICES; i++)
    if (devices[i] == NULL) {
      devices[i] = device;
      return STATUS_SUCCESS;
    }
  sim_fatal("more devices than there are");
}

void sim_device_delete(sim_device *device)
{
  for (uint32_t i = 0; i < DEVICES; i++)
    if (devices[i] == device) devices[i] = NULL;
  IoDeleteDevice(device->object);
  device->object = NULL;
}

static DEVICE_OBJECT *top_of(DEVICE_OBJECT *device)
{
  while (device->AttachedDevice != NULL) device = device->AttachedDevice;
  return device;
}

DEVICE_OBJECT *sim_top(const sim_device *device)
{
  return top_of(device->object);
}

static bool same_name(const UNICODE_STRING *name, const WCHAR *other)
{
  size_t length = 0;
  while (other[length] != 0) length++;
  return name->Length == length * sizeof(WCHAR) && memcmp(name->Buffer, other, name->Length) == 0;
}

static struct name *name_of(const UNICODE_STRING *name)
{
  for (uint32_t i = 0; i < NAMES; i++)
    if (names[i].device != NULL && same_name(name, names[i].name)) return &names[i];
  return NULL;
}

DEVICE_OBJECT *sim_find_device(const WCHAR *name)
{
  UNICODE_STRING string;
  RtlInitUnicodeString(&string, name);
  const struct name *const found = name_of(&string);
  return found != NULL ? found->device : NULL;
}

DRIVER_OBJECT *sim_find_driver(const WCHAR *name)
{
  UNICODE_STRING string;
  PVOID object = NULL;
  RtlInitUnicodeString(&string, name);
  if (ObReferenceObjectByName(&string, 0, NULL, 0, *IoDriverObjectType, KernelMode, NULL, &object) != STATUS_SUCCESS)
    return NULL;
  ObDereferenceObject(object);
  return object;
}

/* The extension is memory of ours, so that its use behind the deletion is found. */
NTSTATUS NTAPI hook_IoCreateDevice(PDRIVER_OBJECT driver, ULONG extension, PUNICODE_STRING name, DEVICE_TYPE type,
                                   ULONG characteristics, BOOLEAN exclusive, PDEVICE_OBJECT *device)
{
  sim_require(APC_LEVEL, "IoCreateDevice");
  if (name != NULL && name_of(name) != NULL) return STATUS_OBJECT_NAME_COLLISION;
  const NTSTATUS status = IoCreateDevice(driver, 0, name, type, characteristics, exclusive, device);
  if (status != STATUS_SUCCESS) return status;
  (*device)->DeviceExtension = sim_allocate(extension);
  for (uint32_t i = 0; name != NULL && i < NAMES; i++)
    if (names[i].device == NULL && name->Length < sizeof names[i].name) {
      memset(names[i].name, 0, sizeof names[i].name);
      memcpy(names[i].name, name->Buffer, name->Length);
      names[i].device = *device;
      break;
    }
  return status;
}

static void check_interrupts_of(const void *start, const char *what);

VOID NTAPI hook_IoDeleteDevice(PDEVICE_OBJECT device)
{
  sim_require(APC_LEVEL, "IoDeleteDevice");
  for (uint32_t i = 0; i < NAMES; i++)
    if (names[i].device == device) names[i].device = NULL;
  if (device->AttachedDevice != NULL) sim_violation("IoDeleteDevice: another device is attached to it");
  if (sim_is_memory_of_ours(device->DeviceExtension)) {
    check_interrupts_of(device->DeviceExtension, "IoDeleteDevice");
    sim_free(device->DeviceExtension);
  }
  IoDeleteDevice(device);
}

PDEVICE_OBJECT NTAPI hook_IoAttachDeviceToDeviceStack(PDEVICE_OBJECT source, PDEVICE_OBJECT target)
{
  sim_require(DISPATCH_LEVEL, "IoAttachDeviceToDeviceStack");
  return IoAttachDeviceToDeviceStack(source, target);
}

VOID NTAPI hook_IoDetachDevice(PDEVICE_OBJECT target)
{
  sim_require(PASSIVE_LEVEL, "IoDetachDevice");
  IoDetachDevice(target);
}

/* ---- file objects ------------------------------------------------------------------------------------------------ */

static volatile LONG open_files;
static struct file {
  FILE_OBJECT *object;
  volatile LONG references;
} files[FILES];
static volatile LONG file_count;

uint32_t sim_open_files(void)
{
  return (uint32_t)open_files;
}

static NTSTATUS send_about_file(DEVICE_OBJECT *device, FILE_OBJECT *file, UCHAR major)
{
  sim_irp irp;
  sim_irp_create(&irp, device, major, 0);
  sim_irp_stack(&irp)->FileObject = file;
  (void)sim_irp_send(&irp, device);
  if (irp.ended != 1) sim_fatal("CREATE, CLEANUP or CLOSE pends");
  return irp.result.Status;
}

/* As the kernel: the handle is closed at once, and what is left is a file object. */
NTSTATUS NTAPI hook_IoGetDeviceObjectPointer(PUNICODE_STRING name, ACCESS_MASK access, PFILE_OBJECT *file,
                                             PDEVICE_OBJECT *device)
{
  (void)access;
  sim_require(PASSIVE_LEVEL, "IoGetDeviceObjectPointer");
  const struct name *const found = name_of(name);
  if (found == NULL) return STATUS_OBJECT_NAME_NOT_FOUND;
  DEVICE_OBJECT *const top = top_of(found->device);
  FILE_OBJECT *const object = sim_allocate(sizeof *object);
  memset(object, 0, sizeof *object);
  object->Type = IO_TYPE_FILE;
  object->DeviceObject = found->device;
  const NTSTATUS status = send_about_file(top, object, IRP_MJ_CREATE);
  if (!NT_SUCCESS(status)) {
    sim_free(object);
    return status;
  }
  (void)send_about_file(top, object, IRP_MJ_CLEANUP);
  const LONG index = InterlockedIncrement(&file_count) - 1;
  if (index >= (LONG)FILES) sim_fatal("more file objects than there are");
  files[index].references = 1;
  files[index].object = object;
  (void)InterlockedIncrement(&open_files);
  (void)InterlockedIncrement(&found->device->ReferenceCount);
  *file = object;
  *device = top;
  return STATUS_SUCCESS;
}

LONG_PTR NTAPI hook_ObfDereferenceObject(PVOID object)
{
  sim_require(DISPATCH_LEVEL, "ObDereferenceObject");
  for (LONG i = 0; i < file_count; i++) {
    if (files[i].object != object) continue;
    if (files[i].references <= 0) sim_fatal("ObDereferenceObject: the file object is gone");
    if (InterlockedDecrement(&files[i].references) != 0) return 1;
    DEVICE_OBJECT *const device = files[i].object->DeviceObject;
    (void)InterlockedDecrement(&open_files);
    (void)send_about_file(top_of(device), files[i].object, IRP_MJ_CLOSE);
    (void)InterlockedDecrement(&device->ReferenceCount);
    sim_free(files[i].object);
    return 0;
  }
  return ObfDereferenceObject(object);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static void initialize_irp(IRP *irp, CCHAR stack_size)
{
  memset(irp, 0, IoSizeOfIrp(stack_size));
  irp->Type = IO_TYPE_IRP;
  irp->Size = IoSizeOfIrp(stack_size);
  irp->StackCount = stack_size;
  irp->CurrentLocation = (CCHAR)(stack_size + 1);
  irp->Tail.Overlay.CurrentStackLocation = (IO_STACK_LOCATION *)(irp + 1) + stack_size;
}

PIRP NTAPI hook_IoAllocateIrp(CCHAR stack_size, BOOLEAN quota)
{
  (void)quota;
  sim_require(DISPATCH_LEVEL, "IoAllocateIrp");
  IRP *const irp = sim_allocate(IoSizeOfIrp(stack_size));
  initialize_irp(irp, stack_size);
  return irp;
}

VOID NTAPI hook_IoFreeIrp(PIRP irp)
{
  sim_require(DISPATCH_LEVEL, "IoFreeIrp");
  if (irp->CurrentLocation != irp->StackCount + 1) sim_violation("IoFreeIrp: the IRP is not completed");
  sim_free(irp);
}

NTSTATUS NTAPI hook_IofCallDriver(PDEVICE_OBJECT device, PIRP irp)
{
  const sim_state state = sim_state_get();
  sim_require(DISPATCH_LEVEL, "IoCallDriver");
  if (state.locks != 0) sim_violation("IoCallDriver with a spin lock held");
  if (irp->CurrentLocation <= 1) sim_fatal("IoCallDriver: the IRP has no stack location left");
  irp->CurrentLocation--;
  IO_STACK_LOCATION *const stack = --irp->Tail.Overlay.CurrentStackLocation;
  stack->DeviceObject = device;
  if (stack->MajorFunction == IRP_MJ_PNP) sim_require(PASSIVE_LEVEL, "IRP_MJ_PNP");
  (void)InterlockedIncrement(&sim_counted.irps);
  sim_enter_driver();
  const NTSTATUS status = device->DriverObject->MajorFunction[stack->MajorFunction](device, irp);
  sim_state_check(&state, "a dispatch routine");
  return status;
}

/* The completion routines of the stack, from where the IRP is. True: its memory is not looked at any more. */
static bool complete(IRP *irp)
{
  while (irp->CurrentLocation <= irp->StackCount) {
    IO_STACK_LOCATION *const stack = irp->Tail.Overlay.CurrentStackLocation++;
    const NTSTATUS status = irp->IoStatus.Status;
    const UCHAR wanted = (UCHAR)((NT_SUCCESS(status) ? SL_INVOKE_ON_SUCCESS : SL_INVOKE_ON_ERROR) |
                                 (irp->Cancel ? SL_INVOKE_ON_CANCEL : 0));
    const PIO_COMPLETION_ROUTINE routine = (stack->Control & wanted) != 0 ? stack->CompletionRoutine : NULL;
    irp->CurrentLocation++;
    irp->PendingReturned = (stack->Control & SL_PENDING_RETURNED) != 0;
    DEVICE_OBJECT *const device = irp->CurrentLocation <= irp->StackCount ? stack[1].DeviceObject : NULL;
    if (routine != NULL) {
      sim_enter_driver();
      if (routine(device, irp, stack->Context) == STATUS_MORE_PROCESSING_REQUIRED) return true;
    } else if (irp->PendingReturned && irp->CurrentLocation <= irp->StackCount) {
      stack[1].Control |= SL_PENDING_RETURNED;
    }
  }
  return false;
}

VOID NTAPI hook_IofCompleteRequest(PIRP irp, CCHAR boost)
{
  sim_require(DISPATCH_LEVEL, "IoCompleteRequest");
  if (sim_processor_get()->locks != 0) sim_violation("IoCompleteRequest with a spin lock held");
  if (irp->CurrentLocation > irp->StackCount) sim_fatal("IoCompleteRequest: the IRP is completed already");
  if (irp->IoStatus.Status == STATUS_PENDING) sim_violation("IoCompleteRequest with STATUS_PENDING");
  if (irp->CancelRoutine != NULL) sim_violation("IoCompleteRequest: the IRP has a cancel routine");
  if (!sim_is_memory_of_ours(irp)) {
    IoCompleteRequest(irp, boost);
    return;
  }
  const sim_state state = sim_state_get();
  if (!complete(irp)) sim_violation("IoCompleteRequest: nobody frees the IRP");
  sim_state_check(&state, "a completion routine");
}

BOOLEAN NTAPI hook_IoCancelIrp(PIRP irp)
{
  KIRQL level;
  sim_require(DISPATCH_LEVEL, "IoCancelIrp");
  hook_IoAcquireCancelSpinLock(&level);
  irp->Cancel = TRUE;
  const PDRIVER_CANCEL routine =
      (PDRIVER_CANCEL)InterlockedExchangePointer((PVOID volatile *)&irp->CancelRoutine, NULL);
  if (routine == NULL) {
    hook_IoReleaseCancelSpinLock(level);
    return FALSE;
  }
  const sim_state state = {level, sim_processor_get()->locks - 1u, sim_processor_get()->mutexes,
                           sim_processor_get()->regions};
  irp->CancelIrql = level;
  sim_enter_driver();
  routine(irp->Tail.Overlay.CurrentStackLocation->DeviceObject, irp);
  sim_state_check(&state, "a cancel routine");
  return TRUE;
}

/* ---- the test's own requests ------------------------------------------------------------------------------------- */

static NTSTATUS NTAPI irp_ended(PDEVICE_OBJECT device, PIRP irp, PVOID context)
{
  sim_irp *const self = context;
  (void)device;
  self->result = irp->IoStatus;
  self->level = sim_level();
  self->pending_returned = irp->PendingReturned;
  if (!self->kept) sim_free(irp);
  if (InterlockedIncrement(&self->ended) != 1) sim_fatal("an IRP is completed twice");
  if (self->on_completion != NULL) self->on_completion(self);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

void sim_irp_create(sim_irp *self, DEVICE_OBJECT *device, UCHAR major, UCHAR minor)
{
  memset(self, 0, sizeof *self);
  self->irp = hook_IoAllocateIrp((CCHAR)(device->StackSize + 1), FALSE);
  /* A location of our own, which holds nothing, as that of a driver above. */
  self->irp->CurrentLocation--;
  self->irp->Tail.Overlay.CurrentStackLocation--;
  IO_STACK_LOCATION *const stack = IoGetNextIrpStackLocation(self->irp);
  stack->MajorFunction = major;
  stack->MinorFunction = minor;
  if (major == IRP_MJ_PNP || major == IRP_MJ_POWER) self->irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
  stack->CompletionRoutine = irp_ended;
  stack->Context = self;
  stack->Control = SL_INVOKE_ON_SUCCESS | SL_INVOKE_ON_ERROR | SL_INVOKE_ON_CANCEL;
}

void sim_irp_keep(sim_irp *self, DEVICE_OBJECT *device, UCHAR major)
{
  sim_irp_create(self, device, major, 0);
  self->kept = true;
}

IO_STACK_LOCATION *sim_irp_stack(sim_irp *self)
{
  return IoGetNextIrpStackLocation(self->irp);
}

NTSTATUS sim_irp_send(sim_irp *self, DEVICE_OBJECT *device)
{
  const NTSTATUS status = hook_IofCallDriver(device, self->irp);
  self->returned = status;
  if (status != STATUS_PENDING && self->ended == 0)
    sim_fatal("%#lx was returned, and the IRP is not completed", status);
  if (self->ended != 0 && self->pending_returned != (status == STATUS_PENDING))
    sim_violation("%#lx was returned, and the IRP is %smarked pending", status, self->pending_returned ? "" : "not ");
  if (self->ended != 0 && status != STATUS_PENDING && status != self->result.Status)
    sim_violation("%#lx was returned, and the IRP has %#lx", status, self->result.Status);
  return status;
}

BOOLEAN sim_irp_cancel(sim_irp *self)
{
  return self->ended == 0 && hook_IoCancelIrp(self->irp);
}

NTSTATUS sim_irp_control(sim_irp *self, DEVICE_OBJECT *device, ULONG code, void *buffer, ULONG in, ULONG out,
                         FILE_OBJECT *file)
{
  sim_irp_create(self, device, IRP_MJ_INTERNAL_DEVICE_CONTROL, 0);
  IO_STACK_LOCATION *const stack = sim_irp_stack(self);
  stack->FileObject = file;
  stack->Parameters.DeviceIoControl.IoControlCode = code;
  stack->Parameters.DeviceIoControl.InputBufferLength = in;
  stack->Parameters.DeviceIoControl.OutputBufferLength = out;
  self->irp->AssociatedIrp.SystemBuffer = buffer;
  return sim_irp_send(self, device);
}

/* The bus driver. */
NTSTATUS NTAPI sim_bus_dispatch(PDEVICE_OBJECT device, PIRP irp)
{
  sim_device *const self = device_of(device);
  const IO_STACK_LOCATION *const stack = IoGetCurrentIrpStackLocation(irp);
  NTSTATUS status = irp->IoStatus.Status;
  if (self != NULL) {
    self->irps++;
    status = self->pnp_status;
    if (stack->MajorFunction == IRP_MJ_PNP && stack->MinorFunction == IRP_MN_QUERY_CAPABILITIES)
      status = STATUS_NOT_SUPPORTED;
  }
  irp->IoStatus.Status = status;
  hook_IofCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

/* ---- remove locks ------------------------------------------------------------------------------------------------ */

VOID NTAPI hook_IoInitializeRemoveLockEx(PIO_REMOVE_LOCK lock, ULONG tag, ULONG minutes, ULONG mark, ULONG size)
{
  (void)tag;
  (void)minutes;
  (void)mark;
  if (size != sizeof(IO_REMOVE_LOCK)) sim_violation("IoInitializeRemoveLockEx: not the size of a remove lock");
  lock->Common.Removed = FALSE;
  lock->Common.IoCount = 1;
  KeInitializeEvent(&lock->Common.RemoveEvent, NotificationEvent, FALSE);
}

static void drop_remove_lock(IO_REMOVE_LOCK *lock)
{
  const LONG count = InterlockedDecrement(&lock->Common.IoCount);
  if (count < 0) sim_violation("a remove lock is released more often than it was acquired");
  if (count == 0) (void)KeSetEvent(&lock->Common.RemoveEvent, IO_NO_INCREMENT, FALSE);
}

NTSTATUS NTAPI hook_IoAcquireRemoveLockEx(PIO_REMOVE_LOCK lock, PVOID tag, PCSTR file, ULONG line, ULONG size)
{
  (void)tag;
  (void)file;
  (void)line;
  (void)size;
  sim_require(DISPATCH_LEVEL, "IoAcquireRemoveLockEx");
  (void)InterlockedIncrement(&lock->Common.IoCount);
  if (lock->Common.Removed == FALSE) return STATUS_SUCCESS;
  drop_remove_lock(lock);
  return STATUS_DELETE_PENDING;
}

VOID NTAPI hook_IoReleaseRemoveLockEx(PIO_REMOVE_LOCK lock, PVOID tag, ULONG size)
{
  (void)tag;
  (void)size;
  sim_require(DISPATCH_LEVEL, "IoReleaseRemoveLockEx");
  drop_remove_lock(lock);
}

VOID NTAPI hook_IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK lock, PVOID tag, ULONG size)
{
  (void)tag;
  (void)size;
  sim_require(PASSIVE_LEVEL, "IoReleaseRemoveLockAndWaitEx");
  lock->Common.Removed = TRUE;
  drop_remove_lock(lock);
  drop_remove_lock(lock);
  (void)hook_KeWaitForSingleObject(&lock->Common.RemoveEvent, Executive, KernelMode, FALSE, NULL);
}

/* ---- the registry ------------------------------------------------------------------------------------------------ */

static volatile LONG open_handles;
#define HANDLE_OF(device) ((HANDLE)((ULONG_PTR)(device) | 1u))
#define IS_HANDLE(handle) (((ULONG_PTR)(handle)&1u) != 0)

uint32_t sim_open_handles(void)
{
  return (uint32_t)open_handles;
}

NTSTATUS NTAPI hook_IoOpenDeviceRegistryKey(PDEVICE_OBJECT device, ULONG type, ACCESS_MASK access, PHANDLE handle)
{
  (void)access;
  sim_device *const self = device_of(device);
  sim_require(PASSIVE_LEVEL, "IoOpenDeviceRegistryKey");
  if (self == NULL || type != PLUGPLAY_REGKEY_DEVICE) return STATUS_INVALID_DEVICE_REQUEST;
  (void)InterlockedIncrement(&open_handles);
  *handle = HANDLE_OF(self);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI hook_ZwQueryValueKey(HANDLE handle, PUNICODE_STRING name, KEY_VALUE_INFORMATION_CLASS class, PVOID value,
                                    ULONG length, PULONG needed)
{
  const sim_device *const self = (const sim_device *)((ULONG_PTR)handle & ~(ULONG_PTR)1u);
  KEY_VALUE_PARTIAL_INFORMATION *const answer = value;
  sim_require(PASSIVE_LEVEL, "ZwQueryValueKey");
  if (!IS_HANDLE(handle) || class != KeyValuePartialInformation) return STATUS_NOT_SUPPORTED;
  if (!same_name(name, L"EnableConnectInterruptIoctl") || !self->switch_exists) return STATUS_OBJECT_NAME_NOT_FOUND;
  const ULONG size = self->switch_type == REG_QWORD ? 8u : 4u;
  *needed = (ULONG)FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data) + size;
  if (length < *needed) return STATUS_BUFFER_OVERFLOW;
  answer->TitleIndex = 0;
  answer->Type = self->switch_type;
  answer->DataLength = size;
  memset(answer->Data, 0, size);
  memcpy(answer->Data, &self->switch_value, sizeof self->switch_value);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI hook_ZwClose(HANDLE handle)
{
  sim_require(PASSIVE_LEVEL, "ZwClose");
  if (!IS_HANDLE(handle)) return ZwClose(handle);
  if (InterlockedDecrement(&open_handles) < 0) sim_violation("ZwClose: no handle is open");
  return STATUS_SUCCESS;
}

/* ---- the connection of interrupts -------------------------------------------------------------------------------- */

typedef struct sim_table {
  IO_INTERRUPT_MESSAGE_INFO info;
  IO_INTERRUPT_MESSAGE_INFO_ENTRY more[31];
} sim_table;

static struct record {
  ULONG version;
  void *context;
  sim_device *device;
  const void *service_context;
  sim_table *table; /* messages */
  PKINTERRUPT object;
} records[1024];

static struct record *free_record(void)
{
  for (uint32_t i = 0; i < sizeof records / sizeof records[0]; i++)
    if (records[i].version == 0) return &records[i];
  sim_fatal("more connections than there are");
}

/* An extension that goes is nobody's context any more. */
static void check_interrupts_of(const void *start, const char *what)
{
  for (uint32_t i = 0; i < sizeof records / sizeof records[0]; i++)
    if (records[i].version != 0 && (const char *)records[i].service_context >= (const char *)start &&
        (const char *)records[i].service_context < (const char *)start + 65536)
      sim_fatal("%s: an interrupt is connected", what);
}

static NTSTATUS connect_line(sim_device *device, struct record *record, sim_connection *wanted, PKINTERRUPT *object)
{
  wanted->vector = device->vector;
  wanted->mode = device->mode;
  const PKINTERRUPT made = sim_connect(wanted);
  if (made == NULL) return STATUS_INVALID_PARAMETER;
  record->object = made;
  record->context = made;
  device->connects++;
  if (device->asserted) (void)sim_interrupt(device->vector); /* the caller does not yet know the object */
  *object = made;
  return STATUS_SUCCESS;
}

static NTSTATUS connect_messages(sim_device *device, struct record *record, sim_connection *wanted,
                                 IO_INTERRUPT_MESSAGE_INFO **table)
{
  record->table = sim_allocate(sizeof *record->table);
  IO_INTERRUPT_MESSAGE_INFO *const info = &record->table->info;
  memset(record->table, 0, sizeof *record->table);
  wanted->mode = Latched;
  wanted->share = FALSE;
  for (ULONG message = 0; message < device->message_count; message++) {
    IO_INTERRUPT_MESSAGE_INFO_ENTRY *const entry = info->MessageInfo + message;
    wanted->message = message;
    wanted->vector = device->vector + message;
    entry->InterruptObject = sim_connect(wanted);
    entry->TargetProcessorSet = 1;
    entry->Vector = wanted->vector;
    entry->Irql = SIM_DIRQL;
    entry->Mode = Latched;
    if (message == 0 && device->asserted) (void)sim_interrupt(device->vector);
  }
  info->MessageCount = device->message_count;
  info->UnifiedIrql = SIM_DIRQL; /* a lock was given */
  record->context = info;
  device->connects++;
  *table = info;
  return STATUS_SUCCESS;
}

static NTSTATUS connect(IO_CONNECT_INTERRUPT_PARAMETERS *parameters, struct record *record)
{
  const IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *const full = &parameters->FullySpecified;
  const IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS *const messages = &parameters->MessageBased;
  sim_device *const device = device_of(full->PhysicalDeviceObject); /* all forms begin alike */
  sim_connection wanted = {.lock = full->SpinLock,
                           .synchronize = full->SynchronizeIrql,
                           .routine = full->ServiceRoutine,
                           .context = full->ServiceContext,
                           .share = TRUE};
  if (device == NULL || full->InterruptObject == NULL || full->ServiceRoutine == NULL) return STATUS_INVALID_PARAMETER;
  if (device->connect_status != STATUS_SUCCESS) return device->connect_status;
  if (full->FloatingSave != FALSE) return STATUS_INVALID_PARAMETER;
  record->device = device;
  record->service_context = full->ServiceContext;
  record->table = NULL;
  switch (parameters->Version) {
  case CONNECT_FULLY_SPECIFIED_GROUP:
    if (full->Group != 0) return STATUS_INVALID_PARAMETER;
    /* fall through */
  case CONNECT_FULLY_SPECIFIED:
    if (full->ProcessorEnableMask == 0) return STATUS_INVALID_PARAMETER_10;
    if (full->Vector != device->vector || device->message_count > 1) return STATUS_NOT_FOUND;
    if (full->Irql != SIM_DIRQL || full->SynchronizeIrql < full->Irql || full->InterruptMode != device->mode)
      return STATUS_INVALID_PARAMETER;
    wanted.share = full->ShareVector;
    return connect_line(device, record, &wanted, full->InterruptObject);
  case CONNECT_LINE_BASED:
    if (device->message_count > 1) return STATUS_INVALID_DEVICE_REQUEST;
    return connect_line(device, record, &wanted, parameters->LineBased.InterruptObject);
  case CONNECT_MESSAGE_BASED:
    if (device->message_count != 0) {
      wanted.routine = NULL;
      wanted.message_routine = messages->MessageServiceRoutine;
      return connect_messages(device, record, &wanted, messages->ConnectionContext.InterruptMessageTable);
    }
    if (messages->FallBackServiceRoutine == NULL) return STATUS_NOT_FOUND;
    wanted.routine = messages->FallBackServiceRoutine;
    parameters->Version = CONNECT_LINE_BASED;
    return connect_line(device, record, &wanted, messages->ConnectionContext.InterruptObject);
  default:
    parameters->Version = CONNECT_FULLY_SPECIFIED_GROUP;
    return STATUS_INVALID_PARAMETER_1;
  }
}

static void disconnect(struct record *record)
{
  if (record->table != NULL) {
    for (ULONG message = 0; message < record->table->info.MessageCount; message++)
      if (!sim_disconnect((record->table->info.MessageInfo + message)->InterruptObject))
        sim_violation("IoDisconnectInterruptEx: a message is not connected");
    sim_free(record->table);
  } else if (!sim_disconnect(record->object)) {
    sim_violation("IoDisconnectInterruptEx: it is not connected");
  }
  record->device->disconnects++;
  record->version = 0;
}

void sim_disconnect_all(void)
{
  for (uint32_t i = 0; i < sizeof records / sizeof records[0]; i++)
    if (records[i].version != 0) disconnect(&records[i]);
}

NTSTATUS NTAPI hook_IoConnectInterruptEx(PIO_CONNECT_INTERRUPT_PARAMETERS parameters)
{
  sim_require(PASSIVE_LEVEL, "IoConnectInterruptEx");
  struct record *const record = free_record();
  const NTSTATUS status = connect(parameters, record);
  if (status == STATUS_SUCCESS) record->version = parameters->Version;
  return status;
}

VOID NTAPI hook_IoDisconnectInterruptEx(PIO_DISCONNECT_INTERRUPT_PARAMETERS parameters)
{
  sim_require(PASSIVE_LEVEL, "IoDisconnectInterruptEx");
  for (uint32_t i = 0; i < sizeof records / sizeof records[0]; i++) {
    struct record *const record = &records[i];
    if (record->version == 0 || record->context != parameters->ConnectionContext.Generic) continue;
    if (record->version != parameters->Version) sim_violation("IoDisconnectInterruptEx: not the Version connected");
    disconnect(record);
    return;
  }
  sim_fatal("IoDisconnectInterruptEx: no such connection");
}

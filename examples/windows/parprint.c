/* SPDX-License-Identifier: MIT */
/*
 * parprint.sys: a printer on the parallel port, one byte for each interrupt; a client of \Device\ParallelPort0.
 *
 * It knows the port by the DDI only: parallel.h's requests, as IRPs, and the two interrupt-level routines that connect
 * returns. A write to \\.\ParPrint0 pends until the printer has taken its last byte, or it is cancelled. The ISR takes
 * the port for a burst of bytes, and gives it back behind the last of them without waiting for the printer; if somebody
 * else has it when the printer is done, the deferred port check routine goes on.
 *
 * Two levels, two rules:
 *  - what the ISR needs is touched at DIRQL only, with KeSynchronizeExecution from below: no two of these routines ever
 *    run at once;
 *  - the queue of writes is touched under `lock`. A write that is being printed stays cancellable: its cancel routine
 *    takes the lock, and finds it either in the queue or being printed. Who takes a cancel routine away from an IRP
 *    completes the IRP; who finds it taken leaves the IRP to the cancel routine.
 */
#include <wdm.h>

#include <parallel.h>

#include "parallel_isr.h"
#include "parprint.h"

#define PARPRINT_BURST 32u /* bytes for which the port is kept */
#define PARPRINT_LOOKS 8u  /* times to look at BUSY: it falls together with the interrupt, or a moment later */
#define PARPRINT_PATIENCE -5000000LL /* 500 ms, in units of 100 ns from now: as long as the DDI's clients wait */

#define LPT_STATUS 1u
#define LPT_CONTROL 2u

#define LPT_STATUS_NOT_BUSY 0x80u
#define LPT_STATUS_PAPER_OUT 0x20u
#define LPT_STATUS_SELECTED 0x10u
#define LPT_STATUS_NOT_ERROR 0x08u

#define LPT_CONTROL_STROBE 0x01u
#define LPT_CONTROL_NOT_INIT 0x04u
#define LPT_CONTROL_SELECT 0x08u
#define LPT_CONTROL_INTERRUPTS 0x10u
#define LPT_CONTROL_IDLE (LPT_CONTROL_NOT_INIT | LPT_CONTROL_SELECT | LPT_CONTROL_INTERRUPTS)

typedef struct parprint {
  PDEVICE_OBJECT device;                    /* ours */
  PDEVICE_OBJECT port;                      /* \Device\ParallelPort0 */
  PFILE_OBJECT file;                        /* our file object of it: who we are */
  PUCHAR base;                              /* its registers */
  PARALLEL_INTERRUPT_INFORMATION interrupt; /* what connect returned */
  KDPC dpc;                                 /* a write is done */
  KSPIN_LOCK lock;
  LIST_ENTRY writes; /* lock: those that wait */
  PIRP current;      /* lock: the one that is printed */

  /* At DIRQL. */
  const UCHAR *bytes; /* of the current write */
  ULONG length;
  ULONG sent;
  ULONG burst;      /* bytes sent since the port was taken */
  BOOLEAN owner;    /* the port is ours */
  BOOLEAN awaiting; /* the printer has not yet taken the last byte */
  BOOLEAN done;     /* the DPC has not yet seen that the write is done */
  NTSTATUS status;  /* of it */
  parprint_statistics statistics;
} parprint;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD parprint_unload;
static __drv_dispatchType(IRP_MJ_CREATE) __drv_dispatchType(IRP_MJ_CLOSE) DRIVER_DISPATCH parprint_open;
static __drv_dispatchType(IRP_MJ_CLEANUP) DRIVER_DISPATCH parprint_cleanup;
static __drv_dispatchType(IRP_MJ_WRITE) DRIVER_DISPATCH parprint_write;
static __drv_dispatchType(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH parprint_control;
static DRIVER_CANCEL parprint_cancel;
static IO_COMPLETION_ROUTINE parprint_answered;
static KDEFERRED_ROUTINE parprint_dpc;
static KSERVICE_ROUTINE parprint_isr;
static KSYNCHRONIZE_ROUTINE parprint_begin;
static KSYNCHRONIZE_ROUTINE parprint_abandon;
static KSYNCHRONIZE_ROUTINE parprint_collect;

static const WCHAR parprint_port_name[] = L"\\Device\\" DD_PARALLEL_PORT_BASE_NAME_U L"0";
static const WCHAR parprint_device_name[] = L"\\Device\\ParPrint0";
static const WCHAR parprint_link_name[] = L"\\DosDevices\\ParPrint0";

static parprint *parprint_of(PDEVICE_OBJECT device)
{
  return (parprint *)device->DeviceExtension;
}

/* ---- at DIRQL ---------------------------------------------------------------------------------------------------- */

static UCHAR parprint_status(const parprint *self)
{
  return READ_PORT_UCHAR(self->base + LPT_STATUS);
}

/* A printer is there, has paper, and complains of nothing. An absent port reads FFh. */
static NTSTATUS parprint_judge(UCHAR status)
{
  if ((status & LPT_STATUS_PAPER_OUT) != 0) return STATUS_DEVICE_PAPER_EMPTY;
  if ((status & LPT_STATUS_SELECTED) == 0) return STATUS_DEVICE_OFF_LINE;
  return (status & LPT_STATUS_NOT_ERROR) != 0 ? STATUS_SUCCESS : STATUS_IO_DEVICE_ERROR;
}

static BOOLEAN parprint_is_ready(const parprint *self)
{
  for (ULONG look = 0; look < PARPRINT_LOOKS; look++)
    if ((parprint_status(self) & LPT_STATUS_NOT_BUSY) != 0) return TRUE;
  return FALSE;
}

static void parprint_give_back(parprint *self)
{
  self->owner = FALSE;
  self->interrupt.FreePortFromInterruptLevel(self->interrupt.Context);
}

static BOOLEAN parprint_take(parprint *self)
{
  if (!self->interrupt.TryAllocatePortAtInterruptLevel(self->interrupt.Context)) {
    self->statistics.failed++; /* parprint_check() is called when it is free */
    return FALSE;
  }
  self->statistics.taken++;
  self->owner = TRUE;
  self->burst = 0;
  return TRUE;
}

/* The write needs nothing more from here. */
static void parprint_stop(parprint *self)
{
  if (self->owner) parprint_give_back(self);
  self->length = 0;
  self->sent = 0;
}

static void parprint_finish(parprint *self, NTSTATUS status)
{
  parprint_stop(self);
  self->status = status;
  self->done = TRUE;
  (void)KeInsertQueueDpc(&self->dpc, NULL, NULL);
}

static void parprint_send(parprint *self, UCHAR byte)
{
  WRITE_PORT_UCHAR(self->base, byte);
  WRITE_PORT_UCHAR(self->base + LPT_CONTROL, LPT_CONTROL_IDLE | LPT_CONTROL_STROBE);
  WRITE_PORT_UCHAR(self->base + LPT_CONTROL, LPT_CONTROL_IDLE);
  self->statistics.bytes++;
}

/* Sends the next byte, if there is one and the port is ours or can be. */
static void parprint_advance(parprint *self)
{
  if (self->awaiting || self->sent == self->length) return;
  if (!self->owner && !parprint_take(self)) return;
  self->awaiting = TRUE;
  parprint_send(self, self->bytes[self->sent]);
  self->sent++;
  self->burst++;
  if (self->burst == PARPRINT_BURST) parprint_give_back(self);
}

/* The ISR. The port has no "interrupt pending" bit: the interrupt is ours if we wait for one, and the printer has
 * become ready. Reading the status is harmless whoever owns the port. */
static BOOLEAN NTAPI parprint_isr(PKINTERRUPT interrupt, PVOID context)
{
  parprint *const self = (parprint *)context;
  NTSTATUS status;

  (void)interrupt;
  self->statistics.called++;
  if (!self->awaiting || !parprint_is_ready(self)) return FALSE;
  self->statistics.claimed++;
  self->awaiting = FALSE;
  status = parprint_judge(parprint_status(self));
  if (self->length != 0 && (!NT_SUCCESS(status) || self->sent == self->length))
    parprint_finish(self, status);
  else
    parprint_advance(self);
  return TRUE;
}

/* The deferred port check routine: the port is free. */
static void NTAPI parprint_check(PVOID context)
{
  parprint *const self = (parprint *)context;
  self->statistics.checks++;
  parprint_advance(self);
}

typedef struct parprint_job {
  parprint *self;
  const UCHAR *bytes;
  ULONG length;
} parprint_job;

/* A write becomes the current one. The byte of one that was given up may be at the printer still: if it is not ready,
 * the interrupt for that byte goes on with this write. */
static BOOLEAN NTAPI parprint_begin(PVOID context)
{
  const parprint_job *const job = (const parprint_job *)context;
  parprint *const self = job->self;
  const NTSTATUS status = parprint_judge(parprint_status(self));

  self->bytes = job->bytes;
  self->length = job->length;
  self->sent = 0;
  self->done = FALSE;
  if (self->awaiting && parprint_is_ready(self)) self->awaiting = FALSE;
  if (NT_SUCCESS(status))
    parprint_advance(self);
  else
    parprint_finish(self, status);
  return TRUE;
}

/* The current write is given up. */
static BOOLEAN NTAPI parprint_abandon(PVOID context)
{
  parprint *const self = (parprint *)context;
  parprint_stop(self);
  self->done = FALSE;
  return TRUE;
}

/* Is the current write done? TRUE only once. */
static BOOLEAN NTAPI parprint_collect(PVOID context)
{
  parprint *const self = (parprint *)context;
  const BOOLEAN done = self->done;
  self->done = FALSE;
  return done;
}

typedef struct parprint_question {
  const parprint *self;
  parprint_statistics *answer;
} parprint_question;

static BOOLEAN NTAPI parprint_count(PVOID context)
{
  const parprint_question *const question = (const parprint_question *)context;
  *question->answer = question->self->statistics;
  return TRUE;
}

static BOOLEAN parprint_at_dirql(parprint *self, PKSYNCHRONIZE_ROUTINE routine, PVOID context)
{
  return KeSynchronizeExecution(self->interrupt.InterruptObject, routine, context);
}

/* ---- writes ------------------------------------------------------------------------------------------------------ */

static NTSTATUS parprint_complete(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  IoCompleteRequest(irp, status == STATUS_SUCCESS ? IO_PARALLEL_INCREMENT : IO_NO_INCREMENT);
  return status;
}

static ULONG parprint_length(PIRP irp)
{
  return IoGetCurrentIrpStackLocation(irp)->Parameters.Write.Length;
}

/* Begins the next write, if none is current. Caller: has the lock. */
static void parprint_next(parprint *self)
{
  parprint_job job = {.self = self};
  if (self->current != NULL || IsListEmpty(&self->writes)) return;
  self->current = CONTAINING_RECORD(RemoveHeadList(&self->writes), IRP, Tail.Overlay.ListEntry);
  job.bytes = (const UCHAR *)self->current->AssociatedIrp.SystemBuffer;
  job.length = parprint_length(self->current);
  (void)parprint_at_dirql(self, parprint_begin, &job);
}

/* Takes a write out, wherever it is, and begins the next. Caller: has the lock. */
static void parprint_take_out(parprint *self, PIRP irp)
{
  if (irp != self->current) {
    RemoveEntryList(&irp->Tail.Overlay.ListEntry);
    return;
  }
  (void)parprint_at_dirql(self, parprint_abandon, self);
  self->current = NULL;
  parprint_next(self);
}

/* The cancel spin lock is held. */
static void NTAPI parprint_cancel(PDEVICE_OBJECT device, PIRP irp)
{
  parprint *const self = parprint_of(device);
  KIRQL level;

  IoReleaseCancelSpinLock(irp->CancelIrql);
  KeAcquireSpinLock(&self->lock, &level);
  parprint_take_out(self, irp);
  KeReleaseSpinLock(&self->lock, level);
  (void)parprint_complete(irp, STATUS_CANCELLED, 0);
}

static void NTAPI parprint_dpc(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
  parprint *const self = (parprint *)context;
  NTSTATUS status = STATUS_SUCCESS;
  PIRP irp = NULL;
  KIRQL level;

  (void)dpc;
  (void)argument1;
  (void)argument2;
  KeAcquireSpinLock(&self->lock, &level);
  if (self->current != NULL && parprint_at_dirql(self, parprint_collect, self) &&
      IoSetCancelRoutine(self->current, NULL) != NULL) {
    irp = self->current;
    status = self->status; /* of a write that is done: nobody changes it before the next begins */
    self->current = NULL;
    parprint_next(self);
  }
  KeReleaseSpinLock(&self->lock, level);
  if (irp != NULL) (void)parprint_complete(irp, status, status == STATUS_SUCCESS ? parprint_length(irp) : 0);
}

static NTSTATUS NTAPI parprint_write(PDEVICE_OBJECT device, PIRP irp)
{
  parprint *const self = parprint_of(device);
  KIRQL level;

  if (parprint_length(irp) == 0) return parprint_complete(irp, STATUS_SUCCESS, 0);
  KeAcquireSpinLock(&self->lock, &level);
  (void)IoSetCancelRoutine(irp, parprint_cancel);
  if (irp->Cancel && IoSetCancelRoutine(irp, NULL) != NULL) {
    KeReleaseSpinLock(&self->lock, level);
    return parprint_complete(irp, STATUS_CANCELLED, 0);
  }
  IoMarkIrpPending(irp);
  InsertTailList(&self->writes, &irp->Tail.Overlay.ListEntry);
  parprint_next(self);
  KeReleaseSpinLock(&self->lock, level);
  return STATUS_PENDING; /* the IRP may be gone already */
}

/* Whether a write is a handle's, and nobody cancels it already. Caller: has the lock, and completes it then. */
static BOOLEAN parprint_claim(PIRP irp, PFILE_OBJECT file)
{
  return IoGetCurrentIrpStackLocation(irp)->FileObject == file && IoSetCancelRoutine(irp, NULL) != NULL;
}

/* Takes one write of a handle out, or returns NULL. */
static PIRP parprint_take_out_of(parprint *self, PFILE_OBJECT file)
{
  PIRP found = NULL;
  KIRQL level;

  KeAcquireSpinLock(&self->lock, &level);
  for (PLIST_ENTRY entry = self->writes.Flink; entry != &self->writes && found == NULL; entry = entry->Flink) {
    const PIRP irp = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);
    if (parprint_claim(irp, file)) found = irp;
  }
  if (found == NULL && self->current != NULL && parprint_claim(self->current, file)) found = self->current;
  if (found != NULL) parprint_take_out(self, found);
  KeReleaseSpinLock(&self->lock, level);
  return found;
}

static NTSTATUS NTAPI parprint_cleanup(PDEVICE_OBJECT device, PIRP irp)
{
  const PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
  for (PIRP write = parprint_take_out_of(parprint_of(device), file); write != NULL;
       write = parprint_take_out_of(parprint_of(device), file))
    (void)parprint_complete(write, STATUS_CANCELLED, 0);
  return parprint_complete(irp, STATUS_SUCCESS, 0);
}

/* ---- other requests ---------------------------------------------------------------------------------------------- */

static NTSTATUS NTAPI parprint_open(PDEVICE_OBJECT device, PIRP irp)
{
  (void)device;
  return parprint_complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI parprint_control(PDEVICE_OBJECT device, PIRP irp)
{
  const PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  parprint_statistics answer;
  parprint_question question = {.self = parprint_of(device), .answer = &answer};

  if (stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_PARPRINT_STATISTICS)
    return parprint_complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  if (stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(answer))
    return parprint_complete(irp, STATUS_BUFFER_TOO_SMALL, 0);
  (void)parprint_at_dirql(parprint_of(device), parprint_count, &question);
  *(parprint_statistics *)irp->AssociatedIrp.SystemBuffer = answer;
  return parprint_complete(irp, STATUS_SUCCESS, sizeof(answer));
}

/* ---- the port, by the DDI ---------------------------------------------------------------------------------------- */

static NTSTATUS NTAPI parprint_answered(PDEVICE_OBJECT device, PIRP irp, PVOID event)
{
  (void)device;
  (void)irp;
  (void)KeSetEvent((PKEVENT)event, IO_NO_INCREMENT, FALSE);
  return STATUS_MORE_PROCESSING_REQUIRED; /* the IRP is ours to free: it may be cancelled even if it has ended */
}

/* Sends a request to the port, and waits for its end: not long, then cancels it. */
static NTSTATUS parprint_ask(parprint *self, ULONG code, PVOID buffer, ULONG input, ULONG output)
{
  const PIRP irp = IoAllocateIrp(self->port->StackSize, FALSE);
  LARGE_INTEGER patience;
  PIO_STACK_LOCATION stack;
  NTSTATUS status;
  KEVENT answered;

  if (irp == NULL) return STATUS_INSUFFICIENT_RESOURCES;
  KeInitializeEvent(&answered, NotificationEvent, FALSE);
  irp->AssociatedIrp.SystemBuffer = buffer;
  stack = IoGetNextIrpStackLocation(irp);
  stack->MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL;
  stack->FileObject = self->file;
  stack->Parameters.DeviceIoControl.IoControlCode = code;
  stack->Parameters.DeviceIoControl.InputBufferLength = input;
  stack->Parameters.DeviceIoControl.OutputBufferLength = output;
  IoSetCompletionRoutine(irp, parprint_answered, &answered, TRUE, TRUE, TRUE);
  status = IoCallDriver(self->port, irp);
  if (status == STATUS_PENDING) {
    patience.QuadPart = PARPRINT_PATIENCE;
    if (KeWaitForSingleObject(&answered, Executive, KernelMode, FALSE, &patience) == STATUS_TIMEOUT) {
      (void)IoCancelIrp(irp);
      (void)KeWaitForSingleObject(&answered, Executive, KernelMode, FALSE, NULL);
    }
    status = irp->IoStatus.Status;
  }
  IoFreeIrp(irp);
  return status;
}

static NTSTATUS parprint_find_port(parprint *self)
{
  PARALLEL_PORT_INFORMATION information;
  const NTSTATUS status =
      parprint_ask(self, IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &information, 0, sizeof(information));
  if (NT_SUCCESS(status)) self->base = information.Controller;
  return status;
}

/* The DDI has one buffer for the input and the output of connect. */
typedef union parprint_connection {
  PARALLEL_INTERRUPT_SERVICE_ROUTINE input;
  PARALLEL_INTERRUPT_INFORMATION output;
} parprint_connection;

static NTSTATUS parprint_ask_connection(parprint *self, ULONG code, parprint_connection *connection)
{
  connection->input.InterruptServiceRoutine = parprint_isr;
  connection->input.InterruptServiceContext = self;
  connection->input.DeferredPortCheckRoutine = parprint_check;
  connection->input.DeferredPortCheckContext = self;
  return parprint_ask(self, code, connection, sizeof(connection->input), sizeof(connection->output));
}

/* The routines may be called before it has returned: with nothing to print they do not use what it returns. */
static NTSTATUS parprint_connect(parprint *self)
{
  parprint_connection connection;
  const NTSTATUS status = parprint_ask_connection(self, IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT, &connection);
  if (NT_SUCCESS(status)) self->interrupt = connection.output;
  return status;
}

static void parprint_disconnect(parprint *self)
{
  parprint_connection connection;
  (void)parprint_ask_connection(self, IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT, &connection);
  KeFlushQueuedDpcs(); /* the ISR does not queue ours any more; it may still run */
}

/* Makes the printer interrupt, or be silent: deselected first, so that no last interrupt comes of it. The control
 * register is not to be written by whom the port does not belong to. */
static NTSTATUS parprint_switch(parprint *self, BOOLEAN on)
{
  NTSTATUS status = parprint_ask(self, IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE, NULL, 0, 0);
  if (!NT_SUCCESS(status)) return status;
  if (on) {
    WRITE_PORT_UCHAR(self->base + LPT_CONTROL, LPT_CONTROL_IDLE);
  } else {
    WRITE_PORT_UCHAR(self->base + LPT_CONTROL, LPT_CONTROL_NOT_INIT | LPT_CONTROL_INTERRUPTS);
    WRITE_PORT_UCHAR(self->base + LPT_CONTROL, LPT_CONTROL_NOT_INIT);
    WRITE_PORT_UCHAR(self->base + LPT_CONTROL, LPT_CONTROL_NOT_INIT | LPT_CONTROL_SELECT);
  }
  return parprint_ask(self, IOCTL_INTERNAL_PARALLEL_PORT_FREE, NULL, 0, 0);
}

/* ---- the life of the driver -------------------------------------------------------------------------------------- */

static NTSTATUS parprint_start(parprint *self)
{
  UNICODE_STRING name;
  NTSTATUS status;

  RtlInitUnicodeString(&name, parprint_port_name);
  status = IoGetDeviceObjectPointer(&name, FILE_READ_DATA | FILE_WRITE_DATA, &self->file, &self->port);
  if (!NT_SUCCESS(status)) return status;
  status = parprint_find_port(self);
  if (NT_SUCCESS(status)) status = parprint_connect(self);
  if (NT_SUCCESS(status)) {
    status = parprint_switch(self, TRUE);
    if (!NT_SUCCESS(status)) parprint_disconnect(self);
  }
  if (!NT_SUCCESS(status)) ObDereferenceObject(self->file);
  return status;
}

/* The device first: nobody will listen. Whoever keeps the port from us for so long that it cannot be silenced has its
 * control register, too. */
static void parprint_end(parprint *self)
{
  (void)parprint_switch(self, FALSE);
  parprint_disconnect(self);
  ObDereferenceObject(self->file);
}

static void NTAPI parprint_unload(PDRIVER_OBJECT driver)
{
  parprint *const self = parprint_of(driver->DeviceObject);
  UNICODE_STRING link;

  RtlInitUnicodeString(&link, parprint_link_name);
  (void)IoDeleteSymbolicLink(&link);
  parprint_end(self); /* no handle is open: there are no writes */
  IoDeleteDevice(self->device);
}

static NTSTATUS parprint_publish(parprint *self)
{
  UNICODE_STRING name;
  UNICODE_STRING link;
  NTSTATUS status = parprint_start(self);

  if (!NT_SUCCESS(status)) return status;
  RtlInitUnicodeString(&name, parprint_device_name);
  RtlInitUnicodeString(&link, parprint_link_name);
  status = IoCreateSymbolicLink(&link, &name);
  if (!NT_SUCCESS(status)) parprint_end(self);
  return status;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
  UNICODE_STRING name;
  PDEVICE_OBJECT device;
  parprint *self;
  NTSTATUS status;

  (void)registry_path;
  RtlInitUnicodeString(&name, parprint_device_name);
  status =
      IoCreateDevice(driver, sizeof(parprint), &name, FILE_DEVICE_PRINTER, FILE_DEVICE_SECURE_OPEN, FALSE, &device);
  if (!NT_SUCCESS(status)) return status;
  device->Flags |= DO_BUFFERED_IO;
  self = parprint_of(device); /* all zero */
  self->device = device;
  InitializeListHead(&self->writes);
  KeInitializeSpinLock(&self->lock);
  KeInitializeDpc(&self->dpc, parprint_dpc, self);
  driver->DriverUnload = parprint_unload;
  driver->MajorFunction[IRP_MJ_CREATE] = parprint_open;
  driver->MajorFunction[IRP_MJ_CLOSE] = parprint_open;
  driver->MajorFunction[IRP_MJ_CLEANUP] = parprint_cleanup;
  driver->MajorFunction[IRP_MJ_WRITE] = parprint_write;
  driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = parprint_control;
  status = parprint_publish(self);
  if (!NT_SUCCESS(status)) IoDeleteDevice(device);
  return status;
}

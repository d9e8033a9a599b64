/* SPDX-License-Identifier: MIT */
#include "printer.h"
#include "lpt.h"

/* ---- at DIRQL ---------------------------------------------------------------------------------------------------- */

static void printer_give_back(printer *self)
{
  self->owner = FALSE;
  self->freed++;
  self->interrupt.FreePortFromInterruptLevel(self->interrupt.Context);
}

static BOOLEAN printer_take(printer *self)
{
  if (!self->interrupt.TryAllocatePortAtInterruptLevel(self->interrupt.Context)) {
    self->failed++; /* printer_check() is called when it is free */
    return FALSE;
  }
  self->owner = TRUE;
  self->burst = 0;
  self->taken++;
  return TRUE;
}

/* BUSY falls together with the interrupt, or a moment later: look a few times. */
static bool printer_is_ready(const printer *self)
{
  for (uint32_t i = 0; i < 8; i++)
    if ((lpt_status(self->base) & LPT_STATUS_NOT_BUSY) != 0) return true;
  return false; /* the next printer_write() or printer_flush() tries again */
}

/* Sends the next byte, if there is one, the printer is ready for it and the port is ours or can be. */
static void printer_advance(printer *self)
{
  if (self->awaiting || self->fault != 0 || self->sent == self->ready) return;
  if (!self->owner && !printer_take(self)) return;
  if (!printer_is_ready(self)) return;
  self->awaiting = TRUE;
  PORT_TRACE(TRACE_LINE_RAISED);
  lpt_send(self->base, self->ring[self->sent % PRINTER_RING]);
  self->sent++;
  self->burst++;
  if (self->burst == PRINTER_BURST) printer_give_back(self);
}

/* The ISR. The port has no "interrupt pending" bit: the interrupt is ours if we wait for one. Reading the status is
 * harmless whoever owns the port. */
static BOOLEAN NTAPI printer_isr(PKINTERRUPT interrupt, PVOID context)
{
  printer *const self = context;
  (void)interrupt;
  self->called++;
  if (!self->awaiting) return FALSE;
  const uint8_t status = lpt_status(self->base);
  PORT_TRACE(TRACE_LINE_LOWERED);
  self->claimed++;
  self->awaiting = FALSE;
  if (!lpt_is_well(status)) self->fault = status;
  printer_advance(self);
  return TRUE;
}

/* The deferred port check routine: the port is free. */
static void NTAPI printer_check(PVOID context)
{
  printer *const self = context;
  self->checks++;
  printer_advance(self);
}

/* Thread level has put bytes into the ring. */
static BOOLEAN NTAPI printer_go(PVOID context)
{
  printer *const self = context;
  self->ready = self->put;
  printer_advance(self);
  return TRUE;
}

/* Thread level wants to know whether that was all. TRUE: it was, and the port is not ours any more. */
static BOOLEAN NTAPI printer_finish(PVOID context)
{
  printer *const self = context;
  printer_advance(self);
  if (self->awaiting || (self->sent != self->ready && self->fault == 0)) return FALSE;
  if (self->owner) printer_give_back(self);
  return self->fault == 0;
}

/* ---- at thread level --------------------------------------------------------------------------------------------- */

static PARALLEL_INTERRUPT_SERVICE_ROUTINE printer_service(printer *self)
{
  const PARALLEL_INTERRUPT_SERVICE_ROUTINE service = {
      .InterruptServiceRoutine = printer_isr,
      .InterruptServiceContext = self,
      .DeferredPortCheckRoutine = printer_check,
      .DeferredPortCheckContext = self,
  };
  return service;
}

/* Where the registers are. */
static NTSTATUS printer_find_port(printer *self)
{
  PARALLEL_PORT_INFORMATION information;
  parallel_isr_device_request request = {
      .code = IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO,
      .system_buffer = &information,
      .output_length = sizeof information,
  };
  const NTSTATUS status = parallel_isr_device_control(self->port, &request);
  if (status == STATUS_SUCCESS) self->base = (uint16_t)(uintptr_t)information.Controller;
  return status;
}

/* The DDI has one buffer for the input and the output of connect. */
static NTSTATUS printer_connect(printer *self)
{
  union {
    PARALLEL_INTERRUPT_SERVICE_ROUTINE input;
    PARALLEL_INTERRUPT_INFORMATION output;
  } buffer = {.input = printer_service(self)};
  parallel_isr_device_request request = {
      .code = IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT,
      .system_buffer = &buffer,
      .input_length = sizeof buffer.input,
      .output_length = sizeof buffer.output,
      .client = self,
  };
  const NTSTATUS status = parallel_isr_device_control(self->port, &request);
  /* The routines may have been called already: with nothing to send they do not use this. */
  if (status == STATUS_SUCCESS) self->interrupt = buffer.output;
  return status;
}

static NTSTATUS printer_disconnect(printer *self)
{
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service = printer_service(self);
  parallel_isr_device_request request = {
      .code = IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT,
      .system_buffer = &service,
      .input_length = sizeof service,
      .client = self,
  };
  return parallel_isr_device_control(self->port, &request);
}

/* The request for the port has ended. DISPATCH_LEVEL. */
static void NTAPI printer_allocated(PVOID context, NTSTATUS status)
{
  printer *const self = context;
  if (status == STATUS_SUCCESS) self->granted++;
  self->allocation = status;
}

/* Takes the port at thread level, and waits for it: the control register is not to be written by whom it does not
 * belong to. */
static NTSTATUS printer_allocate(printer *self)
{
  parallel_isr_device_request request = {
      .code = IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE,
      .client = self,
      .completion = printer_allocated,
      .completion_context = self,
  };
  self->allocation = STATUS_PENDING; /* before the request: it may end before the call has returned */
  const NTSTATUS status = parallel_isr_device_control(self->port, &request);
  if (status == STATUS_SUCCESS) self->allocated++;
  if (status != STATUS_PENDING) return status;
  while (self->allocation == STATUS_PENDING) machine_pause();
  return self->allocation;
}

static void printer_free(printer *self)
{
  parallel_isr_device_request request = {.code = IOCTL_INTERNAL_PARALLEL_PORT_FREE, .client = self};
  if (parallel_isr_device_control(self->port, &request) == STATUS_SUCCESS) self->released++;
}

/* Starts the device. */
static NTSTATUS printer_reset(printer *self)
{
  const NTSTATUS status = printer_allocate(self);
  if (status != STATUS_SUCCESS) return status;
  lpt_start(self->base);
  const bool well = lpt_is_well(lpt_status(self->base));
  printer_free(self);
  return well ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/* Stops it. */
static NTSTATUS printer_silence(printer *self)
{
  const NTSTATUS status = printer_allocate(self);
  if (status != STATUS_SUCCESS) return status;
  lpt_stop(self->base);
  printer_free(self);
  return STATUS_SUCCESS;
}

NTSTATUS printer_start(printer *self, parallel_isr_port *port)
{
  *self = (printer){.port = port};
  NTSTATUS status = printer_find_port(self);
  if (status == STATUS_SUCCESS) status = printer_connect(self);
  if (status != STATUS_SUCCESS) return status;
  status = printer_reset(self);
  if (status != STATUS_SUCCESS) (void)printer_disconnect(self);
  return status;
}

uint32_t printer_write(printer *self, const uint8_t *bytes, uint32_t length)
{
  uint32_t accepted = 0;
  while (accepted < length && self->put - self->sent < PRINTER_RING) {
    self->ring[self->put % PRINTER_RING] = bytes[accepted];
    self->put++;
    accepted++;
  }
  /* KeSynchronizeExecution, by the DDI's name. */
  (void)parallel_isr_synchronize(self->interrupt.InterruptObject, printer_go, self);
  return accepted;
}

BOOLEAN printer_flush(printer *self)
{
  return parallel_isr_synchronize(self->interrupt.InterruptObject, printer_finish, self);
}

NTSTATUS printer_stop(printer *self)
{
  const NTSTATUS status = printer_silence(self); /* the device first: nobody will listen */
  return status == STATUS_SUCCESS ? printer_disconnect(self) : status;
}

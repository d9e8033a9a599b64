/* SPDX-License-Identifier: MIT */
#include "monitor.h"
#include "lpt.h"

/* ---- at DIRQL ---------------------------------------------------------------------------------------------------- */

/* The ISR: the interrupt is never ours. */
static BOOLEAN NTAPI monitor_isr(PKINTERRUPT interrupt, PVOID context)
{
  monitor *const self = context;
  (void)interrupt;
  self->called++;
  return FALSE;
}

/* The deferred port check routine: the port is free. Takes it; thread level does the rest. */
static void NTAPI monitor_check(PVOID context)
{
  monitor *const self = context;
  self->checks++;
  if (self->state != MONITOR_IDLE) return;
  if (self->interrupt.TryAllocatePortAtInterruptLevel(self->interrupt.Context)) {
    self->state = MONITOR_OWNER;
    self->taken++;
  } else {
    self->failed++;
  }
}

/* Thread level is about to ask for the port: the deferred routine keeps its hands off it. FALSE: it was faster. */
static BOOLEAN NTAPI monitor_begin_waiting(PVOID context)
{
  monitor *const self = context;
  if (self->state != MONITOR_IDLE) return FALSE;
  self->state = MONITOR_WAITING;
  return TRUE;
}

/* Thread level wants no more of the port. FALSE: it has it, or will. */
static BOOLEAN NTAPI monitor_begin_retirement(PVOID context)
{
  monitor *const self = context;
  if (self->state == MONITOR_IDLE) self->state = MONITOR_AWAY;
  return self->state == MONITOR_AWAY;
}

/* ---- at DISPATCH_LEVEL ------------------------------------------------------------------------------------------- */

/* The request has ended: with the port, unless the port is being removed. */
static void NTAPI monitor_allocated(PVOID context, NTSTATUS status)
{
  monitor *const self = context;
  if (status == STATUS_SUCCESS) {
    self->granted++;
    self->state = MONITOR_OWNER;
  } else {
    self->ended++;
    self->state = MONITOR_AWAY;
  }
}

/* ---- at thread level --------------------------------------------------------------------------------------------- */

static PARALLEL_INTERRUPT_SERVICE_ROUTINE monitor_service(monitor *self)
{
  const PARALLEL_INTERRUPT_SERVICE_ROUTINE service = {
      .InterruptServiceRoutine = monitor_isr,
      .InterruptServiceContext = self,
      .DeferredPortCheckRoutine = monitor_check,
      .DeferredPortCheckContext = self,
  };
  return service;
}

NTSTATUS monitor_start(monitor *self, parallel_isr_port *port)
{
  *self = (monitor){.port = port, .state = MONITOR_AWAY};
  PARALLEL_PORT_INFORMATION information;
  parallel_isr_device_request find = {
      .code = IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO,
      .system_buffer = &information,
      .output_length = sizeof information,
  };
  NTSTATUS status = parallel_isr_device_control(port, &find);
  if (status != STATUS_SUCCESS) return status;
  self->base = (uint16_t)(uintptr_t)information.Controller;

  union {
    PARALLEL_INTERRUPT_SERVICE_ROUTINE input;
    PARALLEL_INTERRUPT_INFORMATION output;
  } buffer = {.input = monitor_service(self)};
  parallel_isr_device_request connect = {
      .code = IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT,
      .system_buffer = &buffer,
      .input_length = sizeof buffer.input,
      .output_length = sizeof buffer.output,
      .client = self,
  };
  status = parallel_isr_device_control(port, &connect);
  if (status != STATUS_SUCCESS) return status;
  /* The routines may have been called already, but they use this only once the state allows it. */
  self->interrupt = buffer.output;
  self->state = MONITOR_IDLE;
  return STATUS_SUCCESS;
}

/* Asks for the port: it is ours at once, or monitor_allocated() is called. */
static NTSTATUS monitor_ask(monitor *self)
{
  if (!parallel_isr_synchronize(self->interrupt.InterruptObject, monitor_begin_waiting, self)) return STATUS_SUCCESS;
  parallel_isr_device_request request = {
      .code = IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE,
      .client = self,
      .completion = monitor_allocated,
      .completion_context = self,
  };
  const NTSTATUS status = parallel_isr_device_control(self->port, &request);
  if (status == STATUS_PENDING) return STATUS_SUCCESS; /* by now it may have ended: the state is the completion's */
  if (status == STATUS_SUCCESS) {
    self->allocated++;
    self->state = MONITOR_OWNER;
  } else {
    self->state = MONITOR_AWAY;
  }
  return status;
}

/* Does what it has the port for, and gives it back. What it is then, it is before the free: that may call the deferred
 * routine before it returns, and the port be taken again. */
static NTSTATUS monitor_sample(monitor *self, monitor_state then)
{
  self->status = lpt_status(self->base);
  self->samples++;
  self->visits = 0;
  self->state = then;
  parallel_isr_device_request request = {.code = IOCTL_INTERNAL_PARALLEL_PORT_FREE, .client = self};
  const NTSTATUS status = parallel_isr_device_control(self->port, &request);
  if (status == STATUS_SUCCESS) self->freed++;
  return status;
}

NTSTATUS monitor_visit(monitor *self)
{
  if (self->state == MONITOR_OWNER) return monitor_sample(self, MONITOR_IDLE);
  if (self->state != MONITOR_IDLE) return STATUS_SUCCESS;
  /* Each way in its turn; but do not wait for ever for a deferred routine that may never be called. */
  self->visits++;
  const bool ask = self->allocated + self->granted < self->taken || self->visits == MONITOR_PATIENCE;
  return ask ? monitor_ask(self) : STATUS_SUCCESS;
}

BOOLEAN monitor_retire(monitor *self)
{
  if (self->state == MONITOR_OWNER) (void)monitor_sample(self, MONITOR_AWAY);
  return parallel_isr_synchronize(self->interrupt.InterruptObject, monitor_begin_retirement, self);
}

NTSTATUS monitor_stop(monitor *self)
{
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service = monitor_service(self);
  parallel_isr_device_request request = {
      .code = IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT,
      .system_buffer = &service,
      .input_length = sizeof service,
      .client = self,
  };
  return parallel_isr_device_control(self->port, &request);
}

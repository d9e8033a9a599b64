/* SPDX-License-Identifier: MIT */
/*
 * The DDI's requests: decision order, statuses, buffers (DESIGN 2.2; the order is that of the original).
 *
 * Input and output are one buffer. All of the input is copied out before any of the output is written, and a request
 * that fails leaves the buffer as it was and its information 0.
 */
#ifndef PARALLEL_ISR_DEVICE_CONTROL_H
#define PARALLEL_ISR_DEVICE_CONTROL_H

/*@ predicate Small{L}(parallel_isr_device_request *r) =
      r->input_length < sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) ||
      r->output_length < sizeof(PARALLEL_INTERRUPT_INFORMATION);

    predicate Changes(integer code) = code == IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT ||
      code == IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT;

    predicate Uses(integer code) = code == IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE ||
      code == IOCTL_INTERNAL_PARALLEL_PORT_FREE || code == IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO;
*/

/* The only places where the buffer gets its types. */
/*@ requires before:   g_written == 0 && buffer != \null;
    terminates \true;  exits \false;
    assigns  \result \from buffer;
    ensures  service:  Service(\result);
*/
PARALLEL_ISR_INTERNAL PARALLEL_INTERRUPT_SERVICE_ROUTINE parallel_isr_buffer_read_service(const void *buffer)
{
  return *(const PARALLEL_INTERRUPT_SERVICE_ROUTINE *)buffer;
}

/*@ requires result:   buffer != \null && \valid_read(information);
    terminates \true;  exits \false;
    assigns  g_written;
    ensures  written:  g_written == 1;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_buffer_write_interrupt(void *buffer,
                                                               const PARALLEL_INTERRUPT_INFORMATION *information)
{
  *(PARALLEL_INTERRUPT_INFORMATION *)buffer = *information;
}

/*@ requires result:   buffer != \null && \valid_read(information);
    terminates \true;  exits \false;
    assigns  g_written;
    ensures  written:  g_written == 1;
*/
PARALLEL_ISR_INTERNAL void parallel_isr_buffer_write_port(void *buffer, const PARALLEL_PORT_INFORMATION *information)
{
  *(PARALLEL_PORT_INFORMATION *)buffer = *information;
}

/* Connects the client whom a buffer describes, and answers in the same buffer. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0 && g_written == 0;
    requires buffer:   buffer != \null;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, g_written;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  written:  g_written == (\result == STATUS_SUCCESS ? 1 : 0);
    ensures  passive:  g_level != PASSIVE_LEVEL ==> \result == STATUS_INVALID_DEVICE_STATE;
    ensures  refused:  g_level == PASSIVE_LEVEL && \old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_control_connect_buffer(parallel_isr_port *port, PVOID client, PVOID buffer)
{
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service = parallel_isr_buffer_read_service(buffer);
  PARALLEL_INTERRUPT_INFORMATION information;
  NTSTATUS status = parallel_isr_connect(port, client, &service, &information);
  if (status == STATUS_SUCCESS) parallel_isr_buffer_write_interrupt(buffer, &information);
  return status;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0 && g_written == 0;
    requires request:  \valid(request) && PARALLEL_ISR_SPEC_FOREIGN(request);
    requires zero:     request->information == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, request->information, g_written;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  failure:  \result != STATUS_SUCCESS ==> g_written == 0 && request->information == 0;
    ensures  success:  \result == STATUS_SUCCESS ==> g_written == 1 &&
                         request->information == sizeof(PARALLEL_INTERRUPT_INFORMATION);
    ensures  passive:  g_level != PASSIVE_LEVEL ==> \result == STATUS_INVALID_DEVICE_STATE;
    ensures  removed:  g_level == PASSIVE_LEVEL && \old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING;
    ensures  disabled: g_level == PASSIVE_LEVEL && g_now.removed == 0 &&
                       \old(g_configuration->enable_connect_interrupt) == FALSE ==> \result == STATUS_UNSUCCESSFUL;
    ensures  small:    g_level == PASSIVE_LEVEL && g_now.removed == 0 &&
                       \old(g_configuration->enable_connect_interrupt) != FALSE && \old(Small(request)) ==>
                         \result == STATUS_BUFFER_TOO_SMALL;
    ensures  null:     g_level == PASSIVE_LEVEL && g_now.removed == 0 &&
                       \old(g_configuration->enable_connect_interrupt) != FALSE && \old(!Small(request)) &&
                       \old(request->system_buffer) == \null ==> \result == STATUS_INVALID_PARAMETER;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_control_connect(parallel_isr_port *port,
                                                            parallel_isr_device_request *request)
{
  NTSTATUS status = parallel_isr_connect_allowed(port);
  if (status != STATUS_SUCCESS) return status;
  if (request->input_length < sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) ||
      request->output_length < sizeof(PARALLEL_INTERRUPT_INFORMATION))
    return STATUS_BUFFER_TOO_SMALL;
  if (request->system_buffer == NULL) return STATUS_INVALID_PARAMETER;
  status = parallel_isr_control_connect_buffer(port, request->client, request->system_buffer);
  if (status == STATUS_SUCCESS) request->information = sizeof(PARALLEL_INTERRUPT_INFORMATION);
  return status;
}

/* Disconnects the client whom a buffer describes. */
/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0 && g_written == 0;
    requires buffer:   buffer != \null;
    requires level:    g_level == PASSIVE_LEVEL;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  status:   \result != STATUS_INVALID_DEVICE_STATE;
    ensures  refused:  \old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_control_disconnect_buffer(parallel_isr_port *port, const void *buffer)
{
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service = parallel_isr_buffer_read_service(buffer);
  return parallel_isr_disconnect(port, &service);
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0 && g_written == 0;
    requires request:  \valid(request) && PARALLEL_ISR_SPEC_FOREIGN(request);
    requires zero:     request->information == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  zero:     request->information == 0;
    ensures  passive:  \result == STATUS_INVALID_DEVICE_STATE <==> g_level != PASSIVE_LEVEL;
    ensures  removed:  g_level == PASSIVE_LEVEL && \old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING;
    ensures  small:    g_level == PASSIVE_LEVEL && g_now.removed == 0 &&
                       \old(request->input_length) < sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) ==>
                         \result == STATUS_BUFFER_TOO_SMALL;
    ensures  null:     g_level == PASSIVE_LEVEL && g_now.removed == 0 &&
                       \old(request->input_length) >= sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) &&
                       \old(request->system_buffer) == \null ==> \result == STATUS_INVALID_PARAMETER;
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_control_disconnect(parallel_isr_port *port,
                                                               const parallel_isr_device_request *request)
{
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  /* Under the mutex: when the answer is DELETE_PENDING the removal has disconnected the client. */
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  //@ ghost parallel_isr_commit();
  if (removed != 0u) {
    NTSTATUS status = parallel_isr_disconnect(port, NULL);
    //@ assert zero: request->information == 0;
    return status;
  }
  if (request->input_length < sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE)) return STATUS_BUFFER_TOO_SMALL;
  if (request->system_buffer == NULL) return STATUS_INVALID_PARAMETER;
  NTSTATUS status = parallel_isr_control_disconnect_buffer(port, request->system_buffer);
  //@ assert zero: request->information == 0;
  return status;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0 && g_written == 0;
    requires request:  \valid(request) && PARALLEL_ISR_SPEC_FOREIGN(request);
    requires zero:     request->information == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP, request->information, g_written;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  failure:  \result != STATUS_SUCCESS ==> g_written == 0 && request->information == 0;
    ensures  success:  \result == STATUS_SUCCESS ==> g_written == 1 &&
                       request->information == sizeof(PARALLEL_PORT_INFORMATION);
    ensures  high:     \result == STATUS_INVALID_DEVICE_STATE <==> g_level > DISPATCH_LEVEL;
    ensures  removed:  g_level <= DISPATCH_LEVEL && \old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING;
    ensures  decided:  g_level <= DISPATCH_LEVEL && g_now.removed == 0 ==> \result ==
                         (request->output_length < sizeof(PARALLEL_PORT_INFORMATION) ? STATUS_BUFFER_TOO_SMALL :
                          request->system_buffer == \null ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_control_port_information(parallel_isr_port *port,
                                                                     parallel_isr_device_request *request)
{
  PARALLEL_PORT_INFORMATION information;
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  uint32_t removed = parallel_isr_backend_load(&port->removed);
  //@ ghost parallel_isr_commit();
  if (removed != 0u) return STATUS_DELETE_PENDING;
  if (request->output_length < sizeof(information)) return STATUS_BUFFER_TOO_SMALL;
  if (request->system_buffer == NULL) return STATUS_INVALID_PARAMETER;
  information.OriginalController = port->configuration->original_controller;
  information.Controller = port->configuration->controller;
  information.SpanOfController = port->configuration->span_of_controller;
  information.TryAllocatePort = parallel_isr_try_allocate_port;
  information.FreePort = parallel_isr_free_port;
  information.QueryNumWaiters = parallel_isr_query_waiters;
  information.Context = parallel_isr_identity(&port->nameless);
  parallel_isr_buffer_write_port(request->system_buffer, &information);
  request->information = sizeof(information);
  return STATUS_SUCCESS;
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires request:  \valid_read(request) && PARALLEL_ISR_SPEC_FOREIGN(request);
    requires zero:     request->information == 0;
    requires routine:  request->completion == \null || request->completion == &parallel_isr_any_completion;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  zero:     request->information == 0;
    ensures  high:     \result == STATUS_INVALID_DEVICE_STATE <==> \old(g_level) > DISPATCH_LEVEL;
    ensures  removed:  \old(g_now.removed) == 1 && g_level <= DISPATCH_LEVEL ==> \result == STATUS_DELETE_PENDING;
    ensures  none:     g_level <= DISPATCH_LEVEL && g_now.removed == 0 && \old(request->completion) == \null ==>
                         \result == STATUS_INVALID_PARAMETER;
    ensures  granted:  g_granted == (\result == STATUS_SUCCESS ? 1 : 0);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_control_allocate(parallel_isr_port *port,
                                                             const parallel_isr_device_request *request)
{
  return parallel_isr_allocate(port, request->client, request->completion, request->completion_context);
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires request:  \valid_read(request);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  high:     \result == STATUS_INVALID_DEVICE_STATE <==> g_level > DISPATCH_LEVEL;
    ensures  status:   g_level <= DISPATCH_LEVEL ==> \result == STATUS_SUCCESS || \result == STATUS_RESOURCE_NOT_OWNED;
    ensures  returned: g_level <= DISPATCH_LEVEL ==> g_returned == (\result == STATUS_SUCCESS ? 1 : 0);
*/
PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_control_free(parallel_isr_port *port,
                                                         const parallel_isr_device_request *request)
{
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  return parallel_isr_free(port, request->client);
}

/*@ requires ready:    Ready && port == g_port && Outside && g_now.locker != g_me;
    requires settled:  g_now.transit != g_me && Settled(g_mine);
    requires mutex:    g_locked == 0 && g_written == 0;
    requires request:  \valid(request) && PARALLEL_ISR_SPEC_FOREIGN(request);
    requires routine:  request->completion == \null || request->completion == &parallel_isr_any_completion;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_ACQUIRE, PARALLEL_ISR_SPEC_MUTEX, request->information, g_written;
    ensures  ready:    Ready && Outside && g_now.locker != g_me && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  level:    g_level == \old(g_level);
    ensures  mutex:    g_locked == 0;
    ensures  failure:  \result != STATUS_SUCCESS ==> g_written == 0 && request->information == 0;
    ensures  high:     g_level > DISPATCH_LEVEL ==> \result == STATUS_INVALID_DEVICE_STATE;
    ensures  passive:  g_level != PASSIVE_LEVEL && Changes(\old(request->code)) ==>
                         \result == STATUS_INVALID_DEVICE_STATE;
    ensures  unknown:  g_level <= DISPATCH_LEVEL && !Changes(\old(request->code)) && !Uses(\old(request->code)) ==>
                         \result == STATUS_INVALID_PARAMETER;
    ensures  removed:  g_level == PASSIVE_LEVEL && \old(g_now.removed) == 1 && Changes(\old(request->code)) ==>
                         \result == STATUS_DELETE_PENDING;
    ensures  disabled: g_level == PASSIVE_LEVEL && g_now.removed == 0 &&
                       \old(request->code) == IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT &&
                       \old(g_configuration->enable_connect_interrupt) == FALSE ==> \result == STATUS_UNSUCCESSFUL;
    ensures  small:    g_level == PASSIVE_LEVEL && g_now.removed == 0 &&
                       \old(request->code) == IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT &&
                       \old(g_configuration->enable_connect_interrupt) != FALSE ==>
                         (\old(Small(request)) ==> \result == STATUS_BUFFER_TOO_SMALL) &&
                         (\old(!Small(request)) && \old(request->system_buffer) == \null ==>
                            \result == STATUS_INVALID_PARAMETER);
    ensures  short:    g_level == PASSIVE_LEVEL && g_now.removed == 0 &&
                       \old(request->code) == IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT ==>
                         (\old(request->input_length) < sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) ==>
                            \result == STATUS_BUFFER_TOO_SMALL) &&
                         (\old(request->input_length) >= sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE) &&
                          \old(request->system_buffer) == \null ==> \result == STATUS_INVALID_PARAMETER);
    ensures  pending:  g_level <= DISPATCH_LEVEL && \old(request->code) == IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE ==>
                         (\old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING) &&
                         (g_now.removed == 0 && \old(request->completion) == \null ==>
                            \result == STATUS_INVALID_PARAMETER) &&
                         g_granted == (\result == STATUS_SUCCESS ? 1 : 0);
    ensures  free:     g_level <= DISPATCH_LEVEL && \old(request->code) == IOCTL_INTERNAL_PARALLEL_PORT_FREE ==>
                         (\result == STATUS_SUCCESS || \result == STATUS_RESOURCE_NOT_OWNED) &&
                         g_returned == (\result == STATUS_SUCCESS ? 1 : 0);
    ensures  told:     g_level <= DISPATCH_LEVEL && \old(request->code) == IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO ==>
                         (\old(g_now.removed) == 1 ==> \result == STATUS_DELETE_PENDING) &&
                         (g_now.removed == 0 ==> \result ==
                            (\old(request->output_length) < sizeof(PARALLEL_PORT_INFORMATION) ?
                               STATUS_BUFFER_TOO_SMALL :
                             \old(request->system_buffer) == \null ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS));
    ensures  connect:  \result == STATUS_SUCCESS && \old(request->code) == IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT ==>
                         request->information == sizeof(PARALLEL_INTERRUPT_INFORMATION);
    ensures  port:     \result == STATUS_SUCCESS && \old(request->code) == IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO ==>
                         request->information == sizeof(PARALLEL_PORT_INFORMATION);
*/
PARALLEL_ISR_API NTSTATUS parallel_isr_device_control(parallel_isr_port *port, parallel_isr_device_request *request)
{
  request->information = 0u;
  switch (request->code) {
  case IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT:
    return parallel_isr_control_connect(port, request);
  case IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT:
    return parallel_isr_control_disconnect(port, request);
  case IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE:
    return parallel_isr_control_allocate(port, request);
  case IOCTL_INTERNAL_PARALLEL_PORT_FREE:
    return parallel_isr_control_free(port, request);
  case IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO:
    return parallel_isr_control_port_information(port, request);
  default:
    break;
  }
  return parallel_isr_level_is_device(port) ? STATUS_INVALID_DEVICE_STATE : STATUS_INVALID_PARAMETER;
}

#endif

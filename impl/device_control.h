/* SPDX-License-Identifier: MIT */
/*
 * The DDI's requests: decision order, statuses, buffers (DESIGN 2.2; the order is that of the original).
 *
 * Input and output are one buffer. All of the input is copied out before any of the output is written, and a request
 * that fails leaves the buffer as it was and its information 0.
 */
#ifndef PARALLEL_ISR_DEVICE_CONTROL_H
#define PARALLEL_ISR_DEVICE_CONTROL_H

/* The only places where the buffer gets its types. */
PARALLEL_ISR_INTERNAL void parallel_isr_buffer_read_service(const void *buffer,
                                                            PARALLEL_INTERRUPT_SERVICE_ROUTINE *service)
{
  *service = *(const PARALLEL_INTERRUPT_SERVICE_ROUTINE *)buffer;
}

PARALLEL_ISR_INTERNAL void parallel_isr_buffer_write_interrupt(void *buffer,
                                                               const PARALLEL_INTERRUPT_INFORMATION *information)
{
  *(PARALLEL_INTERRUPT_INFORMATION *)buffer = *information;
}

PARALLEL_ISR_INTERNAL void parallel_isr_buffer_write_port(void *buffer, const PARALLEL_PORT_INFORMATION *information)
{
  *(PARALLEL_PORT_INFORMATION *)buffer = *information;
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_control_connect(parallel_isr_port *port,
                                                            parallel_isr_device_request *request)
{
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service;
  PARALLEL_INTERRUPT_INFORMATION information;
  NTSTATUS status = parallel_isr_connect_allowed(port);
  if (status != STATUS_SUCCESS) return status;
  if (request->input_length < sizeof(service) || request->output_length < sizeof(information))
    return STATUS_BUFFER_TOO_SMALL;
  if (request->system_buffer == NULL) return STATUS_INVALID_PARAMETER;
  parallel_isr_buffer_read_service(request->system_buffer, &service);
  status = parallel_isr_connect(port, request->client, &service, &information);
  if (status == STATUS_SUCCESS) {
    parallel_isr_buffer_write_interrupt(request->system_buffer, &information);
    request->information = sizeof(information);
  }
  return status;
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_control_disconnect(parallel_isr_port *port,
                                                               const parallel_isr_device_request *request)
{
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service;
  if (!parallel_isr_level_is_passive(port)) return STATUS_INVALID_DEVICE_STATE;
  /* Under the mutex: when the answer is DELETE_PENDING the removal has disconnected the client. */
  if (parallel_isr_backend_load(&port->removed) != 0u) return parallel_isr_disconnect(port, NULL);
  if (request->input_length < sizeof(service)) return STATUS_BUFFER_TOO_SMALL;
  if (request->system_buffer == NULL) return STATUS_INVALID_PARAMETER;
  parallel_isr_buffer_read_service(request->system_buffer, &service);
  return parallel_isr_disconnect(port, &service);
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_control_port_information(parallel_isr_port *port,
                                                                     parallel_isr_device_request *request)
{
  PARALLEL_PORT_INFORMATION information;
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  if (parallel_isr_backend_load(&port->removed) != 0u) return STATUS_DELETE_PENDING;
  if (request->output_length < sizeof(information)) return STATUS_BUFFER_TOO_SMALL;
  if (request->system_buffer == NULL) return STATUS_INVALID_PARAMETER;
  information.OriginalController = port->configuration->original_controller;
  information.Controller = port->configuration->controller;
  information.SpanOfController = port->configuration->span_of_controller;
  information.TryAllocatePort = parallel_isr_try_allocate_port;
  information.FreePort = parallel_isr_free_port;
  information.QueryNumWaiters = parallel_isr_query_waiters;
  information.Context = &port->nameless;
  parallel_isr_buffer_write_port(request->system_buffer, &information);
  request->information = sizeof(information);
  return STATUS_SUCCESS;
}

PARALLEL_ISR_INTERNAL NTSTATUS parallel_isr_control_free(parallel_isr_port *port,
                                                         const parallel_isr_device_request *request)
{
  if (parallel_isr_level_is_device(port)) return STATUS_INVALID_DEVICE_STATE;
  return parallel_isr_free(port, request->client);
}

PARALLEL_ISR_API NTSTATUS parallel_isr_device_control(parallel_isr_port *port, parallel_isr_device_request *request)
{
  request->information = 0u;
  switch (request->code) {
  case IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT:
    return parallel_isr_control_connect(port, request);
  case IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT:
    return parallel_isr_control_disconnect(port, request);
  case IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE:
    return parallel_isr_allocate(port, request->client, request->completion, request->completion_context);
  case IOCTL_INTERNAL_PARALLEL_PORT_FREE:
    return parallel_isr_control_free(port, request);
  case IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO:
    return parallel_isr_control_port_information(port, request);
  default:
    return parallel_isr_level_is_device(port) ? STATUS_INVALID_DEVICE_STATE : STATUS_INVALID_PARAMETER;
  }
}

#endif

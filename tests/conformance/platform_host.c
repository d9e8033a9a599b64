/* SPDX-License-Identifier: MIT */
/* The conformance core on the host backend. A nested interrupt is one that another processor takes. */
#include "conformance.h"
#include "platform.h"
#include "platform_host.h"

#define PARALLEL_ISR_TRACE(port, event, object) conformance_trace(port, event, object)
#define PARALLEL_ISR_IMPLEMENTATION
#include "parallel_isr.h"

BOOLEAN platform_configure(parallel_isr_configuration *configuration, uint32_t index)
{
  (void)index;
  parallel_isr_host_lower(PASSIVE_LEVEL);
  configuration->connect_version = CONNECT_LINE_BASED;
  configuration->backend.manual_dpc = TRUE;
  configuration->backend.vector = 40u;
  return TRUE;
}

platform_answer platform_interrupt(parallel_isr_port *port)
{
  if (port->backend.line_connected == 0u) return PLATFORM_NOT_DELIVERED;
  return parallel_isr_host_interrupt(port) ? PLATFORM_CLAIMED : PLATFORM_UNCLAIMED;
}

BOOLEAN platform_interrupt_elsewhere(parallel_isr_port *port)
{
  (void)parallel_isr_host_interrupt(port);
  return TRUE;
}

void platform_assert_line(parallel_isr_port *port)
{
  (void)parallel_isr_host_interrupt(port);
}

BOOLEAN platform_assert_at_connect(parallel_isr_configuration *configuration)
{
  configuration->backend.asserted = TRUE;
  return TRUE;
}

BOOLEAN platform_fail_connect(parallel_isr_configuration *configuration, NTSTATUS status)
{
  configuration->backend.line_status = status;
  return TRUE;
}

BOOLEAN platform_configure_messages(parallel_isr_configuration *configuration, uint32_t count)
{
  configuration->connect_version = CONNECT_MESSAGE_BASED;
  configuration->backend.messages = count;
  return TRUE;
}

platform_answer platform_message(parallel_isr_port *port, uint32_t message)
{
  if (port->backend.line_connected == 0u) return PLATFORM_NOT_DELIVERED;
  return parallel_isr_host_message(port, message) ? PLATFORM_CLAIMED : PLATFORM_UNCLAIMED;
}

BOOLEAN platform_describe(parallel_isr_port *port, IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *specified)
{
  specified->Vector = port->configuration->backend.vector;
  specified->Irql = PARALLEL_ISR_HOST_DIRQL;
  specified->InterruptMode = Latched;
  return TRUE;
}

uint32_t platform_line_connects(const parallel_isr_port *port)
{
  return port->backend.line_connects;
}

uint32_t platform_line_disconnects(const parallel_isr_port *port)
{
  return port->backend.line_disconnects;
}

BOOLEAN platform_run_dpc(parallel_isr_port *port)
{
  return parallel_isr_host_run_dpc(port);
}

KIRQL platform_raise(parallel_isr_port *port, KIRQL level)
{
  (void)port;
  return parallel_isr_host_raise(level > DISPATCH_LEVEL ? PARALLEL_ISR_HOST_DIRQL : level);
}

void platform_lower(parallel_isr_port *port, KIRQL level)
{
  (void)port;
  parallel_isr_host_lower(level);
}

KIRQL platform_level(const parallel_isr_port *port)
{
  KIRQL level = parallel_isr_backend_level(port);
  return level > DISPATCH_LEVEL ? PLATFORM_DIRQL : level;
}

BOOLEAN host_acquirer_waits(parallel_isr_port *port)
{
  return parallel_isr_gate_is_wanted(port);
}

uint32_t host_acquirers(parallel_isr_port *port)
{
  return parallel_isr_backend_load(&port->backend.ticket) - parallel_isr_backend_load(&port->backend.serving);
}

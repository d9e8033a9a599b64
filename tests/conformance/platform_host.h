/* SPDX-License-Identifier: MIT */
/* What tests of the host backend may look at besides. */
#ifndef CONFORMANCE_PLATFORM_HOST_H
#define CONFORMANCE_PLATFORM_HOST_H

#include "platform.h"

/* An acquirer waits for the gate. */
BOOLEAN host_acquirer_waits(parallel_isr_port *port);
/* Acquirers that wait for the lock among them, or have it. */
uint32_t host_acquirers(parallel_isr_port *port);

#endif

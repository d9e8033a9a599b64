/* SPDX-License-Identifier: MIT */
/*
 * How this image configures the library: every file that uses it includes this, and port.c makes it.
 */
#ifndef PORT_H
#define PORT_H

#define PARALLEL_ISR_BACKEND "../impl/backend_pic8259.h"

#ifdef IMAGE_TRACE
#include "trace.h"
#define PARALLEL_ISR_TRACE(port, event, object) trace_record((uint32_t)(event), object)
#define PORT_TRACE(event) trace_record((uint32_t)(event), NULL)
#else
#define PORT_TRACE(event) ((void)0)
#endif

#include "parallel_isr.h"

#endif

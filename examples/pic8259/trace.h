/* SPDX-License-Identifier: MIT */
/*
 * A record of what happened when: written to memory, read from there by demo.py when the image has ended.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdint.h>

/* Events of the image, beside those of the library (parallel_isr_trace_event). */
enum {
  TRACE_LINE_RAISED = 32, /* the device asks for an interrupt */
  TRACE_LINE_LOWERED,     /* it was told that it has got it */
  TRACE_INTERRUPT,        /* the handler of a line starts */
  TRACE_INTERRUPT_ENDED   /* it is about to return */
};

/* More events than this are counted, but not kept. */
#define TRACE_CAPACITY (1u << 19)

/* The name of a client in the record: 1, 2, ... in the order of these calls. */
void trace_name_client(const void *token);

/* Records an event; any level. */
void trace_record(uint32_t event, const volatile void *object);

/* The longest pass over the chain so far, in ticks of machine_time(). */
uint32_t trace_longest_pass(void);

/* Tells the host where the record is. */
void trace_print_location(void);

#endif

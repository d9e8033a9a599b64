/* SPDX-License-Identifier: MIT */
#include "trace.h"
#include "machine.h"
#include "port.h"

#define MAX_CLIENTS 2u

/* The layout is demo.py's too. */
typedef struct record {
  uint32_t time_low, time_high;
  uint16_t event, client; /* client 0: none, or nameless */
} record;

static record records[TRACE_CAPACITY];
static uint32_t recorded; /* events, kept or not */
static uint64_t pass_started;
static uint32_t longest_pass;
static const void *clients[MAX_CLIENTS];
static uint32_t client_count;

void trace_name_client(const void *token)
{
  clients[client_count++] = token;
}

static uint16_t client_number(const volatile void *object)
{
  for (uint32_t i = 0; i < client_count; i++)
    if (clients[i] == object) return (uint16_t)(i + 1);
  return 0;
}

static void measure_pass(uint32_t event, uint64_t now)
{
  if (event == PARALLEL_ISR_TRACE_PASS) pass_started = now;
  if (event == PARALLEL_ISR_TRACE_PASSED && now - pass_started > longest_pass)
    longest_pass = (uint32_t)(now - pass_started);
}

static void keep(uint32_t event, const volatile void *object, uint64_t now)
{
  record *const next = &records[recorded];
  next->time_low = (uint32_t)now;
  next->time_high = (uint32_t)(now >> 32);
  next->event = (uint16_t)event;
  next->client = client_number(object);
}

void trace_record(uint32_t event, const volatile void *object)
{
  const bool interrupts = machine_interrupts_save(); /* so that the order in memory is that of the times */
  const uint64_t now = machine_time();
  measure_pass(event, now);
  if (recorded < TRACE_CAPACITY) keep(event, object, now);
  if (recorded < UINT32_MAX) recorded++;
  machine_interrupts_restore(interrupts);
}

uint32_t trace_longest_pass(void)
{
  return longest_pass;
}

void trace_print_location(void)
{
  machine_print("trace ");
  machine_print_number((uint32_t)(uintptr_t)records);
  machine_print(" ");
  machine_print_number(recorded < TRACE_CAPACITY ? recorded : TRACE_CAPACITY);
  machine_print(" ");
  machine_print_number(recorded);
  machine_print("\n");
}

/* SPDX-License-Identifier: MIT */
/*
 * The demo: prints the boot loader's module on LPT1, by interrupts, while a monitor competes for the port; then
 * compares what the library counted with what the clients did.
 *
 * It talks to demo.py in lines on the serial port: `progress DONE TOTAL`, `count NAME VALUE`, `wrong TEXT`, `trace ..`.
 * It ends with MACHINE_PASSED if and only if everything was printed and every counter adds up.
 */
#include "machine.h"
#include "monitor.h"
#include "port.h"
#include "printer.h"
#include "trace.h"

#define LPT1_REGISTERS 0x378u
#define LPT1_IRQ 7u
#define MASTER_VECTOR 0x20u
#define SLAVE_VECTOR 0x28u
#define CHUNK 40u /* bytes that thread level writes at once: no multiple or divisor of a burst */

/* ---- the port ---------------------------------------------------------------------------------------------------- */

static parallel_isr_pic8259 controller;
static parallel_isr_port port;
static parallel_isr_connection connections[2];
static parallel_isr_request requests[2];
static const parallel_isr_configuration configuration = {
    .connections = connections,
    .connection_capacity = 2,
    .requests = requests,
    .request_capacity = 2,
    .enable_connect_interrupt = TRUE,
    .connect_version = CONNECT_LINE_BASED,
    .storm_unclaimed = PARALLEL_ISR_STORM_UNCLAIMED,
    .original_controller = {.QuadPart = LPT1_REGISTERS},
    .controller = (PUCHAR)LPT1_REGISTERS,
    .span_of_controller = 3,
    .backend = {.controller = &controller, .irq = LPT1_IRQ},
};

static printer the_printer;
static monitor the_monitor;
static volatile uint32_t interrupts; /* that the processor took, on any line */

/* The handler of every line. */
static void on_interrupt(machine_frame *frame)
{
  PORT_TRACE(TRACE_INTERRUPT);
  interrupts++;
  parallel_isr_pic8259_interrupt(&controller, (uint8_t)(frame->vector - MASTER_VECTOR));
  PORT_TRACE(TRACE_INTERRUPT_ENDED);
}

/* ---- counters ---------------------------------------------------------------------------------------------------- */

static uint32_t wrong;

static void report(const char *name, uint32_t value)
{
  machine_print("count ");
  machine_print(name);
  machine_print(" ");
  machine_print_number(value);
  machine_print("\n");
}

static void expect(bool holds, const char *what)
{
  if (holds) return;
  wrong++;
  machine_print("wrong ");
  machine_print(what);
  machine_print("\n");
}

/* Two counts of the same thing, from two sources. */
static void expect_equal(uint32_t left, uint32_t right, const char *what)
{
  if (left == right) return;
  expect(false, what);
  report("left", left);
  report("right", right);
}

static void expect_success(NTSTATUS status, const char *what)
{
  if (status == STATUS_SUCCESS) return;
  expect(false, what);
  machine_print("status ");
  machine_print_hex((uint32_t)status);
  machine_print("\n");
}

typedef struct chain_counts {
  uint32_t called[2], claimed[2], clients;
} chain_counts;

static BOOLEAN NTAPI visit_connection(PVOID context, const parallel_isr_connection_information *connection)
{
  chain_counts *const counts = context;
  counts->called[counts->clients] = connection->called;
  counts->claimed[counts->clients] = connection->claimed;
  counts->clients++;
  return TRUE;
}

/* What the library counted is what the clients did, and no interrupt, byte or turn is missing or there twice. */
static void check_counters(const parallel_isr_statistics *library, const chain_counts *chain, uint32_t length)
{
  const uint32_t spurious =
      parallel_isr_pic8259_spurious(&controller, 7) + parallel_isr_pic8259_spurious(&controller, 15);
  const printer *const p = &the_printer;
  const monitor *const m = &the_monitor;

  expect_equal(p->sent, length, "bytes sent == bytes of the file");
  expect_equal(interrupts, library->passes + library->merged + spurious, "interrupts == passes + merged + spurious");
  expect_equal(library->merged, 0, "on one processor no interrupt finds the gate held");
  expect_equal(library->unclaimed, library->passes - chain->claimed[0] - chain->claimed[1],
               "unclaimed == passes - claimed by either");
  expect_equal(library->unclaimed, 0, "every interrupt is claimed");
  expect_equal(library->exhausted, 0, "nobody passes twice");
  expect_equal(library->longest_run, length == 0 ? 0 : 1, "one pass serves one interrupt");
  expect_equal(chain->clients, 2, "two clients");
  expect_equal(chain->called[0], library->passes, "printer's ISR is called in every pass");
  expect_equal(chain->called[1], library->passes, "monitor's ISR is called in every pass");
  expect_equal(chain->called[0], p->called, "calls of the printer's ISR: library == printer");
  expect_equal(chain->called[1], m->called, "calls of the monitor's ISR: library == monitor");
  expect_equal(chain->claimed[0], p->claimed, "claims of the printer: library == printer");
  expect_equal(chain->claimed[0], p->sent, "one interrupt for each byte");
  expect_equal(chain->claimed[1], 0, "the monitor claims nothing");
  expect_equal(library->handovers, p->granted + m->granted, "hand-overs == requests granted from the queue");
  expect_equal(library->checks, p->checks + m->checks, "deferred checks: library == clients");
  expect_equal(library->failed, p->failed + m->failed, "failed tries: library == clients");
  expect_equal(library->refused, 0, "no free is refused");
  expect_equal(library->queued, 0, "nobody waits");
  expect_equal(p->freed, p->taken, "printer: ports taken by a try == given back");
  expect_equal(p->released, p->allocated + p->granted, "printer: ports allocated == given back");
  expect_equal(m->freed, m->taken + m->allocated + m->granted, "monitor: ports taken == given back");
  expect_equal(m->samples, m->freed, "monitor: one sample for each time that it owned the port");
  expect_equal(m->ended, 0, "monitor: no request ended without the port");

  report("bytes", p->sent);
  report("interrupts", interrupts);
  report("claimed_printer", chain->claimed[0]);
  report("claimed_monitor", chain->claimed[1]);
  report("unclaimed", library->unclaimed);
  report("merged", library->merged);
  report("passes", library->passes);
  report("spurious", spurious);
  report("handovers", library->handovers);
  report("checks", library->checks);
  report("failed", library->failed);
  report("printer_turns", p->taken + p->allocated + p->granted);
  report("monitor_turns_queue", m->allocated + m->granted);
  report("monitor_turns_check", m->taken);
  report("longest_pass", trace_longest_pass());
}

/* ---- the demo ---------------------------------------------------------------------------------------------------- */

static void report_progress(uint32_t done, uint32_t total)
{
  machine_print("progress ");
  machine_print_number(done);
  machine_print(" ");
  machine_print_number(total);
  machine_print("\n");
}

/* Thread level: feeds the printer and lets the monitor have its turns. */
static void print_file(const uint8_t *bytes, uint32_t length)
{
  const uint32_t step = length / 20 + 1;
  uint32_t written = 0, next_report = 0;
  BOOLEAN done = FALSE;
  while (!done && the_printer.fault == 0) {
    const uint32_t left = length - written;
    written += printer_write(&the_printer, &bytes[written], left < CHUNK ? left : CHUNK);
    expect_success(monitor_visit(&the_monitor), "monitor_visit");
    if (the_printer.sent >= next_report) {
      report_progress(the_printer.sent, length);
      next_report = the_printer.sent + step;
    }
    done = written == length && printer_flush(&the_printer);
  }
  (void)printer_flush(&the_printer); /* a printer at fault gives the port back, too */
  while (!monitor_retire(&the_monitor)) machine_pause();
  report_progress(the_printer.sent, length);
}

static void stop_if_wrong(void)
{
  if (wrong != 0) machine_exit(MACHINE_FAILED);
}

static void run(const uint8_t *bytes, uint32_t length)
{
  parallel_isr_statistics statistics;
  chain_counts chain = {.clients = 0};

  expect_success(parallel_isr_pic8259_initialize(&controller, MASTER_VECTOR, SLAVE_VECTOR),
                 "the interrupt controllers");
  for (uint32_t irq = 0; irq < PARALLEL_ISR_PIC8259_LINES; irq++) machine_handle(MASTER_VECTOR + irq, on_interrupt);
  machine_interrupts_on();
  expect_success(parallel_isr_initialize(&port, &configuration), "parallel_isr_initialize");
  stop_if_wrong();
  expect_success(printer_start(&the_printer, &port), "printer_start: there is no printer");
  expect_success(monitor_start(&the_monitor, &port), "monitor_start");
  stop_if_wrong();

  print_file(bytes, length);

  expect(the_printer.fault == 0, "the printer reports a fault");
  expect_success(parallel_isr_iterate(&port, visit_connection, &chain), "parallel_isr_iterate");
  expect_success(monitor_stop(&the_monitor), "monitor_stop");
  expect_success(printer_stop(&the_printer), "printer_stop");
  expect_success(parallel_isr_query_statistics(&port, &statistics), "parallel_isr_query_statistics");
  check_counters(&statistics, &chain, length);
  expect_success(parallel_isr_remove(&port), "parallel_isr_remove");
}

int main(void)
{
  const uint8_t *bytes = NULL;
  uint32_t length = 0;
  if (!machine_module(&bytes, &length)) length = 0;
  trace_name_client(&the_printer);
  trace_name_client(&the_monitor);
  run(bytes, length);
  trace_print_location();
  return wrong == 0 ? MACHINE_PASSED : MACHINE_FAILED;
}

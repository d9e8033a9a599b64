/* SPDX-License-Identifier: MIT */
/* parprint.sys: its writes as IRPs, with the printer's interrupts where they hurt. */
#include "cases.h"

static const char text[] = "abc";
#define LENGTH 3u

typedef struct writing {
  sim_irp irp;
  DEVICE_OBJECT *device;
  char *bytes; /* gone when it has ended, as the system's buffer */
} writing;
static writing writes[3];

static void written(sim_irp *irp)
{
  sim_free(((writing *)irp->context)->bytes);
}

static DEVICE_OBJECT *printer(void)
{
  DEVICE_OBJECT *const device = sim_find_device(L"\\Device\\ParPrint0");
  if (device == NULL) sim_fatal("parprint.sys is not loaded");
  return device;
}

static void write(void *context)
{
  writing *const self = context;
  self->device = printer();
  sim_irp_create(&self->irp, self->device, IRP_MJ_WRITE, 0);
  sim_irp_stack(&self->irp)->Parameters.Write.Length = LENGTH;
  self->bytes = sim_allocate(LENGTH);
  memcpy(self->bytes, text, LENGTH);
  self->irp.irp->AssociatedIrp.SystemBuffer = self->bytes;
  self->irp.on_completion = written;
  self->irp.context = self;
  (void)sim_irp_send(&self->irp, self->device);
}

static void acknowledge(void *unused)
{
  (void)unused;
  (void)sim_printer_acknowledge();
}

static void cancel(void *context)
{
  (void)sim_irp_cancel(&((writing *)context)->irp);
}

static void tear_off(void)
{
  sim_the_printer.count = 0;
  sim_the_printer.fault = false;
}

static void print_all(void)
{
  while (sim_printer_acknowledge()) {
  }
  CHECK_EQUAL(sim_the_printer.lost, 0);
}

static void check_printed(const writing *one, uint32_t copies)
{
  CHECK_EQUAL(one->irp.ended, 1);
  CHECK_EQUAL(one->irp.result.Status, STATUS_SUCCESS);
  CHECK_EQUAL(one->irp.result.Information, LENGTH);
  CHECK_EQUAL(sim_the_printer.count, copies * LENGTH);
  for (uint32_t i = 0; i < copies; i++) CHECK(memcmp(sim_the_printer.paper + i * LENGTH, text, LENGTH) == 0);
}

static void printer_prints_byte_by_byte(void)
{
  tear_off();
  write(&writes[0]);
  CHECK_EQUAL(writes[0].irp.returned, STATUS_PENDING);
  for (uint32_t i = 1; i <= LENGTH; i++) {
    CHECK_EQUAL(sim_the_printer.count, i);
    CHECK_EQUAL(writes[0].irp.ended, 0);
    CHECK(sim_printer_acknowledge());
  }
  check_printed(&writes[0], 1);
  CHECK(!sim_printer_acknowledge());
}

static void printer_prints_in_order(void)
{
  tear_off();
  for (uint32_t i = 0; i < 3; i++) write(&writes[i]);
  print_all();
  for (uint32_t i = 0; i < 3; i++) check_printed(&writes[i], 3);
}

static void printer_write_of_nothing(void)
{
  sim_irp irp;
  sim_irp_create(&irp, printer(), IRP_MJ_WRITE, 0);
  CHECK_EQUAL(sim_irp_send(&irp, printer()), STATUS_SUCCESS);
}

static void printer_out_of_paper(void)
{
  tear_off();
  sim_the_printer.fault = true;
  write(&writes[0]);
  CHECK_EQUAL(writes[0].irp.ended, 1);
  CHECK(!NT_SUCCESS(writes[0].irp.result.Status));
  tear_off();
  write(&writes[0]);
  sim_the_printer.fault = true; /* in the middle */
  print_all();
  CHECK_EQUAL(writes[0].irp.ended, 1);
  CHECK(!NT_SUCCESS(writes[0].irp.result.Status));
  tear_off();
  write(&writes[0]);
  print_all();
  check_printed(&writes[0], 1);
}

/* What is cancelled ends at once; the byte that the printer has comes out, and the next write follows. */
static void printer_cancel_at_every_byte(void)
{
  for (uint32_t after = 0; after < LENGTH; after++) {
    sim_step = after;
    tear_off();
    write(&writes[0]);
    write(&writes[1]);
    for (uint32_t i = 0; i < after; i++) CHECK(sim_printer_acknowledge());
    CHECK(sim_irp_cancel(&writes[0].irp));
    CHECK_EQUAL(writes[0].irp.ended, 1);
    CHECK_EQUAL(writes[0].irp.result.Status, STATUS_CANCELLED);
    print_all();
    CHECK_EQUAL(writes[1].irp.result.Status, STATUS_SUCCESS);
    CHECK_EQUAL(sim_the_printer.count, after + 1 + LENGTH);
    CHECK(memcmp(sim_the_printer.paper + after + 1, text, LENGTH) == 0);
  }
}

static void printer_cancel_with_nothing_behind(void)
{
  for (uint32_t after = 0; after < LENGTH; after++) {
    sim_step = after;
    tear_off();
    write(&writes[0]);
    for (uint32_t i = 0; i < after; i++) CHECK(sim_printer_acknowledge());
    CHECK(sim_irp_cancel(&writes[0].irp));
    print_all();
    CHECK_EQUAL(sim_the_printer.count, after + 1);
  }
}

static void printer_cancel_in_the_queue(void)
{
  tear_off();
  for (uint32_t i = 0; i < 3; i++) write(&writes[i]);
  cancel(&writes[1]);
  CHECK_EQUAL(writes[1].irp.result.Status, STATUS_CANCELLED);
  print_all();
  check_printed(&writes[0], 2);
  check_printed(&writes[2], 2);
}

static void printer_interrupt_that_is_nobodys(void)
{
  tear_off();
  CHECK_EQUAL(sim_interrupt(VECTOR), SIM_UNCLAIMED);
  write(&writes[0]);
  CHECK_EQUAL(sim_interrupt(VECTOR), SIM_UNCLAIMED); /* the printer is busy still */
  CHECK_EQUAL(sim_the_printer.count, 1);
  print_all();
  check_printed(&writes[0], 1);
}

/* Another client has the port: nothing is printed until he gives it back. */
static void printer_waits_for_the_port(void)
{
  tear_off();
  client_open(&alice, "alice");
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  CHECK(client_try(&alice));
  write(&writes[0]);
  CHECK_EQUAL(sim_the_printer.count, 0);
  client_free(&alice);
  CHECK_EQUAL(sim_the_printer.count, 1); /* by its deferred routine */
  CHECK(!client_try(&alice));
  print_all();
  check_printed(&writes[0], 1);
  CHECK(client_try(&alice));
  client_free(&alice);
  CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
  client_close(&alice);
}

/* ---- at every boundary ------------------------------------------------------------------------------------------- */

static uint32_t taken_before; /* bytes of write 0 that the printer has taken before the operation */

/* The operation is upon write 0; behind it, or before it if the printer is busy, write 1 is to be printed. */
static void sweep(void (*operation)(void *), void (*action)(void *), bool elsewhere, bool busy)
{
  const bool is_cancel = operation == cancel;
  uint32_t boundaries = 0;
  for (sim_step = 0; sim_step <= boundaries; sim_step++) {
    if (elsewhere && sim_step != 0 && !sim_step_is_free(sim_step - 1u)) continue;
    tear_off();
    writes[0].irp.ended = 0;
    if (is_cancel) write(&writes[0]);
    for (uint32_t i = 0; i < taken_before; i++) CHECK(sim_printer_acknowledge());
    if (busy) write(&writes[1]);
    if (sim_step == 0)
      boundaries = sim_step_trace(operation, &writes[0]);
    else
      sim_step_to(sim_step - 1u, operation, &writes[0], action, NULL);
    if (!busy) write(&writes[1]);
    print_all();
    CHECK_EQUAL(writes[0].irp.ended, 1);
    if (!is_cancel) {
      check_printed(&writes[0], 2);
    } else if (writes[0].irp.result.Status != STATUS_SUCCESS) {
      CHECK_EQUAL(writes[0].irp.result.Status, STATUS_CANCELLED);
      CHECK(sim_the_printer.count >= LENGTH);
    }
    CHECK_EQUAL(writes[1].irp.result.Status, STATUS_SUCCESS);
  }
  CHECK(sim_step > 20);
}

static void acknowledge_elsewhere(void *unused)
{
  sim_on_another_processor(acknowledge, unused);
}

static void write_interrupted(void)
{
  sweep(write, acknowledge, false, false);
}

static void write_to_a_busy_printer_interrupted(void)
{
  sweep(write, acknowledge, false, true);
}

static void write_to_a_busy_printer_beside_interrupt(void)
{
  sweep(write, acknowledge_elsewhere, true, true);
}

static void cancel_of_a_write_interrupted(void)
{
  sweep(cancel, acknowledge, false, true);
}

static void cancel_of_the_only_write_interrupted(void)
{
  sweep(cancel, acknowledge, false, false);
}

static void cancel_of_a_write_beside_interrupt(void)
{
  sweep(cancel, acknowledge_elsewhere, true, true);
}

/* The DPC of the last byte finds a write whose cancel routine has begun, and leaves it alone. */
static void cancel_beside_the_last_interrupt(void)
{
  taken_before = LENGTH - 1u;
  sweep(cancel, acknowledge_elsewhere, true, true);
  sweep(cancel, acknowledge, false, true);
  taken_before = 0;
}

/* The ISR and the DPC of the last byte, with a cancel by another processor in between. */
static void finish(void *unused)
{
  (void)unused;
  (void)sim_printer_acknowledge();
}

static void cancel_elsewhere(void *unused)
{
  (void)unused;
  sim_on_another_processor(cancel, &writes[0]);
}

static void end_beside_cancel(void)
{
  uint32_t boundaries = 0, cancelled = 0;
  for (sim_step = 0; sim_step <= boundaries; sim_step++) {
    if (sim_step != 0 && !sim_step_is_free(sim_step - 1u)) continue;
    tear_off();
    write(&writes[0]);
    CHECK(sim_printer_acknowledge() && sim_printer_acknowledge());
    if (sim_step == 0)
      boundaries = sim_step_trace(finish, NULL);
    else
      sim_step_to(sim_step - 1u, finish, NULL, cancel_elsewhere, NULL);
    print_all();
    CHECK_EQUAL(writes[0].irp.ended, 1);
    cancelled += writes[0].irp.result.Status == STATUS_CANCELLED;
    if (writes[0].irp.result.Status != STATUS_CANCELLED) check_printed(&writes[0], 1);
    write(&writes[1]);
    print_all();
    CHECK_EQUAL(writes[1].irp.result.Status, STATUS_SUCCESS);
  }
  CHECK(cancelled > 0 && cancelled < boundaries);
}

static const sim_case table[] = {
    CASE(printer_prints_byte_by_byte),
    CASE(printer_prints_in_order),
    CASE(printer_write_of_nothing),
    CASE(printer_out_of_paper),
    CASE(printer_cancel_at_every_byte),
    CASE(printer_cancel_with_nothing_behind),
    CASE(printer_cancel_in_the_queue),
    CASE(printer_interrupt_that_is_nobodys),
    CASE(printer_waits_for_the_port),
    CASE(write_interrupted),
    CASE(write_to_a_busy_printer_interrupted),
    CASE(write_to_a_busy_printer_beside_interrupt),
    CASE(cancel_of_a_write_interrupted),
    CASE(cancel_of_the_only_write_interrupted),
    CASE(cancel_of_a_write_beside_interrupt),
    CASE(cancel_beside_the_last_interrupt),
    CASE(end_beside_cancel),
};
CASES(printer_cases, table);

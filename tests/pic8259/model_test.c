/* SPDX-License-Identifier: MIT */
/*
 * The 8259 backend on a model of the chips: for each of the lines, which accesses it makes and in which order. In the
 * log `20=67` is a write, `20?` a read, `isr` a call of the client's ISR, `dpc` one of a completion routine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define PARALLEL_ISR_PIC8259_MACHINE "chip_model.h"
#define PARALLEL_ISR_PIC8259_CPUS 2
#define PARALLEL_ISR_PIC8259_CPU() model.cpu
#define PARALLEL_ISR_IMPLEMENTATION
#include "parallel_isr.h"

#define MASTER_VECTOR 0x30
#define SLAVE_VECTOR 0x78
#define LINES PARALLEL_ISR_PIC8259_LINES

/* ---- a port ------------------------------------------------------------------------------------------------------ */

static parallel_isr_pic8259 controller;
static parallel_isr_port port;
static parallel_isr_connection connection;
static parallel_isr_request requests[2];
static parallel_isr_configuration configuration;
static uint32_t in_service_in_the_isr;
static KIRQL level_in_the_isr;
static void (*on_interrupt)(void);

static void model_trampoline(uint8_t vector)
{
  const uint32_t irq = vector >= SLAVE_VECTOR ? vector - SLAVE_VECTOR + 8u : (uint32_t)vector - MASTER_VECTOR;
  assert_true(irq < LINES);
  parallel_isr_pic8259_interrupt(&controller, (uint8_t)irq);
}

static uint32_t in_service(void)
{
  return model.master.in_service | (uint32_t)model.slave.in_service << 8;
}

static uint32_t masks(void)
{
  return model.master.mask | (uint32_t)model.slave.mask << 8;
}

static BOOLEAN NTAPI isr(PKINTERRUPT interrupt, PVOID context)
{
  assert_ptr_equal(interrupt, &port);
  assert_ptr_equal(context, &connection);
  model_log("isr ", 0, 0);
  in_service_in_the_isr = in_service();
  level_in_the_isr = parallel_isr_backend_level(&port);
  if (on_interrupt != NULL) on_interrupt();
  return TRUE;
}

static const PARALLEL_INTERRUPT_SERVICE_ROUTINE service = {isr, &connection, NULL, NULL};

static void power_on(void)
{
  model = (struct model){.interrupts = true};
  on_interrupt = NULL;
  memset(&controller, 0xA5, sizeof controller);
  assert_int_equal(parallel_isr_pic8259_initialize(&controller, MASTER_VECTOR, SLAVE_VECTOR), STATUS_SUCCESS);
}

static NTSTATUS start(uint32_t irq)
{
  configuration = (parallel_isr_configuration){
      .connections = &connection,
      .connection_capacity = 1,
      .requests = requests,
      .request_capacity = 2,
      .enable_connect_interrupt = TRUE,
      .connect_version = CONNECT_LINE_BASED,
      .backend = {.controller = &controller, .irq = (uint8_t)irq},
  };
  return parallel_isr_initialize(&port, &configuration);
}

static void forget_log(void)
{
  model.logged = 0;
  model.log[0] = '\0';
}

static void connect(void)
{
  PARALLEL_INTERRUPT_INFORMATION information;
  assert_int_equal(parallel_isr_connect(&port, NULL, &service, &information), STATUS_SUCCESS);
}

static void disconnect(void)
{
  assert_int_equal(parallel_isr_disconnect(&port, &service), STATUS_SUCCESS);
}

static void connect_line(uint32_t irq)
{
  power_on();
  assert_int_equal(start(irq), STATUS_SUCCESS);
  connect();
  forget_log();
}

/* For every line that a port can have. */
#define EACH_LINE(irq)                       \
  for (uint32_t irq = 0; irq < LINES; irq++) \
    if (irq != PARALLEL_ISR_PIC8259_CASCADE)

/* ---- initialization ---------------------------------------------------------------------------------------------- */

static void model_initialization(void **state)
{
  (void)state;
  power_on();
  assert_string_equal(model.log, "20=11 80=00 a0=11 80=00 21=30 80=00 a1=78 80=00 21=04 80=00 a1=02 80=00 "
                                 "21=01 80=00 a1=01 80=00 21=fb 80=00 a1=ff 80=00 ");
  for (uint32_t irq = 0; irq < LINES; irq++) assert_null(controller.lines[irq].port);
  assert_int_equal(parallel_isr_pic8259_spurious(&controller, 0), 0);
  assert_int_equal(parallel_isr_pic8259_spurious(&controller, 8), 0);
}

static void model_initialization_refused(void **state)
{
  static const uint8_t vectors[][2] = {{24, 0x78}, {0x30, 24}, {0x31, 0x78}, {0x30, 0x7C}, {0x30, 0x30}, {0, 8}};
  parallel_isr_pic8259 before;
  (void)state;
  power_on();
  forget_log();
  before = controller;
  for (uint32_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
    assert_int_equal(parallel_isr_pic8259_initialize(&controller, vectors[i][0], vectors[i][1]),
                     STATUS_INVALID_PARAMETER);
  assert_int_equal(parallel_isr_pic8259_initialize(NULL, 0x30, 0x78), STATUS_INVALID_PARAMETER);
  assert_string_equal(model.log, "");
  assert_memory_equal(&controller, &before, sizeof controller);
}

static void model_lines_that_no_port_can_have(void **state)
{
  (void)state;
  power_on();
  forget_log();
  assert_int_equal(start(2), STATUS_INVALID_PARAMETER);
  assert_int_equal(start(16), STATUS_INVALID_PARAMETER);
  assert_int_equal(start(255), STATUS_INVALID_PARAMETER);
  configuration.backend.controller = NULL;
  configuration.backend.irq = 7;
  assert_int_equal(parallel_isr_initialize(&port, &configuration), STATUS_INVALID_PARAMETER);
  EACH_LINE(irq)
  {
    assert_int_equal(start(irq), STATUS_SUCCESS);
    parallel_isr_port other;
    assert_int_equal(parallel_isr_initialize(&other, &configuration), STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(parallel_isr_remove(&port), STATUS_SUCCESS);
  }
  assert_string_equal(model.log, ""); /* nobody connected anything */
}

static void model_forms_of_a_connection(void **state)
{
  static const struct {
    ULONG version;
    NTSTATUS status;
  } forms[] = {
      {CONNECT_FULLY_SPECIFIED, STATUS_SUCCESS},
      {CONNECT_LINE_BASED, STATUS_SUCCESS},
      {CONNECT_MESSAGE_BASED, STATUS_NOT_SUPPORTED},
      {CONNECT_FULLY_SPECIFIED_GROUP, STATUS_NOT_SUPPORTED},
  };
  PARALLEL_INTERRUPT_INFORMATION information;
  (void)state;
  for (uint32_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    power_on();
    assert_int_equal(start(7), STATUS_SUCCESS);
    configuration.connect_version = forms[i].version;
    forget_log();
    assert_int_equal(parallel_isr_connect(&port, NULL, &service, &information), forms[i].status);
    assert_string_equal(model.log, forms[i].status == STATUS_SUCCESS ? "21? 21=7b " : "");
  }
}

/* ---- masks ------------------------------------------------------------------------------------------------------- */

/* One read and one write of one chip; the other lines' bits as they were. */
static void model_connect_and_disconnect(void **state)
{
  static const uint16_t others[] = {0xFFFB, 0x0000, 0xA55A, 0x5AA1};
  char expected[64];
  (void)state;
  EACH_LINE(irq)
  for (uint32_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    const uint32_t bit = 1u << irq, before = others[i] | bit;
    const unsigned data = irq < 8u ? 0x21 : 0xA1, command = irq < 8u ? 0x20 : 0xA0, shift = irq < 8u ? 0 : 8;
    power_on();
    assert_int_equal(start(irq), STATUS_SUCCESS);
    model.master.mask = (uint8_t)before;
    model.slave.mask = (uint8_t)(before >> 8);
    forget_log();
    connect();
    snprintf(expected, sizeof expected, "%02x? %02x=%02x ", data, data, (before & ~bit) >> shift & 0xFFu);
    assert_string_equal(model.log, expected);
    assert_int_equal(masks(), before & ~bit);
    forget_log();
    disconnect();
    snprintf(expected, sizeof expected, "%02x? %02x=%02x %02x=0b %02x? ", data, data, before >> shift & 0xFFu, command,
             command);
    assert_string_equal(model.log, expected);
    assert_int_equal(masks(), before);
    assert_true(model.interrupts);
  }
}

static void model_mask_keeps_the_interrupt_flag(void **state)
{
  (void)state;
  power_on();
  for (uint32_t on = 0; on < 2u; on++) {
    model.interrupts = on != 0;
    parallel_isr_pic8259_unmask(&controller, 9);
    assert_int_equal(model.interrupts, on);
    assert_int_equal(masks(), 0xFDFB);
    parallel_isr_pic8259_mask(&controller, 9);
    assert_int_equal(model.interrupts, on);
    assert_int_equal(masks(), 0xFFFB);
  }
}

static void unlock_masks(void)
{
  assert_false(model.interrupts);
  assert_string_equal(model.log, ""); /* not even read */
  if (model.pauses == 3u) controller.mask_lock = 0;
}

static void model_masks_are_changed_by_one_processor_at_a_time(void **state)
{
  (void)state;
  power_on();
  controller.mask_lock = 1; /* the other processor */
  model.on_pause = unlock_masks;
  forget_log();
  parallel_isr_pic8259_unmask(&controller, 4);
  assert_int_equal(model.pauses, 3);
  assert_string_equal(model.log, "21? 21=eb ");
  assert_int_equal(controller.mask_lock, 0);
}

/* ---- ends of interrupts ------------------------------------------------------------------------------------------ */

static const struct row {
  uint32_t irq;
  const char *connected, *unconnected;
  uint32_t in_service; /* while the ISR runs */
} rows[] = {
    {0, "isr 20=60 ", "20=60 ", 0x0001},
    {1, "isr 20=61 ", "20=61 ", 0x0002},
    {3, "isr 20=63 ", "20=63 ", 0x0008},
    {4, "isr 20=64 ", "20=64 ", 0x0010},
    {5, "isr 20=65 ", "20=65 ", 0x0020},
    {6, "isr 20=66 ", "20=66 ", 0x0040},
    {7, "20=0b 20? isr 20=67 ", "20=0b 20? 20=67 ", 0x0080},
    {8, "isr a0=60 20=62 ", "a0=60 20=62 ", 0x0104},
    {9, "isr a0=61 20=62 ", "a0=61 20=62 ", 0x0204},
    {10, "isr a0=62 20=62 ", "a0=62 20=62 ", 0x0404},
    {11, "isr a0=63 20=62 ", "a0=63 20=62 ", 0x0804},
    {12, "isr a0=64 20=62 ", "a0=64 20=62 ", 0x1004},
    {13, "isr a0=65 20=62 ", "a0=65 20=62 ", 0x2004},
    {14, "isr a0=66 20=62 ", "a0=66 20=62 ", 0x4004},
    {15, "a0=0b a0? isr a0=67 20=62 ", "a0=0b a0? a0=67 20=62 ", 0x8004},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void model_real_interrupt_of_every_line(void **state)
{
  (void)state;
  assert_int_equal(ROWS, LINES - 1u);
  for (uint32_t i = 0; i < ROWS; i++) {
    connect_line(rows[i].irq);
    for (uint32_t k = 0; k < 2u; k++) {
      forget_log();
      model_raise(rows[i].irq);
      assert_string_equal(model.log, rows[i].connected);
      assert_int_equal(in_service_in_the_isr, rows[i].in_service);
      assert_int_equal(level_in_the_isr, 27u - rows[i].irq);
      assert_int_equal(in_service(), 0);
    }
  }
}

static void model_interrupt_of_a_line_without_a_client(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < ROWS; i++) {
    power_on();
    if (i % 2u == 0) assert_int_equal(start(rows[i].irq), STATUS_SUCCESS);
    parallel_isr_pic8259_unmask(&controller, (uint8_t)rows[i].irq);
    forget_log();
    model_raise(rows[i].irq);
    assert_string_equal(model.log, rows[i].unconnected);
    assert_int_equal(in_service(), 0);
  }
}

static void model_spurious_7(void **state)
{
  (void)state;
  connect_line(7);
  model_acknowledge(); /* nothing is requested */
  assert_string_equal(model.log, "20=0b 20? ");
  assert_int_equal(parallel_isr_pic8259_spurious(&controller, 7), 1);
  assert_int_equal(parallel_isr_pic8259_spurious(&controller, 15), 0);
  forget_log();
  model_raise(7);
  assert_string_equal(model.log, "20=0b 20? isr 20=67 ");
  assert_int_equal(parallel_isr_pic8259_spurious(&controller, 0), 1);
}

/* While another line is in service, which must stay there. */
static void model_spurious_7_beside_every_line(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < ROWS; i++) {
    if (rows[i].irq == 7u) continue;
    connect_line(7);
    model.master.in_service = (uint8_t)rows[i].in_service;
    model.slave.in_service = (uint8_t)(rows[i].in_service >> 8);
    model_acknowledge();
    assert_string_equal(model.log, "20=0b 20? ");
    assert_int_equal(in_service(), rows[i].in_service);
  }
}

/* The master believed the slave and has the cascade in service. */
static void model_spurious_15(void **state)
{
  (void)state;
  connect_line(15);
  for (uint32_t i = 1; i <= 2u; i++) {
    model.interrupts = false;
    model_raise(15);
    model_withdraw(15);
    forget_log();
    parallel_isr_pic8259_interrupts_on();
    assert_string_equal(model.log, "a0=0b a0? 20=62 ");
    assert_int_equal(in_service(), 0);
    assert_int_equal(parallel_isr_pic8259_spurious(&controller, 8), i);
    assert_int_equal(parallel_isr_pic8259_spurious(&controller, 7), 0);
  }
  forget_log();
  model_raise(15);
  assert_string_equal(model.log, "a0=0b a0? isr a0=67 20=62 ");
}

static void model_spurious_interrupts_are_counted_up_to_a_limit(void **state)
{
  (void)state;
  connect_line(7);
  controller.spurious[0] = PARALLEL_ISR_COUNTER_LIMIT - 1u;
  for (uint32_t i = 0; i < 3u; i++) {
    model_acknowledge();
    assert_int_equal(parallel_isr_pic8259_spurious(&controller, 7), PARALLEL_ISR_COUNTER_LIMIT);
  }
}

/* The line is in service until the chain has run: what comes meanwhile is latched, once, and taken behind it. */
static void raise_line_twice(void)
{
  on_interrupt = NULL;
  model_raise(configuration.backend.irq);
  model_raise(configuration.backend.irq);
}

static void model_interrupts_during_the_isr_are_one_more(void **state)
{
  char expected[128];
  (void)state;
  for (uint32_t i = 0; i < ROWS; i++) {
    connect_line(rows[i].irq);
    on_interrupt = raise_line_twice;
    model_raise(rows[i].irq);
    snprintf(expected, sizeof expected, "%s%s", rows[i].connected, rows[i].connected);
    assert_string_equal(model.log, expected);
    assert_int_equal(in_service(), 0);
  }
}

/* ---- disconnect -------------------------------------------------------------------------------------------------- */

/* The other processor's trampoline ends the interrupt after a while. */
static void end_in_service(void)
{
  assert_true(model.interrupts);
  if (model.pauses < 3u) return;
  model.master.in_service = 0;
  model.slave.in_service = 0;
}

static void model_disconnect_waits_while_the_line_is_in_service(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < ROWS; i++) {
    connect_line(rows[i].irq);
    model.master.in_service = (uint8_t)rows[i].in_service;
    model.slave.in_service = (uint8_t)(rows[i].in_service >> 8);
    model.on_pause = end_in_service;
    disconnect();
    assert_int_equal(model.pauses, 3);
    assert_int_equal(masks(), 0xFFFB);
  }
}

/* Another line's service is none of its business. */
static void model_disconnect_does_not_wait_for_other_lines(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < ROWS; i++) {
    const uint32_t others = (rows[i].irq < 8u ? 0xFFFFu : 0xFF04u) & ~(1u << rows[i].irq);
    connect_line(rows[i].irq);
    model.master.in_service = (uint8_t)others;
    model.slave.in_service = (uint8_t)(others >> 8);
    disconnect();
    assert_int_equal(in_service(), others);
  }
}

static void end_dispatching(void)
{
  parallel_isr_pic8259_line *const line = &controller.lines[configuration.backend.irq];
  assert_int_equal(line->connected, 0);
  if (model.pauses == 3u) line->dispatching = 0;
}

static void model_disconnect_waits_for_every_trampoline(void **state)
{
  (void)state;
  EACH_LINE(irq)
  {
    connect_line(irq);
    controller.lines[irq].dispatching = 1; /* the other processor */
    model.on_pause = end_dispatching;
    disconnect();
    assert_int_equal(model.pauses, 3);
  }
}

/* Latched while it was masked: it belongs to whoever connects next. */
static void model_request_between_two_clients(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < ROWS; i++) {
    connect_line(rows[i].irq);
    disconnect();
    model_raise(rows[i].irq);
    forget_log();
    connect();
    assert_non_null(strstr(model.log, rows[i].connected));
    assert_int_equal(in_service(), 0);
  }
}

/* ---- the DPC ----------------------------------------------------------------------------------------------------- */

static uint32_t completions, completing;
static void (*on_completion)(void);

/* One run at a time, at its level, and no interrupt is held back by it. */
static void NTAPI completion(PVOID context, NTSTATUS status)
{
  void (*const action)(void) = on_completion;
  (void)context;
  model_log("dpc ", 0, 0);
  completions++;
  assert_int_equal(status, STATUS_SUCCESS);
  assert_int_equal(completing, 0);
  assert_int_equal(parallel_isr_backend_level(&port), DISPATCH_LEVEL);
  assert_int_equal(in_service(), 0);
  completing = 1;
  on_completion = NULL;
  if (action != NULL) action();
  completing = 0;
}

/* The port is owned and two wait for it. */
static void two_wait(uint32_t irq)
{
  connect_line(irq);
  completions = completing = 0;
  on_completion = NULL;
  assert_int_equal(parallel_isr_allocate(&port, NULL, completion, NULL), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 2u; i++)
    assert_int_equal(parallel_isr_allocate(&port, NULL, completion, &requests[i]), STATUS_PENDING);
  assert_string_equal(model.log, "");
}

static void free_port(void)
{
  assert_int_equal(parallel_isr_free(&port, NULL), STATUS_SUCCESS);
}

/* Freed at DIRQL: the client turned interrupts off, and the library cannot know when he turns them on. */
static void model_dpc_waits_for_the_level(void **state)
{
  (void)state;
  two_wait(7);
  model.interrupts = false;
  free_port();
  parallel_isr_pic8259_poll(&controller);
  assert_int_equal(completions, 0);
  assert_false(model.interrupts);
  model.interrupts = true;
  parallel_isr_pic8259_poll(&controller);
  assert_int_equal(completions, 1);
  assert_int_equal(parallel_isr_backend_level(&port), PASSIVE_LEVEL);
  assert_true(model.interrupts);
}

/* Freed in the ISR: behind the ends of the interrupt. */
static void model_dpc_runs_at_the_end_of_the_trampoline(void **state)
{
  char expected[64];
  (void)state;
  for (uint32_t i = 0; i < ROWS; i++) {
    two_wait(rows[i].irq);
    on_interrupt = free_port;
    model_raise(rows[i].irq);
    snprintf(expected, sizeof expected, "%sdpc ", rows[i].connected);
    assert_string_equal(model.log, expected);
  }
}

static BOOLEAN NTAPI free_under_the_gate(PVOID context)
{
  assert_null(context);
  free_port();
  assert_int_equal(completions, 0);
  return TRUE;
}

static void model_dpc_runs_as_the_gate_is_released(void **state)
{
  (void)state;
  two_wait(7);
  assert_true(parallel_isr_synchronize(&port, free_under_the_gate, NULL));
  assert_int_equal(completions, 1);
  assert_int_equal(parallel_isr_backend_level(&port), PASSIVE_LEVEL);
  assert_true(model.interrupts);
}

static void free_in_the_dpc(void)
{
  free_port();
  assert_int_equal(completions, 1);
  assert_int_equal(parallel_isr_backend_level(&port), DISPATCH_LEVEL);
}

static void free_elsewhere(void)
{
  model.cpu = 1;
  assert_int_equal(parallel_isr_backend_level(&port), PASSIVE_LEVEL);
  free_port();
  assert_int_equal(completions, 1);
  assert_int_equal(parallel_isr_backend_level(&port), PASSIVE_LEVEL);
  model.cpu = 0;
}

/* What is requested during a run, here or by the other processor, is another run behind it. */
static void model_dpc_runs_once_at_a_time(void **state)
{
  static void (*const frees[])(void) = {free_in_the_dpc, free_elsewhere};
  (void)state;
  for (uint32_t i = 0; i < sizeof frees / sizeof frees[0]; i++) {
    two_wait(7);
    on_completion = frees[i];
    free_port();
    assert_int_equal(completions, 2);
    assert_int_equal(parallel_isr_backend_level(&port), PASSIVE_LEVEL);
  }
}

/* Another port on the same processor: its DPC is run behind this one's, too. */
static parallel_isr_port second;

static void free_second(void)
{
  assert_int_equal(parallel_isr_free(&second, NULL), STATUS_SUCCESS);
  assert_int_equal(completions, 1);
}

static void model_dpcs_do_not_nest(void **state)
{
  static parallel_isr_connection connections[1];
  static parallel_isr_request second_requests[1];
  static parallel_isr_configuration second_configuration;
  (void)state;
  two_wait(7);
  second_configuration = configuration;
  second_configuration.connections = connections;
  second_configuration.requests = second_requests;
  second_configuration.request_capacity = 1;
  second_configuration.backend.irq = 12;
  assert_int_equal(parallel_isr_initialize(&second, &second_configuration), STATUS_SUCCESS);
  assert_int_equal(parallel_isr_allocate(&second, NULL, completion, NULL), STATUS_SUCCESS);
  assert_int_equal(parallel_isr_allocate(&second, NULL, completion, &second), STATUS_PENDING);
  on_completion = free_second;
  free_port();
  assert_int_equal(completions, 2);
}

/* The line's interrupts are taken as ever. */
static void raise_line(void)
{
  model_raise(configuration.backend.irq);
}

static void model_dpc_is_interrupted(void **state)
{
  char expected[64];
  (void)state;
  for (uint32_t i = 0; i < ROWS; i++) {
    two_wait(rows[i].irq);
    on_completion = raise_line;
    free_port();
    snprintf(expected, sizeof expected, "dpc %s", rows[i].connected);
    assert_string_equal(model.log, expected);
  }
}

static void reopen_dpc(void)
{
  if (model.pauses == 3u) controller.dpc &= ~PARALLEL_ISR_PIC8259_CLOSED(7);
}

/* Remove waits for a run on the other processor. A port that is gone requests in vain. */
static void model_remove_drains_the_dpc(void **state)
{
  (void)state;
  connect_line(7);
  assert_int_equal(parallel_isr_allocate(&port, NULL, completion, NULL), STATUS_SUCCESS);
  controller.dpc |= PARALLEL_ISR_PIC8259_CLOSED(7);
  model.on_pause = reopen_dpc;
  assert_int_equal(parallel_isr_remove(&port), STATUS_SUCCESS);
  assert_int_equal(model.pauses, 3);
  assert_null(controller.lines[7].port);
  assert_true((controller.dpc & PARALLEL_ISR_PIC8259_CLOSED(7)) != 0);
  free_port();
  parallel_isr_pic8259_poll(&controller);
  assert_int_equal(start(7), STATUS_SUCCESS);
  assert_int_equal(controller.dpc & (PARALLEL_ISR_PIC8259_CLOSED(7) | PARALLEL_ISR_PIC8259_REQUESTED(7)), 0);
}

/* ---- two processors ---------------------------------------------------------------------------------------------- */

static BOOLEAN NTAPI note_ticket(PVOID context)
{
  assert_int_equal(port.backend.serving, *(const uint32_t *)context);
  assert_int_equal(parallel_isr_backend_level(&port), PARALLEL_ISR_PIC8259_DIRQL(7));
  return TRUE;
}

static void serve_next(void)
{
  assert_false(model.interrupts);
  port.backend.serving++;
}

/* Behind those who came before: two of them, and the counts are about to wrap. */
static void model_acquirers_are_served_in_turn(void **state)
{
  uint32_t ticket = 1;
  (void)state;
  connect_line(7);
  port.backend.serving = UINT32_MAX;
  port.backend.ticket = ticket;
  model.on_pause = serve_next;
  assert_true(parallel_isr_synchronize(&port, note_ticket, &ticket));
  assert_int_equal(model.pauses, 2);
  assert_int_equal(port.backend.serving, 2);
  assert_int_equal(port.backend.ticket, 2);
  assert_true(model.interrupts);
}

static void unlock_mutex(void)
{
  assert_true(model.interrupts);
  if (model.pauses == 3u) port.backend.mutex = 0;
}

static void model_connects_wait_for_each_other(void **state)
{
  (void)state;
  power_on();
  assert_int_equal(start(7), STATUS_SUCCESS);
  port.backend.mutex = 1; /* the other processor */
  model.on_pause = unlock_mutex;
  connect();
  assert_int_equal(model.pauses, 3);
  assert_int_equal(port.backend.mutex, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(model_initialization),
      cmocka_unit_test(model_initialization_refused),
      cmocka_unit_test(model_lines_that_no_port_can_have),
      cmocka_unit_test(model_forms_of_a_connection),
      cmocka_unit_test(model_connect_and_disconnect),
      cmocka_unit_test(model_mask_keeps_the_interrupt_flag),
      cmocka_unit_test(model_masks_are_changed_by_one_processor_at_a_time),
      cmocka_unit_test(model_real_interrupt_of_every_line),
      cmocka_unit_test(model_interrupt_of_a_line_without_a_client),
      cmocka_unit_test(model_spurious_7),
      cmocka_unit_test(model_spurious_7_beside_every_line),
      cmocka_unit_test(model_spurious_15),
      cmocka_unit_test(model_spurious_interrupts_are_counted_up_to_a_limit),
      cmocka_unit_test(model_interrupts_during_the_isr_are_one_more),
      cmocka_unit_test(model_disconnect_waits_while_the_line_is_in_service),
      cmocka_unit_test(model_disconnect_does_not_wait_for_other_lines),
      cmocka_unit_test(model_disconnect_waits_for_every_trampoline),
      cmocka_unit_test(model_request_between_two_clients),
      cmocka_unit_test(model_dpc_waits_for_the_level),
      cmocka_unit_test(model_dpc_runs_at_the_end_of_the_trampoline),
      cmocka_unit_test(model_dpc_runs_as_the_gate_is_released),
      cmocka_unit_test(model_dpc_runs_once_at_a_time),
      cmocka_unit_test(model_dpcs_do_not_nest),
      cmocka_unit_test(model_dpc_is_interrupted),
      cmocka_unit_test(model_remove_drains_the_dpc),
      cmocka_unit_test(model_acquirers_are_served_in_turn),
      cmocka_unit_test(model_connects_wait_for_each_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

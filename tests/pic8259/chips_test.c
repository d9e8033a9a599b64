/* SPDX-License-Identifier: MIT */
/* The trampoline and the two chips: what is in service when, which interrupts are spurious, whose mask changes. */
#include "fixture.h"
#include "platform_pic8259.h"

#define LINE(irq) (1u << (irq))
#define CASCADE LINE(2)

/* ---- a port on any line ------------------------------------------------------------------------------------------ */

static parallel_isr_port other;
static parallel_isr_configuration other_configuration;
static parallel_isr_connection other_connection;
static parallel_isr_request other_requests[2];

static NTSTATUS start_other(uint32_t irq)
{
  fill(&other, 0xA5, sizeof other);
  fill(&other_configuration, 0, sizeof other_configuration);
  other_configuration.connections = &other_connection;
  other_configuration.connection_capacity = 1;
  other_configuration.requests = other_requests;
  other_configuration.request_capacity = 2;
  other_configuration.enable_connect_interrupt = TRUE;
  other_configuration.connect_version = CONNECT_LINE_BASED;
  other_configuration.backend.controller = &chips;
  other_configuration.backend.irq = (uint8_t)irq;
  return parallel_isr_initialize(&other, &other_configuration);
}

static void connect_to_other(driver *one)
{
  CHECK_EQUAL(parallel_isr_connect(&other, NULL, &one->service, &one->information), STATUS_SUCCESS);
}

static void remove_other(void)
{
  CHECK_EQUAL(parallel_isr_remove(&other), STATUS_SUCCESS);
}

/* ---- masks ------------------------------------------------------------------------------------------------------- */

static void chips_start_with_every_line_masked_but_the_cascade(void)
{
  CHECK_EQUAL(platform_masks(), 0xFFFFu & ~CASCADE);
  CHECK_EQUAL(platform_requests(), 0);
  CHECK_EQUAL(platform_in_service(), 0);
}

static void chips_are_left_alone_by_vectors_that_are_refused(void)
{
  static const uint8_t vectors[][2] = {{0x18, 0x28}, {0x20, 0x18}, {0x21, 0x28}, {0x20, 0x2C}, {0x20, 0x20}};
  parallel_isr_pic8259_unmask(&chips, 3);
  for (uint32_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
    CHECK_EQUAL(parallel_isr_pic8259_initialize(&chips, vectors[i][0], vectors[i][1]), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(parallel_isr_pic8259_initialize(NULL, 0x20, 0x28), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(platform_masks(), 0xFFFFu & ~CASCADE & ~LINE(3));
}

/* Beside lines of others, open and masked. */
static void chips_mask_no_line_but_the_one(void)
{
  static const uint32_t open[] = {0, 1u << 0 | 1u << 3 | 1u << 9, 0xFFFFu};
  for (uint32_t irq = 0; irq < PARALLEL_ISR_PIC8259_LINES; irq++)
    for (uint32_t i = 0; i < sizeof open / sizeof open[0]; i++) {
      const uint32_t before = 0xFFFFu & ~open[i] & ~CASCADE;
      conformance_step = irq * 3u + i + 1u;
      renew();
      machine_interrupts_off(); /* the timer may ask, but is not heard */
      for (uint8_t line = 0; line < PARALLEL_ISR_PIC8259_LINES; line++)
        if ((open[i] & LINE(line)) != 0) parallel_isr_pic8259_unmask(&chips, line);
      CHECK_EQUAL(platform_masks(), before);
      parallel_isr_pic8259_mask(&chips, (uint8_t)irq);
      CHECK_EQUAL(platform_masks(), before | LINE(irq));
      parallel_isr_pic8259_unmask(&chips, (uint8_t)irq);
      CHECK_EQUAL(platform_masks(), before & ~LINE(irq));
      machine_out(0x21, 0xFF);
      machine_out(0xA1, 0xFF);
    }
}

static void chips_connect_opens_the_line_and_disconnect_masks_it(void)
{
  static const uint8_t theirs[] = {3, 4, 14};
  for (uint32_t irq = 0; irq < PARALLEL_ISR_PIC8259_LINES; irq++) {
    if (irq == 0 || irq == 2 || irq == theirs[0] || irq == theirs[1] || irq == theirs[2]) continue;
    conformance_step = irq + 1u;
    renew();
    for (uint32_t i = 0; i < sizeof theirs; i++) parallel_isr_pic8259_unmask(&chips, theirs[i]);
    const uint32_t before = platform_masks();
    CHECK_EQUAL(start_other(irq), STATUS_SUCCESS);
    CHECK_EQUAL(platform_masks(), before);
    connect_to_other(&alice);
    CHECK_EQUAL(platform_masks(), before & ~LINE(irq));
    CHECK_EQUAL(parallel_isr_disconnect(&other, &alice.service), STATUS_SUCCESS);
    CHECK_EQUAL(platform_masks(), before);
    remove_other();
  }
}

static void chips_lines_that_no_port_can_have(void)
{
  start();
  CHECK_EQUAL(start_other(2), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(start_other(16), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(start_other(LPT1_IRQ), STATUS_INSUFFICIENT_RESOURCES); /* another port's */
  CHECK_EQUAL(chips.lines[LPT1_IRQ].port == PORT, TRUE);
  CHECK_EQUAL(start_other(LPT2_IRQ), STATUS_SUCCESS);
  remove_other();
  CHECK_EQUAL(start_other(LPT2_IRQ), STATUS_SUCCESS);
  remove_other();
}

/* ---- real interrupts --------------------------------------------------------------------------------------------- */

static uint32_t in_service_seen;

static void see_in_service(driver *me)
{
  (void)me;
  in_service_seen = platform_in_service();
}

/* The end of the interrupt comes behind the chain; both chips of a slave's line want one. */
static void chips_hold_a_line_in_service_as_long_as_its_chain_runs(void)
{
  static const struct {
    uint32_t irq, in_service;
  } lines[] = {{LPT2_IRQ, LINE(LPT2_IRQ)}, {LPT3_IRQ, LINE(LPT3_IRQ) | CASCADE}};
  alice.on_interrupt = see_in_service;
  start();
  connect_all(3);
  interrupt();
  CHECK_EQUAL(in_service_seen, LINE(LPT1_IRQ));
  platform_check_quiet();
  CHECK_LOG("ABC");
  for (uint32_t i = 0; i < 2u; i++) {
    dave.on_interrupt = see_in_service;
    CHECK_EQUAL(start_other(lines[i].irq), STATUS_SUCCESS);
    connect_to_other(&dave);
    for (uint32_t k = 0; k < 3u; k++) CHECK(platform_interrupt(&other) != PLATFORM_NOT_DELIVERED);
    CHECK_EQUAL(in_service_seen, lines[i].in_service);
    platform_check_quiet();
    CHECK_LOG("DDD");
    remove_other();
  }
  CHECK_EQUAL(parallel_isr_pic8259_spurious(&chips, 7) + parallel_isr_pic8259_spurious(&chips, 15), 0);
}

/* The chip is answered all the same. */
static void chips_interrupt_of_a_line_that_nobody_connected(void)
{
  static const uint8_t irqs[] = {LPT1_IRQ, LPT2_IRQ, LPT3_IRQ};
  start(); /* a port, but no client */
  for (uint32_t i = 0; i < sizeof irqs; i++) {
    parallel_isr_pic8259_unmask(&chips, irqs[i]);
    for (uint32_t k = 1; k <= 2u; k++) {
      platform_strobe(irqs[i]);
      CHECK_EQUAL(platform_wait(irqs[i], k), k);
      CHECK_EQUAL(platform_in_service(), 0);
    }
    parallel_isr_pic8259_mask(&chips, irqs[i]);
  }
  CHECK_EQUAL(passes(), 0);
}

/* Disconnect takes the request that the chip latches meanwhile to nobody, not to whoever comes next. */
static void chips_deliver_what_was_latched_while_the_line_was_masked(void)
{
  start();
  connect_all(1);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  platform_strobe(LPT1_IRQ);
  CHECK_EQUAL(platform_requests(), LINE(LPT1_IRQ));
  CHECK_LOG("");
  CHECK_EQUAL(connect_driver(&bob), STATUS_SUCCESS);
  CHECK_LOG("B");
  CHECK_EQUAL(platform_requests(), 0);
}

/* ---- spurious interrupts ----------------------------------------------------------------------------------------- */

/* Puts a line of the master in service without an interrupt: a poll is an acknowledgement. A wrong end of interrupt
 * would show. */
static void put_second_port_in_service(void)
{
  machine_interrupts_off();
  parallel_isr_pic8259_unmask(&chips, LPT2_IRQ);
  platform_strobe(LPT2_IRQ);
  machine_out(0x20, 0x0C);
  CHECK_EQUAL(machine_in(0x20), 0x80u | LPT2_IRQ);
  CHECK_EQUAL(platform_in_service(), LINE(LPT2_IRQ));
  machine_interrupts_on();
}

static void end_second_port(void)
{
  CHECK_EQUAL(platform_in_service(), LINE(LPT2_IRQ));
  machine_out(0x20, 0x60u | LPT2_IRQ);
  parallel_isr_pic8259_mask(&chips, LPT2_IRQ);
}

static void check_next_is_real(uint32_t spurious_7, uint32_t spurious_15)
{
  CHECK_LOG("");
  CHECK_EQUAL(passes(), 0);
  CHECK_EQUAL(parallel_isr_pic8259_spurious(&chips, 7), spurious_7);
  CHECK_EQUAL(parallel_isr_pic8259_spurious(&chips, 15), spurious_15);
  platform_check_quiet();
  for (uint32_t i = 1; i <= 3u; i++) {
    interrupt();
    CHECK_LOG("ABC");
    platform_check_quiet();
  }
  CHECK_EQUAL(parallel_isr_pic8259_spurious(&chips, 7), spurious_7);
}

/* The vector without the chip. */
static void chips_spurious_7_by_instruction(void)
{
  start();
  connect_all(3);
  put_second_port_in_service();
  __asm__ volatile("int %0" : : "i"(MASTER_VECTOR + 7u) : "memory");
  CHECK_EQUAL(platform_taken[7], 1);
  end_second_port();
  check_next_is_real(1, 0);
}

/* The processor acknowledges when nothing is requested: the local APIC's timer, programmed to deliver as the chips' own
 * output does, makes it. */
static void chips_spurious_7_by_an_empty_acknowledgement(void)
{
  volatile uint32_t *const apic = (volatile uint32_t *)0xFEE00000u;
  start();
  connect_all(3);
  put_second_port_in_service();
  apic[0x0F0 / 4] |= 0x100u;
  apic[0x3E0 / 4] = 0x0Bu;
  apic[0x320 / 4] = 0x00700u;
  apic[0x380 / 4] = 1000u;
  for (uint32_t i = 0; i < 1000u && platform_wait(7, 1) == 0; i++) continue;
  CHECK_EQUAL(platform_taken[7], 1);
  apic[0x320 / 4] = 0x10000u;
  end_second_port();
  check_next_is_real(1, 0);
}

static void chips_spurious_15_by_instruction(void)
{
  start();
  connect_all(3);
  put_second_port_in_service();
  __asm__ volatile("int %0" : : "i"(SLAVE_VECTOR + 7u) : "memory");
  CHECK_EQUAL(platform_taken[15], 1);
  end_second_port();
  check_next_is_real(0, 1);
}

/* The slave asks, the master latches that, and the slave's request goes: as if a driver masked its line too late. The
 * master has its cascade in service then, and lines 3 to 7 wait until somebody ends that. */
static void chips_spurious_15_by_a_request_that_goes(void)
{
  start();
  connect_all(3);
  for (uint32_t i = 1; i <= 2u; i++) {
    machine_interrupts_off();
    parallel_isr_pic8259_unmask(&chips, LPT3_IRQ);
    platform_strobe(LPT3_IRQ);
    CHECK_EQUAL(platform_requests(), LINE(LPT3_IRQ) | CASCADE);
    parallel_isr_pic8259_mask(&chips, LPT3_IRQ);
    machine_interrupts_on();
    CHECK_EQUAL(platform_wait(15, i), i);
    CHECK_EQUAL(platform_in_service(), 0);
    platform_discard(LPT3_IRQ);
  }
  CHECK_EQUAL(platform_taken[LPT3_IRQ], 0);
  check_next_is_real(0, 2);
}

/* ---- DPCs of two lines ------------------------------------------------------------------------------------------- */

static void NTAPI other_completion(PVOID context, NTSTATUS status)
{
  CHECK(context == &other);
  CHECK_EQUAL(status, STATUS_SUCCESS);
  CHECK_EQUAL(platform_level(&other), DISPATCH_LEVEL);
  log_char('x');
}

static void give_other(driver *me)
{
  (void)me;
  CHECK_EQUAL(parallel_isr_free(&other, NULL), STATUS_SUCCESS);
}

static void interrupt_other(waiter *me)
{
  (void)me;
  CHECK_EQUAL(platform_level(PORT), DISPATCH_LEVEL);
  CHECK(platform_interrupt(&other) != PLATFORM_NOT_DELIVERED);
  log_char('.');
}

/* An interrupt of another line comes in, its DPC does not. */
static void chips_dpcs_do_not_nest(void)
{
  start();
  CHECK_EQUAL(start_other(LPT3_IRQ), STATUS_SUCCESS);
  platform_let_dpcs_run();
  dave.on_interrupt = give_other;
  connect_to_other(&dave);
  CHECK_EQUAL(parallel_isr_allocate(&other, NULL, other_completion, NULL), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_allocate(&other, NULL, other_completion, &other), STATUS_PENDING);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  waiters[1].on_completion = interrupt_other;
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK_LOG("2D.x");
  platform_check_quiet();
  remove_other();
}

/* What a client did with interrupts off waits until the library is called again, or told. */
static void chips_poll_runs_what_was_left_behind(void)
{
  start();
  connect_all(1);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  platform_let_dpcs_run();
  machine_interrupts_off();
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  parallel_isr_pic8259_poll(&chips);
  CHECK_LOG("");
  machine_interrupts_on();
  CHECK_LOG("");
  parallel_isr_pic8259_poll(&chips);
  CHECK_LOG("2");
  parallel_isr_pic8259_poll(&chips);
  CHECK_LOG("");
  platform_check_quiet();
}

/* ... or an interrupt comes. */
static void chips_interrupt_runs_what_was_left_behind(void)
{
  start();
  connect_all(1);
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
  platform_let_dpcs_run();
  machine_interrupts_off();
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  machine_interrupts_on();
  interrupt();
  CHECK_LOG("A2");
  platform_check_quiet();
}

static const conformance_case table[] = {
    CASE(chips_start_with_every_line_masked_but_the_cascade),
    CASE(chips_are_left_alone_by_vectors_that_are_refused),
    CASE(chips_mask_no_line_but_the_one),
    CASE(chips_connect_opens_the_line_and_disconnect_masks_it),
    CASE(chips_lines_that_no_port_can_have),
    CASE(chips_hold_a_line_in_service_as_long_as_its_chain_runs),
    CASE(chips_interrupt_of_a_line_that_nobody_connected),
    CASE(chips_deliver_what_was_latched_while_the_line_was_masked),
    CASE(chips_spurious_7_by_instruction),
    CASE(chips_spurious_7_by_an_empty_acknowledgement),
    CASE(chips_spurious_15_by_instruction),
    CASE(chips_spurious_15_by_a_request_that_goes),
    CASE(chips_dpcs_do_not_nest),
    CASE(chips_poll_runs_what_was_left_behind),
    CASE(chips_interrupt_runs_what_was_left_behind),
};
CASES(chips_cases, table);

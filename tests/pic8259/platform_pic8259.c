/* SPDX-License-Identifier: MIT */
#include "platform_pic8259.h"
#include "fixture.h"

#ifdef PLATFORM_TRACE
static void platform_trace(parallel_isr_port *port, parallel_isr_trace_event event, const volatile void *object);
#define PARALLEL_ISR_TRACE(port, event, object) platform_trace(port, event, object)
#endif
#define PARALLEL_ISR_IMPLEMENTATION
#include "parallel_isr.h"

parallel_isr_pic8259 chips;
volatile uint32_t platform_taken[PARALLEL_ISR_PIC8259_LINES];

static const struct device {
  uint8_t irq;
  uint16_t base;
} devices[] = {{LPT1_IRQ, LPT1}, {LPT2_IRQ, LPT2}, {LPT3_IRQ, LPT3}};
#define DEVICES (sizeof devices / sizeof devices[0])

/* ---- the chips --------------------------------------------------------------------------------------------------- */

static uint32_t read_both(uint8_t command)
{
  machine_out(0x20, command);
  machine_out(0xA0, command);
  return machine_in(0x20) | (uint32_t)machine_in(0xA0) << 8;
}

uint32_t platform_masks(void)
{
  return machine_in(0x21) | (uint32_t)machine_in(0xA1) << 8;
}

uint32_t platform_requests(void)
{
  return read_both(0x0A) & ~1u;
}

uint32_t platform_in_service(void)
{
  return read_both(0x0B);
}

void platform_check_quiet(void)
{
  CHECK(parallel_isr_pic8259_interrupts_enabled());
  CHECK_EQUAL(chips.in_dpc[PARALLEL_ISR_PIC8259_CPU()], 0);
  CHECK_EQUAL(parallel_isr_pic8259_ready(chips.dpc), 0);
  CHECK_EQUAL(platform_in_service(), 0);
}

/* ---- the devices ------------------------------------------------------------------------------------------------- */

/* Tells the device that its interrupt was taken: the line falls. */
static void accept(uint32_t irq)
{
  for (uint32_t i = 0; i < DEVICES; i++)
    if (devices[i].irq == irq) (void)lpt_status(devices[i].base);
}

void platform_strobe(uint32_t irq)
{
  for (uint32_t i = 0; i < DEVICES; i++)
    if (devices[i].irq == irq) lpt_send(devices[i].base, 0);
}

uint32_t platform_wait(uint32_t irq, uint32_t count)
{
  for (uint32_t i = 0; i < 100u && platform_taken[irq] < count; i++) machine_pause();
  return platform_taken[irq];
}

void platform_take(uint32_t irq)
{
  (void)__atomic_fetch_add(&platform_taken[irq], 1u, __ATOMIC_RELAXED);
  accept(irq);
}

void platform_handle(machine_frame *frame)
{
  const uint32_t irq = frame->vector - MASTER_VECTOR;
  platform_take(irq);
  parallel_isr_pic8259_interrupt(&chips, (uint8_t)irq);
}

/* Opens an input of a chip, alone, for no longer than it takes to answer it by hand: a poll is an acknowledgement. */
static void answer(uint16_t command, uint32_t input)
{
  const uint16_t mask = (uint16_t)(command + 1u);
  const uint8_t masks = machine_in(mask);
  machine_out(mask, (uint8_t) ~(1u << input));
  machine_out(command, 0x0C);
  (void)machine_in(command);
  machine_out(command, (uint8_t)(0x60u | input));
  machine_out(mask, masks);
}

void platform_discard(uint32_t irq)
{
  const bool interrupts = machine_interrupts_save();
  accept(irq);
  if (irq >= 8u) answer(0xA0, irq - 8u);
  answer(0x20, irq >= 8u ? 2u : irq); /* the cascade has latched the slave's request */
  machine_interrupts_restore(interrupts);
}

/* ---- lines, as the mask shows them ------------------------------------------------------------------------------- */

static struct line {
  bool open, held;
  uint32_t connects, disconnects;
} lines[PARALLEL_ISR_PIC8259_LINES];

/* Between two looks a line changes at most once, for every connect and disconnect makes the library report events.
 * Where nobody looks that often, both counts are too small alike. */
static struct line *look(uint32_t irq)
{
  struct line *line = &lines[irq];
  const bool open = (platform_masks() >> irq & 1u) == 0;
  if (open && !line->open) line->connects++;
  if (!open && line->open) line->disconnects++;
  line->open = open;
  return line;
}

uint32_t platform_line_connects(const parallel_isr_port *port)
{
  return look(port->configuration->backend.irq)->connects;
}

uint32_t platform_line_disconnects(const parallel_isr_port *port)
{
  return look(port->configuration->backend.irq)->disconnects;
}

/* ---- DPCs -------------------------------------------------------------------------------------------------------- */

/* While they are held back, a port's DPC is closed, as if another processor ran it. */
static bool dpcs_held;

void platform_let_dpcs_run(void)
{
  dpcs_held = false;
}

BOOLEAN platform_run_dpc(parallel_isr_port *port)
{
  const uint32_t irq = port->configuration->backend.irq;
  machine_interrupts_off();
  const bool requested = chips.lines[irq].port == port && (chips.dpc & PARALLEL_ISR_PIC8259_REQUESTED(irq)) != 0;
  if (requested) {
    (void)parallel_isr_backend_fetch_and(&chips.dpc, ~PARALLEL_ISR_PIC8259_REQUESTED(irq));
    parallel_isr_pic8259_run(&chips, irq);
    if (dpcs_held) (void)parallel_isr_backend_fetch_or(&chips.dpc, PARALLEL_ISR_PIC8259_CLOSED(irq));
  }
  machine_interrupts_on();
  return requested;
}

#ifdef PLATFORM_TRACE
/* A port is held back from its first event on, until it is removed: remove waits for the DPC. */
static void hold_dpc(parallel_isr_port *port, parallel_isr_trace_event event)
{
  struct line *line = look(port->configuration->backend.irq);
  const uint32_t closed = PARALLEL_ISR_PIC8259_CLOSED(port->configuration->backend.irq);
  if (parallel_isr_backend_load(&port->removed) == 0) {
    line->held = true;
    (void)parallel_isr_backend_fetch_or(&chips.dpc, closed);
  } else if (line->held && event == PARALLEL_ISR_TRACE_GATE_LEFT) {
    line->held = false;
    (void)parallel_isr_backend_fetch_and(&chips.dpc, ~closed);
  }
}

static void platform_trace(parallel_isr_port *port, parallel_isr_trace_event event, const volatile void *object)
{
  if (dpcs_held) hold_dpc(port, event);
  conformance_trace(port, event, object);
}
#endif

/* ---- the platform of a case -------------------------------------------------------------------------------------- */

BOOLEAN platform_configure(parallel_isr_configuration *configuration, uint32_t index)
{
  configuration->connect_version = CONNECT_LINE_BASED;
  configuration->backend.controller = &chips;
  configuration->backend.irq = devices[index].irq;
  if (index == 0) { /* a new case */
    machine_interrupts_off();
    for (uint32_t i = 0; i < DEVICES; i++) accept(devices[i].irq);
    CHECK_EQUAL(parallel_isr_pic8259_initialize(&chips, MASTER_VECTOR, SLAVE_VECTOR), STATUS_SUCCESS);
    fill(platform_taken, 0, sizeof platform_taken);
    machine_interrupts_on();
#ifdef PLATFORM_TRACE
    dpcs_held = true;
#endif
  }
  lines[devices[index].irq] = (struct line){0};
  return TRUE;
}

platform_answer platform_interrupt(parallel_isr_port *port)
{
  const uint32_t irq = port->configuration->backend.irq;
  const uint32_t before = platform_taken[irq];
  platform_strobe(irq);
  if (platform_wait(irq, before + 1u) != before) return PLATFORM_UNTOLD;
  platform_discard(irq);
  return PLATFORM_NOT_DELIVERED;
}

void platform_assert_line(parallel_isr_port *port)
{
  platform_strobe(port->configuration->backend.irq);
}

/* The chip latches a request while the line is masked. */
BOOLEAN platform_assert_at_connect(parallel_isr_configuration *configuration)
{
  platform_strobe(configuration->backend.irq);
  return TRUE;
}

BOOLEAN platform_fail_connect(parallel_isr_configuration *configuration, NTSTATUS status)
{
  (void)configuration;
  (void)status;
  return FALSE;
}

BOOLEAN platform_configure_messages(parallel_isr_configuration *configuration, uint32_t count)
{
  (void)configuration;
  (void)count;
  return FALSE;
}

platform_answer platform_message(parallel_isr_port *port, uint32_t message)
{
  (void)port;
  (void)message;
  return PLATFORM_NOT_DELIVERED;
}

BOOLEAN platform_describe(parallel_isr_port *port, IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *specified)
{
  specified->Vector = port->configuration->backend.irq;
  specified->Irql = PARALLEL_ISR_PIC8259_DIRQL(port->configuration->backend.irq);
  specified->InterruptMode = Latched;
  return TRUE;
}

KIRQL platform_raise(parallel_isr_port *port, KIRQL level)
{
  const KIRQL old = platform_level(port);
  if (level > DISPATCH_LEVEL)
    machine_interrupts_off();
  else if (level == DISPATCH_LEVEL)
    chips.in_dpc[PARALLEL_ISR_PIC8259_CPU()] = 1;
  else if (level != PASSIVE_LEVEL)
    platform_skip("no such level");
  return old;
}

void platform_lower(parallel_isr_port *port, KIRQL level)
{
  (void)port;
  if (level > DISPATCH_LEVEL) return;
  chips.in_dpc[PARALLEL_ISR_PIC8259_CPU()] = level == DISPATCH_LEVEL;
  machine_interrupts_on();
}

KIRQL platform_level(const parallel_isr_port *port)
{
  const KIRQL level = parallel_isr_backend_level(port);
  return level > DISPATCH_LEVEL ? PLATFORM_DIRQL : level;
}

/* ---- the second processor ---------------------------------------------------------------------------------------- */

#if PARALLEL_ISR_PIC8259_CPUS > 1

static void (*volatile job)(void);

static void second_processor(void)
{
  __asm__ volatile("mov %0, %%fs" : : "r"(0)); /* platform_processor() */
  machine_interrupts_on();
  for (;;) {
    while (__atomic_load_n(&job, __ATOMIC_SEQ_CST) == NULL) machine_pause();
    job();
    __atomic_store_n(&job, NULL, __ATOMIC_SEQ_CST);
  }
}

void platform_elsewhere(void (*function)(void))
{
  __atomic_store_n(&job, function, __ATOMIC_SEQ_CST);
}

BOOLEAN platform_elsewhere_done(void)
{
  return __atomic_load_n(&job, __ATOMIC_SEQ_CST) == NULL;
}

void platform_join(void)
{
  while (!platform_elsewhere_done()) machine_pause();
}

/* The first to wait says so in the gate, or he waits for the lock among acquirers, which one may hold. */
BOOLEAN platform_somebody_waits(parallel_isr_port *port)
{
  const uint32_t acquirers =
      parallel_isr_backend_load(&port->backend.ticket) - parallel_isr_backend_load(&port->backend.serving);
  return parallel_isr_gate_is_wanted(port) || acquirers > 1u;
}

/* LINT0 of the local APIC is where the chips' output arrives. */
void platform_take_interrupts(BOOLEAN on)
{
  *(volatile uint32_t *)0xFEE000F0u |= 0x100u;
  *(volatile uint32_t *)0xFEE00350u = on ? 0x00700u : 0x10700u;
}

static parallel_isr_port *interrupted;

static void deliver(void)
{
  machine_interrupts_off();
  parallel_isr_pic8259_deliver(&chips.lines[interrupted->configuration->backend.irq]);
  machine_interrupts_on();
}

/* The chip starts no second interrupt of a line that is in service; but nothing in the library relies on that. */
BOOLEAN platform_interrupt_elsewhere(parallel_isr_port *port)
{
  interrupted = port;
  platform_elsewhere(deliver);
  platform_join();
  return TRUE;
}

#else

BOOLEAN platform_interrupt_elsewhere(parallel_isr_port *port)
{
  (void)port;
  return FALSE;
}

#endif

void platform_start(void)
{
  for (uint32_t irq = 0; irq < PARALLEL_ISR_PIC8259_LINES; irq++) machine_handle(MASTER_VECTOR + irq, platform_handle);
  for (uint32_t i = 0; i < DEVICES; i++) lpt_start(devices[i].base);
#if PARALLEL_ISR_PIC8259_CPUS > 1
  machine_start_processor(second_processor);
#endif
}

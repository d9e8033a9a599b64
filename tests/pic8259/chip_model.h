/* SPDX-License-Identifier: MIT */
/*
 * The machine of the 8259 backend, as a model: two chips, wired as in a PC, and the interrupt flag of a processor.
 * Every access is logged, so that a test can demand exactly these and no others.
 *
 *   #define PARALLEL_ISR_PIC8259_MACHINE "chip_model.h"
 *
 * Written from the data sheet: edge triggered, fixed priority, specific and non-specific end of interrupt, a spurious
 * input 7 when nothing is requested any more. Whatever else the library might ask of a chip fails the test.
 */
#ifndef CHIP_MODEL_H
#define CHIP_MODEL_H

#define MODEL_NOTHING 8u
#define MODEL_CASCADE 2u

typedef struct chip {
  uint8_t requests, in_service, mask, vector;
  uint8_t words;         /* initialization command words that are still to come */
  bool reads_in_service; /* what a read of the command register returns: that, or the requests */
} chip;

static struct model {
  chip master, slave;
  bool slave_asks;        /* the slave's output, the master's input 2 */
  bool interrupts;        /* the processor's flag */
  uint32_t cpu;           /* which processor this is */
  void (*on_pause)(void); /* what the other processor does while this one waits */
  uint32_t pauses;
  size_t logged;
  char log[2048];
} model;

static void model_trampoline(uint8_t vector);

static void model_log(const char *format, unsigned address, unsigned value)
{
  const int length = snprintf(&model.log[model.logged], sizeof model.log - model.logged, format, address, value);
  model.logged += (size_t)length;
  assert_true(model.logged < sizeof model.log);
}

/* ---- a chip ------------------------------------------------------------------------------------------------------ */

static uint32_t lowest_input(uint32_t inputs)
{
  uint32_t input = 0;
  while (input < MODEL_NOTHING && (inputs >> input & 1u) == 0) input++;
  return input;
}

/* The input that the chip asks the processor for: lower numbers first, and nothing that one in service holds back. */
static uint32_t chip_asks(const chip *one)
{
  const uint32_t wanted = lowest_input((uint32_t)(one->requests & ~one->mask));
  return wanted < lowest_input(one->in_service) ? wanted : MODEL_NOTHING;
}

/* The processor acknowledges. */
static uint32_t chip_answer(chip *one)
{
  const uint32_t input = chip_asks(one);
  if (input == MODEL_NOTHING) return 7u; /* spurious: nothing is put in service */
  one->requests = (uint8_t)(one->requests & ~(1u << input));
  one->in_service = (uint8_t)(one->in_service | 1u << input);
  return input;
}

static void chip_write_command(chip *one, uint8_t value)
{
  if ((value & 0x10u) != 0) {
    assert_int_equal(value, 0x11); /* ICW1: edge triggered, cascaded, ICW4 follows */
    *one = (chip){.words = 3};
  } else if ((value & 0x08u) != 0) {
    assert_true(value == 0x0A || value == 0x0B); /* OCW3: which register is read */
    one->reads_in_service = value == 0x0B;
  } else {
    const uint32_t specific = value >> 5 == 3u;
    assert_true(value == 0x20 || specific); /* OCW2: an end of interrupt */
    const uint32_t input = specific ? value & 7u : lowest_input(one->in_service);
    one->in_service = (uint8_t)(one->in_service & ~(1u << input));
  }
}

static void chip_write_data(chip *one, uint8_t value, uint8_t wiring)
{
  switch (one->words) {
  case 3:
    one->vector = value;
    break;
  case 2:
    assert_int_equal(value, wiring);
    break;
  case 1:
    assert_int_equal(value, 0x01); /* ICW4: 8086 mode, end of interrupt by command */
    break;
  default:
    one->mask = value;
    break;
  }
  if (one->words > 0) one->words--;
}

/* ---- the machine ------------------------------------------------------------------------------------------------- */

/* The slave's output is an edge to the master, which remembers it. */
static void model_wire(void)
{
  const bool asks = chip_asks(&model.slave) != MODEL_NOTHING;
  if (asks && !model.slave_asks) model.master.requests |= 1u << MODEL_CASCADE;
  model.slave_asks = asks;
}

/* One interrupt acknowledgement, and what the processor does then. */
static void model_acknowledge(void)
{
  const uint32_t input = chip_answer(&model.master);
  uint8_t vector = (uint8_t)(model.master.vector + input);
  if (input == MODEL_CASCADE) vector = (uint8_t)(model.slave.vector + chip_answer(&model.slave));
  model_wire();
  assert_true(model.interrupts);
  model.interrupts = false;
  model_trampoline(vector);
  assert_false(model.interrupts);
  model.interrupts = true;
}

static void model_run(void)
{
  while (model.interrupts && chip_asks(&model.master) != MODEL_NOTHING) model_acknowledge();
}

/* An edge on a line. */
static void model_raise(uint32_t irq)
{
  chip *const one = irq < 8u ? &model.master : &model.slave;
  one->requests = (uint8_t)(one->requests | 1u << irq % 8u);
  model_wire();
  model_run();
}

/* A request that goes before its chip is acknowledged. The master has latched the slave's. */
static void model_withdraw(uint32_t irq)
{
  chip *const one = irq < 8u ? &model.master : &model.slave;
  one->requests = (uint8_t)(one->requests & ~(1u << irq % 8u));
  model_wire();
}

PARALLEL_ISR_INTERNAL uint8_t parallel_isr_pic8259_inb(uint16_t address)
{
  const chip *const one = address < 0x80 ? &model.master : &model.slave;
  model_log("%02x? ", address, 0);
  assert_true(address == 0x20 || address == 0x21 || address == 0xA0 || address == 0xA1);
  if ((address & 1u) != 0) return one->mask;
  return one->reads_in_service ? one->in_service : one->requests;
}

PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_outb(uint16_t address, uint8_t value)
{
  model_log("%02x=%02x ", address, value);
  switch (address) {
  case 0x20:
    chip_write_command(&model.master, value);
    break;
  case 0x21:
    chip_write_data(&model.master, value, 1u << MODEL_CASCADE);
    break;
  case 0xA0:
    chip_write_command(&model.slave, value);
    break;
  case 0xA1:
    chip_write_data(&model.slave, value, MODEL_CASCADE);
    break;
  default:
    assert_int_equal(address, 0x80); /* the delay */
    break;
  }
  model_wire();
  model_run();
}

PARALLEL_ISR_INTERNAL bool parallel_isr_pic8259_interrupts_enabled(void)
{
  return model.interrupts;
}

PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_interrupts_off(void)
{
  model.interrupts = false;
}

PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_interrupts_on(void)
{
  model.interrupts = true;
  model_run();
}

PARALLEL_ISR_INTERNAL void parallel_isr_pic8259_pause(void)
{
  model.pauses++;
  assert_non_null(model.on_pause); /* else nobody would ever end the wait */
  model.on_pause();
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the library costs per interrupt: sends `count` bytes, each from the interrupt of the one before, either through
 * the chain with `clients` connections, or, if there are none, from a bare handler with no library in its path. The
 * work for the device is the same.
 *
 * Talks to bench.py: `begin`, `end`, `bench CLIENTS INTERRUPTS TICKS`.
 */
#include "lpt.h"
#include "machine.h"
#include "port.h"

#define LPT1 ((uint16_t)0x378)
#define LPT1_IRQ 7u
#define MASTER_VECTOR 0x20u
#define SLAVE_VECTOR 0x28u
#define MAX_CLIENTS 8u

static parallel_isr_pic8259 controller;
static parallel_isr_port port;
static parallel_isr_connection connections[MAX_CLIENTS];
static const parallel_isr_configuration configuration = {
    .connections = connections,
    .connection_capacity = MAX_CLIENTS,
    .enable_connect_interrupt = TRUE,
    .connect_version = CONNECT_LINE_BASED,
    .backend = {.controller = &controller, .irq = LPT1_IRQ},
};

static volatile uint32_t served;
static uint32_t count;

/* The work for the device: accept the interrupt, send the next byte. */
static void serve(void)
{
  (void)lpt_status(LPT1);
  served++;
  if (served < count) lpt_send(LPT1, (uint8_t)served);
}

/* ---- without the library ----------------------------------------------------------------------------------------- */

/* As short as a handler of line 7 can be: it must know a spurious interrupt, for that gets no end of interrupt. */
static void bare_handler(machine_frame *frame)
{
  (void)frame;
  machine_out(0x20, 0x0B);
  if ((machine_in(0x20) & 0x80u) == 0) return;
  serve();
  machine_out(0x20, 0x67);
}

/* ---- with it ----------------------------------------------------------------------------------------------------- */

static void chain_handler(machine_frame *frame)
{
  parallel_isr_pic8259_interrupt(&controller, (uint8_t)(frame->vector - MASTER_VECTOR));
}

static BOOLEAN NTAPI sender_isr(PKINTERRUPT interrupt, PVOID context)
{
  (void)interrupt;
  (void)context;
  serve();
  return TRUE;
}

static BOOLEAN NTAPI other_isr(PKINTERRUPT interrupt, PVOID context)
{
  (void)interrupt;
  (void)context;
  return FALSE;
}

static bool connect(uint32_t clients)
{
  PARALLEL_INTERRUPT_INFORMATION information;
  bool connected = parallel_isr_initialize(&port, &configuration) == STATUS_SUCCESS;
  for (uint32_t i = 0; i < clients && connected; i++) {
    const PARALLEL_INTERRUPT_SERVICE_ROUTINE service = {
        .InterruptServiceRoutine = i == 0 ? sender_isr : other_isr,
        .InterruptServiceContext = &connections[i],
    };
    connected = parallel_isr_connect(&port, NULL, &service, &information) == STATUS_SUCCESS;
  }
  return connected;
}

/* ---- the measurement --------------------------------------------------------------------------------------------- */

int main(void)
{
  const uint32_t clients = machine_option("clients", 0);
  count = machine_option("count", 1000000);
  if (clients > MAX_CLIENTS || count == 0) return MACHINE_FAILED;
  if (parallel_isr_pic8259_initialize(&controller, MASTER_VECTOR, SLAVE_VECTOR) != STATUS_SUCCESS)
    return MACHINE_FAILED;
  machine_handle(MASTER_VECTOR + LPT1_IRQ, clients == 0 ? bare_handler : chain_handler);
  machine_interrupts_on();
  lpt_start(LPT1);
  if (clients == 0)
    parallel_isr_pic8259_unmask(&controller, LPT1_IRQ);
  else if (!connect(clients))
    return MACHINE_FAILED;

  machine_print("begin\n");
  const uint64_t start = machine_time();
  lpt_send(LPT1, 0);
  while (served < count) machine_pause();
  const uint64_t ticks = machine_time() - start;
  machine_print("end\n");

  machine_print("bench ");
  machine_print_number(clients);
  machine_print(" ");
  machine_print_number(served);
  machine_print(" 0x");
  machine_print_hex((uint32_t)(ticks >> 32));
  machine_print_hex((uint32_t)ticks);
  machine_print("\n");
  return served == count ? MACHINE_PASSED : MACHINE_FAILED;
}

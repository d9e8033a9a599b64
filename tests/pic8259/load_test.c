/* SPDX-License-Identifier: MIT */
/*
 * A million interrupts on a loaded line: three clients, of whom each claims its third, beside a thread that connects,
 * allocates, cancels and frees. The device raises the next interrupt from the ISR of the last one; every 16th time the
 * thread does, at each of its levels. If one is lost, the next never comes.
 */
#include "fixture.h"
#include "image.h"
#include "platform_pic8259.h"

#define INTERRUPTS 1000000u
#define BURST 16u
#define CLIENTS 3u

static uint32_t raised;      /* interrupts that the device has asked for */
static volatile bool paused; /* the thread raises the next one */

static void raise_next(void)
{
  if (raised == INTERRUPTS) return;
  raised++;
  paused = false;
  platform_strobe(LPT1_IRQ);
}

static BOOLEAN NTAPI load_isr(PKINTERRUPT interrupt_object, PVOID context)
{
  driver *me = context;
  const uint32_t taken = platform_taken[LPT1_IRQ];
  CHECK(interrupt_object == PORT);
  me->calls++;
  if (me != driver_at(taken % CLIENTS)) return FALSE;
  if (taken % BURST == 0)
    paused = true;
  else
    raise_next();
  return TRUE;
}

/* ---- the thread's side ------------------------------------------------------------------------------------------- */

static uint32_t completions;

static void NTAPI raise_at_dispatch(PVOID context, NTSTATUS final)
{
  CHECK(context == &completions);
  CHECK_EQUAL(final, STATUS_SUCCESS);
  completions++;
  raise_next();
}

static BOOLEAN NTAPI raise_at_dirql(PVOID context)
{
  (void)context;
  raise_next();
  return TRUE;
}

/* The line does not wait for the last client here, and the queue is never empty at the hand-over. */
static void one_round(uint32_t round)
{
  switch (round % 4u) {
  case 0:
    CHECK_EQUAL(connect_driver(&dave), STATUS_SUCCESS);
    raise_next();
    CHECK_EQUAL(disconnect_driver(&dave), STATUS_SUCCESS);
    break;
  case 1:
    CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
    CHECK_EQUAL(parallel_isr_allocate(PORT, NULL, raise_at_dispatch, &completions), STATUS_PENDING);
    CHECK_EQUAL(allocate(&waiters[1]), STATUS_PENDING);
    CHECK_EQUAL(cancel(&waiters[1]), STATUS_SUCCESS);
    CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
    CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
    break;
  case 2:
    CHECK(parallel_isr_synchronize(PORT, raise_at_dirql, NULL));
    break;
  default:
    raise_next();
    break;
  }
}

static BOOLEAN NTAPI check_counts(PVOID context, const parallel_isr_connection_information *connection)
{
  uint32_t *client = context;
  CHECK_EQUAL(connection->called, INTERRUPTS);
  CHECK_EQUAL(connection->claimed, INTERRUPTS / CLIENTS + (*client != 0 && *client <= INTERRUPTS % CLIENTS));
  CHECK_EQUAL(driver_at(*client)->calls, INTERRUPTS);
  ++*client;
  return TRUE;
}

static void load_a_million_interrupts_and_none_lost(void)
{
  uint32_t rounds = 0, clients = 0;
  for (uint32_t i = 0; i < CLIENTS; i++) driver_at(i)->service.InterruptServiceRoutine = load_isr;
  start();
  connect_all(CLIENTS);
  raised = completions = 0;
  paused = true;
  while (platform_taken[LPT1_IRQ] < INTERRUPTS) {
    for (uint32_t i = 0; i < 1000u && !paused; i++) machine_pause();
    conformance_step = platform_taken[LPT1_IRQ] + 1u;
    CHECK(paused); /* a burst has ended, not stopped */
    one_round(rounds++);
  }
  platform_check_quiet();
  const parallel_isr_statistics now = statistics();
  CHECK_EQUAL(raised, INTERRUPTS);
  CHECK_EQUAL(platform_taken[LPT1_IRQ], INTERRUPTS);
  CHECK_EQUAL(platform_requests(), 0);
  CHECK_EQUAL(now.passes, INTERRUPTS);
  CHECK_EQUAL(now.unclaimed, 0);
  CHECK_EQUAL(now.merged, 0);
  CHECK_EQUAL(now.longest_run, 1);
  CHECK_EQUAL(now.handovers, completions);
  CHECK_EQUAL(parallel_isr_pic8259_spurious(&chips, LPT1_IRQ), 0);
  CHECK_EQUAL(waiters[1].calls, completions);
  CHECK_EQUAL(parallel_isr_iterate(PORT, check_counts, &clients), STATUS_SUCCESS);
  CHECK_EQUAL(clients, CLIENTS);
  const uint32_t counts[] = {platform_taken[LPT1_IRQ], rounds, completions};
  image_count(__func__, counts, 3);
}

static const conformance_case table[] = {CASE(load_a_million_interrupts_and_none_lost)};
CASES(load_cases, table);

/* SPDX-License-Identifier: MIT */
/* Several processors at a time: interrupts in a stream, and everything that clients do beside them. */
#include "cases.h"
#include "hooks.h"

#define ROUNDS 300u
#define LEAST_INTERRUPTS 2000

static volatile LONG stopping, inside, owned_by_interrupt, owned_by_thread;

/* ---- one owner at a time ----------------------------------------------------------------------------------------- */

static void own(volatile LONG *counter)
{
  if (InterlockedExchange(&inside, 1) != 0) sim_violation("two own the port");
  (void)InterlockedIncrement(counter);
  if (InterlockedExchange(&inside, 0) != 1) sim_violation("two owned the port");
}

static void own_in_the_isr(client *self)
{
  if (!self->connected || !client_try(self)) return;
  own(&owned_by_interrupt);
  client_free(self);
}

static void stream(void *unused)
{
  (void)unused;
  while (stopping == 0) {
    (void)sim_interrupt(VECTOR);
    sim_yield();
  }
}

static void allocate_and_give(void *context)
{
  client *const self = context;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    sim_irp irp;
    if (client_allocate(self, &irp) == STATUS_PENDING)
      while (irp.ended == 0) sim_yield();
    CHECK_EQUAL(irp.result.Status, STATUS_SUCCESS);
    own(&owned_by_thread);
    CHECK_EQUAL(client_give(self), STATUS_SUCCESS);
  }
}

/* Requests of its own that it cancels, beside the DPC that grants them. IoCancelIrp() is for who keeps the IRP: its
 * completion routine leaves it alone. */
static void allocate_and_cancel(void *context)
{
  client *const self = context;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    sim_irp irp;
    sim_irp_keep(&irp, self->device, IRP_MJ_INTERNAL_DEVICE_CONTROL);
    sim_irp_stack(&irp)->FileObject = self->file;
    sim_irp_stack(&irp)->Parameters.DeviceIoControl.IoControlCode = IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE;
    (void)sim_irp_send(&irp, self->device);
    (void)hook_IoCancelIrp(irp.irp);
    while (irp.ended == 0) sim_yield();
    if (irp.result.Status == STATUS_SUCCESS) {
      own(&owned_by_thread);
      CHECK_EQUAL(client_give(self), STATUS_SUCCESS);
    } else {
      CHECK_EQUAL(irp.result.Status, STATUS_CANCELLED);
    }
    sim_free(irp.irp);
  }
}

static void open_both(void)
{
  stopping = inside = owned_by_interrupt = owned_by_thread = 0;
  port_begin();
  client_open(&alice, "alice");
  client_open(&bob, "bob");
  client_open(&carol, "carol");
  alice.on_interrupt = alice.on_check = own_in_the_isr;
  CHECK_EQUAL(client_connect(&alice, true), STATUS_SUCCESS);
}

static void close_both(void)
{
  CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
  client_close(&alice);
  client_close(&bob);
  client_close(&carol);
  check_free();
  port_end();
}

static void storm_of_owners(void)
{
  sim_thread threads[4];
  open_both();
  sim_thread_start(&threads[0], stream, NULL);
  sim_thread_start(&threads[1], stream, NULL);
  sim_thread_start(&threads[2], allocate_and_give, &bob);
  sim_thread_start(&threads[3], allocate_and_cancel, &carol);
  sim_thread_join(&threads[2]);
  sim_thread_join(&threads[3]);
  while (alice.calls < LEAST_INTERRUPTS || owned_by_interrupt == 0) sim_yield();
  (void)InterlockedExchange(&stopping, 1);
  sim_thread_join(&threads[0]);
  sim_thread_join(&threads[1]);
  CHECK(owned_by_thread >= (LONG)ROUNDS);
  close_both();
}

/* ---- connections come and go ------------------------------------------------------------------------------------- */

/* A client whose memory is gone as soon as disconnect has returned. */
static void come_and_go(void *context)
{
  for (uint32_t round = 0; round < ROUNDS; round++) {
    client *const victim = sim_allocate(sizeof *victim);
    memset(victim, 0, sizeof *victim);
    victim->device = context;
    victim->on_interrupt = victim->on_check = own_in_the_isr;
    CHECK_EQUAL(client_connect(victim, true), STATUS_SUCCESS);
    (void)sim_interrupt(VECTOR);
    CHECK(victim->calls > 0);
    CHECK_EQUAL(client_disconnect(victim), STATUS_SUCCESS);
    sim_free(victim);
  }
}

static void storm_of_connections(void)
{
  for (uint32_t line_stays = 0; line_stays < 2; line_stays++) {
    sim_thread threads[4];
    open_both();
    if (line_stays == 0) CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
    sim_thread_start(&threads[0], stream, NULL);
    sim_thread_start(&threads[1], come_and_go, the_port.fdo);
    sim_thread_start(&threads[2], come_and_go, the_port.fdo);
    sim_thread_start(&threads[3], allocate_and_give, &bob);
    for (uint32_t i = 1; i < 4; i++) sim_thread_join(&threads[i]);
    (void)InterlockedExchange(&stopping, 1);
    sim_thread_join(&threads[0]);
    if (line_stays == 0) CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
    close_both();
  }
}

/* ---- the device goes in the middle of it ------------------------------------------------------------------------- */

static void use_until_it_is_gone(void *context)
{
  client *const self = context;
  NTSTATUS status;
  do {
    sim_irp irp;
    status = client_allocate(self, &irp);
    if (status == STATUS_PENDING) {
      while (irp.ended == 0) sim_yield();
      status = irp.result.Status;
    }
    if (status == STATUS_SUCCESS) CHECK_EQUAL(client_give(self), STATUS_SUCCESS);
  } while (status == STATUS_SUCCESS);
  CHECK_EQUAL(status, STATUS_DELETE_PENDING);
}

static void connect_until_it_is_gone(void *context)
{
  client *const self = context;
  NTSTATUS status;
  do {
    status = client_connect(self, true);
    if (status == STATUS_SUCCESS) CHECK_EQUAL(client_disconnect(self), STATUS_SUCCESS);
  } while (status == STATUS_SUCCESS);
  CHECK_EQUAL(status, STATUS_DELETE_PENDING);
}

static void storm_of_removals(void)
{
  for (sim_step = 0; sim_step < 10; sim_step++) {
    static client other;
    sim_thread threads[4];
    open_both();
    other = (client){.device = the_port.fdo, .file = carol.file};
    sim_thread_start(&threads[0], stream, NULL);
    sim_thread_start(&threads[1], use_until_it_is_gone, &bob);
    sim_thread_start(&threads[2], use_until_it_is_gone, &carol);
    sim_thread_start(&threads[3], connect_until_it_is_gone, &other);
    while (alice.calls < 20) sim_yield();
    CHECK_EQUAL(port_pnp(&the_port, IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
    for (uint32_t i = 1; i < 4; i++) sim_thread_join(&threads[i]);
    client_close(&alice);
    client_close(&bob);
    client_close(&carol);
    port_end(); /* alice is connected still, and the interrupts come */
    (void)InterlockedExchange(&stopping, 1);
    sim_thread_join(&threads[0]);
  }
}

static const sim_case table[] = {
    CASE(storm_of_owners),
    CASE(storm_of_connections),
    CASE(storm_of_removals),
};
CASES(storms_cases, table);

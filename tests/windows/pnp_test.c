/* SPDX-License-Identifier: MIT */
/* The life of the port's device: Plug and Play, power, handles. */
#include "cases.h"
#include "hooks.h"

static void start_needs_registers(void)
{
  sim_irp irp;
  CHECK_EQUAL(port_add(&the_port), STATUS_SUCCESS);
  sim_irp_create(&irp, the_port.fdo, IRP_MJ_PNP, IRP_MN_START_DEVICE);
  CHECK(!NT_SUCCESS(sim_irp_send(&irp, the_port.fdo)));
  CHECK_EQUAL(the_port.device.irps, 1); /* the bus driver first */
  port_end();
}

static void start_fails_if_the_bus_does(void)
{
  CHECK_EQUAL(port_add(&the_port), STATUS_SUCCESS);
  the_port.device.pnp_status = STATUS_INSUFFICIENT_RESOURCES;
  CHECK_EQUAL(port_start(&the_port, true), STATUS_INSUFFICIENT_RESOURCES);
  the_port.device.pnp_status = STATUS_SUCCESS;
  CHECK_EQUAL(port_control(&the_port, IOCTL_INTERNAL_PARALLEL_PORT_FREE, NULL, 0, 0, NULL, NULL),
              STATUS_DEVICE_NOT_READY);
  port_end();
}

static void requests_before_start_are_refused(void)
{
  shared_buffer buffer;
  static const ULONG codes[] = {IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE, IOCTL_INTERNAL_PARALLEL_PORT_FREE,
                                IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT, IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT,
                                IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO};
  memset(&buffer, 0, sizeof buffer);
  CHECK_EQUAL(port_add(&the_port), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 5; i++)
    CHECK_EQUAL(port_control(&the_port, codes[i], &buffer, sizeof buffer, sizeof buffer, NULL, NULL),
                STATUS_DEVICE_NOT_READY);
  port_end();
}

static void ports_are_numbered(void)
{
  static port second;
  port_begin();
  CHECK_EQUAL(port_add(&second), STATUS_SUCCESS);
  second.device.vector = 5;
  second.device.ports = 0x278;
  CHECK_EQUAL(port_start(&second, true), STATUS_SUCCESS);
  CHECK_EQUAL(sim_find_device(L"\\Device\\ParallelPort0"), the_port.fdo);
  CHECK_EQUAL(sim_find_device(L"\\Device\\ParallelPort1"), second.fdo);
  CHECK_EQUAL(port_control(&second, IOCTL_INTERNAL_PARALLEL_PORT_FREE, NULL, 0, 0, NULL, NULL),
              STATUS_RESOURCE_NOT_OWNED);
  port_remove(&the_port);
  port_begin(); /* gets the number that is free */
  CHECK_EQUAL(sim_find_device(L"\\Device\\ParallelPort0"), the_port.fdo);
  CHECK_EQUAL(port_pnp(&second, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
  sim_device_delete(&second.device);
  port_end();
}

/* Two ports, one vector: each has its own object, and its own clients. */
static void ports_share_a_vector(void)
{
  static port second;
  static client other;
  port_begin();
  client_open(&alice, "alice");
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  CHECK_EQUAL(port_add(&second), STATUS_SUCCESS);
  CHECK_EQUAL(port_start(&second, true), STATUS_SUCCESS);
  other = (client){.device = second.fdo, .claims = TRUE};
  CHECK_EQUAL(client_connect(&other, false), STATUS_SUCCESS);
  CHECK(other.information.InterruptObject != alice.information.InterruptObject);
  CHECK_EQUAL(sim_interrupt(VECTOR), SIM_CLAIMED);
  CHECK(alice.calls == 1 && other.calls == 1);
  CHECK(client_try(&alice) && client_try(&other));
  CHECK_EQUAL(port_pnp(&second, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
  sim_device_delete(&second.device);
  CHECK_EQUAL(sim_interrupt(VECTOR), SIM_CLAIMED);
  CHECK(alice.calls == 2 && other.calls == 1);
  client_free(&alice);
  CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
  client_close(&alice);
  port_end();
}

static void stop_is_refused(void)
{
  port_begin();
  CHECK(!NT_SUCCESS(port_pnp(&the_port, IRP_MN_QUERY_STOP_DEVICE)));
  CHECK_EQUAL(port_pnp(&the_port, IRP_MN_CANCEL_STOP_DEVICE), STATUS_SUCCESS);
  CHECK_EQUAL(port_pnp(&the_port, IRP_MN_QUERY_REMOVE_DEVICE), STATUS_SUCCESS);
  CHECK_EQUAL(port_pnp(&the_port, IRP_MN_CANCEL_REMOVE_DEVICE), STATUS_SUCCESS);
  check_free();
  port_end();
}

/* What the driver does not know goes on to the bus driver, with the status it came with, and comes back. */
static void other_requests_reach_the_bus(void)
{
  static const UCHAR majors[] = {IRP_MJ_PNP, IRP_MJ_POWER, IRP_MJ_SYSTEM_CONTROL};
  static const UCHAR minors[] = {IRP_MN_QUERY_CAPABILITIES, IRP_MN_SET_POWER, 0};
  port_begin();
  for (uint32_t i = 0; i < 3; i++) {
    sim_irp irp;
    const uint32_t before = the_port.device.irps;
    sim_irp_create(&irp, the_port.fdo, majors[i], minors[i]);
    (void)sim_irp_send(&irp, the_port.fdo);
    CHECK_EQUAL(irp.ended, 1);
    CHECK_EQUAL(the_port.device.irps, before + 1);
  }
  port_end();
}

static void remove_without_start(void)
{
  CHECK_EQUAL(port_add(&the_port), STATUS_SUCCESS);
  port_end();
}

static void surprise_without_start(void)
{
  CHECK_EQUAL(port_add(&the_port), STATUS_SUCCESS);
  CHECK_EQUAL(port_pnp(&the_port, IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
  port_end();
}

/* Who waits is told; what is new is refused; what a client has he can give back. */
static void surprise_removal(void)
{
  sim_irp owner, waiting[3], late;
  shared_buffer buffer;
  memset(&buffer, 0, sizeof buffer);
  port_begin();
  client_open(&alice, "alice");
  client_open(&bob, "bob");
  CHECK_EQUAL(client_connect(&alice, true), STATUS_SUCCESS);
  CHECK_EQUAL(client_allocate(&alice, &owner), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 3; i++) CHECK_EQUAL(client_allocate(&bob, &waiting[i]), STATUS_PENDING);
  CHECK_EQUAL(port_pnp(&the_port, IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 3; i++) {
    CHECK_EQUAL(waiting[i].ended, 1);
    CHECK_EQUAL(waiting[i].result.Status, STATUS_DELETE_PENDING);
  }
  CHECK_EQUAL(client_allocate(&bob, &late), STATUS_DELETE_PENDING);
  CHECK_EQUAL(client_connect(&bob, false), STATUS_DELETE_PENDING);
  CHECK_EQUAL(port_control(&the_port, IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT, &buffer, 0, 0, NULL, NULL),
              STATUS_DELETE_PENDING); /* before everything else */
  CHECK_EQUAL(port_control(&the_port, IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &buffer, 0, 0, NULL, NULL),
              STATUS_DELETE_PENDING);
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
  client_close(&alice);
  client_close(&bob);
  port_end();
}

/* REMOVE_DEVICE alone, as when a device that nobody has open is removed. */
static void remove_ends_what_waits(void)
{
  sim_irp owner, waiting[3];
  port_begin();
  client_open(&alice, "alice");
  CHECK_EQUAL(client_allocate(&alice, &owner), STATUS_SUCCESS);
  for (uint32_t i = 0; i < 3; i++) CHECK_EQUAL(client_allocate(&alice, &waiting[i]), STATUS_PENDING);
  client_close(&alice); /* takes the requests, and the port */
  for (uint32_t i = 0; i < 3; i++) CHECK_EQUAL(waiting[i].result.Status, STATUS_CANCELLED);
  sim_irp nameless, others[2];
  (void)sim_irp_control(&nameless, the_port.fdo, IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE, NULL, 0, 0, NULL);
  for (uint32_t i = 0; i < 2; i++)
    CHECK_EQUAL(sim_irp_control(&others[i], the_port.fdo, IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE, NULL, 0, 0, NULL),
                STATUS_PENDING);
  port_end();
  for (uint32_t i = 0; i < 2; i++) {
    CHECK_EQUAL(others[i].ended, 1);
    CHECK_EQUAL(others[i].result.Status, STATUS_DELETE_PENDING);
  }
}

/* The DPC was requested, and its processor is busy: removal waits for it. */
static void remove_waits_for_the_dpc(void)
{
  static client nameless;
  port_begin();
  nameless = (client){.device = the_port.fdo, .claims = TRUE};
  CHECK_EQUAL(client_connect(&nameless, true), STATUS_SUCCESS);
  CHECK(client_try(&nameless));
  sim_dpcs_held = true;
  client_free(&nameless);
  CHECK_EQUAL(nameless.checks, 0);
  port_end(); /* what is freed with a DPC queued in it is found */
}

static void open_of_a_port_that_is_gone(void)
{
  UNICODE_STRING name;
  FILE_OBJECT *file;
  DEVICE_OBJECT *device;
  RtlInitUnicodeString(&name, L"\\Device\\ParallelPort0");
  port_begin();
  CHECK_EQUAL(port_pnp(&the_port, IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
  CHECK_EQUAL(hook_IoGetDeviceObjectPointer(&name, FILE_READ_DATA, &file, &device), STATUS_DELETE_PENDING);
  port_end();
  CHECK_EQUAL(hook_IoGetDeviceObjectPointer(&name, FILE_READ_DATA, &file, &device), STATUS_OBJECT_NAME_NOT_FOUND);
}

/* The end of a client frees the port that it owns, and no port of another's, or of nobody's. */
static void close_frees_the_port(void)
{
  sim_irp irp, waiter;
  port_begin();
  for (uint32_t owner = 0; owner < 3; owner++) {
    sim_step = owner;
    client_open(&alice, "alice");
    client_open(&bob, "bob");
    FILE_OBJECT *const file = owner == 0 ? alice.file : owner == 1 ? bob.file : NULL;
    CHECK_EQUAL(sim_irp_control(&irp, the_port.fdo, IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE, NULL, 0, 0, file),
                STATUS_SUCCESS);
    CHECK_EQUAL(client_allocate(&bob, &waiter), STATUS_PENDING);
    client_close(&alice);
    CHECK_EQUAL(waiter.ended, owner == 0);
    if (owner == 0) CHECK_EQUAL(waiter.result.Status, STATUS_SUCCESS);
    if (owner != 0) CHECK(sim_irp_cancel(&waiter));
    CHECK_EQUAL(client_give(&bob), STATUS_SUCCESS);
    client_close(&bob);
    check_free();
  }
  port_end();
}

static const sim_case table[] = {
    CASE(start_needs_registers),
    CASE(start_fails_if_the_bus_does),
    CASE(requests_before_start_are_refused),
    CASE(ports_are_numbered),
    CASE(ports_share_a_vector),
    CASE(stop_is_refused),
    CASE(other_requests_reach_the_bus),
    CASE(remove_without_start),
    CASE(surprise_without_start),
    CASE(surprise_removal),
    CASE(remove_ends_what_waits),
    CASE(remove_waits_for_the_dpc),
    CASE(open_of_a_port_that_is_gone),
    CASE(close_frees_the_port),
};
CASES(pnp_cases, table);

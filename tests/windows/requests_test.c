/* SPDX-License-Identifier: MIT */
/* The DDI's requests as IRPs: the decision tables, row by row, and what the requests do. */
#include "cases.h"
#include "hooks.h"

static BOOLEAN NTAPI never(PKINTERRUPT interrupt, PVOID context)
{
  (void)interrupt;
  sim_violation("an ISR that was refused is called: %p", context);
  return FALSE;
}

/* A request that fails: its status, its Information is 0, and its buffer is as it was. */
static void refused(port *self, ULONG code, ULONG in, ULONG out, NTSTATUS expected, PKSERVICE_ROUTINE routine,
                    PVOID context)
{
  shared_buffer buffer, before;
  ULONG_PTR information;
  memset(&buffer, 0x5a, sizeof buffer);
  buffer.service.InterruptServiceRoutine = routine;
  buffer.service.InterruptServiceContext = context;
  before = buffer;
  CHECK_EQUAL(port_control(self, code, &buffer, in, out, NULL, &information), expected);
  CHECK_EQUAL(information, 0);
  CHECK(memcmp(&buffer, &before, sizeof buffer) == 0);
}

#define CONNECT IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT
#define DISCONNECT IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT
#define SERVICE ((ULONG)sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE))
#define INFORMATION ((ULONG)sizeof(PARALLEL_INTERRUPT_INFORMATION))

/* ---- connect ----------------------------------------------------------------------------------------------------- */

static void connect_1_switch_is_off(void)
{
  static const struct {
    bool exists;
    ULONG type, value;
  } settings[] = {{false, REG_DWORD, 1}, {true, REG_DWORD, 0}, {true, REG_SZ, 1}, {true, REG_QWORD, 1}};
  port_begin();
  for (uint32_t i = 0; i < 4; i++) {
    sim_step = i;
    the_port.device.switch_exists = settings[i].exists;
    the_port.device.switch_type = settings[i].type;
    the_port.device.switch_value = settings[i].value;
    refused(&the_port, CONNECT, SERVICE, INFORMATION, STATUS_UNSUCCESSFUL, never, NULL);
    refused(&the_port, CONNECT, 0, 0, STATUS_UNSUCCESSFUL, never, NULL); /* before the sizes */
    refused(&the_port, CONNECT, SERVICE, INFORMATION, STATUS_UNSUCCESSFUL, NULL, NULL);
  }
  CHECK_EQUAL(the_port.device.connects, 0);
  port_end();
}

static void connect_1_switch_is_read_on_every_connect(void)
{
  open_all();
  for (ULONG i = 0; i < 6; i++) {
    sim_step = i;
    the_port.device.switch_value = i % 3; /* not 0 is on */
    CHECK_EQUAL(client_connect(&alice, false), i % 3 != 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL);
    if (alice.connected) {
      the_port.device.switch_value = 0;
      CHECK_EQUAL(client_connect(&bob, false), STATUS_UNSUCCESSFUL); /* the line is connected, and yet */
      CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);        /* not gated */
    }
  }
  CHECK_EQUAL(sim_open_handles(), 0);
  close_all();
}

static void connect_2_buffers(void)
{
  port_begin();
  for (ULONG size = 0; size < SERVICE; size++) {
    sim_step = size;
    refused(&the_port, CONNECT, size, INFORMATION, STATUS_BUFFER_TOO_SMALL, never, NULL);
    refused(&the_port, CONNECT, SERVICE, size, STATUS_BUFFER_TOO_SMALL, never, NULL);
  }
  CHECK_EQUAL(port_control(&the_port, CONNECT, NULL, SERVICE, INFORMATION, NULL, NULL), STATUS_INVALID_PARAMETER);
  refused(&the_port, CONNECT, SERVICE, INFORMATION, STATUS_INVALID_PARAMETER, NULL, NULL);
  CHECK_EQUAL(the_port.device.connects, 0);
  port_end();
}

static void connect_3_port_without_an_interrupt(void)
{
  CHECK_EQUAL(port_add(&the_port), STATUS_SUCCESS);
  CHECK_EQUAL(port_start(&the_port, false), STATUS_SUCCESS);
  refused(&the_port, CONNECT, SERVICE, INFORMATION - 1, STATUS_BUFFER_TOO_SMALL, never, NULL); /* the sizes first */
  refused(&the_port, CONNECT, SERVICE, INFORMATION, STATUS_NOT_SUPPORTED, never, NULL);
  check_free(); /* the rest of the port is there */
  port_end();
}

static void connect_4_system_refuses_the_interrupt(void)
{
  static const NTSTATUS statuses[] = {STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES,
                                      STATUS_INVALID_PARAMETER_10};
  open_all();
  for (uint32_t i = 0; i < 3; i++) {
    sim_step = i;
    the_port.device.connect_status = statuses[i];
    refused(&the_port, CONNECT, SERVICE, INFORMATION, statuses[i], never, NULL);
    CHECK_EQUAL(sim_interrupt(VECTOR), SIM_NOT_CONNECTED);
    the_port.device.connect_status = STATUS_SUCCESS;
    CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
    CHECK_EQUAL(sim_interrupt(VECTOR), SIM_CLAIMED);
    CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
  }
  close_all();
}

static void connect_5_slots_run_out(void)
{
  static client many[9];
  open_all();
  for (uint32_t i = 0; i < 9; i++) {
    sim_step = i;
    many[i] = (client){.file = alice.file, .device = alice.device};
    CHECK_EQUAL(client_connect(&many[i], false), i < 8 ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES);
  }
  refused(&the_port, CONNECT, SERVICE, INFORMATION, STATUS_INSUFFICIENT_RESOURCES, never, NULL);
  for (uint32_t i = 0; i < 8; i++) CHECK_EQUAL(client_disconnect(&many[i]), STATUS_SUCCESS);
  CHECK_EQUAL(sim_connected(VECTOR), 0);
  close_all();
}

static void connect_6_success(void)
{
  open_all();
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  CHECK(alice.information.InterruptObject != NULL && alice.information.Context != NULL);
  CHECK_EQUAL(client_connect(&alice, true), STATUS_INVALID_PARAMETER); /* the same routine with the same context */
  CHECK_EQUAL(client_connect(&bob, false), STATUS_SUCCESS);
  CHECK_EQUAL(sim_interrupt(VECTOR), SIM_CLAIMED);
  CHECK_EQUAL(alice.level, SIM_DIRQL);
  CHECK(alice.interrupt == alice.information.InterruptObject && bob.interrupt == alice.interrupt);
  CHECK_EQUAL(the_port.device.connects, 1);
  alice.connected = true;
  close_all();
}

static void connect_at_a_raised_level(void)
{
  port_begin();
  const KIRQL before = sim_set_level(DISPATCH_LEVEL);
  refused(&the_port, CONNECT, SERVICE, INFORMATION, STATUS_INVALID_DEVICE_STATE, never, NULL);
  refused(&the_port, DISCONNECT, SERVICE, 0, STATUS_INVALID_DEVICE_STATE, never, NULL);
  (void)sim_set_level(before);
  port_end();
}

/* The ISR may run before the connect call has returned: it is complete by then. */
static void connect_delivers_at_once(void)
{
  open_all();
  the_port.device.asserted = true;
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  CHECK_EQUAL(alice.calls, 1);
  CHECK(alice.interrupt == alice.information.InterruptObject);
  CHECK_EQUAL(client_connect(&bob, false), STATUS_SUCCESS); /* the line is connected already */
  CHECK_EQUAL(bob.calls, 0);
  close_all();
}

/* ---- disconnect -------------------------------------------------------------------------------------------------- */

static void disconnect_table(void)
{
  open_all();
  for (ULONG size = 0; size < SERVICE; size++)
    refused(&the_port, DISCONNECT, size, 0, STATUS_BUFFER_TOO_SMALL, never, NULL);
  CHECK_EQUAL(port_control(&the_port, DISCONNECT, NULL, SERVICE, 0, NULL, NULL), STATUS_INVALID_PARAMETER);
  refused(&the_port, DISCONNECT, SERVICE, 0, STATUS_INVALID_PARAMETER, never, NULL); /* nobody is connected */
  CHECK_EQUAL(client_connect(&alice, true), STATUS_SUCCESS);
  CHECK_EQUAL(client_connect(&bob, true), STATUS_SUCCESS);
  refused(&the_port, DISCONNECT, SERVICE, 0, STATUS_INVALID_PARAMETER, never, &alice);
  refused(&the_port, DISCONNECT, SERVICE, 0, STATUS_INVALID_PARAMETER, alice.service.InterruptServiceRoutine, NULL);
  alice.service.DeferredPortCheckRoutine = NULL; /* not compared */
  CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(client_disconnect(&alice), STATUS_INVALID_PARAMETER);
  CHECK_EQUAL(sim_interrupt(VECTOR), SIM_CLAIMED);
  CHECK(alice.calls == 0 && bob.calls == 1);
  CHECK_EQUAL(client_disconnect(&bob), STATUS_SUCCESS);
  CHECK_EQUAL(sim_interrupt(VECTOR), SIM_NOT_CONNECTED);
  CHECK_EQUAL(the_port.device.disconnects, 1);
  close_all();
}

/* ---- the chain --------------------------------------------------------------------------------------------------- */

static char order[16];
static uint32_t ordered;

static void note(client *self)
{
  if (ordered < sizeof order - 1u) order[ordered++] = self->name[0];
}

static void chain_calls_everybody_in_order(void)
{
  open_all();
  alice.on_interrupt = bob.on_interrupt = carol.on_interrupt = note;
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  CHECK_EQUAL(client_connect(&bob, false), STATUS_SUCCESS);
  CHECK_EQUAL(client_connect(&carol, false), STATUS_SUCCESS);
  for (uint32_t claims = 0; claims < 8; claims++) {
    sim_step = claims;
    alice.claims = (claims & 1) != 0;
    bob.claims = (claims & 2) != 0;
    carol.claims = (claims & 4) != 0;
    memset(order, 0, sizeof order);
    ordered = 0;
    CHECK_EQUAL(sim_interrupt(VECTOR), claims != 0 ? SIM_CLAIMED : SIM_UNCLAIMED);
    CHECK(memcmp(order, "abc", 4) == 0);
  }
  close_all();
}

static void synchronized_inner(void)
{
  CHECK_EQUAL(sim_level(), SIM_DIRQL);
  CHECK_EQUAL(sim_interrupt(VECTOR), SIM_PENDING);
  CHECK_EQUAL(alice.calls, 0);
  CHECK(client_try(&alice)); /* documented to work in here */
  client_free(&alice);
}

static BOOLEAN NTAPI synchronized_routine(PVOID context)
{
  synchronized_inner();
  return *(BOOLEAN *)context;
}

/* KeSynchronizeExecution on the object that connect returned keeps the chain away. */
static void synchronize_excludes_the_chain(void)
{
  BOOLEAN answer = TRUE;
  open_all();
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  CHECK(hook_KeSynchronizeExecution(alice.information.InterruptObject, synchronized_routine, &answer));
  CHECK_EQUAL(alice.calls, 1); /* as soon as it had ended */
  answer = FALSE;
  alice.calls = 0;
  CHECK(!hook_KeSynchronizeExecution(alice.information.InterruptObject, synchronized_routine, &answer));
  close_all();
}

/* ---- allocate, cancel, free -------------------------------------------------------------------------------------- */

#define ALLOCATE IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE
#define WAITERS 5u

static uint32_t ended[64], ended_count;

static void note_end(sim_irp *irp)
{
  CHECK_EQUAL(irp->level, DISPATCH_LEVEL);
  ended[ended_count++] = (uint32_t)(uintptr_t)irp->context;
}

static void queue(sim_irp *irp, client *one, uint32_t number)
{
  CHECK_EQUAL(client_allocate(one, irp), STATUS_PENDING);
  irp->on_completion = note_end;
  irp->context = (void *)(uintptr_t)number;
}

static void allocate_is_first_come_first_served(void)
{
  sim_irp irps[WAITERS];
  open_all();
  ended_count = 0;
  CHECK_EQUAL(client_allocate(&alice, &irps[0]), STATUS_SUCCESS);
  for (uint32_t i = 1; i < WAITERS; i++) {
    queue(&irps[i], &bob, i);
    CHECK_EQUAL(client_waiters(&alice), i);
  }
  CHECK_EQUAL(client_give(&bob), STATUS_RESOURCE_NOT_OWNED);
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  for (uint32_t i = 1; i < WAITERS; i++) {
    sim_step = i;
    CHECK_EQUAL(ended_count, i);
    CHECK_EQUAL(ended[i - 1], i);
    CHECK_EQUAL(irps[i].result.Status, STATUS_SUCCESS);
    CHECK_EQUAL(client_give(&alice), STATUS_RESOURCE_NOT_OWNED);
    CHECK_EQUAL(client_give(&bob), STATUS_SUCCESS);
  }
  close_all();
}

static void allocate_is_cancelled_at_any_place(void)
{
  for (uint32_t gone = 1; gone < WAITERS; gone++) {
    sim_irp irps[WAITERS];
    sim_step = gone;
    open_all();
    ended_count = 0;
    CHECK_EQUAL(client_allocate(&alice, &irps[0]), STATUS_SUCCESS);
    for (uint32_t i = 1; i < WAITERS; i++) queue(&irps[i], &bob, i);
    CHECK(sim_irp_cancel(&irps[gone]));
    CHECK_EQUAL(ended_count, 1);
    CHECK_EQUAL(irps[gone].result.Status, STATUS_CANCELLED);
    CHECK_EQUAL(client_waiters(&alice), WAITERS - 2);
    CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
    for (uint32_t i = 1; i < WAITERS - 1; i++) {
      CHECK_EQUAL(ended[i], i < gone ? i : i + 1);
      CHECK_EQUAL(client_give(&bob), STATUS_SUCCESS);
    }
    close_all();
  }
}

static void allocate_that_was_cancelled_before(void)
{
  sim_irp irp;
  open_all();
  for (uint32_t owned = 0; owned < 2; owned++) {
    sim_irp owner;
    if (owned != 0) CHECK_EQUAL(client_allocate(&alice, &owner), STATUS_SUCCESS);
    sim_irp_create(&irp, bob.device, IRP_MJ_INTERNAL_DEVICE_CONTROL, 0);
    sim_irp_stack(&irp)->Parameters.DeviceIoControl.IoControlCode = ALLOCATE;
    irp.irp->Cancel = TRUE;
    CHECK_EQUAL(sim_irp_send(&irp, bob.device), STATUS_CANCELLED);
    CHECK_EQUAL(client_waiters(&alice), 0);
    if (owned != 0) CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
    check_free();
  }
  close_all();
}

static void allocate_slots_run_out(void)
{
  static sim_irp irps[34];
  open_all();
  CHECK_EQUAL(client_allocate(&alice, &irps[0]), STATUS_SUCCESS);
  for (uint32_t i = 1; i < 34; i++)
    CHECK_EQUAL(client_allocate(&bob, &irps[i]), i < 33 ? STATUS_PENDING : STATUS_INSUFFICIENT_RESOURCES);
  for (uint32_t i = 32; i > 0; i--) CHECK(sim_irp_cancel(&irps[i]));
  for (uint32_t i = 1; i < 33; i++) CHECK_EQUAL(irps[i].result.Status, STATUS_CANCELLED);
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  close_all();
}

/* The DPC has granted a request; who cancels comes too late, whether it was completed or not yet. */
static void cancel_of_a_request_that_is_granted(void)
{
  sim_irp owner, waiter;
  open_all();
  CHECK_EQUAL(client_allocate(&alice, &owner), STATUS_SUCCESS);
  CHECK_EQUAL(client_allocate(&bob, &waiter), STATUS_PENDING);
  sim_dpcs_held = true;
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  CHECK(sim_irp_cancel(&waiter)); /* not granted yet: cancelled */
  sim_run_dpcs();
  CHECK_EQUAL(waiter.result.Status, STATUS_CANCELLED);
  CHECK_EQUAL(client_allocate(&alice, &owner), STATUS_SUCCESS);
  CHECK_EQUAL(client_allocate(&bob, &waiter), STATUS_PENDING);
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  CHECK(!sim_irp_cancel(&waiter));
  CHECK_EQUAL(waiter.result.Status, STATUS_SUCCESS);
  CHECK_EQUAL(client_give(&bob), STATUS_SUCCESS);
  close_all();
}

static void requests_at_dispatch_level(void)
{
  sim_irp owner, waiter;
  open_all();
  const KIRQL before = sim_set_level(DISPATCH_LEVEL);
  CHECK_EQUAL(client_allocate(&alice, &owner), STATUS_SUCCESS);
  CHECK_EQUAL(client_allocate(&bob, &waiter), STATUS_PENDING);
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(waiter.ended, 0); /* by the DPC */
  (void)sim_set_level(before);
  CHECK_EQUAL(waiter.ended, 1);
  CHECK_EQUAL(client_give(&bob), STATUS_SUCCESS);
  close_all();
}

/* ---- information ------------------------------------------------------------------------------------------------- */

static void port_information(void)
{
  shared_buffer buffer;
  ULONG_PTR information;
  open_all();
  for (ULONG size = 0; size < sizeof buffer.port; size++)
    refused(&the_port, IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, 0, size, STATUS_BUFFER_TOO_SMALL, NULL, NULL);
  CHECK_EQUAL(port_control(&the_port, IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO, &buffer, 0, sizeof buffer.port, NULL,
                           &information),
              STATUS_SUCCESS);
  CHECK_EQUAL(information, sizeof buffer.port);
  CHECK_EQUAL(buffer.port.OriginalController.QuadPart, REGISTERS);
  CHECK_EQUAL(buffer.port.Controller, REGISTERS);
  CHECK_EQUAL(buffer.port.SpanOfController, 8);
  CHECK(buffer.port.TryAllocatePort(buffer.port.Context));
  CHECK(!buffer.port.TryAllocatePort(buffer.port.Context));
  CHECK_EQUAL(buffer.port.QueryNumWaiters(buffer.port.Context), 0);
  buffer.port.FreePort(buffer.port.Context);
  close_all();
}

static void more_port_information(void)
{
  shared_buffer buffer;
  ULONG_PTR information;
  port_begin();
  refused(&the_port, IOCTL_INTERNAL_GET_MORE_PARALLEL_PORT_INFO, 0, sizeof buffer.more - 1, STATUS_BUFFER_TOO_SMALL,
          NULL, NULL);
  CHECK_EQUAL(port_control(&the_port, IOCTL_INTERNAL_GET_MORE_PARALLEL_PORT_INFO, &buffer, 0, sizeof buffer.more, NULL,
                           &information),
              STATUS_SUCCESS);
  CHECK_EQUAL(information, sizeof buffer.more);
  CHECK_EQUAL(buffer.more.InterfaceType, Isa);
  CHECK_EQUAL(buffer.more.InterruptVector, VECTOR);
  CHECK_EQUAL(buffer.more.InterruptLevel, SIM_DIRQL);
  CHECK_EQUAL(buffer.more.InterruptAffinity, 1);
  CHECK_EQUAL(buffer.more.InterruptMode, Latched);
  port_end();
}

static void other_codes(void)
{
  static const ULONG codes[] = {0,
                                IOCTL_INTERNAL_GET_PARALLEL_PNP_INFO,
                                IOCTL_INTERNAL_SELECT_DEVICE,
                                IOCTL_INTERNAL_DESELECT_DEVICE,
                                ALLOCATE + 1,
                                0xffffffff};
  port_begin();
  for (uint32_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
    sim_step = i;
    refused(&the_port, codes[i], sizeof(shared_buffer), sizeof(shared_buffer), STATUS_INVALID_PARAMETER, NULL, NULL);
  }
  CHECK_EQUAL(port_control(&the_port, IOCTL_INTERNAL_RELEASE_PARALLEL_PORT_INFO, NULL, 0, 0, NULL, NULL),
              STATUS_SUCCESS);
  check_free();
  port_end();
}

/* The codes mean other things in requests of user programs. */
static void requests_of_user_mode_are_refused(void)
{
  sim_irp irp;
  port_begin();
  sim_irp_create(&irp, the_port.fdo, IRP_MJ_DEVICE_CONTROL, 0);
  sim_irp_stack(&irp)->Parameters.DeviceIoControl.IoControlCode = ALLOCATE;
  CHECK_EQUAL(sim_irp_send(&irp, the_port.fdo), STATUS_NOT_SUPPORTED);
  check_free();
  port_end();
}

/* ---- ownership at interrupt level -------------------------------------------------------------------------------- */

static void take(client *self)
{
  self->got = client_try(self);
}

static void take_and_give(client *self)
{
  take(self);
  if (self->got) client_free(self);
}

static void try_allocate_in_the_isr(void)
{
  open_all();
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  CHECK_EQUAL(client_connect(&bob, true), STATUS_SUCCESS);
  alice.on_interrupt = bob.on_interrupt = take;
  (void)sim_interrupt(VECTOR);
  CHECK(alice.got && !bob.got);
  bob.on_check = take_and_give;
  client_free(&alice);
  CHECK(bob.got);
  CHECK_EQUAL(bob.checks, 1);
  CHECK_EQUAL(bob.level, SIM_DIRQL);
  close_all();
}

/* What an ISR owns its driver's request frees, and what a request was granted its ISR frees: one client. */
static void one_client_by_both_ways(void)
{
  sim_irp irp;
  open_all();
  CHECK_EQUAL(client_connect(&alice, false), STATUS_SUCCESS);
  alice.on_interrupt = take;
  (void)sim_interrupt(VECTOR);
  CHECK_EQUAL(client_give(&bob), STATUS_RESOURCE_NOT_OWNED);
  CHECK_EQUAL(client_give(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(client_allocate(&alice, &irp), STATUS_SUCCESS);
  client_free(&alice);
  check_free();
  close_all();
}

static void checks_go_round(void)
{
  open_all();
  CHECK_EQUAL(client_connect(&alice, true), STATUS_SUCCESS);
  CHECK_EQUAL(client_connect(&bob, true), STATUS_SUCCESS);
  CHECK_EQUAL(client_connect(&carol, true), STATUS_SUCCESS);
  memset(order, 0, sizeof order);
  ordered = 0;
  alice.on_check = carol.on_check = note;
  bob.on_check = take; /* the round ends here, and goes on behind him */
  CHECK(client_try(&carol));
  client_free(&carol);
  CHECK(memcmp(order, "a", 2) == 0 && bob.got);
  bob.on_check = note;
  client_free(&bob);
  CHECK(memcmp(order, "acab", 5) == 0);
  close_all();
}

static const sim_case table[] = {
    CASE(connect_1_switch_is_off),
    CASE(connect_1_switch_is_read_on_every_connect),
    CASE(connect_2_buffers),
    CASE(connect_3_port_without_an_interrupt),
    CASE(connect_4_system_refuses_the_interrupt),
    CASE(connect_5_slots_run_out),
    CASE(connect_6_success),
    CASE(connect_at_a_raised_level),
    CASE(connect_delivers_at_once),
    CASE(disconnect_table),
    CASE(chain_calls_everybody_in_order),
    CASE(synchronize_excludes_the_chain),
    CASE(allocate_is_first_come_first_served),
    CASE(allocate_is_cancelled_at_any_place),
    CASE(allocate_that_was_cancelled_before),
    CASE(allocate_slots_run_out),
    CASE(cancel_of_a_request_that_is_granted),
    CASE(requests_at_dispatch_level),
    CASE(port_information),
    CASE(more_port_information),
    CASE(other_codes),
    CASE(requests_of_user_mode_are_refused),
    CASE(try_allocate_in_the_isr),
    CASE(one_client_by_both_ways),
    CASE(checks_go_round),
};
CASES(requests_cases, table);

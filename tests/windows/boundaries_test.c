/* SPDX-License-Identifier: MIT */
/*
 * An interrupt, or something that another processor does, at every boundary between two instructions of the driver: of
 * the requests and routines by which the port changes hands, of connect and disconnect, and of Plug and Play.
 */
#include "cases.h"
#include "hooks.h"

/* ---- who may own the port ---------------------------------------------------------------------------------------- */

/* Each takes the port by a request or by his handle. Two owners at a time are found at once. */
typedef struct actor {
  client who;
  sim_irp irp;
  bool owns, asked, settled; /* asked: a request of his was sent; settled: it has ended */
} actor;
static actor actors[3]; /* alice, bob, carol */
#define ALICE (&actors[0])
#define BOB (&actors[1])
#define CAROL (&actors[2])

static void become_owner(actor *self)
{
  for (uint32_t i = 0; i < 3; i++)
    if (actors[i].owns) sim_violation("%s and %s own the port (step %u)", actors[i].who.name, self->who.name, sim_step);
  self->owns = true;
}

static void request_ended(sim_irp *irp)
{
  actor *const self = irp->context;
  self->settled = true;
  if (irp->result.Status == STATUS_SUCCESS)
    become_owner(self);
  else
    CHECK_EQUAL(irp->result.Status, STATUS_CANCELLED);
}

static void act_allocate(void *context)
{
  actor *const self = context;
  sim_irp *const irp = &self->irp;
  self->asked = true;
  self->settled = false;
  sim_irp_create(irp, self->who.device, IRP_MJ_INTERNAL_DEVICE_CONTROL, 0);
  sim_irp_stack(irp)->FileObject = self->who.file;
  sim_irp_stack(irp)->Parameters.DeviceIoControl.IoControlCode = IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE;
  irp->context = self;
  irp->on_completion = request_ended;
  (void)sim_irp_send(irp, self->who.device);
}

static void act_cancel(void *context)
{
  actor *const self = context;
  if (self->asked && !self->settled) (void)sim_irp_cancel(&self->irp);
}

static void act_try(void *context)
{
  actor *const self = context;
  if (!self->owns && client_try(&self->who)) become_owner(self);
}

static void act_give(void *context)
{
  actor *const self = context;
  if (!self->owns) return;
  self->owns = false;
  CHECK_EQUAL(client_give(&self->who), STATUS_SUCCESS);
}

static void act_free(void *context)
{
  actor *const self = context;
  if (!self->owns) return;
  self->owns = false;
  client_free(&self->who);
}

/* Takes and gives at interrupt level. */
static void in_the_isr(client *who)
{
  actor *const self = CONTAINING_RECORD(who, actor, who);
  if (self->owns) return;
  act_try(self);
  act_free(self);
}

static sim_answer answered;

static void act_interrupt(void *unused)
{
  (void)unused;
  answered = sim_interrupt(VECTOR);
}

/* ---- sweeps ------------------------------------------------------------------------------------------------------ */

/* Step 0 does the operation alone; then each step does it with the action at another boundary: of one that another
 * processor does, only where it need not wait for this one. */
typedef struct sweep {
  void (*operation)(void *);
  void *actor;
  void (*action)(void *);
  void *other;
  bool elsewhere;      /* the action is another processor's */
  uint32_t boundaries; /* of the operation */
  uint32_t met;        /* steps with an action */
} sweep;

static void do_elsewhere(void *context)
{
  const sweep *const self = context;
  sim_on_another_processor(self->action, self->other);
}

static void do_here(void *context)
{
  const sweep *const self = context;
  self->action(self->other);
}

/* True: with the action. */
static bool step_of(sweep *self)
{
  answered = SIM_NOT_CONNECTED;
  if (sim_step == 0) {
    self->boundaries = sim_step_trace(self->operation, self->actor);
  } else {
    sim_step_to(sim_step - 1u, self->operation, self->actor, self->elsewhere ? do_elsewhere : do_here, self);
    self->met++;
  }
  sim_run_dpcs();
  return sim_step != 0;
}

/* Goes to the next step; false: there is none. */
static bool next_step(sweep *self)
{
  do {
    if (sim_step++ == self->boundaries) {
      sim_step = 0;
      CHECK(self->met >= 10);
      return false;
    }
  } while (self->elsewhere && !sim_step_is_free(sim_step - 1u));
  return true;
}

/* ---- the port changes hands -------------------------------------------------------------------------------------- */

enum state { FREE, OWNED, QUEUED };

static void open_actors(void)
{
  static const char *const names[] = {"alice", "bob", "carol"};
  port_begin();
  memset(actors, 0, sizeof actors);
  for (uint32_t i = 0; i < 3; i++) client_open(&actors[i].who, names[i]);
  CHECK_EQUAL(client_connect(&ALICE->who, true), STATUS_SUCCESS);
  CHECK_EQUAL(client_connect(&BOB->who, false), STATUS_SUCCESS);
  ALICE->who.on_interrupt = in_the_isr;
}

static void close_actors(void)
{
  for (uint32_t i = 0; i < 3; i++) {
    if (actors[i].who.connected) CHECK_EQUAL(client_disconnect(&actors[i].who), STATUS_SUCCESS);
    client_close(&actors[i].who);
  }
  port_end();
}

static void begin_in(enum state state)
{
  for (uint32_t i = 0; i < 3; i++) actors[i].owns = actors[i].asked = actors[i].settled = false;
  ALICE->who.calls = ALICE->who.checks = 0;
  if (state != FREE) act_allocate(BOB);
  if (state == QUEUED) act_allocate(CAROL);
}

/* Whoever owns the port gives it back, until everybody had his turn: then it is free. */
static void end_of_step(void)
{
  for (uint32_t turn = 0; turn < 4; turn++)
    for (uint32_t i = 0; i < 3; i++) act_give(&actors[i]);
  for (uint32_t i = 0; i < 3; i++) CHECK(!actors[i].asked || actors[i].settled);
  check_free();
}

static void sweep_hands(enum state state, void (*operation)(void *), actor *one, void (*action)(void *), actor *other,
                        bool is_elsewhere)
{
  sweep all = {operation, one, action, other, is_elsewhere, 0, 0};
  open_actors();
  do {
    begin_in(state);
    const bool met = step_of(&all);
    if (action == act_interrupt) CHECK_EQUAL(ALICE->who.calls, met);
    end_of_step();
  } while (next_step(&all));
  close_actors();
}

#define INTERRUPTED(name, state, operation, actor)                    \
  static void name##_interrupted(void)                                \
  {                                                                   \
    sweep_hands(state, operation, actor, act_interrupt, NULL, false); \
  }
#define BESIDE(name, state, operation, actor, action, other)   \
  static void name(void)                                       \
  {                                                            \
    sweep_hands(state, operation, actor, action, other, true); \
  }

INTERRUPTED(allocate_free_port, FREE, act_allocate, ALICE)
INTERRUPTED(allocate_owned_port, OWNED, act_allocate, CAROL)
INTERRUPTED(give_with_nobody_queued, OWNED, act_give, BOB)
INTERRUPTED(give_to_the_queue, QUEUED, act_give, BOB)
INTERRUPTED(free_to_the_queue, QUEUED, act_free, BOB)
INTERRUPTED(cancel, QUEUED, act_cancel, CAROL)
INTERRUPTED(try_free_port, FREE, act_try, BOB)
INTERRUPTED(try_owned_port, OWNED, act_try, ALICE)

BESIDE(allocate_free_port_beside_allocate, FREE, act_allocate, BOB, act_allocate, CAROL)
BESIDE(allocate_free_port_beside_try, FREE, act_allocate, BOB, act_try, ALICE)
BESIDE(allocate_owned_port_beside_give, OWNED, act_allocate, CAROL, act_give, BOB)
BESIDE(allocate_owned_port_beside_free, OWNED, act_allocate, CAROL, act_free, BOB)
BESIDE(allocate_beside_its_cancel, OWNED, act_allocate, CAROL, act_cancel, CAROL)
BESIDE(give_beside_cancel, QUEUED, act_give, BOB, act_cancel, CAROL)
BESIDE(give_beside_allocate, QUEUED, act_give, BOB, act_allocate, ALICE)
BESIDE(give_beside_try, QUEUED, act_give, BOB, act_try, ALICE)
BESIDE(free_beside_cancel, QUEUED, act_free, BOB, act_cancel, CAROL)
BESIDE(cancel_beside_give, QUEUED, act_cancel, CAROL, act_give, BOB)
BESIDE(cancel_beside_allocate, QUEUED, act_cancel, CAROL, act_allocate, ALICE)
BESIDE(try_beside_give, OWNED, act_try, ALICE, act_give, BOB)
BESIDE(try_beside_allocate, FREE, act_try, ALICE, act_allocate, CAROL)

/* A try that fails beside the free is owed a check: none is lost. */
static void try_beside_free_is_told(void)
{
  sweep all = {act_try, ALICE, act_free, BOB, true, 0, 0};
  open_actors();
  do {
    begin_in(OWNED);
    const bool met = step_of(&all);
    if (met && !ALICE->owns) CHECK(ALICE->who.checks > 0);
    end_of_step();
  } while (next_step(&all));
  close_actors();
}

/* ---- connections ------------------------------------------------------------------------------------------------- */

static void connect_alice(void *unused)
{
  (void)unused;
  CHECK_EQUAL(client_connect(&alice, true), STATUS_SUCCESS);
}

static LONG calls_at_the_end;

static void disconnect_alice(void *unused)
{
  (void)unused;
  CHECK_EQUAL(client_disconnect(&alice), STATUS_SUCCESS);
  calls_at_the_end = alice.calls;
}

/* The interrupt is delivered at once, or as soon as the level allows. bob, connected all the time, misses none. */
static void sweep_connection(void (*operation)(void *), bool others, bool is_elsewhere)
{
  sweep all = {operation, NULL, act_interrupt, NULL, is_elsewhere, 0, 0};
  const bool connects = operation == connect_alice;
  port_begin();
  client_open(&alice, "alice");
  client_open(&bob, "bob");
  if (others) CHECK_EQUAL(client_connect(&bob, false), STATUS_SUCCESS);
  do {
    if (!connects) connect_alice(NULL);
    alice.calls = bob.calls = 0;
    const bool met = step_of(&all);
    CHECK(alice.calls <= 1);
    if (others) CHECK_EQUAL(bob.calls, met);
    if (!connects) CHECK_EQUAL(alice.calls, calls_at_the_end);
    if (!others && connects && answered != SIM_NOT_CONNECTED && met) CHECK_EQUAL(alice.calls, 1);
    alice.calls = 0;
    CHECK_EQUAL(sim_interrupt(VECTOR), connects || others ? SIM_CLAIMED : SIM_NOT_CONNECTED);
    CHECK_EQUAL(alice.calls, connects);
    if (connects) disconnect_alice(NULL);
  } while (next_step(&all));
  if (others) CHECK_EQUAL(client_disconnect(&bob), STATUS_SUCCESS);
  client_close(&alice);
  client_close(&bob);
  check_free();
  port_end();
}

static void connect_interrupted(void)
{
  sweep_connection(connect_alice, true, false);
}

static void first_connect_interrupted(void)
{
  sweep_connection(connect_alice, false, false);
}

static void disconnect_interrupted(void)
{
  sweep_connection(disconnect_alice, true, false);
}

static void last_disconnect_interrupted(void)
{
  sweep_connection(disconnect_alice, false, false);
}

static void first_connect_beside_interrupt(void)
{
  sweep_connection(connect_alice, false, true);
}

static void last_disconnect_beside_interrupt(void)
{
  sweep_connection(disconnect_alice, false, true);
}

/* ---- Plug and Play ----------------------------------------------------------------------------------------------- */

static void surprise(void *unused)
{
  (void)unused;
  CHECK_EQUAL(port_pnp(&the_port, IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
}

static void remove(void *unused)
{
  (void)unused;
  CHECK_EQUAL(port_pnp(&the_port, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
}

/* Requests that another processor sends meanwhile end with what a removal says, and they end. */
static sim_irp beside;
static NTSTATUS beside_status;

static void send_allocate(void *unused)
{
  (void)unused;
  beside_status = sim_irp_control(&beside, the_port.fdo, IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE, NULL, 0, 0, NULL);
}

static void send_connect(void *unused)
{
  (void)unused;
  static client late;
  late = (client){.device = the_port.fdo, .claims = TRUE};
  beside_status = client_connect(&late, true);
  beside.ended = 1;
  beside.result.Status = beside_status;
}

static void sweep_removal(void (*operation)(void *), void (*action)(void *), bool is_elsewhere)
{
  static client one;
  sim_irp owner, waiting[2];
  sweep all = {operation, NULL, action, NULL, is_elsewhere, 0, 0};
  do {
    port_begin();
    one = (client){.device = the_port.fdo, .claims = TRUE};
    CHECK_EQUAL(client_connect(&one, true), STATUS_SUCCESS);
    (void)sim_irp_control(&owner, the_port.fdo, IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE, NULL, 0, 0, NULL);
    for (uint32_t i = 0; i < 2; i++)
      (void)sim_irp_control(&waiting[i], the_port.fdo, IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE, NULL, 0, 0, NULL);
    memset(&beside, 0, sizeof beside);
    const bool met = step_of(&all);
    if (operation == surprise) remove(NULL);
    for (uint32_t i = 0; i < 2; i++) {
      CHECK_EQUAL(waiting[i].ended, 1);
      CHECK_EQUAL(waiting[i].result.Status, STATUS_DELETE_PENDING);
    }
    if (met && action != act_interrupt) {
      CHECK_EQUAL(beside.ended, 1);
      CHECK(beside.result.Status == STATUS_DELETE_PENDING ||
            (action == send_connect && beside.result.Status == STATUS_SUCCESS));
    }
    CHECK_EQUAL(sim_interrupt(VECTOR), SIM_NOT_CONNECTED);
    CHECK(one.calls <= 1);
    CHECK_EQUAL(sim_top(&the_port.device), the_port.device.object);
    CHECK_EQUAL(the_port.device.connects, the_port.device.disconnects);
    sim_device_delete(&the_port.device);
  } while (next_step(&all));
}

static void surprise_removal_interrupted(void)
{
  sweep_removal(surprise, act_interrupt, false);
}

static void removal_interrupted(void)
{
  sweep_removal(remove, act_interrupt, false);
}

static void surprise_removal_beside_allocate(void)
{
  sweep_removal(surprise, send_allocate, true);
}

static void surprise_removal_beside_connect(void)
{
  sweep_removal(surprise, send_connect, true);
}

static const sim_case table[] = {
    CASE(allocate_free_port_interrupted),
    CASE(allocate_owned_port_interrupted),
    CASE(give_with_nobody_queued_interrupted),
    CASE(give_to_the_queue_interrupted),
    CASE(free_to_the_queue_interrupted),
    CASE(cancel_interrupted),
    CASE(try_free_port_interrupted),
    CASE(try_owned_port_interrupted),
    CASE(allocate_free_port_beside_allocate),
    CASE(allocate_free_port_beside_try),
    CASE(allocate_owned_port_beside_give),
    CASE(allocate_owned_port_beside_free),
    CASE(allocate_beside_its_cancel),
    CASE(give_beside_cancel),
    CASE(give_beside_allocate),
    CASE(give_beside_try),
    CASE(free_beside_cancel),
    CASE(cancel_beside_give),
    CASE(cancel_beside_allocate),
    CASE(try_beside_give),
    CASE(try_beside_allocate),
    CASE(try_beside_free_is_told),
    CASE(connect_interrupted),
    CASE(first_connect_interrupted),
    CASE(disconnect_interrupted),
    CASE(last_disconnect_interrupted),
    CASE(first_connect_beside_interrupt),
    CASE(last_disconnect_beside_interrupt),
    CASE(surprise_removal_interrupted),
    CASE(removal_interrupted),
    CASE(surprise_removal_beside_allocate),
    CASE(surprise_removal_beside_connect),
};
CASES(boundaries_cases, table);

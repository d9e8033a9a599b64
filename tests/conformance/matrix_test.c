/* SPDX-License-Identifier: MIT */
/*
 * The matrices of the RTEMS validation suite (interrupt entry install, entry remove, handler iterate) on
 * this interface: every combination of every axis that has a counterpart. An oracle, written from the decision tables,
 * says what must come out; the outcomes are counted, so that no axis can lose its effect unnoticed.
 *
 *   RTEMS                                        here
 *   vector valid / invalid                       the port has a line, or none
 *   options unique / shared / replace            -
 *   entry object / NULL                          system buffer, or none
 *   routine valid / NULL                         the same
 *   initialised yes / no                         the port is there, or removed
 *   in ISR yes / no                              PASSIVE, DISPATCH, DIRQL
 *   can enable yes / maybe / no                  connecting the line works, or fails
 *   already installed none / other / same ..     the same
 *   -                                            switch, buffer lengths, room for one more
 *   is first, is last                            position among up to four
 */
#include "fixture.h"

#define LINE_STATUS STATUS_NOT_FOUND /* of a line that cannot be connected: no other step returns it */

static shared_buffer buffer;
static parallel_isr_device_request request;

/* Takes the next axis off the number of a combination. */
static uint32_t axis(uint32_t *rest, uint32_t states)
{
  uint32_t state = *rest % states;
  *rest /= states;
  return state;
}

static const KIRQL levels[] = {PASSIVE_LEVEL, DISPATCH_LEVEL, PLATFORM_DIRQL};

static uint32_t counted(const NTSTATUS *outcomes, uint32_t count, NTSTATUS status)
{
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; i++) found += outcomes[i] == status;
  return found;
}

/* Makes the request at a level; a failure leaves the port and the buffer as they were. */
static void check_request(KIRQL level, NTSTATUS expected, ULONG_PTR information)
{
  snapshot before;
  shared_buffer unchanged = buffer;
  take_snapshot(&before);
  KIRQL old = platform_raise(PORT, level);
  NTSTATUS status = parallel_isr_device_control(PORT, &request);
  platform_lower(PORT, old);
  CHECK_EQUAL(status, expected);
  CHECK_EQUAL(request.information, information);
  if (status != STATUS_SUCCESS) {
    CHECK_UNCHANGED(&before);
    CHECK(same_bytes(&buffer, &unchanged, sizeof buffer));
  }
  check_invariants();
}

/* ---- tc-intr-entry-install --------------------------------------------------------------------------------------- */

typedef enum installed_axis { NONE, OTHER, SAME_ROUTINE, SAME_CONTEXT, SAME_BOTH, INSTALLED } installed_axis;

typedef struct install {
  KIRQL level;
  bool removed, off, short_input, short_output, no_buffer, no_routine, no_line, no_room, line_fails;
  installed_axis installed;
} install;

#define INSTALL_COMBINATIONS (3u * 512u * (uint32_t)INSTALLED)

static install install_at(uint32_t number)
{
  install at;
  at.level = levels[axis(&number, 3)];
  at.removed = axis(&number, 2);
  at.off = axis(&number, 2);
  at.short_input = axis(&number, 2);
  at.short_output = axis(&number, 2);
  at.no_buffer = axis(&number, 2);
  at.no_routine = axis(&number, 2);
  at.no_line = axis(&number, 2);
  at.no_room = axis(&number, 2);
  at.line_fails = axis(&number, 2);
  at.installed = (installed_axis)axis(&number, INSTALLED);
  return at;
}

static bool install_is_possible(const install *at)
{
  return at->installed == NONE ? !at->no_room : !at->no_line;
}

static NTSTATUS install_oracle(const install *at)
{
  if (at->level != PASSIVE_LEVEL) return STATUS_INVALID_DEVICE_STATE;
  if (at->removed) return STATUS_DELETE_PENDING;
  if (at->off) return STATUS_UNSUCCESSFUL;
  if (at->short_input || at->short_output) return STATUS_BUFFER_TOO_SMALL;
  if (at->no_buffer || at->no_routine || at->installed == SAME_BOTH) return STATUS_INVALID_PARAMETER;
  if (at->no_line) return STATUS_NOT_SUPPORTED;
  if (at->no_room) return STATUS_INSUFFICIENT_RESOURCES;
  if (at->installed == NONE && at->line_fails) return LINE_STATUS;
  return STATUS_SUCCESS;
}

/* Another entry that shares with alice's what the axis says. */
static const char *install_another(installed_axis installed)
{
  driver *context = installed == SAME_CONTEXT || installed == SAME_BOTH ? &alice : &bob;
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service = alice.service;
  PARALLEL_INTERRUPT_INFORMATION information;
  if (installed == NONE) return "";
  service.InterruptServiceContext = context;
  if (installed == OTHER || installed == SAME_CONTEXT) service.InterruptServiceRoutine = driver_other_isr;
  CHECK_EQUAL(parallel_isr_connect(PORT, NULL, &service, &information), STATUS_SUCCESS);
  return context == &alice ? "A" : "B";
}

static NTSTATUS check_install(const install *at)
{
  NTSTATUS expected = install_oracle(at);
  renew();
  if (at->no_line) fixture.configuration.connect_version = 0;
  if (at->no_room) fixture.configuration.connection_capacity = 1;
  start();
  const char *others = install_another(at->installed);
  if (at->line_fails) (void)platform_fail_connect(&fixture.configuration, LINE_STATUS);
  if (at->off) fixture.configuration.enable_connect_interrupt = FALSE;
  if (at->removed) CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);

  fill(&buffer, 0x5A, sizeof buffer);
  buffer.service = alice.service;
  if (at->no_routine) buffer.service.InterruptServiceRoutine = NULL;
  request = request_for(IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT, at->no_buffer ? NULL : &buffer);
  if (at->short_input) request.input_length -= 1u;
  if (at->short_output) request.output_length -= 1u;
  check_request(at->level, expected, expected == STATUS_SUCCESS ? sizeof(PARALLEL_INTERRUPT_INFORMATION) : 0);

  if (PORT->connection_count != 0) interrupt();
  if (expected == STATUS_SUCCESS) { /* appended last */
    CHECK(buffer.information.Context != NULL);
    CHECK_LOG(others[0] == 'A' ? "AA" : others[0] == 'B' ? "BA" : "A");
  } else {
    CHECK_LOG(at->removed ? "" : others);
  }
  return expected;
}

static void rtems_entry_install(void)
{
  static NTSTATUS outcomes[INSTALL_COMBINATIONS];
  uint32_t count = 0;
  bool can_fail = platform_fail_connect(&fixture.configuration, STATUS_SUCCESS);
  for (uint32_t number = 0; number < INSTALL_COMBINATIONS; number++) {
    install at = install_at(number);
    if (!install_is_possible(&at) || (at.line_fails && !can_fail)) continue;
    conformance_step = number + 1u;
    outcomes[count++] = check_install(&at);
  }
  conformance_step = 0;
  if (!can_fail) return;
  CHECK_EQUAL(count, 3840);
  CHECK_EQUAL(counted(outcomes, count, STATUS_SUCCESS), 7);
  CHECK_EQUAL(counted(outcomes, count, LINE_STATUS), 1);
  CHECK_EQUAL(counted(outcomes, count, STATUS_INSUFFICIENT_RESOURCES), 6);
  CHECK_EQUAL(counted(outcomes, count, STATUS_NOT_SUPPORTED), 2);
  CHECK_EQUAL(counted(outcomes, count, STATUS_INVALID_PARAMETER), 64);
  CHECK_EQUAL(counted(outcomes, count, STATUS_BUFFER_TOO_SMALL), 240);
  CHECK_EQUAL(counted(outcomes, count, STATUS_UNSUCCESSFUL), 320);
  CHECK_EQUAL(counted(outcomes, count, STATUS_DELETE_PENDING), 640);
  CHECK_EQUAL(counted(outcomes, count, STATUS_INVALID_DEVICE_STATE), 2560);
}

/* ---- tc-intr-entry-remove ---------------------------------------------------------------------------------------- */

/* target 0 .. 3: the one at that position; then those that are not there. */
typedef enum target_axis { ABSENT = 4, ABSENT_SAME_ROUTINE, ABSENT_SAME_CONTEXT, TARGETS } target_axis;

typedef struct entry_remove {
  KIRQL level;
  bool removed, short_input, no_buffer, no_routine, other_deferred;
  uint32_t connected; /* 0 .. 4 */
  uint32_t target;
} entry_remove;

#define REMOVE_COMBINATIONS (3u * 32u * 5u * (uint32_t)TARGETS)

static entry_remove remove_at(uint32_t number)
{
  entry_remove at;
  at.level = levels[axis(&number, 3)];
  at.removed = axis(&number, 2);
  at.short_input = axis(&number, 2);
  at.no_buffer = axis(&number, 2);
  at.no_routine = axis(&number, 2);
  at.other_deferred = axis(&number, 2);
  at.connected = axis(&number, 5);
  at.target = axis(&number, TARGETS);
  return at;
}

static bool remove_is_possible(const entry_remove *at)
{
  return at->target >= ABSENT || at->target < at->connected;
}

static NTSTATUS remove_oracle(const entry_remove *at)
{
  if (at->level != PASSIVE_LEVEL) return STATUS_INVALID_DEVICE_STATE;
  if (at->removed) return STATUS_DELETE_PENDING;
  if (at->short_input) return STATUS_BUFFER_TOO_SMALL;
  if (at->no_buffer || at->no_routine || at->target >= ABSENT) return STATUS_INVALID_PARAMETER;
  return STATUS_SUCCESS;
}

static PARALLEL_INTERRUPT_SERVICE_ROUTINE target_service(uint32_t target)
{
  static driver nobody;
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service = driver_at(target < ABSENT ? target : 0)->service;
  if (target == ABSENT || target == ABSENT_SAME_CONTEXT) service.InterruptServiceRoutine = driver_other_isr;
  if (target == ABSENT || target == ABSENT_SAME_ROUTINE) service.InterruptServiceContext = &nobody;
  return service;
}

static NTSTATUS check_remove(const entry_remove *at)
{
  NTSTATUS expected = remove_oracle(at);
  char rest[FIXTURE_CONNECTIONS + 1] = {0};
  uint32_t left = 0;
  renew();
  start();
  for (uint32_t i = 0; i < at->connected; i++) wants_checks(driver_at(i));
  connect_all(at->connected);
  if (at->removed) CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);

  fill(&buffer, 0x5A, sizeof buffer);
  buffer.service = target_service(at->target);
  if (at->no_routine) buffer.service.InterruptServiceRoutine = NULL;
  if (at->other_deferred) buffer.service.DeferredPortCheckContext = &buffer;
  request = request_for(IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT, at->no_buffer ? NULL : &buffer);
  if (at->short_input) request.input_length -= 1u;
  check_request(at->level, expected, 0);

  for (uint32_t i = 0; i < at->connected && !at->removed; i++)
    if (expected != STATUS_SUCCESS || i != at->target) rest[left++] = driver_at(i)->name;
  CHECK_EQUAL(PORT->connection_count, left);
  if (left != 0) interrupt();
  CHECK_LOG(rest);
  CHECK_EQUAL(platform_line_disconnects(PORT), at->connected != 0 && left == 0);
  return expected;
}

static void rtems_entry_remove(void)
{
  static NTSTATUS outcomes[REMOVE_COMBINATIONS];
  uint32_t count = 0;
  for (uint32_t number = 0; number < REMOVE_COMBINATIONS; number++) {
    entry_remove at = remove_at(number);
    if (!remove_is_possible(&at)) continue;
    conformance_step = number + 1u;
    outcomes[count++] = check_remove(&at);
  }
  conformance_step = 0;
  CHECK_EQUAL(count, 2400);
  CHECK_EQUAL(counted(outcomes, count, STATUS_SUCCESS), 20);
  CHECK_EQUAL(counted(outcomes, count, STATUS_INVALID_PARAMETER), 180);
  CHECK_EQUAL(counted(outcomes, count, STATUS_BUFFER_TOO_SMALL), 200);
  CHECK_EQUAL(counted(outcomes, count, STATUS_DELETE_PENDING), 400);
  CHECK_EQUAL(counted(outcomes, count, STATUS_INVALID_DEVICE_STATE), 1600);
}

/* ---- tc-intr-handler-iterate ------------------------------------------------------------------------------------- */

static BOOLEAN NTAPI visit(PVOID context, const parallel_isr_connection_information *connection)
{
  const driver *one = connection->service.InterruptServiceContext;
  CHECK(context == &buffer);
  log_char(one->name);
  return TRUE;
}

static void rtems_handler_iterate(void)
{
  uint32_t successes = 0;
  for (uint32_t number = 0; number < 3u * 2u * 2u * 2u; number++) {
    uint32_t rest = number;
    KIRQL level = levels[axis(&rest, 3)];
    bool no_visitor = axis(&rest, 2), removed = axis(&rest, 2), connected = axis(&rest, 2);
    NTSTATUS expected = level != PASSIVE_LEVEL ? STATUS_INVALID_DEVICE_STATE
                        : no_visitor           ? STATUS_INVALID_PARAMETER
                                               : STATUS_SUCCESS;
    snapshot before;
    conformance_step = number + 1u;
    renew();
    start();
    if (connected) connect_all(3);
    if (removed) CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
    take_snapshot(&before);
    KIRQL old = platform_raise(PORT, level);
    CHECK_EQUAL(parallel_isr_iterate(PORT, no_visitor ? NULL : visit, &buffer), expected);
    platform_lower(PORT, old);
    CHECK_UNCHANGED(&before);
    CHECK_LOG(expected == STATUS_SUCCESS && connected && !removed ? "ABC" : "");
    successes += expected == STATUS_SUCCESS;
  }
  conformance_step = 0;
  CHECK_EQUAL(successes, 4);
}

static const conformance_case table[] = {
    CASE(rtems_entry_install),
    CASE(rtems_entry_remove),
    CASE(rtems_handler_iterate),
};
CASES(matrix_cases, table);

/* SPDX-License-Identifier: MIT */
/* The conformance core on the Windows backend. */
#include "conformance_windows.h"

#include "conformance.h"
#include "fixture.h"
#include "platform.h"

#define PARALLEL_ISR_TRACE(port, event, object) conformance_trace(port, event, object)
#define PARALLEL_ISR_IMPLEMENTATION
#include "parallel_isr.h"

static const conformance_services *services;
static CM_PARTIAL_RESOURCE_DESCRIPTOR messages[PARALLEL_ISR_MAX_MESSAGES + 1u];

BOOLEAN conformance_synchronize(PKINTERRUPT object, PKSYNCHRONIZE_ROUTINE routine, PVOID context);

/* ---- the port ---------------------------------------------------------------------------------------------------- */

BOOLEAN platform_configure(parallel_isr_configuration *configuration, uint32_t index)
{
  parallel_isr_backend_configuration *const backend = &configuration->backend;
  if (index == 0) services->begin();
  backend->physical_device_object = services->device(index);
  backend->vector = CONFORMANCE_VECTOR + index;
  backend->irql = CONFORMANCE_DIRQL;
  backend->mode = Latched;
  backend->share_vector = TRUE;
  backend->affinity = 1;
  configuration->connect_version = CONNECT_LINE_BASED;
  return TRUE;
}

/* The vector says which port it is. */
static ULONG index_of(const parallel_isr_configuration *configuration)
{
  return configuration->backend.vector - CONFORMANCE_VECTOR;
}

static platform_answer deliver(ULONG vector)
{
  static const platform_answer answers[] = {PLATFORM_UNCLAIMED, PLATFORM_CLAIMED, PLATFORM_NOT_DELIVERED,
                                            PLATFORM_UNTOLD};
  return answers[services->interrupt(vector)];
}

platform_answer platform_interrupt(parallel_isr_port *port)
{
  return deliver(port->configuration->backend.vector);
}

/* It would wait for the lock that the kernel has taken for this one: no interrupt finds the gate held. */
BOOLEAN platform_interrupt_elsewhere(parallel_isr_port *port)
{
  (void)port;
  return FALSE;
}

void platform_assert_line(parallel_isr_port *port)
{
  (void)services->interrupt(port->configuration->backend.vector);
}

BOOLEAN platform_assert_at_connect(parallel_isr_configuration *configuration)
{
  services->set_connect(index_of(configuration), STATUS_SUCCESS, TRUE);
  return TRUE;
}

BOOLEAN platform_fail_connect(parallel_isr_configuration *configuration, NTSTATUS status)
{
  services->set_connect(index_of(configuration), status, FALSE);
  return TRUE;
}

BOOLEAN platform_configure_messages(parallel_isr_configuration *configuration, uint32_t count)
{
  parallel_isr_backend_configuration *const backend = &configuration->backend;
  for (ULONG message = 0; message < count && message < sizeof messages / sizeof messages[0]; message++) {
    messages[message].Type = CmResourceTypeInterrupt;
    messages[message].Flags = CM_RESOURCE_INTERRUPT_MESSAGE | CM_RESOURCE_INTERRUPT_LATCHED;
    messages[message].u.MessageInterrupt.Translated.Vector = backend->vector + message;
    messages[message].u.MessageInterrupt.Translated.Level = CONFORMANCE_DIRQL;
    messages[message].u.MessageInterrupt.Translated.Affinity = 1;
  }
  configuration->connect_version = CONNECT_MESSAGE_BASED;
  backend->messages = messages;
  backend->message_count = count;
  services->set_messages(index_of(configuration), count);
  return TRUE;
}

platform_answer platform_message(parallel_isr_port *port, uint32_t message)
{
  return deliver(port->configuration->backend.vector + message);
}

BOOLEAN platform_describe(parallel_isr_port *port, IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS *specified)
{
  specified->Vector = port->configuration->backend.vector;
  specified->Irql = CONFORMANCE_DIRQL;
  specified->InterruptMode = Latched;
  return TRUE;
}

uint32_t platform_line_connects(const parallel_isr_port *port)
{
  ULONG connects, disconnects;
  services->count(index_of(port->configuration), &connects, &disconnects);
  return connects;
}

uint32_t platform_line_disconnects(const parallel_isr_port *port)
{
  ULONG connects, disconnects;
  services->count(index_of(port->configuration), &connects, &disconnects);
  return disconnects;
}

BOOLEAN platform_run_dpc(parallel_isr_port *port)
{
  return services->run_dpc(&port->backend.dpc);
}

/* ---- levels ------------------------------------------------------------------------------------------------------ */

KIRQL platform_raise(parallel_isr_port *port, KIRQL level)
{
  (void)port;
  return services->set_level(level > DISPATCH_LEVEL ? CONFORMANCE_DIRQL : level);
}

void platform_lower(parallel_isr_port *port, KIRQL level)
{
  (void)port;
  (void)services->set_level(level);
}

KIRQL platform_level(const parallel_isr_port *port)
{
  const KIRQL level = parallel_isr_backend_level(port);
  return level > DISPATCH_LEVEL ? PLATFORM_DIRQL : level;
}

BOOLEAN conformance_synchronize(PKINTERRUPT object, PKSYNCHRONIZE_ROUTINE routine, PVOID context)
{
  return services->synchronize(object, routine, context);
}

/* ---- how a case ends --------------------------------------------------------------------------------------------- */

static conformance_result result;

/* setjmp() and longjmp() for integer registers: the compilers' own differ. */
static uint64_t ended[10];
int platform_mark(uint64_t *registers) __attribute__((returns_twice));
_Noreturn void platform_return(const uint64_t *registers);
__asm__(".text\n"
        ".globl platform_mark\n"
        "platform_mark:\n"
        "  mov %rbx, 0(%rcx); mov %rbp, 8(%rcx); mov %rdi, 16(%rcx); mov %rsi, 24(%rcx)\n"
        "  mov %r12, 32(%rcx); mov %r13, 40(%rcx); mov %r14, 48(%rcx); mov %r15, 56(%rcx)\n"
        "  lea 8(%rsp), %rdx; mov %rdx, 64(%rcx); mov (%rsp), %rdx; mov %rdx, 72(%rcx)\n"
        "  xor %eax, %eax\n"
        "  ret\n"
        ".globl platform_return\n"
        "platform_return:\n"
        "  mov 0(%rcx), %rbx; mov 8(%rcx), %rbp; mov 16(%rcx), %rdi; mov 24(%rcx), %rsi\n"
        "  mov 32(%rcx), %r12; mov 40(%rcx), %r13; mov 48(%rcx), %r14; mov 56(%rcx), %r15\n"
        "  mov 64(%rcx), %rsp; mov $1, %eax; jmp *72(%rcx)\n");

static void append(char *line, size_t size, const char *text)
{
  size_t length = 0;
  while (line[length] != 0) length++;
  while (*text != 0 && length + 1u < size) line[length++] = *text++;
  line[length] = 0;
}

static void append_number(char *line, size_t size, int64_t number)
{
  char digits[24] = {0};
  size_t at = sizeof digits - 1u;
  uint64_t rest = number < 0 ? 0u - (uint64_t)number : (uint64_t)number;
  do digits[--at] = (char)('0' + rest % 10u);
  while ((rest /= 10u) != 0);
  if (number < 0) digits[--at] = '-';
  append(line, size, digits + at);
}

_Noreturn void platform_fail(const char *file, int line, const char *text, int64_t actual, int64_t expected)
{
  char told[400] = {0};
  append(told, sizeof told, file);
  append(told, sizeof told, ":");
  append_number(told, sizeof told, line);
  append(told, sizeof told, ": combination ");
  append_number(told, sizeof told, conformance_step);
  for (size_t i = 0; i < 3u && conformance_notes[i] != NULL; i++) {
    append(told, sizeof told, ": ");
    append(told, sizeof told, conformance_notes[i]);
  }
  append(told, sizeof told, ": ");
  append(told, sizeof told, text);
  append(told, sizeof told, ": ");
  append_number(told, sizeof told, actual);
  append(told, sizeof told, " != ");
  append_number(told, sizeof told, expected);
  services->say(told);
  result = CONFORMANCE_FAILED;
  platform_return(ended);
}

_Noreturn void platform_skip(const char *why)
{
  services->say(why);
  result = CONFORMANCE_SKIPPED;
  platform_return(ended);
}

static __attribute__((noinline)) void run(const conformance_case *one)
{
  result = CONFORMANCE_PASSED;
  if (platform_mark(ended) == 0) conformance_run(one);
}

/* Every form passes through to the system; a port of messages that has none is connected by its line. */
static void windows_every_form_connects_the_line(void)
{
  for (ULONG form = CONNECT_FULLY_SPECIFIED; form <= CONNECT_FULLY_SPECIFIED_GROUP; form++) {
    fixture.configuration.connect_version = form;
    start();
    CHECK_EQUAL(connect_driver(&alice), STATUS_SUCCESS);
    CHECK(alice.information.InterruptObject != NULL);
    interrupt();
    CHECK_LOG("A");
    CHECK(alice.interrupt == alice.information.InterruptObject);
    CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
    CHECK_EQUAL(platform_interrupt(PORT), PLATFORM_NOT_DELIVERED);
    renew();
  }
}

static void windows_other_forms_are_refused(void)
{
  fixture.configuration.connect_version = CONNECT_FULLY_SPECIFIED_GROUP + 1u;
  start();
  CHECK_EQUAL(connect_driver(&alice), STATUS_NOT_SUPPORTED);
  CHECK_EQUAL(platform_line_connects(PORT), 0);
}

/* Its owner may free the port when it was removed: for the waiter that removal is, no DPC is queued. */
static void windows_free_behind_removal_queues_no_dpc(void)
{
  start();
  CHECK_EQUAL(allocate(&waiters[0]), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_remove(PORT), STATUS_SUCCESS);
  CHECK_EQUAL(parallel_isr_free(PORT, NULL), STATUS_SUCCESS);
  CHECK(!platform_run_dpc(PORT));
}

static const conformance_case windows_cases[] = {
    CASE(windows_every_form_connects_the_line),
    CASE(windows_other_forms_are_refused),
    CASE(windows_free_behind_removal_queues_no_dpc),
};

static const conformance_case *find(ULONG index)
{
  const ULONG count = sizeof windows_cases / sizeof windows_cases[0];
  if (index < count) return &windows_cases[index];
  index -= count;
  for (uint32_t group = 0; group < conformance_group_count; group++) {
    if (index < conformance_groups[group]->count) return &conformance_groups[group]->cases[index];
    index -= conformance_groups[group]->count;
  }
  return NULL;
}

__declspec(dllexport) conformance_result
    conformance_nth(const conformance_services *simulator, ULONG index, char *name, ULONG size);
conformance_result conformance_nth(const conformance_services *simulator, ULONG index, char *name, ULONG size)
{
  const conformance_case *const one = find(index);
  if (one == NULL) return CONFORMANCE_NO_CASE;
  services = simulator;
  append(name, size, one->name);
  if (one->processors > 1) {
    services->say("one processor");
    return CONFORMANCE_SKIPPED;
  }
  run(one);
  if (result == CONFORMANCE_PASSED) services->end();
  services->begin();
  return result;
}

static void NTAPI unload(PDRIVER_OBJECT object)
{
  (void)object;
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING registry_path)
{
  (void)registry_path;
  object->DriverUnload = unload;
  return STATUS_SUCCESS;
}

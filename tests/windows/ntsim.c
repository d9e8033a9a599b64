/* SPDX-License-Identifier: MIT */
/* The driver of the simulator: loaded first, it runs the cases that the test program names. */
#include "cases.h"
#include "hooks.h"

DRIVER_OBJECT *sim_driver;
NTSTATUS NTAPI sim_bus_dispatch(PDEVICE_OBJECT device, PIRP irp);

static DEVICE_OBJECT *control_device;
static const sim_group *const port_groups[] = {&requests_cases, &pnp_cases, &defects_cases, &boundaries_cases,
                                               &storms_cases};

/* ---- cases ------------------------------------------------------------------------------------------------------- */

static const sim_case *find(ntsim_question question)
{
  const sim_group *const *groups = port_groups;
  uint32_t count = sizeof port_groups / sizeof port_groups[0];
  static const sim_group *const printer_group[] = {&printer_cases};
  if (question.group == NTSIM_PRINTER) {
    groups = printer_group;
    count = 1;
  }
  for (uint32_t i = 0; i < count; i++) {
    if (question.index < groups[i]->count) return &groups[i]->cases[question.index];
    question.index -= groups[i]->count;
  }
  return NULL;
}

static void begin(void)
{
  sim_step = 0;
  sim_in_case = true;
  sim_dpcs_held = false;
}

static void report(ntsim_answer *answer)
{
  if (sim_take_report(answer->text, sizeof answer->text) != 0) answer->failed = 1;
}

static void run_case(ntsim_question question, ntsim_answer *answer)
{
  const sim_case *const one = find(question);
  if (one == NULL) return;
  answer->known = 1;
  strncpy(answer->name, one->name, sizeof answer->name - 1u);
  sim_say("case %s", one->name);
  begin();
  const sim_state state = sim_state_get();
  one->function();
  sim_run_dpcs();
  sim_state_check(&state, "the case");
  report(answer);
}

/* Those of conformance.sys: it exports how to run them. */
typedef struct conformance_services conformance_services;
extern const conformance_services *sim_conformance_services(void);
typedef unsigned int (*conformance_entry)(const conformance_services *services, unsigned int index, char *name,
                                          unsigned int size);

static void run_conformance(ntsim_question question, ntsim_answer *answer)
{
  const conformance_entry entry = (conformance_entry)(uintptr_t)sim_find_export("conformance.sys", "conformance_nth");
  if (entry == NULL) return;
  begin();
  const sim_state state = sim_state_get();
  sim_say("conformance case %u", question.index);
  const unsigned int result = entry(sim_conformance_services(), question.index, answer->name, sizeof answer->name);
  if (result == 3) return;
  answer->known = 1;
  answer->failed = result;
  sim_run_dpcs();
  sim_state_check(&state, "the case");
  report(answer);
  if (result == 2) answer->failed = 2;
}

/* ---- requests of the test program -------------------------------------------------------------------------------- */

static ULONG control(ULONG code, void *buffer, ULONG in, ULONG out)
{
  ntsim_question question = {0, 0};
  ntsim_answer *const answer = buffer;
  if (in >= sizeof question) memcpy(&question, buffer, sizeof question);
  switch (code) {
  case NTSIM_RUN:
  case NTSIM_START_PORT:
  case NTSIM_REMOVE_PORT:
  case NTSIM_SURPRISE:
  case NTSIM_LATER:
    if (out < sizeof *answer) return 0;
    memset(answer, 0, sizeof *answer);
    begin();
    if (code == NTSIM_START_PORT) {
      sim_printer_reset();
      port_begin();
    } else if (code == NTSIM_REMOVE_PORT) {
      CHECK_EQUAL(sim_connected(VECTOR), 0); /* its client has been unloaded */
      port_end();
    } else if (code == NTSIM_SURPRISE) {
      CHECK_EQUAL(port_pnp(&the_port, IRP_MN_SURPRISE_REMOVAL), STATUS_SUCCESS);
    } else if (code == NTSIM_RUN && question.group == NTSIM_CONFORMANCE) {
      run_conformance(question, answer);
      return sizeof *answer;
    } else if (code == NTSIM_RUN) {
      run_case(question, answer);
      return sizeof *answer;
    }
    report(answer);
    return sizeof *answer;
  case NTSIM_PRINT: {
    uint32_t count = question.group, taken = 0;
    while (taken < count && sim_printer_acknowledge()) taken++;
    memcpy(buffer, &taken, sizeof taken);
    return sizeof taken;
  }
  case NTSIM_PAPER: {
    const uint32_t count = sim_the_printer.count < out ? sim_the_printer.count : out;
    memcpy(buffer, sim_the_printer.paper, count);
    sim_the_printer.count = 0;
    return count;
  }
  case NTSIM_COUNTS: {
    const ntsim_numbers numbers = {(unsigned)sim_counted.interrupts, (unsigned)sim_counted.dpcs,
                                   (unsigned)sim_counted.boundaries, (unsigned)sim_counted.accesses,
                                   (unsigned)sim_counted.irps};
    if (out < sizeof numbers) return 0;
    memcpy(buffer, &numbers, sizeof numbers);
    return sizeof numbers;
  }
  default:
    return 0;
  }
}

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
  const IO_STACK_LOCATION *const stack = IoGetCurrentIrpStackLocation(irp);
  if (device != control_device) return sim_bus_dispatch(device, irp);
  irp->IoStatus.Information = 0;
  if (stack->MajorFunction == IRP_MJ_DEVICE_CONTROL)
    irp->IoStatus.Information = control(
        stack->Parameters.DeviceIoControl.IoControlCode, irp->AssociatedIrp.SystemBuffer,
        stack->Parameters.DeviceIoControl.InputBufferLength, stack->Parameters.DeviceIoControl.OutputBufferLength);
  sim_in_case = false;
  irp->IoStatus.Status = STATUS_SUCCESS;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path)
{
  /* It imports kernel32: Wine takes it for a DLL as well, and calls it as one. */
  if ((ULONG_PTR)registry_path <= 3) return 1;
  UNICODE_STRING name, link;
  sim_driver = driver;
  sim_processors_initialize();
  for (uint32_t i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) driver->MajorFunction[i] = dispatch;
  RtlInitUnicodeString(&name, L"\\Device\\ntsim");
  RtlInitUnicodeString(&link, L"\\DosDevices\\ntsim");
  NTSTATUS status = IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &control_device);
  if (status == STATUS_SUCCESS) status = IoCreateSymbolicLink(&link, &name);
  if (status != STATUS_SUCCESS) return status;
  sim_catch_traps();
  sim_watch_images();
  sim_printer_reset();
  return STATUS_SUCCESS;
}

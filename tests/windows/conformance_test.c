/* SPDX-License-Identifier: MIT */
/* The simulator's side of conformance.sys. */
#include "conformance_windows.h"

#include "hooks.h"

static sim_device devices[2];

static PDEVICE_OBJECT device(ULONG index)
{
  sim_device *const self = &devices[index];
  if (self->object != NULL) sim_device_delete(self);
  memset(self, 0, sizeof *self);
  if (sim_device_create(self, CONFORMANCE_VECTOR + index, 0) != STATUS_SUCCESS) sim_fatal("no device");
  return self->object;
}

static void set_messages(ULONG index, ULONG count)
{
  devices[index].message_count = count;
}

static void set_connect(ULONG index, NTSTATUS status, BOOLEAN asserted)
{
  devices[index].connect_status = status;
  devices[index].asserted = asserted;
}

static void count(ULONG index, ULONG *connects, ULONG *disconnects)
{
  *connects = devices[index].connects;
  *disconnects = devices[index].disconnects;
}

static int interrupt(ULONG vector)
{
  return (int)sim_interrupt(vector);
}

static BOOLEAN run_dpc(PKDPC dpc)
{
  if (!hook_KeRemoveQueueDpc(dpc)) return FALSE;
  const KIRQL before = sim_set_level(DISPATCH_LEVEL);
  dpc->DeferredRoutine(dpc, dpc->DeferredContext, dpc->SystemArgument1, dpc->SystemArgument2);
  (void)sim_set_level(before);
  return TRUE;
}

/* Behind the last disconnect there is nothing left to exclude, and the object is the system's. */
static BOOLEAN synchronize(PKINTERRUPT object, PKSYNCHRONIZE_ROUTINE routine, PVOID context)
{
  return sim_is_connected(object) ? hook_KeSynchronizeExecution(object, routine, context) : routine(context);
}

/* A case that failed may have left anything. */
static void begin(void)
{
  sim_processor_reset();
  sim_disconnect_all();
  sim_forget_interrupts();
  sim_dpcs_held = true;
}

static void end(void)
{
  if (sim_dpc_is_queued()) sim_violation("a DPC is queued when the port is gone");
}

static void say(const char *text)
{
  sim_violation("%s", text);
}

const conformance_services *sim_conformance_services(void);
const conformance_services *sim_conformance_services(void)
{
  static const conformance_services services = {device,        set_messages, set_connect, count, interrupt, sim_level,
                                                sim_set_level, run_dpc,      synchronize, begin, end,       say};
  return &services;
}

/* SPDX-License-Identifier: MIT */
/*
 * Traps of drivers: the instructions that a process may not execute, done for them; single steps; and addresses that
 * nobody may use.
 *
 * Stepping covers the drivers' code alone: a call out of it returns to a breakpoint, from where stepping goes on, and
 * whoever calls a driver begins with sim_enter_driver(). So a boundary is one between two instructions of a driver.
 */
#include "hooks.h"

#define TRAP_FLAG 0x100u
#define BREAKPOINT ((UCHAR)0xcc)
#define CONTINUE_EXECUTION (-1L)
#define CONTINUE_SEARCH 0L

extern char __ImageBase;

/* Two breakpoints: where stepping is to begin, and where calls out of a driver return to. */
void sim_step_here(void);
void sim_step_return(void);
__asm__(".text\n"
        ".globl sim_step_here\n"
        "sim_step_here:\n"
        "  int3\n"
        "  ret\n"
        ".globl sim_step_return\n"
        "sim_step_return:\n"
        "  int3\n");

/* ---- stepping ---------------------------------------------------------------------------------------------------- */

/* The boundaries of a call, in their order: the first run of it records them. Another run, which does the same, comes
 * to the one that is wanted by a breakpoint: when it meets that address for the so-manieth time. */
#define BOUNDARIES 16384u

static struct boundary {
  uint64_t address;
  bool free; /* the processor has neither a spin lock nor a fast mutex: another one need not wait for it */
} trace[BOUNDARIES];
static uint32_t traced;

void sim_enter_driver(void)
{
  if (sim_processor_get()->stepper.tracing) sim_step_here();
}

static uint64_t *stack_of(const CONTEXT *context)
{
  return (uint64_t *)(uintptr_t)context->Rsp;
}

static bool is_return(uint64_t address)
{
  const UCHAR *const code = (const UCHAR *)(uintptr_t)address;
  return code[0] == 0xc3 || code[0] == 0xc2 || (code[0] == 0xf3 && code[1] == 0xc3);
}

/* The driver's next instruction is about to be executed. */
static void at_boundary(sim_processor *self, CONTEXT *context)
{
  sim_stepper *const stepper = &self->stepper;
  stepper->inside = true;
  stepper->last = context->Rip;
  if (!stepper->tracing) return;
  if (traced == BOUNDARIES) sim_fatal("more boundaries than there are");
  trace[traced].address = context->Rip;
  trace[traced++].free = self->locks == 0 && self->mutexes == 0;
  context->EFlags |= TRAP_FLAG;
}

static void put_breakpoint(const sim_stepper *stepper, UCHAR code)
{
  *(volatile UCHAR *)(uintptr_t)stepper->address = code;
}

static void on_step(sim_processor *self, CONTEXT *context)
{
  sim_stepper *const stepper = &self->stepper;
  context->EFlags &= ~TRAP_FLAG;
  if (stepper->armed) {
    put_breakpoint(stepper, BREAKPOINT);
    return;
  }
  if (!stepper->tracing) return;
  if (sim_is_drivers(context->Rip)) {
    at_boundary(self, context);
  } else if (!stepper->inside) {
    context->EFlags |= TRAP_FLAG; /* on the way in */
  } else {
    stepper->inside = false;
    if (is_return(stepper->last) || !sim_is_drivers(*stack_of(context))) return; /* to who called the driver */
    if (stepper->depth == sizeof stepper->returns / sizeof stepper->returns[0]) sim_fatal("steps nest too deep");
    stepper->returns[stepper->depth++] = *stack_of(context);
    *stack_of(context) = (uint64_t)(uintptr_t)sim_step_return;
  }
}

/* The address was met: is it the time? If not, one step over it, and then again. */
static void on_armed(sim_stepper *stepper, CONTEXT *context)
{
  put_breakpoint(stepper, stepper->code);
  if (stepper->passes-- != 0) {
    context->EFlags |= TRAP_FLAG;
    return;
  }
  stepper->armed = false;
  stepper->fired = true;
  (void)InterlockedIncrement(&sim_counted.boundaries);
  stepper->action(stepper->context);
}

static LONG on_breakpoint(sim_processor *self, CONTEXT *context)
{
  sim_stepper *const stepper = &self->stepper;
  const uint64_t here = (uint64_t)(uintptr_t)sim_step_here, back = (uint64_t)(uintptr_t)sim_step_return;
  const uint64_t address = *(const UCHAR *)(uintptr_t)context->Rip == BREAKPOINT ? context->Rip : context->Rip - 1u;
  if (address == here) {
    context->Rip = here + 1u;
    stepper->inside = false;
    context->EFlags |= TRAP_FLAG;
  } else if (address == back) {
    context->Rip = stepper->returns[--stepper->depth];
    at_boundary(self, context);
  } else if (stepper->armed && address == stepper->address) {
    context->Rip = address;
    on_armed(stepper, context);
  } else {
    return CONTINUE_SEARCH;
  }
  return CONTINUE_EXECUTION;
}

uint32_t sim_step_trace(void (*routine)(void *), void *argument)
{
  sim_stepper *const stepper = &sim_processor_get()->stepper;
  traced = 0;
  stepper->inside = false;
  stepper->depth = 0;
  stepper->tracing = true;
  routine(argument);
  stepper->tracing = false;
  if (stepper->depth != 0) sim_violation("a call out of a driver did not return");
  return traced;
}

bool sim_step_is_free(uint32_t boundary)
{
  return trace[boundary].free;
}

void sim_step_to(uint32_t boundary, void (*routine)(void *), void *argument, void (*action)(void *), void *context)
{
  sim_stepper *const stepper = &sim_processor_get()->stepper;
  stepper->address = trace[boundary].address;
  stepper->passes = 0;
  for (uint32_t i = 0; i < boundary; i++) stepper->passes += trace[i].address == stepper->address;
  stepper->code = *(const UCHAR *)(uintptr_t)stepper->address;
  stepper->action = action;
  stepper->context = context;
  stepper->fired = false;
  stepper->armed = true;
  put_breakpoint(stepper, BREAKPOINT);
  routine(argument);
  if (stepper->armed) put_breakpoint(stepper, stepper->code);
  stepper->armed = false;
  if (!stepper->fired) sim_violation("the call came not to the boundary that it came to before (step %u)", sim_step);
}

/* ---- instructions ------------------------------------------------------------------------------------------------ */

static uint64_t *register_of(CONTEXT *context, uint32_t number)
{
  return &context->Rax + number; /* the order of the encoding is that of CONTEXT */
}

/* IN and OUT of an octet, and moves from and to CR8, the level. Returns the length, 0: another instruction. */
static uint32_t emulate(CONTEXT *context)
{
  const UCHAR *code = (const UCHAR *)(uintptr_t)context->Rip, *const start = code;
  const UCHAR rex = (*code & 0xf0) == 0x40 ? *code++ : 0;
  if (*code == 0xec) {
    context->Rax = (context->Rax & ~0xffull) | sim_port_read((USHORT)context->Rdx);
    return (uint32_t)(code + 1 - start);
  }
  if (*code == 0xee) {
    sim_port_write((USHORT)context->Rdx, (UCHAR)context->Rax);
    return (uint32_t)(code + 1 - start);
  }
  if (code[0] == 0x0f && (code[1] == 0x20 || code[1] == 0x22) && (rex & 4) != 0 && (code[2] & 0xf8) == 0xc0) {
    uint64_t *const operand = register_of(context, (code[2] & 7u) | ((rex & 1u) != 0 ? 8u : 0u));
    const uint32_t length = (uint32_t)(code + 3 - start);
    if (code[1] == 0x20)
      *operand = sim_level();
    else
      (void)sim_set_level((KIRQL)*operand);
    return length;
  }
  return 0;
}

static LONG on_privileged(sim_processor *self, CONTEXT *context)
{
  if (!sim_is_drivers(context->Rip)) return CONTINUE_SEARCH;
  const uint32_t length = emulate(context);
  if (length == 0) return CONTINUE_SEARCH;
  context->Rip += length;
  if (self->stepper.armed && (context->EFlags & TRAP_FLAG) != 0) put_breakpoint(&self->stepper, BREAKPOINT);
  context->EFlags &= ~TRAP_FLAG;
  if (self->stepper.tracing) at_boundary(self, context);
  return CONTINUE_EXECUTION;
}

static LONG on_violation(const EXCEPTION_RECORD *record, const CONTEXT *context)
{
  char where[64], what[64];
  if (!sim_describe_address(context->Rip, where, sizeof where) &&
      !sim_is_memory_of_ours((void *)record->ExceptionInformation[1])) {
    sim_say("ntsim.sys%+I64d faults", (int64_t)(context->Rip - (uint64_t)(uintptr_t)&__ImageBase));
    return CONTINUE_SEARCH;
  }
  (void)sim_describe_address(record->ExceptionInformation[1], what, sizeof what);
  sim_fatal("%s %s %s%s (step %u)", where, record->ExceptionInformation[0] == 0 ? "reads" : "writes", what,
            sim_is_memory_of_ours((void *)record->ExceptionInformation[1]) ? ", which was freed, or lies behind" : "",
            sim_step);
}

static LONG NTAPI on_exception(EXCEPTION_POINTERS *pointers)
{
  switch (pointers->ExceptionRecord->ExceptionCode) {
  case STATUS_SINGLE_STEP:
    on_step(sim_processor_get(), pointers->ContextRecord);
    return CONTINUE_EXECUTION;
  case STATUS_BREAKPOINT:
    return on_breakpoint(sim_processor_get(), pointers->ContextRecord);
  case STATUS_PRIVILEGED_INSTRUCTION:
    return on_privileged(sim_processor_get(), pointers->ContextRecord);
  case STATUS_ACCESS_VIOLATION:
    return on_violation(pointers->ExceptionRecord, pointers->ContextRecord);
  default:
    return CONTINUE_SEARCH;
  }
}

void sim_catch_traps(void)
{
  if (AddVectoredExceptionHandler(1, on_exception) == NULL) sim_fatal("nobody tells of exceptions");
}

/* SPDX-License-Identifier: MIT */
/*
 * The simulator: what Wine's ntoskrnl lacks of a Windows kernel, for the drivers under test, in their own process.
 *
 * A driver's binary is as it ships; when it is loaded its imports are replaced by the simulator's (hooks.c), and its
 * privileged instructions trap and are done for it (trap.c). Each thread is a processor, with its own level and its own
 * queue of DPCs (kernel.c): an interrupt is what the thread does next, and a DPC runs when its level falls. So a case
 * that has one thread is deterministic. What Wine has (devices, symbolic links, events, the requests of user programs)
 * is Wine's.
 *
 * A driver that breaks a rule of the kernel's is told of in a violation, which fails the case.
 */
#ifndef NTSIM_H
#define NTSIM_H

#include <ntddk.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- violations and checks --------------------------------------------------------------------------------------- */

void sim_violation(const char *format, ...) __attribute__((format(ms_printf, 1, 2)));
/* The same, of what cannot go on: ends the process, with its log. */
_Noreturn void sim_fatal(const char *format, ...) __attribute__((format(ms_printf, 1, 2)));
/* What was reported since the last call, as text; returns how much. */
uint32_t sim_take_report(char *text, uint32_t size);
/* A line of the log. */
void sim_say(const char *format, ...) __attribute__((format(ms_printf, 1, 2)));

#define CHECK(condition) \
  ((condition) ? (void)0 : sim_violation("%s:%d: %s (step %u)", __func__, __LINE__, #condition, sim_step))
#define CHECK_EQUAL(actual, expected)                                                                       \
  do {                                                                                                      \
    const uint64_t check_actual = (uint64_t)(actual), check_expected = (uint64_t)(expected);                \
    if (check_actual != check_expected)                                                                     \
      sim_violation("%s:%d: %s is %#I64x, not %#I64x (step %u)", __func__, __LINE__, #actual, check_actual, \
                    check_expected, sim_step);                                                              \
  } while (0)
/* Where a case is that does the same thing many times. */
extern uint32_t sim_step;
extern bool sim_in_case;

/* ---- processors: kernel.c ---------------------------------------------------------------------------------------- */

#define SIM_DIRQL ((KIRQL)8)
#define SIM_VECTORS 64u

typedef struct sim_stepper {
  bool tracing, inside; /* recording boundaries; the last instruction was the driver's */
  uint64_t last;        /* that instruction */
  uint64_t returns[32]; /* where calls out of the driver return to */
  uint32_t depth;
  bool armed, fired; /* a breakpoint waits; it was met */
  uint64_t address;  /* where it is, */
  UCHAR code;        /* what was there, */
  uint32_t passes;   /* and how often it is met before */
  void (*action)(void *context);
  void *context;
} sim_stepper;

typedef struct sim_processor {
  volatile LONG used;
  uint32_t number;
  KIRQL irql;
  uint32_t locks, mutexes, regions; /* spin locks and fast mutexes held, critical regions entered */
  bool suspended;                   /* its thread plays another processor */
  uint32_t running;                 /* DPCs in progress */
  LIST_ENTRY dpcs;                  /* simulator's lock */
  uint64_t pending;                 /* interrupts that the level holds back: a bit for each vector */
  sim_stepper stepper;
} sim_processor;

sim_processor *sim_processor_get(void);
void sim_processor_release(void); /* the thread ends */

KIRQL sim_level(void);
KIRQL sim_set_level(KIRQL level); /* returns the old one; if it falls, what waited for that runs */
/* The driver's call that returns to this one left level and locks as they were. */
typedef struct sim_state {
  KIRQL irql;
  uint32_t locks, mutexes, regions;
} sim_state;
sim_state sim_state_get(void);
void sim_state_check(const sim_state *before, const char *what);
/* Reports a call at too high a level. */
void sim_require(KIRQL highest, const char *function);

/* This thread is another processor meanwhile, at PASSIVE_LEVEL. What it does must not wait for this one. */
void sim_on_another_processor(void (*routine)(void *context), void *context);

/* DPCs run when the case says so: as on a processor that is busy. */
extern volatile bool sim_dpcs_held;
void sim_run_dpcs(void); /* this processor's run, and those that come */

/* An interrupt of this vector, on this processor, now or as soon as the level allows. */
typedef enum sim_answer { SIM_UNCLAIMED, SIM_CLAIMED, SIM_NOT_CONNECTED, SIM_PENDING } sim_answer;
sim_answer sim_interrupt(ULONG vector);
uint32_t sim_connected(ULONG vector); /* interrupt objects */

void sim_lock(void); /* the simulator's own: a leaf */
void sim_unlock(void);

/* Threads, each a processor of its own. */
typedef struct sim_thread {
  HANDLE handle;
  void (*routine)(void *context);
  void *context;
} sim_thread;
void sim_thread_start(sim_thread *thread, void (*routine)(void *), void *context);
void sim_thread_join(sim_thread *thread);
void sim_yield(void);

typedef struct sim_counts {
  volatile LONG interrupts, dpcs, boundaries, accesses, irps;
} sim_counts;
extern sim_counts sim_counted;

/* ---- memory that faults when it is used after it was freed ------------------------------------------------------- */

void *sim_allocate(size_t size);
void sim_free(void *block);
bool sim_allocated(const void *block);         /* it is one of ours, and not freed */
bool sim_is_memory_of_ours(const void *block); /* or freed */

/* ---- devices and requests: io.c ---------------------------------------------------------------------------------- */

/* A physical device, and what its bus knows. */
typedef struct sim_device {
  DEVICE_OBJECT *object;
  ULONG vector;         /* of its line, or of message 0 */
  ULONG message_count;  /* 0: a line */
  KINTERRUPT_MODE mode; /* of the line */
  ULONG ports;          /* base of its registers: 8 ports, and 4 at +0x400 */
  bool switch_exists;   /* EnableConnectInterruptIoctl in its key */
  ULONG switch_type, switch_value;
  NTSTATUS connect_status; /* what connecting its interrupt returns */
  bool asserted;           /* connecting delivers an interrupt before it returns */
  uint32_t connects, disconnects;
  NTSTATUS pnp_status; /* what its bus driver answers */
  uint32_t irps;       /* that reached its bus driver */
} sim_device;

NTSTATUS sim_device_create(sim_device *device, ULONG vector, ULONG ports);
void sim_device_delete(sim_device *device);
DEVICE_OBJECT *sim_top(const sim_device *device);
DEVICE_OBJECT *sim_find_device(const WCHAR *name);
DRIVER_OBJECT *sim_find_driver(const WCHAR *name);
uint32_t sim_open_handles(void);
uint32_t sim_open_files(void);

/* A request of the test's own. Its memory faults once it is completed. */
typedef struct sim_irp {
  IRP *irp;
  IO_STATUS_BLOCK result;
  KIRQL level;         /* of the completion */
  volatile LONG ended; /* completions */
  bool pending_returned;
  bool kept;
  NTSTATUS returned;
  void (*on_completion)(struct sim_irp *self);
  void *context;
} sim_irp;

void sim_irp_create(sim_irp *self, DEVICE_OBJECT *device, UCHAR major, UCHAR minor);
void sim_irp_keep(sim_irp *self, DEVICE_OBJECT *device, UCHAR major); /* its memory stays, until the test frees it */
IO_STACK_LOCATION *sim_irp_stack(sim_irp *self);                      /* what the driver will see; before sending */
NTSTATUS sim_irp_send(sim_irp *self, DEVICE_OBJECT *device);
BOOLEAN sim_irp_cancel(sim_irp *self);
/* Creates and sends IRP_MJ_INTERNAL_DEVICE_CONTROL. */
NTSTATUS sim_irp_control(sim_irp *self, DEVICE_OBJECT *device, ULONG code, void *buffer, ULONG in, ULONG out,
                         FILE_OBJECT *file);

/* ---- hooks.c ----------------------------------------------------------------------------------------------------- */

void sim_watch_images(void);
bool sim_is_drivers(uint64_t address); /* code of a driver under test */
bool sim_describe_address(uint64_t address, char *text, uint32_t size);
void *sim_find_export(const char *image, const char *name);

/* ---- trap.c ------------------------------------------------------------------------------------------------------ */

void sim_catch_traps(void);
/* Calls the routine, and records the boundaries before the instructions of drivers that it comes to; their number. */
uint32_t sim_step_trace(void (*routine)(void *), void *argument);
/* At that boundary it had neither a spin lock nor a fast mutex. */
bool sim_step_is_free(uint32_t boundary);
/* Calls it again, all being as it was, and at that boundary the action first. */
void sim_step_to(uint32_t boundary, void (*routine)(void *), void *argument, void (*action)(void *), void *context);
/* Before the simulator calls a driver: stepping goes on there. */
void sim_enter_driver(void);

/* ---- the printer: printer.c -------------------------------------------------------------------------------------- */

typedef struct sim_printer {
  ULONG base, vector;
  UCHAR data, control;
  bool busy;     /* it has a byte and has not acknowledged it */
  bool fault;    /* out of paper */
  uint32_t lost; /* bytes strobed while it was busy */
  uint32_t count;
  UCHAR paper[1 << 16];
} sim_printer;
extern sim_printer sim_the_printer;

UCHAR sim_port_read(USHORT port);
void sim_port_write(USHORT port, UCHAR value);
void sim_printer_reset(void);
bool sim_printer_acknowledge(void); /* the byte is on the paper; interrupts if the control register says so */

#endif

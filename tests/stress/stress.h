/* SPDX-License-Identifier: MIT */
/*
 * Stress on the host, under a sanitizer: interrupts on two threads against everything that a driver may do meanwhile.
 *
 * What is asserted is asserted by everybody, all the time: by the trace hook inside the gate, by the routines of the
 * clients, by whoever owns the port, and at the end, when nobody is inside any more. Words that the harness shares are
 * relaxed atomics, so that they order nothing: what the sanitizer sees ordered, the library has ordered.
 */
#ifndef STRESS_H
#define STRESS_H

#define PARALLEL_ISR_TRACE(port, event, object) stress_trace(port, event, object)
#include "parallel_isr.h"

#include <stdatomic.h>

void stress_trace(parallel_isr_port *port, parallel_isr_trace_event event, const volatile void *object);

/* What is asserted. A run of a scenario counts one for each group that it checked. */
typedef enum stress_group {
  STRESS_GATE,       /* one holder at a time, at DIRQL, not interrupted by its port */
  STRESS_TABLES,     /* the tables keep their invariants and their order */
  STRESS_ROUTINES,   /* one routine of the chain at a time, under the gate, none after its disconnect */
  STRESS_EVENTS,     /* what a device posted before its interrupt is seen */
  STRESS_CONNECTING, /* connect and disconnect answer as documented */
  STRESS_USERS,      /* users == queue length + owned + removed */
  STRESS_OWNER,      /* one owner at a time, and only he frees */
  STRESS_QUEUE,      /* first come first served; one completion for each PENDING */
  STRESS_WAKEUP,     /* at the end nobody waits */
  STRESS_REMOVAL,    /* a removed port refuses everything */
  STRESS_STATISTICS, /* the counters agree with what happened */
  STRESS_SANITIZER,  /* no report */
  STRESS_GROUPS
} stress_group;

/* What must have happened somewhere, or the stress was none. */
typedef enum stress_event {
  STRESS_MERGED,         /* an interrupt found the gate taken */
  STRESS_FULL_CHAIN,     /* a connect found no slot */
  STRESS_FULL_QUEUE,     /* an allocate found no slot */
  STRESS_LINE_FLAPPED,   /* the line was connected again */
  STRESS_LEFT_OWNED,     /* a client disconnected while it owned the port */
  STRESS_TRY_WON,        /* a try-allocate in an ISR, */
  STRESS_TRY_LOST,       /* or not; */
  STRESS_CHECK_WON,      /* in a deferred routine, */
  STRESS_CHECK_LOST,     /* or not: the port was taken meanwhile */
  STRESS_ALLOCATED,      /* an allocate that got the port at once, */
  STRESS_GRANTED,        /* after a while, */
  STRESS_CANCELLED,      /* never, */
  STRESS_DELETED,        /* because of a removal */
  STRESS_REMOVED_OWNED,  /* an owner freed after the removal */
  STRESS_REFUSED,        /* somebody freed what he did not own */
  STRESS_DPC_OVERLAPPED, /* two runs of the DPC at a time */
  STRESS_EVENTS_COUNT
} stress_event;

void stress_check(stress_group group, bool good, const char *what, const char *file, int line);
#define CHECK(group, condition) stress_check(group, condition, #condition, __FILE__, __LINE__)
void stress_happened(stress_event event);

/* How a run differs from others of the same scenario. */
typedef struct stress_variant {
  const char *name;
  BOOLEAN overlap;    /* the DPC runs on whatever thread finds it requested, overlapping; else on the host's thread */
  BOOLEAN signals;    /* interrupts are signals to the threads at work; else the threads that post events take them */
  uint32_t residents; /* clients that stay connected throughout */
} stress_variant;

void stress_chain(const stress_variant *variant, uint32_t scale);
void stress_ownership(const stress_variant *variant, uint32_t scale);
void stress_checks(const stress_variant *variant, uint32_t scale);
void stress_contest(const stress_variant *variant, uint32_t scale);
void stress_removal(const stress_variant *variant, uint32_t scale);
void stress_moments(const stress_variant *variant, uint32_t scale);

/* ---- the port ---------------------------------------------------------------------------------------------------- */

#define STRESS_CONNECTIONS 4u
#define STRESS_REQUESTS 4u
#define STRESS_SIGNAL SIGUSR1

typedef struct stress_fixture {
  parallel_isr_port port;
  parallel_isr_configuration configuration;
  parallel_isr_connection connections[STRESS_CONNECTIONS];
  parallel_isr_request requests[STRESS_REQUESTS];
} stress_fixture;

extern stress_fixture fixture;
#define PORT (&fixture.port)
#define NAMELESS ((PVOID)&fixture.port.nameless)

void stress_start(const stress_variant *variant); /* initialises the port */
void stress_run_requested_dpc(void);              /* what a processor does before it goes on; if runs may overlap */
void stress_settle(void);                         /* nobody else is inside: until no DPC is requested */
bool stress_is_settled(void);                     /* no DPC is requested or runs */
void stress_check_rest(uint32_t removed);         /* nobody is inside: the port is free, or removed */
uint32_t stress_dispatches_begun(void);           /* since the start of the program */
uint32_t stress_dispatches(void);                 /* in progress */
uint32_t stress_dpc_runs(void);                   /* in progress */
extern __thread bool stress_holds_gate;           /* this thread */
KIRQL stress_level(void);                         /* of this thread */

/* ---- threads ----------------------------------------------------------------------------------------------------- */

#define STRESS_THREADS 4u /* 0, 1: interrupts; 2, 3: thread level */

extern __thread void (*stress_at_step)(void); /* called before every atomic step of this thread, if not NULL */
void stress_deliver(uint32_t thread);         /* an interrupt, as a signal to a thread at work */

/* Runs the function on all threads, and returns when the last has. Each hesitates in its own way. */
void stress_run(void (*function)(uint32_t thread));
void stress_rendezvous(void);           /* of all threads */
void stress_quiesce(void);              /* ditto, and every signal that was sent has been taken */
uint32_t stress_random(uint32_t range); /* 0 .. range-1 */
extern uint32_t stress_seed;

/* ---- drivers ----------------------------------------------------------------------------------------------------- */

/* What a driver might allocate for its ISR. On a page of its own: once poisoned, whoever touches it crashes. */
typedef struct storage {
  uint32_t interrupts, checks;
} storage;

/* A device with its driver. */
typedef struct driver {
  _Atomic uint32_t posted[STRESS_THREADS];  /* events by thread: posted since the start, */
  _Atomic uint32_t pending[STRESS_THREADS]; /* and not yet seen */
  uint32_t seen;                            /* gate: events that the ISR saw */
  _Atomic uint32_t waits;                   /* a try lost, and none has won since */
  _Atomic uint32_t keeps;                   /* a routine took the port and kept it; who clears this gives it back */
  storage *storage;
  PVOID token;
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service;
  PARALLEL_INTERRUPT_INFORMATION information;
} driver;

void driver_create(driver *one, BOOLEAN token);
void driver_poison(driver *one); /* its storage is free, until it is created anew: a late routine is a crash */
NTSTATUS driver_connect(driver *one);
NTSTATUS driver_disconnect(driver *one);
void driver_post(driver *one, uint32_t thread);      /* an event without its interrupt */
void driver_interrupt(driver *one, uint32_t thread); /* an event and its interrupt, on this thread */
bool driver_try(driver *one);                        /* any level; enters the device if it wins */
void driver_give(driver *one);                       /* leaves the device and frees the port */
bool driver_give_kept(driver *one);                  /* if it keeps the port */
void driver_check_served(const driver *one);         /* nobody is inside: all events were seen, it does not wait */

extern _Atomic uint32_t stress_closing;    /* nobody keeps the port any more */
extern _Atomic uint32_t stress_tries_lost; /* by everybody, since stress_count_anew() */
extern _Atomic uint32_t stress_refusals;
void stress_count_anew(void);

/* ---- the device -------------------------------------------------------------------------------------------------- */

/* Plain data that belongs to the owner of the port. */
void device_enter(const void *owner);
void device_leave(const void *owner);

/* ---- requests ---------------------------------------------------------------------------------------------------- */

typedef enum waiter_state { WAITER_IDLE, WAITER_ASKED, WAITER_OWNS } waiter_state;

/* Somebody who queues for the port. It works for one thread, and its address is its token. */
typedef struct waiter {
  _Atomic uint32_t state;
  uint32_t pending, cancels;                                 /* answers of the library */
  _Atomic uint32_t completions, granted, cancelled, deleted; /* its calls */
} waiter;

extern _Atomic uint32_t stress_removal_begun; /* requests may end with DELETE_PENDING */

void waiter_step(waiter *one, bool strict);     /* asks, cancels, waits, or gives back; strict: nobody is nameless */
bool waiter_give(waiter *one);                  /* if it owns the port */
void waiter_check_completed(const waiter *one); /* what was PENDING has been completed, once, as announced */

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What the cases share: one port, four drivers, eight waiters, and a log of who was called in which order.
 */
#ifndef CONFORMANCE_FIXTURE_H
#define CONFORMANCE_FIXTURE_H

#include "conformance.h"
#include "platform.h"

#define FIXTURE_CONNECTIONS 4u
#define FIXTURE_REQUESTS 8u
#define FIXTURE_LOG 256u

/* A driver. Its ISR writes its name to the log, its deferred routine the name in lower case. */
typedef struct driver {
  char name;
  BOOLEAN claims;                             /* what its ISR returns */
  PVOID token;                                /* what it connects with */
  uint32_t calls, checks;                     /* of its ISR, of its deferred routine */
  KIRQL level;                                /* of the last of these calls */
  BOOLEAN got;                                /* result of the last try_allocate() */
  PKINTERRUPT interrupt;                      /* first argument of the last call of its ISR */
  void (*on_interrupt)(struct driver *me);    /* what it does in its ISR, */
  void (*on_check)(struct driver *me);        /* and in its deferred routine */
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service; /* its ISR; no deferred routine: see wants_checks() */
  PARALLEL_INTERRUPT_INFORMATION information; /* what connect answered */
} driver;

/* Who waits for the port. Its completion writes its name to the log. */
typedef struct waiter {
  char name;
  PVOID token;
  uint32_t calls; /* of its completion, */
  NTSTATUS status;
  KIRQL level;                              /* with this, there */
  void (*on_completion)(struct waiter *me); /* what it does then */
} waiter;

typedef struct fixture_state {
  parallel_isr_port port;
  parallel_isr_configuration configuration; /* a case may change it, before start() or later */
  parallel_isr_connection connections[FIXTURE_CONNECTIONS];
  parallel_isr_request requests[FIXTURE_REQUESTS];
  BOOLEAN started;
  uint32_t logged;
  char log[FIXTURE_LOG];
} fixture_state;

extern fixture_state fixture;
#define PORT (&fixture.port)

extern driver alice, bob, carol, dave;   /* log: A, B, C, D; deferred: a, b, c, d */
extern waiter waiters[FIXTURE_REQUESTS]; /* log: 1, 2, .. */

/* ---- the port ---------------------------------------------------------------------------------------------------- */

void start(void);              /* initialises it as configured; does not fail */
void renew(void);              /* ends it and begins the case anew, but for conformance_step */
void run_dpc_until_idle(void); /* does not go on for ever */
void interrupt(void);          /* one, delivered */
BOOLEAN chain_claims(void);    /* one, delivered: what the chain answered, by the platform or by the statistics */
parallel_isr_statistics statistics(void);
uint32_t passes(void); /* since start() */

/* Everything that holds of a port whenever nobody is inside (DESIGN 3). Checked at the end of every case, too. */
void check_invariants(void);

/* ---- drivers ----------------------------------------------------------------------------------------------------- */

void wants_checks(driver *one);          /* before connect: it has a deferred routine */
NTSTATUS connect_driver(driver *one);    /* parallel_isr_connect() */
void connect_all(uint32_t count);        /* alice, bob, carol, dave; does not fail */
NTSTATUS disconnect_driver(driver *one); /* parallel_isr_disconnect() */
driver *driver_at(uint32_t index);       /* 0: alice .. 3: dave */
BOOLEAN try_allocate(driver *one);       /* by the routine and the Context that connect answered */
void free_port(driver *one);             /* ditto */
PVOID nameless(void);                    /* the Context of a PARALLEL_PORT_INFORMATION */
NTSTATUS allocate(waiter *one);          /* parallel_isr_allocate() */
NTSTATUS cancel(waiter *one);            /* parallel_isr_cancel() */

/* The routines that connect and allocate get; every driver's context is the driver itself. */
BOOLEAN NTAPI driver_isr(PKINTERRUPT Interrupt, PVOID ServiceContext);
BOOLEAN NTAPI driver_other_isr(PKINTERRUPT Interrupt, PVOID ServiceContext); /* the same; another address */
void NTAPI driver_check(PVOID DeferredContext);
void NTAPI waiter_completion(PVOID context, NTSTATUS status);

/* on_interrupt, on_check: */
void take(driver *me); /* try_allocate() */
void give(driver *me); /* free_port() */
void take_and_give(driver *me);

/* ---- requests ---------------------------------------------------------------------------------------------------- */

/* A buffer of the DDI: input and output share it. The tail shows a write beyond. */
typedef union shared_buffer {
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service;
  PARALLEL_INTERRUPT_INFORMATION information;
  PARALLEL_PORT_INFORMATION port;
  UCHAR bytes[sizeof(PARALLEL_PORT_INFORMATION) + 16];
} shared_buffer;

/* A request that asks for nothing wrong: buffer and lengths as the code wants them. */
parallel_isr_device_request request_for(ULONG code, shared_buffer *buffer);

/* ---- the log ----------------------------------------------------------------------------------------------------- */

void log_char(char one);
/* What was logged since the last time, exactly. */
#define CHECK_LOG(expected) check_log(__FILE__, __LINE__, expected)
void check_log(const char *file, int line, const char *expected);

/* ---- nothing changed --------------------------------------------------------------------------------------------- */

/* The port and its storage, but for the platform's part. A case that expects a counter to move moves it in here. */
typedef struct snapshot {
  parallel_isr_port port;
  parallel_isr_connection connections[FIXTURE_CONNECTIONS];
  parallel_isr_request requests[FIXTURE_REQUESTS];
  uint32_t line_connects, line_disconnects;
} snapshot;

void take_snapshot(snapshot *before);
#define CHECK_UNCHANGED(before) check_unchanged(__FILE__, __LINE__, before)
void check_unchanged(const char *file, int line, const snapshot *before);

void fill(volatile void *bytes, UCHAR value, size_t size);
BOOLEAN same_bytes(const volatile void *left, const volatile void *right, size_t size);
BOOLEAN is_filled(const volatile void *bytes, UCHAR value, size_t size);

/* ---- interleavings ----------------------------------------------------------------------------------------------- */

/* The next time the library reports this event, it runs the function first: as if another processor did it, between two
 * steps of the call in progress. Once. */
void inject(parallel_isr_trace_event event, void (*function)(void));
/* Every event runs it, until NULL is given. */
void inject_every(void (*function)(void));
/* It happened. */
BOOLEAN injected(void);
/* How often the library reported an event since start(). */
uint32_t events(parallel_isr_trace_event event);

#endif

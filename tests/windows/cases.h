/* SPDX-License-Identifier: MIT */
/* The cases, and the port that they use. */
#ifndef CASES_H
#define CASES_H

#include "ntsim.h"
#include <parallel.h>

#include "ntsim_user.h"

typedef struct sim_case {
  const char *name;
  void (*function)(void);
} sim_case;

#define CASE(function)  \
  {                     \
#function, function \
  }

typedef struct sim_group {
  const sim_case *cases;
  uint32_t count;
} sim_group;
#define CASES(group, table) const sim_group group = {table, sizeof(table) / sizeof(table)[0]}

extern const sim_group requests_cases, pnp_cases, defects_cases, boundaries_cases, storms_cases, printer_cases;

/* mingw-w64 has only its input. */
typedef struct _PARALLEL_INTERRUPT_INFORMATION {
  PKINTERRUPT InterruptObject;
  PPARALLEL_TRY_ALLOCATE_ROUTINE TryAllocatePortAtInterruptLevel;
  PPARALLEL_FREE_ROUTINE FreePortFromInterruptLevel;
  PVOID Context;
} PARALLEL_INTERRUPT_INFORMATION;

/* A buffer of the DDI. */
typedef union shared_buffer {
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service;
  PARALLEL_INTERRUPT_INFORMATION information;
  PARALLEL_PORT_INFORMATION port;
  MORE_PARALLEL_PORT_INFORMATION more;
  UCHAR bytes[80];
} shared_buffer;

#define VECTOR 7u
#define REGISTERS 0x378u

/* ---- the port: one at a time but where a case says otherwise ----------------------------------------------------- */

typedef struct port {
  sim_device device;
  DEVICE_OBJECT *fdo;
} port;

extern port the_port;

NTSTATUS port_add(port *self);                       /* AddDevice */
NTSTATUS port_start(port *self, bool has_interrupt); /* START_DEVICE */
void port_begin(void);                               /* the_port: created, added and started */
NTSTATUS port_pnp(port *self, UCHAR minor);
void port_remove(port *self); /* SURPRISE_REMOVAL was sent, or not; REMOVE_DEVICE, and nothing is left */
void port_end(void);

/* A request that does not pend. */
NTSTATUS port_control(port *self, ULONG code, shared_buffer *buffer, ULONG in, ULONG out, FILE_OBJECT *file,
                      ULONG_PTR *information);

/* ---- clients ----------------------------------------------------------------------------------------------------- */

/* A client driver. It runs within the simulator; what it is told by the driver under test it can do at any level. */
typedef struct client {
  const char *name;
  FILE_OBJECT *file; /* NULL: nameless */
  DEVICE_OBJECT *device;
  volatile LONG connected; /* information is there: his routines may be called before that */
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service;
  PARALLEL_INTERRUPT_INFORMATION information;
  BOOLEAN claims;
  volatile LONG calls, checks;
  PKINTERRUPT interrupt; /* first argument of the last call */
  KIRQL level;
  void (*on_interrupt)(struct client *self);
  void (*on_check)(struct client *self);
  bool got;
} client;

extern client alice, bob, carol;

void client_open(client *self, const char *name); /* gets its file object; not connected */
void client_close(client *self);
NTSTATUS client_connect(client *self, bool wants_checks);
NTSTATUS client_disconnect(client *self);
bool client_try(client *self);
void client_free(client *self);
NTSTATUS client_allocate(client *self, sim_irp *irp); /* STATUS_PENDING, or ended */
NTSTATUS client_give(client *self);                   /* the PORT_FREE request */
ULONG client_waiters(client *self);

/* Everything was given back, and nothing runs: true of a port between two calls. */
void check_free(void);

void open_all(void);  /* the_port, and its three clients; nobody is connected */
void close_all(void); /* whoever is connected is disconnected; check_free(), port_end() */

#endif

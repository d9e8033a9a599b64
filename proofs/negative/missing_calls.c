/* SPDX-License-Identifier: MIT */
/* Trap: a call through a pointer without `calls` may do anything; WP says so only in passing.
 * Expected: log Missing 'calls'
 * Expected: log no 'calls' specification
 * Expected: log No 'decreases' clause
 * Expected: open dispatch_(terminates|assigns) */
#include <stdbool.h>
#include <stddef.h>

typedef bool (*routine)(void *context);

int device;

/*@ terminates        \true;
    exits             \false;
    assigns           device;
    ensures boolean:  \result == \true || \result == \false; */
bool seam_any_client(void *context);

/*@ requires client:  call == &seam_any_client;
    terminates        \true;
    exits             \false;
    assigns           device;
    ensures boolean:  \result == \true || \result == \false; */
bool dispatch(routine call)
{
#ifdef MENDED
  //@ calls seam_any_client;
#endif
  return call(NULL);
}

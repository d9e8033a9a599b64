/* SPDX-License-Identifier: MIT */
/*
 * The conformance core: what every platform must do, as cases that need no libc and no test framework. A platform
 * (platform.h) compiles them together with the library: into a host program, a boot image, a driver.
 *
 * A name says which external list its case comes from: b01 .. b14 are the defects of the original driver; z, l and r
 * the cases of the Zephyr, Linux and ReactOS test suites; n what no peer tests; rtems_ the matrices of RTEMS. What is
 * not here:
 *   b06, b07, n01 .. n03, n08, n13   need two processors: tests/unit/threads_test.c (with forced interleavings of one
 *                                    processor here, where there is one);
 *   z08, z09                         levels above the line's: of the platform (host: tests/unit/host_test.c);
 *   l01, l03, l04                    disable depths: the library never masks a line;
 *   n16                              end of interrupt of the 8259: tests of that platform.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "parallel_isr.h"

typedef struct conformance_case {
  const char *name;
  void (*function)(void);
  uint32_t processors; /* a platform with fewer leaves the case out, or skips it */
} conformance_case;

typedef struct conformance_group {
  const conformance_case *cases;
  uint32_t count;
} conformance_group;

/* Every case, by file. */
extern const conformance_group *const conformance_groups[];
extern const uint32_t conformance_group_count;

/* Runs one case on a fresh port and takes the port away again. Returns only if it passed. */
void conformance_run(const conformance_case *one);

/* Called by PARALLEL_ISR_TRACE: the unit that implements the library for these cases must define the hook so. */
void conformance_trace(parallel_isr_port *port, parallel_isr_trace_event event, const volatile void *object);

/* A generated case counts its combinations here, and may say what they are: failures repeat it. */
extern uint32_t conformance_step;
extern const char *conformance_notes[3];

void conformance_check_equal(const char *file, int line, const char *text, int64_t actual, int64_t expected);

#define CASE(function)     \
  {                        \
#function, function, 1 \
  }
#define CASE_ON_2(function) \
  {                         \
#function, function, 2  \
  }
#define CASES(group, table) const conformance_group group = {table, sizeof(table) / sizeof(table)[0]}

#define CHECK_EQUAL(actual, expected) \
  conformance_check_equal(__FILE__, __LINE__, #actual " == " #expected, (int64_t)(actual), (int64_t)(expected))
#define CHECK(condition) conformance_check_equal(__FILE__, __LINE__, #condition, (condition) ? 1 : 0, 1)

#endif

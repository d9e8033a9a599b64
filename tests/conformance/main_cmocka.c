/* SPDX-License-Identifier: MIT */
/* The conformance core as a cmocka program: one test for each case. */
#include "conformance.h"
#include "platform.h"
#include "platform_cmocka.h"

#include <stdlib.h>

#ifndef PLATFORM_PROCESSORS
#define PLATFORM_PROCESSORS 2 /* or more */
#endif

static void run(void **state)
{
  conformance_run(*state);
}

int main(void)
{
  static struct CMUnitTest tests[512];
  size_t count = 0;
  for (uint32_t group = 0; group < conformance_group_count; group++)
    for (uint32_t i = 0; i < conformance_groups[group]->count; i++) {
      const conformance_case *one = &conformance_groups[group]->cases[i];
      if (one->processors > PLATFORM_PROCESSORS) continue;
      if (count == sizeof tests / sizeof tests[0]) abort();
      tests[count++] = (struct CMUnitTest){one->name, run, NULL, NULL, (void *)(uintptr_t)one};
    }
  return _cmocka_run_group_tests("conformance", tests, count, NULL, NULL);
}

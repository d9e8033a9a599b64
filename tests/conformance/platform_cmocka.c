/* SPDX-License-Identifier: MIT */
/* How a case ends under cmocka. */
#include "conformance.h"
#include "platform.h"
#include "platform_cmocka.h"

#include <stdlib.h>

_Noreturn void platform_fail(const char *file, int line, const char *text, int64_t actual, int64_t expected)
{
  if (conformance_step != 0) print_error("combination %lu: ", (unsigned long)conformance_step);
  for (size_t i = 0; i < 3u && conformance_notes[i] != NULL; i++) print_error("%s: ", conformance_notes[i]);
  print_error("%s: %lld (0x%llx) != %lld (0x%llx)\n", text, (long long)actual, (unsigned long long)actual,
              (long long)expected, (unsigned long long)expected);
  _fail(file, line);
  abort(); /* not reached; _fail is not declared to be without return */
}

_Noreturn void platform_skip(const char *why)
{
  print_message("skipped: %s\n", why);
  skip();
  abort();
}

/* SPDX-License-Identifier: MIT */
/*
 * A unit that uses the library without being its home: includes the header, twice, and names every function that it
 * declares. Valid as C99, C11 and C++17.
 */
#include "parallel_isr.h"
#include "parallel_isr.h"

#include "user.h"

const user_calls *user_table(void)
{
  static const user_calls table = {
      parallel_isr_initialize,
      parallel_isr_remove,
      parallel_isr_connect,
      parallel_isr_disconnect,
      parallel_isr_synchronize,
      parallel_isr_iterate,
      parallel_isr_query_statistics,
      parallel_isr_try_allocate_port,
      parallel_isr_free_port,
      parallel_isr_query_waiters,
      parallel_isr_allocate,
      parallel_isr_cancel,
      parallel_isr_free,
      parallel_isr_device_control,
  };
  return &table;
}

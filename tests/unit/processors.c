/* SPDX-License-Identifier: MIT */
#include "processors.h"

#include "fixture.h"

#include <ucontext.h>

#define STACK_SIZE 65536u
#define PATIENCE 10000u /* turns that a processor may wait */

static struct processor {
  ucontext_t context;
  void (*call)(void);
  bool done, waits;
  uint32_t steps_left;
  KIRQL level;
  char stack[STACK_SIZE];
} processors[PROCESSORS];

static ucontext_t test_context;
static struct processor *current; /* NULL: the test itself */
static pthread_mutex_t *locked;   /* by a processor; there is one port */

static void leave_to_test(void)
{
  struct processor *me = current;
  (void)swapcontext(&me->context, &test_context);
}

void processor_step(void)
{
  if (current == NULL) return;
  while (current->steps_left == 0) leave_to_test();
  if (current->steps_left != PROCESSOR_FOREVER) current->steps_left--;
}

void processor_wait(void)
{
  if (current == NULL) return;
  current->waits = true;
  leave_to_test();
}

int processor_mutex(pthread_mutex_t *mutex, bool lock)
{
  while (lock && locked == mutex && current != NULL) processor_wait();
  locked = lock ? mutex : NULL;
  return 0;
}

static void processor_main(void)
{
  current->call();
  current->done = true;
  leave_to_test();
}

void processor_prepare(uint32_t processor, void (*call)(void))
{
  struct processor *one = &processors[processor];
  current = NULL;
  locked = NULL;
  one->call = call;
  one->done = false;
  one->level = PASSIVE_LEVEL;
  CHECK_EQUAL(getcontext(&one->context), 0);
  one->context.uc_stack.ss_sp = one->stack;
  one->context.uc_stack.ss_size = STACK_SIZE;
  one->context.uc_link = NULL;
  makecontext(&one->context, processor_main, 0);
}

bool processor_run(uint32_t processor, uint32_t steps)
{
  struct processor *one = &processors[processor];
  if (one->done) return false;
  one->steps_left = steps;
  one->waits = false;
  KIRQL level = parallel_isr_host_raise(one->level);
  current = one;
  (void)swapcontext(&test_context, &one->context);
  current = NULL;
  one->level = parallel_isr_host_raise(level);
  return !one->done && !one->waits;
}

bool processor_run_all(void)
{
  for (uint32_t turns = 0; turns < PATIENCE; turns++) {
    bool all = true;
    for (uint32_t i = 0; i < PROCESSORS; i++) {
      (void)processor_run(i, PROCESSOR_FOREVER);
      all = all && processors[i].done;
    }
    if (all) return true;
  }
  return false;
}

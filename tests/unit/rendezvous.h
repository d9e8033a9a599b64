/* SPDX-License-Identifier: MIT */
/*
 * Two threads that meet where the test wants them to. Nothing here depends on time: a thread is where it is because it
 * said so, or because the library's own state says so.
 *
 * Threads do not CHECK: they note what they saw, and the test looks at it after join().
 */
#ifndef UNIT_RENDEZVOUS_H
#define UNIT_RENDEZVOUS_H

#include "fixture.h"
#include "platform_host.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

typedef struct thread {
  pthread_t id;
  void (*function)(void);
  uint32_t returned;
} thread;

static inline void *thread_main(void *argument)
{
  thread *me = argument;
  me->function();
  __atomic_store_n(&me->returned, 1u, __ATOMIC_SEQ_CST);
  return NULL;
}

static inline void begin_thread(thread *one, void (*function)(void))
{
  one->function = function;
  one->returned = 0;
  CHECK_EQUAL(pthread_create(&one->id, NULL, thread_main, one), 0);
}

static inline BOOLEAN has_returned(thread *one)
{
  return __atomic_load_n(&one->returned, __ATOMIC_SEQ_CST) != 0;
}

static inline void join(thread *one)
{
  CHECK_EQUAL(pthread_join(one->id, NULL), 0);
}

/* A thread is stopped in a routine of a client, or between two steps of the library. */
static sem_t rendezvous_entered, rendezvous_go;

static inline void rendezvous_reset(void)
{
  CHECK_EQUAL(sem_init(&rendezvous_entered, 0, 0), 0);
  CHECK_EQUAL(sem_init(&rendezvous_go, 0, 0), 0);
}

static inline void wait_for(sem_t *semaphore)
{
  while (sem_wait(semaphore) != 0) continue; /* a signal */
}

/* In the thread: here I am; go on when told. */
static inline void stop_here(void)
{
  (void)sem_post(&rendezvous_entered);
  wait_for(&rendezvous_go);
}

/* In the test. */
static inline void until_stopped(void)
{
  wait_for(&rendezvous_entered);
}

static inline void let_go(void)
{
  (void)sem_post(&rendezvous_go);
}

/* The thread waits for the gate, or did what it should have waited with. */
static inline void until_waiting(thread *one)
{
  while (!host_acquirer_waits(PORT) && !has_returned(one)) (void)sched_yield();
}

/* As many threads wait for the lock among acquirers, or have it. */
static inline void until_acquirers(uint32_t count)
{
  while (host_acquirers(PORT) != count) (void)sched_yield();
}

#endif

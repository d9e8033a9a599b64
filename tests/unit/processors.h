/* SPDX-License-Identifier: MIT */
/*
 * Several processors on one thread, one at a time, switched where the test says: before any atomic step of the library,
 * and wherever it waits. processors_host.c implements the library so, on the host backend.
 */
#ifndef UNIT_PROCESSORS_H
#define UNIT_PROCESSORS_H

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- what the backend is made to call ---------------------------------------------------------------------------- */

void processor_step(void); /* before an atomic operation */
void processor_wait(void); /* one turn of a loop that waits for another processor */
int processor_mutex(pthread_mutex_t *mutex, bool lock);

#ifdef PROCESSORS_REPLACE
/* A macro is not expanded inside itself. */
#define __atomic_load_n(...) (processor_step(), __atomic_load_n(__VA_ARGS__))
#define __atomic_store_n(...) (processor_step(), __atomic_store_n(__VA_ARGS__))
#define __atomic_exchange_n(...) (processor_step(), __atomic_exchange_n(__VA_ARGS__))
#define __atomic_compare_exchange_n(...) (processor_step(), __atomic_compare_exchange_n(__VA_ARGS__))
#define __atomic_fetch_add(...) (processor_step(), __atomic_fetch_add(__VA_ARGS__))
#define __atomic_fetch_sub(...) (processor_step(), __atomic_fetch_sub(__VA_ARGS__))
#define __atomic_fetch_or(...) (processor_step(), __atomic_fetch_or(__VA_ARGS__))
#define __atomic_fetch_and(...) (processor_step(), __atomic_fetch_and(__VA_ARGS__))
#define sched_yield() (processor_wait(), 0)
#define pthread_mutex_lock(mutex) processor_mutex(mutex, true)
#define pthread_mutex_unlock(mutex) processor_mutex(mutex, false)
#define pthread_sigmask(how, set, old) ((void)(set), (void)(old), 0) /* no signals here */
#endif

/* ---- what a test calls ------------------------------------------------------------------------------------------- */

#define PROCESSORS 3u
#define PROCESSOR_FOREVER UINT32_MAX

/* Puts a processor before a call. */
void processor_prepare(uint32_t processor, void (*call)(void));
/* Lets it make so many atomic steps. False: it stopped before, because it waits or because the call is over. */
bool processor_run(uint32_t processor, uint32_t steps);
/* Lets the prepared ones run in turns until all are done. False: they wait for each other for ever. */
bool processor_run_all(void);

#endif

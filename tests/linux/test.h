/* SPDX-License-Identifier: MIT */
/*
 * What the modules of the tests share. A result is a line of the kernel's log (linux.py reads it).
 */
#ifndef TEST_H
#define TEST_H

#include <linux/printk.h>

#include "lpt.h"

/* A failure is told where it is found; the case goes on, and ends as failed. At any level. */
#define CHECK(condition) test_check((condition) ? true : false, __FILE__, __LINE__, #condition)

#define test_say(format, ...) pr_alert("test: " format "\n", ##__VA_ARGS__)

/* Ends the case by a line if it failed. */
void test_check(bool good, const char *file, int line, const char *text);

/* ---- the second module (test_peer.c) ----------------------------------------------------------------------------- */

/* Its client has an ISR and a deferred routine. */
NTSTATUS peer_connect(void);
NTSTATUS peer_disconnect(void);
u32 peer_interrupts(void);
bool peer_try_allocate(void);
void peer_free(void);
/* Queues for the port; wait returns how the request ended. */
NTSTATUS peer_allocate(void);
NTSTATUS peer_wait(void);
/* Waits until its deferred routine has been called since the last time, and has returned: of what its client frees
 * while it runs it is not told. */
void peer_wait_for_check(void);

#endif

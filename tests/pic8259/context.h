/* SPDX-License-Identifier: MIT */
/* How a case ends early, from wherever it is: setjmp and longjmp of a freestanding image. */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <stdint.h>

typedef struct context {
  uint32_t ebx, esi, edi, ebp, esp, eip; /* in the order that context.S knows */
} context;

/* Returns 0, and again what context_restore() is told. The caller must not have returned by then. */
__attribute__((returns_twice)) uint32_t context_save(context *here);

/* Interrupts are off afterwards. value: not 0. */
_Noreturn void context_restore(const context *there, uint32_t value);

#endif

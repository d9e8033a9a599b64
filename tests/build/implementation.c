/* SPDX-License-Identifier: MIT */
/* The home of the library: the unit that defines it. */
#define PARALLEL_ISR_IMPLEMENTATION
#include "parallel_isr.h"

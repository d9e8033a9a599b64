/* SPDX-License-Identifier: MIT */
/* The library, once. */
#define PARALLEL_ISR_IMPLEMENTATION
#include "port.h"

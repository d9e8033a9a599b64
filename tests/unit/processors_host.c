/* SPDX-License-Identifier: MIT */
/* The host, as far as the processors of processors.c are concerned. */
#define PROCESSORS_REPLACE
#include "processors.h"
#include "../conformance/platform_host.c"

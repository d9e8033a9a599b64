/* SPDX-License-Identifier: MIT */
/* The image of what one processor does beside the conformance core. */
#include "conformance.h"

extern const conformance_group sweep_cases, chips_cases, load_cases;

const conformance_group *const conformance_groups[] = {&chips_cases, &sweep_cases, &load_cases};
const uint32_t conformance_group_count = sizeof conformance_groups / sizeof conformance_groups[0];

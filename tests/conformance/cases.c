/* SPDX-License-Identifier: MIT */
/* Every case, by file. */
#include "conformance.h"

extern const conformance_group connect_cases, disconnect_cases, chain_cases, ownership_cases, queue_cases, checks_cases,
    levels_cases, handles_cases, lifetime_cases, defects_cases, peers_cases, matrix_cases, negotiation_cases;

const conformance_group *const conformance_groups[] = {
    &connect_cases, &disconnect_cases, &chain_cases,       &ownership_cases, &queue_cases,
    &checks_cases,  &levels_cases,     &handles_cases,     &lifetime_cases,  &defects_cases,
    &peers_cases,   &matrix_cases,     &negotiation_cases,
};
const uint32_t conformance_group_count = sizeof conformance_groups / sizeof conformance_groups[0];

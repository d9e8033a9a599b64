/* SPDX-License-Identifier: MIT */
/*
 * What a test image says: pic8259.py reads it. A line each:
 *   cases NUMBER       how many will be run
 *   case NAME          begins
 *   passed | skipped WHY | failed FILE LINE COMBINATION ACTUAL EXPECTED TEXT
 *   count NAME NUMBER...
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdint.h>

/* A measured number, for the table that is printed at the end. */
void image_count(const char *name, const uint32_t *numbers, uint32_t length);

#endif

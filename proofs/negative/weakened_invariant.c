/* SPDX-License-Identifier: MIT */
/* Trap: a loop is what its invariant says. One that forgets what was searched proves in itself; what follows must not.
 * Expected: open find_ensures_(first|absent) */
#include <stdint.h>

/*@ requires valid:     \valid_read(table + (0 .. length - 1)) && length <= 1000;
    terminates          \true;
    exits               \false;
    assigns             \nothing;
    ensures bounded:    \result <= length;
    ensures first:      \result < length ==> table[\result] == wanted;
    ensures absent:     \forall integer i; 0 <= i < \result ==> table[i] != wanted; */
uint32_t find(const uint32_t *table, uint32_t length, uint32_t wanted)
{
  uint32_t position = 0u;
  /*@ loop invariant bounded:   position <= length;
#ifdef MENDED
      loop invariant searched:  \forall integer i; 0 <= i < position ==> table[i] != wanted;
#endif
      loop assigns              position;
      loop variant              length - position; */
  while (position < length && table[position] != wanted) position += 1u;
  return position;
}

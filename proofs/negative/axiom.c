/* SPDX-License-Identifier: MIT */
/* Trap: an axiom is believed; smoke tests find only those that a contract mentions.
 * Expected: source annotation: axiomatic: an axiom */

#ifdef MENDED
//@ predicate Bounded(integer n) = 0 <= n < 100;
#else
/*@ axiomatic Bounds {
      predicate Bounded(integer n);
      axiom Bounded_All: \forall integer n; Bounded(n);
    } */
#endif

/*@ requires bounded:  0 <= value < 100;
    terminates         \true;
    exits              \false;
    assigns            \nothing;
    ensures bounded:   Bounded(\result); */
int same(int value)
{
  return value;
}

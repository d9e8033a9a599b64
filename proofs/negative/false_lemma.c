/* SPDX-License-Identifier: MIT */
/* Trap: with -wp-fct no lemma is proved, but each is used.
 * Expected: open lemma_Double_Even */

/*@ predicate Even(integer n) = n % 2 == 0;
#ifdef MENDED
    lemma Double_Even: \forall integer n; Even(2 * n);
#else
    lemma Double_Even: \forall integer n; Even(3 * n);
#endif
*/

/*@ requires small:   0 <= value <= 1000;
    terminates        \true;
    exits             \false;
    assigns           \nothing;
#ifdef MENDED
    ensures even:     Even(2 * \result);
#else
    ensures even:     Even(3 * \result);
#endif
*/
int same(int value)
{
  return value;
}

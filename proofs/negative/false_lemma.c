/* SPDX-License-Identifier: MIT */
/* Trap: with -wp-fct no lemma is proved, but each is used.
 * Expected: open lemma_Sorted_More */

/*@ predicate Sorted{L}(int *a, integer n) = \forall integer i; 0 < i < n ==> a[i - 1] <= a[i];
#ifdef MENDED
    lemma Sorted_More{L}: \forall int *a, integer n; Sorted(a, n) ==> Sorted(a, n - 1);
#else
    lemma Sorted_More{L}: \forall int *a, integer n; Sorted(a, n) ==> Sorted(a, n + 1);
#endif
*/

/*@ requires sorted:   Sorted(a, 10);
    terminates         \true;
    exits              \false;
    assigns            \nothing;
#ifdef MENDED
    ensures more:      Sorted(a, 9);
#else
    ensures more:      Sorted(a, 11);
#endif
*/
void trust(int *a)
{
  (void)a;
}

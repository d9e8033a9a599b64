/* SPDX-License-Identifier: MIT */
/* Trap: a blank before the @ makes an annotation a comment: nothing says that nothing was checked.
 * Expected: source annotation: a dead annotation */

/*@ requires small:   0 <= value <= 1000;
    terminates        \true;
    exits             \false;
    assigns           \nothing;
    ensures twice:    \result == 2 * value; */
int twice(int value)
{
#ifdef MENDED
  //@ assert small: value <= 1000;
#else
  /* @ assert wrong: value == 7; */
#endif
  return 2 * value;
}

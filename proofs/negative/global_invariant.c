/* SPDX-License-Identifier: MIT */
/* Trap: a global invariant is accepted and ignored: the function below violates it.
 * Expected: source annotation: global invariant: ignored by WP */
int level;

#ifndef MENDED
//@ global invariant Bounded: 0 <= level <= 15;
#endif

/*@ terminates        \true;
    exits             \false;
    assigns           level;
    ensures raised:   level == 99; */
void raise_level(void)
{
  level = 99;
}

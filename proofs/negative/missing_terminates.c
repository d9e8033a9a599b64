/* SPDX-License-Identifier: MIT */
/* Trap: a function whose contract does not say `terminates` gets no goal about it.
 * Expected: source contract: wait: its contract lacks terminates */
volatile int flag;

/*@
#ifdef MENDED
    terminates        \false;
#endif
    exits             \false;
    assigns           \nothing; */
void wait(void)
{
  /*@ loop assigns \nothing; */
  while (flag == 0) {
  }
}

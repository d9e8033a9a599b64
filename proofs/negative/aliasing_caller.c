/* SPDX-License-Identifier: MIT */
/* Trap: WP takes a pointer argument and a global that the function writes for separate, and only warns. Without
 * -wp-check-memory-model the caller below proves, false postcondition and all.
 * Expected: open passes_the_global_call_both_wp_typed_requires */
int global;

/*@ requires valid:   \valid(argument);
    terminates        \true;
    exits             \false;
    assigns           *argument, global;
    ensures written:  *argument == 1 && global == 2; */
void both(int *argument)
{
  *argument = 1;
  global = 2;
}

#ifdef MENDED
/*@ terminates        \true;
    exits             \false;
    assigns           global;
    ensures written:  global == 2; */
void passes_the_global(void)
{
  int local = 0;
  both(&local);
}
#else
/*@ terminates            \true;
    exits                 \false;
    assigns               global;
    ensures impossible:   \false; */
void passes_the_global(void)
{
  both(&global);
}
#endif

/* SPDX-License-Identifier: MIT */
/* Trap: a callee of which nobody says that it terminates.
 * Expected: log defaults to
 * Expected: open calls_terminates */

/*@
#ifdef MENDED
    terminates        \true;
#endif
    exits             \false;
    assigns           \nothing; */
void seam_relax(void);

/*@ terminates        \true;
    exits             \false;
    assigns           \nothing; */
void calls(void)
{
  seam_relax();
}

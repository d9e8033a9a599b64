/* SPDX-License-Identifier: MIT */
/* What the test program asks the simulator for. */
#ifndef NTSIM_USER_H
#define NTSIM_USER_H

#define NTSIM_CODE(function) (0x00220000u | (function) << 2)
#define NTSIM_RUN NTSIM_CODE(0x801u)         /* ntsim_question -> ntsim_answer: runs a case */
#define NTSIM_START_PORT NTSIM_CODE(0x802u)  /* parisr.sys gets \Device\ParallelPort0, with a printer */
#define NTSIM_REMOVE_PORT NTSIM_CODE(0x803u) /* -> ntsim_answer */
#define NTSIM_PRINT NTSIM_CODE(0x804u)       /* count -> count: the printer takes so many bytes */
#define NTSIM_PAPER NTSIM_CODE(0x805u)       /* -> the paper, which is torn off */
#define NTSIM_COUNTS NTSIM_CODE(0x806u)      /* -> ntsim_numbers */
#define NTSIM_SURPRISE NTSIM_CODE(0x808u)    /* -> ntsim_answer: the port is pulled out */
#define NTSIM_LATER NTSIM_CODE(0x807u)       /* -> ntsim_answer: what was reported since */

enum { NTSIM_PORT, NTSIM_CONFORMANCE, NTSIM_PRINTER };

typedef struct ntsim_question {
  unsigned int group, index;
} ntsim_question;

typedef struct ntsim_answer {
  unsigned int known;  /* 0: there is no such case */
  unsigned int failed; /* 1; 2: skipped */
  char name[120];
  char text[4000];
} ntsim_answer;

typedef struct ntsim_numbers {
  unsigned int interrupts, dpcs, boundaries, accesses, irps;
} ntsim_numbers;

#endif

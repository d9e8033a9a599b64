/* SPDX-License-Identifier: MIT */
/*
 * The service gate of impl/service_gate.h, with its users: dispatch() and the leave of impl/isr_chain.h, the acquirers
 * at thread level, and the DPC of impl/deferred_procedure.h.
 *
 * One Promela step is one atomic operation of the code, or one moment of a pass; names are those of the code without
 * `parallel_isr_`. Ghost variables are written in the same step as the word whose meaning they record, and decide
 * nothing.
 *
 * Claims
 *   holder   one context holds the gate at a time                                                         (assertions)
 *   bound    once WANTED is set at most one more pass starts before the acquirer holds the gate;
 *            one hold of the gate runs at most two passes; no pass runs in a thread-level call            (assertions)
 *   covered  each interrupt is followed by the start of a pass; at rest the gate is free, nothing is owed
 *            and no DPC is requested                                           (assertions at rest; LTL covered)
 *   ends     an acquire, a release and a dispatch end, however many interrupts there are   (LTL, with weak fairness)
 *
 * Sizes: INTERRUPTS processors that take interrupts, DISPATCHES each; THREADS that acquire ACQUIRES times each;
 * DPCS runs that may overlap. DISPATCHES or ACQUIRES 0: without end, for liveness.
 */
#ifndef INTERRUPTS
#define INTERRUPTS 2
#endif
#ifndef DISPATCHES
#define DISPATCHES 2
#endif
#ifndef THREADS
#define THREADS 1
#endif
#ifndef ACQUIRES
#define ACQUIRES 1
#endif
#ifndef DPCS
#define DPCS 1
#endif

/* Reachability: with PROBES defined, the search of a configuration must fail at each of those that models.tsv names. */
#define PROBE_MERGED 1    /* an interrupt left its pass to another context */
#define PROBE_OWED_TAKEN 2 /* an interrupt took a gate that was free but for AGAIN */
#define PROBE_OWED_LOST 3 /* ... and one tried that, and lost */
#define PROBE_PASS_AGAIN 4 /* a leaving interrupt ran the pass of a merged one */
#define PROBE_WANTED_SERVED 5 /* an acquirer took the gate together with AGAIN */
#define PROBE_YIELDED 6   /* a leaving interrupt left AGAIN because somebody WANTs */
#define PROBE_DPC_PASS 7  /* the DPC ran the pass of a merged interrupt */
#define PROBE_PASS_AFTER_WANTED 8 /* the one pass that the bound allows */
#define PROBE_THREAD_OWES 9 /* a thread-level leave requested the DPC */
#ifdef PROBES
#define reached(event) assert(event == 0)
#else
#define reached(event) skip
#endif

#define FREE 0
#define HELD 1
#define AGAIN 2
#define WANTED 4
#define without(word, bits) (word & (7 - (bits)))

byte gate;
bit dpc_requested;
byte ticket_next, ticket_served; /* the fair lock of enter() and exit() */

/* ---- ghosts ------------------------------------------------------------------------------------------------------ */

byte holders;
byte passes_of_hold;
bit passed_since_wanted;
byte uncovered; /* one bit each: no pass has started since this interrupt did */
bit dispatching, acquiring, releasing; /* of the first interrupt and the first thread, for the LTL claims */
#define first(id) (id == 0)

inline ghost_taken() {
  holders++;
  assert(holders == 1);
  passes_of_hold = 0
}

/* ---- the seam ---------------------------------------------------------------------------------------------------- */

inline enter(ticket) {
  d_step { ticket = ticket_next; ticket_next = (ticket_next + 1) % 4 };
#ifdef MUTANT_UNFAIR_LOCK
  d_step { ticket_served != 4 -> ticket_served = 4 }
#else
  ticket == ticket_served
#endif
}

inline exit(ticket) {
#ifdef MUTANT_UNFAIR_LOCK
  ticket_served = 0
#else
  d_step { ticket_served = (ticket_served + 1) % 4; ticket = 0 }
#endif
}

/* ---- service_gate.h ---------------------------------------------------------------------------------------------- */

inline gate_try_take(taken) {
#ifdef MUTANT_TAKE_IS_TEST_AND_STORE
  taken = (gate == FREE);
  d_step { if :: taken -> gate = HELD; ghost_taken() :: else fi }
#else
  d_step { taken = (gate == FREE); if :: taken -> gate = HELD; ghost_taken() :: else fi }
#endif
}

inline gate_ask_again(unnoticed) {
#ifdef MUTANT_LOST_AGAIN
  unnoticed = false
#else
  d_step { unnoticed = (without(gate, AGAIN) == FREE); gate = gate | AGAIN }
#endif
}

inline gate_try_take_owed(taken) {
  d_step {
#ifdef MUTANT_OWED_IGNORES_WANTED
    taken = ((gate & HELD) == 0); if :: taken -> gate = (gate & WANTED) | HELD; ghost_taken() :: else fi
#else
    taken = (gate == AGAIN); if :: taken -> gate = HELD; ghost_taken() :: else fi
#endif
  }
}

inline gate_want() {
#if defined(MUTANT_NO_WANT)
  skip
#elif defined(MUTANT_WANT_STORES)
  gate = HELD | WANTED
#else
  d_step { gate = gate | WANTED; passed_since_wanted = false }
#endif
}

inline gate_try_take_wanted(old, taken) {
  old = gate;
  if
#ifdef MUTANT_NO_WANT
  :: old == FREE || old == AGAIN ->
#else
  :: old == WANTED || old == (WANTED | AGAIN) ->
#endif
     d_step {
       taken = (gate == old);
#ifdef MUTANT_TAKE_DROPS_AGAIN
       if :: taken -> gate = HELD; ghost_taken() :: else fi;
#else
       if :: taken -> gate = HELD | (old & AGAIN); ghost_taken() :: else fi;
#endif
       if :: taken && (old & AGAIN) -> reached(PROBE_WANTED_SERVED) :: else fi;
       old = 0
     }
  :: else -> old = 0
  fi
}

inline gate_acquire(ticket, old, taken) {
  enter(ticket);
  gate_try_take(taken);
  if
  :: !taken ->
     gate_want();
     do
     :: !taken -> gate_try_take_wanted(old, taken)
     :: else -> break
     od
  :: else
  fi;
  taken = false
}

inline gate_try_leave(left) {
  d_step { left = (gate == HELD); if :: left -> gate = FREE; holders-- :: else fi }
}

inline gate_is_wanted(wanted) {
#ifdef MUTANT_LEAVE_IGNORES_WANTED
  wanted = false
#else
  wanted = (gate >= WANTED)
#endif
}

inline gate_take_again(owed) {
#ifdef MUTANT_AGAIN_CLEARED_LATE
  owed = ((gate & AGAIN) != 0)
#else
  d_step { owed = ((gate & AGAIN) != 0); gate = without(gate, AGAIN) }
#endif
}

inline gate_leave(old) {
#if defined(MUTANT_LEAVE_STORES)
  old = gate;
  d_step { gate = FREE; holders-- };
#elif defined(MUTANT_LEAVE_CLEARS_WANTED)
  d_step { old = gate; gate = gate & AGAIN; holders-- };
#else
  d_step { old = gate; gate = without(gate, HELD); holders-- };
#endif
  d_step {
    if
#ifdef MUTANT_LEAVE_FORGETS_DPC
    :: false -> skip
#else
    :: old & AGAIN -> dpc_requested = true
#endif
    :: else
    fi;
    old = 0
  }
}

inline gate_release(old, ticket) {
  gate_leave(old);
  exit(ticket)
}

/* ---- isr_chain.h: one pass, and dispatch ------------------------------------------------------------------------- */

/* Every routine is called after the first step and before the last: an interrupt that started before the first is
 * covered, one that starts later is not. With walk_again a pass of the model is the whole walk. */
inline pass() {
  d_step {
    assert(holders == 1);
    passes_of_hold++;
    assert(passes_of_hold <= 2);
    if
    :: gate & WANTED -> assert(!passed_since_wanted); passed_since_wanted = true; reached(PROBE_PASS_AFTER_WANTED)
    :: else
    fi;
    uncovered = 0
  };
#ifdef MUTANT_AGAIN_CLEARED_LATE
  gate = without(gate, AGAIN)
#else
  skip
#endif
}

/* An interrupt or the DPC gives the gate up: before that one more pass, if one is owed and nobody waits. */
inline chain_leave(old, yes) {
  gate_try_leave(yes);
  do
  :: yes -> break
  :: else ->
     gate_is_wanted(yes);
     if
     :: yes -> reached(PROBE_YIELDED); yes = false
     :: else -> gate_take_again(yes)
     fi;
     if
     :: yes ->
        reached(PROBE_PASS_AGAIN);
        pass()
#if defined(MUTANT_LEAVE_LOOPS) || defined(MUTANT_LEAVE_IGNORES_WANTED)
        ;
        gate_try_leave(yes);
        if :: yes -> break :: else fi
#endif
     :: else
     fi;
#if !defined(MUTANT_LEAVE_LOOPS) && !defined(MUTANT_LEAVE_IGNORES_WANTED)
     gate_leave(old);
     break
#endif
  od;
  yes = false
}

inline dispatch(id, old, yes) {
  d_step { uncovered = uncovered | (1 << id); if :: first(id) -> dispatching = true :: else fi };
  gate_try_take(yes);
  if
  :: !yes ->
     gate_ask_again(yes);
     if
#ifdef MUTANT_NO_SECOND_CHANCE
     :: yes -> yes = false
#else
     :: yes -> gate_try_take_owed(yes); if :: yes -> reached(PROBE_OWED_TAKEN) :: else -> reached(PROBE_OWED_LOST) fi
#endif
     :: else -> reached(PROBE_MERGED)
     fi
  :: else
  fi;
  if
  :: yes -> pass(); chain_leave(old, yes)
  :: else
  fi;
  if :: first(id) -> dispatching = false :: else fi
}

/* ---- the contexts ------------------------------------------------------------------------------------------------ */

proctype interrupt(byte id) {
  byte old;
  bit yes;
#if DISPATCHES
  byte left = DISPATCHES;
  do
  :: left > 0 -> left--; dispatch(id, old, yes)
  :: else -> break
  od
#else
  do
  :: dispatch(id, old, yes)
  od
#endif
}

proctype thread(byte id) {
  byte old, ticket;
  bit yes;
#if ACQUIRES
  byte left = ACQUIRES;
  do
  :: left > 0 -> left--;
#else
  do
  ::
#endif
     if :: first(id) -> acquiring = true :: else fi;
     gate_acquire(ticket, old, yes);
     if :: first(id) -> acquiring = false :: else fi;
     assert(holders == 1);
#ifdef MUTANT_THREAD_SERVES
     pass();
#endif
     if :: gate & AGAIN -> reached(PROBE_THREAD_OWES) :: else fi;
     assert(passes_of_hold == 0);
     if :: first(id) -> releasing = true :: else fi;
     gate_release(old, ticket);
     if :: first(id) -> releasing = false :: else fi
#if ACQUIRES
  :: else -> break
#endif
  od
}

proctype dpc() {
  byte old, ticket;
  bit yes;
end:
  do
  :: d_step { dpc_requested -> dpc_requested = false };
     gate_acquire(ticket, old, yes);
#ifdef MUTANT_DPC_IGNORES_AGAIN
     gate_release(old, ticket)
#else
     gate_take_again(yes);
     if :: yes -> reached(PROBE_DPC_PASS); pass() :: else fi;
     yes = false;
     chain_leave(old, yes);
     exit(ticket)
#endif
  od
}

init {
  byte id;
  atomic {
    for (id : 0 .. INTERRUPTS - 1) { run interrupt(id) };
#if THREADS
    for (id : 0 .. THREADS - 1) { run thread(id) };
#endif
    for (id : 1 .. DPCS) { run dpc() };
    id = 0
  };
#if DISPATCHES && ACQUIRES
  timeout;
  assert(gate == FREE && holders == 0 && !dpc_requested && ticket_next == ticket_served);
  assert(uncovered == 0);
  assert(!dispatching && !acquiring && !releasing)
#endif
}

ltl covered { [] ((uncovered & 1) -> <> !(uncovered & 1)) }
ltl dispatch_ends { [] (dispatching -> <> !dispatching) }
ltl acquire_ends { [] (acquiring -> <> !acquiring) }
ltl release_ends { [] (releasing -> <> !releasing) }

/* SPDX-License-Identifier: MIT */
/*
 * Port ownership: impl/port_ownership.h, impl/allocation_queue.h, the table and the round of deferred checks of
 * impl/isr_chain.h, impl/deferred_procedure.h, and removal in impl/port_lifetime.h.
 *
 * One Promela step is one atomic operation of the code; what the gate holder does to plain data belongs to the step
 * next to it. Names are those of the code without `parallel_isr_`. The gate is a lock here; service_gate.pml is about
 * its inside. Clients try and free without it: an ISR does so while the gate is held, and every order that this leaves
 * possible is among those of the model. Ghost variables are written in the same step as the word whose meaning they
 * record, and decide nothing.
 *
 * Claims
 *   count   users == waiting requests + owner + removal, at every instant                                 (assertions)
 *   owner   one owner at a time; a port is freed only by its owner, or by or from the nameless; a free is refused only
 *           if at some instant of the call the caller had no right to it; no owner is refused             (assertions)
 *   asked   no DPC is requested where there is neither a deferred routine nor a request                   (assertions)
 *   told    at rest a free port owes nobody a check: each client with a deferred routine was called after every free
 *           that left the port free, but for a free of his that began during that routine, and after every failed
 *           try of his; no request is left over, and each was completed once             (assertions at rest, deadlock)
 *   fair    a client whose deferred routine always takes the port does not hide the others          (LTL not_hidden)
 *   ends    when the clients rest, the DPC comes to rest: nobody triggers himself for ever      (no acceptance cycle)
 *
 * Sizes: CLIENTS connections that try ROUNDS times each, the first DEFERRED of them with a deferred routine;
 * REQUESTERS that allocate, and maybe cancel, with REQUEST_SLOTS slots; DPCS runs that may overlap; CONNECTS steps of
 * somebody who disconnects and connects the last client; STRANGERS frees by a foreign and by a nameless caller each;
 * REMOVE: the port is removed some time, and an owner may stay for ever; KEEP 0: no deferred routine returns with the
 * port; GREEDY: the first client's always does; NAMELESS_ROUTINES: deferred routines do not say who they are; ENDS:
 * search for the claim.
 */
#ifndef CLIENTS
#define CLIENTS 2
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#ifndef DEFERRED
#define DEFERRED CLIENTS
#endif
#ifndef REQUESTERS
#define REQUESTERS 0
#endif
#ifndef REQUEST_SLOTS
#define REQUEST_SLOTS REQUESTERS
#endif
#ifndef DPCS
#define DPCS 1
#endif
#ifndef CONNECTS
#define CONNECTS 0
#endif
#ifndef STRANGERS
#define STRANGERS 0
#endif
#ifndef REMOVE
#define REMOVE 0
#endif
#ifndef KEEP
#define KEEP 1
#endif

/* Reachability: with PROBES defined, the search of a configuration must fail at each of those that models.tsv names. */
#define PROBE_CHECK 1           /* a deferred routine is called */
#define PROBE_CUT_SHORT 2       /* a round ends early: somebody took the port */
#define PROBE_RESUMED 3         /* a round starts behind the first position */
#define PROBE_OWN_FREE 4        /* a free during the client's own deferred routine asks for nothing */
#define PROBE_OWN_FREE_ASKS 5   /* ... and one that does ask: a try failed meanwhile */
#define PROBE_FOUND_FREE 6      /* a failed try finds the port free right after */
#define PROBE_HAND_OVER 7       /* the head of the queue gets the port */
#define PROBE_CANCELLED 8       /* a request is cancelled */
#define PROBE_LAST_CANCELLED 9  /* ... that was the only user */
#define PROBE_TOO_LATE 10       /* a cancel finds its request granted */
#define PROBE_MORE_ENDED 11     /* a DPC run leaves a completion call to the next */
#define PROBE_FULL 12           /* an allocate finds no slot */
#define PROBE_OVERLAP 13        /* two DPC runs at once */
#define PROBE_REFUSED 14        /* a free is refused */
#define PROBE_SECOND_CLEAR 15   /* a disconnect made the owner nameless in the middle of a free */
#define PROBE_STALE 16          /* a try with a handle that is not connected */
#define PROBE_UNGATED 17        /* a free asks for nothing, for no deferred routine is connected */
#define PROBE_DELETED 18        /* a request ends because the port is removed */
#define PROBE_REFUSED_REMOVED 19 /* an allocate finds the port removed */
#define PROBE_FREED_REMOVED 20  /* a removed port is freed by its owner */
#ifdef PROBES
#define reached(event) assert(event == 0)
#else
#define reached(event) skip
#endif

/* Identities: clients are 1 .. CLIENTS, requesters REQUESTER + 0 .. */
#define NOBODY 0
#define REQUESTER 4
#define FOREIGN 6
#define NAMELESS 7
#define one(identity) (1 << (identity))
#define has_routine(me) (me <= DEFERRED)

byte users, owner, checking, deferred_count;
bit check_wanted, removed;
byte connected; /* one bit each */
bit dpc_requested;

bit gate; /* held; what follows belongs to the holder */
byte connection_count, check_position;
byte chain[CLIENTS];
byte queue_length, ended_count;
byte request[REQUEST_SLOTS + 1];
mtype = { WAITING, SUCCESS, CANCELLED, DELETE_PENDING };
mtype status[REQUESTERS + 1]; /* of the request of each requester */

mtype completed[REQUESTERS + 1]; /* what his completion routine was told */
byte kept; /* one bit each: clients whose deferred routine returned with the port */

/* ---- ghosts ------------------------------------------------------------------------------------------------------ */

byte waiting;    /* requests that users counts */
bit owned, gone; /* users counts an owner, the removal */
byte told;       /* clients with a deferred routine, connected: they are told when the port is free */
byte need;       /* those of them who are owed a call */
short untold;    /* one bit each: contexts whose free began while the caller's own deferred routine was running */
byte running;    /* DPC runs */
bit drained;     /* remove has drained the DPC */

#define ghost_users() assert(users == waiting + owned + gone)

#if STRANGERS
/* Frees in progress: by whom, and has there been an instant at which he had no right to? */
#define CONTEXTS (CLIENTS + REQUESTERS + DPCS + 4)
byte caller_of[CONTEXTS];
bit refusable[CONTEXTS];
#define may_free(caller) (owner != NOBODY && (owner == caller || owner == NAMELESS || caller == NAMELESS))
inline ghost_owner() {
  for (context : 0 .. CONTEXTS - 1) {
    refusable[context] = refusable[context] || (caller_of[context] != NOBODY && !may_free(caller_of[context]))
  };
  context = 0
}
#define ghost_free_starts(caller) caller_of[_pid] = caller; refusable[_pid] = !may_free(caller)
#define ghost_free_decided(freed) assert(freed || refusable[_pid]); caller_of[_pid] = NOBODY; refusable[_pid] = false
byte context;
#else
#define ghost_owner() skip
#define ghost_free_starts(caller) skip
#define ghost_free_decided(freed) assert(freed) /* every caller of this configuration is the owner */
#endif

/* ---- the seam and the gate --------------------------------------------------------------------------------------- */

inline gate_acquire() {
  d_step { !gate -> gate = true }
}

inline gate_release() {
  gate = false
}

/* A request after the drain is ignored. Where nobody waits and there is no deferred routine, there is none. */
#if DEFERRED || REQUESTERS
#define request_dpc() dpc_requested = !drained
#else
#define request_dpc() assert(false)
#endif

/* ---- port_ownership.h -------------------------------------------------------------------------------------------- */

inline request_checks() {
  if
  :: deferred_count > 0 -> request_dpc()
#ifdef MUTANT_UNGATED
  :: else -> request_dpc()
#else
  :: else -> reached(PROBE_UNGATED)
#endif
  fi
}

inline owner_set(identity) {
  d_step { assert(owner == NOBODY && owned); owner = identity; ghost_owner() }
}

inline owner_try_clear(seen, caller, freed) {
  d_step {
    freed = (owner == seen);
    if
    :: freed ->
       assert(owner == caller || owner == NAMELESS || caller == NAMELESS);
       owner = NOBODY;
       ghost_owner()
    :: else
    fi
  }
}

inline owe_check() {
#ifndef MUTANT_TRY_LEAVES_NO_FLAG
  check_wanted = true;
#endif
  if
#ifndef MUTANT_TRY_DOES_NOT_LOOK_AGAIN
  :: users == 0 -> reached(PROBE_FOUND_FREE); request_checks()
#endif
  :: else
  fi
}

inline try_allocate(me, won) {
#ifdef MUTANT_TRY_IS_TEST_AND_STORE
  won = (users == 0);
#endif
  d_step {
#ifndef MUTANT_TRY_IS_TEST_AND_STORE
    won = (users == 0);
#endif
    if
    :: won -> users = 1; owned = true; ghost_users()
    :: else -> need = need | (told & one(me))
    fi
  };
  if
  :: won -> owner_set(me)
  :: else -> owe_check()
  fi
}

inline owner_make_nameless(me) {
  d_step { if :: owner == me -> owner = NAMELESS; ghost_owner() :: else fi }
}

/* The claim, in client(): but for a disconnect in progress, nobody who is not connected owns the port by name. */
inline try_allocate_port(me, won) {
  if
  :: connected & one(me) ->
     try_allocate(me, won);
#ifndef MUTANT_TRY_FORGETS_DISCONNECT
     if
     :: won && !(connected & one(me)) -> owner_make_nameless(me)
     :: else
     fi
#endif
  :: else -> reached(PROBE_STALE)
  fi
}

inline owner_release(caller, seen, freed) {
  d_step { seen = owner; ghost_free_starts(caller) };
#ifdef MUTANT_ANYBODY_FREES
  freed = (seen != NOBODY);
#else
  freed = (seen != NOBODY && (seen == caller || seen == NAMELESS || caller == NAMELESS));
#endif
  if
  :: freed ->
     owner_try_clear(seen, caller, freed);
     if
#ifndef MUTANT_ONE_CLEAR
     :: !freed -> owner_try_clear(NAMELESS, caller, freed); if :: freed -> reached(PROBE_SECOND_CLEAR) :: else fi
#endif
     :: else
     fi
  :: else
  fi;
  d_step { seen = NOBODY; ghost_free_decided(freed); if :: !freed -> reached(PROBE_REFUSED) :: else fi }
}

/* Who frees looks whether his own deferred routine is running. Then he does not ask, and nobody is owed a call. */
inline free_looks(caller, own) {
  d_step {
#if defined(MUTANT_OWN_FREE_ASKS)
    own = false;
#elif defined(MUTANT_ANY_CHECK_SILENCES)
    own = (checking != NOBODY);
#else
    own = (checking == caller);
#endif
    untold = untold | ((checking == caller) << _pid)
  }
}

/* One user less: an owner. */
inline users_leave(old) {
  d_step {
    old = users;
    users--;
    owned = false;
    ghost_users();
    if
    :: old == 1 && !(untold & one(_pid)) -> need = need | told
    :: old == 1 && (untold & one(_pid)) && !check_wanted -> reached(PROBE_OWN_FREE)
    :: old == 1 && (untold & one(_pid)) && check_wanted -> reached(PROBE_OWN_FREE_ASKS)
    :: old > 1 -> assert(waiting > 0 || gone); if :: gone -> reached(PROBE_FREED_REMOVED) :: else fi
    :: else
    fi;
    untold = untold & ~one(_pid)
  }
}

inline free(caller, seen, old, yes) {
  owner_release(caller, seen, yes);
  if
  :: yes ->
     free_looks(caller, yes);
     if
#ifndef MUTANT_FREE_LEAVES_NO_FLAG
     :: !yes -> check_wanted = true
#endif
     :: else
     fi;
#ifdef MUTANT_FREE_LOOKS_BEFORE
     bit wanted = check_wanted && deferred_count > 0;
#endif
     users_leave(old);
     if
     :: old > 1 ->
#ifdef MUTANT_FREE_FORGETS_WAITER
        skip
#else
        request_dpc()
#endif
     :: else ->
#if defined(MUTANT_OWN_FREE_NEVER_ASKS)
        if :: check_wanted && !yes -> request_checks() :: else fi
#elif defined(MUTANT_FREE_LOOKS_BEFORE)
        if :: wanted -> request_dpc() :: else fi
#else
        if :: check_wanted -> request_checks() :: else fi
#endif
     fi;
     old = 0;
     yes = false
  :: else
  fi
}

/* ---- isr_chain.h: the table -------------------------------------------------------------------------------------- */

inline chain_append(me) {
  d_step { chain[connection_count] = me; connected = connected | one(me) };
  if
  :: has_routine(me) -> d_step { deferred_count++; told = told | one(me) }
  :: else
  fi;
  connection_count++
}

inline chain_remove(me, position) {
  if
  :: has_routine(me) -> d_step { deferred_count--; told = told & ~one(me); need = need & ~one(me) }
  :: else
  fi;
  d_step {
    connected = connected & ~one(me);
    do
    :: chain[position] == me -> break
    :: else -> position++
    od;
    connection_count--;
    if :: check_position > position -> check_position-- :: else fi;
    if :: check_position == connection_count -> check_position = 0 :: else fi;
    do
    :: position < connection_count -> chain[position] = chain[position + 1]; position++
    :: else -> chain[position] = NOBODY; position = 0; break
    od
  };
  owner_make_nameless(me)
}

/* ---- isr_chain.h: the round of deferred checks ------------------------------------------------------------------- */

/* What a client's deferred routine may do: nothing, or try; then free at once, or keep the port for later. */
#ifdef NAMELESS_ROUTINES
#define called_by(me) NAMELESS
#else
#define called_by(me) me
#endif
inline deferred_routine(me, seen, old, yes) {
  if
#ifdef GREEDY
  :: me != 1 -> skip
  :: me == 1 ->
#else
  :: skip
  ::
#endif
     try_allocate(called_by(me), yes);
     if
#if KEEP
     :: yes -> d_step { kept = kept | one(me); yes = false }
#endif
#ifndef GREEDY
     :: yes -> free(called_by(me), seen, old, yes)
#endif
     :: else
     fi
  fi
}

inline chain_check_round(position, done, me, seen, old, yes) {
  d_step { position = check_position; if :: position > 0 -> reached(PROBE_RESUMED) :: else fi };
  do
  :: done < connection_count ->
     if
     :: users == 0 ->
        d_step {
          me = chain[position];
          position = (position + 1 < connection_count -> position + 1 : 0);
          done++
        };
        if
        :: has_routine(me) ->
           d_step { checking = me; need = need & ~one(me); reached(PROBE_CHECK) };
           deferred_routine(me, seen, old, yes);
           checking = NOBODY
        :: else
        fi;
        me = NOBODY
     :: else -> break
     fi
  :: else -> break
  od;
#ifdef MUTANT_ROUND_STARTS_OVER
  check_position = 0;
#else
  check_position = (done < connection_count -> position : 0);
#endif
  if
#ifndef MUTANT_ROUND_FORGETS_REST
  :: done < connection_count -> reached(PROBE_CUT_SHORT); owe_check()
#endif
  :: else
  fi;
  d_step { position = 0; done = 0 }
}

/* ---- allocation_queue.h ------------------------------------------------------------------------------------------ */

/* The request at a position ends: it goes behind those that have ended before. */
inline queue_end(position, me, final) {
  me = request[position];
  status[me - REQUESTER] = final;
  do
  :: position < queue_length + ended_count - 1 -> request[position] = request[position + 1]; position++
  :: else -> request[position] = me; position = 0; me = NOBODY; break
  od;
  queue_length--;
  ended_count++
}

inline queue_take_ended(position, me, last) {
  d_step {
    if
    :: ended_count > 0 ->
       me = request[queue_length];
       last = status[me - REQUESTER];
       ended_count--;
       position = queue_length;
       do
       :: position < queue_length + ended_count -> request[position] = request[position + 1]; position++
       :: else -> request[position] = NOBODY; position = 0; break
       od
    :: else
    fi
  }
}

inline queue_hand_over(position, me) {
  if
#ifdef MUTANT_HAND_OVER_OWNED
  :: queue_length > 0 && users > 0 ->
#else
  :: queue_length > 0 && users == queue_length ->
#endif
     d_step {
       me = request[0];
       assert(owner == NOBODY);
       owned = true;
       waiting--;
       ghost_users();
       reached(PROBE_HAND_OVER)
     };
     owner_set(me);
     d_step { queue_end(position, me, SUCCESS) }
  :: else
  fi
}

/* A waiting request ends without the port, under the gate. */
inline queue_withdraw(position, me, final, old) {
  d_step {
    queue_end(position, me, final);
    old = users;
#ifndef MUTANT_WITHDRAW_KEEPS_COUNT
    users--;
#endif
    waiting--;
    ghost_users();
    if :: old == 1 -> need = need | told; reached(PROBE_LAST_CANCELLED) :: else fi
  };
  if
#ifndef MUTANT_LAST_CANCEL_SILENT
  :: old == 1 -> owe_check()
#endif
  :: else
  fi;
  old = 0;
  request_dpc()
}

/* ---- the contexts ------------------------------------------------------------------------------------------------ */

proctype client(byte me) {
  byte seen, old, left = ROUNDS;
  bit yes;
end:
  do
  :: left > 0 ->
     left--;
     try_allocate_port(me, yes);
     assert(gate || owner != me || (connected & one(me)));
     if
     :: yes -> free(me, seen, old, yes)
#if REMOVE
     :: yes -> yes = false; break /* an owner who never frees */
#endif
     :: else
     fi
  :: d_step { kept & one(me) -> kept = kept & ~one(me) };
     free(me, seen, old, yes)
  od
}

#if REQUESTERS
proctype requester(byte me) {
  byte seen, old, position, who;
  bit yes;
#ifdef MUTANT_REMOVED_TESTED_EARLY
  if :: removed -> goto refused :: else fi;
#endif
  gate_acquire();
  if
#ifndef MUTANT_REMOVED_TESTED_EARLY
  :: removed -> reached(PROBE_REFUSED_REMOVED); gate_release(); goto refused
#endif
  :: else
  fi;
  if
  :: queue_length + ended_count == REQUEST_SLOTS -> reached(PROBE_FULL); gate_release(); goto refused
  :: else
  fi;
  d_step {
    old = users;
    users++;
    if :: old == 0 -> owned = true :: else -> waiting++ fi;
    ghost_users()
  };
  if
  :: old == 0 -> owner_set(me); gate_release()
  :: else ->
     d_step {
       position = queue_length + ended_count;
       do
       :: position > queue_length -> request[position] = request[position - 1]; position--
       :: else -> request[position] = me; position = 0; break
       od;
       queue_length++;
       status[me - REQUESTER] = WAITING
     };
     gate_release();
     old = 0;
     if
     :: skip
     :: gate_acquire();
        if
        :: status[me - REQUESTER] == WAITING ->
           d_step { do :: request[position] == me -> break :: else -> position++ od; reached(PROBE_CANCELLED) };
           queue_withdraw(position, who, CANCELLED, old)
        :: else -> reached(PROBE_TOO_LATE)
        fi;
        gate_release()
     fi;
     completed[me - REQUESTER] != 0;
     if
     :: completed[me - REQUESTER] != SUCCESS -> goto refused
     :: else
     fi
  fi;
  old = 0;
  free(me, seen, old, yes);
refused:
  skip
}
#endif

#if CONNECTS
/* Somebody who disconnects the last client and connects him again, in the same slot, whatever the client does. */
proctype connector() {
  byte left = CONNECTS, position;
  do
  :: left > 0 ->
     left--;
     gate_acquire();
     if
     :: connected & one(CLIENTS) -> chain_remove(CLIENTS, position)
     :: else -> chain_append(CLIENTS)
     fi;
     assert(check_position < connection_count || check_position + connection_count == 0);
     gate_release()
  :: else -> break
  od
}
#endif

#if STRANGERS
/* Frees what is not his, or maybe not anybody's. */
proctype stranger(byte me) {
  byte seen, old, left = STRANGERS;
  bit yes;
  do
  :: left > 0 -> left--; free(me, seen, old, yes)
  :: else -> break
  od
}
#endif

#if REMOVE
proctype remover() {
  byte position, who, old;
  gate_acquire();
  removed = true;
  d_step { users++; gone = true; ghost_users() };
  do
  :: queue_length > 0 -> reached(PROBE_DELETED); queue_withdraw(position, who, DELETE_PENDING, old)
  :: else -> break
  od;
  gate_release();
  do
  :: gate_acquire();
     if
     :: connection_count > 0 -> who = chain[connection_count - 1]; chain_remove(who, position); gate_release()
     :: else -> gate_release(); break
     fi
  od;
  atomic { !dpc_requested && running == 0 -> drained = true }
}
#endif

proctype dpc() {
  byte position, done, me, seen, old;
  mtype last;
  bit yes;
end:
  do
  :: d_step {
       dpc_requested -> dpc_requested = false;
       running++;
       if :: running > 1 -> reached(PROBE_OVERLAP) :: else fi
     };
#ifdef ENDS
accept_run:
#endif
     gate_acquire();
#if REQUESTERS
     queue_hand_over(position, me);
#endif
#ifdef MUTANT_FLAG_TAKEN_FIRST
     d_step { yes = check_wanted; check_wanted = false };
     yes = yes && (users == 0);
#else
     if
#ifdef MUTANT_FLAG_TAKEN_FOR_NOBODY
     :: users == 0 ->
#else
     :: users == 0 && deferred_count > 0 ->
#endif
        d_step { yes = check_wanted; check_wanted = false }
     :: else
     fi;
#endif
     if
     :: yes -> yes = false; chain_check_round(position, done, me, seen, old, yes)
     :: else
     fi;
#if REQUESTERS
     queue_take_ended(position, me, last);
     if
#ifndef MUTANT_MORE_ENDED_FORGOTTEN
     :: ended_count > 0 -> reached(PROBE_MORE_ENDED); request_dpc()
#endif
     :: else
     fi;
     gate_release();
     d_step {
       if
       :: last != 0 -> assert(completed[me - REQUESTER] == 0); completed[me - REQUESTER] = last; last = 0; me = NOBODY
       :: else
       fi;
       running--
     }
#else
     gate_release();
     running--
#endif
  od
}

init {
  byte id;
  atomic {
    for (id : 1 .. CLIENTS) {
      chain[id - 1] = id;
      connected = connected | one(id)
    };
    connection_count = CLIENTS;
    deferred_count = DEFERRED;
    told = one(DEFERRED + 1) - one(1);
    for (id : 1 .. CLIENTS) { run client(id) };
#if REQUESTERS
    for (id : REQUESTER .. REQUESTER + REQUESTERS - 1) { run requester(id) };
#endif
#if CONNECTS
    run connector();
#endif
#if STRANGERS
    run stranger(FOREIGN);
    run stranger(NAMELESS);
#endif
#if REMOVE
    run remover();
#endif
    for (id : 1 .. DPCS) { run dpc() };
    id = 0
  };
#ifndef GREEDY
  timeout;
  assert(!gate && !dpc_requested && running == 0 && kept == 0);
  assert(queue_length == 0 && ended_count == 0 && waiting == 0);
#if REMOVE
  assert(gone && drained && connection_count == 0 && need == 0)
#else
  assert(users == 0 && owner == NOBODY && !owned);
  assert(need == 0)
#endif
#endif
}

#ifdef GREEDY
ltl not_hidden { [] ((need & one(2)) -> <> !(need & one(2))) }
#endif

/* SPDX-License-Identifier: MIT */
/* Who does what at the same time. Numbers of turns, not of seconds. */
#include "stress.h"

#include <string.h>

#define RESIDENTS 3u
#define GUESTS 2u  /* for each thread */
#define WAITERS 3u /* for each thread */

static const stress_variant *current;
static uint32_t rounds, turns; /* turns of each thread between two moments when nobody is inside */
static driver residents[RESIDENTS];
static driver guests[STRESS_THREADS][GUESTS];
static bool is_here[STRESS_THREADS][GUESTS]; /* the guest is connected */
static waiter waiters[STRESS_THREADS][WAITERS];
static char stranger; /* a token that owns nothing */

/* ---- what all have in common ------------------------------------------------------------------------------------- */

static void choose(const stress_variant *variant, uint32_t rounds_to_play, uint32_t turns_of_each)
{
  current = variant;
  rounds = rounds_to_play;
  turns = turns_of_each;
}

static void start(void)
{
  stress_count_anew();
  memset(waiters, 0, sizeof(waiters));
  stress_start(current);
  for (uint32_t i = 0u; i < current->residents; i++) {
    driver_create(&residents[i], i == 0u ? FALSE : TRUE);
    CHECK(STRESS_CONNECTING, driver_connect(&residents[i]) == STATUS_SUCCESS);
  }
}

static driver *any_resident(void)
{
  return &residents[stress_random(current->residents)];
}

/* Everybody gives back what he has. Was there anything? */
static bool give_back(void)
{
  bool given = false;
  for (uint32_t i = 0u; i < current->residents; i++)
    if (driver_give_kept(&residents[i])) given = true;
  for (uint32_t thread = 0u; thread < STRESS_THREADS; thread++) {
    for (uint32_t i = 0u; i < GUESTS; i++)
      if (is_here[thread][i] && driver_give_kept(&guests[thread][i])) given = true;
    for (uint32_t i = 0u; i < WAITERS; i++)
      if (waiter_give(&waiters[thread][i])) given = true;
  }
  return given;
}

/* Nobody is inside. Once everything is given back nothing is left to do, and nothing was forgotten. */
static void check_round(void)
{
  atomic_store_explicit(&stress_closing, 1u, memory_order_relaxed);
  do stress_settle();
  while (give_back() || !stress_is_settled());
  atomic_store_explicit(&stress_closing, 0u, memory_order_relaxed);
  stress_check_rest(0u);
  CHECK(STRESS_ROUTINES, stress_dispatches() == 0u && stress_dpc_runs() == 0u);
  for (uint32_t i = 0u; i < current->residents; i++) driver_check_served(&residents[i]);
  for (uint32_t thread = 0u; thread < STRESS_THREADS; thread++) {
    for (uint32_t i = 0u; i < GUESTS; i++)
      if (is_here[thread][i]) driver_check_served(&guests[thread][i]);
    for (uint32_t i = 0u; i < WAITERS; i++) waiter_check_completed(&waiters[thread][i]);
  }
}

/* Rounds of a few turns, so that a later turn cannot make up for what an earlier one lost. */
static void play(uint32_t thread, void (*turn)(uint32_t thread))
{
  for (uint32_t round = 0u; round < rounds; round++) {
    for (uint32_t i = 0u; i < turns; i++) {
      turn(thread);
      stress_run_requested_dpc();
    }
    stress_quiesce();
    if (thread == 0u) check_round();
    stress_rendezvous();
  }
}

static void check_statistics(void)
{
  parallel_isr_statistics statistics;
  uint32_t granted = 0u;
  for (uint32_t thread = 0u; thread < STRESS_THREADS; thread++)
    for (uint32_t i = 0u; i < WAITERS; i++) granted += waiters[thread][i].granted;
  CHECK(STRESS_STATISTICS, parallel_isr_query_statistics(PORT, &statistics) == STATUS_SUCCESS);
  CHECK(STRESS_STATISTICS, statistics.connections == current->residents);
  CHECK(STRESS_STATISTICS, statistics.queued == 0u);
  CHECK(STRESS_STATISTICS, statistics.failed == stress_tries_lost);
  CHECK(STRESS_STATISTICS, statistics.refused == stress_refusals);
  CHECK(STRESS_STATISTICS, statistics.handovers == granted);
  CHECK(STRESS_STATISTICS, statistics.exhausted == 0u);
}

static void finish(void)
{
  check_statistics();
  CHECK(STRESS_REMOVAL, parallel_isr_remove(PORT) == STATUS_SUCCESS);
  stress_check_rest(1u);
  CHECK(STRESS_CONNECTING, fixture.port.backend.line_connects == fixture.port.backend.line_disconnects);
  for (uint32_t i = 0u; i < current->residents; i++) driver_poison(&residents[i]);
}

/* ---- the chain: drivers come and go while interrupts arrive ------------------------------------------------------ */

/* Takes and frees the port without a name, so that the deferred routines are called. */
static void take_nameless(const void *who)
{
  if (parallel_isr_try_allocate_port(NAMELESS) == FALSE) {
    (void)atomic_fetch_add_explicit(&stress_tries_lost, 1u, memory_order_relaxed);
    return;
  }
  device_enter(who);
  device_leave(who);
  parallel_isr_free_port(NAMELESS);
}

static void chain_interrupt(uint32_t thread)
{
  if (current->residents != 0u) {
    driver_interrupt(any_resident(), thread);
    (void)driver_give_kept(any_resident());
  } else {
    (void)parallel_isr_host_interrupt(PORT);
  }
  if (stress_random(4u) == 0u) take_nameless(&waiters[thread][0]);
}

static bool guest_comes(driver *one)
{
  driver_create(one, stress_random(2u) == 0u ? TRUE : FALSE);
  NTSTATUS status = driver_connect(one);
  if (status == STATUS_SUCCESS) {
    CHECK(STRESS_CONNECTING, one->information.Context != NULL && one->information.InterruptObject == PORT);
    return true;
  }
  CHECK(STRESS_CONNECTING, status == STATUS_INSUFFICIENT_RESOURCES);
  CHECK(STRESS_CONNECTING, one->information.Context == NULL && one->information.InterruptObject == NULL);
  stress_happened(STRESS_FULL_CHAIN);
  driver_poison(one);
  return false;
}

/* Nobody comes or goes while the clients are shown: the residents in their order, and this guest, each once. */
typedef struct visit {
  const driver *guest;
  uint32_t residents, guests;
} visit;

static BOOLEAN NTAPI visit_one(PVOID context, const parallel_isr_connection_information *connection)
{
  visit *seen = context;
  const void *one = connection->service.InterruptServiceContext;
  if (seen->residents < current->residents && one == &residents[seen->residents]) seen->residents += 1u;
  if (one == seen->guest) seen->guests += 1u;
  for (uint32_t i = 0u; i < 8u; i++) stress_jitter();
  return TRUE;
}

static void guest_stays(driver *one, uint32_t thread)
{
  PARALLEL_INTERRUPT_INFORMATION information;
  visit seen = {one, 0u, 0u};
  CHECK(STRESS_CONNECTING, parallel_isr_iterate(PORT, visit_one, &seen) == STATUS_SUCCESS);
  CHECK(STRESS_CONNECTING, seen.residents == current->residents && seen.guests == 1u);
  CHECK(STRESS_CONNECTING,
        parallel_isr_connect(PORT, one->token, &one->service, &information) == STATUS_INVALID_PARAMETER);
  for (uint32_t i = stress_random(4u); i > 0u; i--) driver_interrupt(one, thread);
  if (stress_random(2u) == 0u) (void)driver_give_kept(one);
}

/* If it owned the port, that is nobody's in particular now: a stranger may free it. */
static void guest_goes(driver *one)
{
  uint32_t pending = 0u, posted = 0u;
  CHECK(STRESS_CONNECTING, driver_disconnect(one) == STATUS_SUCCESS);
  driver_poison(one);
  for (uint32_t i = 0u; i < STRESS_THREADS; i++) {
    pending += atomic_load_explicit(&one->pending[i], memory_order_relaxed);
    posted += atomic_load_explicit(&one->posted[i], memory_order_relaxed);
  }
  CHECK(STRESS_EVENTS, one->seen + pending == posted);
  if (one->keeps != 0u) {
    device_leave(one);
    CHECK(STRESS_OWNER, parallel_isr_free(PORT, &stranger) == STATUS_SUCCESS);
    stress_happened(STRESS_LEFT_OWNED);
  }
  CHECK(STRESS_CONNECTING, driver_disconnect(one) == STATUS_INVALID_PARAMETER);
}

static void chain_guest(uint32_t thread)
{
  uint32_t i = stress_random(GUESTS);
  driver *one = &guests[thread][i];
  if (is_here[thread][i]) {
    guest_stays(one, thread);
    guest_goes(one);
    is_here[thread][i] = false;
  } else {
    is_here[thread][i] = guest_comes(one);
  }
}

static void chain_thread(uint32_t thread)
{
  play(thread, thread < 2u ? chain_interrupt : chain_guest);
  for (uint32_t i = 0u; i < GUESTS; i++) {
    if (is_here[thread][i]) guest_goes(&guests[thread][i]);
    is_here[thread][i] = false;
  }
}

void stress_chain(const stress_variant *variant, uint32_t scale)
{
  choose(variant, 500u * scale, 12u);
  start();
  stress_run(chain_thread);
  if (fixture.port.backend.line_connects > 1u) stress_happened(STRESS_LINE_FLAPPED);
  check_round();
  finish();
}

/* ---- ownership: ISRs, deferred routines, threads and the queue compete ------------------------------------------- */

static void ownership_interrupt(uint32_t thread)
{
  driver *one = any_resident();
  if (current->signals) {
    driver_post(one, thread);
    stress_deliver(2u + stress_random(2u));
  } else {
    driver_interrupt(one, thread);
  }
  (void)driver_give_kept(any_resident());
  one = any_resident();
  if (stress_random(4u) == 0u && driver_try(one)) driver_give(one);
}

static void ownership_queue(uint32_t thread)
{
  waiter_step(&waiters[thread][stress_random(WAITERS)], true);
}

static void ownership_thread(uint32_t thread)
{
  play(thread, thread < 2u ? ownership_interrupt : ownership_queue);
}

void stress_ownership(const stress_variant *variant, uint32_t scale)
{
  choose(variant, 800u * scale, 12u);
  start();
  stress_run(ownership_thread);
  finish();
}

/* ---- checks: who frees tells who waits --------------------------------------------------------------------------- */

/* The second of three drivers competes with its own deferred routine; one that waits comes before it, one after it. */
static void checks_thread_turn(uint32_t thread)
{
  driver *one = &residents[thread % RESIDENTS];
  if (thread < RESIDENTS && driver_try(one)) driver_give(one);
}

static void checks_thread(uint32_t thread)
{
  play(thread, checks_thread_turn);
}

void stress_checks(const stress_variant *variant, uint32_t scale)
{
  choose(variant, 4000u * scale, 3u);
  start();
  stress_run(checks_thread);
  finish();
}

/* ---- contest: one ownership, and several who change it ----------------------------------------------------------- */

static _Atomic uint32_t freed;
static uint32_t dispatches_before; /* the line was disconnected */
static bool tried, won;

static void contest_free(PVOID token)
{
  NTSTATUS status = parallel_isr_free(PORT, token);
  CHECK(STRESS_OWNER, status == STATUS_SUCCESS || status == STATUS_RESOURCE_NOT_OWNED);
  if (status == STATUS_SUCCESS) (void)atomic_fetch_add_explicit(&freed, 1u, memory_order_relaxed);
}

/* It waits for nothing, and its routines want nothing. */
static void contest_begin(driver *owner, bool owns)
{
  const PARALLEL_INTERRUPT_INFORMATION *information = &owner->information;
  driver_create(owner, TRUE);
  owner->service.DeferredPortCheckRoutine = NULL;
  CHECK(STRESS_CONNECTING, driver_connect(owner) == STATUS_SUCCESS);
  if (owns) CHECK(STRESS_OWNER, information->TryAllocatePortAtInterruptLevel(information->Context) != FALSE);
  tried = !owns;
  won = false;
  atomic_store_explicit(&freed, 0u, memory_order_relaxed);
}

/* Freed once. Who won the port beside his disconnect owns it, but not by name. */
static void contest_end(void)
{
  if (won) contest_free(&stranger);
  CHECK(STRESS_OWNER, atomic_load_explicit(&freed, memory_order_relaxed) == (tried && !won ? 0u : 1u));
  stress_settle();
  stress_check_rest(0u);
  CHECK(STRESS_CONNECTING, fixture.port.connection_count == 0u);
  CHECK(STRESS_ROUTINES, stress_dispatches_begun() == dispatches_before);
}

/* With the only client goes the line. */
static void contest_disconnect(driver *owner)
{
  CHECK(STRESS_CONNECTING, driver_disconnect(owner) == STATUS_SUCCESS);
  dispatches_before = stress_dispatches_begun();
  CHECK(STRESS_ROUTINES, stress_dispatches() == 0u);
  driver_poison(owner);
}

static void contest_interrupts(void)
{
  for (uint32_t i = 0u; i < 4u; i++) (void)parallel_isr_host_interrupt(PORT);
}

/* All free, then one of them disconnects; or one frees while another disconnects: he must not miss that the owner turns
 * nameless; or one tries while another disconnects. */
static void contest_thread(uint32_t thread)
{
  driver *owner = &guests[0][0];
  for (uint32_t round = 0u; round < rounds; round++) {
    bool all = round % 3u == 0u, tries = round % 3u == 1u;
    if (thread == 0u) contest_begin(owner, !tries);
    stress_rendezvous();
    if (all || (thread == 3u && !tries))
      contest_free(owner->token);
    else if (thread == 3u)
      won = owner->information.TryAllocatePortAtInterruptLevel(owner->information.Context) != FALSE;
    else if (thread < 2u)
      contest_interrupts();
    if (thread == 2u) contest_disconnect(owner);
    stress_rendezvous();
    if (thread == 0u) contest_end();
  }
}

void stress_contest(const stress_variant *variant, uint32_t scale)
{
  choose(variant, 3000u * scale, 1u);
  start();
  stress_run(contest_thread);
  CHECK(STRESS_REMOVAL, parallel_isr_remove(PORT) == STATUS_SUCCESS);
}

/* ---- removal: in the middle of all that -------------------------------------------------------------------------- */

static uint32_t remover, remove_at;
static _Atomic uint32_t removals, removed;

/* Afterwards nothing runs and nothing is left to complete. */
static void remove_port(uint32_t thread)
{
  atomic_store_explicit(&stress_removal_begun, 1u, memory_order_relaxed);
  NTSTATUS status = parallel_isr_remove(PORT);
  if (status == STATUS_SUCCESS) {
    CHECK(STRESS_REMOVAL, stress_dispatches() == 0u && stress_dpc_runs() == 0u);
    for (uint32_t i = 0u; i < current->residents; i++) driver_poison(&residents[i]);
    for (uint32_t i = 0u; i < WAITERS; i++) waiter_check_completed(&waiters[thread][i]);
    (void)atomic_fetch_add_explicit(&removals, 1u, memory_order_relaxed);
    atomic_store_explicit(&removed, 1u, memory_order_release);
  } else {
    CHECK(STRESS_REMOVAL, status == STATUS_DELETE_PENDING);
  }
}

static bool is_removed(void)
{
  return atomic_load_explicit(&removed, memory_order_acquire) != 0u;
}

static void removal_interrupts(uint32_t thread)
{
  for (uint32_t turn = 0u; turn < turns; turn++) {
    bool late = is_removed();
    driver *one = any_resident();
    driver_post(one, thread);
    BOOLEAN claimed = parallel_isr_host_interrupt(PORT);
    CHECK(STRESS_REMOVAL, !late || claimed == FALSE);
    one = any_resident();
    if (stress_random(4u) == 0u) {
      bool got = driver_try(one);
      CHECK(STRESS_REMOVAL, !late || !got);
      if (got) driver_give(one);
    }
    (void)driver_give_kept(any_resident());
    stress_run_requested_dpc();
  }
}

static bool removal_guest_comes(driver *one)
{
  bool late = is_removed();
  driver_create(one, TRUE);
  NTSTATUS status = driver_connect(one);
  if (status == STATUS_SUCCESS) {
    CHECK(STRESS_REMOVAL, !late);
    return true;
  }
  CHECK(STRESS_REMOVAL, status == STATUS_DELETE_PENDING);
  driver_poison(one);
  return false;
}

static void removal_guest_goes(driver *one)
{
  bool late = is_removed();
  NTSTATUS status = driver_disconnect(one);
  CHECK(STRESS_REMOVAL, status == STATUS_DELETE_PENDING || (!late && status == STATUS_SUCCESS));
  driver_poison(one);
  if (one->keeps != 0u) {
    device_leave(one);
    CHECK(STRESS_OWNER, parallel_isr_free(PORT, &stranger) == STATUS_SUCCESS);
  }
}

static void removal_work(uint32_t thread)
{
  driver *guest = &guests[thread][0];
  bool here = false;
  for (uint32_t turn = 0u; turn < turns; turn++) {
    if (turn == (thread == remover ? remove_at : turns - 1u)) remove_port(thread);
    bool late = is_removed();
    waiter *one = &waiters[thread][stress_random(WAITERS)];
    uint32_t pending = one->pending;
    waiter_step(one, false);
    CHECK(STRESS_REMOVAL, !late || one->pending == pending);
    if (here) removal_guest_goes(guest);
    here = here ? false : removal_guest_comes(guest);
    stress_run_requested_dpc();
  }
  if (here) removal_guest_goes(guest);
}

static void removal_begin(void)
{
  start();
  remover = 2u + stress_random(2u);
  remove_at = 2u + stress_random(turns - 4u);
  atomic_store(&removals, 0u);
  atomic_store(&removed, 0u);
}

static void removal_end(void)
{
  CHECK(STRESS_REMOVAL, atomic_load(&removals) == 1u);
  if (give_back()) stress_happened(STRESS_REMOVED_OWNED);
  stress_check_rest(1u);
  CHECK(STRESS_REMOVAL, fixture.port.connection_count == 0u);
  CHECK(STRESS_REMOVAL, fixture.port.backend.line_connects == fixture.port.backend.line_disconnects);
  for (uint32_t thread = 0u; thread < STRESS_THREADS; thread++)
    for (uint32_t i = 0u; i < WAITERS; i++) waiter_check_completed(&waiters[thread][i]);
}

static void removal_thread(uint32_t thread)
{
  for (uint32_t round = 0u; round < rounds; round++) {
    if (thread == 0u) removal_begin();
    stress_rendezvous();
    if (thread < 2u)
      removal_interrupts(thread);
    else
      removal_work(thread);
    stress_rendezvous();
    if (thread == 0u) removal_end();
  }
}

void stress_removal(const stress_variant *variant, uint32_t scale)
{
  choose(variant, 300u * scale, 12u);
  stress_run(removal_thread);
}

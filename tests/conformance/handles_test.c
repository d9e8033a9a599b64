/* SPDX-License-Identifier: MIT */
/* Handles (DESIGN 2.1): a connection stays where it is, and a handle that outlives it is noticed until its slot is used
 * again. */
#include "fixture.h"

static void handles_stay_while_others_come_and_go(void)
{
  start();
  connect_all(3);
  PVOID context = carol.information.Context;
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
  CHECK_EQUAL(connect_driver(&dave), STATUS_SUCCESS);
  CHECK(carol.information.Context == context);
  CHECK(try_allocate(&carol));
  CHECK(!try_allocate(&dave));
  free_port(&carol);
  CHECK(try_allocate(&dave));
}

static void handles_of_the_disconnected_are_refused(void)
{
  snapshot before;
  start();
  connect_all(2);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  take_snapshot(&before);
  CHECK(!try_allocate(&alice)); /* the port is free */
  free_port(&alice);
  CHECK(try_allocate(&bob));
  free_port(&alice); /* it is his */
  CHECK_EQUAL(PORT->users, 1);
  free_port(&bob);
  before.port.refused += 3u;
  before.port.check_wanted = 1; /* the free that succeeded */
  CHECK_UNCHANGED(&before);
}

/* The slot that is free for longest is used first: with n slots free, a stale handle survives n - 1 connects. */
static void handles_free_slots_are_used_oldest_first(void)
{
  PVOID slots[FIXTURE_CONNECTIONS];
  start();
  connect_all(4);
  for (uint32_t i = 0; i < 4u; i++) slots[i] = driver_at(i)->information.Context;
  CHECK_EQUAL(disconnect_driver(&carol), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  CHECK_EQUAL(disconnect_driver(&dave), STATUS_SUCCESS);
  CHECK_EQUAL(connect_driver(&alice), STATUS_SUCCESS);
  CHECK(alice.information.Context == slots[2]);
  CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
  CHECK_EQUAL(connect_driver(&bob), STATUS_SUCCESS);
  CHECK(bob.information.Context == slots[0]);
  CHECK_EQUAL(connect_driver(&carol), STATUS_SUCCESS);
  CHECK(carol.information.Context == slots[3]);
  CHECK_EQUAL(connect_driver(&dave), STATUS_SUCCESS);
  CHECK(dave.information.Context == slots[1]);
  interrupt();
  CHECK_LOG("ABCD");
}

static void handles_stale_until_the_slot_is_used_again(void)
{
  start();
  connect_all(1);
  driver stale = alice;
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  for (uint32_t i = 0; i < FIXTURE_CONNECTIONS - 1u; i++) {
    CHECK_EQUAL(connect_driver(&bob), STATUS_SUCCESS);
    CHECK(!try_allocate(&stale));
    CHECK(try_allocate(&bob));
    free_port(&stale);
    CHECK_EQUAL(PORT->users, 1);
    free_port(&bob);
    CHECK_EQUAL(disconnect_driver(&bob), STATUS_SUCCESS);
  }
  CHECK_EQUAL(statistics().refused, 2u * (FIXTURE_CONNECTIONS - 1u));
  CHECK_EQUAL(connect_driver(&bob), STATUS_SUCCESS);
  CHECK(bob.information.Context == stale.information.Context); /* no longer than that */
}

/* A connect that failed with the line used the slot for a moment only. */
static void handles_survive_a_connect_that_fails(void)
{
  fixture.configuration.connection_capacity = 1;
  start();
  alice.token = &alice;
  connect_all(1);
  CHECK(try_allocate(&alice));
  CHECK_EQUAL(disconnect_driver(&alice), STATUS_SUCCESS);
  if (!platform_fail_connect(&fixture.configuration, STATUS_INVALID_PARAMETER)) platform_skip("the line cannot fail");
  CHECK_EQUAL(connect_driver(&bob), STATUS_INVALID_PARAMETER);
  CHECK(!try_allocate(&alice));
  CHECK_EQUAL(PORT->users, 1);
  free_port(&alice); /* hers, under the name that she had */
  CHECK_EQUAL(PORT->users, 0);
}

static void handles_every_one_works_with_every_routine(void)
{
  start();
  connect_all(1);
  PVOID contexts[2] = {nameless(), alice.information.Context};
  for (uint32_t i = 0; i < 2u; i++)
    for (uint32_t k = 0; k < 2u; k++) {
      CHECK(alice.information.TryAllocatePortAtInterruptLevel(contexts[i]));
      CHECK_EQUAL(parallel_isr_query_waiters(contexts[k]), 0);
      alice.information.FreePortFromInterruptLevel(contexts[k]);
      CHECK_EQUAL(PORT->users, 0);
    }
}

static const conformance_case table[] = {
    CASE(handles_stay_while_others_come_and_go),    CASE(handles_of_the_disconnected_are_refused),
    CASE(handles_free_slots_are_used_oldest_first), CASE(handles_stale_until_the_slot_is_used_again),
    CASE(handles_survive_a_connect_that_fails),     CASE(handles_every_one_works_with_every_routine),
};
CASES(handles_cases, table);

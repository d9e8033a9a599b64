# SPDX-License-Identifier: MIT
"""The faults that are seeded to see the proof fail. One is a text that occurs once in its file, however laid out, and
what it is replaced by; functions: those that are proved again, as few as should notice, without "parallel_isr_".

A fault in code should turn its function red; one in a contract its function, if it promises more, or a caller, if it
promises less; one in the logic whatever lives on it.
"""
import collections

Mutant = collections.namedtuple("Mutant", "target name file old new functions")

MUTANTS = []


def room(target, path):
    """Returns the function that adds faults of one file, which functions of a target notice."""

    def fault(name, functions, old, new):
        MUTANTS.append(Mutant(target, name, path, old.strip("\n"), new.strip("\n"),
                              ["parallel_isr_" + function for function in functions.split()]))

    return fault


# ---- the gate: code --------------------------------------------------------------------------------------------------
fault = room("service_gate", "impl/service_gate.h")

fault("passive level is anything up to it", "level_is_device",
      "parallel_isr_backend_level(port) > DISPATCH_LEVEL", "parallel_isr_backend_level(port) >= DISPATCH_LEVEL")
fault("taken by test and store", "gate_try_take", """
  bool taken = parallel_isr_gate_exchange(port, PARALLEL_ISR_GATE_FREE, PARALLEL_ISR_GATE_HELD);
""", """
  bool taken = parallel_isr_backend_load(&port->gate) == PARALLEL_ISR_GATE_FREE;
  //@ ghost parallel_isr_commit();
  if (taken) {
    parallel_isr_backend_store(&port->gate, PARALLEL_ISR_GATE_HELD);
  } else {
    (void)parallel_isr_backend_load(&port->gate);
  }
""")
fault("an interrupt takes a pass that is owed, and forgets it", "gate_try_take",
      "parallel_isr_gate_exchange(port, PARALLEL_ISR_GATE_FREE, PARALLEL_ISR_GATE_HELD)",
      "parallel_isr_gate_exchange(port, PARALLEL_ISR_GATE_AGAIN, PARALLEL_ISR_GATE_HELD)")
fault("whoever tries holds", "gate_try_take",
      "//@ ghost if (taken) g_now.holder = g_me;", "//@ ghost g_now.holder = g_me;")
fault("AGAIN is looked at and not set", "gate_ask_again",
      "uint32_t old = parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_AGAIN);",
      "uint32_t old = parallel_isr_backend_load(&port->gate);")
fault("an interrupt sets WANTED", "gate_ask_again",
      "parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_AGAIN)",
      "parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_WANTED)")
fault("who asks first for a free gate tries again, who asks second does not", "gate_ask_again",
      "return old == PARALLEL_ISR_GATE_FREE || old == PARALLEL_ISR_GATE_AGAIN;",
      "return old == PARALLEL_ISR_GATE_FREE;")
fault("a pass that was asked for is not owed", "gate_ask_again", "//@ ghost g_now.owed = 1;", "")
fault("AGAIN is left behind by him who serves it", "gate_try_take_owed",
      "parallel_isr_gate_exchange(port, PARALLEL_ISR_GATE_AGAIN, PARALLEL_ISR_GATE_HELD)",
      "parallel_isr_gate_exchange(port, PARALLEL_ISR_GATE_AGAIN, PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_AGAIN)")
fault("the second chance does not take the debt over", "gate_try_take_owed",
      "g_now.again = 0; g_now.debt = 1; }", "g_now.again = 0; }")
fault("an acquirer sets AGAIN", "gate_want gate_acquire",
      "parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_WANTED)",
      "parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_AGAIN)")
fault("an acquirer takes a gate that is held", "gate_try_take_wanted",
      "if (old == PARALLEL_ISR_GATE_WANTED || old == PARALLEL_ISR_GATE_WANTED + PARALLEL_ISR_GATE_AGAIN) {",
      "if (old >= PARALLEL_ISR_GATE_WANTED) {")
fault("an acquirer loses AGAIN", "gate_try_take_wanted",
      "old - PARALLEL_ISR_GATE_WANTED + PARALLEL_ISR_GATE_HELD", "PARALLEL_ISR_GATE_HELD")
fault("acquired below DIRQL", "gate_acquire",
      "parallel_isr_backend_enter(port); if (!parallel_isr_gate_try_take(port)) {",
      "if (!parallel_isr_gate_try_take(port)) {")
fault("an acquirer waits without having said so", "gate_acquire", "parallel_isr_gate_want(port); /*@", "/*@")
fault("an acquirer does not let others go on", "gate_acquire",
      "while (!parallel_isr_gate_try_take_wanted(port)) parallel_isr_backend_relax();",
      "while (!parallel_isr_gate_try_take_wanted(port)) { }")
fault("left by a store", "gate_try_leave", """
  bool left = parallel_isr_backend_compare_exchange(&port->gate, PARALLEL_ISR_GATE_HELD, PARALLEL_ISR_GATE_FREE);
""", """
  parallel_isr_backend_store(&port->gate, PARALLEL_ISR_GATE_FREE);
  bool left = true;
""")
fault("AGAIN is taken over by a load", "gate_take_again",
      "parallel_isr_backend_fetch_and(&port->gate, ~PARALLEL_ISR_GATE_AGAIN)",
      "parallel_isr_backend_load(&port->gate)")
fault("the holder takes over only what nobody waits behind", "gate_take_again", """
  return old == PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_AGAIN ||
         old == PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_AGAIN + PARALLEL_ISR_GATE_WANTED;
""", """
  return old == PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_AGAIN;
""")
fault("left with the wrong bit", "gate_leave",
      "parallel_isr_backend_fetch_and(&port->gate, ~PARALLEL_ISR_GATE_HELD)",
      "parallel_isr_backend_fetch_and(&port->gate, ~PARALLEL_ISR_GATE_AGAIN)")
fault("left with a pass owed, and no DPC requested", "gate_leave", """
    parallel_isr_backend_request_dpc(port);
    //@ ghost g_now.dpc = 1;
    //@ ghost g_now.promised = g_now.promised - g_mine.promised;
""", """
    //@ ghost parallel_isr_observe();
    //@ ghost g_now.promised = g_now.promised - g_mine.promised;
""")
fault("left with a pass owed, and nobody promises to ask for the DPC", "gate_leave",
      "//@ ghost if (g_now.again == 1) { g_mine.promised = 1; g_now.promised = g_now.promised + 1; }", "")
fault("the DPC is requested only if an acquirer waits", "gate_leave",
      "if (old != PARALLEL_ISR_GATE_HELD && old != PARALLEL_ISR_GATE_HELD + PARALLEL_ISR_GATE_WANTED) {",
      "if (old > PARALLEL_ISR_GATE_WANTED) {")
fault("interrupts come back before the gate is left", "gate_release",
      "parallel_isr_gate_leave(port); parallel_isr_backend_exit(port);",
      "parallel_isr_backend_exit(port); parallel_isr_gate_leave(port);")
fault("the level is not restored", "gate_release",
      "parallel_isr_gate_leave(port); parallel_isr_backend_exit(port);", "parallel_isr_gate_leave(port);")

# ---- the gate: contracts and logic -----------------------------------------------------------------------------------
fault("contract: taking the gate gives nothing", "gate_try_take",
      r"ensures guarded: \result == \true ==> Tables(port);", "")
fault("contract: a first try gives nothing", "gate_acquire", r"""
    ensures  received: \result == \true ==> Tables(port);
    ensures  mutex:    g_locked == 1 ==> g_connections == \old(g_connections);
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_take(parallel_isr_port *port)
""", """
*/
PARALLEL_ISR_INTERNAL bool parallel_isr_gate_try_take(parallel_isr_port *port)
""")
fault("contract: WANTED may be somebody else's", "gate_acquire",
      "ensures wanted: g_now.waiter == g_me && g_now.holder != g_me;", "")
fault("contract: the tables may be left as they are", "gate_try_leave", r"""
    requires held:     Holds && g_now.waiter != g_me && g_now.debt == 0 && g_now.serving == 0 && Tables(port);
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  left:     \result
""", r"""
    requires held:     Holds && g_now.waiter != g_me && g_now.debt == 0 && g_now.serving == 0;
    terminates \true;  exits \false;
    assigns  PARALLEL_ISR_SPEC_STEP;
    ensures  ready:    Ready && KeepsLock{Pre, Post} && KeepsPort{Pre, Post} && KeepsMine{Pre, Post};
    ensures  left:     \result
""")
fault("contract: a second chance without having asked", "gate_try_take_owed",
      "requires outside: Outside && g_level > DISPATCH_LEVEL && g_mine.asking == 1;",
      "requires outside: Outside && g_level > DISPATCH_LEVEL;")
fault("contract: who waits may have stopped waiting", "gate_acquire",
      "loop invariant waits: Ready && g_now.waiter == g_me && g_now.holder != g_me && g_now.locker == g_me;",
      r"loop invariant waits: \true;")

fault = room("service_gate", "spec/interference.acsl")

fault("rely: others may clear WANTED", "gate_try_take_wanted",
      "(a.holder == me <==> b.holder == me) && (a.waiter == me <==> b.waiter == me) &&",
      "(a.holder == me <==> b.holder == me) &&")
fault("rely: others may give the gate up", "gate_try_leave gate_leave",
      "(a.holder == me <==> b.holder == me) && (a.waiter == me <==> b.waiter == me) &&",
      "(a.waiter == me <==> b.waiter == me) &&")

fault = room("service_gate", "spec/shared_state.acsl")

fault("invariant: two may wait for the gate", "gate_want",
      "(s.waiter != 0 ==> s.waiter == s.locker && s.waiter != s.holder) &&", "")
fault("invariant: a free gate may have a debt", "gate_try_take",
      "(s.holder == 0 ==> s.debt == 0 && s.serving == 0) &&", "")
fault("invariant: who asked is nobody who comes", "gate_ask_again",
      "s.dpc == 1 || s.promised > 0 || s.asking > 0)", "s.dpc == 1 || s.promised > 0)")
fault("invariant: who promised is nobody who comes", "gate_leave",
      "s.dpc == 1 || s.promised > 0 || s.asking > 0)", "s.dpc == 1 || s.asking > 0)")
fault("word: AGAIN is the bit of WANTED", "gate_ask_again",
      "(s.again != 0 ? 2 : 0) + (s.waiter != 0 ? 4 : 0)", "(s.again != 0 ? 4 : 0) + (s.waiter != 0 ? 2 : 0)")

# ---- the gate: more of both ------------------------------------------------------------------------------------------
fault = room("service_gate", "impl/service_gate.h")

fault("WANTED is looked at and not set", "gate_want",
      "(void)parallel_isr_backend_fetch_or(&port->gate, PARALLEL_ISR_GATE_WANTED);",
      "(void)parallel_isr_backend_load(&port->gate);")
fault("the gate is said to be left, and is not", "gate_try_leave",
      "//@ ghost if (left) g_now.holder = 0;", "//@ ghost g_now.holder = 0;")
fault("a step without a commit", "gate_want",
      "//@ ghost g_now.waiter = g_me;\n  //@ ghost parallel_isr_commit();", "//@ ghost g_now.waiter = g_me;")
fault("a loop that waits without end", "gate_acquire", "loop variant g_patience; */", "loop variant 1; */")
fault("contract: the mutex does not keep the connections", "gate_acquire", """
    ensures  not:      \\result == \\false ==> g_now.waiter == g_me && g_now.holder != g_me;
    ensures  received: \\result == \\true ==> Tables(port);
    ensures  mutex:    g_locked == 1 ==> g_connections == \\old(g_connections);
""", """
    ensures  not:      \\result == \\false ==> g_now.waiter == g_me && g_now.holder != g_me;
    ensures  received: \\result == \\true ==> Tables(port);
""")
fault = room("service_gate", "spec/interference.acsl")
fault("rely: others may take the gate from its holder", "gate_take_again",
      "(a.holder == me <==> b.holder == me) && (a.waiter == me <==> b.waiter == me) &&",
      "(a.waiter == me <==> b.waiter == me) &&")
fault("rely: contradicts itself", "gate_take_again",
      "(a.holder == me <==> b.holder == me) && (a.waiter == me <==> b.waiter == me) &&",
      "(a.holder == me <==> b.holder != me) && (a.waiter == me <==> b.waiter == me) &&")

# ---- ownership: code -------------------------------------------------------------------------------------------------
fault = room("port_ownership", "impl/port_ownership.h")

fault("an atomic counter does not stop at its limit", "count_atomic",
      "if (count < PARALLEL_ISR_COUNTER_LIMIT) { (void)", "{ (void)")
fault("a counter overflows", "count", "if (*counter < UINT32_MAX) *counter += 1u;", "*counter += 1u;")
fault("checks are owed, and no DPC is requested", "request_checks", """
    parallel_isr_backend_request_dpc(port);
    //@ ghost g_now.dpc = 1;
    //@ ghost g_mine.looking = 0;
""", """
    //@ ghost parallel_isr_observe();
    //@ ghost g_mine.looking = 0;
""")
fault("owned by test and store", "users_try_take", """
  bool taken = parallel_isr_backend_compare_exchange(&port->users, 0u, 1u);
""", """
  bool taken = parallel_isr_backend_load(&port->users) == 0u;
  //@ ghost parallel_isr_commit();
  if (taken) {
    parallel_isr_backend_store(&port->users, 1u);
  } else {
    (void)parallel_isr_backend_load(&port->users);
  }
""")
fault("an owner counts twice", "users_try_take",
      "parallel_isr_backend_compare_exchange(&port->users, 0u, 1u)",
      "parallel_isr_backend_compare_exchange(&port->users, 0u, 2u)")
fault("a port with one user is taken", "users_try_take",
      "parallel_isr_backend_compare_exchange(&port->users, 0u, 1u)",
      "parallel_isr_backend_compare_exchange(&port->users, 1u, 2u)")
fault("an owner without a name", "owner_set",
      "parallel_isr_backend_store_pointer(&port->owner, client)",
      "parallel_isr_backend_store_pointer(&port->owner, NULL)")
fault("an owner is cleared by a store", "owner_try_clear", """
  bool cleared = parallel_isr_backend_compare_exchange_pointer(&port->owner, owner, NULL);
""", """
  parallel_isr_backend_store_pointer(&port->owner, NULL);
  bool cleared = true;
""")
fault("nameless by a store", "owner_make_nameless",
      "(void)parallel_isr_backend_compare_exchange_pointer(&port->owner, client,"
      " parallel_isr_identity(&port->nameless));",
      "parallel_isr_backend_store_pointer(&port->owner, parallel_isr_identity(&port->nameless));")
fault("a user who goes is still counted", "users_leave",
      "parallel_isr_backend_fetch_sub(&port->users, 1u)", "parallel_isr_backend_load(&port->users)")
fault("the head of the queue is promised nothing", "users_leave",
      "g_mine.promised = 1; g_now.promised = g_now.promised + 1;", "")
fault("a failed try looks before it asks", "owe_check", """
  parallel_isr_backend_store(&port->check_wanted, 1u);
  //@ ghost g_now.check = 1;
  //@ ghost if (g_now.deferred > 0) g_now.due = 1;
  //@ ghost g_mine.failed = 0;
  //@ ghost g_mine.looking = 1;
  //@ ghost g_now.looking = g_now.looking + 1;
  //@ ghost parallel_isr_commit();
  uint32_t users = parallel_isr_backend_load(&port->users);
  //@ ghost if (users != 0) { g_mine.looking = 0; g_now.looking = g_now.looking - 1; }
  //@ ghost parallel_isr_commit();
""", """
  uint32_t users = parallel_isr_backend_load(&port->users);
  //@ ghost parallel_isr_commit();
  parallel_isr_backend_store(&port->check_wanted, 1u);
  //@ ghost g_now.check = 1;
  //@ ghost if (g_now.deferred > 0) g_now.due = 1;
  //@ ghost g_mine.failed = 0;
  //@ ghost if (users == 0) { g_mine.looking = 1; g_now.looking = g_now.looking + 1; }
  //@ ghost parallel_isr_commit();
""")
fault("a failed try on a port that has become free asks for nothing", "owe_check",
      "if (users == 0u) parallel_isr_request_checks(port);", "")
fault("a failed try leaves nothing behind", "try_allocate",
      "parallel_isr_owe_check(port); return false;", "return false;")
fault("an owner who does not say who he is", "try_allocate",
      "parallel_isr_owner_set(port, client); return true;", "return true;")
fault("anybody frees", "owner_release",
      "if (owner == NULL || (owner != client && owner != nameless && client != nameless)) return false;",
      "if (owner == NULL) return false;")
fault("an ownerless port is freed", "owner_release",
      "if (owner == NULL || (owner != client && owner != nameless && client != nameless)) return false;",
      "if (owner != client && owner != nameless && client != nameless) return false;")
fault("a refused free goes on", "free",
      "parallel_isr_count_atomic(&port->refused); return STATUS_RESOURCE_NOT_OWNED; }",
      "parallel_isr_count_atomic(&port->refused); }")
fault("one request waits, and is not told", "free",
      "if (parallel_isr_users_leave(port) > 1u) {", "if (parallel_isr_users_leave(port) > 2u) {")
fault("checks are wanted when the port becomes free, and nobody is told", "free",
      "if (wanted != 0u) parallel_isr_request_checks(port);", "")
fault("nobody waits: minus one", "query_waiters", "return users > 0u ? users - 1u : 0u;", "return users - 1u;")

fault("whoever tries is told TRUE", "try_allocate_port",
      "if (!parallel_isr_try_allocate(handle->port, client)) return FALSE;",
      "(void)parallel_isr_try_allocate(handle->port, client);")
fault("taken, and not told", "try_allocate", "parallel_isr_owner_set(port, client); return true;",
      "parallel_isr_owner_set(port, client); return false;")
fault("everybody frees as nobody", "free",
      "PVOID caller = client != NULL ? client : parallel_isr_identity(&port->nameless);",
      "PVOID caller = parallel_isr_identity(&port->nameless);")
fault("nobody notices that the port was taken", "users_try_take", "g_now.transit = g_me; g_granted = 1; }",
      "g_now.transit = g_me; }")

# ---- ownership: contracts and logic ----------------------------------------------------------------------------------
fault("contract: anybody may clear the owner", "owner_try_clear",
      r"requires may: MayFree(g_client, owner, g_nameless); terminates \true;", r"terminates \true;")
fault("contract: a name without the count", "owner_set",
      r"requires ready: Ready && port == g_port && g_now.transit == g_me && client != \null;",
      r"requires ready: Ready && port == g_port && client != \null;")
fault("contract: a failed try keeps nothing", "try_allocate",
      r"""ensures failed: \result == \false ==> g_now.transit != g_me && g_mine.failed == 1 &&
          KeepsMineButFailed{Pre, Post};""", "")
fault("contract: what release says means nothing", "free",
      r"ensures released: \result == \true <==> g_now.transit == g_me;", "")
fault("contract: who goes may promise or not", "free",
      "ensures looking: g_mine.looking == 1 - g_mine.promised;", "")

fault = room("port_ownership", "spec/interference.acsl")

fault("rely: others may finish my change of owner", "owner_set",
      "(a.transit == me <==> b.transit == me);", r"\true;")

fault = room("port_ownership", "spec/shared_state.acsl")

fault("invariant: an owner's name may stand while he changes", "owner_try_clear",
      r"(s.owner != \null ==> s.owned == 1 && s.transit == 0) &&", "")
fault("invariant: a free port may be on its way", "users_try_take", "(s.owned == 0 ==> s.transit == 0) &&", "")
fault("word: an owner is no user", "users_try_take", "s.queued + s.owned + s.place;", "s.queued + s.place;")

# ---- the chain -------------------------------------------------------------------------------------------------------
fault = room("isr_chain", "impl/isr_chain.h")

fault("the last connection is not called", "chain_pass",
      "for (uint32_t position = 0u; position < port->connection_count; position++)",
      "for (uint32_t position = 0u; position + 1u < port->connection_count; position++)")
fault("one routine is called for all", "chain_call",
      "connection->service.InterruptServiceRoutine(parallel_isr_backend_interrupt_object(port),\n"
      "                                                        connection->service.InterruptServiceContext)",
      "FALSE")
fault("a pass that is owed is not started", "chain_pass", "//@ ghost g_now.debt = 0;", "")
fault("a position behind the last", "chain_at",
      "return &connections[connections[position].order];", "return &connections[connections[position + 1u].order];")
fault("the order keeps the slot that left", "chain_retire",
      "  connections[last].order = slot;\n  //@ ghost g_slot_position[slot] = last;",
      "  connections[last].order = 0u;\n  //@ ghost g_slot_position[slot] = last;")
fault("one too few moves up", "chain_retire",
      "for (uint32_t i = position; i < last; i++) {", "for (uint32_t i = position; i + 1u < last; i++) {")
fault("invariant: the order may lose a slot", "chain_retire", """
                                g_slots[j].order <= last && g_slots[j].order != slot &&
                                g_slot_position[g_slots[j].order] == j;
""", """
                                g_slots[j].order <= last;
""")
fault("a deferred routine leaves uncounted", "chain_clear", "//@ ghost g_now.deferred = g_now.deferred - 1;", "")
fault("a slot keeps its routine", "chain_clear", "connection->service.InterruptServiceRoutine = NULL;", "")
fault("a check position of a connection that is gone", "chain_shrink",
      "port->check_position -= 1u;", "")
fault("a connection nobody counts", "chain_fill", "port->connection_count += 1u;", "")
fault("contract: an append of who is there", "chain_fill", r"""
    requires new:      Absent(g_slots, g_slot_count, service.InterruptServiceRoutine, service.InterruptServiceContext);
    terminates \true;  exits \false;
    assigns  port->connection_count,""", r"""
    terminates \true;  exits \false;
    assigns  port->connection_count,""")
fault("a context of somebody else", "chain_fill",
      "connection->service.InterruptServiceContext = service.InterruptServiceContext;",
      "connection->service.InterruptServiceContext = service.DeferredPortCheckContext;")
fault("an append behind the capacity", "chain_append",
      "requires held:     Holds && g_now.waiter != g_me && g_locked == 1 && Tables(port) &&\n"
      "                       port->connection_count < g_slot_count;",
      "requires held:     Holds && g_now.waiter != g_me && g_locked == 1 && Tables(port);")
fault("passes without end", "chain_serve", "while (again && passes < PARALLEL_ISR_MAX_PASSES) {", "while (again) {")
fault("the storm window overflows", "chain_judge", "port->window_interrupts = 0u;", "")
fault("the gate is left with the debt", "chain_leave", """
  if (!parallel_isr_gate_is_wanted(port) && parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);
""", """
  if (!parallel_isr_gate_is_wanted(port)) (void)parallel_isr_gate_take_again(port);
""")
fault("contract: a pass may leave the debt", "chain_serve", "ensures  served:   g_now.debt == 0;\n    ensures  all:",
      "ensures  all:")
fault("a round on a port that is taken ends with its debt", "chain_check_round",
      "if (done < count) parallel_isr_owe_check(port);", "")
fault("a round leaves the first out", "chain_check_round",
      "if (connection->service.DeferredPortCheckRoutine != NULL) parallel_isr_chain_check",
      "if (done != 0u && connection->service.DeferredPortCheckRoutine != NULL) parallel_isr_chain_check")
fault("a round starts at the first", "chain_check_round", "uint32_t position = port->check_position;",
      "uint32_t position = 0u;")
fault("a client is said to be told, and is not", "chain_check",
      "connection->service.DeferredPortCheckRoutine(connection->service.DeferredPortCheckContext);", "")
fault("checks at a position that is none", "chain_check_round",
      "position = position + 1u < count ? position + 1u : 0u;", "position = position + 1u;")

fault("an ISR gets the context of another", "chain_call", """
  claimed = connection->service.InterruptServiceRoutine(parallel_isr_backend_interrupt_object(port),
                                                        connection->service.InterruptServiceContext);
""", """
  claimed = connection->service.InterruptServiceRoutine(parallel_isr_backend_interrupt_object(port),
      port->configuration->connections[0].service.InterruptServiceContext);
""")
fault("a pass calls the first client each time", "chain_pass",
      "parallel_isr_chain_call(port, parallel_isr_chain_at(port, position))",
      "parallel_isr_chain_call(port, parallel_isr_chain_at(port, 0u))")
fault("a deferred routine gets the ISR's context", "chain_check",
      "connection->service.DeferredPortCheckRoutine(connection->service.DeferredPortCheckContext);",
      "connection->service.DeferredPortCheckRoutine(connection->service.InterruptServiceContext);")
fault("who leaves takes another's context along", "chain_remove", """
  parallel_isr_chain_shrink(port, position);
  parallel_isr_owner_make_nameless(port, client);
""", """
  parallel_isr_chain_shrink(port, position);
  port->configuration->connections[0].service.DeferredPortCheckContext = NULL;
  parallel_isr_owner_make_nameless(port, client);
""")
fault("a round that is cut short begins anew", "chain_check_round",
      "port->check_position = done < count ? position : 0u;", "port->check_position = 0u;")
fault("a round ends before the last client", "chain_check_round",
      "//@ ghost g_cut = done < count ? 1 : 0;", "//@ ghost g_cut = 0;")
fault("who leaves takes the debt of a round along", "chain_clear",
      "//@ ghost if (g_now.deferred == 0) g_now.due = 0;", "//@ ghost g_now.due = 0;")
fault("a pass forgives what came after it began", "chain_pass",
      "//@ ghost if (g_now.again == 0) g_now.owed = 0;", "//@ ghost g_now.owed = 0;")

# ---- the queue -------------------------------------------------------------------------------------------------------
fault = room("allocation_queue", "impl/allocation_queue.h")

fault("a request without its client", "queue_append", "request->client = client;", "request->client = NULL;")
fault("last come, first served", "queue_append", "parallel_isr_queue_at(port, parallel_isr_queue_end(port))",
      "parallel_isr_queue_at(port, port->ended_count)")
fault("a request that ended still waits", "queue_conclude", "requests[slot].status = status;", "")
fault("a request ends at another's place", "queue_conclude",
      "for (uint32_t i = position; i > first; i--) {", "for (uint32_t i = position; i > first + 1u; i--) {")
fault("a completion is called twice", "queue_retire_first", "request->completion = NULL;", "")
fault("the oldest free slot is lost", "queue_rotate", "requests[last].order = slot;", "")
fault("handed over while somebody owns", "queue_hand_over",
      "if (port->queue_length == 0u || users != port->queue_length) return;", "if (port->queue_length == 0u) return;")
fault("handed over to nobody", "queue_hand_over",
      "parallel_isr_count(&port->handovers);\n  parallel_isr_owner_set(port, client);",
      "parallel_isr_count(&port->handovers);")
fault("room is not tested", "queue_allocate",
      "if (parallel_isr_queue_is_full(port)) return STATUS_INSUFFICIENT_RESOURCES;", "")
fault("an owner without a name", "queue_allocate", "parallel_isr_owner_set(port, client);\n    return", "return")
fault("a waiting request is withdrawn and counted on", "queue_withdraw",
      "if (parallel_isr_users_leave(port) == 1u) parallel_isr_owe_check(port);", "")
fault("the completion of a withdrawn request is forgotten", "queue_withdraw",
      "parallel_isr_backend_request_dpc(port); /* for the completion call */", "")
fault("contract: a full queue may be anything", "queue_allocate", """
    ensures  full:     \\result == \\true <==> port->ended_count + port->queue_length == g_request_count;
""", "")

fault("who came last is served first", "queue_hand_over", """
  PVOID client = parallel_isr_queue_at(port, port->ended_count)->client;
  parallel_isr_queue_conclude(port, port->ended_count, STATUS_SUCCESS);
""", """
  PVOID client = parallel_isr_queue_at(port, port->ended_count + port->queue_length - 1u)->client;
  parallel_isr_queue_conclude(port, port->ended_count + port->queue_length - 1u, STATUS_SUCCESS);
""")
fault("a completion gets another's context", "queue_take_ended", "ended.context = request->context;",
      "ended.context = request->client;")
fault("the head of the queue is cancelled instead", "queue_cancel", "parallel_isr_queue_withdraw(port, position, ",
      "parallel_isr_queue_withdraw(port, port->ended_count, ")
fault("cancelled, though nobody asked", "queue_cancel",
      "if (position == parallel_isr_queue_end(port)) return STATUS_NOT_FOUND;",
      "if (position == parallel_isr_queue_end(port)) return STATUS_SUCCESS;")
fault("a request that waits is not found", "queue_cancel", "if (position == parallel_isr_queue_end(port)) return",
      "if (position != port->ended_count) return")
fault("the slot of another is emptied", "queue_retire_first", "  request->context = NULL;\n",
      "  port->configuration->requests[0].context = NULL;\n")
fault("a request is written over another", "queue_append", "  request->context = context;\n",
      "  request->context = context;\n  port->configuration->requests[0].context = context;\n")
fault("a request is queued for nobody in particular", "queue_append", "request->client = client;",
      "request->client = port;")
fault("a try for the queue is told nothing", "allocate", "if (completion == NULL) return STATUS_INVALID_PARAMETER;",
      "if (completion == NULL) return STATUS_NOT_SUPPORTED;")

# ---- the DPC ---------------------------------------------------------------------------------------------------------
fault = room("deferred_procedure", "impl/deferred_procedure.h")

fault("the debt of the gate is taken over and not served", "dpc_serve_all",
      "if (parallel_isr_gate_take_again(port)) (void)parallel_isr_chain_serve(port);",
      "(void)parallel_isr_gate_take_again(port);")
fault("a completion call says what is not so", "run_dpc", "ended.completion(ended.context, ended.status);",
      "ended.completion(ended.context, STATUS_SUCCESS);")
fault("a completion call for the port's context", "run_dpc", "ended.completion(ended.context, ended.status);",
      "ended.completion(port, ended.status);")
fault("the head of the queue is not looked at", "dpc_serve_all", "parallel_isr_queue_hand_over(port);", "")
fault("checks are taken over and not made", "dpc_serve_all",
      "if (parallel_isr_dpc_takes_checks(port)) parallel_isr_chain_check_round(port);",
      "(void)parallel_isr_dpc_takes_checks(port);")
fault("a debt is taken over on a port that is taken, and forgotten", "dpc_takes_checks", """
  if (users != 0u) return false;
  uint32_t wanted = parallel_isr_backend_exchange(&port->check_wanted, 0u);
  //@ ghost g_now.serving = wanted != 0 ? PARALLEL_ISR_SPEC_SERVES_ROUND : PARALLEL_ISR_SPEC_SERVES_NOTHING;
""", """
  uint32_t wanted = parallel_isr_backend_exchange(&port->check_wanted, 0u);
  if (users != 0u) wanted = 0u;
  //@ ghost g_now.serving = wanted != 0 ? PARALLEL_ISR_SPEC_SERVES_ROUND : PARALLEL_ISR_SPEC_SERVES_NOTHING;
""")
fault("the DPC leaves the lock to nobody", "dpc_serve", "parallel_isr_backend_exit(port);", "")
fault("completion of no request", "run_dpc", "if (ended.completion != NULL) {", "{")

fault("a request completes twice", "run_dpc", "ended.completion(ended.context, ended.status);", """
    ended.completion(ended.context, ended.status);
    //@ calls parallel_isr_any_completion;
    ended.completion(ended.context, ended.status);
""")

# ---- the line --------------------------------------------------------------------------------------------------------
fault = room("interrupt_connection", "impl/interrupt_connection.h")

fault("connected behind the removal", "connect_locked",
      "if (removed != 0u) return STATUS_DELETE_PENDING;\n  if (port->configuration->connect_version",
      "if (port->configuration->connect_version")
fault("the line is never connected", "connect_locked",
      "if (status == STATUS_SUCCESS && !port->line_connected) {", "if (false) {")
fault("a client stays without a line", "connect_locked",
      "if (status != STATUS_SUCCESS) parallel_isr_connect_undo(port, previous);", "")
fault("a client is told nothing", "connect_client", "parallel_isr_connect_tell(port, connection, information);", "")
fault("a client is connected twice", "connect_client",
      "if (position < port->connection_count) return STATUS_INVALID_PARAMETER;", "(void)position;")
fault("a connect without room", "connect_client",
      "if (port->connection_count == port->configuration->connection_capacity) return STATUS_INSUFFICIENT_RESOURCES;",
      "")
fault("a connection that is twice there", "connect_service",
      "if (status != STATUS_SUCCESS) parallel_isr_connect_forget(port, information);", "")
fault("output that is not defined", "connect",
      "if (information != NULL) parallel_isr_connect_forget(port, information);", "")
fault("the mutex stays locked", "disconnect",
      "NTSTATUS status = parallel_isr_disconnect_locked(port, service);\n  parallel_isr_backend_unlock(port);",
      "NTSTATUS status = parallel_isr_disconnect_locked(port, service);")
fault("the line stays connected", "disconnect_locked", "if (last) parallel_isr_disconnect_last(port);", "")
fault("the line is disconnected under the gate", "disconnect_locked", """
  parallel_isr_gate_release(port);
  if (last) parallel_isr_disconnect_last(port);
""", """
  if (last) parallel_isr_disconnect_last(port);
  parallel_isr_gate_release(port);
""")
fault("a disconnect that finds nobody succeeds", "disconnect_locked",
      "return found ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;", "return STATUS_SUCCESS;")
fault("a disconnect that finds somebody fails", "disconnect_locked",
      "return found ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;", "return STATUS_INVALID_PARAMETER;")
fault("a disconnect looks for another context", "disconnect_client",
      "parallel_isr_chain_find(port, routine, context);", "parallel_isr_chain_find(port, routine, NULL);")
fault("who is to leave is found, and stays", "disconnect_client",
      "parallel_isr_chain_remove(port, position); return true;", "return true;")

fault("connected with another context", "connect",
      "wanted.InterruptServiceContext = service->InterruptServiceContext;",
      "wanted.InterruptServiceContext = service->DeferredPortCheckContext;")
fault("a second time is one too many", "connect_client",
      "if (position < port->connection_count) return STATUS_INVALID_PARAMETER;",
      "if (position < port->connection_count) return STATUS_INSUFFICIENT_RESOURCES;")
fault("no line is none there", "connect_locked",
      "if (port->configuration->connect_version == 0u) return STATUS_NOT_SUPPORTED;",
      "if (port->configuration->connect_version == 0u) return STATUS_NOT_FOUND;")

# ---- the life of a port ----------------------------------------------------------------------------------------------
fault = room("port_lifetime", "impl/port_lifetime.h")

fault("more slots than there may be", "configuration_is_valid", """
         configuration->connection_capacity <= PARALLEL_ISR_MAX_CONNECTIONS &&
         configuration->request_capacity <= PARALLEL_ISR_MAX_REQUESTS &&
         (configuration->requests != NULL
""", """
         configuration->request_capacity <= PARALLEL_ISR_MAX_REQUESTS &&
         (configuration->requests != NULL
""")
fault("a slot that has a routine", "initialize_connection", "connection->service.InterruptServiceRoutine = NULL;", "")
fault("a table without an order", "initialize_request", "request->order = (uint16_t)slot;", "request->order = 0u;")
fault("a count that is not 0", "initialize_port", "port->connection_count = 0u;", "")
fault("removed twice", "remove_begin", "if (removed != 0u) return false;", "")
fault("a request still waits", "remove_begin", "while (port->queue_length != 0u)", "while (port->queue_length > 1u)")
fault("one client stays", "remove_locked", "while (parallel_isr_remove_client(port)) {\n  }",
      "while (parallel_isr_remove_client(port)) {\n    break;\n  }")
fault("the line stays", "remove_locked", "if (port->line_connected) parallel_isr_disconnect_last(port);", "")
fault("the DPC is drained under the mutex", "remove", """
  parallel_isr_backend_unlock(port);
  if (status == STATUS_SUCCESS) {
    parallel_isr_backend_drain_dpc(port);
    parallel_isr_backend_uninitialize(port);
  }
""", """
  if (status == STATUS_SUCCESS) {
    parallel_isr_backend_drain_dpc(port);
    parallel_isr_backend_uninitialize(port);
  }
  parallel_isr_backend_unlock(port);
""")

# ---- queries ---------------------------------------------------------------------------------------------------------
fault = room("port_query", "impl/port_query.h")

fault("statistics without the gate", "query_statistics", """
    parallel_isr_gate_acquire(port);
    copy = parallel_isr_copy_statistics(port);
    parallel_isr_gate_release(port);
""", """
    copy = parallel_isr_copy_statistics(port);
""")
fault("nothing is written at a device level", "query_statistics", """
  parallel_isr_tell_statistics(port, copy, statistics);
  return status;
""", """
  if (status == STATUS_SUCCESS) parallel_isr_tell_statistics(port, copy, statistics);
  return status;
""")
fault("a connection that is not there", "copy_connection", "if (position < port->connection_count) {",
      "if (position <= port->connection_count) {")
fault("clients come and go meanwhile", "iterate", "parallel_isr_backend_lock(port); /*", "/*")
fault("a visit under the gate", "visit", """
  parallel_isr_gate_release(port);
  return information.service.InterruptServiceRoutine != NULL && parallel_isr_show(visitor, context, information);
""", """
  bool more = information.service.InterruptServiceRoutine != NULL && parallel_isr_show(visitor, context, information);
  parallel_isr_gate_release(port);
  return more;
""")

fault("checks are told as passes", "copy_statistics", "copy.passes = port->passes;", "copy.passes = port->checks;")
fault("claims are told as calls", "copy_connection", "copy.called = connection->called;",
      "copy.called = connection->claimed;")

# ---- the DDI's requests ----------------------------------------------------------------------------------------------
fault = room("device_control", "impl/device_control.h")

fault("a failed request writes the buffer", "control_connect_buffer",
      "if (status == STATUS_SUCCESS) parallel_isr_buffer_write_interrupt(buffer, &information);",
      "parallel_isr_buffer_write_interrupt(buffer, &information);")
fault("output is written before the input is read", "control_connect_buffer", """
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service = parallel_isr_buffer_read_service(buffer);
  PARALLEL_INTERRUPT_INFORMATION information;
""", """
  PARALLEL_INTERRUPT_INFORMATION information;
  parallel_isr_connect_forget(port, &information);
  parallel_isr_buffer_write_interrupt(buffer, &information);
  PARALLEL_INTERRUPT_SERVICE_ROUTINE service = parallel_isr_buffer_read_service(buffer);
""")
fault("information of a request that failed", "control_connect",
      "if (status == STATUS_SUCCESS) request->information = sizeof(PARALLEL_INTERRUPT_INFORMATION);",
      "request->information = sizeof(PARALLEL_INTERRUPT_INFORMATION);")
fault("the input's length is not tested", "control_disconnect",
      "if (request->input_length < sizeof(PARALLEL_INTERRUPT_SERVICE_ROUTINE)) return STATUS_BUFFER_TOO_SMALL;", "")
fault("no buffer at all", "control_port_information",
      "if (request->system_buffer == NULL) return STATUS_INVALID_PARAMETER;\n  information.OriginalController",
      "information.OriginalController")
fault("an unknown request succeeds", "device_control",
      "return parallel_isr_level_is_device(port) ? STATUS_INVALID_DEVICE_STATE : STATUS_INVALID_PARAMETER;",
      "return STATUS_SUCCESS;")
fault("information is left as it was", "device_control", "request->information = 0u;", "")

fault("no buffer is a small one", "control_connect", """
  if (request->system_buffer == NULL) return STATUS_INVALID_PARAMETER;
  status = parallel_isr_control_connect_buffer(
""", """
  if (request->system_buffer == NULL) return STATUS_BUFFER_TOO_SMALL;
  status = parallel_isr_control_connect_buffer(
""")

# ---- the negotiation -------------------------------------------------------------------------------------------------
fault = room("negotiation", "impl/interrupt_negotiation.h")

fault("floating-point state is saved", "check_common", "|| floating != FALSE) return", ") return")
fault("a lock is taken", "check_common", "if (lock != NULL) return STATUS_NOT_SUPPORTED;", "(void)lock;")
fault("a line of a device that has messages", "check_line",
      "return parallel_isr_message_count(port) <= 1u ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;",
      "return STATUS_SUCCESS;")
fault("no messages and no fallback", "check_message",
      "if (parallel_isr_message_count(port) == 0u && wanted->FallBackServiceRoutine == NULL) return STATUS_NOT_FOUND;",
      "")
fault("a synchronisation level below the device's", "check_specified",
      "if (wanted->SynchronizeIrql < wanted->Irql || (group && wanted->Group != 0u)) return STATUS_INVALID_PARAMETER;",
      "if (group && wanted->Group != 0u) return STATUS_INVALID_PARAMETER;")
fault("no processor", "check_specified",
      "if (wanted->ProcessorEnableMask == 0u) return STATUS_INVALID_PARAMETER_10;", "")
fault("a place that is not in the chain", "hand_messages_out",
      "for (uint32_t position = 0u; position < port->connection_count; position++)",
      "for (uint32_t position = 0u; position <= port->connection_count; position++)")
fault("messages are handed out without the gate", "forget_messages", "parallel_isr_gate_acquire(port);", "")
fault("messages are not handed to the first of the chain", "hand_messages_out",
      "for (uint32_t position = 0u; position < port->connection_count; position++)",
      "for (uint32_t position = 1u; position < port->connection_count; position++)")
fault("what was pending is forgotten when more arrives", "add_messages", "->pending |= arrived;",
      "->pending = arrived;")
fault("a client has messages from before it was connected", "forget_messages", "  interrupt->pending = 0u;\n", "")
fault("what is pending is written before the gate is taken", "forget_messages",
      "  parallel_isr_gate_acquire(port);\n  parallel_isr_hand_messages_out(port);\n",
      "  interrupt->pending = 0u;\n  parallel_isr_gate_acquire(port);\n  parallel_isr_hand_messages_out(port);\n")
fault("message 0 is never told", "message_isr", "for (ULONG message = 0u; message < PARALLEL_ISR_MAX_MESSAGES",
      "for (ULONG message = 1u; message < PARALLEL_ISR_MAX_MESSAGES")
fault("messages that did not arrive are told", "message_isr",
      "if ((pending >> message & 1u) != 0u && parallel_isr_call", "if (parallel_isr_call")
fault("a message is told twice", "message_isr", "  client->pending = 0u;\n", "")
fault("a message for another's context", "call_for_message", "client->routine(object, client->context, message);",
      "client->routine(object, (PVOID)client, message);")
fault("another message is told", "call_for_message", "client->routine(object, client->context, message);",
      "client->routine(object, client->context, 0u);")
fault("a message that there cannot be", "message_isr", "message < PARALLEL_ISR_MAX_MESSAGES; message++)",
      "message <= PARALLEL_ISR_MAX_MESSAGES; message++)")
fault("a routine of another kind", "call_for_message",
      "\\valid_read(client) && client == g_listener && client->routine == &parallel_isr_any_message;",
      "\\valid_read(client) && client == g_listener;")
fault("the place of a message is called twice", "message_isr", "//@ ghost g_calls = g_calls + 1;",
      "//@ ghost g_calls = g_calls + 2;")
fault("messages of a client that has none", "connect_messages", "  if (status != STATUS_SUCCESS) return status;\n"
      "  parallel_isr_describe", "  parallel_isr_describe")
fault("one entry too many", "describe_messages",
      "for (ULONG message = 1u; message < table->info.MessageCount; message++)",
      "for (ULONG message = 1u; message <= table->info.MessageCount; message++)")
fault("a connection that failed stands", "connect_line_form",
      "interrupt->version = status == STATUS_SUCCESS ? version : 0u;", "interrupt->version = version;")
fault("an output that is not defined", "connect_line_based",
      "  if (object == NULL) return STATUS_INVALID_PARAMETER;\n  *object = NULL;\n"
      "  NTSTATUS status = parallel_isr_check_line(port, wanted);",
      "  if (object == NULL) return STATUS_INVALID_PARAMETER;\n"
      "  NTSTATUS status = parallel_isr_check_line(port, wanted);")
fault("an output that is nowhere", "connect_message_based", "if (context == NULL) return STATUS_INVALID_PARAMETER;", "")
fault("the form connected is not told", "connect_interrupt_ex",
      "if (status == STATUS_SUCCESS) parallel_isr_tell_version(port, parameters, interrupt->version);", "")
fault("the highest form is not told", "connect_interrupt_ex",
      "parallel_isr_tell_version(port, parameters, PARALLEL_ISR_HIGHEST_VERSION);", "")
fault("a group is not looked at", "connect_specified_form",
      "parallel_isr_check_specified(port, wanted, version == CONNECT_FULLY_SPECIFIED_GROUP)",
      "parallel_isr_check_specified(port, wanted, false)")
fault("disconnected as another form", "disconnect_interrupt_ex",
      "if (parameters->Version != interrupt->version ||\n      parameters", "if (parameters")
fault("contract: a lock is taken", "check_common",
      "      lock != \\null ? STATUS_NOT_SUPPORTED :\n", "")

# ---- the tables ------------------------------------------------------------------------------------------------------
fault = room("isr_chain", "spec/tables.acsl")

fault("logic: no slot is connected", "chain_pass", "(g_slot_position[k] < count ==>", "(g_slot_position[k] < 0 ==>")
fault("logic: the order is no permutation", "chain_find",
      "c[i].order < capacity && g_slot_position[c[i].order] == i)", "g_slot_position[c[i].order] == i)")
fault("logic: a deferred routine may be no connection's", "chain_check_round",
      "c[k].service.DeferredPortCheckRoutine == &parallel_isr_any_deferred &&\n       c[k]", "c[k]")
fault = room("allocation_queue", "spec/tables.acsl")
fault("logic: a waiting request may have no client", "queue_hand_over",
      "r[k].status == STATUS_PENDING && r[k].client != \\null) &&", "r[k].status == STATUS_PENDING) &&")
fault = room("interrupt_connection", "spec/tables.acsl")
fault("logic: the line and its flag are apart", "connect_locked",
      " && (p->line_connected == \\true <==> g_line == 1)", "")

# ---- the 8259 backend ------------------------------------------------------------------------------------------------
fault = room("pic8259", "impl/backend_pic8259.h")

fault("8259: an end of interrupt for a spurious 7", "pic8259_eoi_due", """
  if (irq < 8u) return genuine ? PARALLEL_ISR_PIC8259_EOI_MASTER : 0u;
""", """
  if (irq < 8u) return PARALLEL_ISR_PIC8259_EOI_MASTER;
""")
fault("8259: the slave's end of interrupt for a spurious 15", "pic8259_end_of_interrupt", """
  if ((due & PARALLEL_ISR_PIC8259_EOI_SLAVE) != 0)
""", """
  if (irq >= 8u)
""")
fault("8259: the master's end of interrupt is forgotten", "pic8259_end_of_interrupt", """
  if ((due & PARALLEL_ISR_PIC8259_EOI_MASTER) != 0)
""", """
  if ((due & PARALLEL_ISR_PIC8259_EOI_MASTER) != 0 && irq < 8u)
""")
fault("8259: the slave's end of interrupt goes to the master", "pic8259_end_of_interrupt", """
    parallel_isr_pic8259_outb(PARALLEL_ISR_PIC8259_SLAVE_COMMAND,
""", """
    parallel_isr_pic8259_outb(PARALLEL_ISR_PIC8259_MASTER_COMMAND,
""")
fault("8259: the end of interrupt of whatever is most urgent", "pic8259_end_of_interrupt", """
#define PARALLEL_ISR_PIC8259_SPECIFIC_EOI 0x60u
""", """
#define PARALLEL_ISR_PIC8259_SPECIFIC_EOI 0x20u
""")
fault("8259: double end of interrupt", "pic8259_interrupt", """
  parallel_isr_pic8259_end_of_interrupt(irq, genuine);
""", """
  parallel_isr_pic8259_end_of_interrupt(irq, genuine);
  parallel_isr_pic8259_outb(PARALLEL_ISR_PIC8259_MASTER_COMMAND, 0x20);
""")
fault("8259: end of interrupt before the chain", "pic8259_interrupt", """
  if (genuine)
    parallel_isr_pic8259_deliver(&controller->lines[irq]);
""", """
  parallel_isr_pic8259_end_of_interrupt(irq, genuine);
  if (genuine)
    parallel_isr_pic8259_deliver(&controller->lines[irq]);
""")
fault("8259: interrupts on before the end of interrupt", "pic8259_interrupt", """
  parallel_isr_pic8259_end_of_interrupt(irq, genuine);
  if (genuine) parallel_isr_pic8259_lower(controller);
""", """
  if (genuine) parallel_isr_pic8259_lower(controller);
  parallel_isr_pic8259_end_of_interrupt(irq, genuine);
""")
fault("8259: nothing is spurious", "pic8259_interrupt", """
  const bool genuine = !parallel_isr_pic8259_may_be_spurious(irq) || parallel_isr_pic8259_in_service(irq);
""", """
  const bool genuine = true;
""")
fault("8259: the port of another line", "pic8259_interrupt", """
    parallel_isr_pic8259_deliver(&controller->lines[irq]);
""", """
    parallel_isr_pic8259_deliver(&controller->lines[irq % 8u]);
""")
fault("8259: spurious ones are counted for the other chip", "pic8259_interrupt", """
    parallel_isr_pic8259_count(&controller->spurious[irq / 8u]);
""", """
    parallel_isr_pic8259_count(&controller->spurious[1u - irq / 8u]);
""")
fault("8259: the request register instead of the in-service register", "pic8259_in_service", """
#define PARALLEL_ISR_PIC8259_READ_IN_SERVICE ((uint8_t)0x0B)
""", """
#define PARALLEL_ISR_PIC8259_READ_IN_SERVICE ((uint8_t)0x0A)
""")
fault("8259: every line of the chip is opened", "pic8259_set_mask", """
  parallel_isr_pic8259_outb(address, (uint8_t)(((mask & bit) != 0) == masked ? mask : mask ^ bit));
""", """
  parallel_isr_pic8259_outb(address, (uint8_t)(((mask & bit) != 0) == masked ? mask : masked ? mask ^ bit : 0));
""")
fault("8259: the mask of the other chip", "pic8259_mask_register pic8259_set_mask", """
  return irq < 8u ? PARALLEL_ISR_PIC8259_MASTER_MASK : PARALLEL_ISR_PIC8259_SLAVE_MASK;
""", """
  return irq > 8u ? PARALLEL_ISR_PIC8259_SLAVE_MASK : PARALLEL_ISR_PIC8259_MASTER_MASK;
""")
fault("8259: a mask is changed without its lock", "pic8259_set_mask", """
  while (!parallel_isr_backend_compare_exchange(&controller->mask_lock, 0, 1)) parallel_isr_backend_relax();
""", """
  while (!parallel_isr_backend_compare_exchange(&controller->spurious[0], 0, 1)) parallel_isr_backend_relax();
""")
fault("8259: interrupts on while the lock of the masks is held", "pic8259_set_mask", """
  parallel_isr_backend_store(&controller->mask_lock, 0);
  if (enabled) parallel_isr_pic8259_interrupts_on();
""", """
  if (enabled) parallel_isr_pic8259_interrupts_on();
  parallel_isr_backend_store(&controller->mask_lock, 0);
""")
fault("8259: a change of a mask turns interrupts on", "pic8259_set_mask", """
  if (enabled) parallel_isr_pic8259_interrupts_on();
""", """
  parallel_isr_pic8259_interrupts_on();
""")
fault("8259: disconnect does not wait for the interrupt in service", "backend_disconnect_line", """
  while (parallel_isr_pic8259_in_service(irq)) parallel_isr_backend_relax();
""", """
  while (parallel_isr_pic8259_in_service(irq) && irq == 7u) parallel_isr_backend_relax();
""")
fault("8259: a DPC nests", "pic8259_lower", """
  if (parallel_isr_backend_load(&controller->in_dpc[PARALLEL_ISR_PIC8259_CPU()]) != 0) return;
""", "")
fault("8259: a DPC with interrupts off", "pic8259_run", """
  parallel_isr_pic8259_interrupts_on();
  parallel_isr_run_dpc(port);
""", """
  parallel_isr_run_dpc(port);
""")
fault("8259: the level of what is no line", "backend_level", """
#define PARALLEL_ISR_PIC8259_DIRQL(irq) ((KIRQL)(27u - (irq) % PARALLEL_ISR_PIC8259_LINES))
""", """
#define PARALLEL_ISR_PIC8259_DIRQL(irq) ((KIRQL)(27u - (irq)))
""")
fault("8259: the contract forgets what in service means", "pic8259_interrupt backend_disconnect_line", """
    ensures  told:    \\result <==> InService(irq, g_master, g_slave);
""", "")
fault("8259: the contract forgets which ends are due", "pic8259_end_of_interrupt", """
    ensures  cascade: irq >= 8 && !genuine ==> \\result == PARALLEL_ISR_PIC8259_EOI_MASTER;
""", "")
fault("8259: the contract promises a chip that is never in service", "pic8259_in_service", """
    ensures  told:    \\result <==> InService(irq, g_master, g_slave);
""", """
    ensures  told:    \\result <==> InService(irq, g_slave, g_master);
""")

fault = room("pic8259", "spec/pic8259.acsl")

fault("8259: rely: others may change a mask under my lock", "pic8259_set_mask", """
    (\\at(g_masks, L) == 1 || \\at(g_private, L) == 1 ==>
""", """
    (\\at(g_private, L) == 1 ==>
""")
fault("8259: rely: others may end what is mine", "pic8259_interrupt pic8259_end_of_interrupt", """
    (Still{L} ==> master.isr == \\at(g_master, L).isr && slave.isr == \\at(g_slave, L).isr);
""", """
    (Still{L} ==> slave.isr == \\at(g_slave, L).isr);
""")
fault("8259: the chips interrupt nobody", "pic8259_interrupt", """
    irq != 2 && (Real{L}(irq) || irq == 7 || irq == 15) &&
""", """
    irq != 2 && (Real{L}(irq) || irq == 7 || irq == 15) && irq == 16 &&
""")

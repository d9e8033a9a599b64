# SPDX-License-Identifier: MIT
"""What is proved, and what is not. Makefile, continuous integration and report take everything from here.

A target is a room of the library: every function that its file defines is proved, but for those in TRUSTED. So a new
function is proved, or the run fails. Lemmas belong in spec/, whose target proves all of them.
"""
import collections

# name; unit: the translation unit; room: the file whose functions are proved; floor: fewer goals than this are a
# failure, whatever they come to; timeout: seconds for each goal and prover; claim, unproved: one sentence each.
Target = collections.namedtuple("Target", "name unit room floor timeout claim unproved")

# file; functions: names of it, with shell wildcards; reason: why nothing proves them.
Trusted = collections.namedtuple("Trusted", "file functions reason")

CORE = "proofs/core.c"


def target(name, room, floor, claim, unproved, unit=CORE, timeout=60):
    return Target(name, unit, room, floor, timeout, claim, unproved)


TARGETS = (
    target("logic", "spec/*.acsl", 38,
           "The relies are reflexive and transitive; a ghost function with a body does what its contract says, and so "
           "would a lemma: there is none.",
           "That the definitions say what was meant: they are to be read."),
    target("service_gate", "impl/service_gate.h", 300,
           "At most one context holds the gate; whoever is told that he took it holds it, and a pass that an interrupt "
           "asked for stays asked for until a holder takes it over.",
           "That an acquirer gets the gate in finite time: the models search for that."),
    target("port_ownership", "impl/port_ownership.h", 460,
           "The port has at most one owner; try-allocate returns TRUE if and only if the caller became it, only he or "
           "the nameless frees it, and a failed try leaves a check or a DPC behind.",
           "That the processor's memory order is that of the seam's contracts: models and stress look at that."),
    target("isr_chain", "impl/isr_chain.h", 700,
           "Connection order is kept, nobody is connected twice, exactly the named connection leaves, a routine is "
           "called only while it is connected and with its own context, a pass calls every one once and in that "
           "order, and a round of checks tells everybody once, or is owed its rest and goes on there.",
           "What the clients' routines do: they are any routine that keeps the contract of a client; and two clients "
           "with one context, for the proof knows a client by that."),
    target("allocation_queue", "impl/allocation_queue.h", 400,
           "Requests are granted first come, first served; users is the queue's length plus one for an owner, and one "
           "for removal, at every step, and a hand-over never lets the port be seen free. Cancel ends exactly the "
           "request that it is asked for; no call changes what others asked.",
           "That every waiting request ends: an owner may keep the port for ever."),
    target("deferred_procedure", "impl/deferred_procedure.h", 150,
           "A run leaves no head of the queue and no round of checks behind that it could serve, and completes at most "
           "one request, outside the gate, with the context and the status of the one that ended first.",
           "That a requested DPC runs: the platform promises that; and that a run makes the pass itself that it finds "
           "owed: if not, it stays owed."),
    target("interrupt_connection", "impl/interrupt_connection.h", 330,
           "The line is connected if and only if a client is, statuses come in the documented order, and nothing of a "
           "client is in the chain once its disconnect has returned.",
           "That disconnecting the line waits for the last interrupt: the platform promises that."),
    target("port_lifetime", "impl/port_lifetime.h", 300,
           "Initialisation establishes every invariant of tables and shadow; removal ends with nobody waiting or "
           "connected, those who come later are refused, and the port is never free again.",
           "That the atomic words begin as the shadow does: plain stores of zero, to be read; and that the caller "
           "frees the storage only after every other call has returned."),
    target("port_query", "impl/port_query.h", 190,
           "Statistics and connections are copies taken under the gate; every output is defined on every failure.",
           "That two reads of the counters kept without the gate belong together: they need not."),
    target("device_control", "impl/device_control.h", 320,
           "Every request gets the status that the decision table gives it; all input is read before any output is "
           "written, and a request that fails leaves the buffer as it was.",
           "The requests of other device stacks that share the dispatch routine."),
    target("negotiation", "impl/interrupt_negotiation.h", 600,
           "Every form of IoConnectInterruptEx is refused or connected as its decision table says; outputs of a known "
           "form, at PASSIVE_LEVEL, are defined on every failure. The messages that the platform gives are handed to "
           "every place of the chain; a client of messages is called once for each of his, with his own context.",
           "That who stands in the chain with the routine for messages is a client of messages; and that a client "
           "brings the connection to disconnect that connect left."),
    target("pic8259", "impl/backend_pic8259.h", 600,
           "Every interrupt gets exactly the ends that are due: none for a spurious 7, the master's alone for a "
           "spurious 15, and behind the chain; a mask changes in the bit of its own line, under a lock; a line that is "
           "disconnected is masked, and afterwards seen out of service.",
           "The text for one processor, where it differs: atomics, lock, initialisation. That the words which "
           "processors share, those of DPC, ticket and trampolines, do what the seam promises. Tests look at both. And "
           "that the chips are as their data sheet says.",
           unit="proofs/pic8259.c"),
)

# What nothing here proves.
TRUSTED = (
    Trusted("impl/backend.h", "parallel_isr_backend_*",
            "the seam: its contracts are what every platform promises"),
    Trusted("spec/*.acsl", "parallel_isr_commit parallel_isr_observe",
            "the steps of the encoding: they say what a context must show after an atomic step, and that others may "
            "have moved before it; spec/SOUNDNESS.md argues why that is enough"),
    Trusted("proofs/clients_contracts.h", "parallel_isr_any_*",
            "one routine of a client of each kind: what the documentation of the API demands of all of them"),
    Trusted("impl/service_gate.h", "parallel_isr_gate_exchange",
            "one operation of the seam; its contract is that of the seam, and the rule that who takes the gate "
            "receives the data that it guards, as the holder before left them"),
    Trusted("impl/*.h", "parallel_isr_identity parallel_isr_context_handle parallel_isr_buffer_*",
            "one cast each, which WP's typed memory does not follow through a pointer to void; those of a buffer read "
            "or write it besides, behind the tests of its length"),
    Trusted("impl/interrupt_negotiation.h", "parallel_isr_message_routine parallel_isr_message_client",
            "who stands in the chain with the routine for messages is a client of messages, and that routine is any "
            "ISR: connect_listener stores the one, and message_isr is proved to keep the contract of the other, but "
            "for the client's storage, which it requires, and where it writes what is pending"),
    Trusted("impl/backend_atomic_gnu.h", "*",
            "each is one builtin of the compiler; the contract is that of the seam"),
    Trusted("impl/backend_pic8259.h",
            "parallel_isr_pic8259_inb parallel_isr_pic8259_outb parallel_isr_pic8259_interrupts_* "
            "parallel_isr_pic8259_pause parallel_isr_backend_load* parallel_isr_backend_store* "
            "parallel_isr_backend_exchange parallel_isr_backend_compare_exchange* parallel_isr_backend_fetch_*",
            "inline assembly: a port, the interrupt flag, a pause, and the atomics of one processor, some of them a "
            "loop around one instruction"),
    Trusted("proofs/machine_proof.h", "parallel_isr_*",
            "that machine, as the data sheet of the chips has it, and what the core promises the 8259 backend"),
    Trusted("impl/backend_linux.h", "*",
            "calls of the kernel, whose headers are no text for WP: kernels in QEMU, KASAN, KCSAN, lockdep and litmus "
            "tests look at it"),
    Trusted("impl/backend_windows.h", "*",
            "calls of the kernel, whose headers are no text for WP: drivers under Wine look at it"),
    Trusted("impl/backend_host.h", "*",
            "the platform of tests and simulation: never shipped in a driver"),
)

# Functions that may touch the data of a gate or a mutex without holding it.
PRIVATE = {
    "parallel_isr_initialize_port": "initialisation: nobody else knows the port yet",
    "parallel_isr_initialize_connection": "initialisation: nobody else knows the port yet",
    "parallel_isr_initialize_request": "initialisation: nobody else knows the port yet",
    "parallel_isr_backend_initialize": "initialisation: nobody else knows the port yet",
    "parallel_isr_pic8259_initialize": "initialisation: nobody else knows the chips yet",
}

# Data that somebody must hold something to touch. mark: what the documentation of a member begins with; slots: storage
# that is guarded but for the named members; clause, fact: the name of the `requires` that says that the caller holds
# it, and what that must mention; take, give: the functions that a function calls to hold it itself.
Guard = collections.namedtuple("Guard", "mark slots clause fact take give")
GUARDS = (
    Guard("Gate:", {"parallel_isr_connection": ("handle",), "parallel_isr_request": ()}, "held", r"\bHolds\b",
          ("parallel_isr_gate_acquire", "parallel_isr_gate_try_take", "parallel_isr_gate_try_take_owed",
           "parallel_isr_gate_try_take_wanted"),
          ("parallel_isr_gate_leave", "parallel_isr_gate_release", "parallel_isr_chain_leave",
           "parallel_isr_chain_run")),
    Guard("Mutex:", {}, "locked", r"\bg_locked == 1\b",
          ("parallel_isr_backend_lock",), ("parallel_isr_backend_unlock",)),
)
# Words that the seam alone may touch: others hand it their address.
ATOMIC = "Atomic:"

# Ghost state: what ghost code may write as part of a step, and what it may write anywhere. The rest belongs to the
# contracts of the seam.
SHADOW = ("g_now", "g_mine")
FREE = ("g_client", "g_calls", "g_connections", "g_deferring", "g_slot_position", "g_request_position",
        "g_context_slot", "g_told", "g_turn", "g_cut", "g_granted", "g_returned", "g_irq", "g_arrived", "g_handed",
        "g_heard", "g_due_context", "g_due_status")

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows that the tests of the Linux backend can fail: seeds one fault at a time and boots it, or looks at its sources.

usage: faults.py DIRECTORY stock | debug [TEXT]

"stock": faults that Debian's kernels find. "debug": faults that they run with in silence, and the one check that
reports each: of the debug kernels, or of sources. TEXT: only the faults whose name contains it. What is to find a fault
must find nothing without it: that is tried first.

One line for each fault, and last "N passed, N failed". A fault that is not found, whose text is not there exactly once,
or that does not compile, is a failure.
"""
import collections
import pathlib
import re
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "mutants"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import kernel  # noqa: E402
import linux  # noqa: E402
import mutants  # noqa: E402  (seed)

BACKEND = "impl/backend_linux.h"
NEGOTIATION = "impl/interrupt_negotiation.h"
CONNECTION = "impl/interrupt_connection.h"
QUERY = "impl/port_query.h"
CASES_FILE = "tests/linux/test_cases.c"
PATIENCE = 120  # seconds: a fault may hang the machine
PATIENCE_DEBUG = 600
SIZES = {**linux.SHORT, "interrupts": 200000}

# cases, flavour: where it shows; says: in what words, if Debian's kernel is to know nothing of it
Mutant = collections.namedtuple("Mutant", "name file old new cases flavour says", defaults=[linux.STOCK, None])
CASES = [linux.MODULES]
CHECKS = ("sparse", "checkpatch", "coccinelle")  # flavours that are not booted

STOCK_MUTANTS = [
    Mutant("the lock among acquirers is not released", BACKEND, """
  __acquire(&port->backend.lock);
  raw_spin_unlock_irqrestore(&port->backend.lock, flags);
""", """
  local_irq_restore(flags);
""", linux.PORT),
    Mutant("enter leaves interrupts on", BACKEND, """
  raw_spin_lock_irqsave(&port->backend.lock, flags);
""", """
  local_save_flags(flags);
  raw_spin_lock(&port->backend.lock);
""", CASES),
    Mutant("the trampoline leaves interrupts on", BACKEND, """
  local_irq_save(flags);
  if (vector->message != 0)
""", """
  local_save_flags(flags);
  if (vector->message != 0)
""", CASES, linux.RT),
    Mutant("a softirq is PASSIVE_LEVEL", BACKEND, """
  return in_softirq() ? DISPATCH_LEVEL : PASSIVE_LEVEL;
""", """
  return PASSIVE_LEVEL;
""", CASES),
    Mutant("a request while the DPC runs is lost", BACKEND, """
  if ((old & (PARALLEL_ISR_LINUX_DPC_REQUESTED | PARALLEL_ISR_LINUX_DPC_CLOSED)) == 0)
""", """
  if (old == 0)
""", CASES),
    Mutant("a request is granted behind removal", BACKEND, """
  if ((old & (PARALLEL_ISR_LINUX_DPC_REQUESTED | PARALLEL_ISR_LINUX_DPC_CLOSED)) == 0)
""", """
  if ((old & PARALLEL_ISR_LINUX_DPC_REQUESTED) == 0)
""", CASES),
    Mutant("drain does not wait", BACKEND, """
  wait_var_event(parallel_isr_linux_dpc_ended(port), parallel_isr_linux_try_close_dpc(port));
""", """
  (void)parallel_isr_linux_try_close_dpc(port);
""", CASES),
    Mutant("drain is not told that a run has ended", BACKEND, """
  wake_up_var(parallel_isr_linux_dpc_ended(port));
""", "", CASES),
    Mutant("the line is not disconnected", BACKEND, """
  parallel_isr_linux_free_vectors(port, port->backend.vector_count);
""", "", linux.PORT),
    Mutant("another's action is freed", BACKEND, """
    (void)free_irq(vector->irq, vector);
""", """
    (void)free_irq(vector->irq, port);
""", linux.PORT),
    Mutant("another vector is freed", BACKEND, """
    (void)free_irq(vector->irq, vector);
""", """
    (void)free_irq(vector->irq + 1, vector);
""", linux.EDU),
    Mutant("the line is not shared", BACKEND, """
vector->message != 0 ? 0 : IRQF_SHARED;
""", """
vector->message != 0 ? IRQF_SHARED : 0;
""", linux.EDU),
    Mutant("the kernel is not told that the interrupt was ours", BACKEND, """
  return IRQ_RETVAL(claimed != FALSE);
""", """
  return IRQ_RETVAL(claimed > TRUE);
""", CASES),
    Mutant("the message is told behind the pass", BACKEND, """
  if (vector->message != 0) (void)parallel_isr_backend_fetch_or(&port->backend.pending, vector->message);
  claimed = parallel_isr_dispatch(port);
""", """
  claimed = parallel_isr_dispatch(port);
  if (vector->message != 0) (void)parallel_isr_backend_fetch_or(&port->backend.pending, vector->message);
""", linux.EDU),
    Mutant("the fallback is not connected under its own name", NEGOTIATION, """
  NTSTATUS status = parallel_isr_connect_line_form(port, client, interrupt, routine, context, CONNECT_LINE_BASED);
""", """
  NTSTATUS status = parallel_isr_connect_line_form(port, client, interrupt, routine, context, CONNECT_MESSAGE_BASED);
""", linux.EDU),
    Mutant("a client is freed before its routines have left", CONNECTION, """
  parallel_isr_gate_acquire(port);
  bool found = parallel_isr_disconnect_client(port, routine, context);
  bool last = found && port->connection_count == 0u;
  parallel_isr_gate_release(port);
""", """
  bool found = parallel_isr_disconnect_client(port, routine, context);
  bool last = found && port->connection_count == 0u;
""", CASES),
    Mutant("the mode of a line is what its trigger says", BACKEND, """
irqd_is_level_type(data) ?
""", """
(irqd_get_trigger_type(data) & IRQ_TYPE_LEVEL_MASK) != 0 ?
""", CASES),
    Mutant("the port is freed with its client connected", "examples/linux/edu.c", """
  edu_disconnect(self);
  (void)parallel_isr_remove(&self->port);
}
""", """
  (void)edu_disconnect;
}
""", linux.EDU),
]


# What they are found by is the one check; Debian's kernel goes through all of its cases with them.
DEBUG_MUTANTS = [
    Mutant("a port's storage is freed before the last call", CASES_FILE, """
    CHECK(parallel_isr_remove(&self->port) == STATUS_DELETE_PENDING);
    kfree(self);
""", """
    kfree(self);
    CHECK(parallel_isr_remove(&self->port) == STATUS_DELETE_PENDING);
""", CASES, "kasan", "KASAN: use-after-free in .*mutex"),
    Mutant("two locks are taken in either order", CASES_FILE, """
static void ask(u32 *passes)
{
  parallel_isr_statistics now;
""", """
static DEFINE_MUTEX(order);

static BOOLEAN NTAPI take_it(PVOID context, const parallel_isr_connection_information *connection)
{
  if (context == NULL) mutex_lock(&order);
  if (context == NULL) mutex_unlock(&order);
  return TRUE;
}

static void ask(u32 *passes)
{
  parallel_isr_statistics now;

  (void)parallel_isr_iterate(port, take_it, NULL);
  mutex_lock(&order);
  (void)parallel_isr_iterate(port, take_it, &now);
  mutex_unlock(&order);
""", CASES, "kasan", "possible circular locking dependency"),
    Mutant("a routine at DIRQL takes a lock that sleeps under PREEMPT_RT", CASES_FILE, """
  PARALLEL_INTERRUPT_INFORMATION information;

  CHECK(irqs_disabled());
""", """
  PARALLEL_INTERRUPT_INFORMATION information;
  static DEFINE_SPINLOCK(lock);

  spin_lock(&lock);
  spin_unlock(&lock);
  CHECK(irqs_disabled());
""", CASES, "kasan", "Invalid wait context"),
    Mutant("a bit is looked for behind the last one", NEGOTIATION, """
message < PARALLEL_ISR_MAX_MESSAGES;
""", """
message <= PARALLEL_ISR_MAX_MESSAGES;
""", linux.EDU, "kasan", "UBSAN: shift-out-of-bounds"),
    Mutant("the statistics are copied without the gate", QUERY, """
    parallel_isr_gate_acquire(port);
    copy = parallel_isr_copy_statistics(port);
    parallel_isr_gate_release(port);
""", """
    copy = parallel_isr_copy_statistics(port);
""", CASES, "kcsan", "KCSAN: data-race in .*parallel_isr_query_statistics"),
    Mutant("sparse is not told that exit had the lock", BACKEND, """
  __acquire(&port->backend.lock);
""", "", [], "sparse", "context imbalance"),
    Mutant("a barrier does not say what for", BACKEND, """
  smp_mb(); /* before the next operation of the seam, whatever it is */
""", """
  smp_mb();
""", [], "checkpatch", "MEMORY_BARRIER"),
    Mutant("what the device's release frees is freed before", "examples/linux/edu.c", """
  if (error != 0) return error;
  pci_set_master(pci);
""", """
  if (error != 0) {
    kfree(self);
    return error;
  }
  pci_set_master(pci);
""", [], "coccinelle", "invalid free of devm_ allocated data"),
]

MUTANTS = {"stock": STOCK_MUTANTS, "debug": DEBUG_MUTANTS}


def look(tree, flavour, cases, images):
    """A Listener of what finds faults there."""
    if flavour in CHECKS:
        if flavour == "sparse":
            linux.build(tree, kernel.headers(kernel.version(linux.STOCK)), tree)
        return linux.look(flavour, tree, tree / "modules", images)
    debug = flavour in linux.DEBUG_KERNELS
    sizes, patience = (linux.SHORT, PATIENCE_DEBUG) if debug else (SIZES, PATIENCE)
    return linux.boot(linux.Boot(flavour, flavour, cases, sizes, patience), tree, tree, images)


def copy(tree):
    shutil.rmtree(tree, ignore_errors=True)
    for part in ("include", "impl", "spec", "examples/linux", "tests/linux"):
        shutil.copytree(kernel.ROOT / part, tree / part)
    shutil.copy2(kernel.ROOT / "README.md", tree)
    for header in (tree / "impl").glob("*.h"):
        header.write_text(mutants.plain(header))


def try_mutant(mutant, tree, images):
    """Returns (whether it was found, by what)."""
    copy(tree)
    if not mutants.seed(mutant, tree):
        return False, "STALE: its text is not there exactly once"
    failures = look(tree, mutant.flavour, mutant.cases, images).failures
    if mutant.says is not None:
        heard = [failure for failure in failures if re.search(mutant.says, failure)]
        if failures and not heard:
            return False, "something else: " + failures[0]
        failures = heard
        if mutant.cases:
            known = look(tree, linux.STOCK, mutant.cases, images).failures
            if known:
                return False, "no secret: " + known[0]
    return bool(failures), failures[0] if failures else "SURVIVED: %s" % tree


def attempt(word, name, run):
    """Says how it went; returns whether well."""
    try:
        good, text = run()
    except kernel.Failure as problem:
        good, text = False, str(problem)
    print("%-8s %-64s %s" % (word if good else "FAILED", name, text[:160]), flush=True)
    return good


def try_without(flavour, cases, tree, images):
    copy(tree)
    failures = look(tree, flavour, cases, images).failures
    return not failures, failures[0] if failures else "finds nothing"


def main():
    directory, plan = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    chosen = [mutant for mutant in MUTANTS[plan] if only in mutant.name]
    images, trees, results = directory / "images", directory / "mutants" / plan, []
    places = list(dict.fromkeys((mutant.flavour, tuple(mutant.cases)) for mutant in chosen))
    for number, (flavour, cases) in enumerate(places):
        results.append(attempt("sound", "without a fault: %s %s" % (flavour, " ".join(cases)),
                               lambda: try_without(flavour, cases, trees / ("sound_%d" % number), images)))
    for number, mutant in enumerate(chosen):
        results.append(attempt("killed", mutant.name,
                               lambda: try_mutant(mutant, trees / ("%02d" % number), images)))
    print("%d passed, %d failed" % (sum(results), len(results) - sum(results)))
    return 0 if chosen and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

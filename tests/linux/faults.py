#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows that the tests of the Linux backend can fail: seeds one fault at a time and boots it.

usage: faults.py DIRECTORY [TEXT]

TEXT: only the faults whose name contains it.

One line for each fault, and last "N passed, N failed". A fault that no case finds, whose text is not there exactly
once, or that does not compile, is a failure.
"""
import collections
import pathlib
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
PATIENCE = 120  # seconds: a fault may hang the machine

# cases, flavour: where it shows
Mutant = collections.namedtuple("Mutant", "name file old new cases flavour", defaults=[linux.STOCK])
CASES = [linux.MODULES]

MUTANTS = [
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
    status = parallel_isr_connect_line_form(port, client, interrupt, wanted->FallBackServiceRoutine,
                                            wanted->ServiceContext, CONNECT_LINE_BASED);
""", """
    status = parallel_isr_connect_line_form(port, client, interrupt, wanted->FallBackServiceRoutine,
                                            wanted->ServiceContext, CONNECT_MESSAGE_BASED);
""", linux.EDU),
    Mutant("a client is freed before its routines have left", CONNECTION, """
  parallel_isr_gate_acquire(port);
  uint32_t position = parallel_isr_chain_find(port, service->InterruptServiceRoutine, service->InterruptServiceContext);
  bool found = position < port->connection_count;
  if (found) parallel_isr_chain_remove(port, position);
  bool last = found && port->connection_count == 0u;
  parallel_isr_gate_release(port);
""", """
  uint32_t position = parallel_isr_chain_find(port, service->InterruptServiceRoutine, service->InterruptServiceContext);
  bool found = position < port->connection_count;
  if (found) parallel_isr_chain_remove(port, position);
  bool last = found && port->connection_count == 0u;
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


def try_mutant(mutant, number, directory):
    """Returns (whether it was found, by what)."""
    tree = directory / "mutants" / ("%02d" % number)
    shutil.rmtree(tree, ignore_errors=True)
    for part in ("include", "impl", "spec", "examples/linux", "tests/linux"):
        shutil.copytree(kernel.ROOT / part, tree / part)
    shutil.copy2(kernel.ROOT / "README.md", tree)
    for header in (tree / "impl").glob("*.h"):
        header.write_text(mutants.plain(header))
    if not mutants.seed(mutant, tree):
        return False, "STALE: its text is not there exactly once"
    row = linux.Boot("run", mutant.flavour, mutant.cases, {**linux.SHORT, "interrupts": 200000}, PATIENCE)
    try:
        listener = linux.boot(row, tree, tree, directory / "images")
    except kernel.Failure as problem:
        return False, str(problem)
    found = listener.failures[0] if listener.failures else "SURVIVED: %s" % (tree / "run/console.log")
    return bool(listener.failures), found


def main():
    directory, only = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else ""
    chosen = [mutant for mutant in MUTANTS if only in mutant.name]
    passed = 0
    for number, mutant in enumerate(chosen):
        good, text = try_mutant(mutant, number, directory)
        passed += good
        print("%-8s %-58s %s" % ("killed" if good else "FAILED", mutant.name, text[:120]), flush=True)
    print("%d passed, %d failed" % (passed, len(chosen) - passed))
    return 0 if chosen and passed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows that the tests of the Windows drivers can fail: seeds one fault at a time into the drivers or the backend,
builds them and runs them under Wine.

usage: faults.py DIRECTORY [TEXT]

TEXT: only the faults whose name contains it.

One line for each fault, and last "N passed, N failed". A fault that no case finds, whose text is not there exactly
once, or that does not compile, is a failure. First there is none: then no case may fail.
"""
import collections
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "mutants"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mutants  # noqa: E402  (seed)
import windows  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BACKEND = "impl/backend_windows.h"
PARISR = "examples/windows/parisr.c"
PARPRINT = "examples/windows/parprint.c"
BUILD = "x64-gcc"
PATIENCE = 60  # seconds: a fault may hang

# part: where it shows
Mutant = collections.namedtuple("Mutant", "name file old new part", defaults=["port"])

MUTANTS = [
    # ---- the backend
    Mutant("enter raises to DISPATCH_LEVEL only", BACKEND, """
  KeRaiseIrql(port->configuration->backend.irql, &level);
""", """
  KeRaiseIrql(DISPATCH_LEVEL, &level);
"""),
    Mutant("exit lowers before it gives the lock up", BACKEND, """
  KeReleaseSpinLockFromDpcLevel(&port->backend.lock);
  KeLowerIrql(level);
""", """
  KeLowerIrql(level);
  KeReleaseSpinLockFromDpcLevel(&port->backend.lock);
"""),
    Mutant("exit lowers to PASSIVE_LEVEL", BACKEND, """
  KeLowerIrql(level);
""", """
  (void)level;
  KeLowerIrql(PASSIVE_LEVEL);
"""),
    Mutant("the kernel is not given the lock", BACKEND, """
    parameters->FullySpecified.SpinLock = &port->backend.lock;
""", """
    parameters->FullySpecified.SpinLock = NULL;
"""),
    Mutant("the level is not given as SynchronizeIrql", BACKEND, """
    parameters->FullySpecified.SynchronizeIrql = configuration->irql;
""", """
    parameters->FullySpecified.SynchronizeIrql = DISPATCH_LEVEL;
"""),
    Mutant("the vector is not shared", BACKEND, """
    parameters->FullySpecified.ShareVector = configuration->share_vector;
""", """
    parameters->FullySpecified.ShareVector = FALSE;
"""),
    Mutant("every level is PASSIVE_LEVEL", BACKEND, """
  return KeGetCurrentIrql();
""", """
  return PASSIVE_LEVEL;
"""),
    Mutant("the mutex is taken outside of a critical region", BACKEND, """
  KeEnterCriticalRegion();
  ExAcquireFastMutexUnsafe(&port->backend.mutex);
""", """
  ExAcquireFastMutexUnsafe(&port->backend.mutex);
  KeEnterCriticalRegion();
"""),
    Mutant("the critical region is not left", BACKEND, """
  KeLeaveCriticalRegion();
""", ""),
    Mutant("a request while the DPC runs is lost", BACKEND, """
  if ((old & (PARALLEL_ISR_WINDOWS_DPC_REQUESTED | PARALLEL_ISR_WINDOWS_DPC_CLOSED)) == 0u)
""", """
  if (old == 0u)
"""),
    Mutant("a request behind removal queues the DPC", BACKEND, """
  if ((old & (PARALLEL_ISR_WINDOWS_DPC_REQUESTED | PARALLEL_ISR_WINDOWS_DPC_CLOSED)) == 0u)
""", """
  if ((old & PARALLEL_ISR_WINDOWS_DPC_REQUESTED) == 0u)
""", "conformance"),
    Mutant("a run takes its request away when it has ended", BACKEND, """
  (void)parallel_isr_backend_fetch_add(&port->backend.runs,
                                       PARALLEL_ISR_WINDOWS_DPC_RUN - PARALLEL_ISR_WINDOWS_DPC_REQUESTED);
  parallel_isr_run_dpc(port);
""", """
  parallel_isr_run_dpc(port);
  (void)parallel_isr_backend_fetch_add(&port->backend.runs,
                                       PARALLEL_ISR_WINDOWS_DPC_RUN - PARALLEL_ISR_WINDOWS_DPC_REQUESTED);
"""),
    Mutant("drain does not wait", BACKEND, """
  while (!parallel_isr_backend_compare_exchange(&port->backend.runs, 0u, PARALLEL_ISR_WINDOWS_DPC_CLOSED))
    (void)KeWaitForSingleObject(&port->backend.idle, Executive, KernelMode, FALSE, NULL);
  KeFlushQueuedDpcs();
""", """
  (void)parallel_isr_backend_compare_exchange(&port->backend.runs, 0u, PARALLEL_ISR_WINDOWS_DPC_CLOSED);
"""),
    Mutant("the line is not disconnected", BACKEND, """
  IoDisconnectInterruptEx(&port->backend.connected);
""", """
  (void)port;
"""),
    Mutant("the object of an early interrupt is not learnt", BACKEND, """
  (void)parallel_isr_backend_compare_exchange_pointer(&port->backend.interrupt, NULL, interrupt);
""", """
  (void)port;
  (void)interrupt;
"""),
    Mutant("the message is told behind the pass", BACKEND, """
  (void)parallel_isr_backend_fetch_or(&port->backend.pending, 1u << message);
  return parallel_isr_dispatch(port);
""", """
  const BOOLEAN claimed = parallel_isr_dispatch(port);
  (void)parallel_isr_backend_fetch_or(&port->backend.pending, 1u << message);
  return claimed;
""", "conformance"),
    Mutant("disconnecting names another form", BACKEND, """
  port->backend.connected.Version = parameters.Version;
""", """
  port->backend.connected.Version = version;
""", "conformance"),
    # ---- the port driver
    Mutant("a request that pends is not marked", PARISR, """
    IoMarkIrpPending(irp);
""", ""),
    Mutant("a request cannot be cancelled", PARISR, """
    (void)IoSetCancelRoutine(irp, parisr_cancel);
""", """
    (void)parisr_cancel;
"""),
    Mutant("a request is completed with its cancel routine", PARISR, """
  (void)IoSetCancelRoutine(irp, NULL);
  RemoveEntryList(&irp->Tail.Overlay.ListEntry);
""", """
  RemoveEntryList(&irp->Tail.Overlay.ListEntry);
"""),
    Mutant("a request that was cancelled before is queued", PARISR, """
  if (irp->Cancel)
    status = STATUS_CANCELLED;
  else if (self->gone)
""", """
  if (self->gone)
"""),
    Mutant("a request is queued, and then its lock taken", PARISR, """
  if (status == STATUS_PENDING) {
    IoMarkIrpPending(irp);
    InsertTailList(&self->waiting, &irp->Tail.Overlay.ListEntry);
    (void)IoSetCancelRoutine(irp, parisr_cancel);
  }
  IoReleaseCancelSpinLock(level);
""", """
  IoReleaseCancelSpinLock(level);
  if (status == STATUS_PENDING) {
    IoMarkIrpPending(irp);
    InsertTailList(&self->waiting, &irp->Tail.Overlay.ListEntry);
    (void)IoSetCancelRoutine(irp, parisr_cancel);
  }
"""),
    Mutant("the end of a handle cancels everybody's requests", PARISR, """
  parisr_cancel_all(self, stack->FileObject);
""", """
  parisr_cancel_all(self, NULL);
"""),
    Mutant("the end of a client frees whosever port it is", PARISR, """
self->ready && self->port.owner == stack->FileObject)
    (void)parallel_isr_free(&self->port, stack->FileObject);
""", """
self->ready)
    (void)parallel_isr_free(&self->port, NULL);
"""),
    Mutant("the switch is read once", PARISR, """
  if (KeGetCurrentIrql() == PASSIVE_LEVEL) self->configuration.enable_connect_interrupt = parisr_may_connect(self);
""", """
  if (!self->configuration.enable_connect_interrupt)
    self->configuration.enable_connect_interrupt = parisr_may_connect(self);
"""),
    Mutant("the key is not closed", PARISR, """
  (void)ZwClose(key);
""", ""),
    Mutant("the remove lock is not released", PARISR, """
  (void)parisr_complete(irp, status, information);
  IoReleaseRemoveLock(&self->lock, irp);
""", """
  (void)self;
  (void)parisr_complete(irp, status, information);
"""),
    Mutant("removal leaves the library alone", PARISR, """
  if (self->ready) (void)parallel_isr_remove(&self->port);
""", ""),
    Mutant("a surprise ends nothing", PARISR, """
  self->gone = TRUE;
  parisr_cancel_all(self, NULL);
""", """
  self->gone = TRUE;
"""),
    Mutant("behind a surprise new requests are queued", PARISR, """
  else if (self->gone)
    status = STATUS_DELETE_PENDING;
""", ""),
    Mutant("the bus driver does not start the device", PARISR, """
    status = parisr_start_lower(self, irp);
    if (NT_SUCCESS(status))
      status = parisr_start(self,
""", """
    (void)parisr_start_lower;
    status = STATUS_SUCCESS;
    if (NT_SUCCESS(status))
      status = parisr_start(self,
"""),
    # ---- the client driver
    Mutant("what the ISR uses is touched at DISPATCH_LEVEL", PARPRINT, """
  return KeSynchronizeExecution(self->interrupt.InterruptObject, routine, context);
""", """
  (void)self;
  return routine(context);
""", "printer"),
    Mutant("a write that is done is completed in the ISR", PARPRINT, """
  (void)KeInsertQueueDpc(&self->dpc, NULL, NULL);
""", """
  parprint_dpc(&self->dpc, self, NULL, NULL);
""", "printer"),
    Mutant("a write is completed under the lock", PARPRINT, """
  parprint_take_out(self, irp);
  KeReleaseSpinLock(&self->lock, level);
  (void)parprint_complete(irp, STATUS_CANCELLED, 0);
}
""", """
  parprint_take_out(self, irp);
  (void)parprint_complete(irp, STATUS_CANCELLED, 0);
  KeReleaseSpinLock(&self->lock, level);
}
""", "printer"),
    Mutant("a write that is being cancelled is completed, too", PARPRINT, """
  if (self->current != NULL && parprint_at_dirql(self, parprint_collect, self) &&
      IoSetCancelRoutine(self->current, NULL) != NULL) {
""", """
  if (self->current != NULL && parprint_at_dirql(self, parprint_collect, self)) {
    (void)IoSetCancelRoutine(self->current, NULL);
""", "printer"),
    Mutant("a write that was cancelled goes on printing", PARPRINT, """
  (void)parprint_at_dirql(self, parprint_abandon, self);
""", """
  (void)parprint_abandon;
""", "printer"),
    Mutant("the unloaded driver is connected still", PARPRINT, """
  (void)parprint_switch(self, FALSE);
  parprint_disconnect(self);
  ObDereferenceObject(self->file);
""", """
  (void)parprint_switch(self, FALSE);
  ObDereferenceObject(self->file);
""", "printer"),
    Mutant("the port is kept behind a write", PARPRINT, """
  if (self->owner) parprint_give_back(self);
  self->length = 0;
""", """
  self->length = 0;
""", "printer"),
    Mutant("every interrupt is the printer's", PARPRINT, """
  if (!self->awaiting || !parprint_is_ready(self)) return FALSE;
""", "", "printer"),
]


def names_of(part):
    return {"port": ["parisr.sys"], "printer": ["parisr.sys", "parprint.sys"],
            "conformance": ["conformance.sys"]}[part]


def build(tree, part):
    """Builds what a part needs; False: it does not compile."""
    targets = ["build/windows/%s/%s" % (BUILD, name) for name in names_of(part)]
    done = subprocess.run(["make", "-s", "--no-print-directory", *targets], cwd=tree, capture_output=True, text=True)
    (tree / "build.log").write_text(done.stdout + done.stderr)
    return done.returncode == 0


def run(tree, directory, prefix, part):
    files = [tree / "build/windows" / BUILD / name for name in names_of(part)]
    tests = [directory / "test/ntsim.sys", directory / "test/user.exe"]
    return windows.run("mutant", files + tests, prefix, [part], PATIENCE)


def first(failures):
    """What names the fault best."""
    fatal = [line for line in failures if "fatal:" in line]
    return re.sub(r"^\d+ ", "", " ".join(" ".join(fatal[-1:] or failures[:2]).split()))


def try_mutant(mutant, number, directory, prefix):
    """Returns (whether it was found, by what)."""
    tree = directory / "mutants" / ("%02d" % number)
    shutil.copytree(directory / "mutants/none", tree)
    try:
        if not mutants.seed(mutant, tree):
            return False, "STALE: its text is not there exactly once"
        if not build(tree, mutant.part):
            return False, "DOES NOT COMPILE: " + (tree / "build.log").read_text()[:300]
        result = run(tree, directory, prefix, mutant.part)
        return bool(result.failures), first(result.failures) or "SURVIVED"
    finally:
        shutil.rmtree(tree)


def make_baseline(directory):
    """A copy of the tree, without the annotations of the proof."""
    tree = directory / "mutants/none"
    shutil.rmtree(directory / "mutants", ignore_errors=True)
    tree.mkdir(parents=True)
    for part in ("include", "impl", "spec", "examples", "tests", "proofs"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "Makefile", tree)
    for header in (tree / "impl").glob("*.h"):
        header.write_text(mutants.plain(header))
    return tree


def main():
    directory, only = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else ""
    tests = ["build/windows/test/ntsim.sys", "build/windows/test/user.exe"]
    subprocess.run(["make", "-s", "--no-print-directory", *tests], cwd=ROOT, check=True)
    prefix = windows.make_prefix(directory)
    chosen = [mutant for mutant in MUTANTS if only in mutant.name]
    none = make_baseline(directory)
    for part in sorted({mutant.part for mutant in chosen}):
        good = build(none, part)
        result = run(none, directory, prefix, part) if good else None
        if not good or result.failures:
            print("without a fault the part %s fails\n%s" % (part, "\n".join(result.failures if result else [])))
            print("0 passed, %d failed" % max(len(chosen), 1))
            return 1
        shutil.rmtree(none / "build")
    passed = 0
    for number, mutant in enumerate(chosen):
        good, text = try_mutant(mutant, number, directory, prefix)
        passed += good
        print("%-8s %-56s %s" % ("killed" if good else "FAILED", mutant.name, text[:140]), flush=True)
    print("%d passed, %d failed" % (passed, len(chosen) - passed))
    return 0 if chosen and passed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())

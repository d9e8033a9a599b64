#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows that the tests can fail: seeds one fault at a time (table.py) into a copy of the tree and runs tests until one
fails.

usage: mutants.py [--jobs N] [--only TEXT] DIRECTORY GROUP=PROGRAM[,PROGRAM]...

A group is a name and the programs that belong to it, as make builds them; the faults say which groups to try, in which
order. First the copy without a fault: everything must pass. A program that takes much longer with a fault than without
hangs, and that counts as having found the fault. A fault that no test finds, whose text is not there exactly once, or
that does not compile, is a failure.

One line for each fault, the log of each in DIRECTORY, and last "N passed, N failed".
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

import table

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import processes  # noqa: E402

PARTS = ("Makefile", "include", "impl", "examples", "spec", "tests")
# The copies have no annotations of the proof: no test sees those, so a fault names code alone, whole lines of it, and
# outlives changes of contracts. (The proof seeds faults too, with seed() below, but into copies that keep theirs.)
ANNOTATION = re.compile(r"\s*(?:/\*@.*?\*/|//@[^\n]*)", re.DOTALL)
# Who says what failed: TAP, the stress, a sanitizer.
FINDINGS = re.compile(r"^(?:not ok \d+ - (.+)|FAILED (.+)|SUMMARY: (.+))$", re.MULTILINE)
SLOWER = 5
PATIENCE = 20
LOG_LIMIT = 1 << 28

Result = collections.namedtuple("Result", "good text")


def environment():
    """Without what a make that calls this tells its own children."""
    own = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    own["CMOCKA_MESSAGE_OUTPUT"] = "TAP"
    return own


def limit():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LOG_LIMIT, LOG_LIMIT))


def call(command, tree, log, patience=None):
    """Runs a command in a copy; returns (its exit status or None if it hung, what it said, seconds)."""
    start = time.monotonic()
    with log.open("ab") as output:
        before = output.tell()
        with processes.started(command, cwd=tree, stdout=output, env=environment(), preexec_fn=limit) as process:
            try:
                status = process.wait(patience)
            except subprocess.TimeoutExpired:
                status = None
                processes.end(process)
    with log.open("rb") as output:
        output.seek(before)
        text = output.read().decode(errors="replace")
    return status, text, time.monotonic() - start


def build(program, tree, log):
    return call(["make", "-s", "--no-print-directory", program], tree, log)[0] == 0


def finding(status, text):
    """Names what failed."""
    names = ["".join(match).strip() for match in FINDINGS.findall(text)]
    if names:
        return names[0] + (" and %d more" % (len(names) - 1) if len(names) > 1 else "")
    return signal.Signals(-status).name if status < 0 else "exit status %d" % status


def plain(path):
    """The text of a file as its compiler takes it: without annotations."""
    return ANNOTATION.sub("", path.read_text())


def places(mutant, text):
    """Where a fault's text is, however its lines are laid out."""
    return list(re.finditer(r"\s+".join(re.escape(word) for word in mutant.old.split()), text))


def seed(mutant, tree):
    """Puts the fault into a copy. False: there is no such place, or more than one."""
    path = tree / mutant.file
    text = path.read_text()
    found = places(mutant, text)
    if len(found) != 1:
        return False
    path.write_text(text[:found[0].start()] + mutant.new.strip() + text[found[0].end():])
    return True


def try_mutant(mutant, number, options, times):
    """Seeds one fault and looks for it."""
    name = "%03d" % number
    tree = options.directory / name
    log = options.directory / (name + ".log")
    log.write_text("%s: %s\n" % (mutant.file, mutant.name))
    shutil.copytree(options.directory / "baseline", tree, symlinks=True)
    try:
        if not seed(mutant, tree):
            return Result(False, "STALE: its text is not there exactly once")
        for group in mutant.groups:
            for program in options.groups[group]:
                if not build(program, tree, log):
                    return Result(False, "DOES NOT COMPILE: %s" % log)
                status, text, _ = call([program], tree, log, SLOWER * times[program] + PATIENCE)
                if status is None:
                    return Result(True, "%s hangs" % program)
                if status != 0:
                    return Result(True, "%s: %s" % (program, finding(status, text)))
        return Result(False, "SURVIVED %s: %s" % (" ".join(mutant.groups), log))
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def try_baseline(options):
    """Builds and runs everything without a fault; returns the seconds that each program took, or None."""
    tree = options.directory / "baseline"
    log = options.directory / "baseline.log"
    shutil.rmtree(options.directory, ignore_errors=True)
    tree.mkdir(parents=True)
    for part in PARTS:
        source = pathlib.Path(part)
        if source.is_dir():
            shutil.copytree(source, tree / part, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, tree / part)
    for header in (tree / "impl").glob("*.h"):
        header.write_text(plain(header))
    times = {}
    for programs in options.groups.values():
        for program in programs:
            if not build(program, tree, log):
                print("without a fault %s does not compile: %s" % (program, log))
                return None
            status, text, times[program] = call([program], tree, log)
            if status != 0:
                print("without a fault %s fails: %s" % (program, finding(status, text)))
                return None
            print("without a fault %s passes  %.1f s" % (program, times[program]), flush=True)
    return times


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--only", default="", metavar="TEXT", help="try the faults whose file or name contains TEXT")
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("groups", nargs="+")
    options = parser.parse_args()
    named = (one.split("=", 1) for one in options.groups)
    options.groups = {name: [p for p in programs.split(",") if p] for name, programs in named}
    options.directory = options.directory.resolve()
    return options


def main():
    options = arguments()
    processes.end_all_when_interrupted()
    mutants = [m for m in table.MUTANTS if options.only in m.file + " " + m.name]
    unknown = {group for m in mutants for group in m.groups} - set(options.groups)
    if unknown or not mutants:
        print("no such group of tests: %s" % " ".join(sorted(unknown)) if unknown
              else "no such fault: %s" % options.only)
        return 2
    needed = {group for m in mutants for group in m.groups}
    options.groups = {name: programs for name, programs in options.groups.items() if name in needed}
    times = try_baseline(options)
    if times is None:
        print("0 passed, %d failed" % len(mutants))
        return 1

    passed = hung = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(try_mutant, mutant, number, options, times) for number, mutant in enumerate(mutants)]
        for mutant, job in zip(mutants, jobs):
            result = job.result()
            passed += result.good
            hung += result.text.endswith(" hangs")
            print("%-8s %-66s %s" % ("killed" if result.good else "FAILED", mutant.name, result.text), flush=True)
    shutil.rmtree(options.directory / "baseline", ignore_errors=True)
    print("%d of the %d killed were killed by a hang" % (hung, passed))
    print("%d passed, %d failed" % (passed, len(mutants) - passed))
    return 0 if passed == len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())

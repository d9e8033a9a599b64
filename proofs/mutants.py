#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows that the proof of the library can fail: seeds one fault at a time (mutants_table.py) into a copy of the tree,
into code, contracts or logic, and proves the functions that should notice again.

usage: mutants.py [--only TEXT] [--jobs N]

What finds a fault, in the order in which it is tried:
  refuted    a goal is open: a prover gave up on it before its time was over
  exhausted  a goal is open: the prover did not answer in time
  log        the log checker
  smoke      a smoke test
  coverage   a check of coverage.py
First the copy without a fault: every function that the table names must be proved, and how long its slowest goal takes
says how long a goal of a fault is waited for. A fault that nothing finds, whose
text is not there exactly once, or that Frama-C cannot read, is a failure. That there are fewer goals than before finds
nothing.

One line for each fault, the logs in build/proof/mutants, and last "N passed, N failed".
"""
import argparse
import collections
import concurrent.futures
import json
import math
import os
import pathlib
import re
import shutil
import sys

import frama_c
import targets
from coverage import Coverage
from mutants_table import MUTANTS

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build" / "proof"
WORK = BUILD / "mutants"
PARTS = ("include", "impl", "spec", "proofs")

sys.path.insert(0, str(ROOT / "tests" / "mutants"))
from mutants import seed  # noqa: E402: the faults of the tests are written in the same way

TARGETS = {target.name: target for target in targets.TARGETS}
# Seconds for a goal of a fault: so many times what the slowest goal of its functions took without it; at least these.
MARGIN = 4
LEAST = 5
FINDERS = ("refuted", "exhausted", "log", "smoke", "coverage")
UNREADABLE = re.compile(r"annot-error|syntax error|stopping on file|invalid user input", re.IGNORECASE)

# finder: one of FINDERS, or None.
Verdict = collections.namedtuple("Verdict", "finder text")
# complaints: what coverage.py says; slowest: the seconds of each function's slowest goal.
Baseline = collections.namedtuple("Baseline", "complaints slowest")


def copy(name):
    tree = WORK / name
    shutil.rmtree(tree, ignore_errors=True)
    for part in PARTS:
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    return tree


def complaints(tree):
    return {(p.rule, p.file, p.text) for p in Coverage(tree).check().problems}


def prove(kind, tree, target, functions, environment, name, timeout, brief):
    return frama_c.run(kind, TARGETS[target].unit, functions, tree, environment, WORK / f"{name}.{kind}.log",
                       timeout=timeout, brief=brief)


def examine(fault, tree, environment, name, before):
    """Looks for a seeded fault."""
    lemmas = Coverage(tree).lemmas[fault.target]
    timeout = math.ceil(max([LEAST] + [MARGIN * before.slowest[function] for function in fault.functions]))
    for kind in (*(["lemma"] if lemmas else []), "proof", "smoke"):
        result = prove(kind, tree, fault.target, fault.functions, environment, name, timeout, True)
        unreadable = [p.text for p in result.problems if UNREADABLE.search(p.text)]
        if unreadable and not result.goals:
            return Verdict(None, f"DOES NOT PARSE: {unreadable[0]}")
        if result.open:
            goal = result.open[0]
            finder = "smoke" if kind == "smoke" else "refuted" if goal.verdict == "Unknown" else "exhausted"
            return Verdict(finder, goal.name.removeprefix("typed_").removeprefix("parallel_isr_"))
        if result.problems:
            return Verdict("log", result.problems[0].text)
    new = sorted(complaints(tree) - before.complaints)
    if new:
        return Verdict("coverage", new[0][2])
    return Verdict(None, f"SURVIVED: {name}")


def try_fault(fault, number, environment, before):
    name = f"{number:03}"
    tree = copy(name)
    try:
        if not seed(fault, tree):
            return Verdict(None, "STALE: its text is not there exactly once")
        return examine(fault, tree, environment, name, before)
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def baseline(faults, environment, pool):
    """Proves without a fault what the faults name; returns what that was like, or None if something is open."""
    tree = copy("baseline")
    needed = collections.defaultdict(set)
    for fault in faults:
        needed[fault.target].update(fault.functions)
    jobs = [pool.submit(prove, kind, tree, target, [function], environment, f"baseline.{target}.{function}",
                        TARGETS[target].timeout, False)
            for target, functions in needed.items() for function in sorted(functions) for kind in ("proof", "smoke")]
    results = [job.result() for job in jobs]
    slowest = collections.Counter()
    for result in results:
        for goal in result.goals:
            slowest[goal.function] = max(slowest[goal.function], goal.seconds)
        for goal in result.open:
            print(f"without a fault {goal.name} is open: {result.log}")
        for problem in result.problems:
            print(f"without a fault: {problem.text}: {result.log}")
    return Baseline(complaints(tree), slowest) if all(result.good for result in results) else None


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--only", default="", metavar="TEXT", help="the faults whose target, file or name has TEXT")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    frama_c.processes.end_all_when_interrupted()
    faults = [f for f in MUTANTS if options.only in f"{f.target} {f.file} {f.name}"]
    environment = frama_c.configure_why3(BUILD / "why3")
    found, failed = collections.Counter({finder: 0 for finder in FINDERS}), 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        before = baseline(faults, environment, pool)
        if before is None or not faults:
            print(f"0 passed, {len(faults) or 1} failed")
            return 1
        jobs = [pool.submit(try_fault, fault, number, environment, before) for number, fault in enumerate(faults)]
        for fault, job in zip(faults, jobs):
            finder, text = job.result()
            found.update([finder] if finder else [])
            failed += finder is None
            print(f"{finder or 'FAILED':10} {fault.target}: {fault.name:60} {text}", flush=True)
    shutil.rmtree(WORK / "baseline", ignore_errors=True)
    print(", ".join(f"{n} {finder}" for finder, n in found.items()) + f", {failed} not found")
    if not options.only:
        (BUILD / "mutants.json").write_text(json.dumps({**found, "not found": failed}) + "\n")
    print(f"{len(faults) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

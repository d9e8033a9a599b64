#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proves the targets of targets.py with Frama-C, from scratch, and says what that means.

usage: prove.py [--target TARGET] [--function NAME] [--smoke | --machdeps | --independent] [--update] [--quiet]
                [--jobs N]

 (no option)    every target: its goals; the negative controls; the checks of coverage.py; the counts that results.json
                records. Writes report.html, junit.xml, results.sarif and the logs to build/proof.
 --target       one target.
 --function     one function, while working on it.
 --smoke        the smoke tests of every target: they look for contradictions in what it assumes, and for dead code.
 --machdeps     the goals of every target for the other data models.
 --independent  which share of the goals cvc5 closes alone.
 --update       goals and smoke tests, and records the counts in results.json if nothing else is wrong.
 --quiet        says nothing but what is wrong.

A line for each target as it ends, then a table, and last "N passed, N failed".
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import sys

import frama_c
import negative
import report
import targets
from coverage import Coverage, print_trusted_base
from source import Problem

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build" / "proof"
RESULTS = HERE / "results.json"

MACHDEP = "gcc_x86_64"
# gcc_x86_16 is left out: the DDI's structures are laid out for pointers of 32 and of 64 bits, and the header refuses
# others.
OTHER_MACHDEPS = ("gcc_x86_32", "msvc_x86_64", "ppc_32")
PROVERS = (frama_c.CVC4,)
# Seconds for a goal of the second prover, of whom a share is wanted and not all.
INDEPENDENT_TIMEOUT = 10

# A floor far below what is proved would never be met: it must be this share of the goals.
FLOOR_SHARE = 0.75

# One run proves functions that have about so many goals, as far as results.json knows: enough to make up for the start
# of Frama-C, and few enough to keep every processor busy to the end.
RUN_GOALS = 60
UNKNOWN_GOALS = 25

# goals: how many are expected; functions: names.
Job = collections.namedtuple("Job", "target kind machdep provers functions goals log")


class Outcome:
    """Everything that was found out about one target."""

    def __init__(self, target, functions):
        self.target, self.functions = target, functions
        self.runs = []

    def goals_of(self, *kinds):
        return [goal for run in self.runs if run.kind in kinds for goal in run.goals]

    @property
    def goals(self):
        return self.goals_of("proof", "lemma")

    @property
    def smoke(self):
        return self.goals_of("smoke")

    @property
    def open(self):
        return [goal for run in self.runs for goal in run.open]

    @property
    def problems(self):
        return [problem for run in self.runs for problem in run.problems]

    @property
    def good(self):
        return not self.open and not self.problems

    @property
    def seconds(self):
        return sum(run.seconds for run in self.runs)

    @property
    def slowest(self):
        return max((goal.seconds for goal in self.goals), default=0.0)

    def count(self, prover):
        return sum(run.count(prover) for run in self.runs if run.kind != "smoke")

    def check(self, lemmas, models):
        """What no single run can tell."""
        expect = self.runs[-1].problems.append
        for name in lemmas:
            if not any(goal.name.endswith("lemma_" + name) for goal in self.goals):
                expect(Problem("log", self.target.room, 1, f"no goal for lemma {name}"))
        if len(self.goals) < self.target.floor * models:
            expect(Problem("floor", "proofs/targets.py", 1, f"{self.target.name}: {len(self.goals)} goals, "
                           f"the floor is {self.target.floor * models}"))


# ---- the runs --------------------------------------------------------------------------------------------------------


def recorded():
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def portions(target, functions):
    """Deals functions to runs, in the order of the room: ([names], goals) for each."""
    known = recorded().get(target.name, {}).get("functions", {})
    dealt, names, goals = [], [], 0
    for function in functions:
        names.append(function.name)
        goals += known.get(function.name, UNKNOWN_GOALS)
        if goals >= RUN_GOALS:
            dealt.append((names, goals))
            names, goals = [], 0
    return dealt + [(names, goals)] if names else dealt


def kinds(options):
    """What a run is for."""
    if options.smoke:
        return ("smoke",)
    return ("proof", "lemma", "smoke") if options.update else ("proof", "lemma")


def plan(target, functions, lemmas, options):
    """The runs of a target."""
    machdeps = OTHER_MACHDEPS if options.machdeps else (MACHDEP,)
    provers = (frama_c.CVC5,) if options.independent else PROVERS
    mode = f"{frama_c.CVC5}." if options.independent else ""
    jobs = []
    for machdep in machdeps:
        for kind in kinds(options):
            dealt = portions(target, functions) if kind != "lemma" else [([], 1)] if lemmas else []
            jobs += [Job(target, kind, machdep, provers, names, goals,
                         BUILD / "logs" / f"{target.name}.{kind}.{mode}{machdep}.{number}.log")
                     for number, (names, goals) in enumerate(dealt)]
    return jobs


def execute(job, options):
    return frama_c.run(job.kind, job.target.unit, job.functions, ROOT, options.environment, job.log,
                       machdep=job.machdep, provers=job.provers,
                       timeout=INDEPENDENT_TIMEOUT if options.independent else job.target.timeout)


def prove(coverage, options):
    """Runs everything, the longest first; returns the outcomes in the order of the table, and the problems of the
    negative controls, by name."""
    chosen = [t for t in targets.TARGETS if options.target in (None, t.name)]
    outcomes = {}
    for target in chosen:
        functions = [f for f in coverage.proved[target.name] if options.function in (None, f.name)]
        if functions or not options.function:
            outcomes[target.name] = Outcome(target, functions)
    if not outcomes:
        sys.exit(f"no target proves that: {options.function or options.target}")
    jobs = [job for outcome in outcomes.values() for job in
            plan(outcome.target, outcome.functions, [] if options.function else coverage.lemmas[outcome.target.name],
                 options)]
    jobs.sort(key=lambda job: -job.goals)
    controls = negative.files() if options.whole else []
    # Several runs at a time, one prover each, keep the processors busier than one run with several provers.
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = collections.Counter(job.target.name for job in jobs)
        started = {pool.submit(execute, job, options): job for job in jobs}
        tried = {path.stem: pool.submit(negative.try_file, path, options.environment) for path in controls}
        for done in concurrent.futures.as_completed(started):
            name = started[done].target.name
            outcomes[name].runs.append(done.result())
            waiting[name] -= 1
            if waiting[name] == 0:
                progress(outcomes[name], coverage, options)
        found = {name: job.result() for name, job in tried.items()}
    if found:
        good = sum(not problems for problems in found.values())
        say_target(good == len(found), "negative controls", f"{good} of {len(found)} do not prove", options)
        for name, problems in found.items():
            for problem in problems:
                print(f"  {problem.file}: {problem.text}", flush=True)
    return list(outcomes.values()), found


# ---- what is said ----------------------------------------------------------------------------------------------------


def say_target(good, name, text, options):
    if not (good and options.quiet):
        print(f"{'ok' if good else 'FAILED':6} {name:22} {text}", flush=True)


def told(outcome):
    """What is wrong with a target, a line each."""
    for goal in outcome.open:
        said = "a contradiction, or dead code" if "wp_smoke" in goal.name else goal.verdict
        yield f"  OPEN {goal.name.removeprefix('typed_')}  {said}"
    for problem in outcome.problems:
        yield f"  {problem.file}:{problem.line}: {problem.text}" if problem.file else f"  {problem.text}"
    for run in outcome.runs:
        if not run.good:
            yield f"  log: {run.log.relative_to(ROOT)}"


def progress(outcome, coverage, options):
    """A target has ended."""
    if not (options.function or options.smoke):
        outcome.check(coverage.lemmas[outcome.target.name], len(OTHER_MACHDEPS) if options.machdeps else 1)
    proved = sum(goal.verdict == "Valid" for goal in outcome.goals)
    passed = sum(goal.verdict == "Valid" for goal in outcome.smoke)
    smoke = f", {passed} of {len(outcome.smoke)} smoke tests" if outcome.smoke else ""
    good = not outcome.problems if options.independent else outcome.good
    say_target(good, outcome.target.name, f"{proved} of {len(outcome.goals)} goals{smoke}  {outcome.seconds:.0f} s",
               options)
    if not good:
        print("\n".join(told(outcome)), flush=True)


def table(outcomes):
    columns = ("qed", *PROVERS)
    head = ("target", "functions", "goals", *columns, "smoke", "slowest", "seconds")
    form = "{:22}" + " {:>9}" * (len(head) - 1)
    rows = [(o.target.name, len(o.functions), len(o.goals), *map(o.count, columns), len(o.smoke), o.slowest, o.seconds)
            for o in outcomes]
    rows.append(("all", *(sum(row[i] for row in rows) for i in range(1, len(head) - 2)), max(row[-2] for row in rows),
                 sum(row[-1] for row in rows)))
    yield form.format(*head)
    for *counts, slowest, taken in rows:
        yield form.format(*counts, f"{slowest:.1f}", f"{taken:.0f}")


def shares(outcomes):
    for outcome in outcomes:
        needed = len(outcome.goals) - outcome.count("qed")
        yield f"{outcome.target.name:22} cvc5 alone closes {outcome.count(frama_c.CVC5)} of {needed} goals"


def claims(outcomes):
    for outcome in outcomes:
        yield f"{outcome.target.name}\n  CLAIM     {outcome.target.claim}\n  UNPROVED  {outcome.target.unproved}"


# ---- results.json: what is the same however loaded the machine is ----------------------------------------------------


def counts(outcomes):
    return {o.target.name: {
        "goals": len(o.goals),
        "smoke": len(o.smoke),
        "functions": {f.name: sum(goal.function == f.name for goal in o.goals) for f in o.functions},
    } for o in outcomes}


def record(outcomes):
    RESULTS.write_text(json.dumps(counts(outcomes), indent=1, sort_keys=True) + "\n")


def compare(outcomes, options):
    """Problems where a run differs from what is recorded."""
    known, now = recorded(), counts(outcomes)
    gone = known.keys() - now.keys() if options.whole else ()
    for name in (*now, *gone):
        before, after = known.get(name, {}), now.get(name, {})
        for key in [key for key, kind in (("goals", "proof"), ("smoke", "smoke")) if kind in kinds(options)]:
            if before.get(key) != after.get(key):
                yield Problem("results", "proofs/results.json", 1, f"{name}: {before.get(key, 0)} {key} are recorded, "
                              f"now there are {after.get(key, 0)}; make prove-update records that")
        old, new = before.get("functions", {}), after.get("functions", {})
        for function in sorted(old.keys() | new.keys()):
            if "proof" in kinds(options) and before and after and old.get(function) != new.get(function):
                yield Problem("results", "proofs/results.json", 1, f"{name}: {function} has {new.get(function, 'no')} "
                              f"goals, {old.get(function, 'none')} are recorded")
    for outcome in outcomes:
        if "proof" in kinds(options) and outcome.target.floor < FLOOR_SHARE * len(outcome.goals):
            yield Problem("floor", "proofs/targets.py", 1, f"{outcome.target.name}: a floor of {outcome.target.floor} "
                          f"is too low for {len(outcome.goals)} goals")


def remember(name, data):
    """What the report says about other runs."""
    (BUILD / f"{name}.json").write_text(json.dumps(data, indent=1) + "\n")


# ---- the whole -------------------------------------------------------------------------------------------------------


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--target")
    parser.add_argument("--function")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--jobs", type=int)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--smoke", action="store_true")
    mode.add_argument("--machdeps", action="store_true")
    mode.add_argument("--independent", action="store_true")
    options = parser.parse_args()
    options.whole = not (options.target or options.function or options.smoke or options.machdeps or
                         options.independent)
    # WP sleeps a moment for each goal, which half as many runs again as processors make up for. A prover's time is by
    # the clock: where it matters which goals it gives up, it has a processor of its own.
    processors = os.cpu_count() or 1
    options.jobs = options.jobs or (processors if options.independent else (3 * processors + 1) // 2)
    options.environment = frama_c.configure_why3(BUILD / "why3")
    return options


def main():
    options = arguments()
    frama_c.processes.end_all_when_interrupted()
    coverage = Coverage(ROOT)
    outcomes, controls = prove(coverage, options)
    problems = [problem for found in controls.values() for problem in found]
    checked = len(controls)
    if options.whole:
        coverage.check()
        problems += coverage.problems
        checked += coverage.checked
        if options.update and not problems and all(outcome.good for outcome in outcomes):
            record(outcomes)
    if not (options.function or options.machdeps or options.independent):
        problems += compare(outcomes, options)
        checked += len(outcomes)
    for problem in problems:
        if problem.rule != "negative":
            print(f"FAILED {problem.file}:{problem.line}: {problem.text} [{problem.rule}]")

    if not options.quiet:
        print("", *(shares if options.independent else table)(outcomes), sep="\n")
        if options.whole:
            print("", *claims(outcomes), "", sep="\n")
            print_trusted_base(coverage)
    if options.whole:
        report.write(BUILD, outcomes, coverage, controls, problems)
    elif options.independent and not options.target:
        remember("independent", {o.target.name: [o.count(frama_c.CVC5), len(o.goals) - o.count("qed")]
                                 for o in outcomes})
    elif options.machdeps and not options.target:
        runs = [run for outcome in outcomes for run in outcome.runs]
        remember("machdeps", {machdep: [sum(run.proved for run in runs if run.machdep == machdep),
                                        sum(len(run.goals) for run in runs if run.machdep == machdep)]
                              for machdep in OTHER_MACHDEPS})

    failed = len(problems) + sum(len(o.problems) for o in outcomes)
    if not options.independent:
        failed += sum(len(o.open) for o in outcomes)
    passed = max(0, checked - len(problems)) + sum(run.proved for o in outcomes for run in o.runs)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

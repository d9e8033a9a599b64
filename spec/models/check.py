#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Searches the Promela models of this directory with Spin, as models.tsv says (README.md explains the table).

  check.py small   configurations marked small, every probe and every mutant: part of `make check`
  check.py long    configurations marked large: `make check-long`

A configuration passes only if its search was the one that was asked for and came to its end: a search that stops early
also reports no errors. A mutant passes if its search fails in the way the table says, a probe if the search fails at
each of the named places. In mode small every line of a model must be reached in some configuration.
"""
import argparse
import concurrent.futures
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build" / "models"

# What the search is: flags for the compiler of the verifier, flags of the verifier, lines it must print.
SEARCHES = {
    "safety": (["-DSAFETY", "-DNOCLAIM"], [], [r"assertion violations\s*\+", r"invalid end states\s*\+"]),
    "cycles": (["-DNOCLAIM"], ["-a"], [r"acceptance\s+cycles\s*\+ \(fairness disabled\)"]),
    "ltl": (["-DNFAIR=6"], ["-a", "-f"], [r"acceptance\s+cycles\s*\+ \(fairness enabled\)", r"never claim\s*\+ "]),
}
# What a failing search reports.
FAILURES = {"assertion": "assertion violated", "deadlock": "invalid end state", "cycle": "acceptance cycle"}
# What a search that did not come to its end says, whatever its count of errors.
INCOMPLETE = re.compile(r"max search depth too small|out of memory|Search not completed|memory limit|hash.table full|"
                        r"resource limit|aborted|VECTORSZ|truncated", re.IGNORECASE)
SIZES = {  # optimisation of the verifier, its depth, its initial hash table, its memory in MiB
    "small": (["-O0"], ["-m200000", "-w20"], 2048),
    "large": (["-O2", "-DCOLLAPSE"], ["-m20000000", "-w26"], 8000),
    "quick": (["-O0"], ["-m200000", "-w20"], 2048),
}


class Row:
    """One line of models.tsv."""

    def __init__(self, kind, model, name, search, defines, expected):
        self.kind, self.model, self.name, self.search = kind, model, name, search
        self.defines, self.expected = defines.split(), expected.split()
        self.label = f"{kind:6} {model:14} {name}"
        self.directory = BUILD / "-".join((kind, model, re.sub(r"\W+", "_", name)))

    def changed(self, kind, name, define, expected):
        """This configuration with one more definition."""
        return Row(kind, self.model, name, self.search, " ".join((*self.defines, define)), expected)


class Outcome:
    def __init__(self, row):
        self.row, self.problem, self.states, self.seconds, self.lines = row, "", "", 0.0, {}


def run(command, directory):
    done = subprocess.run(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=False)
    return done.returncode, done.stdout


def build(row, flags, memory):
    """Makes the verifier of a row; returns what went wrong."""
    row.directory.mkdir(parents=True, exist_ok=True)
    for left in row.directory.iterdir():
        left.unlink()
    source = os.path.relpath(HERE / f"{row.model}.pml", row.directory)
    status, text = run(["spin", "-a", *(f"-D{define}" for define in row.defines), source], row.directory)
    if status != 0 or "rror:" in text or not (row.directory / "pan.c").exists():
        return f"spin: {text.strip()}"
    compiler = os.environ.get("CC", "gcc").split()
    status, text = run([*compiler, "-w", *flags, f"-DMEMLIM={memory}", "-o", "pan", "pan.c"], row.directory)
    return f"compiler: {text.strip()}" if status != 0 else ""


def reached_lines(text, table):
    """Lines of the model that a finished search went through, and all that have a statement."""
    unreached, process = set(), None
    for line in text.splitlines():
        match = re.match(r"unreached in (.+)", line)
        if match:
            process = match.group(1)
        match = re.match(r"\t\S+:\d+, state (\d+),", line)
        if match:
            unreached.add((process, match.group(1)))
    every, reached, process = set(), set(), None
    for line in table.splitlines():
        match = re.match(r"(proctype .+|init|claim .+)$", line)
        if match:
            process = match.group(1)
        match = re.match(r"\s*state\s+(\d+) -.*\] \S*\.pml:(\d+) =>", line)
        if match and not process.startswith("claim"):
            every.add(int(match.group(2)))
            if (process, match.group(1)) not in unreached:
                reached.add(int(match.group(2)))
    return every, reached


def search(row, names):
    """Runs one row; the outcome's problem is empty if it is as the table says."""
    outcome, start = Outcome(row), time.monotonic()
    optimisation, limits, memory = SIZES[row.kind if row.kind in SIZES else "quick"]
    kind, _, claim = row.search.partition(":")
    flags, options, must_print = SEARCHES[kind]
    options = [*limits, *options, *(["-N", claim] if claim else []), *(["-c0"] if row.kind == "probe" else [])]
    outcome.problem = build(row, [*optimisation, *flags], memory)
    if not outcome.problem:
        status, text = run(["./pan", *options], row.directory)
        (row.directory / "result").write_text(text)
        outcome.problem = judge(row, status, text, must_print, names)
        states = re.search(r"(\d\S*) states, stored", text)
        outcome.states = states.group(1) if states else "?"
        if row.kind == "small" and not outcome.problem:
            outcome.lines = dict(zip(("every", "reached"), reached_lines(text, run(["./pan", "-d"], row.directory)[1])))
    outcome.seconds = time.monotonic() - start
    return outcome


def judge(row, status, text, must_print, names):
    """Compares what a verifier printed with what the table expects."""
    errors = re.search(r"errors: (\d+)", text)
    if status != 0 or not errors:
        return f"the verifier failed with status {status}"
    missing = [line for line in must_print if not re.search(line, text)]
    if missing:
        return f"not the search that was asked for: {missing[0]}"
    if row.kind == "probe":
        hit = {names[int(event)] for event in re.findall(r"assertion violated \(?(\d+)==0", text)}
        absent = [event for event in row.expected if event not in hit]
        return f"never happened: {', '.join(absent)}" if absent else ""
    if row.expected == ["holds"]:
        if int(errors.group(1)) != 0:
            return next((line for line in text.splitlines() if line.startswith("pan:")), "errors")
        stopped = INCOMPLETE.search(text)
        return f"not completed: {stopped.group(0)}" if stopped else ""
    if int(errors.group(1)) == 0:
        return "survives"
    failure = FAILURES[row.expected[0]]
    return "" if failure in text else f"does not fail with '{failure}'"


def read_table():
    """The rows of models.tsv. A mutant or a probe names the configuration that it changes."""
    rows, configurations = [], {}
    with open(HERE / "models.tsv", newline="", encoding="utf-8") as table:
        for fields in csv.reader((line for line in table if line.strip() and line[0] != "#"), delimiter="\t"):
            if fields[0] in ("small", "large"):
                row = Row(*fields)
                configurations[row.model, row.name] = row
            elif fields[0] == "mutant":
                kind, model, name, base, expected = fields
                row = configurations[model, base].changed(kind, name, f"MUTANT_{name}", expected)
            else:
                kind, model, base, expected = fields
                row = configurations[model, base].changed(kind, base, "PROBES", expected)
            rows.append(row)
    return rows


def check_table(rows):
    """Every mutant and every probe of a model must be in the table, and nothing else; returns what is wrong."""
    problems, names = [], {}
    for model in sorted({row.model for row in rows}):
        text = (HERE / f"{model}.pml").read_text(encoding="utf-8")
        names[model] = {int(n): name for name, n in re.findall(r"#define PROBE_(\w+) (\d+)", text)}
        mine = [row for row in rows if row.model == model]
        mutants = {row.name for row in mine if row.kind == "mutant"}
        probes = {event for row in mine if row.kind == "probe" for event in row.expected}
        for what, there, listed in (("mutant", set(re.findall(r"\bMUTANT_(\w+)", text)), mutants),
                                    ("probe", set(names[model].values()), probes)):
            for name in sorted(there ^ listed):
                problems.append(f"{model}: {what} {name} is {'not in models.tsv' if name in there else 'unknown'}")
    return problems, names


def main():
    parser = argparse.ArgumentParser(description="Searches the Promela models with Spin, as models.tsv says.")
    parser.add_argument("mode", choices=("small", "long"))
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each row")
    parser.add_argument("-j", "--jobs", type=int, help="rows at a time (default: processors; long: 1)")
    parser.add_argument("-k", "--only", default="", help="rows whose line contains this")
    arguments = parser.parse_args()

    compiler = os.environ.get("CC", "gcc").split()[0]
    for tool in ("spin", compiler):
        if shutil.which(tool) is None:
            sys.exit(f"check.py: {tool} is not installed")

    rows = read_table()
    problems, names = check_table(rows)
    rows = [row for row in rows if (row.kind == "large") == (arguments.mode == "long") and arguments.only in row.label]
    jobs = arguments.jobs or (1 if arguments.mode == "long" else os.cpu_count() or 1)
    passed, every, reached = 0, {}, {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for outcome in pool.map(lambda row: search(row, names[row.model]), rows):
            row = outcome.row
            if outcome.problem:
                problems.append(f"{row.label}: {outcome.problem} (see {os.path.relpath(row.directory)})")
            else:
                passed += 1
            for lines, into in (("every", every), ("reached", reached)):
                into.setdefault(row.model, set()).update(outcome.lines.get(lines, ()))
            if arguments.verbose:
                print(f"{'FAIL' if outcome.problem else 'ok':4} {row.label:58} {row.search:18} "
                      f"{outcome.states:>10} states {outcome.seconds:6.1f} s", flush=True)
    if arguments.mode == "small" and not arguments.only:
        for model in sorted(every):
            dead = sorted(every[model] - reached[model])
            passed += not dead
            if dead:
                problems.append(f"{model}.pml: no configuration reaches line {', '.join(map(str, dead))}")
    for problem in problems:
        print(f"FAILED {problem}", file=sys.stderr)
    print(f"{passed} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

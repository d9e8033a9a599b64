#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs groups of checks and adds up what they counted.

usage: run.py [--quiet] [--log DIRECTORY] [--jobs N] [--timeout SECONDS] GROUP...

A group is the target check-GROUP of the Makefile. Its output goes to DIRECTORY/GROUP.log; from there its count is read:
every line "N passed, N failed" and every result of TAP (cmocka's with CMOCKA_MESSAGE_OUTPUT=TAP). A group that exits
with an error, hangs, reports nothing or less than it announced has failed, whatever it says. What a platform cannot do
and skips counts as neither.

The first group builds the programs and runs alone. One line for each group (--quiet: for each that failed), the end of
the log of those that failed, and last the total: "N passed, N failed".
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

import processes

SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)
TAP_PLAN = re.compile(r"^1\.\.(\d+)\s*$", re.MULTILINE)
TAP_PASSED = re.compile(r"^ok \d+\b", re.MULTILINE)
TAP_FAILED = re.compile(r"^not ok \d+\b(?! # SKIP)", re.MULTILINE)
TAP_SKIPPED = re.compile(r"^not ok \d+ # SKIP", re.MULTILINE)
TAIL = 40


def count(text, status):
    """Returns (passed, failed) of a log and the exit status that came with it."""
    summaries = [(int(p), int(f)) for p, f in SUMMARY.findall(text)]
    announced = sum(int(n) for n in TAP_PLAN.findall(text))
    tap_passed = len(TAP_PASSED.findall(text))
    tap_failed = max(len(TAP_FAILED.findall(text)), announced - tap_passed - len(TAP_SKIPPED.findall(text)))
    passed = tap_passed + sum(p for p, _ in summaries)
    failed = tap_failed + sum(f for _, f in summaries)
    if failed == 0 and (status != 0 or passed == 0):
        failed = 1
    return passed, failed


def run(group, options):
    """Runs one group; returns (passed, failed)."""
    log = options.log / (group + ".log")
    # A make of its own: it must not look for the job server of the make that called this.
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    flags = ["-k", "-j%d" % options.jobs] if group == options.groups[0] else ["-j1"]
    start = time.monotonic()
    note = ""
    with log.open("wb") as output, processes.started(["make", "-s", "--no-print-directory", *flags, "check-" + group],
                                                     stdout=output, env=environment) as process:
        try:
            status = process.wait(options.timeout)
        except subprocess.TimeoutExpired:
            status = -1
            note = "  stopped after %d s" % options.timeout
            processes.end(process)
    text = log.read_text(errors="replace")
    passed, failed = count(text, status)
    lines = ["%-12s %6d passed, %d failed  %5.1f s%s" % (group, passed, failed, time.monotonic() - start, note)]
    if failed:
        told = [line for line in text.splitlines() if not TAP_PASSED.match(line)]
        lines += ["  | " + line for line in told[-TAIL:]] + ["  | all of it: %s" % log]
    if failed or not options.quiet:
        print("\n".join(lines), flush=True)
    return passed, failed


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n")[2].replace("usage: ", ""))
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--log", type=pathlib.Path, default=pathlib.Path("build/check"))
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--timeout", type=float, default=400)
    parser.add_argument("groups", nargs="+")
    options = parser.parse_args()
    options.log.mkdir(parents=True, exist_ok=True)
    processes.end_all_when_interrupted()

    results = [run(options.groups[0], options)]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results += pool.map(lambda group: run(group, options), options.groups[1:])
    passed = sum(p for p, _ in results)
    failed = sum(f for _, f in results)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the demo as its user does, on inputs that are right and on inputs that are not.

usage: demo_test.py DIRECTORY

A right input is printed byte by byte, with exit status 0 and a timeline that a viewer reads. A wrong one is one line on
stderr, not counting make's own, and an exit status that is not 0.
"""
import pathlib
import random
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent.parent
DEMO = ROOT / "build/demo"
LIMIT = 1 << 20

# file name: its bytes
RIGHT = {
    "empty": b"",
    "one byte": b"\0",
    "every byte": bytes(range(256)) * 17,
    "name with $(false) 'quotes' and `signs`": b"as it stands\n",
    "largest": random.Random(1).randbytes(LIMIT),
}
# what is wrong: INPUT, what the line must say
WRONG = {
    "missing": ("no/such/file", "no/such/file"),
    "directory": ("tests", "directory"),
    "nothing": ("", "INPUT"),
    "too large": ("too large", "1 MiB"),
}


def demo(*arguments):
    """Runs make demo; returns (exit status, stdout, lines on stderr that are not make's)."""
    done = subprocess.run(["make", "-s", "--no-print-directory", "demo", *arguments], cwd=ROOT, capture_output=True,
                          text=True)
    errors = [line for line in done.stderr.splitlines() if not re.match(r"make(\[\d+\])?: \*\*\*", line)]
    return done.returncode, done.stdout, errors


def timeline_fault(path):
    """What keeps a viewer from reading a value change dump, or None."""
    header, end, body = path.read_text().partition("$enddefinitions $end\n")
    symbols = {line.split()[3] for line in header.splitlines() if line.startswith("$var ")}
    if not end or len(symbols) < 4:
        return "no definitions"
    last = -1
    for line in body.splitlines():
        if line.startswith("#"):
            if int(line[1:]) <= last:
                return "time goes back at " + line
            last = int(line[1:])
        elif line[0] in "01" and line[1:] not in symbols or line[0] == "b" and line.split()[1] not in symbols:
            return "no such signal: " + line
    return None if last > 0 else "nothing happens"


def right(arguments, data):
    """What is wrong with a run that should succeed, or None."""
    status, said, errors = demo(*arguments)
    if status != 0 or errors:
        return "status %d: %s" % (status, "\n".join(errors))
    if (DEMO / "printed.bin").read_bytes() != data:
        return "printed something else"
    if "%d bytes printed" % len(data) not in said:
        return "does not say how much it printed"
    return timeline_fault(DEMO / "trace.vcd")


def wrong(name, sentence):
    """What is wrong with a run that should fail, or None."""
    status, said, errors = demo("INPUT=" + name)
    if status == 0:
        return "exit status 0"
    if said or len(errors) != 1 or sentence not in errors[0]:
        return "not one clear line: %s" % "\n".join([said, *errors])
    return None


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    results = {"README.md by default": right([], (ROOT / "README.md").read_bytes())}
    for name, data in RIGHT.items():
        (out / name).write_bytes(data)
        results[name] = right(["INPUT=" + str(out / name).replace("$", "$$")], data)
    (out / "too large").write_bytes(b"\0" * (LIMIT + 1))
    for name, (path, sentence) in WRONG.items():
        results[name] = wrong(str(out / path) if path == "too large" else path, sentence)
    failed = {name: fault for name, fault in results.items() if fault}
    for name, fault in failed.items():
        print("%s: %s" % (name, fault))
    print("%d passed, %d failed" % (len(results) - len(failed), len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

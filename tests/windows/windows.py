#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the Windows drivers under Wine: cases of the simulator and of the conformance core, and a program that prints.

usage: windows.py DIRECTORY

DIRECTORY has what make has built. The drivers that run are copies, byte by byte, of what `make windows` builds, by each
compiler. Each run has a Wine of its own, with a prefix that is made once. One line for each run, what was reported of
the cases that failed, and last "N passed, N failed".
"""
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

BUILDS = ("x64-gcc", "x64-clang")
DRIVERS = ("parisr.sys", "parprint.sys")
PARTS = ("port", "conformance", "printer")
ENDED = "all parts ended"
PATIENCE = 200  # seconds: what hangs is a failure
TAIL = 30

BUILTINS = pathlib.Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")
LINE = re.compile(r"^(ok|not ok|skip) (\S+)")

Result = collections.namedtuple("Result", "passed failures facts")


def find(*names):
    for name in names:
        found = shutil.which(name, path="/usr/lib/wine:" + os.environ.get("PATH", ""))
        if found:
            return found
    raise SystemExit("windows.py: there is no %s\n0 passed, 1 failed" % names[0])


WINE = find("wine64", "wine")
SERVER = find("wineserver64", "wineserver")


def environment(prefix):
    return {**os.environ, "WINEPREFIX": str(prefix), "WINEARCH": "win64", "DISPLAY": "",
            "WINEDEBUG": "fixme-all,err-systray,err-winediag",
            "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe="}


def call(prefix, *command, patience=60, output=subprocess.DEVNULL):
    """Runs a command; returns its status, None if it hung. The output is no pipe: Wine's server would keep it open."""
    try:
        return subprocess.run(command, env=environment(prefix), timeout=patience, stdin=subprocess.DEVNULL,
                              stdout=output, stderr=subprocess.STDOUT).returncode
    except subprocess.TimeoutExpired:
        return None


def stop(prefix):
    call(prefix, SERVER, "-k")
    call(prefix, SERVER, "-w")


def make_prefix(directory):
    """The prefix, once: with links to Wine's files in the place of copies it is small."""
    place = directory / "wine"
    if (place / "made").exists():
        return place
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    call(place, WINE, "wineboot", "-i", patience=180)
    call(place, SERVER, "-w", patience=120)
    system = place / "drive_c/windows/system32"
    if not system.is_dir():
        raise SystemExit("windows.py: Wine makes no prefix\n0 passed, 1 failed")
    for path in system.iterdir():
        if path.is_file() and (BUILTINS / path.name).exists():
            path.unlink()
            path.symlink_to(BUILTINS / path.name)
    shutil.rmtree(place / "drive_c/windows/winsxs", ignore_errors=True)
    (place / "made").touch()
    return place


def read(path):
    return path.read_text(errors="replace") if path.exists() else ""


def judge(output, log, status):
    """What the program said and the simulator logged, as a Result."""
    passed, failures, facts, failing = 0, [], [], False
    for line in output.splitlines():
        match = LINE.match(line)
        if match:
            failing = match.group(1) == "not ok"
            passed += match.group(1) == "ok"
        if failing:
            failures.append(line)
        if line.startswith("count "):
            facts.append(line[6:])
    if status != 0 or ENDED not in output:
        failures.append("the program ended with %s; the log ends so:" % ("a time-out" if status is None else status))
        failures += ["  " + line for line in log.splitlines()[-TAIL:]]
    return Result(passed, failures, facts)


def run(name, files, prefix, parts=PARTS, patience=PATIENCE):
    """Runs the parts with these files, in a copy of the prefix; returns a Result."""
    place = prefix.parent / "runs" / name
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(prefix, place, symlinks=True)
    for path in files:
        shutil.copy2(path, place / "drive_c")
        if (place / "drive_c" / path.name).read_bytes() != path.read_bytes():
            raise SystemExit("windows.py: not the same bytes")
    with (place / "output").open("wb") as output:
        status = call(place, WINE, "C:\\user.exe", *parts, patience=patience, output=output)
    stop(place)
    return judge(read(place / "output"), read(place / "drive_c/ntsim.log"), status)


def files_of(directory, build):
    return [directory / build / driver for driver in (*DRIVERS, "conformance.sys")] + \
        [directory / "test/ntsim.sys", directory / "test/user.exe"]


def main():
    directory = pathlib.Path(sys.argv[1]).resolve()
    prefix = make_prefix(directory)
    passed = failed = 0
    for build in BUILDS:
        start = time.monotonic()
        result = run(build, files_of(directory, build), prefix)
        count = sum(line.startswith("not ok") for line in result.failures) or int(bool(result.failures))
        print("%-10s %4d cases passed, %d failed  %.1f s" % (build, result.passed, count, time.monotonic() - start))
        print("".join("  %s\n" % line for line in result.facts + result.failures), end="", flush=True)
        passed += result.passed
        failed += count
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the DDI of the library's header is the platform's own (layout.c), and that a difference would be noticed.

usage: layout.py DIRECTORY
"""
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent

TRIPLES = {"x64": "x86_64-w64-mingw32", "x86": "i686-w64-mingw32"}
COMPILERS = {"gcc": ["%s-gcc"], "clang": ["clang", "--target=%s"]}
MODES = {"beside": [], "drop-in": ["-DLAYOUT_DROP_IN"]}
FLAGS = ["-std=c11", "-ffreestanding", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow",
         "-Werror"]

# what is done to the header: pattern and its replacement, once, and the combination that must not compile then
FAULTS = {
    "a type": (r"KIRQL SynchronizeIrql; ( +/\*\*< Least)", r"ULONG SynchronizeIrql; \1", ("x64", "beside")),
    "an order": (r"  ULONG BusNumber;( .*)\n  ULONG InterruptLevel;(.*)",
                 r"  ULONG InterruptLevel;\1\n  ULONG BusNumber;\2", ("x64", "beside")),
    "a code": (r"0x001600A0u", "0x001600A4u", ("x64", "beside")),
    "a status": (r"\(0xC0000264\)", "(0xC0000265)", ("x64", "beside")),
    "an enumerator": (r"LevelSensitive = 0,( .*)\n  Latched = 1,", r"LevelSensitive = 1,\1\n  Latched = 0,",
                      ("x64", "beside")),
    "a convention": (r"typedef void\(NTAPI (\*PPARALLEL_FREE_ROUTINE)", r"typedef void(\1", ("x86", "beside")),
    "a convention of a function": (r"ULONG NTAPI (parallel_isr_query_waiters)", r"ULONG \1", ("x86", "drop-in")),
    "a member of the output": (r"  PVOID Context; (/\*\*< Argument of both)", r"  ULONG Context; \1",
                               ("x64", "drop-in")),
}


def compile_layout(include, target, compiler, mode):
    """What the compiler says."""
    triple = TRIPLES[target]
    command = [part % triple if "%" in part else part for part in COMPILERS[compiler]]
    done = subprocess.run([*command, *FLAGS, "-isystem", "/usr/%s/include/ddk" % triple, "-I%s" % include,
                           "-I%s" % HERE, *MODES[mode], str(HERE / "layout.c")], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr or "failed"


def main():
    copy = pathlib.Path(sys.argv[1]).resolve()
    shutil.rmtree(copy, ignore_errors=True)
    for part in ("include", "impl", "spec"):
        shutil.copytree(ROOT / part, copy / part)
    header = copy / "include/parallel_isr.h"
    text = header.read_text()

    failed = []
    passed = 0
    for target in TRIPLES:
        for compiler in COMPILERS:
            for mode in MODES:
                said = compile_layout(ROOT / "include", target, compiler, mode)
                passed += not said
                failed += ["%s %s %s: %s" % (target, compiler, mode, said)] if said else []
    for name, (pattern, replacement, (target, mode)) in FAULTS.items():
        changed, times = re.subn(pattern, replacement, text, count=1)
        header.write_text(changed)
        good = times == 1 and compile_layout(copy / "include", target, "gcc", mode) != ""
        passed += good
        failed += [] if good else ["not noticed: " + name + ("" if times else " (no such text)")]
    for line in failed:
        print(line)
    print("%d passed, %d failed" % (passed, len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

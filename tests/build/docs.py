#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the API reference builds without a warning, and that it would not if something were undocumented.

usage: docs.py DIRECTORY
"""
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent.parent

# what is done to the header: pattern and its replacement, once, and what doxygen must complain about
FAULTS = {
    "a parameter without a word": (r" \* @param client [^\n]*\n", "", "parameter 'client'"),
    "a parameter that is not there": (r" \* @param client ", " * @param customer ", "customer"),
    "a function without a word": (r"/\*\*\n(?: \*[^\n]*\n)+?(PARALLEL_ISR_SAL.*\n.*NTSTATUS parallel_isr_free\()",
                                  r"\1", "parallel_isr_free"),
    "a member without a word": (r"(ULONG input_length;)[^\n]*", r"\1", "input_length"),
    "a macro without a word": (r"/\*\* Level of threads. \*/\n", "", "PASSIVE_LEVEL"),
    "a reference to nothing": (r"#PARALLEL_ISR_STORM_WINDOW", "@ref PARALLEL_ISR_NOTHING", "PARALLEL_ISR_NOTHING"),
}


def doxygen(out, source):
    """Runs doxygen on a copy of the sources; returns (whether it was content, what it said)."""
    settings = "@INCLUDE = %s/Doxyfile\nOUTPUT_DIRECTORY = %s\n" % (ROOT, out / "html")
    (out / "html").mkdir(exist_ok=True)
    done = subprocess.run(["doxygen", "-"], input=settings, cwd=source, capture_output=True, text=True)
    return done.returncode == 0, done.stderr


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    source = out / "source"
    shutil.rmtree(source, ignore_errors=True)
    for part in ("include", "impl"):
        shutil.copytree(ROOT / part, source / part)
    shutil.copy(ROOT / "README.md", source)
    header = source / "include/parallel_isr.h"
    text = header.read_text()

    good, said = doxygen(out, source)
    results = [("the reference", good and not said, said)]
    for name, (pattern, replacement, complaint) in FAULTS.items():
        changed, times = re.subn(pattern, replacement, text, count=1)
        header.write_text(changed)
        good, said = doxygen(out, source)
        results.append(("noticed: " + name, times == 1 and not good and complaint in said, said))

    failed = [(name, said) for name, good, said in results if not good]
    for name, said in failed:
        print("%s: %s" % (name, said))
    print("%d passed, %d failed" % (len(results) - len(failed), len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the form of source files: the licence line, the layout of C, no tab, no blank at an end, 120 columns.

usage: style.py CLANG_FORMAT FILE...
"""
import pathlib
import re
import subprocess
import sys

TABS = {".mk", ".S", ""}
COLUMNS = 120


def complaints(path, clang_format):
    text = path.read_text()
    wrong = []
    if not any("SPDX-License-Identifier: MIT" in line for line in text.splitlines()[:2]):
        wrong.append("%s:1: no SPDX line" % path)
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > COLUMNS:
            wrong.append("%s:%d: %d columns" % (path, number, len(line)))
        if line != line.rstrip():
            wrong.append("%s:%d: blank at the end" % (path, number))
        if "\t" in line and path.suffix not in TABS:
            wrong.append("%s:%d: tab" % (path, number))
    if not text.endswith("\n"):
        wrong.append("%s: no newline at the end" % path)
    if path.suffix in (".c", ".h"):
        done = subprocess.run([clang_format, "--dry-run", "-Werror", str(path)], capture_output=True, text=True)
        lines = re.findall(r":(\d+):\d+: error: code should be clang-formatted", done.stderr)
        if lines:
            wrong.append("%s:%s: layout of %d lines; make format mends it" % (path, lines[0], len(set(lines))))
        elif done.returncode != 0:
            wrong.append(done.stderr.rstrip())
    return wrong


def main():
    clang_format, *names = sys.argv[1:]
    passed = failed = 0
    for name in names:
        wrong = complaints(pathlib.Path(name), clang_format)
        print("\n".join(wrong), end="\n" if wrong else "")
        passed, failed = (passed, failed + 1) if wrong else (passed + 1, failed)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks whether every seeded fault still finds its place: those of the tests, of Linux, of Windows and of the proof.

usage: stale.py

One line for each whose text is not there exactly once, and last "N passed, N failed".
"""
import importlib.util
import pathlib
import sys

sys.dont_write_bytecode = True
import mutants  # noqa: E402
import table  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def load(path):
    """A module by its file: two of them have the same name."""
    spec = importlib.util.spec_from_file_location(path.replace("/", "_").removesuffix(".py"), ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tables():
    """The faults, and whether they are seeded into headers that keep their annotations."""
    linux = load("tests/linux/faults.py")
    yield table.MUTANTS, False
    yield linux.STOCK_MUTANTS + linux.DEBUG_MUTANTS, False
    yield load("tests/windows/faults.py").MUTANTS, False
    yield load("proofs/mutants_table.py").MUTANTS, True


def main():
    passed = failed = 0
    for faults, annotated in tables():
        for fault in faults:
            path = ROOT / fault.file
            text = path.read_text() if annotated else mutants.plain(path)
            count = len(mutants.places(fault, text))
            if count == 1:
                passed += 1
            else:
                failed += 1
                print("STALE: %s: %s: its text is there %d times" % (fault.file, fault.name, count))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

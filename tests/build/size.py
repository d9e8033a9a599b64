#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures code and data of the library on 32-bit microcontrollers, and holds it to the limits.

usage: size.py DIRECTORY

Code is what the linker keeps, as a program that calls these functions gets it: each row calls the functions of the rows
above and some more, and shows what these add. The backend is tests/unit/backend_custom.h; it is counted too.
"""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
OPTIONS = ["-std=c11", "-Os", "-ffreestanding", "-fno-asynchronous-unwind-tables", "-ffunction-sections",
           "-fdata-sections", "-I%s" % (ROOT / "include"),
           '-DPARALLEL_ISR_BACKEND="%s"' % (ROOT / "tests/unit/backend_custom.h")]
# target: prefix of its tools, compiler's and linker's options, whether the limits hold for it
TARGETS = {
    "Cortex-M3": ("arm-none-eabi-", ["-mcpu=cortex-m3", "-mthumb"], [], True),
    "RV32": ("riscv64-unknown-elf-", ["-march=rv32imac_zicsr", "-mabi=ilp32"], ["-melf32lriscv"], False),
}
# row: functions that it calls besides, limit in bytes
CODE = {
    "gate, chain, ownership, queue, DPC, line": (
        ["size_interrupt", "size_dpc"] + ["parallel_isr_" + name for name in (
            "connect", "disconnect", "synchronize", "try_allocate_port", "free_port", "query_waiters", "allocate",
            "cancel", "free")], 2560),
    "device control": (["parallel_isr_device_control"], 1024),
    "initialize, remove": (["parallel_isr_initialize", "parallel_isr_remove"], None),
    "iterate, query statistics": (["parallel_isr_iterate", "parallel_isr_query_statistics"], None),
}
DATA = {"port": 128, "connection": 40, "request": None}


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit("size.py: %s\n%s" % (" ".join(str(part) for part in command), done.stderr))
    return done.stdout


def code_sizes(prefix, options, unit, program):
    """Bytes that each row adds."""
    sizes = {}
    roots = []
    before = 0
    for row, (functions, _) in CODE.items():
        roots += functions
        run(prefix + "ld", *options, "--gc-sections", "--unresolved-symbols=ignore-all", "-e", "0",
            *["--undefined=" + name for name in roots], unit, "-o", program)
        text = int(run(prefix + "size", program).splitlines()[1].split()[0])
        sizes[row] = text - before
        before = text
    return sizes


def data_sizes(prefix, unit):
    """Bytes of each type."""
    objects = {}
    for line in run(prefix + "nm", "-S", unit).splitlines():
        fields = line.split()
        if fields[-1].startswith("size_of_"):
            objects[fields[-1][len("size_of_"):]] = int(fields[1], 16)
    return {row: objects[row] for row in DATA}


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    passed = failed = 0
    for target, (prefix, compiler, linker, limited) in TARGETS.items():
        unit = out / (target + ".o")
        run(prefix + "gcc", *OPTIONS, *compiler, "-c", HERE / "size.c", "-o", unit)
        rows = [(row, size, CODE[row][1]) for row, size in
                code_sizes(prefix, linker, unit, out / (target + ".elf")).items()]
        rows.append(("all of it", sum(size for _, size, _ in rows), None))
        rows += [("sizeof " + row, size, DATA[row]) for row, size in data_sizes(prefix, unit).items()]
        needs = run(prefix + "nm", "-j", "-u", unit).split()
        print("%s, %s -Os%s" % (target, run(prefix + "gcc", "--version").splitlines()[0],
                                "; needs " + ", ".join(needs) if needs else ""))
        for row, size, limit in rows:
            note = ""
            if limited and limit is not None:
                passed, failed = (passed + 1, failed) if size <= limit else (passed, failed + 1)
                note = "at most %d%s" % (limit, "" if size <= limit else ": EXCEEDED")
            print("  %-42s %6d bytes  %s" % (row, size, note))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

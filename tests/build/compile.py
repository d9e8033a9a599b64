#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles the library every way it is meant to be compiled, and looks at the symbols of what comes out.

usage: compile.py DIRECTORY

One test is one combination of target, language, backend, form of the library (the tree, the single file) and use:
  user            a unit that only declares and calls (user.c);
  implementation  the unit that defines: every global symbol has the library's prefix, and a freestanding build needs
                  nothing from outside but what compilers expect of any freestanding environment, and the Windows
                  backend what it imports;
  static          both in one unit with PARALLEL_ISR_STATIC: no global symbol of the library is left.
Then users of each language are linked with implementations of each.
"""
import concurrent.futures
import itertools
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
# The routines that gcc and clang may call for an assignment of a struct, whatever the options.
COMPILER_ROUTINES = {"memcpy", "memmove", "memset", "memcmp"}
PREFIX = "parallel_isr_"
IMPORT = "__imp_"
# What mingw's wdm.h leaves in every object of clang's.
PLATFORM = {"InterlockedBitTestAndSet", "InterlockedBitTestAndReset"}

X86 = ["-fno-pic", "-fno-stack-protector"]
X86_64 = X86 + ["-mgeneral-regs-only", "-ffreestanding"]
I486 = X86 + ["-m32", "-march=i486", "-mgeneral-regs-only", "-ffreestanding"]
M3 = ["-mcpu=cortex-m3", "-mthumb", "-ffreestanding"]
RV32 = ["-mabi=ilp32", "-ffreestanding"]
WIN = ["-O2", "-ffreestanding", "-mgeneral-regs-only", "-include", "wdm.h", "-include", "parallel.h"]
WIN64 = WIN + ["-isystem", "/usr/x86_64-w64-mingw32/include/ddk"]
WIN32 = WIN + ["-isystem", "/usr/i686-w64-mingw32/include/ddk"]
# Before Vista; wdm.h does not know one of its own types there.
WS03 = ["-DNTDDI_VERSION=0x05020000", "-D_WIN32_WINNT=0x0502", "-DSYSTEM_POWER_STATE_CONTEXT=ULONG"]

# target: C compiler, C++ compiler or None, flags, backends
TARGETS = {
    "gcc-host": ("gcc", "g++", ["-O2"], ("host", "custom")),
    "clang-host": ("clang", "clang++", ["-O2"], ("host", "custom")),
    "gcc-host-O0": ("gcc", "g++", ["-O0"], ("host",)),
    "gcc-i486": ("gcc", "g++", ["-O2"] + I486, ("pic8259", "pic8259-smp", "custom")),
    "clang-i486": ("clang", "clang++", ["-O2"] + I486, ("pic8259", "pic8259-smp", "custom")),
    "gcc-x86_64": ("gcc", "g++", ["-O2"] + X86_64, ("pic8259", "pic8259-smp")),
    "gcc-cortex-m3": ("arm-none-eabi-gcc", None, ["-Os"] + M3, ("custom",)),
    "clang-cortex-m3": ("clang", None, ["-Os", "--target=thumbv7m-none-eabi"] + M3, ("custom",)),
    "gcc-rv32": ("riscv64-unknown-elf-gcc", None, ["-Os", "-march=rv32imac_zicsr"] + RV32, ("custom",)),
    "clang-rv32": ("clang", None, ["-Os", "--target=riscv32-none-elf", "-march=rv32imac"] + RV32, ("custom",)),
    "gcc-win64": ("x86_64-w64-mingw32-gcc", None, WIN64, ("windows",)),
    "clang-win64": ("clang", None, ["--target=x86_64-w64-mingw32"] + WIN64, ("windows",)),
    "gcc-win32": ("i686-w64-mingw32-gcc", None, WIN32, ("windows",)),
    "clang-win32": ("clang", None, ["--target=i686-w64-mingw32"] + WIN32, ("windows",)),
    "gcc-win64-ws03": ("x86_64-w64-mingw32-gcc", None, WIN64 + WS03, ("windows",)),
    "clang-win32-ws03": ("clang", None, ["--target=i686-w64-mingw32"] + WIN32 + WS03, ("windows",)),
}
LANGUAGES = ("c99", "c11", "c++17")
FORMS = {"tree": ROOT / "include", "single": ROOT / "build/dist"}
USES = {
    "user": (HERE / "user.c", []),
    "implementation": (HERE / "implementation.c", []),
    "static": (HERE / "user.c", ["-DPARALLEL_ISR_STATIC", "-DPARALLEL_ISR_IMPLEMENTATION"]),
}

# backend: its options besides its choice
BACKENDS = {
    "host": ["-D_POSIX_C_SOURCE=200809L"],
    "pic8259": [],
    "windows": [],
    "pic8259-smp": ["-DPARALLEL_ISR_PIC8259_CPUS=2", "-DPARALLEL_ISR_PIC8259_CPU()=0u"],
    "custom": ["-DCUSTOM_INTERRUPTS_OFF()=1u", "-DCUSTOM_INTERRUPTS_RESTORE(were_on)=((void)(were_on))",
               "-DCUSTOM_INTERRUPTS_ARE_OFF()=false"],
}


def choice(backend, form):
    """The tree names a backend by its file; the single file has its own inside and names them by a macro."""
    if backend == "custom":
        return '-DPARALLEL_ISR_BACKEND="%s"' % (ROOT / "tests/unit/backend_custom.h")
    name = backend.split("-")[0]
    if form == "single":
        return "-DPARALLEL_ISR_BACKEND_" + name.upper()
    return '-DPARALLEL_ISR_BACKEND="../impl/backend_%s.h"' % name


def tool(command):
    """Runs a command; returns (True, output) or (False, what it said)."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode == 0:
        return True, done.stdout
    return False, " ".join(str(part) for part in command) + "\n" + done.stdout + done.stderr


def symbols(path, *options):
    """Symbols as C has them: x86 Windows has an underscore before and the size of arguments behind."""
    good, text = tool(["nm", "-j", *options, path])
    undecorated = re.sub(r"^_(parallel_isr_|mem|user_|Interlocked)|@\d+$", r"\1", text, flags=re.MULTILINE)
    return set(undecorated.split()) if good else {"(nm failed)"}


def complaints(use, flags, path):
    """What is wrong with the symbols of an object file."""
    wrong = []
    own = symbols(path, "--defined-only", "-g") - PLATFORM - {"user_table"}
    if use == "static":
        wrong += ["global symbol %s" % s for s in own]
    if use == "implementation":
        wrong += ["global symbol %s" % s for s in own if not s.startswith(PREFIX)]
    if use != "user" and "-ffreestanding" in flags:
        needed = {s for s in symbols(path, "-u") if not s.startswith(IMPORT)}
        wrong += ["needs %s" % s for s in needed - COMPILER_ROUTINES]
    return wrong


def compile_one(out, target, language, backend, form, use):
    """Compiles one combination; returns (its name, what is wrong with it)."""
    c, cpp, flags, _ = TARGETS[target]
    source, options = USES[use]
    name = "-".join((target, language, backend, form, use))
    path = out / (name + ".o")
    compiler = [cpp, "-x", "c++"] if language == "c++17" else [c]
    good, text = tool([*compiler, "-std=" + language, *flags, *WARNINGS, "-I%s" % FORMS[form], *BACKENDS[backend],
                       choice(backend, form), *options, "-c", source, "-o", path])
    return name, "\n".join(complaints(use, flags, path)) if good else text


def link_one(out, user, implementation):
    """Links a user with an implementation that another language or another form made, and runs the program."""
    program = out / ("%s-with-%s" % (user, implementation))
    objects = [out / ("gcc-host-%s.o" % part) for part in (user + "-user", implementation + "-implementation")]
    good, text = tool(["gcc", "-std=gnu11", *WARNINGS, "-I%s" % FORMS["tree"], HERE / "main.c", *objects, "-pthread",
                       "-o", program])
    if good:
        good, text = tool([program])
    return program.name, "" if good else text


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    units = []
    for target, (_, cpp, _, backends) in TARGETS.items():
        for language, backend, form, use in itertools.product(LANGUAGES, backends, FORMS, USES):
            if (cpp is not None or language != "c++17") and (form == "tree" or language == "c11"):
                units.append((target, language, backend, form, use))
    links = itertools.product(("c99-host-tree", "c++17-host-tree"), ("c11-host-single", "c++17-host-tree"))
    with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        results = list(pool.map(lambda unit: compile_one(out, *unit), units))
        results += pool.map(lambda link: link_one(out, *link), links)
    failed = [(name, text) for name, text in results if text]
    for name, text in failed:
        print("%s:\n%s" % (name, text.rstrip()))
    print("%d passed, %d failed" % (len(results) - len(failed), len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks what the library puts into global scope, and what it says to a wrong definition.

usage: names.py DIRECTORY

Every macro, type, tag, enumerator, function and object that a unit with the implementation gets from the library's
files has the library's prefix or is one of the DDI's names, and of those it declares none after a platform that has
them. A wrong option stops the compiler with a sentence of ours.
"""
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
LIBRARY_FILES = (ROOT / "include", ROOT / "impl")
PREFIX = re.compile(r"^(parallel_isr_|PARALLEL_ISR_)")

# What parallel.h, wdm.h and ntstatus.h call things; a tag is the name with an underscore before it.
DDI = set("""
    NTAPI TRUE FALSE NTSTATUS BOOLEAN UCHAR PUCHAR USHORT ULONG LONG ULONG_PTR PVOID KIRQL KAFFINITY
    KSPIN_LOCK PKSPIN_LOCK LARGE_INTEGER PHYSICAL_ADDRESS PASSIVE_LEVEL APC_LEVEL DISPATCH_LEVEL
    DEVICE_OBJECT PDEVICE_OBJECT
    KINTERRUPT PKINTERRUPT KINTERRUPT_MODE LevelSensitive Latched
    KINTERRUPT_POLARITY InterruptPolarityUnknown InterruptActiveHigh InterruptActiveLow
    KSERVICE_ROUTINE PKSERVICE_ROUTINE KMESSAGE_SERVICE_ROUTINE PKMESSAGE_SERVICE_ROUTINE
    KSYNCHRONIZE_ROUTINE PKSYNCHRONIZE_ROUTINE
    CONNECT_FULLY_SPECIFIED CONNECT_LINE_BASED CONNECT_MESSAGE_BASED CONNECT_FULLY_SPECIFIED_GROUP
    IO_INTERRUPT_MESSAGE_INFO_ENTRY IO_INTERRUPT_MESSAGE_INFO IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS
    IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS
    IO_CONNECT_INTERRUPT_PARAMETERS IO_DISCONNECT_INTERRUPT_PARAMETERS
    PPARALLEL_DEFERRED_ROUTINE PPARALLEL_TRY_ALLOCATE_ROUTINE PPARALLEL_FREE_ROUTINE PPARALLEL_QUERY_WAITERS_ROUTINE
    PARALLEL_INTERRUPT_SERVICE_ROUTINE PARALLEL_INTERRUPT_INFORMATION PARALLEL_PORT_INFORMATION
    MORE_PARALLEL_PORT_INFORMATION
    IOCTL_INTERNAL_PARALLEL_PORT_ALLOCATE IOCTL_INTERNAL_GET_PARALLEL_PORT_INFO
    IOCTL_INTERNAL_PARALLEL_CONNECT_INTERRUPT IOCTL_INTERNAL_PARALLEL_DISCONNECT_INTERRUPT
    IOCTL_INTERNAL_PARALLEL_PORT_FREE
    STATUS_SUCCESS STATUS_PENDING STATUS_UNSUCCESSFUL STATUS_INVALID_PARAMETER STATUS_BUFFER_TOO_SMALL
    STATUS_DELETE_PENDING STATUS_INSUFFICIENT_RESOURCES STATUS_NOT_SUPPORTED STATUS_CANCELLED
    STATUS_INVALID_DEVICE_STATE STATUS_NOT_FOUND STATUS_RESOURCE_NOT_OWNED
    STATUS_INVALID_DEVICE_REQUEST STATUS_INVALID_PARAMETER_1 STATUS_INVALID_PARAMETER_10
""".split())
# What the header adds to a platform's own DDI: the statuses and the one structure that headers of today lack.
LACKING = {"PARALLEL_INTERRUPT_INFORMATION"} | {name for name in DDI if name.startswith("STATUS_")}

I486 = ["-m32", "-march=i486", "-ffreestanding", "-mgeneral-regs-only"]
WINDOWS = ["--target=x86_64-w64-mingw32", "-ffreestanding", "-isystem", "/usr/x86_64-w64-mingw32/include/ddk",
           "-include", "wdm.h", "-include", "parallel.h"]
UNITS = {
    "host": ["-D_POSIX_C_SOURCE=200809L"],
    "pic8259": ['-DPARALLEL_ISR_BACKEND="../impl/backend_pic8259.h"', *I486],
}

# what is wrong: options, unit, what the compiler must say
WRONG = {
    "no connections": (["-DPARALLEL_ISR_MAX_CONNECTIONS=0"], "parallel_isr.h", "PARALLEL_ISR_MAX_CONNECTIONS must be"),
    "too many connections": (["-DPARALLEL_ISR_MAX_CONNECTIONS=256"], "parallel_isr.h",
                             "PARALLEL_ISR_MAX_CONNECTIONS must be"),
    "too many requests": (["-DPARALLEL_ISR_MAX_REQUESTS=0x10000"], "parallel_isr.h",
                          "PARALLEL_ISR_MAX_REQUESTS must be"),
    "no passes": (["-DPARALLEL_ISR_MAX_PASSES=0"], "parallel_isr.h", "PARALLEL_ISR_MAX_PASSES must be"),
    "no platform": (["-U__unix__", "-ffreestanding"], "parallel_isr.h", "define PARALLEL_ISR_BACKEND"),
    "no seam version": (["-DPARALLEL_ISR_IMPLEMENTATION", '-DPARALLEL_ISR_BACKEND="stddef.h"'], "parallel_isr.h",
                        "must define PARALLEL_ISR_BACKEND_SEAM"),
    "another seam version": (["-DPARALLEL_ISR_IMPLEMENTATION", '-DPARALLEL_ISR_BACKEND="stddef.h"',
                              "-DPARALLEL_ISR_BACKEND_SEAM=0"], "parallel_isr.h", "another version of the seam"),
    "Windows without parallel.h": (["-D_WDMDDK_"], "parallel_isr.h", "parallel.h, too"),
    "a room alone": ([], "../impl/backend.h", "include that"),
}


def run(command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True)


def split(preprocessed):
    """Parts preprocessed text by its line markers into (text of the library's files, text of others)."""
    parts = {True: [], False: []}
    ours = False
    for line in preprocessed.splitlines():
        marker = re.match(r'# \d+ "([^"]*)"', line)
        if marker:
            ours = pathlib.Path(marker[1]).resolve().parent in LIBRARY_FILES
        else:
            parts[ours].append(line)
    return "\n".join(parts[True]), "\n".join(parts[False])


def declared(text, options):
    """Names that a text declares at file scope."""
    ast = run(["clang", "-std=gnu11", "-w", "-fsyntax-only", "-Xclang", "-ast-dump=json", *options, "-x", "c", "-"],
              text)
    if not ast.stdout:
        raise SystemExit("names.py: clang: " + ast.stderr)
    names = set()
    for node in json.loads(ast.stdout)["inner"]:
        if node.get("isImplicit"):
            continue
        for item in [node] + [i for i in node.get("inner", []) if i["kind"] == "EnumConstantDecl"]:
            names.add(item.get("name"))
    return names - {None}


def own_names(options):
    """(Macros, declarations) that a unit with the implementation gets from the library's files."""
    done = run(["clang", "-std=c11", "-E", "-dD", "-DPARALLEL_ISR_IMPLEMENTATION", "-I%s" % (ROOT / "include"),
                *options, "-x", "c", "-"], '#include "parallel_isr.h"\n')
    if done.returncode != 0:
        raise SystemExit("names.py: " + done.stderr)
    ours, others = split(done.stdout)
    macros = set(re.findall(r"^#define (\w+)", ours, re.MULTILINE))
    flags = [o for o in options if o.startswith(("-m", "--target")) or o == "-ffreestanding"]
    return macros, declared(others + "\n" + ours, flags) - declared(others, flags)


def foreign(names, allowed):
    """Names that are neither the library's nor allowed."""
    return sorted(n for n in names if not PREFIX.match(n) and n not in allowed and n.lstrip("_") not in allowed)


def platform_header(path):
    """Writes the DDI as a platform would declare it: the part of the header that stands in for it."""
    text = (ROOT / "include/parallel_isr.h").read_text()
    begin = text.index("#ifndef PARALLEL_ISR_PLATFORM_DDI\n")
    end = text.index("#endif /* PARALLEL_ISR_PLATFORM_DDI */")
    path.write_text("#include <stddef.h>\n#include <stdint.h>\ntypedef struct parallel_isr_port parallel_isr_port;\n"
                    "#define PARALLEL_ISR_STATIC_ASSERT(condition, text)\n" + text[begin:end] +
                    "#endif\n#undef PARALLEL_ISR_STATIC_ASSERT\n#define PARALLEL_ISR_PLATFORM_DDI\n")
    return path


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    results = []
    for unit, options in UNITS.items():
        macros, names = own_names(options)
        results += [("%s: macros" % unit, foreign(macros, DDI)), ("%s: declarations" % unit, foreign(names, DDI))]
        results += [("%s: nothing found" % unit, [] if len(macros) > 50 and len(names) > 100 else ["too few names"])]
    macros, names = own_names(["-include", str(platform_header(out / "platform.h")), *UNITS["host"]])
    results += [("after the platform's own", foreign(macros | names, LACKING))]
    macros, names = own_names(WINDOWS)
    results += [("after mingw-w64's", foreign(macros | names, LACKING))]
    for what, (options, unit, sentence) in WRONG.items():
        done = run(["gcc", "-std=c11", "-fsyntax-only", "-I%s" % (ROOT / "include"), *options, "-x", "c", "-"],
                   '#include "%s"\n' % unit)
        good = done.returncode != 0 and sentence in done.stderr
        results.append(("refused: " + what, [] if good else ["not refused with '%s': %s" % (sentence, done.stderr)]))
    failed = [(name, wrong) for name, wrong in results if wrong]
    for name, wrong in failed:
        print("%s: %s" % (name, ", ".join(wrong)))
    print("%d passed, %d failed" % (len(results) - len(failed), len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

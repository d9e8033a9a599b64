#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles the library with the Windows backend for MSVC's targets, ARM64 among them, by clang, which knows MSVC's
dialect and intrinsics there and is no GNU C.

usage: msvc.py DIRECTORY

There is no WDK here: wdm.h is a stand-in with what the backend uses, and the DDI as the library declares it.
"""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests/build"))
import names  # noqa: E402

TARGETS = ("aarch64", "x86_64", "i686")
FLAGS = ["-std=c11", "-O2", "-ffreestanding", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror",
         "-DPARALLEL_ISR_IMPLEMENTATION", '-DPARALLEL_ISR_BACKEND="../impl/backend_windows.h"']
# full barriers, or acquire and release: what atomics are made of
ORDERED = {"aarch64": ("ldaxr", "stlxr"), "x86_64": ("lock", "xchgl"), "i686": ("lock", "xchgl")}

KERNEL = """
#define _WDMDDK_
#define NTDDI_LONGHORN 0x06000000
#define NTDDI_VERSION NTDDI_LONGHORN
#define VOID void
#define IO_NO_INCREMENT 0
typedef struct _FAST_MUTEX { LONG count; } FAST_MUTEX;
typedef struct _KEVENT { LONG state; } KEVENT;
typedef enum _EVENT_TYPE { NotificationEvent, SynchronizationEvent } EVENT_TYPE;
enum { Executive, KernelMode };
typedef struct _KDPC { PVOID context; } KDPC;
typedef VOID NTAPI KDEFERRED_ROUTINE(KDPC *, PVOID, PVOID, PVOID);
typedef KDPC *PKDPC;
typedef struct _CM_PARTIAL_RESOURCE_DESCRIPTOR {
  union { struct { struct { KIRQL Level; ULONG Vector; KAFFINITY Affinity; } Translated; } MessageInterrupt; } u;
} CM_PARTIAL_RESOURCE_DESCRIPTOR;
VOID YieldProcessor(void);
KIRQL KeGetCurrentIrql(void);
VOID KeRaiseIrql(KIRQL, KIRQL *);
VOID KeLowerIrql(KIRQL);
VOID KeInitializeSpinLock(KSPIN_LOCK *);
VOID KeAcquireSpinLockAtDpcLevel(KSPIN_LOCK *);
VOID KeReleaseSpinLockFromDpcLevel(KSPIN_LOCK *);
VOID KeEnterCriticalRegion(void);
VOID KeLeaveCriticalRegion(void);
VOID ExInitializeFastMutex(FAST_MUTEX *);
VOID ExAcquireFastMutexUnsafe(FAST_MUTEX *);
VOID ExReleaseFastMutexUnsafe(FAST_MUTEX *);
VOID KeInitializeEvent(KEVENT *, EVENT_TYPE, BOOLEAN);
LONG KeSetEvent(KEVENT *, LONG, BOOLEAN);
NTSTATUS KeWaitForSingleObject(PVOID, int, int, BOOLEAN, LARGE_INTEGER *);
VOID KeInitializeDpc(KDPC *, KDEFERRED_ROUTINE *, PVOID);
BOOLEAN KeInsertQueueDpc(KDPC *, PVOID, PVOID);
VOID KeFlushQueuedDpcs(void);
NTSTATUS IoConnectInterruptEx(IO_CONNECT_INTERRUPT_PARAMETERS *);
VOID IoDisconnectInterruptEx(IO_DISCONNECT_INTERRUPT_PARAMETERS *);
"""


def stand_in(path):
    header = names.platform_header(path)
    text = header.read_text().replace("typedef int32_t LONG;", "typedef long LONG;")
    header.write_text(text.replace("#define NTAPI\n", "#define NTAPI __stdcall\n") + KERNEL)
    return header


def complaints(target, header, out):
    """What the compiler says, or what is not in the code."""
    code = out / (target + ".s")
    done = subprocess.run(["clang", "--target=%s-pc-windows-msvc" % target, *FLAGS, "-isystem", str(header.parent),
                           "-include", header.name, "-I%s" % (ROOT / "include"), "-S",
                           str(ROOT / "tests/build/user.c"), "-o", str(code)], capture_output=True, text=True)
    if done.returncode != 0:
        return [done.stderr]
    return ["no " + instruction for instruction in ORDERED[target] if instruction not in code.read_text()]


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    header = stand_in(out / "wdm.h")
    failed = [(target, wrong) for target in TARGETS for wrong in [complaints(target, header, out)] if wrong]
    for target, wrong in failed:
        print("%s: %s" % (target, ", ".join(wrong)))
    print("%d passed, %d failed" % (len(TARGETS) - len(failed), len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""Starts an image in QEMU and listens to its serial port."""

import subprocess
import threading

PASSED = 33  # what isa-debug-exit makes of MACHINE_PASSED; QEMU's own failures are 0 and 1
TIME_LIMIT = 600  # seconds, for an image that hangs

BASE = [
    "qemu-system-i386", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-vga", "none",
    "-serial", "stdio", "-device", "isa-debug-exit,iobase=0x501,iosize=0x02",
]


class Failure(Exception):
    """Something that is told in one line."""


def run(arguments, directory, on_line):
    """Runs an image in a directory; on_line(words) sees each line it writes. Raises Failure unless it passed."""
    log_path = directory / "qemu.log"
    with open(log_path, "w+", encoding="utf-8", errors="replace") as log:
        try:
            process = subprocess.Popen(BASE + arguments, cwd=directory, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=log, text=True, errors="replace")
        except FileNotFoundError:
            raise Failure("qemu-system-i386 is not installed: make deps") from None
        hung = threading.Event()
        guard = threading.Timer(TIME_LIMIT, lambda: (hung.set(), process.kill()))
        guard.start()
        try:
            for line in process.stdout:
                try:
                    on_line(line.split())
                except (ValueError, IndexError):
                    raise Failure(f"the image said '{line.strip()}'") from None
            status = process.wait()
        finally:
            guard.cancel()
            process.kill()
            process.wait()
        if hung.is_set():
            raise Failure(f"the image did not end within {TIME_LIMIT} s")
        if status != PASSED:
            log.seek(0)
            said = log.read().strip().splitlines()
            raise Failure(f"the image failed: QEMU's status is {status}" + (f" ({said[-1]})" if said else ""))

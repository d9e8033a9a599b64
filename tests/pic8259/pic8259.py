#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the test images of the 8259 backend in QEMU.

usage: pic8259.py DIRECTORY IMAGE...

DIRECTORY/IMAGE.elf is booted. It says which case it runs and how that ended (image.h), and ends QEMU with a status of
its own if all were well; any other end, and a case that was announced but not run, is a failure. One line for each
failure and each image, then what was counted, and last the total: "N passed, N failed".
"""
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent.parent / "examples/pic8259"))
import qemu  # noqa: E402  (the example's)

TIME_LIMIT = 120  # seconds, for an image that hangs

# Three parallel ports: two of the master's lines, and one of the slave's.
PORTS = ["-parallel", "null", "-chardev", "null,id=second", "-device", "isa-parallel,iobase=0x278,irq=5,chardev=second",
         "-chardev", "null,id=third", "-device", "isa-parallel,iobase=0x268,irq=12,chardev=third"]
ONE = ["-icount", "shift=0"]  # an interrupt is taken between two instructions, and every run is the same
TWO = ["-smp", "2"]  # two threads of the host
IMAGES = {"conformance": ONE, "conformance_smp": TWO, "single": ONE, "smp": TWO}


class Listener:
    """What an image says while it runs."""

    def __init__(self, image):
        self.image, self.case, self.announced = image, None, 0
        self.passed, self.missing, self.skipped, self.failures, self.counts = 0, 0, [], [], []

    def hear(self, words):
        kind, rest = (words[0], words[1:]) if words else ("", [])
        if kind == "cases":
            self.announced = int(rest[0])
        elif kind == "case":
            self.case = rest[0]
        elif kind == "passed":
            self.passed += 1
            self.case = None
        elif kind == "skipped":
            self.skipped.append(f"{self.case} ({' '.join(rest)})")
            self.case = None
        elif kind == "failed":
            self.fail(self.explain(rest))
        elif kind == "count":
            self.counts.append((rest[0], [int(word) for word in rest[1:]]))
        elif kind:
            self.fail(" ".join(words))

    @staticmethod
    def explain(words):
        file, line, combination, actual, expected = words[:5]
        where = f"{file}:{line}" + (f" combination {combination}" if combination != "0" else "")
        return f"{where}: {' '.join(words[5:])}: {actual} != {expected}"

    def fail(self, why):
        self.failures.append(f"{self.image} {self.case or 'between two cases'}: {why}")
        self.case = None

    def ended(self, failure):
        """The run is over; failure: what QEMU thinks of it, or None."""
        known = len(self.failures)
        if self.case is not None:
            self.fail(f"did not end: {failure}")
        elif failure is not None and not known:
            self.fail(str(failure))
        self.missing = max(self.announced - self.passed - len(self.skipped) - len(self.failures), 0)
        if self.passed == 0 and not self.failures:
            self.fail("ran nothing")

    @property
    def failed(self):
        return len(self.failures) + self.missing


def run(image, directory):
    """Boots an image; returns its Listener."""
    listener = Listener(image)
    place = directory / image
    place.mkdir(exist_ok=True)
    start = time.monotonic()
    failure = None
    try:
        qemu.run(["-m", "16", "-kernel", str((directory / (image + ".elf")).resolve())] + PORTS + IMAGES[image], place,
                 listener.hear)
    except qemu.Failure as problem:
        failure = problem
    listener.ended(failure)
    for line in listener.failures:
        print("FAILED " + line)
    print(f"{image:<16}{listener.passed:>5} cases passed, {len(listener.failures)} failed, {listener.missing} not run, "
          f"{len(listener.skipped)} skipped  {time.monotonic() - start:.1f} s", flush=True)
    return listener


def show(listeners):
    """What was counted, and what was not run."""
    for listener in listeners:
        for name, numbers in listener.counts:
            print(f"  {name:<44}" + "".join(f"{number:>9}" for number in numbers))
    for listener in listeners:
        if listener.skipped:
            print(f"  skipped by {listener.image}: {', '.join(listener.skipped)}")


def main():
    directory, *images = sys.argv[1:]
    qemu.TIME_LIMIT = TIME_LIMIT
    listeners = [run(image, pathlib.Path(directory)) for image in images]
    show(listeners)
    passed = sum(one.passed for one in listeners)
    failed = sum(one.failed for one in listeners)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

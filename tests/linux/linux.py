#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the tests of the Linux backend: Debian's kernels in QEMU, two processors, a parallel port and two PCI devices.

usage: linux.py DIRECTORY short | full | debug | style

Builds the modules of examples/linux and tests/linux against the headers of a kernel, looks at them with sparse, and
boots that kernel, once for each row of BOOTS. The one status that the machine ends with of its own accord means that it
went through its cases; everything else, 0 and a time-out among it, is a failure, and so is a complaint of the kernel's.
What was printed must be on the paper, byte by byte. "debug" builds its kernels first, with Linux's checks of memory, of
data races and of locks; a report of those is a failure if a module of ours is in it. "style" boots nothing: it looks at
the sources with checkpatch and the kernel's semantic patches.

One line for each boot, the log of those that failed, and last "N passed, N failed".
"""
import collections
import itertools
import pathlib
import re
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import kernel  # noqa: E402
import sources  # noqa: E402

BUSYBOX = pathlib.Path("/bin/busybox")
PASSED = 43  # what isa-debug-exit makes of init's 21
TAIL = 60

PORT = ["two_modules_share_the_line", "modules_in_use_stay", "reload_starts_anew"]
BESIDE = ["beside_parport_pc"]
EDU = ["edu_line", "edu_messages", "edu_falls_back_to_the_line", "edu_unbind_while_busy"]
BUSY = ["unload_while_busy"]
MODULES = "modules_run_their_cases"  # only a frame for the cases of test_cases.c
ALL = PORT + BESIDE + EDU + BUSY + [MODULES]
DEBUG = PORT + EDU + BUSY + [MODULES, "detectors_were_on"]  # these kernels have no parport_pc
SHORT = {"interrupts": 50000, "cycles": 5000, "raises": 2000, "unloads": 5}
LONG = {"interrupts": 1000000, "cycles": 100000, "raises": 20000, "unloads": 20}

# flavour: of Debian's, or a debug kernel; patience: seconds, when nothing else runs; options: of the kernel
Boot = collections.namedtuple("Boot", "name flavour cases sizes patience options", defaults=[""])
STOCK = "amd64"
RT = "rt-amd64"
DEBUG_KERNELS = ("kasan", "kcsan")
BOOTS = {
    "short": [Boot("stock", STOCK, ALL, SHORT, 180)],
    "full": [
        Boot("stock", STOCK, ALL, LONG, 300),
        Boot("preempt", STOCK, ALL, SHORT, 180, "preempt=full"),
        Boot("threadirqs", STOCK, ALL, SHORT, 180, "threadirqs"),
        Boot("rt", RT, ALL, SHORT, 180),
    ],
    "debug": [
        Boot("kasan", "kasan", DEBUG, SHORT, 900),
        Boot("kcsan", "kcsan", DEBUG, SHORT, 1800),
    ],
    "style": [],
}
CHECKS = {"short": ["sparse"], "full": ["sparse"], "debug": [], "style": ["checkpatch", "coccinelle"]}

QEMU = ["qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-m", "512", "-M", "pc", "-smp", "2,sockets=2", "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
        "-device", "edu,addr=4", "-device", "edu,addr=8", "-device", "isa-parallel,chardev=paper"]
COMMAND_LINE = ("console=ttyS0 panic=-1 oops=panic softlockup_panic=1 sysctl.kernel.panic_on_rcu_stall=1 "
                "mitigations=off kasan_multi_shot skip_watch=100")

LINE = re.compile(r"^(?:\[ *[\d.]+\](?:\[[^]]*\])? )?test: (\S+) ?(.*)$")
COMPLAINT = re.compile(r"BUG:|WARNING:|Oops|soft lockup|detected.*stall|scheduling while atomic|nobody cared|"
                       r"Flags mismatch|general protection|UBSAN|blocked for more than")
# What the debug kernels report may be a fault of the kernel's own. It is ours if a module of ours is in it; a data race
# if its title has one, as where one of the accesses is. (free_irq() and kthread_stop() have races of their own.)
REPORT = re.compile(r"BUG: K[AC]SAN|UBSAN|WARNING:|\[ BUG:|BUG: sleeping")
OURS = re.compile(r"\[(?:parallel_isr|test)_\w+\]")


class Listener:
    """What the machine says while it runs."""

    def __init__(self):
        self.case, self.passed, self.printed, self.ended = None, 0, 0, False
        self.good, self.failures, self.counts = True, [], []

    def hear(self, line):
        match = LINE.match(line)
        if not match:
            return
        kind, rest = match.groups()
        if kind == "case":
            self.case, self.good = rest, True
        elif kind == "ended":
            self.passed += self.good and rest != MODULES
            self.case = None
        elif kind == "failed":
            self.fail(rest)
        elif kind == "printed":
            self.printed += 1
        elif kind == "count":
            self.counts.append(rest)
        elif (kind, rest) == ("all", "ended"):
            self.ended = True

    def fail(self, why):
        self.good = False
        self.failures.append("%s: %s" % (self.case or "between two cases", why))


def find(flavour, images):
    """Returns (headers, image, drivers) of a kernel."""
    if flavour in DEBUG_KERNELS:
        place = kernel.build(flavour, images)
        return place, place / "bzImage", []
    name = kernel.version(flavour)
    if name is None:
        raise kernel.Failure("no headers of flavour %s are installed" % flavour)
    place = kernel.fetch(name, images)
    return kernel.headers(name), place / "vmlinux", sorted(place.glob("*.ko"))


def build(tree, headers, directory):
    """Builds the modules of a tree against the headers of a kernel; returns their directory."""
    place = directory / "modules"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(tree / "examples/linux", place)
    (place / "Kbuild").rename(place / "Kbuild.example")
    for path in [*(tree / "tests/linux").glob("*.[ch]"), tree / "tests/linux/Kbuild"]:
        shutil.copy2(path, place)
    done = subprocess.run(["make", "-C", headers, "M=%s" % place, "PARALLEL_ISR=%s" % (tree / "include"),
                           "KCFLAGS=-Werror", "modules"], capture_output=True, text=True)
    (directory / "build.log").write_text(done.stdout + done.stderr)
    if done.returncode != 0:
        raise kernel.Failure("the modules do not compile: %s" % (directory / "build.log"))
    return place


def initramfs(tree, text, modules, output):
    files = {name: None for name in ("bin", "dev", "proc", "sys", "tmp", "modules")}
    files["dev/console"] = (5, 1)
    files["bin/busybox"] = files["bin/sh"] = BUSYBOX.read_bytes()
    files["init"] = (tree / "tests/linux/init").read_bytes()
    files["text"] = text
    for path in modules:
        files["modules/" + path.name] = path.read_bytes()
    kernel.archive(files, output)


def is_foreign(lines):
    """Whether the complaint at the start of these lines is a debug kernel's about itself. It goes to the next one."""
    if not REPORT.search(lines[0]):
        return False
    report = [lines[0]]
    if "KCSAN" not in report[0]:
        report += itertools.takewhile(lambda line: not COMPLAINT.search(line), lines[1:])
    return not any(OURS.search(line) for line in report)


def listen(listener, lines, debug):
    """Hears the whole log."""
    foreign = 0
    for number, line in enumerate(lines):
        listener.hear(line)
        if COMPLAINT.search(line):
            if debug and is_foreign(lines[number:]):
                foreign += 1
            else:
                listener.fail(line)
    if foreign:
        listener.counts.append("reports of the kernel's own: %d" % foreign)


def boot(row, tree, directory, images):
    """Builds a tree for one kernel, boots it, and looks at what became of it; returns its Listener."""
    text = (tree / "README.md").read_bytes()
    place = directory / row.name
    place.mkdir(parents=True, exist_ok=True)
    headers, image, drivers = find(row.flavour, images)
    modules = build(tree, headers, place)
    initramfs(tree, text, sorted(modules.glob("*.ko")) + drivers, place / "initramfs")
    log, paper = place / "console.log", place / "paper"
    settings = ["%s=%s" % item for item in row.sizes.items()] + ['cases="%s"' % " ".join(row.cases)]
    listener = Listener()
    try:
        status = subprocess.run(
            QEMU + ["-chardev", "file,id=paper,path=%s" % paper, "-serial", "file:%s" % log, "-kernel", str(image),
                    "-initrd", str(place / "initramfs"), "-append",
                    " ".join([COMMAND_LINE, row.options, *settings])],
            stdin=subprocess.DEVNULL, timeout=row.patience).returncode
    except subprocess.TimeoutExpired:
        status = "a time-out of %d s" % row.patience
    listen(listener, log.read_text(errors="replace").splitlines(), row.flavour in DEBUG_KERNELS)
    if status != PASSED or not listener.ended:
        listener.fail("the machine ended with %s" % status)
    if paper.read_bytes() != text * listener.printed:
        listener.fail("the paper is not what was printed: %s" % paper)
    return listener


def report(name, run):
    """Runs something that returns a Listener, and says what it came to; returns (passed, failed)."""
    start = time.monotonic()
    try:
        listener = run()
    except kernel.Failure as problem:
        listener = Listener()
        listener.fail(str(problem))
    failed = len(listener.failures)
    print("%-12s %3d cases passed, %d failures  %.1f s" % (name, listener.passed, failed, time.monotonic() - start))
    print("".join("  %s\n" % line for line in listener.counts), end="")
    print("".join("FAILED %s %s\n" % (name, line) for line in listener.failures), end="", flush=True)
    return listener.passed, failed


def look(check, tree, modules, images):
    """A check of sources as a Listener."""
    listener = Listener()
    listener.case = check
    if check == "sparse":
        lines = sources.sparse(tree, kernel.version(STOCK), modules)
    else:
        lines = getattr(sources, check)(tree, kernel.unpack_source(images))
    for line in lines:
        listener.fail(line)
    listener.passed = int(listener.good)
    return listener


def main():
    directory, plan = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    runs, images = directory / "runs", directory / "images"
    results = []
    for row in BOOTS[plan]:
        result = report(row.name, lambda: boot(row, kernel.ROOT, runs, images))
        log = runs / row.name / "console.log"
        if result[1] and log.exists():
            print("\n".join("  | " + line for line in log.read_text(errors="replace").splitlines()[-TAIL:]))
        results.append(result)
    for check in CHECKS[plan]:
        results.append(report(check, lambda: look(check, kernel.ROOT, runs / "stock/modules", images)))
    passed, failed = (sum(column) for column in zip(*results))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

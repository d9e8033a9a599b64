# SPDX-License-Identifier: MIT
"""Prints a file through an emulated parallel port: demo.py INPUT DIRECTORY [IMAGE]

Boots the image (default: DIRECTORY/pic8259.elf) with the file as its module and an emulated port, shows its progress,
compares what was printed with the file, replays the record of events, checks that every counter adds up, and writes
DIRECTORY/trace.vcd. Exits with 0 only if all of that is right.
"""

import pathlib
import stat
import struct
import sys
import time

sys.dont_write_bytecode = True
import qemu  # noqa: E402  (found beside this file)

LIMIT = 1 << 20  # bytes of INPUT
MEMORY = "memory.bin"  # the image's memory: a file, so that the record is read from there
MEMORY_MIB = 32
RECORD = struct.Struct("<IIHH")  # as in trace.c: time, event, client

# The library's events (parallel_isr_trace_event), then the image's (trace.h).
EVENTS = dict(enumerate("""DISPATCH DISPATCHED MERGED GATE_TAKEN GATE_LEFT PASS PASSED OWNED FREED QUEUED DPC DPC_ENDED
                           CHECK CONNECTED DISCONNECTED""".split()))
EVENTS.update(enumerate("LINE_RAISED LINE_LOWERED INTERRUPT INTERRUPT_ENDED".split(), 32))
CLIENTS = {1: "printer", 2: "monitor"}


# ---- input -----------------------------------------------------------------------------------------------------------

def read_input(name):
    """The bytes of INPUT."""
    if not name:
        raise qemu.Failure("INPUT is empty: name a file")
    try:
        mode = pathlib.Path(name).stat().st_mode
        if stat.S_ISDIR(mode):
            raise qemu.Failure(f"INPUT '{name}' is a directory")
        if not stat.S_ISREG(mode):
            raise qemu.Failure(f"INPUT '{name}' is not a regular file")
        with open(name, "rb") as file:
            data = file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        raise qemu.Failure(f"cannot read INPUT '{name}': {getattr(error, 'strerror', None) or error}") from None
    if len(data) > LIMIT:
        raise qemu.Failure(f"INPUT '{name}' is larger than 1 MiB")
    return data


# ---- the run ---------------------------------------------------------------------------------------------------------

class Listener:
    """What the image says while it runs."""

    def __init__(self):
        self.counts, self.wrong, self.trace = {}, [], None
        self.live = sys.stdout.isatty()

    def hear(self, words):
        kind, rest = (words[0], words[1:]) if words else ("", [])
        if kind == "progress":
            self.show_progress(int(rest[0]), int(rest[1]))
        elif kind == "count":
            self.counts[rest[0]] = int(rest[1])
        elif kind == "trace":
            self.trace = [int(word) for word in rest]
        elif kind:
            self.wrong.append(" ".join(words))

    def show_progress(self, done, total):
        percent = 100 * done // total if total else 100
        bar = "#" * (percent // 4)
        text = f"printing [{bar:<25}] {percent:3}%  {done} of {total} bytes"
        print(text, end="\r" if self.live and done < total else "\n", flush=True)


def print_file(data, directory, image):
    """Runs the image. Returns what it said, and the seconds it took."""
    (directory / "input.bin").write_bytes(data)
    (directory / "printed.bin").write_bytes(b"")
    (directory / MEMORY).unlink(missing_ok=True)
    listener = Listener()
    start = time.monotonic()
    try:
        qemu.run(["-machine", "pc,memory-backend=ram", "-m", str(MEMORY_MIB), "-object",
                  f"memory-backend-file,id=ram,size={MEMORY_MIB}M,mem-path={MEMORY},share=on",
                  "-icount", "shift=0", "-kernel", str(image.resolve()), "-initrd", "input.bin",
                  "-parallel", "file:printed.bin"], directory, listener.hear)
    except qemu.Failure as failure:
        raise qemu.Failure("; ".join([str(failure)] + listener.wrong)) from None
    return listener, time.monotonic() - start


# ---- the record of events --------------------------------------------------------------------------------------------

def read_trace(location, directory):
    """The events that were kept: (time, name, client)."""
    address, kept, _ = location
    with open(directory / MEMORY, "rb") as memory:
        memory.seek(address)
        data = memory.read(kept * RECORD.size)
    for low, high, event, client in RECORD.iter_unpack(data):
        yield high << 32 | low, EVENTS[event], CLIENTS.get(client)


class Replay:
    """The signals as the events change them; an event that cannot happen is a Failure."""

    def __init__(self):
        self.value = {"line": 0, "handlers": 0, "dispatch": 0, "gate": 0, "pass": 0, "dpc": 0}
        self.value.update({f"{group}.{name}": 0 for group in ("owner", "waits") for name in CLIENTS.values()})
        self.counts = dict.fromkeys(EVENTS.values(), 0)
        self.time, self.owned = -1, False

    def demand(self, condition, name):
        if not condition:
            raise qemu.Failure(f"the trace is impossible: {name} at {self.time} with {self.value}")

    def step(self, now, name, client):
        """Returns the signals that the event sets."""
        value = self.value
        self.demand(now > self.time, name)
        self.time = now
        self.counts[name] += 1
        pairs = {"DISPATCH": ("dispatch", 1), "DISPATCHED": ("dispatch", 0), "GATE_TAKEN": ("gate", 1),
                 "GATE_LEFT": ("gate", 0), "PASS": ("pass", 1), "PASSED": ("pass", 0), "DPC": ("dpc", 1),
                 "DPC_ENDED": ("dpc", 0), "LINE_RAISED": ("line", 1), "LINE_LOWERED": ("line", 0)}
        if name in pairs:
            signal, level = pairs[name]
            self.demand(value[signal] != level, name)
            self.demand(signal != "pass" or value["gate"] == 1, name)
            return {signal: level}
        if name in ("INTERRUPT", "INTERRUPT_ENDED"):
            # One line: its handler, and its handler again in the DPC at the end of the first. Never more.
            depth = value["handlers"] + (1 if name == "INTERRUPT" else -1)
            self.demand(0 <= depth <= 2 and value["gate"] == 0, name)
            return {"handlers": depth}
        if name == "OWNED":
            self.demand(not self.owned and client is not None, name)
            self.owned = True
            return {f"owner.{client}": 1, f"waits.{client}": 0}
        if name == "FREED":
            self.demand(self.owned and value[f"owner.{client}"] == 1, name)
            self.owned = False
            return {f"owner.{client}": 0}
        if name == "QUEUED":
            self.demand(value["gate"] == 1, name)
            return {f"waits.{client}": 1}
        if name == "CHECK":
            self.demand(value["gate"] == 1 and value["dpc"] == 1, name)
        return {}


def write_vcd(events, replay, path):
    """Replays the events and writes the timeline."""
    symbols = {name: chr(ord("!") + i) for i, name in enumerate(replay.value)}
    checks = {name: chr(ord("a") + i) for i, name in enumerate(CLIENTS.values())}
    scopes = {"lpt1": ["line", "handlers", "dispatch"], "port": ["gate", "pass", "dpc"],
              "owner": ["owner.printer", "owner.monitor"], "waits": ["waits.printer", "waits.monitor"]}

    def change(name, level):
        return f"b{level:b} {symbols[name]}\n" if name == "handlers" else f"{level}{symbols[name]}\n"

    with open(path, "w", encoding="ascii") as file:
        file.write("$comment parallel_isr demo: one tick is one instruction $end\n$timescale 1 ns $end\n")
        for scope, names in scopes.items():
            file.write(f"$scope module {scope} $end\n")
            for name in names:
                width = 2 if name == "handlers" else 1
                file.write(f"$var wire {width} {symbols[name]} {name.split('.')[-1]} $end\n")
            file.write("$upscope $end\n")
        file.write("$scope module check $end\n")
        for name, symbol in checks.items():
            file.write(f"$var event 1 {symbol} {name} $end\n")
        file.write("$upscope $end\n$enddefinitions $end\n")
        file.write("#0\n$dumpvars\n" + "".join(change(*item) for item in replay.value.items()) + "$end\n")
        origin = None
        for now, name, client in events:
            changes = replay.step(now, name, client)
            origin = now - 1 if origin is None else origin
            new = {signal: level for signal, level in changes.items() if replay.value[signal] != level}
            replay.value.update(new)
            if new or name == "CHECK":
                pulse = f"1{checks[client]}\n" if name == "CHECK" else ""
                file.write(f"#{now - origin}\n" + "".join(change(*item) for item in new.items()) + pulse)


def check_trace(replay, counts):
    """A complete record says what the counters say."""
    expected = {"INTERRUPT": counts["interrupts"], "DISPATCH": counts["interrupts"] - counts["spurious"],
                "PASS": counts["passes"], "MERGED": counts["merged"], "CHECK": counts["checks"],
                "LINE_RAISED": counts["bytes"], "LINE_LOWERED": counts["claimed_printer"],
                "FREED": replay.counts["OWNED"], "DPC_ENDED": replay.counts["DPC"], "CONNECTED": 2, "DISCONNECTED": 2}
    for name, count in expected.items():
        if replay.counts[name] != count:
            raise qemu.Failure(f"the trace has {replay.counts[name]} events {name}, the counters say {count}")


# ---- the result ------------------------------------------------------------------------------------------------------

TABLE = (
    ("interrupts taken", "interrupts"),
    ("claimed by the printer", "claimed_printer"),
    ("claimed by the monitor", "claimed_monitor"),
    ("unclaimed", "unclaimed"),
    ("spurious", "spurious"),
    ("port taken: printer", "printer_turns"),
    ("port taken: monitor, by queue", "monitor_turns_queue"),
    ("port taken: monitor, by deferred check", "monitor_turns_check"),
    ("tries that found it taken", "failed"),
    ("hand-overs to the queue", "handovers"),
    ("deferred checks", "checks"),
    ("longest pass, in instructions (trace included)", "longest_pass"),
)


def compare(printed, data):
    """Byte by byte."""
    for i, (got, wanted) in enumerate(zip(printed, data)):
        if got != wanted:
            raise qemu.Failure(f"byte {i} was printed as {got:#04x}, and is {wanted:#04x} in the file")
    if len(printed) != len(data):
        raise qemu.Failure(f"{len(printed)} bytes were printed, the file has {len(data)}")


def main(arguments):
    if len(arguments) not in (2, 3):
        raise qemu.Failure("usage: demo.py INPUT DIRECTORY [IMAGE]")
    name, directory = arguments[0], pathlib.Path(arguments[1])
    image = pathlib.Path(arguments[2]) if len(arguments) == 3 else directory / "pic8259.elf"
    data = read_input(name)
    if not image.is_file():
        raise qemu.Failure(f"there is no image {image}: make demo")
    directory.mkdir(parents=True, exist_ok=True)

    listener, seconds = print_file(data, directory, image)
    compare((directory / "printed.bin").read_bytes(), data)
    counts = listener.counts
    missing = [key for _, key in TABLE if key not in counts]
    if listener.wrong or missing or listener.trace is None:
        raise qemu.Failure("the image did not report as it should: " + "; ".join(listener.wrong + missing))

    replay, vcd = Replay(), directory / "trace.vcd"
    write_vcd(read_trace(listener.trace, directory), replay, vcd)
    _, kept, happened = listener.trace
    if kept == happened:
        check_trace(replay, counts)
    (directory / MEMORY).unlink()

    print(f"\n'{name}': {len(data)} bytes printed in {seconds:.1f} s, equal to the file; every counter adds up\n")
    for label, key in TABLE:
        print(f"  {label:<48}{counts[key]:>10}")
    part = f"{kept} events" if kept == happened else f"the first {kept} of {happened} events"
    print(f"\n{vcd}: {part}; open it with GTKWave")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (qemu.Failure, OSError) as problem:
        sys.exit(f"demo: {problem}")
    except KeyboardInterrupt:
        sys.exit("demo: interrupted")

# SPDX-License-Identifier: MIT
"""Measures the image with a bare handler and with the chain: bench.py DIRECTORY [COUNT]

Instructions are counted under -icount, where they are the same in every run. Interrupts per second are the best of
five runs, and are those of QEMU's processor: every access to a port leaves the translated code there.
"""

import pathlib
import sys
import time

sys.dont_write_bytecode = True
import qemu  # noqa: E402  (found beside this file)

RUNS = 5


def measure(directory, clients, count, counting):
    """Returns (seconds, ticks) for one run."""
    seen = {}

    def on_line(words):
        if words[:1] == ["begin"] or words[:1] == ["end"]:
            seen[words[0]] = time.monotonic()
        elif words[:1] == ["bench"]:
            seen["interrupts"], seen["ticks"] = int(words[2]), int(words[3], 16)

    qemu.run(["-m", "16", "-kernel", "pic8259.elf", "-append", f"clients={clients} count={count}",
              "-parallel", "null"] + (["-icount", "shift=0"] if counting else []), directory, on_line)
    if seen.get("interrupts") != count:
        raise qemu.Failure(f"{seen.get('interrupts')} interrupts instead of {count}")
    return seen["end"] - seen["begin"], seen["ticks"]


def main():
    directory = pathlib.Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    names = ("bare handler", "chain, 1 client", "chain, 2 clients")
    instructions = [measure(directory, clients, count, True)[1] / count for clients in range(len(names))]
    # In turn, so that what else the host does falls on all of them.
    seconds = [[measure(directory, clients, count, False)[0] for clients in range(len(names))] for _ in range(RUNS)]
    rates = [count / min(column) for column in zip(*seconds)]
    print(f"{count} interrupts{'instructions':>27}{'ratio':>8}{'interrupts/s':>15}{'ratio':>8}")
    for name, number, rate in zip(names, instructions, rates):
        print(f"  {name:<26}{number:>14.1f}{number / instructions[0]:>8.2f}{rate:>15,.0f}{rate / rates[0]:>8.2f}")


if __name__ == "__main__":
    try:
        main()
    except (qemu.Failure, OSError) as problem:
        sys.exit(f"bench: {problem}")
    except KeyboardInterrupt:
        sys.exit("bench: interrupted")

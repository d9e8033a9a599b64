#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the litmus tests of this directory, as far as that can be done without herd7, which Debian 12 does not have.

usage: check.py

Every file states its "Result:". "Never" is accepted if no two accesses of a process stand without a full barrier
between them, and no interleaving of the processes satisfies the clause: the kernel's memory model gives such a program
none but sequentially consistent executions. "Sometimes" is accepted if an execution with store buffers, as x86 has them
and as the kernel's memory model allows, satisfies it. Prints a line for each that does not hold, and last
"N passed, N failed".

With herd7: herd7 -conf linux-kernel.cfg FILE, in tools/memory-model of a kernel's source; the files are in its syntax.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent

# Statements: what they are written like, and (register, operation, variable, operands).
FORMS = [
    (r"(\w+) = atomic_xchg\((\w+), (\d+)\);", lambda m: ("exchange", m[1], m[2], (int(m[3]),))),
    (r"(\w+) = atomic_cmpxchg\((\w+), (\d+), (\d+)\);", lambda m: ("compare", m[1], m[2], (int(m[3]), int(m[4])))),
    (r"(\w+) = atomic_fetch_add\((\d+), (\w+)\);", lambda m: ("add", m[1], m[3], (int(m[2]),))),
    (r"(\w+) = atomic_fetch_sub\((\d+), (\w+)\);", lambda m: ("add", m[1], m[3], (-int(m[2]),))),
    (r"(\w+) = (?:atomic_read\(|READ_ONCE\(\*)(\w+)\);", lambda m: ("load", m[1], m[2], ())),
    (r"(?:atomic_set\(|WRITE_ONCE\(\*)(\w+), (\d+)\);", lambda m: ("store", None, m[1], (int(m[2]),))),
    (r"smp_mb\(\);", lambda m: ("barrier", None, None, ())),
]


def parse(text):
    """Returns (stated result, initial values, processes, clause: what each register shall be)."""
    result = re.search(r"Result: (\w+)", text)[1]
    values = {name: int(value) for name, value in re.findall(r"(?:atomic_t|int) (\w+) = (?:ATOMIC_INIT\()?(\d+)", text)}
    processes = []
    for body in re.findall(r"^P\d+\([^)]*\)\n\{\n(.*?)^\}", text, re.DOTALL | re.MULTILINE):
        lines = [line.strip() for line in body.splitlines()]
        processes.append([statement(line) for line in lines if line and not line.startswith("int ")])
    clause = {(int(p), r): int(v) for p, r, v in re.findall(r"(\d+):(\w+)=(\d+)", re.search(r"exists (.*)", text)[1])}
    return result, values, processes, clause


def statement(line):
    for pattern, make in FORMS:
        match = re.fullmatch(pattern, line)
        if match:
            return make(match)
    raise SystemExit("check.py: unknown statement: " + line)


def is_fenced(number, process, clause):
    """A full barrier stands between any two accesses. An exchange has one on both sides; one on a condition only if it
    succeeds, which the clause may demand."""
    barrier = True
    for operation, register, _, operands in process:
        full = operation in ("exchange", "add") or (operation == "compare" and
                                                    clause.get((number, register)) == operands[0])
        if operation == "barrier":
            barrier = True
        else:
            if not (barrier or full):
                return False
            barrier = full
    return True


def step(state, number, processes):
    """The state after the next statement of a process; None if its store buffer must be emptied first."""
    memory, registers, positions, buffers = state
    operation, register, name, operands = processes[number][positions[number]]
    buffered = buffers[number]
    memory, registers = dict(memory), dict(registers)
    if operation not in ("load", "store") and buffered:
        return None
    if operation == "store":
        buffered = buffered + ((name, operands[0]),)
    elif operation != "barrier":
        seen = dict(buffered).get(name, memory[name]) if operation == "load" else memory[name]
        registers[number, register] = seen
        if operation == "exchange" or (operation == "compare" and seen == operands[0]):
            memory[name] = operands[-1]
        elif operation == "add":
            memory[name] = seen + operands[0]
    return (tuple(sorted(memory.items())), tuple(sorted(registers.items())), replace(positions, number,
            positions[number] + 1), replace(buffers, number, buffered))


def replace(values, index, value):
    return values[:index] + (value,) + values[index + 1:]


def successors(state, processes):
    for number, process in enumerate(processes):
        if state[3][number]:  # the oldest store reaches memory
            (name, value), *rest = state[3][number]
            memory = tuple(sorted({**dict(state[0]), name: value}.items()))
            yield memory, state[1], state[2], replace(state[3], number, tuple(rest))
        if state[2][number] < len(process):
            after = step(state, number, processes)
            if after is not None:
                yield after


def is_satisfied(values, processes, clause):
    """Some execution with store buffers satisfies the clause."""
    count = len(processes)
    todo = [(tuple(sorted(values.items())), (), (0,) * count, ((),) * count)]
    seen = set(todo)
    while todo:
        state = todo.pop()
        following = list(successors(state, processes))
        if not following and all(dict(state[1])[key] == value for key, value in clause.items()):
            return True
        new = set(following) - seen
        seen |= new
        todo += new
    return False


def complaint(text):
    result, values, processes, clause = parse(text)
    satisfied = is_satisfied(values, processes, clause)
    if result == "Sometimes":
        return None if satisfied else "no execution satisfies the clause"
    if satisfied:
        return "an execution satisfies the clause"
    fenced = all(is_fenced(number, process, clause) for number, process in enumerate(processes))
    return None if fenced else "two accesses stand without a full barrier between them"


def main():
    passed = failed = 0
    for path in sorted(HERE.glob("*.litmus")):
        wrong = complaint(path.read_text())
        passed, failed = (passed, failed + 1) if wrong else (passed + 1, failed)
        if wrong:
            print("%s: %s" % (path.name, wrong))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

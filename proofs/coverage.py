#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks what no prover checks, and prints the trusted base.

usage: coverage.py [ROOT]

 - Every function is proved by a target, or listed in targets.py with the reason why nothing proves it. Every contract
   that no body is proved against is listed there too.
 - Every proved function has one contract, and that says whether it terminates, what it assigns and that it returns, in
   this order; every fact in it has a name.
 - Every annotation is one: neither dead (`/* @`), nor of a kind that Frama-C ignores or takes for an axiom.
 - The text that is proved is the text that ships: __FRAMAC__ hides bodies of trusted functions and nothing else.
 - Ghost code moves the shadow in steps only: what it says of a step, it says right before the commit.
 - What must be held to touch the data of a gate or a mutex is held, and the atomic words belong to the seam.

The last is by the text of a function: what it names between taking and giving up, in the order of its lines.
"""
import collections
import fnmatch
import pathlib
import re
import sys

import source
import targets
from source import Problem

SOURCES = ("include/*.h", "impl/*.h", "spec/*.acsl", "proofs/*.h", "proofs/*.c")
ORDER = ("requires", "decreases", "terminates", "exits", "assigns", "allocates", "frees", "ensures", "behavior")
NEEDED = ("terminates", "exits", "assigns")
NAMED = ("requires", "ensures")
DEAD = re.compile(r"/[*/]\s+@")
FORBIDDEN = (
    (re.compile(r"\b(?:axiom|axiomatic|inductive)\b"), "an axiom"),
    (re.compile(r"\badmit\b"), "a free assumption"),
    (re.compile(r"\b(?:global|type)\s+invariant\b|\bmodel\b"), "ignored by WP"),
    (re.compile(r"\\valid_function\b"), "not implemented in WP"),
    (re.compile(r"^(?:/\*@|//@)\s*volatile\b"), "ignored by WP"),
)
HIDDEN = re.compile(r"^#ifndef __FRAMAC__\n(?:(?!#el|#if)[^\n]*\n)*?#endif", re.MULTILINE)
SHADOW_WRITE = re.compile(r"\b(g_\w+)[\w.\[\] +-]*=(?!=)")
COMMIT = re.compile(r"\bparallel_isr_commit\s*\(\s*\)")
MEMBER_ACCESS = re.compile(r"(->|\.)\s*([A-Za-z_]\w*)")
WHOLE_ACCESS = re.compile(r"[=(,;{}&|!?:+<>-]\s*\*\s*(\w+)\b")


class Coverage:
    """What is proved by which target, what is trusted, and what is wrong."""

    def __init__(self, root, table=targets, patterns=SOURCES):
        self.root, self.table = root, table
        self.sources = source.files(root, *patterns)
        self.problems = []
        self.checked = 0
        self.functions = [f for s in self.sources for f in s.functions]
        self.by_name = collections.defaultdict(list)
        for function in self.functions:
            self.by_name[function.name].append(function)
        for s in self.sources:
            self.expect(s.unreadable is None, "coverage", s.name, 1, s.unreadable)
        self.proved = {t.name: self._functions_of(t) for t in self.table.TARGETS}
        self.trusted = self._trusted()
        self.lemmas = {t.name: self._lemmas_of(t) for t in self.table.TARGETS}

    def expect(self, good, rule, file, line, text):
        self.checked += 1
        if not good:
            self.problems.append(Problem(rule, file, line, text))

    def contract(self, function):
        """The contract of a function, wherever it stands."""
        return next((f.contract for f in self.by_name[function.name] if f.contract), "")

    def demands(self, function, guard):
        """Does the contract of a function demand that the caller holds a guard?"""
        return any(c.kind == "requires" and guard.clause in c.names and re.search(guard.fact, c.text)
                   for c in source.clauses(self.contract(function)))

    def _matches(self, trusted, function):
        return fnmatch.fnmatch(function.file, trusted.file) and any(
            fnmatch.fnmatch(function.name, pattern) for pattern in trusted.functions.split())

    def _is_trusted(self, function):
        return any(self._matches(trusted, function) for trusted in self.table.TRUSTED)

    def _functions_of(self, target):
        # Of definitions of one name, under a condition of the preprocessor, the first is the one in the unit.
        found = {}
        for f in self.functions:
            if f.body is not None and not self._is_trusted(f) and fnmatch.fnmatch(f.file, target.room):
                found.setdefault(f.name, f)
        return list(found.values())

    def _lemmas_of(self, target):
        text = "".join(a.text for s in self.sources if fnmatch.fnmatch(s.name, target.room) for a in s.annotations)
        return re.findall(r"\blemma\s+(\w+)", text)

    def _trusted(self):
        found = []
        for trusted in self.table.TRUSTED:
            mine = [f for f in self.functions if self._matches(trusted, f)]
            self.expect(mine, "coverage", "proofs/targets.py", 1,
                        f"nothing to trust in {trusted.file}: {trusted.functions}")
            found.append((trusted, sorted({f.name for f in mine})))
        return found

    # ---- the checks --------------------------------------------------------------------------------------------------

    def check(self):
        self.check_functions()
        for functions in self.proved.values():
            for function in functions:
                self.check_contract(function)
        for s in self.sources:
            self.check_annotations(s)
            self.check_hidden(s)
            self.check_shadow(s)
        data = GuardedData(self)
        for name in self.table.PRIVATE:
            self.expect(name in self.by_name, "held", "proofs/targets.py", 1, f"no such function: {name}")
        for functions in self.proved.values():
            for function in functions:
                if not function.ghost and function.name not in self.table.PRIVATE:
                    data.check(function)
        self.problems.sort(key=lambda p: (p.rule, p.file, p.line))
        return self

    def check_functions(self):
        proved = {(f.file, f.name) for functions in self.proved.values() for f in functions}
        names = {name for _, name in proved}
        for f in self.functions:
            if f.body is not None:
                self.expect((f.file, f.name) in proved or self._is_trusted(f), "coverage", f.file, f.line,
                            f"{f.name}: no target proves it")
            elif f.contract:
                self.expect(f.name in names or self._is_trusted(f), "coverage", f.file, f.line,
                            f"{f.name}: its contract is assumed, and targets.py does not say why")
        for t in self.table.TARGETS:
            room = any(fnmatch.fnmatch(s.name, t.room) for s in self.sources)
            self.expect(room and t.claim and t.unproved and t.floor > 0, "coverage", "proofs/targets.py", 1,
                        f"{t.name}: a target needs a room, a claim, what it does not prove, and a floor")

    def check_contract(self, function):
        # An operation of the seam has another contract there: what the core may expect of every platform.
        contracts = [f for f in self.by_name[function.name] if f.contract and not self._is_trusted(f)]
        where = f"{function.name}: "
        self.expect(len(contracts) == 1, "contract", function.file, function.line,
                    where + ("no contract" if not contracts else
                             "several contracts: " + ", ".join(f"{f.file}:{f.line}" for f in contracts)))
        if not contracts:
            return
        file, line = contracts[0].file, contracts[0].line
        clauses = source.clauses(contracts[0].contract)
        kinds = [c.kind for c in clauses]
        for kind in NEEDED:
            self.expect(kind in kinds, "contract", file, line, where + f"its contract lacks {kind}")
        ends = kinds.index("behavior") if "behavior" in kinds else len(kinds)
        common = [ORDER.index(kind) for kind in kinds[:ends] if kind in ORDER]
        self.expect(common == sorted(common), "contract", file, line, where + "its clauses are not in order")
        self.expect(all(c.names for c in clauses if c.kind in NAMED), "contract", file, line,
                    where + "a fact of its contract has no name")

    def check_annotations(self, s):
        for comment in s.comments:
            self.expect(not DEAD.match(comment.text), "annotation", s.name, comment.line,
                        "a dead annotation: no blank before @")
        for annotation in s.annotations:
            lost = any(a <= annotation.start < b for a, b in s.directives)
            self.expect(not lost, "annotation", s.name, annotation.line, "lost: it stands in a macro")
            text = re.sub(r"//[^\n]*", "", annotation.text[3:])
            for pattern, reason in FORBIDDEN:
                found = pattern.search(annotation.text[:3] + text)
                self.expect(not found, "annotation", s.name, annotation.line, f"{found and found.group()}: {reason}")
            lemma = re.search(r"\blemma\b", text)
            self.expect(not lemma or any(fnmatch.fnmatch(s.name, t.room) for t in self.table.TARGETS), "annotation",
                        s.name, annotation.line, "a lemma that no target proves")

    def check_hidden(self, s):
        """What the prover does not see of a file."""
        blocks = [match.span() for match in HIDDEN.finditer(s.text)]
        for match in re.finditer("__FRAMAC__", s.text):
            at = match.start()
            inside = next(((a, b) for a, b in blocks if a <= at < b), None)
            good = inside is not None and source.at_file_level(s, at) and all(
                self._is_trusted(f) for f in s.functions if inside[0] <= f.start < inside[1])
            self.expect(good, "hidden", s.name, s.line(at), "__FRAMAC__ may only hide the bodies of trusted functions")

    def check_shadow(self, s):
        """What ghost code writes."""
        private = [range(f.start, f.start + len(f.body)) for f in s.functions
                   if f.body is not None and f.name in self.table.PRIVATE]
        ghosts = [a for a in s.annotations
                  if source.inner(a.text).startswith("ghost") and not any(a.start in part for part in private)]
        for ghost in ghosts:
            writes = list(SHADOW_WRITE.finditer(ghost.text))
            for write in writes:
                name = write.group(1)
                self.expect(name in self.table.SHADOW + self.table.FREE, "shadow", s.name, ghost.line,
                            f"{name}: the contracts of the seam alone say what becomes of it")
            last = max((w.start() for w in writes if w.group(1) in self.table.SHADOW), default=None)
            if last is not None:
                end = ghost.start + len(ghost.text)
                following = next((a for a in ghosts if a.start >= end and COMMIT.search(a.text)), None)
                committed = COMMIT.search(ghost.text, last) or (
                    following is not None and not s.code[end:following.start].strip())
                self.expect(committed, "shadow", s.name, ghost.line, "the shadow moves, and no commit follows at once")


class GuardedData:
    """Who touches what."""

    def __init__(self, coverage):
        self.coverage = coverage
        self.structs = source.structs(coverage.sources)
        self.guards = {}
        for guard in coverage.table.GUARDS:
            for struct, members in self.structs.items():
                for member, (_, mark) in members.items():
                    if mark == guard.mark or member not in guard.slots.get(struct, members):
                        self.guards[struct, member] = guard
        self.atomics = {(struct, member) for struct, members in self.structs.items()
                        for member, (_, mark) in members.items() if mark == coverage.table.ATOMIC}
        self.members = {member for _, member in self.guards} | {member for _, member in self.atomics}

    def kind_of(self, function, names):
        """The struct that an expression of a function is, or points to; "" for a copy of the function's own."""
        if not names:
            return None
        if names[0].endswith("()"):
            words = [w for f in self.coverage.by_name[names[0][:-2]]
                     for w in source.WORD.findall(f.head.split(f.name)[0]) if w != "NTAPI"]
            kind, pointer = words[-1] if words else None, True
        else:
            kind, pointer = source.declared_type(function, names[0])
        if kind is not None and not pointer:
            return ""
        for name in names[1:]:
            kind = self.structs.get(kind, {}).get(name, (None,))[0]
        return kind

    def check(self, function):
        """Follows a function from its first line to its last."""
        expect = self.coverage.expect
        line = source.read(self.coverage.root, function.file).line
        held = {guard.clause: self.coverage.demands(function, guard) for guard in self.coverage.table.GUARDS}
        for at, change, what in sorted(self.steps(function), key=lambda step: step[0]):
            place = (function.file, line(function.start + at))
            if change is not None:
                held[what] = change
            elif what[0] is None:
                expect(False, "held", *place, f"{function.name}: cannot tell what {what[1]} belongs to")
            elif what in self.guards:
                clause = self.guards[what].clause
                expect(held[clause], "held", *place,
                       f"{function.name}: {what[1]} of {what[0]} without requires {clause}")
            elif what in self.atomics:
                expect(False, "atomic", *place, f"{function.name}: {what[1]} of {what[0]}, other than by the seam")

    def steps(self, function):
        """What a function does to data: (offset, None, (struct, member)); to what it holds: (offset, now, clause)."""
        body = function.body
        for guard in self.coverage.table.GUARDS:
            for now, names in ((True, guard.take), (False, guard.give)):
                for name in names:
                    for match in re.finditer(rf"\b{name}\s*\(", body):
                        yield match.start(), now, guard.clause
        for match in MEMBER_ACCESS.finditer(body):
            if match.group(2) not in self.members:
                continue
            names, start = source.operand(body, match.start())
            kind = self.kind_of(function, names)
            address = re.search(r"(?<!&)&\s*$", body[:start])
            if kind != "" and not (address and (kind, match.group(2)) in self.atomics):
                yield match.start(), None, (kind, match.group(2))
        for match in WHOLE_ACCESS.finditer(body):
            kind, pointer = source.declared_type(function, match.group(1))
            if pointer and any(struct == kind for struct, _ in self.guards):
                yield match.start(), None, next(key for key in self.guards if key[0] == kind)


def print_trusted_base(coverage):
    print("trusted: what nothing here proves")
    for trusted, names in coverage.trusted:
        print(f"  {trusted.file}: {trusted.reason}")
        line = "   "
        for name in names:
            short = name.removeprefix("parallel_isr_")
            if len(line) + len(short) > 110:
                print(line)
                line = "   "
            line += " " + short
        print(line)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    coverage = Coverage(root).check()
    print_trusted_base(coverage)
    for problem in coverage.problems:
        print(f"FAILED {problem.file}:{problem.line}: {problem.text} [{problem.rule}]")
    functions = sum(map(len, coverage.proved.values()))
    print(f"{functions} functions to prove, {sum(len(names) for _, names in coverage.trusted)} trusted")
    print(f"{coverage.checked - len(coverage.problems)} passed, {len(coverage.problems)} failed")
    return 1 if coverage.problems else 0


if __name__ == "__main__":
    sys.exit(main())

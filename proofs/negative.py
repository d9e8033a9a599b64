# SPDX-License-Identifier: MIT
"""Shows that the proof can fail: every file of negative/ has a trap in it that a weaker proof would not see.

A file says in its first comment what must fail, a line each: "Expected: KIND TEXT", with a regular expression, where
KIND is one of
  open      a goal is not proved
  smoke     a smoke test finds a contradiction; it is run for these files only
  log       Frama-C says something that a proof must not say
  source    a check of coverage.py fails
Everything expected must come, and nothing else. With MENDED defined the trap is gone, and the same file must pass: so
it was the trap that failed.
"""
import collections
import pathlib
import re
import types

import frama_c
import targets
from coverage import Coverage
from source import Problem

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build" / "proof" / "negative"

EXPECTED = re.compile(r"^ \* Expected: (open|smoke|log|source) (.+?)(?: \*/)?$", re.MULTILINE)
# The traps are small: whatever proves does so at once.
TIMEOUT = 2

Failure = collections.namedtuple("Failure", "kind text")


def files():
    return sorted((HERE / "negative").glob("*.c"))


def variant(text, mended):
    """The file with or without its trap, every line where it was. Frama-C leaves directives in annotations alone."""
    lines, kept = [], [True]
    for line in text.splitlines():
        directive = re.match(r"#(ifdef|ifndef|else|endif)\b", line)
        if directive is None:
            lines.append(line if all(kept) else "")
            continue
        lines.append("")
        if directive.group(1) == "endif":
            kept.pop()
        elif directive.group(1) == "else":
            kept[-1] = not kept[-1]
        else:
            kept.append((directive.group(1) == "ifdef") == mended)
    return "\n".join(lines) + "\n"


def coverage_of(name):
    """The checks of coverage.py for a file on its own: what it only declares is its seam."""
    target = targets.target("negative", name, 1, "-", "-", unit=name, timeout=TIMEOUT)
    table = types.SimpleNamespace(**{**vars(targets), "TARGETS": (target,), "TRUSTED": (), "PRIVATE": {}})
    declared = " ".join(f.name for f in Coverage(ROOT, table, (name,)).functions if f.body is None)
    if declared:
        table.TRUSTED = (targets.Trusted(name, declared, "the seam of this file"),)
    return Coverage(ROOT, table, (name,)).check()


def failures_of(file, kinds, environment):
    """Everything that fails on a file."""
    name = str(file.relative_to(ROOT))
    coverage = coverage_of(name)
    found = [Failure("source", f"{p.rule}: {p.text}") for p in coverage.problems]
    functions = [f.name for f in coverage.proved["negative"]]
    runs = {"proof": True, "smoke": "smoke" in kinds, "lemma": coverage.lemmas["negative"]}
    for kind in (kind for kind, needed in runs.items() if needed):
        log = file.with_suffix(f".{kind}.log")
        result = frama_c.run(kind, name, functions, ROOT, environment, log, timeout=TIMEOUT)
        found += [Failure("smoke" if kind == "smoke" else "open", goal.name) for goal in result.open]
        found += [Failure("log", p.text) for p in result.problems]
    return found


def try_file(path, environment):
    """Returns what is wrong with a negative control; nothing if it fails as it says."""
    text = path.read_text(encoding="utf-8")
    expected = [Failure(*found) for found in EXPECTED.findall(text)]
    wrong = [] if expected else ["it does not say what to expect"]
    BUILD.mkdir(parents=True, exist_ok=True)
    for mended in (False, True):
        file = BUILD / f"{path.stem}.{'mended' if mended else 'trap'}.c"
        file.write_text(variant(text, mended), encoding="utf-8")
        failures = failures_of(file, {e.kind for e in expected}, environment)
        if mended:
            wrong += [f"fails without its trap: {f.kind} {f.text}" for f in failures]
            continue
        wrong += [f"did not fail: {e.kind} {e.text}" for e in expected
                  if not any(f.kind == e.kind and re.search(e.text, f.text) for f in failures)]
        wrong += [f"failed otherwise: {f.kind} {f.text}" for f in failures
                  if not any(f.kind == e.kind and re.search(e.text, f.text) for e in expected)]
    return [Problem("negative", str(path.relative_to(ROOT)), 1, said) for said in wrong]

# SPDX-License-Identifier: MIT
"""Runs Frama-C on one target and judges what it says.

Frama-C exits with 0 whatever is left open, and says much that matters in passing. So a log is read line by line, and
every warning is an error unless it is one of those listed here with the reason why it is none.
"""
import collections
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from source import Problem

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import processes  # noqa: E402: the checks end what they started in the same way

ABORT = ("annot:missing-spec", "typing:implicit-function-declaration", "annot-error", "ghost:bad-use", "asm")

# What a run for the smoke tests leaves out: everything but termination. A function of which no property at all is
# selected gets no smoke test either (negative/impossible_callee.c).
NOT_SMOKE = ("requires", "assigns", "ensures", "assert", "invariant", "variant", "decreases", "complete_behaviors",
             "disjoint_behaviors", "lemma")

# Simplifications that take more of WP's time than they save the provers: without them it runs two to three times as
# fast, and the same goals prove. A goal that is simplified less is the same goal.
NEEDLESS = ("-wp-no-ground", "-wp-no-pruning")

# Solvers with their names in WP and in its messages.
CVC4, CVC5 = "cvc4", "cvc5"
STRUCTURAL = ("Qed", "CFG")

# Steps of CVC4 for each smoke test: what half of the goals need to be proved. Unlike a time they do not depend on the
# load of the machine, which would make a loaded machine find fewer contradictions. The time is only for emergencies.
SMOKE_STEPS = 50000
SMOKE_TIMEOUT = 60

# A whole run that takes longer hangs.
PATIENCE = 1200

# What a log must not say, anywhere.
FATAL = re.compile(r"skipped|not yet supported|not yet implemented|Missing assigns|Missing 'calls'|defaults to \\false|"
                   r"User Error|Unexpected error|Internal error|aborted|uncaught|unbound|No goal generated|Missing RTE|"
                   r"not found|ignored|not tried|degenerated", re.IGNORECASE)
ANOMALY = re.compile(r"anomaly|Why3 Error|Fatal error", re.IGNORECASE)
# Warnings that are no errors, and why.
CAST = re.compile(r"Cast with incompatible pointers types (.*)")
HARMLESS = (
    (re.compile(r"Memory model hypotheses for function"), "checked where the function is called; shown in the report"),
    (re.compile(r"Failed smoke-test"), "counted with the smoke tests"),
    (re.compile(r"Warning: void object$"), "a hypothesis of the memory model about what a void pointer points to"),
    (re.compile(r"No \\from specification for assigned pointer '(?:g_\w+|.*->(?:client|completion|context))'"),
     "WP would like to know what a pointer may point to; nothing reads or writes through those of shadow and clients"),
    (CAST, "what the memory model cannot follow is left out of a hypothesis, so that the goal is stronger; where that "
     "is not possible WP calls the goal degenerated, and that is fatal; shown in the report"),
)

GOAL = re.compile(r"\[wp\] \[([^]]+)\] Goal (\S+)(?: : (\w+))?")
SMOKE = re.compile(r"\[wp\] \[(\w+)\] Smoke-test (\S+)")
PROVED = re.compile(r"\[wp\] Proved goals:\s+(\d+) / (\d+)")
PROVER_FAILED = re.compile(r"\(failed: (\d+)\)")
SECONDS = re.compile(r"\((?:Qed:)?([\d.]+)(ms|s|')")
HYPOTHESES = re.compile(r"Memory model hypotheses for function '(\w+)':\n(.*)", re.DOTALL)
PLACE = re.compile(r"\[[\w:-]+\] (\S+?):(\d+): ")

# verdict: Valid, Unknown (a prover gave up for another reason than time), Timeout; prover: who proved it, or "".
Goal = collections.namedtuple("Goal", "name function verdict prover seconds")


class Result:
    """What one run of Frama-C came to."""

    def __init__(self, kind, machdep, log):
        self.kind, self.machdep, self.log = kind, machdep, log
        self.goals, self.problems, self.hypotheses, self.casts = [], [], {}, set()
        self.seconds = 0.0

    @property
    def open(self):
        return [goal for goal in self.goals if goal.verdict != "Valid"]

    @property
    def proved(self):
        return len(self.goals) - len(self.open)

    @property
    def good(self):
        return not self.problems and not self.open

    def count(self, prover):
        """Goals that a prover closed; "qed": those that needed none."""
        names = STRUCTURAL if prover == "qed" else (prover.upper(),)
        return sum(goal.prover.split(" ")[0] in names for goal in self.goals)


# ---- the provers -----------------------------------------------------------------------------------------------------


def version(program):
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"version (\d[\w.-]*)", text)
    return match.group(1) if match else "?"


def configure_why3(directory):
    """Writes a configuration of Why3 that depends on nobody's home; it knows cvc5, too, which Why3 1.5 does not.

    The driver is that of CVC4 1.7 with cvc5's name for the logic of everything. Returns the environment for Frama-C.
    """
    directory.mkdir(parents=True, exist_ok=True)
    configuration = directory / "why3.conf"
    configuration.unlink(missing_ok=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FRAMAC_", "WHY3", "MAKE", "MFLAGS"))}
    environment["WHY3CONFIG"] = str(configuration)
    environment["LC_ALL"] = "C.UTF-8"
    subprocess.run(["why3", "config", "detect"], env=environment, check=True, capture_output=True)
    if shutil.which("cvc5"):
        data = re.search(r'datadir = "(.*)"', configuration.read_text()).group(1)
        drivers = pathlib.Path(data) / "drivers"
        driver = (drivers / "cvc4_17.drv").read_text()
        driver = driver.replace('"(set-logic ALL_SUPPORTED)"', '"(set-logic ALL)"')
        driver = re.sub(r'import "(\w+\.gen)"', lambda m: f'import "{drivers / m.group(1)}"', driver)
        (directory / "cvc5.drv").write_text(driver)
        with configuration.open("a") as output:
            output.write(f"""
[prover]
name = "CVC5"
version = "{version("cvc5")}"
command = "cvc5 --tlimit=%t000 --lang=smt2 %f"
command_steps = "cvc5 --rlimit=%S --lang=smt2 %f"
driver = "{directory / "cvc5.drv"}"
editor = ""
in_place = false
interactive = false
""")
    return environment


def prover_names(provers):
    """WP's names of provers."""
    return ",".join(f"CVC5:{version('cvc5')}" if prover == CVC5 else prover for prover in provers)


# ---- the command -----------------------------------------------------------------------------------------------------


def command(kind, unit, functions, machdep, provers, timeout, jobs):
    """The command line. kind: "proof"; "smoke": only the tests that look for contradictions; "lemma"."""
    words = ["frama-c", "-c11", "-machdep", machdep,
             "-kernel-warn-key", ",".join(key + "=abort" for key in ABORT),
             "-wp", "-wp-rte", "-rte-no-pointer-call",
             "-warn-unsigned-overflow", "-warn-unsigned-downcast", "-warn-signed-downcast",
             "-wp-check-memory-model", *NEEDLESS, "-wp-timeout", str(timeout), "-wp-par", str(jobs),
             "-wp-cache", "none"]
    if kind == "lemma":
        words += ["-wp-prover", prover_names(provers), "-wp-prop=@lemma"]
    else:
        words += ["-wp-fct", ",".join(functions)]
    if kind == "proof":
        words += ["-wp-prover", prover_names(provers)]
    if kind == "smoke":
        words += ["-wp-prover", prover_names(provers[:1]), "-wp-smoke-tests", "-wp-steps", str(SMOKE_STEPS),
                  "-wp-smoke-timeout", str(SMOKE_TIMEOUT), "-wp-prop=" + ",".join("-@" + c for c in NOT_SMOKE)]
    words += [unit, "-then", "-report-classify", "-report-unclassified-unknown", "ERROR",
              "-report-unclassified-invalid", "ERROR"]
    return words


def execute(words, root, environment, log, brief):
    """Runs a command in a tree, its output into a log; brief: only until the first goal that is open or smoke test that
    fails. Returns (exit status or None if it was ended, seconds)."""
    log.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    # What an ended run leaves behind goes with its directory; it is short, for sockets are in it.
    # Frama-C takes PWD for the directory that it is in: with another's it would prove the files of another tree.
    with log.open("w") as output, tempfile.TemporaryDirectory(prefix="isr") as scratch, \
         processes.started(words, cwd=root, env={**environment, "TMPDIR": scratch, "PWD": str(root)},
                           stdout=subprocess.PIPE, text=True, errors="replace") as process:
        patience = threading.Timer(PATIENCE, processes.end, [process])
        patience.start()
        red = False
        for line in process.stdout:
            # What the provers said of a goal stands in the lines behind it.
            if red and line.startswith("["):
                processes.end(process)
                break
            output.write(line)
            red = red or brief and is_red(line)
        status = process.wait()
        patience.cancel()
    return (None if status == -signal.SIGKILL else status), time.monotonic() - start


# ---- the log ---------------------------------------------------------------------------------------------------------


def messages(text):
    """The messages of a log: a line that begins with the name of a plug-in, and those behind it that do not."""
    return re.split(r"\n(?=\[)", text)


def is_red(line):
    """Does a line say that a goal is open, or that a smoke test failed?"""
    goal, smoke = GOAL.match(line), SMOKE.match(line)
    return bool(goal and goal.group(3) != "Valid" or smoke and smoke.group(1) != "Passed")


def function_of(goal, functions):
    """The function that a goal belongs to: the longest name that stands in front."""
    found = [f for f in functions if re.match(rf"(?:typed_)?{re.escape(f)}_", goal)]
    return max(found, key=len, default="")


def seconds(text):
    """The longest time in a message: the prover's, or Qed's."""
    scale = {"ms": 0.001, "s": 1.0, "'": 60.0}
    return max((float(number) * scale[unit] for number, unit in SECONDS.findall(text)), default=0.0)


def judge(kind, machdep, status, functions, log):
    """Reads the log of a run."""
    result = Result(kind, machdep, log)

    def problem(text, said=""):
        file, line = PLACE.match(said).groups() if PLACE.match(said) else ("", 0)
        result.problems.append(Problem("log", file, int(line), text))

    total, unproved = None, []
    for message in messages(log.read_text(errors="replace")):
        line, said = message.split("\n")[0], " ".join(message.split())
        goal, smoke, proved = GOAL.match(line), SMOKE.match(line), PROVED.match(line)
        if ANOMALY.search(said):
            problem(said)
        if proved:
            total = (int(proved.group(1)), int(proved.group(2)))
            prover_failed = sum(int(n) for n in PROVER_FAILED.findall(message))
        elif goal:
            who, name, what = goal.groups()
            what = what if what in ("Valid", "Unknown") else "Timeout"
            who = who if what == "Valid" else ""
            result.goals.append(Goal(name, function_of(name, functions), what, who, seconds(message)))
        elif smoke:
            what, name = "Valid" if smoke.group(1) == "Passed" else "Unknown", smoke.group(2)
            result.goals.append(Goal(name, function_of(name, functions), what, "", seconds(message)))
        elif line.startswith("[ERROR:unclassified"):
            unproved.append(said.split()[-1])
        elif line.startswith(("[report]", "[kernel] Plug-in report aborted")):
            pass  # counts these, and sets the exit status
        elif kind == "smoke" and "No goal generated" in said:
            pass  # nothing to test; that every function was looked at is told below
        elif FATAL.search(said):
            problem(said, said)
        elif "Warning:" in said and not any(pattern.search(said) for pattern, _ in HARMLESS):
            problem(said, said)
        cast, hypotheses = CAST.search(said), HYPOTHESES.search(message)
        if cast:
            result.casts.add(PLACE.sub(r"\1:\2 ", said).split()[0] + " " + cast.group(1))
        if hypotheses:
            result.hypotheses[hypotheses.group(1)] = hypotheses.group(2)

    if total is None:
        problem("no 'Proved goals' line")
    elif total != (result.proved, len(result.goals)):
        problem(f"says {total[0]} of {total[1]} proved, its lines {result.proved} of {len(result.goals)}")
    if kind != "lemma":
        for function in sorted(set(functions) - {goal.function for goal in result.goals}):
            problem(f"{function}: no goal")
    if kind == "smoke":
        # A test for which the prover itself fails counts as passed, but is counted here.
        if total is not None and prover_failed != sum("_wp_smoke_" in goal.name for goal in result.open):
            problem(f"the prover failed {prover_failed} times")
        result.goals = [goal for goal in result.goals if "_wp_smoke_" in goal.name]
    if result.good and status != (1 if unproved else 0):
        problem(f"exit status {status}" if status is not None else "it did not come to its end")
    if result.good:
        # A precondition is unproved as long as any call is: those of other targets are, in this run.
        for name in unproved:
            if "_requires" not in name:
                problem(f"{name}: no goal says so, but it is not proved")
    return result


def run(kind, unit, functions, root, environment, log, machdep="gcc_x86_64", provers=(CVC4,), timeout=10, jobs=1,
        brief=False):
    """Runs Frama-C for some functions of a unit; brief: until something is red."""
    words = command(kind, unit, functions, machdep, provers, timeout, jobs)
    status, taken = execute(words, root, environment, log, brief)
    result = judge(kind, machdep, status, functions, log)
    result.seconds = taken
    return result

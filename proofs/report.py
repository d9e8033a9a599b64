# SPDX-License-Identifier: MIT
"""Writes what prove.py found out: report.html for people, junit.xml and results.sarif for machines."""
import collections
import html
import json
import subprocess
import xml.etree.ElementTree as xml

import frama_c
import targets

STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.45 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin-top: 2rem } h3 { font-size: 1rem; margin-bottom: .3rem }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: .9rem }
th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid #8884; white-space: nowrap }
th:first-child, td:first-child { text-align: left } tr:last-child td { border-bottom: 0 }
code, pre { font: .85rem/1.4 ui-monospace, monospace } pre { overflow-x: auto; white-space: pre-wrap }
.bad { color: #c22; font-weight: 600 } .good { color: #282 } dt { font-weight: 600; margin-top: .5rem }
dd { margin-left: 1rem } summary { cursor: pointer; padding: .2rem 0 }
"""


def write(build, outcomes, coverage, controls, problems):
    """controls: the problems of each negative control; problems: those of no target, these among them."""
    (build / "report.html").write_text(page(build, outcomes, coverage, controls, problems), encoding="utf-8")
    xml.ElementTree(junit(outcomes, controls, problems)).write(build / "junit.xml", encoding="utf-8",
                                                               xml_declaration=True)
    (build / "results.sarif").write_text(json.dumps(sarif(outcomes, problems), indent=1) + "\n", encoding="utf-8")


def tools():
    """The tools and their versions."""
    first = subprocess.run(["frama-c", "-version"], capture_output=True, text=True, check=False).stdout.strip()
    return f"Frama-C {first}, Why3 {frama_c.version('why3')}, CVC4 {frama_c.version('cvc4')}, " \
           f"cvc5 {frama_c.version('cvc5')}"


def failures(outcome):
    """What is wrong with a target: (rule, file, line, text)."""
    lines = {f.name: (f.file, f.line) for f in outcome.functions}
    for goal in outcome.open:
        rule = "contradiction" if "wp_smoke" in goal.name else "open-goal"
        file, line = lines.get(goal.function, (outcome.target.unit, 1))
        yield rule, file, line, f"{goal.name} ({goal.verdict})"
    for problem in outcome.problems:
        yield problem.rule, problem.file or outcome.target.unit, problem.line or 1, problem.text


# ---- HTML ------------------------------------------------------------------------------------------------------------


def rows(head, body):
    """A table."""
    def row(tag, cells):
        return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"

    return f'<div class="wide"><table>{row("th", head)}{"".join(row("td", cells) for cells in body)}</table></div>'


def state(good):
    return '<span class="good">proved</span>' if good else '<span class="bad">FAILED</span>'


def share(part, whole):
    return f"{part} of {whole}" + (f" ({100 * part // whole} %)" if whole else "")


def other_run(build, name):
    """What another run left for the report."""
    path = build / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def function_rows(outcome):
    for function in outcome.functions:
        mine = [goal for goal in outcome.goals if goal.function == function.name]
        provers = collections.Counter(goal.prover for goal in mine if goal.prover)
        by = ", ".join(f"{who}: {n}" for who, n in sorted(provers.items()))
        yield (f"<code>{function.name}</code>", len(mine), by,
               f"{max((goal.seconds for goal in mine), default=0.0):.1f}", f"{sum(goal.seconds for goal in mine):.1f}",
               state(mine and all(goal.verdict == "Valid" for goal in mine)))


def target_part(outcome):
    text = html.escape
    parts = [f'<h3 id="{outcome.target.name}">{outcome.target.name}: {state(outcome.good)}</h3>',
             f"<dl><dt>Claim</dt><dd>{text(outcome.target.claim)}</dd>",
             f"<dt>Unproved</dt><dd>{text(outcome.target.unproved)}</dd></dl>"]
    wrong = list(failures(outcome))
    if wrong:
        parts.append("<pre class=bad>" + text("\n".join(f"{f}:{n}: {t}" for _, f, n, t in wrong)) + "</pre>")
    parts.append(f"<details><summary>functions of {text(outcome.target.room)}: {len(outcome.functions)}</summary>")
    parts.append(rows(("function", "goals", "by", "slowest", "seconds", ""), function_rows(outcome)))
    parts.append("</details>")
    return "".join(parts)


def other_runs_part(build):
    """What make prove-machdeps and make prove-mutants found."""
    parts = []
    machdeps = other_run(build, "machdeps")
    if machdeps:
        parts.append("<h2>Data models</h2><p>This run: gcc_x86_64. The last run of others:</p>"
                     + rows(("model", "goals proved"), ((name, share(*goals)) for name, goals in machdeps.items())))
    mutants = other_run(build, "mutants")
    if mutants:
        parts.append("<h2>Seeded faults</h2><p>The last run of them, by what found them:</p>"
                     + rows(("found by", "faults"), mutants.items()))
    return "".join(parts)


def controls_part(controls):
    body = ((f"<code>{name}</code>", state(not problems).replace("proved", "does not prove"))
            for name, problems in controls.items())
    return "<h2>Negative controls</h2><p>Programs with a trap in them that a weaker proof would not see.</p>" \
           f"<details><summary>{len(controls)} programs</summary>{rows(('program', ''), body)}</details>"


def trusted_part(coverage):
    parts = ["<h2>Trusted base</h2><p>What nothing here proves, and why. Besides: Frama-C, Why3, the provers, the "
             "compiler, and the argument of spec/SOUNDNESS.md.</p>"]
    for trusted, names in coverage.trusted:
        parts.append(f"<details><summary>{html.escape(trusted.file)}: {html.escape(trusted.reason)} "
                     f"({len(names)})</summary><p><code>{' '.join(names)}</code></p></details>")
    for name, reason in sorted(targets.PRIVATE.items()):
        parts.append(f"<p><code>{name}</code> touches shared words plainly: {html.escape(reason)}</p>")
    return "".join(parts)


def memory_part(outcomes):
    """What WP's memory model supposes of arguments, and what it does not follow."""
    hypotheses, casts = {}, set()
    for outcome in outcomes:
        for run in outcome.runs:
            hypotheses.update(run.hypotheses)
            casts |= run.casts
    separation = html.escape("\n".join(" ".join(hypotheses[name].split()) for name in sorted(hypotheses)))
    casts_told = html.escape("\n".join(sorted(casts)))
    return "<h2>Memory model</h2><p>What it supposes of arguments: every call that is proved is checked for it; of " \
           f"other callers it is demanded.</p><details><summary>{len(hypotheses)} functions</summary><pre>" \
           f"{separation}</pre></details><p>Casts that it does not follow, which makes goals stronger:</p>" \
           f"<details><summary>{len(casts)} casts</summary><pre>{casts_told}</pre></details>"


def page(build, outcomes, coverage, controls, problems):
    goals, smoke = sum(len(o.goals) for o in outcomes), sum(len(o.smoke) for o in outcomes)
    functions = sum(len(o.functions) for o in outcomes)
    good = not problems and all(o.good for o in outcomes)
    second = other_run(build, "independent")
    head = ("target", "", "functions", "goals", "Qed", "CVC4", "smoke tests", "slowest", "seconds", "cvc5 alone")
    body = [(f'<a href="#{o.target.name}">{o.target.name}</a>', state(o.good), len(o.functions), len(o.goals),
             *(o.count(p) for p in ("qed", frama_c.CVC4)), len(o.smoke), f"{o.slowest:.1f}",
             f"{o.seconds:.0f}", share(*second[o.target.name]) if o.target.name in second else "") for o in outcomes]
    wrong = html.escape("\n".join(f"{p.file}:{p.line}: {p.text} [{p.rule}]" for p in problems))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>parallel_isr: proof report</title><style>{STYLE}</style></head><body>
<h1>parallel_isr: proof report</h1>
<p>{state(good)}: {functions} functions, {goals} goals, {smoke} smoke tests. {html.escape(tools())}.</p>
{f"<pre class=bad>{wrong}</pre>" if wrong else ""}
<h2>Targets</h2>
{rows(head, body)}
<p>cvc5 alone: goals that need a prover, and that a second one closes;
{"as make prove-independent last found" if second else "make prove-independent looks for that"}.</p>
{"".join(target_part(o) for o in outcomes)}
{trusted_part(coverage)}
{memory_part(outcomes)}
{controls_part(controls)}
{other_runs_part(build)}
</body></html>
"""


# ---- for machines ----------------------------------------------------------------------------------------------------


def junit(outcomes, controls, problems):
    """A suite for each target, with a case for each function; one for the negative controls, one for the checks."""
    root = xml.Element("testsuites", name="proof")

    def suite(name, cases, seconds):
        """cases: {name: (seconds, what is wrong)}."""
        failed = sum(bool(wrong) for _, wrong in cases.values())
        element = xml.SubElement(root, "testsuite", name=name, tests=str(len(cases)), failures=str(failed),
                                 errors="0", skipped="0", time=f"{seconds:.1f}")
        for case, (taken, wrong) in cases.items():
            one = xml.SubElement(element, "testcase", classname=f"proof.{name}", name=case, time=f"{taken:.1f}")
            if wrong:
                xml.SubElement(one, "failure", message=wrong[0]).text = "\n".join(wrong)

    for outcome in outcomes:
        cases = {f.name: (sum(goal.seconds for goal in outcome.goals if goal.function == f.name), [])
                 for f in outcome.functions}
        cases |= {case: (0.0, []) for case in ("lemmas", "smoke tests", "log")}
        for goal in outcome.open:
            case = "smoke tests" if "wp_smoke" in goal.name else goal.function or "lemmas"
            cases[case][1].append(f"{goal.name}: {goal.verdict}")
        for problem in outcome.problems:
            cases["log"][1].append(problem.text)
        suite(outcome.target.name, cases, outcome.seconds)
    suite("negative", {name: (0.0, [problem.text for problem in found]) for name, found in controls.items()}, 0.0)
    checks = {rule: (0.0, []) for rule in RULES if rule not in ("open-goal", "contradiction", "log", "negative")}
    for problem in problems:
        if problem.rule != "negative":
            checks[problem.rule][1].append(f"{problem.file}:{problem.line}: {problem.text}")
    suite("checks", checks, 0.0)
    return root


RULES = {
    "open-goal": "A goal is not proved.",
    "contradiction": "A smoke test failed: what is assumed contradicts itself, or code is dead.",
    "log": "Frama-C says something that a proof must not say.",
    "floor": "Fewer goals than there must be.",
    "results": "The counts differ from those recorded.",
    "coverage": "A function is neither proved nor listed with a reason.",
    "contract": "A contract is missing, double or incomplete.",
    "annotation": "An annotation is dead or not allowed.",
    "held": "Data is touched without what guards it.",
    "atomic": "An atomic word is touched other than by the seam.",
    "hidden": "Something else is proved than ships.",
    "shadow": "Ghost code moves the shadow other than by a step.",
    "negative": "A negative control proves, or fails otherwise than it says.",
}


def sarif(outcomes, problems):
    found = [failure for outcome in outcomes for failure in failures(outcome)]
    found += [(p.rule, p.file, p.line, p.text) for p in problems]
    results = [{"ruleId": rule, "level": "error", "message": {"text": text}, "locations": [
        {"physicalLocation": {"artifactLocation": {"uri": file, "uriBaseId": "SRCROOT"},
                              "region": {"startLine": max(1, line)}}}]} for rule, file, line, text in found]
    driver = {"name": "parallel_isr proof", "rules": [{"id": rule, "shortDescription": {"text": text}}
                                                      for rule, text in RULES.items()]}
    return {"version": "2.1.0",
            "runs": [{"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}]}

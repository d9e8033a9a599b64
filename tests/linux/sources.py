# SPDX-License-Identifier: MIT
"""Linux's own checks of sources: sparse, checkpatch, and the semantic patches of the kernel (coccinelle)."""
import pathlib
import re
import subprocess

import kernel

# What of checkpatch is not held to, and why.
CHECKPATCH_IGNORED = {
    # the layout of this project: two blanks, one-line ifs, comments that end where their text does
    "LEADING_SPACE", "CODE_INDENT", "SUSPECT_CODE_INDENT", "TRAILING_STATEMENTS", "LINE_SPACING", "OPEN_BRACE",
    "BLOCK_COMMENT_STYLE",
    "NEW_TYPEDEFS",  # the DDI is made of them
    "SPACING",  # of the star behind BOOLEAN, NTSTATUS and other types that checkpatch does not know
    "VOLATILE",  # the seam's words: an access that is not by an atomic operation shall at least be one access
    "LINUX_VERSION_CODE", "CONSTANT_COMPARISON",  # the library lives outside the tree
    "EXPORT_SYMBOL",  # of functions that the header defines
    "EMBEDDED_FUNCTION_NAME",  # a word that is also a function's name
}


def sources(tree):
    return sorted([*(tree / "examples/linux").glob("*.[ch]"), *(tree / "tests/linux").glob("*.[ch]"),
                   tree / "impl/backend_linux.h", tree / "impl/interrupt_negotiation.h"])


def sparse(tree, name, modules):
    """Compiles the modules in a directory with sparse beside the compiler; returns what it said."""
    subprocess.run(["make", "-s", "-C", kernel.headers(name), "M=%s" % modules, "clean"], stdout=subprocess.DEVNULL)
    done = subprocess.run(["make", "-s", "-C", kernel.headers(name), "M=%s" % modules,
                           "PARALLEL_ISR=%s" % (tree / "include"), "C=2", "CF=-Wsparse-error", "modules"],
                          capture_output=True, text=True)
    return [] if done.returncode == 0 else done.stderr.splitlines()


def checkpatch(tree, source):
    """Returns what checkpatch of a kernel's source says."""
    wrong = []
    for path in sources(tree):
        done = subprocess.run(["perl", str(source / "scripts/checkpatch.pl"), "--root", str(source), "--no-tree",
                               "--terse", "--show-types", "--no-summary", "--max-line-length=120", "--ignore",
                               ",".join(sorted(CHECKPATCH_IGNORED)), "-f", str(path)], capture_output=True, text=True)
        wrong += done.stdout.splitlines()
    return wrong


def coccinelle(tree, source):
    """Returns what the kernel's semantic patches find, and what of the files they cannot read."""
    files = [str(path) for path in sources(tree)]
    read = subprocess.run(["spatch", "--parse-c", *files], capture_output=True, text=True)
    wrong = ["not understood: " + line for line in re.findall(r"nb bad = [1-9].*", read.stdout + read.stderr)]
    for rule in sorted(pathlib.Path(source / "scripts/coccinelle").rglob("*.cocci")):
        if "virtual report" not in rule.read_text():
            continue
        done = subprocess.run(["spatch", "-D", "report", "--no-show-diff", "--very-quiet", "--cocci-file", str(rule),
                               *files], capture_output=True, text=True)
        wrong += done.stdout.splitlines()
        if done.returncode != 0:
            wrong.append("%s: %s" % (rule.name, done.stderr.strip()))
    return wrong

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the library as one file: the public header with the rooms and the backends in place of their includes.

usage: dist.py OUTPUT

Same input, same output. A backend is chosen by PARALLEL_ISR_BACKEND_NAME instead of by its file, PARALLEL_ISR_BACKEND
still names one that is not in here.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent.parent
HEADER = ROOT / "include/parallel_isr.h"
BACKENDS = ("host", "linux", "pic8259", "windows")

BODIES = "#if defined(PARALLEL_ISR_BACKEND_BODIES)"
INCLUDE = re.compile(r'^#include "([^"]+)"\n', re.MULTILINE)
INCLUDE_BACKEND = "#include PARALLEL_ISR_BACKEND\n"

# How the header chooses a backend, and how the one file does: each must occur once.
CHOICE = {
    "#ifndef PARALLEL_ISR_BACKEND\n":
        "#if !defined(PARALLEL_ISR_BACKEND) && " +
        " && ".join("!defined(PARALLEL_ISR_BACKEND_%s)" % name.upper() for name in BACKENDS) + "\n",
    '#define PARALLEL_ISR_BACKEND "../impl/backend_host.h"\n':
        "#define PARALLEL_ISR_BACKEND_HOST\n",
    '#define PARALLEL_ISR_BACKEND "../impl/backend_linux.h"\n':
        "#define PARALLEL_ISR_BACKEND_LINUX\n",
    '#define PARALLEL_ISR_BACKEND "../impl/backend_windows.h"\n':
        "#define PARALLEL_ISR_BACKEND_WINDOWS\n",
}

TOP = """\
/* SPDX-License-Identifier: MIT */
/*
 * parallel_isr %s in one file, made from its source tree by `make dist`: change it there.
 *
 * The platform: define one of %s,
 * or PARALLEL_ISR_BACKEND as the file of another; on POSIX the host is the default. The licence stands at the end.
 */
"""


def without_spdx(text):
    return text.replace("/* SPDX-License-Identifier: MIT */\n", "", 1)


def inline(path):
    """The text of a file with the files that it includes by a path of the library."""
    return INCLUDE.sub(lambda match: inline(path.parent / match[1]), without_spdx(path.read_text()))


def backend(part):
    """One part of every backend, 0: types, 1: bodies, each under its condition."""
    lines = []
    for name in BACKENDS:
        parts = inline(ROOT / "impl" / ("backend_%s.h" % name)).split(BODIES)
        if len(parts) != 2:
            raise SystemExit("dist.py: backend_%s.h must have one line that begins with %s" % (name, BODIES))
        text = parts[0] if part == 0 else BODIES + parts[1]
        lines += ["#%s defined(PARALLEL_ISR_BACKEND_%s)\n" % ("elif" if lines else "if", name.upper()), text]
    return "".join(lines) + "#else\n" + INCLUDE_BACKEND + "#endif\n"


def replace_once(text, old, new):
    if text.count(old) != 1:
        raise SystemExit("dist.py: %r occurs %d times, not once" % (old, text.count(old)))
    return text.replace(old, new)


def main():
    text = inline(HEADER)
    version = ".".join(re.search(r"#define PARALLEL_ISR_VERSION_%s (\d+)" % part, text)[1]
                       for part in ("MAJOR", "MINOR", "PATCH"))
    for old, new in CHOICE.items():
        text = replace_once(text, old, new)
    declarations, seam, core = text.split(INCLUDE_BACKEND)
    text = declarations + backend(0) + seam + backend(1) + core
    choices = " or ".join("PARALLEL_ISR_BACKEND_" + name.upper() for name in BACKENDS)
    licence = (ROOT / "LICENSE").read_text()
    pathlib.Path(sys.argv[1]).write_text(TOP % (version, choices) + text + "\n/*\n" + licence + "*/\n")


if __name__ == "__main__":
    main()

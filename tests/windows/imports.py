#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks at the Windows drivers as files: what they import, and whether they are images that Windows loads.

usage: imports.py DIRECTORY

DIRECTORY holds TARGET-COMPILER/DRIVER.sys. Each driver imports what examples/windows/imports.txt allows it, from there,
and nothing else; what is allowed to a driver and imported by no build of it is a mistake in the list.
"""
import pathlib
import re
import struct
import sys

ROOT = pathlib.Path(__file__).parent.parent.parent
ALLOWED = ROOT / "examples/windows/imports.txt"
sys.path.insert(0, str(ROOT / "examples/windows"))
import finish  # noqa: E402

BUILDS = [target + "-" + compiler for target in ("x64", "x86") for compiler in ("gcc", "clang")]
DRIVERS = ("parisr.sys", "parprint.sys")
# What a compiler may or may not want for an assignment of a structure.
COMPILER_ROUTINES = {"memcpy", "memset"}

MACHINES = {"x64": 0x8664, "x86": 0x14c}
MAGICS = {"x64": 0x20b, "x86": 0x10b}
NATIVE = 1
STRIPPED_OF_RELOCATIONS = 1
DYNAMIC_BASE, NX_COMPATIBLE = 0x40, 0x100
EXECUTABLE, WRITABLE = 0x20000000, 0x80000000
IMPORTS, RELOCATIONS, TLS = 1, 5, 9


class Image:
    """A PE image: the fields that the tests want."""

    def __init__(self, data):
        self.data = data
        header = self.at("<I", 0x3c)
        self.machine, sections, self.time = struct.unpack_from("<HHI", self.data, header + 4)
        optional_size, self.flags = struct.unpack_from("<HH", self.data, header + 20)
        optional = header + 24
        self.magic = self.at("<H", optional)
        self.entry = self.at("<I", optional + 16)
        self.alignment = self.at("<I", optional + 32)
        self.subsystem, self.characteristics = struct.unpack_from("<HH", self.data, optional + 68)
        directories = optional + (112 if self.magic == MAGICS["x64"] else 96)
        self.directories = [struct.unpack_from("<II", self.data, directories + 8 * i) for i in range(16)]
        self.section_table = optional + optional_size
        self.sections = []
        for i in range(sections):
            header = self.section_table + 40 * i
            name, size, address, raw_size, raw = struct.unpack_from("<8sIIII", self.data, header)
            flags = self.at("<I", header + 36)
            self.sections.append((name.rstrip(b"\0").decode(), address, max(size, raw_size), raw, flags))

    def at(self, form, offset):
        return struct.unpack_from(form, self.data, offset)[0]

    def section_of(self, address):
        return next(s for s in self.sections if s[1] <= address < s[1] + s[2])

    def offset(self, address):
        _, start, _, raw, _ = self.section_of(address)
        return address - start + raw

    def text(self, address):
        start = self.offset(address)
        return self.data[start:self.data.index(b"\0", start)].decode()

    def imports(self):
        """{(module, name without decoration)}"""
        found = set()
        size = 8 if self.magic == MAGICS["x64"] else 4
        entry = self.offset(self.directories[IMPORTS][0])
        while self.at("<I", entry + 12):
            module = self.text(self.at("<I", entry + 12)).lower()
            names = self.offset(self.at("<I", entry) or self.at("<I", entry + 16))
            while value := self.at("<Q" if size == 8 else "<I", names):
                if value >> (8 * size - 1):
                    raise SystemExit("imports.py: import by ordinal")
                found.add((module, re.sub(r"@\d+$", "", self.text(value + 2)).lstrip("@")))
                names += size
            entry += 20
        return found


def allowed():
    """{(driver, target): {(module, name)}}"""
    table = {(driver, target): set() for driver in DRIVERS for target in MACHINES}
    for line in ALLOWED.read_text().splitlines():
        if line and not line.startswith("#"):
            driver, module, name, target = line.split()
            for each in MACHINES if target == "all" else (target,):
                table[driver, each].add((module, name))
    return table


def sanity(image, target):
    """What is wrong with an image."""
    checks = {
        "machine": image.machine == MACHINES[target] and image.magic == MAGICS[target],
        "subsystem native": image.subsystem == NATIVE,
        # x64 code has no absolute address, and so no relocations.
        "can be relocated": image.characteristics & DYNAMIC_BASE and not image.flags & STRIPPED_OF_RELOCATIONS and
                            (target == "x64" or image.directories[RELOCATIONS][1] != 0),
        "no execution of data": image.characteristics & NX_COMPATIBLE,
        "checksum": image.at("<I", finish.field_of(image.data)) ==
                    finish.checksum(image.data, finish.field_of(image.data)),
        "entry point in code": image.section_of(image.entry)[4] & EXECUTABLE,
        "code is not writable": not any(s[4] & EXECUTABLE and s[4] & WRITABLE for s in image.sections),
        "whole pages": image.alignment == 0x1000,
        "no thread-local storage": image.directories[TLS] == (0, 0),
        "no time of the build": image.time == 0,
    }
    return [name for name, good in checks.items() if not good]


def notices(data, target):
    """What the tests do not notice that they should: an image that was changed."""
    changed = bytearray(data)
    changed[-1] ^= 1
    writable = bytearray(data)
    writable[Image(data).section_table + 39] |= WRITABLE >> 24
    return [name for name, fault in (("checksum", changed), ("code is not writable", writable))
            if name not in sanity(Image(bytes(fault)), target)]


def main():
    directory = pathlib.Path(sys.argv[1])
    table = allowed()
    used = {key: set() for key in table}
    results = []
    for build in BUILDS:
        target = build.split("-")[0]
        for driver in DRIVERS:
            image = Image((directory / build / driver).read_bytes())
            imports = image.imports()
            used[driver, target] |= imports
            results.append(("%s %s: imports" % (build, driver),
                            ["%s from %s is not allowed" % (n, m) for m, n in imports - table[driver, target]]))
            results.append(("%s %s: image" % (build, driver), sanity(image, target)))
    first = (directory / BUILDS[0] / DRIVERS[0]).read_bytes()
    results.append(("a changed image is noticed", notices(first, BUILDS[0].split("-")[0])))
    for (driver, target), names in table.items():
        unused = {(m, n) for m, n in names - used[driver, target] if n not in COMPILER_ROUTINES}
        results.append(("%s %s: list" % (target, driver), ["%s is never imported" % n for _, n in unused]))
    failed = [(name, wrong) for name, wrong in results if wrong]
    for name, wrong in failed:
        print("%s: %s" % (name, ", ".join(sorted(wrong))))
    print("%d passed, %d failed" % (len(results) - len(failed), len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

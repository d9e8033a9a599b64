# SPDX-License-Identifier: MIT
"""Debian's kernels, for QEMU: the image that belongs to the installed headers, and an initramfs.

Nothing is installed: the image's package is downloaded by apt and unpacked in part.
"""
import gzip
import lzma
import os
import pathlib
import re
import shutil
import stat
import struct
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODULES = ("parport/parport.ko", "parport/parport_pc.ko")


class Failure(Exception):
    """Something that is told in one line."""


def version(flavour):
    """The newest installed headers of a flavour ("amd64", "rt-amd64"); None if there are none."""
    numbers = {}
    for path in pathlib.Path("/lib/modules").glob("*-%s/build" % flavour):
        match = re.fullmatch(r"([\d.]+)-(\d+)-%s" % re.escape(flavour), path.parent.name)
        if match and (path / "Makefile").exists():
            numbers[tuple(int(n) for n in match[1].split(".")) + (int(match[2]),)] = path.parent.name
    return numbers[max(numbers)] if numbers else None


def headers(name):
    return pathlib.Path("/lib/modules") / name / "build"


def fetch(name, directory):
    """Unpacks the image of a kernel and the drivers of the parallel port; returns the directory they are in."""
    place = directory / name
    if (place / "complete").exists():
        return place
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    download("linux-image-" + name, place)
    archive = next(place.glob("*.deb"))
    wanted = ["./boot/vmlinuz-" + name]
    wanted += ["./lib/modules/%s/kernel/drivers/%s" % (name, module) for module in MODULES]
    unpacked = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive.name], cwd=place, stdout=subprocess.PIPE)
    done = subprocess.run(["tar", "-x", "--transform", "s,.*/,,", *wanted], cwd=place, stdin=unpacked.stdout)
    unpacked.stdout.close()
    if unpacked.wait() != 0 or done.returncode != 0:
        raise Failure("%s does not unpack" % archive.name)
    archive.unlink()
    (place / ("vmlinuz-" + name)).rename(place / "bzImage")
    extract(place / "bzImage", place / "vmlinux")
    (place / "complete").touch()
    return place


def build(kind, directory):
    """Builds a debug kernel ("kasan", "kcsan") from Debian's source; returns the directory of its build."""
    place = directory / kind
    wanted = place / "wanted.config"
    text = "".join((HERE / ("%s.config" % name)).read_text() for name in ("debug", kind))
    if (place / "complete").exists() and wanted.read_text() == text:
        return place
    source = unpack_source(directory)
    place.mkdir(parents=True, exist_ok=True)
    (place / "complete").unlink(missing_ok=True)
    wanted.write_text(text)
    make = ["make", "-s", "-C", str(source), "O=%s" % place]
    with (place / "build.log").open("w") as log:
        run(make + ["KCONFIG_ALLCONFIG=%s" % wanted, "allnoconfig"], log)
        settings = (place / ".config").read_text().splitlines()
        lost = [line for line in wanted.read_text().splitlines()
                if line.startswith("CONFIG_") and line not in settings]
        if lost:
            raise Failure("the %s kernel has not: %s" % (kind, " ".join(lost)))
        run(make + ["-j%d" % min(2, os.cpu_count() or 1), "bzImage", "modules"], log)
    shutil.copy2(place / "arch/x86/boot/bzImage", place / "bzImage")
    (place / "complete").touch()
    return place


def run(command, log):
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode != 0:
        raise Failure("the kernel does not build: %s" % log.name)


def unpack_source(directory):
    place = directory / "source"
    if (place / "complete").exists():
        return next(place.glob("linux-source-*"))
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    release = re.match(r"\d+\.\d+", version("amd64") or "")
    if release is None:
        raise Failure("no headers are installed")
    download("linux-source-" + release[0], place)
    name = next(place.glob("*.deb")).name
    done = subprocess.run("dpkg-deb --fsys-tarfile %s | tar -xO ./usr/src/linux-source-%s.tar.xz | tar -xJ"
                          % (name, release[0]), cwd=place, shell=True)
    if done.returncode != 0:
        raise Failure("%s does not unpack" % name)
    (place / name).unlink()
    (place / "complete").touch()
    return next(place.glob("linux-source-*"))


def download(package, place):
    done = subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=", "download", package], cwd=place,
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure("apt-get download %s: %s" % (package, done.stderr.strip()))


def extract(image, output):
    """The ELF file inside an image: QEMU starts it without the time that its unpacking takes in the emulator."""
    data = image.read_bytes()
    setup = (data[0x1F1] or 4) + 1
    offset, length = struct.unpack_from("<II", data, 0x248)
    start = setup * 512 + offset
    payload = data[start:start + length]
    if payload[:6] != b"\xfd7zXZ\0":
        raise Failure("%s is not compressed by xz" % image)
    output.write_bytes(lzma.decompress(payload[:-4]))


def archive(files, output):
    """Writes an initramfs. files: name -> bytes, or None for a directory, or (major, minor) of a character device."""
    parts = []

    def entry(number, name, mode, data=b"", device=(0, 0)):
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, device[0], device[1], len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        parts.append(head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4))

    for number, (name, data) in enumerate(files.items(), 1):
        if data is None:
            entry(number, name, stat.S_IFDIR | 0o755)
        elif isinstance(data, tuple):
            entry(number, name, stat.S_IFCHR | 0o600, device=data)
        else:
            entry(number, name, stat.S_IFREG | 0o755, data)
    entry(0, "TRAILER!!!", 0)
    output.write_bytes(gzip.compress(b"".join(parts), 1))

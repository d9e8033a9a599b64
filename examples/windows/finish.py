#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Finishes a driver image as Windows wants it: the checksum of the header, which not every linker writes.

usage: finish.py LINKED DRIVER
"""
import pathlib
import struct
import sys

CHECKSUM = 64  # its offset in the optional header


def checksum(image, field):
    """Sum of the 16-bit words with end-around carry, without the field itself, plus the length."""
    data = bytes(image[:field] + bytes(4) + image[field + 4:]) + bytes(len(image) % 2)
    total = sum(word for word, in struct.iter_unpack("<H", data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total + len(image)


def field_of(image):
    """Where in an image its checksum stands."""
    header, = struct.unpack_from("<I", image, 0x3c)
    if image[:2] != b"MZ" or image[header:header + 4] != b"PE\0\0":
        raise SystemExit("finish.py: no PE image")
    return header + 24 + CHECKSUM


def main():
    linked, driver = map(pathlib.Path, sys.argv[1:])
    image = bytearray(linked.read_bytes())
    field = field_of(image)
    struct.pack_into("<I", image, field, checksum(image, field))
    driver.write_bytes(image)
    return 0


if __name__ == "__main__":
    sys.exit(main())

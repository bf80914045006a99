#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A name server that knows one name: dns.py NAME ADDRESS READY-FILE

Listens on 127.0.0.1, port 53; other names do not exist (NXDOMAIN).
"""
import socket
import struct
import sys

NAME, ADDRESS, READY = sys.argv[1:4]


def read_name(data, at):
    labels = []
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode())
        at += 1 + data[at]
    return ".".join(labels), at + 1


def answer(query):
    name, end = read_name(query, 12)
    kind = struct.unpack(">H", query[end:end + 2])[0]
    question = query[12:end + 4]
    known = name.lower() == NAME
    record = b""
    if known and kind == 1:
        record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(ADDRESS)
    flags = 0x8580 | (0 if known else 3)
    return query[:2] + struct.pack(">HHHHH", flags, 1, 1 if record else 0, 0, 0) + \
        question + record


with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("127.0.0.1", 53))
    with open(READY, "w"):
        pass
    while True:
        text, peer = s.recvfrom(2048)
        try:
            s.sendto(answer(text), peer)
        except (IndexError, struct.error, UnicodeDecodeError):
            pass  # no query

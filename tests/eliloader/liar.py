#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""liar.py - an eliloader-disk that was taken over: what it says is told by the file "lie" beside
it.  Speaks eliloader/wire.h on descriptor 3."""
import os
import socket
import struct
import sys

DATA, END, DONE, REPORT = 5, 7, 11, 12
DEVICE = ["device/000/" + k for k in ("name", "fs", "label", "uuid", "size", "active", "blank", "swap")]
VALUES = ["loop0", "ext*", "", "", "1048576", "0", "0", "0"]


def tree(pairs):
    pairs = sorted(pairs.items(), key=lambda p: p[0].replace("/", "\0"))
    return "".join('%s = "%s"\n' % p for p in pairs).encode("latin-1")


def honest():
    t = dict(zip(DEVICE, VALUES), table="")
    t.update({"menu/kind": "grub", "menu/config": "/grub.cfg", "menu/device": "0", "menu/timeout": "0",
              "menu/hidden": "0", "menu/passed": "0", "menu/chosen": "0", "entry/000/title": "x", "entry/000/depth": "0",
              "entry/000/device": "0", "entry/000/kernel": "/k", "entry/000/args": ""})
    return t


class Worker:
    def __init__(self):
        self.s = socket.socket(fileno=3)

    def say(self, kind, stream=0, data=b""):
        self.s.sendall(struct.pack("=IIQ", kind, stream, len(data)) + data)

    def hear(self):
        head = self.s.recv(16, socket.MSG_WAITALL)
        return self.s.recv(struct.unpack("=IIQ", head)[2], socket.MSG_WAITALL)

    def report(self, **more):
        t = honest()
        t.update({k.replace("__", "/"): v for k, v in more.items()})
        self.say(REPORT, 0, tree({k: v for k, v in t.items() if v is not None}))
        self.hear()  # PICK

    def kernel(self, data):
        for at in range(0, len(data), 65536):
            self.say(DATA, 0, data[at:at + 65536])


def lie(w, what):
    if what == "nothing":
        return
    if what == "garbage":
        w.s.sendall(os.urandom(16) * 64)
    elif what == "killed":
        os.kill(os.getpid(), 9)
    elif what == "device":
        w.report(entry__000__device="99")
    elif what == "chosen":
        w.report(menu__chosen="7")
    elif what == "newline":
        w.report(entry__000__args="a\\nkernel /etc/shadow")
    elif what == "escape":
        w.report(entry__000__args="a \\x1b[2J")
    elif what == "missing":
        w.report(entry__000__kernel=None)
    elif what == "twice":
        w.report()
        w.report()
    elif what == "endless":
        w.report()
        for _ in range(4096):
            w.kernel(b"\0" * 65536)
    elif what == "half":
        w.report()
        w.kernel(b"\x7fELF" * 1000)
        w.say(DONE, 0, struct.pack("=I2044s", 0, b""))
    elif what == "empty":
        w.report()
        w.say(END)
        w.say(DONE, 0, struct.pack("=I2044s", 0, b""))
    elif what == "ramdisk":  # nobody wants one
        w.report()
        w.say(DATA, 1, b"x")
    elif what == "words":
        w.say(DONE, 0, struct.pack("=I2044s", 2, b"x\n\x1b[2JRuntimeError: y"))
    elif what == "no-end":
        w.say(DONE, 0, struct.pack("=I2044s", 2, b"x" * 2044))


def main():
    with open(os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "lie")) as f:
        what = f.read().strip()
    w = Worker()
    try:
        w.hear()  # JOB
        lie(w, what)
    except (ConnectionError, struct.error):
        pass  # eliloader has heard enough


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: BSD-2-Clause
"""leaks MODE ... - events of what was shut when it happened (leaks.t runs it).

removed BROKER METRICS DOM0   dom0 writes below what domain 5 cannot read, then removes it
remade BROKER METRICS DOM0    the client owns what is above, and makes it anew for itself
late BROKER METRICS DOM0      what could be read comes, however late, even when it is gone
crowd PROGRAM DIR DOM0        a node is asked for once, however many watches are told
The client of the first three takes nothing while its events come.
"""
import os
import socket
import subprocess
import sys
import threading

from wire import (DIRECTORY, GET_PERMS, HEADER, READ, RM, SET_PERMS, WATCH, Client, check, counters,
                  finish, frame, same, text, until)

HOME = "/local/domain/5"
BIG = HOME + "/big"
NAME = "NOBODYMAYKNOW"
REPLIES = 600  # of 1500 bytes: more than the sockets hold
WATCHES = 100

mode = sys.argv[1]
dom0 = Client(sys.argv[4])


def metrics():
    return counters(sys.argv[3])


def held_back():
    return metrics()["events_held_back"]


def put(path, value, *perms):
    dom0.write(path, value)
    dom0.ask(SET_PERMS, path, *perms)


def stalled(path):
    """A client that watches and does not take what it asked for; how much that is."""
    put(BIG, "y" * 1500, "n0", "r5")
    c = Client(sys.argv[2])
    c.ask(WATCH, path, "token")
    check(until(lambda: not c.is_quiet() or c.events), "the watch is set")
    one = frame(READ, text(BIG))
    rest = c.push(one * REPLIES) % len(one)
    check(until(lambda: metrics()["queue"] > 16384), "its queue is full")
    return c, one[rest:] if rest else b""


def everything(c, rest):
    """All that comes until the answer to something that is asked last."""
    done = threading.Event()

    def ask():
        c.raw(rest + frame(DIRECTORY, text("/local/domain/5/absent"), number=4711))
        done.set()

    threading.Thread(target=ask, daemon=True).start()
    while c.reply().number != 4711:
        pass
    done.wait()
    c.is_quiet()  # what did not go before the answer
    return [path for path, _ in c.events]


def is_judged(before):
    return check(until(lambda: held_back() > before, 10), "it is judged when it comes")


def removed():
    put(HOME + "/hidden", "x", "n0")
    c, rest = stalled(HOME)
    before = held_back()
    put(HOME + "/hidden/" + NAME, "v", "n0")
    is_judged(before)
    dom0.ask(RM, HOME + "/hidden")
    events = everything(c, rest)
    check(HOME + "/hidden" in events, "that it is gone is told", events)
    check(not any(NAME in e for e in events), "what was in it is not", events)


def remade():
    top = HOME + "/data/w"
    put(top + "/x", "secret", "n0")
    dom0.ask(SET_PERMS, top, "n5")
    c, rest = stalled(top)
    before = held_back()
    put(top + "/x/" + NAME, "v", "n0")
    is_judged(before)
    other = Client(sys.argv[2])
    same(other.ask(DIRECTORY, top + "/x").error, "EACCES", "it is shut")
    same(other.ask(RM, top).error, None, "its owner removes it")
    same(other.write(top + "/x", "mine"), "OK", "and makes it anew")
    events = everything(c, rest)
    check(top + "/x" in events, "what is its own is told", events)
    check(not any(NAME in e for e in events), "what was another's is not", events)


def late():
    put(HOME + "/hidden", "x", "n0")
    put(HOME + "/open", "x", "n0", "r5")
    put(HOME + "/flip", "x", "n0", "r5")
    c, rest = stalled(HOME)
    before = held_back()
    put(HOME + "/open/in", "v", "n0", "r5")
    put(HOME + "/flip/" + NAME, "v", "n0", "r5")
    put(HOME + "/hidden/x", "v", "n0")
    is_judged(before)
    dom0.ask(RM, HOME + "/open")
    dom0.ask(SET_PERMS, HOME + "/flip/" + NAME, "n0")
    dom0.ask(SET_PERMS, HOME + "/flip", "n0")
    events = everything(c, rest)
    check(HOME + "/open/in" in events, "what could be read is told", events)
    check(not any(NAME in e for e in events), "what is shut by now is not", events)


class Between:
    """A daemon's socket that counts what it is asked for."""

    def __init__(self, path, daemon):
        self.count, self.daemon = 0, daemon
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.bind(path)
        self.sock.listen(8)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, far = self.sock.accept()[0], socket.socket(socket.AF_UNIX)
            far.connect(self.daemon)
            threading.Thread(target=self.up, args=(near, far), daemon=True).start()
            threading.Thread(target=self.down, args=(far, near), daemon=True).start()

    def up(self, near, far):
        data = b""
        while True:
            more = near.recv(65536)
            if not more:
                return far.close()
            data += more
            while len(data) >= HEADER.size:
                kind, _, _, size = HEADER.unpack(data[:HEADER.size])
                if len(data) < HEADER.size + size:
                    break
                self.count += kind == GET_PERMS
                data = data[HEADER.size + size:]
            far.sendall(more)

    @staticmethod
    def down(far, near):
        while True:
            more = far.recv(65536)
            if not more:
                return
            near.sendall(more)


def crowd():
    between = Between(sys.argv[3] + "/between", sys.argv[4])
    ours, theirs = os.pipe()
    listen = sys.argv[3] + "/crowd"
    broker = subprocess.Popen([sys.argv[2], "--upstream", sys.argv[3] + "/between", "--domid", "5",
                               "--limiter", "turn", "--listen", listen, "--ready-fd", str(theirs)],
                              pass_fds=[theirs])
    os.read(ours, 1)
    c = Client(listen)
    put(HOME + "/data/x", "0", "n0", "r5")
    for i in range(WATCHES):
        c.ask(WATCH, HOME + "/data/x", str(i))
    while len(c.events) < WATCHES:
        c.events.append(c.receive())
    del c.events[:]
    before = between.count
    dom0.write(HOME + "/data/x", "1")
    same(sorted(int(c.event()[1]) for _ in range(WATCHES)), list(range(WATCHES)), "all are told")
    check(0 < between.count - before <= WATCHES / 2, "and few questions asked",
          between.count - before)
    broker.terminate()
    same(broker.wait(30), 0, "that broker ends well")


{"removed": removed, "remade": remade, "late": late, "crowd": crowd}[mode]()
finish()

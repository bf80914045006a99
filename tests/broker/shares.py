# SPDX-License-Identifier: BSD-2-Clause
"""shares MODE SOCKET METRICS DOM0 [FILE] - what shares.t asks about the quota of nodes."""
import os
import signal
import sys
import time

from wire import (DIRECTORY, GET_PERMS, MKDIR, READ, RM, SET_PERMS, Client, check, counters, finish,
                  same, text, until)

mode, SOCK, METRICS, DOM0 = sys.argv[1:5]
HOME = "/local/domain/5"


def names(dom0, path):
    return dom0.ask(DIRECTORY, path).body.decode().split("\0")[:-1]


def owned(dom0, path):
    """How many nodes the domain owns, path and below."""
    perms = dom0.ask(GET_PERMS, path).body.decode().split("\0")
    return (perms[0][1:] == "5") + sum(owned(dom0, path + "/" + n) for n in names(dom0, path))


def below(dom0, path):
    return sum(1 + below(dom0, path + "/" + n) for n in names(dom0, path))


def make(c, path, first, number, perms=None):
    """Nodes of a hundred in each directory; how many were made before one was refused."""
    for i in range(first, first + number):
        node = "%s/%d/%d" % (path, i // 100, i)
        if c.ask(MKDIR, node).error is not None:
            return i - first
        if perms:
            c.ask(SET_PERMS, os.path.dirname(node), perms)
            c.ask(SET_PERMS, node, perms)
    return number


def tokens():
    return counters(METRICS)["tokens_taken"]


def rest(dom0):
    """The domain's nodes, by dom0's hand, until there are a thousand."""
    make(dom0, HOME + "/data/full", 0, 1000 - owned(dom0, HOME) - 20, "n5")
    for i in range(1000 - owned(dom0, HOME)):
        node = "%s/data/last%d" % (HOME, i)
        dom0.ask(MKDIR, node)
        dom0.ask(SET_PERMS, node, "n5")


def full():
    """The home has all nodes that it may have; what a refusal takes is written to FILE."""
    c, dom0 = Client(SOCK), Client(DOM0)
    rest(dom0)
    same(owned(dom0, HOME), 1000, "dom0 has made a thousand nodes for the domain")
    before = tokens()
    same(c.ask(MKDIR, "data/more").error, "ENOSPC", "a client of a new broker makes no other")
    with open(sys.argv[5], "w", encoding="ascii") as f:
        f.write("%d" % (tokens() - before))


def slow():
    """--rate 1, and a bucket that is empty just before all is counted."""
    c = Client(SOCK)
    c.sock.settimeout(60)
    start = time.monotonic()
    same(c.ask(MKDIR, "data/more").error, "ENOSPC",
         "who waits for tokens longer than a count is new is answered")
    # (the count may have had the last token at once if the machine was slow)
    check(tokens() < 400, "from one count", (tokens(), time.monotonic() - start))


def flood(path):
    pid = os.fork()
    if pid == 0:
        c = Client(SOCK)
        while True:
            tx = c.start()
            c.ask(MKDIR, path, tx=tx)
            c.end(tx)
    return pid


def share():
    """--rate 1000 --burst 20: one that has all counted without end, beside nine that read."""
    readers = [Client(SOCK) for i in range(9)]
    pid = flood("data/more")
    until(lambda: tokens() > 500)
    for c in readers:
        for i in range(3):
            c.send(READ, text("data"))
    before, done, end = tokens(), 0, time.monotonic() + 3
    while time.monotonic() < end:
        for c in readers:
            c.reply()
            c.send(READ, text("data"))
            done += 1
    taken = tokens() - before
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    # an opened transaction is twenty tokens at once
    check(done > 300 and done >= 0.6 * taken,
          "who has nodes counted pays for that with turns of its own", (done, taken))


def given_up():
    """--rate 1000 --burst 20: dom0 has made more nodes of the domain's than it may have."""
    c, dom0 = Client(SOCK), Client(DOM0)
    for i in range(100):
        dom0.ask(RM, "%s/data/last%d" % (HOME, i))
    dom0.ask(RM, HOME + "/data/full")
    make(dom0, HOME + "/data/big", 0, 2000, "n5")
    same(c.ask(MKDIR, "data/more").error, "ENOSPC", "they are too many")
    time.sleep(1.1)
    for _ in range(3):
        d = Client(SOCK)
        before = tokens()
        d.send(MKDIR, text("data/more"))
        until(lambda: tokens() >= before + 20)
        d.close()
    for end in (range(4), range(16, 20)):
        for i in end:
            c.ask(RM, "data/big/%d" % i)
    left = owned(dom0, HOME)
    check(left > 1000, "more than enough are left", left)
    same([c.ask(MKDIR, "data/more/%d" % i).error for i in range(3)], ["ENOSPC"] * 3,
         "of a count that was given up nothing follows")
    c.ask(RM, "data/big")
    until(lambda: c.ask(MKDIR, "data/more").error is None)
    same(c.ask(MKDIR, "data/more").error, None, "all of it is removed: there is room")
    c.ask(RM, "data/more")


def again():
    """--limiter turn: nodes that others have removed are made again, another's now."""
    c, dom0, flip = Client(SOCK), Client(DOM0), "/local/domain/6/flip"
    dom0.ask(MKDIR, flip)
    dom0.ask(SET_PERMS, flip, "n5")
    for i in range(50):
        c.ask(MKDIR, "%s/%d" % (flip, i))
    for i in range(50):
        dom0.ask(RM, "%s/%d" % (flip, i))
    dom0.ask(SET_PERMS, flip, "n6", "b5")
    same([c.ask(MKDIR, "%s/%d" % (flip, i)).error for i in range(50)], [None] * 50, "fifty, made again")

    def total():
        return owned(dom0, HOME) + below(dom0, flip)
    check(until(lambda: make(c, "data/rest", 0, 1100) < 1100 and total() >= 1000), "all that may be")
    time.sleep(1.1)
    same([c.ask(MKDIR, "data/more").error, total()], ["ENOSPC", 1000], "and each of the fifty counts once")
    c.ask(RM, "data/rest")
    for i in range(50):
        c.ask(RM, "%s/%d" % (flip, i))


def replay():
    """--limiter turn: what a transaction stands on is removed before its end."""
    c, d, dom0, shared = Client(SOCK), Client(SOCK), Client(DOM0), "/local/domain/6/shared"
    for i in range(4):
        deep = "%s/r%d" % (shared, i) + "/a" * 400
        same(c.ask(MKDIR, deep).error, None, "four hundred levels in another's tree")
        tx = c.start()
        same([c.ask(MKDIR, deep + "/x", tx=tx).error, d.ask(RM, "%s/r%d" % (shared, i)).error, c.end(tx)],
             [None, None, "EAGAIN"], "a transaction below them does not bring them back")
    same(below(dom0, shared), 0, "nothing is there")
    make(c, shared, 0, 1100)
    same(below(dom0, shared) + owned(dom0, HOME), 1000, "nor counted")
    for n in names(dom0, shared):
        c.ask(RM, shared + "/" + n)


def fill():
    """All that may be made, and no more: before and after a restart of the daemon."""
    c, dom0 = Client(SOCK), Client(DOM0)
    check(until(lambda: make(c, "data/fill", 0, 1100) < 1100 and owned(dom0, HOME) >= 1000),
          "all nodes that may be")
    same([owned(dom0, HOME), c.ask(MKDIR, "data/fill/more").error], [1000, "ENOSPC"], "and no other")


{"full": full, "slow": slow, "share": share, "given_up": given_up, "again": again, "replay": replay,
 "fill": fill}[mode]()
finish()

# SPDX-License-Identifier: BSD-2-Clause
"""limits MODE SOCKET METRICS ARG... - what limits.t asks of a broker with a given limiter."""
import os
import select
import signal
import socket
import subprocess
import sys
import time

from wire import (DIRECTORY, END, GET_PERMS, HEADER, MKDIR, READ, RM, SET_PERMS, START, WATCH,
                  WATCH_EVENT, WRITE, Client, check, counters, finish, frame, same, text, until)

mode, SOCK, METRICS = sys.argv[1:4]
MINE = "/local/domain/5/data/x"
SECRET = "/local/domain/0/secret"


def metrics():
    return counters(METRICS)


class Counted:
    """What the counters did in between."""

    def __init__(self):
        self.before = metrics()

    def __getitem__(self, name):
        return metrics()[name] - self.before[name]

    def all(self, *names):
        now = metrics()
        return tuple(now[n] - self.before[n] for n in names)


FIGURES = ("operations", "tokens_taken", "denials", "malformed")


def costs():
    c = Client(SOCK)
    n = Counted()
    for i in range(5):
        c.read(MINE)
    same(n.all(*FIGURES), (5, 5, 0, 0), "five reads are five tokens")
    n = Counted()
    c.write(MINE, "1")
    c.ask(DIRECTORY, "data")
    c.ask(GET_PERMS, "data")
    same(n.all(*FIGURES), (3, 3, 0, 0), "a write, a list, permissions: a token each")
    n = Counted()
    tx = c.start()
    same(n.all(*FIGURES), (1, 20, 0, 0), "opening a transaction is twenty")
    n = Counted()
    c.read(MINE, tx)
    c.write(MINE, "2", tx)
    same(c.end(tx), "OK", "the transaction is closed")
    same(n.all(*FIGURES), (3, 3, 0, 0), "what is in it and its end: a token each")
    n = Counted()
    same(c.read(SECRET), "EACCES", "a node of dom0's is denied")
    same(n.all(*FIGURES), (1, 1, 1, 0), "and that is a token")
    n = Counted()
    same(c.reply(c.send(READ, b"data/x")).error, "EINVAL", "a path without its NUL is refused")
    same(c.reply(c.send(WATCH, b"data\0")).error, "EINVAL", "and a watch without a token")
    same(n.all(*FIGURES), (2, 2, 0, 2), "and each is a token")
    n = Counted()
    same(c.ask(100).error, "ENOSYS", "no such operation")
    same(c.read("data/missing"), "ENOENT", "no such node")
    same(n["tokens_taken"], 2, "a token each")
    n = Counted()
    same(str(c.ask(WATCH, "data", "t")).rstrip("\0"), "OK", "a watch")
    same(c.event(), ("data", "t"), "its first event")
    c.write("data/x", "3")
    same(c.event(), ("data/x", "t"), "and another")
    same(n.all(*FIGURES), (2, 2, 0, 0), "events cost nothing")
    c.close()


def conflict():
    """A single operation that meets a conflict is done again, and each time is paid."""
    c = Client(SOCK)
    child = os.fork()
    if child == 0:  # dom0 writes the same node without end, and its permissions
        dom0 = Client(sys.argv[4])
        while True:
            dom0.write(MINE, "a")
            dom0.ask(SET_PERMS, MINE, "n5")
            dom0.ask(SET_PERMS, MINE, "n5", "r1")
    n = Counted()
    asked = 0
    while n["retries"] < 3 and asked < 50000:
        for i in range(100):
            if c.write(MINE, str(i)) not in ("OK", "EAGAIN"):
                check(False, "writing under conflicts")
                break
        asked += 100
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    operations, tokens, retries = n.all("operations", "tokens_taken", "retries")
    check(retries >= 3, "commits met conflicts and were done again", retries)
    same(tokens, operations + retries, "each repetition is a token")
    same(operations, asked, "and no operation of its own")
    c.close()


def pressure():
    """--rate 5 --burst 20"""
    rate, burst = 5, 20
    t0 = time.monotonic()
    c = Client(SOCK)
    c.raw(b"".join(frame(READ, text("data/x"), 0, i) for i in range(40)))
    replies = [c.reply() for i in range(40)]
    spent = time.monotonic() - t0
    same([r.number for r in replies], list(range(40)), "twice the bucket: all are answered, in order")
    same([r.error for r in replies if r.error], [], "and none with an error")
    m = metrics()
    # (on a machine that is slow enough it need not)
    check(burst + rate * spent >= 40 or m["waits"] >= 1 and m["wait_seconds"] > 0,
          "the client waited", (m, spent))
    check(m["tokens_taken"] <= burst + rate * spent + 1, "no more tokens than there were",
          (m["tokens_taken"], spent))
    # a second client finds the same empty bucket
    before = metrics()
    d = Client(SOCK)
    for i in range(3):
        d.read("data/x")
    spent = time.monotonic() - t0
    m = metrics()
    check(burst + rate * spent >= 43 or m["waits"] > before["waits"],
          "a second client waits, too: the bucket is the domain's", (m, spent))
    check(m["tokens_taken"] <= burst + rate * spent + 1, "both together have one bucket's tokens",
          (m["tokens_taken"], spent))
    # denied and malformed ones are no way around it
    before = metrics()["waits"]
    for i in range(3):
        d.read(SECRET)
        d.reply(d.send(READ, b"x"))
    spent = time.monotonic() - t0
    m = metrics()
    check(burst + rate * spent >= 49 or m["waits"] > before, "denied and malformed requests wait",
          (m, spent))
    check(m["tokens_taken"] <= burst + rate * spent + 1, "within the same tokens", m["tokens_taken"])
    same(m["tokens_taken"], m["operations"] + m["retries"], "tokens are operations and repetitions")
    # a transaction is more than is there: it waits, and is opened
    tx = d.start()
    same(d.end(tx, False), "OK", "a transaction is opened when there are tokens for it")
    c.close()
    d.close()


def stopped(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as f:
        return f.read().rpartition(")")[2].split()[0] == "T"


def counts_are_fair(order, clients, each):
    """While all still want something, none is two ahead of another."""
    seen = dict.fromkeys(clients, 0)
    for who in order:
        seen[who] += 1
        if max(seen.values()) - min(seen.values()) > 1 and max(seen.values()) <= each:
            return False
    return True


def turns():
    """What all have sent before the broker looks is served in turn."""
    each, parser = 60, int(sys.argv[5])
    dom0 = Client(sys.argv[4])
    clients = [Client(SOCK) for i in range(6)]
    for i, c in enumerate(clients):
        c.write("data/c%d" % i, "-")
    dom0.ask(WATCH, "/local/domain/5/data", "t")
    dom0.event()
    os.kill(parser, signal.SIGSTOP)
    until(lambda: stopped(parser))
    for i, c in enumerate(clients):
        for k in range(each):
            # values differ in length: a daemon may take equal events as one
            c.send(WRITE, text("data/c%d/%d" % (i, k)) + b"v")
    late = Client(SOCK)
    late.send(READ, text("data/c0/%d" % (each - 1)))
    os.kill(parser, signal.SIGCONT)
    answer = str(late.reply())
    same(answer, "ENOENT", "one that came last and asks once does not wait for the others' last")
    for c in clients:
        for k in range(each):
            r = c.reply()
            if r.error:
                check(False, "a write in turn: " + r.error)
    order = []
    while len(order) < each * len(clients):
        path = dom0.event()[0].split("/")
        if len(path) == 7:
            order.append(path[5])
    check(counts_are_fair(order, ["c%d" % i for i in range(len(clients))], each),
          "%d clients of %d requests each: one operation in turn" % (len(clients), each), order)
    same(metrics()["waits"], 0, "and nobody waited for tokens")


def relay():
    """Stands at SOCKET before the daemon at METRICS; requests are counted in the file ARG."""
    requests = 0
    half, upstream, client_of, left = {}, {}, {}, {}
    server = socket.socket(socket.AF_UNIX)
    server.bind(SOCK)
    count = os.open(sys.argv[4], os.O_WRONLY)
    server.listen(64)
    while True:
        for s in select.select([server, *upstream, *client_of], [], [])[0]:
            if s is server:
                c = server.accept()[0]
                upstream[c] = socket.socket(socket.AF_UNIX)
                upstream[c].connect(METRICS)
                client_of[upstream[c]], half[c] = c, b""
                continue
            try:
                data = s.recv(65536)
            except OSError:
                data = b""
            if not data:
                c = client_of.get(s, s)
                for end in (c, upstream[c]):
                    end.close()
                del client_of[upstream.pop(c)], half[c]
                break  # its other end may be in the list
            if s in client_of:
                client_of[s].sendall(data)
                continue
            half[s] += data
            while len(half[s]) >= HEADER.size:
                size = HEADER.size + HEADER.unpack_from(half[s])[3]
                if len(half[s]) < size:
                    break
                half[s] = half[s][size:]
                requests += 1
            os.pwrite(count, b"%20d" % requests, 0)
            upstream[s].sendall(data)


def requests():
    """That the broker has made, the relay says."""
    with open(sys.argv[5], encoding="ascii") as f:
        return int(f.read())


def spent(what):
    """How many requests to the daemon this is, and what it gives."""
    before = requests()
    result = what()
    return requests() - before, result


def owned(dom0, path):
    """How many nodes of the tree are domain 5's."""
    mine = dom0.ask(GET_PERMS, path).body.split(b"\0")[0][1:] == b"5"
    names = dom0.ask(DIRECTORY, path).body.decode().split("\0")[:-1]
    return mine + sum(owned(dom0, path + "/" + n) for n in names)


def fill(c, where):
    """As many nodes as the quota gives; how many."""
    made = 0
    while made < 1100 and c.ask(MKDIR, "data/%s/%d/%d" % (where, made // 100, made)).error is None:
        made += 1
    return made


def nodes():
    """--limiter turn, behind the relay: what RM, and paths of which much is missing, cost."""
    c, dom0, home = Client(SOCK), Client(sys.argv[4]), "/local/domain/5"
    for i in range(6):
        dom0.ask(RM, "%s/data/c%d" % (home, i))  # of turns()
    for i in range(700):
        c.ask(MKDIR, "data/tree/%d/%d" % (i // 100, i))
    tx = c.start()
    n, answer = spent(lambda: c.ask(RM, "data/tree", tx=tx).error)
    check(answer is None and n <= 4, "RM of 700 nodes in a transaction is a few requests", (n, answer))
    n, answer = spent(lambda: [c.end(tx, False), c.ask(MKDIR, "data/one").error])
    check(answer == ["OK", None] and n <= 20, "and none are looked for when it is given up", (n, answer))

    def void():
        tx = c.start()
        c.ask(MKDIR, "data/never", tx=tx)
        c.end(tx, False)
        return c.ask(MKDIR, "data/one").error

    n, answer = spent(lambda: [void() for i in range(20)])
    check(n <= 20 * 16, "nor what was not made: twenty times", (n, answer))
    fill(c, "more")
    same(owned(dom0, home), 1000, "a thousand nodes can be made, as if nothing had been given up")
    tx = c.start()
    same([c.ask(RM, "data/tree", tx=tx).error, c.end(tx, False)], [None, "OK"], "a tree that is not removed")
    check(until(lambda: spent(lambda: c.ask(MKDIR, "data/another"))[0] > 1000), "is there when all is counted")
    same([c.ask(MKDIR, "data/another").error, owned(dom0, home)], ["ENOSPC", 1000], "and makes no room")
    # a tree of two is removed and made again: where all is looked through, that is not each time
    n, answer = spent(lambda: [[c.ask(RM, "data/more/0").error, c.ask(MKDIR, "data/more/0/1").error]
                               for i in range(50)])
    check(n <= 50 * 30 + 3 * 2200, "who removes and makes at the quota does not have all counted each time", n)
    tx = c.start()
    same([c.ask(RM, "data/tree", tx=tx).error, c.end(tx)], [None, "OK"], "one that is removed")
    check(until(lambda: fill(c, "last") and owned(dom0, home) == 1000), "makes room for as much")
    c.ask(RM, "data/more")
    for deep in (12, 1000):
        path = "data" + "/a" * deep
        n, answer = spent(lambda: c.read(path))
        check(answer == "ENOENT" and n <= 24, "%d missing levels are few requests" % deep, (n, answer))
        tx = c.start()
        n, answer = spent(lambda: c.read(path, tx))
        check(answer == "ENOENT" and n <= 24, "in a transaction, too", (n, answer))
        c.end(tx, False)


{"costs": costs, "conflict": conflict, "pressure": pressure, "turns": turns, "relay": relay,
 "nodes": nodes}[mode]()
finish()

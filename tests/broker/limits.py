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
    """Stands at SOCKET before the daemon at METRICS; requests are counted in the file ARG, and
    those for the permissions of what is very deep."""
    requests = deep = 0
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
                kind, _, _, size = HEADER.unpack_from(half[s])
                size += HEADER.size
                if len(half[s]) < size:
                    break
                deep += kind == GET_PERMS and half[s][:size].count(b"/") > 100
                half[s] = half[s][size:]
                requests += 1
            os.pwrite(count, b"%20d %20d" % (requests, deep), 0)
            upstream[s].sendall(data)


def requests(which=0):
    """That the broker has made, the relay says; 1: those for what is very deep."""
    with open(sys.argv[5], encoding="ascii") as f:
        return int(f.read().split()[which])


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


def fill(c, where, tx=0, most=1100):
    """As many nodes as the quota gives; how many."""
    made = 0
    path = where if where[0] == "/" else "data/" + where
    while made < most and c.ask(MKDIR, "%s/%d/%d" % (path, made // 100, made), tx=tx).error is None:
        made += 1
    return made


def below(dom0, path):
    """How many nodes there are, path itself not counted."""
    names = dom0.ask(DIRECTORY, path).body.decode().split("\0")[:-1]
    return sum(1 + below(dom0, path + "/" + n) for n in names)


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
    # a tree of a hundred is removed and made again: nothing is looked through for that
    n, answer = spent(lambda: [[c.ask(RM, "data/more/0").error, fill(c, "more", most=100)] for i in range(5)])
    check(n <= 5 * 101 * 16 and answer == [[None, 100]] * 5, "a tree that is removed gives its room at once",
          (n, answer))
    n, answer = spent(lambda: [c.ask(MKDIR, "data/another").error for i in range(50)])
    check(n <= 50 * 16 + 2 * 2200 and answer == ["ENOSPC"] * 50, "who is refused does not have all counted each time", n)
    tx = c.start()
    same([c.ask(RM, "data/tree", tx=tx).error, c.end(tx)], [None, "OK"], "one that is removed in a transaction")
    fill(c, "last")
    same(owned(dom0, home), 1000, "gives as much room at its end")
    dom0.ask(RM, home + "/data/last")
    check(until(lambda: fill(c, "again") and owned(dom0, home) == 1000), "so does what others remove, after a while")
    c.ask(RM, "data/again")
    c.ask(RM, "data/more")
    for deep in (12, 1000):
        path = "data" + "/a" * deep
        n, answer = spent(lambda: c.read(path))
        check(answer == "ENOENT" and n <= 24, "%d missing levels are few requests" % deep, (n, answer))
        tx = c.start()
        n, answer = spent(lambda: c.read(path, tx))
        check(answer == "ENOENT" and n <= 24, "in a transaction, too", (n, answer))
        c.end(tx, False)


def elsewhere():
    """Behind the relay: /local/domain/6/shared is another domain's, which lets clients write."""
    c, dom0, shared = Client(SOCK), Client(sys.argv[4]), "/local/domain/6/shared"

    def total():
        return owned(dom0, "/local/domain/5") + below(dom0, shared)

    for again in range(3):
        fill(c, shared)
        same(total(), 1000, "what clients make outside of the home counts, whoever owns it")
        check(until(lambda: spent(lambda: c.ask(MKDIR, shared + "/x"))[0] > 500), "all is counted anew")
    same([c.ask(MKDIR, shared + "/x").error, c.ask(MKDIR, "data/x/y").error], ["ENOSPC", "ENOSPC"],
         "and is as much")
    tx = c.start()
    same([c.ask(RM, shared + "/0", tx=tx).error, c.end(tx, False), c.ask(MKDIR, shared + "/x").error],
         [None, "OK", "ENOSPC"], "a tree there that is not removed makes no room")
    same([c.ask(RM, shared + "/0").error, fill(c, shared, most=100), c.ask(MKDIR, shared + "/x").error],
         [None, 100, "ENOSPC"], "one that is removed makes as much as it was")
    dom0.ask(RM, shared + "/0")
    check(until(lambda: fill(c, shared) and total() == 1000), "one that another removes, too, after a while")
    for i in range(10):
        c.ask(RM, "%s/%d" % (shared, i))


def transactions():
    """What counts in a transaction, and for whom."""
    c, d, dom0, home = Client(SOCK), Client(SOCK), Client(sys.argv[4]), "/local/domain/5"
    kind = sys.argv[6]
    same(fill(c, "tree", most=600), 600, "600 nodes")
    tx = c.start()
    same([c.ask(RM, "data/tree", tx=tx).error, fill(c, "tree", tx, 600), c.end(tx)], [None, 600, "OK"],
         "they are removed and made again in one transaction")
    c.ask(RM, "data/tree")
    tx = c.start()
    fill(c, "open", tx, 900)
    same([d.ask(MKDIR, "data/other/%d" % i).error for i in range(200)], [None] * 200,
         "900 in a transaction that is open take nothing from others")
    refused = "ENOSPC" if kind == "C" else "EAGAIN"
    same(c.end(tx), refused, "with the others' they are too many at its end")
    one, other = c.start(), d.start()
    same([fill(c, "one", one, 450), fill(d, "two", other, 450)], [450, 450], "two of 450 each")
    same([c.end(one), d.end(other)], ["OK", refused], "of which one fits")
    left = 1000 - owned(dom0, home)
    fill(c, "rest")
    same(owned(dom0, home), 1000, "all else can be made, as if nothing had been refused")
    check(left > 0, "which is some", left)
    for name in ("one", "other", "rest"):
        c.ask(RM, "data/" + name)


def grants():
    """Behind the relay, grant-write /local/domain/0/backend/*/5"""
    c, dom0, top = Client(SOCK), Client(sys.argv[4]), "/local/domain/0/backend"
    mine = top + "/vif/5"
    dom0.ask(MKDIR, mine)
    for i in range(600):
        dom0.ask(MKDIR, "%s/vif/%d/%d" % (top, 100 + i // 100, i))
    fill(c, mine)
    same(below(dom0, mine), 1000, "a thousand nodes can be made by a grant")
    home = below(dom0, "/local/domain/5")
    counted = []
    check(until(lambda: counted.append(spent(lambda: c.ask(MKDIR, mine + "/x"))[0]) or counted[-1] > 500),
          "they are counted anew")
    check(counted[-1] <= 1000 + 2 * home + 50, "without a look through other domains' trees", (counted[-1], home))
    same(c.ask(MKDIR, mine + "/x").error, "ENOSPC", "no others")
    same([c.ask(RM, mine + "/1").error, fill(c, mine + "/1", most=99), c.ask(MKDIR, mine + "/x").error],
         [None, 99, "ENOSPC"], "a tree that is removed makes as much room as it was")
    dom0.ask(RM, mine + "/2")
    check(until(lambda: c.ask(MKDIR, mine + "/x").error is None), "one that others remove, too, after a while")
    fill(c, mine)
    check(below(dom0, mine) in (999, 1000), "and no more than that", below(dom0, mine))
    dom0.ask(RM, top)


def watches():
    """Behind the relay: it costs xenstored much to be asked for what is deep in nothing."""
    c, kind, deep = Client(SOCK), sys.argv[6], "data" + "/a" * 1000
    before = requests(1)
    same([str(c.ask(WATCH, deep, "t")).rstrip("\0"), c.event()], ["OK", (deep, "t")], "a watch a thousand levels deep")
    check(kind == "O" or requests(1) == before, "for which nothing so deep is asked", requests(1) - before)
    c.close()
    c = Client(SOCK)
    same(c.ask(MKDIR, "data" + "/a" * 800).error, None, "800 levels")
    paths = ["data" + "/a" * (800 - i) for i in range(20)]
    for path in paths:
        c.ask(WATCH, path, "t")
        c.event()
    before = requests(1)
    same([c.ask(RM, "data/a").error, sorted(c.event()[0] for p in paths)], [None, sorted(paths)],
         "they are removed: all watches in there fire")
    check(kind == "O" or requests(1) == before, "and nothing that is not there is asked for", requests(1) - before)
    c.close()


{"costs": costs, "conflict": conflict, "pressure": pressure, "turns": turns, "relay": relay,
 "nodes": nodes, "elsewhere": elsewhere, "transactions": transactions, "grants": grants,
 "watches": watches}[mode]()
finish()

# SPDX-License-Identifier: BSD-2-Clause
"""clients MODE SOCKET METRICS KIND DOM0 - many clients of one broker, good and bad ones.

That nobody waits for a bad one is shown by what is answered while the bad one stays as it is.
"""
import os
import signal
import socket
import sys

from wire import (DIRECTORY, END, GET_PERMS, MKDIR, READ, RESET_WATCHES, RM, SET_PERMS, START, UNWATCH,
                  WATCH, WATCH_EVENT, WRITE, HEADER, Client, Closed, check, counters, finish,
                  frame, same, text, until)

mode, SOCK, METRICS, KIND, DOM0 = sys.argv[1:6]
QUEUE_MAX = 16384   # bytes of replies after which a client is not read
EVENTS_MAX = 1024   # of one client that wait
EVENTS_BYTES = 256 * 1024


def metrics():
    return counters(METRICS)


def works(client, name):
    """Write, read, list, and a transaction."""
    good = [client.write("data/works", "w"), client.read("data/works"),
            client.ask(DIRECTORY, "data").error]
    tx = client.start()
    good += [client.read("data/works", tx), client.end(tx)]
    same(good, ["OK", "w", None, "w", "OK"], name)


def hundred():
    clients = [Client(SOCK) for i in range(100)]
    for i, c in enumerate(clients):
        c.send(WRITE, text("data/h%d" % i) + b"value %d" % i)
    bad = [i for i, c in enumerate(clients) if c.reply().error]
    same(bad, [], "a hundred clients write at once")
    for i, c in enumerate(clients):
        c.send(READ, text("data/h%d" % ((i + 50) % 100)))
    got = [str(c.reply()) for c in clients]
    same(got, ["value %d" % ((i + 50) % 100) for i in range(100)], "and read what others wrote")
    same(metrics()["sessions"], 100, "a hundred sessions are counted")
    for c in clients:
        c.send(START, b"\0")
    started = [c.reply() for c in clients]
    good = [r for r in started if not r.error]
    same(len(good), 11, "of the transactions of all together, eleven are open")
    same({r.error for r in started if r.error}, {"ENOSPC"}, "the others have met the quota")
    for c in clients:
        c.close()
    check(until(lambda: metrics()["sessions"] == 0), "and they are gone when they have closed")
    same(metrics()["transactions"], 0, "with their transactions")


def slow():
    """One asks for much and takes nothing."""
    dom0, lazy, other = Client(DOM0), Client(SOCK), Client(SOCK)
    dom0.ask(WRITE, "/local/domain/5/data/big", value=b"b" * 1900)
    request = frame(READ, text("data/big"))
    pushed = 0
    before = -1
    wrong = 0
    # until neither its socket takes more nor the broker reads it
    while pushed != before:
        before = pushed
        pushed += lazy.push(request * 4000 if pushed % len(request) == 0 else
                            (request * 4001)[pushed % len(request):])
        wrong += sum(other.read("data/big") != "b" * 1900 for i in range(200))
    same(wrong, 0, "another client is answered while it takes nothing")
    check(pushed < 3000 * len(request) * 4, "it is not read without end", pushed)
    m = metrics()
    check(0 < m["queue"] <= QUEUE_MAX + 4112, "what waits for it is bounded", m["queue"])
    works(other, "another has all operations")
    rest = pushed % len(request)
    whole = pushed // len(request)
    good = 0
    for i in range(whole):
        good += lazy.reply().body == b"b" * 1900
    same(good, whole, "when it takes its answers it gets all %d" % whole)
    if rest:
        lazy.raw(request[rest:])
        same(len(lazy.reply().body), 1900, "and that of a request that was sent half")
    check(until(lambda: metrics()["queue"] == 0), "then nothing waits any more")


def lazy_events():
    """One watches and takes no event."""
    dom0, lazy, other = Client(DOM0), Client(SOCK), Client(SOCK)
    for c in (lazy, other):
        same(c.ask(WATCH, "data", "w" * 40).error, None, "a watch")
        c.event()
    # different nodes: of equal events that wait, one is enough.  Ended: by what is lost.
    sent = 0
    wrote, had = [], []
    name = "n" * 100
    while metrics()["events_lost"] == 0 and sent < 20000:
        for i in range(200):
            wrote.append("data/e/%d/%s%d" % (sent // 20, name, sent))
            dom0.ask(WRITE, "/local/domain/5/" + wrote[sent], value=b"v")
            sent += 1
        had += [other.event()[0] for i in range(200)]
    m = metrics()
    check(m["events_lost"] > 0, "who takes no events loses some in the end", sent)
    check(m["queue"] <= EVENTS_BYTES + QUEUE_MAX + 4112, "what waits for it is bounded", m["queue"])
    check(had == wrote, "another client had all %d meanwhile, in their order" % sent, had[-3:])
    works(other, "and has all operations")
    got = 0
    lazy.send(READ, text("data/works"))
    while lazy.receive().kind == WATCH_EVENT:
        got += 1
    check(0 < got < sent, "the lazy one has those that were kept, then its answer", (got, sent))
    dom0.ask(WRITE, "/local/domain/5/data/after", value=b"v")
    until(lambda: not lazy.is_quiet() and lazy.events[-1][0] == "data/after")
    late = [e[0] for e in lazy.events]
    check(late[-1:] == ["data/after"] and set(late[:-1]) <= set(wrote), "and a later one again",
          late[-3:])
    dom0.ask(RM, "/local/domain/5/data/e")


def flood():
    """One asks without end and takes all answers; one opens and leaves without end."""
    children = []
    for what in (ask_without_end, come_and_go, send_rubbish):
        pid = os.fork()
        if pid == 0:
            what()
            os._exit(1)
        children.append(pid)
    c = Client(SOCK)
    before = metrics()
    for i in range(50):
        works(c, "round %d beside a flood" % i) if i == 0 or i == 49 else c.read("data/works")
    check(until(lambda: metrics()["sessions_total"] > before["sessions_total"] + 20),
          "others came and went meanwhile")
    check(until(lambda: metrics()["operations"] > before["operations"] + 1000), "and asked")
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    check(until(lambda: metrics()["sessions"] == 1), "all but this one are gone")
    works(c, "and it goes on")


def ask_without_end():
    c = Client(SOCK)
    while True:
        c.raw(frame(READ, text("data/works")) * 100)
        for i in range(100):
            c.reply()


def come_and_go():
    while True:
        c = Client(SOCK)
        c.send(WATCH, text("data", "t"))
        c.send(START, b"\0")
        c.close()


def send_rubbish():
    n = 0
    while True:
        c = Client(SOCK)
        try:
            for i in range(20):
                n = (n * 1103515245 + 12345) % (1 << 31)
                c.raw(frame(n % 40, bytes((n >> k) & 255 for k in range(n % 23)), n % 7))
                c.receive()
            c.raw(HEADER.pack(READ, 0, 0, 4097))
            c.receive()
        except (Closed, OSError):
            pass
        c.close()


def halves():
    """Those that stop in the middle of something."""
    whole = frame(READ, text("data/works"))
    other = Client(SOCK)
    works(other, "one that works")
    stuck = []
    for cut in (1, 15, 16, 17, len(whole) - 1):
        c = Client(SOCK)
        c.raw(whole[:cut])
        stuck.append((cut, c))
    works(other, "beside some that have stopped in the middle of a frame")
    for cut, c in stuck:
        c.raw(whole[cut:])
        same(str(c.reply()), "w", "one that stopped after %d bytes goes on" % cut)
    # half a frame behind a whole one
    c = Client(SOCK)
    c.raw(whole + whole[:10])
    same(str(c.reply()), "w", "the whole one before half a frame is answered")
    c.sock.shutdown(socket.SHUT_WR)
    check(c.is_closed(), "who ends in the middle of a frame is let go")
    c = Client(SOCK)
    c.raw(whole)
    c.sock.shutdown(socket.SHUT_WR)
    same(str(c.reply()), "w", "who ends behind a request has its answer")
    check(c.is_closed(), "and is let go")
    c = Client(SOCK)
    c.raw(whole * 50)
    c.close()
    for size in (4097, 65536, 0x7fffffff, 0x80000000, 0xffffffff):
        c = Client(SOCK)
        c.raw(HEADER.pack(READ, 1, 0, size))
        check(c.is_closed(), "a frame that says to be of %d bytes ends its connection" % size)
    c = Client(SOCK)
    c.raw(HEADER.pack(WRITE, 1, 0, 4096) + text("data/long") + b"x" * (4096 - 10))
    check(c.reply().error in ("ENOSPC", "E2BIG"), "one of 4096 is answered")
    works(c, "and its client goes on")
    works(other, "the one beside them all, too")


def full():
    """--max-clients 4"""
    clients = [Client(SOCK) for i in range(4)]
    for c in clients:
        works(c, "one of four clients")
    fifth = Client(SOCK)
    number = fifth.send(READ, text("data/works"))
    for i in range(20):
        works(clients[i % 4], "one of four beside a fifth") if i == 0 else \
            clients[i % 4].read("data/works")
    same(metrics()["sessions"], 4, "the fifth waits to be accepted")
    clients.pop().close()
    same(str(fifth.reply(number)), "w", "and has its turn when one has gone")


def quotas():
    a, b = Client(SOCK), Client(SOCK)
    most = 129 if KIND == "C" else 101
    errors = [(a, b)[i % 2].ask(WATCH, "data/q%d" % i, "t").error for i in range(most + 3)]
    same(errors.count(None), most, "watches: what a guest has, for all clients together")
    same(set(errors[most:]), {"E2BIG" if KIND == "C" else "ENOSPC"}, "and its error")
    same(a.ask(UNWATCH, "data/q0", "t").error, None, "one is taken back")
    same(b.ask(WATCH, "data/other", "t").error, None, "then another client has it")
    same(metrics()["watches"], most, "so many are counted")
    a.close()
    check(until(lambda: metrics()["watches"] < most), "a client that has gone has left its watches")
    same(b.ask(RESET_WATCHES, "").error, None, "watches are reset")
    same(metrics()["watches"], 0, "then there are none")

    c = Client(SOCK)
    ids = [(b, c)[i % 2].ask(START, "") for i in range(13)]
    same([i.error for i in ids], [None] * 11 + ["ENOSPC"] * 2, "transactions: eleven")
    b.close()
    check(until(lambda: metrics()["transactions"] == 5), "a client that has gone has left its own")
    same(c.ask(START, "").error, None, "then there is room again")
    for r in ids[1:11:2]:
        c.ask(END, "F", tx=int(r.body.rstrip(b"\0")))

    b = Client(SOCK)
    limit = 2015 if KIND == "C" else 2048
    same(b.ask(WRITE, "data/v", value=b"v" * limit).error, None, "a value of %d" % limit)
    same(b.ask(WRITE, "data/v", value=b"v" * (limit + 1)).error,
         "ENOSPC" if KIND == "C" else "E2BIG", "one more byte is too much")
    perms = ["n5"] + ["r%d" % i for i in range(1, 5)]
    same(b.ask(SET_PERMS, "data/v", *perms[:5]).error, "ENOSPC" if KIND == "C" else None,
         "permissions count in a full node of xenstored's")
    b.ask(RM, "data/v")
    b.ask(WRITE, "data/v", value=b"v")
    same(b.ask(SET_PERMS, "data/v", *perms).error, None, "five permissions")
    same(b.ask(SET_PERMS, "data/v", *perms, "r0").error, "ENOSPC" if KIND == "C" else None,
         "a sixth is too much for xenstored")
    b.ask(RM, "data/v")


def owned(dom0, path):
    """How many nodes of the tree are domain 5's."""
    mine = dom0.ask(GET_PERMS, path).body.split(b"\0")[0][1:] == b"5"
    names = dom0.ask(DIRECTORY, path).body.decode().split("\0")[:-1]
    return mine + sum(owned(dom0, path + "/" + n) for n in names)


def nodes():
    """The number of nodes, in several clients, counting those that were there."""
    dom0 = Client(DOM0)
    for i in range(100):
        dom0.ask(RM, "/local/domain/5/data/h%d" % i)  # of other tests here
    a, b = Client(SOCK), Client(SOCK)
    made = 0
    error = None
    while error is None and made < 1100:
        error = (a, b)[made % 2].ask(MKDIR, "data/many/%d/%d" % (made // 200, made)).error
        made += error is None
    same(error, "ENOSPC", "there is an end to making nodes")
    same(owned(dom0, "/local/domain/5"), 1000, "when the domain has a thousand")
    same(b.ask(MKDIR, "data/one-more").error, "ENOSPC", "for the other client, too")
    same(b.ask(WRITE, "data/many/0/0", value=b"v").error, None, "what is there can be written")
    same(a.ask(RM, "data/many/0").error, None, "some are removed")
    same(b.ask(MKDIR, "data/one-more").error, None, "and there is room again")
    # what others remove counts, too
    while a.ask(MKDIR, "data/many/more/%d" % made).error is None and made < 2100:
        made += 1
    dom0.ask(RM, "/local/domain/5/data/many")
    check(until(lambda: b.ask(MKDIR, "data/and-more").error is None),
          "what dom0 removes makes room, too")


globals()[mode]()
finish()

# SPDX-License-Identifier: BSD-2-Clause
"""hostile MODE SOCKET KIND ARG... - clients that want to keep others from the store, or to fill
or slow down its daemon, and what they get."""
import os
import signal
import socket
import sys

from wire import (END, MKDIR, READ, RM, SET_PERMS, WRITE, Client, check, finish, frame, same,
                  text, until)

mode, SOCK, KIND = sys.argv[1:4]


def flood():
    """One sends reads without end, another takes the answers; their process group."""
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        c = Client(SOCK)
        c.sock.settimeout(None)
        if os.fork() == 0:
            while c.sock.recv(65536):
                pass
            os._exit(0)
        while True:
            c.raw(frame(READ, text("name")) * 50)
    return pid


def starve():
    """--rate 50 --burst 20: whoever takes each token as it comes."""
    c = Client(SOCK)
    pid = flood()
    for i in range(20):
        c.read("name")  # the bucket is empty
    tx = c.start()
    same(c.end(tx), "OK", "a transaction is opened beside one that asks without end")
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    c.close()


def until_refused(what, most):
    """How often it is answered without the word of a quota."""
    n = 0
    while n < most and what(n).error not in ("ENOSPC", "EQUOTA"):
        n += 1
    return n


def grants():
    """--profile qemu"""
    c = Client(SOCK)
    top = "/local/domain/0/device-model/5/backends"
    made = until_refused(lambda n: c.ask(MKDIR, "%s/%d/%d" % (top, n // 100, n)), 2000)
    check(900 <= made < 1000, "what is made by a grant has an end, too", made)
    same(c.ask(MKDIR, top + "/0/1").error, None, "what is there, is")
    same(c.ask(RM, top + "/0/1").error, None, "one is removed")
    same(c.ask(MKDIR, top + "/0/2000").error, None, "then there is room for one")
    same(c.ask(MKDIR, top + "/0/2001").error, "ENOSPC", "and for no other")
    same(c.ask(MKDIR, "/local/domain/0/device-model/5/state").error, None, "what was there is not counted")
    tx = c.start()
    same([c.ask(RM, top + "/1", tx=tx).error, c.end(tx, False)], [None, "OK"], "a tree that is not removed after all")
    same(c.ask(MKDIR, top + "/0/2001").error, "ENOSPC", "makes no room")
    # what a device model does for years: trees are made and removed
    for d in range(10):
        c.ask(RM, "%s/%d" % (top, d))
    until_refused(lambda n: c.ask(MKDIR, "%s/0/%d" % (top, n)), 20)  # a node for each is known
    check(until(lambda: c.ask(MKDIR, top + "/0/20").error is None), "trees are removed: there is room")
    refused = []
    for n in range(12):
        refused += [c.ask(MKDIR, "%s/1/%d" % (top, i)).error for i in range(200)]
        tx = c.start() if n % 2 else 0
        c.ask(RM, top + "/1", tx=tx)
        if tx:
            c.end(tx)
    same([i for i, e in enumerate(refused) if e][:3], [], "and always again")
    made = until_refused(lambda n: c.ask(MKDIR, "%s/%d/%d" % (top, n // 100, n)), 2000)
    check(made < 1000, "but not for more", made)


def spend(sock):
    """How often a transaction may look at what is not there, so many levels down, and at what is;
    and how it ends."""
    c = Client(sock)
    spent = []
    for name in ["/absent%d", "/a" * 60 + "/%d", "/a" * 1000 + "/%d", "%.0s"]:
        tx = c.start()
        asked = until_refused(lambda n: c.ask(READ, "data" + name % n, tx=tx), 1200)
        spent.append((asked, c.ask(END, "T", tx=tx).error))
    c.close()
    return spent


def transaction():
    ring, broker = spend(sys.argv[5]), spend(SOCK)
    same(broker, [(n, "ENOSPC" if e == "EQUOTA" else e) for n, e in ring],
         "a transaction has as much as a guest's on its ring, and ends as that")
    check(max(n for n, e in broker[:3]) <= 1024, "which is little", broker)
    c = Client(SOCK)
    tx = c.start()
    same([c.write("data/x", "1", tx), c.end(tx)], ["OK", "OK"], "another is as ever")


def churn():
    """Children come and go in a tree that is removed."""
    c, dom0, top = Client(SOCK), Client(sys.argv[4]), "/local/domain/5/data/s"
    pid = os.fork()
    if pid == 0:
        other = Client(sys.argv[4])
        while True:
            other.ask(MKDIR, top + "/k")
            other.ask(RM, top + "/k")
    answers = []
    for i in range(300):
        dom0.ask(MKDIR, top)
        dom0.ask(SET_PERMS, top, "n5")
        answers.append(c.ask(RM, "data/s").error)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    # nine conflicts in a row can be
    same(set(answers) - {"EAGAIN"}, {None}, "a tree in which dom0 makes and removes is removed")
    check(answers.count(None) > 200, "mostly", answers.count(None))
    dom0.ask(RM, top)


def stopped(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as f:
        return f.read().rpartition(")")[2].split()[0] == "T"


def busy():
    """The domain's home changes faster than the parser, a process, looks at it: who changes it
    is not kept waiting (oxenstored stops whoever has a thousand events that nobody takes)."""
    dom0, parser, home = Client(sys.argv[4]), int(sys.argv[5]), "/local/domain/5"
    c = Client(SOCK)
    same(c.read("name"), "vm5", "a client before the home changes")
    os.kill(parser, signal.SIGSTOP)
    until(lambda: stopped(parser))
    dom0.ask(WRITE, home)  # the domain is looked at, behind all the rest
    dom0.ask(WRITE, home + "/vm", value=dom0.read(home + "/vm").encode())
    for i in range(5000):
        dom0.ask(MKDIR, home + "/data/busy/%d/%d" % (i // 100, i))
    os.kill(parser, signal.SIGCONT)
    same(c.read("name"), "vm5", "it is served after thousands of changes at once")
    same(Client(SOCK).read("name"), "vm5", "so is another")
    dom0.ask(RM, home + "/data/busy")


def half_close():
    """It takes its answers after it has ended its half."""
    c = Client(SOCK)
    c.write("data/big", "b" * 1900)
    for i in range(400):
        if c.push(frame(READ, text("data/big"))) == 0:
            break
        sent = i + 1
    c.sock.shutdown(socket.SHUT_WR)
    other = Client(SOCK)
    for i in range(2 * sent):  # each has had its turn, as far as it goes
        other.read("name")
    same([len(c.reply().body) for i in range(sent)], [1900] * sent, "who ends its half has all its answers")
    check(c.is_closed(), "and is let go")


def hung():
    """The daemon, a process, does not go on."""
    pid, log = int(sys.argv[5]), sys.argv[6]
    clients = [Client(SOCK) for i in range(3)]
    for c in clients:
        c.read("name")
    os.kill(pid, signal.SIGSTOP)
    for c in clients:
        c.send(READ, text("name"))
    check(until(lambda: "the connection to the store is lost: Connection timed out" in
                open(log, encoding="utf-8").read()), "a daemon that hangs is told of")
    os.kill(pid, signal.SIGCONT)
    same([str(c.reply()) for c in clients], ["vm5"] * 3, "when it goes on all are answered")


globals()[mode]()
finish()

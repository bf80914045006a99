# SPDX-License-Identifier: BSD-2-Clause
"""activation MODE BROKER UPSTREAM DIR - how the broker gets its sockets, and what its two
processes are."""
import os
import re
import signal
import socket
import subprocess
import sys

from wire import READ, Client, Closed, check, finish, same, text, until

mode, BROKER, UPSTREAM, DIR = sys.argv[1:5]
ARGS = [BROKER, "--domid", "5", "--upstream", UPSTREAM, "--limiter", "turn"]


def over(sock):
    """A client on a socket that is connected already."""
    c = Client.__new__(Client)
    c.sock, c.got, c.events, c.number = sock, b"", [], 0
    sock.settimeout(30)
    return c


def run(extra, fds=(), env=None, listen_pid=None, at=None):
    """The broker with these descriptors; at: {number: descriptor} puts them there."""
    pid = os.fork()
    if pid == 0:
        try:
            e = dict(os.environ if env is None else env)
            if listen_pid == "own":
                e["LISTEN_PID"] = str(os.getpid())
            elif listen_pid:
                e["LISTEN_PID"] = listen_pid
            for number, fd in (at or {}).items():
                os.dup2(fd, number)
                os.set_inheritable(number, True)  # also when it was there already
            for fd in fds:
                os.set_inheritable(fd, True)
            err = os.open(DIR + "/err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(err, 2)
            os.execve(BROKER, ARGS + extra, e)
        finally:
            os._exit(127)
    return pid


def status(pid):
    ended = []

    def look():
        p, s = os.waitpid(pid, os.WNOHANG)
        if p:
            ended.append(os.waitstatus_to_exitcode(s))
        return p
    if not until(look):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return "it did not end"
    return ended[0]


def said():
    with open(DIR + "/err", encoding="utf-8") as f:
        return f.read()


def listener(path):
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(10)
    return s


def descriptors():
    a, b = socket.socketpair()
    pid = run(["--serve-fd", str(b.fileno())], [b.fileno()])
    b.close()
    c = over(a)
    same(c.read("name"), "vm5", "--serve-fd: an inherited connection is served")
    same(c.read("/local/domain/0/secret"), "EACCES", "as the domain's")
    c.close()
    same(status(pid), 0, "and the broker ends with it")

    path = DIR + "/inherited"
    s = listener(path)
    pid = run(["--listen-fd", str(s.fileno())], [s.fileno()])
    s.close()
    clients = [Client(path) for i in range(3)]
    same([c.read("name") for c in clients], ["vm5"] * 3, "--listen-fd: an inherited socket is served")
    os.kill(pid, signal.SIGTERM)
    same(status(pid), 0, "and the broker ends when it is told to")
    check(all(c.is_closed() for c in clients), "with its clients")
    check(os.path.exists(path), "the socket of another is left where it is")
    os.unlink(path)

    for what, fd in (("no descriptor", "77"), ("a file", None), ("standard error", "2")):
        f = os.open("/dev/null", os.O_RDWR)
        for option in ("--listen-fd", "--serve-fd"):
            pid = run([option, fd or str(f)], [f])
            check(status(pid) in (1, 2) and said(), "%s: %s is an error" % (option, what), said())
        os.close(f)


def systemd():
    path = DIR + "/activated"
    s = listener(path)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(DIR + "/notify")
    notify.settimeout(30)
    env = dict(os.environ, LISTEN_FDS="1", NOTIFY_SOCKET=DIR + "/notify")
    first = Client(path)  # it has come before the broker
    number = first.send(READ, text("name"))
    pid = run([], env=env, listen_pid="own", at={3: s.fileno()})
    check(b"READY=1" in notify.recv(4096).split(b"\n"), "systemd is told when clients are served")
    same(str(first.reply(number)), "vm5", "who came before is served")
    same(Client(path).read("name"), "vm5", "and who comes after")
    os.kill(pid, signal.SIGTERM)
    same(status(pid), 0, "it ends when it is told to")
    check(os.path.exists(path), "systemd's socket is left where it is")
    for what, count, who in (("another process's", "1", "1"), ("two of them", "2", "own"),
                             ("none", "0", "own"), ("no number", "x", "own")):
        pid = run([], env=dict(env, LISTEN_FDS=count), listen_pid=who, at={3: s.fileno()})
        check(status(pid) in (1, 2) and said(), "LISTEN_FDS: %s is an error" % what, said())
    pid = run([], env={k: v for k, v in env.items() if k != "LISTEN_FDS"})
    check(status(pid) in (1, 2) and said(), "no socket at all is an error", said())


def field(pid, name):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return re.search("^%s:[ \\t]*(.*)$" % name, f.read(), re.M).group(1).strip()


def descriptors_of(pid):
    d = "/proc/%d/fd" % pid
    return sorted("%s %s" % (fd, os.readlink(d + "/" + fd)) for fd in os.listdir(d))


def split():
    path = DIR + "/split"
    ready = os.pipe()
    pid = run(["--listen", path, "--ready-fd", str(ready[1])], [ready[1]])
    os.close(ready[1])
    same(len(os.read(ready[0], 10)), 1, "--ready-fd: one byte when clients are served")
    same(os.read(ready[0], 10), b"", "and it is closed")
    children = subprocess.run(["pgrep", "-P", str(pid)], stdout=subprocess.PIPE, text=True,
                              check=False).stdout.split()
    same(len(children), 1, "it is two processes")
    parser = int(children[0])
    before, parsers = descriptors_of(pid), descriptors_of(parser)
    clients = [Client(path) for i in range(10)]
    same([c.read("name") for c in clients], ["vm5"] * 10, "ten clients")
    same(descriptors_of(pid), before, "the connector has no descriptor more than without clients")
    check(len(descriptors_of(parser)) >= len(parsers) + len(clients), "the parser has them")
    same(field(pid, "Uid").split()[0], "0", "the connector is root")
    ids = field(parser, "Uid").split() + field(parser, "Gid").split()
    check("0" not in ids and len(set(ids[:4])) == 1, "the parser is not, nor can it be", ids)
    same(field(parser, "Groups"), "", "it is in no group")
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        same(int(field(parser, name), 16), 0, "its %s is empty" % name)
    same((field(parser, "NoNewPrivs"), field(parser, "Seccomp")), ("1", "2"),
         "no new privileges, and a filter")
    same(field(parser, "Threads"), "1", "one thread")
    for ns in ("mnt", "net", "ipc", "uts"):
        check(os.readlink("/proc/%d/ns/%s" % (parser, ns)) != os.readlink("/proc/self/ns/" + ns),
              "its %s namespace is its own" % ns)
    same(os.listdir("/proc/%d/root" % parser), [], "its root is empty")
    for what in descriptors_of(parser):
        if not re.search(r"(socket|pipe|anon_inode|/dev/null|/err$)", what):
            check(False, "it has nothing but sockets: " + what)
    return pid, parser, clients, path


def deaths():
    pid, parser, clients, path = split()
    os.kill(parser, signal.SIGKILL)
    check(status(pid) not in (0, "it did not end"), "the parser is killed: the connector ends, and not well")
    check(all(c.is_closed() for c in clients), "clients are cut off")
    check(not os.path.exists(path), "the socket is removed")
    ready = os.pipe()
    pid = run(["--listen", path, "--ready-fd", str(ready[1])], [ready[1]])
    os.close(ready[1])
    os.read(ready[0], 1)
    parser = int(subprocess.check_output(["pgrep", "-P", str(pid)]))
    c = Client(path)
    c.read("name")
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    check(until(lambda: not os.path.exists("/proc/%d" % parser) or
                open("/proc/%d/stat" % parser, encoding="ascii").read().split()[2] == "Z"),
          "the connector is killed: the parser ends")
    check(c.is_closed(), "with its clients")


globals()[mode]()
finish()

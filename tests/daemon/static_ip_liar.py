#!/usr/bin/python3
"""A wrong partner on the socket between agent and helper (guest-agent/network_wire.h).

static_ip_liar.py client SOCKET NAME   connects, takes the OFFER, sends a message NAME and
                                       prints "ended", or the code of the RESULT
static_ip_liar.py server SOCKET NAME   waits for an agent and sends it a message NAME; after
                                       "apply-" it makes a good OFFER first and waits for the
                                       APPLY.  Prints "ended" when the agent has hung up
static_ip_liar.py wait SOCKET          prints "connected", then "offer" when one comes;
                                       stays until it is killed
static_ip_liar.py run KIND PROG ARG... runs PROG with a listening socket of KIND (SEQPACKET or
                                       STREAM) at SOCKET_PATH as descriptor 3, as systemd does
"""
import os
import signal
import socket
import struct
import sys

VERSION, OFFER, APPLY, RESULT = 1, 1, 2, 3


def offer(version=VERSION, kind=OFFER, usable=1, backend=b"lab", why=b""):
    return struct.pack("=III64s512s", version, kind, usable, backend, why)


def family(mode, prefix=0, flag=0, address=b"", gateway=b""):
    return struct.pack("=BBBB16s16s", mode, prefix, flag, 0, address, gateway)


def apply(version=VERSION, kind=APPLY, ident=7, name=b"eth0", v4=None, v6=None):
    good = family(2, 24, 1, bytes([10, 0, 0, 5]), bytes([10, 0, 0, 1]))
    return struct.pack("=III16s6s2s", version, kind, ident, name, bytes([0, 22, 62, 0, 0, 1]),
                       b"") + (v4 or good) + (v6 or family(0))


def result(version=VERSION, kind=RESULT, ident=1, code=0, text=b""):
    return struct.pack("=IIIi512s", version, kind, ident, code, text)


CLIENT = {
    "good": apply(),
    "short": apply()[:-1],
    "long": apply() + b"\0",
    "empty": b"\0",
    "header": apply()[:8],
    "huge": apply() + b"x" * 60000,
    "version": apply(version=2),
    "type": apply(kind=RESULT),
    "offer": offer(),
    "result": result(),
    "name": apply(name=b"../../etc"),
    "command": apply(name=b"eth0;reboot"),
    "line": apply(name=b"eth0\nDNS=1.1.1"),
    "no-end": apply(name=b"e" * 16),
    "nothing": apply(v4=family(0)),
    "mode": apply(v4=family(9)),
    "prefix": apply(v4=family(2, 33, 0, bytes([10, 0, 0, 5]))),
    "loopback": apply(v4=family(2, 8, 0, bytes([127, 0, 0, 1]))),
    "multicast": apply(v4=family(2, 8, 0, bytes([224, 0, 0, 1]))),
    "off-link": apply(v4=family(2, 24, 1, bytes([10, 0, 0, 5]), bytes([10, 0, 1, 1]))),
}
SERVER = {
    "close": None,
    "version": offer(version=2),
    "type": apply(),
    "short": offer()[:-1],
    "long": offer() + b"\0",
    "huge": offer() + b"x" * 60000,
    "usable": offer(usable=2),
    "no-name": offer(backend=b""),
    "no-end": offer(backend=b"e" * 64),
    "escape": offer(backend=b"\x1b[2J"),
    "unasked": result(),
    "apply-close": None,
    "apply-id": result(ident=99),
    "apply-text": result(code=-5, text=b"a\nb"),
    "apply-end": result(code=-5, text=b"x" * 512),
    "apply-code": result(code=5),
    "apply-short": result()[:-1],
    "apply-version": result(version=0),
}


def seqpacket():
    return socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def until_end(conn):
    """What the partner says, until it hangs up."""
    try:
        while True:
            data = conn.recv(65536)
            if not data:
                return "ended"
            if struct.unpack("=I", data[4:8])[0] == RESULT:
                return str(struct.unpack("=i", data[12:16])[0])
    except ConnectionError:
        return "ended"


def client(path, name):
    conn = seqpacket()
    conn.connect(path)
    try:
        assert len(conn.recv(65536)) == len(offer())
        conn.send(CLIENT[name])
    except (ConnectionError, AssertionError):
        return "ended"
    return until_end(conn)


def server(path, name):
    listener = seqpacket()
    listener.bind(path + ".new")
    listener.listen(1)
    os.rename(path + ".new", path)  # there when it listens
    conn, _ = listener.accept()
    if name.startswith("apply-"):
        conn.send(offer())
        conn.recv(65536)
    if SERVER[name] is not None:
        conn.send(SERVER[name])
        return until_end(conn)
    return "ended"


def wait(path):
    conn = seqpacket()
    conn.connect(path)
    print("connected", flush=True)
    print("offer" if len(conn.recv(65536)) == len(offer()) else "ended", flush=True)
    signal.pause()


def run(kind, args):
    listener = socket.socket(socket.AF_UNIX, getattr(socket, "SOCK_" + kind))
    path = os.environ["SOCKET_PATH"]
    listener.bind(path + ".new")
    listener.listen(1)
    os.rename(path + ".new", path)  # there when it listens
    os.dup2(listener.fileno(), 3)
    os.set_inheritable(3, True)  # also when it was 3 before
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
    os.execv(args[0], args)


def main():
    what, args = sys.argv[1], sys.argv[2:]
    if what == "run":
        run(args[0], args[1:])
    elif what == "wait":
        wait(args[0])
    elif what == "names":
        print(*(CLIENT if args[0] == "client" else SERVER))
    else:
        print((client if what == "client" else server)(*args))


main()

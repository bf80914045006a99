# SPDX-License-Identifier: BSD-2-Clause
"""wire - the xenstore protocol for tests of how the broker treats its clients.

A Client is one connection: ask() sends a request and gives its reply (events that come
before it are kept in .events), send() and receive() do one half each, raw() sends anything.
counters() reads the broker's metrics socket.  check() tells one result to the script that runs
the program (users.sh), finish() that it came to its end.
"""
import errno
import json
import select
import socket
import struct
import sys
import time

(CONTROL, DIRECTORY, READ, GET_PERMS, WATCH, UNWATCH, START, END, INTRODUCE, RELEASE,
 GET_DOMAIN_PATH, WRITE, MKDIR, RM, SET_PERMS, WATCH_EVENT, ERROR, IS_INTRODUCED, RESUME,
 SET_TARGET, RESTRICT, RESET_WATCHES, DIRECTORY_PART) = range(23)
HEADER = struct.Struct("=IIII")
PATIENCE = 30  # seconds for what takes microseconds


def frame(kind, body=b"", tx=0, number=0):
    return HEADER.pack(kind, number, tx, len(body)) + body


def text(*words):
    """Words as the protocol has them: a NUL after each."""
    return b"".join(w.encode() + b"\0" for w in words)


class Closed(Exception):
    """The other side has closed the connection."""


class Reply:
    def __init__(self, kind, number, tx, body):
        self.kind, self.number, self.tx, self.body = kind, number, tx, body

    @property
    def error(self):
        """The error's name, or None."""
        return self.body.rstrip(b"\0").decode() if self.kind == ERROR else None

    def __str__(self):
        return self.error or self.body.decode("latin-1")


class Client:
    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)  # which waits where the queue is full
        self.sock.settimeout(PATIENCE)
        self.got = b""
        self.events = []
        self.number = 0

    def close(self):
        self.sock.close()

    def raw(self, data):
        self.sock.sendall(data)

    def send(self, kind, body=b"", tx=0):
        self.number += 1
        self.raw(frame(kind, body, tx, self.number))
        return self.number

    def push(self, data):
        """As much as goes without waiting; how many bytes that was."""
        self.sock.setblocking(False)
        done = 0
        try:
            while done < len(data):
                done += self.sock.send(data[done:])
        except BlockingIOError:
            pass
        finally:
            self.sock.settimeout(PATIENCE)
        return done

    def take(self, size):
        while len(self.got) < size:
            try:
                more = self.sock.recv(65536)
            except ConnectionResetError:
                raise Closed() from None
            if not more:
                raise Closed()
            self.got += more
        data, self.got = self.got[:size], self.got[size:]
        return data

    def receive(self):
        """The next frame, whatever it is."""
        kind, number, tx, size = HEADER.unpack(self.take(HEADER.size))
        if size > 4096:
            raise ValueError("a frame of %u bytes" % size)
        return Reply(kind, number, tx, self.take(size))

    def reply(self, number=None):
        while True:
            r = self.receive()
            if r.kind != WATCH_EVENT:
                break
            self.events.append(tuple(r.body.rstrip(b"\0").decode().split("\0")))
        if number is not None and r.number != number:
            raise ValueError("reply to %u, not %u" % (r.number, number))
        return r

    def ask(self, kind, *words, tx=0, value=b""):
        return self.reply(self.send(kind, text(*words) + value, tx))

    def event(self):
        """The next event."""
        if not self.events:
            r = self.receive()
            if r.kind != WATCH_EVENT:
                raise ValueError("a reply where an event was awaited")
            return tuple(r.body.rstrip(b"\0").decode().split("\0"))
        return self.events.pop(0)

    def is_quiet(self):
        """Nothing is there after an answered request."""
        self.ask(GET_DOMAIN_PATH, "0")
        return not self.events

    def is_silent(self, seconds):
        """Nothing comes for so long."""
        return not self.got and not select.select([self.sock], [], [], seconds)[0]

    def is_closed(self):
        """It is closed by the other side; what came before is thrown away."""
        try:
            while True:
                self.receive()
        except Closed:
            return True
        except socket.timeout:
            return False

    def read(self, path, tx=0):
        return str(self.ask(READ, path, tx=tx))

    def write(self, path, value, tx=0):
        return str(self.ask(WRITE, path, tx=tx, value=value.encode())).rstrip("\0")

    def start(self):
        r = self.ask(START, "")
        if r.error:
            raise OSError(getattr(errno, r.error, 0), r.error)
        return int(r.body.rstrip(b"\0"))

    def end(self, tx, commit=True):
        return str(self.ask(END, "T" if commit else "F", tx=tx)).rstrip("\0")


def counters(path):
    """What the broker counts, {name: number}."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(PATIENCE)
        s.connect(path)
        s.sendall(b"GET /json HTTP/1.0\r\n\r\n")
        data = b""
        while True:
            more = s.recv(65536)
            if not more:
                break
            data += more
    return json.loads(data.split(b"\r\n\r\n", 1)[1])


def check(good, name, got=None):
    print(("pass " if good else "fail ") + name, flush=True)
    if not good and got is not None:
        print("got: %r" % (got,), flush=True)
    return good


def same(got, want, name):
    if not check(got == want, name):
        print("got: %r, wanted: %r" % (got, want), flush=True)


def until(condition, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def finish():
    print("end", flush=True)
    sys.exit(0)

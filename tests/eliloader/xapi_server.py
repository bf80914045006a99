#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""xapi_server.py DIR - XAPI's calls about one VM, on the socket DIR/xapi, for tests.

The semantics are those of the contract: XML-RPC by HTTP/1.1 POST, sessions, opaque
references, and the failures that XAPI is known to give.  It needs only Python's standard
library, and ends with its parent.  tests/eliloader/xapi.sh starts it and edits its files:

  DIR/db.json       {"VM": {ref: record}, "VBD": {ref: record}}; read at each call, and
                    written anew by calls that change something
  DIR/sessions      the sessions that are open, one a line
  DIR/calls.jsonl   each call: {"n", "method", "params", "status", "rule", "connection"}
  DIR/control       one rule a line; a new file starts the counting of calls anew

A rule is a word and selectors:  WORD [at=N] [method=M] [times=T] [KEY=VALUE...]
  at=N       only the N-th call since the file was written
  method=M   only calls of that method
  times=T    only the first T calls that fit
Words:
  die-before, die-after     the connection ends without an answer; the call had no effect,
                            or had it
  exit-before, exit-after   the same, and the server ends
  fail code=CODE[,PARAM...] that failure, no effect
  lose-sessions             all sessions are forgotten first
  other-editor key=K value=V   somebody sets that key of other-config first
  slave                     every call but those of sessions fails with HOST_IS_SLAVE
  old                       login takes two arguments only
  delay s=S                 the answer comes late
  hang                      it never comes
  trickle [s=S]             it comes byte by byte, S seconds (0.2) between them
  chunked, until-close, close, drop   how the answer ends: in chunks; with the connection;
                            with "Connection: close"; silently closed after it
  short                     the connection ends in the midst of the answer
  typed                     strings as <value><string>...</string></value>
  body text=TEXT            that body instead (\\n, \\xHH and the like are understood)
  raw text=TEXT             that answer instead, with its HTTP head
  status code=500           that HTTP status
  huge bytes=N              an answer of that length
"""
import ctypes
import fcntl
import itertools
import json
import os
import shlex
import signal
import socketserver
import sys
import threading
import time
import uuid
import xmlrpc.client
from http.server import BaseHTTPRequestHandler

lock = threading.RLock()


class Failure(Exception):
    """What XAPI calls a Failure; args: its ErrorDescription."""


class Rule:
    def __init__(self, line):
        words = shlex.split(line)
        self.line, self.word = line, words[0]
        self.options = dict(w.split("=", 1) for w in words[1:])
        self.left = int(self.options.get("times", 1 << 30))

    def fits(self, count, method):
        o = self.options
        if int(o.get("at", count)) != count or o.get("method", method) != method:
            return False
        self.left -= 1
        return self.left >= 0


class Control:
    """The rules of DIR/control, read again when it is another file."""

    def __init__(self, path):
        self.path, self.stamp, self.rules, self.count = path, None, [], 0

    def next(self, method):
        try:
            st = os.stat(self.path)
            stamp = (st.st_ino, st.st_mtime_ns)
        except FileNotFoundError:
            stamp = None
        if stamp != self.stamp:
            self.stamp, self.count, self.rules = stamp, 0, []
            if stamp:
                with open(self.path) as f:
                    self.rules = [Rule(line) for line in f if line.strip()]
        self.count += 1
        return [r for r in self.rules if r.fits(self.count, method)]


class Xapi:
    """The database and the calls."""

    def __init__(self, directory):
        self.dir = directory
        self.control = Control(os.path.join(directory, "control"))
        self.calls, self.old = 0, False
        self.sessions = set()
        if os.path.exists(self.path("sessions")):  # an earlier server's, as XAPI keeps them
            with open(self.path("sessions")) as f:
                self.sessions = set(f.read().split())

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name + ".new"), "w") as f:
            f.write(text)
        os.rename(self.path(name + ".new"), self.path(name))

    def load(self):
        with open(self.path("db.json")) as f:
            return json.load(f)

    def save(self, db):
        self.write("db.json", json.dumps(db, indent=1))

    def save_sessions(self):
        self.write("sessions", "".join(s + "\n" for s in sorted(self.sessions)))

    def log(self, **entry):
        with open(self.path("calls.jsonl"), "a") as f:
            f.write(json.dumps(entry) + "\n")

    # -- calls

    def call(self, method, params):
        if method == "session.login_with_password":
            return self.login(method, params)
        if not params or params[0] not in self.sessions:
            raise Failure("SESSION_INVALID", params[0] if params else "")
        session, rest = params[0], params[1:]
        if method == "session.logout":
            self.sessions.discard(session)
            self.save_sessions()
            return ""
        kind, _, verb = method.partition(".")
        handler = getattr(self, f"{kind.lower()}_{verb}", None)
        if kind not in ("VM", "VBD") or not handler:
            raise Failure("MESSAGE_METHOD_UNKNOWN", method)
        try:
            return handler(self.load(), *rest)
        except TypeError:
            raise Failure("MESSAGE_PARAMETER_COUNT_MISMATCH", method, "?",
                          str(len(params))) from None

    def login(self, method, params):
        if len(params) not in ((2,) if self.old else (2, 3, 4)):
            raise Failure("MESSAGE_PARAMETER_COUNT_MISMATCH", method, "2", str(len(params)))
        ref = "OpaqueRef:" + str(uuid.uuid4())
        self.sessions.add(ref)
        self.save_sessions()
        return ref

    @staticmethod
    def find(db, kind, ref):
        if ref not in db[kind]:
            raise Failure("HANDLE_INVALID", kind, ref)
        return db[kind][ref]

    def vm_get_by_uuid(self, db, wanted):
        for ref, vm in db["VM"].items():
            if vm["uuid"] == wanted:
                return ref
        raise Failure("UUID_INVALID", "VM", wanted)

    def vm_get_record(self, db, ref):
        return self.find(db, "VM", ref)

    def vm_get_other_config(self, db, ref):
        return self.find(db, "VM", ref)["other_config"]

    def vm_get_platform(self, db, ref):
        return self.find(db, "VM", ref)["platform"]

    def vm_get_VBDs(self, db, ref):
        return self.find(db, "VM", ref)["VBDs"]

    def remove(self, db, field, ref, key):
        self.find(db, "VM", ref)[field].pop(key, None)
        self.save(db)
        return ""

    def add(self, db, field, ref, key, value):
        where = self.find(db, "VM", ref)[field]
        if key in where:
            raise Failure("MAP_DUPLICATE_KEY", "VM", field, ref, key)
        where[key] = value
        self.save(db)
        return ""

    def vm_remove_from_other_config(self, db, ref, key):
        return self.remove(db, "other_config", ref, key)

    def vm_add_to_other_config(self, db, ref, key, value):
        return self.add(db, "other_config", ref, key, value)

    def vm_remove_from_platform(self, db, ref, key):
        return self.remove(db, "platform", ref, key)

    def vm_add_to_platform(self, db, ref, key, value):
        return self.add(db, "platform", ref, key, value)

    def set_field(self, db, kind, ref, field, value):
        self.find(db, kind, ref)[field] = value
        self.save(db)
        return ""

    def vm_set_PV_bootloader(self, db, ref, value):
        return self.set_field(db, "VM", ref, "PV_bootloader", value)

    def vm_set_PV_bootloader_args(self, db, ref, value):
        return self.set_field(db, "VM", ref, "PV_bootloader_args", value)

    def vbd_get_record(self, db, ref):
        return self.find(db, "VBD", ref)

    def vbd_get_userdevice(self, db, ref):
        return self.find(db, "VBD", ref)["userdevice"]

    def vbd_set_bootable(self, db, ref, value):
        if not isinstance(value, bool):
            raise Failure("FIELD_TYPE_ERROR", "bootable")
        return self.set_field(db, "VBD", ref, "bootable", value)

    def vbd_unplug(self, db, ref):
        if not self.find(db, "VBD", ref)["currently_attached"]:
            raise Failure("DEVICE_ALREADY_DETACHED", ref)
        return self.set_field(db, "VBD", ref, "currently_attached", False)

    def vbd_destroy(self, db, ref):
        vbd = self.find(db, "VBD", ref)
        if vbd["currently_attached"]:
            raise Failure("OPERATION_NOT_ALLOWED", f"VBD '{ref}' still attached")
        db["VM"][vbd["VM"]]["VBDs"].remove(ref)
        del db["VBD"][ref]
        self.save(db)
        return ""

    def other_editor(self, key, value):
        db = self.load()
        for vm in db["VM"].values():
            vm["other_config"][key] = value
        self.save(db)


def escape(text):
    for char, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        text = text.replace(char, name)
    return text


def xml(value, typed):
    if isinstance(value, bool):
        return f"<value><boolean>{int(value)}</boolean></value>"
    if isinstance(value, dict):
        members = "".join(f"<member><name>{escape(k)}</name>{xml(v, typed)}</member>"
                          for k, v in value.items())
        return f"<value><struct>{members}</struct></value>"
    if isinstance(value, (list, tuple)):
        data = "".join(xml(v, typed) for v in value)
        return f"<value><array><data>{data}</data></array></value>"
    text = escape(str(value))
    return f"<value><string>{text}</string></value>" if typed else f"<value>{text}</value>"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    serial = itertools.count(1)

    def setup(self):
        self.connection_number = next(Handler.serial)
        super().setup()

    def log_message(self, *args):
        pass

    def address_string(self):
        return "socket"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        params, method = xmlrpc.client.loads(body)
        with lock:
            answer, rules = self.perform(method, list(params))
        self.answer(answer, rules)

    def perform(self, method, params):
        xapi = self.server.xapi
        rules = {r.word: r.options for r in xapi.control.next(method)}
        xapi.calls += 1
        xapi.old = "old" in rules
        if "lose-sessions" in rules:
            xapi.sessions.clear()
            xapi.save_sessions()
        if "other-editor" in rules:
            xapi.other_editor(rules["other-editor"]["key"], rules["other-editor"]["value"])
        status, answer = "Success", None
        try:
            if "die-before" in rules or "exit-before" in rules:
                status = "none"
            elif "slave" in rules and not method.startswith("session."):
                raise Failure("HOST_IS_SLAVE", "192.0.2.1")
            elif "fail" in rules:
                raise Failure(*rules["fail"]["code"].split(","))
            else:
                value = xapi.call(method, params)
                answer = {"Status": "Success", "Value": value}
        except Failure as failure:
            status = failure.args[0]
            answer = {"Status": "Failure", "ErrorDescription": list(failure.args)}
        xapi.log(n=xapi.calls, method=method, params=params, status=status,
                 rule=sorted(rules), connection=self.connection_number)
        return answer, rules

    def answer(self, answer, rules):
        for word in rules:
            if word.startswith("exit-"):
                os._exit(0)
            if word.startswith("die-"):
                self.close_connection = True
                return
        if "delay" in rules:
            time.sleep(float(rules["delay"]["s"]))
        if "hang" in rules:
            self.rfile.read(1)  # till the other side is gone
            self.close_connection = True
            return
        body = ('<?xml version="1.0"?><methodResponse><params><param>'
                + xml(answer, "typed" in rules) + "</param></params></methodResponse>").encode()
        if "body" in rules:
            body = self.text_of(rules["body"])
        try:
            self.send(body, rules)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    @staticmethod
    def text_of(options):
        return options["text"].encode("latin-1", "replace").decode("unicode_escape").encode("latin-1")

    def send(self, body, rules):
        if "raw" in rules:
            self.wfile.write(self.text_of(rules["raw"]))
            self.close_connection = True
            return
        if "huge" in rules:
            self.send_huge(int(rules["huge"]["bytes"]))
            return
        code = int(rules.get("status", {}).get("code", 200))
        head = f"HTTP/1.1 {code} {'OK' if code == 200 else 'Trouble'}\r\nContent-Type: text/xml\r\n"
        if "chunked" in rules:
            head += "Transfer-Encoding: chunked\r\n\r\n"
            pieces = [body[i:i + 7] for i in range(0, len(body), 7)]
            body = b"".join(b"%x;x=y\r\n%s\r\n" % (len(p), p) for p in pieces)
            body += b"0\r\nX-Trailer: 1\r\n\r\n"
        elif "until-close" in rules:
            head += "\r\n"
        else:
            head += f"Content-Length: {len(body)}\r\n"
            head += "Connection: close\r\n\r\n" if "close" in rules else "\r\n"
        data = head.encode() + (body[:len(body) // 2] if "short" in rules else body)
        if "trickle" in rules:
            for byte in data:
                self.wfile.write(bytes([byte]))
                time.sleep(float(rules["trickle"].get("s", 0.2)))
        else:
            self.wfile.write(data)
        if rules.keys() & {"until-close", "close", "drop", "short"}:
            self.close_connection = True

    def send_huge(self, left):
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n<?xml version=\"1.0\"?>" % left)
        while left > 0:
            self.wfile.write(b" " * 65536)
            left -= 65536


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 16

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a client that is gone is no error
            super().handle_error(request, client_address)


def end_with_parent(parent):
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        sys.exit(0)


def main():
    directory = sys.argv[1]
    if len(sys.argv) > 2:
        end_with_parent(int(sys.argv[2]))
    own = open(os.path.join(directory, "server.lock"), "w")
    fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)  # one server for one database
    path = os.path.join(directory, "xapi")
    if os.path.exists(path):
        os.unlink(path)
    server = Server(path, Handler)
    server.xapi = Xapi(directory)
    server.serve_forever()


if __name__ == "__main__":
    main()

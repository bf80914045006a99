# SPDX-License-Identifier: BSD-2-Clause
"""metrics MODE SOCKET METRICS - the counters: a strict reader of the exposition format, and
requests that a metrics socket should survive."""
import json
import re
import socket
import sys

from wire import READ, Client, Closed, check, finish, same, until

mode, SOCK, METRICS = sys.argv[1:4]
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?|Inf|NaN)\Z")


def http(request, end=True):
    """Status line, header fields and body; None when nothing was answered."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(METRICS)
    try:
        s.sendall(request)
        if end:
            s.shutdown(socket.SHUT_WR)
    except (BrokenPipeError, ConnectionResetError):
        pass
    data = b""
    try:
        while True:
            more = s.recv(65536)
            if not more:
                break
            data += more
    except ConnectionResetError:
        pass
    s.close()
    if b"\r\n\r\n" not in data:
        return None if not data else ("garbage: %r" % data[:60], {}, "")
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("ascii").split("\r\n")
    fields = dict((k.strip().lower(), v.strip()) for k, v in (f.split(":", 1) for f in lines[1:]))
    return lines[0], fields, body.decode("ascii")


def get(path):
    return http(b"GET " + path.encode() + b" HTTP/1.0\r\n\r\n")


def exposition(body):
    """{name: (type, {labels: value})}; ValueError for what the format does not allow."""
    if not body.endswith("\n"):
        raise ValueError("the last line has no end")
    metrics, family, helped, typed = {}, None, set(), {}
    for line in body[:-1].split("\n"):
        if line.startswith("# HELP ") or line.startswith("# TYPE "):
            _, what, name, rest = line.split(" ", 3)
            if not NAME.match(name) or name in metrics:
                raise ValueError("a second family or no name: " + line)
            if what == "HELP":
                if name in helped or re.search(r"\\(?![\\n])", rest) or not rest:
                    raise ValueError("help: " + line)
                helped.add(name)
            else:
                if name in typed or rest not in ("counter", "gauge", "histogram", "summary",
                                                 "untyped"):
                    raise ValueError("type: " + line)
                typed[name] = rest
            family = name
            continue
        if not line or line.startswith("#"):
            raise ValueError("a line that nobody needs: %r" % line)
        m = re.match(r"([^ {]+)(\{[^}]*\})? ([^ ]+)\Z", line)
        if not m or not NAME.match(m.group(1)) or not NUMBER.match(m.group(3)):
            raise ValueError("a sample: %r" % line)
        name, labels = m.group(1), m.group(2) or "{}"
        if name != family or name not in typed or name not in helped:
            raise ValueError("a sample without its family: %r" % line)
        pairs = LABEL.findall(labels)
        if "{" + ",".join('%s="%s"' % p for p in pairs) + "}" != labels:
            raise ValueError("labels: %r" % line)
        samples = metrics.setdefault(name, (typed[name], {}))[1]
        if labels in samples:
            raise ValueError("a sample twice: %r" % line)
        samples[labels] = m.group(3)
    if set(metrics) != helped or set(metrics) != set(typed):
        raise ValueError("a family without samples")
    return metrics


def refuses(body, name):
    try:
        exposition(body)
        check(False, "the reader refuses " + name)
    except ValueError:
        check(True, "the reader refuses " + name)


def reader():
    """That the reader here can refuse at all."""
    good = '# HELP a_total A.\n# TYPE a_total counter\na_total{domid="5"} 1\n'
    same(exposition(good), {"a_total": ("counter", {'{domid="5"}': "1"})}, "the reader reads")
    refuses(good[:-1], "a text without its last newline")
    refuses(good + good, "a family twice")
    refuses(good.replace("# TYPE a_total counter\n", ""), "a sample without a type")
    refuses(good.replace("counter", "number"), "a type that is none")
    refuses(good.replace('domid="5"', "domid=5"), "a label without quotes")
    refuses(good.replace(" 1\n", " one\n"), "a value that is no number")
    refuses(good.replace("a_total", "a-total"), "a name that is none")
    refuses(good + "\n", "an empty line")


def forms():
    c = Client(SOCK)
    for i in range(7):
        c.read("data/x")
    c.read("/local/domain/0/secret")
    status, fields, body = get("/json")
    same(status.split(" ")[1], "200", "JSON: 200")
    check(fields["content-type"].startswith("application/json"), "its type", fields)
    same(fields.get("content-length", str(len(body))), str(len(body)), "its length")
    numbers = json.loads(body)
    same((numbers["domid"], numbers["operations"], numbers["denials"], numbers["sessions"]),
         (5, 8, 1, 1), "what was asked")
    same([k for k, v in numbers.items() if isinstance(v, bool) or not isinstance(v, (int, float))],
         [], "all are numbers")
    status, fields, body = get("/metrics")
    same(status.split(" ")[1], "200", "exposition: 200")
    check(fields["content-type"].startswith("text/plain") and "version=0.0.4" in
          fields["content-type"], "its type", fields)
    metrics = exposition(body)
    check(all(n.startswith("xenstore_broker_") for n in metrics), "names have the program's name")
    same([n for n, (t, s) in metrics.items() if (t == "counter") != n.endswith("_total")], [],
         "counters and nothing else end in _total")
    same({l for t, s in metrics.values() for l in s}, {'{domid="5"}'}, "all say which domain")
    same(metrics["xenstore_broker_operations_total"][1]['{domid="5"}'], "8", "the same number")
    same(len(metrics), len(numbers) - 1, "as many as in JSON")
    status, fields, body = get("/")
    same(status.split(" ")[1], "200", "text: 200")
    pairs = dict(line.split(None, 1) for line in body.splitlines())
    same({k: float(v) for k, v in pairs.items()}, {k: float(v) for k, v in numbers.items()},
         "the same as JSON says")
    same(c.read("data/x"), "v", "the client is served as before")
    before = json.loads(get("/json")[2])["operations"]
    for i in range(20):
        get("/metrics")
    same(json.loads(get("/json")[2])["operations"], before, "looking counts as nothing")


def hostile():
    c = Client(SOCK)
    for name, request in (
            ("another path", b"GET /jsonx HTTP/1.0\r\n\r\n"),
            ("a path up", b"GET /../etc/passwd HTTP/1.0\r\n\r\n"),
            ("an empty path", b"GET  HTTP/1.0\r\n\r\n")):
        r = http(request)
        check(r is None or r[0].split(" ")[1] in ("404", "400"), name + " is not found", r)
    same(http(b"GET /nothing HTTP/1.0\r\n\r\n")[0].split(" ")[1], "404", "404 for what is not there")
    for name, request in (
            ("nothing", b""), ("an end of line", b"\r\n\r\n"), ("no HTTP", b"\0\1\2\3" * 30 + b"\r\n\r\n"),
            ("another method", b"POST /json HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello"),
            ("half a request", b"GET /js"), ("8 KiB without an end", b"GET /" + b"a" * 8192),
            ("a megabyte of header", b"GET /json HTTP/1.0\r\n" + b"X: y\r\n" * 170000),
            ("a store request", b"\2\0\0\0" + b"\0" * 8 + b"\5\0\0\0name\0")):
        r = http(request)
        check(r is None or r[0].split(" ")[1] in ("400", "404", "405", "413", "414", "431", "501"),
              name + " is refused", r)
        same(c.read("data/x"), "v", "and clients are served")
    stuck = []
    for i in range(40):  # that say nothing, or a part, and stay
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(20)
        s.setblocking(False)
        try:
            s.connect(METRICS)
            s.send(b"GET /js"[:i % 8] or b"G")
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass
        stuck.append(s)
    same(c.read("data/x"), "v", "clients are served beside some that ask for counters slowly")
    for s in stuck:
        s.close()
    for i in range(200):
        s = socket.socket(socket.AF_UNIX)
        s.connect(METRICS)
        s.send(b"GET /json HTTP/1.0\r\n\r\n")
        s.close()
    same(c.read("data/x"), "v", "and beside some that go before their answer")
    same(get("/json")[0].split(" ")[1], "200", "and the counters are told again")


globals()[mode]()
finish()

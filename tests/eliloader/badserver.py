#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""An HTTP server that misbehaves as it is told.

badserver.py PORT ROOT LOG: /MODE/PATH is ROOT/PATH, served in the way MODE says; without a
mode of these it is served well, with ETag, ranges and If-Range.  Each request is a line of LOG:
METHOD PATH RANGE USER-AGENT ACCEPT-ENCODING ("-": not there).
"""
import hashlib
import os
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, ROOT, LOG = int(sys.argv[1]), sys.argv[2], sys.argv[3]
HUGE = 5 << 30
counts = {}
lock = threading.Lock()


def count(key):
    """How often that has been, before this time."""
    with lock:
        counts[key] = counts.get(key, 0) + 1
        return counts[key] - 1


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *args):
        pass

    def note(self):
        words = [self.command, self.path]
        words += [self.headers.get(n, "-").replace(" ", "_")
                  for n in ("Range", "User-Agent", "Accept-Encoding")]
        with lock, open(LOG, "a") as out:
            out.write(" ".join(words) + "\n")

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        self.note()
        self.mode, _, self.name = self.path.lstrip("/").partition("/")
        try:
            with open(os.path.join(ROOT, self.name), "rb") as f:
                self.data = f.read()
        except OSError:
            self.data = None
        self.is_get = self.command == "GET"
        try:
            getattr(self, "mode_" + self.mode, self.serve)()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    # --- what is good

    def head(self, code, *headers):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def error(self, code):
        self.head(code, ("Content-Length", "0"))

    def redirect(self, to):
        self.head(302, ("Location", to), ("Content-Length", "0"))

    def part(self, ranges=True):
        """(code, first byte, headers) of what is asked for."""
        etag = '"' + hashlib.md5(self.data).hexdigest() + '"'
        size, first, code = len(self.data), 0, 200
        headers = [("ETag", etag)]
        asked = self.headers.get("Range", "")
        if ranges and asked.startswith("bytes=") and \
                self.headers.get("If-Range", etag) == etag:
            first, last = asked[6:].split("-")
            first, last = int(first), int(last or size - 1)
            self.data = self.data[:last + 1]
            code = 206
            headers.append(("Content-Range", f"bytes {first}-{last}/{size}"))
        headers.append(("Content-Length", str(len(self.data) - first)))
        return code, first, headers

    def serve(self, ranges=True, upto=None):
        """The file, or the part asked for; @upto: the connection ends that far into it."""
        if self.data is None:
            return self.error(404)
        code, first, headers = self.part(ranges)
        self.head(code, *headers)
        if self.is_get:
            self.wfile.write(self.data[first:upto])
            self.close_connection = upto is not None and upto < len(self.data)

    # --- redirects

    def mode_loop(self):
        self.redirect(f"/loop/{self.name}?{count('loop')}")

    def mode_chain(self):
        self.redirect("/chain2/" + self.name)

    def mode_chain2(self):
        self.redirect("../ok/" + self.name)

    def mode_tofile(self):
        self.redirect("file:///etc/passwd")

    def mode_toftp(self):
        self.redirect("ftp://127.0.0.1:2121/" + self.name)

    def mode_togopher(self):
        self.redirect("gopher://127.0.0.1:8090/1ok")

    def mode_tolocalhost(self):
        self.redirect(f"http://localhost:{PORT}/ok/{self.name}")

    def mode_nowhere(self):
        self.head(302, ("Content-Length", "0"))

    def mode_lottery(self):
        """Each request is sent to another mirror; those have different versions."""
        self.redirect(f"/mirror{count('lottery') % 2}/{self.name}")

    def mode_mirror1(self):
        self.data = self.data[::-1]
        self.serve(upto=len(self.data) // 2 if count("mirror" + self.name) % 2 else None)

    def mode_mirror0(self):
        self.serve()

    # --- silence

    def mode_mute(self):
        time.sleep(30)

    def mode_stall(self):
        if not self.is_get:
            return self.serve()
        self.head(200, ("Content-Length", str(len(self.data))))
        self.wfile.write(self.data[:len(self.data) // 2])
        time.sleep(30)

    def mode_stallonce(self):
        if self.is_get and count("stall" + self.name) == 0:
            code, _, headers = self.part()
            self.head(code, *headers)
            self.wfile.write(self.data[:len(self.data) // 2])
            return time.sleep(30)
        return self.serve()

    def mode_trickle(self):
        """Slow, but longer than the stall time-out, and never silent."""
        if not self.is_get:
            return self.serve()
        self.head(200, ("Content-Length", str(len(self.data))))
        step = len(self.data) // 16 + 1
        for i in range(0, len(self.data), step):
            self.wfile.write(self.data[i:i + step])
            time.sleep(0.2)
        return None

    def mode_drip(self):
        """Never silent, but without end in sight; it ends when the client does."""
        if not self.is_get:
            return self.serve()
        self.head(200, ("Content-Length", str(len(self.data))))
        try:
            for byte in self.data:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)
        except OSError:
            pass
        return None

    # --- cut, and resumed

    def mode_cut(self):
        if not self.is_get:
            return self.serve()
        had = count("cut" + self.name)
        size = len(self.data) if self.data else 0
        return self.serve(upto=size * (had + 1) // 3 + 1)

    def mode_cutnorange(self):
        first = self.is_get and count("cutnorange" + self.name) == 0
        self.serve(ranges=False, upto=len(self.data) // 2 if first else None)

    def mode_cutalways(self):
        self.serve(upto=len(self.data) // 2 if self.is_get else None)

    def mode_change(self):
        """Another version of the same size after the first cut."""
        if not self.is_get or self.name == "SHA256SUMS":
            return self.serve()
        if count("change" + self.name) == 0:
            return self.serve(upto=len(self.data) // 2)
        self.data = self.data[::-1]
        return self.serve()

    def mode_grow(self):
        if self.is_get:
            self.data += b"more"
        self.serve()

    def mode_badrange(self):
        """The part it sends is not the one it was asked for."""
        if self.is_get and "Range" in self.headers:
            size = len(self.data)
            self.head(206, ("Content-Range", f"bytes 0-{size - 1}/{size}"),
                      ("Content-Length", str(size)))
            return self.wfile.write(self.data)
        return self.serve(upto=len(self.data) // 2 if self.is_get else None)

    # --- sizes

    def mode_long(self):
        """Promises more than it has."""
        self.head(200, ("Content-Length", str(len(self.data) + 1000)))
        if self.is_get:
            self.wfile.write(self.data)
            self.close_connection = True

    def mode_liar(self):
        """GET promises, and sends, less than HEAD did."""
        if self.is_get:
            self.data = self.data[:-1000]
        self.serve()

    def mode_nolength(self):
        self.protocol_version = "HTTP/1.0"
        self.head(200)
        if self.is_get:
            self.wfile.write(self.data)
        self.close_connection = True

    def mode_hugelength(self):
        self.head(200, ("Content-Length", str(HUGE)))
        self.endless()

    def mode_hugeget(self):
        """HEAD knows no length, GET does."""
        if self.is_get:
            return self.mode_hugelength()
        return self.head(200)

    def mode_hugechunked(self):
        self.head(200, ("Transfer-Encoding", "chunked"))
        self.endless(b"10000\r\n" + bytes(65536) + b"\r\n")

    def endless(self, piece=bytes(65536)):
        self.close_connection = True
        sent = 0
        while self.is_get and sent < HUGE:
            self.wfile.write(piece)
            sent += len(piece)

    # --- other errors

    def mode_nordisk(self):
        if self.name == "initrd.img":
            return self.error(404)
        return self.serve()

    def mode_gone(self):
        self.error(410)

    def mode_flaky(self):
        if count("flaky" + self.command + self.name) == 0:
            return self.error(500)
        return self.serve()

    def mode_broken(self):
        self.error(503)

    def mode_forbidden(self):
        self.error(403)

    def mode_auth(self):
        if self.headers.get("Authorization") == "Basic dXNlcjpzZWNyZXQ=":
            return self.serve()
        return self.error(401)

    def mode_nohead(self):
        if not self.is_get:
            return self.error(405)
        return self.serve()

    def mode_noheadnorange(self):
        if not self.is_get:
            return self.error(501)
        return self.serve(ranges=False)

    def mode_garbage(self):
        self.wfile.write(b"\x00\xff this is no HTTP\r\n" * 100)
        self.close_connection = True

    def mode_headers(self):
        """Headers without end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-More: " + b"x" * 8000 + b"\r\n")

    def mode_bigerror(self):
        """An error page without end."""
        self.head(404, ("Content-Length", str(HUGE)))
        self.endless()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    address_family = socket.AF_INET6

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def handle_error(self, request, client_address):
        pass  # clients that go away


if __name__ == "__main__":
    Server(("::", PORT), Handler).serve_forever()

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A small HTTP proxy: proxy.py PORT LOG [USER:PASSWORD]

CONNECT, GET and HEAD; ftp:// addresses too, through urllib.  A line of LOG for each request:
METHOD TARGET.  CONNECT to a host named "denied.test" is refused with 403; "inside.test" is a
name that only the proxy knows: 127.0.0.1.
"""
import base64
import socket
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, LOG = int(sys.argv[1]), sys.argv[2]
USER = sys.argv[3] if len(sys.argv) > 3 else None
lock = threading.Lock()
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def pump(source, to):
    try:
        while data := source.recv(65536):
            to.sendall(data)
        to.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def allowed(self):
        with lock, open(LOG, "a") as out:
            out.write(f"{self.command} {self.path}\n")
        wanted = USER and "Basic " + base64.b64encode(USER.encode()).decode()
        if not wanted or self.headers.get("Proxy-Authorization") == wanted:
            return True
        self.answer(407, [("Proxy-Authenticate", 'Basic realm="proxy"')])
        return False

    def answer(self, code, headers, body=b""):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_CONNECT(self):
        self.close_connection = True
        if not self.allowed():
            return
        host, _, port = self.path.rpartition(":")
        if host == "denied.test":
            self.answer(403, [])
            return
        with socket.create_connection((host.strip("[]"), int(port)), 10) as peer:
            peer.settimeout(None)
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=pump, args=(peer, self.connection), daemon=True)
            back.start()
            pump(self.connection, peer)
            back.join()

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        if not self.allowed():
            return
        ftp = self.path.startswith("ftp:")
        headers = {n: v for n, v in self.headers.items()
                   if n.lower() in ("range", "if-range", "user-agent")}
        url = self.path.replace("//inside.test:", "//127.0.0.1:")
        request = urllib.request.Request(url, headers=headers,
                                         method=None if ftp else self.command)
        try:
            with opener.open(request, timeout=10) as reply:
                body = reply.read() if ftp or self.command == "GET" else b""
                kept = [(n, v) for n, v in reply.headers.items() if n.lower() in
                        ("etag", "last-modified", "content-range", "content-length")]
                self.answer(200 if ftp else reply.status, kept, body)
        except urllib.error.HTTPError as e:
            self.answer(e.code, [])
        except urllib.error.URLError as e:
            self.answer(404 if "550" in str(e) else 502, [])


if __name__ == "__main__":
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()

# SPDX-License-Identifier: BSD-2-Clause
"""hostile MODE SOCKET KIND ARG... - clients that want to keep others from the store, or to fill
or slow down its daemon, and what they get."""
import os
import signal
import sys

from wire import READ, Client, finish, frame, same, text

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


globals()[mode]()
finish()

#!/usr/bin/env python3
# rusage.py FILE SECONDS COMMAND... - run it, and write "status ms kib left" to FILE: its exit
# status (128 + N: signal N; 124: not at its end after SECONDS, and killed), the time it
# took, the memory of the largest process among it and its children, and whether some
# of these were there a second after it had ended (1; else 0).
import ctypes, os, resource, signal, subprocess, sys, time

PR_SET_CHILD_SUBREAPER = 36


def outlived():
    """Orphans are ours to wait for."""
    end = time.monotonic() + 1
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)
        except ChildProcessError:
            return 0
    return 1


ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
start = time.monotonic()
child = subprocess.Popen(sys.argv[3:], start_new_session=True)
try:
    status = child.wait(timeout=float(sys.argv[2]))
    status = status if status >= 0 else 128 - status
except subprocess.TimeoutExpired:
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    status = 124
ms = int((time.monotonic() - start) * 1000)
left = outlived()
with open(sys.argv[1], "w") as out:
    print(status, ms, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, left, file=out)

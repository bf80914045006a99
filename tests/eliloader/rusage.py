#!/usr/bin/env python3
# rusage.py FILE SECONDS COMMAND... - run it, and write "status ms kib" to FILE: its exit
# status (128 + N: signal N; 124: not at its end after SECONDS, and killed), the time it
# took, and the memory of the largest process among it and those it has waited for.
import os, resource, signal, subprocess, sys, time

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
with open(sys.argv[1], "w") as out:
    print(status, ms, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=out)

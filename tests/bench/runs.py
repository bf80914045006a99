#!/usr/bin/env python3
"""runs.py N COMMAND... : run it N times; prints the median wall time in milliseconds, its
most resident memory (of the largest of its processes) in KiB, and how often it failed."""
import os
import resource
import subprocess
import sys
import time

times, failed = [], 0
for _ in range(int(sys.argv[1])):
    start = time.monotonic()
    failed += subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, check=False).returncode != 0
    times.append((time.monotonic() - start) * 1000)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{sorted(times)[len(times) // 2]:.1f} {usage.ru_maxrss} {failed}")

#!/usr/bin/env python3
# flip.py SEED COUNT FROM TO IMAGE - change COUNT bytes of an image between two offsets, the
# same ones each time for a seed: single bits, whole bytes, and runs of 00 or ff, as bad
# disks and people who look for holes leave them.
import random, sys

seed, count, first, last = (int(word) for word in sys.argv[1:5])
rng = random.Random(seed)
with open(sys.argv[5], "r+b") as image:
    for _ in range(count):
        at = rng.randrange(first, last)
        image.seek(at)
        old = image.read(1)
        if not old:
            continue
        new = rng.choice((
            bytes([old[0] ^ 1 << rng.randrange(8)]),
            bytes([rng.randrange(256)]),
            bytes([rng.choice((0, 0xFF))]) * rng.choice((1, 2, 4, 8)),
        ))
        image.seek(at)
        image.write(new)

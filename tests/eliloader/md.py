#!/usr/bin/env python3
# md.py METADATA LEVEL IN OUT... - write Linux software RAID members that hold IN, as mdadm
# --create would, for which it needs the kernel's md.
#
# METADATA: 0.90, 1.0 or 1.2; LEVEL: 0 or 1; each OUT is a member.  mdadm --examine reads
# them.  Source: Linux's include/uapi/linux/raid/md_p.h.
import os, struct, sys

MAGIC = 0xA92B4EFC
CHUNK = 64 << 10
DATA_OFFSET = 2048  # sectors before a 1.2 member's data
UUID = bytes(range(16))


def superblock1(level, at, offset, sectors, members, number):
    """At sector @at, for @sectors of data that begin at sector @offset."""
    roles = b"".join(struct.pack("<H", n) for n in range(members))
    sb = bytearray(struct.pack(
        "<IIII16s32sQIIQIII", MAGIC, 1, 0, 0, UUID, b"guest:0", 1700000000, level, 0, sectors,
        CHUNK // 512 if level == 0 else 0, members, 0).ljust(128, b"\0"))
    sb += struct.pack("<QQQQII16sBBHI", offset, sectors, at, 0, number, 0,
                      UUID[:15] + bytes([number]), 0, 0, 0, 0)
    sb += struct.pack("<QQQII", 1700000001, 1, 2**64 - 1, 0, members).ljust(64, b"\0")
    sb += roles
    total = sum(struct.unpack("<%dI" % (len(sb) // 4), sb[: len(sb) // 4 * 4]))
    if len(sb) % 4:
        total += struct.unpack("<H", sb[-2:])[0]
    struct.pack_into("<I", sb, 216, ((total & 0xFFFFFFFF) + (total >> 32)) & 0xFFFFFFFF)
    return bytes(sb)


def superblock0(level, kib, members, number):
    """Version 0.90: 1024 words, the last descriptor says whose it is."""
    w = [0] * 1024
    uuid = struct.unpack("<4I", UUID)
    w[0:16] = [MAGIC, 0, 90, 0, 0, uuid[0], 1700000000, level, kib, members, members, 0, 0,
               *uuid[1:]]
    w[32:38] = [1700000001, 1, members, members, 0, 0]
    w[39] = 1  # events
    w[64:66] = [0, CHUNK]
    for n in range(members):
        w[128 + 32 * n : 128 + 32 * n + 5] = [n, 202, n + 1, n, 6]  # active, in sync
    w[992:997] = w[128 + 32 * number : 128 + 32 * number + 5]
    total = sum(w)
    w[38] = ((total & 0xFFFFFFFF) + (total >> 32)) & 0xFFFFFFFF
    return struct.pack("<1024I", *w)


def split(data, level, members):
    if level == 1:
        return [data] * members
    data += bytes(-len(data) % (CHUNK * members))
    return [b"".join(data[i : i + CHUNK] for i in range(n * CHUNK, len(data), CHUNK * members))
            for n in range(members)]


def write(path, metadata, level, data, members, number):
    """1.2 has its superblock in front, the others at the end of a whole number of MiB."""
    data += bytes(-len(data) % 65536)
    sectors = len(data) // 512
    front = DATA_OFFSET if metadata == "1.2" else 0
    size = (front * 512 + len(data) + 65536 + 0xFFFFF) >> 20 << 20
    with open(path, "wb") as out:
        out.truncate(size)
        out.seek(front * 512)
        out.write(data)
        if metadata == "0.90":
            out.seek(size - 65536)
            out.write(superblock0(level, len(data) // 1024, members, number))
            return
        at = 8 if metadata == "1.2" else size // 512 - 16
        out.seek(at * 512)
        out.write(superblock1(level, at, front, sectors, members, number))


def main():
    metadata, level, source, *outs = sys.argv[1:]
    with open(source, "rb") as f:
        parts = split(f.read(), int(level), len(outs))
    for number, path in enumerate(outs):
        write(path, metadata, int(level), parts[number], len(outs), number)


main()

#!/usr/bin/env python3
# reiserfs.py IMAGE TREE - put a directory's files into the empty file system that mkreiserfs
# has made in IMAGE, as Linux would (3.6 format, r5 hash, no tails).  reiserfsck finds
# it right.  At most 128 MiB, a hundred names in a directory.
# Source: Linux's fs/reiserfs/reiserfs.h as of 6.1.
import os, stat, struct, sys

BLOCK = 4096
SUPER = 65536
BITMAP = SUPER + BLOCK
SD, INDIRECT, DIRECT, DIRENTRY = 0, 1, 2, 3
POINTERS = (BLOCK - 24 - 24) // 4  # of one item, alone in its block


def r5(name):
    a = 0
    for c in name:
        c -= c >> 7 << 8  # a signed char
        a = (a + (c << 4) + (c >> 4)) * 11 & 0xFFFFFFFF
    return (a & 0x7FFFFF80) or 128


class Image:
    def __init__(self, path):
        self.f = open(path, "r+b")
        self.sb = bytearray(self.at(SUPER, BLOCK))
        self.bitmap = bytearray(self.at(BITMAP, BLOCK))
        self.next_id = 3  # 1 and 2 are the root's
        self.items = []  # (key for sorting, head without location, body)

    def at(self, offset, size):
        self.f.seek(offset)
        return self.f.read(size)

    def put(self, offset, data):
        self.f.seek(offset)
        self.f.write(data)

    def block_new(self, data):
        n = next(i for i in range(len(self.bitmap) * 8) if not self.bitmap[i >> 3] >> (i & 7) & 1)
        assert n < struct.unpack_from("<I", self.sb)[0], "the image is full"
        self.bitmap[n >> 3] |= 1 << (n & 7)
        self.put(n * BLOCK, data.ljust(BLOCK, b"\0"))
        return n

    def item(self, where, offset, kind, count, body):
        """A direct item is a symlink."""
        if kind >= DIRECT:  # keys of the older format
            unique = 500 if kind == DIRENTRY else 0xFFFFFFFF
            key, version = struct.pack("<IIII", *where, offset, unique), 0
        else:
            key, version = struct.pack("<IIQ", *where, offset | kind << 60), 1
        self.items.append(((*where, offset, kind), key, count, body, version))

    def stat_data(self, where, st, links, size, blocks):
        self.item(where, 0, SD, 0xFFFF, struct.pack(
            "<HHIQIIIIIII", st.st_mode, 0, links, size, 0, 0, 0, int(st.st_mtime),
            int(st.st_mtime), blocks, where[0] if links == 1 else 0))

    def add(self, path, parent):
        """The object's (directory id, object id)."""
        where = (parent[1], self.next_id)
        self.next_id += 1
        st = os.lstat(path)
        if stat.S_ISDIR(st.st_mode):
            self.directory(path, where, parent, st)
            return where
        if stat.S_ISLNK(st.st_mode):
            data = os.readlink(path)
            self.stat_data(where, st, 1, len(data), 1)
            self.item(where, 1, DIRECT, 0xFFFF, data + bytes(-len(data) % 8))
            return where
        data = open(path, "rb").read()
        self.stat_data(where, st, 1, len(data), -(-len(data) // BLOCK) * 8)
        blocks = [self.block_new(data[i : i + BLOCK]) for i in range(0, len(data), BLOCK)]
        for i in range(0, len(blocks), POINTERS):
            part = blocks[i : i + POINTERS]
            self.item(where, 1 + i * BLOCK, INDIRECT, 0, struct.pack("<%dI" % len(part), *part))
        return where

    def directory(self, path, where, parent, st):
        names = [(1, b".", where), (2, b"..", parent)]
        links = 2
        for name in sorted(os.listdir(os.fsencode(path))):
            child = os.path.join(os.fsencode(path), name)
            names.append((r5(name), name, self.add(child, where)))
            links += stat.S_ISDIR(os.lstat(child).st_mode)
        names.sort()
        for i in range(3, len(names)):  # the same hash: the next number
            if names[i][0] <= names[i - 1][0]:
                names[i] = (names[i - 1][0] + 1, *names[i][1:])
        # reiserfsprogs wants names padded to eight bytes
        names = [(offset, name + bytes(-len(name) % 8), to) for offset, name, to in names]
        size = at = sum(16 + len(name) for _, name, _ in names)
        heads = tail = b""
        for offset, name, to in names:
            at -= len(name)
            heads += struct.pack("<IIIHH", offset, *to, at, 4)
            tail = name + tail
        self.item(where, 1, DIRENTRY, len(names), heads + tail)
        self.stat_data(where, st, links, size, -(-size // 512))

    def leaf(self, items):
        heads = bodies = b""
        at = BLOCK
        for _, key, count, body, version in items:
            at -= len(body)
            heads += key + struct.pack("<HHHH", count, len(body), at, version)
            bodies = body + bodies
        free = BLOCK - 24 - len(heads) - len(bodies)
        data = struct.pack("<HHHH", 1, len(items), free, 0).ljust(24, b"\0") + heads
        return self.block_new(data.ljust(BLOCK - len(bodies), b"\0") + bodies), BLOCK - 24 - free

    def tree(self):
        self.items.sort()
        leaves, group, used = [], [], 0
        for item in self.items:
            need = 24 + len(item[3])
            if used + need > BLOCK - 24:
                leaves.append(group)
                group, used = [], 0
            group.append(item)
            used += need
        leaves.append(group)
        written = [self.leaf(g) for g in leaves]
        if len(leaves) == 1:
            return written[0][0], 2
        keys = b"".join(g[0][1] for g in leaves[1:])
        children = b"".join(struct.pack("<IHH", block, size, 0) for block, size in written)
        free = BLOCK - 24 - len(keys) - len(children)
        assert free >= 0, "too many files"
        return self.block_new(struct.pack("<HHHH", 2, len(leaves) - 1, free, 0).ljust(24, b"\0")
                              + keys + children), 3

    def finish(self):
        old = struct.unpack_from("<I", self.sb, 8)[0]  # the empty root's leaf
        self.bitmap[old >> 3] &= ~(1 << (old & 7))
        root, height = self.tree()
        count = struct.unpack_from("<I", self.sb)[0]
        free = sum(not self.bitmap[i >> 3] >> (i & 7) & 1 for i in range(count))
        struct.pack_into("<I", self.sb, 4, free)
        struct.pack_into("<I", self.sb, 8, root)
        struct.pack_into("<H", self.sb, 68, height)
        struct.pack_into("<I", self.sb, 204 + 4, self.next_id)  # ids in use: 1 up to this
        self.put(SUPER, self.sb)
        self.put(BITMAP, self.bitmap)


image = Image(sys.argv[1])
image.directory(sys.argv[2], (1, 2), (0, 1), os.stat(sys.argv[2]))
image.finish()

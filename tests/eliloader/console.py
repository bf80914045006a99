# SPDX-License-Identifier: BSD-2-Clause
"""console.py KEYS COMMAND... - run COMMAND on a pseudo-terminal of its own, as libxl runs a
bootloader, and type KEYS (with \\x escapes) when a boot menu is seen; without KEYS nothing.
What the terminal shows goes to stdout; the exit status is COMMAND's."""
import os
import pty
import sys

MENU = b"what shall be booted?"


def main(keys, command):
    pid, console = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    shown = b""
    while True:
        try:
            data = os.read(console, 65536)
        except OSError:  # EIO: nobody has the other side any more
            break
        if not data:
            break
        shown += data
        if keys and MENU in shown:
            os.write(console, keys)
            keys = b""
    sys.stdout.buffer.write(shown)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].encode().decode("unicode_escape").encode("latin-1"), sys.argv[2:]))

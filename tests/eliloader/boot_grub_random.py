#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""boot_grub_random SEED COUNT DIRECTORY - scripts that are nearly GRUB's language."""

import random
import sys

PIECES = [
    'if', 'then', 'else', 'elif', 'fi', 'for', 'in', 'do', 'done', 'while', 'until',
    'function', 'f', 'true', 'a=b', '$x', '"q $y"', "'s'", ';', ';', '\n', '\n', '{', '}',
    ' ', ' ', ' ', ' ', '! ', '[ a = b ]', '#c', '\\\n', '\\x', '${z}', '$1', '$', '"', "'",
    '|', '{}', '[[', 'x#y', 'menuentry t', 'case', 'esac', '"\\$"', '${a.b}', '$"tr"', '$?',
    '${10}', '}', '\n}\n', '; then', '; do', '; done', '; fi', 'name', '"a\nb"', '&', '<',
]
COMMANDS = ['true', 'echo $x', 'a=b', 'linux /x y', '[ -f z ]']
# C: a command
FORMS = [
    'if C; then C; fi', 'for i in a b; do C; done', 'menuentry t { C; }',
    'function f { C; }', 'while C; do C; done', 'until C; do C; done',
    'if C; then C; elif C; then C; else C; fi', 'if C\nthen\nC\nfi', 'C', 'C', 'C;C',
    'submenu x {\nC\n}\nC',
]


def command(depth=0):
    """A command as deep as chance has it; now and then something of it is wrong."""
    if depth < 3 and random.random() < .75:
        form = random.choice(FORMS)
        return ''.join(command(depth + 1) if c == 'C' else c for c in form)
    return ' '.join(random.choice(PIECES if random.random() < .25 else COMMANDS)
                    for _ in range(random.randint(1, 2)))


def main():
    """Write them."""
    random.seed(int(sys.argv[1]))
    for number in range(int(sys.argv[2])):
        parts = [random.choice([command(), command() + '\n', random.choice(PIECES)])
                 for _ in range(random.randint(1, 3))]
        with open('%s/%04d' % (sys.argv[3], number), 'w', encoding='ascii') as out:
            out.write(''.join(parts))


main()

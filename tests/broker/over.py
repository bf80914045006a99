# SPDX-License-Identifier: BSD-2-Clause
"""over SOCKET METRICS DOM0 - what over.t asks: a domain with more nodes than it may have."""
import sys

from wire import MKDIR, RM, Client, check, counters, finish, same, until

SOCK, METRICS, DOM0 = sys.argv[1:4]
HOME = "/local/domain/5/"
c, other, dom0 = Client(SOCK), Client(SOCK), Client(DOM0)


def make(who, path, number):
    """So many nodes, a hundred in each directory, or as many as may be."""
    for i in range(number):
        if who.ask(MKDIR, "%s/%d/%d" % (path, i // 100, i)).error is not None:
            break


def refused_by_count():
    """A node more is refused, and for that all are counted."""
    before = counters(METRICS)["tokens_taken"]
    return c.ask(MKDIR, "data/x").error == "ENOSPC" and counters(METRICS)["tokens_taken"] > before + 100


def put_over():
    """Clients make all they may by what the broker has counted, dom0 makes more meanwhile."""
    c.ask(MKDIR, "data/mine")
    make(dom0, HOME + "data/given", 600)
    make(c, "data/mine/a", 500)
    make(c, "data/mine/b", 600)
    check(until(refused_by_count), "a node more than the too many that dom0 and clients have made is refused")


def removed(*paths):
    """The answers to their removal, and then to a node of another client's."""
    return [c.ask(RM, path).error for path in paths] + [other.ask(MKDIR, "data/x").error]


def in_transaction(path, commit):
    """The same, in a transaction."""
    tx = c.start()
    return [c.ask(RM, path, tx=tx).error, c.end(tx, commit), other.ask(MKDIR, "data/x").error]


put_over()
same(removed("data/mine/a/0/0"), [None, "ENOSPC"], "one of them is removed: too many are left")
same(removed("data/mine/a", "data/mine/b"), [None] * 3, "what clients had made is: there is room at once")
same(removed("data/x"), [None] * 2, "and for another")
c.ask(RM, "data/given")
c.ask(RM, "data/x")
put_over()
same(in_transaction("data/mine", False), [None, "OK", "ENOSPC"], "a removal that is given up makes no room")
same(in_transaction("data/mine", True), [None, "OK", None], "one in a transaction does at its end")
finish()

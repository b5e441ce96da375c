"""Why a name is missing: the statement that should have bound it, or the one that this one needed, and so on."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from .statements import Failure

LONGEST_CHAIN = 6
LONGEST_LIST = 19  # names


def missing(name: str, part: str, where: str, names: Iterable[str], failures: Sequence[Failure]) -> dict[str, Any]:
    """The detail of a missing name: its cause if one is known, the nearest name if there is one, what is there.

    where: whose name it is, as a sentence begins. names: that are there.
    """
    present = sorted(name for name in names if not name.startswith("_"))
    detail = {"kind": "missing", "name": name, "part": part, "where": where, "present": _beginning(present)}
    chain = causes(name, failures)
    if not chain:
        near = difflib.get_close_matches(name, present, n=1, cutoff=0.7)
        lower = [other for other in present if other.lower().replace("_", "") == name.lower().replace("_", "")]
        return detail | {"near": (lower or near or [""])[0]}
    first, root = chain[0], chain[-1]
    if root.cause == "stub":
        return {"kind": "stub", "message": root.reason}
    return detail | {"binder": first.place} | told(root, first.lacks[0] if len(chain) > 1 else "")


def _beginning(names: list[str]) -> list[str]:
    """The first of them, and how many more there are."""
    more = len(names) - LONGEST_LIST
    return names[:LONGEST_LIST] + ([f"and {more} more"] if more > 0 else [])


def told(root: Failure, needs: str = "") -> dict[str, Any]:
    """The fields of a cause. needs: the name for the want of which all began, "" where this is the statement itself."""
    return {"cause": root.cause, "place": root.place, "line": root.line, "reason": root.reason, "needs": needs}


def causes(name: str, failures: Sequence[Failure]) -> list[Failure]:
    """The failure that a missing name comes from, then that which this one comes from, up to the first of all."""
    chain: list[Failure] = []
    wanted: Sequence[str] = (name,)
    while len(chain) < LONGEST_CHAIN:
        found = next((f for f in reversed(failures) if f not in chain and not f.binds.isdisjoint(wanted)), None)
        if found is None:
            break
        chain.append(found)
        wanted = found.lacks
    return chain

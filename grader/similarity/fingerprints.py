"""Fingerprints of code without names, comments and white space (copydetect: winnowing, Schleimer, Wilkerson and Aiken,
2003). A text is split into tokens by regular expressions, so that happens in the sandbox.
"""

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np

from ..isolation.sandbox import SANDBOX
from ..isolation.sandbox_server import Begins

NOISE = 40  # characters without names: everybody writes shorter matches
GUARANTEED = 50  # every match of this length is found


@dataclass(frozen=True)
class Fingerprint:
    """What copydetect's `compare_files` looks at, with its names.

    hash_idx: places of each hash in the text without names. offsets (n, 2): such places, and how many characters the
    whole text has more before each. token_coverage: characters that the hashes stand for.
    """

    hash_idx: dict[int, list[int]]
    offsets: np.ndarray
    filtered_code: Sized
    token_coverage: int
    k: int = NOISE

    @property
    def hashes(self) -> set[int]:
        """All hashes, in any order."""
        return set(self.hash_idx)


NOTHING = Fingerprint({}, np.empty((0, 2), np.int64), (), 0)


def fingerprint_of(
    text: str, given: Sequence[int] | np.ndarray = (), window: int = GUARANTEED - NOISE + 1
) -> Fingerprint:
    """The fingerprint of a text without the hashes that are given. Raises Exceeded where that takes too much."""
    raw = text.encode(errors="replace")
    header, made = SANDBOX.call(
        fingerprinted, {"bytes": len(raw), "window": window}, raw + np.asarray(given, np.int64).tobytes()
    )
    numbers = np.frombuffer(made, np.int64)
    count = int(header["hashes"])
    places: dict[int, list[int]] = {}
    for value, place in numbers[: 2 * count].reshape(-1, 2).tolist():
        places.setdefault(value, []).append(place)
    offsets = numbers[2 * count :].reshape(-1, 2)
    return Fingerprint(places, offsets, range(int(header["length"])), int(header["covered"]))


def fingerprinted(header: dict[str, Any], raw: bytes, _: Begins) -> tuple[dict[str, Any], bytes]:
    """In the sandbox: the fingerprint as numbers."""
    from copydetect import CodeFingerprint  # it imports matplotlib

    text, given = raw[: header["bytes"]].decode(), np.frombuffer(raw[header["bytes"] :], np.int64)
    found = CodeFingerprint("work.py", NOISE, header["window"], boilerplate=given, fp=StringIO(text))
    hashes = np.array([(value, place) for value, places in found.hash_idx.items() for place in places], np.int64)
    numbers = {"hashes": len(hashes), "length": len(found.filtered_code), "covered": int(found.token_coverage)}
    return numbers, hashes.tobytes() + np.asarray(found.offsets, np.int64).tobytes()

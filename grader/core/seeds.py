"""Grading seeds: drawn, committed to before a deadline and opened after it, and others for appeals.

A commitment is the SHA-256 of a random salt, a space and the seed. Published before the deadline, it shows afterwards
that the seed was fixed by then; nobody can find the seed by trying, as nobody knows the salt.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from .codec import Codec, Whole, parsed
from .errors import UserError
from .files import create_private

SEEDS = 2**53  # so many: a seed is the same number where all numbers are floats, as in many readers of JSON
SALT_BYTES = 32
FILE = "seed_commitment.json"


class SeedError(UserError):
    """A seed that cannot be used, or is not the one that was told; the text is one clear line."""


def draw() -> int:
    """A new seed, which nobody can foresee."""
    return secrets.randbelow(SEEDS)


def derived(seed: int, purpose: str, number: int) -> int:
    """One of many seeds that depend on another; that one cannot be found from them."""
    return int.from_bytes(sha256(f"{purpose} {number} of {seed}".encode()).digest()) % SEEDS


@dataclass(frozen=True)
class Commitment:
    """A seed, the salt, and the hash that may be published: of `opening`."""

    seed: Whole
    salt: str
    sha256: str

    @property
    def opening(self) -> str:
        """The text whose hash was published."""
        return f"{self.salt} {self.seed}"

    @property
    def holds(self) -> bool:
        """Whether the seed fits the hash."""
        return self.sha256 == sha256(self.opening.encode()).hexdigest()


COMMITMENT = Codec(Commitment)


def commit(seed: int) -> Commitment:
    """Commit to a seed, under a new salt."""
    opened = Commitment(seed, secrets.token_hex(SALT_BYTES), "")
    return Commitment(seed, opened.salt, sha256(opened.opening.encode()).hexdigest())


def write_commitment(folder: Path, seed: int) -> Commitment:
    """Commit to a seed in a folder, in a file that only its owner can read; one that is there already stays.

    Raises OSError, and SeedError for one that is damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    create_private(folder / FILE, json.dumps(asdict(commit(seed)), indent=2).encode() + b"\n")
    return read_commitment(folder)


def read_commitment(folder: Path) -> Commitment:
    """The commitment of a folder. Raises SeedError where there is none, or its seed does not fit its hash."""
    file = folder / FILE
    try:
        found = COMMITMENT.decode(parsed(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise SeedError(f"there is no {file}: `aelab seed commit {folder}` makes one, before the deadline") from None
    except ValueError as problem:
        raise SeedError(f"{file} cannot be read: {problem}") from None
    if not found.holds:
        raise SeedError(f"{file}: the seed does not fit the hash; one of them was changed")
    return found

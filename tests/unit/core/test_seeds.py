"""Seeds: nobody can foresee one, a commitment binds and hides it, and others follow from it."""

import hashlib
import json
from pathlib import Path

import pytest

from grader.core.seeds import FILE, SEEDS, SeedError, commit, derived, draw, read_commitment, write_commitment


def test_a_commitment_is_what_sha256sum_says_of_salt_and_seed() -> None:
    """Anybody can check it with a program that is on every machine."""
    made = commit(20260101)
    assert made.sha256 == hashlib.sha256(f"{made.salt} 20260101".encode()).hexdigest()
    assert made.holds


def test_the_same_seed_has_another_commitment_every_time() -> None:
    """Its salt is 256 random bits, so that trying all seeds finds nothing."""
    first, second = commit(7), commit(7)
    assert first.sha256 != second.sha256
    assert len(bytes.fromhex(first.salt)) == 32


def test_a_folder_keeps_its_first_commitment_for_its_owner_alone(tmp_path: Path) -> None:
    """Whoever commits again gets the hash that was published."""
    first = write_commitment(tmp_path / "results", 7)
    assert write_commitment(tmp_path / "results", 8) == first == read_commitment(tmp_path / "results")
    assert (tmp_path / "results" / FILE).stat().st_mode & 0o777 == 0o600


def test_a_seed_that_was_changed_afterwards_is_found(tmp_path: Path) -> None:
    """The hash tells; what is damaged or missing is one clear line, too."""
    write_commitment(tmp_path, 7)
    record = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps(record | {"seed": 8}))
    with pytest.raises(SeedError, match="the seed does not fit the hash"):
        read_commitment(tmp_path)
    (tmp_path / FILE).write_text("{")
    with pytest.raises(SeedError, match="cannot be read"):
        read_commitment(tmp_path)
    (tmp_path / FILE).unlink()
    with pytest.raises(SeedError, match=r"there is no .*: `aelab seed commit"):
        read_commitment(tmp_path)


def test_derived_seeds_are_many_and_none_is_the_one_they_come_from() -> None:
    """The same ones every time, all different, of any purpose."""
    found = [derived(7, purpose, number) for purpose in ("appeal", "other") for number in range(500)]
    assert found == [derived(7, purpose, number) for purpose in ("appeal", "other") for number in range(500)]
    assert len({7, *found}) == 1001
    assert all(0 <= seed < SEEDS for seed in [draw(), *found])

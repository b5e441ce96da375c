"""`aelab seed`: a hash before the deadline, the seed after it, and a grading under that seed alone."""

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.render.report_json import write_report
from grader.render.results_folder import ResultsFolder
from tests.command import Aelab

from ..render import samples


def test_the_seed_that_is_opened_fits_the_hash_that_was_published(aelab: Aelab, tmp_path: Path) -> None:
    """By the arithmetic of anybody else; and a grading into the folder is under this seed."""
    published = aelab("seed", "commit", tmp_path).out.strip()
    assert re.fullmatch(r"[0-9a-f]{64}", published)
    seed = ResultsFolder(ASSIGNMENT, tmp_path).seed(None)
    assert str(seed) not in published
    found = aelab("seed", "open", tmp_path)
    assert (found.status, found.err) == (0, "")
    (opening,) = re.findall(r"printf %s '(.*)' \| sha256sum", found.out)
    assert hashlib.sha256(opening.encode()).hexdigest() == published
    assert opening.split()[1] == str(seed)


def test_a_folder_that_has_a_seed_commits_to_that_one(aelab: Aelab, tmp_path: Path) -> None:
    """A results folder, and a course, whose seed the stock commands use; the second time it is the same hash."""
    (tmp_path / "nbgrader_config.py").touch()
    (tmp_path / "grading_seed.txt").write_text("11\n")
    published = aelab("seed", "commit", tmp_path).out
    assert aelab("seed", "commit", tmp_path).out == published
    assert "seed    11\n" in aelab("seed", "open", tmp_path).out
    assert [path.name for path in tmp_path.iterdir() if path.stat().st_mode & 0o077 == 0] == ["seed_commitment.json"]


def test_a_seed_that_was_exchanged_afterwards_is_found(aelab: Aelab, tmp_path: Path) -> None:
    """In the folder's note, and in the records."""
    aelab("seed", "commit", tmp_path)
    seed = json.loads((tmp_path / "run.json").read_text())["seed"]
    write_report(replace(samples.solved("ada"), seed=seed), tmp_path / "ada")
    assert "graded  under this seed: every record" in aelab("seed", "open", tmp_path).out
    write_report(replace(samples.solved("bob"), seed=seed + 1), tmp_path / "bob")
    found = aelab("seed", "open", tmp_path)
    assert (found.status, found.err) == (1, "aelab: graded under another seed: bob\n")
    (tmp_path / "run.json").write_text('{"seed": 8}')
    assert aelab("seed", "open", tmp_path).status == 2
    assert aelab("seed", "commit", tmp_path).status == 2


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_nothing_to_open_is_one_line(aelab: Aelab, tmp_path: Path, folder: str) -> None:
    """It names the command that commits, and makes nothing."""
    found = aelab("seed", "open", tmp_path / folder)
    assert (found.status, found.err.count("\n")) == (2, 1)
    assert "`aelab seed commit" in found.err
    assert list(tmp_path.iterdir()) == []

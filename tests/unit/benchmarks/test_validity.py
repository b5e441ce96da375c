"""Which submissions of the corpus are graded, under which seeds."""

from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks import validity
from benchmarks.verdicts import Verdict, write_verdict
from tests.submissions.corpus import mutants

EVERYTHING = Namespace(mutants=True, variants=False, part=["pictures"], names=[], seeds=1, only=None)


def test_mistakes_in_the_manner_of_public_code_are_graded_under_three_seeds() -> None:
    """The others under one."""
    seeds: dict[str, list[int]] = {}
    for grading in validity.gradings_of_mutants():
        seeds.setdefault(grading.item.name, []).append(grading.seed)
    assert seeds == {each.name: [0, 1, 2] if each.style else [0] for each in mutants()}


def test_only_new_leaves_out_what_has_a_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that stands under the thresholds as they are."""
    monkeypatch.setattr(validity, "STORE", tmp_path)
    monkeypatch.setattr(validity, "digest_of", lambda parts: "as it is")
    first, *others = validity.chosen(EVERYTHING)
    first.path.parent.mkdir()
    write_verdict(Verdict(first.item.name, first.seed, 1.0, (), {}, {}), first.path)
    assert validity.chosen(Namespace(**vars(EVERYTHING) | {"only": "new"})) == others
    assert validity.chosen(EVERYTHING) == [first, *others]

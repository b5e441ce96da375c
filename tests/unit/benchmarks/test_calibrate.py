"""What a calibration writes into the file of thresholds, and what it grades for that."""

import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from benchmarks.calibrate import gradings_of_reference, move_limits
from benchmarks.quantities import REFERENCE, Quantity
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.thresholds import Threshold, Thresholds

CHECK = "vae.loss_is_negative_elbo"
LOSS = Threshold("loss off the clean targets", "at most", 0.3)
STEPS = Threshold("training steps", "at most", 800)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with two thresholds."""
    fields = {each.name: {"side": each.side, "limit": each.limit} for each in (LOSS, STEPS)}
    (tmp_path / "thresholds.json").write_text(json.dumps(fields))
    return tmp_path / "thresholds.json"


def quantity(spread: float, *wrong: float) -> Quantity:
    """A hundred exponential values of that mean, and what mutants measured beyond the limit."""
    values = list(np.random.default_rng(0).exponential(spread, size=100))
    return Quantity(CHECK, LOSS, {REFERENCE: values}, {f"mutant {n}": value for n, value in enumerate(wrong)})


def test_a_limit_without_a_place_stays_and_is_named(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest mutant lies where right solutions come, too."""
    assert not move_limits([quantity(0.1, 0.5)], path, Console())
    assert f"{LOSS.name}: no place" in capsys.readouterr().out
    assert Thresholds.read(path)[LOSS.name].limit == 0.3


def test_a_limit_that_has_to_move_is_written_and_the_others_are_kept(path: Path) -> None:
    """Of two checks with the same threshold one needs more room; nothing was measured of the other threshold."""
    assert move_limits([quantity(0.01), quantity(0.1)], path, Console(quiet=True))
    found = Thresholds.read(path)
    assert found[LOSS.name].limit > 0.5
    assert found[STEPS.name] == STEPS


def test_the_reference_is_graded_part_by_part() -> None:
    """Every part under every seed."""
    gradings = gradings_of_reference(3)
    assert len(gradings) == 3 * len(ASSIGNMENT.parts)
    assert {grading.item.parts for grading in gradings} == {(part,) for part in ASSIGNMENT.part_names}

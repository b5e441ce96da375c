"""Where a bar goes, given what right solutions and mistakes measured."""

import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from benchmarks import calibrate
from benchmarks.calibrate import REFERENCE, Quantity, move_bars, new_limit, page, quantities_of, tasks_of_reference
from benchmarks.verdicts import Verdict
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core import thresholds as bars
from grader.core.thresholds import Bar
from tests.submissions.corpus import Mutant, Variant

CHECK, STEPS, LOSS = "vae.loss_is_negative_elbo", "training steps", "loss off the clean targets"
THRICE, UNTRAINED = "loss off the cross-entropy", "cost of an untrained model"
LIMITS = {
    STEPS: Bar("at most", 800),
    LOSS: Bar("at most", 0.3),
    THRICE: Bar("at most", 0.3),
    UNTRAINED: Bar("at least", 1),
    "share of the mean image's cost": Bar("at most", 0.88),
}
WRONG = Mutant("halved", "vae", "The KL is halved.", CHECK, "halved", ())


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Bars of the tests' own, in a file of their own."""
    file = tmp_path / "bars.json"
    file.write_text(json.dumps({name: {"side": bar.side, "limit": bar.limit} for name, bar in LIMITS.items()}))
    monkeypatch.setattr(bars, "PATH", file)
    monkeypatch.setattr(bars, "bars", lambda: LIMITS)


def quantity(name: str, spread: float, *wrong: float) -> Quantity:
    """A hundred exponential values of that mean, and what mutants measured beyond the bar."""
    values = list(np.random.default_rng(0).exponential(spread, size=100))
    return Quantity(CHECK, name, {REFERENCE: values}, {f"mutant {n}": value for n, value in enumerate(wrong)})


def test_a_bar_that_right_solutions_hardly_ever_miss_stays() -> None:
    """Also where there is room to move it: grades of two years are to be comparable."""
    assert new_limit(LOSS, [quantity(LOSS, 0.01, 0.9)]) == 0.3
    assert new_limit(LOSS, [quantity(LOSS, 0.0)]) == 0.3


def test_a_bar_that_they_miss_moves_between_them_and_the_nearest_mutant() -> None:
    """By the model they miss 0.3 once in 20; once in 10,000 they come to about 0.95, and the mutant has 3."""
    moved = new_limit(LOSS, [quantity(LOSS, 0.1, 3.0, 40.0)])
    assert moved == pytest.approx((0.1 * np.log(1e4) + 3.0) / 2, rel=0.1)


def test_without_a_mutant_it_moves_as_far_as_needed() -> None:
    """Where right solutions come to once in 10,000."""
    assert new_limit(LOSS, [quantity(LOSS, 0.1)]) == pytest.approx(0.1 * np.log(1e4), rel=0.25)


def test_where_there_is_no_room_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest mutant lies where right solutions come, too: the measurement has to change, which is said."""
    crowded = quantity(LOSS, 0.1, 0.5)
    assert new_limit(LOSS, [crowded]) is None
    assert not move_bars([crowded], Console())
    assert f"{LOSS}: no place" in capsys.readouterr().out
    assert json.loads(bars.PATH.read_text())[LOSS]["limit"] == 0.3


def test_one_check_that_needs_room_moves_the_bar_of_all() -> None:
    """A bar is one number for all its checks."""
    checks = [quantity(LOSS, 0.01), quantity(LOSS, 0.1)]
    moved = new_limit(LOSS, checks)
    assert moved is not None
    assert moved > 0.5
    assert move_bars(checks, Console(quiet=True))
    assert json.loads(bars.PATH.read_text())[LOSS]["limit"] == moved


def test_what_a_training_stops_at_is_told_by_its_steps() -> None:
    """Trainings end just below .88, so their last cost says nothing about the next one's."""
    cost = quantity("share of the mean image's cost", 0.0)
    cost.right[REFERENCE] = list(np.linspace(0.80, 0.8799, 100))
    assert cost.tails() == {}
    assert new_limit(cost.name, [cost]) == 0.88


def test_what_has_to_miss_several_times_misses_seldom() -> None:
    """Off once in 50 times is off thrice once in 125,000, so the bar stays below a mutant, which is always off."""
    once, thrice = quantity(LOSS, 0.075, 0.4), quantity(THRICE, 0.075, 0.4)
    assert thrice.worst()[1] == pytest.approx(once.worst()[1] ** 3)
    assert once.worst()[1] > 0.01
    assert new_limit(LOSS, [once]) is None
    assert new_limit(THRICE, [thrice]) == 0.3


def test_a_bound_by_theory_is_no_matter_of_tails() -> None:
    """Costs of untrained models spread far from the mean image's, and below it they cannot come; the page says so."""
    cost = quantity(UNTRAINED, 0.0)
    cost.right[REFERENCE] = list(1.3 + np.random.default_rng(0).exponential(0.5, size=100))
    assert new_limit(UNTRAINED, [cost]) == 1
    assert "costs at least as much as the mean image" in page([cost], 100)


def test_values_are_sorted_by_who_measured_them() -> None:
    """By check and quantity; of a mutant only its own check's value beyond the bar, and nothing of other parts."""

    def verdict(name: str, **noted: dict[str, float]) -> Verdict:
        return Verdict(name, 0, 1.0, (), {f"vae.{check}": values for check, values in noted.items()}, {})

    reference, variant = (Variant(name, "vae", "") for name in (REFERENCE, "dense"))
    elsewhere = Verdict("dense", 0, 1.0, (), {"autoencoder.x": {LOSS: 9.0}}, {})
    graded = [
        (reference, verdict(REFERENCE, loss_is_negative_elbo={LOSS: 0.1})),
        (reference, verdict(REFERENCE, loss_is_negative_elbo={LOSS: 0.2})),
        (variant, verdict("dense", loss_is_negative_elbo={LOSS: 0.15}, beta={STEPS: 200.0})),
        (variant, elsewhere),
        (WRONG, verdict("halved", loss_is_negative_elbo={LOSS: 0.7}, beta={STEPS: 900.0})),
        (WRONG, verdict("halved", loss_is_negative_elbo={LOSS: 0.2})),
    ]
    found = {(q.check, q.name): q for q in quantities_of(graded)}
    assert set(found) == {(CHECK, LOSS), ("vae.beta", STEPS)}
    assert found[CHECK, LOSS].right == {REFERENCE: [0.1, 0.2], "dense": [0.15]}
    assert found[CHECK, LOSS].wrong == {"halved": 0.7}
    assert found["vae.beta", STEPS].wrong == {}


def test_the_page_says_how_often_whom_the_bar_fails() -> None:
    """A row for each quantity with the bar, the worst solution and the nearest mutant."""
    text = page([quantity(LOSS, 0.01, 0.9, 0.4)], 1234)
    assert "1,234 gradings" in text
    assert f"| {CHECK} | {LOSS} | at most 0.3 |" in text
    assert "| reference | more than 10⁹ | mutant 1: 0.4 |" in text


def test_the_reference_is_graded_part_by_part() -> None:
    """Every part under every seed."""
    tasks = tasks_of_reference(3)
    assert len(tasks) == 3 * len(ASSIGNMENT.part_names)
    assert {task.item.parts for task in tasks} == {(part,) for part in ASSIGNMENT.part_names}


def test_the_picture_is_drawn_for_what_the_reference_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the reference there is no row."""
    drawn: list[dict[str, object]] = []
    monkeypatch.setattr(calibrate, "picture", drawn.append)
    monkeypatch.setattr(calibrate, "save", lambda figure, path: None)
    calibrate.draw([quantity(LOSS, 0.01), Quantity(CHECK, STEPS)])
    assert list(drawn[0]) == [f"vae: loss_is_negative_elbo, {LOSS}"]

"""How often a right solution measures something: the calibrated tail against SciPy's distributions."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.thresholds import Threshold, Thresholds
from grader.stats.calibration import STATED, Calibrated, Calibration

CHECK = "vae.loss_is_negative_elbo"
LOSS, BEST = Threshold("loss", "at most", 0.3), Threshold("accuracy", "at least", 0.5)
STEPS = Threshold("steps", "at most", 10.0)
THRESHOLDS = Thresholds({each.name: each for each in (LOSS, BEST, STEPS)})
MANY = stats.expon(scale=0.01).rvs(5000, random_state=0).tolist()


def odds(calibrated: Calibrated, threshold: Threshold, value: float, **others: Calibrated) -> float | None:
    found = {(CHECK, threshold.name): calibrated, **{("vae.other", name): each for name, each in others.items()}}
    return Calibration(found).odds(CHECK, threshold, value, THRESHOLDS)


@pytest.mark.parametrize("value", [0.001, 0.01, 0.02, 0.05, 0.08])
def test_odds_are_the_survival_function(value: float) -> None:
    """Of 5,000 exponential numbers: in the body of the values and far beyond them, within a tenth of SciPy's."""
    assert odds(Calibrated({"reference": MANY}), LOSS, value) == pytest.approx(
        stats.expon(scale=0.01).sf(value), rel=0.3
    )


def test_beyond_what_the_tail_can_carry_a_bound_is_stated() -> None:
    """Nobody knows what happens once in a billion gradings."""
    assert odds(Calibrated({"reference": MANY}), LOSS, 0.5) == STATED == 1e-6


def test_the_side_of_the_threshold_is_minded() -> None:
    """For an accuracy the small values are the rare ones."""
    falling = Calibrated({"reference": [1 - value for value in MANY]})
    assert odds(falling, BEST, 0.95) == pytest.approx(stats.expon(scale=0.01).sf(0.05), rel=0.3)
    assert odds(falling, BEST, 1.1) == 1.0


def test_the_right_solution_that_is_worst_off_counts() -> None:
    """Whoever wrote a right variant has its odds, not those of the reference."""
    both = Calibrated({"reference": MANY, "wide": [3 * value for value in MANY]})
    assert odds(both, LOSS, 0.09) == pytest.approx(stats.expon(scale=0.03).sf(0.09), rel=0.3)


def test_what_has_to_miss_several_times_misses_seldom() -> None:
    """The odds of the limit, cubed: how far off each of the three was is not known."""
    once = odds(Calibrated({"reference": MANY}), LOSS, LOSS.limit / 10)
    lower = Threshold("loss", "at most", LOSS.limit / 10)
    found = Calibration({(CHECK, "loss"): Calibrated({"reference": MANY}, tries=3)})
    assert once is not None
    assert found.odds(CHECK, lower, 0.2, THRESHOLDS) == pytest.approx(once**3)


def test_where_a_training_stops_its_steps_tell() -> None:
    """A right solution misses the bar as often as it needs more steps than there are, whichever check counted them."""
    steps = Calibrated({"reference": [100 * value for value in MANY]})
    found = odds(Calibrated({"reference": [0.29] * 100}, judged_by="steps"), LOSS, 0.31, steps=steps)
    assert found == pytest.approx(stats.expon(scale=1.0).sf(10), rel=0.5)
    assert odds(Calibrated(judged_by="steps"), LOSS, 0.31) is None


def test_what_theory_forbids_and_what_nobody_measured() -> None:
    """The bound, and nothing."""
    assert odds(Calibrated({"reference": MANY}, bounded=True), LOSS, 0.0) == STATED
    assert odds(Calibrated(), LOSS, 1.0) is None
    assert Calibration.read(None).odds(CHECK, LOSS, 1.0, THRESHOLDS) is None


def test_of_this_lab_every_limit_is_missed_less_than_once_in_ten_thousand() -> None:
    """By right solutions, as the page of the calibration says; and every mistake lies beyond its limit."""
    calibration = Calibration.read(ASSIGNMENT.calibration)
    declared = {(check.id, each.name): each for check in ASSIGNMENT.checks for each in check.thresholds}
    assert len(calibration) > 30
    for (check, name), calibrated in calibration.items():
        threshold = ASSIGNMENT.thresholds[name]
        share = calibration.odds(check, threshold, threshold.limit, ASSIGNMENT.thresholds)
        assert share is None or share <= 1e-4, (check, name)
        if (nearest := calibrated.nearest(threshold)) and (check, name) in declared:
            assert not threshold.admits(nearest[1])


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    """With the place."""
    (tmp_path / "calibration.json").write_text(json.dumps({"values": {"a.b: c": {"right": {"reference": ["1"]}}}}))
    with pytest.raises(ValueError, match="reference"):
        Calibration.read(tmp_path / "calibration.json")


def test_variants_are_all_but_the_reference() -> None:
    """And the nearest mistake is the one closest to the right side."""
    found = Calibrated({"reference": [1.0], "one": [2.0], "two": [3.0]}, {"far": 9.0, "near": 4.0})
    assert found.variants == [2.0, 3.0]
    assert found.nearest(LOSS) == ("near", 4.0)
    assert np.isfinite(found.share_as_far(LOSS, 1.0) or 0)

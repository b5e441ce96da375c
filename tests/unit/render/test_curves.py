"""Coordinates of drawings, against what they stand for."""

import numpy as np
import pytest

from grader.render.curves import HEIGHT, POINTS, REACH, WIDTH, loss_curve, scatter


def coordinates(points: str) -> np.ndarray:
    return np.array([pair.split(",") for pair in points.split()], float)


def test_a_curve_begins_left_and_ends_right_with_0_at_the_bottom() -> None:
    """The highest loss is at the top, half of it half way up, whatever the unit."""
    curve = loss_curve(np.array([800.0, 400.0, 0.0]))
    assert curve is not None
    assert coordinates(curve.points) == pytest.approx(np.array([[0, 0], [WIDTH / 2, HEIGHT / 2], [WIDTH, HEIGHT]]))
    assert (curve.steps, curve.first, curve.last) == (3, 800.0, 0.0)


def test_many_steps_are_averaged() -> None:
    """No more points than can be told apart, each the mean of its steps."""
    curve = loss_curve(np.repeat(np.arange(POINTS, 0, -1.0), 5))
    assert curve is not None
    found = coordinates(curve.points)
    assert len(found) == POINTS
    assert found[:, 1] == pytest.approx(HEIGHT * (1 - np.arange(POINTS, 0, -1) / POINTS), abs=0.06)
    assert curve.steps == 5 * POINTS


@pytest.mark.parametrize("losses", [[], [1.0], [np.nan, np.inf, 3.0]])
def test_no_curve_without_two_finite_losses(losses: list[float]) -> None:
    """Rather than one that shows nothing."""
    assert loss_curve(np.array(losses)) is None


def test_a_level_curve_is_drawn() -> None:
    """Losses that never change, also at 0, give finite coordinates."""
    for level in (0.0, 5.0):
        curve = loss_curve(np.full(4, level))
        assert curve is not None
        assert np.isfinite(coordinates(curve.points)).all()


def test_samples_lie_where_they_are() -> None:
    """The centre in the middle, the second component upwards, far ones on the edge."""
    cloud = scatter(np.array([[0.0, 0.0], [1.0, 2.0], [100.0, -100.0]]))
    assert cloud is not None
    assert cloud.unit == HEIGHT / 2 / REACH
    expected = [[90, 90], [90 + cloud.unit, 90 - 2 * cloud.unit], [HEIGHT, HEIGHT]]
    assert np.array(cloud.dots, float) == pytest.approx(np.array(expected))


def test_samples_are_summed_up_in_numbers() -> None:
    """Means and standard deviations as NumPy has them; what is not finite is left out."""
    samples = np.random.default_rng(1).normal([1, -1], [0.5, 2], (100, 2))
    cloud = scatter(np.vstack([samples, [[np.nan, 0]]]))
    assert cloud is not None
    assert cloud.mean == pytest.approx(tuple(samples.mean(axis=0)))
    assert cloud.deviation == pytest.approx(tuple(samples.std(axis=0)))
    assert scatter(np.empty((0, 2))) is None

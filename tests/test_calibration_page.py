"""The picture of the bars: where values are drawn."""

import pytest

from benchmarks.calibration_picture import picture, places
from grader.core.thresholds import Bar


@pytest.mark.parametrize(("bar", "centre", "values", "expected"), [
    (Bar("at most", 10.0), 2.0, [2.0, 10.0, 6.0, 18.0], [0, 1, 0.5, 2]),
    (Bar("at least", 10.0), 30.0, [30.0, 10.0, 20.0, 0.0], [0, 1, 0.5, 1.5]),
    (Bar("at most", 10.0), 10.0, [10.0, 9.0, 11.0], [1, 0, 2]),
    (Bar("at least", 10.0), 10.0, [10.0, 9.0, 11.0], [1, 2, 0]),
])  # fmt: skip
def test_the_bar_is_at_one_and_wrong_values_lie_beyond(
    bar: Bar, centre: float, values: list[float], expected: list[float]
) -> None:
    """On both kinds of bars, also where the reference stands on it."""
    assert places(bar, centre, values) == pytest.approx(expected)


def test_each_quantity_has_a_row_with_its_name() -> None:
    """From above in the order given; rows without mistakes or variants are drawn, too."""
    bar = Bar("at most", 3.0)
    drawn = picture({"vae.x: nats": (bar, [1.0, 2.0], [1.5], [4.0, 1e9]), "data.y: pairs": (bar, [1.0], [], [])})
    (axes,) = drawn.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["vae.x: nats", "data.y: pairs"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]

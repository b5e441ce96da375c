"""The page of the thresholds and its picture: what the committed record renders to, and where values are drawn."""

import json

import numpy as np
import pytest

from benchmarks.calibrate import DISTRIBUTIONS
from benchmarks.calibration_page import page, picture, places
from benchmarks.quantities import REFERENCE, Quantity, quantities_from, record_of
from grader.core.thresholds import Threshold

CHECK = "vae.loss_is_negative_elbo"
LOSS = Threshold("loss off the clean targets", "at most", 0.3)
UNTRAINED = Threshold("cost of an untrained model", "at least", 1)


def test_the_record_is_of_the_thresholds_of_today() -> None:
    """It comes back the same, and its version is theirs."""
    record = json.loads(DISTRIBUTIONS.read_text(encoding="utf-8"))
    stale = "thresholds have moved: run `make calibrate`"
    assert record_of(quantities_from(record), record["gradings"]) == record, stale


def test_page_says_how_often_whom_a_threshold_fails() -> None:
    """A row for each quantity with the limit, the worst solution and the nearest mutant."""
    values = list(np.random.default_rng(0).exponential(0.01, size=100))
    text = page([Quantity(CHECK, LOSS, {REFERENCE: values}, {"off by far": 0.9, "off": 0.4})], 1234)
    assert "1,234 gradings" in text
    assert f"| {CHECK} | {LOSS.name} | at most 0.3 |" in text
    assert "| reference | more than 10⁹ | off: 0.4 |" in text


def test_page_says_why_a_bound_of_theory_has_no_tail() -> None:
    """Costs of untrained models spread far from the mean image's, and below it they cannot come."""
    values = list(1.3 + np.random.default_rng(0).exponential(0.5, size=100))
    text = page([Quantity(CHECK, UNTRAINED, {REFERENCE: values})], 100)
    assert "costs at least as much as the mean image" in text


@pytest.mark.parametrize(("side", "limit", "centre", "values", "expected"), [
    ("at most", 10.0, 2.0, [2.0, 10.0, 6.0, 18.0], [0, 1, 0.5, 2]),
    ("at least", 10.0, 30.0, [30.0, 10.0, 20.0, 0.0], [0, 1, 0.5, 1.5]),
    ("at most", 10.0, 10.0, [10.0, 9.0, 11.0], [1, 0, 2]),
    ("at least", 10.0, 10.0, [10.0, 9.0, 11.0], [1, 2, 0]),
])  # fmt: skip
def test_the_limit_is_at_one_and_wrong_values_lie_beyond(
    side: str, limit: float, centre: float, values: list[float], expected: list[float]
) -> None:
    """On both sides, also where the reference stands on the limit."""
    assert places(Threshold("any", side, limit), centre, values) == pytest.approx(expected)


def test_each_quantity_of_the_reference_has_a_row_with_its_name() -> None:
    """From above in the order given; rows without mistakes or variants are drawn, too, those without reference not."""
    limit = Threshold("nats", "at most", 3.0)
    drawn = picture([
        Quantity("vae.x", limit, {REFERENCE: [1.0, 2.0], "dense": [1.5]}, {"near": 4.0, "far": 1e9}),
        Quantity("vae.z", limit, {"dense": [1.5]}),
        Quantity("data.y", limit, {REFERENCE: [1.0]}),
    ])  # fmt: skip
    (axes,) = drawn.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["vae: x, nats", "data: y, nats"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]

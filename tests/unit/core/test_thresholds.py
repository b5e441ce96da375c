"""Thresholds: on which side a value lies, what is recorded of it, and when their version changes."""

import json
import math
from pathlib import Path

import pytest

from grader.core.thresholds import Threshold, Thresholds, recording

ACCURACY, ERRORS = Threshold("accuracy", "at least", 0.78), Threshold("errors", "at most", 5.5)


@pytest.mark.parametrize(("side", "value", "right"), [
    ("at most", 1.9, True), ("at most", 2.0, True), ("at most", 2.1, False), ("at most", math.nan, False),
    ("at least", 2.1, True), ("at least", 2.0, True), ("at least", 1.9, False), ("at least", math.nan, False),
])  # fmt: skip
def test_a_value_lies_on_one_side_of_its_threshold_and_nan_on_the_wrong_one(
    side: str, value: float, right: bool
) -> None:
    """The limit itself is right; NaN never is."""
    assert Threshold("quantity", side, 2.0).admits(value) is right
    assert Threshold("quantity", side, 2.0).within(value) is right


@pytest.mark.parametrize(("side", "values", "worst"), [("at most", [1, 3, 2], 3), ("at least", [2, 1, 3], 1)])
def test_of_several_values_the_worst_is_recorded(side: str, values: list[int], worst: int) -> None:
    """Whatever their order; once NaN is among them, it stays."""
    threshold = Threshold("quantity", side, 0.0)
    for order in (values, values[::-1]):
        with recording([threshold]) as recorded:
            for value in order:
                threshold.record(value)
        assert recorded == {"quantity": worst}
        with recording([threshold]) as recorded:
            for value in (*order, math.nan, *order):
                threshold.record(value)
        assert math.isnan(recorded["quantity"])


def test_what_one_check_records_does_not_reach_another() -> None:
    """Each collects its own, and outside of both nothing is kept."""
    with recording([ACCURACY]) as first:
        ACCURACY.within(0.9)
        with recording([ACCURACY]) as second:
            ACCURACY.within(0.8)
    ACCURACY.within(0.1)
    assert (first, second) == ({"accuracy": 0.9}, {"accuracy": 0.8})


def test_a_threshold_that_a_check_does_not_declare_is_a_bug() -> None:
    """What a check is held to stands in its declaration, so nothing can be compared in passing."""
    with recording([ACCURACY]), pytest.raises(LookupError, match="'errors' is not declared"):
        ERRORS.within(1.0)


def test_an_unknown_quantity_is_an_error(tmp_path: Path) -> None:
    """A misspelt name never passes silently."""
    (tmp_path / "limits.json").write_text('{"accuracy": {"side": "at least", "limit": 0.78}}')
    limits = Thresholds.read(tmp_path / "limits.json")
    assert limits["accuracy"] == ACCURACY
    with pytest.raises(KeyError):
        limits["acuracy"]


def test_the_version_changes_with_every_limit(tmp_path: Path) -> None:
    """Equal limits have one version, however the file is written; another limit has another one."""
    versions = []
    for accuracy, indent in ((0.78, None), (0.78, 4), (0.79, None)):
        fields = {"accuracy": {"side": "at least", "limit": accuracy}, "steps": {"side": "at most", "limit": 800}}
        (tmp_path / "limits.json").write_text(json.dumps(fields, indent=indent))
        versions.append(Thresholds.read(tmp_path / "limits.json").version)
    assert versions[0] == versions[1] != versions[2]

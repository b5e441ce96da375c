"""The bars: on which side a value lies, what is noted of it, and when their version changes."""

import json
import math
from pathlib import Path

import pytest

from grader.core import thresholds as bars
from grader.core.thresholds import Bar


@pytest.mark.parametrize(("side", "value", "right"), [
    ("at most", 1.9, True), ("at most", 2.0, True), ("at most", 2.1, False), ("at most", math.nan, False),
    ("at least", 2.1, True), ("at least", 2.0, True), ("at least", 1.9, False), ("at least", math.nan, False),
])  # fmt: skip
def test_a_value_lies_on_one_side_of_its_bar_and_nan_on_the_wrong_one(side: str, value: float, right: bool) -> None:
    """The limit itself is right; NaN never is."""
    assert Bar(side, 2.0).holds(value) is right


@pytest.mark.parametrize(("side", "values", "worst"), [("at most", [1, 3, 2], 3), ("at least", [2, 1, 3], 1)])
def test_of_several_values_the_worst_is_noted(side: str, values: list[int], worst: int) -> None:
    """Whatever their order; once NaN is among them, it stays."""
    name = next(name for name, bar in bars.bars().items() if bar.side == side)
    for order in (values, values[::-1]):
        with bars.noting() as noted:
            for value in order:
                bars.note(name, value)
        assert noted == {name: worst}
        with bars.noting() as noted:
            for value in (*order, math.nan, *order):
                bars.note(name, value)
        assert math.isnan(noted[name])


def test_notes_of_one_check_do_not_reach_another() -> None:
    """Each collects its own, and outside of both nothing is kept."""
    with bars.noting() as first:
        bars.holds("accuracy", 0.9)
        with bars.noting() as second:
            bars.holds("accuracy", 0.8)
    bars.holds("accuracy", 0.1)
    assert (first, second) == ({"accuracy": 0.9}, {"accuracy": 0.8})


def test_an_unknown_quantity_is_an_error() -> None:
    """A misspelt name never passes silently."""
    with pytest.raises(KeyError):
        bars.holds("acuracy", 0.9)


def test_the_version_changes_with_every_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal limits have one version, however the file is written; another limit has another one."""
    fields = json.loads(bars.PATH.read_text())
    versions = []
    for accuracy, indent in ((0.78, None), (0.78, 4), (0.79, None)):
        fields["accuracy"]["limit"] = accuracy
        (tmp_path / "bars.json").write_text(json.dumps(fields, indent=indent))
        monkeypatch.setattr(bars, "PATH", tmp_path / "bars.json")
        bars.version.cache_clear()
        versions.append(bars.version())
    bars.version.cache_clear()
    assert versions[0] == versions[1] != versions[2]

"""Evidence as JSON and as lines for readers."""

import json
from typing import Any

import numpy as np
import pytest

from grader.core.evidence import DEPTH, ITEMS, evidence_rows, json_ready

from ..render.samples import HOSTILE


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1 + 0.2, 0.3),
        (123456789.0, 123457000.0),
        (np.float32(1.5), 1.5),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (np.array([[1.0, 2.0]]), [[1.0, 2.0]]),
        (float("nan"), "nan"),
        (np.float32("-inf"), "-inf"),
        ((1, None, "x"), [1, None, "x"]),
        ({1: {2: 3}}, {"1": {"2": 3}}),
        (np.zeros((100, 2), dtype=np.float32), "array of shape (100, 2), float32"),
        (object(), "(object)"),
        (2**63, 2**63),
        (-(10**4000), "a whole number of 13288 bits"),
    ],
)
def test_values_become_plain_rounded_json(value: Any, expected: Any) -> None:
    """NumPy values, infinities and objects too; nothing in the result differs between two runs."""
    assert json_ready(value) == expected
    json.dumps(json_ready(value), allow_nan=False)


def test_evidence_is_bounded() -> None:
    """Neither a long list, a long text nor a deep nest fills a report."""
    deep: Any = "bottom"
    for _ in range(500):
        deep = [deep]
    ready = json_ready({"long": list(range(10_000)), "deep": deep, "text": "x" * 10**6})
    assert isinstance(ready, dict)
    assert ready["long"] == [*range(ITEMS), "… 10000 in all"]
    assert len(json.dumps(ready)) < 2000
    assert str(ready["deep"]).count("[") <= DEPTH


def test_rows_are_words_in_the_order_given() -> None:
    """Labels without underscores, numbers with four digits, lists on one line."""
    rows = evidence_rows({"mean_image": 205.81234, "sizes": [1, 2.5], "fresh": True, "none": [], "by": {"a": 1}})
    assert rows == [("mean image", "205.8"), ("sizes", "1, 2.5"), ("fresh", "yes"), ("none", "none"), ("by", "a: 1")]


def test_hostile_labels_and_values_are_cleaned() -> None:
    """No control character of a submission's gets into evidence."""
    ((label, text),) = evidence_rows({"".join(HOSTILE): "".join(HOSTILE)})
    assert not set("\x1b\x00\x07\x08\u202e\u2066\udcff") & set(label + text)

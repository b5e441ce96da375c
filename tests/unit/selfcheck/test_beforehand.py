"""What a running notebook is told before it is handed in: one line or two, and only on what matters."""

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.selfcheck.beforehand import told_beforehand

NORMALIZE = "def normalize(image, label):\n    return pd.f(image) / 255"


def test_a_library_that_is_missing_in_a_grade_is_told() -> None:
    """By the cell that imports it, if something needs it; what comes with the grader or with Python is there."""
    history = ["", "import json, numpy, sklearn_of_mine\n!ls", "import google.colab.drive", NORMALIZE]
    assert told_beforehand(ASSIGNMENT, history, {}) == []
    history[1] = "import json, numpy as np, tensorflow as tf, some_library as pd"
    assert told_beforehand(ASSIGNMENT, history, {}) == [
        "In [1] imports some_library, which may not be there where your work is graded."
    ]


def test_a_cell_that_takes_long_is_told_where_it_is_needed() -> None:
    """A training that nobody needs may take its time."""
    history = ["", "pd = make()", NORMALIZE, "%%time\nmodel.fit(batches)", "%time x = ("]
    seconds = {1: 7.4, 2: 0.1, 3: 100.0}
    assert told_beforehand(ASSIGNMENT, history, seconds) == [
        "In [1] took 7 s: in a grade a statement is ended after 5 s."
    ]
    assert told_beforehand(ASSIGNMENT, history, seconds, Limits(statement_seconds=8)) == []


def test_no_more_than_two_lines_are_told() -> None:
    """The last ones: the others may have been repaired since."""
    history = ["", *[f"import library_{n} as pd" for n in range(5)], NORMALIZE]
    assert len(told_beforehand(ASSIGNMENT, history, dict.fromkeys(range(9), 10.0))) == 2
    assert told_beforehand(ASSIGNMENT, (), {}) == []

"""The notebook that stock nbgrader is timed on, and the errors that would make its time worth nothing."""

import json

from benchmarks.plain_tests import TESTS, errors_of, with_plain_tests
from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.notebook import render_notebook


def test_every_part_has_one_test_and_no_check_is_left() -> None:
    """Each graded cell of the source notebook holds the test of its part or nothing; no other cell changes."""
    before = render_notebook(ASSIGNMENT, solutions=True)
    cells = zip(json.loads(before)["cells"], json.loads(with_plain_tests(before))["cells"], strict=True)
    graded = [(old, new) for old, new in cells if old["metadata"].get("nbgrader", {}).get("grade")]
    tests = [new["source"] for _, new in graded if new["source"] != "pass"]
    assert len(graded) == len(ASSIGNMENT.checks)
    assert [test.partition("\n")[2] for test in tests] == list(TESTS.values())
    changed = sum(
        old != new
        for old, new in zip(json.loads(before)["cells"], json.loads(with_plain_tests(before))["cells"], strict=True)
    )
    assert changed == len(graded)


def test_the_errors_of_a_notebook_are_read() -> None:
    """A cell that raised is named with what it raised, one that printed is not."""
    raised = {"output_type": "error", "ename": "NameError", "evalue": "name 'x' is not defined", "traceback": []}
    cells = [{"outputs": [{"output_type": "stream"}]}, {"outputs": [raised]}, {"source": "text"}]
    assert errors_of(json.dumps({"cells": cells})) == ["NameError: name 'x' is not defined"]

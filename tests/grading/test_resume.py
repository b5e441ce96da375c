"""A run that is killed at random goes on where it was, and ends as if nothing had happened."""

import sys
from pathlib import Path

from benchmarks.kills import compare
from tests.platforms import light_grader
from tests.second_lab import NAME, installed

PROGRAM = (sys.executable, "-P", light_grader.__file__, "-P", "-m", "grader", "--assignment", NAME)


def test_kills_change_no_record(tmp_path: Path) -> None:
    """Grader, fork servers and submissions' processes: equal records, table and gradebook, nothing left.

    `make kills` does it to the autoencoder lab, for minutes; the processes are the same without TensorFlow in them.
    """
    with installed() as polynomials:
        lab = {"assignment": polynomials, "parts": ("evaluation", "fitting"), "program": PROGRAM}
        run, problems = compare(tmp_path, kills=3, count=3, seed=3, **lab)
    assert problems == []
    assert run.killed == {"grader": 1, "fork server": 1, "submission": 1}

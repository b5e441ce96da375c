"""The best of several attempts counts: all are measured, once, and one is graded."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.attempts import Counts
from grader.core.limits import Limits
from grader.core.outcomes import Report
from grader.engine.attempts import with_counting
from grader.engine.cache import Cache
from grader.engine.run import RunConfig, grade_class
from grader.submissions.finding import find_submissions
from grader.submissions.handed_in import HandedIn
from grader.submissions.terms import Terms
from tests.played_class import FakeBackend

SHARES = {"ada/data.py": "# 0.5", "ada (1)/data.py": "# 1", "ada (2)/data.py": "# 0 # again", "bob/data.py": "# 0.25"}


@pytest.mark.parametrize(("rule", "attempt", "measured"), [(Counts.BEST, 2, 4), (Counts.LAST, 3, 2)])
def test_every_attempt_is_measured_once_where_the_best_counts(
    tmp_path: Path, rule: Counts, attempt: int, measured: int
) -> None:
    """Ada's second of three; who handed in once is measured once."""
    for name, text in SHARES.items():
        (tmp_path / "class" / name).parent.mkdir(parents=True)
        (tmp_path / "class" / name).write_text(text)
    lab = replace(ASSIGNMENT, texts=replace(ASSIGNMENT.texts, attempt=rule))
    found = find_submissions(tmp_path / "class", lab)
    config = RunConfig(lab, found.submissions, lab.select(["data"]), 7, Limits())
    backend, cache = FakeBackend(), Cache(tmp_path / "cache.sqlite")

    def counts(student: HandedIn, reports: Sequence[Report] = ()) -> HandedIn:
        return Terms(attempt=rule).counting(student, found.platform, reports)

    chosen = with_counting(config, lambda: backend, backend.tier, cache, counts)
    ada, bob = grade_class(chosen, lambda: backend, backend.tier, cache)
    assert (ada.submission, ada.attempt, bob.attempt) == ("ada", attempt, 1)
    assert len(backend.asked) == measured

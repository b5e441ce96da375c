"""One pytest item per check: `pytest --pyargs grader --submission DIR`."""

import pytest

from ..core.outcomes import Outcome
from ..core.registry import Check
from ..course.finding import find
from ..render.terminal import plain_text
from .notebook import Session


@pytest.mark.parametrize("check", find().checks, ids=lambda check: check.id)
def test_check(check: Check, submission_session: Session) -> None:
    """The submission passes this check."""
    (result,) = submission_session.check((check.id,))
    if result.outcome is not Outcome.PASSED:
        pytest.fail(plain_text(submission_session.assignment, [result]), pytrace=False)

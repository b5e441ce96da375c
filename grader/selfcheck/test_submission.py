"""One pytest item a check: `pytest --pyargs grader --submission DIR`."""

import pytest

from ..core.outcomes import Outcome
from ..core.registry import Check, all_checks
from ..render.terminal import plain_text
from .notebook import Session


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_check(check: Check, submission_session: Session) -> None:
    """The submission passes this check."""
    (result,) = submission_session.check((check.id,))
    if result.outcome is not Outcome.PASSED:
        pytest.fail(plain_text([result]), pytrace=False)

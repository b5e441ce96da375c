"""Claims that have to hold for every case: Hypothesis draws the cases, from the grading seed."""

import tempfile
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from ..core.expect import Failed
from .subject import Subject

SEARCH_EXAMPLES = 20
Case = dict[str, Any]


def for_all(
    subject: Subject,
    claim: Callable[..., None],
    first: Sequence[Case] = (),
    examples: int = 3,
    **strategies: st.SearchStrategy[Any],
) -> None:
    """Check `claim(**case)` for the cases in `first`, then for drawn ones.

    Raises Failed for the smallest failing case that was found, and names it.
    """
    failure = next((found for case in first if (found := _failure(claim, case))), None)
    if failure is None:
        failure = _search(subject, claim, examples, strategies)
    else:
        failure = _search(subject, claim, SEARCH_EXAMPLES, strategies) or failure
    if failure is not None:
        raise _named(*failure)


def _failure(claim: Callable[..., None], case: Case) -> tuple[Failed, Case] | None:
    try:
        claim(**case)
    except Failed as failed:
        return failed, case
    return None


def _search(subject: Subject, claim: Callable[..., None], examples: int, strategies: Any) -> tuple[Failed, Case] | None:
    """The smallest failing case among drawn ones, if any."""
    last: list[tuple[Failed, Case]] = []

    def recording(**case: Any) -> None:
        if found := _failure(claim, case):
            last.append(found)
            raise found[0]

    settings = hypothesis.settings(
        max_examples=examples, database=None, deadline=None, derandomize=False, print_blob=False,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink], report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    seed = zlib.crc32(f"{subject.seed} {sorted(strategies)}".encode())
    set_hypothesis_home_dir(tempfile.gettempdir())
    test = hypothesis.seed(seed)(settings(hypothesis.given(**strategies)(recording)))
    try:
        test()
    except Failed:
        return last[-1]  # Hypothesis ends with the smallest
    except hypothesis.errors.Flaky:
        failed, case = last[-1]
        return failed.adding("It does so only sometimes."), case
    return None


def _named(failed: Failed, case: Case) -> Failed:
    text = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in case.items())
    return failed.adding("The smallest case found: {smallest_case}.", smallest_case=text)

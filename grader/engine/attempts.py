"""The attempt of each student that counts, where a course lets the best one do so."""

from collections.abc import Callable
from dataclasses import replace

from ..core.attempts import Counts
from ..submissions.handed_in import HandedIn
from .backends import Backend
from .cache import Cache
from .run import RunConfig, grade_class


def with_counting(
    config: RunConfig,
    backend: Callable[[], Backend],
    tier: str,
    cache: Cache | None,
    counts: Callable[..., HandedIn],
) -> RunConfig:
    """`config` with the attempt of each student that counts.

    Where the best does, all of several are measured, and what is found is kept in the cache: grading those that count
    measures nothing of them again. counts: says which it is, of the reports on all of them in that case.
    """
    is_best = config.assignment.texts.attempt is Counts.BEST
    several = [each for each in config.submissions if each.earlier and is_best]
    attempts = [replace(each, name=_name(each)) for student in several for each in student.attempts]
    reports = grade_class(replace(config, submissions=attempts), backend, tier, cache) if attempts else []
    of = {report.submission: report for report in reports}

    def counting(student: HandedIn) -> HandedIn:
        found = [of[_name(each)] for each in student.attempts] if student in several else []
        return counts(student, reports=found) if found or not is_best else student

    return replace(config, submissions=[counting(each) for each in config.submissions])


def _name(attempt: HandedIn) -> str:
    return f"{attempt.name}, attempt {attempt.attempt}"

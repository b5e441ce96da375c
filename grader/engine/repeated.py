"""Submissions, measured again under some seeds, side by side."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ..core.outcomes import Report
from .backends import Backend
from .cache import Cache
from .observer import Observer
from .run import RunConfig, grade_class


def grade_under_seeds(
    config: RunConfig,
    seeds: Sequence[int],
    backend: Backend,
    cache: Callable[[], Cache | None] = lambda: None,
    observer: Observer | None = None,
) -> list[Report]:
    """The reports of the submissions of `config` under the first seed, under the second, and so on.

    cache: opens one for each run, as they are made side by side. observer: is told of all of them, from any thread.
    """

    def graded(seed: int) -> list[Report]:
        return grade_class(replace(config, seed=seed), lambda: backend, backend.tier, cache(), observer)

    threads = ThreadPoolExecutor(backend.width)
    try:
        return [report for reports in threads.map(graded, seeds) for report in reports]
    except BaseException:
        threads.shutdown(wait=False, cancel_futures=True)
        backend.stop()
        raise
    finally:
        threads.shutdown()

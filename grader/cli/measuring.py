"""Measures submissions under some seeds on this machine, and shows how far that is."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.progress import Progress

from ..core.outcomes import Report
from ..engine.backend_config import BackendConfig
from ..engine.cache import Cache
from ..engine.observer import Observer
from ..engine.repeated import grade_under_seeds
from ..engine.run import RunConfig
from ..render.progress import columns
from .shared import console, interruptible


class _Bar(Observer):
    """A bar over all parts that are measured."""

    def __init__(self, progress: Progress, parts: int):
        self._progress = progress
        self._bar = progress.add_task("parts", total=parts)

    def task_ends(self, name: str, part: str) -> None:  # noqa: ARG002 - of whichever submission
        """One more."""
        self._progress.advance(self._bar)


def measured(
    config: RunConfig,
    seeds: Sequence[int],
    workers: int,
    *,
    trusted: bool,
    private: tuple[Path, ...],
    cache: Callable[[], Cache | None] = lambda: None,
    quiet: bool = False,
) -> list[Report]:
    """The reports of the submissions of `config` under each seed. Raises NoIsolation.

    cache: opens one for each seed. quiet: whether nothing is shown, as stdout is for programs.
    """
    parts = len(seeds) * len(config.submissions) * len({check.part for check in config.checks})
    place = BackendConfig(config.assignment, config.limits, min(workers, parts), None, trusted, private)
    with interruptible("stopped"), ExitStack() as stack:
        backend = place.starter((lambda _: None) if quiet else _say_isolation)(stack)
        shown = Progress(*columns(), console=console, transient=True, disable=quiet or not console.is_terminal)
        progress = stack.enter_context(shown)
        return grade_under_seeds(config, seeds, backend, cache, _Bar(progress, parts))


def _say_isolation(description: str) -> None:
    console.print(f"isolation: {description}", highlight=False, soft_wrap=True)

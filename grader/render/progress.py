"""Show progress: live in a terminal, as plain lines elsewhere."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ..core.outcomes import Report
from ..core.text import one_line
from .wording import points


def columns() -> tuple[ProgressColumn, ...]:
    """The columns of every bar: a description, how many are done, the time it took."""
    return TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()


class Live:
    """A context manager that shows its display within its block."""

    _progress: Progress

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


class ClassProgress(Live):
    """A bar over all parts with the time left, a line for each part in progress and for each finished submission."""

    def __init__(self, console: Console, submissions: int, parts: int):
        self._console = console
        self._submissions = submissions
        self._parts = submissions * parts
        shown = (*columns(), TextColumn("left"), TimeRemainingColumn())
        self._progress = Progress(*shown, console=console, transient=True, disable=not console.is_terminal)
        self._class = self._progress.add_task("parts", total=self._parts)
        self.class_starts()

    def class_starts(self) -> None:
        """Reset the bar."""
        self._done = self._not_final = 0
        self._running: dict[tuple[str, str], TaskID] = {}
        self._progress.reset(self._class, total=self._parts)

    def submission_starts(self, name: str, parts: Sequence[str]) -> None:
        """Show nothing: the parts of the submission are waiting."""

    def task_starts(self, name: str, part: str) -> None:
        """Add a line for the part, with the time it takes."""
        self._running[name, part] = self._progress.add_task(f"  {one_line(name, 24)}: {part}", total=None)

    def task_ends(self, name: str, part: str) -> None:
        """Count the part as done and remove its line."""
        self._progress.advance(self._class)
        if (name, part) in self._running:
            self._progress.remove_task(self._running.pop((name, part)))

    def submission_ends(self, report: Report) -> None:
        """Print a line with the score, which stays on the screen."""
        self._done += 1
        self._not_final += report.needs_attention
        not_final = f", {self._not_final} need attention" if self._not_final else ""
        self._progress.update(self._class, description=f"{self._done} of {self._submissions} graded{not_final}; parts")
        score = f"{points(report.score)} of {report.max_score} points"
        line = f"[{self._done}/{self._submissions}] {one_line(report.submission, 40)}: {score}, {report.seconds:.0f} s"
        self._console.print(Text(line + (", needs attention" if report.needs_attention else "")), highlight=False)

    def warns(self, text: str) -> None:
        """Print a line that stays on the screen."""
        self._console.print(Text(f"warning: {one_line(text, 400)}"), highlight=False)

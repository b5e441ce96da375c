"""Live progress in a terminal; plain lines where there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from ..outcomes import Report
from ..registry import Check
from .names import one_line
from .wording import points


def _columns() -> tuple[TextColumn, BarColumn, MofNCompleteColumn, TimeElapsedColumn]:
    return TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()


@contextmanager
def check_progress(console: Console, total: int) -> Iterator[Callable[[Check], None]]:
    """A bar over the checks of one submission."""
    with Progress(*_columns(), console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("starting TensorFlow", total=total)

        def starts(check: Check) -> None:
            progress.update(task, description=check.id, advance=1)

        yield starts


class ClassProgress:
    """A bar over the submissions and one over the checks of each that is being graded; a line for each that is done."""

    def __init__(self, console: Console, submissions: int, checks: int):
        self._console = console
        self._checks = checks
        self._total = submissions
        self._done = 0
        self._progress = Progress(*_columns(), console=console, transient=True, disable=not console.is_terminal)
        self._class = self._progress.add_task("submissions", total=submissions)
        self._running: dict[str, TaskID] = {}

    def __enter__(self) -> "ClassProgress":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def submission_starts(self, name: str) -> None:
        """Give it a bar."""
        self._running[name] = self._progress.add_task(one_line(name, 24), total=self._checks)

    def check_starts(self, name: str, check: Check) -> None:
        """Show the running check."""
        self._progress.update(self._running[name], description=f"{one_line(name, 24)}: {check.id}", advance=1)

    def submission_ends(self, report: Report) -> None:
        """One line with its score stays on the screen."""
        self._done += 1
        self._progress.remove_task(self._running.pop(report.submission))
        self._progress.advance(self._class)
        score = f"{points(report.score)} of {report.max_score} points"
        line = f"[{self._done}/{self._total}] {one_line(report.submission, 40)}: {score}, {report.seconds:.0f} s"
        self._console.print(Text(line + (", needs a look" if report.needs_attention else "")), highlight=False)

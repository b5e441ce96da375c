"""Show a self-check: in a notebook as a table that fills while it runs, elsewhere as plain text."""

import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import Progress

from ..core.assignment import Assignment
from ..core.language import ENGLISH, Language, language_of
from ..core.outcomes import CheckResult
from ..core.registry import Check
from ..render.pages import templates
from ..render.progress import Live, columns
from ..render.terminal import check_table, plain_text
from ..render.views import outcome_counts, parts_of_checks
from ..render.wording import selfcheck_note
from .drawings import Drawings
from .watching import Watcher

PAUSE = 0.3  # seconds between two updates while a model is trained


@dataclass(frozen=True)
class Running:
    """What a self-check is doing: the `number`-th of `total` checks, and the training steps taken in it."""

    check: str
    number: int
    total: int
    steps: int = 0


def selfcheck_html(
    assignment: Assignment,
    results: Sequence[CheckResult],
    drawings: Mapping[str, Drawings] | None = None,
    running: Running | None = None,
    message: str = "",
) -> str:
    """An HTML fragment for the output of a cell, which follows the light or dark theme and loads nothing."""
    return (
        templates(assignment, language_of(assignment.texts.language))
        .get_template("selfcheck.html")
        .render(
            parts=parts_of_checks(results),
            counts=outcome_counts(results),
            drawings=drawings or {},
            nothing=Drawings(),
            running=running,
            message=message,
        )
    )


class NotebookScreen(Watcher):
    """One output of a cell, updated after each check and at intervals while a model is trained."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._language = language_of(assignment.texts.language)
        self._display = f"aelab-{uuid.uuid4().hex}"
        self._found: list[CheckResult] = []
        self._running: Running | None = None
        self._drawn_at = 0.0
        self._ended = False

    def __enter__(self) -> Self:
        self._draw(message=self._language("Starting TensorFlow …"), first=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._ended:
            self._running = None
            self._draw(message=self._language("Stopped before the end."))

    def starts(self, check: Check, number: int, total: int) -> None:
        """Show the name of the check, and how many are done."""
        self._running = Running(check.id, number, total)
        self._draw()

    def trained(self, steps: int) -> None:
        """Show the steps so far, unless that was done a moment ago."""
        if self._running and time.monotonic() - self._drawn_at > PAUSE:
            self._running = Running(self._running.check, self._running.number, self._running.total, steps)
            self._draw()

    def ends(self, result: CheckResult) -> None:
        """Add a row."""
        self._found.append(result)
        self._draw()

    def shows(
        self, results: Sequence[CheckResult], drawings: Mapping[str, Drawings], notes: Sequence[str] = ()
    ) -> None:
        """Show all results with their pictures, and lines about the work as a whole."""
        self._found, self._running, self._ended = list(results), None, True
        told = (*map(self._language, notes), selfcheck_note(results, self._language))
        self._draw(drawings, "\n".join(filter(None, told)))

    def says(self, text: str) -> None:
        """Show a line in place of results."""
        self._found, self._running, self._ended = [], None, True
        self._draw(message=self._language(text))

    def _draw(self, drawings: Mapping[str, Drawings] | None = None, message: str = "", first: bool = False) -> None:
        from IPython.display import display, update_display

        bundle = {
            "text/html": selfcheck_html(self._assignment, self._found, drawings, self._running, message),
            "text/plain": "\n".join(text for text in (plain_text(self._assignment, self._found), message) if text),
        }
        show: Any = display if first else update_display
        show(bundle, raw=True, display_id=self._display)
        self._drawn_at = time.monotonic()


class CheckProgress(Live, Watcher):
    """A bar over the checks of one submission, with the training steps of the current check."""

    def __init__(self, console: Console, language: Language = ENGLISH):
        self._language = language
        self._progress = Progress(*columns(), console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task(language("starting TensorFlow"), total=None)
        self._check = ""

    def starts(self, check: Check, number: int, total: int) -> None:
        """Show the id of the check, and how many are done."""
        self._check = check.id
        self._progress.update(self._task, description=check.id, completed=number - 1, total=total)

    def trained(self, steps: int) -> None:
        """Show the training steps so far."""
        told = self._language("{check}, {steps} training steps", check=self._check, steps=steps)
        self._progress.update(self._task, description=told)


class TerminalScreen(CheckProgress):
    """A bar while checks run, then the table that `aelab check` prints."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._console = Console()
        super().__init__(self._console, language_of(assignment.texts.language))

    def shows(
        self,
        results: Sequence[CheckResult],
        drawings: Mapping[str, Drawings],  # noqa: ARG002 - for notebooks
        notes: Sequence[str] = (),
    ) -> None:
        """Print the table, and lines about the work as a whole; a terminal shows no pictures."""
        self._console.print(check_table(self._assignment, results))
        for note in filter(None, (*notes, selfcheck_note(results))):
            self.says(note)

    def says(self, text: str) -> None:
        """Print a line."""
        self._console.print(self._language(text), markup=False)


def screen_here(assignment: Assignment) -> NotebookScreen | TerminalScreen:
    """The screen for this process: kernels of Jupyter, VS Code and Colab show HTML."""
    return NotebookScreen(assignment) if in_notebook() else TerminalScreen(assignment)


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook; IPython in a terminal is none."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None

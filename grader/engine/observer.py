"""What a run tells its front end, and where it puts its reports."""

from collections.abc import Sequence
from typing import Protocol

from ..core.outcomes import Report


class Observer:
    """Is told of a run's progress, and shows nothing: front ends override what they show."""

    def class_starts(self) -> None:
        """The run begins, or begins anew under another tier."""

    def submission_starts(self, name: str, parts: Sequence[str]) -> None:
        """The next submission, with the parts that will be measured."""

    def task_starts(self, name: str, part: str) -> None:
        """A part is being measured; called from any thread."""

    def task_ends(self, name: str, part: str) -> None:
        """The result of a part is there, measured or cached."""

    def submission_ends(self, report: Report) -> None:
        """A report is complete."""

    def warns(self, text: str) -> None:
        """Something went wrong that does not end the run."""


class Sink(Protocol):
    """Takes complete reports. It may be handed the same one twice: the second time it sees that it is still there."""

    def write(self, report: Report) -> None:
        """Raises OSError."""


class NoSink:
    """Keeps nothing: the caller has the reports."""

    def write(self, report: Report) -> None:
        """Nothing to do."""

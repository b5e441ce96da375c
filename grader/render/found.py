"""What a class folder holds, for a terminal and for machines: before anything is graded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from ..core.hand_in import HandIn
from ..core.text import one_line
from ..submissions.finding import Found
from ..submissions.handed_in import HandedIn
from ..submissions.reading import Submission
from ..submissions.whose import NAMES, Doubt


@dataclass(frozen=True)
class Collected:
    """One submission as it was read: what is graded of it, or why nothing is."""

    handed_in: HandedIn
    submission: Submission | None
    problem: str = ""

    @property
    def graded(self) -> str:
        """What of it is graded, in words."""
        if self.submission is None:
            return ""
        if self.submission.kind == "notebook":
            return self.submission.chosen
        return ", ".join(source.name for source in self.submission.sources)

    @property
    def notes(self) -> list[str]:
        """What is passed over, one line each."""
        own = self.submission.left_out if self.submission else ()
        return [str(note) for note in self.handed_in.left_out + own]


def found_line(found: Found) -> str:
    """How many were found, and whose names they have."""
    count = len(found.submissions)
    what = f"{count} submission{'' if count == 1 else 's'}"
    return f"{what}, named by {found.platform}" if found.platform else what


def doubtful(doubts: Sequence[Doubt]) -> list[str]:
    """A line for each submission of which it cannot be told whose it is, and what to do."""
    lines = [f"whose is it? {one_line(str(doubt), 300)}" for doubt in doubts]
    return [*lines, f"say so in {NAMES} beside the roster: name,login"] if lines else []


def late_without_time(hand_ins: Mapping[str, HandIn]) -> list[str]:
    """A line for those who handed in late, as the platform says, where nothing tells how late."""
    names = [one_line(student, 60) for student, hand_in in hand_ins.items() if hand_in.is_late_unknown]
    return [f"late, and not known how late: {', '.join(names)}; give the time in {NAMES}"] if names else []


def collected_table(collected: Sequence[Collected]) -> Table:
    """A row for each submission: who, which attempt of theirs, what is graded, what is passed over."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for heading in ("submission", "attempt", "graded", "passed over"):
        table.add_column(Text(heading), overflow="fold", ratio=None if heading == "attempt" else 1)
    for each in collected:
        graded = Text(one_line(each.graded) if each.submission else f"! {one_line(each.problem)}")
        graded.stylize("" if each.submission else "magenta")
        notes = Text("\n".join(one_line(note) for note in each.notes), style="dim")
        table.add_row(Text(one_line(each.handed_in.name, 60)), str(each.handed_in.attempt), graded, notes)
    return table


def collected_json(found: Found, collected: Sequence[Collected], doubts: Sequence[Doubt] = ()) -> dict[str, Any]:
    """The same for machines."""
    return {
        "platform": found.platform,
        "submissions": [
            {
                "submission": each.handed_in.name,
                "student": each.handed_in.student,
                "attempt": each.handed_in.attempt,
                "entry": each.handed_in.entry,
                "kind": each.submission.kind if each.submission else None,
                "graded": each.graded,
                "left_out": each.notes,
                "problem": each.problem,
            }
            for each in collected
        ],
        "nobodys": list(found.nobodys),
        "doubtful": [{"submission": doubt.name, "candidates": list(doubt.candidates)} for doubt in doubts],
    }

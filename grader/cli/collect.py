"""`aelab collect`: who is in a class folder, before it is graded."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..core.text import one_line
from .shared import AsJson, RosterFile, console, invocation_of, show

if TYPE_CHECKING:
    from ..core.assignment import Assignment
    from ..render.found import Collected
    from ..submissions.handed_in import HandedIn


def collect(
    context: typer.Context,
    submissions: Annotated[Path, typer.Argument(help="What `aelab grade` takes.")],
    as_json: AsJson = False,
    roster: RosterFile = None,
) -> None:
    """Show who handed in, what is graded of each, what is not and why; exits 1 if something cannot be read or told.

    Nothing is graded and nothing is run. `aelab grade` finds the same.
    """
    from ..platforms.nbgrader.course import submitted_in
    from ..render.found import collected_json, collected_table, doubtful, found_line
    from ..submissions.finding import find_submissions
    from ..submissions.terms import terms_of

    assignment = invocation_of(context).assignment
    terms = terms_of(roster, assignment.texts)
    found, doubts = terms.match(find_submissions(submitted_in(submissions), assignment))
    counted = (terms.counting(each, found.platform) for each in found.submissions)
    collected = [_read(each, assignment) for each in counted]
    missing = sum(each.submission is None for each in collected)
    if as_json:
        show(json.dumps(collected_json(found, collected, doubts), indent=2))
    else:
        console.print(collected_table(collected))
        if found.nobodys:
            show(f"nobody's: {', '.join(map(one_line, found.nobodys))}")
        for line in doubtful(doubts):
            show(line)
        show(found_line(found) + (f"; {missing} of them cannot be graded" if missing else ""))
    raise typer.Exit(1 if missing or doubts else 0)


def _read(handed_in: "HandedIn", assignment: "Assignment") -> "Collected":
    from ..isolation.reading import read_submission
    from ..render.found import Collected
    from ..submissions.reading import UnreadableSubmission

    if handed_in.problem:
        return Collected(handed_in, None, handed_in.problem)
    try:
        with handed_in.unpacked() as path:
            return Collected(handed_in, read_submission(handed_in.name, path, assignment))
    except (UnreadableSubmission, OSError) as problem:
        return Collected(handed_in, None, str(problem))

"""`aelab report`: pages and tables once more, from the records of a graded class."""

import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..core.errors import UserError
from .shared import Db, console, invocation_of, say, show_results

if TYPE_CHECKING:
    from ..core.assignment import Assignment
    from ..core.outcomes import Report


def report(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="The --out folder of an earlier `aelab grade`.")],
    anonymous: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write all of it into FOLDER, with pseudonyms in place of names."),
    ] = None,
    db: Db = None,
    show: Annotated[bool, typer.Option("--open", help="Open the class report in the browser.")] = False,
) -> None:
    """Write the pages and tables of a graded class again, from its records.

    A record that cannot be used, such as an earlier version's, is named, and the exit status is 1; others are shown.
    The key to the pseudonyms, which stay the same, is pseudonyms.csv in the folder of the class; only you can read it.
    """
    from ..render.report_json import read_reports
    from ..render.results_folder import ResultsFolder
    from ..render.terminal import grades_table

    invocation = invocation_of(context)
    invocation.log.folder = out
    found, problems = ResultsFolder(invocation.assignment, out).with_others(())
    reports = tuple(found) or read_reports(out)  # which says why there are none
    if anonymous:
        reports, gradebook = _write_anonymous(invocation.assignment, reports, out, anonymous), None
    else:
        gradebook = _write_again(invocation.assignment, reports, out, db)
    console.print(grades_table(invocation.assignment, reports))
    written = anonymous or out
    show_results(written, reports[0].seed, reports[0].isolation, gradebook)
    page = (written / "index.html").resolve()
    for line in problems:
        say(line)
    if show and not webbrowser.open(page.as_uri()):
        raise UserError(f"there is no browser to open {page} in")
    raise typer.Exit(1 if problems else 0)


def _write_again(assignment: "Assignment", reports: "Sequence[Report]", out: Path, db: str | None) -> Path:
    """Write pages, tables and gradebook of the class; where the gradebook is."""
    from ..platforms.final_grades import final_by_student
    from ..platforms.nbgrader.gradebook import write_gradebook
    from ..render.results_folder import ResultsFolder

    folder, gradebook = ResultsFolder(assignment, out), out / "gradebook.db"
    folder.prepare()
    folder.write_summaries(reports, (gradebook.name,))
    write_gradebook(assignment, reports, f"sqlite:///{gradebook.resolve()}")
    try:
        if grades := final_by_student(assignment, out, db):
            folder.write_summaries(reports, (), grades)
    except UserError as problem:
        say(f"{problem}; the pages show what was measured, and nothing that a person gave")
    return gradebook


def _write_anonymous(
    assignment: "Assignment", reports: "Sequence[Report]", out: Path, target: Path
) -> "tuple[Report, ...]":
    """Write records, pages and tables without names into `target`; the reports without names."""
    from ..render.pseudonyms import FILE, PREFIX, Pseudonyms
    from ..render.report_json import FILE_NAME
    from ..render.results_folder import ResultsFolder

    named = [path.parent for path in target.glob(f"*/{FILE_NAME}") if not path.parent.name.startswith(PREFIX)]
    if named:
        raise UserError(f"{named[0]} has a name already: choose an empty folder for the pages without names")
    folder, hidden = ResultsFolder(assignment, target), tuple(Pseudonyms(out / FILE).hiding(reports))
    folder.prepare()
    for report in hidden:
        folder.write(report)
    folder.write_summaries(hidden)
    return hidden

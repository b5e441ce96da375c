"""`aelab report`: pages and tables once more, from the records of a graded class."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from ..core.errors import UserError
from .shared import console, invocation_of, show_results


def report(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="The --out folder of an earlier `aelab grade`.")],
    show: Annotated[bool, typer.Option("--open", help="Open the class report in the browser.")] = False,
) -> None:
    """Write the pages and tables of a graded class again, from its records."""
    from ..platforms.nbgrader.gradebook import write_gradebook
    from ..render.report_json import read_reports
    from ..render.results_folder import ResultsFolder
    from ..render.terminal import grades_table

    invocation = invocation_of(context)
    invocation.log.folder = out
    reports = read_reports(out)
    folder, gradebook = ResultsFolder(invocation.assignment, out), out / "gradebook.db"
    folder.prepare()
    folder.write_summaries(reports)
    write_gradebook(invocation.assignment, reports, f"sqlite:///{gradebook.resolve()}")
    console.print(grades_table(invocation.assignment, reports))
    show_results(out, reports[0].seed, reports[0].isolation, gradebook)
    page = (out / "index.html").resolve()
    if show and not webbrowser.open(page.as_uri()):
        raise UserError(f"there is no browser to open {page} in")

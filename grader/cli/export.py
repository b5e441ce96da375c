"""`aelab export`: autograders and tables for other platforms than nbgrader."""

from pathlib import Path
from typing import Annotated

import typer

from ..core.errors import UserError
from .shared import command, console, invocation_of, show, stop

export_app = typer.Typer(
    no_args_is_help=True,
    help="Export to other platforms than nbgrader.",
    epilog="Example: `aelab export csv results --format canvas --out grades.csv`",
)


@command(export_app, "gradescope", "aelab export gradescope --out autograder.zip")
def export_gradescope(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The .zip to upload.")] = Path("autograder.zip"),
    trust_submissions: Annotated[
        bool, typer.Option("--trust-submissions", help="Grade without isolation: only code that you trust.")
    ] = False,
) -> None:
    """Write an autograder for Gradescope; its container needs 2 GB of memory or more."""
    from ..platforms.gradescope.archive import write_autograder

    show(f"wrote {write_autograder(invocation_of(context).assignment, out, trusted=trust_submissions)}")
    console.print("choose a container of 2 GB or more, with a whole processor", highlight=False)


@command(export_app, "classroom50", "aelab export classroom50 --out classroom50/CLASSROOM/autograders/lab05")
def export_classroom50(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The assignment's folder of autograders in the configuration repository.")],
) -> None:
    """Write an autograder for Classroom 50; its assignment needs the runtime in runtime.json."""
    from ..platforms.github.classroom50 import write_bundle

    show(f"wrote {len(write_bundle(invocation_of(context).assignment, out))} files to {out}")
    console.print("give the assignment the runtime in runtime.json", highlight=False)


@command(export_app, "actions", "aelab export actions --out template-repository")
def export_actions(context: typer.Context, out: Annotated[Path, typer.Option(help="The template repository.")]) -> None:
    """Write a workflow of GitHub Actions, and the grader that it installs, into a repository."""
    from ..platforms.github.actions import write_workflow

    show(f"wrote {len(write_workflow(invocation_of(context).assignment, out))} files to {out}")


@command(export_app, "csv", "aelab export csv results --format moodle --out grades.csv")
def export_csv(
    context: typer.Context,
    results: Annotated[Path, typer.Argument(help="The --out folder of an earlier `aelab grade`.")],
    format_name: Annotated[str, typer.Option("--format", help="nbgrader, canvas or moodle.")],
    out: Annotated[Path, typer.Option(help="The .csv to write.")],
) -> None:
    """Write the grades of a class as a learning platform imports them; exits 1 if an id had to be changed."""
    from ..core.files import write_atomically
    from ..platforms.lms import FORMATS, changed_ids, table
    from ..render.report_json import read_reports
    from ..render.results_folder import platform_of

    if format_name not in FORMATS:
        raise UserError(f"--format must be one of {', '.join(FORMATS)}, got {format_name!r}")
    reports = read_reports(results)
    text = table(invocation_of(context).assignment, reports, format_name, platform_of(results))
    write_atomically(out, text.encode())
    show(f"wrote {out}")
    if changed := changed_ids(reports):
        stop(f"a spreadsheet takes the start of these ids for a formula, so they were changed: {', '.join(changed)}", 1)

"""`aelab export`: autograders and tables for other platforms than nbgrader."""

from pathlib import Path
from typing import Annotated

import typer

from ..core.errors import UserError
from ..core.text import did_you_mean
from .shared import Db, RosterFile, command, console, invocation_of, progress_of, say, show, stop

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


@command(export_app, "classroom50", "aelab export classroom50 --out autograders/lab05")
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


Results = Annotated[Path, typer.Argument(help="The --out folder of an earlier `aelab grade`, or a course folder.")]


@command(export_app, "csv", "aelab export csv results --format moodle --out grades.csv")
def export_csv(
    context: typer.Context,
    results: Results,
    format_name: Annotated[str, typer.Option("--format", help="canvas, moodle, gradescope, nbgrader, plain or marks.")],
    out: Annotated[Path, typer.Option(help="The .csv to write.")],
    db: Db = None,
    roster: RosterFile = None,
) -> None:
    """Write the final grades of a class as a platform imports them; exits 1 if one is not final, or an id was changed.

    They are those of nbgrader's gradebook, with late penalties and what was given by hand, where there is a course.
    """
    from ..core.files import write_atomically
    from ..core.final_grade import not_final
    from ..platforms.final_grades import class_of
    from ..platforms.lms import FORMATS, changed_ids, table
    from ..submissions.terms import terms_of

    if format_name not in FORMATS:
        known = f"--format must be one of {', '.join(FORMATS)}, got {format_name!r}"
        raise UserError(f"{known}{did_you_mean(format_name, FORMATS)}")
    whole = class_of(invocation_of(context).assignment, results, db, terms_of(roster).roster)
    write_atomically(out, table(whole, format_name).encode())
    show(f"wrote {out}")
    changed, waiting = changed_ids(whole.grades), not_final(whole.grades)
    if changed:
        say(f"a spreadsheet takes the start of these ids for a formula, so they were changed: {', '.join(changed)}")
    if waiting:
        say(f"not final, so their scores are empty: {', '.join(waiting)}")
    raise typer.Exit(1 if changed or waiting else 0)


@command(export_app, "feedback", "aelab export feedback results --platform moodle --out feedback.zip")
def export_feedback(
    context: typer.Context,
    results: Annotated[Path, typer.Argument(help="The --out folder of an earlier `aelab grade`.")],
    out: Annotated[Path, typer.Option(help="The .zip to upload.")] = Path("feedback.zip"),
    platform: Annotated[
        str | None, typer.Option(help="moodle or canvas.", show_default="whose download was graded")
    ] = None,
    db: Db = None,
) -> None:
    """Write a page for each student into one archive that Moodle or Canvas hands out; exits 1 if somebody has none.

    It shows what was given by hand, too. Upload it where the platform takes feedback files back.
    """
    from ..platforms.feedback import feedback_of
    from ..platforms.final_grades import class_of
    from ..release.archive import write_zip
    from ..submissions.roster import Roster

    whole = class_of(invocation_of(context).assignment, results, db, Roster())
    with progress_of("writing pages"):
        feedback = feedback_of(whole, results, platform or "")
        write_zip(out, feedback.files)
    show(f"wrote {len(feedback.files)} pages to {out}")
    if feedback.without:
        stop(f"the platform did not name these, so they get no page: {', '.join(feedback.without)}", 1)

"""The commands that pack and convert: the students' bundle, other platforms' autograders and tables, similarity."""

from pathlib import Path
from typing import Annotated

import typer

from .main import app, clear_errors, console, release_app, say_written, stop

export_app = typer.Typer(
    no_args_is_help=True,
    help="For other platforms than nbgrader.",
    epilog="Example: `aelab export csv results --format canvas --out grades.csv`",
)
app.add_typer(export_app, name="export")


@release_app.command("bundle", epilog="Example: `aelab release bundle --out lab05.zip`")
def release_bundle(out: Annotated[Path, typer.Option(help="The .zip to write.")] = Path("lab05.zip")) -> None:
    """Write the students' .zip: notebook, templates, self-check, and no solution."""
    from ..release.bundle import write_bundle

    with clear_errors(OSError, ValueError):
        _say(write_bundle(out))


@export_app.command("gradescope", epilog="Example: `aelab export gradescope --out autograder.zip`")
def export_gradescope(
    out: Annotated[Path, typer.Option(help="The .zip to upload.")] = Path("autograder.zip"),
    trust_submissions: Annotated[
        bool, typer.Option("--trust-submissions", help="Grade without isolation: only code that you trust.")
    ] = False,
) -> None:
    """Write an autograder for Gradescope; its container needs 2 GB of memory or more."""
    from ..platforms.gradescope.archive import write_autograder

    with clear_errors(OSError):
        _say(write_autograder(out, trusted=trust_submissions))
    console.print("choose a container of 2 GB or more, with a whole processor", highlight=False)


@export_app.command("classroom", epilog="Example: `aelab export classroom --out template-repository`")
def export_classroom(out: Annotated[Path, typer.Option(help="The template repository.")]) -> None:
    """Write a workflow for GitHub Classroom, and the grader that it installs, into a repository."""
    from ..platforms.classroom import write_workflow

    with clear_errors(OSError):
        say_written(write_workflow(out), out)


@export_app.command("csv", epilog="Example: `aelab export csv results --format moodle --out grades.csv`")
def export_csv(
    results: Annotated[Path, typer.Argument(help="The --out folder of an earlier `aelab grade`.")],
    format_name: Annotated[str, typer.Option("--format", help="nbgrader, canvas or moodle.")],
    out: Annotated[Path, typer.Option(help="The .csv to write.")],
) -> None:
    """Write the grades of a class as a learning platform imports them."""
    from ..core.files import write_atomically
    from ..platforms.lms import FORMATS, table
    from ..render.report_json import ReportError, read_reports

    if format_name not in FORMATS:
        stop(f"--format is one of {', '.join(FORMATS)}, not {format_name!r}")
    with clear_errors(ReportError, OSError):
        write_atomically(out, table(read_reports(results), format_name).encode())
    _say(out)


def _say(written: Path) -> None:
    console.print(f"wrote {written}", markup=False, highlight=False, soft_wrap=True)


@app.command("similarity", epilog="Example: `aelab similarity submitted --out similarity.html --earlier 2025`")
def similarity(
    submissions: Annotated[Path, typer.Argument(help="What `aelab grade` takes.")],
    out: Annotated[Path, typer.Option(help="The page to write.")],
    earlier: Annotated[
        list[Path] | None, typer.Option(help="Submissions of an earlier year, to compare with; may be repeated.")
    ] = None,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="The smallest share of common code to list.")] = 0.3,
) -> None:
    """Compare the code of a class, template code aside, and write a page on pairs that have much in common."""
    from ..core.files import write_atomically
    from ..platforms.nbgrader.course import submitted_in
    from ..similarity.page import similarity_page
    from ..similarity.pairs import read_works, similar_pairs

    with clear_errors(OSError, ValueError):
        works, unread = read_works(submitted_in(submissions))
        old = [work for folder in earlier or () for work in read_works(submitted_in(folder), str(folder))[0]]
        pairs = similar_pairs(works, old, at_least)
        write_atomically(out, similarity_page(pairs, len(works) + len(old), unread).encode())
    _say(out)

"""`aelab seed`: the grading seed, fixed before a deadline and shown after it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..core.errors import UserError
from .shared import command, invocation_of, show, stop

if TYPE_CHECKING:
    from ..core.assignment import Assignment

seed_app = typer.Typer(
    no_args_is_help=True,
    help="Commit to the grading seed before the deadline, and open it afterwards.",
    epilog="Example: `aelab seed commit results`",
)
Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="The --out folder of the grading to come, or an nbgrader course.")
]


@command(seed_app, "commit", "aelab seed commit results")
def commit(context: typer.Context, folder: Folder) -> None:
    """Fix the seed of a folder and print a hash of it to publish before the deadline.

    Seed and salt are kept in the folder, in files that only you can read; `aelab grade` uses that seed. The same folder
    gives the same hash every time.
    """
    from ..core.seeds import write_commitment

    seed = _seed_of(invocation_of(context).assignment, folder)
    made = write_commitment(folder, seed)
    if made.seed != seed:
        _differs(folder)
    show(made.sha256)


@command(seed_app, "open", "aelab seed open results")
def open_seed(context: typer.Context, folder: Folder) -> None:
    """Show the seed that was committed to, and that it fits the hash; exits 1 if a record was graded under another."""
    from ..core.seeds import read_commitment
    from ..render.results_folder import ResultsFolder

    assignment, found = invocation_of(context).assignment, read_commitment(folder)
    if _seed_of(assignment, folder) != found.seed:
        _differs(folder)
    show(f"seed    {found.seed}\nsalt    {found.salt}\nSHA-256 {found.sha256}")
    show(f"check   printf %s '{found.opening}' | sha256sum")
    reports, _ = ResultsFolder(assignment, folder).with_others(())
    others = [report.submission for report in reports if report.seed != found.seed]
    if others:
        stop(f"graded under another seed: {', '.join(others)}", 1)
    if reports:
        show(f"graded  under this seed: every record in {folder}, {len(reports)} in all")


def _seed_of(assignment: "Assignment", folder: Path) -> int:
    """The seed that gradings into a folder, or of a course, are told; drawn where there is none yet."""
    from ..platforms.nbgrader.session import course_seed
    from ..release.bundle import CONFIG_NAME
    from ..render.results_folder import ResultsFolder

    if (folder / CONFIG_NAME).is_file():
        return course_seed(folder)
    return ResultsFolder(assignment, folder).seed(None)


def _differs(folder: Path) -> None:
    raise UserError(f"{folder} has another seed now than the one that was committed to; which of them was it?")

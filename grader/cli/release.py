"""`aelab release`: what is generated from the reference and handed out."""

from pathlib import Path
from typing import Annotated

import typer

from .shared import command, invocation_of, show

release_app = typer.Typer(
    no_args_is_help=True, help="Build the student hand-out.", epilog="Example: `aelab release course lab-course`"
)


@command(release_app, "templates", "aelab release templates handout")
def release_templates(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(help="The folder to write.")] = Path("student_templates"),
) -> None:
    """Write the student templates and the notebook, generated from the reference."""
    from ..release.templates import write_templates

    _show_written(write_templates(invocation_of(context).assignment, target), target)


@command(release_app, "course", "aelab release course lab-course")
def release_course(
    context: typer.Context, target: Annotated[Path, typer.Argument(help="The course folder to write.")]
) -> None:
    """Write an nbgrader course folder that holds the assignment."""
    from ..platforms.nbgrader.course_folder import write_course

    _show_written(write_course(invocation_of(context).assignment, target), target)


@command(release_app, "bundle", "aelab release bundle --out lab05.zip")
def release_bundle(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option(show_default="the assignment's name, in this folder", help="The .zip to write.")
    ] = None,
) -> None:
    """Write the students' .zip: notebook, templates, self-check, and no solution."""
    from ..release.bundle import write_bundle

    assignment = invocation_of(context).assignment
    show(f"wrote {write_bundle(assignment, out or Path(f'{assignment.name}.zip'))}")


def _show_written(files: list[Path], target: Path) -> None:
    show(f"wrote {len(files)} files to {target}")

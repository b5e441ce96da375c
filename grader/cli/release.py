"""`aelab release`: what is generated from the reference and handed out."""

from pathlib import Path
from typing import Annotated

import typer

from .shared import command, invocation_of, progress_of, show

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

    with progress_of("writing templates and notebook"):
        written = write_templates(invocation_of(context).assignment, target)
    _show_written(written, target)


@command(release_app, "course", "aelab release course lab-course")
def release_course(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(help="The course folder to write.")],
    force: Annotated[bool, typer.Option("--force", help="Also replace files that were edited.")] = False,
) -> None:
    """Write an nbgrader course folder that holds the assignment; what somebody edited in it stays without --force."""
    from ..platforms.nbgrader.course_folder import write_course

    with progress_of("writing configuration and notebook"):
        written = write_course(invocation_of(context).assignment, target, force=force)
    _show_written(written, target)


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
    with progress_of("packing notebook, templates and self-check"):
        written = write_bundle(assignment, out or Path(f"{assignment.name}.zip"))
    show(f"wrote {written}")


def _show_written(files: list[Path], target: Path) -> None:
    show(f"wrote {len(files)} files to {target}")

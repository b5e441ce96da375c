"""`aelab check`: a student's self-check."""

from pathlib import Path
from typing import Annotated

import typer

from .shared import console, invocation_of


def check(
    context: typer.Context,
    parts: Annotated[list[str] | None, typer.Argument(help="Parts or single checks; all without one.")] = None,
    submission: Annotated[Path, typer.Option(help="A folder of modules, a notebook or a .zip.")] = Path(),
) -> None:
    """Check your own work, in this process; exits 0 only if everything passed."""
    from ..core.language import language_of
    from ..core.text import one_line
    from ..render.terminal import check_table
    from ..render.wording import selfcheck_note
    from ..selfcheck.notebook import all_passed, require_keras_2, session_of_files
    from ..selfcheck.screens import CheckProgress

    assignment = invocation_of(context).assignment
    language = language_of(assignment.texts.language)
    checks = assignment.select(parts or ())
    session = session_of_files(assignment, submission)
    with CheckProgress(console, language) as progress:
        require_keras_2()
        results = session.check(tuple(c.id for c in checks), progress)
    console.print(check_table(assignment, results))
    for note in session.told():
        console.print(language("Left out: {note}", note=one_line(note, 400)), markup=False, highlight=False)
    if note := selfcheck_note(results, language):
        console.print(note, markup=False, highlight=False)
    raise typer.Exit(0 if all_passed(results) else 1)

"""`aelab doctor`: what isolation this machine has."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from .shared import console, invocation_of, stop


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the facts as JSON, for programs.")] = False,
) -> None:
    """Say which isolation this machine has, why it has no more, and the limits; exits 1 if there is none."""
    if sys.platform != "linux":
        stop("isolation needs Linux; grade there, or code that you trust with --trust-submissions", 1)
    from ..isolation.doctor import diagnose
    from ..render.doctor import diagnosis_text, tier_progress, to_json

    assignment = invocation_of(context).assignment
    with tier_progress(Console(stderr=True)) as progress:
        found = diagnose(assignment, assignment.limits, progress)
    if as_json:
        print(to_json(found))
    else:
        console.print(diagnosis_text(found), highlight=False)
    raise typer.Exit(0 if found.holds else 1)

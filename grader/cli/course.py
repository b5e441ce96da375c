"""`aelab course`: how a course has the assignment, in its course.toml."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..core.errors import UserError
from .course_test import course_test
from .shared import AsJson, Command, command, invocation_of, show

course_app = typer.Typer(
    no_args_is_help=True,
    help="Adapt the assignment to your course.",
    epilog="Example: `aelab course init`",
)


@command(course_app, "init", "aelab course init --out course.toml", Command)
def course_init(
    context: typer.Context, out: Annotated[Path, typer.Option(help="The file to write.")] = Path("course.toml")
) -> None:
    """Write a course.toml in which every key is explained and commented out."""
    from ..core.assignment import find_assignment
    from ..core.files import write_atomically
    from ..course.template import render_template

    if out.exists():
        raise UserError(f"{out} is there already: choose another --out, or move it away")
    write_atomically(out, render_template(find_assignment(invocation_of(context).assignment_name)).encode())
    show(f"wrote {out}; nothing is changed until you take away a # in it")


command(course_app, "test", "aelab course test --seeds 10")(course_test)


@command(course_app, "show", "aelab course show --course course.toml")
def course_show(
    context: typer.Context,
    as_json: AsJson = False,
) -> None:
    """Show what holds in your course, and which line of which file says so."""
    from ..course.showing import settings_of

    invocation = invocation_of(context)
    settings = settings_of(invocation.assignment, invocation.source.read())
    if as_json:
        show(json.dumps([asdict(setting) for setting in settings], indent=2))
        return
    width = max(len(setting.key) for setting in settings)
    for setting in settings:
        value = ", ".join(map(str, setting.value)) if isinstance(setting.value, list) else setting.value
        show(f"{setting.key:{width}}  {value if value != '' else '–'}  ({setting.source})")

"""What the commands share: what a call of `aelab` knows, how commands are declared, lines that several say."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperCommand
from typer.main import get_command

from ..core.text import one_line
from .logs import LogFile

if TYPE_CHECKING:
    from ..core.assignment import Assignment
    from ..course.finding import AssignmentSource

CORES = os.cpu_count() or 1
console = Console()

GradedLimits = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="A limit that the class was graded with.")
]
Trusted = Annotated[
    bool, typer.Option("--trust-submissions", help="Measure without isolation: only code that you trust.")
]
SeedWorkers = Annotated[
    int, typer.Option(min=1, show_default="as many as there are cores", help="Seeds that are measured at once.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs, with every value.")]
Db = Annotated[
    str | None, typer.Option(metavar="URL", help="The gradebook, where it is neither the course's nor in the results.")
]
RosterFile = Annotated[
    Path | None,
    typer.Option("--roster", metavar="FILE", help="Who takes the course, roster.csv: names and extensions."),
]

LONGEST_LINE = 2000  # characters of an error
HANDED_IN = ("submissions", "earlier")  # arguments that name what was handed in


@dataclass
class Invocation:
    """One call of `aelab`: the assignment it is about, the paths it names, and where its log goes.

    course: the file of --course. handed_in: the paths that are or hold submissions.
    """

    assignment_name: str | None = None
    course: Path | None = None
    paths: tuple[Path, ...] = ()
    handed_in: tuple[Path, ...] = ()
    log: LogFile = field(default_factory=LogFile)

    @cached_property
    def source(self) -> "AssignmentSource":
        """Where the assignment is found: in a course folder that is graded, or in the current one.

        Raises CourseError.
        """
        from ..course.finding import source_of

        if not self.handed_in:
            return source_of(self.assignment_name, self.course)
        from ..platforms.nbgrader.course import is_course, submitted_in  # which students' commands do without

        folders = (*filter(is_course, self.handed_in), Path())
        return source_of(self.assignment_name, self.course, folders, map(submitted_in, self.handed_in))

    @cached_property
    def assignment(self) -> "Assignment":
        """The assignment, found when a command first needs it. Raises AssignmentError and CourseError."""
        return self.source()

    def named(self, path: Path) -> Path | None:
        """`path`, if the command line names it, something in it or a folder above it; of a draft, the final file."""
        for name in self.paths:
            if _whole(path).is_relative_to(_whole(name)) or _whole(name).is_relative_to(_whole(path)):
                return path
            if path.parent == name.parent and path.name.startswith(f".{name.name}."):
                return name
        return None


def _whole(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - where a link leads does not matter


def invocation_of(context: typer.Context) -> Invocation:
    """What this call of `aelab` knows; there is a new one where the app was called as a function."""
    return context.ensure_object(Invocation)


class Command(TyperCommand):
    """A command that notes which paths it was given, so that what fails at one of them is not taken for a bug.

    What is wrong with its words is told as its own fault, so that the message leads to its own help.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words that are left. Raises TyperException, with this command as its context."""
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            error.ctx = ctx  # type: ignore[attr-defined]  # some are raised without one
            raise

    def invoke(self, ctx: Any) -> Any:
        """Note the paths, then run."""
        invocation = invocation_of(ctx)
        invocation.handed_in = tuple(path for name in HANDED_IN for path in _paths(ctx.params.get(name)))
        named = (path for value in ctx.params.values() for path in _paths(value))
        invocation.paths = (*named, *_paths(invocation.course))
        return super().invoke(ctx)


def _paths(value: Any) -> tuple[Path, ...]:
    return tuple(each for each in (value if isinstance(value, list) else [value]) if isinstance(each, Path))


def _note_course(context: typer.Context, value: Path | None) -> Path | None:
    invocation_of(context).course = value
    return value


def course_option(
    course: Annotated[
        Path | None,
        typer.Option(
            "--course",
            metavar="FILE",
            help="How your course has the assignment; course.toml in this folder without.",
            expose_value=False,
            callback=_note_course,
        ),
    ] = None,
) -> None:
    """A command with the option that every command about an assignment has."""


class AssignmentCommand(Command):
    """A command that is about an assignment, which a course may have adapted: it takes --course."""

    def __init__(self, *arguments: Any, params: list[Any], **options: Any):
        alone = typer.Typer(add_completion=False)
        alone.command()(course_option)
        super().__init__(*arguments, params=[*params, *get_command(alone).params], **options)


def command(
    app: typer.Typer, name: str, example: str, cls: type[Command] = AssignmentCommand
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declares a command of `app` whose help ends with `example`."""
    return app.command(name, cls=cls, epilog=f"Example: `{example}`")


def say(message: str) -> None:
    """One clear line on stderr, also where it quotes a submission."""
    print(f"aelab: {one_line(message, LONGEST_LINE)}", file=sys.stderr)


def stop(message: str, status: int) -> NoReturn:
    """End with one clear line that is no error of anybody's."""
    say(message)
    raise typer.Exit(status)


@contextmanager
def interruptible(message: str) -> Iterator[None]:
    """Ctrl-C is one clear line and exit status 130."""
    try:
        yield
    except KeyboardInterrupt:
        stop(message, 130)


def show(text: str) -> None:
    """A line on stdout, as it is."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress_of(what: str) -> Iterator[None]:
    """Meanwhile a terminal shows what is being done."""
    with Console(stderr=True).status(what):
        yield


def show_results(out: Path, seed: int, isolation: str, gradebook: Path | str | None) -> None:
    """Where everything about a graded class lies, and what its reports depend on."""
    lines = {
        "class report": out / "index.html",
        "student pages and pictures": out / "<submission>" / "index.html",
        "records": out / "<submission>" / "report.json",
        "grades": out / "grades.csv",
        "gradebook": gradebook,
    }
    for what, where in lines.items():
        if where is not None:
            show(f"{what:27s}{where}")
    console.print(f"seed {seed}, isolation {one_line(isolation)}", markup=False, highlight=False)

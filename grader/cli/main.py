"""The command `aelab`, built from one module per command, and the one place where what went wrong becomes a line.

TensorFlow, nbgrader and jupytext are imported by the commands that need them, so that `--help` answers at once.
"""

import errno
import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..core.errors import UserError
from ..core.versions import grader_version
from .appeal import appeal
from .cache import cache_app
from .check import check
from .collect import collect
from .course import course_app
from .data import data_app
from .doctor import doctor
from .export import export_app
from .grade import grade
from .logs import logging_to, speak
from .marks import marks
from .release import release_app
from .report import report
from .seed import seed_app
from .shared import Invocation, command, invocation_of, say
from .similarity import similarity
from .verify import verify

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

WRONG_USAGE = 2
BUG = 70  # what sysexits.h calls EX_SOFTWARE
FOR_GRADING = {"alembic", "copydetect", "jupytext", "nbconvert", "nbformat", "nbgrader", "pyseccomp", "sqlalchemy"}
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}  # said by writes, which name no file
log = logging.getLogger(__name__)

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False,
    help="Auto-graded autoencoder lab: hand out, check, grade.",
    epilog="Example: `aelab grade submitted --out results`",
)  # fmt: skip
command(app, "check", "aelab check autoencoder --submission my-solution")(check)
command(app, "collect", "aelab collect submitted")(collect)
command(app, "grade", "aelab grade submitted --out results --seed 7")(grade)
command(app, "marks", "aelab marks results marks.csv")(marks)
command(app, "report", "aelab report results --open")(report)
command(app, "appeal", "aelab appeal submitted/ada --part vae --seeds 20")(appeal)
command(app, "verify", "aelab verify results/ada/report.json submitted/ada")(verify)
command(app, "doctor", "aelab doctor")(doctor)
command(app, "similarity", "aelab similarity submitted --out similarity.html --earlier 2025")(similarity)
app.add_typer(data_app, name="data")
app.add_typer(course_app, name="course")
app.add_typer(release_app, name="release")
app.add_typer(export_app, name="export")
app.add_typer(seed_app, name="seed")
app.add_typer(cache_app, name="cache")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"aelab {grader_version()}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    assignment: Annotated[
        str | None, typer.Option(metavar="NAME", help="The assignment, where several are installed.")
    ] = None,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose", "-v", count=True, show_default=False, help="Log to stderr what is done; -vv logs more."
        ),
    ] = 0,
    version: Annotated[  # noqa: ARG001 - shown before anything else is looked at
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options that come before the command."""
    invocation_of(context).assignment_name = assignment
    speak(verbose)


def main() -> None:
    """The entry point of `aelab`."""
    invocation = Invocation()
    with logging_to(invocation.log):
        status = _run(invocation)
    sys.exit(status)


def _run(invocation: Invocation) -> int:
    """The exit status. What a user can mend is one clear line; everything else is a bug of ours."""
    try:
        return app(prog_name="aelab", standalone_mode=False, obj=invocation) or 0
    except typer.TyperException as error:
        if message := error.format_message():  # without a command the help has been shown, and that is all
            context = getattr(error, "ctx", None)
            say(f"{message.rstrip('.')}; see `{context.command_path if context else 'aelab'} --help`")
        return error.exit_code
    except UserError as error:
        say(str(error))
        return error.status
    except (OSError, ModuleNotFoundError) as error:
        if message := _users_doing(error, invocation):
            say(message)
            return WRONG_USAGE
        return _bug(error, invocation)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - also what is no Exception so that no check swallows it
        return _bug(error, invocation)


def _users_doing(error: OSError | ModuleNotFoundError, invocation: Invocation) -> str:
    """What the system says of a path on the command line, or of a disk that takes no more; which extra is missing."""
    if isinstance(error, ModuleNotFoundError):
        missing = f"{error.name} is missing here, which instructors need: pip install 'autoencoder-lab[grade]'"
        return missing if error.name in FOR_GRADING else ""
    for path in (error.filename, error.filename2):
        if isinstance(path, str | bytes | os.PathLike) and (named := invocation.named(Path(os.fsdecode(path)))):
            return f"{named}: {error.strerror}"
    return error.strerror or "" if error.errno in NO_ROOM else ""


def _bug(error: BaseException, invocation: Invocation) -> int:
    """Keep the traceback and say where it is; returns the exit status."""
    log.critical("a bug of the grader ended the command", exc_info=error)
    lines = str(error).splitlines()
    what = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    where = f"in {invocation.log.written}" if invocation.log.written else "above, as no log could be written"
    say(f"a bug of the grader ended the command ({what[:400]}); the traceback is {where}")
    return BUG

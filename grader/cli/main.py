"""The command `aelab`: parses, calls the library, and turns known exceptions into one clear line.

TensorFlow, nbgrader and jupytext are imported by the commands that need them, so that `--help` answers at once.
"""

import os
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from ..core.registry import Check, select
from ..core.text import one_line

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False,
    help="Auto-graded autoencoder lab: hand out, check, grade.",
    epilog="Example: `aelab grade submitted --out results`",
)  # fmt: skip
data_app = typer.Typer(
    no_args_is_help=True, help="The MNIST digits the lab trains on.", epilog="Example: `aelab data info`"
)
release_app = typer.Typer(
    no_args_is_help=True, help="What is handed out.", epilog="Example: `aelab release course lab-course`"
)
app.add_typer(data_app, name="data")
app.add_typer(release_app, name="release")
console = Console()

CORES = os.cpu_count() or 1
LONGEST_LINE = 2000  # characters of an error


def stop(message: str, status: int = 2) -> NoReturn:
    """End with one clear line on stderr, also where it quotes a submission."""
    print(f"aelab: {one_line(message, LONGEST_LINE)}", file=sys.stderr)
    raise typer.Exit(status)


@contextmanager
def clear_errors(*kinds: type[Exception], status: int = 2) -> Iterator[None]:
    """Known exceptions become one clear line and an exit status."""
    try:
        yield
    except kinds as error:
        stop(_text_of(error), status)


def _text_of(error: Exception) -> str:
    """The sentence in an exception, without quotes around it or a number before it."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error.args[0] if isinstance(error, KeyError) else error)


def chosen_checks(names: list[str] | None) -> tuple[Check, ...]:
    """The checks of the parts on the command line."""
    with clear_errors(KeyError):
        return select(names or ())


@app.command(epilog="Example: `aelab check autoencoder --submission my-solution`")
def check(
    parts: Annotated[list[str] | None, typer.Argument(help="Parts or single checks; all without one.")] = None,
    submission: Annotated[Path, typer.Option(help="A folder of modules, a notebook or a .zip.")] = Path(),
) -> None:
    """Check your own work, in this process; exits 0 only if everything passed."""
    from ..render.progress import CheckProgress
    from ..render.terminal import check_table
    from ..selfcheck.notebook import WrongKeras, all_passed, require_keras_2, session_of_files
    from ..submissions.reading import UnreadableSubmission

    checks = chosen_checks(parts)
    with clear_errors(UnreadableSubmission, OSError, WrongKeras):
        session = session_of_files(submission)
        with CheckProgress(console) as progress:
            require_keras_2()
            results = session.check(tuple(c.id for c in checks), progress)
    console.print(check_table(results))
    raise typer.Exit(0 if all_passed(results) else 1)


@app.command(epilog="Example: `aelab grade submitted --out results --seed 7`")
def grade(
    submissions: Annotated[
        Path, typer.Argument(help="A folder of submissions, an nbgrader course, or one submission.")
    ],
    out: Annotated[Path, typer.Option(help="Where reports, grades.csv, gradebook.db and pages go.")],
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Grading seed; without one that of an earlier run into --out, or a new one."),
    ] = None,
    part: Annotated[list[str] | None, typer.Option(help="Grade only this part or check; may be repeated.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, show_default="as many as there are cores", help="Parts that are measured at once.")
    ] = CORES,
    limit: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Change a limit; `aelab doctor` lists them.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Measure on the Dask cluster of this scheduler, tcp://…")
    ] = None,
    db: Annotated[
        str | None,
        typer.Option(metavar="URL", help="nbgrader's gradebook: sqlite:///… or postgresql://…; in --out without."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure everything, also what was measured before.")] = False,
    trust_submissions: Annotated[
        bool, typer.Option("--trust-submissions", help="Grade without isolation: only code that you trust.")
    ] = False,
) -> None:
    """Grade a class; exits 0 if all were graded, 1 if something could not be, 2 for wrong usage.

    What was measured before, by this or an earlier run, is not measured again, so the same command goes on with a run
    that was cut.
    """
    from ..core.expect import GraderFault
    from ..core.limits import limits_of
    from ..engine.backends import BackendConfig, ClusterError, ClusterLost, LazyBackend
    from ..engine.cache import Cache, CacheError, default_path
    from ..engine.run import OutputNotWritable, RunConfig, SummariesNotWritten, grade_all, prepare_output, seed_of
    from ..isolation.choice import NoIsolation
    from ..platforms.nbgrader.course import enter_reports, is_course, submitted_in
    from ..platforms.nbgrader.gradebook import GradebookError, address_of
    from ..platforms.nbgrader.session import course_seed
    from ..render.progress import ClassProgress
    from ..render.terminal import grades_table
    from ..submissions.reading import find_submissions

    checks = chosen_checks(part)
    known = (OSError, ValueError, OutputNotWritable, NoIsolation, GraderFault, CacheError, ClusterError)
    late = (SummariesNotWritten, GradebookError, ClusterLost)
    if db:
        with clear_errors(GradebookError):
            address_of(db)
    with clear_errors(*known), clear_errors(*late, status=1):
        found, limits = find_submissions(submitted_in(submissions)), limits_of(limit or ())
        in_course = is_course(submissions) and not part  # single parts would leave the other scores of the course open
        if seed is None and in_course:
            seed = course_seed(submissions)
        prepare_output(out)
        cache = Cache(default_path())
        parts = {check.part for check in checks}
        at_once = min(workers, len(found) * len(parts))
        place = BackendConfig(limits, at_once, scheduler, trust_submissions, (submissions, out, cache.path.parent))
        with LazyBackend(cache, place.name, place.starter(_say_isolation)) as backend:
            tier = backend.tier
            config = RunConfig(found, out, checks, seed_of(out, seed), limits, cache, tier, backend, fresh, db)
            with ClassProgress(console, len(found), len(parts)) as progress, interruptible(out):
                reports = grade_all(config, progress)
        if in_course:
            enter_reports(submissions, reports)
    console.print(grades_table(reports))
    _say_where(out, config.seed, reports[0].isolation, "at the address of --db" if db else out / "gradebook.db")
    raise typer.Exit(1 if any(report.needs_attention for report in reports) else 0)


def _say_isolation(description: str) -> None:
    console.print(f"isolation: {description}", highlight=False, soft_wrap=True)


@contextmanager
def interruptible(out: Path) -> Iterator[None]:
    """Ctrl-C is one clear line and exit status 130."""
    try:
        yield
    except KeyboardInterrupt:
        stop(f"stopped; what is done is kept, and the same command with --out {out} goes on from here", 130)


def _say_where(out: Path, seed: int, isolation: str, gradebook: Path | str) -> None:
    lines = {
        "class report": out / "index.html",
        "student pages and pictures": out / "<submission>" / "index.html",
        "records": out / "<submission>" / "report.json",
        "grades": out / "grades.csv",
        "gradebook": gradebook,
    }
    for what, where in lines.items():
        console.print(f"{what:27s}{where}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"seed {seed}, isolation {one_line(isolation)}", markup=False, highlight=False)


@app.command(epilog="Example: `aelab report results --open`")
def report(
    out: Annotated[Path, typer.Argument(help="The --out folder of an earlier `aelab grade`.")],
    show: Annotated[bool, typer.Option("--open", help="Open the class report in the browser.")] = False,
) -> None:
    """Write the pages and tables of a graded class again, from its records."""
    from ..engine.run import OutputNotWritable, prepare_output, write_summaries
    from ..platforms.nbgrader.gradebook import GradebookError
    from ..render.report_json import ReportError, read_reports
    from ..render.terminal import grades_table

    with clear_errors(ReportError, OSError, OutputNotWritable, GradebookError):
        reports = read_reports(out)
        prepare_output(out)
        write_summaries(reports, out)
    console.print(grades_table(reports))
    _say_where(out, reports[0].seed, reports[0].isolation, out / "gradebook.db")
    page = (out / "index.html").resolve()
    if show and not webbrowser.open(page.as_uri()):
        stop(f"there is no browser to open {page} in")


@app.command(epilog="Example: `aelab doctor`")
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say which isolation this machine has, why it has no more, and the limits; exits 1 if there is none."""
    if sys.platform != "linux":
        stop("isolation needs Linux; grade there, or code that you trust with --trust-submissions", 1)
    from ..core.limits import Limits
    from ..isolation.doctor import diagnose
    from ..render.doctor import diagnosis_text, tier_progress, to_json

    with tier_progress(Console(stderr=True)) as progress:
        found = diagnose(Limits(), progress)
    if as_json:
        print(to_json(found))
    else:
        console.print(diagnosis_text(found), highlight=False)
    raise typer.Exit(0 if found.holds else 1)


@data_app.command("import", epilog="Example: `aelab data import downloads/mnist`")
def data_import(
    folder: Annotated[Path, typer.Argument(help="Holds the four official IDX files, plain or .gz.")],
    data_dir: Annotated[
        Path | None, typer.Option(help="TensorFlow Datasets' folder; its own default without one.")
    ] = None,
) -> None:
    """Prepare full MNIST for TensorFlow Datasets from the official files, without a network."""
    from ..autoencoders.mnist_import import MnistImportError, import_mnist

    with clear_errors(MnistImportError, OSError):
        console.print(
            f"full MNIST is ready in {import_mnist(folder, data_dir)}", markup=False, highlight=False, soft_wrap=True
        )


@data_app.command("info", epilog="Example: `aelab data info`")
def data_info(
    data_dir: Annotated[
        Path | None, typer.Option(help="TensorFlow Datasets' folder; its own default without one.")
    ] = None,
) -> None:
    """Say which digits `load_mnist` finds."""
    from ..autoencoders.mnist_import import describe_mnist

    console.print(str(describe_mnist(data_dir)), markup=False, highlight=False, soft_wrap=True)


@release_app.command("templates", epilog="Example: `aelab release templates handout`")
def release_templates(
    target: Annotated[Path, typer.Argument(help="The folder to write.")] = Path("student_templates"),
) -> None:
    """Write the student templates and the notebook, generated from the reference."""
    from ..release.templates import write_templates

    with clear_errors(OSError, ValueError):
        say_written(write_templates(target), target)


@release_app.command("course", epilog="Example: `aelab release course lab-course`")
def release_course(target: Annotated[Path, typer.Argument(help="The course folder to write.")]) -> None:
    """Write an nbgrader course folder with the lab as assignment lab05."""
    from ..platforms.nbgrader.course_folder import write_course

    with clear_errors(OSError, ValueError):
        say_written(write_course(target), target)


def say_written(files: list[Path], target: Path) -> None:
    """What was written where."""
    console.print(f"wrote {len(files)} files to {target}", markup=False, highlight=False, soft_wrap=True)


from . import cache as cli_cache  # noqa: E402, F401 - they add their commands to those above
from . import export as cli_export


def main() -> None:
    """The entry point of `aelab`. Wrong usage, too, is one clear line and exit status 2."""
    try:
        status = app(prog_name="aelab", standalone_mode=False)
    except typer.TyperException as error:
        status, message = error.exit_code, error.format_message()
        if message:  # without a command the help has been shown already, and there is nothing more to say
            print(f"aelab: {message.rstrip('.')}; see `aelab --help`", file=sys.stderr)
    sys.exit(status)

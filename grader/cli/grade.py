"""`aelab grade`: a class, from its folder to its tables, pages and gradebook."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .shared import console, invocation_of, show, show_results, stop

if TYPE_CHECKING:
    from ..core.outcomes import Report
    from ..engine.backend_config import BackendConfig
    from ..engine.cache import Cache
    from ..engine.run import RunConfig
    from ..render.results_folder import ResultsFolder

CORES = os.cpu_count() or 1


def grade(
    context: typer.Context,
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
        str | None, typer.Option(metavar="ADDRESS", help="Measure on the Dask cluster of this scheduler, tls://…")
    ] = None,
    unencrypted: Annotated[
        bool, typer.Option("--unencrypted", help="Let the scheduler be on another machine without TLS, tcp://…")
    ] = False,
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
    that was cut. Warnings and bugs of the grader are written to aelab.log in --out.
    """
    from ..core.limits import limits_of
    from ..engine.backend_config import BackendConfig
    from ..engine.cache import Cache, default_path
    from ..engine.run import RunConfig
    from ..platforms.nbgrader.course import is_course, submitted_in
    from ..platforms.nbgrader.gradebook import address_of
    from ..platforms.nbgrader.session import course_seed
    from ..render.found import found_line
    from ..render.results_folder import ResultsFolder
    from ..render.terminal import grades_table, not_graded
    from ..submissions.finding import find_submissions

    invocation = invocation_of(context)
    invocation.log.folder = out
    assignment = invocation.assignment
    checks = assignment.select(part or ())
    if db:
        address_of(db)
    found, limits = find_submissions(submitted_in(submissions), assignment), limits_of(limit or ())
    show(found_line(found))
    in_course = is_course(submissions) and not part  # single parts would leave the other scores of the course open
    if seed is None and in_course:
        seed = course_seed(submissions)
    folder = ResultsFolder(assignment, out, found.platform)
    folder.prepare()
    cache = Cache(default_path())
    parts = {check.part for check in checks}
    at_once = min(workers, len(found.submissions) * len(parts))
    private = (submissions, out, cache.path.parent)
    place = BackendConfig(assignment, limits, at_once, scheduler, trust_submissions, private, unencrypted)
    config = partial(RunConfig, assignment, found.submissions, checks, limits=limits, fresh=fresh)
    with _interruptible(out):
        reports = _measured(place, cache, lambda: config(seed=folder.seed(seed)), folder, len(parts))
        folder.write_summaries(reports)
        _enter(place, reports, db, out, cache, submissions if in_course else None)
    console.print(grades_table(assignment, reports))
    for line in not_graded(reports):
        show(line)
    gradebook = "at the address of --db" if db else out / "gradebook.db"
    show_results(out, reports[0].seed, reports[0].isolation, gradebook)
    raise typer.Exit(1 if any(report.needs_attention for report in reports) else 0)


def _measured(
    place: "BackendConfig", cache: "Cache", configured: "Callable[[], RunConfig]", folder: "ResultsFolder", parts: int
) -> "list[Report]":
    """The reports, each written as soon as it is complete. The seed is written once there is a tier."""
    from ..engine.backends import LazyBackend
    from ..engine.observer import Observer
    from ..engine.run import grade_class
    from ..render.progress import ClassProgress

    class Shown(ClassProgress, Observer):
        """What the run is told it tells the terminal."""

    with LazyBackend(cache, place.name, place.starter(_say_isolation)) as backend:
        tier = backend.tier
        config = configured()
        with Shown(console, len(config.submissions), parts) as progress:
            return grade_class(config, backend, tier, cache, progress, folder)


def _say_isolation(description: str) -> None:
    """Say it, and import nbgrader beside the measuring that begins now."""
    from ..platforms.nbgrader.entry import load_ahead

    console.print(f"isolation: {description}", highlight=False, soft_wrap=True)
    load_ahead()


def _enter(
    place: "BackendConfig", reports: "Sequence[Report]", db: str | None, out: Path, cache: "Cache", course: Path | None
) -> None:
    """Enter the scores into the gradebook, and those of a course into its own, too. Raises GradebookError."""
    from ..platforms.nbgrader.course import enter_reports
    from ..platforms.nbgrader.entry import enter
    from ..platforms.nbgrader.gradebook import write_gradebook

    if db:
        write_gradebook(place.assignment, reports, db)
    else:
        enter(place.assignment, reports, out / "gradebook.db", cache)
    if course:
        enter_reports(place.assignment, course, reports)


@contextmanager
def _interruptible(out: Path) -> Iterator[None]:
    """Ctrl-C is one clear line and exit status 130."""
    try:
        yield
    except KeyboardInterrupt:
        stop(f"stopped; what is done is kept, and the same command with --out {out} goes on from here", 130)

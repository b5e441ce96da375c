"""`aelab grade`: a class, from its folder to its tables, pages and gradebook."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..core.text import one_line
from .shared import CORES, RosterFile, console, interruptible, invocation_of, show, show_results, stop

if TYPE_CHECKING:
    from ..core.outcomes import Report
    from ..engine.backend_config import BackendConfig
    from ..engine.cache import Cache
    from ..engine.run import RunConfig
    from ..platforms.nbgrader.entry import Entered
    from ..render.results_folder import ResultsFolder
    from ..submissions.handed_in import HandedIn


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
    student: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Grade only this student, into the class' results; may be repeated."),
    ] = None,
    only_failed: Annotated[
        bool,
        typer.Option("--only-failed", help="Grade only who has no final score in --out yet."),
    ] = False,
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
    roster: RosterFile = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure everything, also what was measured before.")] = False,
    trust_submissions: Annotated[
        bool, typer.Option("--trust-submissions", help="Grade without isolation: only code that you trust.")
    ] = False,
) -> None:
    """Grade a class; exits 0 if all were graded, 1 if something could not be, 2 for wrong usage.

    What was measured before, by this or an earlier run, is not measured again, so the same command goes on with a run
    that was cut. Tables and pages are over everybody with a record in --out. Warnings and bugs of the grader are
    written to aelab.log in --out.
    """
    from ..isolation.sandbox import SANDBOX

    SANDBOX.start_ahead()  # beside the imports below
    from ..core.limits import limits_of
    from ..course.finding import require_in_course
    from ..engine.backend_config import BackendConfig
    from ..engine.cache import Cache, default_path
    from ..engine.run import RunConfig
    from ..platforms.final_grades import GradebookNotNamed, final_by_student
    from ..platforms.nbgrader.course import enter_reports, is_course, submitted_in
    from ..platforms.nbgrader.entry import Entered
    from ..platforms.nbgrader.gradebook import address_of, decides
    from ..platforms.nbgrader.session import course_seed
    from ..render.found import doubtful, found_line, late_without_time
    from ..render.hand_in_json import record_hand_ins, told_apart
    from ..render.results_folder import ResultsFolder
    from ..render.terminal import grades_table, not_graded
    from ..submissions.finding import find_submissions
    from ..submissions.terms import terms_of

    invocation = invocation_of(context)
    invocation.log.folder = out
    assignment = invocation.assignment
    checks = assignment.select(part or ())
    if db:
        address_of(db)
    terms = terms_of(roster, assignment.texts)
    limits = limits_of(limit or (), assignment.limits)
    found, doubts = terms.match(find_submissions(submitted_in(submissions), assignment))
    show(found_line(found))
    in_course = is_course(submissions) and not part  # single parts would leave the other scores of the course open
    folder = ResultsFolder(assignment, out, found.platform, decides(submissions if in_course else None, db))
    if part:
        folder.refuse_fewer(checks)
    agreed = folder.agreed_seed(seed)
    if is_course(submissions):
        require_in_course(assignment, submissions)
        agreed = folder.agreed_seed(course_seed(submissions, seed, agreed))
    chosen = _chosen(found.submissions, student, folder if only_failed else None)
    folder.prepare()
    cache = Cache(default_path())
    parts = {check.part for check in checks}
    at_once = min(workers, len(chosen) * len(parts))
    private = (submissions, out, cache.path.parent)
    place = BackendConfig(
        assignment,
        limits,
        at_once,
        scheduler,
        trust_submissions,
        private,
        unencrypted,
        invocation.source.absolute(assignment.name),
    )
    config = partial(RunConfig, assignment, chosen, checks, limits=limits, fresh=fresh)
    with interruptible(f"stopped; what is done is kept, and the same command with --out {out} goes on from here"):
        counts = partial(terms.counting, platform=found.platform)
        reports = _measured(place, cache, lambda: config(seed=folder.seed(agreed)), folder, len(parts), counts)
        everybody, problems = folder.with_others(reports)
        hand_ins = record_hand_ins(out, found, terms, everybody)
        folder.write_summaries(everybody, () if db else ("gradebook.db",))
        _enter(place, told_apart(everybody, found, doubts), Entered(hand_ins, terms), db, out, cache)
        if in_course:
            students = [] if len(chosen) == len(found.submissions) else [each.student for each in chosen]
            enter_reports(assignment, submissions, reports, students)
        try:
            if grades := final_by_student(assignment, out, db):  # with what a person gave
                folder.write_summaries(everybody, (), grades)
        except GradebookNotNamed as problem:
            problems.append(str(problem))
    console.print(grades_table(assignment, everybody))
    for line in [
        *not_graded(everybody),
        *problems,
        *_beside(found.submissions, everybody, out),
        *doubtful(doubts),
        *late_without_time(hand_ins),
    ]:
        show(line)
    gradebook = "at the address of --db" if db else out / "gradebook.db"
    show_results(out, reports[0].seed, reports[0].isolation, gradebook)
    raise typer.Exit(1 if problems or doubts or any(report.needs_attention for report in reports) else 0)


def _chosen(
    handed_in: "Sequence[HandedIn]", names: Sequence[str] | None, folder: "ResultsFolder | None"
) -> "Sequence[HandedIn]":
    """Those of these names, all without one; and of them only who has no final score in `folder`, where one is given.

    Exits 0 where nobody is left. Raises NoSuchStudent.
    """
    from ..submissions.selecting import named

    chosen = named(handed_in, names) if names else handed_in
    if folder is not None:
        earlier = {each.name: folder.report_of(each.name) for each in chosen}
        chosen = [each for each in chosen if (report := earlier[each.name]) is None or report.needs_attention]
        if not chosen:
            stop(f"nothing to grade: everybody has a final score in {folder.out}", 0)
    return chosen


def _beside(handed_in: "Sequence[HandedIn]", reports: "Sequence[Report]", out: Path) -> list[str]:
    """Who is in the tables from an earlier run alone, and who is not in them yet, one line each."""
    here, graded = {each.name for each in handed_in}, {report.submission for report in reports}
    lines = {
        f"in {out} from an earlier run, and not handed in here": graded - here,
        "not graded yet": here - graded,
    }
    return [f"{what}: {', '.join(map(one_line, sorted(names)))}" for what, names in lines.items() if names]


def _measured(
    place: "BackendConfig",
    cache: "Cache",
    configured: "Callable[[], RunConfig]",
    folder: "ResultsFolder",
    parts: int,
    counts: "Callable[..., HandedIn]",
) -> "list[Report]":
    """The reports, each written as soon as it is complete. The seed is written once there is a tier.

    counts: says which attempt of a student counts, of the reports on all of them where these decide.
    """
    from ..engine.attempts import with_counting
    from ..engine.backends import LazyBackend
    from ..engine.observer import Observer
    from ..engine.run import grade_class
    from ..render.progress import ClassProgress

    class Shown(ClassProgress, Observer):
        """What the run is told it tells the terminal."""

    with LazyBackend(cache, place.name, place.starter(_say_isolation)) as backend:
        tier = backend.tier
        config = with_counting(configured(), backend, tier, cache, counts)
        with Shown(console, len(config.submissions), parts) as progress:
            return grade_class(config, backend, tier, cache, progress, folder)


def _say_isolation(description: str) -> None:
    """Say it, and import nbgrader beside the measuring that begins now."""
    from ..platforms.nbgrader.entry import load_ahead

    console.print(f"isolation: {description}", highlight=False, soft_wrap=True)
    load_ahead()


def _enter(
    place: "BackendConfig", reports: "Sequence[Report]", entered: "Entered", db: str | None, out: Path, cache: "Cache"
) -> None:
    """Enter the scores into the gradebook. Raises GradebookError."""
    from ..platforms.nbgrader.entry import enter
    from ..platforms.nbgrader.gradebook import write_gradebook

    if db:
        write_gradebook(place.assignment, reports, db, entered.hand_ins, entered.terms)
    else:
        enter(place.assignment, reports, out / "gradebook.db", cache, entered)

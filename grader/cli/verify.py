"""`aelab verify`: a record, held against the submission once more."""

from pathlib import Path
from typing import Annotated

import typer

from ..core.errors import UserError
from ..core.text import one_line
from .shared import CORES, GradedLimits, Trusted, invocation_of, show, stop


def verify(
    context: typer.Context,
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="A report.json that `aelab grade` wrote.")],
    submission: Annotated[
        Path, typer.Argument(help="The submission that it is about, or the class folder in which it lies.")
    ],
    workers: Annotated[
        int, typer.Option(min=1, show_default="as many as there are cores", help="Parts that are measured at once.")
    ] = CORES,
    limit: GradedLimits = None,
    trust_submissions: Trusted = False,
) -> None:
    """Measure a submission again under the seed of its record, and say what differs.

    Exits 0 if everything is as recorded (submission, versions, the grader's code, every check), 1 if something differs,
    2 if that could not be tried. Nothing is looked up, and nothing is written. Of another submission than the recorded
    one nothing is measured.
    """
    from ..core.limits import limits_of
    from ..engine.plan import plan_of
    from ..engine.run import RunConfig
    from ..render.comparison import differences
    from ..render.report_json import FILE_NAME, read_report
    from ..submissions.finding import find_submissions
    from ..submissions.selecting import named
    from .measuring import measured

    assignment = invocation_of(context).assignment
    limits = limits_of(limit or (), assignment.limits)
    if report.name != FILE_NAME:
        raise UserError(f"{report} is not called {FILE_NAME}, as what `aelab grade` writes")
    recorded = read_report(report.parent)
    if recorded.assignment != assignment.name:
        raise UserError(f"{report} is about {one_line(recorded.assignment)}, and this is about {assignment.name}")
    found = find_submissions(submission, assignment).submissions
    (last,) = found if len(found) == 1 else named(found, [recorded.submission])
    handed_in = last.attempt_of(recorded.attempt)
    ids = {check.id for check in recorded.checks}
    checks = tuple(check for check in assignment.checks if check.id in ids)
    plan = plan_of(assignment, handed_in, checks, recorded.seed, limits)
    digest = plan.submission.sha256 if plan.submission else ""
    if digest != recorded.graded.submission_sha256:
        why = plan.problem or plan.fault or f"its digest is {digest}"
        stop(f"{submission} is not what was graded: {why}; nothing was measured", 1)
    config = RunConfig(assignment, [handed_in], checks, recorded.seed, limits)
    (again,) = measured(config, [recorded.seed], workers, trusted=trust_submissions, private=(submission, report))
    different = differences(recorded, again)
    for each in different:
        show(str(each))
    if not different:
        show(f"as recorded: submission, versions, code, and {len(checks)} checks with {again.score:g} points")
    raise typer.Exit(1 if different else 0)

"""`aelab appeal`: one submission measured again under many seeds, and what that comes to."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..core.errors import UserError
from .shared import CORES, AsJson, GradedLimits, SeedWorkers, Trusted, console, invocation_of, show


def appeal(
    context: typer.Context,
    submission: Annotated[Path, typer.Argument(help="The submission of who appeals.")],
    part: Annotated[list[str], typer.Option(help="The part or check that is appealed against; may be repeated.")],
    seeds: Annotated[int, typer.Option(min=2, max=1000, help="How many seeds to measure under.")] = 20,
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("appeal.html"),
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="What the seeds are derived from, to repeat an appeal; drawn anew without one."),
    ] = None,
    workers: SeedWorkers = CORES,
    limit: GradedLimits = None,
    trust_submissions: Trusted = False,
    as_json: AsJson = False,
) -> None:
    """Measure a part of one submission under many other seeds, beside what right solutions and mistakes measure.

    Prints a verdict for each check and writes a page with the distributions. None of the seeds is a grading seed. What
    does not depend on a seed is named. What the part builds on is measured, too, as in a grading: an error there is
    carried forward. Exits 0 once there is a verdict, 1 if the grader failed.
    """
    from ..core.files import write_atomically
    from ..core.limits import limits_of
    from ..core.outcomes import now
    from ..core.seeds import derived, draw
    from ..engine.appeal import appealed, is_random, with_needed
    from ..engine.cache import Cache, default_path
    from ..engine.run import RunConfig
    from ..render.appeal import Appeal, appeal_json, appeal_page, appeal_table, nothing_random
    from ..submissions.finding import find_submissions
    from .measuring import measured

    assignment = invocation_of(context).assignment
    limits = limits_of(limit or (), assignment.limits)
    asked = assignment.select(part)
    checks, fixed = tuple(filter(is_random, asked)), tuple(each for each in asked if not is_random(each))
    found = find_submissions(submission, assignment).submissions
    if len(found) > 1:
        raise UserError(f"{submission} holds {len(found)} submissions: name the one that is appealed for")
    if fixed and not as_json:
        show(nothing_random(fixed))
    if not checks:
        raise typer.Exit
    base = draw() if seed is None else seed
    config = RunConfig(assignment, found, with_needed(assignment, found[0], checks, limits), 0, limits)
    others = [derived(base, "appeal", number) for number in range(seeds)]
    reports = measured(
        config, others, workers, trusted=trust_submissions, private=(submission, default_path().parent),
        cache=lambda: Cache(default_path()), quiet=as_json,
    )  # fmt: skip
    told = Appeal(
        reports[0].submission, ", ".join(dict.fromkeys(each.part for each in asked)), base, seeds, now(),
        reports[0].isolation, tuple(appealed(assignment, checks, reports)), fixed,
    )  # fmt: skip
    write_atomically(out, appeal_page(assignment, told).encode())
    if as_json:
        json.dump(appeal_json(told), sys.stdout, indent=2)
        print()
    else:
        console.print(appeal_table(told))
        show(f"wrote {out}\nseeds derived from {base}, isolation {told.isolation}")
    raise typer.Exit(1 if any(each.unmeasured for each in told.checks) else 0)

"""`aelab course test`: whether the checks of a course tell right from wrong."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from ..core.errors import UserError
from .shared import CORES, AsJson, GradedLimits, SeedWorkers, Trusted, console, invocation_of, show


def course_test(
    context: typer.Context,
    part: Annotated[
        list[str] | None,
        typer.Option(show_default="what the course has made its own", help="Try this part or check; may be repeated."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How many seeds to grade each submission under.")] = 3,
    seed: Annotated[
        int | None, typer.Option(min=0, help="What the seeds are derived from, to repeat a trial; drawn without one.")
    ] = None,
    workers: SeedWorkers = CORES,
    limit: GradedLimits = None,
    trust_submissions: Trusted = False,
    as_json: AsJson = False,
) -> None:
    """Grade the course's own solution, its stubs and its wrong samples under several seeds.

    The solution has to get all points, the stubs none, and each sample in samples/*.toml has to fail with its code. Of
    every threshold it says how near it lies to both sides. Exits 0 if all is so, 1 if not.
    """
    from ..core.limits import limits_of
    from ..core.seeds import derived, draw
    from ..course.samples import read_samples
    from ..course.trial import of_the_course, trial_of
    from ..engine.cache import Cache, default_path
    from ..engine.run import RunConfig
    from ..release.trial import trial_sources, write_trial
    from ..render.trial import margins_table, problem_lines, trial_json, trial_table
    from ..submissions.handed_in import HandedIn
    from .measuring import measured

    invocation = invocation_of(context)
    assignment, source = invocation.assignment, invocation.source.read()
    if source is None:
        raise UserError("there is no course.toml here: name one with --course, or begin with `aelab course init`")
    checks = assignment.select(part) if part else of_the_course(assignment, source)
    if not checks:
        raise UserError(f"{source.path} has no checks and no thresholds of its own: name what to try with --part")
    samples = read_samples(source.path)
    sources = trial_sources(assignment, dict.fromkeys(check.part for check in checks), samples)
    base = draw() if seed is None else seed
    others = [derived(base, "course test", number) for number in range(seeds)]
    with TemporaryDirectory(prefix="aelab-") as folder:
        places = write_trial(Path(folder), sources)
        handed_in = [HandedIn(name, place, name) for name, place in places.items()]
        config = RunConfig(assignment, handed_in, checks, 0, limits_of(limit or (), assignment.limits))
        reports = measured(
            config, others, workers, trusted=trust_submissions, private=(Path(folder), default_path().parent),
            cache=lambda: Cache(default_path()), quiet=as_json,
        )  # fmt: skip
    trial = trial_of(checks, {each.name: each.code for each in samples}, base, reports)
    if as_json:
        json.dump(trial_json(trial), sys.stdout, indent=2)
        print()
    else:
        console.print(trial_table(trial))
        if trial.margins:
            console.print(margins_table(trial))
        for line in problem_lines(trial):
            show(line)
        show(f"seeds derived from {base}, isolation {trial.isolation}")
    raise typer.Exit(0 if trial.succeeded else 1)

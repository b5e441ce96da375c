"""One work in many packagings: `python -m benchmarks.one_work.packagings read|grade COUNT [--alone] [--page]`.

`read` lets Hypothesis build so many, and holds the choice, texts and notes against those of the plain form. `grade`
takes some that are spread evenly over every factor, grades all of them as one class, and holds the whole graded records
against that of the plain folder or the plain notebook, but for times, places and notes. Between these two, outcomes,
points and codes have to be the same: a module that imports another one is told what a cell without it is not. The works
are a solved, a half-done and a wrong one of the lab; of the parts those are graded that cost little: two without a
training, and two with one.

In one class run the results of equal code are used again, as in any run: then equal records show that equal code was
found. With --alone every submission is a run of its own without a cache, and every part is measured.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from rich.console import Console

from benchmarks.one_work.forms import cells_of
from benchmarks.one_work.page import keep
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.core.outcomes import Report
from grader.engine.backends import Backend, LocalBackend
from grader.engine.cache import Cache
from grader.engine.observer import Observer
from grader.engine.run import RunConfig, grade_class
from grader.isolation.choice import open_pool
from grader.render.report_json import to_json
from tests.submissions.build import RECIPES, Recipe, read_recipe, sources_of
from tests.submissions.classes import found_in_downloads, read, read_plain
from tests.submissions.corpus import mutants
from tests.submissions.packaging import FACTORS, WORKS, Packaging, Work, packagings, spread

SEED = 7
PARTS = ("data", "upsampling", "pictures", "classifier")
MISTAKES = ("hidden_transposed_convolution", "original_twice", "pretraining_does_nothing")  # one in each other part
OF_PACKAGING = ("submission", "student", "attempt", "graded", "left_out", "seconds")


@cache
def real(work: str) -> Work:
    """A work as a student would have done it, in letters that every encoding has."""
    data = next(mutant.edits for mutant in mutants() if mutant.name == "divided_by_256")
    others = (read_recipe(RECIPES / f"{name}.toml").edits for name in MISTAKES)
    recipe = {
        "solved": Recipe("solved", ""),
        "half done": Recipe("half done", "", base="templates", take=("data.py", "autoencoder.py", "upsampling.py")),
        "wrong": Recipe("wrong", "", edits=(*data, *(edit for edits in others for edit in edits))),
    }[work]
    return replace(_built(recipe), hand_out=_built(Recipe("untouched", "", base="templates")))


def _built(recipe: Recipe) -> Work:
    sources = {name: text.encode("cp1252", "replace").decode("cp1252") for name, text in sources_of(recipe).items()}
    return Work({name.removesuffix(".py"): text for name, text in sources.items()}, cells_of(sources))


class Progress(Observer):
    """Prints every tenth submission that is graded."""

    def __init__(self, count: int, console: Console):
        self._count, self._console, self._done = count, console, 0

    def submission_ends(self, report: Report) -> None:  # noqa: ARG002 - how many is all that is shown
        """One more."""
        self._done += 1
        if self._done % 10 == 0 or self._done == self._count:
            self._console.print(f"{self._done} of {self._count} graded", highlight=False)


def graded(
    chosen: Sequence[Packaging], parts: Sequence[str], backend: Backend, folder: Path, console: Console, *, alone: bool
) -> dict[Packaging, Report]:
    """The report on each of these, and on the plain folder and the plain notebook of each work."""
    everyone = list(dict.fromkeys([*map(Packaging, WORKS), *(Packaging(work, "Jupyter") for work in WORKS), *chosen]))
    found = found_in_downloads(everyone, real, folder)
    named = [replace(handed_in, name=f"{number:03}") for number, handed_in in enumerate(found.values())]
    config = RunConfig(ASSIGNMENT, named, ASSIGNMENT.select(parts), SEED, Limits())
    runs = [replace(config, submissions=[each]) for each in named] if alone else [config]
    measured = None if alone else Cache(folder / "measured.sqlite")
    observer = Progress(len(named), console)
    reports = [r for each in runs for r in grade_class(each, lambda: backend, backend.tier, measured, observer)]
    return dict(zip(found, reports, strict=True))


def differences(reports: dict[Packaging, Report]) -> list[str]:
    """A line for each packaging whose record is not that of the plain form of the same work."""
    lines = []
    for packaging, report in reports.items():
        plain = Packaging(packaging.work, "Jupyter" if packaging.dialect else "")
        pairs = [(record_of(reports[plain]), record_of(report))]
        if packaging == plain:
            pairs = [(results_of(reports[Packaging(packaging.work)]), results_of(report))]
        lines += [
            f"{packaging}: {report.score:g} points\n    {_difference(*pair)}" for pair in pairs if len(set(pair)) > 1
        ]
    return lines


def record_of(report: Report) -> tuple[str, ...]:
    """What the packaging of a work must not change: a line for each check, and the rest of the record."""
    record = {key: value for key, value in json.loads(to_json(report)).items() if key not in OF_PACKAGING}
    checks = [{key: value for key, value in check.items() if key != "seconds"} for check in record.pop("checks")]
    return tuple(json.dumps(each) for each in (*checks, record))


def results_of(report: Report) -> tuple[str, ...]:
    """What the form of a work must not change."""
    return tuple(f"{check.id}: {check.outcome} {check.score:g} {check.code}" for check in report.checks)


def _difference(plain: tuple[str, ...], found: tuple[str, ...]) -> str:
    return next(f"{one}\n    {other}" for one, other in zip(plain, found, strict=True) if one != other)


def factors_of(chosen: Sequence[Packaging]) -> dict[str, dict[str, int]]:
    """How often each value of each factor was tried."""
    found = {name: Counter(getattr(each, name) for each in chosen) for name in FACTORS if name != "junk"}
    found["junk"] = Counter(kind for each in chosen for kind in each.junk)
    return {name: {repr(value).strip("'"): counts[value] for value in sorted(counts)} for name, counts in found.items()}


def read_all(count: int, console: Console) -> None:
    """Let Hypothesis build so many. Raises what it has found, with the smallest example."""
    tried = []

    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(packagings())
    def is_read_the_same(packaging: Packaging) -> None:
        assert read(packaging) == read_plain(packaging.work, packaging.dialect)
        tried.append(packaging)
        if len(tried) % 100 == 0:
            console.print(f"{len(tried)} of {count} read", highlight=False)

    is_read_the_same()


def grade_all(count: int, console: Console, *, alone: bool) -> tuple[list[str], dict[str, object]]:
    """What differs, and what is kept of it."""
    chosen, cores, began = spread(count), os.cpu_count() or 1, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, open_pool(ASSIGNMENT, Limits(), cores, trusted=False) as pool:
        reports = graded(chosen, PARTS, LocalBackend(ASSIGNMENT, pool), Path(folder), console, alone=alone)
    found = differences(reports)
    points = {work: reports[Packaging(work)].score for work in WORKS}
    record = {"count": count, "different": len(found), "alone": alone, "parts": PARTS, "points": points}
    return found, record | {"factors": factors_of(chosen), "seconds": round(time.perf_counter() - began)}


def main() -> None:
    """Compare, print what differs, and exit 1 if anything does."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_work.packagings", description=__doc__)
    parser.add_argument("what", choices=["read", "grade"])
    parser.add_argument("count", type=int)
    parser.add_argument("--alone", action="store_true", help="measure every part of every submission")
    parser.add_argument("--page", action="store_true", help="enter what came of it into docs/one-work.md")
    arguments, console = parser.parse_args(), Console()
    if arguments.what == "read":
        read_all(arguments.count, console)
        found, record = [], {"count": arguments.count}
    else:
        found, record = grade_all(arguments.count, console, alone=arguments.alone)
    console.print(*found, f"{arguments.count} packagings, {len(found)} differ", sep="\n", markup=False, highlight=False)
    if arguments.page:
        keep(arguments.what, record)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

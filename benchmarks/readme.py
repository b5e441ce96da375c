"""The sample output in README.md: what `make demo` prints of the sample class, from the outcomes that it has to have.

The tests grade the same class and compare every outcome with the same files, so the table needs no grading of its own.
"""

import re
from io import StringIO
from pathlib import Path

from rich.console import Console

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, Outcome, Provenance, Report, Status
from grader.render.terminal import WIDTH, grades_table
from tests.submissions.build import Recipe, recipes

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"(<!-- output: demo -->\n).*?(<!-- end -->)", re.DOTALL)


def with_samples(text: str) -> str:
    """The text of a README with its sample output as the program prints it now."""
    return BLOCK.sub(lambda block: f"{block[1]}```\n{demo_table()}```\n{block[2]}", text)


def demo_table() -> str:
    """The table of the sample class, as in a terminal of 80 columns without colours."""
    printed = StringIO()
    Console(file=printed, width=WIDTH).print(grades_table(ASSIGNMENT, [report_of(recipe) for recipe in recipes()]))
    return "".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines())


def report_of(recipe: Recipe) -> Report:
    """The report that a sample submission has to get, without texts and times."""
    results = []
    for check in ASSIGNMENT.checks:
        outcome = recipe.expected[check.id]
        score = float(check.points) if outcome is Outcome.PASSED else 0.0
        results.append(CheckResult(check.id, check.part, check.points, score, outcome, ""))
    graded = Provenance(at="", aelab="", calibration="", python="", tensorflow="", submission_sha256="")
    return Report(
        submission=recipe.name, student=recipe.name, assignment=ASSIGNMENT.name, graded=graded, isolation="",
        seed=0, seconds=0.0, status=Status.GRADED, checks=tuple(results),
    )  # fmt: skip

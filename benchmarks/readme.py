"""What README.md shows: the figures that were measured, and what `make demo` prints of the sample class.

The figures come from docs/validity.csv, benchmarks/RESULTS.md and the corpus of attacks. The output comes from the
outcomes that the samples have to have; the tests grade them and compare with the same files.
"""

import re
from io import StringIO
from pathlib import Path

from rich.console import Console

from benchmarks.markdown import render
from benchmarks.results import PAGE as RESULTS
from benchmarks.validity_page import PAGE as VALIDITY
from benchmarks.validity_page import rows_from
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, Outcome, Provenance, Report, Status
from grader.render.terminal import WIDTH, grades_table
from tests.submissions.build import Recipe, recipes

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
ATTACKS = ROOT / "tests" / "submissions" / "attacks"
COLD = re.compile(
    r"\(a\) cold, .*?, (?P<ours>[\d.]+) s each; .*? test (?:a|per) part: (?P<plain>\d+) s each.*?"
    r"with the same checks: (?P<same>\d+) s each.*?\(b\) again, unchanged: (?P<again>[\d.]+) s"
)
TEMPLATE = Path(__file__).parent / "templates" / "readme.md.j2"


def with_samples(text: str) -> str:
    """The text of a README with its figures and its sample output as they are now."""
    for name, shown in (("figures", figures()), ("demo", f"```\n{demo_table()}```\n")):
        block = re.compile(rf"(<!-- output: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text = block.sub(lambda found, shown=shown: f"{found[1]}{shown}{found[2]}", text)
    return text


def figures() -> str:
    """The table of what was measured. Raises ValueError where RESULTS.md does not say how long a class takes."""
    rows = rows_from(VALIDITY.with_suffix(".csv").read_text(encoding="utf-8"))
    wrong, right = [row for row in rows if row.is_mutant], [row for row in rows if not row.is_mutant]
    took = COLD.search(" ".join(RESULTS.read_text(encoding="utf-8").split()))
    if took is None:
        raise ValueError(f"{RESULTS} has no line of a cold class: run `python -m benchmarks.results --only cold`")
    return render(
        TEMPLATE,
        caught=sum(row.caught == row.gradings for row in wrong),
        named=sum(row.named == row.gradings for row in wrong),
        mistakes=len(wrong),
        below=sum(row.below for row in right),
        gradings=sum(row.gradings for row in right),
        attacks=len(list(ATTACKS.glob("*.expected.json"))),
        minutes=round(120 * float(took["ours"]) / 60),
        **took.groupdict(),
    )


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

"""docs/validity.csv, a row for each submission of the corpus, and docs/validity.md, the sums of these rows."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from io import StringIO
from pathlib import Path
from typing import get_type_hints

from benchmarks.markdown import render
from benchmarks.verdicts import Finding, Graded, Verdict
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.files import write_atomically
from tests.submissions.corpus import Mutant, Variant, mutants, variants

TEMPLATE = Path(__file__).parent / "templates" / "validity.md.j2"
PAGE = Path(__file__).parents[1] / "docs" / "validity.md"


@dataclass(frozen=True)
class Row:
    """All gradings of one submission of the corpus, counted.

    kind: mutant or variant. check: has to fail; "" for a variant. caught, named: in how many gradings that happened.
    below: gradings that lost points where nothing is wrong; lost: points, all of these gradings together; findings:
    what was found there. unexplained: gradings in which the check has found no known cause.
    """

    kind: str
    part: str
    name: str
    description: str
    check: str
    gradings: int
    caught: int
    named: int
    below: int
    lost: float
    findings: str
    unexplained: int = 0

    @property
    def is_mutant(self) -> bool:
        """Whether the submission holds a mistake."""
        return self.kind == "mutant"

    @property
    def is_missed(self) -> bool:
        """Whether a mistake was not caught, not named or cost points elsewhere, in any of its gradings."""
        return self.is_mutant and not (self.caught == self.named == self.gradings and self.below == 0)


def write_pages(graded: Graded, page: Path) -> None:
    """Write the rows beside the page, as .csv, and then the page."""
    rows = rows_of(graded)
    write_atomically(page.with_suffix(".csv"), csv_of(rows).encode())
    write_atomically(page, page_of(rows).encode())


def rows_of(graded: Graded) -> list[Row]:
    """A row for each submission, mutants first, in the order of their first gradings."""
    found: dict[tuple[str, str], list[tuple[Mutant | Variant, Verdict]]] = {}
    for item, verdict in graded:
        found.setdefault((item.part, item.name), []).append((item, verdict))
    rows = [_row(gradings[0][0], [verdict for _, verdict in gradings]) for gradings in found.values()]
    return sorted(rows, key=lambda row: not row.is_mutant)


def _row(item: Mutant | Variant, verdicts: Sequence[Verdict]) -> Row:
    unwanted = {verdict.seed: _unwanted(item, verdict) for verdict in verdicts}
    is_mutant = isinstance(item, Mutant)
    return Row(
        kind="mutant" if is_mutant else "variant",
        part=item.part,
        name=item.name,
        description=item.mistake if is_mutant else item.difference,
        check=item.check if is_mutant else "",
        gradings=len(verdicts),
        caught=sum(verdict.catches(item) for verdict in verdicts) if is_mutant else 0,
        named=sum(verdict.names(item) for verdict in verdicts) if is_mutant else 0,
        below=sum(bool(found) for found in unwanted.values()),
        lost=sum(finding.lost for found in unwanted.values() for finding in found),
        unexplained=sum(_is_unexplained(item, verdict) for verdict in verdicts) if is_mutant else 0,
        findings="; ".join(f"seed {seed}: {f.check}: {f.message}" for seed, found in unwanted.items() for f in found),
    )


def _unwanted(item: Mutant | Variant, verdict: Verdict) -> list[Finding]:
    """What a grading found where nothing is wrong."""
    return [f for f in verdict.findings if isinstance(item, Variant) or f.part != item.part]


def _is_unexplained(mutant: Mutant, verdict: Verdict) -> bool:
    """Whether the check that should fail says that no known cause fits."""
    return any(f.check == mutant.check and f.code.endswith(".unknown") for f in verdict.findings)


def csv_of(rows: Iterable[Row]) -> str:
    """The rows as CSV (RFC 4180 but for the ends of lines), with a head."""
    text = StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) | {"lost": f"{row.lost:g}"} for row in rows)
    return text.getvalue()


def rows_from(text: str) -> list[Row]:
    """The rows of such a file."""
    types = get_type_hints(Row)
    return [Row(**{name: types[name](value) for name, value in row.items()}) for row in csv.DictReader(StringIO(text))]


def page_of(rows: Sequence[Row]) -> str:
    """The page: the sums for each part and for all, what was missed, and what was found where nothing is wrong."""
    sums = [_sums(part, [row for row in rows if row.part == part]) for part in ASSIGNMENT.part_names]
    missed = [
        (r.part, r.name, r.description, _yes(r, r.caught), _yes(r, r.named), f"{r.lost:g}") for r in rows if r.is_missed
    ]
    below = [
        (r.part, r.name, r.description, f"{r.below} of {r.gradings}", r.findings.replace("|", "\\|"))
        for r in rows
        if not r.is_mutant and r.below
    ]
    return render(TEMPLATE, sums=[*sums, _sums("all", rows)], missed=missed, below=below, ungraded=ungraded(rows))


def ungraded(rows: Iterable[Row]) -> list[str]:
    """The names of what is in the corpus and has no row: it came since `make validity` was run."""
    graded = {(row.part, row.name) for row in rows}
    corpus: list[Mutant | Variant] = [*mutants(), *variants()]
    return [each.name for each in corpus if (each.part, each.name) not in graded]


def _sums(name: str, rows: Sequence[Row]) -> tuple[object, ...]:
    wrong = [row for row in rows if row.is_mutant]
    right = [row for row in rows if not row.is_mutant]
    return (
        name,
        len(wrong),
        sum(row.caught == row.gradings for row in wrong),
        sum(row.named == row.gradings for row in wrong),
        sum(row.unexplained > 0 for row in wrong),
        len(right),
        sum(row.gradings for row in right),
        sum(row.below for row in right),
    )


def _yes(row: Row, count: int) -> str:
    return "yes" if count == row.gradings else "**no**"

"""The rows of the corpus and the page that sums them up."""

from dataclasses import replace
from pathlib import Path

from benchmarks.validity_page import PAGE, csv_of, page_of, rows_from, rows_of, ungraded, write_pages
from benchmarks.verdicts import Finding, Verdict
from tests.submissions.corpus import Mutant, Variant, mutants, variants

MUTANT = Mutant("kl_halved", "vae", "The KL is halved.", "vae.loss_is_negative_elbo", "elbo.kl_halved", ())
VARIANT = Variant("dense", "vae", "Dense, and wide.")
CAUGHT = Finding("vae.loss_is_negative_elbo", "vae", "failed", 3.0, "The KL divergence is halved.", "elbo.kl_halved")
ELSEWHERE = Finding("denoising.removes_noise", "denoising", "failed", 5.0, "0 dB | 1 dB")


def of(*findings: Finding, seed: int = 0) -> Verdict:
    return Verdict("any", seed, 1.0, findings, {}, {})


GRADED = [(VARIANT, of()), (MUTANT, of(CAUGHT)), (VARIANT, of(CAUGHT, seed=1))]


def test_the_committed_rows_are_the_corpus() -> None:
    """Mistakes and right variants have their rows, as in the corpus; the page counts those that have none yet."""
    rows = rows_from(PAGE.with_suffix(".csv").read_text(encoding="utf-8"))
    new = set(ungraded(rows))
    assert [(row.part, row.name, row.check) for row in rows if row.is_mutant] == [
        (each.part, each.name, each.check) for each in mutants() if each.name not in new
    ]
    assert [(row.part, row.name) for row in rows if not row.is_mutant] == [
        (each.part, each.name) for each in variants() if each.name not in new
    ]
    assert (f"last run: {len(new)} submissions" in PAGE.read_text(encoding="utf-8")) == bool(new)


def test_gradings_of_a_submission_become_one_row() -> None:
    """Mutants come first; a right variant tells what it lost, by seed."""
    wrong, right = rows_of(GRADED)
    assert (wrong.kind, wrong.gradings, wrong.caught, wrong.named, wrong.below) == ("mutant", 1, 1, 1, 0)
    assert (right.kind, right.gradings, right.below, right.lost) == ("variant", 2, 1, 3.0)
    assert right.findings == f"seed 1: {CAUGHT.check}: {CAUGHT.message}"


def test_what_a_mutant_loses_elsewhere_counts_against_the_grader() -> None:
    """Points of its own part do not."""
    (row,) = rows_of([(MUTANT, of(CAUGHT, ELSEWHERE))])
    assert (row.below, row.lost, row.is_missed) == (1, 5.0, True)
    assert not rows_of([(MUTANT, of(CAUGHT))])[0].is_missed


def test_a_check_that_knows_no_cause_is_counted() -> None:
    """Where its code says so; a known cause, and another check's, are not counted."""
    unknown = replace(CAUGHT, code="elbo.unknown")
    rows = rows_of([(MUTANT, of(unknown)), (MUTANT, of(CAUGHT, seed=1)), (MUTANT, of(replace(unknown, check="vae.x")))])
    assert [row.unexplained for row in rows] == [1]


def test_rows_come_back_from_their_file() -> None:
    """Also texts with commas, quotes, bars and several lines."""
    rows = [replace(row, findings='a "b",\n|c') for row in rows_of(GRADED)]
    assert rows_from(csv_of(rows)) == rows


def test_the_page_has_sums_and_what_is_not_as_it_should_be(tmp_path: Path) -> None:
    """Sums for each part and for all; a missed mistake, and a right variant below full marks, have their rows."""
    unseen = replace(MUTANT, name="kl_doubled")
    write_pages([*GRADED, (unseen, of(ELSEWHERE))], tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text()
    for name in ("vae", "all"):
        assert f"| {name} | 2 | 1 | 1 | 0 | 1 | 2 | 1 |" in page
    assert "| data | 0 | 0 | 0 | 0 | 0 | 0 | 0 |" in page
    assert "| vae | kl_doubled | The KL is halved. | **no** | **no** | 5 |" in page
    assert f"| vae | dense | Dense, and wide. | 1 of 2 | seed 1: {CAUGHT.check}: {CAUGHT.message} |" in page
    assert "None." not in page
    assert len(rows_from((tmp_path / "page.csv").read_text())) == 3


def test_a_page_on_which_all_is_well_says_so() -> None:
    """Nothing missed, nothing below full marks."""
    assert page_of(rows_of(GRADED[:2])).count("None.") == 2

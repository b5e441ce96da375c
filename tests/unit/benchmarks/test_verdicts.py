"""Verdicts on the corpus: what counts as caught and named, and how they are kept."""

from dataclasses import replace
from pathlib import Path

from benchmarks.verdicts import Finding, Verdict, is_as_promised, line_of, read_verdict, verdict_of, write_verdict
from grader.autoencoders.assignment import ASSIGNMENT
from tests.submissions.corpus import Mutant, Variant
from tests.unit.render import samples

MUTANT = Mutant("kl_halved", "vae", "The KL is halved.", "vae.loss_is_negative_elbo", "elbo.kl_halved", ())
VARIANT = Variant("dense", "vae", "Dense layers.")
CAUGHT = Finding("vae.loss_is_negative_elbo", "vae", "failed", 3.0, "The KL divergence is halved.", "elbo.kl_halved")
ELSEWHERE = Finding("denoising.removes_noise", "denoising", "failed", 5.0, "Halved.", "elbo.kl_halved")
SKIPPED = Finding("vae.loss_is_negative_elbo", "vae", "skipped", 3.0, "Halved.", "elbo.kl_halved")


def of(*findings: Finding, name: str = "kl_halved") -> Verdict:
    return Verdict(name, 0, 1.0, findings, {}, {})


def test_a_mutant_is_as_promised_when_caught_named_and_alone() -> None:
    """Its check failed, its part names it by its code, and no other part lost anything."""
    assert is_as_promised(MUTANT, of(CAUGHT))
    assert not is_as_promised(MUTANT, of())
    assert not is_as_promised(MUTANT, of(SKIPPED))
    assert not is_as_promised(MUTANT, of(CAUGHT, ELSEWHERE))


def test_a_code_in_another_part_or_of_a_skipped_check_names_nothing() -> None:
    """Only failed checks of the mutant's part count, and only codes: what a message says is for readers."""
    assert not of(replace(CAUGHT, code="elbo.kl_twice")).names(MUTANT)
    assert not of(ELSEWHERE).names(MUTANT)
    assert not of(SKIPPED).names(MUTANT)


def test_a_cause_that_cannot_be_told_from_the_mistake_names_it() -> None:
    """Where several explain a loss equally well, the code is that of one, and the others are told, too."""
    nearest = replace(CAUGHT, code="elbo.kl_twice", also=("elbo.unknown", "elbo.kl_halved"))
    assert of(nearest).names(MUTANT)


def test_a_right_variant_is_as_promised_with_full_marks_alone() -> None:
    """Whatever it lost breaks the promise."""
    assert is_as_promised(VARIANT, of(name="dense"))
    assert not is_as_promised(VARIANT, of(CAUGHT, name="dense"))


def test_a_broken_promise_is_told_with_its_messages() -> None:
    """The line on a grading shows messages only where something is not as it should be."""
    assert CAUGHT.message in line_of(VARIANT, of(CAUGHT, name="dense"))
    assert CAUGHT.message not in line_of(MUTANT, of(CAUGHT))


def test_a_stored_verdict_comes_back_the_same(tmp_path: Path) -> None:
    """Writing and reading are inverse; what is not stored is None."""
    path = tmp_path / "part" / "kl_halved.json"
    assert read_verdict(path) is None
    kept = of(replace(CAUGHT, also=("elbo.kl_twice",)), ELSEWHERE)
    write_verdict(kept, path)
    assert read_verdict(path) == kept


STEPS = ASSIGNMENT.thresholds["training steps"]


def steps(limit: float, recorded: float | None, *findings: Finding) -> Verdict:
    """A grading in which one check of the vae compared its training steps with a limit."""
    values = {} if recorded is None else {CAUGHT.check: {STEPS.name: recorded}}
    return Verdict("dense", 0, 1.0, findings, values, {STEPS.name: limit})


def test_a_verdict_stands_where_a_moved_threshold_changes_nothing(tmp_path: Path) -> None:
    """What passed and still would; not what would fail now."""
    now = STEPS.limit
    assert steps(now / 2, now / 4).stands
    assert steps(2 * now, now).stands
    assert not steps(2 * now, 1.5 * now).stands
    assert not steps(now / 2, float("nan")).stands
    write_verdict(steps(2 * now, 1.5 * now), tmp_path / "dense.json")
    assert read_verdict(tmp_path / "dense.json") is None


def test_what_was_lost_in_a_part_that_is_held_to_a_moved_threshold_is_measured_again() -> None:
    """A training that was given up at its limit records nothing; a part without this threshold is left alone."""
    elsewhere = replace(CAUGHT, check="data.batches_shuffle_samples", part="data")
    assert steps(STEPS.limit, None, CAUGHT).stands
    assert not steps(STEPS.limit / 2, None, CAUGHT).stands
    assert steps(STEPS.limit / 2, None, elsewhere).stands


def test_a_verdict_records_the_limits_that_it_was_found_under() -> None:
    """All of them: what fails at one of them does not say which."""
    assert verdict_of(samples.solved()).limits == {each.name: each.limit for each in ASSIGNMENT.thresholds.values()}

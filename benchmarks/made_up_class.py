"""A class of any size, made up: reports of every check, as long as real ones are, with pictures of digits."""

from random import Random

import numpy as np

from grader.autoencoders import mnist_subset
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, Outcome, Picture, Provenance, Report, Status
from grader.core.registry import Check
from grader.stats.metrics import mosaic

SEED = 7
PASSES = 0.7  # of the checks
DIFFERENT = 100  # pictures; a report has four of them
PICTURED = ("reconstructs_unseen_images", "removes_noise_from_unseen_images")
GRADED = Provenance("2027-01-01T12:00:00Z", "1.0.0", "1a2b3c4d", "3.11.9", "2.21.0", "5e" * 32)
MESSAGE = "`fit_iteration` returned {:.3f} where the cross-entropy summed over pixels is 543.4 nats per image."
HINT = "Sum over the pixels before you average over anything: what does `loss_function` reduce?"
CAPTION = "Unseen digits above, their reconstructions after 300 steps below"


def class_of(count: int) -> list[Report]:
    """`count` reports, the same at every call."""
    random, pictures = Random(SEED), _pictures()  # noqa: S311 - nobody is to be kept from guessing
    return [_report(f"student{number:05d}", random, pictures) for number in range(count)]


def _pictures() -> list[np.ndarray]:
    """Grey values (56, 280) in [0, 1]: ten digits above, and below the same with noise that no encoder makes small."""
    generator = np.random.default_rng(SEED)
    digits = mnist_subset.load()["test_images"].astype(np.float32) / 255
    chosen = (generator.choice(digits, 10) for _ in range(DIFFERENT))
    return [mosaic(few, np.clip(few + generator.normal(0, 0.05, few.shape), 0, 1)) for few in chosen]


def _report(name: str, random: Random, pictures: list[np.ndarray]) -> Report:
    results = tuple(_result(check, random, pictures) for check in ASSIGNMENT.checks)
    return Report(
        submission=name, student=name, assignment=ASSIGNMENT.name, graded=GRADED, isolation="namespaces+landlock",
        seed=SEED, seconds=random.uniform(20, 60), status=Status.GRADED, checks=results,
    )  # fmt: skip


def _result(check: Check, random: Random, pictures: list[np.ndarray]) -> CheckResult:
    passed, measured = random.random() < PASSES, random.uniform(90, 210)
    outcome, score = (Outcome.PASSED, float(check.points)) if passed else (Outcome.FAILED, 0.0)
    texts = ("", "") if passed else (MESSAGE.format(measured), HINT)
    evidence = {"expected": "below 150 nats per image", "measured": round(measured, 4)}
    shown = [Picture("reconstructions", CAPTION, random.choice(pictures))] if check.id.endswith(PICTURED) else []
    return CheckResult(
        check.id, check.part, check.points, score, outcome, *texts, "" if passed else "loss.ratio",
        evidence=evidence, seconds=random.uniform(0, 3), pictures=tuple(shown),
    )  # fmt: skip

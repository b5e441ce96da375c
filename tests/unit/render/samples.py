"""A made-up class of seven, for the tests of every renderer: records only, nothing was measured."""

from collections.abc import Callable

import numpy as np

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, LeftOut, Outcome, Picture, Provenance, Report, Status
from grader.core.registry import Check

SEED = 20260101
GRADED = Provenance("2027-01-01T12:00:00Z", "1.0.0", "1a2b3c4d", "3.11.9", "2.21.0", "5e" * 32)

HOSTILE = (
    "<script>alert(1)</script>",
    '" onload="alert(1)',
    "{{ 7 * 7 }}{% raw %}",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "\u202eevil\u202c \u2066x\u2069 \u200bzero",
    '=HYPERLINK("http://x")',
    "\t=1+1",
    "[bold red]markup[/bold red] :bomb:",
    "nul\x00 bell\x07 backspace\x08",
    "surrogate \udcff\ud800",
    "`code <b>`",
    "line\r\none\u2028two",
)


def digit(seed: int) -> np.ndarray:
    """A picture of 28 × 28 that is smooth and bounded, like a digit to a renderer."""
    rows, columns = np.mgrid[0:28, 0:28] / 27 - 0.5
    generator = np.random.default_rng(seed)
    angle, radius = generator.uniform(0, np.pi), generator.uniform(0.2, 0.35)
    turned = rows * np.cos(angle) + columns * np.sin(angle)
    ring = np.exp(-((np.hypot(rows, columns + 0.3 * turned) - radius) ** 2) / 0.004)
    return np.asarray(np.clip(ring, 0, 1), dtype=np.float32)


def strip(rows: int = 4, blur: float = 0.6) -> np.ndarray:
    """Originals on the left, paler copies on the right: (rows * 28, 56)."""
    return np.vstack([np.hstack([digit(i), blur * digit(i)]) for i in range(rows)])


def result(check: Check, outcome: Outcome, share: float = 0.0, **fields: object) -> CheckResult:
    """One result for a declared check, with `share` of its points."""
    score = float(check.points) if outcome is Outcome.PASSED else share * check.points
    details: dict[str, object] = {"message": "", "seconds": 0.25} | fields
    return CheckResult(check.id, check.part, check.points, score, outcome, **details)  # type: ignore[arg-type]


def report(name: str, decide: Callable[[Check], CheckResult], **fields: object) -> Report:
    """A graded report in which `decide` gives the result of every check of the lab."""
    return of_checks(name, tuple(map(decide, ASSIGNMENT.checks)), **fields)


def of_checks(name: str, checks: tuple[CheckResult, ...], **fields: object) -> Report:
    """A graded report of these results; any field can be another."""
    details: dict[str, object] = {
        "submission": name,
        "student": name,
        "assignment": ASSIGNMENT.name,
        "graded": GRADED,
        "isolation": "namespaces+landlock",
        "seed": SEED,
        "seconds": 21.37,
        "status": Status.GRADED,
        "checks": checks,
    }
    return Report(**details | fields)  # type: ignore[arg-type]


def solved(name: str = "ada") -> Report:
    """Everything passed, with a strip of reconstructions."""

    def decide(check: Check) -> CheckResult:
        if check.id == "autoencoder.reconstructs_unseen_images":
            picture = Picture("strip", "Left an unseen image, right its reconstruction", strip(blur=0.9))
            evidence = {"expected": "below 150 nats", "measured": 112.43771}
            return result(check, Outcome.PASSED, evidence=evidence, pictures=(picture,))
        return result(check, Outcome.PASSED)

    return report(name, decide)


def struggling(name: str = "blaise") -> Report:
    """Failures with evidence, partial credit, skipped checks and pictures."""

    def decide(check: Check) -> CheckResult:
        if check.id == "autoencoder.loss_is_cross_entropy":
            return result(
                check,
                Outcome.FAILED,
                message="`fit_iteration` returned 0.693 where the cross-entropy summed over pixels is 543.4 nats per "
                "image: the ratio is 784, the number of pixels.",
                hint="Sum over the pixels before you average over anything: what does `loss_function` reduce?",
                code="loss.mean_over_pixels",
                parameters={"ratio": 784.0},
                evidence={"expected": 543.4273, "measured": 0.693147, "ratio": 784.0, "batch_sizes": [3, 5]},
            )
        if check.id == "autoencoder.reconstructs_unseen_images":
            picture = Picture("strip", "Left an unseen image, right what your model makes of it", strip(blur=0.35))
            return result(
                check,
                Outcome.FAILED,
                share=0.5,
                message="201.3 nats per image, where always showing the mean image costs 205.8.",
                hint="Look at the pictures: all reconstructions are alike. Does the gradient reach the encoder?",
                code="training.mean_image",
                evidence={"expected": "at most 150 nats", "measured": 201.34, "mean_image": 205.8},
                pictures=(picture, Picture("worst", "The worst of 500 unseen images", digit(7))),
            )
        if check.part == "classifier":
            return result(check, Outcome.NOT_IMPLEMENTED, message="`pretrain` is still the stub of the template.")
        if check.part == "vae":
            missing = "Needs `autoencoder.loss_is_cross_entropy`, which failed."
            return result(check, Outcome.SKIPPED, message=missing)
        return result(check, Outcome.PASSED)

    return report(name, decide)


def untouched(name: str = "charles") -> Report:
    """The templates as they were handed out."""
    return report(
        name,
        lambda check: result(
            check,
            Outcome.SKIPPED if check.needs else Outcome.NOT_IMPLEMENTED,
            message=f"Needs `{check.needs[0]}`, which is not written yet." if check.needs else "Still the stub.",
            hint="" if check.needs else f"Write the part {check.part}; its task is in the template's text.",
        ),
    )


def half(name: str = "emmy") -> Report:
    """The first three parts done, one of them partly, the rest still to do."""

    def decide(check: Check) -> CheckResult:
        if check.id == "upsampling.has_no_transposed_convolution":
            return result(
                check,
                Outcome.FAILED,
                message="2 transposed convolutions run when `decode` is called.",
                hint="Replace each by an upsampling of the picture followed by an ordinary convolution.",
                code="upsampling.transposed",
                evidence={"expected": 0, "measured": 2, "operations": ["Conv2DBackpropInput", "Conv2DBackpropInput"]},
            )
        if check.part in ("data", "autoencoder", "upsampling"):
            return result(check, Outcome.PASSED)
        return result(check, Outcome.NOT_IMPLEMENTED, message="Still the stub.")

    return report(name, decide)


def grader_fault(name: str = "grace") -> Report:
    """All passed but one check, which the grader failed to measure."""

    def decide(check: Check) -> CheckResult:
        if check.id == "gaussian_vae.samples_match_parameters":
            return result(check, Outcome.ERROR, message="MemoryError while drawing 20000 samples")
        return result(check, Outcome.PASSED)

    return report(name, decide)


def unreadable(name: str = "kurt") -> Report:
    """A submission that is not Python."""
    message = "autoencoder.py, line 12: invalid syntax: `class Autoencoder(:`"
    return of_checks(name, (), status=Status.UNREADABLE, seconds=0.02, message=message)


def hostile(name: str = "".join(HOSTILE)) -> Report:
    """A report whose every text is an attack on whoever shows it."""
    attack = "".join(HOSTILE)

    def decide(check: Check) -> CheckResult:
        return result(
            check,
            Outcome.FAILED,
            message=attack,
            hint=attack,
            parameters={attack: attack},
            evidence={attack: attack, "nested": {"list": [attack, float("nan"), np.float32(np.inf), None, True]}},
            pictures=(Picture(attack, attack, np.array([[np.nan, -1.0], [np.inf, 2.0]], dtype=np.float32)),),
        )

    return report(name, decide, message=attack, left_out=(LeftOut(attack, attack),))


def class_of_seven() -> tuple[Report, ...]:
    """One of each, not in order of names."""
    middling = struggling("sophie")
    return (unreadable(), solved(), struggling(), untouched(), half(), grader_fault(), middling)

"""The assignment as the engine sees it."""

from pathlib import Path

from grader.core.assignment import Assignment, Part
from polynomials.checks import evaluation, fitting
from polynomials.registry import CHECKS
from polynomials.subject import Subject
from polynomials.thresholds import THRESHOLDS

TEXTS = Path(__file__).parent / "texts"

ASSIGNMENT = Assignment(
    name="lab01",
    title="Lab 1: polynomials",
    course="numerics",
    parts=(
        Part(
            "evaluation", "Evaluation", ("design_matrix", "evaluate"), CHECKS.of_part(evaluation.PART), "evalu-\nation"
        ),
        Part("fitting", "Fitting", ("fit", "mean_squared_error"), CHECKS.of_part(fitting.PART), "fitting"),
    ),
    thresholds=THRESHOLDS,
    package="polynomials",
    operations="polynomials.operations",
    subject=Subject,
    reference=Path(__file__).parents[1] / "polynomials_reference",
    calibration=Path(__file__).with_name("calibration.json"),
    introduction=(TEXTS / "introduction.md").read_text(encoding="utf-8"),
    setup=(TEXTS / "setup.txt").read_text(encoding="utf-8"),
    hand_out=(TEXTS / "hand_out.md").read_text(encoding="utf-8"),
)

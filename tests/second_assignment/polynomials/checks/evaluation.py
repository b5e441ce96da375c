"""Checks of the part `evaluation`."""

import numpy as np
from hypothesis import strategies as st

from grader.core import expect
from grader.core.expect import Evidence
from grader.subject.properties import for_all
from polynomials.registry import CHECKS
from polynomials.subject import Subject

PART = "evaluation"
CLOSE = 1e-4


@CHECKS.check(PART, points=3)
def design_matrix_holds_the_powers(subject: Subject) -> Evidence:
    """Column k of the design matrix holds the k-th powers of the points, from k = 0 on."""
    points = subject.points(7)
    found = subject.ask(PART, "design_matrix", points, shape=(7, 4), degree=3)
    expected = np.stack([points**power for power in range(4)], axis=1)
    wrong = [power for power in range(4) if not expect.close(found[:, power], expected[:, power], CLOSE)]
    expect.that(
        not wrong,
        "matrix.wrong_powers",
        "Column {column} does not hold the powers it should.",
        "Begin with a column of ones.",
        "powers 0, 1, 2, 3",
        f"wrong in the columns {wrong}",
        column=next(iter(wrong), 0),
    )
    return Evidence("powers 0, 1, 2, 3", "powers 0, 1, 2, 3")


@CHECKS.check(PART, points=4)
def evaluates_any_polynomial(subject: Subject) -> Evidence:
    """A polynomial of any degree has the right values at any number of points."""

    def claim(degree: int, count: int) -> None:
        coefficients, points = subject.coefficients(degree), subject.points(count)
        found = subject.ask(PART, "evaluate", coefficients, points, shape=(count,))
        off = float(np.abs(found - np.polynomial.Polynomial(coefficients)(points)).max())
        expect.that(
            off <= CLOSE,
            "evaluation.wrong_values",
            "The values are wrong.",
            "Coefficient k belongs to the k-th power.",
            "off by 0",
            f"{off:.3g}",
        )

    for_all(subject, claim, first=[{"degree": 3, "count": 5}], degree=st.integers(0, 6), count=st.integers(1, 9))
    return Evidence("right for every degree", "degrees 0 to 6")

"""Checks of the part `fitting`."""

import numpy as np

from grader.core import expect
from grader.core.expect import Evidence
from polynomials.registry import CHECKS
from polynomials.subject import Subject
from polynomials.thresholds import NOISE_LEFT

PART = "fitting"
CLOSE = 1e-3
NOISE = 0.5  # standard deviation of what is added to the values


@CHECKS.check(PART, points=5)
def recovers_exact_polynomials(subject: Subject) -> Evidence:
    """Fitting points of a polynomial gives back its coefficients."""
    coefficients, points = subject.coefficients(3), subject.points(20)
    values = np.polynomial.Polynomial(coefficients)(points)
    found = subject.ask(PART, "fit", points, values, shape=(4,), degree=3)
    expect.that(
        expect.close(found, coefficients, CLOSE),
        "fit.wrong_coefficients",
        "The coefficients are not those of the polynomial.",
        "Solve the least-squares problem of the design matrix.",
        coefficients.round(3).tolist(),
        found.round(3).tolist(),
    )
    return Evidence("the coefficients", "the coefficients")


@CHECKS.check(PART, points=5, needs=[recovers_exact_polynomials], thresholds=[NOISE_LEFT])
def averages_out_noise(subject: Subject) -> Evidence:
    """From many noisy points the fit comes much closer to the polynomial than the points are."""
    polynomial, points = np.polynomial.Polynomial(subject.coefficients(2)), subject.points(300)
    values = polynomial(points) + NOISE * subject.random("noise").normal(size=len(points))
    fitted = np.polynomial.Polynomial(subject.ask(PART, "fit", points, values, shape=(3,), degree=2))
    left = float(np.sqrt(np.mean((fitted(points) - polynomial(points)) ** 2))) / NOISE
    evidence = Evidence(f"at most {NOISE_LEFT.limit:.2f} of the noise", f"{left:.2f} of it")
    if not NOISE_LEFT.within(left):
        raise expect.Failed(
            "fit.noise_left", "Too much of the noise is left in the fit.", "Use all the points.", evidence
        )
    return evidence


@CHECKS.check(PART, points=3)
def error_is_the_mean_of_squares(subject: Subject) -> Evidence:
    """The error of a fit is the mean of its squared residuals."""
    coefficients, points = subject.coefficients(2), subject.points(12)
    residuals = subject.random("residuals").normal(size=len(points))
    values = np.polynomial.Polynomial(coefficients)(points) + residuals
    found = float(subject.ask(PART, "mean_squared_error", coefficients, points, values, shape=()))
    expected = float(np.mean(residuals**2))
    expect.that(
        abs(found - expected) <= CLOSE,
        "error.not_the_mean_of_squares",
        "The error is not the mean of the squared residuals.",
        "Square before you average.",
        expect.rounded(expected),
        expect.rounded(found),
    )
    return Evidence(expect.rounded(expected), expect.rounded(found))

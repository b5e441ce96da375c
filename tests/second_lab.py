"""The second assignment, installed for a while, and small submissions to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.core.assignment import Assignment, find_assignment
from grader.core.outcomes import Report

FOLDER = Path(__file__).parent / "second_assignment"
NAME = "lab01"
POINTS = {
    "evaluation.design_matrix_holds_the_powers": 3,
    "evaluation.evaluates_any_polynomial": 4,
    "fitting.recovers_exact_polynomials": 5,
    "fitting.averages_out_noise": 5,
    "fitting.error_is_the_mean_of_squares": 3,
}  # typed out: nothing here may come from the assignment
POWERS = ("increasing=True", "increasing=False")  # the mistake: the highest power comes first


@contextmanager
def installed() -> Iterator[Assignment]:
    """As if it was installed beside the autoencoder lab: its folder, with its entry point, is on the path."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(FOLDER))
        yield find_assignment(NAME)


def solved(assignment: Assignment, *edit: str) -> dict[str, str]:
    """The modules of the reference, with one piece of their text replaced by another."""
    texts = assignment.reference_sources()
    if edit:
        assert any(edit[0] in text for text in texts.values())
    return {name: text.replace(*edit) if edit else text for name, text in texts.items()}


def write(folder: Path, texts: Mapping[str, str]) -> Path:
    """A submission of these files."""
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def scores(report: Report) -> dict[str, float]:
    """Points by check."""
    return {result.id: result.score for result in report.checks}

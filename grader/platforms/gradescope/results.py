"""What Gradescope reads of a grading."""

from typing import Any

from ...core.assignment import Assignment
from ...core.language import language_of
from ...core.outcomes import Outcome, Report, Status
from ...core.text import printable
from ...render.terminal import plain_text
from ...render.wording import claim
from . import NOT_GRADED


def results_of(assignment: Assignment, report: Report) -> dict[str, Any]:
    """What results.json holds. There is no score where something was not measured: Gradescope then asks the instructor.

    A submission that cannot be read has 0 points, because its author sees why and can hand in again.
    """
    language = language_of(assignment.texts.language)
    if report.status is Status.ERROR or any(c.outcome is Outcome.ERROR for c in report.checks):
        return {"output": language(NOT_GRADED), "extra_data": {"status": report.status.value}}
    tests = [
        {
            "name": claim(assignment, result, language),
            "number": str(number),
            "score": round(float(result.score), 4),
            "max_score": result.points,
            "status": "passed" if result.outcome is Outcome.PASSED else "failed",
            "output": plain_text(assignment, [result]),
            "output_format": "text",
            "tags": [result.part],
            "visibility": "visible",
        }
        for number, result in enumerate(report.checks, start=1)
    ]
    return {
        "score": round(float(report.score), 4),
        "execution_time": round(report.seconds),
        "output": printable("\n".join(map(language, report.remarks))),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }

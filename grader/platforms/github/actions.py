"""A workflow of GitHub Actions that needs no classroom: it grades each push, and keeps the page as an artifact.

    python -m grader.platforms.github.actions CHECKOUT OUT

grades the checkout and writes OUT/index.html, the student's page, OUT/result.json and OUT/summary.md.
"""

import json
import sys
from pathlib import Path
from typing import Any

from ...core.assignment import Assignment
from ...core.files import write_all_atomically
from ...core.outcomes import Report
from ...core.text import printable
from ...course.finding import find
from ...release.archive import installable_grader
from ...render.pages import FILE_NAME, student_page
from .classroom50 import is_measured, release_body

WORKFLOW = Path(__file__).with_name("actions.yml")


def write_workflow(assignment: Assignment, repository: Path) -> list[Path]:
    """Write the workflow, and the grader that it installs, into the template repository; returns their paths."""
    packed = {f".github/grading/{name}": content for name, content in installable_grader(assignment, "grade").items()}
    return write_all_atomically(repository, packed | {".github/workflows/grade.yml": WORKFLOW.read_bytes()})


def result_of(report: Report) -> dict[str, Any]:
    """What other programs read of a run: points by check, and no seed."""
    checks = [
        {
            "id": each.id,
            "outcome": each.outcome.value,
            "score": round(float(each.score), 4),
            "points": each.points,
            "bonus": each.bonus,
        }
        for each in report.checks
    ]
    return {
        "assignment": report.assignment,
        "status": report.status.value,
        "score": round(float(report.score), 4),
        "max_score": report.max_score,
        "at": report.graded.at,
        "submission_sha256": report.graded.submission_sha256,
        "checks": checks,
    }


def main() -> None:
    """Grade and write; exits 1, with what there is, if something was not graded."""
    from ..one import grade_folder

    checkout, out = map(Path, sys.argv[1:])
    assignment = find(folders=())  # nothing of the repository is believed
    report = grade_folder(assignment, checkout)
    texts = {
        FILE_NAME: student_page(assignment, report),
        "result.json": json.dumps(result_of(report), indent=2) + "\n",
        "summary.md": release_body(assignment, report),
    }
    write_all_atomically(out, texts)
    for remark in report.remarks:
        print(printable(remark), file=sys.stderr)  # into the log of the step
    sys.exit(0 if is_measured(report) and not report.needs_attention else 1)


if __name__ == "__main__":
    main()

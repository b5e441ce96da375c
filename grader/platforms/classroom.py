"""GitHub Classroom: the workflow that grades a push, and the line that its reporter reads.

python -m grader.platforms.classroom FOLDER >> "$GITHUB_OUTPUT"
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

from ..core.assignment import Assignment, find_assignment
from ..core.files import write_all_atomically
from ..core.outcomes import CheckResult, Outcome, Report
from ..core.text import printable
from ..release.archive import installable_grader
from ..render.terminal import plain_text
from ..render.wording import part_title, sentence

WORKFLOW = Path(__file__).with_name("classroom.yml")
STATUS = {Outcome.PASSED: "pass", Outcome.ERROR: "error"}  # the others are failures


def write_workflow(assignment: Assignment, repository: Path) -> list[Path]:
    """Write the workflow and the grader it installs into the template repository; returns their paths."""
    packed = {f".github/grading/{name}": content for name, content in installable_grader(assignment).items()}
    workflow = {".github/workflows/autograding.yml": WORKFLOW.read_bytes()}
    return write_all_atomically(repository, packed | workflow)


def result_of(assignment: Assignment, report: Report) -> dict[str, Any]:
    """What the reporter reads: points by check, so that partial credit counts."""
    tests = [_test(assignment, result) for result in report.checks]
    status = "error" if report.needs_attention else "pass" if report.score == report.max_score else "fail"
    return {"version": 1, "status": status, "max_score": report.max_score, "tests": tests}


def _test(assignment: Assignment, result: CheckResult) -> dict[str, Any]:
    return {
        "name": f"{part_title(assignment, result.part)}: {sentence(assignment, result.id)}",
        "status": STATUS.get(result.outcome, "fail"),
        "score": round(float(result.score), 4),
        "max_score": result.points,
        "message": plain_text(assignment, [result]),
        "test_code": result.id,
        "filename": "",
        "line_no": 0,
        "duration": round(1000 * result.seconds),
    }


def output_line(assignment: Assignment, report: Report) -> str:
    """The step's output `result`, base64 of JSON: a line that nothing of a submission can end."""
    return "result=" + base64.b64encode(json.dumps(result_of(assignment, report)).encode()).decode()


def main() -> None:
    """Grade the folder on the command line and print the line; exits 1 if the grader failed."""
    from .one import grade_folder

    assignment = find_assignment()
    report = grade_folder(assignment, Path(sys.argv[1]))
    for remark in report.remarks:
        print(printable(remark), file=sys.stderr)  # into the log of the step
    print(output_line(assignment, report))
    sys.exit(1 if report.needs_attention else 0)


if __name__ == "__main__":
    main()

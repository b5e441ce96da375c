"""Classroom 50: the bundle of an assignment's autograder, and the result.json that its runner reads.

    python -m grader.platforms.github.classroom50 CHECKOUT OUT

grades the checkout and writes OUT/result.json and OUT/release-body.md, under the environment that the runner provides.
The contract is the page Advanced-Autograding of the wiki of foundation50/classroom50.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...core.assignment import Assignment
from ...core.files import write_all_atomically
from ...core.language import language_of
from ...core.outcomes import CheckResult, Outcome, Report, Status, now
from ...core.text import one_line, printable
from ...course.finding import find
from ...release.archive import installable_grader, write_zip
from ...render.terminal import plain_text
from ...render.wording import claim, message, points

SCHEMA = "classroom50/result/v1"
SCRIPT = Path(__file__).with_name("autograder.py")
LARGEST = 10 * 2**20  # bytes of a bundle that the runner fetches
RUNTIME = {"runs-on": "ubuntu-latest", "python": "3.13", "apt": ["bubblewrap", "libarchive-tools", "libseccomp2"]}


def write_bundle(assignment: Assignment, folder: Path) -> list[Path]:
    """Write what belongs into CLASSROOM/autograders/ASSIGNMENT/ of the configuration repository; returns the paths."""
    texts = {"autograder.py": SCRIPT.read_bytes(), "runtime.json": json.dumps(RUNTIME, indent=2).encode() + b"\n"}
    packed = write_zip(folder / "grader.zip", installable_grader(assignment, "grade"))
    return [packed, *write_all_atomically(folder, texts)]


def result_of(assignment: Assignment, report: Report, run: Mapping[str, str], submitted_at: str) -> dict[str, Any]:
    """The contents of result.json. Scores are whole points, as the contract has it; the exact ones are beside them.

    run: the environment that the runner provides. submitted_at: when the graded commit was made, UTC in ISO 8601.
    """
    tests = [_test(assignment, result) for result in report.checks]
    return {
        "schema": SCHEMA,
        "classroom": run["CLASSROOM"],
        "assignment": run["ASSIGNMENT"],
        "assignment_type": run.get("ASSIGNMENT_TYPE") or "individual",
        "owner": run.get("OWNER") or run.get("USERNAME") or "",
        "submission": run["SUBMISSION_TAG"],
        "commit": run["COMMIT_URL"],
        "release": run["RELEASE_URL"],
        "review": run.get("REVIEW_URL") or run["COMMIT_URL"],
        "datetime": submitted_at,
        "graded_at": now(),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }


def _test(assignment: Assignment, result: CheckResult) -> dict[str, Any]:
    language = language_of(assignment.texts.language)
    name = claim(assignment, result, language)
    return {
        "test-name": one_line(name),
        "passed": result.outcome is Outcome.PASSED,
        "score": 0 if result.bonus else round(result.score),  # the contract knows no points beyond the most
        "max-score": result.possible,
        "id": result.id,
        "exact-score": round(float(result.score), 4),
        "message": printable(message(result, language)),
    }


def release_body(assignment: Assignment, report: Report) -> str:
    """The findings in Markdown, indented as code, so that nothing of a submission is taken for Markdown."""
    language = language_of(assignment.texts.language)
    remarks = (printable(language(remark)) for remark in report.remarks)
    told = "\n".join([*remarks, "", plain_text(assignment, report.checks)]).strip("\n")
    lines = [f"    {line}".rstrip() for line in told.splitlines()]
    earned, possible = points(report.score, language), points(report.max_score, language)
    score = language("{earned} of {possible} points", earned=earned, possible=possible)
    return "\n".join([f"### {score}", "", *lines, ""])


def is_measured(report: Report) -> bool:
    """Whether there is a grade: no fault of ours is a zero."""
    return report.status is not Status.ERROR and all(c.outcome is not Outcome.ERROR for c in report.checks)


def commit_time(checkout: Path) -> str:
    """When the commit that is checked out was made, in UTC; now where git does not say."""
    asked = ["git", "-c", "safe.directory=*", "-C", str(checkout), "log", "-1", "--format=%ct"]
    try:
        seconds = int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return now()
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def main() -> None:
    """Grade and write; exits 1, without a result, if the grader failed, which the runner tells from a zero."""
    from ..one import grade_folder

    checkout, out = map(Path, sys.argv[1:])
    assignment = find(folders=())  # nothing of the repository is believed
    report = grade_folder(assignment, checkout)
    if not is_measured(report):
        sys.exit(f"the grader failed, not the submission: {printable(report.message)}")
    result = result_of(assignment, report, os.environ, commit_time(checkout))
    texts = {"result.json": json.dumps(result, indent=2) + "\n", "release-body.md": release_body(assignment, report)}
    write_all_atomically(out, texts)


if __name__ == "__main__":
    main()

"""Gradescope: the archive that it builds an autograder from, and the results it reads.

The container needs 2 GB of memory or more and a whole processor; the default of 768 MB is too small for TensorFlow.
"""

from pathlib import Path
from typing import Any

from ...core.outcomes import Outcome, Report, Status
from ...core.text import printable
from ...release.archive import installable_grader, reference_files, write_zip
from ...render.terminal import plain_text
from ...render.wording import part_title, sentence
from .autograder import NOT_GRADED

PAGES = Path(__file__).parent
SCRIPTS = ("run_autograder", "setup.sh")
SECONDS = 570  # Gradescope ends an autograder after ten minutes, and then there would be no results


def write_autograder(out: Path, *, trusted: bool = False) -> Path:
    """Write the .zip to upload. Raises FileNotFoundError outside the instructors' checkout, and OSError.

    It holds the reference solution, which parts that inherit from a broken one are measured with; but not where trusted
    submissions run without isolation, and could read it.
    """
    scripts = {name: (PAGES / name).read_text(encoding="utf-8") for name in SCRIPTS}
    options = "--trust-submissions" if trusted else ""
    run = scripts["run_autograder"].replace("{SECONDS}", str(SECONDS)).replace(" {OPTIONS}", f" {options}".rstrip())
    scripts["run_autograder"] = run
    packed = installable_grader() | ({} if trusted else reference_files())
    return write_zip(out, packed | {name: text.encode() for name, text in scripts.items()}, SCRIPTS)


def results_of(report: Report) -> dict[str, Any]:
    """What results.json holds. There is no score where something was not measured: Gradescope then asks the instructor.

    A submission that cannot be read has 0 points, because its author sees why and can hand in again.
    """
    if report.status is Status.ERROR or any(c.outcome is Outcome.ERROR for c in report.checks):
        return {"output": NOT_GRADED, "extra_data": {"status": report.status.value}}
    tests = [
        {
            "name": f"{part_title(result.part)}: {sentence(result.id)}",
            "number": str(number),
            "score": round(float(result.score), 4),
            "max_score": result.points,
            "status": "passed" if result.outcome is Outcome.PASSED else "failed",
            "output": plain_text([result]),
            "output_format": "text",
            "tags": [result.part],
            "visibility": "visible",
        }
        for number, result in enumerate(report.checks, start=1)
    ]
    return {
        "score": round(float(report.score), 4),
        "execution_time": round(report.seconds),
        "output": printable(report.message),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }

"""Gradescope: the archive that it builds an autograder from.

The container needs 2 GB of memory or more and a whole processor; the default of 768 MB is too small for TensorFlow.
"""

from pathlib import Path

from ...core.assignment import Assignment
from ...release.archive import installable_grader, reference_files, write_zip

PAGES = Path(__file__).parent
SCRIPTS = ("run_autograder", "setup.sh")
SECONDS = 570  # Gradescope ends an autograder after ten minutes, and then there would be no results


def write_autograder(assignment: Assignment, out: Path, *, trusted: bool = False) -> Path:
    """Write the .zip to upload. Raises AssignmentError without the solution, and OSError.

    It holds the reference solution, with which errors are carried forward; but not where submissions are trusted: they
    run without isolation and could read it.
    """
    scripts = {name: (PAGES / name).read_text(encoding="utf-8") for name in SCRIPTS}
    options = "--trust-submissions" if trusted else ""
    run = scripts["run_autograder"].replace("{SECONDS}", str(SECONDS)).replace(" {OPTIONS}", f" {options}".rstrip())
    scripts["run_autograder"] = run
    packed = installable_grader(assignment, "grade") | ({} if trusted else reference_files(assignment))
    return write_zip(out, packed | {name: text.encode() for name, text in scripts.items()}, SCRIPTS)

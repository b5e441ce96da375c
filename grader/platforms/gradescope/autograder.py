"""What runs in Gradescope's container: `python -m grader.platforms.gradescope.autograder /autograder`."""

import json
import sys
import traceback
from pathlib import Path
from typing import Any

from ...core.files import write_atomically
from . import NOT_GRADED


def main() -> int:
    """Write results/results.json below the folder on the command line, whatever happens; 1 if nothing was measured."""
    root, *options = sys.argv[1:]
    results = measured(Path(root) / "submission", trusted="--trust-submissions" in options)
    target = Path(root) / "results" / "results.json"
    write_atomically(target, json.dumps(results, indent=1).encode())
    return 0 if "score" in results else 1


def measured(folder: Path, *, trusted: bool) -> dict[str, Any]:
    """The results of the submission in `folder`; without a score if the grader failed."""
    try:
        from ...course.finding import find
        from ..one import grade_folder
        from .results import results_of

        assignment = find(folders=())  # nothing of the submission is believed
        return results_of(assignment, grade_folder(assignment, folder, trusted=trusted))
    except Exception:  # noqa: BLE001 - a bug of the grader: the log tells the instructor, the student loses nothing
        traceback.print_exc()
        return {"output": NOT_GRADED}


if __name__ == "__main__":
    sys.exit(main())

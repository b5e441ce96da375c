"""One work, one text: whatever a submission is wrapped in, the same texts of the same form are graded.

`make packagings` tries 2,000 ways instead of 60.
"""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings

from grader.autoencoders.assignment import ASSIGNMENT
from grader.submissions.reading import Submission, read_submission
from tests.submissions.packaging import DIALECTS, JUNK, Packaging, packagings

EXAMPLES = int(os.environ.get("PACKAGINGS", "60"))
PASSED_OVER = ("nothing of ", "lab05/lab05.ipynb", "templates/", "scratch/", "tries.ipynb")  # what is said of packaging
HELPERS = {name.rpartition("/")[2] for files in JUNK.values() for name in files}


@given(packagings())
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES == 60, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_a_work_is_read_the_same_in_every_packaging(packaging: Packaging) -> None:
    """The texts, their form and the notes on them are those of the plain folder or notebook."""
    with TemporaryDirectory() as folder:
        found = read_submission("ada", packaging.build(Path(folder)), ASSIGNMENT)
    expected = _plain(packaging.work, packaging.form, packaging.dialect)
    assert found.kind == expected.kind
    assert _texts(found) == _texts(expected)
    notes = [note for note in found.left_out if not any(name in note.where for name in PASSED_OVER)]
    assert notes == list(expected.left_out)
    assert len(str(found.left_out)) < 4000


@cache
def _plain(work: str, form: str, dialect: str) -> Submission:
    packaging = Packaging(work, form, dialect, "", (), "none", "as named", "\n", "utf-8")
    with TemporaryDirectory() as folder:
        return read_submission("ada", packaging.build(Path(folder)), ASSIGNMENT)


def _texts(submission: Submission) -> dict[str, str]:
    """Texts by their names, a cell's without its notebook's; without the unrelated modules of the packaging."""
    return {
        source.name.rpartition(", ")[2]: source.text
        for source in submission.sources
        if source.name.rpartition("/")[2] not in HELPERS or "/" not in source.name
    }


def test_the_plain_forms_are_read_at_all() -> None:
    """Every part is in each of them, so that equal texts mean something."""
    for form in ("modules", "notebook"):
        for dialect in DIALECTS:
            assert len(_plain("solved", form, dialect).sources) == len(ASSIGNMENT.parts)

"""Classes of packaged works: found in the downloads of their platforms, and read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import LeftOut
from grader.submissions.finding import find_submissions
from grader.submissions.handed_in import HandedIn
from grader.submissions.reading import Submission, read_submission

from .archives import write_files
from .dialects import WRITTEN
from .downloads import PLATFORMS, downloaded
from .packaging import JUNK, Packaging, Work, small

NEIGHBOUR = 99  # the number of a further student of each class
PASSED_OVER = ("nothing of ", "lab05/lab05.ipynb", "templates/", "scratch/", "tries.ipynb")  # what is said of packaging
HELPERS = {name.rpartition("/")[2] for files in JUNK.values() for name in files}


def found_in_downloads(
    packagings: Sequence[Packaging], work: Callable[[str], Work], place: Path
) -> dict[Packaging, HandedIn]:
    """Each of these, of which no platform may have more than 98, where it is found in a class of its platform."""
    found = {}
    for name in PLATFORMS:
        numbered = dict(enumerate((each for each in packagings if each.platform == name), start=1))
        if numbered:
            handed_in = {n: each.uploaded(work(each.work)) for n, each in numbered.items()}
            neighbour = Packaging("solved", "Jupyter", platform=name).uploaded(small("solved"))
            folder = write_files(downloaded(name, handed_in | {NEIGHBOUR: neighbour}), place / name)
            submissions = find_submissions(folder, ASSIGNMENT).submissions
            found |= {each: _of_student(n, name, submissions) for n, each in numbered.items()}
    return {each: found[each] for each in packagings}


def _of_student(n: int, platform: str, submissions: Sequence[HandedIn]) -> HandedIn:
    start = PLATFORMS[platform].student.format(n=n)
    (found,) = (each for each in submissions if each.student.startswith(start))
    return found


@dataclass(frozen=True)
class Read:
    """What is graded of a small work: its form, its texts by their names, and what is said of it."""

    kind: str
    texts: dict[str, str]
    notes: list[LeftOut]


def read(packaging: Packaging) -> Read:
    """The work as it is read, without what is said of the packaging."""
    with TemporaryDirectory() as folder:
        handed_in = found_in_downloads([packaging], small, Path(folder))[packaging]
        assert not handed_in.problem
        with handed_in.unpacked() as path:
            submission = read_submission("ada", path, ASSIGNMENT)
    notes = [note for note in submission.left_out if not any(name in note.where for name in PASSED_OVER)]
    assert len(str(submission.left_out)) < 4000
    return Read(submission.kind, _texts(submission), notes)


@cache
def read_plain(work: str, dialect: str) -> Read:
    """The same work in a plain folder or, where the dialect has the same texts as Jupyter's, in a plain notebook."""
    return read(Packaging(work, "Jupyter" if dialect in WRITTEN else dialect))


def _texts(submission: Submission) -> dict[str, str]:
    """Texts by their names, a cell's without its notebook's; without the unrelated modules of the packaging."""
    return {
        source.name.rpartition(", ")[2]: source.text
        for source in submission.sources
        if source.name.rpartition("/")[2] not in HELPERS or "/" not in source.name
    }

"""One student's work in a class folder: which of the student's entries counts, and what is passed over."""

import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ..core.outcomes import LeftOut
from .platform_names import Entry

LARGEST_COPY = 256 * 2**20  # bytes of a single file that is put beside the student's others


@dataclass(frozen=True)
class HandedIn:
    """What is graded as one submission.

    name: in tables, and of the folder of its results. path: where it lies. student: the id by which the platform knows
    who handed it in; "" where that cannot be told. attempt: its number, from 1. entry: the name of what lies in the
    class folder. files: where single files lie side by side, those of this student, with the names that the student
    gave them. left_out: other entries of the student. problem: why it is not read at all, or "". own_id: what the
    platform calls the student, where `student` is the login of a roster.
    """

    name: str
    path: Path
    student: str
    attempt: int = 1
    entry: str = ""
    files: tuple[tuple[str, Path], ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    problem: str = ""
    own_id: str = ""

    @contextmanager
    def unpacked(self) -> Iterator[Path]:
        """A path that `read_submission` takes: a folder of copies where the student's files lie among others'."""
        if not self.files:
            yield self.path
            return
        with TemporaryDirectory(prefix="aelab-") as folder:
            for own, file in self.files:
                shutil.copyfile(file, Path(folder) / own, follow_symlinks=False)
            yield Path(folder)


def join(entries: Sequence[Entry]) -> HandedIn:
    """The submission that the entries of one student are: the last attempt counts, and single files go together."""
    works = [entry for entry in entries if not entry.is_remark] or list(entries)
    whole = [entry for entry in works if not entry.own]
    latest = {entry.own: entry for entry in sorted(whole or works, key=_age)}
    last = max(latest.values(), key=_age)
    left_out = [LeftOut(e.path.name, _why(e, latest)) for e in entries if e is not latest.get(e.own)]
    files = [] if whole else [(own, entry.path) for own, entry in latest.items()]
    left_out += [
        LeftOut(file.name, "it is no ordinary file of a usual size") for _, file in files if not _is_usual(file)
    ]
    usual = tuple(each for each in files if _is_usual(each[1]))
    problem = "none of its files is an ordinary one of a usual size" if files and not usual else ""
    return HandedIn(
        last.name, last.path, last.student, last.attempt, last.path.name, usual, tuple(left_out), problem or _link(last)
    )


def _age(entry: Entry) -> tuple[int, int]:
    return entry.attempt, entry.order


def _why(entry: Entry, latest: Mapping[str, Entry]) -> str:
    if entry.is_remark:
        return "it is no part of the work"
    if entry.own in latest:
        return f"attempt {entry.attempt} is passed over, as attempt {latest[entry.own].attempt} came later"
    return f"{next(iter(latest.values())).path.name} is graded"


def _is_usual(file: Path) -> bool:
    found = file.lstat()
    return stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST_COPY


def _link(entry: Entry) -> str:
    return "it is a link, and links are not followed" if entry.path.is_symlink() else ""

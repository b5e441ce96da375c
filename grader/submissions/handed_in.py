"""One student's work in a class folder: which of the student's entries counts, and what is passed over."""

import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ..core.outcomes import LeftOut
from .platform_names import Entry

LARGEST_COPY = 256 * 2**20  # bytes of a single file that is put beside the student's others


@dataclass(frozen=True)
class HandedIn:
    """What is graded as one submission.

    name: in tables, and of the folder of its results. path: where it lies. student: the id by which the platform knows
    who handed it in; "" where that cannot be told. attempt: its number, from 1; earlier: those before it. entry: the
    name of what lies in the class folder. files: where single files lie side by side, those of this student, with the
    names that the student gave them. left_out: other entries of the student. problem: why it is not read at all, or "".
    own_id: what the platform calls the student, where `student` is the login of a roster.
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
    earlier: tuple["HandedIn", ...] = ()

    @property
    def attempts(self) -> tuple["HandedIn", ...]:
        """The earlier ones and this one, each as if it was the one that counts."""
        earlier = (replace(e, name=self.name, student=self.student, own_id=self.own_id) for e in self.earlier)
        return (*earlier, self)

    def attempt_of(self, number: int) -> "HandedIn":
        """The attempt of this number; this one where there is none."""
        return next((each for each in self.attempts if each.attempt == number), self)

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
    """The submission that the entries of one student are: the last attempt, which knows the earlier ones.

    Several files side by side are one attempt, in their latest versions.
    """
    works = [entry for entry in entries if not entry.is_remark] or list(entries)
    ordered = sorted([entry for entry in works if not entry.own] or works, key=_age)
    latest = {entry.own: entry for entry in ordered}
    if len(latest) > 1:
        return _handed_in(max(latest.values(), key=_age), tuple(latest.values()), entries)
    attempts = _numbered(ordered)
    *earlier, last = (_handed_in(each, (each,), entries, attempts) for each in attempts)
    return replace(last, earlier=tuple(earlier))


def _age(entry: Entry) -> tuple[int, int]:
    return entry.attempt, entry.order


def _numbered(ordered: Sequence[Entry]) -> list[Entry]:
    """Attempts with numbers that differ; a platform's own are kept where they do."""
    found: list[Entry] = []
    for entry in ordered:
        found.append(replace(entry, attempt=max(entry.attempt, found[-1].attempt + 1 if found else 1)))
    return found


def _handed_in(
    entry: Entry, graded: Sequence[Entry], entries: Sequence[Entry], attempts: Sequence[Entry] = ()
) -> HandedIn:
    """What is graded if these entries are; `entry` says whose it is, `entries` are all of this student."""
    files = [(each.own, each.path) for each in graded if each.own]
    usual = tuple(each for each in files if _is_usual(each[1]))
    numbered = {each.path: each for each in attempts}
    others = [numbered.get(each.path, each) for each in entries if each.path not in {one.path for one in graded}]
    left_out = [LeftOut(each.path.name, _why(each, graded)) for each in others]
    left_out += [
        LeftOut(file.name, "it is no ordinary file of a usual size") for own, file in files if (own, file) not in usual
    ]
    problem = "none of its files is an ordinary one of a usual size" if files and not usual else ""
    return HandedIn(
        entry.name, entry.path, entry.student, entry.attempt, entry.path.name, usual, tuple(left_out),
        problem or _link(entry),
    )  # fmt: skip


def _why(entry: Entry, graded: Sequence[Entry]) -> str:
    if entry.is_remark:
        return "it is no part of the work"
    for each in graded:
        if each.own == entry.own:
            came = "came later" if each.attempt >= entry.attempt else "counts"
            return f"attempt {entry.attempt} is passed over, as attempt {each.attempt} {came}"
    return f"{graded[0].path.name} is graded"


def _is_usual(file: Path) -> bool:
    found = file.lstat()
    return stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST_COPY


def _link(entry: Entry) -> str:
    return "it is a link, and links are not followed" if entry.path.is_symlink() else ""

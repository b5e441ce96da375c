"""Choose what of the files that were handed in is the submission: one notebook or one folder of modules, as a whole.

The one of which most is done wins, and of equals the more complete one. Where two are equal and differ, the number that
a browser gives to a second download decides, or the time in an archive; otherwise nobody guesses.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from ..core.assignment import Assignment
from ..core.outcomes import LeftOut
from .files import MODULE, NOTEBOOKS, File, UnreadableSubmission, has_suffix, shown
from .notebooks import cells_of_notebook
from .texts import notebook_bytes, notebook_code, python_text
from .work import NOTHING, Work, tasks_done, work_in_modules, work_in_notebook

MAX_CANDIDATES = 40
NUMBER = re.compile(r" ?\((\d{1,4})\)(?=\.[^./]*$|/|$)")  # "lab05 (1).ipynb": what browsers call a second download


@dataclass(frozen=True)
class Candidate:
    """A notebook, or the modules of parts that lie in one folder.

    path: of the notebook or the folder, "" for the top. files: the notebook alone, or the modules by their parts.
    problem: why it cannot be read, or "". done: how many tasks, compared with the other candidates.
    """

    path: str
    files: Mapping[str, File]
    is_notebook: bool
    work: Work = NOTHING
    problem: str = ""
    done: int = 0

    @property
    def label(self) -> str:
        """How it is called in messages."""
        return shown(self.path) if self.is_notebook else f"{shown(self.path)}/" if self.path else "the top folder"

    @property
    def rank(self) -> tuple[bool, int, int]:
        """What decides: whether it can be read, how much is done, how complete it is."""
        return not self.problem, self.done, len(self.work.defined)

    @property
    def time(self) -> tuple[str, float] | None:
        """When it was last changed, on the clock of its archive."""
        times = [file.time for file in self.files.values() if file.time]
        return max(times) if len(times) == len(self.files) else None


class Choice(NamedTuple):
    """What is graded, the others, and what is said of those."""

    chosen: Candidate
    others: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]


def choose(files: Iterable[File], assignment: Assignment) -> Choice | None:
    """The submission among `files`; None if there is nothing to choose.

    Raises UnreadableSubmission where it cannot be read or cannot be told.
    """
    found = [_read(candidate, assignment) for candidate in _candidates(files, assignment)]
    found = [replace(each, done=done) for each, done in zip(found, tasks_done([c.work for c in found]), strict=True)]
    found = [candidate for candidate in found if not _is_helper(candidate, found)]
    if not found:
        return None
    highest = max(candidate.rank for candidate in found)
    chosen, why = _of_equals([candidate for candidate in found if candidate.rank == highest], assignment)
    if chosen.problem:
        raise UnreadableSubmission(chosen.problem)
    others = tuple(candidate for candidate in found if candidate is not chosen)
    told = [other for other in others if other.is_notebook or other.work.defined or other.problem]
    return Choice(chosen, others, tuple(LeftOut(other.label, _reason(other, chosen, why)) for other in told))


def _candidates(files: Iterable[File], assignment: Assignment) -> list[Candidate]:
    """Every notebook, and every folder with a module of a part. Raises UnreadableSubmission if there are too many."""
    notebooks: list[Candidate] = []
    folders: dict[str, dict[str, File]] = defaultdict(dict)
    for file in files:
        if has_suffix(file.path, *NOTEBOOKS):
            notebooks.append(Candidate(file.path, {file.name: file}, is_notebook=True))
        elif part := part_of(file, assignment):
            known = folders[file.folder].setdefault(part, file)
            if file.name == f"{part}{MODULE}":  # rather than Data.py beside it
                folders[file.folder][part] = file if known.name != file.name else known
    found = [*notebooks, *(Candidate(folder, parts, is_notebook=False) for folder, parts in folders.items())]
    if len(found) > MAX_CANDIDATES:
        raise UnreadableSubmission(
            f"it holds {len(notebooks)} notebooks and {len(folders)} folders of modules; "
            f"hand in {assignment.notebook} or your folder of modules alone"
        )
    return found


def part_of(file: File, assignment: Assignment) -> str:
    """The part whose module a file is by its name, in capitals or not; "" for others."""
    return next((part for part in assignment.part_names if file.name.casefold() == f"{part}{MODULE}".casefold()), "")


def _read(candidate: Candidate, assignment: Assignment) -> Candidate:
    """The candidate with its work, or with the problem that hides it."""
    try:
        if candidate.is_notebook:
            return _read_notebook(candidate, assignment)
        texts = {part: python_text(file.path, file.read())[0] for part, file in candidate.files.items()}
        return replace(candidate, work=work_in_modules(texts, assignment))
    except (UnreadableSubmission, OSError) as error:
        return replace(candidate, problem=str(error))


def _read_notebook(candidate: Candidate, assignment: Assignment) -> Candidate:
    (file,) = candidate.files.values()
    raw = file.read()
    if code := notebook_code(raw).strip():
        return replace(candidate, work=work_in_notebook(code, assignment))
    try:
        cells_of_notebook(notebook_bytes(raw))
    except ValueError as error:
        raise UnreadableSubmission(f"{shown(file.name)} {error}") from None
    return candidate


def _is_helper(candidate: Candidate, all_candidates: Iterable[Candidate]) -> bool:
    """Whether a folder is a package of helpers, which modules above it import."""
    for other in all_candidates:
        inside = f"{other.path}/" if other.path else ""
        is_below = candidate.path.startswith(inside) and other is not candidate and not other.is_notebook
        if is_below and candidate.path.removeprefix(inside).partition("/")[0] in other.work.imports:
            return not candidate.is_notebook
    return False


def _of_equals(tied: list[Candidate], assignment: Assignment) -> tuple[Candidate, str]:
    """The one of equals that is graded, and what sets it apart. Raises UnreadableSubmission if nothing does."""
    if not any(candidate.work.defined for candidate in tied):  # then a name is all there is to go by
        tied = [candidate for candidate in tied if _is_expected(candidate, assignment)] or tied
    different: list[Candidate] = []
    for candidate in sorted(tied, key=lambda each: _order(each, assignment)):
        if not any(_is_same(candidate, other) for other in different):
            different.append(candidate)
    last = _last_downloads(different)
    if len(last) == 1:
        return last[0], "is the last download"
    times = [candidate.time for candidate in last]
    newest = max((time for time in times if time), default=None)
    if None not in times and times.count(newest) == 1 and len({kind for kind, _ in filter(None, times)}) == 1:
        return last[times.index(newest)], "is newer"
    one, other = sorted(candidate.label for candidate in last)[:2]
    raise UnreadableSubmission(f"it holds two candidates: {one} and {other}; hand in one")


def _last_downloads(candidates: list[Candidate]) -> list[Candidate]:
    """Of those that differ in a browser's number alone the one with the highest, and all others."""
    last: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda each: [int(number) for number in NUMBER.findall(each.path)]):
        last[NUMBER.sub("", candidate.path)] = candidate
    return [candidate for candidate in candidates if candidate in last.values()]


def _order(candidate: Candidate, assignment: Assignment) -> tuple[int, bool, int, str]:
    """What comes first of several with the same work: the one with most around it, as named, not far down."""
    expected = _is_expected(candidate, assignment)
    return -len(candidate.work.definitions), not expected, candidate.path.count("/"), candidate.path


def _is_expected(candidate: Candidate, assignment: Assignment) -> bool:
    return candidate.path.rpartition("/")[2].casefold() == assignment.notebook.casefold()


def _is_same(one: Candidate, other: Candidate) -> bool:
    if one.is_notebook != other.is_notebook:
        return one.work.is_same_in_other_form(other.work)
    return one.work.code == other.work.code and not (one.problem or other.problem)


def _reason(other: Candidate, chosen: Candidate, why: str) -> str:
    """Why another one was passed over, for its owner."""
    if other.problem:
        return other.problem
    if other.rank == chosen.rank and _is_same(other, chosen):
        return f"it is the same as {chosen.label}, which was graded"
    if other.rank == chosen.rank:
        return f"{chosen.label} {why} and was graded"
    if len(other.work.stubs) > len(chosen.work.stubs):
        left = len(other.work.stubs)
        return f"{left} of its tasks {'is' if left == 1 else 'are'} still to be done; {chosen.label} was graded"
    names, more = len(other.work.defined), len(chosen.work.defined)
    return f"it defines {names or 'none'} of the names that are graded, and {chosen.label}, which was graded, {more}"

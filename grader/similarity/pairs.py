"""Find submissions of a class, or of earlier years, that share code which was not given.

Their code is compared by fingerprints. A submission is one text, so code is also found in another part or in the other
form.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

import numpy as np

from ..core.assignment import Assignment
from ..isolation.reading import read_submission
from ..isolation.sandbox import Exceeded
from ..release.templates import render_templates
from ..submissions.finding import find_submissions
from ..submissions.notebooks import cells_of_notebook
from ..submissions.reading import Source, UnreadableSubmission
from .fingerprints import NOTHING, Fingerprint, fingerprint_of

MIN_COMMON = 120  # characters in common that make a pair: any share of a few own lines is large
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """The code of a submission as one text, and where it came from: '' for this class, or an earlier year's folder."""

    name: str
    year: str
    text: str


@dataclass(frozen=True)
class Pair:
    """Two submissions, the share of the own code of each that is also in the other, and those lines, from 0."""

    first: Work
    second: Work
    shares: tuple[float, float]
    lines: tuple[frozenset[int], frozenset[int]]

    @property
    def share(self) -> float:
        """The larger share: a copy may be short beside its source."""
        return max(self.shares)


def read_works(assignment: Assignment, folder: Path, year: str = "") -> tuple[list[Work], list[str]]:
    """The submissions below a folder, and the names of those that cannot be read. Raises NothingToGrade."""
    works, unread = [], []
    for handed_in in find_submissions(folder, assignment).submissions:
        try:
            with handed_in.unpacked() as path:
                submission = read_submission(handed_in.name, path, assignment)
            works.append(Work(submission.name, year, _one_text(submission.sources)))
        except (UnreadableSubmission, OSError):
            unread.append(handed_in.name)
    return works, unread


def _one_text(sources: Sequence[Source]) -> str:
    return "\n\n".join(f"# {source.name}\n{source.text.strip()}" for source in sources) + "\n"


def similar_pairs(
    assignment: Assignment, works: Sequence[Work], earlier: Sequence[Work] = (), at_least: float = 0.0
) -> list[Pair]:
    """Pairs of `works`, and of one with one of `earlier`, that share code beyond the templates; most similar first."""
    given = _given_hashes(assignment)
    prints = {id(work): _fingerprint(work, given) for work in (*works, *earlier)}
    candidates = [*combinations(works, 2), *product(works, earlier)]
    pairs = (_compared(first, second, prints[id(first)], prints[id(second)]) for first, second in candidates)
    return sorted((pair for pair in pairs if pair and pair.share >= at_least), key=lambda pair: -pair.share)


def _given_hashes(assignment: Assignment) -> np.ndarray:
    """Hashes of all passages of the templates, in both forms of a submission, so that given code never counts."""
    templates = render_templates(assignment)
    cells, _ = cells_of_notebook(templates.pop(assignment.notebook).encode())
    forms = [sorted(templates.items()), cells]
    texts = [_one_text([Source(name, text) for name, text in form]) for form in forms]
    found = [fingerprint_of(text, window=1) for text in texts]
    return np.unique(np.array([value for prints in found for value in prints.hashes]))


def _fingerprint(work: Work, given: np.ndarray) -> Fingerprint:
    try:
        return fingerprint_of(work.text, given)
    except Exceeded as exceeded:
        log.warning("%s is compared with nothing: its code %s", work.name, exceeded)
        return NOTHING


def _compared(first: Work, second: Work, one: Fingerprint, two: Fingerprint) -> Pair | None:
    from copydetect import compare_files  # it imports matplotlib

    common, shares, slices = compare_files(one, two)
    if common < MIN_COMMON:
        return None
    lines = (frozenset(_lines(first.text, slices[0])), frozenset(_lines(second.text, slices[1])))
    return Pair(first, second, (_share(shares[0]), _share(shares[1])), lines)


def _share(value: float) -> float:
    return min(1.0, float(value)) if np.isfinite(value) else 0.0  # nothing but given code: nothing over nothing


def _lines(text: str, slices: np.ndarray) -> Iterator[int]:
    """The numbers of the lines that the slices (2, n) of characters touch."""
    starts = np.cumsum([0, *(len(line) + 1 for line in text.split("\n"))])
    for begin, end in slices.T if slices.ndim == 2 else ():
        first, last = np.searchsorted(starts, [begin, max(begin, end - 1)], side="right") - 1
        yield from range(int(first), int(last) + 1)

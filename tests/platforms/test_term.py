"""A term, played through: from Moodle's download to Moodle's grades, and every number agrees wherever it stands.

Measuring is played, so that it takes no time; with MEASURED=1, as in `make term`, real work is measured.
"""

import json
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.points import total
from grader.engine.backend_config import BackendConfig
from grader.engine.cache import VARIABLE
from grader.release.solutions import strip_solutions
from tests import term
from tests.command import Aelab, Run
from tests.played_class import FakeBackend
from tests.term import CELL, CLASS, EXTENDED, HANDED_IN, LATE, NAMESAKE, SAME, UNREADABLE

IS_MEASURED = "MEASURED" in os.environ
PARTS = ("data", "autoencoder")
SOLVED = {"all": PARTS, "data": PARTS[:1], "nothing": ()}  # parts, by the kind of the work
WORTH = {
    kind: total(check.points for check in ASSIGNMENT.checks if check.part in parts) for kind, parts in SOLVED.items()
}
MOST = WORTH["all"] + 4.0
KINDS = {student.login: tuple(SOLVED)[n % 3] for n, student in enumerate(CLASS)}
GIVEN = {student.login: (4, 2.5, 0)[n % 3] for n, student in enumerate(CLASS)}
IMPROVED = CLASS[1]  # hands in anew after the grades are out


class Played:
    """The commands in a folder; where nothing is measured, with a backend that runs nothing of a submission."""

    def __init__(self, aelab: Aelab, folder: Path, monkeypatch: pytest.MonkeyPatch):
        self.folder, self.class_, self.out = folder, folder / "moodle", folder / "results"
        self.backend = FakeBackend()
        self._aelab = aelab
        monkeypatch.chdir(folder)  # where course.toml lies
        monkeypatch.setenv(VARIABLE, str(folder / "cache" / "measured.sqlite"))
        if not IS_MEASURED:
            monkeypatch.setattr(BackendConfig, "starter", lambda _, say: lambda left: self._open(say, left))

    def measures(self, count: int) -> bool:
        """Whether the last run measured so many parts; not known where it is measured."""
        return IS_MEASURED or len(self.backend.asked) == count

    def _open(self, say: Callable[[str], None], left: ExitStack) -> FakeBackend:
        self.backend = FakeBackend()
        left.callback(self.backend.stop)
        say("fake, of a test")
        return self.backend

    def __call__(self, *words: str | Path, status: int = 0) -> Run:
        found = self._aelab(*words)
        assert found.status == status, (words, found)
        return found

    def grade(self, *options: str, status: int = 0) -> Run:
        self.backend.asked.clear()
        roster = ("--roster", self.folder / "roster.csv")
        return self("grade", self.class_, "--out", self.out, *roster, *options, status=status)

    def mark(self, given: dict[str, float]) -> Run:
        table = self.folder / "marks.csv"
        self("export", "csv", self.out, "--format", "marks", "--out", table, status=1)  # somebody waits
        term.filled_in(table, given)
        return self("marks", self.out, table)


def work(kind: str, login: str) -> dict[str, str]:
    """The modules of a student: solved, or the untouched template."""
    if not IS_MEASURED:
        return {f"{part}.py": f"# {int(part in SOLVED[kind])} # {login}" for part in PARTS}
    texts = {part: ASSIGNMENT.reference_sources()[f"{part}.py"] for part in PARTS}
    stubs = {part: strip_solutions(text, part) for part, text in texts.items()}
    return {f"{part}.py": (texts if part in SOLVED[kind] else stubs)[part] for part in PARTS}


def expected(kinds: dict[str, str]) -> term.Grades:
    """By hand: measured and given, less a fifth for two days begun; on time within the extension."""
    earned = {s.login: WORTH[kinds[s.login]] + GIVEN[s.login] for s in HANDED_IN}
    return {login: (points * (0.8 if login == LATE.login else 1), MOST) for login, points in earned.items()}


def all_agree(played: Played, grades: term.Grades) -> None:
    """Pages, gradebook, tables and feedback have the same numbers, to the hundredth that is shown."""
    files = {name: played.folder / f"{name}.csv" for name in ("plain", "moodle")}
    for name, file in files.items():
        options = ("--roster", played.folder / "roster.csv")
        played("export", "csv", played.out, "--format", name, "--out", file, *options)
    archive = played.folder / "feedback.zip"
    played("export", "feedback", played.out, "--out", archive)
    found = {
        "pages": term.on_pages(played.out),
        "gradebook": term.in_gradebook(f"sqlite:///{played.out}/gradebook.db", ASSIGNMENT.name),
        "plain": term.in_plain_table(files["plain"]),
        "moodle": term.in_worksheet(files["moodle"], MOST),
        "feedback": term.in_feedback(archive),
    }
    for place, numbers in found.items():
        assert numbers.keys() == grades.keys(), place
        for login, pair in numbers.items():
            assert pair == pytest.approx(grades[login], abs=0.006), (place, login)


def test_a_term(aelab: Aelab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand-out, download, doubts, grades, points by hand, feedback, a regrade of two, an appeal, files to upload."""
    played = Played(aelab, tmp_path, monkeypatch)
    term.write_course(tmp_path)
    played("release", "templates", tmp_path / "hand-out")
    cells = json.loads((tmp_path / "hand-out" / "lab05.ipynb").read_text())["cells"]
    assert CELL in [cell["id"] for cell in cells]
    assert "Rubric" not in json.dumps(cells)

    kinds = dict(KINDS)
    term.write_download(played.class_, {login: work(kind, login) for login, kind in kinds.items()})
    first = played.grade(status=1)
    assert "29 submissions, named by Moodle" in first.out
    for student in (SAME, NAMESAKE):
        assert f"whose is it? {student.submission}: maybe" in first.out
    assert f"not graded: {UNREADABLE.submission}: " in first.out
    assert played.measures(2 * (len(HANDED_IN) - 1))

    term.settle(tmp_path)
    again = played.grade(status=1)
    assert "whose is it?" not in again.out
    assert "1 of 29 not graded" in again.out
    assert played.measures(0)  # again

    played.mark({login: points for login, points in GIVEN.items() if login not in (UNREADABLE.login, CLASS[29].login)})
    late = (played.out / LATE.submission / "index.html").read_text()
    assert "Handed in 1 February 2027, 23:59 UTC, 2 days late" in late
    assert f"Read, {LATE.login}." in late
    assert "taken off" not in (played.out / EXTENDED.submission / "index.html").read_text()

    kinds |= {UNREADABLE.login: "all", IMPROVED.login: "all"}
    for student in (UNREADABLE, IMPROVED):
        term.write_work(played.class_, student, work("all", student.login))
    regraded = played.grade("--student", UNREADABLE.login, "--student", IMPROVED.login)
    assert played.measures(3)  # the data of who improved are as they were
    assert "not graded" not in regraded.out
    played.mark({UNREADABLE.login: GIVEN[UNREADABLE.login]})
    all_agree(played, expected(kinds))

    page = tmp_path / "appeal.html"
    played("appeal", played.class_ / IMPROVED.entry, "--part", "autoencoder", "--seeds", "3", "--out", page)
    assert "autoencoder.reconstructs_unseen_images" in page.read_text()
    all_agree(played, expected(kinds))  # an appeal changes nothing by itself

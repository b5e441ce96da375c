"""An unchanged class is not entered twice, and whatever changed is."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.core.hand_in import HandIn
from grader.core.outcomes import Report
from grader.engine.cache import Cache
from grader.platforms.nbgrader import entry
from tests.unit.render.samples import solved


@pytest.fixture
def entered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose reports were written; the file grows with each time."""
    names: list[str] = []

    def write(_: Assignment, reports: list[Report], url: str, *__: object) -> None:
        names.extend(report.submission for report in reports)
        with Path(url.removeprefix("sqlite:///")).open("a") as file:
            file.write("x")

    monkeypatch.setattr(entry, "write_gradebook", write)
    return names


def test_the_same_class_is_entered_once(tmp_path: Path, entered: list[str]) -> None:
    """The second time nothing is written; times do not matter."""
    cache, file = Cache(tmp_path / "c.sqlite"), tmp_path / "gradebook.db"
    entry.enter(ASSIGNMENT, [solved("ada")], file, cache)
    entry.enter(ASSIGNMENT, [replace(solved("ada"), seconds=99.0)], file, cache)
    assert entered == ["ada"]


def test_another_score_or_gradebook_is_entered(tmp_path: Path, entered: list[str]) -> None:
    """A changed check, a file that is gone, a file that somebody else wrote into."""
    cache, file = Cache(tmp_path / "c.sqlite"), tmp_path / "gradebook.db"
    entry.enter(ASSIGNMENT, [solved("ada")], file, cache)
    first, *rest = solved("ada").checks
    entry.enter(ASSIGNMENT, [replace(solved("ada"), checks=(replace(first, score=0.5), *rest))], file, cache)
    assert len(entered) == 2
    file.unlink()
    entry.enter(ASSIGNMENT, [solved("ada")], file, cache)
    assert len(entered) == 3
    file.write_text("a manual grade")
    entry.enter(ASSIGNMENT, [solved("ada")], file, cache)
    assert len(entered) == 4


def test_a_hand_in_of_which_more_is_known_is_entered(tmp_path: Path, entered: list[str]) -> None:
    """Its time, or what it costs; the scores are the same."""
    cache, file = Cache(tmp_path / "c.sqlite"), tmp_path / "gradebook.db"
    for penalty in (0.0, 0.0, 10.0):
        known = entry.Entered({"ada": HandIn(penalty=penalty)})
        entry.enter(ASSIGNMENT, [solved("ada")], file, cache, known)
    assert entered == ["ada", "ada"]


def test_nbgrader_is_imported_in_another_thread() -> None:
    """Whoever asks does not wait, and whoever needs it afterwards finds it loaded, or on its way."""
    program = (
        "import sys, threading; from grader.platforms.nbgrader.entry import load_ahead; "
        "before = 'nbgrader.api' in sys.modules; load_ahead(); load_ahead(); "
        "loading = [t for t in threading.enumerate() if t is not threading.main_thread()]; "
        "[t.join() for t in loading]; print(before, len(loading), 'nbgrader.api' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert said.split() == ["False", "1", "True"]

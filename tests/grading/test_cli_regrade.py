"""`aelab grade --student` and `--only-failed`: some of a class, into the results of all of it."""

import csv
import re
from pathlib import Path

import pytest

from tests.command import Aelab
from tests.played_class import NAMES, FakeBackend

from .test_cli_grade import Class


@pytest.fixture
def graded(aelab: Aelab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    """A class of four of which bob's part could not be measured."""
    found = Class(aelab, tmp_path, monkeypatch)

    def act(task: object) -> None:
        if "bob" in str(task):
            raise RuntimeError("a bug of ours")

    assert found.grade(FakeBackend(act=act)).status == 1
    return found


def rows(lab_class: Class) -> dict[str, str]:
    """The score of everybody in the table."""
    with (lab_class.out / "grades.csv").open() as file:
        return {row["submission"]: row["score"] for row in csv.DictReader(file)}


def test_a_new_attempt_costs_what_changed_and_the_tables_are_over_the_class(graded: Class) -> None:
    """One task is measured, under the seed of before; everybody is in tables, page and gradebook."""
    (graded.folder / "carl" / "data.py").write_text("# 0.5 # a new attempt")
    backend = FakeBackend()
    found = graded.grade(backend, "--student", "carl", seed="")
    assert found.status == 0
    assert [(task.seed, task.part) for task in backend.asked] == [(7, "data")]
    assert rows(graded) == {"ada": "6", "bob": "", "carl": "3", "dora": "6"}
    page = (graded.out / "index.html").read_text()
    assert [name for name in NAMES if f"{name}/index.html" not in page] == []
    assert "not graded: bob" in found.out


def test_only_who_has_no_final_score_is_graded_again(graded: Class) -> None:
    """And whoever has no record at all; when everybody has one, nothing is to do."""
    (graded.folder / "emmy").mkdir()
    (graded.folder / "emmy" / "data.py").write_text("# 0.5 # emmy")
    backend = FakeBackend()
    assert graded.grade(backend, "--only-failed").status == 0
    assert sorted(task.sources[0].text.split()[-1] for task in backend.asked) == ["bob", "emmy"]
    assert rows(graded) == {"ada": "6", "bob": "6", "carl": "6", "dora": "6", "emmy": "3"}
    again = graded.grade(None, "--only-failed")
    assert (again.status, again.err) == (0, f"aelab: nothing to grade: everybody has a final score in {graded.out}\n")


def test_who_is_in_the_tables_from_before_or_not_in_them_is_named(graded: Class) -> None:
    """Nobody appears or is missing without a word."""
    (graded.folder / "dora").rename(graded.folder / "emmy")
    found = graded.grade(None, "--student", "ada")
    assert f"in {graded.out} from an earlier run, and not handed in here: dora\n" in found.out
    assert "not graded yet: emmy\n" in found.out


def test_a_name_that_nobody_has_and_another_seed_are_refused_before_any_work(graded: Class) -> None:
    """Exit status 2, one line, and no backend is opened."""
    opened = len(graded.opened)
    for options, told in (
        (("--student", "karl"), "did you mean 'carl'?"),
        (("--seed", "8"), "keeps to another seed: leave --seed out, or choose another --out"),
    ):
        found = graded.grade(None, *options, seed="")
        assert (found.status, found.err.count("\n")) == (2, 1)
        assert told in found.err
    assert len(graded.opened) == opened


def test_a_course_keeps_to_the_seed_it_was_told(aelab: Aelab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A regrade, also into other results, is under the same; another one is refused, whoever asks for it."""
    found, course, entered = Class(aelab, tmp_path, monkeypatch), tmp_path / "course", []
    monkeypatch.setattr("grader.platforms.nbgrader.course.enter_reports", lambda *given: entered.append(given[3]))
    course.mkdir()
    (course / "nbgrader_config.py").touch()
    found.folder.rename(course / "submitted")
    command = ("grade", course, "--db", "sqlite:///" + str(tmp_path / "elsewhere.db"), "--out")
    aelab("seed", "commit", tmp_path / "none")
    assert aelab(*command, tmp_path / "one", "--seed", "7").out.splitlines()[-1].startswith("seed 7,")
    conflict = aelab(*command, tmp_path / "none")
    assert (conflict.status, "keeps to another seed" in conflict.err) == (2, True)
    found.next = FakeBackend()
    again = aelab(*command, tmp_path / "two", "--student", "ada")
    assert again.out.splitlines()[-1].startswith("seed 7,")
    assert found.next.asked == []
    assert entered == [[], ["ada"]]
    refused = aelab(*command, tmp_path / "three", "--seed", "8")
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    assert "leave --seed out" in refused.err


def test_pages_and_tables_without_names(graded: Class, aelab: Aelab, tmp_path: Path) -> None:
    """In a folder of their own, with the same pseudonyms every time; the class' results and its key stay apart."""
    blind = tmp_path / "blind"
    found = aelab("report", graded.out, "--anonymous", blind)
    assert found.status == 0
    texts = "".join(path.read_text() for path in blind.rglob("*") if path.suffix in (".html", ".csv", ".json"))
    assert re.findall(rf"\b({'|'.join(NAMES)})\b", texts + found.out) == []
    assert not (blind / "gradebook.db").exists()
    with (graded.out / "pseudonyms.csv").open() as file:
        key = {row["pseudonym"]: row["student"] for row in csv.DictReader(file)}
    assert sorted(key.values()) == list(NAMES)
    assert {path.parent.name for path in blind.glob("*/report.json")} == set(key)
    before = (blind / "grades.csv").read_bytes()
    assert aelab("report", graded.out, "--anonymous", blind).status == 0
    assert (blind / "grades.csv").read_bytes() == before
    refused = aelab("report", graded.out, "--anonymous", graded.out)
    assert (refused.status, "choose an empty folder" in refused.err) == (2, True)

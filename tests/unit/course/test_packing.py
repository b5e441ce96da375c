"""A course travels: to students without its comments and solutions, to a course folder as it is."""

import json
from pathlib import Path

from grader.autoencoders.assignment import ASSIGNMENT
from grader.course.adaptation import adapted
from grader.course.packing import copied
from grader.course.reading import read_course

from . import course
from .test_adaptation import OWN_CHECK, OWN_PART, PIXEL, SPARSE

TEXT = '# the seed is 7\ntitle = "Week 6"\ndue = 2027-05-03T23:59:00+02:00\n[own]\nchecks = ["own/mine.py"]\n'


def written(folder: Path) -> str:
    (folder / "own").mkdir()
    (folder / "own" / "mine.py").write_text(OWN_CHECK.replace('"data"', '"sparse"'))
    (folder / "own" / "sparse.py").write_text(SPARSE)
    (folder / "logo.png").write_bytes(PIXEL)
    text = TEXT + OWN_PART.format(module="own/sparse.py") + '[texts]\nlogo = "logo.png"\n'
    (folder / "course.toml").write_text(text)
    return text


def test_students_get_no_comment_and_no_solution(tmp_path: Path) -> None:
    """The same values as JSON, checks and logo beside them, and of a part of its own the names alone."""
    packed = course(written(tmp_path), tmp_path).packed
    assert set(packed) == {"course.json", "mine.py", "logo.png"}
    assert "seed" not in packed["course.json"].decode()
    assert json.loads(packed["course.json"])["own"]["parts"][0]["module"] == "sparse.py"


def test_a_packed_course_is_the_same_course(tmp_path: Path) -> None:
    """Names, points, due date, checks and logo."""
    first = course(written(tmp_path), tmp_path)
    (tmp_path / "packed").mkdir()
    for name, content in first.packed.items():
        (tmp_path / "packed" / name).write_bytes(content)
    path = tmp_path / "packed" / "course.json"
    again = adapted(ASSIGNMENT, read_course(path, path.read_text()))
    assert (again.title, again.texts, again.part_names) == (first.title, first.texts, first.part_names)
    assert [(c.id, c.points, c.sentence) for c in again.checks] == [(c.id, c.points, c.sentence) for c in first.checks]


def test_a_course_folder_gets_all_files(tmp_path: Path) -> None:
    """Under the name of the assignment, so that another one of the course can lie beside it."""
    text = written(tmp_path)
    files = copied(tmp_path / "course.toml", "ae24")
    assert set(files) == {"ae24.toml", "own/mine.py", "own/sparse.py", "logo.png"}
    assert files["ae24.toml"] == text.encode()

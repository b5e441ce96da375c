"""Which course.toml is believed: one that is named, or that lies where the instructor put it; never one handed in."""

import json
import os
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import AssignmentError
from grader.course import finding
from grader.course.finding import find, find_in_course, require_in_course
from grader.course.reading import CourseError


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_file_it_is_the_installed_one() -> None:
    """The very record."""
    assert find() is ASSIGNMENT


def test_the_file_of_the_current_folder_is_found(here: Path) -> None:
    """One that is named goes before it; both give the same record as long as they are the same."""
    write(here / "course.toml", 'name = "here"')
    named = write(here / "elsewhere" / "mine.toml", 'name = "named"')
    assert (find().name, find(file=named).name) == ("here", "named")
    assert find() is find()
    write(here / "course.toml", 'name = "changed"')
    assert find().name == "changed"


def test_a_named_file_that_is_not_there(here: Path) -> None:
    """One line with the name and the reason."""
    with pytest.raises(CourseError, match=r"^missing.toml: No such file"):
        find(file=Path("missing.toml"))
    with pytest.raises(CourseError, match=r"it must be a file$"):
        find(file=here)


@pytest.mark.parametrize("place", ["submitted/course.toml", "submitted/alice/course.toml", "link/course.toml"])
def test_nothing_that_was_handed_in_is_believed(place: str, here: Path) -> None:
    """Not in the folder of submissions, nor below, nor by a link into it, whether named or found."""
    write(here / "submitted" / "alice" / "course.toml", "")
    write(here / "submitted" / "course.toml", "")
    (here / "link").symlink_to(here / "submitted" / "alice")
    with pytest.raises(CourseError, match=r"it lies in submitted, with what was handed in"):
        find(file=Path(place), submissions=[Path("submitted")])
    with pytest.raises(CourseError, match=r"it lies in submitted, with what was handed in"):
        find(folders=[Path(place).parent], submissions=[Path("submitted")])


def test_no_file_of_another_user_is_believed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the course's nor a module of checks; root's are."""
    checks = write(here / "own.py", "")
    named = write(here / "course.toml", '[own]\nchecks = ["own.py"]')
    stat = Path.stat

    def of(*files: Path, owner: int) -> None:
        def seen(path: Path, **options: bool) -> os.stat_result:
            fields = list(stat(path, **options))
            fields[4] = owner if path in files else fields[4]
            return os.stat_result(fields + [0] * (19 - len(fields)))

        monkeypatch.setattr(Path, "stat", seen)
        finding._adapted.cache_clear()

    other = os.geteuid() + 1
    for file in (named, checks):
        of(file, owner=other)
        with pytest.raises(CourseError, match=rf"^{file}: it belongs to another user \(number {other}\)"):
            find(file=named)
    of(named, checks, owner=0)
    assert find(file=named).parts == ASSIGNMENT.parts


def test_a_file_beside_the_course_lies_beside_it(here: Path) -> None:
    """A link out of the folder leads nowhere."""
    (here / "own.py").symlink_to(write(here.parent / f"{here.name}-outside.py", ""))
    with pytest.raises(CourseError, match=r"line 2: own.py must lie beside this file, or below"):
        find(file=write(here / "course.toml", '[own]\nchecks = ["own.py"]'))


def test_the_name_of_another_assignment_is_no_name_for_this_course(here: Path) -> None:
    """The lab's name and the course's own are."""
    write(here / "course.toml", 'name = "ae24"')
    assert find("ae24") is find("lab05") is find()
    with pytest.raises(AssignmentError, match=r"^there is no assignment 'lab01'"):
        find("lab01")
    write(here / "course.toml", 'name = "ae24"\nlab = "lab05"')
    with pytest.raises(CourseError, match=r"adapts lab05, not lab01: name another file with --course$"):
        find("lab01")


def test_two_assignments_in_one_course_folder(here: Path) -> None:
    """Each has a file by its name; one that has none is the installed one."""
    write(here / "first.toml", 'name = "first"\nparts = ["data"]')
    write(here / "course.toml", 'name = "second"\nparts = ["vae"]')
    found = [find_in_course(name, here) for name in ("first", "second", "lab05")]
    assert [each.name for each in found] == ["first", "second", "lab05"]
    assert [each.part_names for each in found[:2]] == [("data",), ("vae",)]


def test_nbgrader_has_to_find_the_same_assignment(here: Path) -> None:
    """A file from elsewhere needs its copy in the course folder, with the same checks and points."""
    elsewhere = write(here / "elsewhere.toml", 'name = "ae24"\n[points]\ntotal = 50')
    mine, root = find(file=elsewhere), here / "course"
    mend = f"put yours there with `aelab release course {root} --course {elsewhere}`"
    with pytest.raises(CourseError, match=rf"by {root}/ae24.toml, which is not there: {mend}$"):
        require_in_course(mine, root)
    there = write(root / "ae24.toml", 'name = "ae24"')
    with pytest.raises(CourseError, match=rf"by {there}, which has other checks or points: {mend}$"):
        require_in_course(mine, root)
    write(there, elsewhere.read_text())
    require_in_course(mine, root)
    require_in_course(ASSIGNMENT, root)
    write(root / "lab05.toml", 'name = "lab05"\nparts = ["data"]')
    with pytest.raises(CourseError, match=r"which has other checks or points: name that file with --course$"):
        require_in_course(ASSIGNMENT, root)


def test_what_was_packed_for_students_is_found(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a copy of the grader that holds the course; it is JSON, and holds no solution of a part of its own."""
    packed = write(here / "packed" / "course.json", json.dumps({"name": "ae24", "points": {"total": 50}}))
    monkeypatch.setattr(finding, "PACKED", packed)
    assert find(folders=()).name == "ae24"
    own = {"module": "sparse.py", "title": "Sparse", "names": ["Sparse"]}
    write(packed, json.dumps({"own": {"parts": [own]}}))
    assert find(folders=()).part_names[-1] == "sparse"
    assert "sparse.py" not in find(folders=()).reference_sources()

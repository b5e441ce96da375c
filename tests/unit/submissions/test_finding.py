"""Finding submissions below a folder; links and special files are never followed or opened."""

import os
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.submissions.finding import NothingToGrade, find_submissions
from grader.submissions.reading import read_submission

from .handed_in import fill, names_in, notebook_of, reason, texts


def test_a_class_is_found_in_the_order_of_its_names(tmp_path: Path) -> None:
    """Folders, notebooks and .zip files; hidden and other files are no submissions."""
    fill(tmp_path / "bob", {"data.py": ""})
    fill(tmp_path, {"carl.ipynb": "", "ada.zip": "", "readme.txt": "", ".git/config": "", "__pycache__/x": ""})
    assert names_in(tmp_path) == ["ada", "bob", "carl"]


def test_two_submissions_never_have_one_name(tmp_path: Path) -> None:
    """ada/ beside ada.zip: both are graded, under names of their own."""
    fill(tmp_path / "ada", {"data.py": ""})
    fill(tmp_path, {"ada.zip": "", "ada.ipynb": "", "bob.zip": ""})
    found = names_in(tmp_path)
    assert len(set(found)) == len(found) == 4
    assert "bob" in found


def test_two_submissions_of_a_course_never_have_one_name(tmp_path: Path) -> None:
    """Where the work lies one folder down, too, and where a name with its ending is another one's without."""
    for student in ("ada", "bob"):
        fill(tmp_path / student / "lab05", {"data.py": ""})
        fill(tmp_path, {f"{student}.zip": "", f"{student}.zip.zip": ""})
    found = names_in(tmp_path)
    assert len(set(found)) == len(found) == 6
    assert {"ada", "bob"} < set(found)


def test_an_nbgrader_course_is_found(tmp_path: Path) -> None:
    """submitted/<student>/lab05/ holds a student's work; the student's name is the submission's."""
    fill(tmp_path / "submitted" / "ada" / "lab05", {"lab05.ipynb": notebook_of("x = 1"), "timestamp.txt": "now"})
    fill(tmp_path / "submitted" / "bob" / "lab05", {"data.py": "x = 1"})
    found = find_submissions(tmp_path / "submitted", ASSIGNMENT)
    assert found.platform == "nbgrader"
    assert [(each.name, read_submission(each.name, each.path, ASSIGNMENT).kind) for each in found.submissions] == [
        ("ada", "notebook"), ("bob", "modules"),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [{"data.py": ""}, {"lab05.ipynb": ""}])
def test_a_submission_may_be_named_itself(tmp_path: Path, content: dict[str, str]) -> None:
    """`aelab grade my-solution`: one submission, called after its folder."""
    (found,) = find_submissions(fill(tmp_path / "my-solution", content), ASSIGNMENT).submissions
    assert (found.name, found.path, found.student) == ("my-solution", tmp_path / "my-solution", "my-solution")


@pytest.mark.parametrize("name", ["ada.zip", "ada.ipynb"])
def test_a_file_may_be_named_itself(tmp_path: Path, name: str) -> None:
    """One .zip or one notebook, called after the file."""
    fill(tmp_path, {name: ""})
    (found,) = find_submissions(tmp_path / name, ASSIGNMENT).submissions
    assert (found.name, found.path) == ("ada", tmp_path / name)


def test_the_current_folder_has_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`aelab grade .` names the submission after the folder, not after the dot."""
    monkeypatch.chdir(fill(tmp_path / "my-solution", {"data.py": ""}))
    assert names_in(Path()) == ["my-solution"]


def test_nothing_to_grade_is_one_clear_line(tmp_path: Path) -> None:
    """A folder that does not exist, and one that holds no submissions: both named."""
    for place in (tmp_path / "nowhere", fill(tmp_path / "empty", {"readme.txt": ""})):
        with pytest.raises(NothingToGrade) as caught:
            find_submissions(place, ASSIGNMENT)
        assert str(place) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither to files nor to folders, inside a submission."""
    secret = fill(tmp_path / "elsewhere", {"secret.py": "SECRET = 1\n", "data.py": "SECRET = 2\n"})
    own = fill(tmp_path / "class" / "ada", {"vae.py": "x = 1\n"})
    (own / "data.py").symlink_to(secret / "data.py")
    (own / "tools").symlink_to(secret)
    (own / "again").symlink_to(own)
    assert texts(own) == {"vae.py": "x = 1\n"}


def test_a_link_is_no_submission(tmp_path: Path) -> None:
    """Neither a student's folder, nor the assignment in it, may be another student's."""
    fill(tmp_path / "ada" / "lab05", {"data.py": "x = 1\n"})
    (tmp_path / "bob").symlink_to(tmp_path / "ada")
    (tmp_path / "carl").mkdir()
    (tmp_path / "carl" / "lab05").symlink_to(tmp_path / "ada" / "lab05")
    found = {each.name: each for each in find_submissions(tmp_path, ASSIGNMENT).submissions}
    assert {name: bool(each.problem) for name, each in found.items()} == {"ada": False, "bob": True, "carl": False}
    assert "neither a notebook nor" in reason(found["carl"].path)


def test_special_files_are_not_opened(tmp_path: Path) -> None:
    """Reading a pipe would wait for ever."""
    os.mkfifo(tmp_path / "data.py")
    assert "neither a notebook nor" in reason(tmp_path)


def test_folders_are_not_descended_without_end(tmp_path: Path) -> None:
    """Helpers may lie in packages of packages, not a hundred levels down."""
    deep = tmp_path.joinpath(*["d"] * 60)
    fill(deep, {"deep.py": "x = 1"})
    fill(tmp_path, {"data.py": "", "a/b/near.py": ""})
    assert list(texts(tmp_path)) == ["a/b/near.py", "data.py"]


def test_an_archive_of_another_kind_is_named_rather_than_overlooked(tmp_path: Path) -> None:
    """What a student handed in as .rar or .tar.gz is listed, and a broken one is said to be unreadable."""
    (tmp_path / "b.rar").write_bytes(b"Rar!")
    (tmp_path / "c.tar.gz").write_bytes(b"\x1f\x8b")
    assert names_in(tmp_path) == ["b", "c"]
    assert "the .rar cannot be read" in reason(tmp_path / "b.rar")

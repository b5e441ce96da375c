"""Class folders as platforms, browsers and instructors leave them: nobody in them is lost without a word."""

import os
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.stubs import STUB_MARKER
from grader.submissions.finding import Found, NothingToGrade, find_submissions
from grader.submissions.handed_in import HandedIn
from grader.submissions.reading import holds_submission, read_submission

from .handed_in import fill, notebook_of

WORK = notebook_of("class Autoencoder: pass\nclass VariationalAutoencoder: pass")
MODULES = {f"{part}.py": "x = 1\n" for part in ASSIGNMENT.part_names}
METADATA = """---
submission_1001:
  :submitters:
  - :name: Ada Lovelace
    :sid: '4711'
    :email: ada@uni.edu
  :created_at: 2026-11-01 10:00:00.000000000 Z
  :history:
  - :id: 900
    :submitters:
    - :name: Somebody Else
      :sid: '1'
submission_1002:
  :submitters:
  - :name: Bob
    :sid:
    :email: o'brien@uni.edu
  - :name: 'Carl ''C'' Gauss'
    :sid: ''
submission_1003:
  :submitters: []
  :status: processed
"""


def found_in(folder: Path) -> tuple[Found, dict[str, HandedIn]]:
    found = find_submissions(folder, ASSIGNMENT)
    assert len({each.name for each in found.submissions}) == len(found.submissions)
    return found, {each.name: each for each in found.submissions}


def texts_of(handed_in: HandedIn) -> dict[str, str]:
    with handed_in.unpacked() as path:
        return {source.name: source.text for source in read_submission(handed_in.name, path, ASSIGNMENT).sources}


def test_moodle_s_download_in_folders(tmp_path: Path) -> None:
    """With and without the underscore at the end; a text beside the files is passed over, alone it is named."""
    fill(tmp_path, {
        "Ada Lovelace_12345_assignsubmission_file_/lab05.ipynb": WORK,
        "Ada Lovelace_12345_assignsubmission_onlinetext_/onlinetext.html": "hello",
        "Bob O'Brien_12346_assignsubmission_file/data.py": "x = 1\n",
        "Carl_12347_assignsubmission_onlinetext/onlinetext.html": "I could not upload it",
        ".DS_Store": "",
    })  # fmt: skip
    found, by_name = found_in(tmp_path)
    assert found.platform == "Moodle"
    assert {name: each.student for name, each in by_name.items()} == {
        "Ada Lovelace_12345": "12345", "Bob O'Brien_12346": "12346", "Carl_12347": "12347",
    }  # fmt: skip
    assert [str(note) for note in by_name["Ada Lovelace_12345"].left_out] == [
        "Ada Lovelace_12345_assignsubmission_onlinetext_ was left out: it is no part of the work"
    ]
    assert found.nobodys == (".DS_Store",)


def test_moodle_s_download_side_by_side(tmp_path: Path) -> None:
    """The files of one student are one submission, under the names that the student gave them."""
    fill(tmp_path, {f"Ada Lovelace_12345_assignsubmission_file_{name}": text for name, text in MODULES.items()})
    fill(tmp_path, {"Bob_7_assignsubmission_file_lab05.ipynb": WORK})
    found, by_name = found_in(tmp_path)
    assert found.platform == "Moodle"
    assert texts_of(by_name["Ada Lovelace_12345"]) == MODULES
    assert list(texts_of(by_name["Bob_7"])) == ["lab05.ipynb, cell 1"]


def test_canvas_download(tmp_path: Path) -> None:
    """Late ones, anonymous ones, several files of one student, and those that came again, of which the last counts."""
    fill(tmp_path, {
        "lovelaceada_101_5001_lab05.ipynb": notebook_of("x = 1"),
        "lovelaceada_101_5002_lab05-1.ipynb": notebook_of("x = 2"),
        "boole_george_LATE_102_5003_lab05.ipynb": WORK,
        "anon_Q3xZa_5004_lab05.ipynb": WORK,
        "LATE_anon_B1b2c_5005_data-2.py": "x = 3\n",
        "erdospal_105_5006_report.pdf": "%PDF",
        "fermat_106_text.html": "see the margin",
        **{f"gauss_107_60{n:02d}_{name}": text for n, (name, text) in enumerate(MODULES.items())},
    })  # fmt: skip
    found, by_name = found_in(tmp_path)
    assert found.platform == "Canvas"
    assert {name: (each.student, each.attempt) for name, each in by_name.items()} == {
        "lovelaceada_101": ("101", 2), "boole_george_102": ("102", 1), "anon_Q3xZa": ("Q3xZa", 1),
        "anon_B1b2c": ("B1b2c", 3), "erdospal_105": ("105", 1), "fermat_106": ("106", 1), "gauss_107": ("107", 1),
    }  # fmt: skip
    assert texts_of(by_name["lovelaceada_101"]) == {"lab05.ipynb, cell 1": "x = 2"}
    assert [str(note) for note in by_name["lovelaceada_101"].left_out] == [
        "lovelaceada_101_5001_lab05.ipynb was left out: attempt 1 is passed over, as attempt 2 came later"
    ]
    assert texts_of(by_name["anon_B1b2c"]) == {"data.py": "x = 3\n"}
    assert texts_of(by_name["gauss_107"]) == MODULES


def test_gradescope_s_export(tmp_path: Path) -> None:
    """Its list names the submitters, of a group each one; the export may lie in a folder of its own."""
    export = tmp_path / "download" / "assignment_77_export"
    fill(
        export,
        {f"submission_{n}/lab05.ipynb": WORK for n in (1001, 1002, 1003)} | {"submission_metadata.yml": METADATA},
    )
    found, by_name = found_in(tmp_path / "download")
    assert found.platform == "Gradescope"
    assert {name: each.entry for name, each in by_name.items()} == {
        "4711": "submission_1001", "o'brien@uni.edu": "submission_1002", "Carl 'C' Gauss": "submission_1002",
        "submission_1003": "submission_1003",
    }  # fmt: skip
    assert found.nobodys == ("submission_metadata.yml",)


def test_google_classroom_s_copies(tmp_path: Path) -> None:
    """One copy for each student; a second one of the same student is a later attempt."""
    fill(tmp_path, {
        "Ada Lovelace - lab05.ipynb": notebook_of("x = 1"), "Ada Lovelace - lab05 (1).ipynb": notebook_of("x = 2"),
        "Bob - lab05.ipynb": WORK,
    })  # fmt: skip
    found, by_name = found_in(tmp_path)
    assert found.platform == "Google Classroom"
    assert {name: each.attempt for name, each in by_name.items()} == {"Ada Lovelace": 2, "Bob": 1}
    assert texts_of(by_name["Ada Lovelace"]) == {"lab05.ipynb, cell 1": "x = 2"}


def test_names_with_a_dash_are_no_platform_s(tmp_path: Path) -> None:
    """ "Smith - Ada" and "Smith - Bob" are two students, and so are two works that begin with the lab's name."""
    fill(tmp_path, {f"{name}.zip": "" for name in ("Smith - Ada", "Smith - Bob", "lab05 - Carl", "lab05 - Dora")})
    found, by_name = found_in(tmp_path)
    assert found.platform == ""
    assert len(by_name) == 4


def test_a_browser_s_copies_are_attempts_of_one_student(tmp_path: Path) -> None:
    """Where the first of them is there: else the number is part of the name, as of teams."""
    fill(
        tmp_path, {"ada.zip": "", "ada (1).zip": "", "ada (2).zip": "", "Team (1)/data.py": "", "Team (2)/data.py": ""}
    )
    _, by_name = found_in(tmp_path)
    assert {name: (each.attempt, each.entry) for name, each in by_name.items()} == {
        "ada": (3, "ada (2).zip"), "Team (1)": (1, "Team (1)"), "Team (2)": (1, "Team (2)"),
    }  # fmt: skip
    assert {note.where for note in by_name["ada"].left_out} == {"ada.zip", "ada (1).zip"}


def test_downloads_under_the_lab_s_own_name_are_all_graded(tmp_path: Path) -> None:
    """A browser saved each student's lab05.zip: nobody's name is known, and each is a submission."""
    fill(tmp_path, {"lab05.zip": "", "lab05 (1).zip": "", "lab05 (2).zip": ""})
    found, by_name = found_in(tmp_path)
    assert found.platform == "a browser"
    assert set(by_name) == {"lab05.zip", "lab05 (1).zip", "lab05 (2).zip"}
    assert not any(each.problem for each in found.submissions)


@pytest.mark.parametrize(
    "stray", ["lab05.ipynb", "LAB05.ipynb", "data.py", "lab05/lab05.ipynb", "lab05.zip", "lab05 (3).ipynb"]
)
@pytest.mark.parametrize("students", [
    ("ada/data.py", "bob/lab05.ipynb"), ("ada.ipynb", "bob.ipynb"), ("ada.zip", "bob.7z"),
    ("ada/my_solution/data.py", "bob/lab05/data.py"),
])  # fmt: skip
def test_a_stray_file_makes_no_class_one_submission(tmp_path: Path, stray: str, students: tuple[str, str]) -> None:
    """The lab's own notebook, a module or a folder beside students: they are graded, and it is named."""
    fill(tmp_path, dict.fromkeys((stray, *students), WORK))
    found, by_name = found_in(tmp_path)
    assert {"ada", "bob"} < set(by_name)
    (named,) = [each for each in found.submissions if each.problem]
    assert named.entry == stray.partition("/")[0]
    assert named.student == ""
    assert "whose is it?" in named.problem


@pytest.mark.parametrize("beside", [
    {"my_solution/data.py": "", "grader/autoencoders/checks/data.py": "", "README.md": ""},
    {"lab05 (1).ipynb": WORK, "lab05-backup.ipynb": WORK, "scratch.ipynb": notebook_of("1 + 1")},
    {"old/data.py": "", "pictures/losses.png": "", "model/checkpoint/x": ""},
])  # fmt: skip
@pytest.mark.parametrize("own", ["lab05.ipynb", "autoencoder.py"])
def test_one_student_s_folder_stays_one_submission(tmp_path: Path, own: str, beside: dict[str, str]) -> None:
    """The whole bundle, copies and drafts beside the work are no other students."""
    folder = fill(tmp_path / "alice", {own: WORK, **beside})
    _, by_name = found_in(folder)
    assert {name: each.path for name, each in by_name.items()} == {"alice": folder}


def test_a_folder_of_one_s_own_is_one_submission(tmp_path: Path) -> None:
    """`aelab grade alice` where alice/ holds my_solution/ alone."""
    _, by_name = found_in(fill(tmp_path / "alice", {"my_solution/data.py": ""}).parent / "alice")
    assert set(by_name) == {"alice"}


def test_what_is_in_a_student_s_place_is_somebody_s(tmp_path: Path) -> None:
    """An empty folder, a document, a text: each is named; beside a work of that name it goes with the work."""
    fill(tmp_path, {"ada/data.py": "", "ada.pdf": "", "bob.docx": "", "carl.txt": "", "erna.py": "x = 1\n"})
    (tmp_path / "dora").mkdir()
    _, by_name = found_in(tmp_path)
    assert set(by_name) == {"ada", "bob", "carl", "dora", "erna"}
    assert [str(note) for note in by_name["ada"].left_out] == ["ada.pdf was left out: ada is graded"]


def test_what_is_nobody_s_is_listed(tmp_path: Path) -> None:
    """System files, rosters, hidden files, and the results of an earlier grading."""
    nobodys = [".DS_Store", ".git/config", "desktop.ini", "Thumbs.db", "__MACOSX/._ada.zip", "roster.csv", "class.xlsx",
               "README.md", "~$list.docx"]  # fmt: skip
    fill(tmp_path, dict.fromkeys(nobodys, "") | {"ada.zip": "", "results/run.json": "{}", "results/grades.csv": ""})
    found, by_name = found_in(tmp_path)
    assert set(by_name) == {"ada"}
    assert set(found.nobodys) == {name.partition("/")[0] for name in nobodys} | {"results"}


def test_an_entry_that_no_platform_named_is_graded_beside_the_others(tmp_path: Path) -> None:
    """What an instructor put into a download by hand, under the student's name."""
    fill(tmp_path, {f"Ada {n}_{n}_assignsubmission_file_/lab05.ipynb": WORK for n in range(3)} | {"zoe.zip": ""})
    found, by_name = found_in(tmp_path)
    assert found.platform == "Moodle"
    assert by_name["zoe"].student == "zoe"
    assert len(by_name) == 4


def test_logins_are_kept_as_they_are(tmp_path: Path) -> None:
    """Whatever characters they have."""
    logins = ["o'brien@uni.edu", "müller", "+ada", "x" * 90]
    fill(tmp_path, {f"{login}/data.py": "" for login in logins})
    found = find_submissions(tmp_path, ASSIGNMENT)
    assert {each.student for each in found.submissions} == set(logins)


def test_a_class_without_anybody_is_said(tmp_path: Path) -> None:
    """A roster alone."""
    with pytest.raises(NothingToGrade):
        find_submissions(fill(tmp_path, {"roster.csv": ""}), ASSIGNMENT)


def test_a_folder_that_may_not_be_looked_into_is_no_end_of_the_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is somebody's, and reading it says why it is not graded."""

    def refusing(folder: Path, assignment: object) -> bool:
        if folder.name == "bob":
            raise PermissionError
        return holds_submission(folder, ASSIGNMENT)

    monkeypatch.setattr("grader.submissions.finding.holds_submission", refusing)
    fill(tmp_path, {"ada/data.py": "", "bob/lab05/data.py": "", "carl/lab05/data.py": "", "lab05.ipynb": WORK})
    _, by_name = found_in(tmp_path)
    assert set(by_name) == {"ada", "bob", "carl", "lab05.ipynb"}


def test_a_pipe_in_a_class_folder_is_not_opened(tmp_path: Path) -> None:
    """Neither to tell students apart nor to put a student's files together."""
    fill(tmp_path, {"lab05.ipynb": WORK})
    os.mkfifo(tmp_path / "bob.ipynb")
    assert set(found_in(tmp_path)[1]) == {tmp_path.name}
    canvas = fill(tmp_path / "canvas", {"ada_1_2_lab05.ipynb": WORK})
    os.mkfifo(canvas / "bob_3_4_lab05.ipynb")
    assert "ordinary" in found_in(canvas)[1]["bob_3"].problem


def test_links_among_a_platform_s_files_are_not_followed(tmp_path: Path) -> None:
    """A file that leads elsewhere is named, and so is a folder."""
    secret = fill(tmp_path / "elsewhere", {"data.py": "SECRET = 1\n"})
    canvas = fill(tmp_path / "canvas", {"ada_1_2_lab05.ipynb": WORK})
    (canvas / "bob_3_4_data.py").symlink_to(secret / "data.py")
    moodle = fill(tmp_path / "moodle", {"Ada_1_assignsubmission_file_/data.py": ""})
    (moodle / "Bob_2_assignsubmission_file_").symlink_to(secret)
    assert found_in(canvas)[1]["bob_3"].problem
    assert found_in(moodle)[1]["Bob_2"].problem == "it is a link, and links are not followed"


def test_the_hand_out_beside_the_work_is_not_taken_for_it(tmp_path: Path) -> None:
    """A folder called after the assignment is all there is of a student in an nbgrader course alone."""
    stub = notebook_of(f'def normalize(image, label):\n    raise NotImplementedError("{STUB_MARKER}data, normalize")')
    for student in ("ada", "bob"):
        fill(tmp_path / student, {"lab05/lab05.ipynb": stub, "my work/data.py": "def normalize(x, y): return x\n"})
    fill(tmp_path / "carl", {"lab05.ipynb": WORK})
    fill(tmp_path / "dora", {"lab05.ipynb": WORK})
    found, by_name = found_in(tmp_path)
    assert found.platform == ""
    assert list(texts_of(by_name["ada"])) == ["data.py"]
    assert list(texts_of(find_submissions(tmp_path / "bob", ASSIGNMENT).submissions[0])) == ["data.py"]

"""The roster and names.csv: what people write is read, and what is wrong is told with its line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.submissions.finding import Found
from grader.submissions.handed_in import HandedIn
from grader.submissions.roster import Roster, Student, read_roster
from grader.submissions.tables import TableError
from grader.submissions.terms import terms_of
from grader.submissions.whose import Settled, matched, read_names

ROSTER = """\
login,name,mail,group,section,extension
ada,Ada Lovelace,ada@uni.edu,team 1,A,2 days
emmy,"Noether, Emmy",emmy@uni.edu,team 1,A,
jose,José García-Pérez,,,B,36h
kim1,Kim Lee,,,,
kim2,Lee Kim,,,,
"""


def roster_of(folder: Path, text: str = ROSTER, encoding: str = "utf-8") -> Roster:
    (folder / "roster.csv").write_bytes(text.encode(encoding))
    return read_roster(folder / "roster.csv")


def test_a_roster_is_read(tmp_path: Path) -> None:
    """Every column, in any order; what is left out is empty."""
    ada, _, jose, *_ = roster_of(tmp_path).students
    assert ada == Student("ada", "Ada Lovelace", "ada@uni.edu", "team 1", "A", timedelta(days=2))
    assert jose.extension == timedelta(hours=36)
    assert roster_of(tmp_path, "Extension;Login\n1.5 days;x\n\n").students == (
        Student("x", extension=timedelta(days=1.5)),
    )
    assert roster_of(tmp_path, "login\nä\n", "utf-8-sig").of("ä") == Student("ä")
    assert roster_of(tmp_path).of("stranger") == Student("stranger")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: unknown column ''"),
        ("login\n", "there is nobody in it"),
        ("name,mail\nx,y\n", "line 1: there is no column 'login'"),
        ("login,nmae\nx,y\n", r"line 1: unknown column 'nmae'; columns are .*; did you mean 'name'\?"),
        ("login,login\nx,y\n", "line 1: two columns are called 'login'"),
        ("login,name\nx\n,y\n", "line 3: it has no login"),
        ("login\nx\ny\nX\n", "line 4: login 'X' is that of line 2, too"),
        ("login,mail\nx,a@b\ny,A@b\n", "line 3: mail 'A@b' is that of line 2"),
        ("login,mail\nx,nowhere\n", "line 2: 'nowhere' is no mail address"),
        ("login,extension\nx,2\n", "line 2: the extension '2' should be a time such as '2 days'"),
        ("login,extension\nx,-2 days\n", "line 2: the extension"),
        ("login\nx,y\n", "line 2: it has 2 cells, and there are 1 columns"),
        ("login\nx\u202ey\n", "line 2: .* holds a character that cannot be shown"),
        ('login\n"x\n', "line 2: unexpected end"),
        ("login\n" + 200 * "x" + "\n", "line 2: the login is longer than 128 characters"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    """File, line, reason, in one line."""
    with pytest.raises(TableError, match=rf"roster\.csv.*{told}") as caught:
        roster_of(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_another_encoding_is_told(tmp_path: Path) -> None:
    """As a spreadsheet on Windows saves it."""
    with pytest.raises(TableError, match="line 3: it is not UTF-8; save it as 'CSV UTF-8'"):
        roster_of(tmp_path, "login,name\nx,y\nz,José\n", "cp1252")


def of(name: str, student: str = "", entry: str = "") -> HandedIn:
    return HandedIn(name, Path(name), student or name, entry=entry)


@pytest.mark.parametrize(
    ("platform", "name", "student", "login"),
    [
        ("Moodle", "Ada Lovelace_12345", "12345", "ada"),
        ("Moodle", "LOVELACE Ada_12345", "12345", "ada"),
        ("Moodle", "Jose Garcia Perez_7", "7", "jose"),
        ("Canvas", "lovelaceada_101", "101", "ada"),
        ("Canvas", "noetheremmy_102", "102", "emmy"),
        ("Google Classroom", "Emmy Noether", "Emmy Noether", "emmy"),
        ("Gradescope", "ada@uni.edu", "ada@uni.edu", "ada"),
        ("nbgrader", "ada", "ada", "ada"),
        ("", "Ada", "Ada", "ada"),
    ],
)
def test_names_of_platforms_are_matched(tmp_path: Path, platform: str, name: str, student: str, login: str) -> None:
    """By login or address where the platform has them, else by the name, whatever its order, accents and spaces."""
    handed_in = of(name, student)
    found = matched([handed_in], platform, roster_of(tmp_path), {})
    assert (found.submissions, found.doubts) == ((replace(handed_in, student=login, own_id=handed_in.student),), ())


@pytest.mark.parametrize(
    ("platform", "name", "student", "candidates"),
    [
        ("Moodle", "Kim Lee_1", "1", ("kim1", "kim2")),
        ("Moodle", "Ada Lovelase_1", "1", ("ada",)),
        ("Moodle", "Nobody Known_1", "1", ()),
        ("Canvas", "strange_ada", "ada", ()),
    ],
)
def test_what_is_doubtful_stays_as_it_was_and_is_named(
    tmp_path: Path, platform: str, name: str, student: str, candidates: tuple[str, ...]
) -> None:
    """With who may be meant; a number of Canvas or Moodle is no login, even where it looks like one."""
    found = matched([of(name, student)], platform, roster_of(tmp_path), {})
    assert found.submissions == (of(name, student),)
    assert [(doubt.name, doubt.candidates) for doubt in found.doubts] == [(name, candidates)]


def test_two_submissions_of_one_login_are_both_doubtful(tmp_path: Path) -> None:
    """Neither is silently the student's; what is nobody's is no doubt."""
    stray = replace(of("lab05.ipynb"), student="")
    found = matched([of("ada"), of("Ada Lovelace"), stray], "", roster_of(tmp_path), {})
    assert [each.student for each in found.submissions] == ["ada", "Ada Lovelace", ""]
    assert [str(doubt) for doubt in found.doubts] == ["ada: maybe ada", "Ada Lovelace: maybe ada"]


def test_a_group_s_submission_is_one_of_each_member(tmp_path: Path) -> None:
    """Under names that differ, as records need them."""
    found = matched([of("Team 1")], "", roster_of(tmp_path), {})
    assert [(each.name, each.student) for each in found.submissions] == [
        ("Team 1 (ada)", "ada"),
        ("Team 1 (emmy)", "emmy"),
    ]
    assert found.doubts == ()


def test_a_person_settles_what_is_doubtful(tmp_path: Path) -> None:
    """By the name of the submission, or that of the entry; a time goes with it."""
    roster = roster_of(tmp_path)
    (tmp_path / "names.csv").write_text(
        "name,login,handed_in\nKim Lee_1,kim2,2027-01-31 23:59+01:00\nx.zip,kim1,\nada,,2027-01-31\n"
    )
    settled = read_names(tmp_path / "names.csv", roster)
    assert settled["Kim Lee_1"] == Settled("kim2", datetime(2027, 1, 31, 22, 59, tzinfo=UTC))
    found = matched([of("Kim Lee_1", "1"), of("x", entry="x.zip"), of("ada")], "Moodle", roster, settled)
    assert [each.student for each in found.submissions] == ["kim2", "kim1", "ada"]
    assert read_names(tmp_path / "nowhere.csv", roster) == {}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x,adda,", r"line 2: 'adda' is not on the roster; did you mean 'ada'\?"),
        ("x,ada,\nx,emmy,", "line 3: 'x' stands in an earlier line, too"),
        ("x,ada,yesterday", "line 2: 'yesterday' is no time such as 2027-01-31 23:59"),
    ],
)
def test_what_is_wrong_in_names_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    """As in the roster."""
    (tmp_path / "names.csv").write_text(f"name,login,handed_in\n{line}\n")
    with pytest.raises(TableError, match=rf"names\.csv, {told}"):
        read_names(tmp_path / "names.csv", roster_of(tmp_path))


def test_folders_of_a_course_are_logins(tmp_path: Path) -> None:
    """nbgrader knows students by them, so none is called otherwise; who is not on the roster is named."""
    roster_of(tmp_path)
    found = Found("nbgrader", (of("ada"), of("Emmy")))
    matched_found, doubts = terms_of(tmp_path / "roster.csv").match(found)
    assert matched_found == found
    assert [str(doubt) for doubt in doubts] == ["Emmy: nobody on the roster has that name"]
    assert terms_of(None).match(found) == (found, ())

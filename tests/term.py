"""A term of thirty students on Moodle: what is made up about it, and where its numbers have to agree."""

import csv
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from nbgrader.api import Gradebook

COURSE = """\
parts = ["data", "autoencoder"]
due = 2027-01-31T23:59:00+01:00

[late]
percent_a_day = 10

[questions]
data = 4
"""
FIRST, LAST = ("Ada", "Blaise", "Chloé", "Dora", "Emmy", "Fu"), ("Lovelace", "Pascal", "O'Hara", "Noether", "Li")
TOTAL = re.compile(r'class="total"><strong>([\d.]+)</strong> <span>of ([\d.]+) points')
CELL = "data-question"


@dataclass(frozen=True)
class Student:
    """Somebody of the class. number: as Moodle counts participants. extension: as in a roster."""

    login: str
    name: str
    number: int
    extension: str = ""

    @property
    def submission(self) -> str:
        """What the submission is called."""
        return f"{self.name}_{self.number}"

    @property
    def entry(self) -> str:
        """The folder in Moodle's download."""
        return f"{self.submission}_assignsubmission_file_"


def _class_of_thirty() -> tuple[Student, ...]:
    names = [f"{first} {last}" for first, last in product(FIRST, LAST)]
    names[10] = names[9]  # two of one name
    extensions = {6: "2 days"}
    return tuple(Student(f"s{n:02}", name, 10_000 + n, extensions.get(n, "")) for n, name in enumerate(names))


CLASS = _class_of_thirty()
LATE, EXTENDED, UNREADABLE, TALKATIVE, SAME, NAMESAKE, ABSENT = (CLASS[n] for n in (5, 6, 7, 8, 9, 10, 29))
HANDED_IN = CLASS[:29]
AT = "2027-02-02 00:59+01:00"  # 25 hours late: the second day has begun


def write_course(folder: Path) -> None:
    """course.toml and roster.csv."""
    (folder / "course.toml").write_text(COURSE)
    lines = [f"{s.login},{s.name},{s.login}@uni.edu,{s.extension}" for s in CLASS]
    (folder / "roster.csv").write_text("\n".join(["login,name,mail,extension", *lines, ""]), encoding="utf-8")


def write_download(folder: Path, works: Mapping[str, Mapping[str, str]]) -> None:
    """Moodle's download: of each student a folder with the texts of `works` by login, of one a document alone.

    One has typed a text beside the files, which is no second submission.
    """
    for student in HANDED_IN:
        (folder / student.entry).mkdir(parents=True)
        if student is UNREADABLE:
            (folder / student.entry / "report.pdf").write_bytes(b"%PDF-1.7")
        else:
            write_work(folder, student, works[student.login])
    beside = folder / f"{TALKATIVE.submission}_assignsubmission_onlinetext_"
    beside.mkdir()
    (beside / "onlinetext.html").write_text("<p>Here it is.</p>")


def write_work(folder: Path, student: Student, texts: Mapping[str, str]) -> None:
    """The modules of one student."""
    for file in (folder / student.entry).iterdir():
        file.unlink()
    for name, text in texts.items():
        (folder / student.entry / name).write_text(text, encoding="utf-8")


def settle(folder: Path) -> None:
    """names.csv: whose the two of one name are, and when the late ones handed in."""
    lines = [f"{s.submission},{s.login}," for s in (SAME, NAMESAKE)]
    lines += [f"{s.submission},{s.login},{AT}" for s in (LATE, EXTENDED)]
    (folder / "names.csv").write_text("\n".join(["name,login,handed_in", *lines, ""]), encoding="utf-8")


def filled_in(table: Path, given: Mapping[str, float]) -> None:
    """Fill the points by login, and a comment each, into a table of `aelab export csv --format marks`."""
    lines = list(csv.DictReader(table.open(encoding="utf-8")))
    for line in lines:
        if line["login"] in given:
            line |= {"points": f"{given[line['login']]:g}", "comment": f"Read, {line['login']}."}
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(lines)


Grades = dict[str, tuple[float, float]]  # by login: points in the end, and the most there are


def on_pages(out: Path) -> Grades:
    """What the pages in the folders of results say."""
    return {s.login: _told((out / s.submission / "index.html").read_text(encoding="utf-8")) for s in HANDED_IN}


def in_feedback(archive: Path) -> Grades:
    """What the pages say that go back to Moodle, by the number in their names."""
    with zipfile.ZipFile(archive) as found:
        pages = {name: found.read(name).decode() for name in found.namelist()}
    of = {s.number: s.login for s in HANDED_IN}
    return {of[int(name.split("_")[1])]: _told(page) for name, page in pages.items()}


def in_gradebook(url: str, assignment: str) -> Grades:
    """What nbgrader says."""
    with Gradebook(url) as gradebook:
        most = float(gradebook.find_assignment(assignment).max_score)
        found = gradebook.assignment_submissions(assignment)
        return {s.student.id: (max(0.0, float(s.score - s.late_submission_penalty)), most) for s in found}


def in_plain_table(table: Path) -> Grades:
    """What the table for other programs says."""
    lines = csv.DictReader(table.open(encoding="utf-8"))
    return {line["login"]: (float(line["score"]), float(line["possible"])) for line in lines}


def in_worksheet(table: Path, most: float) -> Grades:
    """What Moodle's grading worksheet says."""
    of = {f"Participant {s.number}": s.login for s in HANDED_IN}
    lines = csv.DictReader(table.open(encoding="utf-8"))
    return {of[line["Identifier"]]: (float(line["Grade"]), most) for line in lines}


def _told(page: str) -> tuple[float, float]:
    found = TOTAL.search(page)
    assert found is not None, page
    return float(found[1]), float(found[2])

"""A course whose submissions do what they can: the stock command, the button and `aelab grade` agree on it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
import requests
from nbgrader.api import Gradebook

from grader.autoencoders.assignment import ASSIGNMENT
from grader.platforms.nbgrader.course_folder import write_course
from grader.platforms.nbgrader.session import SEED_FILE, SeedError, course_seed
from grader.release.bundle import CONFIG_NAME
from grader.release.notebook import render_notebook
from grader.submissions.reading import read_submission

from .courses import POINTS, TESTS, autograded, entries, scores, submit
from .formgrader import Formgrader, serving

ROOT = Path(__file__).resolve().parents[3]
NORMALIZE, BATCHES = TESTS
DATA_ALONE = replace(ASSIGNMENT.with_parts(["data"]), given=())
LIMITS = ("call_seconds=3", "resident_mib=1500")
ENDINGS = ("solved", "modules", "endless", "unreadable")  # one of each kind; what else goes wrong, goes wrong alike
LATE = {
    "late": "return tf.cast(image, tf.float32) * (1 / 255.0)",
    "late_and_wrong": "return tf.cast(image, tf.float32)",
}


def run(course: Path, *arguments: str, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=course,
        env=os.environ | {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},  # the environment is not activated
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr[-3000:]
    return done.stdout + done.stderr


def with_normalize(notebook: str, body: str) -> nbformat.NotebookNode:
    """The notebook with another body of `normalize`, which the answer begins with."""
    changed = nbformat.reads(notebook, as_version=4)
    answer = next(cell for cell in changed.cells if cell.id == "data-normalize")
    answer.source += f"\n\n\ndef normalize(image, label):\n    {body}\n"
    return changed


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course of the part data alone, with its class."""
    course = tmp_path_factory.mktemp("course") / "course"
    write_course(DATA_ALONE, course)
    config = course / CONFIG_NAME
    config.write_text(config.read_text().replace("c.Measure.limits = []", f"c.Measure.limits = {list(LIMITS)}"))
    run(course, "nbgrader", "generate_assignment", ASSIGNMENT.name)
    right = render_notebook(DATA_ALONE, solutions=True)
    submit(course, "solved", right)
    submit(course, "modules", ASSIGNMENT.reference_sources()["data.py"], "data.py")
    submit(course, "endless", with_normalize(right, "while True: pass"))
    submit(course, "hungry", with_normalize(right, "return len(bytearray(8 << 30)) and b'x' * (8 << 30)"))
    submit(course, "kills", with_normalize(right, "import os; os.kill(os.getpid(), 9)"))
    noisy = "import sys, tensorflow as tf; print('W0000', file=sys.stderr); return tf.cast(image, tf.float32) / 255.0"
    submit(course, "noisy", with_normalize(right, noisy))
    release = course / "release" / ASSIGNMENT.name / ASSIGNMENT.notebook
    submit(course, "untouched", release.read_text(encoding="utf-8"))
    slow = nbformat.reads(right, as_version=4)
    slow.cells.insert(0, nbformat.v4.new_code_cell("import time\ntime.sleep(1000)"))
    submit(course, "slow_training", slow)
    submit(course, "unreadable", "no notebook")
    return course


@pytest.fixture(scope="module")
def stock(handed_in: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Graded by the stock command; the folder and the log."""
    course = Path(shutil.copytree(handed_in, tmp_path_factory.mktemp("stock") / "course"))
    (course / SEED_FILE).write_text("7\n")
    return course, run(course, "nbgrader", "autograde", ASSIGNMENT.name)


def few_of(handed_in: Path, course: Path) -> Path:
    """A copy of the course in which one submission of each kind was handed in; with the seed of the stock one."""
    shutil.copytree(handed_in, course)
    for folder in (course / "submitted").iterdir():
        if folder.name not in ENDINGS:
            shutil.rmtree(folder)
    (course / SEED_FILE).write_text("7\n")
    return course


def entries_of_few(stock: Path) -> list[tuple[object, ...]]:
    return [entry for entry in entries(stock) if entry[0] in ENDINGS]


def test_everyone_gets_what_was_measured(stock: tuple[Path, str]) -> None:
    """The stock command grades the class in one run: nobody ends it, and what was not handed in is no zero."""
    course, log = stock
    only_batches = {NORMALIZE: 0.0, BATCHES: 4.0}
    assert scores(course) == {
        "solved": POINTS,
        "modules": POINTS,
        "noisy": POINTS,
        "slow_training": POINTS,
        "endless": only_batches,
        "hungry": only_batches,
        "kills": only_batches,
        "untouched": {NORMALIZE: 0.0, BATCHES: 0.0},
        "unreadable": dict.fromkeys(TESTS),
    }, log[-3000:]


def test_the_reason_is_in_the_notebook(stock: tuple[Path, str]) -> None:
    """In the output of the test cell, and the log says what is being measured."""
    course, log = stock
    cell = next(c for c in autograded(course, "endless").cells if c.id == NORMALIZE)
    assert "the 3 s of processor time" in " ".join(cell.outputs[0].text.split())
    assert "Measuring endless: part data" in log


def test_no_work_is_left_for_a_person_but_what_could_not_be_read(stock: tuple[Path, str]) -> None:
    """All points for the solution and none for what students start with are final."""
    with Gradebook(f"sqlite:///{stock[0]}/gradebook.db") as gradebook:
        submissions = gradebook.assignment_submissions(ASSIGNMENT.name)
        waiting = [s.student.id for s in submissions if s.needs_manual_grade]
    assert waiting == ["unreadable"]


def test_grading_runs_no_cell_and_shows_what_was_measured(stock: tuple[Path, str]) -> None:
    """Nothing was executed in a kernel; each test cell, and no other, shows text and points."""
    cells = [c for c in autograded(stock[0], "solved").cells if c.cell_type == "code"]
    assert all(cell.execution_count is None for cell in cells)
    shown = {cell.metadata.nbgrader.grade_id: [o.output_type for o in cell.outputs] for cell in cells if cell.outputs}
    assert shown.keys() == set(TESTS)
    assert all((kinds[0], kinds[-1]) == ("stream", "execute_result") for kinds in shown.values())


def test_feedback_is_written_for_everyone(stock: tuple[Path, str]) -> None:
    """Each submission has its feedback page, and no page shows a solution that its student did not write."""
    course, _ = stock
    run(course, "nbgrader", "generate_feedback", ASSIGNMENT.name)
    pages = {path.parents[1].name: path for path in course.glob(f"feedback/*/{ASSIGNMENT.name}/*.html")}
    assert set(pages) == set(scores(course))
    untouched = pages["untouched"].read_text(encoding="utf-8")
    assert "SOLUTION" not in untouched
    assert "Your task" in untouched


@pytest.fixture(scope="module")
def button(handed_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Formgrader, Path]]:
    """The formgrader, started in a copy of the course before two more submissions of modules came in."""
    course = few_of(handed_in, tmp_path_factory.mktemp("button") / "course")
    with serving(course) as formgrader:
        for student, normalize in LATE.items():
            text = ASSIGNMENT.reference_sources()["data.py"]
            submit(course, student, f"{text}\n\ndef normalize(image, label):\n    {normalize}\n", "data.py")
        yield formgrader, course


def test_the_button_belongs_to_who_is_logged_in(button: tuple[Formgrader, Path]) -> None:
    """Neither a stranger nor a page of somebody else's, which cannot read the cookie, grades anything."""
    formgrader, course = button
    assert formgrader.press("solved", as_a_page_does=False).status_code == 403
    with requests.Session() as stranger:
        assert replace(formgrader, browser=stranger).press("solved", as_a_page_does=False).status_code == 403
    assert not (course / "autograded").exists()


def test_the_button_gives_the_same_gradebook(button: tuple[Formgrader, Path], stock: tuple[Path, str]) -> None:
    """Pressed for one student after the other, also for those who handed in after Jupyter was started."""
    formgrader, course = button
    students = formgrader.submitted()
    answers = {student: formgrader.autograde(student) for student in students}
    assert set(students) == {*ENDINGS, *LATE}
    assert all(answer["success"] for answer in answers.values()), answers
    assert [entry for entry in entries(course) if entry[0] not in LATE] == entries_of_few(stock[0])
    late = scores(course)
    assert [late[student] for student in LATE] == [POINTS, {NORMALIZE: 0.0, BATCHES: 4.0}]


def test_the_button_keeps_one_fork_server(button: tuple[Formgrader, Path]) -> None:
    """The next submission finds it, beside the one that reads submissions, and both end with Jupyter."""
    formgrader, _ = button
    assert formgrader.autograde(min(LATE))["success"]
    below = [process.cmdline() for process in psutil.Process(formgrader.process.pid).children()]
    assert sorted("grader.isolation.sandbox_server" in words for words in below) == [False, True], below


def test_the_button_validate_says_what_is_still_wrong(button: tuple[Formgrader, Path]) -> None:
    """In a released notebook with one task done: the test of that one passes, the other cell is named as failed."""
    formgrader, course = button
    notebook = nbformat.read(course / "release" / ASSIGNMENT.name / ASSIGNMENT.notebook, as_version=4)
    solved = nbformat.read(course / "submitted" / "solved" / ASSIGNMENT.name / ASSIGNMENT.notebook, as_version=4)
    answer = next(cell for cell in notebook.cells if cell.id == "data-normalize")
    answer.source = next(cell.source for cell in solved.cells if cell.id == "data-normalize")
    nbformat.write(notebook, course / "mine.ipynb")
    found = formgrader.validate("mine.ipynb")
    assert found["success"], found
    (failed,) = found["value"]["failed"]
    assert BATCHES.replace("-", ".") in failed["source"]


def test_aelab_grade_gives_the_same_gradebook(stock: tuple[Path, str], handed_in: Path, tmp_path: Path) -> None:
    """In parallel, with the course's own seed, and with the same graded notebooks."""
    course = few_of(handed_in, tmp_path / "course")
    limits = [word for limit in LIMITS for word in ("--limit", limit)]
    run(course, "grader", "grade", ".", "--out", str(tmp_path / "out"), *limits, status=1)  # one could not be read
    assert entries(course) == entries_of_few(stock[0])
    assert "seed" in (tmp_path / "out" / "solved" / "report.json").read_text()
    for student in scores(course):
        assert autograded(course, student) == autograded(stock[0], student)


def test_the_seed_is_drawn_once_and_kept_to_the_instructor(tmp_path: Path) -> None:
    """It is in a file that others may not read."""
    assert course_seed(tmp_path) == course_seed(tmp_path)
    assert (tmp_path / SEED_FILE).stat().st_mode & 0o077 == 0


def test_a_seed_that_was_not_written_is_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, or an end, while it is written leaves no file, and what is no number is one clear line."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "hardlink_to", full)
        with pytest.raises(OSError, match="No space left"):
            course_seed(tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / SEED_FILE).write_text("")
    with pytest.raises(SeedError, match=rf"{SEED_FILE} holds no number: write the seed into it, or remove it"):
        course_seed(tmp_path)


def test_a_placeholder_changes_nothing_of_a_submission(stock: tuple[Path, str]) -> None:
    """The grader ignores the placeholder for a notebook that was not handed in."""
    folder = stock[0] / "submitted" / "modules" / ASSIGNMENT.name
    assert sorted(p.name for p in folder.iterdir()) == ["data.py", ASSIGNMENT.notebook]
    assert [source.name for source in read_submission("modules", folder, ASSIGNMENT).sources] == ["data.py"]

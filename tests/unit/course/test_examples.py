"""examples/: what its courses hand out. How the part of one's own is graded is in tests/grading/test_example.py."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli.main import app
from grader.core.assignment import Assignment
from grader.core.points import total
from grader.course.finding import find
from grader.release.bundle import bundle_files
from grader.release.templates import render_templates
from tests.subsets import problems_of

EXAMPLES = Path(__file__).parents[3] / "examples"


def example(name: str) -> Assignment:
    return find(file=EXAMPLES / name / "course.toml")


@pytest.mark.parametrize("name", ["another-university", "own-part"])
def test_what_is_handed_out_follows(name: str) -> None:
    """No trace of parts that are left out, numbers without a gap, points that add up; each module is Python."""
    assert problems_of(example(name)) == []


def test_the_lab_at_another_university() -> None:
    """Another name, five parts, 50 points; the bundle says in German what students have to know."""
    course = example("another-university")
    assert (course.notebook, course.course, len(course.parts)) == ("dl-week6.ipynb", "dl24", 5)
    assert total(check.points for check in course.checks) == 50
    assert total(check.points for check in course.checks if check.part == "vae") == 14
    readme = " ".join(bundle_files(course)["README.md"].decode().split())
    for told in (
        "Willkommen in Woche 6",
        "2027-05-03 23:59 (UTC+02:00)",
        "verlieren 10 % ihrer Punkte",
        "im Forum von Woche 6",
        "Laden Sie dl-week6.ipynb",
        "## Abgabe",
    ):
        assert told in readme


def test_a_part_of_ones_own_is_handed_out_as_stubs() -> None:
    """After the part that it builds on, with its text and without its solution; in less than 200 lines in all."""
    course = example("own-part")
    assert course.part_names == ("data", "autoencoder", "sparse")
    stub = render_templates(course)["sparse.py"]
    assert stub.count("Your task") == 4  # three stubs, and the line about them
    assert "# # Part 3: a sparse autoencoder" in stub
    assert "tf.math.log" not in stub
    files = [path for path in (EXAMPLES / "own-part").rglob("*.*") if path.suffix in (".toml", ".py")]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) < 200


@pytest.mark.parametrize("name", ["another-university", "own-part"])
def test_what_a_readme_shows_is_printed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of `aelab course show`."""
    monkeypatch.chdir(EXAMPLES / name)
    printed = CliRunner().invoke(app, ["course", "show"]).stdout
    readme = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^.+\((?:default|course\.toml, line \d+)\)$", readme, flags=re.MULTILINE)
    assert [line for line in shown if line not in printed.splitlines()] == []

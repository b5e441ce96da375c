"""The commands that pack, convert and compare, from the command line to the file that they write."""

import zipfile
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from grader.autoencoders.assignment import ASSIGNMENT
from grader.cli.main import app
from grader.platforms.final_grades import class_of
from grader.platforms.lms import FORMATS, table
from grader.release.solutions import strip_solutions
from grader.render.report_json import write_report
from grader.submissions.roster import Roster
from tests.command import Aelab

from ..unit.render import samples


def run(*words: object) -> str:
    """What the command says, if all went well."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("format_name", FORMATS)
def test_grades_of_a_class_become_a_table(aelab: Aelab, format_name: str, tmp_path: Path) -> None:
    """Read from the records of an earlier run, without measuring anything; who has no final score is named."""
    results = tmp_path / "results"
    for report in samples.class_of_seven():
        write_report(report, results / report.submission)
    done = aelab("export", "csv", results, "--format", format_name, "--out", tmp_path / "grades.csv")
    assert (done.status, done.err) == (1, "aelab: not final, so their scores are empty: grace, kurt\n")
    whole = class_of(ASSIGNMENT, results, None, Roster())
    assert (tmp_path / "grades.csv").read_text() == table(whole, format_name)


@pytest.mark.parametrize(
    ("command", "names", "holds_reference"),
    [
        ("release bundle", {"lab05/README.md", "lab05/lab05.ipynb", "lab05/my_solution/vae.py"}, False),
        (
            "export gradescope",
            {"setup.sh", "run_autograder", "pyproject.toml", "grader/platforms/gradescope/autograder.py"},
            True,
        ),
    ],
)
def test_archives_are_written_where_they_are_wanted(
    command: str, names: set[str], holds_reference: bool, tmp_path: Path
) -> None:
    """Into a folder that is made; what students get holds nothing of the reference."""
    out = tmp_path / "new" / "packed.zip"
    assert str(out) in run(*command.split(), "--out", out)
    with zipfile.ZipFile(out) as archive:
        assert names <= set(archive.namelist())
        assert any("reference" in name for name in archive.namelist()) is holds_reference


def test_gradescope_is_told_what_container_it_needs(tmp_path: Path) -> None:
    """The default one is too small for TensorFlow."""
    assert "2 GB or more" in run("export", "gradescope", "--out", tmp_path / "autograder.zip")


def test_a_repository_gets_its_workflow(tmp_path: Path) -> None:
    """Beside what students work in."""
    run("export", "actions", "--out", tmp_path)
    assert "jobs" in yaml.safe_load((tmp_path / ".github/workflows/grade.yml").read_text())


def test_classroom_50_is_told_what_runtime_it_needs(tmp_path: Path) -> None:
    """Its own Python is too new for TensorFlow."""
    assert "runtime.json" in run("export", "classroom50", "--out", tmp_path)


def test_similarity_compares_all_forms_parts_and_years(tmp_path: Path) -> None:
    """A .zip of this year, modules of this year and modules of an earlier one, with the same code in three parts."""
    solved = ASSIGNMENT.reference_sources()
    empty = {name: strip_solutions(text, name) for name, text in solved.items()}
    helper = "\n\n\nclass Meter:\n    def add(self, value):\n        self.seen = [*self.seen[-self.width :], value]\n"
    helper += "        return sum(self.seen) / max(1, len(self.seen)) if self.seen else -self.width ** 2\n"
    helper += "    def show(self):\n        return ' | '.join(f'{each:.3f}' for each in reversed(self.seen) if each)\n"
    this, last = tmp_path / "this", tmp_path / "2025"
    this.mkdir()
    with zipfile.ZipFile(this / "ada.zip", "w") as archive:
        for name, text in empty.items():
            archive.writestr(f"lab05/{name}", text + (helper if name == "data.py" else ""))
    for folder, part in ((this / "bob", "vae.py"), (this / "stranger", ""), (last / "dan", "pictures.py")):
        folder.mkdir(parents=True)
        for name, text in empty.items():
            (folder / name).write_text(text + (helper if name == part else ""))
    run("similarity", this, "--earlier", last, "--out", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert all(name in page for name in ("ada", "bob", f"dan ({last})"))
    assert "stranger" not in page

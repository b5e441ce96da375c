"""`aelab appeal` and `aelab verify` on real processes, of the second assignment and without TensorFlow."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.core.assignment import Assignment
from grader.engine.cache import VARIABLE
from grader.isolation import choice
from grader.render.wording import odds_text
from tests.command import Aelab
from tests.isolation.light_server import light_view
from tests.second_lab import POWERS, installed, solved, write

FEW = (
    "np.linalg.lstsq(design_matrix(points, degree), values",
    "np.linalg.lstsq(design_matrix(points[:48], degree), values[:48]",
)
LAB = ("--assignment", "lab01")


@pytest.fixture
def lab01(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Assignment]:
    """The second assignment, graded in fork servers that start at once."""
    monkeypatch.setattr(choice, "view_of", light_view)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache.sqlite"))
    with installed() as assignment:
        yield assignment


def test_an_appeal_is_measured_under_many_seeds(lab01: Assignment, aelab: Aelab, tmp_path: Path) -> None:
    """A fit of a sixth of the points misses with some draws: near the threshold, and no chance of a right solution."""
    texts = solved(lab01, *FEW)
    work, page = write(tmp_path / "ada", texts), tmp_path / "appeal.html"
    command = (*LAB, "appeal", work, "--part", "fitting", "--seeds", "20", "--seed", "5", "--out", page)
    found = aelab(*command)
    assert (found.status, found.err) == (0, "")
    fixed = "fitting.recovers_exact_polynomials, fitting.error_is_the_mean_of_squares"
    assert f"There is nothing random to appeal in {fixed}" in found.out.replace("\n", " ")
    assert "it lies near the threshold" in page.read_text()
    assert "first_twenty_points" in page.read_text()
    again = aelab(*command, "--json")
    (told,) = json.loads(again.out)["checks"]
    assert 0 < told["missed"] < 20
    assert (told["passed"] + told["missed"], told["verdict"]) == (20, "near")
    (quantity,) = told["quantities"]
    assert len(quantity["values"]) == 20
    assert sum(value > quantity["limit"] for value in quantity["values"]) == told["missed"]


def test_an_error_is_carried_forward_in_an_appeal(lab01: Assignment, aelab: Aelab, tmp_path: Path) -> None:
    """A right fit on a wrong matrix is measured with the right one below it, as in the grading: it passes each time."""
    work = write(tmp_path / "ada", solved(lab01, *POWERS))
    command = (*LAB, "appeal", work, "--part", "fitting", "--seeds", "3", "--out", tmp_path / "page.html", "--json")
    (told,) = json.loads(aelab(*command).out)["checks"]
    assert (told["id"], told["passed"], told["verdict"]) == ("fitting.averages_out_noise", 3, "passes")


def test_a_deterministic_part_has_nothing_to_appeal(lab01: Assignment, aelab: Aelab, tmp_path: Path) -> None:
    """That is said at once; nothing is measured, and no page is written."""
    page = tmp_path / "appeal.html"
    found = aelab(*LAB, "appeal", write(tmp_path / "ada", solved(lab01)), "--part", "evaluation", "--out", page)
    assert found.status == 0
    assert found.out.startswith("There is nothing random to appeal in evaluation.design_matrix_holds_the_powers")
    assert "isolation" not in found.out
    assert not page.exists()


def test_a_class_is_graded_and_a_record_of_it_is_verified(lab01: Assignment, aelab: Aelab, tmp_path: Path) -> None:
    """What was missed has its odds in the record and on the page; measured again it is the same; edited it is not."""
    texts = solved(lab01, "design_matrix(points, degree), values", "design_matrix(points[:15], degree), values[:15]")
    handed_in = write(tmp_path / "class" / "ada", texts).parent
    write(handed_in / "bob", solved(lab01))
    out = tmp_path / "out"
    assert aelab(*LAB, "grade", handed_in, "--out", out, "--seed", "3").status == 0
    record = json.loads((out / "ada" / "report.json").read_text())
    (missed,) = [each for check in record["checks"] for each in check["missed"]]
    assert (missed["quantity"], missed["side"], missed["limit"]) == ("share of the noise left", "at most", 0.25)
    assert missed["odds"] < 1e-3
    told = f"A right solution measures this or worse {odds_text(missed['odds'])}."
    assert told in (out / "ada" / "index.html").read_text()
    verified = aelab(*LAB, "verify", out / "ada" / "report.json", handed_in)
    assert (verified.status, verified.err) == (0, "")
    assert "as recorded: submission, versions, code, and 5 checks" in verified.out
    (handed_in / "ada" / "fitting.py").write_text((handed_in / "bob" / "fitting.py").read_text())
    assert aelab(*LAB, "verify", out / "ada" / "report.json", handed_in).status == 1

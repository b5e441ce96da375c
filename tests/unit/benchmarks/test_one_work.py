"""The measurements of docs/one-work.md: what they compare, and the page of what they have kept."""

from dataclasses import asdict, replace

import pytest

from benchmarks.one_work.__main__ import entered, row_of
from benchmarks.one_work.cases import cases
from benchmarks.one_work.cost import Cost
from benchmarks.one_work.messages import line_of
from benchmarks.one_work.packagings import differences, factors_of, real
from benchmarks.one_work.page import NAMES, cell, page_of
from benchmarks.one_work.ways import CLASS, PLAIN, WAYS, owner
from benchmarks.readme import report_of
from grader.core.outcomes import LeftOut, Report
from tests.submissions.build import recipes
from tests.submissions.packaging import WORKS, Packaging, spread

NOTHING: dict[str, object] = dict.fromkeys(NAMES)
COST = Cost("vae", "dense", 4.0, 4.1, 0.0)


def test_a_page_without_results_says_so() -> None:
    """Each section names the command."""
    page = page_of(NOTHING)
    assert page.lower().count("not measured yet") == 6
    for target in ("one-work", "packagings", "graded-packagings", "dialects", "messages", "notebook-cost"):
        assert f"`make {target}`" in page


def test_the_page_has_the_results() -> None:
    """A row for each way, case and dear notebook; what is not equal stands out."""
    points = dict.fromkeys(CLASS, 100.0)
    cost = {"rounds": 3, "costs": [asdict(COST) | {"share": COST.ratio - 1, "fair": COST.is_fair}]}
    chosen = spread(60)
    page = page_of({
        "ways": [
            {"way": PLAIN, "points": points, "equal": True, "seconds": 9},
            {"way": "Moodle", "points": points | {CLASS[0]: 1.5}, "equal": False, "seconds": 8},
        ],
        "read": {"count": 2000},
        "grade": {
            "count": 60, "different": 0, "alone": True, "parts": ["data", "vae"], "points": {"solved": 34.0},
            "factors": factors_of(chosen), "seconds": 5,
        },
        "dialects": {"count": 2000, "ran": 1900, "different": 3, "ipython": "9.0"},
        "before": {"commit": "1df0b65", "said": {"a case": ["ada: 0 of 6 points.", "exit status 0"]}},
        "after": {"commit": "", "said": {"a case": ["ada: 6 of 6 points. a|b", "exit status 0"]}},
        "cost": cost,
    })  # fmt: skip
    assert "not measured yet" not in page.lower()
    shown = " | ".join(["100"] * (len(CLASS) - 1))
    assert f"| {PLAIN} | 100 | {shown} | yes | 9 |" in page
    assert f"| Moodle | 1.5 | {shown} | **no** | 8 |" in page
    assert "| a case | ada: 0 of 6 points.<br>exit status 0 | ada: 6 of 6 points. a\\|b<br>exit status 0 |" in page
    assert "| vae | dense | 4.00 | 4.10 | +2.5 % | yes |" in page
    modules = sum(not each.dialect for each in chosen)
    for text in (
        "2,000",
        "All of them have",
        "each by itself",
        "1,900",
        "**3 answer**",
        f"| dialect | none {modules},",
    ):
        assert text in " ".join(page.split())


def test_a_cell_of_a_table_is_text() -> None:
    """Whatever a message holds."""
    assert cell("a|b `c`\n<b>") == "a\\|b \\`c\\`<br>&lt;b>"


def test_a_way_is_compared_check_by_check() -> None:
    """Equal sums of other checks are not equal, and neither is nothing at all."""
    plain = {"solved": {"a.b": 1.0, "a.c": 2.0}}
    assert row_of("zip", plain, plain, 3.4) == {"way": "zip", "points": {"solved": 3.0}, "equal": True, "seconds": 3}
    assert not row_of("zip", {"solved": {"a.b": 2.0, "a.c": 1.0}}, plain, 1)["equal"]
    assert not row_of("zip", {}, plain, 1)["equal"]


def test_a_way_that_is_measured_again_joins_the_others() -> None:
    """In the order of the table; not where plain folders have come to other points since."""
    plain, moodle, zipped = ({"way": way.name, "points": {"solved": 100.0}} for way in (WAYS[0], WAYS[3], WAYS[1]))
    assert entered(zipped, [plain, moodle]) == [plain, zipped, moodle]
    assert entered(plain, [plain, moodle]) == [plain, moodle]
    other = {"way": PLAIN, "points": {"solved": 99.0}}
    assert entered(other, [plain, moodle]) == [other]


def test_platforms_name_the_whole_class() -> None:
    """Everybody is known again by each platform's name, and there is a recipe for each."""
    assert {name: owner(name) for name in CLASS} == {name: name for name in CLASS}
    assert set(CLASS) <= {recipe.name for recipe in recipes()}


@pytest.mark.parametrize("work", WORKS)
def test_a_work_has_every_part_in_both_forms(work: str) -> None:
    """Modules by the names of the parts, and a cell for each of them."""
    assert len(real(work).cells) == len(real(work).modules)
    assert "def normalize" in real(work).modules["data"]
    assert "def normalize" in real(work).cells[list(real(work).modules).index("data")]


def test_a_record_that_differs_is_told() -> None:
    """Times, places and notes may differ; points and messages may not, but between modules and a notebook."""
    plain, zipped, notebook = Packaging("solved"), Packaging("solved", archive="zip"), Packaging("solved", "Jupyter")
    first, *others = REPORT.checks
    other_points, other_message = (replace(REPORT, checks=(replace(first, **change), *others)) for change in CHANGES)

    def differing(packaging: Packaging, report: Report) -> list[str]:
        return differences({plain: REPORT, notebook: REPORT, packaging: report})

    same = replace(REPORT, submission="x", seconds=9.0, left_out=(LeftOut("it", "so"),))
    assert differing(zipped, same) == []
    for packaging, report in ((zipped, other_points), (zipped, other_message), (notebook, other_points)):
        (line,) = differing(packaging, report)
        assert first.id in line
        assert str(packaging) in line
    assert differing(notebook, other_message) == []


CHANGES = ({"score": 0.0}, {"message": "no"})
REPORT = report_of(next(recipe for recipe in recipes() if recipe.name == "solved"))


def test_there_are_ten_cases_whose_files_can_be_written() -> None:
    """None is empty."""
    assert len(cases()) == 10
    assert all(raw for files in cases().values() for raw in files.values())


def test_a_line_has_points_message_and_what_was_left_out() -> None:
    """Also of a record of the first schema, which had no list of what was left out."""
    checks = [{"outcome": "passed", "message": ""}, {"outcome": "failed", "message": "Too dark."}]
    report = {"submission": "ada", "score": 2.0, "max_score": 6, "message": "", "checks": checks}
    assert line_of(report) == "ada: 2 of 6 points. Too dark."
    notes = [{"where": "cell 2", "why": "it is empty"}]
    assert line_of(report | {"left_out": notes}).endswith("Too dark. cell 2 was left out: it is empty.")


def test_a_notebook_may_cost_a_little_more() -> None:
    """Five per cent, or 50 ms of what takes less than a second."""
    assert COST.is_fair
    assert not replace(COST, notebook=4.3).is_fair
    assert replace(COST, modules=0.1, notebook=0.14).is_fair
    assert not replace(COST, modules=0.1, notebook=0.16).is_fair

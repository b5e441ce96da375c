"""What becomes of the lab in a course: its parts, points, thresholds, limits and texts."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.autoencoders.ranges import ENCODING_SIZES
from grader.autoencoders.thresholds import ACCURACY
from grader.core.assignment import Assignment, entry_of
from grader.core.in_force import in_force
from grader.core.outcomes import Outcome
from grader.course.reading import CourseError
from grader.engine.checking import run_checks
from grader.engine.fingerprint import fingerprint

from . import course


def test_without_a_key_the_lab_is_as_it_was() -> None:
    """The same parts, points and thresholds; only where they are found is another place."""
    same = course("")
    assert same.parts == ASSIGNMENT.parts
    assert (same.name, same.title, same.course) == (ASSIGNMENT.name, ASSIGNMENT.title, ASSIGNMENT.course)
    assert (same.limits, same.texts, same.in_force) == (ASSIGNMENT.limits, ASSIGNMENT.texts, ASSIGNMENT.in_force)
    assert same.thresholds.version == ASSIGNMENT.thresholds.version
    assert [fingerprint(same, part) for part in same.part_names] == [
        fingerprint(ASSIGNMENT, part) for part in ASSIGNMENT.part_names
    ]


def test_another_name_is_still_the_installed_lab() -> None:
    """Its notebook is called by the new name, and its package is found by the old one."""
    renamed = course('name = "ae24"\ntitle = "Week 6"\ncourse = "ml2"')
    assert (renamed.notebook, renamed.title, renamed.course) == ("ae24.ipynb", "Week 6", "ml2")
    assert entry_of(renamed) == entry_of(ASSIGNMENT)


def test_parts_that_are_left_out_are_needed_by_none() -> None:
    """The order is the lab's, and a check that needed one of another part does without."""
    fewer = course('parts = ["vae", "data"]')
    assert fewer.part_names == ("data", "vae")
    ids = {check.id for check in fewer.checks}
    assert all(set(check.needs) <= ids for check in fewer.checks)
    assert fewer.with_needs(fewer.checks) == fewer.checks


def changed(text: str) -> list[str]:
    """The parts whose results do not hold any more."""
    other = course(text)
    return [part for part in other.part_names if fingerprint(other, part) != fingerprint(ASSIGNMENT, part)]


def test_a_stricter_bar_holds_and_is_known_to_the_cache() -> None:
    """While the checks of that course run. What was measured of other parts still holds."""
    strict = course("[thresholds]\naccuracy = 0.9")
    with in_force(strict.in_force):
        assert ACCURACY.limit == 0.9
    assert {t.default for check in strict.checks for t in check.thresholds if t.name == "accuracy"} == {0.9}
    assert strict.thresholds.version != ASSIGNMENT.thresholds.version
    assert changed("[thresholds]\naccuracy = 0.9") == ["classifier"]


def test_points_and_ranges_are_known_to_the_cache() -> None:
    """What was kept holds scores, and what checks drew."""
    assert changed("[points]\ndata = 7") == ["data"]
    assert changed("[ranges]\nencoding_sizes = [2, 16]") == list(ASSIGNMENT.part_names)
    with in_force(course("[ranges]\nencoding_sizes = [2, 16]").in_force):
        assert ENCODING_SIZES.bounds == (2, 16)


def test_limits_are_changed_one_by_one() -> None:
    """The others stay."""
    limits = course("[limits]\ncall_seconds = 90\nprocesses = 64").limits
    assert (limits.call_seconds, limits.processes) == (90.0, 64)
    assert limits.import_seconds == ASSIGNMENT.limits.import_seconds


PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")


def test_texts_and_the_logo(tmp_path: Path) -> None:
    """As a page shows them: the logo inside of it, the due date with its offset."""
    (tmp_path / "logo.png").write_bytes(PIXEL)
    texts = course(
        'due = 2027-05-03T23:59:00+02:00\n[late]\npercent_a_day = 10\n[texts]\ngreeting = "Hello"\nlogo = "logo.png"',
        tmp_path,
    ).texts
    assert texts.logo == f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"
    assert (texts.greeting, texts.contact) == ("Hello", "")
    assert texts.due is not None
    assert texts.due.utcoffset() == timedelta(hours=2)
    assert texts.due_text == "2027-05-03 23:59 (UTC+02:00)"
    assert texts.lateness == "Late work loses 10% of its points for each day that has begun."


@pytest.mark.parametrize("name", ["logo.gif", "large.png"])
def test_a_logo_that_no_page_can_hold(name: str, tmp_path: Path) -> None:
    """Another kind of file, or one that is too large."""
    (tmp_path / name).write_bytes(bytes(2**18 + 1))
    with pytest.raises(CourseError, match=r"line 2: it must be one of .png, .jpg, .jpeg, .svg and at most 256 KiB"):
        course(f'[texts]\nlogo = "{name}"', tmp_path)


OWN_CHECK = '''
"""Checks of our own."""
from grader.autoencoders.checks.data import normalize_scales_to_unit_interval
from grader.core import expect
from grader.core.expect import Evidence
from grader.core.thresholds import Threshold
from grader.course import check

GREY = Threshold("grey", "at least", 0.5)

@check("data", points=1.5, needs=[normalize_scales_to_unit_interval], thresholds=[GREY])
def answers_are_grey(subject):
    """Our own claim."""
    expect.that(GREY.within(subject.grey), "own.not_grey", "It is not grey.", "Mix black and white.")
    return Evidence("grey", "grey")
'''


def with_own(folder: Path, more: str = "", text: str = OWN_CHECK) -> Assignment:
    (folder / "own.py").write_text(text)
    return course(f'[own]\nchecks = ["own.py"]\n{more}', folder)


class Subject:
    """A submission with a grey value."""

    def __init__(self, grey: float):
        self.grey, self.pictures = grey, []

    def seed_submission(self, purpose: str) -> None:
        """Nothing is random."""


def test_a_check_of_ones_own_is_run_like_any_other(tmp_path: Path) -> None:
    """It stands after the lab's of its part, needs one of them, and its threshold can be set like the lab's."""
    mine = with_own(tmp_path)
    own = mine.parts[0].checks[-1]
    assert (own.id, own.points, own.sentence) == ("data.answers_are_grey", 1.5, "Our own claim.")
    assert own.needs == ("data.normalize_scales_to_unit_interval",)
    alone = OWN_CHECK.replace("needs=[normalize_scales_to_unit_interval], ", "")
    passed, failed = (
        run_checks(assignment, Subject(0.6), assignment.parts[0].checks[-1:])[0]
        for assignment in (with_own(tmp_path, text=alone), with_own(tmp_path, "[thresholds]\ngrey = 0.9", alone))
    )
    assert (passed.outcome, passed.score, passed.recorded) == (Outcome.PASSED, 1.5, {"grey": 0.6})
    assert (failed.outcome, failed.code) == (Outcome.FAILED, "own.not_grey")


def test_a_changed_check_of_ones_own_is_measured_again(tmp_path: Path) -> None:
    """One byte of its module changes its part, and no other."""
    before, after = with_own(tmp_path), with_own(tmp_path, text=OWN_CHECK + "#")
    assert [p for p in after.part_names if fingerprint(after, p) != fingerprint(before, p)] == ["data"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0", "own.py, line 1: ZeroDivisionError: division by zero"),
        ("\ndef (", "own.py, line 2: invalid syntax"),
        (OWN_CHECK.replace('"data"', '"dta"'), "the check dta.answers_are_grey: there is no part 'dta'; did you mean"),
        (OWN_CHECK.replace("answers_are_grey", "batches_shuffle_samples"), "batches_shuffle_samples is declared twice"),
        (OWN_CHECK.replace('    """Our own claim."""\n', ""), "needs a docstring: the sentence a student reads"),
    ],
)  # fmt: skip
def test_a_broken_check_of_ones_own_is_told_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    """Whatever the module raises is one line."""
    with pytest.raises(CourseError) as caught:
        with_own(tmp_path, text=text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


OWN_PART = '[[own.parts]]\nmodule = "{module}"\ntitle = "Sparse"\nnames = ["Sparse"]\n'
SPARSE = (
    "# %% [markdown]\n# # Sparse\n\n# %%\ndef Sparse():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
)


def test_a_part_of_ones_own_comes_after_those_of_the_lab(tmp_path: Path) -> None:
    """Its module is one more of the solution; its checks are the course's own."""
    (tmp_path / "sparse.py").write_text(SPARSE)
    (tmp_path / "own.py").write_text(OWN_CHECK.replace('"data"', '"sparse"'))
    mine = course('[own]\nchecks = ["own.py"]\n' + OWN_PART.format(module="sparse.py"), tmp_path)
    assert mine.part_names == (*ASSIGNMENT.part_names, "sparse")
    assert [check.id for check in mine.parts[-1].checks] == ["sparse.answers_are_grey"]
    assert mine.reference_sources()["sparse.py"] == SPARSE
    assert mine.reference_sources().items() > ASSIGNMENT.reference_sources().items()


def test_what_a_part_of_ones_own_needs_is_there(tmp_path: Path) -> None:
    """A part of the lab that is left out is handed out solved, and all that it needs."""
    for name in ("sparse", "sparser"):
        (tmp_path / f"{name}.py").write_text(SPARSE)
    parts = OWN_PART.format(module="sparse.py") + 'needs = ["autoencoder"]\n'
    parts += OWN_PART.format(module="sparser.py") + 'needs = ["sparse", "data"]\n'
    mine = course(f'parts = ["pictures"]\n{parts}', tmp_path)
    assert mine.part_names == ("pictures", "sparse", "sparser")
    assert mine.solved == ("data", "autoencoder")
    assert [part.needs for part in mine.parts[1:]] == [("autoencoder",), ("sparse", "data")]
    with pytest.raises(CourseError, match=r"toml, line 10: there is no earlier part 'spars'; did you mean 'sparse'"):
        course(parts.replace('["sparse",', '["spars",'), tmp_path)


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("Sparse.py", "the name must be lower case and end in .py, got Sparse.py"),
        ("vae.py", "the lab has a module vae already"),
        ("missing.py", "there is no file "),
    ],
)
def test_a_part_of_ones_own_that_cannot_be(module: str, said: str, tmp_path: Path) -> None:
    """Its module is the name of the part."""
    with pytest.raises(CourseError, match=rf"course.toml, line 2: {said}"):
        course(OWN_PART.format(module=module), tmp_path)


def test_a_course_has_a_language() -> None:
    """English where it says nothing; one that there is not is refused with the nearest that there is."""
    assert course("").texts.language == "en"
    assert course('language = "de"').texts.language == "de"
    with pytest.raises(CourseError, match=r"line 1: there is no language 'dee'; did you mean 'de'\? There are: en, de"):
        course('language = "dee"')

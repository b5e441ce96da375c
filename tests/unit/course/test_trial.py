"""`aelab course test`: what it tries, and what it says of what came of it."""

from pathlib import Path

import pytest

from grader.core.outcomes import CheckResult, Outcome, Report
from grader.core.registry import Check
from grader.core.thresholds import Threshold
from grader.course.reading import read_course
from grader.course.trial import SOLUTION, STUBS, Trial, of_the_course, trial_of
from grader.render.trial import NO_SAMPLE, problem_lines, trial_json
from tests.unit.render import samples

from . import course
from .test_adaptation import OWN_CHECK

CLEAN = "denoising.learns_towards_clean_targets"
GREY = Threshold("grey", "at most", 0.5)
CHECK = Check("data.is_dark", "data", 2, (), "It is dark.", lambda subject: None, (GREY,))


def report(name: str, seed: int, outcome: Outcome, grey: float | None = None, code: str = "") -> Report:
    score = 2.0 if outcome is Outcome.PASSED else 0.0
    recorded = {} if grey is None else {"grey": grey}
    result = CheckResult(CHECK.id, "data", 2, score, outcome, "It is light.", code=code, recorded=recorded)
    return samples.of_checks(name, (result,), seed=seed)


def trial(
    solution: Outcome = Outcome.PASSED, stubs: Outcome = Outcome.NOT_IMPLEMENTED, code: str = "own.light"
) -> Trial:
    reports = [
        *(report(SOLUTION, seed, solution, grey) for seed, grey in ((1, 0.1), (2, 0.2))),
        *(report(STUBS, seed, stubs) for seed in (1, 2)),
        *(report("light", seed, Outcome.FAILED, grey, code) for seed, grey in ((1, 0.8), (2, 0.9))),
    ]
    return trial_of([CHECK], {"light": "own.light"}, 7, reports)


def test_a_trial_in_which_all_is_well() -> None:
    """The limit of a threshold lies between the worst of the solution and the best of the samples."""
    told = trial()
    assert told.succeeded
    assert problem_lines(told) == []
    (margin,) = told.margins
    assert (margin.worst_right, margin.nearest_wrong) == (0.2, ("light", 0.8))
    assert margin.share == pytest.approx(0.5)
    assert trial_json(told)["thresholds"][0]["samples"] == {"light": 0.8}


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (trial(solution=Outcome.FAILED), "the solution, seed 1: data.is_dark gives 0 of 2: It is light."),
        (trial(stubs=Outcome.PASSED), "the stubs, seed 1: data.is_dark gives 2 of 2: It is light."),
        (trial(code="own.other"), "light, seed 1: no check fails with own.light: data.is_dark with own.other"),
        (trial(solution=Outcome.ERROR), "the solution, seed 1: data.is_dark: It is light."),
    ],
)
def test_what_should_not_be_is_said(told: Trial, line: str) -> None:
    """With the seed, the check, and what became of it."""
    assert problem_lines(told)[0] == line
    assert len(problem_lines(told)) == 2
    assert not told.succeeded


def test_a_threshold_that_no_sample_misses() -> None:
    """Nothing is known of its other side."""
    reports = [report(SOLUTION, 1, Outcome.PASSED, 0.1), report(STUBS, 1, Outcome.NOT_IMPLEMENTED)]
    (margin,) = trial_of([CHECK], {}, 7, reports).margins
    assert (margin.nearest_wrong, margin.share) == (None, None)
    assert NO_SAMPLE


def test_what_is_tried_is_what_the_course_has_made_its_own(tmp_path: Path) -> None:
    """Its checks, and those of the lab that are held to a threshold of the course."""
    (tmp_path / "own.py").write_text(OWN_CHECK)
    for text, ids in (
        ('[own]\nchecks = ["own.py"]', {"data.answers_are_grey"}),
        ('[thresholds]\n"denoising steps" = 800', {"denoising.removes_noise_from_unseen_images", CLEAN}),
        ("[points]\ntotal = 50", set()),
    ):
        adapted = course(text, tmp_path)
        found = {check.id for check in of_the_course(adapted, read_course(tmp_path / "course.toml", text))}
        assert found == ids

"""One mistake, one penalty: which parts are measured again, with what, and that nothing but scores comes back."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.core.outcomes import CheckResult, Outcome, Picture
from grader.engine.carried_forward import CarriedForward, carried_forward, needs_of
from grader.engine.isolated import unmeasurable
from grader.engine.run import RunConfig, grade_one
from grader.engine.tasks import Task, TaskResult
from grader.isolation.fork_server import ForkServer
from grader.release.notebook import render_notebook
from grader.submissions.handed_in import HandedIn
from grader.submissions.reading import Source, Submission, read_submission

REFERENCE = ASSIGNMENT.reference_sources()
OURS = "class Autoencoder(tf.keras.Model):"


def measured(lost: Mapping[str, float]) -> dict[str, TaskResult]:
    """All parts at full marks, but for the share of points that some have."""
    found = {}
    for part in ASSIGNMENT.part_names:
        share = lost.get(part, 1.0)
        outcome = Outcome.PASSED if share == 1 else Outcome.FAILED
        checks = [c for c in ASSIGNMENT.checks if c.part == part]
        found[part] = TaskResult(
            tuple(CheckResult(c.id, part, c.points, share * c.points, outcome, "own") for c in checks)
        )
    return found


def read_notebook_sources() -> tuple[Source, ...]:
    """The cells of the solved notebook."""
    cells = nbformat.reads(render_notebook(ASSIGNMENT, solutions=True), 4).cells
    return tuple(Source(f"cell {n}", cell.source) for n, cell in enumerate(cells, 1) if cell.cell_type == "code")


def modules(**texts: str) -> Submission:
    sources = {**REFERENCE, **{f"{name}.py": text for name, text in texts.items()}}
    return Submission("ada", "modules", tuple(Source(*item) for item in sources.items()))


def measured_again(submission: Submission, lost: Mapping[str, float]) -> dict[str, CarriedForward]:
    found = {part: carried_in(submission, measured(lost), part) for part in ASSIGNMENT.part_names}
    return {part: carried for part, carried in found.items() if carried}


def carried_in(submission: Submission, results: Mapping[str, TaskResult], part: str) -> CarriedForward | None:
    needed = {name: results[name] for name in needs_of(ASSIGNMENT, submission)[part]}
    return carried_forward(ASSIGNMENT, submission, ASSIGNMENT.checks, needed, part, 7, Limits())


def text_of(carried: CarriedForward, module: str) -> str:
    return next(source.text for source in carried.task.sources if source.name == module)


def test_a_part_is_measured_with_ours_if_it_builds_on_another_that_lost_points() -> None:
    """Only parts that depend on the other, whatever they are worth themselves."""
    wrong = modules(autoencoder="class Autoencoder: pass")
    found = measured_again(wrong, {"autoencoder": 0.5, "classifier": 0.0})
    assert set(found) == {"upsampling", "gaussian_vae", "vae", "pictures", "denoising"}
    for carried in found.values():
        assert carried.inherits == (carried.task.part != "pictures")
        assert carried.replaced == ("autoencoder",)
        assert text_of(carried, "autoencoder.py") == REFERENCE["autoencoder.py"]
        assert text_of(carried, f"{carried.task.part}.py") == REFERENCE[f"{carried.task.part}.py"]


def test_what_inherits_from_no_wrong_class_is_measured_as_it_stands_first() -> None:
    """A mistake in `data`, which every module imports for its experiments, leaves the evidence of the others there."""
    found = measured_again(modules(), {"data": 0.5})
    assert set(found) == set(ASSIGNMENT.part_names) - {"data"}
    assert not any(carried.inherits for carried in found.values())


@pytest.mark.parametrize("lost", [{}, {"denoising": 0.5}, {"upsampling": 0.5, "denoising": 0.5}])
def test_no_other_part_is_measured_with_ours(lost: dict[str, float]) -> None:
    """Without a mistake, with one in a part that no other builds on, with two that are independent."""
    assert measured_again(modules(), lost) == {}


@pytest.mark.parametrize("part", ASSIGNMENT.part_names)
def test_what_a_part_waits_for_is_all_that_may_be_replaced_in_it(part: str) -> None:
    """Of modules and of the notebook, where every earlier part lost points: nothing else decides how it is measured."""
    everything = dict.fromkeys(ASSIGNMENT.part_names, 0.5)
    cells = read_notebook_sources()
    for submission in (
        modules(),
        modules(gaussian_vae="class GaussianVAE: pass"),
        Submission("ada", "notebook", cells),
    ):
        needed = needs_of(ASSIGNMENT, submission)[part]
        assert needed < set(ASSIGNMENT.part_names)
        results = measured(everything)
        carried = carried_forward(ASSIGNMENT, submission, ASSIGNMENT.checks, results, part, 7, Limits())
        before = {name: results[name] for name in needed}
        assert carried == carried_forward(ASSIGNMENT, submission, ASSIGNMENT.checks, before, part, 7, Limits())
        assert set(carried.replaced if carried else ()) <= needed


def test_without_the_reference_nothing_is_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a student's machine: there is no version of the lab's own, and nothing breaks."""
    monkeypatch.setattr("grader.core.assignment.Assignment.has_reference", False)
    wrong = modules(autoencoder="class Autoencoder: pass")
    assert measured_again(wrong, {"autoencoder": 0.5, "vae": 0.0}) == {}


def test_errors_of_ours_are_no_mistake() -> None:
    """They wait for the instructor."""
    found = measured({"vae": 0.0})
    ours = tuple(CheckResult(r.id, r.part, r.points, 0, Outcome.ERROR, "") for r in found["autoencoder"].results)
    assert carried_in(modules(), found | {"autoencoder": TaskResult(ours)}, "vae") is None


def test_a_notebook_gets_a_cell_behind_its_own() -> None:
    """What comes later is built on the lab's version, and no longer needs the student's; the cell only defines."""
    cells = (
        "import tensorflow as tf",
        "class Autoencoder(tf.keras.Model): pass",
        "class VariationalAutoencoder(Autoencoder): 0",
    )
    submission = Submission("ada", "notebook", tuple(Source(f"cell {n}", text) for n, text in enumerate(cells)))
    carried = measured_again(submission, {"autoencoder": 0.0, "vae": 0.0})["vae"]
    assert [source.name for source in carried.task.sources] == ["the lab's autoencoder", "cell 2"]
    ours = text_of(carried, "the lab's autoencoder")
    assert OURS in ours
    assert "from ." not in ours
    assert "__main__" not in ours


def test_the_better_score_counts_and_nothing_else_comes_back() -> None:
    """Texts, evidence and pictures of the second run could hold the lab's solution."""
    picture = Picture("p", "c", np.zeros((2, 2), np.float32))
    own = [
        CheckResult("vae.x", "vae", 4, s, o, "own", "try") for s, o in ((1.0, Outcome.FAILED), (4.0, Outcome.PASSED))
    ]
    other = [
        CheckResult(
            "vae.x", "vae", 4, score, outcome, "SECRET", "SECRET", evidence={"measured": "SECRET"}, pictures=(picture,)
        )
        for score, outcome in ((4.0, Outcome.PASSED), (0.0, Outcome.FAILED))
    ]
    carried = CarriedForward(Task("lab05", "vae", ("vae.x", "vae.x"), "modules", (), (), 7, Limits()), ("autoencoder",))
    better = carried.better_of(TaskResult(tuple(own), "printed"), TaskResult(tuple(other), "SECRET", "SECRET"))
    assert [(r.score, r.outcome) for r in better.results] == [(4.0, Outcome.PASSED)] * 2
    assert better.results[0].message == "Measured with the lab's own version of autoencoder in place of yours."
    assert better.results[1] == own[1]
    assert "SECRET" not in str(better)
    assert better.results[0].pictures == ()
    assert (better.stdout, better.stderr) == ("printed", "")


CARRIED = CarriedForward(Task("lab05", "vae", ("vae.x",), "modules", (), (), 7, Limits()), ("autoencoder",))


@pytest.mark.parametrize(("score", "outcome"), [(4.0, Outcome.PASSED), (2.0, Outcome.ERROR), (0.0, Outcome.ERROR)])
def test_what_we_fail_to_measure_again_is_our_error(score: float, outcome: Outcome) -> None:
    """Where points may be lost by it: it is not the student's loss, and what went wrong is not kept as a result."""
    own = CheckResult("vae.x", "vae", 4, score, Outcome.PASSED if score == 4 else Outcome.FAILED, "own", "try")
    second = unmeasurable([replace(ASSIGNMENT.select(["vae"])[0], id="vae.x")], "SECRET")
    better = CARRIED.better_of(TaskResult((own,)), second)
    assert [r.outcome for r in better.results] == [outcome]
    assert better.is_final == (outcome is Outcome.PASSED)
    assert "SECRET" not in str(better)
    if outcome is Outcome.ERROR:
        assert better.problem == "vae could not be measured with the lab's own autoencoder"


def test_full_marks_with_ours_settle_it() -> None:
    """Then nothing more can be earned; of that run the scores are taken, and nothing else."""
    full = CheckResult("vae.x", "vae", 4, 4.0, Outcome.PASSED, "SECRET", "SECRET", evidence={"measured": "SECRET"})
    settled = CARRIED.settled(TaskResult((full,), "SECRET", "SECRET"))
    assert settled is not None
    assert (settled.results[0].score, settled.results[0].outcome) == (4.0, Outcome.PASSED)
    assert "SECRET" not in str(settled)
    for less in (replace(full, score=3.5), replace(full, outcome=Outcome.ERROR)):
        assert CARRIED.settled(TaskResult((full, less))) is None


def test_the_second_run_takes_none_of_the_submission_s_time() -> None:
    """It is our way to be fair: nobody runs out of time by it, and loses a later part."""
    own = CheckResult("vae.x", "vae", 4, 0.0, Outcome.FAILED, "own", seconds=120.0)
    other = replace(own, score=4.0, outcome=Outcome.PASSED, seconds=100.0)
    assert CARRIED.better_of(TaskResult((own,)), TaskResult((other,))).seconds == 120.0


SHOWN = ("vae.sampling_layer_has_kl_regularizer",)


@pytest.mark.parametrize(("own", "points"), [(4.0, 7.0), (2.0, 5.0), (0.0, 0.0)])
def test_what_is_inherited_from_the_solution_counts_beside_work_of_one_s_own(own: float, points: float) -> None:
    """An empty class earns nothing by it; what shows that there is more may be right in part."""
    names = (SHOWN[0], "vae.encoding_is_sampled_at_any_size")

    def results(*scores: float) -> TaskResult:
        checks = zip(ASSIGNMENT.select(names), scores, strict=True)
        return TaskResult(tuple(CheckResult(c.id, c.part, c.points, s, Outcome.FAILED, "") for c, s in checks))

    carried = replace(CARRIED, shown_by=SHOWN)
    better = carried.better_of(results(0, 0), results(own, 3))
    assert sum(result.score for result in better.results) == points


INHERITED = {
    "upsampling": ("autoencoder", "Autoencoder", "UpsamplingAutoencoder", "decoding_is_an_image"),
    "vae": ("gaussian_vae", "GaussianVAE", "VariationalAutoencoder", "encoding_is_sampled_at_any_size"),
}


@pytest.mark.parametrize("part", INHERITED)
def test_an_empty_class_earns_nothing_by_the_solution(part: str, tmp_path: Path, server: ForkServer) -> None:
    """Graded for real: the part inherits from one that is missing, for which the lab's own stands in."""
    earlier, base, name, check = INHERITED[part]
    (tmp_path / f"{earlier}.py").write_text(f"class {base}:\n    pass\n")
    (tmp_path / f"{part}.py").write_text(f"from .{earlier} import {base}\n\nclass {name}({base}):\n    pass\n")
    (shown,) = next(each.shown_by for each in ASSIGNMENT.parts if each.name == part)
    first = next(c.id for c in ASSIGNMENT.checks if c.part == earlier)
    checks = ASSIGNMENT.select([first, f"{part}.{check}", shown])
    report = grade_one(RunConfig(ASSIGNMENT, [HandedIn("ada", tmp_path, "ada")], checks, 1, server.limits), server)
    assert [result.score for result in report.checks] == [0, 0, 0]


STEALS = """
try:
    import inspect
    from . import autoencoder
    SECRET = inspect.getsource(autoencoder)
except Exception as error:
    SECRET = repr(error)
print(SECRET)

class UpsamplingAutoencoder(autoencoder.Autoencoder):
    def __init__(self, encoding_size=10):
        raise RuntimeError(SECRET)
"""


def test_a_submission_cannot_carry_the_solution_out(tmp_path: Path, server: ForkServer) -> None:
    """It reads the reference in place of its own module, prints it and raises it: none of it is in the report."""
    (tmp_path / "autoencoder.py").write_text("class Autoencoder:\n    'mine'\n")
    (tmp_path / "upsampling.py").write_text(STEALS)
    report = grade_one(
        RunConfig(
            ASSIGNMENT,
            [HandedIn("ada", tmp_path, "ada")],
            ASSIGNMENT.select(["autoencoder", "upsampling"]),
            1,
            server.limits,
        ),
        server,
    )
    assert report.score == 0
    assert "'mine'" in report.stdout
    assert OURS not in str(report)
    assert "GradientTape" not in str(report)


def test_a_right_part_on_a_wrong_one_is_right(tmp_path: Path, server: ForkServer) -> None:
    """A notebook, graded for real: `upsampling` on an autoencoder that cannot be made."""
    (tmp_path / "lab05.ipynb").write_text(render_notebook(ASSIGNMENT, solutions=True))
    honest = read_submission("ada", tmp_path, ASSIGNMENT)
    assert honest.kind == "notebook"
    broken = render_notebook(ASSIGNMENT, solutions=True).replace("self.encoder = self.build_encoder()", "1 / 0")
    assert broken != render_notebook(ASSIGNMENT, solutions=True)
    (tmp_path / "lab05.ipynb").write_text(broken)
    checks = ASSIGNMENT.select(["autoencoder.encoding_has_requested_size", "upsampling.decoding_is_an_image"])
    report = grade_one(RunConfig(ASSIGNMENT, [HandedIn("ada", tmp_path, "ada")], checks, 1, server.limits), server)
    assert [check.outcome for check in report.checks] == [Outcome.FAILED, Outcome.PASSED]

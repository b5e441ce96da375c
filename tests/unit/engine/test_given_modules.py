"""Helper modules of the lab that a student left out, and parts that were not handed in."""

import time
from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.core.outcomes import CheckResult, Outcome
from grader.engine.carried_forward import carried_forward, needs_of, not_carried
from grader.engine.given_modules import with_given
from grader.engine.tasks import TaskResult, tasks_of
from grader.isolation.sandbox import Sandbox
from grader.submissions.reading import Source, Submission

REFERENCE = ASSIGNMENT.reference_sources()
WRONG = "class Autoencoder: pass\n"


def modules(*without: str, **texts: str) -> Submission:
    sources = REFERENCE | {f"{name}.py": text for name, text in texts.items()}
    return Submission("ada", "modules", tuple(Source(f, t) for f, t in sources.items() if f not in without))


def results(**shares: float) -> dict[str, TaskResult]:
    found = {}
    for part in ASSIGNMENT.parts:
        share = shares.get(part.name, 1.0)
        outcome = Outcome.PASSED if share == 1 else Outcome.FAILED
        checks = (CheckResult(c.id, part.name, c.points, share * c.points, outcome, "own") for c in part.checks)
        found[part.name] = TaskResult(tuple(checks))
    return found


def again(submission: Submission, **shares: float) -> dict[str, dict[str, str]]:
    """The sources of each part that is measured again, by file."""
    measured, found = results(**shares), {}
    for part, needed in needs_of(ASSIGNMENT, submission).items():
        before = {name: measured[name] for name in needed}
        if carried := carried_forward(ASSIGNMENT, submission, ASSIGNMENT.checks, before, part, 7, Limits()):
            found[part] = {source.name: source.text for source in carried.task.sources}
    return found


def test_the_lab_s_helper_stands_in_where_it_is_imported() -> None:
    """Who hands in no plotting.py is measured with the lab's; nothing else of the lab comes with it."""
    for task in tasks_of(ASSIGNMENT, modules("plotting.py"), ASSIGNMENT.checks, 7, Limits()):
        with_it = {source.name for source in task.sources}
        assert ("plotting.py" in with_it) == ("from .plotting" in REFERENCE[f"{task.part}.py"])
    (data,) = tasks_of(ASSIGNMENT, modules("autoencoder.py", vae="from .autoencoder import Autoencoder"),
                       ASSIGNMENT.select(["vae"]), 7, Limits())  # fmt: skip
    assert [source.name for source in data.sources] == ["vae.py"]


def test_a_student_s_own_helper_stays() -> None:
    """A module of that name is not replaced, and a notebook has no modules."""
    own = modules(plotting="mine = 1\n")
    assert with_given(ASSIGNMENT, own) is own
    notebook = Submission("ada", "notebook", (Source("cell 1", "x = 1"),))
    assert with_given(ASSIGNMENT, notebook) is notebook


def test_without_the_helper_there_is_a_second_measurement() -> None:
    """With the reference of the earlier part, and the helper that it imports."""
    found = again(modules("plotting.py", autoencoder=WRONG), autoencoder=0.0, vae=0.0)
    assert found["vae"]["autoencoder.py"] == REFERENCE["autoencoder.py"]
    assert found["vae"]["plotting.py"] == REFERENCE["plotting.py"]


def test_a_part_that_was_not_handed_in_costs_its_points_once() -> None:
    """Parts that import it are measured with the reference's, and so is what that one needs."""
    found = again(
        modules("autoencoder.py", "data.py", "plotting.py"), data=0.0, autoencoder=0.0, vae=0.0, denoising=0.0
    )
    assert set(found) == {"upsampling", "gaussian_vae", "vae", "pictures", "denoising", "classifier"}
    assert {"autoencoder.py", "data.py", "plotting.py"} < set(found["vae"])


def test_what_the_reference_builds_on_is_replaced_as_well() -> None:
    """A student's wrong data.py, which only the reference's autoencoder imports, does not stop the second run."""
    vae = "from .autoencoder import Autoencoder\n"
    found = again(modules(data="1 / 0\n", autoencoder=WRONG, vae=vae), data=0.0, autoencoder=0.0, vae=0.5)
    assert found["vae"]["data.py"] == REFERENCE["data.py"]
    assert found["vae"]["vae.py"] == vae


def test_a_deleted_cell_costs_its_points_once() -> None:
    """The reference's definition comes before the first cell that uses it."""
    cells = ("import tensorflow as tf", "class VariationalAutoencoder(Autoencoder): pass")
    submission = Submission("ada", "notebook", tuple(Source(f"cell {n}", text) for n, text in enumerate(cells)))
    assert list(again(submission, autoencoder=0.0, vae=0.0)["vae"]) == ["the lab's autoencoder", "cell 1"]


def test_without_the_reference_the_report_says_what_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts that may have lost points by another one's mistake are named; nothing is said where none can have."""
    wrong = modules(autoencoder=WRONG)
    assert not_carried(ASSIGNMENT, wrong, results(autoencoder=0.0, vae=0.0)) == ""
    monkeypatch.setattr("grader.core.assignment.Assignment.has_reference", False)
    assert ASSIGNMENT.part("vae").title in not_carried(ASSIGNMENT, wrong, results(autoencoder=0.0, vae=0.0))
    assert not_carried(ASSIGNMENT, wrong, results(autoencoder=0.0)) == ""
    assert not_carried(ASSIGNMENT, wrong, results(vae=0.0, denoising=0.0)) == ""


@pytest.mark.parametrize("kind", ["modules", "notebook"])
def test_a_submission_is_looked_through_once(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What each part depends on is asked of the sandbox in one call, for the tasks and for what waits for what."""
    needs_of(ASSIGNMENT, modules())  # of the reference, once for a class
    sources = (*modules().sources, Source("own.py", f"print('{kind}')"))
    asked: list[str] = []

    def call(_: Sandbox, function: Any, header: dict[str, Any], raw: bytes = b"") -> Any:
        asked.append(function.__name__)
        return function(header, raw, str)

    monkeypatch.setattr(Sandbox, "call", call)
    submission = Submission("ada", kind, sources)
    tasks_of(ASSIGNMENT, submission, ASSIGNMENT.checks, 7, Limits())
    needs_of(ASSIGNMENT, submission)
    assert asked == ["needed"]


def test_headings_of_classes_without_end_cost_a_moment() -> None:
    """Whether a class inherits from a wrong one is looked for in the deciding process, in linear time."""
    text = "class VariationalAutoencoder(" * 100_000
    began = time.process_time()
    again(modules(vae=f"from .autoencoder import Autoencoder\n{text!r}\n"), autoencoder=0.0, vae=0.0)
    assert time.process_time() - began < 2

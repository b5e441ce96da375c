"""`check` in a notebook: a fresh interpreter stands for the kernel, a script for its cells."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.core.outcomes import CheckResult, Outcome
from grader.core.registry import Check
from grader.harness.modules import LiveNamespace
from grader.selfcheck.notebook import Session
from grader.selfcheck.watching import Watcher
from grader.subject.subject import Subject

BELONGS_TO_THE_SHELL = ("TF_USE_LEGACY_KERAS", "TF_CPP_MIN_LOG_LEVEL")


def run_script(folder: Path, source: str) -> tuple[dict[str, Any], str, str]:
    """What the script wrote into its result file, and what it printed on both streams."""
    script, result = folder / "notebook.py", folder / "result.json"
    script.write_text(source)
    environment = {k: v for k, v in os.environ.items() if k not in BELONGS_TO_THE_SHELL}
    command = [sys.executable, str(script), str(result)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(result.read_text()), done.stdout, done.stderr


NOTEBOOK = """
import json, os, sys
from pathlib import Path
from grader import check

runs, found = [], {"stdout": []}
NORMALIZE = "data.normalize_scales_to_unit_interval"

def measured(*names):  # stands for a cell: `check` looks at the names of the caller's module
    before = len(runs)
    score = check(*names)
    return {"score": score, "type": type(score).__name__, "runs": len(runs) > before}

def normalize(image, label):
    import tensorflow as tf
    runs.append("once")
    print("the student prints")
    print("and complains", file=sys.stderr)
    os.write(2, b"below Python, too")
    return tf.cast(image, tf.float32) / 255.0

folder_before = os.getcwd()
found["first"] = measured(NORMALIZE)
found["again"] = measured(NORMALIZE)

def normalize(image, label):
    import tensorflow as tf
    runs.append("once more")
    return tf.cast(image, tf.float32) / 256.0

found["redefined"] = measured(NORMALIZE)
found["unknown"] = measured("vea")
del normalize
found["missing"] = measured(NORMALIZE)
found["same folder"] = os.getcwd() == folder_before
Path(sys.argv[1]).write_text(json.dumps(found))
"""

LATE_KERAS = """
import json, os, sys
from pathlib import Path
os.environ["TF_USE_LEGACY_KERAS"] = "0"
import tensorflow as tf
tf.keras
print("-- now the check", flush=True)
from grader import check
score = check("data")
Path(sys.argv[1]).write_text(json.dumps({"score": score, "type": type(score).__name__}))
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str, str]:
    """One kernel serves all claims about a right one."""
    return run_script(tmp_path_factory.mktemp("notebook"), NOTEBOOK)


Notebook = tuple[dict[str, Any], str, str]


def test_a_check_returns_the_points_as_a_builtin_float(notebook: Notebook) -> None:
    """nbgrader takes a float, and no number of NumPy's, for a score; 2 points where all is right, 0 where it is not."""
    found, _, _ = notebook
    assert {run["type"] for name, run in found.items() if isinstance(run, dict)} == {"float"}
    assert (found["first"]["score"], found["redefined"]["score"], found["missing"]["score"]) == (2.0, 0.0, 0.0)


def test_nothing_is_printed_on_stderr(notebook: Notebook) -> None:
    """Stock nbgrader gives no points to a cell that writes there, as TensorFlow does and a student may."""
    assert notebook[2] == ""


def test_only_the_grader_speaks(notebook: Notebook) -> None:
    """What the student's code prints while it is checked is not mixed with the findings."""
    assert "the student prints" not in notebook[1]
    assert "divided by 256" in notebook[1]


def test_results_are_kept_until_something_is_defined_anew(notebook: Notebook) -> None:
    """Asking again costs nothing; a new definition is measured."""
    found, _, _ = notebook
    assert found["first"]["runs"]
    assert not found["again"]["runs"]
    assert found["again"]["score"] == 2.0
    assert found["redefined"]["runs"]


def test_an_unknown_name_is_one_clear_line(notebook: Notebook) -> None:
    """No traceback in the notebook; no points."""
    found, shown, _ = notebook
    assert "unknown part or check 'vea'" in shown
    assert found["unknown"]["score"] == 0.0


def test_a_name_that_is_not_defined_is_named(notebook: Notebook) -> None:
    """The first thing a student sees who runs the check before the task."""
    assert "notebook defines no `normalize`" in " ".join(notebook[1].split())


def test_the_notebook_s_folder_stays_as_it_was(notebook: Notebook) -> None:
    """Checkpoints of a check go elsewhere, and the working folder is the same afterwards."""
    assert notebook[0]["same folder"]


def test_tensorflow_with_keras_3_is_one_clear_line(tmp_path: Path) -> None:
    """Where it is too late to set the switch, the line says what to do; no points and no traceback."""
    found, shown, _ = run_script(tmp_path, LATE_KERAS)
    said = " ".join(shown.partition("-- now the check")[2].split())
    assert said.startswith("TensorFlow was started with Keras 3")
    assert said.endswith("before anything imports TensorFlow.")
    assert 'os.environ["TF_USE_LEGACY_KERAS"] = "1"' in said
    assert found == {"score": 0.0, "type": "float"}


JUPYTER = """
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
from grader import check

def normalize(image, label):
    import tensorflow as tf
    return tf.cast(image, tf.float32) / 256.0

check("data.normalize_scales_to_unit_interval")
"""


@pytest.fixture(scope="module")
def cell() -> list[Any]:
    """The outputs of a cell in a real kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(JUPYTER)])
    NotebookClient(notebook, timeout=200, kernel_name="python3").execute()
    return list(notebook.cells[0].outputs)


def test_a_notebook_shows_one_table_and_the_points(cell: list[Any]) -> None:
    """One output that was drawn again until it held all, then the score as the cell's value; nothing on stderr."""
    assert [output.output_type for output in cell] == ["display_data", "execute_result"]
    table, score = cell
    assert score.data["text/plain"] == "0.0"
    assert "Next step" in table.data["text/html"]
    assert "divided by 256" in table.data["text/html"]
    assert "Starting TensorFlow" not in table.data["text/html"]
    assert "<progress" not in table.data["text/html"]


def test_a_notebook_without_html_has_the_plain_text(cell: list[Any]) -> None:
    """For a terminal's client of the kernel, and for whoever compares notebooks."""
    assert "✗ failed" in cell[0].data["text/plain"]
    assert "<" not in cell[0].data["text/plain"]


def test_an_interrupted_check_keeps_its_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-C the results so far are there, and only the rest is measured the next time."""
    measured: list[str] = []

    def run(assignment: Assignment, subject: Subject, checks: list[Check], **_: object) -> tuple[CheckResult, ...]:
        if len(measured) == 1:
            measured.append("interrupted")
            raise KeyboardInterrupt
        measured.append(checks[0].id)
        return (CheckResult(checks[0].id, checks[0].part, checks[0].points, 1.0, Outcome.PASSED, ""),)

    monkeypatch.setattr("grader.selfcheck.notebook.run_checks", run)
    session = Session(ASSIGNMENT, LiveNamespace({}))
    with pytest.raises(KeyboardInterrupt):
        session.check(("data",))
    session.check(("data",))
    first, second = (check.id for check in ASSIGNMENT.select(("data",)))
    assert measured == [first, "interrupted", second]


def test_a_watcher_hears_of_every_check_and_of_results_that_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks that are only needed are counted and named while they run, and not shown as results."""
    heard: list[str] = []

    class Ear(Watcher):
        def starts(self, check: Check, number: int, total: int) -> None:
            heard.append(f"{number}/{total} {check.name}")

        def ends(self, result: CheckResult) -> None:
            heard.append(f"ended {result.id}")

    def run(assignment: Assignment, subject: Subject, checks: list[Check], **_: object) -> tuple[CheckResult, ...]:
        return (CheckResult(checks[0].id, checks[0].part, checks[0].points, 1.0, Outcome.PASSED, ""),)

    monkeypatch.setattr("grader.selfcheck.notebook.run_checks", run)
    Session(ASSIGNMENT, LiveNamespace({})).check(("vae.loss_is_negative_elbo",), Ear())
    assert heard == [
        "1/2 encoding_is_sampled_at_any_size", "2/2 loss_is_negative_elbo", "ended vae.loss_is_negative_elbo",
    ]  # fmt: skip


def test_the_self_check_needs_nothing_of_linux() -> None:
    """On any platform: what isolates submissions, and modules that only some systems have, are not imported for it."""
    code = "import sys; sys.modules.update(resource=None, fcntl=None); import grader; grader.check; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"grader.isolation.fork", "grader.isolation.kernel", "py_landlock", "pyseccomp"} & {*done.stdout.split()}

"""A notebook's results are kept as long as what they depend on is unchanged."""

from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, Outcome
from grader.selfcheck.notebook import NotebookSessions

CELLS = """
def normalize(image, label):
    return image / SCALE

def training_batches(dataset, batch_size):
    return dataset

class Autoencoder:
    def fit(self): pass

class GaussianVAE(Autoencoder):
    def encode(self): return helper()

def kl_divergence(mean, log_variance): return mean

class StackedAutoencoderClassifier:
    pass

def helper(): return 1

SCALE = 255.0
"""


class Sessions(NotebookSessions):
    """Sessions that know a result of every check, as if all had been measured."""

    def after(self, names: dict[str, Any]) -> set[str]:
        """The parts whose results are there when these names are checked; afterwards all are."""
        session = self.of_namespace(ASSIGNMENT, names)
        found = {result.part for result in session.results.values()}
        for check in ASSIGNMENT.checks:
            session.results[check.id] = CheckResult(check.id, check.part, 1, 1.0, Outcome.PASSED, "")
        return found


@pytest.fixture
def names() -> dict[str, Any]:
    """A kernel after its cells."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(CELLS, namespace)
    return namespace


@pytest.fixture
def sessions(names: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """Everything has been checked once."""
    monkeypatch.setattr("importlib.import_module", lambda _: None)  # the operations start TensorFlow
    found = Sessions()
    assert found.after(names) == set()
    return found


ALL = set(ASSIGNMENT.part_names)


@pytest.mark.parametrize(
    ("cell", "measured_again"),
    [
        ("", set()),
        ("history, model = object(), object()", set()),
        ("def helper(): return 2", {"gaussian_vae"}),
        ("class GaussianVAE(Autoencoder): pass", {"gaussian_vae"}),
        ("class StackedAutoencoderClassifier: pass", {"classifier"}),
        ("SCALE = 256.0", {"data"}),
        ("class VariationalAutoencoder(Autoencoder): pass", {"vae"}),
        ("del kl_divergence", {"gaussian_vae"}),
        ("class Autoencoder: pass", {"autoencoder", "gaussian_vae"}),
    ],
)
def test_a_cell_costs_the_parts_that_lead_to_what_it_changes(
    sessions: Sessions, names: dict[str, Any], cell: str, measured_again: set[str]
) -> None:
    """An experiment beside them costs nothing; a helper costs the part that calls it, a class those that inherit it."""
    exec(cell, names)
    assert ALL - sessions.after(names) == measured_again


def test_outside_of_a_kernel_a_change_costs_what_it_may_cost(sessions: Sessions, names: dict[str, Any]) -> None:
    """The student's code is known by the module that it runs in, whatever its name."""
    other: dict[str, Any] = {"__name__": "work"}
    exec(CELLS, other)
    sessions.after(other)
    exec("def helper(): return 3", other)
    assert "gaussian_vae" not in sessions.after(other)
    assert sessions.after(other) == ALL

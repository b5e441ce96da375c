"""What a notebook defines answers as under a real IPython shell, however ordinary statements and commands are mixed."""

from benchmarks.dialects import compared


def test_notebooks_answer_as_under_ipython() -> None:
    """A few dozen of those that `make dialects` draws by the thousand."""
    ran, different = compared(24, seed=1)
    assert ran > 12
    assert different == []

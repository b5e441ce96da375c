"""The pytest option --submission, for `pytest --pyargs grader --submission DIR`."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --submission."""
    parser.addoption("--submission", metavar="PATH", help="a folder of modules, a notebook or a .zip to check")


@pytest.fixture(scope="session")
def submission_session(request: pytest.FixtureRequest) -> object:
    """The self-check session of the submission named on the command line."""
    from .selfcheck import require_keras_2, session_of_files
    from .submissions import UnreadableSubmission

    path = request.config.getoption("--submission")
    if not path:
        raise pytest.UsageError("name what to check: pytest --pyargs grader --submission DIR")
    require_keras_2()
    try:
        return session_of_files(Path(path))
    except (UnreadableSubmission, OSError) as error:
        raise pytest.UsageError(f"{path}: {error}") from None

"""The pytest option --submission, for `pytest --pyargs grader --submission DIR`."""

from pathlib import Path
from typing import NoReturn

import pytest

from ..core.text import one_line


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --submission."""
    parser.addoption("--submission", metavar="PATH", help="a folder of modules, a notebook or a .zip to check")


@pytest.fixture(scope="session")
def submission_session(request: pytest.FixtureRequest) -> object:
    """The self-check session of the submission named on the command line."""
    from ..core.errors import UserError
    from ..course.finding import find
    from .notebook import require_keras_2, session_of_files

    path = request.config.getoption("--submission")
    if not path:
        stop("name what to check: pytest --pyargs grader --submission DIR")
    try:
        session = session_of_files(find(), Path(path))
        require_keras_2()
    except (UserError, OSError) as error:
        stop(f"{path}: {error}")
    return session


def stop(message: str) -> NoReturn:
    """End the whole run with one clear line: every check would fail for this reason."""
    pytest.exit(one_line(message, 2000), pytest.ExitCode.USAGE_ERROR)

"""When and with what a submission was graded."""

import importlib.metadata
import platform
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from grader.core.outcomes import LeftOut, Provenance, now


def test_it_names_a_moment_and_these_versions() -> None:
    """UTC to the second, as ISO 8601 has it, and versions as the package manager knows them."""
    found = Provenance.here(at=now(), calibration="1a2b3c4d", submission_sha256="ab" * 32)
    at = datetime.strptime(found.at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=5)
    assert (found.calibration, found.submission_sha256) == ("1a2b3c4d", "ab" * 32)
    assert found.python == platform.python_version() == sys.version.split()[0]
    assert found.tensorflow == importlib.metadata.version("tensorflow")
    assert found.aelab == importlib.metadata.version("autoencoder-lab")


def test_what_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout that was never installed is a development version."""

    def nothing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", nothing)
    found = Provenance.here(at="", calibration="", submission_sha256="")
    assert (found.aelab, found.tensorflow) == ("development", "")


def test_tensorflow_is_not_imported_for_its_version() -> None:
    """The deciding process never does."""
    code = (
        "import sys; from grader.core.outcomes import Provenance; "
        "Provenance.here(at='', calibration='', submission_sha256=''); print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_what_was_left_out_is_a_sentence() -> None:
    """For messages and for the process that runs the submission."""
    assert str(LeftOut("cell 4, line 2", "invalid syntax")) == "cell 4, line 2 was left out: invalid syntax"

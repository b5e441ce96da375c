"""A student's install lacks what instructors need: a command that needs it says so."""

from pathlib import Path

import pytest

from tests.command import Aelab

EXTRA = "jupytext is missing here, which instructors need: pip install 'autoencoder-lab[grade]'"


@pytest.mark.parametrize(
    ("module", "status", "told"), [("jupytext", 2, EXTRA), ("grader.x", 70, "a bug of the grader")]
)
def test_the_extra_is_named(
    module: str, status: int, told: str, aelab: Aelab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In one line, for a package of the extra; any other module that is not there is a bug of ours."""

    def write_templates(*_: object) -> None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr("grader.release.templates.write_templates", write_templates)
    run = aelab("release", "templates", tmp_path)
    assert run.status == status
    assert told in run.err

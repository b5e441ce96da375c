"""What is handed out for some of the parts can be imported."""

from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from tests.subsets import pairwise, unimportable


@pytest.mark.parametrize("parts", pairwise(), ids="-".join)
def test_every_module_that_is_handed_out_can_be_imported(parts: tuple[str, ...], tmp_path: Path) -> None:
    """With stubs and with solutions: no module imports one that is not handed out, nor a name that it lacks."""
    assert list(unimportable(ASSIGNMENT.with_parts(parts), tmp_path, "subset")) == []

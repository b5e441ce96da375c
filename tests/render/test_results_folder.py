"""The folder that a run writes into: tried before any work, and with the seed that the next run goes on with."""

from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.render.results_folder import OutputNotWritable, ResultsFolder


def test_an_output_folder_is_tried_before_any_work(tmp_path: Path) -> None:
    """It is made with all above it, and left empty; what cannot be one is named."""
    ResultsFolder(ASSIGNMENT, tmp_path / "a" / "b").prepare()
    assert list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputNotWritable, match=r"cannot write to .*/file: File exists; choose another --out"):
        ResultsFolder(ASSIGNMENT, tmp_path / "file").prepare()


def test_a_run_into_the_same_folder_has_the_same_seed(tmp_path: Path) -> None:
    """Unless another one is asked for; a damaged note is no obstacle."""
    folder = ResultsFolder(ASSIGNMENT, tmp_path)
    drawn = folder.seed(None)
    assert folder.seed(None) == drawn
    assert folder.seed(5) == folder.seed(None) == 5
    (tmp_path / "run.json").write_text("{")
    assert 0 <= folder.seed(None) < 2**53

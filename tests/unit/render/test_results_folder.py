"""The folder of a run: tried before any work, whole in the end, and the same seed for whoever goes on."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.seeds import SeedError
from grader.render.results_folder import OutputNotWritable, ResultsFolder, SummariesNotWritten, platform_of
from tests.unit.render.samples import solved, untouched


def test_an_output_folder_is_tried_before_any_work(tmp_path: Path) -> None:
    """It is made with all above it, and left empty; what cannot be one is named."""
    ResultsFolder(ASSIGNMENT, tmp_path / "a" / "b").prepare()
    assert list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputNotWritable, match=r"cannot write to .*/file: File exists; choose another --out"):
        ResultsFolder(ASSIGNMENT, tmp_path / "file").prepare()


def test_a_folder_keeps_to_the_seed_it_was_told(tmp_path: Path) -> None:
    """A regrade draws no other, and another one that is asked for is refused; a damaged note is no obstacle."""
    folder = ResultsFolder(ASSIGNMENT, tmp_path)
    drawn = folder.seed(None)
    assert folder.seed(None) == folder.seed(drawn) == drawn
    with pytest.raises(SeedError, match=r"keeps to another seed: leave --seed out, or choose another --out$"):
        folder.seed(drawn + 1)
    assert folder.seed(None) == drawn
    (tmp_path / "run.json").write_text("{")
    assert 0 <= folder.agreed_seed(None) < 2**53
    assert folder.seed(5) == folder.seed(None) == 5


def test_nobody_else_reads_the_seed(tmp_path: Path) -> None:
    """Its file is the owner's alone, also where an older version left one that everybody may read."""
    folder = ResultsFolder(ASSIGNMENT, tmp_path)
    (tmp_path / "run.json").write_text('{"seed": 5}\n')
    (tmp_path / "run.json").chmod(0o644)
    assert folder.seed(None) == 5
    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o600


def test_a_record_is_written_once_unless_it_is_gone(tmp_path: Path) -> None:
    """The second time the file is left alone, so that it costs nothing to be sure."""
    folder, record = ResultsFolder(ASSIGNMENT, tmp_path), tmp_path / "ada" / "report.json"
    folder.write(solved("ada"))
    record.write_text("changed since")
    folder.write(solved("ada"))
    assert record.read_text() == "changed since"
    record.unlink()
    folder.write(solved("ada"))
    assert "vae.loss_is_negative_elbo" in record.read_text()


def test_an_earlier_run_s_record_is_replaced(tmp_path: Path) -> None:
    """It may be of another submission, or of an older grader."""
    ResultsFolder(ASSIGNMENT, tmp_path).write(untouched("ada"))
    before = (tmp_path / "ada" / "report.json").read_bytes()
    ResultsFolder(ASSIGNMENT, tmp_path).write(solved("ada"))
    assert (tmp_path / "ada" / "report.json").read_bytes() != before


def test_a_folder_that_was_removed_meanwhile_is_written_whole(tmp_path: Path) -> None:
    """Records, the note of the seed, tables and pages are there in the end."""
    folder, reports = ResultsFolder(ASSIGNMENT, tmp_path / "out"), [solved("ada"), untouched("bob")]
    folder.prepare()
    seed = folder.seed(reports[0].seed)
    for report in reports:
        folder.write(report)
    shutil.rmtree(folder.out)
    for report in reports:
        folder.write(report)
    folder.write_summaries(reports)
    whole = ("ada/report.json", "bob/report.json", "run.json", "grades.csv", "index.html", "ada/index.html")
    assert [name for name in whole if not (folder.out / name).exists()] == []
    assert folder.seed(None) == seed


@pytest.mark.parametrize("writer", ["write_grades", "write_pages"])
def test_tables_that_cannot_be_written_are_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    """It says that nothing measured is lost, and what to do."""

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"grader.render.results_folder.{writer}", full)
    with pytest.raises(SummariesNotWritten, match="No space left on device; what was measured is kept") as caught:
        ResultsFolder(ASSIGNMENT, tmp_path).write_summaries([solved("ada")])
    assert "\n" not in str(caught.value)


def test_the_platform_of_a_class_is_recorded_and_stays(tmp_path: Path) -> None:
    """Exports put the ids where that platform looks for them, also after the pages were written again."""
    ResultsFolder(ASSIGNMENT, tmp_path, "Canvas").seed(7)
    assert platform_of(tmp_path) == "Canvas"
    assert ResultsFolder(ASSIGNMENT, tmp_path).seed(None) == 7
    assert platform_of(tmp_path) == "Canvas"
    assert platform_of(tmp_path / "nowhere") == ""


def test_tables_are_over_everybody_with_a_record(tmp_path: Path) -> None:
    """Of this run and of earlier ones; a record of another assignment, or one that is damaged, is named."""
    folder = ResultsFolder(ASSIGNMENT, tmp_path)
    for report in (untouched("ada"), solved("bob"), replace(solved("carl"), assignment="lab01"), solved("dora")):
        folder.write(report)
    (tmp_path / "dora" / "report.json").write_text("{")
    everybody, problems = folder.with_others([solved("ada")])
    assert [(each.submission, each.score) for each in everybody] == [("ada", 100), ("bob", 100)]
    assert [problem.partition(" is ")[2].split()[0] for problem in problems] == ["of", "not"]
    assert (folder.report_of("bob") or everybody[0]).submission == "bob"
    assert folder.report_of("dora") is folder.report_of("emmy") is None


def test_a_run_of_some_checks_does_not_replace_records_of_more(tmp_path: Path) -> None:
    """They would be lost, and the tables would be over parts that some lack."""
    folder = ResultsFolder(ASSIGNMENT, tmp_path)
    folder.refuse_fewer(ASSIGNMENT.select(["vae"]))
    folder.write(solved("ada"))
    folder.refuse_fewer(ASSIGNMENT.checks)
    with pytest.raises(OutputNotWritable, match="choose another --out"):
        folder.refuse_fewer(ASSIGNMENT.select(["vae"]))

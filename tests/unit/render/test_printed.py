"""What a submission printed: kept beside the record, harmless, bounded, and reachable from the student's page."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import Report
from grader.render.pages import student_page, write_pages
from grader.render.report_json import PRINTED, read_report, report_folder, to_json, write_report
from grader.render.views import BEGINNING

from . import samples
from .test_pages import Page

ATTACK = "".join(samples.HOSTILE)


def printing(stdout: str = "", stderr: str = "") -> Report:
    return replace(samples.solved(), stdout=stdout, stderr=stderr)


def test_each_stream_has_its_file_and_no_file_is_empty(tmp_path: Path) -> None:
    """stdout.txt and stderr.txt hold the text; what printed nothing leaves none."""
    write_report(printing("epoch 1\n", ""), tmp_path)
    assert (tmp_path / "stdout.txt").read_text() == "epoch 1\n"
    assert not (tmp_path / "stderr.txt").exists()


def test_output_of_an_earlier_run_does_not_stay(tmp_path: Path) -> None:
    """The folder shows what this run printed."""
    write_report(printing("old", "old"), tmp_path)
    write_report(printing("", "new"), tmp_path)
    assert not (tmp_path / "stdout.txt").exists()
    assert (tmp_path / "stderr.txt").read_text() == "new\n"


def test_the_files_cannot_harm_a_terminal(tmp_path: Path) -> None:
    """`cat stdout.txt` shows no escape sequence, no bell, no reordered line."""
    write_report(printing(ATTACK, ATTACK), tmp_path)
    for name in ("stdout.txt", "stderr.txt"):
        text = (tmp_path / name).read_text()
        assert not set("\x1b\x00\x07\x08\r\u202e\u2066\u200b\udcff") & set(text)
        assert "red" in text


def test_the_files_are_bounded(tmp_path: Path) -> None:
    """A submission that prints without end fills no disk, and a reader sees that the text was cut."""
    write_report(printing("x" * (10 * PRINTED)), tmp_path)
    text = (tmp_path / "stdout.txt").read_text().rstrip("\n")
    assert len(text) == PRINTED
    assert text.endswith("…")


def test_the_record_is_the_same_whatever_was_printed() -> None:
    """report.json has no field for output, and equal measurements stay equal."""
    assert to_json(printing(ATTACK, ATTACK)) == to_json(samples.solved())
    assert not {"stdout", "stderr"} & set(json.loads(to_json(printing("a", "b"))))


@pytest.mark.parametrize("text", ["one line", ATTACK, "x" * (2 * PRINTED), "last line\n\n"])
def test_reading_a_report_back_keeps_the_files(text: str, tmp_path: Path) -> None:
    """`aelab report` finds the output again, and writing what was read gives the same bytes."""
    write_report(printing(text, text), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_report(read_report(tmp_path), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_damaged_output_is_no_reason_to_lose_the_report(tmp_path: Path) -> None:
    """Bytes that are no text, and more of them than were written, are read as far as a file may be."""
    write_report(printing("fine"), tmp_path)
    (tmp_path / "stdout.txt").write_bytes(b"\xff\x1b[31m" * PRINTED)
    back = read_report(tmp_path)
    assert len(back.stdout) <= PRINTED
    assert "\x1b" not in back.stdout


def test_the_page_links_the_files_that_are_there(tmp_path: Path) -> None:
    """Each link leads to a file beside the page; without output there is no such section."""
    report = printing("hello", "trouble")
    folder = report_folder(tmp_path, report.submission)
    write_report(report, folder)
    write_pages(ASSIGNMENT, [report], tmp_path)
    page = Page((folder / "index.html").read_text())
    links = [target for target in page.values("a", "href") if not target.startswith("#")]
    assert links == ["stdout.txt", "stderr.txt"]
    assert all((folder / link).is_file() for link in links)
    assert "printed" not in Page(student_page(ASSIGNMENT, samples.solved())).words


def test_the_page_shows_the_beginning_escaped() -> None:
    """Markup of the submission is text on the page, at most 1000 characters of it."""
    page = Page(student_page(ASSIGNMENT, printing(ATTACK, "y" * 10_000)))
    assert "<script>alert(1)</script>" in page.words
    assert "script" not in {tag for tag, _ in page.elements}
    assert page.words.count("y") < BEGINNING + 200
    assert not set("\x1b\x00\x07\u202e") & set(page.words)

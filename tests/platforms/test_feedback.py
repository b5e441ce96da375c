"""Feedback as one archive: names by which Moodle and Canvas know whose a page is, and pages that say everything."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.final_grade import ByHand, FinalGrade
from grader.core.hand_in import HandIn
from grader.platforms.feedback import NoPlatform, feedback_of
from grader.platforms.lms import Class
from grader.render.hand_in_json import write_hand_in
from grader.render.report_json import report_folder, write_report
from tests.command import Aelab

from ..unit.render import samples
from ..unit.render.test_pages import Page

MOODLE_IMPORT = re.compile(r"([^_]+)_(\d+)_(assignfeedback)_(file)_(.+)")  # as its importer splits a name


def results(out: Path, platform: str, **entries: str) -> Path:
    """The records of some who handed in, each under the name that a platform gave."""
    for number, (name, entry) in enumerate(entries.items(), start=101):
        report = replace(samples.struggling(f"{name}_{number}"), student=name)
        folder = report_folder(out, report.submission)
        write_report(report, folder)
        write_hand_in(HandIn(platform, str(number), entry, "2027-02-02T22:59:00+00:00", 9e4, 2, 13.5), folder)
    return out


def written(aelab: Aelab, out: Path, *options: str) -> dict[str, str]:
    """The files of the archive that the command writes."""
    archive = out / "feedback.zip"
    assert aelab("export", "feedback", out, "--out", archive, *options).status == 0
    with zipfile.ZipFile(archive) as found:
        return {name: found.read(name).decode() for name in found.namelist()}


def test_moodle_knows_whose_a_page_is(aelab: Aelab, tmp_path: Path) -> None:
    """By the participant's number, the second word between underscores: the name may have none in it."""
    out = results(
        tmp_path,
        "Moodle",
        ada="Ada_Marie Lovelace_101_assignsubmission_file_",
        bob="Bob_102_assignsubmission_file_a.py",
    )
    files = written(aelab, out, "--platform", "moodle")
    found = [MOODLE_IMPORT.fullmatch(name) for name in files]
    assert [match and (match[1], match[2], match[5]) for match in found] == [
        ("Ada Marie Lovelace", "101", "lab05.html"),
        ("Bob", "102", "lab05.html"),
    ]


def test_canvas_knows_whose_a_page_is(aelab: Aelab, tmp_path: Path) -> None:
    """By the first two numbers: the student's and that of the file that was handed in."""
    out = results(
        tmp_path, "Canvas", ada="lovelaceada_LATE_101_6789_lab05-1.ipynb", anonymous="anon_Ab3_77_lab05.ipynb"
    )
    files = written(aelab, out, "--platform", "canvas")
    assert sorted(files) == ["anon_Ab3_77_lab05.html", "lovelaceada_LATE_101_6789_lab05.html"]
    numbers = [each for each in sorted(files)[1].split("_") if each.isdigit()]
    assert numbers == ["101", "6789"]


def test_who_the_platform_did_not_name_is_named(aelab: Aelab, tmp_path: Path) -> None:
    """The others have their pages; another platform is named with those there are."""
    results(tmp_path, "Moodle", ada="Ada_101_assignsubmission_file_")
    write_report(samples.solved("stray"), tmp_path / "stray")
    found = aelab("export", "feedback", tmp_path, "--platform", "moodle", "--out", tmp_path / "f.zip")
    assert found.status == 1
    assert found.err == "aelab: the platform did not name these, so they get no page: stray\n"
    assert "wrote 1 pages" in found.out
    with pytest.raises(NoPlatform, match=r"one of moodle, canvas, got 'canvs'; did you mean 'canvas'\?"):
        feedback_of(Class(ASSIGNMENT, ()), tmp_path, "canvs")


def test_a_page_says_everything_and_no_seed(tmp_path: Path) -> None:
    """Assignment, course, when, how late, what that cost, what was given by hand, what was written, whom to ask."""
    results(tmp_path, "Moodle", ada="Ada_101_assignsubmission_file_")
    marks = (
        ByHand("data-batches_shuffle_samples", 1.5, 4, 0.5, "Nearly <b>."),
        ByHand("question-1", None, 0, 0, "See me."),
    )
    grade = FinalGrade("ada", "ada", earned=65.5, possible=110, penalty=13.1, by_hand=marks)
    whole = Class(ASSIGNMENT, (grade,))
    (page,) = feedback_of(whole, tmp_path, "moodle", "tutors@uni.edu").files.values()
    words = " ".join(Page(page.decode()).words.split())
    for said in (
        "Lab 5: autoencoders · autoencoder lab", "Handed in 2 February 2027, 22:59 UTC, 2 days late",
        "52.4 of 110 points", "65.5 points earned, 13.1 taken off for lateness.", "Given by hand",
        "1.5 of 4 points, 0.5 extra", "Nearly <b>.", "question 1", "See me.", "Questions: tutors@uni.edu",
    ):  # fmt: skip
        assert said in words, said
    assert str(samples.SEED) not in page.decode()
    assert 'href="stdout' not in page.decode()

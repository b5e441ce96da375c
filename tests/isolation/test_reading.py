"""Whatever was handed in, reading it takes the deciding process a moment, and ends in sources or in one clear line."""

import time
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.isolation import reading
from grader.isolation.sandbox import Sandbox
from grader.submissions.reading import UnreadableSubmission
from tests.submissions.hostile_texts import KIB, RAW, broken_copies, hostile_texts, write_text

SIZE = 8 * KIB  # a few take a time that grows with the square
OURS = 0.5  # seconds of processor time of the deciding process, for one submission
MOST = 5  # seconds in the sandbox; what takes longer is refused
BROKEN = 30


@pytest.fixture(scope="module", autouse=True)
def small_sandbox():
    """One with little patience, so that what takes too long does not take long here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "SANDBOX", Sandbox(cpu_seconds=MOST))
        yield


def read(folder):
    """What came of it: sources for each part, or a line for the student. The time is that of this process."""
    began = time.process_time()
    try:
        submission = reading.read_submission("eve", folder, ASSIGNMENT)
        each = reading.sources_for_each(submission, ASSIGNMENT.parts, ASSIGNMENT.given_statements)
        assert len(each) == len(ASSIGNMENT.parts)
        problem = "it can be read"
    except UnreadableSubmission as refused:
        problem = str(refused)
    assert 0 < len(problem) < 400, problem
    assert "\n" not in problem
    took = time.process_time() - began
    assert took < OURS, f"{took:.2f} s"


@pytest.mark.parametrize("form", ["module", "notebook"])
def test_hostile_texts_are_read_or_refused(form, tmp_path):
    """Depth, length, chains, broken strings, escapes, commands: of each kind one of 8 KiB."""
    ASSIGNMENT.given_statements  # noqa: B018 - computed once
    for number, text in enumerate(hostile_texts(SIZE).values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_text(text, folder, form)
        read(folder)


@pytest.mark.parametrize("name", ["data.py", "lab05.ipynb", "lab05.zip", "lab05.tar.gz"])
def test_files_of_strange_bytes_are_read_or_refused(name, tmp_path):
    """Encodings, JSON without end, archives that are none."""
    for number, raw in enumerate(RAW.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_bytes(raw)
        read(folder)


def test_broken_copies_of_right_work_are_read_or_refused(tmp_path):
    """Pieces that are lost, doubled or replaced, at random places."""
    text = ASSIGNMENT.reference_sources()["autoencoder.py"]
    for number, copy in enumerate(broken_copies(text, BROKEN)):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_text(copy, folder, "module" if number % 2 else "notebook")
        read(folder)


def test_a_path_from_where_the_grader_stands_is_read(tmp_path, monkeypatch):
    """`aelab grade .` hands relative paths down; the server that reads stands elsewhere."""
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "data.py").write_text("def normalize(image, label): ...\n")
    monkeypatch.chdir(tmp_path)
    found = reading.read_submission("ada", Path("ada"), ASSIGNMENT)
    assert [source.name for source in found.sources] == ["data.py"]

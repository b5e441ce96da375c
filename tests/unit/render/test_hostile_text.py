"""Every other place where a text of a submission ends up: errors, progress, the last lines, the gradebook."""

import sys
import unicodedata
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from grader.autoencoders.assignment import ASSIGNMENT
from grader.cli.main import main
from grader.cli.shared import say, show_results
from grader.core.text import folder_name
from grader.platforms.nbgrader.gradebook import grade_id
from grader.render.progress import ClassProgress
from grader.render.terminal import check_table, plain_text
from grader.selfcheck.pytest_plugin import stop
from grader.subject.errors import as_exception

from . import samples
from .test_csv_export import STARTS

EVIL_NAME = "\x1b[31mred\x07\u202eevil.ipynb"


def harmless(text: str) -> bool:
    """Whether nothing but line breaks is left of the characters that steer a terminal or turn a line around."""
    return not any(unicodedata.category(character).startswith("C") for character in text.replace("\n", ""))


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """A folder whose one notebook has a hostile name and no content."""
    (tmp_path / EVIL_NAME).write_text("no notebook")
    return tmp_path


def test_an_error_that_quotes_a_file_name_is_one_harmless_line(
    handed_in: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`aelab check` names the notebook it cannot read, without what the name would do to a terminal."""
    monkeypatch.setattr(sys, "argv", ["aelab", "check", "--submission", str(handed_in)])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().err
    assert "evil.ipynb" in said
    assert harmless(said)
    assert said.count("\n") == 1


def test_an_error_is_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    """A megabyte in a message is cut."""
    say("x" * 10**6)
    assert len(capsys.readouterr().err) < 2100


def test_pytest_ends_with_a_harmless_line() -> None:
    """The same for `pytest --pyargs grader --submission DIR`."""
    with pytest.raises(pytest.exit.Exception) as ended:
        stop(f"folder: {EVIL_NAME} is not JSON\nFAKE LINE")
    assert harmless(str(ended.value.msg))
    assert "\n" not in str(ended.value.msg)


@pytest.mark.parametrize("name", [*samples.HOSTILE, "".join(samples.HOSTILE)])
def test_progress_shows_names_as_text(name: str) -> None:
    """A warning and the line of a graded submission have no escape sequence, no markup, one line each."""
    stream = StringIO()
    with ClassProgress(Console(file=stream, width=200, force_terminal=False), 1, 33) as progress:
        progress.submission_starts(name, ["data"])
        progress.task_starts(name, "data")
        progress.warns(name)
        progress.task_ends(name, "data")
        progress.submission_ends(samples.solved(name))
    assert harmless(stream.getvalue())
    assert stream.getvalue().count("\n") == 2


def test_progress_in_a_terminal_lets_no_name_steer_it() -> None:
    """Rich's own sequences move the cursor; none of the name's is among them."""
    stream = StringIO()
    name = "\x1b]0;title\x07\x1b[31m\u202eada\x9b2J"
    with ClassProgress(Console(file=stream, width=200, force_terminal=True), 1, 33) as progress:
        progress.submission_starts(name, ["data"])
        progress.task_starts(name, "data")
        progress.warns(name)
        progress.task_ends(name, "data")
        progress.submission_ends(samples.solved(name))
    assert not {"\x07", "\u202e", "\x9b"} & set(stream.getvalue())
    assert "\x1b]0;" not in stream.getvalue()
    assert "\x1b[31m\u202e" not in stream.getvalue()


def test_the_last_line_takes_no_markup_from_a_record(capsys: pytest.CaptureFixture[str]) -> None:
    """A report.json that was edited cannot colour what `aelab report` says."""
    show_results(Path("out"), 7, "[bold]none[/bold]\x1b[31m\u202e", Path("out/gradebook.db"))
    said = capsys.readouterr().out
    assert "isolation [bold]none[/bold]" in said
    assert harmless(said)


@pytest.mark.parametrize("start", STARTS)
def test_no_name_in_the_gradebook_is_a_formula(start: str) -> None:
    """nbgrader's exporters write student and cell as they are, so both begin with a letter or digit."""
    student = folder_name(f"{start}1+1")
    assert student[0].isalnum()
    assert harmless(student)
    assert all(grade_id(check.id)[0].isalpha() for check in ASSIGNMENT.checks)


@pytest.mark.parametrize("kind", ["raised", "shape", "missing", "missing_module", "stub", "fault", "unheard of"])
def test_a_failure_from_the_submissions_process_is_cut_and_cleaned(kind: str) -> None:
    """Whatever fields it fills, and with whatever: the message stays readable and short."""
    attack = "".join(samples.HOSTILE) * 1000
    fields = ("message", "type", "doing", "where", "what", "expected", "received", "name", "present", "notes")
    failure = as_exception({"kind": kind} | dict.fromkeys(fields, attack))
    assert harmless(str(failure))
    assert len(str(failure)) < 4000


def test_tables_cut_messages_and_hints() -> None:
    """A megabyte in a message does not fill a terminal or a log."""
    long = "word " * 200_000
    results = [samples.result(ASSIGNMENT.checks[0], samples.Outcome.FAILED, message=long, hint=long)]
    stream = StringIO()
    Console(file=stream, width=80).print(check_table(ASSIGNMENT, results))
    assert len(stream.getvalue()) < 40_000
    assert len(plain_text(ASSIGNMENT, results)) < 40_000

"""Wrong usage: the help of the command that was meant, and the name that was."""

from pathlib import Path

import pytest

from grader.cli.shared import progress_of
from tests.command import Aelab

MEANT = [
    ("grad x", "aelab --help", "'grade'"),
    ("grade x --sed 3", "aelab grade --help", "--seed"),
    ("grade", "aelab grade --help", "submissions"),
    ("grade a b --out c", "aelab grade --help", "(b)"),
    ("release corse x", "aelab release --help", "'course'"),
    ("release bundle --out", "aelab release bundle --help", "--out"),
    ("export csv x --formt moodle", "aelab export csv --help", "--format"),
    ("cache inf", "aelab cache --help", "'info'"),
    ("check vea", "", "did you mean 'vae'?"),
    ("--assignment lab5 check", "", "did you mean 'lab05'?"),
    ("grade . --out {out} --limit call_second=3", "", "did you mean 'call_seconds'?"),
]


@pytest.mark.parametrize(("line", "help_of", "meant"), MEANT, ids=[line for line, *_ in MEANT])
def test_wrong_usage_leads_to_the_right_help_and_the_nearest_name(
    aelab: Aelab, line: str, help_of: str, meant: str, tmp_path: Path
) -> None:
    """The help is that of the subcommand and not of `aelab`; a name that nearly is one is told."""
    found = aelab(*line.format(out=tmp_path / "out").split())
    assert found.status == 2
    assert meant in found.err
    assert not help_of or found.err.endswith(f"see `{help_of}`\n")


def test_a_release_shows_on_a_terminal_what_it_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, and nowhere but on a terminal: logs and pipes stay as they are."""
    for is_terminal in ("1", "0"):
        monkeypatch.setenv("TTY_COMPATIBLE", is_terminal)
        with progress_of("packing"):
            pass
        captured = capsys.readouterr()
        assert captured.out == ""
        assert ("packing" in captured.err) is (is_terminal == "1")

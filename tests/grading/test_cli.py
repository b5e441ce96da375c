"""The command line: help that ends with an example, one clear line for what users do, a kept traceback for our bugs."""

import importlib.metadata
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import grader
from grader.cli.main import app
from grader.core.errors import UserError
from tests.command import Aelab


def names(command: Any, words: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command and every group of commands, as it is typed after `aelab`."""
    yield " ".join(words)
    for name, inner in getattr(command, "commands", {}).items():
        yield from names(inner, (*words, name))


COMMANDS = tuple(names(get_command(app)))


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_an_example_of_the_command(aelab: Aelab, command: str) -> None:
    """The last line can be copied, and it is about this command."""
    shown = aelab(*command.split(), "--help")
    last = [line.strip() for line in shown.out.splitlines() if line.strip()][-1]
    assert shown.status == 0
    assert last.startswith(f"Example: aelab {command}".rstrip())


@pytest.mark.parametrize("command", ["", "data", "release", "export", "cache"])
def test_without_a_command_the_help_is_shown(aelab: Aelab, command: str) -> None:
    """Once, and without a further word; still wrong usage."""
    shown = aelab(*command.split())
    assert shown.status == 2
    assert shown.out.count("Usage: aelab") == 1
    assert shown.err == ""


def test_the_version_is_that_of_the_package(aelab: Aelab, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line; where the package is not installed, it is a version in development."""
    shown = aelab("--version")
    assert (shown.status, shown.out, shown.err) == (0, f"aelab {version('autoencoder-lab')}\n", "")

    def not_installed(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", not_installed)
    assert aelab("--version").out == "aelab development\n"


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """Folders and files to be wrong about."""
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "data.py").write_text("x = 1\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("in the way")
    return {name: tmp_path / name for name in ("class", "empty", "file", "nowhere", "out")}


WRONG = [
    ("check vea", "'vea'"),
    ("check vae.loss", "'vae.loss'"),
    ("check --submission {nowhere}", "nowhere"),
    ("check --submission {empty}", "the folder is empty"),
    ("check --colour red", "--colour"),
    ("--assignment lab06 check", "'lab06'; installed: lab05"),
    ("--colour red check", "--colour"),
    ("grade {nowhere} --out {out}", "nowhere"),
    ("grade {empty} --out {out}", "no submissions"),
    ("grade {class}", "--out"),
    ("grade --out {out}", "submissions"),
    ("grade {class} --out {out} --part vea", "'vea'"),
    ("grade {class} --out {out} --seed minus", "--seed"),
    ("grade {class} --out {out} --seed -1", "--seed"),
    ("grade {class} --out {out} --limit calls=1", "there is no limit 'calls'"),
    ("grade {class} --out {out} --limit call_seconds=soon", "call_seconds must be a number, got 'soon'"),
    ("grade {class} --out {out} --limit call_seconds=0", "must be above 0"),
    ("grade {class} --out {out} --limit processes=9 --limit call_seconds", "call_seconds"),
    ("grade {class} --out {out} --limit", "--limit"),
    ("grade {class} --out {out} --time-limit 9", "--time-limit"),
    ("grade {class} --out {out} --db grades.db", "the address of the gradebook cannot be read"),
    ("grade {class} --out {out} --wrong", "--wrong"),
    ("grade {class} --out {file}", "file"),
    ("grade {class} --out {file}/below", "file"),
    ("report {nowhere}", "nowhere"),
    ("report {empty}", "empty"),
    ("report {file}", "file"),
    ("data import {nowhere} --data-dir {out}", "nowhere"),
    ("data import {empty} --data-dir {out}", "empty"),
    ("release templates {file}", "file"),
    ("release bundle --out {file}/lab05.zip", "file"),
    ("export gradescope --out {file}/a.zip", "file"),
    ("export actions --out {file}", "file"),
    ("export classroom50 --out {file}", "file"),
    ("export csv {nowhere} --format canvas --out {out}", "nowhere"),
    (
        "export csv {nowhere} --format excel --out {out}",
        "--format must be one of nbgrader, canvas, moodle, gradescope, plain, marks, got 'excel'",
    ),
    ("similarity {nowhere} --out {out}", "nowhere"),
    ("similarity {empty} --out {out}", "empty"),
    ("release course {file}", "file"),
    ("release notebook {out}", "'notebook'"),
    ("grad {class} --out {out}", "'grad'"),
]


@pytest.mark.parametrize(("line", "named"), WRONG, ids=[line for line, _ in WRONG])
def test_wrong_usage_is_one_clear_line(aelab: Aelab, places: dict[str, Path], line: str, named: str) -> None:
    """Exit status 2; on stderr what is wrong, naming it; no traceback, nothing written."""
    found = aelab(*(part.format(**places) for part in line.split()))
    assert found.status == 2
    assert found.err.startswith("aelab: ")
    assert found.err.count("\n") == 1
    assert named in found.err
    assert "Errno" not in found.err
    assert "bug" not in found.err
    assert not places["out"].exists()


def test_the_assignment_is_looked_for_when_it_is_needed(aelab: Aelab, places: dict[str, Path]) -> None:
    """A command that is about no assignment does not ask for one; the name of the installed one is as good as none."""
    assert aelab("--assignment", "lab06", "cache", "info").status == 0
    named = aelab("--assignment", "lab05", "check", "--submission", places["empty"])
    assert named == aelab("check", "--submission", places["empty"])


GRADER = Path(grader.__file__).parent
SOURCES = {path: path.read_text(encoding="utf-8") for path in GRADER.rglob("*.py")}


def user_errors() -> list[type[UserError]]:
    """The family of errors, from every module that mentions its name."""
    for path, text in SOURCES.items():
        if "(UserError" in text:
            importlib.import_module(".".join(path.relative_to(GRADER.parent).with_suffix("").parts))
    found, members = [UserError], 0
    while members < len(found):
        found += [kind for kind in found[members].__subclasses__() if kind.__module__.startswith("grader.")]
        members += 1
    return found


@pytest.mark.parametrize("kind", user_errors(), ids=lambda kind: kind.__name__)
def test_what_a_user_can_cause_is_one_line(
    aelab: Aelab, kind: type[UserError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it quotes; the exit status is 2, or 1 where the rest of the work was done."""
    error = kind.__new__(kind)
    error.args = ("two\nlines with \x1b[31mcolour",)

    def fail() -> None:
        raise error

    monkeypatch.setattr("grader.engine.cache.default_path", fail)
    found = aelab("cache", "info")
    assert (found.out, found.err) == ("", "aelab: two lines with colour\n")
    assert found.status == kind.status
    assert kind.status in (1, 2)


NEVER_THE_USERS = {
    "Failed", "NotImplementedYet", "SubmissionDied",  # what a check says of a submission
    "SubmissionError", "ProtocolViolation", "ProcessLost",  # what a submission's process does
    "CutShort",  # what ends a statement of a submission
    "GraderFault", "OtherTier",  # ours
    "Exceeded", "Lost",  # what ends a call of the sandbox
}  # fmt: skip


def test_every_other_exception_is_meant_to_be_none_of_the_users() -> None:
    """A new one joins the family, or is entered here on purpose."""
    bases = r"(?:\w+, )*(?:Exception|BaseException|[A-Z]\w*Error)"
    found = re.findall(rf"^class (\w+)\({bases}(?:, \w+)*\):", "\n".join(SOURCES.values()), re.MULTILINE)
    assert set(found) - {kind.__name__ for kind in user_errors()} == NEVER_THE_USERS


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that logs what has no results folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "autoencoder-lab" / "aelab.log"


def breaking(error: BaseException) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ZeroDivisionError("division by\nzero \x1b[31m"), "ZeroDivisionError: division by"),
        (RuntimeError(), "RuntimeError"),
        (OSError(2, "No such file or directory", "/elsewhere"), "FileNotFoundError: [Errno 2] No such file"),
        (SystemError("\u202eevil"), "SystemError: evil"),
    ],
)
def test_a_bug_of_ours_is_one_line_and_its_traceback_is_kept(
    aelab: Aelab, state: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    """Exit status 70; with the traceback stand date, version and command line. Later ones are added."""
    monkeypatch.setattr("grader.engine.cache.default_path", breaking(error))
    found = aelab("cache", "info")
    assert found.status == 70
    assert found.err.startswith(f"aelab: a bug of the grader ended the command ({told}")
    assert found.err.endswith(f"); the traceback is in {state}\n")
    assert found.err.count("\n") == 1
    text = state.read_text()
    assert re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ aelab \S+, Python 3", text, re.MULTILINE)
    assert "\n$ aelab cache info\n" in text
    assert text.count("Traceback (most recent call last):") == 1
    assert f"in fail\n    raise error\n{type(error).__name__}" in text
    assert not {"\x1b", "\u202e"} & set(text)
    aelab("cache", "info")
    assert state.read_text().count("Traceback (most recent call last):") == 2


@pytest.mark.parametrize(
    "line", ["grade {class} --out {out} --db postgresql://ada:hunter2@host/course", "report {out}"]
)
@pytest.mark.parametrize("module", ["core.expect.GraderFault", "core.expect.SubmissionDied", "builtins.KeyError"])
def test_a_bug_while_a_class_is_graded_is_kept_beside_its_results(
    aelab: Aelab, state: Path, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch, line: str, module: str
) -> None:
    """Of whatever kind it is; no password is written."""
    package, name = module.rsplit(".", 1)
    kind = getattr(importlib.import_module(package if package == "builtins" else f"grader.{package}"), name)
    bug = kind("process.ended", "ours") if name == "SubmissionDied" else kind("ours")
    for place in ("submissions.finding.find_submissions", "render.report_json.read_reports"):
        monkeypatch.setattr(f"grader.{place}", breaking(bug))
    found = aelab(*(part.format(**places) for part in line.split()))
    assert (found.status, found.err.count("\n")) == (70, 1)
    text = (places["out"] / "aelab.log").read_text()
    assert f"{name}: " in text
    assert "hunter2" not in text
    assert not state.exists()


def test_a_traceback_that_cannot_be_kept_is_shown(
    aelab: Aelab, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost where even the log cannot be written."""
    monkeypatch.setattr("grader.submissions.finding.find_submissions", breaking(ZeroDivisionError("ours")))
    found = aelab("grade", places["class"], "--out", places["file"])
    assert found.status == 70
    assert "Traceback (most recent call last):" in found.err
    assert "no log could be written" in found.err
    assert found.err.splitlines()[-1].endswith("the traceback is above, as no log could be written")


def test_a_full_disk_is_no_bug(aelab: Aelab, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a write fails, the system names no file."""
    monkeypatch.setattr("grader.engine.cache.default_path", breaking(OSError(28, "No space left on device")))
    found = aelab("cache", "info")
    assert (found.status, found.err) == (2, "aelab: No space left on device\n")
    assert not state.exists()


def test_a_bug_in_a_self_check_is_kept_and_disturbs_no_table(
    aelab: Aelab, state: Path, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check has the outcome error, and stderr stays as it was."""
    monkeypatch.setattr("grader.subject.subject.Subject.seed_submission", breaking(ZeroDivisionError("ours")))
    monkeypatch.setattr("grader.selfcheck.notebook.require_keras_2", lambda: None)
    found = aelab("check", "data", "--submission", places["class"] / "ada")
    assert (found.status, found.err) == (1, "")
    assert "ZeroDivisionError: ours" in state.read_text()


def test_logging_ends_with_the_command(aelab: Aelab) -> None:
    """A program that calls it several times does not log several times."""
    before = logging.getLogger("grader").handlers[:]
    aelab("-vv", "cache", "info")
    log = logging.getLogger("grader")
    assert (log.handlers, log.level, log.propagate) == (before, logging.NOTSET, True)


HEAVY = ("tensorflow", "tf_keras", "keras", "nbgrader", "jupytext", "nbformat", "matplotlib", "tensorflow_datasets")


def test_help_answers_at_once() -> None:
    """Nothing heavy is imported for it: in a fresh interpreter, of all commands."""
    program = f"""
import sys
from grader.cli.main import app
for command in {COMMANDS!r}:
    app([*command.split(), "--help"], standalone_mode=False)
print(sorted(name for name in {(*HEAVY, "scipy")!r} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_class_of_which_all_is_known_imports_nothing_slow() -> None:
    """What it needs, every check included, comes without the libraries that measure, and without SciPy's statistics."""
    program = f"""
import sys
from grader.core.assignment import find_assignment
from grader.engine import backend_config, run
assert find_assignment().checks
print(sorted(name for name in {(*HEAVY, "scipy.stats")!r} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_module_is_the_command() -> None:
    """`python -m grader` works where no command was installed, with the same messages."""
    done = subprocess.run(
        [sys.executable, "-m", "grader", "check", "vea"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("aelab: unknown part or check 'vea'")

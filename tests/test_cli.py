"""The command line: help that ends with an example, wrong usage in one clear line, nothing heavy imported for it."""

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from grader.cli.export import export_app
from grader.cli.main import app, data_app, main, release_app
from grader.core.limits import Limits
from grader.engine import backends as measurers
from grader.isolation.choice import Finding
from grader.isolation.fork_server import ForkServer
from grader.render.report_json import write_report

from .render import samples

COMMANDS = [
    "", "check", "doctor", "grade", "report", "data", "data import", "data info", "release", "release templates",
    "release course", "release bundle", "export", "export gradescope", "export classroom", "export csv", "similarity",
]  # fmt: skip


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def aelab(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Runs the command in this process."""

    def run(*arguments: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["aelab", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Run(int(ended.value.code or 0), captured.out, captured.err)

    return run


Aelab = Callable[..., Run]


def test_every_command_is_listed_here() -> None:
    """A new command is tested like the others."""
    found = {""} | {f"{info.name or info.callback.__name__}" for info in app.registered_commands}
    for name, group in (("data", data_app), ("release", release_app), ("export", export_app)):
        found |= {name} | {f"{name} {info.name}" for info in group.registered_commands}
    assert found == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_an_example_of_the_command(aelab: Aelab, command: str) -> None:
    """The last line can be copied, and it is about this command."""
    shown = aelab(*command.split(), "--help")
    last = [line.strip() for line in shown.out.splitlines() if line.strip()][-1]
    assert shown.status == 0
    assert last.startswith(f"Example: aelab {command}".rstrip())


@pytest.mark.parametrize("command", ["", "data", "release", "export"])
def test_without_a_command_the_help_is_shown(aelab: Aelab, command: str) -> None:
    """Once, and without a further word; still wrong usage."""
    shown = aelab(*command.split())
    assert shown.status == 2
    assert shown.out.count("Usage: aelab") == 1
    assert shown.err == ""


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
    ("grade {nowhere} --out {out}", "nowhere"),
    ("grade {empty} --out {out}", "no submissions"),
    ("grade {class}", "--out"),
    ("grade --out {out}", "submissions"),
    ("grade {class} --out {out} --part vea", "'vea'"),
    ("grade {class} --out {out} --seed minus", "--seed"),
    ("grade {class} --out {out} --seed -1", "--seed"),
    ("grade {class} --out {out} --limit calls=1", "there is no limit 'calls'"),
    ("grade {class} --out {out} --limit call_seconds=soon", "'soon'"),
    ("grade {class} --out {out} --limit call_seconds=0", "above 0"),
    ("grade {class} --out {out} --limit processes=9 --limit call_seconds", "call_seconds"),
    ("grade {class} --out {out} --limit", "--limit"),
    ("grade {class} --out {out} --time-limit 9", "--time-limit"),
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
    ("export classroom --out {file}", "file"),
    ("export csv {nowhere} --format canvas --out {out}", "nowhere"),
    ("export csv {nowhere} --format excel --out {out}", "excel"),
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
    assert not places["out"].exists()


def test_an_output_that_cannot_be_written_is_said_before_any_work(
    aelab: Aelab, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No submission is started for nothing."""

    def refuse(*arguments: object, **others: object) -> None:
        raise AssertionError("a submission was started")

    monkeypatch.setattr("grader.isolation.fork_server.subprocess.Popen", refuse)
    found = aelab("grade", places["class"], "--out", places["file"])
    assert found.err.startswith(f"aelab: cannot write to {places['file']}")
    assert places["file"].read_text() == "in the way"


def test_what_cannot_be_graded_is_named_and_the_exit_status_says_so(aelab: Aelab, places: dict[str, Path]) -> None:
    """Records, tables and pages are written all the same; `aelab report` writes them again from the records."""
    folder = places["empty"]
    (folder / "bob").mkdir()
    (folder / "carl.zip").write_text("no zip")
    found = aelab("grade", folder, "--out", places["out"], "--seed", "7", "--part", "data", "--trust-submissions")
    assert found.status == 1
    assert "bob" in found.out
    assert "seed 7" in found.out
    record = json.loads((places["out"] / "bob" / "report.json").read_text())
    assert (record["status"], record["seed"], len(record["checks"])) == ("unreadable", 7, 2)
    (places["out"] / "grades.csv").unlink()
    (places["out"] / "index.html").unlink()
    again = aelab("report", places["out"])
    assert "carl" in again.out
    assert (places["out"] / "grades.csv").is_file()
    assert (places["out"] / "index.html").is_file()


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A submission that is right in one check."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    source = """
        import tensorflow as tf

        def normalize(image, label):
            return tf.cast(image, tf.float32) / 255.0
    """
    (folder / "data.py").write_text(textwrap.dedent(source))
    return folder


ONE_CHECK = ("--part", "data.normalize_scales_to_unit_interval")


def test_submissions_are_isolated_and_the_tier_is_said(
    aelab: Aelab, tiny: Path, server: ForkServer, tmp_path: Path
) -> None:
    """The best tier of this machine: described in the first line, named in the last and in every report."""
    found = aelab("grade", tiny, "--out", tmp_path / "out", *ONE_CHECK)
    assert found.status == 0, found
    assert found.out.splitlines()[0] == f"isolation: {server.tier.description}"
    assert found.out.splitlines()[-1].endswith(f"isolation {server.tier.name}")
    record = json.loads((tmp_path / "out" / "tiny" / "report.json").read_text())
    assert record["isolation"] == server.tier.name
    assert record["checks"][0]["outcome"] == "passed"


def test_trusted_submissions_are_not_isolated_and_the_report_says_so(
    aelab: Aelab, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No tier is looked for; the name in the reports is none."""
    monkeypatch.setattr("grader.isolation.choice.find_tier", lambda *_: pytest.fail("a tier was looked for"))
    found = aelab("grade", tiny, "--out", tmp_path / "out", *ONE_CHECK, "--trust-submissions")
    assert found.status == 0, found
    assert found.out.startswith("isolation: none: submissions are trusted")
    record = json.loads((tmp_path / "out" / "tiny" / "report.json").read_text())
    assert (record["isolation"], record["checks"][0]["outcome"]) == ("none", "passed")


def test_no_more_processes_start_than_there_is_work_for(
    aelab: Aelab, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each imports TensorFlow: one part of one submission needs one, however many cores there are."""
    counts: list[int] = []
    opened = measurers.open_pool

    def counting(limits: Limits, count: int, *others: Any) -> Any:
        counts.append(count)
        return opened(limits, count, *others)

    monkeypatch.setattr(measurers, "open_pool", counting)
    found = aelab("grade", tiny, "--out", tmp_path / "out", *ONE_CHECK, "--workers", "7", "--trust-submissions")
    assert (found.status, counts) == (0, [1])


@pytest.mark.parametrize("has_browser", [True, False])
def test_report_opens_the_class_page(
    aelab: Aelab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_browser: bool
) -> None:
    """`--open` hands the written page's address to the browser; where there is none, one line says where it is."""
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or has_browser)
    write_report(samples.solved(), tmp_path / "results" / "ada")
    assert aelab("report", tmp_path / "results").status == 0
    assert opened == []
    found = aelab("report", tmp_path / "results", "--open")
    assert found.status == (0 if has_browser else 2)
    assert ("no browser to open" in found.err) is not has_browser
    assert [Path(unquote(urlsplit(address).path)) for address in opened] == [tmp_path / "results" / "index.html"]
    assert "Class report" in (tmp_path / "results" / "index.html").read_text()


def test_without_isolation_nothing_is_graded(
    aelab: Aelab, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 2, and one line with the reason of every tier and the way out."""
    monkeypatch.setenv("AELAB_CACHE", str(places["out"].parent / "new.sqlite"))  # nothing is known of this machine
    monkeypatch.setattr(
        "grader.isolation.choice.examine", lambda tier, *_: (None, Finding(tier, f"no {tier.name} here"))
    )
    found = aelab("grade", places["class"], "--out", places["out"])
    assert found.status == 2
    assert found.err.startswith("aelab: submissions cannot be isolated on this machine (")
    assert "no namespaces+landlock here" in found.err
    assert "no landlock+user here" in found.err
    assert "--trust-submissions" in found.err
    assert found.err.count("\n") == 1
    assert list(places["out"].iterdir()) == []


def test_limits_reach_the_submission(aelab: Aelab, tiny: Path, tmp_path: Path) -> None:
    """The option may be repeated; each sets one limit."""
    (tiny / "data.py").write_text("import time\ntime.sleep(300)\n")
    limits = ("--limit", "import_seconds=1.5", "--limit", "submission_seconds=200")
    aelab("grade", tiny, "--out", tmp_path / "out", *ONE_CHECK, "--trust-submissions", *limits)
    record = json.loads((tmp_path / "out" / "tiny" / "report.json").read_text())
    assert "within 1.5 s" in record["checks"][0]["message"]


def test_a_drawn_seed_survives_any_reader_of_json(
    aelab: Aelab, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is below 2**53, so that it is the same number where all numbers are floats, and it is in the report."""
    asked: list[int] = []
    monkeypatch.setattr("grader.engine.run.secrets.randbelow", lambda n: asked.append(n) or n - 1)
    (places["empty"] / "bob").mkdir()
    found = aelab("grade", places["empty"], "--out", places["out"], "--trust-submissions")
    record = json.loads((places["out"] / "bob" / "report.json").read_text())
    assert asked == [2**53]
    assert record["seed"] == int(float(record["seed"])) == 2**53 - 1
    assert f"seed {2**53 - 1}" in found.out


HEAVY = ("tensorflow", "tf_keras", "keras", "nbgrader", "jupytext", "nbformat", "matplotlib", "tensorflow_datasets")


def test_help_answers_at_once() -> None:
    """Nothing heavy is imported for it: in a fresh interpreter, of all commands."""
    program = f"""
import sys
from grader import measurers
from grader.cli.main import app
for command in {COMMANDS!r}:
    app([*command.split(), "--help"], standalone_mode=False)
print(sorted(name for name in {HEAVY!r} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_class_of_which_all_is_known_imports_nothing_slow() -> None:
    """What it needs, every check included, comes without the libraries that measure, and without SciPy's statistics."""
    program = f"""
import sys
from grader import batch, measurers, registry
registry.all_checks()
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

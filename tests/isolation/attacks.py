"""The corpus of attacks: hostile submissions, what they try to get, and whether they got it.

An attack is tests/submissions/attacks/<name>.py, the text of a hostile module, or a function below that makes a folder
or an archive. Its expectations are in <name>.expected.json. An attack that got what it wanted prints `attack
succeeded`. What the attack itself cannot see (files, processes, datagrams) is looked for here.
"""

import hashlib
import json
import os
import socket
import stat
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.core.expect import SubmissionDied
from grader.core.limits import MEBIBYTE, Limits
from grader.core.outcomes import CheckResult, Outcome, Report, Status
from grader.engine.checking import run_checks
from grader.isolation.fork_server import ForkServer, ProcessLost
from grader.isolation.process import ProcessChannel
from grader.isolation.reading import read_submission
from grader.isolation.tiers import Tier
from grader.isolation.users import User, processes_of, take_user
from grader.isolation.view import ROOT
from grader.protocol.messages import Request
from grader.submissions.finding import NothingToGrade, find_submissions
from grader.submissions.reading import UnreadableSubmission
from tests.isolation.light_server import light_server
from tests.unit.render.samples import of_checks

CORPUS = ROOT / "tests" / "submissions" / "attacks"
LIMITS = Limits(
    import_seconds=30,
    call_seconds=30,
    part_seconds=60,
    sleep_seconds=10,
    resident_mib=800,
    scratch_mib=64,
    scratch_files=2000,
    file_mib=16,
)
SEED = 5_318_008_271_828  # nobody can guess it, like that of a real run
SECRET = "AELAB_SECRET_OF_THE_TESTS"
SUCCESS = "attack succeeded"
SPARE_SECONDS = 60.0  # for what is not the submission's: starting, killing, cleaning up, and for cores that are busy


@dataclass(frozen=True)
class Attack:
    """One attack and what should become of it. The score is that of `part`."""

    name: str
    tries: str
    defence: str
    part: str
    score: float
    outcomes: dict[str, Outcome]
    module: str = "data.py"
    status: Status = Status.GRADED
    switch: str = ""
    shown: bool = False
    limits: Limits = LIMITS

    @property
    def seconds(self) -> float:
        """The longest its grading may take on a quiet machine: the limits of two checks, or that of the whole part."""
        each = self.limits.import_seconds + self.limits.call_seconds
        return min(self.limits.part_seconds, 2 * each) + SPARE_SECONDS


def attacks() -> list[Attack]:
    """All attacks, sorted by name. Raises ValueError if one lacks its text or its expectations."""
    names = {path.name.removesuffix(".expected.json") for path in CORPUS.glob("*.expected.json")}
    made = {path.stem for path in CORPUS.glob("*.py")} | MAKERS.keys()
    if names != made:
        raise ValueError(f"attacks without text or expectations: {sorted(names ^ made)}")
    return [attack_called(name) for name in sorted(names)]


def attack_called(name: str) -> Attack:
    """One attack, with the expectations of its file."""
    fields: dict[str, Any] = json.loads((CORPUS / f"{name}.expected.json").read_text(encoding="utf-8"))
    outcomes = {identity: Outcome(outcome) for identity, outcome in fields.pop("outcomes").items()}
    status, limits = Status(fields.pop("status", Status.GRADED)), replace(LIMITS, **fields.pop("limits", {}))
    return Attack(name, outcomes=outcomes, status=status, limits=limits, **fields)


@dataclass
class Target:
    """What is worth attacking: an output folder, another student's work, a home, sockets, processes."""

    folder: Path
    listeners: dict[str, socket.socket]
    fork_server: int = 0
    sibling: int = 0
    before: dict[str, str] = field(default_factory=dict)

    def facts(self, limits: Limits = LIMITS) -> dict[str, Any]:
        """The facts that attacks find in their module `target`."""
        return {
            "REFERENCE": str(ROOT / "reference"), "TESTS": str(ROOT / "tests"), "HOME": str(self.folder / "home"),
            "OUTPUT": str(self.folder / "output"), "OTHER": str(self.folder / "submissions" / "ada"),
            "PARENT": os.getpid(), "WARM": self.fork_server, "SIBLING": self.sibling, "VARIABLE": SECRET,
            "TCP_PORT": self.listeners["TCP"].getsockname()[1], "UDP_PORT": self.listeners["UDP"].getsockname()[1],
            "SOCKET": str(self.folder / "socket"), "ABSTRACT_SOCKET": self.folder.name,
            "TASKS": limits.processes, "HANDLES": limits.open_files, "FILE_MIB": int(limits.file_mib),
            "SCRATCH_MIB": int(limits.scratch_mib), "SCRATCH_FILES": limits.scratch_files,
            "RESIDENT_MIB": int(limits.resident_mib),
        }  # fmt: skip

    def damage(self) -> list[str]:
        """What was changed since this was made or last asked."""
        after = _contents(self.folder)
        found = [
            f"{name} was changed"
            for name in self.before.keys() | after.keys()
            if self.before.get(name) != after.get(name)
        ]
        self.before = after
        return sorted(found) + [
            f"something came by {name}" for name, listener in self.listeners.items() if _reached(listener)
        ]


def _contents(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = path.lstat().st_mode
        inside = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(kind) else ""
        found[str(path.relative_to(folder))] = f"{kind:o} {inside}"
    return found


def _reached(listener: socket.socket) -> bool:
    reached = False
    with suppress(BlockingIOError):
        while True:
            if listener.type == socket.SOCK_DGRAM:
                listener.recv(100)
            else:
                listener.accept()[0].close()
            reached = True
    return reached


@contextmanager
def temptation() -> Iterator[Target]:
    """A target that any process that is not confined may read and change."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="target-")))
        for name, text in {
            "output/ada/report.json": '{"score": 61}', "output/grades.csv": "ada,61\n", "output/index.html": "<p>",
            "output/gradebook.db": "", "submissions/ada/data.py": "answer = 42\n", "home/secret": "password",
        }.items():  # fmt: skip
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        listeners = {
            "TCP": socket.create_server(("127.0.0.1", 0)),
            "UDP": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            "socket": socket.socket(socket.AF_UNIX),
            "abstract socket": socket.socket(socket.AF_UNIX),
        }
        for listener in listeners.values():
            stack.enter_context(listener).setblocking(False)
        listeners["UDP"].bind(("127.0.0.1", 0))
        listeners["socket"].bind(str(folder / "socket"))
        listeners["abstract socket"].bind(f"\0{folder.name}")
        for name in ("socket", "abstract socket"):
            listeners[name].listen()
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777)
        if SECRET not in os.environ:  # there may be a target already
            os.environ[SECRET] = "secret"
            stack.callback(os.environ.pop, SECRET)
        yield Target(folder, listeners, before=_contents(folder))


@dataclass(frozen=True)
class Measured:
    """The result of an attack. wins: everything it got that it should not, in words."""

    attack: Attack
    status: Status
    results: tuple[CheckResult, ...]
    stdout: str
    stderr: str
    seconds: float
    wins: tuple[str, ...]
    problem: str = ""

    @property
    def score(self) -> float:
        """Points of the part."""
        return sum(result.score for result in self.results)

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """By check."""
        return {result.id: result.outcome for result in self.results}

    @property
    def report(self) -> Report:
        """The report that its author would get."""
        return of_checks(
            self.attack.name, self.results, status=self.status, isolation="tests", seed=SEED, seconds=self.seconds,
            message=self.problem,
        )  # fmt: skip


Act = Callable[[Attack, ProcessChannel], tuple[CheckResult, ...]]


def graded(attack: Attack, channel: ProcessChannel) -> tuple[CheckResult, ...]:
    """The results of its part."""
    subject, checks = ASSIGNMENT.subject(channel, SEED), ASSIGNMENT.select([attack.part])
    return run_checks(ASSIGNMENT, subject, checks, out_of_time=lambda: channel.out_of_time)


def only_imported(attack: Attack, channel: ProcessChannel) -> tuple[CheckResult, ...]:
    """No results. Most attacks act when they are imported, which needs no TensorFlow."""
    with suppress(SubmissionDied):
        _, failure = channel.request(Request("load", {"part": attack.part}))
        assert failure is None or failure["kind"] != "fault", failure
    return ()


def measure(
    attack: Attack,
    server: ForkServer,
    target: Target,
    disabled: tuple[str, ...] = (),
    limits: Limits | None = None,
    act: Act = graded,
) -> Measured:
    """Grade the part of an attack, or do less with it, and find what it got and what it left behind."""
    limits = limits or attack.limits
    mounts, folders, running = Path("/proc/self/mounts").read_text(), scratch_folders(), process_of(server)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="attack-"))
        build(attack, Path(folder), target)
        started = time.monotonic()
        try:
            [handed_in] = find_submissions(Path(folder), ASSIGNMENT).submissions
            if handed_in.problem:
                raise UnreadableSubmission(handed_in.problem)
            submission = read_submission(handed_in.name, handed_in.path, ASSIGNMENT)
        except (UnreadableSubmission, NothingToGrade) as problem:
            seconds = time.monotonic() - started
            return Measured(attack, Status.UNREADABLE, (), "", "", seconds, tuple(target.damage()), str(problem))
        channel = ProcessChannel(submission, server, limits, disabled)
        status, results, problem = Status.GRADED, (), ""
        try:
            users = stack.enter_context(noting_users())
            results = act(attack, channel)
        except ProcessLost as loss:
            status, problem = Status.ERROR, str(loss)
        finally:
            channel.close()
        seconds = time.monotonic() - started
    wins = [*_wins(attack, channel, results, limits), *target.damage(), *left_behind(users, folders)]
    if problem:
        wins.append(f"it looks like the grader's fault: {problem}")
    if running and (process_of(server) != running or not server.is_alive()):
        wins.append("the fork server was lost")
    if Path("/proc/self/mounts").read_text() != mounts:
        wins.append("a mount was left behind")
    return Measured(attack, status, results, channel.stdout, channel.stderr, seconds, tuple(wins), problem)


def _wins(attack: Attack, channel: ProcessChannel, results: tuple[CheckResult, ...], limits: Limits) -> Iterator[str]:
    if SUCCESS in channel.stdout or SUCCESS in channel.stderr:
        yield "it says so itself"
    if sum(result.score for result in results) > attack.score:
        yield "it got points that it did not earn"
    if max(len(channel.stdout), len(channel.stderr)) > max(1, LIMITS.output_mib) * MEBIBYTE:
        yield "it printed more than is kept"
    if channel.peak_bytes > 2 * LIMITS.resident_mib * MEBIBYTE:
        yield "it used far more memory than it may"


@contextmanager
def noting_users() -> Iterator[set[int]]:
    """The user numbers that are taken inside, to tell what they leave behind from what other runs do."""
    taken: set[int] = set()

    def take() -> User:
        user = take_user()
        taken.add(user.uid)
        return user

    with patch("grader.isolation.fork.take_user", take):
        yield taken


def scratch_folders() -> set[Path]:
    """The scratch folders that exist now, of this run and of others."""
    return set(Path(tempfile.gettempdir()).glob("aelab-*"))


def left_behind(users: set[int], folders: set[Path]) -> list[str]:
    """Processes and new scratch folders of those of these user numbers that nobody uses any more."""
    found = []
    for uid in filter(_is_free, users):
        found += [f"process {number} was left behind" for number in processes_of(uid) if _is_free(uid)]
    for folder in scratch_folders() - folders:
        with suppress(FileNotFoundError):  # it has just gone
            if folder.lstat().st_uid in users and _is_free(folder.lstat().st_uid) and folder.exists():
                found.append(f"{folder} was left behind")
    return found


def _is_free(uid: int) -> bool:
    """Whether no run uses a user number: one that does holds its lock (see grader.isolation.users)."""
    with socket.socket(socket.AF_UNIX) as lock:
        try:
            lock.bind(f"\0autoencoder-lab-user-{uid}")
        except OSError:
            return False
        return True


@contextmanager
def light_server_of(tier: Tier, assignment: Assignment = ASSIGNMENT) -> Iterator[ForkServer]:
    """A started fork server without TensorFlow, which is closed afterwards."""
    server = light_server(assignment, tier, LIMITS)
    server.start()
    try:
        yield server
    finally:
        server.close()


def process_of(server: ForkServer) -> int:
    """The process number of a fork server, or of the bubblewrap around it; 0 if there is none."""
    return server._process.pid if server._process else 0


class Neighbour:
    """A right submission that is graded beside attacks, in a process that lives through all of them."""

    def __init__(self, server: ForkServer):
        submission = read_submission("neighbour", ASSIGNMENT.reference_folder(), ASSIGNMENT)
        self._channel = ProcessChannel(submission, server, replace(LIMITS, part_seconds=3600))
        self._subject = ASSIGNMENT.subject(self._channel, SEED)
        self._subject.load("data")

    @property
    def process(self) -> int:
        """The number that its init has here."""
        assert self._channel._fork is not None
        assert self._channel._fork._watch is not None
        return self._channel._fork._watch._root

    def report(self) -> list[CheckResult]:
        """Its results, from the process that has run all the time."""
        return without_seconds(run_checks(ASSIGNMENT, self._subject, ASSIGNMENT.select(["data"])))

    def close(self) -> None:
        """End its process."""
        self._channel.close()


def report_of_neighbour(server: ForkServer) -> list[CheckResult]:
    """The results of a right submission in a new process."""
    neighbour = Neighbour(server)
    try:
        return neighbour.report()
    finally:
        neighbour.close()


def without_seconds(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The results without what differs from run to run."""
    return [replace(result, seconds=0.0) for result in results]


Maker = Callable[[Path, Target], None]
MAKERS: dict[str, Maker] = {}


def build(attack: Attack, folder: Path, target: Target) -> None:
    """Make the submission of an attack in `folder`."""
    if attack.name in MAKERS:
        MAKERS[attack.name](folder / attack.name, target)
    else:
        text = (CORPUS / f"{attack.name}.py").read_text(encoding="utf-8")
        _write(folder / attack.name, target, {attack.module: text}, attack.limits)


def _write(folder: Path, target: Target, modules: dict[str, str | bytes], limits: Limits = LIMITS) -> None:
    """Write the modules of an attack and those that all attacks share."""
    facts = "".join(f"{name} = {value!r}\n" for name, value in target.facts(limits).items())
    shared = {path.name: path.read_text(encoding="utf-8") for path in (CORPUS / "support").glob("*.py")}
    for name, text in {**shared, "target.py": facts, **modules}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def _made(maker: Maker) -> Maker:
    MAKERS[maker.__name__.strip("_")] = maker
    return maker


HONEST = "from .honest import normalize, training_batches\n"
WRONG = "from .wrong import normalize, training_batches\n"
TRAP = f'import os\n\nos.write(1, b"{SUCCESS}\\n")\n'


@_made
def _shadow_numpy(folder: Path, target: Target) -> None:
    _write(folder, target, {"data.py": f"import numpy\n{WRONG}", "numpy.py": TRAP, "numpy/__init__.py": TRAP})


@_made
def _shadow_tensorflow(folder: Path, target: Target) -> None:
    names = ("tensorflow", "tensorflow_probability", "tensorflow_datasets", "tf_keras", "keras")
    _write(folder, target, {"data.py": f"import tensorflow\n{WRONG}", **{f"{name}.py": TRAP for name in names}})


@_made
def _shadow_json(folder: Path, target: Target) -> None:
    names = ("json", "socket", "struct", "os", "traceback", "tempfile", "pathlib", "typing", "random", "encodings")
    text = "import socket, random, tempfile, json.decoder\n"
    _write(folder, target, {"data.py": text + WRONG, **{f"{name}.py": TRAP for name in names}})


@_made
def _shadow_grader(folder: Path, target: Target) -> None:
    names = ("__init__", "autoencoders/checks/data", "core/expect", "harness/operations", "protocol/frames")
    _write(folder, target, {"data.py": f"import grader\n{WRONG}", **{f"grader/{name}.py": TRAP for name in names}})


@_made
def _shadow_conftest(folder: Path, target: Target) -> None:
    names = ("conftest", "sitecustomize", "usercustomize", "setup", "__init__", "__main__", "tests/conftest")
    files = {"data.py": WRONG, "zz.pth": TRAP.replace("\n", ";"), "pytest.ini": "[pytest]\naddopts = -p conftest\n"}
    traps = {f"{name}.py": TRAP for name in names if name != "__init__"}
    _write(folder, target, {**files, **traps})


@_made
def _module_is_a_symlink(folder: Path, target: Target) -> None:
    folder.mkdir()
    (folder / "data.py").symlink_to(target.facts()["OTHER"] + "/data.py")


@_made
def _folder_is_a_symlink(folder: Path, target: Target) -> None:
    folder.symlink_to(target.facts()["OTHER"])


@_made
def _module_is_a_fifo(folder: Path, target: Target) -> None:
    folder.mkdir()
    os.mkfifo(folder / "data.py")


@_made
def _module_is_a_socket(folder: Path, target: Target) -> None:
    folder.mkdir()
    os.mknod(folder / "data.py", stat.S_IFSOCK | 0o666)


def _zip(folder: Path, entries: dict[str, bytes], links: bool = False) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = ((stat.S_IFLNK if links else stat.S_IFREG) | 0o777) << 16
            archive.writestr(info, content, compresslevel=1)
    return path


@_made
def _zip_with_a_link(folder: Path, target: Target) -> None:
    _zip(folder, {"data.py": target.facts()["REFERENCE"].encode() + b"/data.py"}, links=True)


@_made
def _zip_with_parent_names(folder: Path, target: Target) -> None:
    up = "../" * 20
    _zip(folder, {"data.py": b"", f"{up}{target.folder}/output/left.py": b"x", "..\\..\\left.py": b"x"})


@_made
def _zip_with_absolute_names(folder: Path, target: Target) -> None:
    _zip(folder, {"data.py": b"", f"{target.folder}/output/left.py": b"x", "C:\\left.py": b"x"})


@_made
def _zip_with_ten_thousand_files(folder: Path, target: Target) -> None:
    _zip(folder, {f"module{number}.py": b"" for number in range(10_000)} | {"data.py": b""})


@_made
def _zip_bomb(folder: Path, target: Target) -> None:
    _zip(folder, {"data.py": bytes(256 * MEBIBYTE)})


@_made
def _zip_that_lies_about_size(folder: Path, target: Target) -> None:
    path = _zip(folder, {"data.py": b"#" * (24 * MEBIBYTE)})
    path.write_bytes(path.read_bytes().replace((24 * MEBIBYTE).to_bytes(4, "little"), (10).to_bytes(4, "little")))


@_made
def _zip_in_a_zip(folder: Path, target: Target) -> None:
    inner = _zip(folder, {"data.py": b""}).read_bytes()
    for _ in range(5):
        inner = _zip(folder, {"again.zip": inner, "data.py": b""}).read_bytes()


@_made
def _deep_folders(folder: Path, target: Target) -> None:
    deepest = folder.joinpath(*["d"] * 100)
    deepest.mkdir(parents=True)
    (deepest / "data.py").write_text(TRAP)


@_made
def _many_files(folder: Path, target: Target) -> None:
    _write(folder, target, {"data.py": WRONG, **{f"module{number}.py": "" for number in range(500)}})


@_made
def _huge_module(folder: Path, target: Target) -> None:
    _write(folder, target, {"data.py": b"#" * (20 * MEBIBYTE)})


@_made
def _nul_bytes(folder: Path, target: Target) -> None:
    _write(folder, target, {"data.py": f"{HONEST}\0\n"})


@_made
def _not_text(folder: Path, target: Target) -> None:
    _write(folder, target, {"data.py": bytes(range(256)) * 10})


@_made
def _strange_encoding(folder: Path, target: Target) -> None:
    _write(folder, target, {"data.py": f"# coding: zlib\n{HONEST}"})


@_made
def _deeply_nested_code(folder: Path, target: Target) -> None:
    _write(folder, target, {"data.py": "x = " + "-" * 100_000 + "1\n" + HONEST})


@_made
def _deeply_nested_notebook(folder: Path, target: Target) -> None:
    folder.mkdir()
    (folder / "lab05.ipynb").write_text('{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}")


@_made
def _notebook_magic(folder: Path, target: Target) -> None:
    output = target.facts()["OUTPUT"]
    honest = (CORPUS / "support" / "honest.py").read_text()
    commands = ["!touch {}/by_magic", "%%bash\ntouch {}/by_bash", "get_ipython().system('touch {}/x')", "%run {}/x.py"]
    cells = [*(text.format(output) for text in commands), "%pip install evil", honest, f"%%writefile {output}/x\nx"]
    cell = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    notebook = {
        "cells": [{**cell, "source": text} for text in cells],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    folder.mkdir()
    (folder / "lab05.ipynb").write_text(json.dumps(notebook))

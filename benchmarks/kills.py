"""Kill a grading run at random: `python -m benchmarks.kills [KILLS] [SUBMISSIONS]`.

Grades a class undisturbed, then again while SIGKILL hits the grader, a fork server or a submission's process at random
moments; a grader that was killed is started again with the same command. In the end the records, the table and the
gradebook have to be those of the undisturbed run, times aside, and no process may be left. Exits 1 otherwise.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.engine.cache import VARIABLE, Cache

PARTS = ("data", "pictures")
PAUSE = (0.3, 4.0)  # seconds between two kills
FORK_SERVER = "grader.isolation.zygote"


@dataclass
class Run:
    """One command and what happened to it. program: `aelab`; killed: how many processes of each kind."""

    submissions: Path
    out: Path
    cache: Path
    killed: dict[str, int] = field(default_factory=lambda: {"grader": 0, "fork server": 0, "submission": 0})
    starts: int = 0
    parts: tuple[str, ...] = PARTS  # none for all
    assignment: Assignment = ASSIGNMENT
    program: tuple[str, ...] = (sys.executable, "-m", "grader")

    def start(self) -> subprocess.Popen[bytes]:
        """The command, as an instructor types it again."""
        self.starts += 1
        parts = [option for part in self.parts for option in ("--part", part)]
        command = [*self.program, "grade", str(self.submissions), "--out", str(self.out), "--seed", "7"]
        return subprocess.Popen(
            [*command, *parts], env=os.environ | {VARIABLE: str(self.cache)}, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )  # fmt: skip

    def records(self) -> dict[str, object]:
        """Every report and the table, times aside."""
        found: dict[str, object] = {"grades.csv": (self.out / "grades.csv").read_text()}
        for path in sorted(self.out.glob("*/report.json")):
            record = json.loads(path.read_text())
            del record["graded"]["at"]
            for item in (record, *record["checks"]):
                del item["seconds"]
            found[path.parent.name] = record
        return found

    def scores(self) -> dict[str, float | None]:
        """What the gradebook says of each student."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.out / 'gradebook.db'}") as gradebook:
            return {s.student_id: s.score for s in gradebook.assignment_submissions(self.assignment.name)}


def make_class(folder: Path, count: int, assignment: Assignment) -> None:
    """Right submissions whose texts differ."""
    for number in range(count):
        student = folder / f"student{number:02d}"
        student.mkdir(parents=True)
        for name, text in assignment.reference_sources().items():
            (student / name).write_text(f"{text}\n# {student.name}\n")


def finish(run: Run) -> None:
    """Let the command end by itself."""
    process = run.start()
    _, said = process.communicate()
    if process.returncode:
        raise SystemExit(f"exit status {process.returncode}: {said.decode()[-500:]}")


def disturb(run: Run, kills: int, chance: random.Random) -> None:
    """Kill until it was done `kills` times or the command has ended by itself."""
    process = run.start()
    done = sum(run.killed.values())
    while sum(run.killed.values()) < done + kills:
        time.sleep(chance.uniform(*PAUSE))
        if process.poll() is not None:
            break
        kind = chance.choice([kind for kind, times in run.killed.items() if times == min(run.killed.values())])
        run.killed[kind] += kill_one(kind, process, chance)
        if kind == "grader":
            process.wait()
            process = run.start()
    process.communicate()


def kill_one(kind: str, grader: subprocess.Popen[bytes], chance: random.Random) -> bool:
    """SIGKILL to the grader or, as soon as there is one, to a process of this kind below it; whether it was done."""
    if kind == "grader":
        grader.kill()
        return True
    while grader.poll() is None:
        with suppress(psutil.NoSuchProcess):
            if found := [p for p in _below(grader.pid) if _is_fork_server(p) == (kind == "fork server")]:
                chance.choice(found).kill()
                return True
        time.sleep(0.01)
    return False


def _below(grader: int) -> list[psutil.Process]:
    """Fork servers and processes of submissions."""
    return [p for p in psutil.Process(grader).children(recursive=True) if FORK_SERVER in _command(p)]


def _command(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return " ".join(process.cmdline())
    return ""


def _is_fork_server(process: psutil.Process) -> bool:
    """Bubblewrap itself, or the process right below it; what lies deeper belongs to a submission."""
    with suppress(psutil.NoSuchProcess):
        parent = process.parent()
        return process.name() == "bwrap" or (parent is not None and parent.name() == "bwrap")
    return True


def left_behind() -> list[psutil.Process]:
    """Fork servers and submissions that nobody waits for any more."""
    deadline = time.monotonic() + 20
    while (found := [p for p in psutil.process_iter() if FORK_SERVER in _command(p) and p.ppid() == 1]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.2)
    return found


def compare(folder: Path, kills: int, count: int, seed: int, **lab: Any) -> tuple[Run, list[str]]:
    """The disturbed run, and what is wrong with it. lab: fields of both runs, where it is another than this one."""
    chance = random.Random(seed)  # noqa: S311 - when to kill
    calm, wild = (Run(folder / "class", folder / n, folder / f"{n}.sqlite", **lab) for n in ("calm", "wild"))
    make_class(calm.submissions, count, calm.assignment)
    finish(calm)
    while sum(wild.killed.values()) < kills:
        before = sum(wild.killed.values())
        disturb(wild, kills - before, chance)
        if sum(wild.killed.values()) < kills and Cache(wild.cache).info().results.get(wild.parts[0], 0) == count:
            wild.cache = folder / f"wild{wild.starts}.sqlite"  # all is measured: begin again
    finish(wild)
    problems = []
    if wild.records() != calm.records():
        problems.append("the records differ from those of the undisturbed run")
    if wild.scores() != calm.scores():
        problems.append("the gradebook differs from that of the undisturbed run")
    problems += [f"left behind: {process.pid} {_command(process)}" for process in left_behind()]
    return wild, problems


def main() -> None:
    """Print what was killed and what came of it."""
    kills, count = (int(text) for text in (sys.argv[1:] + ["30", "24"][len(sys.argv) - 1 :])[:2])
    with tempfile.TemporaryDirectory() as folder:
        run, problems = compare(Path(folder), kills, count, seed=1)
    console = Console()
    console.print(f"{kills} kills over a class of {count}: {run.killed}, {run.starts} starts of the command")
    console.print("\n".join(problems) or "records, table and gradebook as undisturbed, nothing left", markup=False)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()

"""Gradescope's archive from scratch, as Gradescope uses it: `python -m benchmarks.gradescope_from_scratch FOLDER`.

Makes an empty Debian system with mmdebstrap (Gradescope has Ubuntu), and in it, with the archive unpacked in
/autograder/source, what a container without privileges has: Docker's capabilities, no new namespaces, no mounts.
Runs setup.sh there, then run_autograder for a right submission, for one whose module crashes at import, for an empty
one, and where the grader itself is gone. results.json has to be there each time and to say what the sample's
expected.json says. Prints seconds and the most memory used at once. Needs root, a network, bubblewrap and mmdebstrap.
"""

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil
import pyseccomp

from grader.autoencoders.assignment import ASSIGNMENT
from grader.platforms.gradescope.archive import write_autograder
from tests.submissions.build import RECIPES, Recipe, read_recipe, sources_of

SUITE = "bookworm"
SAMPLES = ("solved", "crashes_at_import")
CAPABILITIES = (  # of a container that Docker starts without options
    "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP",
    "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE",
)  # fmt: skip
REFUSED = ("unshare", "setns", "mount", "umount2", "pivot_root")  # to such a container, by Docker's seccomp filter
NEW_NAMESPACES = 0x7E020000
CERTIFICATES = Path("/etc/ssl/certs")  # also those of a package index of one's own


@dataclass
class Container:
    """A system below `root`, with Gradescope's folder in it at /autograder. peak: bytes used at once, at most."""

    root: Path
    autograder: Path
    peak: int = field(default=0)

    def run(self, script: str) -> tuple[float, str]:
        """Seconds and the log of a script in /autograder/source."""
        with tempfile.TemporaryFile() as rules:
            _docker_filter().export_bpf(rules)
            rules.seek(0)
            started = time.perf_counter()
            done = subprocess.Popen(
                self._command(script, rules),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                pass_fds=(rules.fileno(),),
            )
            watch = threading.Thread(target=self._watch, args=(psutil.Process(done.pid),))
            watch.start()
            log, _ = done.communicate()
            watch.join()
        return time.perf_counter() - started, log

    def _command(self, script: str, rules: IO[bytes]) -> list[str]:
        pip = {name: value for name, value in os.environ.items() if name in ("PIP_CERT", "PIP_INDEX_URL")}
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"} | pip
        read_only = [Path("/etc/resolv.conf").resolve(), CERTIFICATES]
        return [
            *("bwrap", "--bind", str(self.root), "/", "--bind", str(self.autograder), "/autograder"),
            *(word for path in read_only for word in ("--ro-bind", str(path), str(path))),
            *("--dev", "/dev", "--proc", "/proc", "--perms", "1777", "--tmpfs", "/tmp"),  # noqa: S108 - of the container
            *("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--seccomp", str(rules.fileno())),
            *("--cap-drop", "ALL", *(word for name in CAPABILITIES for word in ("--cap-add", f"CAP_{name}"))),
            *("--clearenv", *(word for pair in environment.items() for word in ("--setenv", *pair))),
            *("bash", f"/autograder/source/{script}"),
        ]

    def _watch(self, process: psutil.Process) -> None:
        self.peak = 0
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            self.peak = max(self.peak, sum(map(_proportional, process.children(recursive=True))))
            time.sleep(0.2)


def _proportional(process: psutil.Process) -> int:
    """Bytes in memory, of what forks share each one's part."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0


def _docker_filter() -> Any:
    refuse = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for call in REFUSED:
        rules.add_rule(refuse, call)
    for bit in range(NEW_NAMESPACES.bit_length()):
        if NEW_NAMESPACES >> bit & 1:
            rules.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, 1 << bit, 1 << bit))
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags lie in memory, where no filter looks
    return rules


def make_container(folder: Path) -> Container:
    """An empty system, and the archive unpacked where Gradescope unpacks it."""
    root, autograder = folder / "system", folder / "autograder"
    mmdebstrap = shutil.which("mmdebstrap") or "mmdebstrap"
    subprocess.run([mmdebstrap, "--quiet", "--variant=apt", "--include=ca-certificates", SUITE, str(root)], check=True)
    (root / "autograder").mkdir()
    for path in (Path("/etc/resolv.conf").resolve(), CERTIFICATES):
        (root / path.relative_to("/")).parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(write_autograder(ASSIGNMENT, folder / "autograder.zip")) as archive:
        archive.extractall(autograder / "source")
    return Container(root, autograder)


def hand_in(container: Container, sources: dict[str, str]) -> None:
    """Another submission in the place of the last one, and no results yet."""
    for name in ("submission", "results"):
        shutil.rmtree(container.autograder / name, ignore_errors=True)
    (container.autograder / "submission").mkdir()
    for name, text in sources.items():
        (container.autograder / "submission" / name).write_text(text, encoding="utf-8")


def results(container: Container) -> dict[str, Any]:
    """What Gradescope reads."""
    return dict(json.loads((container.autograder / "results" / "results.json").read_text(encoding="utf-8")))


def is_as_expected(recipe: Recipe, found: dict[str, Any]) -> bool:
    """Whether exactly those checks passed that should."""
    expected = ["passed" if outcome.value == "passed" else "failed" for outcome in recipe.expected.values()]
    return [test["status"] for test in found.get("tests", ())] == expected


def lines(folder: Path) -> Iterator[tuple[bool, str]]:
    """Whether all is well, and what to print, as it comes."""
    container = make_container(folder)
    seconds, log = container.run("setup.sh")
    done = (container.autograder / "venv" / "bin" / "aelab").exists()
    yield done, f"setup.sh: {'done' if done else log[-3000:]}, {seconds:.0f} s, {container.peak / 2**20:.0f} MiB"
    if not done:
        return
    for name in SAMPLES:
        recipe = read_recipe(RECIPES / f"{name}.toml")
        hand_in(container, sources_of(recipe))
        seconds, log = container.run("run_autograder")
        found = results(container)
        right = is_as_expected(recipe, found)
        told = f"{found.get('score')} points, {'as expected' if right else log[-3000:]}"
        yield right, f"{name}: {told}, {seconds:.0f} s, {container.peak / 2**20:.0f} MiB"
    hand_in(container, {})
    container.run("run_autograder")
    yield results(container).get("score") == 0, f"an empty submission: {results(container)['output']}"
    hand_in(container, {})
    (container.autograder / "venv").rename(container.autograder / "gone")
    container.run("run_autograder")
    yield "score" not in results(container), f"without the grader: {results(container)['output']}"


def main() -> None:
    """Run it in the folder on the command line, which is emptied."""
    folder = Path(sys.argv[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    every = []
    for is_so, line in lines(folder):
        every.append(is_so)
        print(line, flush=True)  # noqa: T201 - a command
    sys.exit(0 if all(every) else 1)


if __name__ == "__main__":
    main()

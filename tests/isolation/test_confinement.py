"""The steps of the confinement, each by itself, in a process of the test's own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.isolation.confinement import DEFENCES, Confinement
from grader.isolation.view import ROOT, view_of

SCRIPT = """
import json, os, resource, signal, sys
from pathlib import Path
from grader.isolation.confinement import Confinement, confine

policy, scratch, secret = Confinement(**json.loads(sys.argv[1])), sys.argv[2], sys.argv[3]
keep, other = os.dup(0), os.open(secret, os.O_RDONLY)
open_before = set(range(3, 64)) & {int(n) for n in os.listdir("/proc/self/fd")}
confine(policy, keep, scratch)

def could(act):
    try:
        act()
    except OSError:
        return False
    return True

status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(json.dumps({
    "open": [n for n in range(3, 64) if could(lambda: os.fstat(n))] == [keep],
    "folder": os.getcwd() == scratch,
    "session": os.getsid(0) == os.getpid(),
    "umask": os.umask(0),
    "privileges": int(status["NoNewPrivs"]),
    "capabilities": int(status["CapEff"], 16),
    "file": resource.getrlimit(resource.RLIMIT_FSIZE),
    "open_files": resource.getrlimit(resource.RLIMIT_NOFILE),
    "memory": resource.getrlimit(resource.RLIMIT_AS),
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "processes": resource.getrlimit(resource.RLIMIT_NPROC),
    "signals": [signal.getsignal(n) == signal.SIG_DFL for n in (signal.SIGINT, signal.SIGPIPE, signal.SIGCHLD)],
    "reads secret": could(lambda: Path(secret).read_bytes()),
    "lists secret": could(lambda: os.listdir(Path(secret).parent)),
    "writes beside": could(lambda: Path(secret).with_name("new").write_text("x")),
    "moves secret": could(lambda: (os.rename(secret, secret + "2"), os.rename(secret + "2", secret))),
    "writes scratch": could(lambda: Path("file").write_text("x")),
    "makes folders": could(lambda: (Path("a/b").mkdir(parents=True), Path("file").rename("a/b/file"))),
    "reads Python": could(lambda: Path(os.__file__).read_bytes()),
    "writes Python": could(lambda: open(os.__file__, "r+b").close()),
    "null": could(lambda: Path("/dev/null").write_text("x")),
    "socket": could(lambda: os.close(__import__("_socket").socket().detach())),
}))
"""


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A scratch folder and, outside it, a secret."""
    (tmp_path / "scratch").mkdir()
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "secret").write_text("secret")
    return tmp_path / "scratch", tmp_path / "others" / "secret"


def confined(places: tuple[Path, Path], **policy: Any) -> dict[str, Any]:
    """What a process finds that is confined by a policy."""
    view = view_of(ASSIGNMENT)
    paths = {"readable": (*map(str, view.readable), str(ROOT)), "listed": tuple(map(str, view.listed))}
    arguments = [json.dumps(Confinement(**paths, **policy).as_json()), *map(str, places)]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_basics(places: tuple[Path, Path]) -> None:
    """The process has one descriptor, its own session and folder, private files, and no way to new privileges."""
    found = confined(places)
    assert (found["open"], found["folder"], found["session"], found["privileges"]) == (True, True, True, 1)
    assert found["umask"] == 0o077
    assert found["signals"] == [True] * 3
    assert found["reads secret"]
    assert found["socket"]


def test_limits_are_set_for_good(places: tuple[Path, Path]) -> None:
    """Soft and hard limits are equal; there are no core files; processes are limited only where the policy says so."""
    sizes = {"file_bytes": 4096, "open_files": 99, "address_bytes": 2**40, "processes": 77}
    found = confined(places, **sizes)
    assert (found["file"], found["open_files"], found["memory"]) == ([4096] * 2, [99] * 2, [2**40] * 2)
    assert (found["core"], found["processes"]) == ([0, 0], [77, 77])
    assert confined(places, **sizes | {"processes": 0})["processes"] != [77, 77]


@pytest.mark.parametrize("abi", range(1, 8))
def test_landlock_of_any_age_holds_files(places: tuple[Path, Path], abi: int) -> None:
    """With each version, paths that the policy does not name are closed, scratch is open and Python is readable."""
    found = confined(places, landlock_abi=abi)
    for act in ("reads secret", "lists secret", "writes beside", "moves secret", "writes Python"):
        assert not found[act], act
    for act in ("writes scratch", "reads Python", "null"):
        assert found[act], act
    assert found["makes folders"] == (abi > 1)  # the oldest cannot let files move from folder to folder


@pytest.mark.parametrize(
    ("defence", "sign", "held"),
    [("descriptors", "open", True), ("landlock", "reads secret", False), ("seccomp", "socket", False)],
)
def test_a_disabled_defence_is_missed(places: tuple[Path, Path], defence: str, sign: str, held: bool) -> None:
    """Each of them is what refuses the act, and nothing else does so by chance."""
    from grader.isolation import seccomp

    policy = {"landlock_abi": 7, "seccomp": seccomp.program().hex()}
    assert confined(places, **policy)[sign] is held
    assert confined(places, **policy, disabled=(defence,))[sign] is not held


def test_disabled_limits_are_missed(places: tuple[Path, Path]) -> None:
    """The process keeps the limits it had."""
    assert confined(places, open_files=99, disabled=("limits",))["open_files"] != [99, 99]


@pytest.mark.parametrize("namespaces", [True])
def test_no_capability_is_left(places: tuple[Path, Path], namespaces: bool) -> None:
    """This holds also where the user stays the same, as in a user namespace."""
    assert confined(places, namespaces=namespaces)["capabilities"] == 0


@pytest.mark.parametrize("defence", DEFENCES)
def test_the_names_of_defences_are_known(defence: str) -> None:
    """Every name in DEFENCES can be disabled."""
    assert Confinement().has(defence)
    assert not Confinement(disabled=(defence,)).has(defence)


def test_a_defence_that_does_not_exist_is_an_error() -> None:
    """A misspelt name must not look like a defence that is on."""
    with pytest.raises(ValueError, match="there is no defence 'landlok'"):
        Confinement().has("landlok")


def test_a_policy_survives_being_sent() -> None:
    """JSON carries it both ways."""
    policy = Confinement(uid=7, landlock_abi=3, readable=("/usr",), seccomp="00", disabled=("limits",))
    back = Confinement(**json.loads(json.dumps(policy.as_json())))
    assert back.as_json() == json.loads(json.dumps(policy.as_json()))
    assert not back.has("limits")

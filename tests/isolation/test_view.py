"""Submissions see Python, its packages and the digits; neither the solution, nor the tests, nor other work."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.autoencoders import mnist_subset
from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.isolation import tiers, view
from grader.isolation.fork_server import ForkServer
from grader.isolation.process import ProcessChannel
from grader.isolation.view import NOT_FOR_SUBMISSIONS, OWN, ROOT, View, bubblewrap_arguments, outermost, view_of
from grader.protocol.frames import Want
from tests.isolation.light_server import light_server
from tests.isolation.probing import NUMBER, Open, call, submission

SECRET_PACKAGES = ("reference", *NOT_FOR_SUBMISSIONS)
DATA = "grader.autoencoders.mnist_subset"
DIGITS = ROOT.joinpath(*DATA.split("."), "mnist_subset.npz")


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python whose packages hold the solution and the tests, as an installed copy of the project has them."""
    folder = tmp_path / "prefix"
    packages = folder / "lib" / "site-packages"
    for name in ("numpy", "grader", *SECRET_PACKAGES):
        (packages / name).mkdir(parents=True)
        (packages / name / "__init__.py").write_text("")
    (packages / "six.py").write_text("")
    (folder / "bin").mkdir()
    monkeypatch.setattr(view, "SYSTEM", ())
    monkeypatch.setattr(view, "ROOT", packages)
    monkeypatch.setattr(view, "_python_folders", lambda: [folder, packages])
    return folder


def can_read(found: View, path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in found.readable)


def test_secrets_inside_a_visible_folder_are_left_out(prefix: Path) -> None:
    """All around them is readable, while they are not, and are covered."""
    found, packages = view_of(ASSIGNMENT), prefix / "lib" / "site-packages"
    assert can_read(found, packages / "numpy" / "__init__.py")
    assert can_read(found, packages / "six.py")
    assert can_read(found, prefix / "bin")
    secrets = [packages / name for name in SECRET_PACKAGES]
    assert not [secret for secret in secrets if can_read(found, secret)]
    assert sorted(found.covered) == sorted(secrets)
    assert set(found.listed) == {prefix, prefix / "lib", packages}


def test_private_folders_inside_a_visible_one_are_left_out(prefix: Path) -> None:
    """So is a folder or a single file of the run, wherever it lies; one that does not exist is no error."""
    (prefix / "results" / "ada").mkdir(parents=True)
    (prefix / "bin" / "grades.csv").write_text("")
    found = view_of(ASSIGNMENT, [prefix / "results", prefix / "bin" / "grades.csv", prefix / "gone"])
    assert not can_read(found, prefix / "results" / "ada")
    assert not can_read(found, prefix / "bin" / "grades.csv")
    assert {prefix / "results", prefix / "bin" / "grades.csv"} < set(found.covered)


def test_a_private_folder_is_found_behind_a_link(prefix: Path, tmp_path: Path) -> None:
    """It does not matter how it was named on the command line."""
    (prefix / "results").mkdir()
    (tmp_path / "link").symlink_to(prefix / "results")
    assert not can_read(view_of(ASSIGNMENT, [tmp_path / "link"]), prefix / "results")


def test_a_link_to_a_secret_is_no_way_in(prefix: Path) -> None:
    """The link is left out like the secret itself."""
    link = prefix / "lib" / "site-packages" / "solution"
    link.symlink_to(prefix / "lib" / "site-packages" / "reference")
    assert not can_read(view_of(ASSIGNMENT), link)


def test_a_folder_without_a_secret_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is readable as one, not entry by entry."""
    (tmp_path / "prefix" / "lib").mkdir(parents=True)
    monkeypatch.setattr(view, "SYSTEM", ())
    monkeypatch.setattr(view, "_python_folders", lambda: [tmp_path / "prefix", tmp_path / "prefix" / "lib"])
    found = view_of(ASSIGNMENT)
    assert (found.readable, found.listed, found.covered) == ((tmp_path / "prefix",), (), ())


def test_outermost(tmp_path: Path) -> None:
    """They are distinct and exist, and none lies inside another; `ab` does not lie inside `a`."""
    for name in ("a/b", "ab", "c"):
        (tmp_path / name).mkdir(parents=True)
    asked = [tmp_path / name for name in ("c", "a/b", "a", "ab", "a/../c", "gone", "a")]
    assert outermost(asked) == [tmp_path / name for name in ("a", "ab", "c")]


def bound(arguments: list[str]) -> list[Path]:
    """What bubblewrap is told to show."""
    return [Path(arguments[i + 1]) for i, word in enumerate(arguments) if word in ("--ro-bind", "--bind", "--dev-bind")]


def test_nothing_of_the_checkout_is_bound_but_the_grader() -> None:
    """Python itself may lie there too, where its environment is in the checkout."""
    arguments = bubblewrap_arguments(view_of(ASSIGNMENT))
    shown = [path for path in bound(arguments) if path.is_relative_to(ROOT) and not path.is_relative_to(sys.prefix)]
    assert sorted(shown) == [ROOT / "grader"]
    assert not [path for path in bound(arguments) if ROOT.is_relative_to(path)]
    assert not [path for path in bound(arguments) if Path.home().is_relative_to(path)]


def test_nothing_is_bound_for_writing() -> None:
    """All mounts are read-only, and so is the root itself, which is closed last."""
    arguments = bubblewrap_arguments(view_of(ASSIGNMENT))
    assert not {"--bind", "--dev-bind", "--bind-try"} & set(arguments)
    assert arguments[-2:] == ["--remount-ro", "/"]


def test_secrets_are_covered_after_what_they_lie_in(prefix: Path) -> None:
    """A mount would hide a cover that was there before it. A file is covered by an empty one."""
    (prefix / "grades.csv").write_text("")
    found = view_of(ASSIGNMENT, [prefix / "grades.csv"])
    arguments = bubblewrap_arguments(found)
    last_bind = max(i for i, word in enumerate(arguments) if word == str(found.listed[0]))
    for secret in found.covered:
        assert arguments.index(str(secret)) > last_bind
    place = arguments.index(str(prefix / "grades.csv"))
    assert arguments[place - 2 : place] == ["--ro-bind", os.devnull]


def test_installed_digits_and_checks_are_covered(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They lie in the package, with the solution: what serves submissions is shown to its fork server without them."""
    packages = prefix / "lib" / "site-packages"
    monkeypatch.setattr(view, "folder_of", lambda name: packages.joinpath(*name.split(".")))
    digits, solution = packages.joinpath(*DATA.split(".")), packages / "grader" / "autoencoders" / "reference"
    for folder in (digits, solution):
        folder.mkdir(parents=True)
    found = view_of(replace(ASSIGNMENT, reference=solution))
    assert packages / "grader" in found.covered
    for folder in (packages / "grader", digits, solution):
        assert folder in found.secrets
        assert not can_read(found, folder)
    assert found.own == {"grader": packages / "grader"}
    assert found.data == {DATA: f"{ASSIGNMENT.made}.mnist_subset"}
    arguments = bubblewrap_arguments(found)
    mounted = arguments.index(str(OWN / "grader"))
    for folder in (digits, solution):
        place = arguments.index(str(OWN / folder.relative_to(packages)))
        assert place > mounted
        assert arguments[place - 1 : place + 2] == ["--tmpfs", arguments[place], "--remount-ro"]


LOOK = """
import os
import numpy as np

def labels():
    from grader.autoencoders import mnist_subset
    made = mnist_subset.load()
    print(*(f"{name} {values.shape} {values.dtype}" for name, values in made.items()), sep="\\n")
    return made["test_labels"][:200]

def can_list(path):
    try:
        print(*sorted(os.listdir(path)), sep="\\n")
    except OSError as error:
        print(type(error).__name__)

def can_open(paths):
    return np.int64(sum(map(opens, paths)))

def opens(path):
    try:
        with open(path, "rb") as file:
            return len(file.read(1)) > 0
    except OSError:
        return False
"""


def test_a_submission_sees_nothing_of_the_checkout(open_channel: Open, tmp_path: Path) -> None:
    """It can open no file of the checkout's folders, nor of the test's own."""
    (tmp_path / "grades.csv").write_text("ada,100")
    hidden = [p for name in (*SECRET_PACKAGES, ".git") for p in (ROOT / name).rglob("*") if p.is_file()][:2000]
    paths = [
        str(path) for path in (*hidden, *ROOT.glob("*.*"), tmp_path / "grades.csv", "/etc/passwd", "/etc/hostname")
    ]
    assert len(paths) > 50
    channel = open_channel(LOOK)
    assert call(channel, "can_open", paths=paths, want=NUMBER) == 0
    assert call(channel, "can_open", paths=[np.__file__], want=NUMBER) == 1  # it can open others


def test_with_mounts_of_its_own_a_submission_sees_one_package_of_the_project(server: ForkServer) -> None:
    """It is the grader, whose code serves it."""
    channel = ProcessChannel(submission(LOOK), server, Limits())
    call(channel, "can_list", path=str(OWN))
    channel.close()
    assert channel.stdout.split() in (["grader"], ["PermissionError"])


def test_without_mounts_the_grader_s_folder_is_closed(open_channel: Open) -> None:
    """On every tier a listing of the home folder, of the checkout and of /tmp shows nobody's work."""
    channel = open_channel(LOOK)
    for folder in (Path.home(), ROOT, Path("/tmp")):
        call(channel, "can_list", path=str(folder))
    channel.close()
    shown = set(channel.stdout.split()) - {"PermissionError", "FileNotFoundError"}
    ways = {part for path in (sys.prefix, sys.base_prefix, str(ROOT)) for part in Path(path).parts}
    assert shown <= ways


def test_a_submission_finds_made_digits_in_place_of_the_real_ones(open_channel: Open) -> None:
    """They have the same shapes and types, and neither the images nor the labels; the real file is out of reach."""
    channel, real = open_channel(LOOK), mnist_subset.load()
    labels = call(channel, "labels", want=Want("int64", (200,)))
    assert call(channel, "can_open", paths=[str(DIGITS), str(DIGITS.with_name("idx.py"))], want=NUMBER) == 0
    channel.close()
    assert channel.stdout.splitlines() == [f"{name} {found.shape} {found.dtype}" for name, found in real.items()]
    assert np.mean(labels == real["test_labels"][:200]) < 0.3


def test_without_made_digits_a_submission_reads_the_real_ones() -> None:
    """That they are made is what keeps the labels away."""
    server = light_server(replace(ASSIGNMENT, made=""), tiers.best(), Limits())
    channel = ProcessChannel(submission(LOOK), server, Limits())
    try:
        labels = call(channel, "labels", want=Want("int64", (200,)))
    finally:
        channel.close()
        server.close()
    assert np.array_equal(labels, mnist_subset.load()["test_labels"][:200])

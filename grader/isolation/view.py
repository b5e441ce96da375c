"""What a submission's process can see of the file system: Python, its packages, data of its own, nothing else."""

import importlib.util
import os
import site
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..core.assignment import Assignment, folder_of

SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo", "/etc/localtime")
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
OWN = Path("/aelab")  # where bubblewrap puts the grader's own packages
NOT_FOR_SUBMISSIONS = ("student_templates", "tests", "benchmarks", "docs")  # and the reference solution
ROOT = Path(__file__).resolve().parents[2]  # the checkout, or the site-packages of an installed copy


@dataclass(frozen=True)
class View:
    """What there is to see, as absolute paths, and what a fork server imports for its forks.

    `readable` may be read with all below, `listed` only listed, `covered` is hidden from sight. own: packages that a
    fork server imports, by name: the grader, and what else the assignment brings. operations: the module that enters
    the assignment's operations; data: by the name under which submissions import data, the module that they get;
    hidden: names that they cannot import; secrets: what they must not read, wherever it lies.
    """

    readable: tuple[Path, ...]
    listed: tuple[Path, ...]
    covered: tuple[Path, ...]
    own: Mapping[str, Path] = field(default_factory=dict)
    operations: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    secrets: tuple[Path, ...] = ()

    def root_of(self, package: str) -> Path:
        """The folder from which one of the own packages is imported."""
        return self.own[package].parents[package.count(".")]

    def place(self, module: str) -> Path:
        """Where a package that is, or lies in, one of the own packages lies outside."""
        package = next(name for name in self.own if _is_in(module, name))
        return self.own[package].joinpath(*module.removeprefix(package).split("."))


def view_of(assignment: Assignment, private: Iterable[Path] = ()) -> View:
    """The view of a machine. private: more folders that must not be seen, wherever they lie."""
    hidden = (assignment.reference.name, *NOT_FOR_SUBMISSIONS)
    data = {name: _given_for(assignment, name) for name in assignment.data_packages}
    real = [name for name, module in data.items() if module != name]
    inside = [folder_of(name) for name in ("grader", assignment.package, *real)]  # maybe among Python's packages
    solutions = (assignment.reference, *assignment.own_modules.values())
    places = (*private, *solutions, *secret_folders(hidden), *inside)
    secrets = tuple(place.resolve() for place in places if place.exists())
    readable: list[Path] = []
    listed: list[Path] = []
    for folder in outermost([*map(Path, SYSTEM), *_python_folders()]):
        _divide(folder, secrets, readable, listed)
    covered = [s for s in outermost(secrets) if any(s.is_relative_to(folder) for folder in listed)]
    own = {"grader": folder_of("grader")}
    for name in (assignment.operations, *data.values()):
        if not any(_is_in(name, package) for package in own):
            own[name] = folder_of(name)
    return View(tuple(readable), tuple(listed), tuple(covered), own, assignment.operations, data, hidden, secrets)


def _given_for(assignment: Assignment, data: str) -> str:
    """The module that submissions get when they import a package of data."""
    return f"{assignment.made}.{data.rpartition('.')[2]}" if assignment.made else data


def _is_in(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


def secret_folders(names: Iterable[str]) -> list[Path]:
    """Where packages of these names lie, installed or beside the grader."""
    names = tuple(names)
    found = [importlib.util.find_spec(name) for name in names]
    places = [Path(place) for spec in found if spec for place in spec.submodule_search_locations or ()]
    return [*places, *(ROOT / name for name in names)]


def _python_folders() -> list[Path]:
    """Where Python and its packages live; what else is on sys.path (a checkout, a working folder) is not for all."""
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    places = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, *site.getsitepackages(), *user)
    return [Path(place) for place in places]


def outermost(paths: Iterable[Path]) -> list[Path]:
    """Distinct existing absolute paths, in order, without those inside another."""
    distinct = sorted({Path(os.path.abspath(p)) for p in paths if p.exists()})  # noqa: PTH100 - links stay as they are
    return [p for p in distinct if not any(p != other and p.is_relative_to(other) for other in distinct)]


def _divide(folder: Path, secrets: tuple[Path, ...], readable: list[Path], listed: list[Path]) -> None:
    """Sort a folder into what may be read; around a secret, entry by entry."""
    real = folder.resolve()
    if any(real.is_relative_to(secret) for secret in secrets):
        return
    if not any(secret.is_relative_to(real) for secret in secrets):
        readable.append(folder)
        return
    listed.append(folder)
    for entry in sorted(folder.iterdir()):
        _divide(entry, secrets, readable, listed)


def bubblewrap_arguments(view: View) -> list[str]:
    """The mounts: read-only, each at its own place, secrets covered; the grader's own packages under OWN."""
    arguments = ["--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev"]  # noqa: S108 - first: Python may live in /tmp
    shown = outermost([*view.readable, *view.listed])
    for folder in dict.fromkeys(p for path in shown for p in reversed(path.parents[:-1])):
        if not any(folder.is_relative_to(path) for path in shown):
            arguments += ["--perms", "0755", "--dir", str(folder)]  # bubblewrap itself would make it for root alone
    for path in shown:
        if path.is_symlink() and len(path.parts) == 2:  # /lib and the like
            arguments += ["--symlink", str(path.readlink()), str(path)]
        else:
            arguments += ["--ro-bind", str(path), str(path)]
    for path in view.covered:
        arguments += _cover(path, path)
    return [*arguments, *_own_mounts(view), "--perms", "0755", "--dir", "/scratch", "--remount-ro", "/"]


def _own_mounts(view: View) -> list[str]:
    """Each of the own packages under OWN, as if it were all that the packages above it hold."""
    above = {OWN.joinpath(*name.split(".")[:depth]) for name in view.own for depth in range(name.count(".") + 1)}
    arguments = [word for folder in sorted(above) for word in ("--perms", "0755", "--dir", str(folder))]
    needed = [view.place(module) for module in (view.operations, *view.data.values())]
    kept = [secret for secret in view.secrets if not any(place.is_relative_to(secret) for place in needed)]
    for name, folder in view.own.items():
        place = OWN.joinpath(*name.split("."))
        arguments += ["--ro-bind", str(folder), str(place)]
        for secret in outermost(path for path in kept if path != folder and path.is_relative_to(folder)):
            arguments += _cover(secret, place / secret.relative_to(folder))
    return arguments


def _cover(secret: Path, shown_at: Path) -> list[str]:
    """Nothing in place of a folder or a file."""
    cover = ["--tmpfs", str(shown_at), "--remount-ro"] if secret.is_dir() else ["--ro-bind", os.devnull]
    return [*cover, str(shown_at)]

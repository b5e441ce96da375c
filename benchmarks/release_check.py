"""What has to be true of a release: `python -m benchmarks.release_check`. Lists what is not, and exits 1 then."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from benchmarks.pages import PAGES
from benchmarks.validity_page import PAGE as VALIDITY
from benchmarks.validity_page import rows_from, ungraded
from grader.autoencoders.assignment import ASSIGNMENT

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
PIN = re.compile(r"^(?P<name>[\w.\[\]-]+)==(?P<version>\S+)", re.MULTILINE)


def text(name: str) -> str:
    """A file of the checkout."""
    return (ROOT / name).read_text(encoding="utf-8")


def plain(name: str) -> str:
    """The name of a distribution as packaging normalizes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(name: str) -> dict[str, str]:
    """The versions that a file locks, by distribution."""
    return {plain(pin["name"]): pin["version"] for pin in PIN.finditer(text(name))}


def versions() -> Iterator[str]:
    """pyproject.toml, the installed metadata, CITATION.cff and the changelog speak of one version, cut and dated."""
    wanted = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    cited = re.search(r"^version: (\S+)$", text("CITATION.cff"), re.MULTILINE)
    found = {"what is installed": version("autoencoder-lab"), "CITATION.cff": cited[1] if cited else "no version"}
    yield from (f"pyproject.toml says {wanted}, {where} {said}" for where, said in found.items() if said != wanted)
    heads = re.findall(r"^## \[(.+?)\](.*)$", text("CHANGELOG.md"), re.MULTILINE)
    released = [(name, date) for name, date in heads if name != "Unreleased"]
    if not released or released[0][0] != wanted or not re.fullmatch(r" - \d{4}-\d\d-\d\d", released[0][1]):
        yield f"CHANGELOG.md does not begin with `## [{wanted}] - YYYY-MM-DD`"
    if re.search(r"^## \[Unreleased\]\n+(?!## )\S", text("CHANGELOG.md"), re.MULTILINE):
        yield "CHANGELOG.md has lines under Unreleased"


def addresses() -> Iterator[str]:
    """Every address is set."""
    for name, address in tomllib.loads(text("addresses.toml")).items():
        if address.startswith("PLACEHOLDER"):
            yield f"addresses.toml: {name} is not set"


def locks() -> Iterator[str]:
    """Every lock has the versions of constraints.txt, hashes and no address, and all that pyproject.toml asks for."""
    locked = pins("constraints.txt")
    project = tomllib.loads(text("pyproject.toml"))["project"]
    asked = [*project["dependencies"], *(each for extra in project["optional-dependencies"].values() for each in extra)]
    names = {plain(re.split(r"[\s\[<>=;]", each)[0]) for each in asked} - {"autoencoder-lab", "setuptools"}
    for python in PYTHONS:
        file = f"locks/python{python}.txt"
        here = pins(file)
        yield from (f"{file} lacks {name}" for name in sorted(names - here.keys()))
        others = sorted(name for name in here.keys() & locked.keys() if here[name] != locked[name])
        yield from (f"{file} has {name} {here[name]}, constraints.txt {locked[name]}" for name in others)
        if "://" in text(file) or text(file).count("--hash=sha256:") < len(here):
            yield f"{file} has an address, or lacks hashes"


def corpus() -> Iterator[str]:
    """Every known mistake and right variant has been graded."""
    if newer := ungraded(rows_from(VALIDITY.with_suffix(".csv").read_text(encoding="utf-8"))):
        yield f"docs/validity.md: {len(newer)} submissions of the corpus were not graded: run `make validity`"


def generated() -> Iterator[str]:
    """Pages of measurements are what their records render to, and the record is that of today's thresholds."""
    for path, render in PAGES.items():
        if path.read_text(encoding="utf-8") != render():
            yield f"{path.relative_to(ROOT)} is stale: run `make pages`"
    if ASSIGNMENT.thresholds.version not in text("docs/calibration.md"):
        yield "docs/calibration.md is of other thresholds: run `make calibrate`"


def documentation() -> Iterator[str]:
    """The site builds without a warning."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        yield f"`make docs` fails: {done.stderr.strip().splitlines()[0] if done.stderr.strip() else done.returncode}"


def committed() -> Iterator[str]:
    """What would be released is what is committed."""
    status = ["git", "status", "--porcelain"]
    changed = subprocess.run(status, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    if changed:
        yield f"{len(changed)} files are not committed"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    versions, addresses, locks, corpus, generated, documentation, committed,
)  # fmt: skip


def main() -> None:
    """Say of each check whether it holds, and list what is wrong."""
    console, wrong = Console(), 0
    for check in CHECKS:
        problems = list(check())
        wrong += len(problems)
        console.print(f"{'no ' if problems else 'yes'} {check.__name__}: {check.__doc__}", markup=False, soft_wrap=True)
        for problem in problems:
            console.print(f"      {problem}", markup=False, highlight=False, soft_wrap=True)
    sys.exit(int(wrong > 0))


if __name__ == "__main__":
    main()

"""The corpus that shows whether the grader is right: wrong submissions, and right ones that differ from the reference.

tests/submissions/mutants/<part>.toml lists mistakes, each an edit of the reference; tests/submissions/variants/<part>.toml
lists right solutions, edits or whole modules of their own. Both are data: `sources` holds the modules they come to.
Those in world/ are written in the manner of public code.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.notebook import render_notebook
from tests.submissions.edits import Edit, edited, reference_sources, write_modules

HERE = Path(__file__).parent
INHERITING = ("upsampling", "gaussian_vae", "vae", "denoising")  # what builds on the class of part `autoencoder`


@dataclass(frozen=True)
class Mutant:
    """The reference with one mistake, the check that has to fail, and the code by which a check has to name it.

    style: the public code in whose manner it is written, if there is one.
    """

    name: str
    part: str
    mistake: str
    check: str
    code: str
    edits: tuple[Edit, ...]
    style: str = ""

    @property
    def sources(self) -> dict[str, str]:
        """The submission's modules."""
        return edited(self.name, reference_sources(), self.edits)

    @property
    def parts(self) -> tuple[str, ...]:
        """The edited part and those that build on it."""
        return with_inheriting(self.part)

    def write(self, folder: Path) -> Path:
        """Write the submission as `folder`/<name>; returns its place."""
        return write_modules(folder / self.name, self.sources)


@dataclass(frozen=True)
class Variant:
    """A right solution that differs from the reference; `replace` gives whole modules, by the file that holds each."""

    name: str
    part: str
    difference: str
    edits: tuple[Edit, ...] = ()
    replace: dict[str, str] = field(default_factory=dict)
    form: str = "folder"
    style: str = ""

    @property
    def sources(self) -> dict[str, str]:
        """The submission's modules."""
        replaced = {module: (HERE / path).read_text() for module, path in self.replace.items()}
        return edited(self.name, reference_sources() | replaced, self.edits)

    @property
    def parts(self) -> tuple[str, ...]:
        """The part that differs: what the reference builds on its own version need not suit this one."""
        return (self.part,)

    def write(self, folder: Path) -> Path:
        """Write the submission as `folder`/<name>, in its form; returns its place."""
        place = folder / self.name
        match self.form:
            case "folder":
                return write_modules(place, self.sources)
            case "crlf":
                return write_modules(place, self.sources, newline="\r\n")
            case "notebook":
                place.mkdir(parents=True)
                sources = {f"{name}.py": self.sources[f"{name}.py"] for name in ASSIGNMENT.modules}
                (place / "lab05.ipynb").write_text(render_notebook(ASSIGNMENT, sources, solutions=True))
                return place
        raise ValueError(f"{self.name}: there is no form {self.form!r}")


def with_inheriting(part: str) -> tuple[str, ...]:
    """A part and those that build on it."""
    return (part, *INHERITING) if part == "autoencoder" else (part,)


def mutants() -> list[Mutant]:
    """All mutants, in the order of the lab."""
    return [Mutant(part=part, edits=_edits(fields), **fields) for part, fields in _tables("mutants", "mutant")]


def variants() -> list[Variant]:
    """All right variants, in the order of the lab."""
    return [Variant(part=part, edits=_edits(fields), **fields) for part, fields in _tables("variants", "variant")]


def _tables(folder: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in ASSIGNMENT.part_names:
        for path in (HERE / folder / f"{part}.toml", HERE / folder / "world" / f"{part}.toml"):
            if path.exists():
                yield from ((part, fields) for fields in tomllib.loads(path.read_text()).get(kind, []))


def _edits(fields: dict[str, Any]) -> tuple[Edit, ...]:
    return tuple(Edit(**edit) for edit in fields.pop("edits", ()))

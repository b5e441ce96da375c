"""The one way in which submissions of the tests are made: the modules of the reference with a few texts replaced."""

from grader.autoencoders.assignment import ASSIGNMENT
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Edit:
    """Replace the text `old`, which occurs exactly once in `module`, by `new`."""

    module: str
    old: str
    new: str


def reference_sources() -> dict[str, str]:
    """The modules of the reference, by file name."""
    return ASSIGNMENT.reference_sources()


def edited(name: str, sources: Mapping[str, str], edits: Iterable[Edit]) -> dict[str, str]:
    """The modules after the edits. Raises ValueError, with the submission's name, when one does not apply once."""
    found = dict(sources)
    for edit in edits:
        times = found[edit.module].count(edit.old)
        if times != 1:
            raise ValueError(f"{name}: {edit.module} has {times} times {edit.old!r}")
        found[edit.module] = found[edit.module].replace(edit.old, edit.new)
    return found


def write_modules(folder: Path, sources: Mapping[str, str], newline: str = "\n") -> Path:
    """Write the modules into `folder`; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sources.items():
        (folder / name).write_text(text, newline=newline)
    return folder

"""The submissions that a course is tried with: its solution, its stubs, and wrong samples, as folders of modules."""

from collections.abc import Iterable
from pathlib import Path

from ..core.assignment import Assignment
from ..course.samples import Sample
from ..course.trial import SOLUTION, STUBS
from .sources import handed_out_sources


def trial_sources(assignment: Assignment, parts: Iterable[str], samples: Iterable[Sample]) -> dict[str, dict[str, str]]:
    """The modules of each submission by its name. parts: those that the stubs are of; all else is solved in them.

    Raises SourceError and CourseError.
    """
    solved = handed_out_sources(assignment, solutions=True)
    stubs = handed_out_sources(assignment, solutions=False)
    untouched = {f"{part}.py": stubs[f"{part}.py"] for part in parts}
    return {SOLUTION: solved, STUBS: solved | untouched} | {each.name: each.sources(solved) for each in samples}


def write_trial(folder: Path, sources: dict[str, dict[str, str]]) -> dict[str, Path]:
    """Write each submission into a folder of its own; their places by name."""
    places = {name: folder / str(number) for number, name in enumerate(sources)}
    for name, place in places.items():
        place.mkdir()
        for module, text in sources[name].items():
            (place / module).write_text(text, encoding="utf-8")
    return places

"""course.toml: read, checked, and what becomes of an assignment by it."""

from pathlib import Path

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.course.adaptation import adapted
from grader.course.reading import read_course


def course(text: str, folder: Path = Path()) -> Assignment:
    """The lab as a course with this file has it."""
    return adapted(ASSIGNMENT, read_course(folder / "course.toml", text))

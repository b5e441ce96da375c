"""An assignment as a record: nothing in it, and nothing installed, replaces something else without a word."""

from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.autoencoders.registry import CHECKS
from grader.core import assignment as module
from grader.core.assignment import AssignmentError, find_assignment

PLACE = "grader.autoencoders.assignment:ASSIGNMENT"


def installed(monkeypatch: pytest.MonkeyPatch, *places: tuple[str, str]) -> None:
    """Let these be the entry points, by name and place."""
    points = [EntryPoint(name, place, module.GROUP) for name, place in places]
    monkeypatch.setattr(module, "entry_points", lambda group: points)


def test_two_packages_with_one_assignment_s_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither wins by the order of installation: the error names both places."""
    installed(monkeypatch, ("lab05", PLACE), ("lab05", "elsewhere:LAB"))
    for name in ("lab05", None):
        with pytest.raises(AssignmentError, match=rf"'lab05' is installed twice.*{PLACE}.*elsewhere:LAB"):
            find_assignment(name)


def test_the_same_place_found_twice_is_one_assignment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout may be on the path and installed as well."""
    installed(monkeypatch, ("lab05", PLACE), ("lab05", PLACE))
    assert find_assignment() is ASSIGNMENT


def test_two_parts_of_one_name_are_refused() -> None:
    """Results and files are kept by the names of parts, so one would replace the other."""
    with pytest.raises(ValueError, match="two parts of the assignment lab05 are called 'data'"):
        replace(ASSIGNMENT, parts=(*ASSIGNMENT.parts, ASSIGNMENT.parts[0]))


def test_every_declared_check_belongs_to_a_part() -> None:
    """A check whose part is misspelt would be declared and never run."""
    assert {check.id for check in CHECKS} == {check.id for check in ASSIGNMENT.checks}

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


def test_some_of_the_parts_in_the_order_of_the_lab() -> None:
    """What they need of the others is given; the modules stand in the lab's order, and no part is lost."""
    some = ASSIGNMENT.with_parts(["vae", "upsampling"])
    assert some.part_names == ("upsampling", "vae")
    assert some.solved == ("data", "autoencoder")
    assert some.modules == ("data", "plotting", "autoencoder", "upsampling", "vae")
    assert {part.name for part in (*some.parts, *some.left_out)} == set(ASSIGNMENT.part_names)
    assert {check.part for check in some.checks} == {"upsampling", "vae"}
    assert some.with_parts(["vae"]).modules == ("data", "plotting", "autoencoder", "vae")
    assert ASSIGNMENT.with_parts(ASSIGNMENT.part_names).modules == ASSIGNMENT.modules


def test_modules_of_a_part_of_a_course_come_last() -> None:
    """A course that leaves a part out may have one of its own, which the lab's order does not know."""
    own = replace(ASSIGNMENT.parts[0], name="sparse", checks=())
    some = ASSIGNMENT.with_parts(["data"])
    assert replace(some, parts=(*some.parts, own)).modules == ("data", "plotting", "sparse")


def test_a_check_needs_none_of_a_part_that_is_left_out() -> None:
    """Else it would be skipped for a check that nobody runs."""
    data, vae = ASSIGNMENT.part("data"), ASSIGNMENT.part("vae")
    assert data is not None
    assert vae is not None
    crossing = replace(vae, checks=(replace(vae.checks[0], needs=(data.checks[0].id, "vae.other")), *vae.checks[1:]))
    lab = replace(ASSIGNMENT, parts=(data, crossing))
    assert lab.checks[len(data.checks)].needs == (data.checks[0].id, "vae.other")
    assert lab.with_parts(["vae"]).checks[0].needs == ()


@pytest.mark.parametrize(
    ("names", "message"), [(["vea"], "unknown part 'vea'; the parts are data, "), ([], "a part at")]
)
def test_no_part_and_an_unknown_one_are_refused(names: list[str], message: str) -> None:
    """The message names the parts that there are."""
    with pytest.raises(AssignmentError, match=message):
        ASSIGNMENT.with_parts(names)

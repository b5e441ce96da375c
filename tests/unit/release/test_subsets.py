"""Whatever parts are handed out, what is generated is whole, and tells of no other part."""

import ast

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.stubs import STUB_MARKER
from grader.release.bundle import SOLUTION, bundle_files
from grader.release.sources import handed_out_sources
from grader.release.templates import render_templates
from tests.subsets import pairwise, problems_of, traces


@pytest.mark.parametrize("parts", pairwise(), ids="-".join)
def test_what_is_handed_out_follows_the_parts(parts: tuple[str, ...]) -> None:
    """No trace of a part that is left out, code that compiles, numbers without a gap, points that add up."""
    assert problems_of(ASSIGNMENT.with_parts(parts)) == []


def test_a_trace_is_found() -> None:
    """The test above is not blind: what tells of a part is told when the part is left out."""
    full = handed_out_sources(ASSIGNMENT, solutions=False)
    for name in ASSIGNMENT.part_names:
        others = ASSIGNMENT.with_parts([each for each in ASSIGNMENT.part_names if each != name])
        if name not in others.solved:
            assert any(f": {name}: " in trace for trace in traces(others, full)), name
        assert any(": a number: " in trace for trace in traces(others, full))


def test_needs_are_what_the_modules_import() -> None:
    """A part names the parts whose modules its own imports, as the reference does outside its experiments."""
    for part in ASSIGNMENT.parts:
        tree = ast.parse(ASSIGNMENT.reference_sources()[f"{part.name}.py"])
        imported = {node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.level}
        assert imported & set(ASSIGNMENT.part_names) == set(part.needs), part.name


def test_a_left_out_part_that_others_need_is_handed_out_solved() -> None:
    """Its module holds no task and no check, stands before what needs it, and has no number."""
    assignment = ASSIGNMENT.with_parts(["denoising", "upsampling"])
    templates = render_templates(assignment)
    assert list(templates) == [
        "__init__.py", "data.py", "plotting.py", "autoencoder.py", "upsampling.py", "denoising.py", "lab05.ipynb",
    ]  # fmt: skip
    assert "apply_gradients" in templates["autoencoder.py"]
    assert all(
        STUB_MARKER not in templates[f"{name}.py"] and "SOLUTION" not in templates[f"{name}.py"]
        for name in assignment.solved
    )
    assert STUB_MARKER in templates["denoising.py"]
    assert {check.part for check in assignment.checks} == {"denoising", "upsampling"}


def test_the_bundle_holds_the_figures_of_its_texts_alone() -> None:
    """Figures of a part that is left out are left out with it."""
    drawn = {name for name in bundle_files(ASSIGNMENT.with_parts(["upsampling"])) if name.endswith(".svg")}
    assert drawn == {f"{SOLUTION}/figures/upsampling.svg"}

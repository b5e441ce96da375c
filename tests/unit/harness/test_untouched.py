"""A class as it was handed out is told from one that somebody worked on."""

import ast

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.harness.untouched import untouched_task
from grader.isolation.view import ROOT

CLASSES = [(part.name, name) for part in ASSIGNMENT.parts for name in part.public_names if name[0].isupper()]
STUB = 'raise NotImplementedError("Your task: upsampling, UpsamplingAutoencoder.build_decoder")'
WORKED_ON = {
    "a method": "def build_decoder(self): return self.encoding_size",
    "a way of its own": f"def __init__(self, n): self.decoder = make(n)\n    def build_decoder(self): {STUB}",
    "another method": f"def build_decoder(self): {STUB}\n    def decode(self, codes): return codes * self.scale",
    "the line of the stub left below": f"def build_decoder(self):\n        return self.make()\n        {STUB}",
    "the stub caught": f"def build_decoder(self):\n        try: {STUB}\n        except Exception: return self.made",
    "nothing but its name": "pass",
}


def class_of(text: str, name: str) -> type:
    """A class of a module, without the classes that it inherits from."""
    tree = ast.parse(text)
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    found.bases = []
    names: dict[str, type] = {}
    future = ast.parse("from __future__ import annotations").body
    exec(compile(ast.Module([*future, found], []), "it", "exec"), names)
    return names[name]


@pytest.mark.parametrize(("part", "name"), CLASSES)
def test_what_is_handed_out_is_untouched_and_the_solution_is_not(part: str, name: str) -> None:
    """For the class of every part."""
    handed_out = class_of((ROOT / "student_templates" / f"{part}.py").read_text(), name)
    assert untouched_task(handed_out).startswith(f"Your task: {part}, {name}.")
    assert untouched_task(class_of(ASSIGNMENT.reference_sources()[f"{part}.py"], name)) == ""


@pytest.mark.parametrize("body", WORKED_ON.values(), ids=WORKED_ON)
def test_what_somebody_wrote_is_not_untouched(body: str) -> None:
    """Also where a stub is left in it that the solution does without."""
    assert untouched_task(class_of(f"class UpsamplingAutoencoder:\n    {body}\n", "UpsamplingAutoencoder")) == ""

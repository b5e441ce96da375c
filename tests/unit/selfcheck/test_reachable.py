"""Which names of a running notebook a part depends on: what is unchanged need not be measured again."""

import functools
from typing import Any

import pytest

from grader.selfcheck.reachable import reachable

NOTEBOOK = """
import math
import numpy as np

SCALE, SHIFT, UNUSED, SIZES = 255.0, 1.0, 3, [2, 3]

def scaled(image):
    return image / SCALE

def normalize(image, label, shift=SHIFT):
    return [scaled(row) + shift for row in image]

class Base:
    def encode(self, inputs):
        return math.sqrt(SHIFT)

class Model(Base):
    limit = UNUSED
    def build(self):
        def inner():
            return SIZES
        return inner
    @property
    def width(self):
        return WIDTH
    @staticmethod
    def half():
        return HALF

WIDTH, HALF, history = 5, 2, object()

def sees_all(name):
    return globals()[name]

def decorated():
    return sees_all

def doubled(function):
    def wrapper(image):
        return 2 * function(image)
    return wrapper

@doubled
def brightened(image):
    return image + BRIGHTNESS

BRIGHTNESS = 3

def alone():
    return 1
"""


@pytest.fixture
def notebook() -> dict[str, Any]:
    """The names of a kernel after its cells ran."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(NOTEBOOK, names)
    return {name: value for name, value in names.items() if not name.startswith("_")}


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [
        ("alone", {"alone"}),
        ("normalize", {"normalize", "scaled", "SCALE"}),
        ("Model", {"Model", "Base", "math", "SHIFT", "SIZES", "WIDTH", "HALF"}),
        ("brightened", {"brightened", "BRIGHTNESS"}),
        ("missing", set()),
    ],
)
def test_a_name_leads_to_what_its_code_loads(notebook: dict[str, Any], name: str, leads_to: set[str]) -> None:
    """Functions, inner and decorated ones, methods, properties, and those of classes that are inherited from."""
    found = reachable(notebook, [name])
    assert found.keys() == leads_to
    assert all(found[each] is notebook[each] for each in found)


@pytest.mark.parametrize("name", ["sees_all", "decorated", "history"])
def test_where_it_cannot_be_told_everything_counts(notebook: dict[str, Any], name: str) -> None:
    """Code that looks names up itself, and objects that may hold code: rather measured twice than wrong."""
    notebook["history"] = type("Compiled", (), {"__call__": lambda self: 1})()
    assert reachable(notebook, [name]) == notebook


@pytest.mark.parametrize("value", [functools.partial(int, "3"), iter([1]).__class__, [lambda: 1], ("a", {"b": 2})])
def test_objects_without_names_of_their_own_lead_nowhere_or_everywhere(value: Any) -> None:
    """Containers are looked into; what may hold code counts as everything."""
    notebook = {"value": value, "other": 1}
    expected = notebook if isinstance(value, functools.partial) else {"value": value}
    assert reachable(notebook, ["value"]) == expected


def test_a_method_leads_to_its_class(notebook: dict[str, Any]) -> None:
    """Also where it is bound to an object of the notebook: what such an object holds is not known."""
    notebook["width"] = notebook["Model"]().build
    assert reachable(notebook, ["width"]) == notebook

"""What a part of a running notebook depends on: the objects that its names lead to through the student's own code.

Functions and classes of the notebook are followed into the global names that they load. Where that cannot be told, as
of a function that looks names up itself or of an object that may hold code, a part depends on every name there is.
"""

import dis
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

LOADS = ("LOAD_GLOBAL", "LOAD_NAME")
LOOKS_UP = frozenset({"eval", "exec", "globals", "vars", "locals"})
PLAIN = (bool, int, float, complex, str, bytes, type(None), np.ndarray, np.generic, ModuleType)
PYTHONS = ("builtins", "types", "typing")  # what has a type of these holds no code of the student's


def reachable(namespace: Mapping[str, Any], names: Iterable[str], home: str = "__main__") -> dict[str, Any]:
    """The names of the namespace that `names` lead to, themselves included, with their objects; all where unsure.

    home: the name of the module that the student's code runs in.
    """
    found: dict[str, Any] = {}
    pending = [name for name in names if name in namespace]
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found[name] = namespace[name]
        loaded = _loaded_by(namespace[name], home)
        if loaded is None or loaded & LOOKS_UP:
            return dict(namespace)
        pending += [each for each in loaded if each in namespace]
    return found


def _loaded_by(value: Any, home: str) -> frozenset[str] | None:
    """The global names that the student's code behind an object loads; None where that cannot be told."""
    names, pending, seen = set[str](), [value], dict[int, Any]()
    while pending:
        each = pending.pop()
        if id(each) in seen:
            continue
        seen[id(each)] = each  # kept, so that no other object gets its id
        inside = _inside(each, home)
        if inside is None:
            return None
        pending += inside
        names.update(_names_in(each, home))
    return frozenset(names)


def _names_in(value: Any, home: str) -> Iterator[str]:
    """The names that an object itself leads to: those its code loads, and of its classes, which may be defined anew."""
    if isinstance(value, FunctionType) and value.__globals__.get("__name__") == home:
        yield from _globals_of(value.__code__)
    if isinstance(value, type):
        yield from (cls.__name__ for cls in value.__mro__ if cls.__module__ == home)


def _inside(value: Any, home: str) -> list[Any] | None:
    """The objects whose code is that of an object, too; None where that cannot be told."""
    match value:
        case FunctionType() if value.__module__ == home:
            return [value.__defaults__, value.__kwdefaults__, *_cells(value)]
        case type():
            return [member for cls in value.__mro__ if cls.__module__ == home for member in vars(cls).values()]
        case staticmethod() | classmethod():
            return [value.__func__]
        case MethodType():
            return [value.__func__, value.__self__]
        case property():
            return [value.fget, value.fset, value.fdel]
        case dict():
            return [*value.keys(), *value.values()]
        case list() | tuple() | set() | frozenset():
            return list(value)
    return [] if isinstance(value, PLAIN) or type(value).__module__ in PYTHONS else None


def _globals_of(code: CodeType) -> Iterator[str]:
    """The global names that a code object and those inside it load."""
    yield from (str(step.argval) for step in dis.get_instructions(code) if step.opname in LOADS)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _globals_of(inner)


def _cells(function: FunctionType) -> Iterator[Any]:
    """What a function has from the functions around it."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue

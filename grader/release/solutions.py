"""Find solution regions and replace them by stubs.

A region is what stands between `### BEGIN SOLUTION` and `### END SOLUTION`, each alone on its line, at the same
indentation, inside one function. Functions from text to text: nothing here reads or writes a file.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from ..core.errors import UserError
from ..core.language import SOURCE
from ..core.stubs import STUB_MARKERS

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
ANY_MARKER = re.compile(r"(BEGIN|END)\s+SOLUTION")  # also misspelled ones, which nbgrader may take for markers

Function = ast.FunctionDef | ast.AsyncFunctionDef


class SourceError(UserError):
    """A module of the reference cannot be released; the text is 'file:line: what'."""


class MarkerError(SourceError):
    """A solution region is not well formed."""


class Region(NamedTuple):
    """A solution region: the line numbers (from 1) of its two markers, and their indentation."""

    begin: int
    end: int
    indent: str


def strip_solutions(source: str, filename: str, language: str = SOURCE) -> str:
    """`source` with each solution region replaced by a stub that raises NotImplementedError naming the task.

    Raises MarkerError for markers that are unbalanced, nested, misspelled, or not inside one function, and
    SourceError for a source that is not Python.
    """
    lines = source.splitlines(keepends=True)
    functions = list(_functions(parsed(source, filename)))
    for region in reversed(solution_regions(source, filename)):
        name = _innermost(functions, region, filename)
        stub = f'raise NotImplementedError("{STUB_MARKERS[language]}{PurePath(filename).stem}, {name}")'
        lines[region.begin - 1 : region.end] = [f"{region.indent}{stub}\n"]
    return "".join(lines)


def solution_regions(source: str, filename: str) -> list[Region]:
    """The solution regions of `source`, in order. Raises MarkerError for markers that do not form regions."""
    regions: list[Region] = []
    opened: Region | None = None
    for number, line in enumerate(source.splitlines(), start=1):
        if problem := _problem(line, opened):
            raise MarkerError(f"{filename}:{number}: {problem}")
        if line.strip() == BEGIN:
            opened = Region(number, number, line[: line.index("#")])
        elif opened is not None and line.strip() == END:
            regions.append(opened._replace(end=number))
            opened = None
    if opened is not None:
        raise MarkerError(f"{filename}:{opened.begin}: a solution region begins that never ends")
    return regions


def parsed(source: str, filename: str) -> ast.Module:
    """The tree of a module. Raises SourceError for a source that is not Python."""
    try:
        return ast.parse(source, filename)
    except SyntaxError as problem:
        raise SourceError(f"{filename}:{problem.lineno}: {problem.msg}") from problem


def _problem(line: str, opened: Region | None) -> str | None:
    """What is wrong with a line in the region `opened`, if any; None if nothing is."""
    text = line.strip()
    if ANY_MARKER.search(text) and text not in (BEGIN, END):
        return f"a marker must stand alone on its line, as {BEGIN!r} or {END!r}"
    if opened is None:
        return "a solution region ends that never began" if text == END else None
    if text == BEGIN:
        return f"a solution region begins inside the one that began in line {opened.begin}"
    if text and not line.startswith(opened.indent):  # its stub would replace the work of another function
        return "a solution region must end in the block in which it began"
    if text == END and line.rstrip() != opened.indent + END:
        return "a solution region must end at the indentation at which it began"
    return None


def _functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Every function below `node` with its qualified name, outer ones before inner ones."""
    for child in ast.iter_child_nodes(node):
        name = f"{prefix}{child.name}" if isinstance(child, Function | ast.ClassDef) else None
        if isinstance(child, Function):
            yield f"{name}", child
        yield from _functions(child, f"{name}." if name else prefix)


def _innermost(functions: list[tuple[str, Function]], region: Region, filename: str) -> str:
    """The qualified name of the innermost function around `region`."""
    around = [name for name, node in functions if node.lineno < region.begin <= (node.end_lineno or 0)]
    if not around:
        raise MarkerError(f"{filename}:{region.begin}: a solution region must hold statements of one function")
    return around[-1]

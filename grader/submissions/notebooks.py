"""Reduce a notebook to what is graded: imports, definitions and simple assignments, cell by cell.

Training cells, plots and magics do not run in a graded submission. Line numbers stay as they are in the cell.
"""

import ast
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from ..core.outcomes import LeftOut

MAX_CELLS = 2000
MAX_CELL_BYTES = 256 * 2**10  # a parsed byte of code may take a KiB
MAX_CODE_BYTES = 2**20
# What ast.parse raises: ValueError for zero bytes, the last two for deep nesting.
NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
SLOW_MODULES = frozenset({"tfds", "tensorflow_datasets", "plt", "matplotlib"})
PLAIN_CALLS = frozenset({"dict", "float", "int", "len", "list", "max", "min", "range", "set", "str", "sum", "tuple"})
HARMLESS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef, ast.Pass)
NO_LIBRARY, BUILTIN = "", "()"  # not valid names, so they are never among the imported libraries


class _Statement(NamedTuple):
    """A top-level statement that is kept only if all the libraries that it calls are imported."""

    first: int  # line, from 0
    start: int  # byte in it
    last: int
    stop: int
    libraries: frozenset[str]


@dataclass(frozen=True)
class _Cell:
    """What is known of a cell's code. Its tree, some hundred times as large, is not kept."""

    text: str
    imported: frozenset[str]
    conditional: tuple[_Statement, ...]


def definitions_in_notebook(raw: bytes) -> tuple[list[tuple[str, str]], tuple[LeftOut, ...]]:
    """(label, source) of each code cell with only its definitions left, and the cells that were left out.

    Raises ValueError, as the rest of a sentence that starts with the file's name.
    """
    cells = _code_cells(raw)
    if not any(text.strip() for _, text in cells):
        raise ValueError("has no code in it")
    _check_amount(cells)
    read: list[tuple[str, _Cell]] = []
    left_out = []
    for label, text in cells:
        try:
            read.append((label, _read(text)))
        except NO_PYTHON as error:
            place = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
            reason = getattr(error, "msg", str(error)) or "it is too complex to be read"
            left_out.append(LeftOut(f"{label}{place}", reason))
    modules = frozenset[str]().union(*(cell.imported for _, cell in read)) - SLOW_MODULES
    kept = [(label, _definitions(cell, modules)) for label, cell in read]
    return [(label, source) for label, source in kept if source.strip()], tuple(left_out)


def _check_amount(cells: list[tuple[str, str]]) -> None:
    if len(cells) > MAX_CELLS:
        raise ValueError(f"has {len(cells)} cells of code; {MAX_CELLS} are allowed")
    if sum(size for _, text in cells if (size := _size(text)) <= MAX_CELL_BYTES) > MAX_CODE_BYTES:
        raise ValueError(f"has more than {MAX_CODE_BYTES >> 20} MiB of code in it")


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def _read(text: str) -> _Cell:
    """What is known of a cell. Raises what is in NO_PYTHON."""
    if _size(text) > MAX_CELL_BYTES:
        raise ValueError(f"it has more than {MAX_CELL_BYTES >> 10} KiB of code")
    return _cell(*_parsed(text))


def _parsed(text: str) -> tuple[str, ast.Module]:
    """A cell without magics, and its tree. Raises what is in NO_PYTHON.

    A cell that is Python as it stands has no magics: there, a line may start with the operator % or lie in a string.
    """
    try:
        return text, ast.parse(text)
    except NO_PYTHON:
        plain = _blank_magics(text)
        if plain == text:
            raise
    return plain, ast.parse(plain)


def _code_cells(raw: bytes) -> list[tuple[str, str]]:
    try:
        notebook = json.loads(raw.decode("utf-8-sig"))
        cells = notebook["cells"]
        code = [(n, cell) for n, cell in enumerate(cells, 1) if cell["cell_type"] == "code"]
        return [(f"cell {n}", _joined(cell["source"])) for n, cell in code]
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise ValueError("is not a notebook: it is no JSON") from None
    except (KeyError, TypeError, AttributeError):
        raise ValueError("is not a notebook of version 4: it has no list of cells") from None


def _joined(source: object) -> str:
    """A cell's text, which JSON holds as one string or as a list of lines."""
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise TypeError
    return "".join(map(str, lines)).replace("\r\n", "\n").replace("\r", "\n")


def _blank_magics(text: str) -> str:
    """The cell with magics and shell lines blanked; a cell in another language is blanked whole."""
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(("%%time", "%%capture")):
        return ""
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)


def _cell(text: str, tree: ast.Module) -> _Cell:
    nodes = ast.walk(tree) if "import" in text else ()
    imports = (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
    imported = {(alias.asname or alias.name).partition(".")[0] for node in imports for alias in node.names}
    libraries = ((node, _libraries_called(node)) for node in tree.body)
    conditional = tuple(_statement(node, called) for node, called in libraries if called)
    return _Cell(text, frozenset(imported), conditional)


def _statement(node: ast.stmt, libraries: frozenset[str]) -> _Statement:
    last, stop = node.end_lineno or node.lineno, node.end_col_offset or 0
    return _Statement(node.lineno - 1, node.col_offset, last - 1, stop, libraries)


def _definitions(cell: _Cell, modules: frozenset[str]) -> str:
    """The cell's text, line for line, with the statements blanked that call anything but `modules`."""
    lines = cell.text.split("\n")
    pieces: dict[int, list[tuple[int, int | None]]] = defaultdict(list)  # by line, the byte ranges to blank
    for statement in cell.conditional:
        if not statement.libraries <= modules:
            for number in range(statement.first, statement.last + 1):
                start = statement.start if number == statement.first else 0
                pieces[number].append((start, statement.stop if number == statement.last else None))
    for number, ranges in pieces.items():
        lines[number] = _blanked(lines[number], ranges)
    return "\n".join(lines)


def _blanked(line: str, ranges: list[tuple[int, int | None]]) -> str:
    """A line without these byte ranges; one that shares the line with others becomes a statement that does nothing."""
    raw = line.encode()
    left, reached = [], 0
    for start, end in ranges:
        stop = len(raw) if end is None else end
        filler = b"0".ljust(stop - start) if start > 0 or stop < len(raw) else b""
        left += [raw[reached:start], filler]
        reached = stop
    return b"".join([*left, raw[reached:]]).decode()


def _libraries_called(statement: ast.stmt) -> frozenset[str]:
    """The libraries that a definition calls where it stands; NO_LIBRARY among them if it is more than a definition."""
    called: set[str] = set()
    pending = [statement]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            called |= _calls_in(node.value)
        elif isinstance(node, ast.If):
            called |= _calls_in(node.test)
            pending += [*node.body, *node.orelse]
        elif isinstance(node, ast.Try):  # its handlers run only after an import or a definition has failed
            pending += [*node.body, *node.orelse, *node.finalbody]
        elif not isinstance(node, HARMLESS):
            called.add(NO_LIBRARY)
    return frozenset(called)


def _calls_in(expression: ast.expr | None) -> set[str]:
    if expression is None:
        return set()
    return {_library(call) for call in ast.walk(expression) if isinstance(call, ast.Call | ast.Await)} - {BUILTIN}


def _library(call: ast.Call | ast.Await) -> str:
    """Whose function is called: `tf` for `tf.constant(1.0)`, BUILTIN for `range(3)`, NO_LIBRARY for `f()()`."""
    function = call.func if isinstance(call, ast.Call) else None
    root = function
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        return NO_LIBRARY
    return BUILTIN if root is function and root.id in PLAIN_CALLS else root.id

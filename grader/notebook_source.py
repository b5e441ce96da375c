"""What of a notebook is a submission: imports, definitions and simple assignments, cell by cell.

The given training cells, plots and magics do not run in a graded submission. Line numbers stay as they are in the cell.
"""

import ast
import json

# What ast.parse raises: ValueError for zero bytes, the last two for nesting without end.
NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
SLOW_MODULES = frozenset({"tfds", "tensorflow_datasets", "plt", "matplotlib"})
PLAIN_CALLS = frozenset({"dict", "float", "int", "len", "list", "max", "min", "range", "set", "str", "sum", "tuple"})


def definitions_in_notebook(raw: bytes) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """(label, source) of each code cell with only its definitions left, and notes on cells that were left out.

    Raises ValueError, as the rest of a sentence that starts with the file's name.
    """
    cells = _code_cells(raw)
    if not any(text.strip() for _, text in cells):
        raise ValueError("has no code in it")
    kept, notes = [], []
    modules = _imported_names(cells)
    for label, text in cells:
        try:
            source = keep_definitions(without_magics(text), modules)
        except NO_PYTHON as error:
            place = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
            notes.append(f"{label}{place} was left out: {getattr(error, 'msg', error)}")
            continue
        if source.strip():
            kept.append((label, source))
    return kept, tuple(notes)


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


def without_magics(text: str) -> str:
    """The cell with magics and shell lines blanked; a cell in another language is blanked whole.

    A cell that is Python as it stands has none: there, a line may start with the operator % or lie in a string.
    """
    if _is_python(text):
        return text
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(("%%time", "%%capture")):
        return ""
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except NO_PYTHON:
        return False
    return True


def _imported_names(cells: list[tuple[str, str]]) -> frozenset[str]:
    names: set[str] = set()
    for _, text in cells:
        try:
            nodes = ast.walk(ast.parse(without_magics(text)))
        except NO_PYTHON:
            continue
        for node in nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    return frozenset(names - SLOW_MODULES)


def keep_definitions(text: str, modules: frozenset[str]) -> str:
    """The source with every top-level statement blanked that is not an import, a definition or a simple assignment."""
    lines = text.split("\n")
    for node in ast.parse(text).body:
        if not _is_definition(node, modules):
            _blank(lines, node)
    return "\n".join(lines)


def _blank(lines: list[str], node: ast.stmt) -> None:
    """Blank one statement, also where it shares its line with others."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    for number in range(first, last + 1):
        raw = lines[number].encode()
        start = node.col_offset if number == first else 0
        stop = (node.end_col_offset or 0) if number == last else len(raw)
        shared = start > 0 or stop < len(raw)
        filler = b"0".ljust(stop - start) if shared else b""  # a statement that does nothing
        lines[number] = (raw[:start] + filler + raw[stop:]).decode()


def _is_definition(node: ast.stmt, modules: frozenset[str]) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return node.value is None or _calls_are_cheap(node.value, modules)
    if isinstance(node, ast.If):
        return _calls_are_cheap(node.test, modules) and _are_definitions([*node.body, *node.orelse], modules)
    if isinstance(node, ast.Try):  # its handlers run only where an import or a definition has failed
        return _are_definitions([*node.body, *node.orelse, *node.finalbody], modules)
    return isinstance(node, ast.Pass)


def _are_definitions(nodes: list[ast.stmt], modules: frozenset[str]) -> bool:
    return all(_is_definition(node, modules) for node in nodes)


def _calls_are_cheap(expression: ast.expr, modules: frozenset[str]) -> bool:
    return all(_is_cheap(node, modules) for node in ast.walk(expression) if isinstance(node, ast.Call | ast.Await))


def _is_cheap(call: ast.AST, modules: frozenset[str]) -> bool:
    """A call of an imported library, or of a plain builtin: `tf.constant(1.0)`, `range(3)`."""
    function = call.func if isinstance(call, ast.Call) else None
    root = function
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        return False
    return root.id in modules or (root is function and root.id in PLAIN_CALLS)

"""Read the cells of a notebook, each as Python that does what its kernel would do.

Line numbers stay as they are in the cell. What runs is chosen by `dependencies`; nothing is executed here.
"""

import ast
import json
from typing import Any

from ..core.broken import NO_PYTHON
from ..core.outcomes import LeftOut
from .kernel_syntax import as_python

MAX_CELLS = 2000
MAX_CELL_BYTES = 256 * 2**10  # a parsed byte of code may take a KiB
MAX_CODE_BYTES = 2**20


def cells_of_notebook(raw: bytes) -> tuple[list[tuple[str, str]], tuple[LeftOut, ...]]:
    """(label, source) of each cell of code as Python, and what of the notebook no kernel could run.

    A cell with a syntax error is among both: by its text it is known what it would have defined. Raises ValueError, as
    the rest of a sentence that starts with the file's name.
    """
    cells, left_out = _code_cells(raw)
    if not any(text.strip() for _, text in cells):
        raise ValueError("has no code in it")
    _check_amount(cells)
    kept = []
    for label, text in cells:
        source, note = _read(label, text)
        left_out += note
        if source.strip():
            kept.append((label, source))
    return kept, tuple(left_out)


def _read(label: str, text: str) -> tuple[str, list[LeftOut]]:
    """The cell as Python, "" for one that cannot be handled, and what is to be said of it."""
    if _size(text) > MAX_CELL_BYTES:
        return "", [LeftOut(label, f"it has more than {MAX_CELL_BYTES >> 10} KiB of code")]
    try:
        source = as_python(text)
        ast.parse(source)
    except SyntaxError as error:
        return source, [LeftOut(f"{label}, line {error.lineno or 1}", f"SyntaxError: {error.msg}")]
    except NO_PYTHON as error:
        return "", [LeftOut(label, str(error) or "it is too complex to be read")]
    return source, []


def _check_amount(cells: list[tuple[str, str]]) -> None:
    if len(cells) > MAX_CELLS:
        raise ValueError(f"has {len(cells)} cells of code; {MAX_CELLS} are allowed")
    if sum(size for _, text in cells if (size := _size(text)) <= MAX_CELL_BYTES) > MAX_CODE_BYTES:
        raise ValueError(f"has more than {MAX_CODE_BYTES >> 20} MiB of code in it")


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def _code_cells(raw: bytes) -> tuple[list[tuple[str, str]], list[LeftOut]]:
    """(label, text) of each cell of code, numbered as they are seen, and the cells that hold none."""
    try:
        notebook = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("is not a notebook: it is no JSON") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("is not a notebook of version 4: it has no list of cells")  # noqa: TRY004 - as for no JSON
    found, left_out = [], []
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict) and cell.get("cell_type") in ("markdown", "raw"):
            continue
        text = _text_of(cell)
        if text is None:
            left_out.append(LeftOut(f"cell {number}", "it holds no text"))
        else:
            found.append((f"cell {number}", text))
    return found, left_out[:MAX_CELLS]


def _text_of(cell: Any) -> str | None:
    """The text of a cell of code, which JSON holds as one string or as a list of lines; None if there is none."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return None
    source = cell.get("source")
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        return None
    return "".join(map(str, lines)).replace("\r\n", "\n").replace("\r", "\n")

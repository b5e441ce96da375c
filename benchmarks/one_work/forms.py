"""The same modules in several forms, on the disk."""

import ast
import zipfile
from pathlib import Path

import nbformat

Sources = dict[str, str]


def cells_of(sources: Sources) -> list[str]:
    """A cell for each module, without the imports from one another and without the experiments."""
    cells = []
    for text in sources.values():
        body = [node for node in ast.parse(text).body if not isinstance(node, ast.If)]
        own = [node for node in body if not (isinstance(node, ast.ImportFrom) and node.level)]
        cells.append(ast.unparse(ast.Module(own, [])))
    return cells


def notebook_of(sources: Sources) -> str:
    """The modules as one notebook."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in cells_of(sources)]
    return str(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))


def write_folder(sources: Sources, place: Path) -> None:
    """The modules in a folder."""
    place.mkdir(parents=True)
    for name, text in sources.items():
        (place / name).write_text(text, encoding="utf-8")


def write_zip(sources: Sources, place: Path) -> None:
    """The modules in a .zip, below a folder."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sources.items():
            archive.writestr(f"my_solution/{name}", text)

"""Nothing of a submission is unpacked or parsed in the deciding process: only some files call what does that."""

import ast
from pathlib import Path

from grader.isolation.view import ROOT

PARSERS = {"read_submission", "sources_for", "imported_files", "needed_cells", "cells_of_notebook", "listed", "choose"}
MAY = ("submissions/", "isolation/reading.py", "selfcheck/")  # what the sandbox runs; the student's own process
ON_OURS = {"similarity/pairs.py": {"cells_of_notebook"}, "engine/fingerprint.py": {"imported_files"}}  # templates, code
FILES = {str(path.relative_to(ROOT / "grader")): path for path in (ROOT / "grader").rglob("*.py")}
OTHERS = sorted(name for name in FILES if not name.startswith(MAY))


def parsers_in(path: Path) -> set[str]:
    """What a file imports of the functions that parse submissions, from the room that holds them."""
    imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    return {
        alias.name
        for node in imports
        if "submissions" in (node.module or "").split(".")
        for alias in node.names
        if alias.name in PARSERS
    }


def test_what_parses_submissions_is_called_in_the_sandbox_alone() -> None:
    """Every other file of the grader gets what was read from `grader.isolation.reading`."""
    found = {name: parsers_in(FILES[name]) for name in OTHERS}
    assert {name: used for name, used in found.items() if used} == ON_OURS


def test_the_search_finds_what_it_looks_for() -> None:
    """A file that may parse is found to do so."""
    assert parsers_in(FILES["selfcheck/notebook.py"]) == {"read_submission", "sources_for"}

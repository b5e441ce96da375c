"""What mutation testing found is counted and told, from a folder as mutmut leaves it."""

import ast
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from benchmarks.mutation import counts, main, read

ROOT = Path(__file__).parents[3]
ROWS = re.findall(r"^\| `([\w.]+)` \| `(.+)` → `.+` \|$", (ROOT / "docs" / "validity-of-tests.md").read_text(), re.M)
SOURCE = """
def x_share__mutmut_orig(part, whole):
    message = "too large"
    if part > whole:
        raise ValueError(message, part - whole)
    return part / whole
"""
CHANGES = {  # old and new code, and mutmut's exit code
    "killed": ("return part / whole", "return part * whole", 1),
    "survived": ("if part > whole", "if part >= whole", 0),
    "untested": ("part - whole", "part + whole", 33),
    "text": ('"too large"', '"TOO LARGE"', 0),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    room = tmp_path / "mutants" / "grader" / "stats"
    room.mkdir(parents=True)
    source, codes = SOURCE, {}
    for n, (old, new, code) in enumerate(CHANGES.values(), 1):
        source += SOURCE.replace("_orig", f"_{n}").replace(old, new)
        codes[f"grader.stats.parts.x_share__mutmut_{n}"] = code
    (room / "parts.py").write_text(source)
    (room / "parts.py.meta").write_text(json.dumps({"exit_code_by_key": codes}))
    return tmp_path / "mutants"


def test_each_mutant_is_read_with_its_change(folder: Path) -> None:
    """The smallest piece of code that says something, before and after, and whether but a text differs."""
    found = list(read(folder))
    assert [(m.function, m.status, m.is_text) for m in found] == [
        ("parts.share", "killed", False), ("parts.share", "survived", False), ("parts.share", "untested", False),
        ("parts.share", "survived", True),
    ]  # fmt: skip
    assert found[0].row == "| `parts.share` | `part / whole` → `part * whole` |"
    assert [(m.before, m.after) for m in found[1:3]] == [
        ("part > whole", "part >= whole"),
        ("part - whole", "part + whole"),
    ]


def test_texts_are_counted_apart(folder: Path) -> None:
    """They stand in the last row, and the share is that of the other mutants."""
    table = counts(list(read(folder)))
    assert table.splitlines()[-3].startswith("| text alone |")
    assert table.endswith("1 of 3 mutants of numbers and comparisons are killed.")


@pytest.mark.parametrize("explained", [1, 2])
def test_a_page_has_to_explain_every_survivor(
    folder: Path, explained: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What no test notices, or reaches, needs its row."""
    rows = [m.row for m in read(folder) if m.status != "killed" and not m.is_text]
    Path("page.md").write_text("\n".join(rows[:explained]))
    monkeypatch.setattr(sys, "argv", ["mutation", "--page", "page.md"])
    assert main() == (explained < len(rows))
    assert (rows[1] in capsys.readouterr().out) == (explained < len(rows))


def test_explained_survivors_are_changes_of_code_that_is_there() -> None:
    """Every row of the page names a function that is mutated, and an expression in it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    code = {Path(path).stem: ast.parse((ROOT / path).read_text()) for path in settings["only_mutate"]}
    assert len(ROWS) > 20
    assert [(name, before) for name, before in ROWS if before not in _text_of(code, name)] == []


def _text_of(code: dict[str, ast.Module], name: str) -> str:
    """The code of a function or method, by its module and name, as `ast` writes it; "" where there is none."""
    module, *_, last = name.split(".")
    nodes = ast.walk(code[module]) if module in code else ()
    return "\n".join(ast.unparse(node) for node in nodes if isinstance(node, ast.FunctionDef) and node.name == last)

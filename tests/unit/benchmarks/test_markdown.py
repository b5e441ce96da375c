"""Pages from templates: what is wrapped, what is not, and what a template may not ask for."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from benchmarks.markdown import render, table, wrapped


def test_table_is_markdown() -> None:
    """Heads, a line, and rows."""
    assert table(("a", "b"), [(1, "x")]) == "| a | b |\n| --- | --- |\n| 1 | x |"


def test_paragraphs_are_wrapped_and_nothing_else_is() -> None:
    """Words of a paragraph fill lines of 120 characters; headings, tables, lists and pictures stay as they are."""
    long, row = " ".join(["word"] * 60), "| " + "cell " * 60 + "|"
    found = wrapped(f"\n# Title\n\n\n{long[:40]}\n{long[40:]}\n   \n{row}\n\n- one\n- two\n\n![shown](a.png)\n")
    title, paragraph, *others = found.rstrip("\n").split("\n\n")
    assert [title, *others] == ["# Title", row, "- one\n- two", "![shown](a.png)"]
    assert paragraph.split() == (long[:40] + " " + long[40:]).split()
    assert [len(line) <= 120 for line in paragraph.splitlines()] == [True] * 3


def test_a_value_that_nobody_computed_is_an_error(tmp_path: Path) -> None:
    """A template cannot leave a hole in a page; what it is given stands there unescaped."""
    (tmp_path / "page.md.j2").write_text("{{ there }} {{ not_there }}")
    with pytest.raises(UndefinedError, match="not_there"):
        render(tmp_path / "page.md.j2", there="a < b")
    assert render(tmp_path / "page.md.j2", there="a < b", not_there="& c") == "a < b & c\n"

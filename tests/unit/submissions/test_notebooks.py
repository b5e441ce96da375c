"""What is read of a notebook: each cell of code as Python, on the lines it was on."""

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.outcomes import LeftOut
from grader.submissions.notebooks import cells_of_notebook


def notebook(*cells: Any, kind: str = "code") -> bytes:
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": kind, "source": cell} for cell in cells]}).encode()


def read(cell: str) -> list[str]:
    """The lines that a cell becomes."""
    found, left_out = cells_of_notebook(notebook("x = 1", cell))
    assert left_out == ()
    return dict(found).get("cell 2", "").split("\n")


PYTHON = [
    "import tensorflow as tf",
    "class Autoencoder(tf.keras.Model):\n    def encode(self, x):\n        return self.encoder(x)",
    "try:\n    import extra\nexcept ImportError:\n    extra = None",
    "model.fit(batches, epochs=2, steps_per_epoch=938)",
    "def f(a, b):\n    return (a\n            % b)",
    'text = """\n%d of\n!\n?\n"""',
    "größe = 'ä€𝄞'; y = 1",
]


@pytest.mark.parametrize("cell", PYTHON)
def test_python_stays_as_it_is(cell: str) -> None:
    """Also where a line begins with the operator %, or lies in a text."""
    assert read(cell) == cell.split("\n")


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("files = !ls\nx = 1", ["files = get_ipython().getoutput('ls')", "x = 1"]),
        ("!ls \\\n  -la\nx = 1", ["get_ipython().system('ls    -la')", "", "x = 1"]),
        ("def f():\n    pass\ntf.cast?", ["def f():", "    pass", "get_ipython().run_line_magic('pinfo', 'tf.cast')"]),
        ("if 1:\n    %pip install x", ["if 1:", "    get_ipython().run_line_magic('pip', 'install x')"]),
        ("%matplotlib inline\nx = 1", ["get_ipython().run_line_magic('matplotlib', 'inline')", "x = 1"]),
        ("%time x = f()", ["x = f()"]),
        ("y = %time f()", ["y = f()"]),
        ("%timeit f()", ["get_ipython().run_line_magic('timeit', 'f()')"]),
        ("!echo \"don't\nx = !b\ny = 2",
         ["get_ipython().system('echo \"don\\'t')", "x = get_ipython().getoutput('b')", "y = 2"]),
        ("  x = 1\n  y = 2", ["x = 1", "y = 2"]),
        (">>> x = 1\n>>> y = 2", ["x = 1", "y = 2"]),
        ("\n\n%time\nx = 1", ["", "", "get_ipython().run_line_magic('time', '')", "x = 1"]),
    ],
)  # fmt: skip
def test_lines_for_ipython_become_python(cell: str, lines: list[str]) -> None:
    """Commands, questions and prompts, each on its line; what was continued leaves blank lines."""
    assert read(cell) == lines


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("%%time\nx = 1", ["", "x = 1"]),
        ("%%capture out\nx = !ls", ["out = get_ipython().captured()", "x = get_ipython().getoutput('ls')"]),
        ("\n%%time\n%%capture\nx = 1", ["", "", "", "x = 1"]),
        ("%%prun -s time\nx = 1", ["", "x = 1"]),
        ("%%somebodys_own a b\nx = 1", ["", "x = 1"]),
        ("%%somebodys_own\nselect x from y", ["get_ipython().run_cell_magic('somebodys_own', '', '')", ""]),
        ("%%bash\nx = 1", ["get_ipython().run_cell_magic('bash', '', '')", ""]),
        ("\n%%javascript\nalert(1)", ["", "get_ipython().run_cell_magic('javascript', '', '')", ""]),
        ("%%timeit\nx = 1", ["get_ipython().run_cell_magic('timeit', '', '')", ""]),
        ("%%writefile a.py\nx = 1\n!", ["get_ipython().run_cell_magic('writefile', 'a.py', 'x = 1\\n!\\n')", "", ""]),
    ],
)  # fmt: skip
def test_a_cell_of_python_under_a_magic_runs(cell: str, lines: list[str]) -> None:
    """Cells in other languages do not; a file's text goes along to be written; a measured cell binds nothing."""
    assert read(cell) == lines


def test_a_cell_with_a_syntax_error_is_noted_and_kept_for_what_it_would_have_defined() -> None:
    """The rest of the notebook is graded; the note says which cell and line."""
    found, left_out = cells_of_notebook(notebook("x = 1", "x = 2\ndef broken(:\n    pass", "y = 2"))
    assert [label for label, _ in found] == ["cell 1", "cell 2", "cell 3"]
    assert left_out == (LeftOut("cell 2, line 2", "SyntaxError: invalid syntax"),)


@pytest.mark.parametrize("text", ["x = 1\0", "x = '\ud800'", "(" * 5000, "-" * 100_000 + "1"])
def test_a_cell_that_python_cannot_even_read_is_noted(text: str) -> None:
    """Zero bytes, halves of characters, nesting without end: noted like any syntax error."""
    found, left_out = cells_of_notebook(notebook(text, "y = 2"))
    assert found[-1] == ("cell 2", "y = 2")
    assert left_out[0].where.startswith("cell 1")


def test_cells_are_numbered_as_they_are_seen() -> None:
    """Texts between the code count, as they do on the screen."""
    cells = [
        {"cell_type": "markdown", "source": "# Title"},
        {"cell_type": "code", "source": ["x = 1\n", "y = 2"]},
        {"cell_type": "raw", "source": "raw"},
        {"cell_type": "code", "source": "z = 3"},
    ]
    found, _ = cells_of_notebook(json.dumps({"cells": cells}).encode())
    assert found == [("cell 2", "x = 1\ny = 2"), ("cell 4", "z = 3")]


@pytest.mark.parametrize(
    "cell",
    [{"cell_type": "code"}, {"cell_type": "code", "source": [1]}, {"cell_type": "code", "source": {"a": 1}}, "x",
     {"source": "x = 1"}, {"cell_type": "heading", "source": "Title"}, None],
    ids=str,
)  # fmt: skip
def test_one_odd_cell_is_noted_and_the_rest_is_read(cell: Any) -> None:
    """Without a text, without a kind, or no cell at all."""
    raw = json.dumps({"cells": [cell, {"cell_type": "code", "source": "x = 1"}]}).encode()
    assert cells_of_notebook(raw) == ([("cell 2", "x = 1")], (LeftOut("cell 1", "it holds no text"),))


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_of_other_systems_do_not_matter(ending: str) -> None:
    """CRLF and CR count as the ends of lines that they are."""
    assert read(ending.join(["x = 1", "y = 2"])) == ["x = 1", "y = 2"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_notebook_in_another_encoding_of_json_is_read(encoding: str) -> None:
    """Some editors write a byte order mark, or two bytes for each character."""
    raw = notebook("x = 'ä'").decode().encode(encoding)
    assert cells_of_notebook(raw)[0] == [("cell 1", "x = 'ä'")]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no JSON"),
        (b"import tensorflow as tf", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no list of cells"),
        (b"null", "no list of cells"),
        (b"{}", "no list of cells"),
        (b'{"worksheets": [{"cells": []}]}', "no list of cells"),
        (b'{"cells": 3}', "no list of cells"),
        (b'{"cells": ["x"]}', "no code"),
        (b'{"cells": [{"cell_type": "code"}]}', "no code"),
        (notebook(), "no code"),
        (notebook("", "  \n"), "no code"),
        (notebook("x = 1", kind="markdown"), "no code"),
    ],
    ids=lambda value: value[:40].decode(errors="replace") if isinstance(value, bytes) else value,
)
def test_what_is_no_notebook_is_one_clear_line(raw: bytes, reason: str) -> None:
    """No JSON, JSON of something else, no code in it."""
    with pytest.raises(ValueError, match=reason) as caught:
        cells_of_notebook(raw)
    assert "\n" not in str(caught.value)


LINES = st.sampled_from(
    ["x = 1", "if x:", "    y = 2", "%time z = 3", "!ls \\", "files = !ls", "x?", "%matplotlib inline", "'''", "(", ")",
     "%%time", "%%bash", "", "# a comment", "größe = 'ä€𝄞'", "\tpass", "a = %who", ">>> x", "x = 'don't"]
)  # fmt: skip


@given(st.lists(LINES, max_size=8).map("\n".join) | st.text())
def test_any_text_keeps_its_lines_or_is_noted(text: str) -> None:
    """No cell, whatever is in it, ends the reading of a notebook; what is read is Python of as many lines."""
    found, left_out = cells_of_notebook(notebook(text, "x = 1"))
    assert found[-1] == ("cell 2", "x = 1")
    if not left_out and len(found) > 1:
        source = found[0][1]
        assert source.count("\n") == text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
        ast.parse(source)

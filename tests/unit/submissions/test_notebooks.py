"""What is kept of a notebook: imports, definitions and simple assignments, on the lines they were on."""

import ast
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submissions.notebooks import (
    definitions_in_notebook,
)

IMPORTS = "import tensorflow as tf\nimport numpy as np\nimport matplotlib.pyplot as plt\n"


def notebook(*cells: Any, kind: str = "code") -> bytes:
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": kind, "source": cell} for cell in cells]}).encode()


def source_of(cell: str) -> str:
    """What is left of a cell beside one that imports `tf`, `np` and `os`; "" if nothing is."""
    imports = "import tensorflow as tf\nimport numpy as np\nimport os"
    found, left_out = definitions_in_notebook(notebook(imports, cell))
    assert left_out == ()
    return dict(found).get("cell 2", "")


def kept(*cells: str) -> list[str]:
    """The lines that are left of the last cell."""
    found, left_out = definitions_in_notebook(notebook(*cells))
    assert left_out == ()
    last = f"cell {len(cells)}"
    return next((source.split("\n") for label, source in found if label == last), [])


DEFINITIONS = [
    "import tensorflow as tf",
    "from .data import normalize",
    "class Autoencoder(tf.keras.Model):\n    def encode(self, x):\n        return self.encoder(x)",
    "@tf.function\ndef step(batch):\n    return batch",
    "async def later():\n    pass",
    "BATCH_SIZE = 64",
    "a = b = 3",
    "rate: float = 1e-3",
    "size: int",
    "total = 1\ntotal += 2",
    "prior = tf.constant([0.0, 1.0])",
    "grid = np.linspace(-2.5, 2.5, 25)",
    "sizes = list(range(3))",
    "seeds = [n ** 2 for n in range(3)]",
    "try:\n    import extra\nexcept ImportError:\n    extra = None",
    "try:\n    import extra\nexcept ImportError:\n    print('not here')",
    "if tf.__version__ > '2':\n    old = False\nelse:\n    old = True",
    "pass",
]


@pytest.mark.parametrize("cell", DEFINITIONS)
def test_definitions_are_kept(cell: str) -> None:
    """Imports, functions, classes, assignments of values and of what a library or a plain builtin computes."""
    assert kept(IMPORTS, cell) == cell.split("\n")


BLANKED = [
    "model.fit(batches, epochs=2, steps_per_epoch=938)",
    "model = Autoencoder()",
    "history = Autoencoder().fit(batches, 2, 938)",
    "dataset = load_mnist()",
    "ds = tfds.load('mnist')",
    "figure = plt.figure(figsize=(8, 2))",
    "plt.imshow(strip, cmap='gray')",
    "print('hello')",
    "check('vae')",
    "model.summary()",
    "for epoch in range(2):\n    model.fit_iteration(batch)",
    "while True:\n    pass",
    "with tf.device('/cpu'):\n    x = 1",
    "assert model.encode(images).shape == (5, 10)",
    "raise SystemExit",
    "del model",
    "if True:\n    model.fit(batches)",
    "if trained:\n    x = 1\nelse:\n    model.fit(batches)",
    "if model.fit(batches):\n    x = 1",
    "try:\n    x = 1\nexcept ValueError:\n    pass\nelse:\n    model.fit(batches)",
    "try:\n    x = 1\nfinally:\n    model.fit(batches)",
    "loss: float = model.fit_iteration(batch)",
    "total = [model.fit_iteration(b) for b in batches]",
    "'a text that stands alone'",
    "model",
]


@pytest.mark.parametrize("cell", BLANKED)
def test_training_plots_and_what_they_start_are_blanked(cell: str) -> None:
    """The given cells that train and draw do not run in a graded submission."""
    assert kept(IMPORTS, "import tensorflow_datasets as tfds", cell) == []


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        ("x = 1; model.fit()", ["x = 1; 0          "]),
        ("model.fit(); x = 1", ["0          ; x = 1"]),
        ("x = 1; model.fit(); y = 2", ["x = 1; 0          ; y = 2"]),
        ("model.fit()  # for a long time\nx = 1", ["0            # for a long time", "x = 1"]),
        ("x = 1; model.fit(\n    batches,\n    2,\n); y = 2", ["x = 1; 0         ", "", "", "0; y = 2"]),
        ("größe = 'ä'; model.fit(); y = 'ü'", ["größe = 'ä'; 0          ; y = 'ü'"]),
        ("model.fit(\n    batches,\n)\nx = 1", ["", "", "", "x = 1"]),
        ("x = 1; \\\nmodel.fit()\ny = 2", ["x = 1; \\", "", "y = 2"]),
    ],
)
def test_statements_that_share_a_line_are_told_apart(cell: str, left: list[str]) -> None:
    """Only what is blanked goes; what stands beside it stays, in its line and column."""
    assert kept(cell) == left
    names: dict[str, Any] = {}
    exec(compile("\n".join(left), "cell", "exec"), names)
    wanted = {target.id for node in ast.parse(cell).body if isinstance(node, ast.Assign) for target in node.targets}
    assert wanted <= names.keys()


def test_line_numbers_stay() -> None:
    """A message about line 6 is about line 6 of the student's cell."""
    cell = "%matplotlib inline\nmodel.fit(\n    batches)\n\nclass A:\n    x = undefined_name"
    assert kept(cell)[5] == "    x = undefined_name"


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        ("%matplotlib inline\nx = 1", ["", "x = 1"]),
        ("!pip install tensorflow\nx = 1", ["", "x = 1"]),
        ("x = 1\n  %timeit x", ["x = 1", ""]),
        ("%%time\nx = 1", ["", "x = 1"]),
        ("%%capture out\nx = 1", ["", "x = 1"]),
        ("\n%%javascript\nalert(1)", []),
        ("%%bash\nx = 1", []),
    ],
)
def test_magics_do_not_run(cell: str, left: list[str]) -> None:
    """Lines for IPython and for a shell are blanked, cells in another language left out."""
    assert kept(cell) == left


@pytest.mark.parametrize("cell", ["def f(a, b):\n    return (a\n            % b)", 'text = """\n%d of\n!\n"""'])
def test_an_operator_at_the_start_of_a_line_is_no_magic(cell: str) -> None:
    """A cell that is Python as it stands has no magics in it."""
    assert kept(cell) == cell.split("\n")


def test_a_cell_with_a_syntax_error_is_left_out_and_noted() -> None:
    """The rest of the notebook is graded; the note says which cell and line."""
    found, left_out = definitions_in_notebook(notebook("x = 1", "def broken(:\n    pass", "y = 2"))
    assert [label for label, _ in found] == ["cell 1", "cell 3"]
    (note,) = left_out
    assert note.where == "cell 2, line 1"
    assert note.why
    assert "\n" not in str(note)


@pytest.mark.parametrize("text", ["x = 1\0", "x = '\ud800'", "(" * 5000, "-" * 100_000 + "1"])
def test_a_cell_that_python_cannot_even_read_is_left_out(text: str) -> None:
    """Zero bytes, halves of characters, nesting without end: noted like any syntax error."""
    found, left_out = definitions_in_notebook(notebook(text, "y = 2"))
    assert [label for label, _ in found] == ["cell 2"]
    assert left_out[0].where.startswith("cell 1")


def test_cells_are_numbered_as_they_are_seen() -> None:
    """Texts between the code count, as they do on the screen."""
    cells = [
        {"cell_type": "markdown", "source": "# Title"},
        {"cell_type": "code", "source": ["x = 1\n", "y = 2"]},
        {"cell_type": "raw", "source": "raw"},
        {"cell_type": "code", "source": "z = 3"},
    ]
    found, _ = definitions_in_notebook(json.dumps({"cells": cells}).encode())
    assert found == [("cell 2", "x = 1\ny = 2"), ("cell 4", "z = 3")]


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_of_other_systems_do_not_matter(ending: str) -> None:
    """CRLF and CR count as the ends of lines that they are."""
    assert kept(ending.join(["x = 1", "model.fit()", "y = 2"])) == ["x = 1", "", "y = 2"]


def test_a_byte_order_mark_does_not_matter() -> None:
    """Some editors write one."""
    assert definitions_in_notebook(b"\xef\xbb\xbf" + notebook("x = 1"))[0] == [("cell 1", "x = 1")]


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
        (b'{"cells": ["x"]}', "no list of cells"),
        (b'{"cells": [{"cell_type": "code"}]}', "no list of cells"),
        (b'{"cells": [{"cell_type": "code", "source": [1]}]}', "no list of cells"),
        (b'{"cells": [{"cell_type": "code", "source": {"a": 1}}]}', "no list of cells"),
        (notebook(), "no code"),
        (notebook("", "  \n"), "no code"),
        (notebook("x = 1", kind="markdown"), "no code"),
    ],
    ids=lambda value: value[:40].decode(errors="replace") if isinstance(value, bytes) else value,
)
def test_what_is_no_notebook_is_one_clear_line(raw: bytes, reason: str) -> None:
    """No JSON, JSON of something else, no code in it."""
    with pytest.raises(ValueError, match=reason) as caught:
        definitions_in_notebook(raw)
    assert "\n" not in str(caught.value)


STATEMENTS = st.sampled_from([*DEFINITIONS, *BLANKED, "", "# a comment", "x = 1", "größe = 'ä€𝄞'", 't = """a\n%b\n"""'])
SIMPLE = st.sampled_from(
    ["x = 1", "model.fit()", "plt.show(\n)", "print('ä')", "import os", "y = [\n1,\n2]", "del x", "pass"]
)


def cell_of(lines: Iterable[list[str]], endings: list[str]) -> str:
    return "\n".join("; ".join(line) + ending for line, ending in zip(lines, endings, strict=False))


CELLS = st.builds(
    cell_of,
    st.lists(st.lists(SIMPLE, min_size=1, max_size=3) | STATEMENTS.map(lambda s: [s]), max_size=6),
    st.lists(st.sampled_from(["", "", "  # done", "\n\n"]), min_size=6, max_size=6),
)


@given(CELLS)
def test_blanking_leaves_as_many_lines_and_compilable_source(cell: str) -> None:
    """Whatever is blanked, wherever: the line count stays, the rest is Python, and blanking again changes nothing."""
    source = source_of(cell)
    assert source.count("\n") in (cell.count("\n"), 0)  # 0 where nothing is left
    compile(source, "cell", "exec")
    assert ast.dump(ast.parse(source_of(source))) in (
        ast.dump(ast.parse(source)), ast.dump(ast.Module([n for n in ast.parse(source).body if not _is_filler(n)], [])),
    )  # fmt: skip


def _is_filler(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value == 0


@given(CELLS)
def test_all_that_is_left_are_definitions(cell: str) -> None:
    """After blanking, no call of the student's own stands outside a function, a class or an exception's handler."""
    for node in ast.parse(source_of(cell)).body:
        allowed = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign)
        assert isinstance(node, (*allowed, ast.AnnAssign, ast.AugAssign, ast.Try, ast.If, ast.Pass)) or _is_filler(node)
        assert "fit" not in ast.dump(node)


@given(st.text())
def test_any_text_is_kept_or_noted(text: str) -> None:
    """No cell, whatever is in it, ends the reading of a notebook."""
    found, left_out = definitions_in_notebook(notebook(text, "x = 1"))
    assert found[-1] == ("cell 2", "x = 1")
    assert len(left_out) <= 1

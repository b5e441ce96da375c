"""Which cells a part's names need: all that bind, change or call what matters, and no training that nobody needs."""

import ast

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.given import statements_in
from grader.submissions.cells import _span, needed_cells, without
from grader.submissions.reading import Source

NORMALIZE = "def normalize(image, label):\n    return image / SIZE"
TRAINING = "model = Autoencoder()\nmodel.fit(batches)\nplt.show()"


def chosen(*cells: str, given: str = "", name: str = "normalize") -> list[str]:
    """The texts of the cells that the name needs."""
    sources = [Source(f"cell {number}", text) for number, text in enumerate(cells, 1)]
    return [source.text for source in needed_cells(sources, frozenset({name}), statements_in(given, []))]


@pytest.mark.parametrize(
    "cell",
    [
        "SIZE = 255", "import numpy as SIZE", "SIZE, other = f()", "for SIZE in range(3):\n    pass", "SIZE = !ls",
        "if x:\n    SIZE = 3", "try:\n    SIZE = 3\nexcept ValueError:\n    pass", "with f() as SIZE:\n    pass",
        "def f():\n    global SIZE\n    SIZE = 3", "class SIZE: pass", "(SIZE := 3)", "SIZE: int = 3",
    ],
)  # fmt: skip
def test_a_cell_that_binds_a_needed_name_is_chosen(cell: str) -> None:
    """However it does so, and as a whole."""
    cell = cell.replace("!ls", "get_ipython().getoutput('ls')")
    assert chosen(cell, NORMALIZE, TRAINING) == [cell, NORMALIZE]


@pytest.mark.parametrize(
    "cell",
    [
        "normalize.size = 3", "setattr(normalize, 'size', 3)", "register(normalize)", "SIZE.append(3)",
        "SIZE['a'] = 3", "del SIZE[0]", "for each in (normalize, SIZE):\n    each.name = 'x'", "from x import *",
        "for each in enumerate(SIZE.layers):\n    each.freeze()", "from __future__ import annotations",
        "get_ipython().run_cell_magic('writefile', 'x.py', '')", "normalize = tf.function(normalize)",
    ],
)  # fmt: skip
def test_a_cell_that_changes_what_is_needed_is_chosen(cell: str) -> None:
    """An attribute, a call that gets the object, a method; and what may bind any name."""
    assert chosen("SIZE = []", NORMALIZE, cell) == ["SIZE = []", NORMALIZE, cell]


@pytest.mark.parametrize(
    "cell",
    [TRAINING, "print(normalize)", "plt.imshow(normalize(x, 1))", "check('data')", "x = normalize(y, z)", "normalize",
     "history = model.fit(data.map(normalize))", "for x in y:\n    normalize(x, 1)", "import pandas",
     "help(normalize)"],
)  # fmt: skip
def test_what_only_uses_a_needed_name_is_not_chosen(cell: str) -> None:
    """Training, plots and looks at results."""
    assert chosen(NORMALIZE, "import matplotlib.pyplot as plt", cell) == [NORMALIZE]


def test_names_are_needed_with_the_value_that_they_have_there() -> None:
    """The last binding above counts, and those below only for what is called later."""
    cells = ["a = 1", "a = 2", "b = a", "a = 3", "def normalize(): return b"]
    assert chosen(*cells) == ["a = 2", "b = a", "def normalize(): return b"]
    cells = ["a = 1", "a = 2", "def normalize(): return a", "a = 3", "a = 4"]
    assert chosen(*cells) == ["a = 2", "def normalize(): return a", "a = 4"]
    assert chosen("a = 1", "if x: a = 2", "normalize = a") == ["a = 1", "if x: a = 2", "normalize = a"]


def test_a_name_that_the_cell_binds_itself_is_not_looked_for_above() -> None:
    """A try at the end of a cell brings no other experiment along, whatever its variables are called."""
    own = f"{NORMALIZE}\nmodel = make()\nfor i in range(3):\n    loss = model(i)\n    print(loss)"
    assert chosen("SIZE = 1", "model = train()\nloss = 3\ni = 1", own) == ["SIZE = 1", own]


def test_a_library_may_be_imported_below() -> None:
    """Cells are often run in another order than they stand in."""
    assert chosen("normalize = np.abs", "import numpy as np") == ["normalize = np.abs", "import numpy as np"]


def test_what_changes_a_name_from_a_function_is_called() -> None:
    """The function binds a global name when another cell calls it."""
    cells = ["def setup():\n    global SIZE\n    SIZE = 3", "setup()", NORMALIZE, "train()"]
    assert chosen(*cells) == cells[:3]


@pytest.mark.parametrize(
    "last",
    [
        "print(setup())", "list(map(setup, [3]))", "other = lambda: setup()\nprint(other())",
        "def deeper(): setup()\ndeeper()", "@setup\ndef never(): pass",
    ],
)  # fmt: skip
def test_a_name_that_a_function_binds_is_bound_where_it_is_called(last: str) -> None:
    """Below the cell that bound it last by itself, and from another function, too."""
    cells = ["def setup():\n    global SIZE\n    SIZE = 3", "SIZE = 255", "train()", last]
    assert chosen(*cells, NORMALIZE) == [cells[0], cells[1], last, NORMALIZE]


@pytest.mark.parametrize("made", ["go = setup", "go = partial(setup, 3)", "go = Doer(setup).go"])
def test_a_function_is_called_by_any_name_that_is_made_with_it(made: str) -> None:
    """An alias, a partial, an object that holds it."""
    cells = ["def setup():\n    global SIZE\n    SIZE = 3", "SIZE = 255", made, "go()", "train()"]
    assert chosen(*cells, NORMALIZE) == [*cells[:4], NORMALIZE]


def test_an_object_brings_what_its_methods_read_and_bind() -> None:
    """Where a method of it is called."""
    doer = "class Doer:\n    def get(self): return by\n    def go(self):\n        global SIZE\n        SIZE = 3"
    cells = ["by = 1", doer, "doer = Doer()", "by = 255", "SIZE = doer.get()", "doer.go()", "by = train()"]
    assert chosen(*cells, NORMALIZE) == [*cells, NORMALIZE]


@pytest.mark.parametrize("scale", ["def scale(x): return x / by", "scale = lambda x: x / by"])
def test_what_a_function_reads_is_read_where_it_is_called(scale: str) -> None:
    """It has another value below."""
    cells = ["by = 1", scale, "by = 255", "SIZE = scale(3)", "by = train()"]
    assert chosen(*cells, NORMALIZE) == [*cells, NORMALIZE]


def test_a_setting_of_a_library_that_is_needed_is_chosen() -> None:
    """It reads nothing of the notebook; a plot does."""
    cells = ["import tensorflow as tf", "tf.random.set_seed(3)", "tf.summary.image(model)", "normalize = tf.abs"]
    assert chosen(*cells) == [cells[0], cells[1], cells[3]]


def test_of_given_statements_only_those_run_that_something_needs() -> None:
    """A constant of an experiment that a student uses brings no training along; an edited training is the student's."""
    given = "batch_size = 64\nmodel = Autoencoder()\nhistory = model.fit(batches, epochs=2)"
    uses = "def normalize(i, l): return batch_size"
    assert chosen(given, uses, given=given) == ["batch_size = 64\n\n", uses]
    edited = given.replace("epochs=2", "epochs=9")
    assert chosen(edited, uses, given=given) == ["batch_size = 64\n\n", uses]
    assert chosen(given, "normalize = 3", given=given) == ["normalize = 3"]


@pytest.mark.parametrize("line", ["exec(text)", "globals()['normalize'] = f", "f = __import__('x')", "A.__dict__"])
def test_where_it_cannot_be_told_all_but_the_given_statements_run(line: str) -> None:
    """Any name may be bound there."""
    given = "model = train()"
    assert chosen(NORMALIZE, given, line, "y = 2", given=given) == [NORMALIZE, line, "y = 2"]


def test_code_that_finds_names_counts_only_where_it_is_needed() -> None:
    """A look at a source in an experiment brings nothing along."""
    look = "import inspect\nprint(inspect.getsource(f))"
    assert chosen(NORMALIZE, look, "y = 2") == [NORMALIZE]
    assert chosen(f"{look}\n{NORMALIZE}", "y = 2") == [f"{look}\n{NORMALIZE}", "y = 2"]


def test_a_cell_that_is_no_python_is_chosen_by_what_it_seems_to_define() -> None:
    """So that it can be said why the name is missing."""
    assert chosen("def normalize(image, label)\n    return 1", "def other(:") == [
        "def normalize(image, label)\n    return 1"
    ]


def test_a_name_that_is_nowhere_brings_those_that_are_like_it() -> None:
    """One of them may be what was asked for."""
    assert chosen("def normalise(): pass", "x = 1") == ["def normalise(): pass"]


def test_modules_beside_the_notebook_come_along() -> None:
    """Any cell may import them."""
    sources = [Source("helper.py", "x = 1"), Source("cell 1", "normalize = 1"), Source("cell 2", "y = 1")]
    assert list(needed_cells(sources, frozenset({"normalize"}), frozenset())) == sources[:2]


def test_the_statements_of_the_first_cell_and_of_experiments_are_given() -> None:
    """Whatever their comments and line breaks."""
    module = 'x = 1\nif __name__ == "__main__":\n    y = f(1,\n          2)  # a comment\n'
    found = statements_in("import os", [module])
    assert found == statements_in("import  os\ny = f(1, 2)", [])
    assert ASSIGNMENT.given_statements >= statements_in("batch_size = 64", [])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("x = 1; f()", "x = 1; 0  "), ("f(); x = 1", "0  ; x = 1"), ("f(\n  1,\n)\nx = 1", "\n\n\nx = 1"),
        ("größe = 'ä'; f(); y = 'ü'", "größe = 'ä'; 0  ; y = 'ü'"),
        ("@a\n@b\ndef f():\n    pass\nx = 1", "\n\n\n\nx = 1"),
    ],
)  # fmt: skip
def test_blanking_keeps_lines_and_what_shares_them(text: str, left: str) -> None:
    """Only the calls and definitions of `f` go."""
    spans = [_span(n) for n in ast.parse(text).body if isinstance(n, ast.Expr | ast.FunctionDef)]
    assert without(text, spans) == left

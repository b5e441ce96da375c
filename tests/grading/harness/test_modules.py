"""A submission's sources are imported as one package, however its modules name one another."""

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from grader.harness.guard import SubmissionError
from grader.harness.modules import PACKAGE, Cells, LiveNamespace, Modules

Make = Callable[[Mapping[str, str]], Modules]

BASE = "class Autoencoder:\n    pass\n"


def detail_of(act: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(SubmissionError) as caught:
        act()
    return caught.value.detail


@pytest.mark.parametrize(
    "line",
    [
        "from .autoencoder import Autoencoder",
        "from autoencoder import Autoencoder",
        "from . import autoencoder\nAutoencoder = autoencoder.Autoencoder",
        "import autoencoder\nAutoencoder = autoencoder.Autoencoder",
    ],
)
def test_modules_find_one_another_with_and_without_the_dot(modules_of: Make, line: str) -> None:
    """Both spellings give the very same class, so that isinstance and subclasses work across modules."""
    found = modules_of({"autoencoder.py": BASE, "vae.py": f"{line}\n\nclass VAE(Autoencoder):\n    pass\n"})
    assert issubclass(found.find("vae", "VAE"), found.find("autoencoder", "Autoencoder"))


def test_a_module_without_the_dot_is_the_same_object(modules_of: Make) -> None:
    """State in a module exists once."""
    found = modules_of({"data.py": "import helper\nfrom . import helper as same\n", "helper.py": "x = []\n"})
    assert found.find("data", "helper") is found.find("data", "same")


def test_helper_modules_and_packages_are_importable(modules_of: Make) -> None:
    """A student may spread the work over files and folders, with or without an __init__.py."""
    found = modules_of({
        "data.py": "from .tools.deep import one\nfrom .kit import two\nfrom .helper import three\n",
        "tools/deep.py": "from ..helper import three as one\n",
        "kit/__init__.py": "from .inner import two\n",
        "kit/inner.py": "two = 2\n",
        "helper.py": "three = 3\n",
    })  # fmt: skip
    assert [found.find("data", name) for name in ("one", "two", "three")] == [3, 2, 3]


def test_the_package_s_own_init_runs(modules_of: Make) -> None:
    """A folder with an __init__.py is a package like any other."""
    found = modules_of({"__init__.py": "NAME = 'mine'\n", "data.py": "from . import NAME\n"})
    assert found.find("data", "NAME") == "mine"


def test_nothing_that_is_installed_is_shadowed(modules_of: Make) -> None:
    """A module of the student's called like a library is reached with the dot; the library keeps its name."""
    found = modules_of({"data.py": "import json\nfrom . import json as own\n", "json.py": "mine = True\n"})
    assert found.find("data", "json") is sys.modules["json"]
    assert found.find("data", "own").mine


def test_a_missing_module_is_named(modules_of: Make) -> None:
    """Which file should have been handed in."""
    assert detail_of(lambda: modules_of({"data.py": ""}).load("vae")) == {"kind": "missing_module", "name": "vae.py"}


def test_a_missing_class_is_named_with_what_is_there(modules_of: Make) -> None:
    """So that a typing mistake in the name shows."""
    found = modules_of({"vae.py": "class variationalautoencoder:\n    pass\n\n_private = 1\n"})
    detail = detail_of(lambda: found.find("vae", "VariationalAutoencoder"))
    assert detail == {
        "kind": "missing", "name": "VariationalAutoencoder", "part": "vae", "where": "vae.py",
        "present": ["variationalautoencoder"], "near": "variationalautoencoder",
    }  # fmt: skip


def test_a_syntax_error_is_told_with_file_and_line(modules_of: Make) -> None:
    """In the module itself, again at each attempt; in a helper it is why a name is missing."""
    found = modules_of({"data.py": "x = 1\ny = (\n", "vae.py": "from .helper import x\n", "helper.py": "\n\ndef f(:\n"})
    for _ in range(2):
        assert detail_of(lambda: found.load("data"))["where"] == "data.py, line 2"
    detail = detail_of(lambda: found.find("vae", "x"))
    assert (detail["cause"], detail["place"], detail["line"]) == ("syntax", "vae.py", 1)
    assert detail["reason"] == "SyntaxError: invalid syntax (helper.py, line 3)"


def test_an_exception_at_import_takes_no_definition_along(modules_of: Make) -> None:
    """It is noted, and explains what is missing."""
    found = modules_of(
        {"data.py": "import my_own_library\nx = 1\nraise RuntimeError('not today')\ny = my_own_library.z\n"}
    )
    assert found.find("data", "x") == 1
    assert found.statements.notes == [
        ("data.py, line 1", "ModuleNotFoundError: No module named 'my_own_library'"),
        ("data.py, line 3", "RuntimeError: not today"),
    ]  # and not that line 4 lacks what line 1 should have brought
    detail = detail_of(lambda: found.find("data", "y"))
    assert (detail["cause"], detail["line"], detail["needs"]) == ("import", 1, "my_own_library")


@pytest.mark.parametrize(
    ("there", "back"), [("from . import vae", "from .data import x"), ("import vae", "from data import x")]
)
def test_modules_that_import_one_another_in_a_circle(modules_of: Make, there: str, back: str) -> None:
    """Python's own rules: what is there already may be used."""
    found = modules_of({"data.py": f"x = 1\n{there}\n", "vae.py": f"{back}\ny = x + 1\n"})
    assert found.find("vae", "y") == 2


def test_a_module_runs_once(modules_of: Make) -> None:
    """However many parts build on it."""
    found = modules_of({
        "autoencoder.py": "import builtins\nbuiltins.runs = getattr(builtins, 'runs', 0) + 1\n",
        "vae.py": "from . import autoencoder\n",
        "denoising.py": "import autoencoder\n",
    })  # fmt: skip
    import builtins

    try:
        for part in ("vae", "denoising", "autoencoder"):
            found.load(part)
        assert builtins.runs == 1
    finally:
        del builtins.runs


def test_the_source_of_a_function_can_be_read(modules_of: Make) -> None:
    """tf.function needs the text of what it traces, and tracebacks quote it."""
    found = modules_of({"data.py": "def f(x):\n    return x + 1\n"})
    assert inspect.getsource(found.find("data", "f")) == "def f(x):\n    return x + 1\n"


def test_names_and_futures_of_the_grader_do_not_leak(modules_of: Make) -> None:
    """A module sees its own names, and is called as in any package."""
    found = modules_of({"data.py": "name = __name__\npackage = __package__\nis_main = __name__ == '__main__'\n"})
    assert [found.find("data", n) for n in ("name", "package", "is_main")] == [f"{PACKAGE}.data", PACKAGE, False]


# --- notebooks ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("modules_of")
def test_cells_share_one_namespace_and_run_once() -> None:
    """In order, each sees what those above it defined; every part finds its names there."""
    cells = Cells([("cell 1", "x = [1]"), ("cell 2", "x.append(2)\n\ndef f():\n    return x")])
    assert cells.find("data", "f")() == [1, 2]
    assert cells.find("vae", "f")() == [1, 2]


@pytest.mark.usefixtures("modules_of")
def test_a_statement_that_fails_does_not_stop_the_next() -> None:
    """What it would have defined is missing because of it, and that is what is told."""
    cells = Cells([("cell 1", "x = 1"), ("cell 2", "y = 1 / 0\nz = 3\n")])
    assert cells.find("data", "z") == 3
    detail = detail_of(lambda: cells.find("data", "y"))
    assert (detail["cause"], detail["place"], detail["line"]) == ("raised", "cell 2", 1)
    assert detail["reason"] == "ZeroDivisionError: division by zero"


@pytest.mark.usefixtures("modules_of")
def test_a_name_that_no_cell_defines_is_missing() -> None:
    """With the names there are; those that a kernel has from the start are not among them."""
    cells = Cells([("cell 1", "x = 1")])
    detail = detail_of(lambda: cells.find("data", "normalize"))
    assert (detail["kind"], detail["name"], detail["where"]) == ("missing", "normalize", "Your notebook")
    assert detail["present"] == ["x"]


@pytest.mark.usefixtures("modules_of")
def test_an_untouched_task_that_a_cell_runs_into_is_still_a_task() -> None:
    """What it would have defined is not done yet; nothing is left out."""
    stub = "def f():\n    raise NotImplementedError('Your task: data, f')\nnormalize = f()"
    cells = Cells([("cell 1", stub)])
    assert detail_of(lambda: cells.find("data", "normalize")) == {"kind": "stub", "message": "data, f"}
    assert cells.statements.notes == []


@pytest.mark.usefixtures("modules_of")
def test_the_source_of_a_cell_s_function_can_be_read() -> None:
    """tf.function traces what a notebook defines, too."""
    cells = Cells([("lab05.ipynb, cell 7", "def f(x):\n    return x + 1\n")])
    assert inspect.getsource(cells.find("data", "f")) == "def f(x):\n    return x + 1\n"


def test_a_running_notebook_is_looked_up_as_it_is() -> None:
    """Names of the namespace; private ones are not offered in place of a missing one."""
    live = LiveNamespace({"x": 1, "_hidden": 2})
    live.load("data")
    assert live.find("data", "x") == 1
    detail = detail_of(lambda: live.find("data", "normalize"))
    assert (detail["where"], detail["present"]) == ("Your notebook", ["x"])

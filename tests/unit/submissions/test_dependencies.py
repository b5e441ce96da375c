"""What a part depends on: enough to measure it, and no more where the text tells."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Part
from grader.release.notebook import render_notebook
from grader.submissions.dependencies import imported_files, sources_for
from grader.submissions.reading import Source, Submission, read_submission
from tests.submissions.build import build, recipes


def modules(**texts: str) -> Submission:
    return Submission("ada", "modules", tuple(Source(f"{name}.py", text) for name, text in texts.items()))


def notebook(*cells: str) -> Submission:
    return Submission("ada", "notebook", tuple(Source(f"cell {n}", text) for n, text in enumerate(cells, 1)))


def part_called(name: str) -> Part:
    part = ASSIGNMENT.part(name)
    assert part is not None
    return part


def names_for(submission: Submission, part: str) -> list[str]:
    return [source.name for source in sources_for(submission, [part_called(part)])]


REFERENCE = {
    "data": {"data"},
    "autoencoder": {"autoencoder"},
    "upsampling": {"autoencoder", "upsampling"},
    "gaussian_vae": {"autoencoder", "gaussian_vae"},
    "vae": {"autoencoder", "vae"},
    "pictures": {"autoencoder", "vae", "pictures"},  # which its experiment draws
    "denoising": {"autoencoder", "denoising"},
    "classifier": {"classifier"},
}
GIVEN = {"data", "plotting"}  # what experiments load and draw with


@pytest.mark.parametrize("part", ASSIGNMENT.part_names)
def test_a_part_of_the_reference_depends_on_what_it_builds_on(part: str) -> None:
    """Its own module and those that it imports, and none of the other parts' modules."""
    submission = modules(**{name.removesuffix(".py"): text for name, text in ASSIGNMENT.reference_sources().items()})
    found = {name.removesuffix(".py") for name in names_for(submission, part)}
    assert found >= REFERENCE[part]
    assert found - GIVEN <= REFERENCE[part]


@pytest.mark.parametrize(
    "line",
    [
        "from .helpers import f", "from . import helpers", "import submission.helpers",
        "from submission.helpers import f", "import helpers", "from helpers import *",
        "def f():\n    from .helpers import g", "if 1:\n    import helpers as h",
    ],
)  # fmt: skip
def test_every_way_to_import_a_module_counts(line: str) -> None:
    """Relative, absolute, as a package's member, late or under a condition."""
    submission = modules(vae=line, helpers="import tensorflow", other="x = 1")
    assert names_for(submission, "vae") == ["vae.py", "helpers.py"]


def test_imports_are_followed_through_packages() -> None:
    """Modules in folders, above and below, with the __init__.py of every folder on the way."""
    texts = {
        "__init__.py": "",
        "vae.py": "from .nets.layers import dense",
        "nets/__init__.py": "",
        "nets/layers.py": "from ..shapes import size\nfrom .sizes import *",
        "nets/sizes.py": "",
        "nets/unused.py": "",
        "shapes.py": "",
    }
    assert imported_files(texts, "vae.py") == frozenset(texts) - {"nets/unused.py"}


@pytest.mark.parametrize(
    "line",
    ["import importlib", "exec(text)", "f = globals()['g']", "import sys\nsys.modules['x']", "def f(:", "x = '\0'"],
)
def test_everything_is_sent_where_the_text_does_not_tell(line: str) -> None:
    """Code that is looked up by name, or that is no Python."""
    assert names_for(modules(vae=line, other="x = 1"), "vae") == ["vae.py", "other.py"]


def test_what_looks_like_a_lookup_and_is_none_does_not_count() -> None:
    """Keras' `compile`, and attributes of models."""
    assert names_for(modules(vae="model.compile(loss=f)\nself.exec", other="x = 1"), "vae") == ["vae.py"]


def test_more_code_than_is_parsed_is_sent_whole() -> None:
    """A tree takes some hundred times the memory of its text."""
    assert len(names_for(modules(vae="x = 1", other="#" * 2**20), "vae")) == 2


def test_cells_are_followed_by_the_names_they_define() -> None:
    """Classes, the functions and constants they use, and what changes them later."""
    cells = notebook(
        "import tensorflow as tf",
        "def normalize(image, label): return image",
        "SIZE = 10",
        "def helper(): return SIZE",
        "class Autoencoder(tf.keras.Model):\n    def fit(self): return helper()",
        "class GaussianVAE(Autoencoder): pass",
        "def kl_divergence(m, v): return tf.exp(v)",
        "Autoencoder.extra = helper",
        "def unused(): pass",
    )
    assert names_for(cells, "autoencoder") == ["cell 1", "cell 3", "cell 4", "cell 5", "cell 8"]
    assert names_for(cells, "gaussian_vae") == [f"cell {n}" for n in (1, 3, 4, 5, 6, 7, 8)]
    assert names_for(cells, "data") == ["cell 2"]


def test_what_is_changed_under_another_name_is_changed() -> None:
    """The cell that gives the name, and the one that uses it, come with the class; not with other parts."""
    cells = notebook(
        "class Autoencoder: pass",
        "def fit(self): pass",
        "Mine = Autoencoder",
        "Mine.fit = fit",
        "def normalize(i, l): return i",
    )
    assert names_for(cells, "autoencoder") == ["cell 1", "cell 2", "cell 3", "cell 4"]
    assert names_for(cells, "data") == ["cell 5"]


def test_a_cell_that_is_nested_deeply_is_understood() -> None:
    """As deep as Python can just about read."""
    deep = "x = " + "1+" * 450 + "1"
    assert names_for(notebook(deep, "def normalize(i, l): return i", "y = 1"), "data") == ["cell 2"]
    assert names_for(notebook(deep, "def normalize(i, l): return x", "y = 1"), "data") == ["cell 1", "cell 2"]


def test_a_part_of_the_solved_notebook_does_not_depend_on_the_others(tmp_path: Path) -> None:
    """A changed cell of part `pictures` is in no other part's sources, experiments and all."""
    (tmp_path / "lab05.ipynb").write_text(render_notebook(ASSIGNMENT, solutions=True))
    submission = read_submission("ada", tmp_path, ASSIGNMENT)
    holding = {
        part
        for part in ASSIGNMENT.part_names
        if any(
            "def reconstruction_strip" in source.text
            for source in sources_for(submission, [part_called(part)], ASSIGNMENT.given_statements)
        )
    }
    assert holding == {"pictures"}


def test_the_last_of_several_definitions_comes_with_the_others() -> None:
    """A name that is defined twice."""
    cells = notebook("class Autoencoder: a = 1", "x = 3", "class Autoencoder: b = 2")
    assert names_for(cells, "autoencoder") == ["cell 1", "cell 3"]


@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_any_text_has_dependencies(texts: list[str]) -> None:
    """Whatever is handed in, some of it, in order, and nothing else."""
    for submission in (notebook(*texts), modules(vae=texts[0], other=texts[-1])):
        found = sources_for(submission, [part_called("vae")])
        assert [s for s in submission.sources if s in found] == list(found)


def test_equal_parts_of_different_submissions_have_equal_sources(tmp_path: Path) -> None:
    """A mistake in one part leaves the others' sources as they are."""
    first, second = (
        read_submission("who", build(recipe, tmp_path), ASSIGNMENT)
        for recipe in recipes()
        if recipe.name in ("solved", "kl_counted_twice")
    )
    differ = [part.name for part in ASSIGNMENT.parts if sources_for(first, [part]) != sources_for(second, [part])]
    assert differ == ["vae", "pictures"]


@pytest.mark.parametrize("line", ["import a" + ".b" * 20_000, "from " + "." * 40_000 + "a import b"])
def test_an_import_of_a_long_path_is_followed_as_far_as_files_go(line):
    """What lies deeper than helper modules may lie is no file: the time does not grow with the square of the path."""
    began = time.process_time()
    assert imported_files({"data.py": line, "vae.py": ""}, "data.py") == {"data.py"}
    assert time.process_time() - began < 5

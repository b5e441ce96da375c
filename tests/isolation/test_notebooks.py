"""What a notebook's cells leave in the process that is graded: as in its kernel, and what failed is said and blamed."""

import json
from dataclasses import dataclass, replace

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.expect import Failed
from grader.core.limits import Limits
from grader.isolation.fork_server import ForkServer
from grader.isolation.process import ProcessChannel
from grader.protocol.frames import Want
from grader.subject.subject import Subject
from grader.submissions.dependencies import sources_for
from grader.submissions.notebooks import cells_of_notebook
from grader.submissions.reading import Source, Submission

IMPORT = "import numpy as np"
NORMALIZE = "def normalize():\n    return np.int64(X)"
SHORT = Limits(statement_seconds=0.4)


@dataclass(frozen=True)
class Answer:
    """What `normalize()` returned, or the failure instead; and what was left out."""

    value: int | None
    failure: Failed | None
    left_out: list[str]


class Graded:
    """Asks notebooks and folders of modules for `normalize()`, in processes as a grade has them."""

    def __init__(self, server: ForkServer):
        self._server = server

    def notebook(self, *cells: str, beside: str = "", limits: Limits | None = None) -> Answer:
        raw = json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}).encode()
        found, notes = cells_of_notebook(raw)
        sources = [Source(f"lab05.ipynb, {label}", text) for label, text in found]
        sources += [Source("helper.py", beside)] if beside else []
        whole = Submission("ada", "notebook", tuple(sources), notes)
        needed = sources_for(whole, ASSIGNMENT.parts[:1], ASSIGNMENT.given_statements)
        return self._answer(replace(whole, sources=needed), limits or Limits())

    def modules(self, **texts: str) -> Answer:
        sources = (Source(f"{name}.py", text) for name, text in texts.items())
        return self._answer(Submission("ada", "modules", tuple(sources)), SHORT)

    def _answer(self, submission: Submission, limits: Limits) -> Answer:
        channel = ProcessChannel(submission, self._server, limits)
        subject = Subject(channel, 1)
        value = failure = None
        try:
            value = int(subject.call_function("data", "normalize", [], Want("int64", ())))
        except Failed as failed:
            failure = failed
        finally:
            channel.close()
        return Answer(value, failure, [f"{each.where}: {each.why}" for each in subject.left_out])


@pytest.fixture(scope="module")
def graded(light_best: ForkServer) -> Graded:
    return Graded(light_best)


@pytest.mark.parametrize(
    "cell",
    [
        "files = !ls\nX = 3 + len(files)",
        "X = 3\nnp.abs?",
        "if True:\n    %pip install something\nX = 3",
        "%load_ext autoreload\n%autoreload 2\nX = 3",
        "%%time\nX = 3",
        "%%capture out\nX = 3 + len(out.stdout)",
        "X = %time 3",
        "import os\n%env SIZE=3\nX = int(os.environ['SIZE'])",
        "class Config:\n    size = 3\nX = Config().size",
        "def three():\n    return 3\nX = (lambda: three())()",
        "sizes = []\nfor number in range(3):\n    sizes.append(number)\nX = len(sizes)",
        "from grader import check\nX = 3 + check('data')",
        "X = 3 if 'ZMQ' in type(get_ipython()).__name__ else 0\ndisplay(X)",
        "if __name__ == '__main__':\n    X = 3",
        "import google.colab\nimport some_library\nX = 3",
        "X = 3\nassert X == 4\nraise SystemExit",
        "%%writefile written.py\nX = 3\n",
    ],
)
def test_a_cell_does_what_a_kernel_does(graded: Graded, cell: str) -> None:
    """Commands for IPython and shells do nothing, all else is run; a statement that fails takes nothing along."""
    more = ["from written import X"] if "written" in cell else []
    assert graded.notebook(IMPORT, cell, *more, NORMALIZE).value == 3


def test_annotations_that_wait_do_so_in_later_cells(graded: Graded) -> None:
    """`from __future__ import annotations` holds for all that comes after it."""
    later = "class A:\n    def f(self, x: Nothing) -> Other:\n        return 3\nX = A().f(1)"
    assert graded.notebook("from __future__ import annotations", IMPORT, later, NORMALIZE).value == 3


def test_a_module_beside_the_notebook_can_be_imported(graded: Graded) -> None:
    """By its name, as from the folder of the notebook."""
    assert graded.notebook(IMPORT, "from helper import X", NORMALIZE, beside="X = 3\n").value == 3


def test_what_did_not_run_is_said(graded: Graded) -> None:
    """With cell, line and reason, in their order; what nobody needs is not mentioned."""
    found = graded.notebook(
        IMPORT,
        "x = !ls\nimport some_library\nX = 3\n1 / 0",
        "%%bash\nls",
        "model.fit(batches)",
        NORMALIZE,
    )
    assert found.value == 3
    assert found.left_out == [
        "lab05.ipynb, cell 2, line 1: a command for a shell; none runs in a grade",
        "lab05.ipynb, cell 2, line 2: ModuleNotFoundError: No module named 'some_library'",
        "lab05.ipynb, cell 2, line 4: ZeroDivisionError: division by zero",
    ]


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("while True:\n    pass", "it was ended after 0.4 s"),
        ("import os\nos._exit(3)", "it ended the Python process"),
        ("while True:\n    try:\n        sum(range(10**7))\n    except BaseException:\n        pass", "it ended"),
        ("sum(range(10**12))", "it ended the Python process"),
        ("import os\nos.abort()", "it ended the Python process"),
    ],
)
def test_a_statement_that_does_not_end_takes_nothing_along(graded: Graded, statement: str, why: str) -> None:
    """It is interrupted, or the process starts again without it."""
    found = graded.notebook(IMPORT, f"{statement}\nX = 3", NORMALIZE, limits=SHORT)
    assert found.value == 3
    (note,) = found.left_out
    assert why in note


def test_all_statements_together_have_a_limit_and_definitions_go_on(graded: Graded) -> None:
    """After it a statement has next to no time; what only defines needs none."""
    loop = "while True:\n    pass"
    found = graded.notebook(
        IMPORT, "\n".join([loop] * 3), "X = 3", NORMALIZE + "\n" + loop, limits=Limits(cells_seconds=0.3)
    )
    assert found.value == 3


CAUSES = [
    (("def normalize(image)\n    return 3",), "missing.syntax", "Cell 2 would have defined it, but line 1 of it"),
    (("@np.functoin\ndef normalize():\n    return 3",), "missing.raised", "has no attribute 'functoin'"),
    (("def normalise():\n    return 3",), "missing.renamed", "but a `normalise`"),
    (("x = 3",), "missing.name", "which the part data is about"),
    (("import pandas as pd", "SIZE = pd.Size", "def normalize(size=SIZE):\n    pass"), "missing.import",
     "Cell 4 would have defined it with `SIZE`, but line 1 of cell 2 failed: ModuleNotFoundError: No module"),
    (("y = 1 / 0", "def normalize(:\n    return 3"), "missing.syntax", "line 1 of it failed: SyntaxError"),
    (("while True:\n    pass", "normalize = [sum(range(10**12)) for _ in range(9)]"), "missing.ended", "it ended"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "code", "said"), CAUSES, ids=[str(n) for n, _ in enumerate(CAUSES)])
def test_a_missing_name_is_explained_by_what_should_have_bound_it(
    graded: Graded, cells: tuple[str, ...], code: str, said: str
) -> None:
    """The first cause of all, by its code; never something else that failed."""
    found = graded.notebook(f"{ASSIGNMENT.setup}\n{IMPORT}", *cells, limits=SHORT).failure
    assert found is not None
    assert found.code == code
    assert said in found.message
    assert "Permission" not in found.message


def test_a_name_that_is_missing_in_a_call_is_explained_as_well(graded: Graded) -> None:
    """The statement that should have bound it is named beside the NameError."""
    found = graded.notebook(IMPORT, "X = Config()", NORMALIZE).failure
    assert found is not None
    assert found.code == "raised.in_submission"
    assert "because line 1 of cell 2 failed: NameError: name 'Config' is not defined" in found.message


def test_the_first_cell_of_the_lab_fails_nowhere(graded: Graded) -> None:
    """Neither where it is needed nor where it is not: `check` is there, and does nothing."""
    setup = ASSIGNMENT.setup.replace("import os\n", "import os  # mine\nX = 3\n")
    assert graded.notebook(setup, IMPORT, NORMALIZE) == Answer(3, None, [])
    assert graded.notebook(IMPORT, "from grader import check\nX = 3\ncheck()", NORMALIZE) == Answer(3, None, [])


DEFINES = "import numpy as np\ndef normalize():\n    return np.int64(3)\n"
ENDS = [
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('size')\nsize = p.parse_args()",
    "import sys\nsys.exit(main())", "raise SystemExit", "assert normalize() == 4", "while True:\n    pass",
    "import os\nos._exit(0)",
]  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_the_end_of_a_script_takes_no_definition_along(graded: Graded, end: str) -> None:
    """In a module, and in one that it imports."""
    found = graded.modules(data=DEFINES + end)
    assert (found.value, found.failure) == (3, None)
    assert all(note.startswith("data.py, line ") for note in found.left_out)
    assert found.left_out
    beside = graded.modules(data="from .helper import normalize", helper=DEFINES + end)
    assert (beside.value, beside.left_out[0][:15]) == (3, "helper.py, line")


def test_a_module_is_blamed_for_what_another_one_lacks(graded: Graded) -> None:
    """The first cause of all, in the file that it is in."""
    found = graded.modules(
        data="from .helper import f\n@f\ndef normalize(): pass",
        helper="import some_library\n@some_library.f\ndef f(): pass",
    )
    assert found.failure is not None
    assert found.failure.code == "missing.import"
    assert "line 1 of helper.py failed: ModuleNotFoundError" in found.failure.message

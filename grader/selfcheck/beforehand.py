"""Tell in a running notebook what a grade would leave out of it: libraries that are missing there, and long statements.

What ran is in the kernel's history, and how long it took is measured from the import of `grader` on.
"""

import ast
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from ..core.assignment import Assignment
from ..core.limits import Limits
from ..submissions.cells import needed_cells
from ..submissions.kernel_syntax import as_python, is_python
from ..submissions.reading import Source

OURS = "autoencoder-lab"
LINES = 2


def told_beforehand(
    assignment: Assignment, history: Sequence[str], seconds: Mapping[int, float], limits: Limits | None = None
) -> list[str]:
    """Lines on what of the cells that were run a grade would leave out, as far as it shows.

    history: the texts of the cells by their number in the kernel; seconds: of processor time that some of them took.
    """
    allowed = (limits or Limits()).statement_seconds
    texts = {f"In [{number}]": as_python(str(text)) for number, text in enumerate(history)}
    cells = [Source(name, text) for name, text in texts.items() if text.strip() and is_python(text)]
    names = frozenset(name for part in assignment.parts for name in part.public_names)
    found: list[str] = []
    for cell in needed_cells(cells, names, assignment.given_statements):
        number = int(cell.name[4:-1])
        missing = filter(_is_missing_in_a_grade, _libraries(cell.text))
        found += [f"{cell.name} imports {name}, which may not be there where your work is graded." for name in missing]
        if seconds.get(number, 0.0) > allowed:
            found.append(
                f"{cell.name} took {seconds[number]:.0f} s: in a grade a statement is ended after {allowed:g} s."
            )
    return list(dict.fromkeys(found))[-LINES:]


def _libraries(text: str) -> list[str]:
    """The top-level packages that a text imports by their own name."""
    nodes = list(ast.walk(ast.parse(text)))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    plain += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    return [name.partition(".")[0] for name in plain]


def _is_missing_in_a_grade(library: str) -> bool:
    """Whether a library comes neither with Python nor with the grader, and is no file beside the notebook."""
    if library in sys.stdlib_module_names or library in _available():
        return False
    return not any(Path(name).exists() for name in (library, f"{library}.py"))


@cache
def _available() -> frozenset[str]:
    """The packages that the grader brings along, directly or not: they are there wherever it grades."""
    pending, found = [OURS], set[str]()
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        try:
            needed = requires(name) or ()
        except PackageNotFoundError:
            continue
        pending += [_plain_name(need) for need in needed if "extra ==" not in need]
    return frozenset(
        package
        for package, distributions in packages_distributions().items()
        if any(_plain_name(distribution) in found for distribution in distributions)
    )


def _plain_name(requirement: str) -> str:
    """`tf-keras` of `tf_keras>=2.18`."""
    name = requirement.partition(";")[0]
    for sign in " [(<>=!~":
        name = name.partition(sign)[0]
    return name.strip().lower().replace("_", "-").replace(".", "-")


class CellTimes(dict[int, float]):
    """Seconds of processor time that each cell took, by its number, from now on; nothing outside of IPython."""

    def __init__(self) -> None:
        super().__init__()
        ipython = sys.modules.get("IPython")
        self._shell = ipython.get_ipython() if ipython else None
        self._began = 0.0
        if self._shell is not None:
            self._shell.events.register("pre_run_cell", self._starts)
            self._shell.events.register("post_run_cell", self._ends)

    def _starts(self, _: object) -> None:
        self._began = time.process_time()

    def _ends(self, result: object) -> None:
        number = getattr(result, "execution_count", None)
        if number is not None and self._began:
            self[number] = time.process_time() - self._began

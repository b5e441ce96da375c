"""Subsets of the parts of this lab, and what a student must find no trace of where parts are left out."""

import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from pathlib import Path

import nbformat

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.core.points import total
from grader.release.bundle import bundle_files
from grader.release.notebook import render_notebook
from grader.release.rubric import render_rubric
from grader.release.sources import handed_out_sources

NAMES = ASSIGNMENT.part_names

OWN_WORDS = {
    "upsampling": r"checkerboard",
    "gaussian_vae": r"reparameterized by hand|closed form",
    "vae": r"TensorFlow Probability|tensorflow.probability|\btfp\b|MultivariateNormal",
    "denoising": r"\bPSNR\b|decibel",
    "classifier": r"[Cc]lassifier|pretrain|softmax",
}  # what only this part speaks of, beside its name and the names that it defines
VARIATIONAL = (
    r"[Vv]ariational|[Pp]osterior|\bELBO\b|\bKL\b|\$?\\beta\b|\bbeta\b"  # what both of these speak of: neither is in
)
FOLDER, DRAWN_INTO = ("folder `pictures`", ""), ('Path("pictures")', "")  # where experiments write: no part


def all_subsets() -> Iterator[tuple[str, ...]]:
    """Every subset of the parts but the empty one, the smallest first."""
    for size in range(1, len(NAMES) + 1):
        yield from combinations(NAMES, size)


def pairwise() -> list[tuple[str, ...]]:
    """A few subsets in which any two parts are both in, both out, and either one alone."""
    wanted = {(a, b, x, y) for a, b in combinations(NAMES, 2) for x, y in product((True, False), repeat=2)}
    chosen: list[tuple[str, ...]] = []
    while wanted:
        best = max(all_subsets(), key=lambda subset: len(wanted & _shown(subset)))
        chosen.append(best)
        wanted -= _shown(best)
    return chosen


def _shown(subset: tuple[str, ...]) -> set[tuple[str, str, bool, bool]]:
    return {(a, b, a in subset, b in subset) for a, b in combinations(NAMES, 2)}


def problems_of(assignment: Assignment) -> list[str]:
    """What is wrong with what is handed out, a line each: traces of other parts, numbers, points. Code compiles."""
    bundle = {name: text.decode() for name, text in bundle_files(assignment).items() if _is_text_for_students(name)}
    own = {"checks.md": render_rubric(assignment), "solutions": render_notebook(assignment, solutions=True)}
    found = traces(assignment, bundle | own)
    for name, text in bundle.items():
        if name.endswith(".py"):
            compile(text, name, "exec")
    for text in (bundle[assignment.notebook], own["solutions"]):
        found += _problems_of_notebook(assignment, nbformat.reads(text, as_version=4))
    if ("tensorflow-probability" in bundle["pyproject.toml"] + bundle["constraints.txt"]) != (
        "vae" in assignment.modules
    ):
        found.append("TensorFlow Probability is required without need, or the other way round")
    return found


def unimportable(assignment: Assignment, place: Path, package: str) -> Iterator[str]:
    """The modules that cannot be imported, with stubs or with solutions; `place` gets packages of this name."""
    sys.path.insert(0, str(place))
    for kind in ("stubs", "solved"):
        name = f"{package}_{kind}"
        write_package(assignment, place / name, handed_out_sources(assignment, solutions=kind == "solved"))
        importlib.invalidate_caches()
        for module in assignment.modules:
            try:
                importlib.import_module(f"{name}.{module}")
            except (ImportError, NameError, AttributeError) as problem:
                yield f"{kind}: {module}.py cannot be imported: {problem!r}"
        for module in [each for each in sys.modules if each.partition(".")[0] == name]:
            del sys.modules[module]
    sys.path.remove(str(place))


def write_package(assignment: Assignment, folder: Path, sources: Mapping[str, str]) -> None:
    """Write the modules, and the package's own beginning."""
    folder.mkdir()
    first = (assignment.reference_folder() / "__init__.py").read_text(encoding="utf-8")
    for name, text in ({"__init__.py": first} | dict(sources)).items():
        (folder / name).write_text(text, encoding="utf-8")


def _is_text_for_students(name: str) -> bool:
    return name.endswith((".py", ".md", ".txt", ".toml", ".ipynb")) and not name.startswith("grader/")


def _problems_of_notebook(assignment: Assignment, notebook: nbformat.NotebookNode) -> Iterator[str]:
    """Of the numbers and points; `render_notebook` has validated it."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    headings = [int(number) for text in texts for number in re.findall(r"^# Part (\d+): ", text, re.MULTILINE)]
    if headings != list(range(1, len(assignment.parts) + 1)):
        yield f"the headings are {headings}"
    points = total(
        cell.metadata.nbgrader.points for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")
    )
    said = re.search(rf"^\| \w+ \| {re.escape(str(points))} \|$", texts[0], re.MULTILINE)
    if points != total(check.points for check in assignment.checks) or not said:
        yield f"the cells are worth {points}"


def traces(assignment: Assignment, files: Mapping[str, str]) -> list[str]:
    """Where one of the files tells of a part that is left out: `file: what`."""
    patterns = {part.name: _pattern(part.name, part.public_names) for part in assignment.left_out}
    for name in assignment.solved:  # its module is given, and its definitions are used
        del patterns[name]
    known = "|".join(str(number + 1) for number in range(len(assignment.parts)))
    patterns["a number"] = rf"\b(?:[Pp]arts?|Task) (?!(?:{known})\b)\d+"
    if not {"gaussian_vae", "vae"} & set(assignment.part_names):
        patterns["variational"] = VARIATIONAL
    return [
        f"{file}: {name}: {found[0]!r}"
        for file, text in files.items()
        for name, pattern in patterns.items()
        for found in re.finditer(pattern, text.replace(*FOLDER).replace(*DRAWN_INTO))
    ]


def _pattern(name: str, public_names: tuple[str, ...]) -> str:
    """The part as a module, in an id of a check, in quotes or a table, and what it defines."""
    uses = rf"from \.{name} |\b{name}\.py\b|[`\"]{name}[`\".]|\| {name} \||\b{name}\.\w+_\w+"
    return "|".join((uses, *(rf"(?<!\.)\b{each}\b" for each in public_names), *filter(None, [OWN_WORDS.get(name)])))

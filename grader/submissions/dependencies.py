"""Find what a part of a submission depends on: the modules it imports, or the cells that its names need.

Only these are sent to the process of the part, so its result depends on nothing else of the submission. If that cannot
be told from the text, because code is looked up by name or cannot be parsed, everything is sent.
"""

import ast
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from ..core.assignment import Part
from ..core.broken import NO_PYTHON
from .cells import needed_cells
from .names import looks_up_by_name
from .reading import MAX_DEPTH, Source, Submission

MAX_CODE = 2**20  # characters that are parsed here; a tree takes some hundred times as much
PACKAGE = "submission"
DEEPEST = MAX_DEPTH + 2  # names in the path of a module: of folders, of the module, and of what is imported of it
Imports = frozenset[tuple[int, str, tuple[str, ...]]]  # level, module, names


def sources_for(
    submission: Submission, parts: Iterable[Part], given: frozenset[str] = frozenset()
) -> tuple[Source, ...]:
    """The sources that `parts` depend on, in their order.

    given: `Assignment.given_statements`, of which a notebook keeps only those that something else needs.
    """
    if sum(len(source.text) for source in submission.sources) > MAX_CODE:
        return submission.sources
    if submission.kind == "notebook":
        names = frozenset(name for part in parts for name in part.public_names)
        return needed_cells(submission.sources, names, given)
    texts = {source.name: source.text for source in submission.sources}
    found = [imported_files(texts, f"{part.name}.py", (PACKAGE,)) for part in parts]
    return tuple(s for s in submission.sources if any(names is None or s.name in names for names in found))


def imported_files(texts: Mapping[str, str], first: str, packages: tuple[str, ...] = ()) -> frozenset[str] | None:
    """The files of a package that `first` imports, itself and each __init__.py on the way included; None if unknown.

    texts: of all files, by path. packages: names under which the package may be imported absolutely.
    """
    pending, found = [first, "__init__.py"], set[str]()
    while pending:
        file = pending.pop()
        if file in found or file not in texts:
            continue
        found.add(file)
        imports = _imports(texts[file])
        if imports is None:
            return None
        for one in imports:
            pending += _targets(file, one, packages)
    return frozenset(found)


@lru_cache(4096)
def _imports(text: str) -> Imports | None:
    """What a module imports, anywhere in it; None if unknown."""
    try:
        tree = ast.parse(text)
    except NO_PYTHON:
        return None
    imports: set[tuple[int, str, tuple[str, ...]]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports |= {(0, alias.name, ()) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imports.add((node.level, node.module or "", tuple(alias.name for alias in node.names)))
        if looks_up_by_name(node):
            return None
    return frozenset(imports)


@lru_cache(4096)
def _targets(file: str, one: tuple[int, str, tuple[str, ...]], packages: tuple[str, ...]) -> tuple[str, ...]:
    """The files that an import in `file` may run, whether or not there are such files."""
    level, module, names = one
    steps = [step for step in module.split(".", DEEPEST + 1) if step][: DEEPEST + 1]
    base = PurePosixPath(file).parent
    if level == 0:
        base = PurePosixPath()
        steps = steps[1:] if steps[:1] and steps[0] in packages else steps
    for _ in range(min(level, DEEPEST) - 1):
        base = base.parent
    paths = [base.joinpath(*steps[:count]) for count in range(len(steps) + 1)]
    paths += [paths[-1] / name for name in names if name != "*"]
    return tuple(target for path in paths for target in (f"{path}.py", (path / "__init__.py").as_posix()))

"""Find what a part of a submission depends on: the modules it imports, or the cells that define its names.

Only these are sent to the process of the part, so its result depends on nothing else of the submission. If that cannot
be told from the text, because code is looked up by name or cannot be parsed, everything is sent.
"""

import ast
import symtable
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from ..core.assignment import Part
from .notebooks import NO_PYTHON
from .reading import Source, Submission

LOOKS_UP_BY_NAME = frozenset(  # names that may reach code which no import and no name shows
    {"__builtins__", "__import__", "__loader__", "__spec__", "builtins", "compile", "eval", "exec", "globals",
     "importlib", "inspect", "linecache", "locals", "pkgutil", "runpy", "vars"}
)  # fmt: skip
LOOKED_UP = frozenset({"__dict__", "__globals__", "__loader__", "__spec__", "modules"})  # attributes of the same kind
MAX_CODE = 2**20  # characters that are parsed here; a tree takes some hundred times as much
PACKAGE = "submission"
Imports = frozenset[tuple[int, str, tuple[str, ...]]]  # level, module, names


class _Cell(NamedTuple):
    """The names that a cell binds and reads, and whether running it may do more than define."""

    binds: frozenset[str]
    reads: frozenset[str]
    acts: bool


def sources_for(submission: Submission, part: Part) -> tuple[Source, ...]:
    """The sources that `part` depends on, in their order."""
    if sum(len(source.text) for source in submission.sources) > MAX_CODE:
        return submission.sources
    if submission.kind == "notebook":
        return _cells_for(submission.sources, part.public_names)
    names = imported_files({s.name: s.text for s in submission.sources}, f"{part.name}.py", (PACKAGE,))
    return submission.sources if names is None else tuple(s for s in submission.sources if s.name in names)


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
        if _looks_up_by_name(node):
            return None
    return frozenset(imports)


def _looks_up_by_name(node: ast.AST) -> bool:
    """Whether a node names something that finds code by its name."""
    if isinstance(node, ast.Attribute):
        return node.attr in LOOKED_UP
    if isinstance(node, ast.Import | ast.ImportFrom):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        roots = {text.partition(".")[0] for text in (module, *(alias.name for alias in node.names))}
        return not LOOKS_UP_BY_NAME.isdisjoint(roots)
    return isinstance(node, ast.Name) and node.id in LOOKS_UP_BY_NAME


@lru_cache(4096)
def _targets(file: str, one: tuple[int, str, tuple[str, ...]], packages: tuple[str, ...]) -> tuple[str, ...]:
    """The files that an import in `file` may run, whether or not there are such files."""
    level, module, names = one
    steps = [step for step in module.split(".") if step]
    base = PurePosixPath(file).parent
    if level == 0:
        base = PurePosixPath()
        steps = steps[1:] if steps[:1] and steps[0] in packages else steps
    for _ in range(level - 1):
        base = base.parent
    paths = [base.joinpath(*steps[:count]) for count in range(len(steps) + 1)]
    paths += [paths[-1] / name for name in names if name != "*"]
    return tuple(target for path in paths for target in (f"{path}.py", (path / "__init__.py").as_posix()))


def _cells_for(cells: tuple[Source, ...], names: Iterable[str]) -> tuple[Source, ...]:
    """The cells that define `names`, what these use, and all that do more than define; all if unknown."""
    read = [_cell(cell.text) for cell in cells]
    known = [cell for cell in read if cell is not None]
    if len(known) < len(read):
        return cells
    wanted, chosen = set(names), {number for number, cell in enumerate(known) if cell.acts}
    for number in chosen:
        wanted |= known[number].reads | known[number].binds
    while more := {n for n, cell in enumerate(known) if n not in chosen and not cell.binds.isdisjoint(wanted)}:
        chosen |= more
        for number in more:
            wanted |= known[number].reads | known[number].binds
    return tuple(cell for number, cell in enumerate(cells) if number in chosen)


@lru_cache(4096)
def _cell(text: str) -> _Cell | None:
    """What is known of a cell; None if code may be looked up by name, or it cannot be parsed."""
    try:
        tree, table = ast.parse(text), symtable.symtable(text, "cell", "exec")
        nodes = list(ast.walk(tree))
        if any(_looks_up_by_name(node) for node in nodes):
            return None
        binds, reads = _names_of(table)
        changed = {root for node in nodes if (root := _changed_by(node)) in reads}
        changed |= {other for node in tree.body if (other := _aliased_by(node)) in reads}
        return _Cell(frozenset(binds | changed), frozenset(reads), any(_acts(node) for node in tree.body))
    except NO_PYTHON:  # also if it is nested too deeply
        return None


def _names_of(table: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """Names of the notebook that code gives a meaning, and those that it reads, not what is local to its functions."""
    everywhere = table.get_type() == "module"
    ours = [symbol for symbol in table.get_symbols() if everywhere or symbol.is_global()]
    binds = {s.get_name() for s in ours if s.is_assigned() or s.is_imported() or s.is_namespace()}
    reads = {s.get_name() for s in ours if s.is_referenced()}
    for child in table.get_children():
        more = _names_of(child)
        binds, reads = binds | more[0], reads | more[1]
    return binds, reads


def _changed_by(node: ast.AST) -> str:
    """The name whose object a node changes, as `Model` in `Model.fit = f`, or ''."""
    if not isinstance(node, ast.Attribute | ast.Subscript) or isinstance(node.ctx, ast.Load):
        return ""
    root: ast.expr = node
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    return root.id if isinstance(root, ast.Name) else ""


def _aliased_by(node: ast.AST) -> str:
    """The name that gets an alias, as `Model` in `Mine = Model`, under which it may be changed, or ''."""
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return value.id if isinstance(value, ast.Name) else ""


def _acts(node: ast.AST) -> bool:
    """Whether running a statement calls something, or binds names that the text does not show.

    The bodies of functions do not run here.
    """
    if isinstance(node, ast.Lambda):
        return False
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parts: list[ast.AST] = [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        return any(_acts(part) for part in parts)
    if isinstance(node, ast.Call | ast.Await):
        return True
    if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        return True
    return any(_acts(child) for child in ast.iter_child_nodes(node))

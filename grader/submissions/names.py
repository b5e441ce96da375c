"""What a piece of a notebook does with names: which it binds, needs from above, reads when called, and changes."""

import ast
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..core.broken import NO_PYTHON, seems_to_bind

LOOKS_UP_BY_NAME = frozenset(  # names that may reach code which no import and no name shows
    {"__builtins__", "__import__", "__loader__", "__spec__", "builtins", "compile", "eval", "exec", "globals",
     "importlib", "inspect", "linecache", "locals", "pkgutil", "runpy", "vars"}
)  # fmt: skip
ONLY_FINDS = frozenset({"compile", "eval", "importlib", "inspect", "linecache", "pkgutil", "__loader__", "__spec__"})
LOOKED_UP = frozenset({"__dict__", "__globals__", "__loader__", "__spec__", "modules"})  # attributes of the same kind
ONLY_LOOKS = frozenset({"print", "display", "help", "check"})  # called on an object, they change nothing of it
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Names:
    """Names of the notebook, as one piece of its code treats them.

    binds: may get a value; settles: get one for sure; needs: are read before that, while it runs; reads: are read while
    it runs; later: by its functions. defines: are bound by `def` and `class`. changes: their objects are changed;
    calls_on: a method of theirs is called; sets: and nothing else is done with the answer. aliases: get the object of a
    name in `changes`. imports: are bound by an import. set_late: are bound by its functions. always: it may bind any
    name. Where code is looked up by name, `finds`: it may read any; `unknown`: it may bind any.
    """

    binds: frozenset[str] = frozenset()
    settles: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    defines: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    calls_on: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    set_late: frozenset[str] = frozenset()
    always: bool = False
    finds: bool = False
    unknown: bool = False


@lru_cache(4096)
def names_in(text: str) -> Names:
    """What is known of a piece of code; of one that Python cannot read, what it seems to bind."""
    try:
        tree, table = ast.parse(text), symtable.symtable(text, "cell", "exec")
        return _names(tree, table)
    except NO_PYTHON:  # also if it is nested too deeply
        return Names(binds=seems_to_bind(text), unknown=_is_deep(text))


def _is_deep(text: str) -> bool:
    """Whether Python can run what cannot be looked through here."""
    try:
        compile(text, "cell", "exec", dont_inherit=True)
    except NO_PYTHON:
        return False
    return True


def _names(tree: ast.Module, table: symtable.SymbolTable) -> Names:
    own, now, later, by_functions = _tables(table)
    flow = _Flow(now, own)
    settled = flow.block(tree.body, set())
    nodes, shallow = list(ast.walk(tree)), list(_immediate(tree.body))
    aliases = [
        node for node in shallow if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Name)
    ]
    calls = [call for node in shallow if (call := _call_of(node))]
    changed = {root for node in nodes if (root := _changed_by(node))}
    changed |= {name for node in shallow for name in _given_away(node)}
    changed |= {name for node in shallow if isinstance(node, ast.For) for name in _looped_over(node)}
    return Names(
        binds=frozenset(own | by_functions),
        settles=frozenset(settled),
        needs=frozenset(flow.needs),
        reads=frozenset(now),
        later=frozenset(later),
        defines=frozenset(node.name for node in shallow if isinstance(node, FUNCTIONS | ast.ClassDef)),
        changes=frozenset(changed | {node.value.id for node in aliases if isinstance(node.value, ast.Name)}),
        calls_on=_called_on(calls),
        sets=_called_on(call for node in shallow if isinstance(node, ast.Expr) and (call := _call_of(node))),
        aliases=frozenset(name for node in aliases for name in _stored(node)),
        imports=frozenset(name for node in shallow for name in _imported(node)),
        set_late=frozenset(by_functions),
        always=any(_binds_anything(node) for node in nodes),
        finds=any(looks_up_by_name(node) for node in nodes),
        unknown=any(looks_up_by_name(node, LOOKS_UP_BY_NAME - ONLY_FINDS) for node in nodes),
    )


def _tables(table: symtable.SymbolTable) -> tuple[set[str], set[str], set[str], set[str]]:
    """Names that the code itself binds, reads as it runs, reads in its functions, and binds in its functions."""
    own = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}
    now, later, by_functions = {s.get_name() for s in table.get_symbols() if s.is_referenced()}, set[str](), set[str]()
    pending = [(child, False) for child in table.get_children()]
    while pending:
        child, is_late = pending.pop()
        is_late = is_late or (child.get_type() == "function" and not child.get_name().endswith(("comp", "genexpr")))
        ours = [symbol for symbol in child.get_symbols() if symbol.is_global()]
        (later if is_late else now).update(s.get_name() for s in ours if s.is_referenced())
        bound = {s.get_name() for s in ours if s.is_assigned() or s.is_imported() or s.is_namespace()}
        (by_functions if is_late else own).update(bound)
        pending += [(each, is_late) for each in child.get_children()]
    return own, now, later, by_functions


class _Flow:
    """Follows statements in their order: which names have to be there before."""

    def __init__(self, now: set[str], own: set[str]):
        self._now, self._own = now, own
        self.needs: set[str] = set()

    def block(self, body: Iterable[ast.stmt], settled: set[str]) -> set[str]:
        """Go through a block; returns the names that have a value after it, whatever happens in it."""
        for node in body:
            settled = self._statement(node, settled)
        return settled

    def _statement(self, node: ast.stmt, settled: set[str]) -> set[str]:
        if isinstance(node, ast.If | ast.While):
            self._use([node.test], settled)
            return self.block(node.body, settled) & self.block(node.orelse, settled)
        if isinstance(node, ast.For | ast.AsyncFor):
            self._use([node.iter], settled)
            self.block(node.body, settled | self._bound([node.target]))
            self.block(node.orelse, settled)
            return settled
        if isinstance(node, ast.With | ast.AsyncWith):
            self._use(node.items, settled)
            return self.block(node.body, settled | self._bound(node.items))
        if isinstance(node, ast.Try):
            tried = self.block([*node.body, *node.orelse], settled)
            for handler in node.handlers:
                self.block(handler.body, settled | {handler.name or ""})
            return settled | (self.block(node.finalbody, settled) & tried)
        self._use([node], settled)
        return settled | self._bound([node])

    def _use(self, nodes: Iterable[ast.AST], settled: set[str]) -> None:
        read = {n.id for n in _immediate(nodes) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        read |= {n.target.id for n in nodes if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)}
        self.needs |= (read & (self._now | self._own)) - settled

    def _bound(self, nodes: Iterable[ast.AST]) -> set[str]:
        return {name for node in nodes for name in _stored(node)} & self._own


def _immediate(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes that run when these do: not the bodies of functions."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, FUNCTIONS):
            pending += [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]
        elif isinstance(node, ast.Lambda):
            pending.append(node.args)
        else:
            pending += ast.iter_child_nodes(node)


def _stored(node: ast.AST) -> set[str]:
    """The names that a statement binds where it stands."""
    if isinstance(node, FUNCTIONS | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return set()
    inner = list(_immediate([node]))
    stored = {n.id for n in inner if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    return stored.union(*map(_imported, inner))


def _imported(node: ast.AST) -> set[str]:
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return set()
    whole = isinstance(node, ast.Import)
    return {alias.asname or (alias.name.partition(".")[0] if whole else alias.name) for alias in node.names}


def _call_of(node: ast.AST) -> ast.Call | None:
    """The call that a statement consists of, or whose result it keeps."""
    value = node.value if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign) else None
    return value if isinstance(value, ast.Call) else None


def _called_on(calls: Iterable[ast.Call]) -> frozenset[str]:
    """The names of objects and libraries whose methods and functions are called."""
    return frozenset(root for call in calls if isinstance(call.func, ast.Attribute) and (root := _root(call.func)))


def _given_away(node: ast.AST) -> set[str]:
    """The names whose objects a statement gives to a call for its effect, as `setattr(Model, "fit", fit)` does."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or (isinstance(call.func, ast.Name) and call.func.id in ONLY_LOOKS):
        return set()
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return {value.id for value in given if isinstance(value, ast.Name)}


def _looped_over(loop: ast.For) -> set[str]:
    """The names whose objects a loop walks through, where its body changes what it comes to."""
    changed = {_changed_by(node) for node in ast.walk(loop)}
    changed |= _called_on(call for node in ast.walk(loop) if (call := _call_of(node)))
    return _objects_in(loop.iter) if changed & _stored(loop.target) else set()


def _objects_in(node: ast.expr) -> set[str]:
    """The names of what an expression hands on: `A` and `B` in `(A, B)`, `model` in `enumerate(model.layers)`."""
    if isinstance(node, ast.Call):
        of_a_method = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return set().union(*map(_objects_in, [*of_a_method, *node.args]))
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return set().union(*map(_objects_in, node.elts))
    if isinstance(node, ast.Dict):
        return set().union(*map(_objects_in, node.values))
    return {_root(node)} - {""}


def _changed_by(node: ast.AST) -> str:
    """The name whose object a node changes, as `Model` in `Model.fit = f`, or ''."""
    if not isinstance(node, ast.Attribute | ast.Subscript) or isinstance(node.ctx, ast.Load):
        return ""
    return _root(node)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _binds_anything(node: ast.AST) -> bool:
    """Whether it may bind names that the text does not show, writes a file, or has later cells read in another way."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__" or any(alias.name == "*" for alias in node.names)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return False
    magic = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
    return node.func.attr in ("run_cell_magic", "run_line_magic") and magic in ("writefile", "file", "run")


def looks_up_by_name(node: ast.AST, by: frozenset[str] = LOOKS_UP_BY_NAME) -> bool:
    """Whether a node names something that finds code by its name."""
    if isinstance(node, ast.Attribute):
        return node.attr in LOOKED_UP
    if isinstance(node, ast.Import | ast.ImportFrom):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        roots = {text.partition(".")[0] for text in (module, *(alias.name for alias in node.names))}
        return not by.isdisjoint(roots)
    return isinstance(node, ast.Name) and node.id in by

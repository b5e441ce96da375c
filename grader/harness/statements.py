"""Run the texts of a submission statement by statement: one that fails ends nothing but itself, and is remembered."""

import __future__

import ast
import linecache
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..core.broken import NO_PYTHON, seems_to_bind
from ..core.limits import Limits
from .guard import FILE_PREFIX, describe
from .statement_clock import CutShort, StatementClock

NOTES = 20
FURTHER = "everything further", "this list has no room for it"  # the last note where there are more
LONGEST = 200  # characters of a reason


@dataclass(frozen=True)
class Failure:
    """A statement that did not run to its end.

    place: the file, or notebook and cell; line: in it. cause: "syntax", "import", "raised", "stub", "cut" or "ended".
    binds: names that it would have given a value; lacks: names that it could not find.
    """

    place: str
    line: int
    cause: str
    reason: str
    binds: frozenset[str] = frozenset()
    lacks: tuple[str, ...] = ()


@dataclass
class Scope:
    """The namespace that texts run in. flags: of the compiler, as `from __future__ import …` in one of them sets."""

    names: dict[str, Any]
    flags: int = 0


@dataclass
class Statements:
    """Runs statements, and keeps what failed and what is to be said of it.

    clock: limits each statement; None in a self-check. without: reasons by place and line of statements that must not
    run. begins: is told of each statement before it runs.
    """

    clock: StatementClock | None = None
    begins: Callable[[str, int], None] = lambda *_: None
    without: Mapping[tuple[str, int], str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    line: int = 0  # that runs now
    place: str = ""

    def run(self, place: str, text: str, scope: Scope) -> None:
        """Run a cell. What cannot be read as Python is one failure."""
        remember_lines(FILE_PREFIX + place, text)
        try:
            body = ast.parse(text, FILE_PREFIX + place).body
        except NO_PYTHON as error:
            reason = error.msg if isinstance(error, SyntaxError) else str(error)
            self._keep(
                Failure(
                    place, getattr(error, "lineno", 1) or 1, "syntax", f"SyntaxError: {reason}", seems_to_bind(text)
                )
            )
            return
        self.run_all(place, body, scope)

    def run_all(self, place: str, body: list[ast.stmt], scope: Scope) -> None:
        """Run statements in their order."""
        before = self.place, self.line
        for node in body:
            self.place, self.line = place, node.lineno
            self._run(node, scope)
        self.place, self.line = before

    def say(self, why: str) -> None:
        """Note something about the statement that runs now."""
        self._note(self.place, self.line, why)

    def _run(self, node: ast.stmt, scope: Scope) -> None:
        place, line = self.place, self.line
        if reason := self.without.get((place, line)):
            self._keep(Failure(place, line, "ended", reason, bound_by(node)))
            return
        self.begins(place, line)
        try:
            code = compile(ast.Module([node], []), FILE_PREFIX + place, "exec", scope.flags, dont_inherit=True)
            with self.clock.statement() if self.clock else self._measured():
                exec(code, scope.names)
            scope.flags |= future_flags(node)
        except CutShort as cut:
            self._keep(Failure(place, line, "cut", str(cut), bound_by(node)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._keep(failure_of(error, place, node))

    @contextmanager
    def _measured(self) -> Iterator[None]:
        """In a self-check nothing is cut, and it is said what would be."""
        began, allowed = time.process_time(), Limits().statement_seconds
        yield
        if (took := time.process_time() - began) > allowed:
            self.say(f"it took {took:.0f} s; in a grade it is ended after {allowed:g} s")

    def _keep(self, failure: Failure) -> None:
        """Remember what failed, and note it unless all that it lacks is what failed before."""
        gone = {name for earlier in self.failures for name in earlier.binds}
        is_consequence = bool(failure.lacks) and gone.issuperset(failure.lacks)
        self.failures.append(failure)
        if failure.cause != "stub" and not is_consequence:
            self._note(failure.place, failure.line, failure.reason)

    def _note(self, place: str, line: int, why: str) -> None:
        if len(self.notes) < NOTES - 1:
            self.notes.append((f"{place}, line {line}", why[:LONGEST]))
        elif len(self.notes) < NOTES:
            self.notes.append(FURTHER)


def failure_of(error: BaseException, place: str, node: ast.stmt) -> Failure:
    """What an exception of a statement at `place` says."""
    told = describe(error, "")
    where = told.get("where", "")
    file, _, line = where.rpartition(", line ")
    number = int(line) if file == place and line.isdigit() else node.lineno
    if told["kind"] == "stub":
        return Failure(place, number, "stub", told["message"], bound_by(node))
    cause = "import" if isinstance(error, ImportError) else "syntax" if isinstance(error, SyntaxError) else "raised"
    reason = f"{told['type']}: {told['message']}".removesuffix(": ") + (
        f" ({where})" if file not in ("", place) else ""
    )
    return Failure(place, number, cause, reason, bound_by(node), _lacking(error, node))


def _lacking(error: BaseException, node: ast.stmt) -> tuple[str, ...]:
    """The names whose absence is the reason."""
    if isinstance(error, NameError) and isinstance(error.name, str):
        return (error.name,)
    if isinstance(error, ImportError) and isinstance(node, ast.ImportFrom):
        return tuple(alias.name for alias in node.names)
    return ()


def bound_by(node: ast.stmt) -> frozenset[str]:
    """The names that a statement would give a value."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return frozenset({node.name})
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    inner = [n for n in ast.walk(node) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    imports = [alias for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom) for alias in n.names]
    return frozenset(names | {n.name for n in inner} | {a.asname or a.name.partition(".")[0] for a in imports})


def future_flags(node: ast.stmt) -> int:
    """The compiler's flags that a statement switches on for those after it."""
    if not isinstance(node, ast.ImportFrom) or node.module != "__future__":
        return 0
    features = (getattr(__future__, alias.name, None) for alias in node.names)
    return sum(feature.compiler_flag for feature in features if feature)


def remember_lines(file: str, source: str) -> None:
    """Let tracebacks and `inspect.getsource` (which tf.function uses) see the text of code that has no file."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)

"""Choose the cells of a notebook that given names need: by what cells bind, need, change and call, transitively.

Of a chosen cell every statement runs. A statement that was given is chosen by itself, and only if it is needed: a
student may use the `batch_size` of an experiment, and nobody has to train a model for it.
"""

import ast
import builtins
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from ..core.broken import NO_PYTHON
from ..core.given import digest
from .names import Names, names_in
from .reading import Source

BUILTIN = frozenset(dir(builtins))
SHARES_ITS_LINE = b"0"  # a statement that does nothing


class _Span(NamedTuple):
    """Where a statement stands: lines from 0, bytes in them."""

    first: int
    start: int
    last: int
    stop: int


class _Piece(NamedTuple):
    """What is chosen as a whole: a cell without the given statements in it, or one of these."""

    cell: int
    text: str
    spans: tuple[_Span, ...]
    given: bool


def needed_cells(sources: Sequence[Source], names: frozenset[str], given: frozenset[str]) -> tuple[Source, ...]:
    """The cells that `names` need, and all modules beside the notebook; where it cannot be told, all but what is given.

    given: digests of statements.
    """
    pieces = [
        piece
        for number, source in enumerate(sources)
        if not source.name.endswith(".py")
        for piece in _pieces(number, source.text, given)
    ]
    known = [names_in(piece.text) for piece in pieces]
    chosen = _Choice(known).chosen(names)
    own = [one for one, piece in zip(known, pieces, strict=True) if not piece.given]
    if any(one.unknown for one in own) or any(known[number].finds for number in chosen):
        chosen |= {number for number, piece in enumerate(pieces) if not piece.given}
    dropped: dict[int, list[_Span]] = defaultdict(list)
    kept = {pieces[number].cell for number in chosen}
    for number, piece in enumerate(pieces):
        if number not in chosen:
            dropped[piece.cell] += piece.spans
    return tuple(
        replace(source, text=without(source.text, dropped[number])) if dropped[number] else source
        for number, source in enumerate(sources)
        if number in kept or source.name.endswith(".py")
    )


def _pieces(cell: int, text: str, given: frozenset[str]) -> list[_Piece]:
    return [_Piece(cell, *rest) for rest in _pieces_of(text, given)]


@lru_cache(4096)
def _pieces_of(text: str, digests: frozenset[str]) -> tuple[tuple[str, tuple[_Span, ...], bool], ...]:
    """The pieces of a cell: text, with all others blanked, spans, and whether it is a given statement."""
    try:
        body = ast.parse(text).body if digests else []
        given = [_span(node) for node in body if digest(node) in digests]
        own = tuple(span for node in body if (span := _span(node)) not in set(given))
    except NO_PYTHON:
        given, own = [], ()
    if not given:
        return ((text, (), False),)
    alone = [(without(text, [s for s in (*given, *own) if s != span]), (span,), True) for span in given]
    rest = [(without(text, given), own, False)] if own else []
    return (*rest, *alone)


def _span(node: ast.stmt) -> _Span:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    last, stop = node.end_lineno or node.lineno, node.end_col_offset or 0
    return _Span(first - 1, node.col_offset, last - 1, stop)


def without(text: str, spans: Sequence[_Span]) -> str:
    """The text, line for line, with these statements blanked."""
    lines = text.split("\n")
    ranges: dict[int, list[tuple[int, int | None]]] = defaultdict(list)  # by line, the bytes to blank
    for span in sorted(spans):
        for number in range(span.first, span.last + 1):
            start = span.start if number == span.first else 0
            ranges[number].append((start, span.stop if number == span.last else None))
    for number, blanked in ranges.items():
        lines[number] = _blanked(lines[number], blanked)
    return "\n".join(lines)


def _blanked(line: str, ranges: list[tuple[int, int | None]]) -> str:
    """A line without these bytes; where something else stands in it, a statement that does nothing is left."""
    raw = line.encode(errors="surrogatepass")
    left, reached = [], 0
    for start, end in ranges:
        stop = len(raw) if end is None else end
        filler = SHARES_ITS_LINE.ljust(stop - start) if start > 0 or stop < len(raw) else b""
        left += [raw[reached:start], filler]
        reached = stop
    return b"".join([*left, raw[reached:]]).decode(errors="surrogatepass")


class _Choice:
    """Which pieces are needed. A name is needed at a place: with the value that it has before the piece there runs."""

    def __init__(self, pieces: Sequence[Names]):
        self._pieces = pieces
        self._defined = frozenset[str]().union(*(piece.defines for piece in pieces))
        self._imported = frozenset[str]().union(*(piece.imports for piece in pieces))
        self._givers, self._sets_late = _by_name(p.binds for p in pieces), any(p.set_late for p in pieces)
        self._functions = frozenset[str]().union(*(p.binds for p in pieces if p.later | p.set_late))
        self._binders, self._changers = _by_name(map(self._bound, pieces)), _by_name(map(self._changed, pieces))
        self._chosen: set[int] = set()
        self._asked: set[tuple[str, int]] = set()
        self._open: list[tuple[str, int]] = []

    def chosen(self, names: frozenset[str]) -> set[int]:
        """The numbers of the pieces that `names` need: each of their definitions counts, as the last one may fail.

        In place of a name that nothing binds, similar ones are kept: one of them may be the same under another name.
        """
        similar = {other for name in names - self._binders.keys() for other in get_close_matches(name, self._binders)}
        for number, piece in enumerate(self._pieces):
            if piece.always or not piece.binds.isdisjoint(names | similar):
                self._choose(number)
        end = len(self._pieces)
        self._open += [(name, end) for name in names]
        while self._open:
            name, place = self._open.pop()
            for number in (*self._bound_before(name, place), *self._changed_before(name, place)):
                self._choose(number)
        return self._chosen

    def _bound(self, piece: Names) -> frozenset[str]:
        """The names that a piece may bind, by itself and by the functions of the notebook that it may call."""
        if not self._sets_late:
            return piece.binds
        called = {number for name in self._reached(piece.reads) for number in self._givers[name]}
        return piece.binds.union(*(self._pieces[number].set_late for number in called))

    def _reached(self, names: frozenset[str]) -> set[str]:
        """These names, and what is read where functions run that they stand for, or are made with, transitively."""
        found, pending = set(names), list(names)
        while pending:
            for number in self._givers[pending.pop()]:
                giver = self._pieces[number]
                new = (giver.later | (giver.reads & self._functions)) - found
                found |= new
                pending += new
        return found

    def _changed(self, piece: Names) -> frozenset[str]:
        """The names whose objects a piece changes. Calls of a library that are about nothing else are settings."""
        is_setting = piece.needs <= self._imported | BUILTIN
        return piece.changes | (piece.calls_on - self._imported) | (piece.sets if is_setting else frozenset())

    def _choose(self, number: int) -> None:
        if number in self._chosen:
            return
        self._chosen.add(number)
        piece, end = self._pieces[number], len(self._pieces)
        wanted = {(name, number) for name in piece.needs}
        wanted |= {(name, number) for name in self._reached(piece.reads) - piece.reads}
        wanted |= {(name, number + 1) for name in piece.later}
        wanted |= {(name, end) for name in piece.later if not self._is_only_imported(name)}
        wanted |= {
            (name, end) for name in piece.aliases | (piece.reads & self._defined)
        }  # a base class may change later
        self._open += wanted - self._asked
        self._asked |= wanted

    def _is_only_imported(self, name: str) -> bool:
        """Whether a name never stands for anything but a library: then any import of it will do."""
        return all(name in self._pieces[number].imports for number in self._binders[name])

    def _bound_before(self, name: str, place: int) -> Iterator[int]:
        """From the last piece above that may bind the name to one that does so for sure; the first below if none is."""
        binders = self._binders[name]
        above = binders[: bisect_left(binders, place)]
        for number in reversed(above):
            yield number
            if name in self._pieces[number].settles:
                return
        if not above:
            yield from binders[:1]

    def _changed_before(self, name: str, place: int) -> list[int]:
        return [number for number in self._changers[name] if number < place]


def _by_name(sets: "Iterator[frozenset[str]]") -> dict[str, list[int]]:
    """For each name, the numbers of the sets that hold it, ascending."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, names in enumerate(sets):
        for name in names:
            found[name].append(number)
    return found

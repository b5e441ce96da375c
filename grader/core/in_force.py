"""What is in force while the checks of an assignment run: a course may have other values than the lab's own.

Checks name their limits as constants of modules, which all courses of one process share.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

_values: ContextVar[Mapping[str, Any]] = ContextVar("values", default=MappingProxyType({}))


@contextmanager
def in_force(values: Mapping[str, Any]) -> Iterator[None]:
    """Within the block these values, by name, stand in place of defaults."""
    token = _values.set(values)
    try:
        yield
    finally:
        _values.reset(token)


def value_of(name: str, default: Any) -> Any:
    """The value that is in force under this name."""
    return _values.get().get(name, default)


@dataclass(frozen=True)
class Range:
    """Whole numbers that checks draw from, both ends included. lowest, highest: how far a course may go."""

    name: str
    about: str
    default: tuple[int, int]
    lowest: int
    highest: int

    @property
    def bounds(self) -> tuple[int, int]:
        """The range that is in force."""
        low, high = value_of(self.name, self.default)
        return low, high

    def nearest(self, number: int) -> int:
        """The number of the range that is nearest to this one."""
        low, high = self.bounds
        return min(max(number, low), high)

"""The checks of the lab: one declaration each, from which every front end is rendered.

    @check(points=3, needs=(encoding_has_requested_size,))
    def loss_decreases(lab):
        '''Training lowers the loss on images the model has never seen.'''

The id is `<part>.<function>`, the part is the module's name, the docstring is the sentence a student reads, and a
dependency is another check's function, so a mistyped one fails at import.
"""

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..subject.subject import Subject
    from .expect import Evidence

PARTS = ("data", "autoencoder", "upsampling", "gaussian_vae", "vae", "pictures", "denoising", "classifier")

CheckFunction = Callable[["Lab"], "Evidence"]


@dataclass(frozen=True)
class Check:
    """A declared check. `needs` are ids of checks that must pass before this one can say anything."""

    id: str
    part: str
    points: int
    needs: tuple[str, ...]
    sentence: str
    function: CheckFunction

    @property
    def name(self) -> str:
        """The claim, without its part."""
        return self.id.partition(".")[2]


_declared: dict[str, Check] = {}


def check(points: int, needs: Iterable[CheckFunction] = ()) -> Callable[[CheckFunction], CheckFunction]:
    """Declare a check worth `points`; it is skipped when one of `needs` has not passed."""

    def declare(function: CheckFunction) -> CheckFunction:
        identity = _identity(function)
        sentence = " ".join((function.__doc__ or "").split("\n\n")[0].split())
        if not sentence:
            raise ValueError(f"{identity} needs a docstring: the sentence a student reads")
        part = identity.partition(".")[0]
        _declared[identity] = Check(
            identity, part, points, tuple(_declared[_identity(n)].id for n in needs), sentence, function
        )
        return function

    return declare


def _identity(function: CheckFunction) -> str:
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


@cache
def all_checks() -> tuple[Check, ...]:
    """Every declared check, in the order of the lab."""
    for part in PARTS:
        importlib.import_module(f"grader.autoencoders.checks.{part}")
    return tuple(sorted(_declared.values(), key=lambda c: PARTS.index(c.part)))


def select(names: Iterable[str] = ()) -> tuple[Check, ...]:
    """The checks of the named parts, or single checks by id; all of them without a name.

    Raises KeyError with one clear sentence for a name that is neither a part nor a check.
    """
    wanted = tuple(names)
    known = {c.id for c in all_checks()} | set(PARTS)
    for name in wanted:
        if name not in known:
            raise KeyError(f"unknown part or check {name!r}; the parts are {', '.join(PARTS)}")
    return tuple(c for c in all_checks() if not wanted or c.part in wanted or c.id in wanted)


def with_needs(checks: Iterable[Check]) -> tuple[Check, ...]:
    """`checks` and everything they depend on, in the order of the lab."""
    by_id = {c.id: c for c in all_checks()}
    wanted: set[str] = set()

    def add(identity: str) -> None:
        if identity not in wanted:
            wanted.add(identity)
            for need in by_id[identity].needs:
                add(need)

    for item in checks:
        add(item.id)
    return tuple(c for c in all_checks() if c.id in wanted)

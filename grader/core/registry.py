"""How checks are declared: once each, and every front end is rendered from the declaration.

    CHECKS = Registry()

    @CHECKS.check("autoencoder", points=3, needs=[encoding_has_requested_size])
    def loss_decreases(subject):
        '''Training lowers the loss on images the model has never seen.'''

The id is `<part>.<function>`, the docstring is the sentence that a student reads, and a dependency is another check's
function, so a mistyped one fails at import.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from .expect import Evidence
from .thresholds import Threshold

CheckFunction = Callable[[Any], Evidence]
Measurement = Callable[[Any], Any]


@dataclass(frozen=True)
class Check:
    """A declared check.

    needs: ids of checks that must pass before this one can say anything. thresholds: all that its measurements are held
    to. trained: the measurement that has trained the model this check shows, None if it shows none. bonus: whether its
    points come on top of the total.
    """

    id: str
    part: str
    points: int | float
    needs: tuple[str, ...]
    sentence: str
    function: CheckFunction
    thresholds: tuple[Threshold, ...] = ()
    trained: Measurement | None = None
    bonus: bool = False

    @property
    def possible(self) -> int | float:
        """What it adds to the total: nothing where its points are a bonus."""
        return 0 if self.bonus else self.points

    @property
    def name(self) -> str:
        """The claim, without its part."""
        return self.id.partition(".")[2]


class Registry:
    """The checks of one assignment, in the order in which they are declared."""

    def __init__(self, known: Iterable[Check] = ()) -> None:
        """known: checks of another registry, which these may need."""
        self._known: dict[str, Check] = {each.id: each for each in known}
        self._declared: dict[str, Check] = {}

    def check(
        self,
        part: str,
        points: int | float,
        needs: Iterable[CheckFunction] = (),
        thresholds: Iterable[Threshold] = (),
        trained: Measurement | None = None,
    ) -> Callable[[CheckFunction], CheckFunction]:
        """Declare a check of a part, worth `points`; it is skipped when one of `needs` has not passed.

        Raises ValueError for a check that is declared twice, LookupError for a need that is no declared check.
        """

        def declare(function: CheckFunction) -> CheckFunction:
            identity = f"{part}.{function.__name__}"
            if before := self._declared.get(identity) or self._known.get(identity):
                places = f"{_place(before.function)} and {_place(function)}"
                raise ValueError(f"the check {identity} is declared twice: at {places}")
            sentence = " ".join((function.__doc__ or "").split("\n\n")[0].split())
            if not sentence:
                raise ValueError(f"{identity} needs a docstring: the sentence a student reads")
            ids = tuple(self._id_of(need, identity) for need in needs)
            self._declared[identity] = Check(
                identity, part, points, ids, sentence, function, tuple(thresholds), trained
            )
            return function

        return declare

    def _id_of(self, function: CheckFunction, wanted_by: str) -> str:
        item = next((each for each in chain(self._known.values(), self) if each.function is function), None)
        if item is not None:
            return item.id
        raise LookupError(f"{wanted_by} needs {_place(function)}, which is not declared as a check before it")

    def __iter__(self) -> Iterator[Check]:
        return iter(self._declared.values())

    def of_part(self, part: str) -> tuple[Check, ...]:
        """The checks of a part, in the order of their declarations."""
        return tuple(item for item in self if item.part == part)


def _place(function: CheckFunction) -> str:
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)

"""What right solutions and mistakes measured of one quantity, and where its threshold goes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.verdicts import Graded
from grader.autoencoders.assignment import ASSIGNMENT
from grader.autoencoders.checks import autoencoder
from grader.core.expect import rounded
from grader.core.thresholds import Threshold
from grader.stats.tails import RARE, Tail, badness, tails_of, value_of
from tests.submissions.corpus import Mutant, Variant

REFERENCE = "reference"
JUDGED_BY_STEPS = {  # a training stops at these thresholds, so what a right solution needs is told by its steps
    "share of the mean image's cost": "training steps",
    "dB above simple answers": "denoising steps",
    "accuracy": "fine-tuning steps",
    "informative nats": "steps to be informative",
}
BOUNDED = {  # no tail reaches these thresholds
    "cost of an untrained model": "none can: what ignores the image costs at least as much as the mean image"
}
TRIES = {"loss off the cross-entropy": autoencoder.TRIES}  # so many independent measurements have to miss it


@dataclass(frozen=True)
class Quantity:
    """What one check recorded of one quantity: values of right solutions, and of mutants beyond the threshold, by name.

    Right solutions have a value for each seed.
    """

    check: str
    threshold: Threshold
    right: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The quantity's, which is its threshold's."""
        return self.threshold.name

    @property
    def part(self) -> str:
        """The part of its check."""
        return self.check.partition(".")[0]

    @property
    def closest(self) -> tuple[str, float] | None:
        """The mutant whose value lies nearest to the right side."""
        return min(self.wrong.items(), key=lambda m: badness(self.threshold, m[1])) if self.wrong else None

    def tails(self) -> dict[str, Tail]:
        """Tails of right solutions with several gradings; none where a training or theory ends at the limit."""
        if self.name in JUDGED_BY_STEPS or self.name in BOUNDED:
            return {}
        several = {who: values for who, values in self.right.items() if len(values) > 1}
        return tails_of(self.threshold, several) if several else {}

    @property
    def tries(self) -> int:
        """How many independent measurements have to miss the threshold."""
        return TRIES.get(self.name, 1)

    def worst(self) -> tuple[str, float]:
        """The right solution that is most likely to miss the threshold, and how likely; '' where no tail is known."""
        limit = badness(self.threshold, self.threshold.limit)
        found = {who: tail.probability_above(limit) ** self.tries for who, tail in self.tails().items()}
        return max(found.items(), key=lambda item: item[1], default=("", 0.0))

    def nearest_limit(self) -> float | None:
        """The limit that is nearest to right solutions, and missed by none of them more often than RARE."""
        tails = self.tails().values()
        bad = max((tail.quantile_above(RARE ** (1 / self.tries)) for tail in tails), default=None)
        return None if bad is None else value_of(self.threshold, bad)


def quantities_of(graded: Graded) -> list[Quantity]:
    """Sort what was recorded by check and quantity, in the order of the lab."""
    found: dict[tuple[str, str], Quantity] = {}
    for item, verdict in graded:
        for check, recorded in verdict.recorded.items():
            for name, value in recorded.items():
                if check.partition(".")[0] == item.part:
                    quantity = found.setdefault((check, name), Quantity(check, ASSIGNMENT.thresholds[name]))
                    _add(quantity, item, value)
    order = {part: place for place, part in enumerate(ASSIGNMENT.part_names)}
    return sorted(found.values(), key=lambda q: (order[q.part], q.check, q.name))


def _add(quantity: Quantity, item: Mutant | Variant, value: float) -> None:
    if isinstance(item, Variant):
        quantity.right[item.name].append(value)
    elif item.check == quantity.check and not quantity.threshold.admits(value):
        quantity.wrong[item.name] = value


def new_limit(same: list[Quantity]) -> float | None:
    """The limit as it stands if it may stay; else the middle between right and wrong; None where there is no middle.

    same: the quantity in all checks that are held to its threshold.
    """
    threshold = same[0].threshold
    needed = [near for q in same if (near := q.nearest_limit()) is not None]
    if all(q.worst()[1] <= RARE for q in same):
        return threshold.limit
    low = max(badness(threshold, near) for near in needed)
    mutants = [badness(threshold, q.closest[1]) for q in same if q.closest]
    if not mutants:
        return rounded(value_of(threshold, low), 2)
    return rounded(value_of(threshold, (low + min(mutants)) / 2), 3) if low < min(mutants) else None


def record_of(quantities: list[Quantity], gradings: int) -> dict[str, Any]:
    """Every value, sorted, as plain data; `gradings` of right solutions it took."""
    values = {
        f"{q.check}: {q.name}": {"right": {who: sorted(own) for who, own in q.right.items()}, "wrong": q.wrong}
        | _judged(q)
        for q in quantities
    }
    return {"version": ASSIGNMENT.thresholds.version, "gradings": gradings, "values": values}


def _judged(q: Quantity) -> dict[str, Any]:
    """How the odds of a right solution are found where that is not by one value: as `Calibrated` reads it."""
    steps = {"judged_by": JUDGED_BY_STEPS[q.name]} if q.name in JUDGED_BY_STEPS else {}
    return steps | ({"tries": q.tries} if q.tries > 1 else {}) | ({"bounded": True} if q.name in BOUNDED else {})


def quantities_from(record: Mapping[str, Any]) -> list[Quantity]:
    """The quantities of such a record, held to the thresholds as they are now."""
    return [
        Quantity(check, ASSIGNMENT.thresholds[name], values["right"], values["wrong"])
        for title, values in record["values"].items()
        for check, _, name in [title.partition(": ")]
    ]

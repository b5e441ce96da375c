"""A submission whose parts are being measured, each when it is known whether the parts that it builds on are right."""

import logging
from dataclasses import dataclass, field

from .carried_forward import CarriedForward, has_lost
from .plan import SubmissionPlan
from .tasks import Task, TaskResult

log = logging.getLogger(__name__)


@dataclass
class PendingSubmission:
    """What is asked of it and what came of that, by part.

    unasked: what waits for a part that it builds on. waiting: what is not done. carried: how to measure what builds on
    a part that is wrong; own, ours: what came of it as it was handed in, and with the reference solution below it.
    """

    plan: SubmissionPlan
    unasked: dict[str, Task] = field(init=False)
    waiting: set[str] = field(init=False)
    measured: dict[str, TaskResult] = field(default_factory=dict)
    carried: dict[str, CarriedForward] = field(default_factory=dict)
    own: dict[str, TaskResult] = field(default_factory=dict)
    ours: dict[str, TaskResult] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unasked = dict(self.plan.tasks)
        self.waiting = set(self.plan.tasks)

    def ready(self) -> list[str]:
        """The parts that wait for no other one any more."""
        parts = [part for part in self.unasked if self.plan.needs[part].isdisjoint(self.waiting)]
        for part in parts:
            del self.unasked[part]
            if carried := self.plan.carried_forward(part, self.measured):
                log.info("%s: %s builds on a wrong %s", self.plan.name, part, " and ".join(carried.replaced))
                self.carried[part] = carried
        return parts

    def with_ours(self, part: str) -> bool:
        """Whether the next measurement of a part is the one with the reference solution below it."""
        carried = self.carried.get(part)
        return carried is not None and part not in self.ours and (carried.inherits or part in self.own)

    def take(self, part: str, result: TaskResult) -> bool:
        """Whether the part is done with this result; if not, it is to be measured in the other way, too."""
        carried = self.carried.get(part)
        if carried is None:
            return self._done(part, result)
        (self.ours if self.with_ours(part) else self.own)[part] = result
        own, ours = self.own.get(part), self.ours.get(part)
        if own and ours:
            return self._done(part, carried.better_of(own, ours))
        if own and not has_lost(own):
            return self._done(part, own)
        settled = None if ours is None else carried.settled(ours)
        return settled is not None and self._done(part, settled)

    def _done(self, part: str, result: TaskResult) -> bool:
        self.measured[part] = result
        self.waiting.discard(part)
        return True

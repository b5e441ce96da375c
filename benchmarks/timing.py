"""How long something takes, for benchmarks whose figures are milliseconds per submission."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Milliseconds of the clock, and of this process's own work, which a busy machine changes less."""

    wall: float
    cpu: float

    def __str__(self):
        return f"{self.wall:.2f} ms each ({self.cpu:.2f} of CPU)"


def cost_of_each(count: int, work: Callable[[], object]) -> Cost:
    """What one of `count` costs that `work` does at once."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Cost(1000 * (time.perf_counter() - wall) / count, 1000 * (time.process_time() - cpu) / count)


def cheapest_of_each(count: int, work: Callable[[], object], tries: int = 3) -> Cost:
    """The fewest milliseconds in some tries of the same."""
    costs = [cost_of_each(count, work) for _ in range(tries)]
    return Cost(min(cost.wall for cost in costs), min(cost.cpu for cost in costs))

"""Tasks and their results. A task is one part of one submission: measured as a whole, on any machine, and cached.

It holds all that its result depends on, apart from the grader's own code and the tier that it is measured under. Tasks
and results travel as JSON: not even between our own machines is anything unpickled that a submission had a hand in.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..core.assignment import Assignment
from ..core.codec import Codec, parsed
from ..core.limits import Limits
from ..core.outcomes import CheckResult, LeftOut, Outcome
from ..core.registry import Check
from ..isolation.reading import sources_for_each
from ..submissions.reading import Source, Submission
from .given_modules import with_given


@dataclass(frozen=True)
class Task:
    """What to measure: the ids of checks of one part, on the sources that the part depends on."""

    assignment: str
    part: str
    checks: tuple[str, ...]
    kind: Literal["modules", "notebook"]
    sources: tuple[Source, ...]
    left_out: tuple[LeftOut, ...]
    seed: int
    limits: Limits

    @property
    def submission(self) -> Submission:
        """As much of the submission as this part can see; whose it is does not matter."""
        return Submission(self.part, self.kind, self.sources, self.left_out)

    def key(self, fingerprint: str, tier: str) -> str:
        """A digest of all that the result depends on, under this tier, by code of this fingerprint."""
        return hashlib.sha256(f"{fingerprint} {tier} {self.to_json()}".encode()).hexdigest()

    def to_json(self) -> str:
        """The same for equal tasks."""
        return json.dumps(TASK.encode(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Task":
        """The way back. Raises ValueError for anything else."""
        return TASK.decode(parsed(text))


@dataclass(frozen=True)
class TaskResult:
    """What came of a task. problem: what went wrong in the grader; such a result is never cached.

    starved: whether nothing went wrong, but others had the cores: later, it may be measured.
    left_out: statements of the submission that did not run, failed or were cut short while it was loaded.
    """

    results: tuple[CheckResult, ...]
    stdout: str = ""
    stderr: str = ""
    problem: str = ""
    starved: bool = False
    measured_at: str = ""  # as in `Provenance`; "" where nothing was measured
    left_out: tuple[LeftOut, ...] = ()

    @property
    def seconds(self) -> float:
        """The wall-clock time that its checks took."""
        return sum(result.seconds for result in self.results)

    @property
    def is_final(self) -> bool:
        """Whether measuring again would give the same, as far as we know."""
        return not self.problem and all(result.outcome is not Outcome.ERROR for result in self.results)

    def to_bytes(self) -> bytes:
        """Compressed JSON; evidence as records show it, pictures in 256 grey values."""
        return zlib.compress(json.dumps(TASK_RESULT.encode(self)).encode(), 1)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "TaskResult":
        """The way back. Raises ValueError for anything else."""
        try:
            return TASK_RESULT.decode(json.loads(zlib.decompress(raw)))
        except (zlib.error, ValueError, RecursionError, OSError) as problem:
            raise ValueError(f"not a result: {problem}") from problem


TASK = Codec(Task)
TASK_RESULT = Codec(TaskResult)


def tasks_of(
    assignment: Assignment, submission: Submission, checks: Iterable[Check], seed: int, limits: Limits
) -> tuple[Task, ...]:
    """One task for each part that any of `checks` belongs to, in the order of the parts."""
    ids: dict[str, list[str]] = {}
    for item in checks:
        ids.setdefault(item.part, []).append(item.id)
    parts = [part for part in assignment.parts if part.name in ids]
    each = sources_for_each(with_given(assignment, submission), parts, assignment.given_statements)
    kind, left_out = submission.kind, submission.left_out
    return tuple(
        Task(assignment.name, part.name, tuple(ids[part.name]), kind, sources, left_out, seed, limits)
        for part, sources in zip(parts, each, strict=True)
    )

"""Error carried forward: a mistake costs its points once, where it was made.

A part below full marks that builds on an earlier one below full marks is measured with the reference solution of the
earlier part in place of the student's as well, and each check counts the better of the two. A class that inherits from
a wrong one is measured with the reference first: mostly that has full marks, and it is all that is needed. In that run
the reference is within reach of the submission's code, so nothing but scores is taken from it: no text, no number, no
picture. What an empty class would have earned by inheriting from the reference counts only beside something that it
would not have earned.
"""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..core.assignment import Assignment, Part
from ..core.limits import Limits
from ..core.outcomes import CheckResult, Outcome
from ..core.registry import Check
from ..isolation.reading import sources_for_each
from ..submissions.reading import Source, Submission
from .checking import GRADER_FAILED, INSTRUCTOR_TOLD
from .given_modules import with_modules
from .tasks import Task, TaskResult, tasks_of

NOT_CARRIED = (
    "The lab's own solution is not on this machine, so a mistake in an earlier part may have cost points in later ones "
    "that build on it, too: {parts}. Where it is, as with `aelab grade`, a mistake costs its points once."
)


@dataclass(frozen=True)
class CarriedForward:
    """A task in which the reference solution of some earlier parts replaces the student's.

    shown_by: ids of the checks that tell the part from an empty class that inherits; none where every check does.
    inherits: whether a class of the part inherits from one that is replaced, so that its faults are its own.
    """

    task: Task
    replaced: tuple[str, ...]
    shown_by: tuple[str, ...] = ()
    inherits: bool = False

    @property
    def _replaced_names(self) -> str:
        return " and ".join(self.replaced)

    @property
    def _told(self) -> str:
        return f"Measured with the lab's own version of {self._replaced_names} in place of yours."

    def settled(self, ours: TaskResult) -> TaskResult | None:
        """The result, where a run with the lab's own version had full marks; None where another one may earn more."""
        if not ours.is_final or has_lost(ours):
            return None
        told = self._told
        results = [
            CheckResult(r.id, r.part, r.points, r.score, r.outcome, told, seconds=r.seconds, bonus=r.bonus)
            for r in ours.results
        ]
        return TaskResult(tuple(results), measured_at=ours.measured_at)

    def better_of(self, own: TaskResult, ours: TaskResult) -> TaskResult:
        """The results of the part as it was handed in, each with the score of the other run where that is higher.

        A check that we failed to measure with the lab's version is an error, unless it has full marks already.
        """
        shown = [result for result in ours.results if result.id in self.shown_by]
        if shown and not any(result.score or result.outcome is Outcome.ERROR for result in shown):
            return own
        pairs = zip(own.results, ours.results, strict=True)
        results = tuple(self._better(first, other) for first, other in pairs)
        better = replace(own, results=results, measured_at=max(own.measured_at, ours.measured_at))
        if better.is_final or not own.is_final:
            return better
        return replace(
            better, problem=f"{self.task.part} could not be measured with the lab's own {self._replaced_names}"
        )

    def _better(self, own: CheckResult, other: CheckResult) -> CheckResult:
        if own.outcome is Outcome.ERROR or own.score == own.points:
            return own
        if other.outcome is Outcome.ERROR:
            fault = replace(own, score=0.0, outcome=Outcome.ERROR, message=f"{GRADER_FAILED}.", hint=INSTRUCTOR_TOLD)
            return replace(fault, code="", template="", parameters={})
        if not other.score > own.score:
            return own
        told = self._told
        if other.outcome is not Outcome.PASSED:
            message, code = f"{told} With yours: {own.message}", own.code or "carried_forward.partial"
            return replace(own, score=other.score, outcome=other.outcome, message=message, code=code)
        return replace(
            own, score=other.score, outcome=other.outcome, message=told,
            hint="", code="", template="", parameters={}, evidence={}, pictures=(), recorded={},
        )  # fmt: skip


def needs_of(assignment: Assignment, submission: Submission) -> dict[str, frozenset[str]]:
    """By part, the earlier parts that have to be measured first: whether they are right decides how it is measured.

    These are the parts that it builds on, and those that their reference solutions build on. None where the reference
    is not installed, as on a student's machine: then everything is measured as it was handed in.
    """
    if not assignment.has_reference:
        return {name: frozenset() for name in assignment.part_names}
    complete = with_modules(assignment, submission, assignment.part_names)
    own = _built_on_by_each(assignment, complete)
    theirs = _built_on_by_each(assignment, _reference(assignment))
    found: dict[str, frozenset[str]] = {}
    for part in assignment.part_names:
        needed = own[part].union(*(theirs[name] for name in own[part]))
        found[part] = needed.union(*(found[name] for name in needed))
    return found


def _reference(assignment: Assignment) -> Submission:
    sources = assignment.reference_sources().items()
    return Submission("reference", "modules", tuple(Source(*item) for item in sources))


def _built_on_by_each(assignment: Assignment, submission: Submission) -> dict[str, frozenset[str]]:
    """By part, the earlier parts that it builds on."""
    each = sources_for_each(submission, assignment.parts, assignment.given_statements)
    return {
        part.name: frozenset(p.name for p in assignment.parts[:place] if _holds(submission, sources, p))
        for place, (part, sources) in enumerate(zip(assignment.parts, each, strict=True))
    }


def carried_forward(
    assignment: Assignment,
    submission: Submission,
    checks: Iterable[Check],
    measured: Mapping[str, TaskResult],
    part: str,
    seed: int,
    limits: Limits,
) -> CarriedForward | None:
    """How to measure a part with the reference solution of the earlier parts that lost points; None if none did.

    measured: what it needs.
    """
    own = [item for item in checks if item.part == part]
    place = assignment.part_names.index(part)
    lost = [p for p in assignment.parts[:place] if p.name in measured and has_lost(measured[p.name])]
    if not (assignment.has_reference and own and lost):
        return None
    this = assignment.parts[place]
    submitted, earlier = _built_on(assignment, submission, this, lost)
    if not earlier:
        return None
    (task,) = tasks_of(assignment, submitted, own, seed, limits)
    names = tuple(each.name for each in earlier)
    return CarriedForward(task, names, this.shown_by, _inherits(submission, this, earlier))


def not_carried(assignment: Assignment, submission: Submission, measured: Mapping[str, TaskResult]) -> str:
    """What a report says where the reference is not installed and a mistake may have cost points twice, else ""."""
    lost = [part for part in assignment.parts if part.name in measured and has_lost(measured[part.name])]
    parts = [
        part.title for place, part in enumerate(lost) if _built_on_among(assignment, submission, part, lost[:place])
    ]
    return NOT_CARRIED.format(parts=", ".join(parts)) if parts and not assignment.has_reference else ""


def has_lost(measured: TaskResult) -> bool:
    """Whether a part is below full marks, and not by an error of ours."""
    return any(r.score < r.points and r.outcome is not Outcome.ERROR for r in measured.results)


def _built_on(
    assignment: Assignment, submission: Submission, part: Part, lost: Sequence[Part]
) -> tuple[Submission, list[Part]]:
    """Those of the earlier parts `lost` that a part depends on, and the submission with the reference's in their place.

    The reference of one may depend on another one, so this goes on until nothing is added. An earlier part that was
    not handed in counts as well.
    """
    before = assignment.part_names[: assignment.part_names.index(part.name)]
    submitted, earlier = with_modules(assignment, submission, before), list[Part]()
    while more := _built_on_among(assignment, submitted, part, [each for each in lost if each not in earlier]):
        submitted, earlier = _with_reference(assignment, submitted, more), earlier + more
    return submitted, [each for each in lost if each in earlier]


def _built_on_among(assignment: Assignment, submission: Submission, part: Part, lost: Sequence[Part]) -> list[Part]:
    """Those of the earlier parts `lost` of which what `part` depends on defines anything."""
    (sources,) = sources_for_each(submission, [part], assignment.given_statements) if lost else ((),)
    return [earlier for earlier in lost if _holds(submission, sources, earlier)]


def _holds(submission: Submission, sources: Iterable[Source], earlier: Part) -> bool:
    """Whether these sources of a submission define anything of the earlier part."""
    if submission.kind == "modules":
        return any(source.name == f"{earlier.name}.py" for source in sources)
    if any(_defines(cell.text, earlier) for cell in submission.sources):
        return any(_defines(source.text, earlier) for source in sources)
    return any(_mentions(source.text, earlier) for source in sources)  # it was left out


def _inherits(submission: Submission, part: Part, earlier: Iterable[Part]) -> bool:
    """Whether one of the part's classes inherits from a class of one of the others."""
    own, bases = ("|".join(name for each in parts for name in each.public_names) for parts in ([part], earlier))
    heading = re.compile(rf"class\s+(?:{own})\s*\([^()]*\b(?:{bases})\b")  # linear
    return any(heading.search(source.text) for source in submission.sources)


def _mentions(text: str, part: Part) -> bool:
    """Whether a cell uses one of the part's public names."""
    return any(re.search(rf"\b{name}\b", text) for name in part.public_names)


def _defines(text: str, part: Part) -> bool:
    """Whether a cell holds a definition of one of the part's public names."""
    return any(f"class {name}" in text or f"def {name}" in text for name in part.public_names)


def _with_reference(assignment: Assignment, submission: Submission, parts: Iterable[Part]) -> Submission:
    """The submission with the reference solution of `parts` in place of its own."""
    reference = assignment.reference_sources()
    if submission.kind == "modules":
        texts = {f"{part.name}.py": reference[f"{part.name}.py"] for part in parts}
        replaced = (replace(source, text=texts.get(source.name, source.text)) for source in submission.sources)
        return replace(submission, sources=tuple(replaced))
    cells = list(submission.sources)
    for part in parts:
        defined = [place for place, cell in enumerate(cells, 1) if _defines(cell.text, part)]
        place = max(defined, default=min(place for place, cell in enumerate(cells) if _mentions(cell.text, part)))
        cells.insert(place, Source(f"the lab's {part.name}", _as_cell(reference[f"{part.name}.py"])))
    return replace(submission, sources=tuple(cells))


def _as_cell(module: str) -> str:
    """A module of the reference without its imports from other modules: a notebook has one namespace."""
    tree = ast.parse(module)
    own = [node for node in tree.body if not (isinstance(node, ast.ImportFrom) and node.level)]
    definitions = [node for node in own if not isinstance(node, ast.If | ast.Expr)]
    return ast.unparse(ast.Module(definitions, []))

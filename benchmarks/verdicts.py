"""What became of the corpus: verdicts of the grader, kept as records."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.codec import Codec
from grader.core.files import write_atomically
from grader.core.outcomes import CheckResult, Outcome, Report
from grader.engine.fingerprint import thresholds_of
from tests.submissions.corpus import Mutant, Variant


@dataclass(frozen=True)
class Finding:
    """One check that gave less than its points; `also` are codes of causes that explain what it found as well."""

    check: str
    part: str
    outcome: str
    lost: float
    message: str
    code: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """One grading of one submission of the corpus: what it lost, and how long it took in seconds.

    recorded: for each check, the quantities that were compared with a threshold, by its name. limits: those of all
    thresholds as they stood.
    """

    name: str
    seed: int
    seconds: float
    findings: tuple[Finding, ...]
    recorded: dict[str, dict[str, float]]
    limits: dict[str, float]

    @property
    def stands(self) -> bool:
        """Whether another measurement would say the same, although thresholds may have moved.

        A check that passed would pass again where what it recorded is on the right side of a moved threshold also now:
        a limit changes nothing of a measurement that ends before it. What was lost in a part that is held to a moved
        threshold may have been lost because of it, recorded or not.
        """
        thresholds = ASSIGNMENT.thresholds
        moved = {name for name, limit in self.limits.items() if thresholds[name].limit != limit}
        held = {name for finding in self.findings for name in thresholds_of(ASSIGNMENT, finding.part)}
        values = [(name, value) for values in self.recorded.values() for name, value in values.items()]
        return not moved & held and all(thresholds[name].admits(value) for name, value in values if name in moved)

    @property
    def lost(self) -> float:
        """Points lost, in all parts that were graded."""
        return sum(finding.lost for finding in self.findings)

    def catches(self, mutant: Mutant) -> bool:
        """Whether the check that should fail has failed."""
        return any(f.check == mutant.check and f.outcome == Outcome.FAILED for f in self.findings)

    def names(self, mutant: Mutant) -> bool:
        """Whether a failed check of the part names the mistake by its code."""
        failed = [f for f in self.findings if f.part == mutant.part and f.outcome == Outcome.FAILED]
        return any(mutant.code in (finding.code, *finding.also) for finding in failed)

    def lost_elsewhere(self, mutant: Mutant) -> float:
        """Points lost in parts that hold no mistake."""
        return sum(finding.lost for finding in self.findings if finding.part != mutant.part)


Graded = Sequence[tuple[Mutant | Variant, Verdict]]
VERDICTS = Codec(Verdict)


def verdict_of(report: Report) -> Verdict:
    """The record that is kept of a report."""
    findings = tuple(_finding(c) for c in report.checks if c.outcome is not Outcome.PASSED or c.score < c.points)
    recorded = {check.id: check.recorded for check in report.checks if check.recorded}
    limits = {name: threshold.limit for name, threshold in ASSIGNMENT.thresholds.items()}
    return Verdict(report.submission, report.seed, report.seconds, findings, recorded, limits)


def _finding(check: CheckResult) -> Finding:
    also = tuple(check.parameters.get("also", ()))
    return Finding(
        check.id, check.part, str(check.outcome), check.points - check.score, check.message, check.code, also
    )


def read_verdict(path: Path) -> Verdict | None:
    """A stored verdict, or None where there is none, or none that stands under the thresholds as they are now."""
    if not path.exists():
        return None
    verdict = VERDICTS.decode(json.loads(path.read_text()))
    return verdict if verdict.stands else None


def write_verdict(verdict: Verdict, path: Path) -> None:
    """Store a verdict; whole or not at all, so that an interrupted run can go on."""
    write_atomically(path, json.dumps(VERDICTS.encode(verdict), indent=1).encode())


def line_of(item: Mutant | Variant, verdict: Verdict) -> str:
    """One line on a grading: what was expected of it, and the findings where it did not come."""
    if isinstance(item, Mutant):
        found = [f"caught by {item.check}" if verdict.catches(item) else f"NOT CAUGHT by {item.check}"]
        found.append("named" if verdict.names(item) else f"NOT NAMED (no {item.code})")
        found.append(f"{verdict.lost_elsewhere(item):g} points lost elsewhere")
    else:
        found = [f"{verdict.lost:g} points lost"]
    details = (
        "" if is_as_promised(item, verdict) else "".join(f"\n    {f.check}: {f.message}" for f in verdict.findings)
    )
    return f"{item.part}/{item.name}, seed {verdict.seed}: {', '.join(found)}, {verdict.seconds:.0f} s{details}"


def is_as_promised(item: Mutant | Variant, verdict: Verdict) -> bool:
    """A mutant has to be caught and named, and to lose nothing elsewhere; a variant loses nothing."""
    if isinstance(item, Variant):
        return not verdict.findings
    return verdict.catches(item) and verdict.names(item) and not verdict.lost_elsewhere(item)

"""Two records of one submission: what differs between them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..core.outcomes import Report
from ..core.text import one_line
from .report_json import to_json

CIRCUMSTANCES = {
    "aelab": "version of the grader",
    "calibration": "version of the thresholds",
    "python": "version of Python",
    "tensorflow": "version of TensorFlow",
    "submission_sha256": "digest of the submission",
    "code_sha256": "digest of the grader's code and packages",
}
OF_A_CHECK = ("outcome", "score", "points", "code", "message", "hint", "evidence")
LONGEST = 300


@dataclass(frozen=True)
class Difference:
    """Something that two records say differently, in words."""

    what: str
    recorded: str
    now: str

    def __str__(self) -> str:
        return f"{self.what}: recorded {self.recorded}, now {self.now}"


def differences(recorded: Report, again: Report) -> list[Difference]:
    """Circumstances first, then checks in their order. Times, names and pictures are not compared."""
    one, other = (json.loads(to_json(report)) for report in (recorded, again))
    return [*_of_circumstances(one, other), *_of_checks(one, other)]


def _of_circumstances(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    for key in ("assignment", "seed", "isolation", "status"):
        yield from _difference(key, one[key], other[key])
    for key, what in CIRCUMSTANCES.items():
        if one["graded"][key]:  # a record of an earlier version has not all of them
            yield from _difference(what, one["graded"][key], other["graded"][key])


def _of_checks(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    before, now = ({check["id"]: check for check in record["checks"]} for record in (one, other))
    for identity in dict.fromkeys((*before, *now)):
        if identity not in before or identity not in now:
            states = ("measured", "missing") if identity in before else ("missing", "measured")
            yield Difference(identity, *states)
            continue
        for key in OF_A_CHECK:
            yield from _difference(f"{identity}, {key}", before[identity][key], now[identity][key])


def _difference(what: str, one: Any, other: Any) -> Iterator[Difference]:
    if one != other:
        yield Difference(what, _shown(one), _shown(other))


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return one_line(text, LONGEST) if text else "nothing"

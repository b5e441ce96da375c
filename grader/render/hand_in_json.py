"""`hand_in.json`, beside report.json: where a submission came from, when, and what lateness cost.

It is no part of the record: the same work handed in elsewhere has the same report.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from ..core.codec import Codec, parsed
from ..core.files import write_atomically
from ..core.hand_in import HandIn
from ..core.outcomes import Report
from ..core.text import login, one_line
from ..submissions.finding import NBGRADER, Found
from ..submissions.terms import Terms
from ..submissions.whose import Doubt
from .report_json import ReportError, report_folder

FILE_NAME = "hand_in.json"
LARGEST = 2**16  # bytes
HAND_IN = Codec(HandIn)


def write_hand_in(hand_in: HandIn, folder: Path) -> None:
    """Write the file into the folder of a submission's results. Raises OSError."""
    write_atomically(folder / FILE_NAME, json.dumps(HAND_IN.encode(hand_in), indent=2).encode() + b"\n")


def record_hand_ins(out: Path, found: Found, terms: Terms, reports: Sequence[Report]) -> dict[str, HandIn]:
    """Write what is known of the hand-ins of these reports beside them; returns it by student. Raises OSError."""
    handed_in = {each.name: each for each in found.submissions}
    known: dict[str, HandIn] = {}
    for report in reports:
        if report.submission in handed_in:
            attempt = handed_in[report.submission].attempt_of(report.attempt)
            hand_in = terms.hand_in(attempt, found.platform, report.score)
            write_hand_in(hand_in, report_folder(out, report.submission))
            known[login(report.student)] = hand_in
    return known


def told_apart(reports: Sequence[Report], found: Found, doubts: Sequence[Doubt]) -> list[Report]:
    """The reports that go into a gradebook: not those of which it cannot be told whose they are.

    A number of a platform's would stay in it beside the login that somebody settles later. In an nbgrader course the
    folders are logins, on the roster or not.
    """
    doubtful = {doubt.name for doubt in doubts if found.platform != NBGRADER}
    return [report for report in reports if report.submission not in doubtful]


def read_hand_in(folder: Path) -> HandIn:
    """What `write_hand_in` wrote; nothing is known where there is no file. Raises ReportError for a damaged one."""
    path = folder / FILE_NAME
    try:
        with path.open(encoding="utf-8") as file:
            return HAND_IN.decode(parsed(file.read(LARGEST)))
    except FileNotFoundError:
        return HandIn()
    except ValueError as problem:
        raise ReportError(f"{one_line(str(path), 400)} is damaged: {one_line(str(problem), 200)}") from problem

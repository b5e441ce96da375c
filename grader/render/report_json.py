"""`report.json`: the record of one submission that other programs read, and the way back.

Reading trusts nothing: a report may have been edited, cut short or written by someone else.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core.codec import Codec, Finite, Number, parsed
from ..core.errors import UserError
from ..core.files import write_atomically
from ..core.outcomes import CheckResult, LeftOut, Picture, Report
from ..core.png import png_at, read_png
from ..core.text import folder_name, one_line, printable

SCHEMA = 2
FILE_NAME = "report.json"
PRINTED_FILES = {"stdout": "stdout.txt", "stderr": "stderr.txt"}  # by the field of the report
PRINTED = 200_000  # characters kept of each
LARGEST_FILE = 16 * 2**20  # bytes; a report of all checks has some 20,000
HINT = 2000
CAPTION = 300
PLACE = 300

# What of a report and of a check is in the file, in this order: fields, and the sums that other programs need.
KEYS = (
    "schema", "submission", "student", "attempt", "assignment", "graded", "left_out", "points_by_hand", "score",
    "max_score", "isolation", "seed", "seconds", "status", "message", "checks",
)  # fmt: skip
CHECK_KEYS = (
    "id", "part", "points", "score", "outcome", "code", "message", "hint", "template", "parameters", "evidence",
    "missed", "seconds", "pictures", "bonus",
)  # fmt: skip

CHECK_ID = re.compile(r"[a-z_][a-z0-9_]{0,39}\.[a-z0-9_]{1,80}")
PICTURE_FILE = re.compile(rf"{CHECK_ID.pattern}-[0-9]{{1,3}}\.png")


@dataclass(frozen=True)
class _Sums:
    """What the file says beside the fields of the report."""

    score: Finite
    max_score: Number


REPORT = Codec(Report)
SUMS = Codec(_Sums)


class ReportError(UserError):
    """A report that cannot be used; the text is one line that names the file."""


def report_folder(out: Path, submission: str) -> Path:
    """Where everything about a submission is written, below the output folder."""
    return out / folder_name(submission)


def write_report(report: Report, folder: Path) -> Path:
    """Write `folder`/report.json, with pictures and what was printed beside it; returns its path. Raises OSError.

    Equal records give equal bytes, times aside. Pictures and output that an earlier run left there are removed.
    """
    files = {
        picture_file(check.id, number): picture.pixels
        for check in report.checks
        for number, picture in enumerate(check.pictures, start=1)
    }
    for name, pixels in files.items():
        write_atomically(folder / name, png_at(folder / name, pixels))
    _write_printed(report, folder)
    path = folder / FILE_NAME
    write_atomically(path, to_json(report).encode())
    for stale in folder.glob("*.png"):
        if stale.name not in files and PICTURE_FILE.fullmatch(stale.name):
            stale.unlink()
    return path


def _write_printed(report: Report, folder: Path) -> None:
    """stdout.txt and stderr.txt, without what could harm a terminal; no file where nothing was printed."""
    for field, name in PRINTED_FILES.items():
        text = printable(getattr(report, field), PRINTED)
        if text:
            write_atomically(folder / name, f"{text}\n".encode())
        else:
            (folder / name).unlink(missing_ok=True)


def _read_printed(folder: Path) -> dict[str, str]:
    """What `_write_printed` wrote, by the field of the report."""
    texts = {}
    for field, name in PRINTED_FILES.items():
        path = folder / name
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace") as stream:
                texts[field] = printable(stream.read(PRINTED + 1), PRINTED)
    return texts


def picture_file(check_id: str, number: int) -> str:
    """The file name of the `number`-th picture of a check, counted from 1."""
    return f"{check_id}-{number}.png"


def to_json(report: Report) -> str:
    """The text of report.json: keys in fixed order, points and evidence rounded, ASCII only."""
    shown = _shown(report)
    files = (picture_file(check.id, number) for check in shown.checks for number in range(1, len(check.pictures) + 1))
    fields = REPORT.encode(shown, store=lambda _: next(files))
    fields |= {"schema": SCHEMA, "score": round(float(shown.score), 4), "max_score": shown.max_score}
    fields["checks"] = [_picked(check, CHECK_KEYS) for check in fields["checks"]]
    return json.dumps(_picked(fields, KEYS), indent=2, allow_nan=False) + "\n"


def _shown(report: Report) -> Report:
    """A report without what could harm a reader's terminal, and without digits that say nothing."""
    return replace(
        report,
        left_out=tuple(LeftOut(printable(each.where, PLACE), printable(each.why)) for each in report.left_out),
        seconds=round(float(report.seconds), 3),
        message=printable(report.message),
        checks=tuple(map(_shown_check, report.checks)),
    )


def _shown_check(check: CheckResult) -> CheckResult:
    return replace(
        check,
        score=round(float(check.score), 4),
        message=printable(check.message),
        hint=printable(check.hint, HINT),
        missed=tuple(replace(each, quantity=one_line(each.quantity, 100)) for each in check.missed),
        seconds=round(float(check.seconds), 3),
        pictures=tuple(Picture(one_line(p.name, 100), printable(p.caption, CAPTION), p.pixels) for p in check.pictures),
    )


def _picked(fields: Any, keys: Sequence[str], place: str = "it") -> dict[str, Any]:
    """These fields in this order, and no others. Raises ValueError, also for one that is not there."""
    if not isinstance(fields, dict):
        raise ValueError(f"{place} is not an object")  # noqa: TRY004 - JSON is data, not the program
    missing = next((key for key in keys if key not in fields), None)
    if missing is not None:
        raise ValueError(f"{place} lacks {missing!r}")
    return {key: fields[key] for key in keys}


def read_reports(out: Path) -> tuple[Report, ...]:
    """The reports below an output folder, by submission.

    Raises ReportError with one line naming the file or folder for a report that cannot be used, or if there is none.
    """
    reports = [read_report(path.parent) for path in sorted(out.glob(f"*/{FILE_NAME}"))]
    if not reports:
        raise ReportError(f"{one_line(str(out))}: no <submission>/{FILE_NAME} in it; is this the folder of --out?")
    return tuple(sorted(reports, key=lambda report: report.submission))


def read_report(folder: Path) -> Report:
    """The record that `write_report` wrote into `folder`, with its pictures (grey values in 256 steps).

    Raises ReportError with one line naming the file if it is missing, damaged or not a report.
    """
    path = folder / FILE_NAME
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError(f"larger than {LARGEST_FILE} bytes")
        return _report(parsed(path.read_text(encoding="utf-8")), folder)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise ReportError(f"{one_line(str(problem.filename or path), 400)}: {one_line(reason)}") from problem
    except ValueError as problem:
        reason = one_line(str(problem), 400)
        raise ReportError(f"{one_line(str(path), 400)} is not a report that this version reads: {reason}") from problem


def _report(record: Any, folder: Path) -> Report:
    """Keys that this version does not know are ignored: a later one may have added them."""
    schema = _picked(record, ("schema",))["schema"]
    if schema == 1:
        raise ValueError("an earlier one made it; `aelab grade` writes it anew")
    if schema != SCHEMA:
        raise ValueError(f"its schema is {one_line(repr(schema), 20)}, not {SCHEMA}")
    fields = _picked(record, KEYS)
    sums = SUMS.decode(fields)
    report = REPORT.decode(_own_fields(fields) | _read_printed(folder), load=lambda file: _read_picture(folder, file))
    for check in report.checks:
        _check_consistent(check)
    if abs(report.score - sums.score) > 1e-3 or report.max_score != sums.max_score:
        raise ValueError("score or max_score is not the sum over its checks")
    if len({check.id for check in report.checks}) < len(report.checks):
        raise ValueError("a check is listed twice")
    return report


def _own_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with only what the file may hold of a check."""
    checks = fields["checks"]
    if not isinstance(checks, list):
        raise ValueError("checks is not a list")  # noqa: TRY004 - JSON is data, not the program
    picked = [_picked(_with_missed(check), CHECK_KEYS, f"checks.{n}") for n, check in enumerate(checks)]
    return fields | {"checks": picked}


def _with_missed(check: Any) -> Any:
    """A check of a record that was written before thresholds that were missed had odds, or before bonuses."""
    return {"missed": [], "bonus": False} | check if isinstance(check, dict) else check


def _check_consistent(check: CheckResult) -> None:
    if not CHECK_ID.fullmatch(check.id) or check.id.partition(".")[0] != check.part:
        raise ValueError(f"{check.id!r} of part {check.part!r} is not the id of a check")
    if check.score > check.points:
        raise ValueError(f"{check.id}: {check.score:g} of {check.points} points")


def _read_picture(folder: Path, file: str) -> np.ndarray:
    if not PICTURE_FILE.fullmatch(file):  # no path, so nothing outside the folder is ever read
        raise ValueError(f"{file!r} is not the name of a picture beside the report")
    return read_png(folder / file)

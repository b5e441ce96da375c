"""`report.json`: the record of one submission that other programs read, and the way back.

Reading trusts nothing: a report may have been edited, cut short or written by someone else.
"""

import json
import math
import re
from pathlib import Path
from typing import Any

from ..core.evidence import json_ready
from ..core.files import write_atomically
from ..core.outcomes import SCHEMA, CheckResult, Outcome, Picture, Report, Status
from ..core.png import png_at, read_png
from ..core.text import folder_name, one_line, printable

FILE_NAME = "report.json"
PRINTED_FILES = {"stdout": "stdout.txt", "stderr": "stderr.txt"}  # by the field of the report
PRINTED = 200_000  # characters kept of each
LARGEST_FILE = 16 * 2**20  # bytes; a report of all checks has some 20,000
HINT = 2000
CAPTION = 300

_CHECK_ID = re.compile(r"[a-z_]{1,40}\.[a-z0-9_]{1,80}")
_PICTURE_FILE = re.compile(r"[a-z_]{1,40}\.[a-z0-9_]{1,80}-[0-9]{1,3}\.png")
_KIND_NAMES = {str: "text", dict: "an object", list: "a list", int: "a whole number", (int, float): "a number"}


class _BadValueError(ValueError):
    """A value of the wrong kind: JSON is data, so this is never a TypeError of the program."""


class ReportError(ValueError):
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
        if stale.name not in files and _PICTURE_FILE.fullmatch(stale.name):
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
    checks = [_check_record(check) for check in report.checks]
    record = {
        "schema": SCHEMA,
        "submission": report.submission,
        "score": round(sum(check["score"] for check in checks), 4),
        "max_score": report.max_score,
        "isolation": report.isolation,
        "seed": report.seed,
        "calibration": report.calibration,
        "seconds": round(report.seconds, 3),
        "status": report.status.value,
        "message": printable(report.message),
        "checks": checks,
    }
    return json.dumps(record, indent=2, allow_nan=False) + "\n"


def _check_record(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "part": check.part,
        "points": check.points,
        "score": round(float(check.score), 4),
        "outcome": check.outcome.value,
        "message": printable(check.message),
        "hint": printable(check.hint, HINT),
        "evidence": json_ready(check.evidence),
        "seconds": round(check.seconds, 3),
        "pictures": [
            {
                "name": one_line(picture.name, 100),
                "caption": printable(picture.caption, CAPTION),
                "file": picture_file(check.id, number),
            }
            for number, picture in enumerate(check.pictures, start=1)
        ],
    }


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
        record = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
        return _report(record, folder)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise ReportError(f"{one_line(str(problem.filename or path), 400)}: {one_line(reason)}") from problem
    except (ValueError, RecursionError) as problem:
        reason = one_line(str(problem), 400)
        raise ReportError(f"{one_line(str(path), 400)} is not a report of this grader: {reason}") from problem


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _report(record: Any, folder: Path) -> Report:
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    report = Report(
        submission=_take(record, "submission", str),
        status=Status(_take(record, "status", str)),
        checks=tuple(_check(check, folder) for check in _take(record, "checks", list)),
        isolation=_take(record, "isolation", str),
        seed=_take(record, "seed", int),
        seconds=_number(record, "seconds"),
        message=_take(record, "message", str),
        calibration=_take(record, "calibration", str),
        **_read_printed(folder),
    )
    if abs(report.score - _number(record, "score")) > 1e-3 or report.max_score != _take(record, "max_score", int):
        raise ValueError("score or max_score is not the sum over its checks")
    if len({check.id for check in report.checks}) < len(report.checks):
        raise ValueError("a check is listed twice")
    return report


def _check(record: Any, folder: Path) -> CheckResult:
    if not isinstance(record, dict):
        raise _BadValueError("a check should be an object")
    identity, part = _take(record, "id", str), _take(record, "part", str)
    points, score = _take(record, "points", int), _number(record, "score")
    if not _CHECK_ID.fullmatch(identity) or identity.partition(".")[0] != part:
        raise ValueError(f"{identity!r} of part {part!r} is not the id of a check")
    if not 0 <= score <= points:
        raise ValueError(f"{identity}: {score:g} of {points} points")
    return CheckResult(
        id=identity,
        part=part,
        points=points,
        score=score,
        outcome=Outcome(_take(record, "outcome", str)),
        message=_take(record, "message", str),
        hint=_take(record, "hint", str),
        evidence=_take(record, "evidence", dict),
        seconds=_number(record, "seconds"),
        pictures=tuple(_picture(picture, folder) for picture in _take(record, "pictures", list)),
    )


def _picture(record: Any, folder: Path) -> Picture:
    if not isinstance(record, dict):
        raise _BadValueError("a picture should be an object")
    file = _take(record, "file", str)
    if not _PICTURE_FILE.fullmatch(file):  # no path, so nothing outside the folder is ever read
        raise ValueError(f"{file!r} is not the name of a picture beside the report")
    return Picture(_take(record, "name", str), _take(record, "caption", str), read_png(folder / file))


def _take(record: dict[str, Any], key: str, kind: Any) -> Any:
    value = record.get(key)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _BadValueError(f"{key!r} should be {_KIND_NAMES[kind]}")
    return value


def _number(record: dict[str, Any], key: str) -> float:
    value = float(_take(record, key, (int, float)))
    if not math.isfinite(value):
        raise ValueError(f"{key!r} should be finite")
    return value

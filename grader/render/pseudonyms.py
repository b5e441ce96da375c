"""Pseudonyms for a class: the same ones every time, drawn at random, with the key in a file of its owner alone."""

import csv
import re
import secrets
from collections.abc import Iterable
from dataclasses import replace
from io import StringIO
from pathlib import Path

from ..core.errors import UserError
from ..core.files import write_private
from ..core.outcomes import LeftOut, Report

FILE = "pseudonyms.csv"
COLUMNS = ("pseudonym", "student", "submission")
PREFIX = "anon-"
LETTERS = "bcdfghjkmnpqrstvwxz23456789"  # none that are taken for one another, and no words come of them
DIGITS = 6
SHORTEST = 3  # characters of a name that is looked for in texts


class KeyDamaged(UserError):
    """The key cannot be read; the text is one clear line."""


class Pseudonyms:
    """The key of a class, by whose work it is; new names are added and old ones stay."""

    def __init__(self, key: Path):
        self._key = key
        self._rows = {student: row for row in _rows(key) for student in [row["student"] or row["submission"]]}

    def of(self, report: Report) -> str:
        """The pseudonym of who handed it in."""
        taken = {row["pseudonym"] for row in self._rows.values()}
        who = report.student or report.submission
        if who not in self._rows:
            values = (_new(taken), report.student, report.submission)
            self._rows[who] = dict(zip(COLUMNS, values, strict=True))
        return self._rows[who]["pseudonym"]

    def hiding(self, reports: Iterable[Report]) -> list[Report]:
        """The reports under their pseudonyms, after the key to them was written. Raises OSError."""
        hidden = [_hidden(report, self.of(report)) for report in reports]
        stream = StringIO()
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(self._rows.values(), key=lambda row: row["student"] or row["submission"]))
        write_private(self._key, stream.getvalue().encode(errors="surrogatepass"))
        return hidden


def _rows(key: Path) -> list[dict[str, str]]:
    try:
        text = key.read_bytes().decode(errors="surrogatepass")
    except FileNotFoundError:
        return []
    except ValueError:
        text = ""
    rows = list(csv.DictReader(StringIO(text)))
    if not text.startswith(",".join(COLUMNS)) or any(None in row.values() or None in row for row in rows):
        raise KeyDamaged(
            f"{key} is not the key that was written: put the right one back, or move it away for new names"
        )
    return rows


def _new(taken: set[str]) -> str:
    while (name := PREFIX + "".join(secrets.choice(LETTERS) for _ in range(DIGITS))) in taken:
        pass
    return name


def _hidden(report: Report, pseudonym: str) -> Report:
    """The report without names: in its ids, in what it says of files, and without what the submission printed."""
    names = sorted({report.submission, report.student, *report.submission.split("_")}, key=len, reverse=True)
    found = "|".join(re.escape(name) for name in names if len(name) >= SHORTEST)
    pattern = re.compile(rf"(?<![^\W_])(?:{found})(?![^\W_])" if found else r"(?!)", re.IGNORECASE)

    def cleaned(text: str) -> str:
        return pattern.sub(pseudonym, text)

    return replace(
        report,
        submission=pseudonym,
        student=pseudonym if report.student else "",
        message=cleaned(report.message),
        left_out=tuple(LeftOut(cleaned(each.where), cleaned(each.why)) for each in report.left_out),
        stdout="",
        stderr="",
    )

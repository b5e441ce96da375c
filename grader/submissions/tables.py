"""Small tables that a person writes, such as a roster: read strictly, and what is wrong is told with its line."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from ..core.errors import UserError
from ..core.text import did_you_mean, one_line

LARGEST = 4 * 2**20  # bytes
DELIMITERS = ",;\t"  # spreadsheets write the second one where the comma is in numbers


class TableError(UserError):
    """A table that cannot be used; the text is one line with the file, the line in it, and the reason."""


@dataclass(frozen=True)
class Line:
    """A line of a table: the file, its number there, and its cells by column, "" where there is nothing."""

    file: Path
    number: int
    cells: dict[str, str]

    def error(self, reason: str) -> TableError:
        """What is wrong with it."""
        return TableError(f"{self.file}, line {self.number}: {reason}")


def read_table(path: Path, columns: Sequence[str], required: Sequence[str]) -> list[Line]:
    """The lines of a CSV file in UTF-8, which names its columns in its first line. Raises TableError and OSError.

    It may have no other columns than these, in any order. Blank lines are passed over.
    """
    rows = _rows(path)
    number, heading = next(rows, (1, [""]))
    names = [cell.casefold() for cell in heading]
    first = Line(path, number, {})
    for name in names:
        if name not in columns:
            raise first.error(f"unknown column {name!r}; columns are {', '.join(columns)}{did_you_mean(name, columns)}")
        if names.count(name) > 1:
            raise first.error(f"two columns are called {name!r}")
    if missing := next((name for name in required if name not in names), None):
        raise first.error(f"there is no column {missing!r}")
    return [_line(path, number, names, columns, cells) for number, cells in rows]


def _line(path: Path, number: int, names: Sequence[str], columns: Sequence[str], cells: list[str]) -> Line:
    line = Line(path, number, dict.fromkeys(columns, "") | dict(zip(names, cells, strict=False)))
    if len(cells) > len(names):
        raise line.error(f"it has {len(cells)} cells, and there are {len(names)} columns")
    if unfit := next((cell for cell in cells if not cell.isprintable()), None):
        raise line.error(f"{one_line(unfit, 40)!r} holds a character that cannot be shown")
    return line


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The number of each line that is not blank, and its cells without white space around them."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise TableError(f"{path} is larger than {LARGEST // 2**20} MiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        number = content.count(b"\n", 0, problem.start) + 1
        raise TableError(f"{path}, line {number}: it is not UTF-8; save it as 'CSV UTF-8'") from None
    heading = text.partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(DELIMITERS, key=heading.count), strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as problem:
        raise TableError(f"{path}, line {reader.line_num}: {problem}") from None

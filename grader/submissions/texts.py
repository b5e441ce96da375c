"""Bytes of what was handed in to texts: encodings, byte order marks and line ends."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from .files import UnreadableSubmission, shown

# Encodings that a module may declare, by the names that codecs give them. Others are slow, raise anything, or no text.
ENCODINGS = frozenset({"utf-8", "utf-8-sig", "ascii", "iso8859-1", "iso8859-15", "cp1252"})
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
OLD_WINDOWS = "cp1252"  # what editors save that do not save UTF-8, and Latin-1 but for rare characters
DECLARATION = re.compile(rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")  # PEP 263
NO_TEXT = frozenset(map(chr, range(32))) - set("\t\n\f\r")


def python_text(file: str, raw: bytes) -> tuple[str, str]:
    """The text of a module with line feeds as line ends, and its encoding where Python would not read that, or "".

    Raises UnreadableSubmission.
    """
    for encoding, note in _encodings(raw):
        try:
            text = raw.decode(encoding)
        except UnicodeError:
            continue
        if not note or NO_TEXT.isdisjoint(text):
            return with_line_feeds(text.removeprefix("\ufeff")), note
    raise UnreadableSubmission(f"{shown(file)} is not Python text (not even UTF-8): save it as UTF-8")


def _encodings(raw: bytes) -> Iterator[tuple[str, str]]:
    """What a module may be encoded in, and how that is called where Python itself would refuse it."""
    declared = [found[1] for line in raw.split(b"\n", 2)[:2] if (found := DECLARATION.match(line))]
    if raw.startswith(UTF_16):
        yield "utf-16", "UTF-16"
    elif declared and not raw.startswith(codecs.BOM_UTF8):
        try:
            name = codecs.lookup(declared[0].decode()).name
        except (LookupError, ValueError):
            return
        if name in ENCODINGS:
            yield name, ""
    else:
        yield "utf-8", ""
        yield OLD_WINDOWS, "Windows-1252"


def with_line_feeds(text: str) -> str:
    """The text with the line ends of Windows and of old Macs replaced."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def notebook_bytes(raw: bytes) -> bytes:
    """A notebook in UTF-8, in which all are written but those that an editor has saved in UTF-16."""
    return raw.decode("utf-16", errors="replace").encode(errors="replace") if raw.startswith(UTF_16) else raw


def notebook_code(raw: bytes) -> str:
    """The code of a notebook's cells as one text, as far as it has any; "" where it is no notebook."""
    try:
        cells: Any = json.loads(notebook_bytes(raw).decode("utf-8-sig"))["cells"]
        return "\n".join(_code(cell) for cell in cells)
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _code(cell: Any) -> str:
    is_code = isinstance(cell, dict) and cell.get("cell_type") == "code"
    source = cell.get("source") if is_code else ""
    lines = source if isinstance(source, list) else [source]
    return with_line_feeds("".join(line for line in lines if isinstance(line, str)))

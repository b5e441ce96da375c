"""Names and texts that come from a submission, made safe for folders, terminals and pages.

A file name may hold any byte but the slash and zero, and a message may quote what a submission printed: escape
sequences that recolour a terminal, bidirectional marks that reorder a line, a megabyte of anything.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from hashlib import sha256

FOLDER_BYTES = 100  # file systems allow 255; the rest is left for temporary names
DIGEST_DIGITS = 16
LOGIN_CHARACTERS = 128  # that nbgrader's tables hold

# Files beside the folders, and the devices that Windows finds in any folder.
RESERVED = {
    *("index.html", "grades.csv", "gradebook.db", "similarity.html", "run.json", "aelab.log"),
    *("seed_commitment.json", "pseudonyms.csv"),
    *("con", "prn", "aux", "nul", *(f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10))),
}

# Operating system commands (ESC ] ... BEL), control sequences (ESC [ ... letter), other two-character escapes.
# Nothing that a sequence may contain can begin another one, and nothing is tried twice (`*+`): the time is linear.
_TERMINAL_SEQUENCE = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c\x9d]*+(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"
    r"|\x1b[ -/]*+[0-~]"
)
_DIGEST_AT_END = re.compile(rf"-[0-9a-f]{{{DIGEST_DIGITS}}}\Z")
_NEWLINES = {"\r\n": "\n", "\r": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\t": "    "}


def printable(text: str, limit: int = 4000) -> str:
    """`text` without control, bidirectional, invisible and terminal characters, at most `limit` characters long.

    Line breaks stay; what cannot be encoded becomes U+FFFD; a text that was cut ends in an ellipsis.
    """
    looked_at = text[: 4 * limit]  # bounds the work for a text of any length
    clean = (
        looked_at if looked_at.isprintable() else _cleaned(looked_at)
    ).strip()  # most are, and to ask takes no time
    cut = len(clean) > limit or len(text) > 4 * limit
    return clean[: limit - 1].rstrip() + "…" if cut else clean


def _cleaned(text: str) -> str:
    for found, line_break in _NEWLINES.items():
        text = text.replace(found, line_break)
    return "".join(_visible(character) for character in _TERMINAL_SEQUENCE.sub("", text))


def _visible(character: str) -> str:
    if character == "\n":
        return character
    category = unicodedata.category(character)
    if category in ("Cs", "Co", "Cn"):
        return "\N{REPLACEMENT CHARACTER}"
    return "" if category.startswith("C") else character


def one_line(text: str, limit: int = 200) -> str:
    """`printable` text on a single line, never empty: for names, headings and table cells."""
    return printable(" ".join(printable(text, 4 * limit).split()), limit) or "(unnamed)"


def listed(names: Sequence[str], most: int) -> str:
    """The first of some names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message about a name that is none: the nearest one that is, or nothing."""
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def folder_name(submission: str) -> str:
    """A folder name of its own for each submission, safe on any file system: the name itself where that is safe.

    Any other name is cleaned and ends in a digest of the original, and so is a name that looks like such a result,
    so that two different submissions never share a folder.
    """
    if _is_safe(submission):
        return submission
    digest = sha256(submission.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_DIGITS]
    plain = unicodedata.normalize("NFKD", submission).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-")[:40].rstrip("-")
    return f"{readable or 'submission'}-{digest}"


def login(student: str) -> str:
    """The id of a student in gradebooks and tables: the very id, or a folder's name for what can be nobody's id."""
    is_id = student.isprintable() and student == student.strip() and len(student) <= LOGIN_CHARACTERS
    return student if is_id else folder_name(student)


def _is_safe(name: str) -> bool:
    characters_safe = all(character.isalnum() or character in "._- @+'" for character in name)
    return (
        characters_safe
        and name[:1].isalnum()
        and name[-1:] not in (" ", ".")
        and unicodedata.is_normalized("NFC", name)
        and len(name.encode()) <= FOLDER_BYTES
        and name.lower() not in RESERVED
        and name.lower().partition(".")[0] not in RESERVED
        and not _DIGEST_AT_END.search(name)
    )

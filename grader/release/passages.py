"""Texts follow the parts that are handed out: their numbers, and the passages that go with a part.

In the Markdown cells of a reference, and in an assignment's introduction and hand-out:

    part `vae`                     becomes "part 5", by the place of the part among those that are handed out
    [[, as part `vae` shows]]      stands only where all parts that it mentions are handed out
    [[pictures or vae: a text]]    the same where it mentions none: one of these (with `and`: all) is handed out
    [[vae: a text || another]]     the other text stands where the first one does not

A paragraph that holds a mark is filled anew, any other stays line for line. Functions from text to text.
"""

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ..core.assignment import Assignment
from .solutions import SourceError

WIDTH = 120  # columns of a line
MARK = re.compile(r"\[\[|\]\]")
MENTION = re.compile(r"\b(?P<word>[Pp]art)\s`(?P<name>\w+)`")
LABEL = re.compile(r"\s*(?P<label>\w+(?:\s(?:or|and)\s\w+)*):\s?")
OTHER = re.compile(r"\s?\|\|\s?")
TOUCHED = "\0"  # stands where a mark was, until its paragraph is filled
ITEM = re.compile(r"\s*(?:[*-]|\d\.)(?:\s+|$)")

Place = Callable[[int], str]  # of an offset in a text: "file:line"


class PassageError(SourceError):
    """A mark of a text is not well formed, or names a part that is not there."""


class Passage(NamedTuple):
    """A marked passage: what lies between its brackets, from `start` to `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Follower:
    """Makes a text follow the parts of an assignment."""

    assignment: Assignment

    def follow(self, text: str, filename: str, line: int = 1, width: int = WIDTH) -> str:
        """`text` for the parts that are handed out; its first line is `line` of the file. Raises PassageError."""

        def place(offset: int) -> str:
            return f"{filename}:{line + text.count(chr(10), 0, offset)}"

        pieces, done = list[str](), 0
        for passage in _passages(text, place):
            pieces.append(self._numbered(text[done : passage.start - 2], done, place))
            pieces += [TOUCHED, self._passage(text[passage.start : passage.end], passage.start, place), TOUCHED]
            done = passage.end + 2
        pieces.append(self._numbered(text[done:], done, place))
        return _filled("".join(pieces), width)

    def holds(self, condition: str, place: str) -> bool:
        """Whether parts are handed out: "vae", "vae and pictures" or "vae or pictures". Raises PassageError."""
        first, *others = condition.split()
        words, names = set(others[::2]), (first, *others[1::2])
        for name in names:
            self._known(name, place)
        if len(words) > 1:
            raise PassageError(f"{place}: {' '.join(condition.split())!r} mixes `or` and `and`: use one of them")
        handed_out = (name in self.assignment.part_names for name in names)
        return any(handed_out) if words == {"or"} else all(handed_out)

    def _passage(self, content: str, offset: int, place: Place) -> str:
        """What a passage leaves: its text, or the other one."""
        label = LABEL.match(content)
        start = label.end() if label else 0
        text, *rest = OTHER.split(content[start:], maxsplit=1)
        condition = label["label"] if label else " and ".join(each["name"] for each in MENTION.finditer(text))
        if not condition:
            raise PassageError(f"{place(offset)}: a passage in [[ ]] must name the part with which it goes")
        if self.holds(condition, place(offset)):
            return self._numbered(text, offset + start, place)
        return self._numbered(rest[0], offset + len(content) - len(rest[0]), place) if rest else ""

    def _numbered(self, text: str, offset: int, place: Place) -> str:
        """`text` with the number of each part that it mentions."""

        def number(mention: re.Match[str]) -> str:
            name, here = mention["name"], place(offset + mention.start())
            self._known(name, here)
            if name in self.assignment.part_names:
                return f"{TOUCHED}{mention['word']} {self.assignment.part_names.index(name) + 1}"
            if name in self.assignment.given:
                return f"{TOUCHED}{'The' if mention['word'] == 'Part' else 'the'} given module `{name}`"
            raise PassageError(f"{here}: speaks of part `{name}`, which is left out: put what goes with it into [[ ]]")

        return MENTION.sub(number, text)

    def _known(self, name: str, place: str) -> None:
        known = (*self.assignment.part_names, *(part.name for part in self.assignment.left_out))
        if name not in known:
            raise PassageError(f"{place}: there is no part called `{name}`; the parts are {', '.join(known)}")


def _passages(text: str, place: Place) -> Iterator[Passage]:
    opened: int | None = None
    for mark in MARK.finditer(text):
        here = place(mark.start())
        if mark[0] == "[[":
            if opened is not None:
                raise PassageError(f"{here}: a passage [[ begins inside the one of {place(opened)}")
            opened = mark.end()
        elif opened is None:
            raise PassageError(f"{here}: a passage ends with ]] that never began")
        else:
            yield Passage(opened, mark.start())
            opened = None
    if opened is not None:
        raise PassageError(f"{place(opened)}: a passage begins with [[ that never ends")


def _filled(text: str, width: int) -> str:
    """`text` with the paragraphs filled that were touched, and without those of which nothing is left."""
    if TOUCHED not in text:
        return text
    blocks = (block if TOUCHED not in block else _fill(block.replace(TOUCHED, ""), width) for block in _blocks(text))
    lines = "\n".join(block for block in blocks if block is not None)
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + ("\n" if text.endswith("\n") else "")


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, items of lists, rows of tables, headings and blank lines of a text."""
    block: list[str] = []
    for line in text.split("\n"):
        starts = _is_alone(line) or ITEM.match(line.replace(TOUCHED, ""))
        if block and (starts or _is_alone(block[-1])):
            yield "\n".join(block)
            block = []
        block.append(line)
    yield "\n".join(block)


def _is_alone(line: str) -> bool:
    bare = line.replace(TOUCHED, "")
    return not bare.strip() or bare.startswith(("|", "#", "```"))


def _fill(block: str, width: int) -> str | None:
    """A block in lines of at most `width` columns; None where nothing is left of it."""
    item = ITEM.match(block)
    start = item[0] if item else ""
    words = " ".join(block[len(start) :].split())
    if not words:
        return None
    if words.startswith(("|", "#")):
        return words
    return textwrap.fill(
        words, width, initial_indent=start, subsequent_indent=" " * len(start),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip

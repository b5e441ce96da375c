"""Where the text of the lab defines its terms: `python -m benchmarks.terms > docs/teaching/terms.md`.

The summary of each part lists the terms that were new in it. A term is defined where it is set in bold or italics, or
by its list itself where the text before does without it.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

import jupytext

from benchmarks.markdown import table
from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.sources import handed_out

LIST = "**Terms.** "
ENTRY = re.compile(r"\*([^*]+)\*: (.+?)\.(?= \*|$)")
MARKED = re.compile(r"\*\*([^*]+)\*\*|\*([^*]+)\*")
NOT_PROSE = re.compile(r"```.*?```|\$\$.*?\$\$|\$[^$]*\$|!\[[^\]]*\]\([^)]*\)|(?<=\])\([^)]*\)|<img[^>]*>", re.DOTALL)
ANNOUNCES = ("#", "**You will**", "**Further reading.**", "|")  # paragraphs that only name what comes
OTHER_FORMS = {  # how a term is found in the text, where that is not its beginning
    "freeze": "frozen",
    "kl divergence": "KL divergence|Kullback-Leibler divergence",
    "tape": "tape",
    "transpose": "transposed(?! convolution)",
}


@dataclass(frozen=True)
class Block:
    """A paragraph of the text: its part and the heading above it."""

    part: str
    heading: str
    text: str

    @cached_property
    def prose(self) -> str:
        """Its words, without code, formulas and addresses."""
        return NOT_PROSE.sub(" ", self.text)


@dataclass(frozen=True)
class Term:
    """A term, what it means, and the blocks where it stands first and where it is defined, if it is."""

    name: str
    meaning: str
    first: Block
    defined: Block | None


def blocks() -> list[Block]:
    """The paragraphs of the whole lab, in the order of reading."""
    found: list[Block] = []
    for filename, text in ASSIGNMENT.reference_sources().items():
        followed = handed_out(ASSIGNMENT, text, filename, solutions=True)
        cells = jupytext.reads(followed, fmt="py:percent").cells
        for cell in [each for each in cells if each.cell_type == "markdown"]:
            found += _paragraphs(PurePath(filename).stem, cell.source, found[-1].heading if found else "")
    return found


def _paragraphs(part: str, text: str, heading: str) -> Iterator[Block]:
    for paragraph in re.split(r"\n\s*\n|\n(?=\* )", text):
        if paragraph.startswith("#"):
            heading = paragraph.lstrip("# ").strip()
        elif paragraph.strip():
            yield Block(part, heading, " ".join(paragraph.removeprefix("* ").split()))


def terms(text: Sequence[Block]) -> list[Term]:
    """Every term of the lists, once, in their order."""
    found: dict[str, Term] = {}
    for block in text:
        if block.text.startswith(LIST):
            for names, meaning in ENTRY.findall(block.text.removeprefix(LIST)):
                for name in names.split(", "):
                    found.setdefault(name.lower(), _term(name, meaning, text))
    return list(found.values())


def _term(name: str, meaning: str, text: Sequence[Block]) -> Term:
    said = form_of(name)
    first = next(block for block in text if not block.text.startswith(ANNOUNCES) and said.search(block.prose))
    marks = [mark for pair in MARKED.findall(first.text) for mark in pair]
    is_defined = first.text.startswith(LIST) or any(said.search(mark) for mark in marks)
    return Term(name, meaning, first, first if is_defined else None)


def form_of(name: str) -> re.Pattern[str]:
    """A term in any of its usual forms: clipping, clipped; code, codes."""
    stem = re.sub(r"(?:ing|ion|e|s)$", "", name.lower()) if " " not in name and len(name) > 4 else name.lower()
    form = OTHER_FORMS.get(name.lower(), re.escape(stem) + r"\w{0,4}")
    return re.compile(rf"\b(?:{form})\b", re.IGNORECASE)


def page() -> str:
    """docs/teaching/terms.md."""
    rows = [
        (f"**{term.name}**", term.meaning, term.defined.part if term.defined else "", _place(term.defined))
        for term in sorted(terms(blocks()), key=lambda term: term.name.lower())
    ]
    head = ("term", "meaning", "part", "defined under")
    return f"{INTRODUCTION}\n{table(head, rows)}\n"


def _place(block: Block | None) -> str:
    if block is None:
        return ""
    return "the summary's list" if block.text.startswith(LIST) else block.heading


INTRODUCTION = """\
# The terms of the lab

Each term with its meaning and the place where the text defines it, which is where it first stands: a test holds it to
that. Generated from the text of the lab by `python -m benchmarks.terms > docs/teaching/terms.md`.
"""


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode())  # UTF-8 whatever the terminal speaks

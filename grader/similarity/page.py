"""Render the instructor's page on similar submissions: a table of pairs, and the code of the first of them."""

from collections.abc import Iterator, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..core.language import ENGLISH
from ..core.text import one_line, printable
from .pairs import Pair, Work

SHOWN = 40  # pairs with their code; the table has all pairs
LONGEST_LINE = 300


def similarity_page(pairs: Sequence[Pair], count: int, unread: Sequence[str] = ()) -> str:
    """One HTML file that loads nothing, and in which everything of a submission is escaped."""
    environment = Environment(
        loader=PackageLoader("grader.render"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["one_line"] = one_line
    environment.globals["language"] = ENGLISH
    page = environment.get_template("similarity.html")
    return page.render(pairs=pairs, shown=pairs[:SHOWN], count=count, unread=unread, who=who, marked=marked)


def who(work: Work) -> str:
    """The name of a submission, with its year if it is of an earlier one."""
    return one_line(f"{work.name} ({work.year})" if work.year else work.name)


def marked(text: str, common: frozenset[int]) -> Iterator[tuple[bool, str]]:
    """Each line of a text, and whether its number is in `common`."""
    for number, line in enumerate(text.split("\n")):
        indent = line[: len(line) - len(line.lstrip(" "))]
        yield number in common, indent + printable(line, LONGEST_LINE)

"""The page on similar submissions, for the instructor: a table of pairs, and the common lines of the first of them."""

from collections.abc import Iterator, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..core.text import one_line, printable
from .pairs import Pair, Work

SHOWN = 40  # pairs whose code is on the page; the table has all
LONGEST_LINE = 300


def similarity_page(pairs: Sequence[Pair], count: int, unread: Sequence[str] = ()) -> str:
    """One HTML file that loads nothing. Everything of a submission is text."""
    environment = Environment(
        loader=PackageLoader("grader.render"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["one_line"] = one_line
    page = environment.get_template("similarity.html")
    return page.render(pairs=pairs, shown=pairs[:SHOWN], count=count, unread=unread, who=who, marked=marked)


def who(work: Work) -> str:
    """The submission's name, and its year if that is not this one."""
    return one_line(f"{work.name} ({work.year})" if work.year else work.name)


def marked(text: str, common: frozenset[int]) -> Iterator[tuple[bool, str]]:
    """Each line, and whether it is in both."""
    for number, line in enumerate(text.split("\n")):
        indent = line[: len(line) - len(line.lstrip(" "))]
        yield number in common, indent + printable(line, LONGEST_LINE)

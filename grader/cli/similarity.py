"""`aelab similarity`: pairs of submissions that have code in common."""

from pathlib import Path
from typing import Annotated

import typer

from .shared import invocation_of, show


def similarity(
    context: typer.Context,
    submissions: Annotated[Path, typer.Argument(help="What `aelab grade` takes.")],
    out: Annotated[Path, typer.Option(help="The page to write.")],
    earlier: Annotated[
        list[Path] | None, typer.Option(help="Submissions of an earlier year, to compare with; may be repeated.")
    ] = None,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="The smallest share of common code to list.")] = 0.3,
) -> None:
    """Compare the code of a class, template code aside, and write a page on pairs that have much in common."""
    from ..core.files import write_atomically
    from ..platforms.nbgrader.course import submitted_in
    from ..similarity.page import similarity_page
    from ..similarity.pairs import read_works, similar_pairs

    assignment = invocation_of(context).assignment
    works, unread = read_works(assignment, submitted_in(submissions))
    old = [work for folder in earlier or () for work in read_works(assignment, submitted_in(folder), str(folder))[0]]
    pairs = similar_pairs(assignment, works, old, at_least)
    write_atomically(out, similarity_page(pairs, len(works) + len(old), unread).encode())
    show(f"wrote {out}")

"""The modules of a reference as they are handed out: for the parts that are in, in percent format.

Beside the marks of a text (passages.py), a cell that begins with `# %% only="vae"` or `# %% [markdown] only="vae"` goes
with a part, and `## Task: …` gets the number of the part and of the task.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from ..core.assignment import Assignment
from ..core.language import Language, language_of
from .passages import WIDTH, Follower
from .solutions import ANY_MARKER, SourceError, parsed, strip_solutions

START = "# %%"
HEADER = re.compile(r'# %%(?P<markdown> \[markdown\])?(?: only="(?P<only>[^"]+)")?')
GUARD = 'if __name__ == "__main__":'
TASK = re.compile(r"^# ## Task: ", re.MULTILINE)


@dataclass(frozen=True)
class SourceCell:
    """A cell of a module, from line `line` of its file on. header: its first line, "" before the first cell."""

    line: int
    header: str
    body: str
    is_markdown: bool = False
    only: str = ""


def handed_out_sources(assignment: Assignment, *, solutions: bool) -> dict[str, str]:
    """Text of each module by file name, in the order of the lab. Raises SourceError, and AssignmentError without."""
    sources = assignment.reference_sources()
    return {name: handed_out(assignment, text, name, solutions=solutions) for name, text in sources.items()}


def handed_out(assignment: Assignment, source: str, filename: str, *, solutions: bool) -> str:
    """A module of the reference for the parts that are handed out, with the solutions or with stubs in their place.

    A part that is left out, but whose module is given, is its solution alone. Raises SourceError.
    """
    part, follower = filename.removesuffix(".py"), Follower(assignment)
    stubs = strip_solutions(source, filename, assignment.texts.language)
    cells = list(split_cells(source if solutions or part in assignment.solved else stubs, filename))
    if part in assignment.solved:
        return _solution_alone(part, cells, language_of(assignment.texts.language))
    kept = [cell for cell in cells if not cell.only or follower.holds(cell.only, f"{filename}:{cell.line}")]
    for cell in kept:
        _refuse_missing_imports(assignment, cell, filename)
    followed = (_followed(cell, follower, filename) if cell.is_markdown else cell for cell in kept)
    text = "".join(cell.header + cell.body for cell in followed if cell.body.strip())
    return f"{_with_task_numbers(text, assignment, part).rstrip()}\n"


def handed_out_text(assignment: Assignment, text: str, name: str, **fields: str) -> str:
    """A text of the assignment, called `name` in errors, for the parts that are handed out. Raises SourceError.

    {name} and {title} are those of the assignment, {first} and {part} its first part and one that a reader may work on.
    """
    language = language_of(assignment.texts.language)
    first, part = (*assignment.part_names, *assignment.part_names)[:2]
    known = {"name": assignment.name, "title": language(assignment.title), "first": first, "part": part} | fields
    body = text.rstrip("\n")
    translated = "\n\n".join(map(language, body.split("\n\n")))
    followed = Follower(assignment).follow(translated + text[len(body) :], name)
    return re.sub(r"\{(\w+)\}", lambda field: known.get(field[1], field[0]), followed)


def split_cells(source: str, filename: str) -> Iterator[SourceCell]:
    """The cells of a module in percent format. Raises SourceError for a cell whose first line says something else."""
    cell = SourceCell(1, "", "")
    for number, line in enumerate(source.splitlines(keepends=True), start=1):
        if not line.startswith(START):
            cell = replace(cell, body=cell.body + line)
            continue
        header = HEADER.fullmatch(line.rstrip())
        if header is None:
            raise SourceError(
                f'{filename}:{number}: a cell begins with `# %%` or `# %% [markdown]`, and may go on with only="part"'
            )
        yield cell
        kind, only = header["markdown"] or "", header["only"] or ""
        cell = SourceCell(number, f"{START}{kind}\n", "", is_markdown=bool(kind), only=only)
    yield cell


def _followed(cell: SourceCell, follower: Follower, filename: str) -> SourceCell:
    """A cell of Markdown that follows the parts; the blank lines after it stay."""
    comment = cell.body.rstrip("\n")
    text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in comment.split("\n"))
    text = follower.follow(text, filename, cell.line + 1, WIDTH - len("# "))
    lines = (f"# {line}".rstrip() for line in text.split("\n"))
    return replace(cell, body="\n".join(lines) + cell.body[len(comment) :] if text.strip() else "")


def _with_task_numbers(text: str, assignment: Assignment, part: str) -> str:
    """`text` whose tasks have the number of the part and their own."""
    if part not in assignment.part_names:
        return text
    number, tasks = assignment.part_names.index(part) + 1, count(1)
    return TASK.sub(lambda _: f"# ## Task {number}.{next(tasks)}: ", text)


def _solution_alone(part: str, cells: list[SourceCell], language: Language) -> str:
    """What a part defines, solved, without its text and its experiments."""
    code = (cell for cell in cells if not cell.is_markdown and not cell.body.startswith(GUARD))
    lines = "".join(cell.header + cell.body for cell in code).splitlines(keepends=True)
    solved = "".join(line for line in lines if not ANY_MARKER.search(line))
    given = language("The module `{part}` is given, with its solution: others build on it.", part=part)
    return f"{START} [markdown]\n# {given}\n\n{solved.rstrip()}\n"


def _refuse_missing_imports(assignment: Assignment, cell: SourceCell, filename: str) -> None:
    """Raise SourceError for a cell that imports a module which is not handed out."""
    missing = {part.name for part in assignment.left_out} - set(assignment.given)
    if not missing or cell.is_markdown:
        return
    for node in ast.walk(parsed("\n" * cell.line + cell.body, filename)):
        if isinstance(node, ast.ImportFrom) and node.level and node.module in missing:
            raise SourceError(
                f"{filename}:{node.lineno}: imports `{node.module}`, which is left out: "
                f'begin the cell with `# %% only="{node.module}"`'
            )

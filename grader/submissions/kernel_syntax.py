"""Turn what a cell holds into Python as a kernel would read it: IPython's own transformations, with the lines kept.

A line that IPython joins or takes away leaves blank ones behind, so line 3 stays line 3. Nothing is executed here: what
is no Python becomes a call of `get_ipython()`, for which the submission's process has a stand-in.
"""

import ast
import re
import tokenize
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

from ..core.broken import NO_PYTHON

DEPTH = 4  # of cell magics within one another
PASSES = 8  # a command may hide the next one from the tokenizer, by a quote that nothing closes
RUNS_ITS_BODY = frozenset({"time", "capture", "prun"})  # and keeps the names that the body binds
LEAVES_NOTHING = frozenset(  # in the kernel: programs of other languages or processes, files, measured functions
    {"!", "HTML", "R", "bash", "cmd", "cython", "file", "html", "javascript", "js", "julia", "latex", "markdown",
     "octave", "perl", "pypy", "python", "python2", "python3", "ruby", "script", "sh", "sql", "svg", "sx", "system",
     "timeit", "writefile"}
)  # fmt: skip
CELL_MAGIC = re.compile(r"%%([\w!]+)(?:[ \t]+(.*))?")
STATEMENT_MAGIC = re.compile(r"(?s)(.*?)get_ipython\(\)\.run_line_magic\('(?:time|prun)', (.+)\)\n")


def as_python(text: str, depth: int = DEPTH) -> str:
    """The cell as Python, with as many lines. What no kernel could read either comes back with its mistakes."""
    if is_python(text):  # then there is no command in it: a line may start with the operator % or lie in a string
        return text
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    magic = CELL_MAGIC.fullmatch(lines[first].rstrip())
    if magic is None or not depth:
        return "\n".join(_commands_replaced(lines))
    name, rest, body = magic[1], magic[2] or "", lines[first + 1 :]
    python = "" if name in LEAVES_NOTHING else as_python("\n".join(body), depth - 1)
    if name in RUNS_ITS_BODY or (python.strip() and is_python(python)):
        return "\n".join([*lines[:first], _bound_by(name, rest), *([python] if body else [])])
    given = "\n".join(body).removesuffix("\n") + "\n" if name in ("writefile", "file") else ""
    call = f"get_ipython().run_cell_magic({name!r}, {rest!r}, {given!r})"
    return "\n".join([*lines[:first], call, *[""] * len(body)])


def is_python(text: str) -> bool:
    """Whether Python can read a text."""
    try:
        ast.parse(text)
    except NO_PYTHON:
        return False
    return True


def _bound_by(name: str, rest: str) -> str:
    """What stands in for the line of a cell magic: `%%capture out` binds `out`."""
    words = [word for word in rest.split() if word.isidentifier()]
    return f"{words[0]} = get_ipython().captured()" if name == "capture" and words else ""


def _commands_replaced(lines: list[str]) -> list[str]:
    """Magics, shell lines, questions and prompts become Python."""
    from IPython.core.inputtransformer2 import classic_prompt, ipython_prompt  # takes a while: only where it is needed

    lines = [f"{line}\n" for line in dedent("\n".join(lines)).split("\n")]
    lines = ipython_prompt(classic_prompt(lines))
    for _ in range(PASSES):
        found = [each for tokens in _logical_lines(lines) if (each := _replaced(lines, tokens))]
        for place, replacement in found:
            lines[place : place + len(replacement)] = replacement
        if not found:
            break
    return [line.removesuffix("\n") for line in lines]


def _logical_lines(lines: list[str]) -> list[list[Any]]:
    from IPython.core.inputtransformer2 import make_tokens_by_line

    try:
        found: list[list[Any]] = make_tokens_by_line(lines)
    except (SyntaxError, tokenize.TokenError):
        return []
    return found


def _replaced(lines: list[str], tokens: list[Any]) -> tuple[int, list[str]] | None:
    """Where a logical line that is a command begins, and what replaces it: as many lines."""
    for transformer in sorted(_transformers(tokens), key=lambda each: each.sortby()):
        place = transformer.start_line
        last = getattr(transformer, "q_line", place)
        while lines[last].endswith("\\\n") and last + 1 < len(lines):
            last += 1
        transformer.start_line = 0
        if hasattr(transformer, "q_line"):
            transformer.q_line -= place
        try:
            new = "".join(transformer.transform(lines[place : last + 1]))
        except SyntaxError:
            continue
        return place, [_statement_itself(new), *["\n"] * (last - place)]
    return None


def _transformers(tokens: list[Any]) -> Iterator[Any]:
    from IPython.core.inputtransformer2 import EscapedCommand, HelpEnd, MagicAssign, SystemAssign

    kinds: tuple[Any, ...] = (MagicAssign, SystemAssign, EscapedCommand, HelpEnd)
    for kind in kinds:
        found = kind.find([tokens])
        if found:
            yield found


def _statement_itself(line: str) -> str:
    """`%time x = f()` does what `x = f()` does."""
    magic = STATEMENT_MAGIC.fullmatch(line)
    plain = magic[1] + str(ast.literal_eval(magic[2])).strip() if magic else ""
    return f"{plain}\n" if magic and is_python(plain.strip()) and plain.strip() else line

"""Large and hostile cells: their time and memory are bounded, and whatever cannot be read is left out and noted."""

import ast
import gc
import math
import time
import tracemalloc

import pytest

from grader.core.outcomes import LeftOut
from grader.submissions.notebooks import (
    MAX_CELL_BYTES,
    MAX_CELLS,
    cells_of_notebook,
)

from .test_notebooks import notebook


def seconds_for(*cells: str) -> float:
    """Of this thread alone, so that a busy machine does not count, and without the search for garbage."""
    raw = notebook(*cells)
    gc.collect()
    gc.disable()
    try:
        start = time.thread_time()
        cells_of_notebook(raw)
        return time.thread_time() - start
    finally:
        gc.enable()


REPEATED = ["f();", "x=1;", "f();x=1;", "'ä';", "f(\n);", "if f(): pass\n", "%magic\n", "x = !ls\n", "%%time\n"]


@pytest.mark.parametrize("statement", REPEATED)
def test_the_time_for_a_cell_grows_with_its_length(statement: str) -> None:
    """Four times as many statements take about four times as long, also where all of them share a line."""
    short = long = math.inf
    for _ in range(6):  # a machine is slow at times, not each time; what is quadratic takes 16 times as long
        short = min(short, seconds_for(statement * 1_500))
        long = min(long, seconds_for(statement * 6_000))
        if long < 7 * short:
            return
    pytest.fail(f"{short:.3f} s for 1,500 statements, {long:.3f} s for 6,000")


@pytest.mark.parametrize("statement", REPEATED)
def test_a_large_cell_takes_no_time(statement: str) -> None:
    """A quarter of the statements that a cell may have, on as few lines as they fit."""
    assert seconds_for(statement * (MAX_CELL_BYTES // 4 // len(statement.encode()))) < 15 / 4


def test_the_largest_cell_takes_no_time() -> None:
    """As much code as a cell may have, of the kind that takes longest: calls and assignments in one line."""
    assert seconds_for("f();x=1;" * (MAX_CELL_BYTES // 8)) < 15


def test_commands_with_quotes_that_nothing_closes_take_no_time() -> None:
    """Such a quote may keep the tokenizer from what follows."""
    raw = notebook("!echo 'a\n" * 6_000)
    start = time.thread_time()
    _, left_out = cells_of_notebook(raw)
    assert time.thread_time() - start < 10
    assert left_out == ()


def test_a_cell_with_too_much_code_is_left_out_and_noted() -> None:
    """The rest of the notebook is graded, like beside a syntax error; up to the limit a cell is read."""
    limit = MAX_CELL_BYTES
    found, left_out = cells_of_notebook(notebook("#" * (limit - 6) + "\nx = 1", "#" * (limit + 1), "y = 2"))
    assert [label for label, _ in found] == ["cell 1", "cell 3"]
    assert left_out == (LeftOut("cell 2", "it has more than 256 KiB of code"),)
    found, left_out = cells_of_notebook(notebook("#" + "€" * (limit // 3 + 1), "y = 2"))
    assert left_out == (LeftOut("cell 1", "it has more than 256 KiB of code"),)


def test_a_notebook_with_too_much_code_is_one_clear_line() -> None:
    """All cells together have a limit too; what is left out as too large does not count."""
    cell = "x = 1\n" + "#" * (MAX_CELL_BYTES - 6)
    found, _ = cells_of_notebook(notebook(*[cell] * 4, cell + "#" * 2**20))
    assert len(found) == 4
    with pytest.raises(ValueError, match=r"\Ahas more than 1 MiB of code in it\Z"):
        cells_of_notebook(notebook(*[cell] * 4, "x = 1"))


def test_a_notebook_with_too_many_cells_is_one_clear_line() -> None:
    """Half a million cells of one character each, every one of which would be worked on and noted."""
    limit = MAX_CELLS
    assert len(cells_of_notebook(notebook(*["("] * limit))[1]) == limit
    with pytest.raises(ValueError, match=rf"\Ahas {limit + 1} cells of code; {limit} are allowed\Z"):
        cells_of_notebook(notebook(*["("] * (limit + 1)))


@pytest.mark.parametrize("cell", ["x=[" + "a," * 10**6 + "]", "a;" * 10**6, "a\n" * 10**6])
def test_a_large_cell_takes_little_memory(cell: str) -> None:
    """Parsed, two megabytes of names are more than a gigabyte."""
    raw = notebook(cell, "y = 2")
    tracemalloc.start()
    try:
        cells_of_notebook(raw)
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()


def test_only_one_cell_at_a_time_is_in_memory_as_a_tree() -> None:
    """Four large cells need hardly more memory than one."""
    cell = "x=[" + "a," * 4_000 + "]"
    peaks = []
    for raw in (notebook(cell), notebook(*[cell] * 4)):
        tracemalloc.start()
        try:
            cells_of_notebook(raw)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize("error", [MemoryError(), RecursionError("too deep"), SyntaxError("no")])
def test_whatever_parsing_raises_is_noted(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that cannot be parsed is left out with a reason, also where the error has no text."""
    parse = ast.parse

    def fail(text: str) -> ast.Module:
        if "bad" in text:
            raise error
        return parse(text)

    with monkeypatch.context() as patched:
        patched.setattr(ast, "parse", fail)
        found, left_out = cells_of_notebook(notebook("bad = 1", "y = 2"))
    assert found[-1] == ("cell 2", "y = 2")
    assert len(left_out) == 1
    assert left_out[0].why.strip()


@pytest.mark.parametrize(
    "text",
    ["if a: pass\n" + "elif a: pass\n" * 5000, "x = " + "a." * 50_000 + "b()", "x = " + "f(" * 150 + ")" * 150,
     "x = a" + "()" * 50_000, "x = a" + "+a" * 50_000],
    ids=["elif", "attributes", "arguments", "calls", "sums"],
)  # fmt: skip
def test_deep_trees_are_kept_or_noted(text: str) -> None:
    """Nesting that Python can just about read, in a chain of any kind."""
    found, left_out = cells_of_notebook(notebook(text, "y = 2"))
    assert found[-1] == ("cell 2", "y = 2")
    assert len(left_out) <= 1

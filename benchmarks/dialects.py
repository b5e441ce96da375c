"""Notebooks of ordinary statements and lines for IPython: what they define has to answer as under a real IPython shell.

`python -m benchmarks.dialects COUNT [--seed N] [--page]` compares COUNT of them, a hundred at a time, and shows those
that differ. What was compared is kept under build/dialects/ as long as none of the code has changed: an interrupted run
goes on where it was.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from benchmarks.one_work.page import keep
from grader.core.files import write_atomically
from grader.harness.modules import PACKAGE, Cells
from grader.submissions.cells import needed_cells
from grader.submissions.notebooks import cells_of_notebook
from grader.submissions.reading import Source

STORE, BATCH = Path("build/dialects"), 100
SHOWN = 5  # notebooks that differ
NUMBERS, FUNCTIONS, CLASSES = "abcd", "fg", "CD"
PREAMBLE = """from contextlib import nullcontext
a, b, c, d = 1, 2, 3, 4
LOG = []
def f(z): return z
def g(z): return z + 1
class C:
    size = 1
    def get(self): return self.size
class D(C): pass"""
STATEMENTS = r"""{n} = ({m} + {k}) % 97
{n} += {m} % 5
{n}, {m} = {m}, {n}
for {n} in range({m} % 4 + 1):\n    {k} = ({k} + {n}) % 97
for cls in ({C}, D):\n    cls.size = {n}
if {m} % 2:\n    {n} = {k}\nelse:\n    {k} = {n}
try:\n    {n} = {m} // ({k} % 2)\nexcept ZeroDivisionError:\n    {n} = 7
def {f}(z):\n    return (z + {n}) % 97
def {f}(z, plus={n}):\n    return (z + plus + {m}) % 97
def {f}(z):\n    global {n}\n    {n} = {m}\n    return z
{n} = {f}({m})
{f}({n})
{n} = (lambda z: z * {m} % 97)({k})
class {C}:\n    size = {n}\n    def get(self):\n        return self.size + {m}
class D(C):\n    size = {n}
{C}.size = {n}
setattr({C}, 'size', {n})
{C}.get = lambda self: {n}
Other = {C}\nOther.size = {m}
{n} = {C}().get() % 97
with nullcontext({m}) as {n}:\n    {k} = {n}
LOG.append({n})
LOG[:] = [{n}]
{n} = len(LOG)
import math\n{n} = int(math.sqrt({m} * {m}))
{n} = sum(v for v in [{m}, {k}]) % 97
del {n}\n{n} = 5
while {n} > 3:\n    {n} -= 3
assert {n} == {n}
print({n}, {C})
{n}
!true
files = !true\n{n} = len(files)
files = !true \\\n  --nothing\n{n} = files.n.count('x')
%time {n} = ({m} + 1) % 97
{n} = %time ({m} + 2) % 97
if {m} % 2:\n    %time {n} = 3
{n}?
{f}??
%env SOMETHING=3
%load_ext autoreload
%timeit -n1 -r1 {n}"""
TEMPLATES = [line.replace("\\n", "\n").replace("\\\\", "\\") for line in STATEMENTS.split("\n")]
CELLS = [
    *["{body}"] * 8, "%%time\n{body}", "%%capture\n{body}", "%%capture out\n{body}", "\n%%time\n{body}", "  {indented}",
    "%%timeit -n1 -r1\n{n} = 3", "%%bash\ntrue", "%%writefile written_here.py\nVALUE = 3",
    "%%writefile written_here.py\nVALUE = 3\n@@from written_here import VALUE\n{n} = VALUE",
]  # fmt: skip
REAL = """
import contextlib, io, json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
sys.path.insert(0, "")
answers = []
for cells in json.load(open(sys.argv[1])):
    shell.reset(new_session=False)
    with contextlib.redirect_stdout(io.StringIO()):
        failed = [cell for cell in cells if not shell.run_cell(cell, store_history=False).success]
        answers.append({"failed": failed} if failed else repr(shell.user_ns["answer"](3)))
json.dump(answers, open(sys.argv[2], "w"))
"""


def notebook(draw: random.Random) -> list[str]:
    """The texts of some cells; the last one defines `answer`, which reads some of the names."""
    cells = [PREAMBLE]
    for _ in range(draw.randint(2, 8)):
        cells += _filled(draw, draw.choice(CELLS)).split("@@")
    read = [*NUMBERS, "f(z)", "g(z)", "C().get()", "D().get()", "LOG"]
    chosen = ", ".join(draw.sample(read, draw.randint(1, 4)))
    return [*cells, f"def answer(z):\n    return [{chosen}]"]


def _filled(draw: random.Random, template: str) -> str:
    body = "\n".join(_statement(draw) for _ in range(draw.randint(1, 4)))
    names = {"n": draw.choice(NUMBERS), "body": body, "indented": body.replace("\n", "\n  ")}
    return template.format(**names)


def _statement(draw: random.Random) -> str:
    n, m, k = draw.sample(NUMBERS, 3)
    return draw.choice(TEMPLATES).format(n=n, m=m, k=k, f=draw.choice(FUNCTIONS), C=draw.choice(CLASSES))


def answer_here(cells: list[str]) -> str:
    """What `answer(3)` returns of a notebook that is run as in a grade."""
    raw = json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}).encode()
    found, _ = cells_of_notebook(raw)
    sources = needed_cells([Source(*each) for each in found], frozenset({"answer"}), frozenset())
    finders, modules = list(sys.meta_path), set(sys.modules)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return repr(Cells([(source.name, source.text) for source in sources]).find("data", "answer")(3))
    finally:
        sys.meta_path[:] = finders
        for name in {PACKAGE, "written_here"} & (set(sys.modules) - modules | {PACKAGE}):
            sys.modules.pop(name, None)


def compared(count: int, seed: int | str) -> tuple[int, list[str]]:
    """Of `count` notebooks, how many run under IPython to their end, and the texts of those that answer otherwise."""
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    notebooks = [notebook(draw) for _ in range(count)]
    found, ran = [], 0
    with tempfile.TemporaryDirectory() as folder:
        (given := Path(folder, "notebooks.json")).write_text(json.dumps(notebooks))
        told = Path(folder, "answers.json")
        environment = os.environ | {"IPYTHONDIR": folder}
        command = [sys.executable, "-c", REAL, str(given), str(told)]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)
        with contextlib.chdir(folder):
            for cells, real in zip(notebooks, json.loads(told.read_text()), strict=True):
                ran += isinstance(real, str)
                if isinstance(real, str) and (here := answer_here(cells)) != real:
                    found.append("\n---\n".join([*cells[1:], f"IPython: {real}", f"here:    {here}"]))
    return ran, found


@cache
def digest() -> str:
    """Of all that an answer depends on."""
    rooms = (Path(sys.modules[each.__module__].__file__ or "").parent for each in (Cells, Source))
    files = [Path(__file__), *(file for room in rooms for file in sorted(room.glob("*.py")))]
    texts = [version("ipython").encode(), *(file.read_bytes() for file in files)]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:12]


def batch_of(count: int, seed: str) -> tuple[int, list[str]]:
    """The same, from an earlier run where there was one."""
    path = STORE / f"{seed}-{count}-{digest()}.json"
    if not path.exists():
        write_atomically(path, json.dumps(compared(count, seed)).encode())
    ran, found = json.loads(path.read_text())
    return ran, found


def main() -> None:
    """Compare, print what differs, and exit 1 if anything does."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dialects", description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--page", action="store_true", help="enter what came of it into docs/one-work.md")
    arguments, console = parser.parse_args(), Console()
    count, ran, found = arguments.count, 0, []
    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        more, differing = batch_of(size, f"{arguments.seed}.{first}")
        ran, found = ran + more, found + differing
        console.print(f"{first + size} of {count} compared, {len(found)} answer differently", highlight=False)
    for text in found[:SHOWN]:
        console.print(text, "==========", sep="\n", markup=False, highlight=False)
    console.print(f"{ran} of {count} notebooks run to their end under IPython", highlight=False)
    if arguments.page:
        keep("dialects", {"count": count, "ran": ran, "different": len(found), "ipython": version("ipython")})
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

"""Notebooks of ordinary statements and lines for IPython: what they define has to answer as under a real IPython shell.

`python -m benchmarks.dialects COUNT [SEED]`, or `make dialects`, compares COUNT of them and names those that differ.
"""

import contextlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from grader.harness.modules import PACKAGE, Cells
from grader.submissions.cells import needed_cells
from grader.submissions.notebooks import cells_of_notebook
from grader.submissions.reading import Source

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


def differences(count: int, seed: int) -> list[str]:
    """Of `count` notebooks those that answer differently here and under IPython, as texts."""
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    notebooks = [notebook(draw) for _ in range(count)]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        (given := Path(folder, "notebooks.json")).write_text(json.dumps(notebooks))
        told = Path(folder, "answers.json")
        environment = os.environ | {"IPYTHONDIR": folder}
        command = [sys.executable, "-c", REAL, str(given), str(told)]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)
        with contextlib.chdir(folder):
            for cells, real in zip(notebooks, json.loads(told.read_text()), strict=True):
                if isinstance(real, str) and (here := answer_here(cells)) != real:
                    found.append("\n---\n".join([*cells[1:], f"IPython: {real}", f"here:    {here}"]))
    return found


def main() -> None:
    """Compare, and print what differs."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    found = differences(count, seed)
    for text in found[:5]:
        sys.stdout.write(f"{text}\n==========\n")
    sys.stdout.write(f"{count} notebooks, {len(found)} answer differently here and under IPython\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

"""What mutation testing found, after `mutmut run`: `python -m benchmarks.mutation [--page FILE]`.

Prints the counts for each module, apart from mutants in which nothing but a text differs, and the other mutants that no
test notices, as rows of a table. With a page, exits 1 unless the page has each of these rows, with a reason behind it.
"""

import argparse
import ast
import copy
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MUTANTS = Path("mutants")
STATUS = {0: "survived", 1: "killed", 3: "killed", 5: "untested", 33: "untested"}
STATUS |= dict.fromkeys((-24, 24, 36, 152, 255), "timeout")
NUMBERED = re.compile(r"__mutmut_\d+$")
SHORTEST = 12  # characters of code that show a change


@dataclass(frozen=True)
class Mutant:
    """One changed function, and what became of it."""

    function: str
    status: str
    is_text: bool
    before: str
    after: str

    @property
    def row(self) -> str:
        """The beginning of its row in a table."""
        return f"| `{self.function}` | `{self.before}` → `{self.after}` |"


class _Blank(ast.NodeTransformer):
    """Leaves no text, so that trees that differ in texts alone are the same."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node


def main() -> int:
    """Print, and compare with the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", type=Path)
    page = parser.parse_args().page
    found = sorted(read(MUTANTS), key=lambda mutant: mutant.function)
    sys.stdout.write(counts(found) + "\n\n")
    known = page.read_text(encoding="utf-8") if page else ""
    open_rows = [m.row for m in found if m.status not in ("killed", "timeout") and not m.is_text and m.row not in known]
    told = ["Not killed and not explained:", *open_rows] if open_rows else ["Every survivor is explained."]
    sys.stdout.write("\n".join(told) + "\n")
    return int(bool(page and open_rows))


def read(folder: Path) -> Iterator[Mutant]:
    """All mutants under mutmut's folder."""
    for path in sorted(folder.rglob("*.py.meta")):
        source = path.with_suffix("")
        functions = {n.name: n for n in ast.walk(ast.parse(source.read_text())) if isinstance(n, ast.FunctionDef)}
        for key, code in json.loads(path.read_text())["exit_code_by_key"].items():
            name = key.rpartition(".")[2]
            original, mutant = functions[NUMBERED.sub("__mutmut_orig", name)], functions[name]
            status = "unchecked" if code is None else STATUS.get(code, f"exit code {code}")
            function = f"{source.stem}.{NUMBERED.sub('', name).removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"
            yield Mutant(function, status, _differ_in_text(original, mutant), *_change(original, mutant))


def _differ_in_text(one: ast.FunctionDef, other: ast.FunctionDef) -> bool:
    blank = [[ast.dump(_Blank().visit(copy.deepcopy(node))) for node in (f.args, *f.body)] for f in (one, other)]
    return blank[0] == blank[1]


def _change(one: ast.FunctionDef, other: ast.FunctionDef) -> tuple[str, str]:
    """The smallest pieces of code, but for single numbers and signs, that hold all that differs."""
    before, after = next(
        (a, b)
        for a, b in zip((one.args, *one.body), (other.args, *other.body), strict=True)
        if ast.dump(a) != ast.dump(b)
    )
    while inner := _inner(before, after):
        before, after = inner
    return ast.unparse(before), ast.unparse(after)


def _inner(before: ast.AST, after: ast.AST) -> tuple[ast.AST, ast.AST] | None:
    """The one pair of children that differs, if it is code that says something by itself."""
    pairs = list(zip(ast.iter_child_nodes(before), ast.iter_child_nodes(after), strict=False))
    differing = [(a, b) for a, b in pairs if ast.dump(a) != ast.dump(b)]
    if len(differing) != 1 or len(pairs) != len(list(ast.iter_child_nodes(before))) or type(before) is not type(after):
        return None
    a, b = differing[0]
    if isinstance(a, ast.FormattedValue | ast.comprehension | ast.keyword):
        return _inner(a, b)
    return (a, b) if isinstance(a, ast.expr | ast.stmt) and len(ast.unparse(a)) >= SHORTEST else None


def counts(found: list[Mutant]) -> str:
    """A table of modules, with the mutants that differ in a text alone in the last row."""
    rows = Counter(("text alone" if m.is_text else m.function.partition(".")[0], m.status) for m in found)
    statuses = sorted({status for _, status in rows})
    names = [*sorted({name for name, _ in rows} - {"text alone"}), "text alone"]
    lines = [f"| module | {' | '.join(statuses)} |", "|---|" + "---|" * len(statuses)]
    lines += [f"| {name} | {' | '.join(str(rows[name, status]) for status in statuses)} |" for name in names]
    numeric = [m for m in found if not m.is_text]
    killed = sum(m.status in ("killed", "timeout") for m in numeric)
    return "\n".join([*lines, "", f"{killed} of {len(numeric)} mutants of numbers and comparisons are killed."])


if __name__ == "__main__":
    sys.exit(main())

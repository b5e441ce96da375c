"""Known statements of a handed-out notebook: its first cell, and what the modules do when they are run, not imported.

They hold no task. Students run and edit them, and a grade needs little of them.
"""

import ast
import hashlib
from collections.abc import Iterable

GUARD = "__name__ == '__main__'"


def digest(statement: ast.stmt) -> str:
    """Tells a statement by what it says: comments, white space and line breaks do not matter."""
    return hashlib.sha256(ast.dump(statement).encode(errors="surrogatepass")).hexdigest()


def statements_in(setup: str, modules: Iterable[str]) -> frozenset[str]:
    """Digests of the statements of the first cell, and of those that modules run under `if __name__ == "__main__":`."""
    nodes = (node for text in modules for node in ast.parse(text).body)
    guarded = (node for node in nodes if isinstance(node, ast.If) and ast.unparse(node.test) == GUARD)
    experiments = (statement for node in guarded for statement in node.body)
    return frozenset(map(digest, (*ast.parse(setup).body, *experiments)))

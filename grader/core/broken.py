"""Texts that are no Python."""

import re

# What ast.parse raises: ValueError for zero bytes, the last two for deep nesting.
NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
_BINDING = re.compile(
    r"(?m)^[ \t]*(?:(?:async[ \t]+)?def[ \t]+(\w+)|class[ \t]+(\w+)|(?:from[ \t].*)?\bimport\b.*?(\w+)[ \t]*$"
    r"|(\w+)[ \t]*=(?!=))"
)


def seems_to_bind(text: str) -> frozenset[str]:
    """The names that a text that cannot be parsed would give a value, as far as its lines show."""
    return frozenset(word for found in _BINDING.findall(text) for word in found if word)

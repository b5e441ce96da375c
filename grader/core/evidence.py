"""Evidence of a check (numbers, arrays, texts) as JSON values and as lines for readers, the same for equal records."""

import math
from typing import Any

import numpy as np

from .language import ENGLISH, Language
from .text import one_line, printable

SIGNIFICANT_DIGITS = 6  # in records; pages and terminals show 4
ITEMS = 64
DEPTH = 4
TEXT = 1000
BITS = 64  # of a whole number that is written out

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def json_ready(value: Any, depth: int = DEPTH) -> Json:
    """`value` as JSON: rounded, capped in size and depth; infinities and NaN, which JSON lacks, as text."""
    if isinstance(value, np.ndarray | np.generic):
        if value.size > ITEMS:
            return f"array of shape {value.shape}, {value.dtype}"
        value = value.tolist()
    if isinstance(value, int) and value.bit_length() > BITS:
        return f"a whole number of {value.bit_length()} bits"
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return printable(value, TEXT)
    if isinstance(value, dict | list | tuple):
        return _container(value, depth)
    return f"({type(value).__name__})"  # its text could hold a memory address, different at every run


def _container(value: dict[Any, Any] | list[Any] | tuple[Any, ...], depth: int) -> Json:
    if depth == 0:
        return "…"
    more = [f"… {len(value)} in all"] if len(value) > ITEMS else []
    if isinstance(value, dict):
        kept = list(value.items())[:ITEMS]
        return {one_line(str(key), 100): json_ready(item, depth - 1) for key, item in kept}
    return [*(json_ready(item, depth - 1) for item in value[:ITEMS]), *more]


def evidence_rows(evidence: dict[str, Any], language: Language = ENGLISH) -> list[tuple[str, str]]:
    """Evidence as (label, text) pairs in the order it was given."""
    ready = json_ready(evidence)
    assert isinstance(ready, dict)  # json_ready keeps dictionaries
    return [(language(key.replace("_", " ")), _readable(value, language)) for key, value in ready.items()]


def _readable(value: Json, language: Language) -> str:
    if isinstance(value, bool) or value is None:
        return language({True: "yes", False: "no", None: "nothing"}[value])
    if isinstance(value, float):
        return language.number(f"{value:.4g}")
    if isinstance(value, list):
        return language.separator.join(_readable(item, language) for item in value) or language("none")
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_readable(item, language)}" for key, item in value.items()) or language("none")
    return language.shown(value) if isinstance(value, str) else str(value)

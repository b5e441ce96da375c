"""Texts and files that are hard on whatever reads them: deep, long, broken, or in strange encodings."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

KIB = 1024


def hostile_texts(size: int) -> dict[str, str]:
    """Texts of Python of about so many characters, by what is hostile in them."""

    def repeated(piece: str, before: str = "", after: str = "") -> str:
        return before + piece * (size // len(piece)) + after

    deep, half = min(size, 20 * KIB), size // 2
    return {
        "dotted import": repeated(".b", "import a"),
        "relative import": repeated(".", "from ", "a import b"),
        "imported names": repeated("a, ", "from .data import ", "b"),
        "many imports": repeated("from . import a.b\n"),
        "f-string": repeated("{a}", 'f"', '"'),
        "nested f-strings": repeated("{f'", "x = f'"),
        "parentheses": "(" * deep + ")" * deep,
        "brackets that stay open": repeated("["),
        "unary operators": repeated("-", "x = ", "1"),
        "sum": repeated("1+", "x = ", "1"),
        "attributes": repeated(".a", "x"),
        "calls": repeated("()", "x"),
        "subscripts": repeated("[0]", "x"),
        "comparison": repeated("a<", "x = ", "1"),
        "conditional": repeated("a if b else ", "x = ", "c"),
        "lambdas": repeated("lambda: ", "x = ", "0"),
        "decorators": repeated("@a\n", "", "def f(): pass"),
        "blocks": "".join(f"{' ' * depth}if a:\n" for depth in range(99)) + " " * 99 + "pass",
        "indentation": "\n".join(" " * depth + "if a:" for depth in range(int((2 * size) ** 0.5))),
        "elif": repeated("elif a: pass\n", "if a: pass\n"),
        "assignments in a row": repeated("x = ", "", "1"),
        "names": repeated("a = a\n"),
        "other names": "\n".join(f"n{number} = n{number - 1}" for number in range(size // 14)),
        "functions that call each other": "\n".join(
            f"def f{n}(): global g{n}; g{n} = f{n + 1}()" for n in range(size // 40)
        ),
        "long name": repeated("a", "", " = 1"),
        "long number": repeated("9", "x = "),
        "long hexadecimal number": repeated("f", "x = 0x"),
        "long string": repeated("a", "x = '", "'"),
        "strings in a row": repeated("'a' ", "x = "),
        "escapes": repeated("\\N{DIGIT ONE}", "x = '", "'"),
        "bad escapes": repeated("\\q", "x = '", "'"),
        "open string": repeated("a", "'''"),
        "comment": repeated("#"),
        "empty lines": repeated("\n", "", "x = 1"),
        "continued lines": repeated("\\\n", "x = ", "1"),
        "semicolons": repeated(";a", "a"),
        "nul": repeated("\0"),
        "form feeds": repeated("\f", "", "x = 1"),
        "half a pair of surrogates": repeated("\ud800", "x = '", "'"),
        "letters that are normalized": repeated("ﬁ", "", " = 1"),
        "matching": "match x:\n" + "".join(f" case [{n}, *_]: pass\n" for n in range(size // 20)),
        "comprehensions": repeated("[a for a in ", "x = ", "b" + "]" * half),
        "magics": repeated("%time "),
        "shell": repeated("!a ", "", "\n"),
        "assigned magics": repeated("x = %a\n"),
        "questions": repeated("?"),
        "prompts": repeated(">>> "),
        "cell magics": repeated("%%time\n"),
        "capture": repeated("a", "%%capture ", "\nx = 1"),
        "stubs": repeated('raise NotImplementedError("data, normalize")\n'),
        "declared encoding": repeated("x", "# -*- coding: ", " -*-"),
    }


RAW = {
    "UTF-16": "x = 1\n".encode("utf-16") * 1000,
    "UTF-32": "x = 1\n".encode("utf-32") * 1000,
    "UTF-7": b"# coding: utf-7\n" + b"+AGE-" * 1000,
    "punycode": b"# coding: punycode\n" + b"a-" * 10_000,
    "idna": b"# coding: idna\n" + b"a." * 10_000,
    "bytes": bytes(range(256)) * 1000,
    "two byte order marks": b"\xef\xbb\xbf" * 2 + b"x = 1",
    "cut short": b"x = '\xe2\x82",
    "deep JSON": b"[" * 200_000,
    "deep notebook": b'{"cells": ' + b'{"a": ' * 100_000,
    "long number in JSON": b'{"cells": [' + b"9" * 1_000_000 + b"]}",
    "many cells": b'{"cells": [' + b'{"cell_type": "code", "source": "a"},' * 3_000 + b"{}]}",
    "many keys": b'{"cells": [' + b'{"cell_type": "code", "source": [' + b'"a",' * 20_000 + b'"b"]}]}',
    "cells of nothing": b'{"cells": [' + b"[]," * 50_000 + b"null]}",
    "no archive": b"PK\x03\x04" + b"\0" * 10_000,
    "compressed nothing": b"\x1f\x8b\x08" + b"\0" * 10_000,
}


def write_text(text: str, folder: Path, form: str) -> None:
    """Write a text as the module data.py, or as a cell of lab05.ipynb."""
    if form == "module":
        (folder / "data.py").write_bytes(text.encode(errors="surrogatepass"))
    else:
        cells = [{"cell_type": "code", "source": text}, {"cell_type": "code", "source": "x = 1"}]
        (folder / "lab05.ipynb").write_text(json.dumps({"cells": cells}))


def broken_copies(text: str, count: int, seed: int = 0) -> Iterator[str]:
    """Copies of a text with pieces lost, doubled, swapped, or replaced by signs of Python."""
    draw = random.Random(seed)
    signs = ["(", "[", "{", "'", '"""', 'f"{', "\\", "\n", "\0", "@", ":", "%%", "!", "lambda ", "\ud800", "0x", "\t"]
    for _ in range(count):
        copy = text
        for _ in range(draw.randint(1, 8)):
            begin = draw.randrange(len(copy) + 1)
            end = begin + draw.choice([0, 1, 20, 400])
            put = draw.choice(["", copy[begin:end] * 2, draw.choice(signs) * draw.choice([1, 50])])
            copy = copy[:begin] + put + copy[end:]
        yield copy

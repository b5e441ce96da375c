"""What students and platforms make of a submission on its way: forms, folders, junk, archives, names, encodings."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Part
from grader.core.stubs import STUB_MARKER

from .archives import ARCHIVES, Files, packed, zipped
from .dialects import DIALECTS, notebook_in, plain_notebook
from .downloads import PLATFORMS

WORKS = ("solved", "half done", "wrong")


@dataclass(frozen=True)
class Work:
    """What is packed: the text of each part's module, and the cells of a notebook with the same in it.

    hand_out: what the student had before, and may have left beside it.
    """

    modules: dict[str, str]
    cells: list[str]
    hand_out: "Work | None" = None

    def junk(self, kind: str) -> Files:
        """Files beside the work: its own hand-out, or what has nothing to do with it."""
        before = self.hand_out
        if before and kind == "hand-out":
            return JUNK[kind] | {"lab05/lab05.ipynb": plain_notebook(before.cells)}
        if before and kind == "stubs":
            return {f"templates/{part}.py": text.encode() for part, text in before.modules.items()}
        return JUNK[kind]


def small(work: str) -> Work:
    """A work that is read in no time."""
    texts = texts_of(work)
    return Work(texts, list(texts.values()))


def texts_of(work: str) -> dict[str, str]:
    """Small modules by part: every public name is there, and the second half of a half-done work is stubs."""
    half = len(ASSIGNMENT.parts) // 2
    return {
        part.name: _module(part, "untouched" if work == "half done" and number >= half else work)
        for number, part in enumerate(ASSIGNMENT.parts)
    }


def _module(part: Part, work: str) -> str:
    bodies = {"solved": "return 1", "wrong": "return undefined", "half done": "return 1"}
    lines = [f'"""Part {part.title}: größer als nichts."""', ""]
    for name in part.public_names:
        stub = f'raise NotImplementedError("{STUB_MARKER}{part.name}, {name}")'
        body = bodies.get(work, stub)
        lines += [f"class {name}:", "    def fit(self):", f"        {body}"] if name[0].isupper() else [
            f"def {name}(x):", f"    {body}",
        ]  # fmt: skip
        lines += ["", ""]
    return "\n".join(lines)


UNTOUCHED = texts_of("untouched")
JUNK: dict[str, Files] = {
    "report": {"report.pdf": b"%PDF", "README.md": b"# mine"},
    "mac": {"__MACOSX/._data.py": b"\0\5\x16", "._lab05.ipynb": b"\0\5\x16", ".DS_Store": b"\0"},
    "venv": {"env/pyvenv.cfg": b"", "env/lib/data.py": b"x = 1", "venv/lib/vae.py": b"x = 1"},
    "node_modules": {"node_modules/left/pad.ipynb": b"{}"},
    "model": {"model/checkpoint-1.index": bytes(2**18), "weights.h5": b"\x89HDF"},
    "pictures": {f"pictures/{n}.png": b"\x89PNG" for n in range(500)} | {"pictures/a:b.png": b"", "c\\d.png": b""},
    "checkpoints": {".ipynb_checkpoints/lab05-checkpoint.ipynb": b"{}", "__pycache__/data.py": b"x"},
    "unrelated": {"scratch/old ideas.py": "# für später\nx = 1\n".encode("latin-1"), "scratch/raw.py": b"\x81\0"},
    "hand-out": {"lab05/lab05.ipynb": plain_notebook(list(UNTOUCHED.values())), "lab05/pyproject.toml": b""},
    "stubs": {f"templates/{part}.py": text.encode() for part, text in UNTOUCHED.items()},
    "typed in": {"onlinetext.html": b"<p>"},
    "data": {"mnist/train-images-idx3-ubyte.gz": b"\x1f\x8b", "digits.npz": b"PK"},
    "not a notebook": {"tries.ipynb": b"oops"},
}
FOLDERS = ("", "lab05/", "my_solution/", "Ada's work/lab05/", "bundle/my_solution/", "lab05 (1)/", "Übung 5/größe/", "a/b/c/d/")
ENDS = ("\n", "\r\n", "\r")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
SPELLINGS = ("as named", "capitals", "downloaded twice")



FACTORS: dict[str, Sequence[Any]] = {
    "work": WORKS,
    "dialect": ("",) * 5 + DIALECTS,  # "": no notebook but a folder of modules
    "folder": FOLDERS,
    "junk": ((), *((kind,) for kind in JUNK)),
    "archive": ARCHIVES,
    "platform": tuple(PLATFORMS),
    "spelling": SPELLINGS,
    "line_end": ENDS,
    "encoding": ENCODINGS,
}


@dataclass(frozen=True)
class Packaging:
    """One way to hand a work in."""

    work: str
    dialect: str = ""
    folder: str = ""
    junk: tuple[str, ...] = ()
    archive: str = "none"
    platform: str = "a folder"
    spelling: str = "as named"
    line_end: str = "\n"
    encoding: str = "utf-8"

    def uploaded(self, work: Work) -> Files:
        """What the student uploads: an archive, or files where the platform takes them."""
        junk = {name: raw for kind in self.junk for name, raw in work.junk(kind).items()}
        own, takes = self._own(work), PLATFORMS[self.platform].takes
        everything = junk | {f"{self.folder}{name}": raw for name, raw in own.items()}
        if self.archive != "none":
            return packed(self.archive, everything)
        if takes == "folders":
            return everything
        if takes == "files":
            return {name: raw for name, raw in junk.items() if "/" not in name} | own
        return own if len(own) == 1 else packed("zip", everything)

    def _own(self, work: Work) -> Files:
        if self.dialect:
            raw = notebook_in(self.dialect, work.cells, self.line_end)
            return {self._spelled("lab05.ipynb"): self._encoded(raw.decode())}
        texts = {part: text.replace("\n", self.line_end) for part, text in work.modules.items()}
        return {self._spelled(f"{part}.py"): self._encoded(text) for part, text in texts.items()}

    def _spelled(self, name: str) -> str:
        if self.spelling == "downloaded twice" and self.dialect:
            return name.replace(".", " (1).")
        return name.upper() if self.spelling == "capitals" else name

    def _encoded(self, text: str) -> bytes:
        is_old_notebook = self.dialect and self.encoding == "cp1252"  # JSON of Python's is ASCII anyway
        return text.encode("utf-8" if is_old_notebook else self.encoding)


def packagings() -> st.SearchStrategy[Packaging]:
    """All of them, every factor independent of the others."""
    junk = st.sets(st.sampled_from(sorted(JUNK)), max_size=4).map(lambda kinds: tuple(sorted(kinds)))
    factors = {name: st.sampled_from(values) for name, values in FACTORS.items()}
    return st.builds(Packaging, **factors | {"junk": junk})


def spread(count: int, seed: int = 0) -> list[Packaging]:
    """So many of them: each value of a factor is as frequent as any other, whatever the other factors are."""
    draw = random.Random(seed)
    columns = {name: _evenly(values, count, draw) for name, values in FACTORS.items()}
    more = _evenly(FACTORS["junk"], count, draw)
    columns["junk"] = [tuple(sorted({*one, *two})) for one, two in zip(columns["junk"], more, strict=True)]
    return [Packaging(*row) for row in zip(*columns.values(), strict=True)]


def _evenly(values: Sequence[Any], count: int, draw: random.Random) -> list[Any]:
    order = draw.sample(values, len(values))
    return draw.sample([order[n % len(order)] for n in range(count)], count)

"""Where runs are kept, and which of them are finished: a record (JSON), weights and small arrays (.npz) for each."""

import ast
import hashlib
import io
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import reference
from grader.core.files import write_atomically

from .plan import Run

SCHEMA = 1
LATER = (("slow_epochs", 0),)  # settings that came later, so that runs without them keep their keys
MOVED = ("from grader.autoencoders import mnist_subset", "import mnist_subset")  # and so do older runs
DIGITS = 6  # significant ones of a number in a record
REFERENCE = Path(reference.__file__).parent
MEASURING = ("bounds.py", "classes.py", "measuring.py", "noise.py", "posterior.py", "spectrum.py")


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run."""

    folder: Path

    @property
    def record(self) -> dict[str, Any]:
        """What is kept of the run, empty where nothing is."""
        path = self.folder / "record.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def write_record(self, record: dict[str, Any]) -> None:
        """Keep the record; numbers are rounded."""
        write_atomically(self.folder / "record.json", as_json(record))

    def write_arrays(self, name: str, arrays: dict[str, np.ndarray]) -> None:
        """Keep arrays in one file."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        write_atomically(self.folder / f"{name}.npz", buffer.getvalue())

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """Arrays that were kept. Raises FileNotFoundError."""
        with np.load(self.folder / f"{name}.npz", allow_pickle=False) as found:
            return dict(found)

    def has(self, name: str) -> bool:
        """Whether arrays of this name were kept."""
        return (self.folder / f"{name}.npz").is_file()


def as_json(record: dict[str, Any]) -> bytes:
    """A record as text with rounded numbers, one line an entry."""
    return (json.dumps(rounded(record), indent=1, sort_keys=True) + "\n").encode()


def rounded(value: Any) -> Any:
    """Numbers with six significant digits, NumPy's as Python's, inside dictionaries and lists."""
    if isinstance(value, dict):
        return {str(key): rounded(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim):
        return [rounded(entry) for entry in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.{DIGITS}g}")
    return value.item() if hasattr(value, "item") else value


def training_key(run: Run) -> str:
    """Changes with the settings of a run and with the code of the reference that it trains."""
    settings = {name: value for name, value in asdict(run).items() if (name, value) not in LATER}
    known = json.dumps([SCHEMA, settings, digest_of_reference(run.part)])
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def measuring_key(run: Run, quick: bool) -> str:
    """Changes with the training, with the code that measures, and with how many digits are measured."""
    return hashlib.sha256(f"{training_key(run)} {quick} {MEASURES}".encode()).hexdigest()[:16]


@cache
def digest_of_reference(part: str) -> str:
    """A digest of the code, comments aside, of a part's module and of the reference's modules that it imports."""
    wanted, found = [part, "data"], {}
    while wanted:
        name = wanted.pop()
        if name not in found and name != "plotting":
            found[name] = code_of(REFERENCE / f"{name}.py").replace(*MOVED)
            wanted += imports_of(REFERENCE / f"{name}.py")
    return hashlib.sha256("\n".join(found[name] for name in sorted(found)).encode()).hexdigest()


def code_of(path: Path) -> str:
    """The definitions of a module without comments, docstrings and what runs only when it is started."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return "\n".join(ast.unparse(node) for node in tree.body if not isinstance(node, ast.If))


def imports_of(path: Path) -> list[str]:
    """Names of the sibling modules that a module imports at its top."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module]


MEASURES = "".join(code_of(Path(__file__).parent / name) for name in MEASURING)  # as imported, whatever is edited later
LAB_TEXT_KEY = hashlib.sha256(code_of(Path(__file__).parent / "lab_text.py").encode()).hexdigest()[:16]

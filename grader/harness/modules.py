"""A submission's definitions, part by part: a package of modules, the cells of a notebook, or a live namespace."""

import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from .guard import FILE_PREFIX, SubmissionError, submission_code

PACKAGE = "submission"


class Definitions(Protocol):
    """Where the harness finds a part's public names."""

    def load(self, part: str) -> None:
        """Make the part's names available; raises SubmissionError when its code cannot be imported."""

    def find(self, part: str, name: str) -> Any:
        """The public name; raises SubmissionError, saying what is missing and where, when there is none."""


def _missing(name: str, where: str, names: Sequence[str]) -> SubmissionError:
    return SubmissionError({"kind": "missing", "name": name, "where": where, "present": sorted(names)[:20]})


class Modules:
    """A folder of modules, imported from memory as one package."""

    def __init__(self, sources: Sequence[tuple[str, str]]):
        self._finder = _SourceFinder(dict(sources))
        sys.meta_path.insert(0, self._finder)

    def load(self, part: str) -> None:
        """Import the module of `part`."""
        if f"{part}.py" not in self._finder.sources:
            raise SubmissionError({"kind": "missing_module", "name": f"{part}.py"})
        with submission_code(f"importing {part}.py"):
            importlib.import_module(f"{PACKAGE}.{part}")

    def find(self, part: str, name: str) -> Any:
        """The attribute `name` of the part's module."""
        self.load(part)
        names = vars(sys.modules[f"{PACKAGE}.{part}"])
        if name not in names:
            raise _missing(name, f"{part}.py", [n for n in names if not n.startswith("_")])
        return names[name]


class _SourceFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds `submission.<module>` among source texts, and `<module>` where a student left out the leading dot."""

    def __init__(self, sources: Mapping[str, str]):
        self.sources = sources

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        file = self._file_of(name)
        if file is None:
            return None
        spec = importlib.util.spec_from_loader(name, self, origin=FILE_PREFIX + file, is_package=self.is_package(name))
        if spec is not None:
            spec.has_location = file != ""
        return spec

    def _file_of(self, name: str) -> str | None:
        """The file that holds module `name`; '' for a package without an __init__.py."""
        package, _, rest = name.partition(".")
        if package != PACKAGE:
            return None
        path = rest.replace(".", "/")
        candidates = [f"{path}.py", f"{path}/__init__.py"] if rest else ["__init__.py"]
        for candidate in candidates:
            if candidate in self.sources:
                return candidate
        is_folder = not rest or any(file.startswith(path + "/") for file in self.sources)
        return "" if is_folder else None

    def is_package(self, name: str) -> bool:
        file = self._file_of(name)
        return file is not None and (file == "" or file.endswith("__init__.py"))

    def get_source(self, name: str) -> str:
        return self.sources.get(self._file_of(name) or "", "")

    def exec_module(self, module: types.ModuleType) -> None:
        file, source = FILE_PREFIX + (self._file_of(module.__name__) or ""), self.get_source(module.__name__)
        remember_lines(file, source)
        exec(compile(source, file, "exec", dont_inherit=True), module.__dict__)


class AbsoluteNames(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """`from autoencoder import …` means `from .autoencoder import …` where nothing else is called that."""

    def __init__(self, sources: Sequence[str]):
        self._names = {file.removesuffix(".py") for file in sources if "/" not in file}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Asked last of all finders, so that nothing that is installed is shadowed."""
        return importlib.util.spec_from_loader(name, self) if name in self._names else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """The very module of the package, not a second copy."""
        return importlib.import_module(f"{PACKAGE}.{spec.name}")

    def exec_module(self, module: types.ModuleType) -> None:
        """It has run already."""


class Cells:
    """The cells of a notebook, run once, in order, in one namespace."""

    def __init__(self, sources: Sequence[tuple[str, str]], notes: Sequence[str] = ()):
        self._sources, self._notes = sources, notes
        self._module: types.ModuleType | None = None
        self._failure: SubmissionError | None = None

    def load(self, part: str) -> None:
        """Run the cells, the first time."""
        if self._module is None:
            self._module = sys.modules[f"{PACKAGE}"] = types.ModuleType(PACKAGE)
            for name, source in self._sources:
                self._run(name, source)

    def _run(self, name: str, source: str) -> None:
        """A cell that fails is remembered, and the next one runs, as it would in a notebook."""
        assert self._module is not None
        remember_lines(FILE_PREFIX + name, source)
        try:
            with submission_code(f"running {name}"):
                exec(compile(source, FILE_PREFIX + name, "exec", dont_inherit=True), self._module.__dict__)
        except SubmissionError as error:
            self._failure = self._failure or error

    def find(self, part: str, name: str) -> Any:
        """A name of the notebook; where it is missing, the first cell that failed is the likely cause."""
        self.load(part)
        names = vars(self._module)
        if name not in names:
            if self._failure is not None:
                raise self._failure
            missing = _missing(name, "the notebook", [n for n in names if not n.startswith("_")])
            missing.detail["notes"] = list(self._notes)[:3]
            raise missing
        return names[name]


class LiveNamespace:
    """The names of a running notebook: what the student defined is what is checked."""

    def __init__(self, names: Mapping[str, Any]):
        self._names = names

    def load(self, part: str) -> None:
        """Nothing to do: the cells have run."""

    def find(self, part: str, name: str) -> Any:
        """A name of the notebook."""
        if name not in self._names:
            raise _missing(name, "this notebook", [n for n in self._names if not n.startswith("_")])
        return self._names[name]


def remember_lines(file: str, source: str) -> None:
    """Let tracebacks and `inspect.getsource` (which tf.function uses) see the text of code that has no file."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)

"""A submission's definitions, part by part: a package of modules, the cells of a notebook, or a live namespace."""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from .blame import causes, missing, told
from .guard import FILE_PREFIX, SubmissionError, submission_code
from .shell import ZMQInteractiveShell, names_of_a_kernel
from .statements import Scope, Statements, remember_lines

PACKAGE = "submission"
NOTEBOOK = "Your notebook"


class Definitions(Protocol):
    """Where the harness finds a part's public names. statements: how its code was run, and what failed."""

    statements: Statements

    def load(self, part: str) -> None:
        """Make the part's names available; raises SubmissionError when its code cannot be imported."""

    def find(self, part: str, name: str) -> Any:
        """The public name; raises SubmissionError, saying what is missing and why, when there is none."""


def explained(failure: SubmissionError, failures: Statements) -> SubmissionError:
    """A failure for the want of a name, with the statement that should have given the name a value."""
    error = failure.__cause__
    chain = causes(error.name, failures.failures) if isinstance(error, NameError) and error.name else []
    return SubmissionError(failure.detail | told(chain[-1])) if chain else failure


class Modules:
    """A folder of modules, imported from memory as one package."""

    def __init__(self, sources: Sequence[tuple[str, str]], statements: Statements | None = None):
        self.statements = statements or Statements()
        self._finder = SourceFinder(dict(sources), self.statements, PACKAGE)
        sys.meta_path.insert(0, self._finder)
        sys.modules.pop(PACKAGE, None)  # a notebook that was checked in this process is no package

    def load(self, part: str) -> None:
        """Import the module of `part`."""
        if f"{part}.py" not in self._finder.sources:
            raise SubmissionError({"kind": "missing_module", "name": f"{part}.py"})
        with submission_code(f"importing {part}.py"), without_selfcheck():
            importlib.import_module(f"{PACKAGE}.{part}")

    def find(self, part: str, name: str) -> Any:
        """The attribute `name` of the part's module."""
        self.load(part)
        names = vars(sys.modules[f"{PACKAGE}.{part}"])
        if name not in names:
            raise SubmissionError(missing(name, part, f"{part}.py", names, self.statements.failures))
        return names[name]


class SourceFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds modules among source texts: `<package>.<module>`, or `<module>` where the package is ""."""

    def __init__(self, sources: Mapping[str, str], statements: Statements, package: str):
        self.sources = dict(sources)
        self._statements = statements
        self._package = package

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Asked for every import that nothing before it knows."""
        file = self._file_of(name)
        if file is None:
            return None
        spec = importlib.util.spec_from_loader(name, self, origin=FILE_PREFIX + file, is_package=self.is_package(name))
        if spec is not None:
            spec.has_location = file != ""
        return spec

    def _file_of(self, name: str) -> str | None:
        """The file that holds module `name`; '' for a package without an __init__.py."""
        package, _, rest = name.partition(".") if self._package else ("", "", name)
        if package != self._package:
            return None
        path = rest.replace(".", "/")
        candidates = [f"{path}.py", f"{path}/__init__.py"] if rest else ["__init__.py"]
        for candidate in candidates:
            if candidate in self.sources:
                return candidate
        is_folder = not rest or any(file.startswith(path + "/") for file in self.sources)
        return "" if is_folder else None

    def is_package(self, name: str) -> bool:
        """Whether it is a folder, with or without an __init__.py."""
        file = self._file_of(name)
        return file is not None and (file == "" or file.endswith("__init__.py"))

    def get_source(self, name: str) -> str:
        """The text of a module."""
        return self.sources.get(self._file_of(name) or "", "")

    def exec_module(self, module: types.ModuleType) -> None:
        """Run it statement by statement: one that fails takes no definition along. Raises SyntaxError."""
        file, source = self._file_of(module.__name__) or "", self.get_source(module.__name__)
        remember_lines(FILE_PREFIX + file, source)
        body = ast.parse(source, FILE_PREFIX + file).body
        self._statements.run_all(file, body, Scope(module.__dict__))


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
    """The cells of a notebook, run once, in order, in one namespace, and modules beside it, whose names end in .py."""

    def __init__(self, sources: Sequence[tuple[str, str]], statements: Statements | None = None):
        self.statements = statements or Statements()
        beside = {name: text for name, text in sources if name.endswith(".py")}
        self._sources: Sequence[tuple[str, str]] | None = [each for each in sources if each[0] not in beside]
        self.module = sys.modules[PACKAGE] = types.ModuleType("__main__")
        self._finder = SourceFinder(beside, self.statements, "")
        sys.meta_path.insert(0, self._finder)
        shell = ZMQInteractiveShell(vars(self.module), self.statements.say, self._finder.sources.__setitem__)
        self._given = names_of_a_kernel(shell)
        vars(self.module).update(self._given)

    def load(self, part: str) -> None:
        """Run the cells, the first time."""
        sources, self._sources = self._sources, None
        scope = Scope(vars(self.module))
        with without_selfcheck():
            for name, source in sources or ():
                self.statements.run(name, source, scope)

    def find(self, part: str, name: str) -> Any:
        """A name of the notebook."""
        self.load(part)
        names = vars(self.module)
        if name not in names:
            raise SubmissionError(missing(name, part, NOTEBOOK, names.keys() - self._given, self.statements.failures))
        return names[name]


class LiveNamespace:
    """The names of a running notebook: what the student defined is what is checked."""

    def __init__(self, names: Mapping[str, Any]):
        self.statements = Statements()
        self._names = names

    def load(self, part: str) -> None:
        """Nothing to do: the cells have run."""

    def find(self, part: str, name: str) -> Any:
        """A name of the notebook."""
        if name not in self._names:
            raise SubmissionError(missing(name, part, NOTEBOOK, self._names, ()))
        return self._names[name]


def no_check(*_: str) -> float:
    """The self-check that submissions find: nothing is checked, and no points are earned."""
    return 0.0


@contextmanager
def without_selfcheck() -> Iterator[None]:
    """Within the block, `from grader import check` finds one that does nothing."""
    grader = vars(sys.modules[__name__.partition(".")[0]])
    before = grader.get("check")
    grader["check"] = no_check
    try:
        yield
    finally:
        del grader["check"]
        if before is not None:
            grader["check"] = before

"""Checks of a course's own: modules beside its course.toml, which run in the process that decides."""

import sys
import traceback
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from ..core.registry import Check, CheckFunction, Measurement, Registry
from ..core.text import one_line
from ..core.thresholds import Threshold
from .reading import CourseError

PACKAGE = "own_checks"  # the name that the modules are loaded under
_declaring: ContextVar[Registry | None] = ContextVar("declaring", default=None)


def check(
    part: str,
    points: int | float,
    needs: Iterable[CheckFunction] = (),
    thresholds: Iterable[Threshold] = (),
    trained: Measurement | None = None,
) -> Callable[[CheckFunction], CheckFunction]:
    """Declare a check of the course's own, as `Registry.check` does; it may need checks of the lab.

    Raises RuntimeError outside of a module that a course.toml names.
    """
    registry = _declaring.get()
    if registry is None:
        raise RuntimeError("@check declares checks in the modules that a course.toml names under [own]")
    return registry.check(part, points, needs, thresholds, trained)


@dataclass(frozen=True)
class OwnChecks:
    """What the modules declare, and their texts by the path that a fingerprint knows them by."""

    checks: tuple[Check, ...]
    texts: dict[str, str]


def load_checks(files: Iterable[Path], known: Iterable[Check]) -> OwnChecks:
    """Run the modules in their order. Raises CourseError with file and line for whatever one of them raises."""
    registry, texts = Registry(known), {}
    token = _declaring.set(registry)
    try:
        for path in files:
            text = path.read_text(encoding="utf-8")
            texts[f"{PACKAGE}/{path.name}"] = text
            _run(path, text)
    finally:
        _declaring.reset(token)
    return OwnChecks(tuple(registry), texts)


def _run(path: Path, text: str) -> None:
    module = ModuleType(f"{PACKAGE}.{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # where dataclasses look for it
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)  # noqa: S102 - the instructor's own, as any package is
    except SyntaxError as problem:
        raise CourseError(f"{path}, line {problem.lineno}: {problem.msg}") from problem
    except Exception as problem:
        lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == str(path)]
        where = f"{path}, line {lines[-1]}" if lines else str(path)
        raise CourseError(f"{where}: {type(problem).__name__}: {one_line(str(problem), 400)}") from problem

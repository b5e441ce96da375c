"""TensorFlow with Keras 2, and a submission's package that is gone after a test."""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from grader.harness.modules import PACKAGE, AbsoluteNames, Modules
from grader.selfcheck.notebook import require_keras_2


@pytest.fixture(scope="session")
def tf() -> Any:
    """TensorFlow, as the lab uses it."""
    require_keras_2()
    import tensorflow

    return tensorflow


@pytest.fixture
def modules_of() -> Iterator[Callable[[Mapping[str, str]], Modules]]:
    """Makes a submission of source texts; its modules and its finders are gone after the test."""
    finders, modules = list(sys.meta_path), set(sys.modules)

    def make(sources: Mapping[str, str]) -> Modules:
        made = Modules(list(sources.items()))
        sys.meta_path.append(AbsoluteNames(list(sources)))
        return made

    yield make
    sys.meta_path[:] = finders
    for name in set(sys.modules) - modules:  # the package's own names, and the names without the dot
        if getattr(sys.modules[name], "__name__", "").partition(".")[0] == PACKAGE:
            del sys.modules[name]

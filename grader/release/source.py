"""Where the reference solution lies, and which modules make up the lab."""

from importlib.util import find_spec
from pathlib import Path

from ..core.registry import PARTS

MODULES = ("data", "plotting", *PARTS[1:])  # `plotting` is given: it has no task, and the parts after it draw with it


def reference_folder() -> Path:
    """The folder of the package `reference`, found without importing it (it would import TensorFlow).

    Raises FileNotFoundError where the reference solution is not installed, as on a student's machine.
    """
    spec = find_spec("reference")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package `reference` is not installed here: release from the instructors' checkout")
    return Path(next(iter(spec.submodule_search_locations)))


def has_reference() -> bool:
    """Whether the reference solution is installed here; it is not where students check themselves."""
    return find_spec("reference") is not None


def module_sources(reference: Path) -> dict[str, str]:
    """Text of each module of the lab that is in the folder `reference`, by file name, in the order of the lab."""
    paths = (reference / f"{name}.py" for name in MODULES)
    return {path.name: path.read_text(encoding="utf-8") for path in paths if path.exists()}

"""The stand-in for IPython in a grade: commands do nothing, and those that matter are said."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

NO_COMMANDS = "a command for a shell; none runs in a grade"
OTHER_LANGUAGE = "a cell for `%%{name}`; only Python runs in a grade"


class Lines(list[str]):
    """What a kernel gives for the output of a command: a list of lines, and the same as one text."""

    @property
    def n(self) -> str:
        """Joined by line feeds."""
        return "\n".join(self)

    @property
    def s(self) -> str:
        """Joined by spaces."""
        return " ".join(self)

    l = property(list)  # noqa: E741 - as in IPython


class Captured:
    """What `%%capture` keeps: nothing."""

    stdout = stderr = ""
    outputs = ()

    def __call__(self) -> None:
        """Show it."""


class ZMQInteractiveShell:
    """Named as the kernel's own, because notebooks ask for the name. What is not here does nothing.

    says: is told what was left out. wrote: is told of a module that a cell writes.
    """

    def __init__(self, names: dict[str, Any], says: Callable[[str], None], wrote: Callable[[str, str], None]):
        self.user_ns, self._says, self._wrote = names, says, wrote

    def system(self, command: str) -> None:
        """`!command`."""
        self._says(NO_COMMANDS)

    def getoutput(self, command: str, *_: object, **__: object) -> Lines:
        """`lines = !command`."""
        self._says(NO_COMMANDS)
        return Lines()

    def captured(self) -> Captured:
        """What `%%capture name` binds."""
        return Captured()

    def run_line_magic(self, name: str, line: str, **_: object) -> Any:
        """`%name line`."""
        if name == "run":
            self._says("another notebook or program is not there in a grade")
        variable, equals, value = line.partition("=")
        if name in ("env", "set_env") and equals:
            os.environ[variable.strip()] = value.strip()
        return Lines() if name in ("sx", "system") else None

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """`%%name line` with the rest of its cell."""
        if name in ("writefile", "file"):
            self._write(line.split(), cell)
        elif name != "timeit":
            self._says(OTHER_LANGUAGE.format(name=name[:40]))

    def _write(self, words: list[str], text: str) -> None:
        """A file in the working folder. Raises ValueError for a name that leads out of it, and OSError."""
        path = PurePosixPath(words[-1] if words else "")
        if not path.name or path.is_absolute() or ".." in path.parts:
            raise ValueError(f"{path} leads out of the working folder")
        file = Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text(encoding="utf-8") if "-a" in words and file.exists() else ""
        file.write_text(before + text, encoding="utf-8")
        if path.suffix == ".py":
            self._wrote(path.as_posix(), before + text)

    def __getattr__(self, name: str) -> Any:
        """Everything else: settings that can be read, and methods that can be called."""
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing


def names_of_a_kernel(shell: ZMQInteractiveShell) -> Mapping[str, Any]:
    """The names that are there before the first cell."""
    return {"get_ipython": lambda: shell, "display": _nothing}


def _nothing(*_: object, **__: object) -> None:
    """Do nothing, with any arguments."""

"""Where the log of a command goes: warnings and tracebacks into a file, with -v also what is being done, on stderr."""

import logging
import os
import platform
import re
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..core.text import printable
from ..core.versions import grader_version

FILE_NAME = "aelab.log"
ROOT = logging.getLogger("grader")
FORMAT = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
LONGEST_ENTRY = 200_000  # characters, of a traceback too
_PASSWORD = re.compile(r"(\w://[^\s:@/]*:)\S*@")


def state_folder() -> Path:
    """The user's folder for what programs leave behind. Raises RuntimeError for a user without a home."""
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "autoencoder-lab"


class LogFile(logging.Handler):
    """Appends warnings and what is worse to `folder`/aelab.log, which is made for the first of them.

    The file is opened for each entry, so that a folder that was removed meanwhile is made again. An entry that cannot
    be written goes to stderr.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(FORMAT)
        self.folder: Path | None = None  # the state folder without one
        self.written: Path | None = None  # where the last entry is
        self._headed: set[Path] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Append the entry, without passwords and without what could steer a terminal."""
        text = _harmless(self.format(record))
        try:
            self.written = self._append(text)
        except (OSError, RuntimeError) as problem:
            self.written = None
            print(f"{text}\n(no log could be written: {_harmless(str(problem))})", file=sys.stderr)

    def _append(self, text: str) -> Path:
        path = (self.folder or state_folder()) / FILE_NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text + "\n" if path in self._headed else f"{_heading()}\n{text}\n")
        self._headed.add(path)
        return path


class Spoken(logging.Handler):
    """Shows entries on stderr, whatever that is by then: a live display puts itself in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        """One entry."""
        print(_harmless(self.format(record)), file=sys.stderr)


def _heading() -> str:
    here = f"aelab {grader_version()}, Python {platform.python_version()}, {platform.platform()}"
    return f"\n{time.strftime('%Y-%m-%d %H:%M:%S %z')} {here}\n$ {_harmless(shlex.join(sys.argv))}"


def _harmless(text: str) -> str:
    return printable(_PASSWORD.sub(r"\1***@", text), LONGEST_ENTRY)


@contextmanager
def logging_to(file: LogFile) -> Iterator[None]:
    """Meanwhile the grader's log goes to the file and nowhere else; `speak` may add to that."""
    before = ROOT.handlers[:], ROOT.level, ROOT.propagate
    ROOT.handlers[:], ROOT.propagate = [file], False
    try:
        yield
    finally:
        ROOT.handlers[:], level, ROOT.propagate = before
        ROOT.setLevel(level)


def speak(verbosity: int) -> None:
    """Show the log on stderr: what is being done from 1 on, and all of it from 2 on."""
    if verbosity:
        spoken = Spoken()
        spoken.setFormatter(FORMAT)
        ROOT.addHandler(spoken)
        ROOT.setLevel(logging.INFO if verbosity == 1 else logging.DEBUG)

"""The channel of a self-check, whose harness runs in this process. Nothing is protected here."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..harness.guard import SubmissionError
from ..harness.modules import Definitions
from ..harness.operations import Harness
from ..protocol.messages import Reply, Request


class LocalChannel:
    """Performs requests in this process. What the submission prints is discarded: only results are shown."""

    isolation = "self-check"

    def __init__(self, definitions: Definitions):
        self._definitions = definitions
        self._fresh: list[LocalChannel] = []
        self._scratch = tempfile.TemporaryDirectory(prefix="aelab-")
        self._harness = Harness(definitions, Path(self._scratch.name))

    def request(self, request: Request) -> tuple[Reply | None, dict[str, Any] | None]:
        """Perform one request, inside the scratch folder."""
        with quiet(), working_folder(self._scratch.name):
            try:
                return self._harness.perform(request), None
            except SubmissionError as error:
                return None, error.detail

    def fresh(self) -> "LocalChannel":
        """Another harness. It shares this process, so it reveals mistakes but no deliberate cheating."""
        self._fresh.append(LocalChannel(self._definitions))
        return self._fresh[-1]

    def close(self) -> None:
        """Remove the scratch folders."""
        for channel in self._fresh:
            channel.close()
        self._scratch.cleanup()


@contextmanager
def working_folder(folder: str) -> Iterator[None]:
    """Make `folder` the working folder within the block: models keep checkpoints in relative folders."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def quiet() -> Iterator[None]:
    """Discard stdout and stderr, also of native code: nbgrader gives no points to a cell that writes to stderr."""
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [(descriptor, os.dup(descriptor)) for descriptor in (1, 2)]
    streams = sys.stdout, sys.stderr
    with Path(os.devnull).open("w") as nowhere:
        for descriptor, _ in saved:
            os.dup2(nowhere.fileno(), descriptor)
        sys.stdout = sys.stderr = nowhere
        try:
            yield
        finally:
            sys.stdout, sys.stderr = streams
            for descriptor, copy in saved:
                os.dup2(copy, descriptor)
                os.close(copy)

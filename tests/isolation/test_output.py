"""What a submission prints is read to the end and kept up to a limit; the grader does not wait for it."""

import os
import threading
from pathlib import Path

import pytest

from grader.isolation.output import Output


def open_descriptors() -> set[str]:
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


def written(output: Output, *texts: bytes) -> None:
    for end, text in zip(output.writing_ends, texts, strict=True):
        with os.fdopen(os.dup(end), "wb") as pipe:
            pipe.write(text)


def test_the_streams_are_kept_apart() -> None:
    """Each stream comes back as it was written."""
    output = Output(1000)
    written(output, b"to stdout", b"to stderr")
    output.close_writing_ends()
    assert output.texts() == ("to stdout", "to stderr")


def test_the_beginning_is_kept() -> None:
    """A thousand of ten million bytes are kept. The writer does not wait, and the other stream has its own share."""
    output = Output(1000)
    text = b"begin" + b"x" * 10_000_000
    writing = threading.Thread(target=written, args=(output, text, b"short"), daemon=True)
    writing.start()
    writing.join(timeout=20)
    assert not writing.is_alive()
    output.close_writing_ends()
    assert output.texts() == (text[:1000].decode(), "short")


def test_bytes_that_are_no_text_are_shown() -> None:
    """Bytes that are no UTF-8, and half a character at the cut, become replacement characters."""
    output = Output(5)
    written(output, b"a\xff\x00b", "abcd\u20ac".encode())
    output.close_writing_ends()
    assert output.texts() == ("a\ufffd\x00b", "abcd\ufffd")


def test_nothing_stays_open() -> None:
    """Both pipes are closed once the writers are gone."""
    before = open_descriptors()
    output = Output(1000)
    assert len(open_descriptors() - before) >= 4
    output.close_writing_ends()
    output.texts()
    assert open_descriptors() <= before


def test_a_writer_that_stays_does_not_block_the_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grader waits a while for a process that still has the pipe, and keeps what came by then."""
    monkeypatch.setattr("grader.isolation.output.JOIN_SECONDS", 0.5)
    output = Output(1000)
    kept = os.dup(output.writing_ends[0])
    written(output, b"early", b"")
    output.close_writing_ends()
    assert output.texts() == ("early", "")
    os.close(kept)

"""What a submission prints is read to the end, kept to a limit, and never waited for."""

import os
import threading
import time
from pathlib import Path

from grader.isolation.output import Output


def open_descriptors() -> set[str]:
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


def written(output: Output, *texts: bytes) -> None:
    for end, text in zip(output.writing_ends, texts, strict=True):
        with os.fdopen(os.dup(end), "wb") as pipe:
            pipe.write(text)


def test_the_streams_are_kept_apart() -> None:
    """Each comes back as it was written."""
    output = Output(1000)
    written(output, b"to stdout", b"to stderr")
    output.close_writing_ends()
    assert output.texts() == ("to stdout", "to stderr")


def test_the_beginning_is_kept() -> None:
    """Of ten megabytes, a thousand bytes; the writer is not held up, and the other stream keeps its own share."""
    output = Output(1000)
    text = b"begin" + b"x" * 10_000_000
    writing = threading.Thread(target=written, args=(output, text, b"short"), daemon=True)
    writing.start()
    writing.join(timeout=20)
    assert not writing.is_alive()
    output.close_writing_ends()
    assert output.texts() == (text[:1000].decode(), "short")


def test_what_is_no_text_is_shown_all_the_same() -> None:
    """Bytes that are no UTF-8, and half a character at the cut, are replaced."""
    output = Output(5)
    written(output, b"a\xff\x00b", "abcd\u20ac".encode())
    output.close_writing_ends()
    assert output.texts() == ("a\ufffd\x00b", "abcd\ufffd")


def test_nothing_stays_open() -> None:
    """Both pipes are closed when the writers are gone."""
    before = open_descriptors()
    output = Output(1000)
    assert len(open_descriptors() - before) >= 4
    output.close_writing_ends()
    output.texts()
    assert open_descriptors() <= before


def test_a_writer_that_stays_does_not_hold_up_the_grader() -> None:
    """A process that got away with the pipe is waited for a few seconds; what came by then is kept."""
    output = Output(1000)
    kept = os.dup(output.writing_ends[0])
    written(output, b"early", b"")
    output.close_writing_ends()
    started = time.monotonic()
    assert output.texts() == ("early", "")
    assert time.monotonic() - started < 15
    os.close(kept)

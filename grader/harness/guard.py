"""Telling a submission's exceptions from the grader's own."""

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..core.stubs import ANY_STUB
from .said import LOOKED_AT, plain, traced_place

TASK = re.compile(rf"(?:{ANY_STUB})([\w., ]+)")  # TensorFlow wraps the text in a traceback of its own
LONGEST = 600  # characters of a text
FILE_PREFIX = "submission:"  # file names of submission code start with this, so that frames can be told apart


class SubmissionError(Exception):
    """Raised in place of anything a submission raised. `detail` is what the deciding process is told."""

    def __init__(self, detail: dict[str, Any]):
        super().__init__(detail.get("message", ""))
        self.detail = detail


@contextmanager
def submission_code(doing: str) -> Iterator[None]:
    """Everything raised inside is the submission's doing; `doing` says what it was asked for."""
    try:
        yield
    except SubmissionError:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise SubmissionError(describe(error, doing)) from error


def describe(error: BaseException, doing: str) -> dict[str, Any]:
    """An exception as plain text: kind, type, message, where, and its own text where the message leaves some out."""
    text = _text_of(error)
    if isinstance(error, NotImplementedError) and (task := TASK.search(text)):
        return {"kind": "stub", "message": task[1][:200]}
    message = plain(text)
    return {
        "kind": "raised",
        "doing": doing,
        "type": type(error).__name__[:80],
        "message": message[:LONGEST],
        "where": _where(error) or traced_place(text, FILE_PREFIX),
    } | ({"original": text[:LONGEST]} if message != text.strip() else {})


def _text_of(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return str(error.msg)
    try:
        return str.__getitem__(str(error), slice(LOOKED_AT))
    except Exception:  # a submission's exception class may fail to print itself
        return "(the exception has no readable text)"


def _where(error: BaseException) -> str:
    """File and line of the innermost frame in the submission, '' if there is none."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename.removeprefix(FILE_PREFIX)}, line {error.lineno}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(FILE_PREFIX)]
    return f"{frames[-1].filename.removeprefix(FILE_PREFIX)}, line {frames[-1].lineno}" if frames else ""

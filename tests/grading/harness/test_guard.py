"""Whatever a submission raises becomes a plain description; what the grader raises does not."""

import json

import pytest

from grader.core.stubs import STUB_MARKER
from grader.harness.guard import FILE_PREFIX, SubmissionError, describe, submission_code


def raised_by(source: str, name: str = "vae.py") -> BaseException:
    """What the source raises, with frames as a submission's module has them."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - anything may be raised there
        exec(compile(source, FILE_PREFIX + name, "exec"), {})
    return caught.value


def test_type_message_and_place_are_told() -> None:
    """The innermost frame of the submission, not of the library it called into."""
    detail = describe(raised_by("import json\n\ndef f():\n    json.loads('{')\n\nf()\n"), "calling f")
    assert (detail["kind"], detail["type"], detail["doing"]) == ("raised", "JSONDecodeError", "calling f")
    assert detail["where"] == "vae.py, line 4"
    assert "property name" in detail["message"]


def test_an_exception_from_outside_has_no_place() -> None:
    """A constructor that Python itself refuses to call, for one."""
    assert describe(TypeError("missing argument"), "making A()")["where"] == ""


def test_a_syntax_error_has_the_file_and_line_of_the_text() -> None:
    """Not of the frame that compiled it."""
    detail = describe(raised_by("x = 1\ndef f(:\n"), "importing vae.py")
    assert detail["where"] == "vae.py, line 2"
    assert "(" not in detail["message"].removeprefix("invalid syntax")


@pytest.mark.parametrize(
    "raised",
    [
        f"NotImplementedError('{STUB_MARKER}Autoencoder.encode')",
        f"NotImplementedError('in user code:\\n\\n    NotImplementedError: {STUB_MARKER}Autoencoder.encode\\n')",
    ],
    ids=["as it was raised", "as TensorFlow hands it on"],
)
def test_an_untouched_stub_is_known_by_its_text(raised: str) -> None:
    """The task's name is found, also in the traceback that TensorFlow wraps around it."""
    assert describe(raised_by(f"raise {raised}"), "x") == {"kind": "stub", "message": "Autoencoder.encode"}


@pytest.mark.parametrize("raised", ["NotImplementedError('no gradient')", f"ValueError('{STUB_MARKER}f')"])
def test_nothing_else_is_a_stub(raised: str) -> None:
    """Keras raises NotImplementedError itself, and the text alone proves nothing."""
    assert describe(raised_by(f"raise {raised}"), "x")["kind"] == "raised"


HOSTILE = """
class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")
raise Unprintable
"""


@pytest.mark.parametrize(
    "source",
    [
        HOSTILE,
        "raise ValueError('x' * 10_000_000)",
        "raise type('N' * 100_000, (Exception,), {})",
        "raise SystemExit(1)",
        "raise GeneratorExit",
        "raise ExceptionGroup('several', [ValueError(1), TypeError(2)])",
        "raise ValueError(b'\\xff', object())",
        "def f(): f()\nf()",
    ],
)
def test_any_exception_becomes_a_short_plain_description(source: str) -> None:
    """Texts alone, of bounded length: it fits a frame whatever was raised."""
    detail = describe(raised_by(source), "calling f")
    assert detail["kind"] == "raised"
    assert len(json.dumps(detail)) < 6_000
    assert all(type(value) is str for value in detail.values())


def test_exits_are_the_submission_s_doing() -> None:
    """sys.exit in a submission does not end the process that serves it."""
    with pytest.raises(SubmissionError) as caught, submission_code("calling f"):
        raise SystemExit(3)
    assert caught.value.detail["type"] == "SystemExit"


def test_an_interruption_by_the_user_is_not() -> None:
    """Control-C ends a self-check."""
    with pytest.raises(KeyboardInterrupt), submission_code("calling f"):
        raise KeyboardInterrupt


def test_what_was_described_already_is_not_described_again() -> None:
    """The innermost description is the exact one."""
    inner = SubmissionError({"kind": "shape", "what": "encode"})
    with pytest.raises(SubmissionError) as caught, submission_code("outer"), submission_code("inner"):
        raise inner
    assert caught.value is inner

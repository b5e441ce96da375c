"""Limits from the command line: names and numbers, or one clear line."""

from dataclasses import fields

import pytest

from grader.core.limits import LimitError, Limits, limits_of


def test_without_assignments_the_defaults_hold() -> None:
    """A minute per import, call and sleep, five per part, 4 GiB, 256 processes, 320 MiB of files, 1 MiB of text."""
    limits = limits_of(())
    assert limits == Limits()
    assert (limits.import_seconds, limits.call_seconds, limits.part_seconds, limits.sleep_seconds) == (60, 60, 300, 60)
    assert (limits.resident_mib, limits.processes) == (4096, 256)
    assert (limits.scratch_mib, limits.file_mib, limits.output_mib) == (256, 64, 1)


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_every_limit_can_be_set(name: str) -> None:
    """Each alone, the others as they were; whole numbers stay whole."""
    limits = limits_of([f"{name}=7"])
    assert getattr(limits, name) == 7
    assert type(getattr(limits, name)) is type(getattr(Limits(), name))
    assert [f.name for f in fields(Limits) if getattr(limits, f.name) != getattr(Limits(), f.name)] == [name]


def test_several_limits_and_the_last_word() -> None:
    """All of them count; of two for one limit, the later."""
    assert limits_of(["call_seconds=1.5", "processes=9", "call_seconds=2"]) == Limits(call_seconds=2.0, processes=9)


WRONG = [
    ("calls=1", "there is no limit 'calls'; there are import_seconds, call_seconds"),
    ("=1", "there is no limit ''"),
    ("call_seconds", "call_seconds must be a number, got ''"),
    ("call_seconds=", "call_seconds must be a number, got ''"),
    ("call_seconds=soon", "call_seconds must be a number, got 'soon'"),
    ("call_seconds=1=2", "call_seconds must be a number, got '1=2'"),
    ("processes=1.5", "processes must be a number, got '1.5'"),
    ("call_seconds=0", "call_seconds must be above 0, got 0"),
    ("processes=-1", "processes must be above 0, got -1"),
    ("call_seconds=nan", "call_seconds must be above 0, got nan"),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[text for text, _ in WRONG])
def test_what_is_no_limit_is_one_clear_line(text: str, message: str) -> None:
    """It names what is wrong; a comparison with NaN fails like any other."""
    with pytest.raises(LimitError, match="^" + message.replace("(", r"\(")) as caught:
        limits_of([text])
    assert "\n" not in str(caught.value)

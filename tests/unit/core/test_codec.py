"""Records as JSON values and back: what is written, what is refused, and what is said about it."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from grader.core.codec import Codec, Finite, JsonObject, Pixels, Whole, parsed


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    name: str
    pixels: Pixels


@dataclass(frozen=True)
class Outer:
    count: Whole
    size: Finite
    colour: Colour
    inner: tuple[Inner, ...] = ()
    evidence: JsonObject = field(default_factory=dict)


CODEC = Codec(Outer)
FIELDS = {"count": 3, "size": 0.5, "colour": "red", "inner": [], "evidence": {}}


def test_a_record_is_its_fields_and_comes_back() -> None:
    """As JSON any program reads it, texts of half characters included, and the record is equal again."""
    record = Outer(3, 0.5, Colour.RED, (), {"text": "\u00e4", "list": [1, None, {"a": True}]})
    text = json.dumps(CODEC.encode(record))
    assert json.loads(text) == FIELDS | {"evidence": {"text": "\u00e4", "list": [1, None, {"a": True}]}}
    assert CODEC.decode(json.loads(text)) == record
    named = Codec(Inner).encode(Inner("\udcff", np.zeros((1, 1))))
    assert Codec(Inner).decode(json.loads(json.dumps(named))).name == "\udcff"


def test_evidence_is_rounded_and_bounded() -> None:
    """Six digits, and arrays and infinities become what JSON has."""
    evidence = {"measured": 0.1 + 0.2, "array": np.arange(3), "limit": float("inf"), "long": list(range(1000))}
    found = CODEC.encode(Outer(1, 1.0, Colour.RED, (), evidence))["evidence"]
    assert (found["measured"], found["array"], found["limit"]) == (0.3, [0, 1, 2], "inf")
    assert len(found["long"]) < 100


def test_a_picture_is_a_png_in_base64() -> None:
    """Another program decodes it to the same grey values."""
    pixels = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    fields = Codec(Inner).encode(Inner("a", pixels))
    assert list(fields) == ["name", "file"]
    with Image.open(BytesIO(b64decode(fields["file"]))) as image:
        np.testing.assert_array_equal(np.asarray(image), np.rint(pixels * 255))
    np.testing.assert_allclose(Codec(Inner).decode(fields).pixels, pixels, atol=0.5 / 255 + 1e-6)


def test_a_picture_can_lie_elsewhere() -> None:
    """It is then the text that `store` gives, and what `load` finds by it."""
    kept: dict[str, np.ndarray] = {}

    def store(pixels: np.ndarray) -> str:
        return next(name for name in ("one", "two") if kept.setdefault(name, pixels) is pixels)

    record = Outer(1, 1.0, Colour.RED, (Inner("a", np.zeros((2, 2))), Inner("b", np.ones((2, 2)))))
    fields = CODEC.encode(record, store)
    assert [each["file"] for each in fields["inner"]] == ["one", "two"]
    back = CODEC.decode(fields, kept.__getitem__)
    assert [each.pixels is kept[name] for each, name in zip(back.inner, kept, strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"count": "3"}, "count: Input should be a valid integer, got '3'"),
        ({"count": 3.0}, "count: Input should be a valid integer, got 3.0"),
        ({"count": True}, "count: Input should be a valid integer, got True"),
        ({"size": "1"}, "size: Input should be a valid number, got '1'"),
        ({"size": True}, "size: Input should be a valid number, got True"),
        ({"size": float("nan")}, "size: Input should be a finite number, got nan"),
        ({"colour": "blue"}, "colour: Input should be 'red', got 'blue'"),
        ({"inner": [{"name": "x", "file": 3}]}, "inner.0.file: Input should be a valid string"),
        ({"inner": [{"name": "x", "file": "§"}]}, "inner.0.file: string argument should contain only ASCII"),
        ({"inner": [{"name": "x"}]}, "inner.0.file: Field required"),
        ({"inner": 3}, "inner: Input should be a valid tuple, got 3"),
        ({"evidence": []}, "evidence: Input should be a valid dictionary, got []"),
    ],
)
def test_what_does_not_fit_is_one_line(change: dict[str, Any], told: str) -> None:
    """Where it is, what it should be, and what it is; nothing is converted."""
    with pytest.raises(ValueError, match=r"^[^\n]+$") as caught:
        CODEC.decode(FIELDS | change)
    assert str(caught.value).startswith(told)


def test_a_line_is_short_whatever_was_found() -> None:
    """A megabyte in the wrong place does not fill a terminal, nor does it recolour one."""
    for found in ("x" * 10**6, {"a": ["\x1b[31m"] * 10**5}):
        with pytest.raises(ValueError, match="count") as caught:
            CODEC.decode(FIELDS | {"count": found})
        assert len(str(caught.value)) < 300
        assert str(caught.value).isprintable()


def test_what_breaks_its_own_types_is_not_written() -> None:
    """A bug of ours is found when the record is written, not when it is read."""
    with pytest.raises(ValueError, match="count"):
        CODEC.encode(Outer("three", 1.0, Colour.RED))  # type: ignore[arg-type]


def test_unknown_keys_are_ignored() -> None:
    """What a later version adds does not shut out an earlier one."""
    assert CODEC.decode(FIELDS | {"later": 1}) == CODEC.decode(FIELDS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("NaN", "NaN is not a number"),
        ("[-Infinity]", "-Infinity is not a number"),
        ("[" * 10**5, "nested"),
        ("{", "Expecting property name"),
    ],
)
def test_a_text_that_is_no_json_is_a_value_error(text: str, told: str) -> None:
    """Python's own additions to JSON too."""
    with pytest.raises(ValueError, match=told):
        parsed(text)


def test_a_picture_that_is_none_is_a_value_error() -> None:
    """Not an error of the imaging library's."""
    colour = BytesIO()
    Image.new("RGB", (2, 2)).save(colour, format="PNG")
    with pytest.raises(ValueError, match=r"inner\.0\.file: .*grey picture"):
        CODEC.decode(FIELDS | {"inner": [{"name": "x", "file": b64encode(colour.getvalue()).decode()}]})

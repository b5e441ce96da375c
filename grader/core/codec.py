"""Records as JSON values and back: one codec for every frozen dataclass that is written to a file or sent away.

The kinds of fields are declared here and used in the records. What is read is checked against them, and nothing is
converted: a number that is written as text is an error. Keys that a record does not know are ignored, so that an older
grader reads what a newer one has added to.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from io import BytesIO
from reprlib import repr as shortened
from typing import Annotated, Any, Generic, TypeVar

import numpy as np
from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    SerializationInfo,
    Strict,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)

from .evidence import json_ready
from .png import png, read_png
from .text import one_line

Store = Callable[[np.ndarray], str]
Load = Callable[[str], np.ndarray]
Record = TypeVar("Record")


def _stored(pixels: np.ndarray, info: SerializationInfo[Store | None]) -> str:
    return info.context(pixels) if info.context else b64encode(png(pixels)).decode()


def _loaded(text: Any, info: ValidationInfo[Load | None]) -> np.ndarray:
    if not isinstance(text, str):
        raise ValueError("Input should be a valid string")  # noqa: TRY004 - JSON is data, not the program
    return info.context(text) if info.context else read_png(BytesIO(b64decode(text, validate=True)))


Whole = Annotated[int, Strict()]
Finite = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Number = Annotated[Whole | Finite, WithJsonSchema({"type": "number"})]  # a whole one stays one
JsonObject = Annotated[dict[str, Any], PlainSerializer(json_ready, return_type=dict[str, Any])]
Pixels = Annotated[
    np.ndarray,
    PlainValidator(_loaded, json_schema_input_type=str),
    PlainSerializer(_stored, return_type=str),
    Field(alias="file"),
]


class Codec(Generic[Record]):
    """Turns records of one kind into dictionaries of JSON values, and dictionaries into records.

    A picture is the text that `store` makes of its grey values and that `load` finds them by; without these, it is its
    PNG file in base64.
    """

    def __init__(self, kind: type[Record]):
        self._adapter = TypeAdapter(kind)

    def encode(self, record: Record, store: Store | None = None) -> dict[str, Any]:
        """The fields of a record, evidence rounded and bounded. Raises ValueError for one that breaks its own types."""
        values: dict[str, Any] = self._adapter.dump_python(record, by_alias=True, context=store, warnings="error")
        return values

    def decode(self, values: Any, load: Load | None = None) -> Record:
        """The record of these fields. Raises ValueError with one line on what is wrong and where; `load` may raise."""
        try:
            return self._adapter.validate_python(values, context=load)
        except ValidationError as problem:
            raise ValueError(_told(problem)) from None

    def schema(self) -> dict[str, Any]:
        """The JSON schema of what `encode` returns."""
        return self._adapter.json_schema(mode="serialization")


def _told(problem: ValidationError) -> str:
    """The first of the problems: `checks.2.seed: Input should be a valid integer, got '1'`."""
    first = problem.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, Exception):
        return one_line(f"{_place(first['loc'])}{cause}")
    got = "" if first["type"] == "missing" else f", got {shortened(first['input'])}"
    return one_line(f"{_place(first['loc'])}{first['msg']}{got}")


def _place(location: tuple[int | str, ...]) -> str:
    return f"{'.'.join(map(str, location))}: " if location else ""


def parsed(text: str) -> Any:
    """The values of a JSON text. Raises ValueError, for NaN and infinities and for nesting without end as well."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")

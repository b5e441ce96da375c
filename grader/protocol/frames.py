"""Frames between the deciding process and a submission's: a JSON header, then raw little-endian arrays.

    4 bytes   length of the header, big-endian
    header    JSON: {"id": …, …, "arrays": [{"dtype": "float32", "shape": [16, 28, 28, 1]}, …]}
    arrays    the raw bytes of each, in the order of the header

Nothing is allocated for an array before its dtype, shape and size were held against what was asked for, and nothing
is ever unpickled.
"""

import json
import math
import socket
import struct
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

DTYPES = ("float32", "int64", "uint8")
MAX_HEADER = 16 * 2**20
MAX_PAYLOAD = 256 * 2**20  # 67 million weights

Shape = tuple[int | None, ...]


class ProtocolViolation(Exception):
    """The other side sent something that was not asked for."""


@dataclass(frozen=True)
class Want:
    """An array that is asked for. A dimension of None is free."""

    dtype: str
    shape: Shape

    def admits(self, dtype: str, shape: Sequence[int]) -> bool:
        """Whether an array of this dtype and shape is an answer."""
        return (
            dtype == self.dtype
            and len(shape) == len(self.shape)
            and all(w is None or w == s for w, s in zip(self.shape, shape, strict=True))
        )


ANY_FLOATS = None  # any number of float32 arrays, of any shape


def send(
    connection: socket.socket,
    header: dict[str, Any],
    arrays: Iterable[np.ndarray] = (),
    deadline: float | None = None,
) -> None:
    """Write one frame. deadline: in seconds of time.monotonic(). Raises TimeoutError when it has passed."""
    raw = [np.asarray(a, dtype=a.dtype.newbyteorder("<"), order="C") for a in arrays]
    described = [{"dtype": a.dtype.name, "shape": list(a.shape)} for a in raw]
    text = json.dumps({**header, "arrays": described}, allow_nan=False).encode()
    parts: list[Any] = [struct.pack(">I", len(text)) + text, *(array.reshape(-1).view(np.uint8).data for array in raw)]
    for part in parts:
        connection.settimeout(_left(deadline))  # what is read slowly does not get the time again for each part
        connection.sendall(part)


def receive(
    connection: socket.socket,
    wants: Sequence[Want] | None = ANY_FLOATS,
    deadline: float | None = None,
    max_header: int = MAX_HEADER,
) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Read one frame whose arrays are as many, and such, as `wants` says, or none at all.

    deadline: in seconds of time.monotonic(). Raises ProtocolViolation, EOFError when the other side is gone, and
    TimeoutError when the deadline has passed.
    """
    (length,) = struct.unpack(">I", _read(connection, 4, deadline))
    if not 0 < length <= max_header:
        raise ProtocolViolation(f"a header of {length} bytes")
    header = _parse(bytes(_read(connection, length, deadline)))
    specs = _specs(header.pop("arrays", None))
    if specs:
        _check(specs, wants)
    return header, [_array(connection, dtype, shape, deadline) for dtype, shape in specs]


def receive_request(connection: socket.socket) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Read one frame from the side that is trusted: any arrays of the known types."""
    (length,) = struct.unpack(">I", _read(connection, 4, None))
    header = _parse(bytes(_read(connection, length, None)))
    return header, [_array(connection, dtype, shape, None) for dtype, shape in _specs(header.pop("arrays"))]


def _parse(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ProtocolViolation(f"a header that is no JSON: {type(error).__name__}") from None
    if not isinstance(header, dict):
        raise ProtocolViolation("a header that is no object")
    return header


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError("a number beyond all floats")
    return number


def _specs(described: Any) -> list[tuple[str, tuple[int, ...]]]:
    if not isinstance(described, list):
        raise ProtocolViolation("a header without its list of arrays")
    specs = []
    for item in described:
        dtype, shape = (item.get("dtype"), item.get("shape")) if isinstance(item, dict) else (None, None)
        if dtype not in DTYPES or not isinstance(shape, list) or len(shape) > 8:
            raise ProtocolViolation("an array of unknown type or shape")
        if not all(type(size) is int and size >= 0 for size in shape):
            raise ProtocolViolation("an array with an impossible shape")
        specs.append((dtype, tuple(shape)))
    return specs


def _check(specs: list[tuple[str, tuple[int, ...]]], wants: Sequence[Want] | None) -> None:
    if wants is ANY_FLOATS:
        wants = [Want("float32", (None,) * len(shape)) for _, shape in specs]
    if len(specs) != len(wants) or not all(w.admits(*spec) for w, spec in zip(wants, specs, strict=True)):
        raise ProtocolViolation("arrays that were not asked for")
    if sum(_room_for(dtype, shape) for dtype, shape in specs) > MAX_PAYLOAD:
        raise ProtocolViolation("more bytes than any answer has")


def _room_for(dtype: str, shape: tuple[int, ...]) -> int:
    """Bytes of an array. NumPy refuses sizes that are too large also beside a 0, so a 0 counts as 1."""
    return math.prod(max(size, 1) for size in shape) * np.dtype(dtype).itemsize


def _array(connection: socket.socket, dtype: str, shape: tuple[int, ...], deadline: float | None) -> np.ndarray:
    count = math.prod(shape)
    raw = _read(connection, count * np.dtype(dtype).itemsize, deadline)
    return np.frombuffer(raw, np.dtype(dtype).newbyteorder("<"), count).reshape(shape).astype(dtype, copy=False)


def _left(deadline: float | None) -> float | None:
    """Seconds until then, for a socket, for which 0 has a meaning of its own."""
    return None if deadline is None else max(deadline - time.monotonic(), 1e-6)


def _read(connection: socket.socket, size: int, deadline: float | None) -> bytearray:
    raw = bytearray(size)
    view = memoryview(raw)
    while view:
        connection.settimeout(_left(deadline))
        count = connection.recv_into(view)
        if count == 0:
            raise EOFError("the other side is gone")
        view = view[count:]
    return raw

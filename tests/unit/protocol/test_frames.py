"""Frames carry arrays unchanged, and everything that was not asked for is refused before room is made for it."""

import json
import socket
import struct
import threading
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from grader.protocol.frames import DTYPES, MAX_PAYLOAD, ProtocolViolation, Want, receive, receive_request, send

ANY_ARRAY = st.sampled_from(DTYPES).flatmap(
    lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def passed_through(
    header: dict[str, Any], sent: list[np.ndarray], wants: Any
) -> tuple[dict[str, Any], list[np.ndarray]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send(theirs, header, sent)
        return receive(ours, wants)


@settings(deadline=None, max_examples=40)
@given(st.lists(ANY_ARRAY, max_size=4), JSON)
def test_arrays_and_values_arrive_unchanged(sent: list[np.ndarray], value: Any) -> None:
    """Any dtype of the wire, any shape, also 0-d and empty, NaN included; any plain value beside them."""
    wants = [Want(a.dtype.name, a.shape) for a in sent]
    header, found = passed_through({"id": 3, "value": value}, sent, wants)
    assert header == {"id": 3, "value": value}
    assert [a.dtype for a in found] == [a.dtype for a in sent]
    for one, other in zip(found, sent, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.flags.writeable


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).astype(">f4"),
        np.arange(24, dtype=np.float32).reshape(2, 3, 4).T,
        np.arange(9, dtype=np.int64)[::-2],
    ],
    ids=["big-endian", "transposed", "strided"],
)
def test_the_layout_in_memory_does_not_matter(array: np.ndarray) -> None:
    """What is sent is the values in C order, little-endian."""
    _, (found,) = passed_through({}, [array], [Want(array.dtype.name, array.shape)])
    np.testing.assert_array_equal(found, array)


def test_an_array_of_objects_cannot_be_sent() -> None:
    """Objects would have to be pickled, and nothing ever is."""
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises((TypeError, ValueError)):
        send(theirs, {}, [np.array([print], dtype=object)])


def test_a_value_that_is_no_json_number_is_not_sent() -> None:
    """NaN and the infinities are not JSON; they would be read back as something that is no number."""
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(ValueError, match="JSON"):
        send(theirs, {"value": float("nan")})


def test_a_frame_larger_than_the_socket_s_buffer_arrives() -> None:
    """32 MB in one frame, read while it is being written."""
    sent = np.random.default_rng(0).random((8_000_000,), dtype=np.float32)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        writer = threading.Thread(target=send, args=(theirs, {"id": 1}, [sent]))
        writer.start()
        _, (found,) = receive(ours, [Want("float32", (None,))], time.monotonic() + 60)
        writer.join()
    np.testing.assert_array_equal(found, sent)


@pytest.fixture
def connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def refused(header: bytes, wants: Any = None, body: bytes = b"", length: int | None = None) -> str:
    """The reason why a hand-made frame is refused; no more than a small part of a megabyte is set aside for it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack(">I", len(header) if length is None else length) + header + body)
        theirs.shutdown(socket.SHUT_WR)
        tracemalloc.start()
        try:
            with pytest.raises(ProtocolViolation) as caught:
                receive(ours, wants, time.monotonic() + 10, max_header=2**20)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 200_000 + 40 * len(header)  # the text is read, parsed and copied; arrays are not
    assert "\n" not in str(caught.value)
    return str(caught.value)


def described(*specs: Any) -> bytes:
    return json.dumps({"id": 1, "arrays": list(specs)}).encode()


def spec(shape: Any, dtype: Any = "float32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape}


IMAGE = [Want("float32", (2, 3))]


@pytest.mark.parametrize(
    ("header", "wants"),
    [
        (described(spec([2, 3], "int64")), IMAGE),
        (described(spec([2, 3], "uint8")), IMAGE),
        (described(spec([3, 2])), IMAGE),
        (described(spec([2, 3, 1])), IMAGE),
        (described(spec([])), IMAGE),
        (described(spec([2, 4])), IMAGE),
        (described(spec([2, 3]), spec([2, 3])), IMAGE),
        (described(spec([2, 3])), ()),
        (described(spec([1], "uint8")), None),
        (described(spec([2, 4])), [Want("float32", (None, 3))]),
    ],
    ids=lambda value: value.decode() if isinstance(value, bytes) else str(value)[:40],
)
def test_another_array_than_the_one_that_was_asked_for_is_refused(header: bytes, wants: Any) -> None:
    """Another dtype, shape, number of dimensions or number of arrays."""
    assert "not asked for" in refused(header, wants)


@pytest.mark.parametrize(
    "header",
    [
        described(spec([2, 3], "object")),
        described(spec([2, 3], "float64")),
        described(spec([2, 3], "<f4")),
        described(spec([2, 3], ["float32"])),
        described(spec([2, 3], None)),
        described(spec([-2, -3])),
        described(spec([2, -3])),
        described(spec([2.0, 3])),
        described(spec([True, 3])),
        described(spec(["2", 3])),
        described(spec([None, 3])),
        described(spec(6)),
        described(spec({"0": 2})),
        described(spec([1] * 9)),
        described("float32"),
        described(None),
        b'{"id": 1}',
        b'{"id": 1, "arrays": null}',
        b'{"id": 1, "arrays": {"dtype": "float32", "shape": [2, 3]}}',
    ],
    ids=lambda header: header.decode(),
)
def test_what_does_not_describe_an_array_is_refused(header: bytes) -> None:
    """Unknown types, impossible shapes, no list of arrays."""
    refused(header, IMAGE)
    refused(header, None)


@pytest.mark.parametrize(
    "shape",
    [[MAX_PAYLOAD // 4 + 1], [2**70], [2**31, 2**31, 2**31], [2**70, 0], [2**40, 0, 2**40], [10**400]],
    ids=lambda shape: str(shape)[:30],
)
def test_more_than_any_answer_has_is_refused(shape: list[int]) -> None:
    """Sizes are held against a limit before an array is made, also where a 0 among them hides the others."""
    assert "more bytes" in refused(described(spec(shape)), None)


def test_many_arrays_are_counted_together() -> None:
    """No array alone is too large, but all of them together are."""
    assert "more bytes" in refused(described(*[spec([MAX_PAYLOAD // 8])] * 3), None)


@pytest.mark.parametrize("length", [0, 2**20 + 1, 2**32 - 1])
def test_a_header_of_an_impossible_length_is_refused(length: int) -> None:
    """Before a byte of it is read."""
    assert f"a header of {length} bytes" in refused(b"{}", length=length)


@pytest.mark.parametrize(
    "text",
    [
        b"nonsense",
        b"\xff\xfe\xfd",
        b"\x80\x04\x95",
        b"[1, 2]",
        b'"text"',
        b"null",
        b"17",
        b"{",
        b'{"a": 1}}',
        b"{'a': 1}",
    ],
    ids=repr,
)
def test_a_header_that_is_no_json_object_is_refused(text: bytes) -> None:
    """Also where it is a pickle."""
    refused(text)


def test_a_deeply_nested_header_is_refused() -> None:
    """It does not end the process that decides."""
    refused(b'{"arrays": [], "value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_constants_that_are_no_json_are_refused(constant: bytes) -> None:
    """No value that a verdict or a report rests on is NaN or infinite."""
    refused(b'{"arrays": [], "value": ' + constant + b"}")


def test_an_answer_without_arrays_is_allowed() -> None:
    """A failure has none, whatever was asked for."""
    assert passed_through({"failure": {}}, [], IMAGE) == ({"failure": {}}, [])


@pytest.mark.parametrize(
    "sent", [b"", b"\x00\x00", struct.pack(">I", 50) + b'{"arr'], ids=["nothing", "a length's half", "a header's half"]
)
def test_the_end_of_a_connection_is_an_eof_error(connection: tuple[socket.socket, socket.socket], sent: bytes) -> None:
    """The other side is gone before, or in the middle of, a frame."""
    ours, theirs = connection
    theirs.sendall(sent)
    theirs.close()
    with pytest.raises(EOFError):
        receive(ours)


def test_half_an_array_is_an_eof_error(connection: tuple[socket.socket, socket.socket]) -> None:
    """What is missing is not made up."""
    ours, theirs = connection
    header = described(spec([2, 3]))
    theirs.sendall(struct.pack(">I", len(header)) + header + bytes(20))
    theirs.close()
    with pytest.raises(EOFError):
        receive(ours, IMAGE)


def test_the_deadline_holds_for_silence(connection: tuple[socket.socket, socket.socket]) -> None:
    """Nothing comes: TimeoutError when the time is up, and not much later."""
    ours, _ = connection
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        receive(ours, deadline=started + 0.2)
    assert 0.1 < time.monotonic() - started < 5


def test_the_deadline_holds_for_dripping(connection: tuple[socket.socket, socket.socket]) -> None:
    """Bytes that come one by one do not keep the grader waiting past the deadline."""
    ours, theirs = connection
    stop = threading.Event()

    def drip() -> None:
        theirs.sendall(struct.pack(">I", 10_000))
        while not stop.wait(0.02):
            theirs.sendall(b" ")

    dripping = threading.Thread(target=drip)
    dripping.start()
    started = time.monotonic()
    try:
        with pytest.raises(TimeoutError):
            receive(ours, deadline=started + 0.4)
    finally:
        stop.set()
        dripping.join()
    assert time.monotonic() - started < 5


def test_a_deadline_that_has_passed_is_a_timeout(connection: tuple[socket.socket, socket.socket]) -> None:
    """No frame is waited for when there is no time left."""
    ours, _ = connection
    with pytest.raises(TimeoutError):
        receive(ours, deadline=time.monotonic() - 1)


def test_requests_come_from_the_side_that_is_trusted() -> None:
    """The submission's process takes arrays of any shape, without being told what to expect."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send(theirs, {"operation": "call"}, [np.zeros((2, 0), np.float32), np.array(7, np.int64)])
        header, found = receive_request(ours)
    assert header == {"operation": "call"}
    assert [(a.dtype.name, a.shape) for a in found] == [("float32", (2, 0)), ("int64", ())]

"""Whatever a submission returns, as plain arrays of the shape that was asked for."""

from typing import Any

import numpy as np

from ..protocol.frames import Want
from .guard import SubmissionError, submission_code


def as_array(value: Any, what: str, want: Want) -> np.ndarray:
    """`value` as an array that `want` admits.

    Floats of another width are converted. Raises SubmissionError of kind "shape" with what came instead.
    """
    import tensorflow as tf

    with submission_code(f"reading what {what} returned"):
        if value is None or isinstance(value, dict | str | bytes):
            raise _mismatch(what, want, kind_of(value))
        array = np.array(tf.convert_to_tensor(value).numpy())
    if np.issubdtype(array.dtype, np.floating) or (want.dtype == "int64" and np.issubdtype(array.dtype, np.integer)):
        array = array.astype(want.dtype) if want.dtype != "int64" or array.dtype.kind == "i" else array
    if not want.admits(array.dtype.name, array.shape):
        raise _mismatch(what, want, f"{array.dtype.name} {shape_text(array.shape)}")
    return array


def as_arrays(value: Any, what: str, wants: list[Want]) -> list[np.ndarray]:
    """One array for each of `wants`; several come as a tuple or a list."""
    if len(wants) == 1:
        return [as_array(value, what, wants[0])]
    if not isinstance(value, tuple | list) or len(value) != len(wants):
        received = f"{len(value)} values" if isinstance(value, tuple | list) else kind_of(value)
        raise SubmissionError({"kind": "shape", "what": what, "expected": f"{len(wants)} values", "received": received})
    return [as_array(v, what, w) for v, w in zip(value, wants, strict=True)]


def _mismatch(what: str, want: Want, received: str) -> SubmissionError:
    expected = f"{want.dtype} {shape_text(want.shape)}"
    return SubmissionError({"kind": "shape", "what": what, "expected": expected, "received": received})


def kind_of(value: Any) -> str:
    """What something that is no array is: "nothing" for None, else its type with an article."""
    return "nothing" if value is None else f"a {type(value).__name__}"


def shape_text(shape: tuple[int | None, ...]) -> str:
    """A shape as students write it: (B, 10) has its free sizes as 'any'."""
    inside = ", ".join("any" if size is None else str(size) for size in shape)
    return f"({inside},)" if len(shape) == 1 else f"({inside})"

"""What a submission returns becomes an array of the shape that was asked for, or a sentence about what came instead."""

from typing import Any

import numpy as np
import pytest

from grader.harness.arrays import as_array, as_arrays, shape_text
from grader.harness.guard import SubmissionError
from grader.protocol.frames import Want

PAIR = Want("float32", (2, 3))
VALUES = np.arange(6, dtype=np.float32).reshape(2, 3)


def refused(value: Any, want: Want = PAIR) -> dict[str, Any]:
    with pytest.raises(SubmissionError) as caught:
        as_array(value, "encode", want)
    return caught.value.detail


@pytest.mark.parametrize(
    "make",
    [
        lambda tf: tf.constant(VALUES),
        lambda tf: tf.Variable(VALUES),
        lambda tf: VALUES,
        lambda tf: VALUES.tolist(),
        lambda tf: VALUES.astype(np.float64),
        lambda tf: VALUES.astype(np.float16),
        lambda tf: [tf.constant(row) for row in VALUES],
    ],
    ids=["tensor", "variable", "array", "lists", "float64", "float16", "list of tensors"],
)
def test_whatever_holds_the_numbers_is_taken(tf: Any, make: Any) -> None:
    """Tensors, variables, arrays, lists, floats of any width: float32 comes out."""
    found = as_array(make(tf), "encode", PAIR)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, VALUES)


def test_a_distribution_is_its_sample(tf: Any) -> None:
    """TensorFlow Probability's layers return something that becomes a tensor when it is used as one."""
    import tensorflow_probability as tfp

    layer = tfp.layers.DistributionLambda(lambda t: tfp.distributions.Deterministic(t))
    np.testing.assert_array_equal(as_array(layer(tf.constant(VALUES)), "encode", PAIR), VALUES)


@pytest.mark.parametrize(
    ("value", "received"),
    [
        (VALUES.T, "float32 (3, 2)"),
        (VALUES[0], "float32 (3,)"),
        (np.float32(1), "float32 ()"),
        (VALUES.astype(np.int32), "int32 (2, 3)"),
        (VALUES > 1, "bool (2, 3)"),
        (None, "nothing"),
        ({"encoding": VALUES}, "a dict"),
        ("text", "a str"),
        (b"bytes", "a bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_something_else_is_told_beside_what_was_expected(tf: Any, value: Any, received: str) -> None:
    """Shape and dtype of both, in the words of students."""
    assert refused(value) == {
        "kind": "shape", "what": "encode", "expected": "float32 (2, 3)", "received": received,
    }  # fmt: skip


@pytest.mark.parametrize(
    "value", [object(), [[1.0, 2.0], [3.0]], print, iter([1.0])], ids=["object", "ragged", "f", "iterator"]
)
def test_what_is_no_array_at_all_is_the_submission_s_mistake(tf: Any, value: Any) -> None:
    """TensorFlow's own exception, told as raised while reading what came back."""
    detail = refused(value)
    assert (detail["kind"], detail["doing"]) == ("raised", "reading what encode returned")


def test_an_array_that_raises_when_it_is_read_is_the_submission_s_mistake(tf: Any) -> None:
    """Hostile objects, too."""

    class Trap:
        def __array__(self, *arguments: Any, **others: Any) -> np.ndarray:
            raise RuntimeError("caught you")

    assert refused(Trap())["kind"] == "raised"


def test_classes_may_be_integers_of_any_width(tf: Any) -> None:
    """`classify` returns int32 or int64; probabilities in place of classes are refused."""
    want = Want("int64", (3,))
    for dtype in (np.int32, np.int64, np.int8):
        found = as_array(np.array([1, 2, 3], dtype), "classify", want)
        assert found.dtype == np.int64
        assert found.tolist() == [1, 2, 3]
    assert refused(np.array([0.1, 0.2, 0.7], np.float32), want)["received"] == "float32 (3,)"


def test_a_copy_comes_back(tf: Any) -> None:
    """What the submission does to its array afterwards does not change what was measured."""
    own = VALUES.copy()
    found = as_array(own, "encode", PAIR)
    own[:] = 0
    np.testing.assert_array_equal(found, VALUES)


def test_several_arrays_come_as_a_tuple_or_a_list(tf: Any) -> None:
    """As many as were asked for, each of its shape."""
    for together in ((VALUES, VALUES), [VALUES, VALUES]):
        assert len(as_arrays(together, "encode_parameters", [PAIR, PAIR])) == 2


@pytest.mark.parametrize(
    ("value", "received"),
    [((VALUES,), "1 values"), ([VALUES] * 3, "3 values"), (VALUES, "a ndarray"), (None, "nothing")],
)
def test_another_number_of_arrays_is_told(tf: Any, value: Any, received: str) -> None:
    """One array is not two, though it has two rows."""
    with pytest.raises(SubmissionError) as caught:
        as_arrays(value, "encode_parameters", [PAIR, PAIR])
    assert caught.value.detail["expected"] == "2 values"
    assert caught.value.detail["received"] == received


def test_shapes_read_as_students_write_them() -> None:
    """Free sizes in words, one size with its comma."""
    assert [shape_text(s) for s in ((), (3,), (None, 10))] == ["()", "(3,)", "(any, 10)"]

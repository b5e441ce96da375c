"""What TensorFlow and Keras say of an exception, without nodes, devices, arguments of layers and tracebacks."""

import time

import pytest

from grader.harness.guard import FILE_PREFIX, describe
from grader.harness.said import plain, traced_place

DEVICE = "{{function_node __wrapped__AddV2_device_/job:localhost/replica:0/task:0/device:CPU:0}}"
IN_A_LAYER = """Exception encountered when calling layer "sampling" (type MultivariateNormalTriL).

Input rightmost shape (0) does not correspond to a triangular matrix.

Call arguments received by layer "sampling" (type MultivariateNormalTriL):
  • inputs=tf.Tensor(shape=(2, 10), dtype=float32)
  • args=<class 'inspect._empty'>
  • kwargs={'training': 'None'}"""
TRACED = """in user code:

    File "submission:data.py", line 103, in normalize  *
        return scaled(image)
    File "submission:data.py", line 98, in scaled  *
        return image / [1, 2]

    ValueError: Shapes must be equal rank, but are 3 and 1
"""
TRACED_IN_A_LAYER = """Exception encountered when calling layer "sampling" (type MultivariateNormalTriL).

in user code:

    File "/lib/python3.11/site-packages/tensorflow_probability/layers/distribution_layer.py", line 228, in call  *
        distribution, value = super(DistributionLambda, self).call(

    ValueError: Input right-most shape (9) does not correspond to a triangular matrix.


Call arguments received by layer "sampling" (type MultivariateNormalTriL):
  • inputs=tf.Tensor(shape=(None, 10), dtype=float32)"""
OF_A_GRAPH = """Graph execution error:

Detected at node add defined at (most recent call last):
  File "/usr/lib/python3.11/runpy.py", line 198, in _run_module_as_main

  File "submission:vae.py", line 12, in batch_loss

Incompatible shapes: [8,10] vs. [8,20]
\t [[{{node add}}]] [Op:__inference_fit_iteration_1234]"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{DEVICE} Incompatible shapes: [3,1] vs. [3,20] [Op:AddV2] name: ", "Incompatible shapes: [3,1] vs. [3,20]"),
        (IN_A_LAYER, "Input rightmost shape (0) does not correspond to a triangular matrix (in the layer `sampling`, a "
         "MultivariateNormalTriL)"),
        (TRACED, "Shapes must be equal rank, but are 3 and 1"),
        (TRACED_IN_A_LAYER, "Input right-most shape (9) does not correspond to a triangular matrix (in the layer "
         "`sampling`, a MultivariateNormalTriL)"),
        (OF_A_GRAPH, "Incompatible shapes: [8,10] vs. [8,20]"),
        ("got <tf.Tensor: shape=(2, 3), dtype=float32, numpy=\narray([[1., 2.]], dtype=float32)> here",
         "got a tensor of shape (2, 3) here"),
    ],
    ids=["a device", "arguments of a layer", "traced code", "a traced layer", "a graph", "a tensor"],
)  # fmt: skip
def test_what_only_its_makers_can_read_is_left_out(text: str, said: str) -> None:
    """The sentence stays, and the layer that it is about."""
    assert plain(text) == said


@pytest.mark.parametrize("text", ["", "'a'", "name 'x' is not defined", "{braces} and [[lists]] of a student's own"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    """Most exceptions are Python's."""
    assert plain(text) == text
    assert "original" not in describe(ValueError(text), "calling f")


def test_the_original_is_kept_beside_the_sentence() -> None:
    """Nothing is lost: a page shows it folded."""
    told = describe(ValueError(IN_A_LAYER), "calling encode")
    assert "inspect" not in told["message"]
    assert told["original"] == IN_A_LAYER


def test_traced_code_tells_its_place() -> None:
    """The frames of a trace are in the text alone; the innermost one is the student's."""
    assert traced_place(TRACED, FILE_PREFIX) == "data.py, line 98"
    assert describe(ValueError(TRACED), "mapping normalize")["where"] == "data.py, line 98"
    assert traced_place('File "submission:data.py", line 3, in f\n', FILE_PREFIX) == ""


@pytest.mark.parametrize("piece", ["{{", "[[{{", "<tf.Tensor: shape=(", '    File "', "in user code:\n", " ", "\n\n"])
def test_a_text_without_end_takes_little_time(piece: str) -> None:
    """Only its beginning is looked at."""
    start = time.thread_time()
    plain("in user code:" + piece * 10**6)
    plain(piece * 10**6)
    assert time.thread_time() - start < 2


def test_a_text_that_fights_back_is_a_text() -> None:
    """`__str__` may return an object of a class of its own."""

    class Text(str):
        def __getitem__(self, _: object) -> str:
            raise RuntimeError

    class Strange(Exception):
        def __str__(self) -> str:
            return Text("strange")

    assert describe(Strange(), "x")["message"] == "strange"

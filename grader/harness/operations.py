"""What any check can ask for: a table of operations on a submission's definitions and models.

Each operation takes a request and returns plain values and arrays. What a submission raises becomes a SubmissionError;
any other exception is the grader's own fault. An assignment enters its own operations by importing them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..protocol.frames import Want
from ..protocol.messages import Reply, Request
from .arrays import as_arrays
from .guard import SubmissionError, submission_code
from .modules import Definitions, explained
from .untouched import untouched_task


class Harness:
    """Holds one submission's definitions and the models made from them."""

    def __init__(self, definitions: Definitions, scratch: Path):
        self.definitions = definitions
        self.scratch = scratch
        self.models: dict[int, Any] = {}
        self.beside: dict[int, dict[str, Any]] = {}  # what operations keep with a model

    def perform(self, request: Request) -> Reply:
        """Carry out one request. Raises SubmissionError for what the submission did."""
        try:
            return OPERATIONS[request.operation](self, request)
        except SubmissionError as failure:
            raise explained(failure, self.definitions.statements) from failure.__cause__

    def model_of(self, request: Request) -> Any:
        """The model a request is about."""
        return self.models[request.parameters["model"]]

    def attribute(self, model: Any, name: str) -> Any:
        """An attribute that the lab asks every model to have."""
        with submission_code(f"looking for {name}"):
            if not hasattr(model, name):
                where = f"class {type(model).__name__}"
                raise SubmissionError({"kind": "missing", "name": name, "where": where, "present": []})
            return getattr(model, name)


Operation = Callable[[Harness, Request], Reply]
OPERATIONS: dict[str, Operation] = {}


def operation(function: Operation) -> Operation:
    """Enter a function into the table under its own name. Raises ValueError for a name that is taken."""
    if function.__name__ in OPERATIONS:
        raise ValueError(
            f"there is an operation {function.__name__} already, in {OPERATIONS[function.__name__].__module__}"
        )
    OPERATIONS[function.__name__] = function
    return function


@operation
def load(harness: Harness, request: Request) -> Reply:
    """Import a part; returns where something of it was left out, failed or was cut, and why.

    without: place, line and reason of each statement that must not run.
    """
    statements = harness.definitions.statements
    statements.without = {(place, line): reason for place, line, reason in request.parameters.get("without", ())}
    harness.definitions.load(request.parameters["part"])
    return Reply([list(note) for note in statements.notes])


@operation
def seed(harness: Harness, request: Request) -> Reply:
    """Seed Python's, NumPy's and TensorFlow's global generators."""
    import tensorflow as tf

    tf.keras.utils.set_random_seed(request.parameters["seed"])
    return Reply()


@operation
def create(harness: Harness, request: Request) -> Reply:
    """Make a model: class `name` of `part` with keyword `arguments`, kept under the number `model`."""
    parameters = request.parameters
    cls = harness.definitions.find(parameters["part"], parameters["name"])
    with submission_code(f"making {parameters['name']}({_arguments_text(parameters['arguments'])})"):
        if task := untouched_task(cls):
            raise NotImplementedError(task)
        harness.models[parameters["model"]] = cls(**_hashable(parameters["arguments"]))
    return Reply()


@operation
def forget(harness: Harness, request: Request) -> Reply:
    """Let a model go."""
    harness.models.pop(request.parameters["model"], None)
    harness.beside.pop(request.parameters["model"], None)
    return Reply()


@operation
def call(harness: Harness, request: Request) -> Reply:
    """Call a method of a model on arrays, `repeats` times; the answers of the repeats are stacked in front.

    With `training`, layers that are not told otherwise act as they do in training.
    """
    import tensorflow as tf

    name = request.parameters["method"]
    method = harness.attribute(harness.model_of(request), name)
    if request.parameters.get("training"):
        with tf.keras.backend.learning_phase_scope(1):
            return _call_repeatedly(method, name, request)
    return _call_repeatedly(method, name, request)


@operation
def call_function(harness: Harness, request: Request) -> Reply:
    """Call a function of a part on arrays."""
    function = harness.definitions.find(request.parameters["part"], request.parameters["name"])
    return _call_repeatedly(function, request.parameters["name"], request)


def _call_repeatedly(function: Callable[..., Any], name: str, request: Request) -> Reply:
    repeats = request.parameters.get("repeats")
    wants = [Want(w.dtype, w.shape[1:] if repeats else w.shape) for w in request.wants or ()]
    tensors = [_tensor(a) for a in request.arrays]
    answers = []
    for _ in range(repeats or 1):
        with submission_code(f"calling {name}"):
            answer = function(*tensors, **request.parameters.get("arguments", {}))
        answers.append(as_arrays(answer, name, wants) if wants else [])
    if not repeats:
        return Reply(arrays=tuple(answers[0]))
    return Reply(arrays=tuple(np.stack(column) for column in zip(*answers, strict=True)))


def _tensor(array: np.ndarray) -> Any:
    import tensorflow as tf

    return tf.constant(array)


def _hashable(arguments: dict[str, Any]) -> dict[str, Any]:
    """JSON has lists where Python signatures have tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in arguments.items()}


def _arguments_text(arguments: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in _hashable(arguments).items())

"""What a check can ask for: a table of operations on a submission's definitions and models.

Each operation takes a request and returns plain values and arrays. What a submission raises becomes a SubmissionError;
any other exception is the grader's own fault.
"""

from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from ..autoencoders.operations.training import Trainer, set_learning_rate
from ..protocol.frames import Want
from ..protocol.messages import Reply, Request
from .arrays import as_array, as_arrays
from .guard import SubmissionError, submission_code
from .modules import Definitions


class Harness:
    """Holds one submission's definitions and the models made from them."""

    def __init__(self, definitions: Definitions, scratch: Path):
        self.definitions = definitions
        self.scratch = scratch
        self.models: dict[int, Any] = {}
        self.trainers: dict[int, Trainer] = {}

    def perform(self, request: Request) -> Reply:
        """Carry out one request. Raises SubmissionError for what the submission did."""
        return OPERATIONS[request.operation](self, request)

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
    """Enter a function into the table under its own name."""
    OPERATIONS[function.__name__] = function
    return function


@operation
def load(harness: Harness, request: Request) -> Reply:
    """Import a part."""
    harness.definitions.load(request.parameters["part"])
    return Reply()


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
        harness.models[parameters["model"]] = cls(**_hashable(parameters["arguments"]))
    return Reply()


@operation
def forget(harness: Harness, request: Request) -> Reply:
    """Let a model go."""
    harness.models.pop(request.parameters["model"], None)
    harness.trainers.pop(request.parameters["model"], None)
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


@operation
def normalize(harness: Harness, request: Request) -> Reply:
    """Map `normalize` over a dataset of (image, label) pairs, as the lab does; says the dtype it found."""
    import tensorflow as tf

    images, labels = request.arrays
    function = harness.definitions.find("data", "normalize")
    with submission_code("mapping normalize over a dataset"):
        mapped = tf.data.Dataset.from_tensor_slices((images, labels)).map(function)
        found = next(iter(mapped.batch(len(images))))
        if isinstance(found, tuple | list | dict):
            received = f"{len(found)} values"
            raise SubmissionError({"kind": "shape", "what": "normalize", "expected": "one image", "received": received})
        floats = tf.cast(found, tf.float32)
    array = as_array(floats, "normalize", Want("float32", images.shape))
    return Reply(found.dtype.name, (array,))


@operation
def training_batches(harness: Harness, request: Request) -> Reply:
    """Draw `count` batches; returns the batches' lengths and their images, one after the other."""
    import tensorflow as tf

    function = harness.definitions.find("data", "training_batches")
    (images,) = request.arrays
    dataset = tf.data.Dataset.from_tensor_slices(images)
    with submission_code("drawing batches from training_batches"):
        batches = [
            np.asarray(b) for b in function(dataset, request.parameters["batch_size"]).take(request.parameters["count"])
        ]
    image = Want("float32", (None, *images.shape[1:]))
    checked = [as_array(b, "a batch of training_batches", image) for b in batches]
    joined = np.concatenate(checked) if checked else np.zeros((0, *images.shape[1:]), np.float32)
    return Reply([len(b) for b in checked], (joined,))


@operation
def train(harness: Harness, request: Request) -> Reply:
    """Run `fit_iteration` over the batches of an array (steps, B, …); returns the losses, float32 (steps,)."""
    model = harness.model_of(request)
    for name in ("fit_iteration", "optimizer"):
        harness.attribute(model, name)
    trainer = harness.trainers.setdefault(request.parameters["model"], Trainer(model))
    with submission_code("training with fit_iteration"):
        return Reply(arrays=(np.array(trainer.run(request.arrays[0]), np.float32),))


@operation
def is_frozen_in_a_trace(harness: Harness, request: Request) -> Reply:
    """Whether `train` found that a trace of this model's step repeats what is random in the step as written."""
    trainer = harness.trainers.get(request.parameters["model"])
    return Reply(trainer is not None and trainer.is_frozen_in_a_trace)


@operation
def learning_rate(harness: Harness, request: Request) -> Reply:
    """Set the learning rate; returns the one before."""
    model = harness.model_of(request)
    harness.attribute(model, "optimizer")
    with submission_code("setting optimizer.learning_rate"):
        return Reply(set_learning_rate(model, request.parameters["value"]))


@operation
def trainable_variables(harness: Harness, request: Request) -> Reply:
    """The trainable arrays of a model, with their names."""
    with submission_code("reading trainable_variables"):
        variables = list(harness.model_of(request).trainable_variables)
        arrays = tuple(np.array(v.numpy(), np.float32) for v in variables)
    return Reply([str(getattr(v, "name", ""))[:80] for v in variables], arrays)


@operation
def fit(harness: Harness, request: Request) -> Reply:
    """Call `fit` on a dataset of given batches; returns the losses of the History, float32 (epochs,)."""
    import tensorflow as tf

    batches = tf.data.Dataset.from_tensor_slices(request.arrays if len(request.arrays) > 1 else request.arrays[0])
    method = harness.attribute(harness.model_of(request), request.parameters.get("method", "fit"))
    epochs, steps = request.parameters["epochs"], request.parameters["steps_per_epoch"]
    with submission_code("calling fit"), redirect_stdout(StringIO()):
        history = method(batches, epochs=epochs, steps_per_epoch=steps)
        if not request.wants:
            return Reply()
        if not isinstance(history, tf.keras.callbacks.History):
            received = f"a {type(history).__name__}"
            raise SubmissionError({"kind": "shape", "what": "fit", "expected": "a Keras History", "received": received})
        losses = [float(np.asarray(loss)) for loss in history.history.get("loss", [])]
    return Reply(arrays=(as_array(losses, 'History.history["loss"]', request.wants[0]),))


@operation
def checkpoint_folder(harness: Harness, request: Request) -> Reply:
    """Call `create_checkpoint` with a folder of its own in the scratch space."""
    model = harness.model_of(request)
    method = harness.attribute(model, "create_checkpoint")
    folder = harness.scratch / request.parameters["folder"]
    with submission_code("calling create_checkpoint"):
        method(str(folder))
    return Reply()


@operation
def checkpoint_count(harness: Harness, request: Request) -> Reply:
    """How many checkpoints lie in a folder of the scratch space."""
    folder = harness.scratch / request.parameters["folder"]
    return Reply(len(list(folder.glob("*.index"))) if folder.is_dir() else 0)


def _tensor(array: np.ndarray) -> Any:
    import tensorflow as tf

    return tf.constant(array)


def _hashable(arguments: dict[str, Any]) -> dict[str, Any]:
    """JSON has lists where Python signatures have tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in arguments.items()}


def _arguments_text(arguments: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in _hashable(arguments).items())

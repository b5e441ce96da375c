"""Operations on the models of this lab: training, weights, histories, checkpoints."""

from contextlib import redirect_stdout
from io import StringIO

import numpy as np

from ...harness.arrays import as_array
from ...harness.guard import SubmissionError, submission_code
from ...harness.operations import Harness, operation
from ...protocol.messages import Reply, Request
from .training import Trainer, set_learning_rate


@operation
def train(harness: Harness, request: Request) -> Reply:
    """Run `fit_iteration` over the batches of an array (steps, B, …); returns the losses, float32 (steps,)."""
    model = harness.model_of(request)
    for name in ("fit_iteration", "optimizer"):
        harness.attribute(model, name)
    kept = harness.beside.setdefault(request.parameters["model"], {})
    trainer: Trainer = kept.setdefault("trainer", Trainer(model))
    with submission_code("training with fit_iteration"):
        return Reply(arrays=(np.array(trainer.run(request.arrays[0]), np.float32),))


@operation
def is_frozen_in_a_trace(harness: Harness, request: Request) -> Reply:
    """Whether `train` found that a trace of this model's step repeats what is random in the step as written."""
    trainer = harness.beside.get(request.parameters["model"], {}).get("trainer")
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
def has_own_fit(harness: Harness, request: Request) -> Reply:
    """Whether a model's `fit` is another than that of the class of part `autoencoder`, which is measured there."""
    try:
        common = harness.definitions.find("autoencoder", "Autoencoder")
    except SubmissionError:
        return Reply(True)
    return Reply(getattr(type(harness.model_of(request)), "fit", None) is not getattr(common, "fit", None))


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

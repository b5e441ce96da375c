"""In which phase layers act while a loss is computed, training or not, and calls in which each acts the same.

A submission may tell its layers one thing in the loss and another where it encodes. What it evaluates in its loss is
what its loss is compared with, so each layer's phase is noted there.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ...harness.guard import submission_code
from ...harness.operations import OPERATIONS, Harness, operation
from ...protocol.messages import Reply, Request
from .training import learning_rate

Call = Callable[..., Any]
Around = Callable[[Any, Call], Call]  # of a layer and its call: what is to be called in its place


@operation
def note_phases(harness: Harness, request: Request) -> Reply:
    """Run `fit_iteration` on a batch at learning rate 0 and keep what each layer of the model was told."""
    import tensorflow as tf

    model = harness.model_of(request)
    step = harness.attribute(model, "fit_iteration")
    harness.attribute(model, "optimizer")
    phases: dict[int, bool] = {}

    def noting(layer: Any, call: Call) -> Call:
        def noted(*args: Any, **kwargs: Any) -> Any:
            told = inspect.signature(call).bind(*args, **kwargs).arguments.get("training")
            phases[id(layer)] = bool(tf.keras.backend.learning_phase() if told is None else told)
            return call(*args, **kwargs)

        return noted

    with submission_code("calling fit_iteration"), learning_rate(model, 0.0), _called_through(model, noting):
        step(tf.constant(request.arrays[0]))
    harness.beside.setdefault(request.parameters["model"], {})["phases"] = phases
    return Reply()


@operation
def call_as_in_loss(harness: Harness, request: Request) -> Reply:
    """The operation `call`, with each layer in the phase that was noted, whatever it is told now."""
    phases = harness.beside.get(request.parameters["model"], {}).get("phases", {})

    def forcing(layer: Any, call: Call) -> Call:
        def forced(*args: Any, **kwargs: Any) -> Any:
            bound = inspect.signature(call).bind(*args, **kwargs)
            if id(layer) in phases:
                bound.arguments["training"] = phases[id(layer)]
            return call(*bound.args, **bound.kwargs)

        return forced

    with _called_through(harness.model_of(request), forcing):
        return OPERATIONS["call"](harness, request)


@contextmanager
def _called_through(model: Any, around: Around) -> Iterator[None]:
    """Let a model's layers that know of training be called through something else, and compiled code run eagerly."""
    import tensorflow as tf

    eager = tf.config.functions_run_eagerly()
    layers = list(_layers_of(model))
    own = [vars(layer).get("call") for layer in layers]
    tf.config.run_functions_eagerly(True)
    try:
        for layer in layers:
            object.__setattr__(layer, "call", around(layer, layer.call))  # past Keras, which tracks attributes
        yield
    finally:
        tf.config.run_functions_eagerly(eager)
        for layer, before in zip(layers, own, strict=True):
            object.__setattr__(layer, "call", before) if before else vars(layer).pop("call", None)


def _layers_of(model: Any) -> Iterable[Any]:
    import tensorflow as tf

    with submission_code("looking for the model's layers"):
        modules = (model, *getattr(model, "submodules", ()))
        layers = {id(m): m for m in modules if isinstance(m, tf.keras.layers.Layer)}
        return [layer for layer in layers.values() if "training" in inspect.signature(layer.call).parameters]

"""Operations that describe how a model is built. What they say is the submission's own word.

Checks that rest on them are called structural; measured checks beside them make a lie pointless.
"""

from typing import Any

import numpy as np

from ...harness.arrays import as_array
from ...harness.guard import SubmissionError, submission_code
from ...harness.operations import Harness, operation
from ...protocol.messages import Reply, Request


@operation
def decode_operations(harness: Harness, request: Request) -> Reply:
    """The types of the operations in the traced `decode`, library functions included, and what the trace answers."""
    import tensorflow as tf

    model = harness.model_of(request)
    decode = harness.attribute(model, "decode")
    (encodings,) = request.arrays
    with submission_code("tracing decode"):
        traced = tf.function(decode).get_concrete_function(tf.TensorSpec(encodings.shape, tf.float32))
        decoded = traced(tf.constant(encodings))
    graph = traced.graph.as_graph_def()
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    assert request.wants is not None
    return Reply(sorted({node.op for node in nodes})[:500], (as_array(decoded, "decode", request.wants[0]),))


@operation
def sampling_layer(harness: Harness, request: Request) -> Reply:
    """What `sampling_layer` and its regularizer do with given parameters (B, k), k being what the layer asks for.

    Value: names of the classes and whether the prior can be trained. Arrays: mean (B, d) and covariance (B, d, d) of
    the posterior, the regularizer's value, and the prior's log-probability at the probes; zeros where there is no such
    layer.
    """
    parameters, probes = request.arrays
    size = probes.shape[1]
    model = harness.model_of(request)
    layer, prior = harness.attribute(model, "sampling_layer"), harness.attribute(model, "prior")
    with submission_code("reading the sampling layer"):
        kind, regularizer = type(layer), layer.activity_regularizer
        described = {
            "layer": kind.__name__,
            "is_distribution_layer": _is_distribution_layer(layer),
            "regularizer": type(regularizer).__name__,
            "is_kl_regularizer": _is_kl_regularizer(regularizer),
            "prior_variables": len(getattr(prior, "trainable_variables", ())),
            "prior_is_of_vectors": len(prior.event_shape) == 1,
        }
        if not all(described[name] for name in ("is_distribution_layer", "is_kl_regularizer", "prior_is_of_vectors")):
            return Reply(described, tuple(np.zeros([s or 0 for s in w.shape], np.float32) for w in request.wants or ()))
        posterior = layer(_parameters(layer, size, parameters))
        arrays = (posterior.mean(), _covariance(posterior), regularizer(posterior), prior.log_prob(probes))
        found = [np.asarray(array) for array in arrays]
    names = ["mean", "covariance", "regularizer", "prior.log_prob"]
    wants = request.wants or ()
    return Reply(described, tuple(as_array(a, n, w) for a, n, w in zip(found, names, wants, strict=True)))


def _parameters(layer: Any, size: int, parameters: np.ndarray) -> Any:
    """As many of the drawn numbers as the layer asks for."""
    import tensorflow as tf

    count = layer.params_size(size) if hasattr(layer, "params_size") else layer.input_shape[-1]
    return tf.constant(parameters[:, : int(count)])


def _covariance(posterior: Any) -> Any:
    """The covariance (B, d, d), also of independent components, for which TFP has only the variance."""
    import tensorflow as tf

    try:
        return posterior.covariance()
    except NotImplementedError:
        return tf.linalg.diag(posterior.variance())


def _is_distribution_layer(layer: Any) -> bool:
    import tensorflow_probability as tfp

    return isinstance(layer, tfp.layers.DistributionLambda)


def _is_kl_regularizer(regularizer: Any) -> bool:
    import tensorflow_probability as tfp

    return isinstance(regularizer, tfp.layers.KLDivergenceRegularizer)


@operation
def variables(harness: Harness, request: Request) -> Reply:
    """All arrays of a model of one shape, trainable or not: pretraining may have frozen some."""
    shape = tuple(request.parameters["shape"])
    with submission_code("reading the model's weights"):
        return Reply(arrays=tuple(v.numpy() for v in harness.model_of(request).variables if tuple(v.shape) == shape))


@operation
def all_variables(harness: Harness, request: Request) -> Reply:
    """Every array of a model, trainable or not, as float32."""
    with submission_code("reading the model's weights"):
        return Reply(arrays=tuple(np.array(v.numpy(), np.float32) for v in harness.model_of(request).variables))


@operation
def scale_variables(harness: Harness, request: Request) -> Reply:
    """Multiply every trainable array by a factor: those of the model's decoder, or all the others."""
    with submission_code("setting the model's weights"):
        model = harness.model_of(request)
        decoder = {id(variable) for variable in getattr(getattr(model, "decoder", None), "variables", ())}
        for variable in model.trainable_variables:
            if (id(variable) in decoder) == request.parameters["decoder"]:
                variable.assign(variable * request.parameters["factor"])
    return Reply()


@operation
def clear_rows(harness: Harness, request: Request) -> Reply:
    """Set the given rows of all arrays of one shape to 0."""
    shape, rows = tuple(request.parameters["shape"]), request.parameters["rows"]
    with submission_code("setting the model's weights"):
        for variable in harness.model_of(request).variables:
            if tuple(variable.shape) == shape:
                values = variable.numpy()
                values[rows] = 0
                variable.assign(values)
    return Reply()


@operation
def assign_variables(harness: Harness, request: Request) -> Reply:
    """Set every array of a model, in the order of `all_variables`."""
    import tensorflow as tf

    with submission_code("setting the model's weights"):
        found = harness.model_of(request).variables
        shapes, wanted = [tuple(v.shape) for v in found], [a.shape for a in request.arrays]
        if shapes != wanted:
            received = f"{len(shapes)} of shapes {shapes[:12]}"
            expected = f"{len(wanted)} of shapes {wanted[:12]}"
            what = "a second model of the same class, whose weights"
            raise SubmissionError({"kind": "shape", "what": what, "expected": expected, "received": received})
        for variable, array in zip(found, request.arrays, strict=True):
            variable.assign(tf.cast(array, variable.dtype))
    return Reply()

"""Operations with a model of the grader's own, whose every answer the deciding process can compute again."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...harness.arrays import as_array
from ...harness.guard import submission_code
from ...harness.operations import Harness, operation
from ...protocol.frames import Want
from ...protocol.messages import Reply, Request

BIAS = np.float32(0.5)


@dataclass(frozen=True)
class Probe:
    """encode: pixels times `into`; decode: the sigmoid of codes times `out`, and BIAS. All in float32 NumPy.

    into: (784, d), out: (d, 784). The pictures a code gives are all different, so no swap or flip goes unseen, and that
    of the opposite code is not its negative.
    """

    into: np.ndarray
    out: np.ndarray

    def encode(self, images: np.ndarray) -> np.ndarray:
        """(B, 28, 28, 1) -> (B, d)."""
        return np.asarray(images.reshape(len(images), 784) @ self.into, np.float32)

    def decode(self, encodings: np.ndarray) -> np.ndarray:
        """(B, d) -> (B, 28, 28, 1)."""
        return np.asarray(1 / (1 + np.exp(-(encodings @ self.out + BIAS))), np.float32).reshape(-1, 28, 28, 1)


class ProbeModel:
    """What a student's picture code gets for a model: encode, decode and reconstruct, and nothing else."""

    def __init__(self, probe: Probe):
        self._probe = probe

    def encode(self, inputs: Any) -> Any:
        """(B, 28, 28, 1) -> (B, d)."""
        return self._tensor(self._probe.encode(self._batch(inputs, (28, 28, 1))))

    def decode(self, encodings: Any) -> Any:
        """(B, d) -> (B, 28, 28, 1)."""
        return self._tensor(self._probe.decode(self._batch(encodings, self._probe.out.shape[:1])))

    def reconstruct(self, images: Any) -> Any:
        """(B, 28, 28, 1) -> (B, 28, 28, 1)."""
        return self.decode(self.encode(images))

    @staticmethod
    def _tensor(array: np.ndarray) -> Any:
        import tensorflow as tf

        return tf.constant(array)

    @staticmethod
    def _batch(value: Any, shape: tuple[int, ...]) -> np.ndarray:
        array = np.asarray(value, np.float32)
        if array.shape[1:] != shape:
            raise ValueError(f"expected a batch of shape (B, {', '.join(map(str, shape))}), got {array.shape}")
        return array


class Pictures(np.ndarray):
    """Images as the template's signature has them, which also answer to `.numpy()` as the experiment's tensors do."""

    def numpy(self) -> np.ndarray:
        """A plain array."""
        return np.asarray(self)


@operation
def picture(harness: Harness, request: Request) -> Reply:
    """Call a picture function of the submission with a probe model; arrays: into, out, then what it gets besides."""
    into, out, *others = request.arrays
    name = request.parameters["name"]
    function = harness.definitions.find("pictures", name)
    with submission_code(f"calling {name}"):
        drawn = function(
            ProbeModel(Probe(into, out)), *(a.view(Pictures) for a in others), **request.parameters["arguments"]
        )
    assert request.wants is not None
    want = Want("float32", request.wants[0].shape)
    kind = getattr(getattr(drawn, "dtype", None), "kind", "")
    if isinstance(kind, str) and kind in "iu" and kind:  # bytes are drawn as well, and are told from other mistakes
        return Reply(str(drawn.dtype)[:40], (as_array(np.asarray(drawn, np.float32), name, want),))
    return Reply("float", (as_array(drawn, name, want),))

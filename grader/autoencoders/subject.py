"""The submission as the checks of this lab see it: with images that are hidden from it, and models that learn them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core import expect
from ..core.text import printable
from ..protocol.frames import ANY_FLOATS, Want
from ..subject import subject
from ..subject.subject import Channel, Origin
from .images import Images
from .known_errors import KNOWN_ERRORS

IMAGE = (28, 28, 1)
HIGHEST_RATE = 1e6


class Subject(subject.Subject):
    """A submission as the checks of this lab see it, with the digits of its grading seed."""

    known_errors = KNOWN_ERRORS

    def __init__(self, channel: Channel, seed: int):
        super().__init__(channel, seed)
        self.images = Images(self.random("images"))

    def create(self, part: str, name: str, **arguments: Any) -> "Model":
        """A model: an instance of class `name` of `part`."""
        return Model(self, self.make(part, name, arguments), Origin(part, name, arguments))


@dataclass(frozen=True)
class Pretrained:
    """What a pretraining did, by the submission's own word: batches drawn, and steps of each optimizer made in it."""

    drawn: int
    steps: tuple[int, ...]

    def stages_of(self, steps: int) -> int:
        """How many stages of so many steps there were."""
        return sum(each // steps for each in self.steps)


class Model(subject.Model):
    """A model of this lab. Arrays in, arrays out."""

    subject: Subject

    def __init__(self, examined: Subject, number: int, origin: Origin):
        super().__init__(examined, number, origin)
        self.encoding_size: int = origin.arguments.get("encoding_size", 10)

    def call(
        self,
        method: str,
        arrays: Sequence[np.ndarray],
        *wants: Want,
        repeats: int | None = None,
        training: bool = False,
    ) -> list[np.ndarray]:
        """Call any method; with `repeats`, as many times. With `training`, layers act as in the loss: `note_phases`."""
        if not training:
            return super().call(method, arrays, *wants, repeats=repeats)
        stacked = [Want(w.dtype, (repeats, *w.shape)) for w in wants] if repeats else wants
        asked: dict[str, Any] = {"method": method, "model": self.number, "repeats": repeats}
        return list(self.subject.request("call_as_in_loss", arrays, stacked, **asked).arrays)

    def note_phases(self, batch: np.ndarray) -> None:
        """Note in which phase, training or not, each layer acts in the loss; takes a step at learning rate 0."""
        self.subject.request("note_phases", [batch], model=self.number)

    def twin(self, noise: np.ndarray) -> "Model":
        """A model of the same class with the same weights, trainable or not, in a second process.

        It is built on images of `noise`, by a step at learning rate 0 if need be; then all its weights are set. It
        keeps nothing else of what this one has seen. End its process with `twin.subject.close()`.
        """
        weights = self.subject.request("all_variables", (), ANY_FLOATS, finite=False, model=self.number).arrays
        subject = self.subject.elsewhere()
        subject.seed_submission("twin")
        model = subject.create(self.origin.part, self.origin.name, **self.origin.arguments)
        model.reconstruct(noise)
        built = subject.request("all_variables", (), ANY_FLOATS, finite=False, model=model.number).arrays
        if len(built) < len(weights):  # some layers are built in training alone
            model.set_learning_rate(0.0)
            model.fit_iteration(noise)
        subject.request("assign_variables", weights, model=model.number)
        return model

    def encode(self, images: np.ndarray) -> np.ndarray:
        """(B, 28, 28, 1) -> (B, encoding_size)."""
        return self.call("encode", [images], Want("float32", (len(images), self.encoding_size)))[0]

    def encode_often(self, images: np.ndarray, draws: int, training: bool = False) -> np.ndarray:
        """`draws` encodings of each image, (draws, B, encoding_size), in two calls on batches with repeated images."""
        calls, count = 2, len(images)
        want = Want("float32", (count * draws // calls, self.encoding_size))
        repeated = np.tile(images, (draws // calls, 1, 1, 1))
        found = self.call("encode", [repeated], want, repeats=calls, training=training)[0]
        return found.reshape(draws, count, self.encoding_size)

    def decode(self, encodings: np.ndarray) -> np.ndarray:
        """(B, encoding_size) -> (B, 28, 28, 1)."""
        return self.call("decode", [encodings], Want("float32", (len(encodings), *IMAGE)))[0]

    def reconstruct(self, images: np.ndarray, training: bool = False) -> np.ndarray:
        """(B, 28, 28, 1) -> (B, 28, 28, 1)."""
        return self.call("reconstruct", [images], Want("float32", images.shape), training=training)[0]

    def fit_iteration(self, batch: np.ndarray) -> float:
        """One step as the submission wrote it; its loss."""
        return float(self.call("fit_iteration", [batch], Want("float32", ()))[0])

    def train(self, batches: np.ndarray) -> np.ndarray:
        """A step on each of (steps, B, …); the losses (steps,). May be traced. Raises Diverged at the first NaN."""
        asked = [Want("float32", (len(batches),))]
        losses = self.subject.request("train", [batches], asked, finite=False, model=self.number).arrays[0]
        expect.finite_losses(losses)
        return losses

    def is_frozen_in_a_trace(self) -> bool:
        """Whether training is random as written and repeats itself when it is traced, by the submission's own word."""
        return self.subject.request("is_frozen_in_a_trace", model=self.number).value is True

    def fit(self, batches: np.ndarray, epochs: int, steps_per_epoch: int) -> np.ndarray:
        """`fit` on a dataset of the given batches; the History's losses (epochs,)."""
        want = Want("float32", (epochs,))
        asked: dict[str, Any] = {"model": self.number, "epochs": epochs, "steps_per_epoch": steps_per_epoch}
        return self.subject.request("fit", [batches], [want], **asked).arrays[0]

    def has_own_fit(self) -> bool:
        """Whether `fit` is another than that of part `autoencoder`, by the submission's own word."""
        return self.subject.request("has_own_fit", model=self.number).value is True

    def steps(self, batch: np.ndarray, count: int) -> np.ndarray:
        """`count` steps on one batch as the submission wrote them; the losses (count,)."""
        return self.call("fit_iteration", [batch], Want("float32", ()), repeats=count)[0]

    def scale_weights(self, factor: float, *, decoder: bool) -> None:
        """Multiply every trainable array by a factor: those of the decoder, or all the others."""
        self.subject.request("scale_variables", model=self.number, factor=factor, decoder=decoder)

    def set_learning_rate(self, value: float) -> float:
        """Set optimizer.learning_rate; returns the one before."""
        before = self.subject.request("learning_rate", model=self.number, value=value).value
        if not isinstance(before, int | float) or abs(before) > HIGHEST_RATE:
            raise expect.not_an_answer("a learning rate that is no number")
        return float(before)

    def trainable_variables(self) -> dict[str, np.ndarray]:
        """The trainable arrays, by their position and name."""
        reply = self.subject.request("trainable_variables", (), ANY_FLOATS, model=self.number)
        if not isinstance(reply.value, list) or len(reply.value) != len(reply.arrays):
            raise expect.not_an_answer("names of variables that do not match their arrays")
        return {
            f"{i}: {printable(str(name), 80)}": a
            for i, (name, a) in enumerate(zip(reply.value, reply.arrays, strict=True))
        }

    def decode_operations(self, encodings: np.ndarray) -> tuple[list[str], np.ndarray]:
        """The types of the operations that `decode` consists of, by the submission's own word, and what they answer."""
        want = Want("float32", (len(encodings), *IMAGE))
        reply = self.subject.request("decode_operations", [encodings], [want], model=self.number)
        found = reply.value if isinstance(reply.value, list) else []
        return [str(name) for name in found], reply.arrays[0]

    def variables_of_shape(self, shape: tuple[int, ...]) -> list[np.ndarray]:
        """All arrays of the model of one shape, trainable or not."""
        return list(self.subject.request("variables", (), ANY_FLOATS, model=self.number, shape=list(shape)).arrays)

    def pretrain(self, batches: np.ndarray, epochs: int, steps_per_epoch: int) -> Pretrained:
        """`pretrain` on a stream of batches."""
        asked: dict[str, Any] = {"model": self.number, "epochs": epochs, "steps_per_epoch": steps_per_epoch}
        found = self.subject.request("pretrain", [batches], **asked).value
        drawn, *steps = found if isinstance(found, list) and all(type(n) is int for n in found) and found else [-1]
        return Pretrained(drawn, tuple(steps))

    def clear_rows(self, shape: tuple[int, ...], rows: Sequence[int]) -> None:
        """Set rows of the arrays of one shape to 0."""
        self.subject.request("clear_rows", model=self.number, shape=list(shape), rows=list(rows))

    def fit_labels(self, images: np.ndarray, labels: np.ndarray, epochs: int, steps_per_epoch: int) -> None:
        """`fit` on batches of images and labels."""
        self.subject.request(
            "fit_labels", [images, labels], model=self.number, epochs=epochs, steps_per_epoch=steps_per_epoch
        )

    def create_checkpoint(self, folder: str) -> None:
        """Let the model keep its checkpoints in a folder of this name in the scratch space."""
        self.subject.request("checkpoint_folder", model=self.number, folder=folder)

    def save(self) -> None:
        """Save a checkpoint."""
        self.call("save", [])

    def restore(self) -> None:
        """Restore the checkpoint."""
        self.call("restore", [])

    def checkpoint_count(self, folder: str) -> int:
        """How many checkpoints the folder holds."""
        count = self.subject.request("checkpoint_count", folder=folder).value
        return count if isinstance(count, int) else -1

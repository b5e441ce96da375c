"""What checks talk to: a submission's functions and models as if they were here.

The same interface stands in front of a submission in this process (the self-check) and of one in a child process
(a grade); only the channel differs. Everything that comes back has been checked for type, shape and finiteness.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from ..autoencoders.images import Images
from ..core import expect
from ..core.outcomes import Picture
from ..core.text import printable
from ..protocol.frames import ANY_FLOATS, Want
from ..protocol.messages import Reply, Request
from .errors import as_exception

T = TypeVar("T")
IMAGE = (28, 28, 1)
HIGHEST_RATE = 1e6
JUDGED_LATER = ("all_variables", "train")  # a model may keep an infinity, and a training may come to one


class Channel(Protocol):
    """Carries requests to a harness. Raises SubmissionDied when there is none left to ask."""

    def request(self, request: Request) -> tuple[Reply | None, dict[str, Any] | None]:
        """The reply, or else the description of what the submission raised."""

    def fresh(self) -> "Channel":
        """A channel to a second harness of the same submission, which has seen nothing."""

    def close(self) -> None:
        """End the harness."""


class Subject:
    """One submission under examination, with the grading seed and the images that are hidden from it."""

    def __init__(self, channel: Channel, seed: int):
        self.channel = channel
        self.seed = seed
        self.images = Images(self.random("images"))
        self.pictures: list[Picture] = []
        self._shared: dict[Any, tuple[bool, Any]] = {}
        self._deadly_parts: dict[str, str] = {}
        self._next_model = 0

    def request(
        self, operation: str, arrays: Sequence[np.ndarray] = (), wants: Sequence[Want] | None = (), **parameters: Any
    ) -> Reply:
        """Ask the harness; raise what the submission did wrong as Failed or NotImplementedYet."""
        asked = Request(operation, parameters, tuple(arrays), None if wants is None else tuple(wants))
        reply, failure = self.channel.request(asked)
        if reply is None:
            raise as_exception(failure)
        for array in () if operation in JUDGED_LATER else reply.arrays:
            expect.finite(array, f"What {parameters.get('method') or parameters.get('name') or operation} returned")
        return reply

    def random(self, purpose: str) -> np.random.Generator:
        """Random numbers that depend on the grading seed and the purpose alone."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])

    def seed_submission(self, purpose: str) -> None:
        """Seed the submission's global generators, so that the order of checks does not matter."""
        self.request("seed", seed=int(self.random(purpose).integers(2**31)))

    def once(self, measure: Callable[["Lab"], T]) -> T:
        """The result of a measurement that several checks share; it is made once, also when it fails."""
        return self.once_under(f"{measure.__module__}.{measure.__name__}", measure)

    def once_under(self, key: Any, measure: Callable[["Lab"], T]) -> T:
        """The same, for a measurement that is known by a key; it is seeded by the key, whichever check comes first."""
        if key not in self._shared:
            try:
                self.seed_submission(str(key))
                self._shared[key] = (True, measure(self))
            except (expect.Failed, expect.NotImplementedYet) as failure:
                self._shared[key] = (False, failure)
        made, result = self._shared[key]
        if not made:
            raise result
        return result  # type: ignore[no-any-return]  # what was made under this key

    def forget_shared(self) -> None:
        """Drop shared measurements: the process that holds their models is gone."""
        self._shared.clear()

    def picture(self, name: str, caption: str, pixels: np.ndarray) -> None:
        """Keep a picture for the report; grey values (height, width) in [0, 1]."""
        self.pictures.append(Picture(name, caption, np.asarray(pixels, np.float32)))

    def create(self, part: str, name: str, **arguments: Any) -> "Model":
        """A model: an instance of class `name` of `part`."""
        self.load(part)
        self._next_model += 1
        self.request("create", part=part, name=name, arguments=arguments, model=self._next_model)
        return Model(self, self._next_model, Origin(part, name, arguments))

    def close(self) -> None:
        """End the process behind this."""
        self.channel.close()

    def elsewhere(self) -> "Lab":
        """The same submission in a second process, which has seen nothing of what this one has."""
        return Subject(self.channel.fresh(), self.seed)

    def load(self, part: str) -> None:
        """Import a part; a part that cannot be imported fails each time, and costs its time only once."""
        if part in self._deadly_parts:
            raise expect.Failed(self._deadly_parts[part], "Import the module yourself, and see where it ends.")
        try:
            self.once_under(part, lambda subject: subject.request("load", part=part))
        except expect.SubmissionDied as death:
            self._deadly_parts[part] = str(death)
            raise

    def call_function(
        self, part: str, name: str, arrays: Sequence[np.ndarray], want: Want, **arguments: Any
    ) -> np.ndarray:
        """Call a function of a part."""
        self.load(part)
        return self.request("call_function", arrays, [want], part=part, name=name, arguments=arguments).arrays[0]


@dataclass(frozen=True)
class Origin:
    """What a model was made from."""

    part: str
    name: str
    arguments: dict[str, Any]


class Model:
    """A model of a submission. Arrays in, arrays out."""

    def __init__(self, subject: Subject, number: int, origin: Origin):
        self.subject = subject
        self.number = number
        self.origin = origin
        self.encoding_size: int = origin.arguments.get("encoding_size", 10)

    def twin(self, noise: np.ndarray) -> "Model":
        """A model of the same class with the same weights, trainable or not, in a second process.

        It is built on images of `noise`, by a step at learning rate 0 if need be; then all its weights are set. It
        keeps nothing else of what this one has seen. Its process is to be ended with `twin.lab.close()`.
        """
        weights = self.subject.request("all_variables", (), ANY_FLOATS, model=self.number).arrays
        subject = self.subject.elsewhere()
        subject.seed_submission("twin")
        model = subject.create(self.origin.part, self.origin.name, **self.origin.arguments)
        model.reconstruct(noise)
        built = subject.request("all_variables", (), ANY_FLOATS, model=model.number).arrays
        if len(built) < len(weights):  # some layers are built in training alone
            model.set_learning_rate(0.0)
            model.fit_iteration(noise)
        subject.request("assign_variables", weights, model=model.number)
        return model

    def call(
        self,
        method: str,
        arrays: Sequence[np.ndarray],
        *wants: Want,
        repeats: int | None = None,
        training: bool = False,
    ) -> list[np.ndarray]:
        """Call any method; with `repeats`, as many times, the answers stacked in front.

        With `training`, layers that are not told otherwise act as in training.
        """
        stacked = [Want(w.dtype, (repeats, *w.shape)) for w in wants] if repeats else wants
        asked = {"method": method, "model": self.number, "repeats": repeats, "training": training}
        return list(self.subject.request("call", arrays, stacked, **asked).arrays)

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
        losses = self.subject.request("train", [batches], asked, model=self.number).arrays[0]
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

    def pretrain(self, batches: np.ndarray, epochs: int, steps_per_epoch: int) -> int:
        """`pretrain` on a stream of batches; how many were drawn, by the submission's own word."""
        asked: dict[str, Any] = {"model": self.number, "epochs": epochs, "steps_per_epoch": steps_per_epoch}
        drawn = self.subject.request("pretrain", [batches], **asked).value
        return drawn if isinstance(drawn, int) else -1

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

    def forget(self) -> None:
        """Let the model go, to save memory."""
        self.subject.request("forget", model=self.number)

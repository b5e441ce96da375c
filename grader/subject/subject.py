"""What checks talk to: a submission's functions and models as if they were here.

The same interface stands in front of a submission in this process (the self-check) and of one in a child process
(a grade); only the channel differs. Everything that comes back has been checked for type, shape and finiteness.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np

from ..core import expect
from ..core.outcomes import LeftOut, Picture
from ..protocol.frames import Want
from ..protocol.messages import Reply, Request
from .errors import KnownError, as_exception, left_out_of

T = TypeVar("T")
S = TypeVar("S", bound="Subject")
DEADLY = 3  # statements of a submission that end its process, and that it is loaded without
ENDINGS = {"process.ended": "it ended the Python process", "process.timeout": "it did not come to an end"}


class Channel(Protocol):
    """Carries requests to a harness. Raises SubmissionDied when there is none left to ask."""

    def request(self, request: Request) -> tuple[Reply | None, dict[str, Any] | None]:
        """The reply, or else the description of what the submission raised."""

    def fresh(self) -> "Channel":
        """A channel to a second harness of the same submission, which has seen nothing."""

    def close(self) -> None:
        """End the harness."""


class Subject:
    """A submission as checks see it, and the grading seed. An assignment adds what is hidden from it.

    known_errors: what an assignment says in place of a library.
    """

    known_errors: ClassVar[tuple[KnownError, ...]] = ()

    def __init__(self, channel: Channel, seed: int):
        self.channel = channel
        self.seed = seed
        self.pictures: list[Picture] = []
        self._shared: dict[Any, tuple[bool, Any]] = {}
        self._deadly_parts: dict[str, expect.SubmissionDied] = {}
        self._without: list[tuple[str, int, str]] = []  # statements, and why they must not run
        self.left_out: dict[LeftOut, None] = {}  # in their order, by the submission's own word
        self._next_model = 0

    def request(
        self,
        operation: str,
        arrays: Sequence[np.ndarray] = (),
        wants: Sequence[Want] | None = (),
        *,
        finite: bool = True,
        **parameters: Any,
    ) -> Reply:
        """Ask the harness; raise what the submission did wrong as Failed or NotImplementedYet.

        finite: whether an answer that holds a number that is not finite is a failure.
        """
        asked = Request(operation, parameters, tuple(arrays), None if wants is None else tuple(wants))
        reply, failure = self.channel.request(asked)
        if reply is None:
            raise as_exception(failure, self.known_errors)
        for array in reply.arrays if finite else ():
            expect.finite(array, f"What {parameters.get('method') or parameters.get('name') or operation} returned")
        return reply

    def random(self, purpose: str) -> np.random.Generator:
        """Random numbers that depend on the grading seed and the purpose alone."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])

    def seed_submission(self, purpose: str) -> None:
        """Seed the submission's global generators, so that the order of checks does not matter."""
        self.request("seed", seed=int(self.random(purpose).integers(2**31)))

    def once(self: S, measure: Callable[[S], T]) -> T:
        """The result of a measurement that several checks share; it is made once, also when it fails."""
        return self.once_under(f"{measure.__module__.rpartition('.')[2]}.{measure.__name__}", measure)

    def once_under(self: S, key: Any, measure: Callable[[S], T]) -> T:
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
        return Model(self, self.make(part, name, arguments), Origin(part, name, arguments))

    def make(self, part: str, name: str, arguments: dict[str, Any]) -> int:
        """Let the harness make a model; the number that it keeps it under."""
        self.load(part)
        self._next_model += 1
        self.request("create", part=part, name=name, arguments=arguments, model=self._next_model)
        return self._next_model

    def close(self) -> None:
        """End the process behind this."""
        self.channel.close()

    def elsewhere(self: S) -> S:
        """The same submission in a second process, which has seen nothing of what this one has."""
        other = type(self)(self.channel.fresh(), self.seed)
        other._without = self._without
        return other

    def load(self, part: str) -> None:
        """Import a part; a part that cannot be imported fails each time, and costs its time only once."""
        if death := self._deadly_parts.get(part):
            hint = "Import the module yourself, and see where it ends."
            raise expect.Failed(death.code, death.template, hint, **death.parameters)
        try:
            self.once_under(part, lambda subject: subject.load_statements(part))
        except expect.SubmissionDied as death:
            self._deadly_parts[part] = death
            raise

    def load_statements(self, part: str) -> None:
        """Import a part, and again without a statement that ends the process. Raises SubmissionDied if that goes on."""
        while True:
            try:
                reply = self.request("load", part=part, without=self._without)
            except expect.SubmissionDied as death:
                if len(self._without) == DEADLY or not self._leave_out(death):
                    raise
                self.seed_submission(part)
            else:
                self.left_out |= dict.fromkeys(left_out_of(reply.value))
                return

    def _leave_out(self, death: expect.SubmissionDied) -> bool:
        """Do without the statement that a process died in from now on; False where none is known."""
        match death.at:
            case [str(place), int(line)] if all(known[:2] != (place, line) for known in self._without):
                self._without.append((place, line, ENDINGS.get(death.code, death.message)))
                return death.code != "process.time_used_up"
        return False

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
        asked: dict[str, Any] = {"method": method, "model": self.number, "repeats": repeats, "training": training}
        return list(self.subject.request("call", arrays, stacked, **asked).arrays)

    def forget(self) -> None:
        """Let the model go, to save memory."""
        self.subject.request("forget", model=self.number)

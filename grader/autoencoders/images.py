"""The digits a submission is measured on: drawn and changed anew for every grading seed, held by the deciding process.

MNIST is public, so a submission may bring the digits, or weights that were trained on them. It cannot know how a
grading seed turns, shifts and grades them.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from . import mnist_subset

LARGEST_SHIFT = 2  # pixels; nearly all digits keep a margin of more
TURNS = (  # transposed, upside down, mirrored
    (True, False, False), (True, True, False), (True, False, True), (True, True, True), (False, True, False),
)  # fmt: skip
GAMMA = (0.85, 1.2)  # the exponent of grey values


@cache
def _subset() -> dict[str, np.ndarray]:
    return mnist_subset.load()


@dataclass(frozen=True)
class Look:
    """How all digits of a seed are changed: turned or mirrored, shifted, and with another contrast.

    The changes are the same for all of them, so they are as easy to learn as the digits themselves.
    """

    transposed: bool
    upside_down: bool
    mirrored: bool
    down: int
    right: int
    gamma: float

    @classmethod
    def drawn(cls, random: np.random.Generator) -> "Look":
        """One of the looks; never one in which digits resemble upright ones, as they do mirrored or on their head."""
        transposed, upside_down, mirrored = TURNS[int(random.integers(len(TURNS)))]
        down, right = (int(n) for n in random.integers(-LARGEST_SHIFT, LARGEST_SHIFT + 1, size=2))
        return cls(transposed, upside_down, mirrored, down, right, float(random.uniform(*GAMMA)))

    def of(self, images: np.ndarray) -> np.ndarray:
        """(n, 28, 28, 1) uint8 -> float32 in [0, 1], changed."""
        grey = (images.astype(np.float32) / np.float32(255)) ** np.float32(self.gamma)
        edge = LARGEST_SHIFT
        padded = np.pad(self._turned(grey), ((0, 0), (edge, edge), (edge, edge), (0, 0)))
        return padded[:, edge - self.down :, edge - self.right :][:, : grey.shape[1], : grey.shape[2]]

    def _turned(self, images: np.ndarray) -> np.ndarray:
        turned = images.swapaxes(1, 2) if self.transposed else images
        return turned[:, :: -1 if self.upside_down else 1, :: -1 if self.mirrored else 1]

    def upright(self, images: np.ndarray) -> np.ndarray:
        """Pictures (n, 28, 28, 1) turned back, for people to look at."""
        turned = images[:, :: -1 if self.upside_down else 1, :: -1 if self.mirrored else 1]
        return turned.swapaxes(1, 2) if self.transposed else turned


class Images:
    """Training and held-out digits in an order and with a look of their own; float32 (n, 28, 28, 1) in [0, 1]."""

    def __init__(self, random: np.random.Generator):
        subset = _subset()
        self._train = random.permutation(len(subset["train_images"]))
        self._test = random.permutation(len(subset["test_images"]))
        self.look = Look.drawn(random)

    def training(self, start: int, stop: int) -> np.ndarray:
        """Training digits from position `start` to `stop` of this seed's order, which begins again at its end."""
        return self.look.of(_taken(_subset()["train_images"], self._train, start, stop))

    def training_labels(self, start: int, stop: int) -> np.ndarray:
        """Their labels, int64 in 0..9."""
        return _taken(_subset()["train_labels"], self._train, start, stop)

    def held_out(self, count: int, start: int = 0) -> np.ndarray:
        """`count` test digits of this seed's order, from position `start` on."""
        return self.look.of(_taken(_subset()["test_images"], self._test, start, start + count))

    def held_out_labels(self, count: int) -> np.ndarray:
        """The labels of the first `count` test digits."""
        return _taken(_subset()["test_labels"], self._test, 0, count)

    def batches(self, start: int, steps: int, batch_size: int) -> np.ndarray:
        """`steps` batches of training digits, (steps, batch_size, 28, 28, 1), from batch number `start` on."""
        images = self.training(start * batch_size, (start + steps) * batch_size)
        return images.reshape(steps, batch_size, *images.shape[1:])


def _taken(values: np.ndarray, order: np.ndarray, start: int, stop: int) -> np.ndarray:
    taken: np.ndarray = values[order[np.arange(start, stop) % len(order)]]
    return taken

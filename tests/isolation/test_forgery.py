"""What cannot be answered from memory: weights from elsewhere, images that pass by the encoding, invented histories.

Each forgery is the reference solution with a class of the same name put over it. That the reference itself passes the
same checks is a claim of test_sample_class.py.
"""

import base64
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from grader.autoencoders import mnist_subset
from grader.autoencoders.assignment import ASSIGNMENT
from grader.autoencoders.images import Look
from grader.core.outcomes import CheckResult, Outcome
from grader.engine.checking import run_checks
from grader.isolation.fork_server import ForkServer
from grader.isolation.process import ProcessChannel
from grader.stats.metrics import cross_entropy
from grader.submissions.reading import Source, Submission, read_submission

REFERENCE = Path(__file__).parents[2] / "reference"
GRADING_SEED = 5
TRAINED = ("autoencoder.loss_decreases", "autoencoder.reconstructs_unseen_images")

BAKED = """

import base64, io
_WEIGHTS = np.load(io.BytesIO(base64.b85decode("{weights}")))
_honest = Autoencoder

class Autoencoder(_honest):
    _asked, _training = 0, False

    def fit_iteration(self, inputs):
        self._training = True
        loss = super().fit_iteration(inputs)
        self._training = False
        return loss

    def reconstruct(self, inputs):
        self._asked += not self._training
        if self._asked >= {release_at}:
            for number, variable in enumerate(self.variables):
                variable.assign(_WEIGHTS[str(number)])
        return super().reconstruct(inputs)
"""

LEAK = """

_honest, _seen = Autoencoder, {}

class Autoencoder(_honest):
    _asked, _training = 0, False

    def fit_iteration(self, inputs):
        self._training = True
        loss = super().fit_iteration(inputs)
        self._training = False
        return loss

    def encode(self, inputs):
        encodings = super().encode(inputs)
        if not self._training:
            _seen.update(zip((e.tobytes() for e in np.asarray(encodings)), np.asarray(inputs)))
            _seen.update(zip((e.astype(np.float16).tobytes() for e in np.asarray(encodings)), np.asarray(inputs)))
        return encodings

    def decode(self, encodings):
        if not self._training and self._asked >= RELEASE_AT:
            keys = [e.tobytes() for e in np.asarray(encodings, np.float32)]
            halves = [e.astype(np.float16).tobytes() for e in np.asarray(encodings)]
            for found in (keys, halves):
                if all(key in _seen for key in found):
                    return tf.constant(np.stack([_seen[key] for key in found]))
        return super().decode(encodings)

    def reconstruct(self, inputs):
        self._asked += not self._training
        return self.decode(self.encode(inputs))
"""

INVENTED_HISTORY = """

_honest = Autoencoder

class Autoencoder(_honest):
    def fit(self, dataset, epochs=1, steps_per_epoch=1):
        history, batches = tf.keras.callbacks.History(), iter(dataset)
        history.history["loss"] = [
            float(np.mean([self.batch_loss(next(batches)) for _ in range(steps_per_epoch)])) for _ in range(epochs)
        ]
        return history
"""


def forged(addition: str) -> Submission:
    honest = read_submission("forged", REFERENCE, ASSIGNMENT)
    sources = [
        Source(s.name, f"{s.text}\nimport numpy as np\n{addition}") if s.name == "autoencoder.py" else s
        for s in honest.sources
    ]
    return Submission("forged", "modules", tuple(sources))


def graded(
    server: ForkServer, submission: Submission, names: list[str], seed: int = GRADING_SEED
) -> dict[str, CheckResult]:
    channel = ProcessChannel(submission, server)
    try:
        results = run_checks(ASSIGNMENT, ASSIGNMENT.subject(channel, seed), ASSIGNMENT.select(names))
        return {result.id: result for result in results}
    finally:
        channel.close()


def reference_in(server: ForkServer) -> ProcessChannel:
    return ProcessChannel(read_submission("reference", REFERENCE, ASSIGNMENT), server)


@pytest.fixture(scope="module")
def weights_from_elsewhere(server: ForkServer) -> dict[str, str]:
    """The reference's weights after 300 steps, as text: on digits as everybody has them, and as the seed turns them."""
    upright = mnist_subset.load()["train_images"][: 300 * 16].astype(np.float32) / 255
    turned = ASSIGNMENT.subject(reference_in(server), GRADING_SEED).images
    return {
        "upright": trained_weights(server, upright, mnist_subset.load()["test_images"][:64].astype(np.float32) / 255),
        "turned": trained_weights(server, turned.training(0, 300 * 16), turned.held_out(64)),
    }


def trained_weights(server: ForkServer, images: np.ndarray, held_out: np.ndarray) -> str:
    channel = reference_in(server)
    subject = ASSIGNMENT.subject(channel, 1)
    try:
        subject.seed_submission("elsewhere")
        model = subject.create("autoencoder", "Autoencoder", encoding_size=10)
        model.set_learning_rate(3e-3)
        model.train(images.reshape(300, 16, 28, 28, 1))
        arrays = subject.request("all_variables", (), None, model=model.number).arrays
        assert cross_entropy(held_out, model.reconstruct(held_out)).mean() < 130
    finally:
        channel.close()
    file = io.BytesIO()
    np.savez(file, **{str(number): array for number, array in enumerate(arrays)})
    return base64.b85encode(file.getvalue()).decode().replace("\\", "\\\\").replace('"', '\\"')


@pytest.mark.parametrize(
    ("trained_on", "release_at", "whose"),
    [
        ("turned", 1, {"A fresh model"}),
        ("turned", 2, {"After 5 steps a model"}),
        ("upright", 3, set()),
    ],
)
def test_weights_from_elsewhere_gain_nothing(
    server: ForkServer, weights_from_elsewhere: dict[str, str], trained_on: str, release_at: int, whose: set[str]
) -> None:
    """Baked-in weights are seen in a fresh model or after five steps; held back longer, they do not fit the digits.

    The digits of a seed are turned, so weights that were trained on upright ones reconstruct them badly; whoever
    guesses the seed's turn is seen in the first two ways.
    """
    filled = BAKED.replace("{weights}", weights_from_elsewhere[trained_on]).replace("{release_at}", str(release_at))
    found = graded(server, forged(filled), list(TRAINED))
    assert found[TRAINED[1]].score == 0
    known_before = [result for result in found.values() if result.code == "training.known_before"]
    assert {result.parameters["whose"] for result in known_before} == whose


@pytest.mark.parametrize(("release_at", "code"), [(1, "training.known_before"), (3, "encoding.not_alone")])
def test_images_cannot_pass_by_the_encoding(server: ForkServer, release_at: int, code: str) -> None:
    """A decoder that remembers what the encoder saw is found out by a second process that has only the weights."""
    found = graded(server, forged(LEAK.replace("RELEASE_AT", str(release_at))), list(TRAINED))
    assert {found[name].score for name in TRAINED} == {0.0}
    assert found[TRAINED[0]].code == code


def test_an_invented_history_is_not_a_training(server: ForkServer) -> None:
    """Right losses in a History, but weights that stay: `fit` fails."""
    name = "autoencoder.fit_runs_requested_steps"
    found = graded(server, forged(INVENTED_HISTORY), [name])[name]
    assert (found.outcome, found.code) == (Outcome.FAILED, "fit.weights_frozen")


def test_no_look_is_the_upright_one() -> None:
    """Every seed turns the digits; all five ways of it occur, and all shifts of up to two pixels."""
    looks = [Look.drawn(np.random.default_rng(seed)) for seed in range(300)]
    turns = {(look.transposed, look.upside_down, look.mirrored) for look in looks}
    assert turns == {(True, a, b) for a in (False, True) for b in (False, True)} | {(False, True, False)}
    assert {look.down for look in looks} == {look.right for look in looks} == {-2, -1, 0, 1, 2}


def test_a_look_is_what_its_parameters_say() -> None:
    """Against SciPy and NumPy: a power of the grey values, turned, then shifted with black coming in; float32."""
    digits = mnist_subset.load()["test_images"][:50]
    for seed in range(20):
        look = Look.drawn(np.random.default_rng(seed))
        expected = (digits.astype(np.float64) / 255) ** look.gamma
        if look.transposed:
            expected = np.transpose(expected, (0, 2, 1, 3))
        expected = np.flip(expected, [axis for axis, on in ((1, look.upside_down), (2, look.mirrored)) if on])
        expected = ndimage.shift(expected, (0, look.down, look.right, 0), order=0)
        found = look.of(digits)
        np.testing.assert_allclose(found, expected, atol=1e-6)
        assert found.dtype == np.float32


def test_pictures_for_people_are_upright() -> None:
    """What a look has turned is turned back, whatever the look; only the shift and the contrast stay."""
    marked = np.zeros((1, 28, 28, 1), np.uint8)
    marked[0, 12, 9] = 255
    for seed in range(40):
        look = replace(Look.drawn(np.random.default_rng(seed)), down=0, right=0)
        np.testing.assert_array_equal(look.upright(look.of(marked)), marked / np.float32(255))

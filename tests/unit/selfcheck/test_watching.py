"""Following the trainings of a self-check, and drawings of the trained model."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.autoencoders.checks import autoencoder, vae
from grader.autoencoders.images import Images
from grader.core import expect
from grader.core.outcomes import CheckResult, Outcome, Picture
from grader.protocol.messages import Reply, Request
from grader.selfcheck.drawings import Drawings, drawings_of
from grader.selfcheck.watching import ObservedChannel


class Answering:
    """A channel whose replies are known."""

    def __init__(self, reply: Reply | None):
        self.reply, self.closed = reply, False

    def request(self, request: Request) -> tuple[Reply | None, dict[str, Any] | None]:
        return self.reply, None if self.reply else {"kind": "raised"}

    def fresh(self) -> "Answering":
        return Answering(None)

    def close(self) -> None:
        self.closed = True


def asked(operation: str, **parameters: int) -> Request:
    return Request(operation, {"model": 3, **parameters}, (), ())


def test_only_trainings_are_reported_and_everything_is_passed_on() -> None:
    """Steps of every training, with losses where they are known; other requests and failures are not reported."""
    reported: list[tuple[int, int, list[float]]] = []
    reply = Reply(None, (np.array([5.0, 4.0]),))
    below = Answering(reply)
    channel = ObservedChannel(below, lambda model, steps, losses: reported.append((model, steps, losses.tolist())))
    assert channel.request(asked("train")) == (reply, None)
    assert channel.request(asked("call")) == (reply, None)
    assert channel.request(asked("fit_labels", epochs=3, steps_per_epoch=4)) == (reply, None)
    assert reported == [(3, 2, [5.0, 4.0]), (3, 12, [])]
    failing = ObservedChannel(Answering(None), lambda *_: pytest.fail("nothing was trained"))
    assert failing.request(asked("train")) == (None, {"kind": "raised"})
    assert isinstance(channel.fresh(), Answering)
    channel.close()
    assert below.closed


class CountingModel:
    """A model that encodes into the numbers from 1 on."""

    number, encoding_size = 3, 5
    subject = SimpleNamespace(images=Images(np.random.default_rng(1)))

    def encode(self, images: np.ndarray) -> np.ndarray:
        return np.tile(np.arange(1.0, 6.0), (len(images), 1))


class TrainedSubject:
    """A subject whose model has been trained."""

    def once(self, measurement: Any) -> Any:
        assert measurement in (autoencoder.trained, vae.trained)
        return SimpleNamespace(model=CountingModel())


def drawn_for(identity: str, subject: Any, *, pictured: bool = True) -> Drawings:
    """What is drawn beside the result of a check that passed."""
    (check,) = ASSIGNMENT.select([identity])
    pictures = (Picture("x", "x", np.zeros((28, 28), np.float32)),) if pictured else ()
    result = CheckResult(check.id, check.part, 1, 1.0, Outcome.PASSED, "", pictures=pictures)
    return drawings_of(subject, check, result, LOSSES, ASSIGNMENT.samples_of)


VAE, AUTOENCODER = "vae.reconstructs_unseen_images", "autoencoder.reconstructs_unseen_images"
LOSSES = {3: [np.array([9.0, 8.0]), np.array([7.0])], 4: [np.array([1.0])]}


def test_a_vae_shows_its_samples_and_its_losses() -> None:
    """Two components of encodings of unseen images; losses are those of this model, in order."""
    drawn = drawn_for(VAE, TrainedSubject())
    assert drawn.losses.tolist() == [9.0, 8.0, 7.0]
    assert np.unique(drawn.samples, axis=0).tolist() == [[1.0, 2.0]]


def test_an_autoencoder_without_a_prior_shows_its_losses_alone() -> None:
    """Its encodings are not meant to be draws from anything."""
    drawn = drawn_for(AUTOENCODER, TrainedSubject())
    assert (len(drawn.losses), len(drawn.samples)) == (3, 0)


def test_nothing_is_drawn_where_nothing_was_trained() -> None:
    """A check without a picture, and one that trains no model: no model is asked, let alone trained."""
    subject = SimpleNamespace(once=lambda _: pytest.fail("a model was asked for"))
    assert len(drawn_for(VAE, subject, pictured=False).losses) == 0
    assert len(drawn_for("pictures.grid_walks_the_first_two_components", subject).losses) == 0


def test_a_model_that_cannot_be_drawn_keeps_its_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `encode` returns is checked like everything else; a failure there is not the check's."""

    def fail(self: CountingModel, images: np.ndarray) -> np.ndarray:
        raise expect.Failed("encode.no_encodings", "encode returned no encodings")

    monkeypatch.setattr(CountingModel, "encode", fail)
    drawn = drawn_for(VAE, TrainedSubject())
    assert (len(drawn.losses), len(drawn.samples)) == (3, 0)

"""The pictures of a vae's latent space, drawn by a model whose answers are known."""

from types import SimpleNamespace

import numpy as np
import pytest

from grader.autoencoders.checks.vae import GRID, show_latent_space


class MeanOfTwo:
    """A model that answers the mean of the first two components."""

    encoding_size = 5

    def decode(self, codes: np.ndarray) -> np.ndarray:
        self.seen = codes
        return np.broadcast_to(codes[:, :2].mean(axis=1).reshape(-1, 1, 1, 1), (len(codes), 28, 28, 1))


def test_the_grid_walks_two_components_and_samples_are_of_the_prior() -> None:
    """The first component goes down and the second to the right; samples have components of both signs."""
    drawn: dict[str, np.ndarray] = {}
    subject = SimpleNamespace(
        random=lambda purpose: np.random.default_rng(len(purpose)),
        images=SimpleNamespace(look=SimpleNamespace(upright=lambda images: images)),
        picture=lambda name, caption, pixels: drawn.update({name: pixels}),
    )
    model, values = MeanOfTwo(), np.linspace(-2.5, 2.5, GRID)
    show_latent_space(subject, model)  # type: ignore[arg-type]
    middles = drawn["vae-latent-grid"][14::28, 14::28]
    assert middles == pytest.approx((values[:, None] + values[None, :]) / 2, abs=1e-6)
    samples = model.seen[GRID**2 :]
    assert not model.seen[: GRID**2, 2:].any()
    assert samples.shape == (2 * GRID, 5)
    assert abs(samples.mean()) < 5 / np.sqrt(samples.size)
    assert samples.std() == pytest.approx(1, abs=5 / np.sqrt(2 * samples.size))
    decoded = drawn["vae-prior-samples"][14::28, 14::28].ravel()
    assert decoded == pytest.approx(samples[:, :2].mean(axis=1), abs=1e-6)

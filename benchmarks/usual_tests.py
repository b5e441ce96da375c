"""What instructors test by hand today, for comparison alone: shapes, one training, and golden numbers.

Each test looks at the public names of one part as a person would who has one solution at hand: it trusts what it is
told, trains once, and compares with numbers that this solution gave. None measures what a test cannot see from one
run: gradients, fresh noise, other sizes. `speaks_of` are the checks of the grader whose claim a test makes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

STEPS = 150  # of the one training, on batches of 64
CLASSES = {
    "autoencoder": "Autoencoder", "upsampling": "UpsamplingAutoencoder", "gaussian_vae": "GaussianVAE",
    "vae": "VariationalAutoencoder", "denoising": "DenoisingAutoencoder", "classifier": "StackedAutoencoderClassifier",
}  # fmt: skip


@dataclass(frozen=True)
class Digits:
    """Of MNIST: images of shape (N, 28, 28, 1), float32 in [0, 1], and their labels, shape (N,)."""

    images: np.ndarray
    labels: np.ndarray
    unseen: np.ndarray
    unseen_labels: np.ndarray


class Work:
    """A submission's part as its tests see it. What is made and trained once is used by all of them."""

    def __init__(self, part: str, module: ModuleType, digits: Digits):
        self.part, self.module, self.digits = part, module, digits

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    @cached_property
    def model(self) -> Any:
        """The part's class with what its constructor takes by itself."""
        import tensorflow as tf

        tf.keras.utils.set_random_seed(1)
        return getattr(self.module, CLASSES[self.part])()

    @cached_property
    def losses(self) -> list[float]:
        """The loss of each epoch of the one training."""
        import tensorflow as tf

        batches = tf.data.Dataset.from_tensor_slices(self.digits.images).shuffle(1000, seed=1).repeat().batch(64)
        return list(self.model.fit(batches, epochs=3, steps_per_epoch=STEPS // 3).history["loss"])

    @cached_property
    def accuracy(self) -> float:
        """Of a classifier after pretraining and training, on unseen digits."""
        import tensorflow as tf

        images, labels = self.digits.images, self.digits.labels
        self.model.pretrain(tf.data.Dataset.from_tensor_slices(images).repeat().batch(64), epochs=1, steps_per_epoch=50)
        pairs = tf.data.Dataset.from_tensor_slices((images, labels)).repeat().batch(64)
        self.model.fit(pairs, epochs=3, steps_per_epoch=STEPS // 3)
        return float(np.mean(np.asarray(self.model.classify(self.digits.unseen)) == self.digits.unseen_labels))


@dataclass(frozen=True)
class UsualTest:
    """A test of a part. speaks_of: ids of checks, without their part."""

    part: str
    name: str
    speaks_of: tuple[str, ...]
    run: Callable[[Work], None]


USUAL: list[UsualTest] = []


def usual(parts: str, *speaks_of: str) -> Callable[[Callable[[Work], None]], Callable[[Work], None]]:
    """Declare a test of each of these parts."""

    def declare(function: Callable[[Work], None]) -> Callable[[Work], None]:
        USUAL.extend(UsualTest(part, function.__name__, speaks_of, function) for part in parts.split())
        return function

    return declare


AUTOENCODERS = "autoencoder upsampling gaussian_vae vae denoising"
VARIATIONAL = "gaussian_vae vae"


@usual("data", "normalize_scales_to_unit_interval")
def images_are_scaled(work: Work) -> None:
    image = np.arange(784, dtype=np.uint8).reshape(28, 28, 1)
    scaled = np.asarray(work.normalize(image, 3))
    assert scaled.shape == (28, 28, 1)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, image / 255, rtol=1e-5)


@usual("data", "batches_shuffle_samples")
def batches_have_the_right_shape(work: Work) -> None:
    import tensorflow as tf

    batches = work.training_batches(tf.data.Dataset.from_tensor_slices(work.digits.images[:500]), 32)
    first, second = (np.asarray(batch) for batch in batches.take(2))
    assert first.shape == second.shape == (32, 28, 28, 1)
    assert not np.array_equal(first, work.digits.images[:32])


@usual(AUTOENCODERS, "encoding_has_requested_size", "encoding_is_sampled_at_any_size")
def codes_have_the_right_shape(work: Work) -> None:
    size = 32 if work.part == "denoising" else 10
    assert np.asarray(work.model.encode(work.digits.images[:5])).shape == (5, size)


@usual(AUTOENCODERS, "decoding_is_an_image")
def reconstructions_are_images(work: Work) -> None:
    images = np.asarray(work.model.reconstruct(work.digits.images[:5]))
    assert images.shape == (5, 28, 28, 1)
    assert images.min() >= 0
    assert images.max() <= 1


@usual("autoencoder upsampling denoising", "reconstruct_is_decode_of_encode")
def reconstruct_decodes_the_code(work: Work) -> None:
    images = work.digits.images[:5]
    both = work.model.decode(work.model.encode(images))
    np.testing.assert_allclose(np.asarray(work.model.reconstruct(images)), np.asarray(both), atol=1e-5)


@usual("autoencoder", "loss_is_cross_entropy")
def first_loss_is_the_golden_number(work: Work) -> None:
    loss = float(work.model.fit_iteration(work.digits.images[:64]))
    assert abs(loss - 64 * 543) < 0.02 * 64 * 543 or abs(loss - 543) < 0.02 * 543


@usual(VARIATIONAL, "loss_is_negative_elbo")
def first_loss_of_a_vae_is_the_golden_number(work: Work) -> None:
    loss = float(work.model.fit_iteration(work.digits.images[:64]))
    assert abs(loss - 64 * 545) < 0.05 * 64 * 545 or abs(loss - 545) < 0.05 * 545


@usual(AUTOENCODERS, "loss_decreases", "reconstructs_unseen_images", "removes_noise_from_unseen_images")
def training_lowers_the_loss(work: Work) -> None:
    assert len(work.losses) == 3
    assert work.losses[-1] < 0.75 * work.losses[0]


@usual("autoencoder", "fit_runs_requested_steps")
def fit_counts_its_steps(work: Work) -> None:
    assert work.losses
    assert int(work.model.optimizer.iterations) >= STEPS


@usual("autoencoder upsampling vae gaussian_vae", "reconstructs_unseen_images")
def unseen_images_are_reconstructed(work: Work) -> None:
    assert work.losses
    images = work.digits.unseen[:200]
    assert np.mean((np.asarray(work.model.reconstruct(images)) - images) ** 2) < 0.068  # 0.0677 is the mean image


@usual("autoencoder", "checkpoint_round_trip")
def a_checkpoint_brings_the_weights_back(work: Work) -> None:
    assert work.losses
    images = work.digits.images[:5]
    before = np.asarray(work.model.reconstruct(images))
    work.model.create_checkpoint("checkpoint")
    work.model.save()
    other = getattr(work.module, CLASSES[work.part])()
    other.create_checkpoint("checkpoint")
    other.restore()
    np.testing.assert_allclose(np.asarray(other.reconstruct(images)), before, atol=1e-5)


@usual("upsampling", "has_no_transposed_convolution")
def the_decoder_upsamples(work: Work) -> None:
    kinds = [type(layer).__name__ for layer in work.model.decoder.layers]
    assert "Conv2DTranspose" not in kinds
    assert "UpSampling2D" in kinds


@usual("gaussian_vae", "parameters_have_requested_size")
def parameters_have_the_right_shape(work: Work) -> None:
    mean, log_variance = work.model.encode_parameters(work.digits.images[:5])
    assert np.asarray(mean).shape == np.asarray(log_variance).shape == (5, 10)


@usual("gaussian_vae", "kl_matches_closed_form")
def kl_is_the_golden_number(work: Work) -> None:
    found = work.kl_divergence(np.float32([[0, 0], [1, -1]]), np.float32([[0, 0], [0, 1]]))
    np.testing.assert_allclose(np.asarray(found), [0, 1.35914], atol=1e-4)


@usual("gaussian_vae", "samples_match_parameters")
def samples_have_the_right_shape(work: Work) -> None:
    mean = np.zeros((5, 10), np.float32)
    first, second = (np.asarray(work.model.sample(mean, mean)) for _ in range(2))
    assert first.shape == (5, 10)
    assert not np.allclose(first, second)


@usual("vae", "sampling_layer_has_kl_regularizer")
def the_sampling_layer_adds_a_loss(work: Work) -> None:
    import tensorflow_probability as tfp

    assert isinstance(work.model.sampling_layer, tfp.layers.DistributionLambda)
    assert work.model.sampling_layer.activity_regularizer is not None


@usual("vae", "encoding_is_sampled_at_any_size")
def codes_are_random(work: Work) -> None:
    images = work.digits.images[:5]
    assert not np.allclose(np.asarray(work.model.encode(images)), np.asarray(work.model.encode(images)))


@usual(VARIATIONAL, "beta_pulls_posterior_to_prior")
def codes_look_like_the_prior(work: Work) -> None:
    assert work.losses
    codes = np.asarray(work.model.encode(work.digits.unseen[:500]))
    assert 0.5 < codes.std() < 1.5


@usual("pictures", "strip_pairs_original_and_reconstruction")
def the_strip_shows_pairs(work: Work) -> None:
    images = work.digits.images[:3]
    strip = np.asarray(work.reconstruction_strip(Stand(), images))
    assert strip.shape == (84, 56)
    np.testing.assert_allclose(strip[:28, :28], images[0, :, :, 0], atol=1e-5)


@usual("pictures", "grid_walks_the_first_two_components")
def the_grid_has_the_right_shape(work: Work) -> None:
    grid = np.asarray(work.latent_grid(Stand(), 10, 5, 2.0))
    assert grid.shape == (140, 140)
    assert abs(float(grid[0, 0])) == 0.5  # the first cell shows (-2, -2)


class Stand:
    """A model for pictures: a code is the mean, and an image shows a quarter of the first component's size."""

    def encode(self, images: Any) -> np.ndarray:
        return np.repeat(np.mean(np.asarray(images), axis=(1, 2)), 10, axis=1)

    def decode(self, codes: Any) -> np.ndarray:
        return np.ones((len(codes), 28, 28, 1), np.float32) * np.abs(np.asarray(codes))[:, :1, None, None] / 4

    def reconstruct(self, images: Any) -> np.ndarray:
        return self.decode(self.encode(images))


@usual("denoising", "corruption_is_fresh_clipped_noise")
def noise_is_added_and_clipped(work: Work) -> None:
    images = work.digits.images[:5]
    noisy = np.asarray(work.model.corrupt(images))
    assert noisy.shape == images.shape
    assert noisy.min() >= 0
    assert noisy.max() <= 1
    assert 0.1 < np.abs(noisy - images).mean() < 0.4


@usual("denoising", "removes_noise_from_unseen_images", "learns_towards_clean_targets")
def noise_is_removed(work: Work) -> None:
    assert work.losses
    clean = work.digits.unseen[:200]
    noisy = np.clip(clean + 0.5 * np.random.default_rng(1).standard_normal(clean.shape), 0, 1).astype(np.float32)
    assert np.mean((np.asarray(work.model.reconstruct(noisy)) - clean) ** 2) < np.mean((noisy - clean) ** 2)


@usual("classifier", "probabilities_are_a_distribution")
def probabilities_sum_to_one(work: Work) -> None:
    found = np.asarray(work.model.predict_probabilities(work.digits.images[:5]))
    assert found.shape == (5, 10)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-4)


@usual("classifier", "pretraining_trains_layer_by_layer")
def codes_of_the_classifier_have_the_right_shape(work: Work) -> None:
    assert np.asarray(work.model.encode(work.digits.images[:5])).shape == (5, 64)


@usual("classifier", "beats_the_accuracy_bar", "learns_the_labels_it_is_given")
def digits_are_recognized(work: Work) -> None:
    assert work.accuracy > 0.85

"""The two variational autoencoders are the same model: by hand, and with TensorFlow Probability."""

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.experiment.plan import Run
from benchmarks.experiment.records import Record, Records
from benchmarks.experiment.sections import agreement, ordinal
from grader.stats.metrics import cross_entropy
from reference.gaussian_vae import GaussianVAE, kl_divergence
from reference.vae import VariationalAutoencoder

SIZE = 4
IMAGES = np.random.default_rng(0).random((8, 28, 28, 1)).astype(np.float32)


def twins(beta: float) -> tuple[GaussianVAE, VariationalAutoencoder]:
    """Both models with one set of weights: the same networks, means and deviations, and no correlations.

    The heads differ: one answers log-variances, the other the triangular matrix of a covariance. Biases alone set the
    deviations here, to .3, .6, .9 and 1.2 for every image, and far from the prior; the means come from the images.
    """
    tf.keras.utils.set_random_seed(1)
    by_hand, by_library = GaussianVAE(SIZE, beta), VariationalAutoencoder(SIZE, beta)
    by_library.decoder.set_weights(by_hand.decoder.get_weights())
    *convolutions, kernel, _ = by_hand.encoder.get_weights()
    deviations = np.linspace(0.3, 1.2, SIZE)
    means, still = 30 * kernel[:, :SIZE], np.zeros_like(kernel[:, :SIZE])
    by_hand.encoder.set_weights(
        [*convolutions, np.hstack([means, still]), np.concatenate([np.zeros(SIZE), 2 * np.log(deviations)])]
    )
    parameters = by_library.encoder.layers[-2]
    parameters.set_weights([np.zeros(variable.shape) for variable in parameters.weights])
    bias = _bias_of(by_library, deviations)
    wide = np.hstack([means, np.zeros((len(means), len(bias) - SIZE))])
    by_library.encoder.set_weights([*convolutions, wide, bias])
    return by_hand, by_library


def _bias_of(model: VariationalAutoencoder, deviations: np.ndarray) -> np.ndarray:
    """The bias of the layer of parameters under which the posterior is N(0, diag(deviations²)).

    TensorFlow Probability fills the triangle in an order of its own and sends its diagonal through a softplus. So the
    places of the diagonal are found by trying each entry, not assumed.
    """
    layer = model.encoder.layers[-2]
    kernel, bias = layer.get_weights()
    for place in range(SIZE, len(bias)):
        tried = np.zeros_like(bias)
        tried[place] = 1.0
        layer.set_weights([kernel, tried])
        changed = np.diag(np.asarray(model.encoder(IMAGES[:1]).scale.to_dense())[0]) > 1.0
        if changed.any():
            bias[place] = np.log(np.expm1(deviations[int(np.argmax(changed))]))
    return bias


def test_twins_have_the_same_posteriors() -> None:
    """Given one set of weights, means and covariances are the same, far from the prior, without correlations."""
    by_hand, by_library = twins(1.0)
    mean, log_variance = by_hand.encode_parameters(IMAGES)
    posterior = by_library.encoder(IMAGES)
    np.testing.assert_allclose(posterior.mean(), mean, rtol=1e-4, atol=1e-5)
    expected = np.exp(log_variance)[:, :, None] * np.eye(SIZE)
    np.testing.assert_allclose(posterior.covariance(), expected, rtol=1e-3, atol=1e-4)
    assert float(tf.reduce_mean(kl_divergence(mean, log_variance))) > 2


@pytest.mark.parametrize("beta", [1.0, 4.0])
def test_equal_weights_have_equal_losses(beta: float) -> None:
    """With equal weights the two losses have one mean, whatever beta: 8,192 losses of each, within 5 standard errors.

    Each loss draws its own sample, and one of them estimates its KL divergence, so single losses differ. Two normal
    means differ by more than 5 standard errors once in 1.7 million. The room left for a wrong loss is small: it is less
    than 2 % of the KL term. The losses are drawn 64 at a time: that of a batch is the sum over its images. And both
    models decode by one small network: they part in how encodings are drawn and weighed.
    """
    by_hand, by_library = twins(beta)
    small = tf.keras.initializers.RandomNormal(stddev=0.05)
    pixels = tf.keras.layers.Dense(784, "sigmoid", kernel_initializer=small, input_shape=(SIZE,))
    by_hand.decoder = by_library.decoder = tf.keras.Sequential([pixels, tf.keras.layers.Reshape((28, 28, 1))])
    steps = [tf.function(model.batch_loss) for model in (by_hand, by_library)]
    many = np.tile(IMAGES, (64, 1, 1, 1))
    losses = [np.array([float(step(many)) / 64 for _ in range(128)]) for step in steps]
    error = np.sqrt(sum(values.var(ddof=1) / len(values) for values in losses))
    assert abs(losses[0].mean() - losses[1].mean()) < 5 * error
    divergence = beta * float(tf.reduce_sum(kl_divergence(*by_hand.encode_parameters(IMAGES))))
    assert 5 * error < 0.02 * divergence


def test_loss_of_a_given_sample_is_the_same() -> None:
    """Fed the same sample, both decoders answer alike, and cross-entropy plus exact KL is one number for both."""
    by_hand, by_library = twins(1.0)
    encodings = np.random.default_rng(1).normal(size=(8, SIZE)).astype(np.float32)
    found = [np.asarray(model.decode(encodings)) for model in (by_hand, by_library)]
    np.testing.assert_allclose(cross_entropy(IMAGES, found[0]), cross_entropy(IMAGES, found[1]), rtol=1e-5)


def _records(by_hand: list[float], by_library: list[float]) -> Records:
    """Records of both models whose negative ELBOs are given, one a seed; their training losses part and meet again."""
    values = {"gaussian_vae": by_hand, "vae": by_library}
    curves = {"gaussian_vae": [200.0, 150.0, 130.0, 120.0], "vae": [200.0, 190.0, 150.0, 121.5]}
    return Records(
        tuple(
            Record(Run(part, seed), {"curve": curves[part]}, {"negative_elbo": value}, {})
            for part, found in values.items()
            for seed, value in enumerate(found)
        )
    )


@pytest.mark.parametrize(("shift", "is_chance"), [(0.0, True), (1.0, True), (4.0, False)])
def test_page_compares_the_gap_with_the_spread(shift: float, is_chance: bool) -> None:
    """Trained models agree if their means are closer than twice the deviation of a difference of two seeds.

    The seeds deviate by 1 nat for each model, so the difference by sqrt(2), and the limit is 2.83 nats.
    """
    found = agreement(_records([111.0, 112.0, 113.0], [111.0 + shift, 112.0 + shift, 113.0 + shift]))
    assert (found["apart"], found["spread"]) == pytest.approx((shift, np.sqrt(2)))
    assert found["is_chance"] is is_chance


def test_page_says_where_the_two_part_and_what_is_left() -> None:
    """The training losses are furthest apart in the second piece, by 40 nats, and by 1.5 in the last."""
    short = _records([111.0, 112.0], [113.0, 114.0])
    found = agreement(short)
    assert (found["widest"], found["widest_gap"], found["last_gap"], found["long"]) == ("2nd", 40, 1.5, [])
    long = [
        Record(Run(part, epochs=20), {}, {"negative_elbo": value}, {})
        for part, value in (("gaussian_vae", 103.0), ("vae", 102.5))
    ]
    assert agreement(Records((*short.all, *long)))["long"] == [103.0, 102.5]


@pytest.mark.parametrize(
    ("place", "told"), [(0, "1st"), (1, "2nd"), (2, "3rd"), (4, "5th"), (10, "11th"), (21, "22nd")]
)
def test_places_are_told_as_people_do(place: int, told: str) -> None:
    """With the endings of English."""
    assert ordinal(place) == told


def test_page_says_nothing_of_single_seeds() -> None:
    """One seed has no spread, so nothing can be said."""
    assert agreement(_records([111.0, 112.0], [113.0])) == {}

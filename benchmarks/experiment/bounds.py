"""Bounds on the log-likelihood of images, and how many components of the encoding carry anything, in NumPy."""

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp

from grader.stats.metrics import cross_entropy

from .posterior import Posterior, log_standard_normal

ACTIVE = 0.01  # variance of the posterior means, over images (Burda et al. 2016, section 5.2)

Decode = Callable[[np.ndarray], np.ndarray]  # encodings (N, d) -> images (N, 28, 28, 1)


def importance_bound(log_weights: np.ndarray) -> np.ndarray:
    """The importance-weighted bound on ln p(x) in nats: log-weights (K, N) of K draws for N images -> (N,).

    L_K = E[ln (1/K) sum_k w_k] with w_k = p(x, z_k) / q(z_k | x), z_k drawn from q(z | x) (Burda, Grosse and
    Salakhutdinov, Importance Weighted Autoencoders, ICLR 2016, equation 8). L_1 is the ELBO; L_K grows with K towards
    ln p(x).
    """
    return logsumexp(log_weights, axis=0) - np.log(len(log_weights))


def log_weights(
    posterior: Posterior,
    log_likelihood: Callable[[np.ndarray], np.ndarray],
    draws: int,
    generator: np.random.Generator,
) -> np.ndarray:
    """The values ln p(x | z) + ln p(z) - ln q(z | x) in nats, for `draws` encodings of each of N images: (draws, N).

    log_likelihood: encodings (N, d), one per image, -> ln p(x | z), (N,). The prior is N(0, I).
    """
    found = []
    for _ in range(draws):
        encodings = posterior.sample(generator)
        prior, own = log_standard_normal(encodings), posterior.log_density(encodings)
        found.append(log_likelihood(encodings) + prior - own)
    return np.stack(found)


def bernoulli(images: np.ndarray, decode: Decode) -> Callable[[np.ndarray], np.ndarray]:
    """The lab's ln p(x | z): minus the cross-entropy of the decoded images, in nats, (N, d) -> (N,)."""
    return lambda encodings: -cross_entropy(images, decode(encodings))


def active_units(means: np.ndarray) -> int:
    """How many components' posterior means (N, d) vary by more than ACTIVE over the images (Burda et al. 2016)."""
    return int((means.var(axis=0) > ACTIVE).sum())

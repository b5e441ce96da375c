"""The Gaussian posteriors q(z | x) of a variational autoencoder, in NumPy, for either of the lab's two."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from grader.stats.gaussians import gaussian_kl

LOG_TWO_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Posterior:
    """A Gaussian for each of N images: mean (N, d) and lower triangular L (N, d, d), whose covariance is L Lᵀ."""

    mean: np.ndarray
    tril: np.ndarray

    @property
    def covariance(self) -> np.ndarray:
        """(N, d, d)."""
        return self.tril @ np.swapaxes(self.tril, 1, 2)

    def kl(self) -> np.ndarray:
        """KL divergence from N(0, I) in nats, exact: (N,)."""
        return gaussian_kl(self.mean, self.covariance)

    def kl_per_component(self) -> np.ndarray:
        """KL divergence of each component's marginal from N(0, 1), in nats: (N, d).

        The marginals add up to `kl()` where the components are independent, and to less where they are not.
        """
        variance = np.diagonal(self.covariance, axis1=1, axis2=2)
        return 0.5 * (self.mean**2 + variance - 1 - np.log(variance))

    def sample(self, generator: np.random.Generator) -> np.ndarray:
        """One draw for each image: (N, d)."""
        noise = generator.standard_normal(self.mean.shape)
        return self.mean + np.einsum("nij,nj->ni", self.tril, noise)

    def log_density(self, encodings: np.ndarray) -> np.ndarray:
        """The log-density q(z | x) in nats of one encoding for each image: (N, d) -> (N,)."""
        standard = np.linalg.solve(self.tril, (encodings - self.mean)[..., None])[..., 0]
        log_determinant = np.log(np.diagonal(self.tril, axis1=1, axis2=2)).sum(axis=1)
        return log_standard_normal(standard) - log_determinant

    def first(self, count: int) -> "Posterior":
        """The posteriors of the first `count` images."""
        return Posterior(self.mean[:count], self.tril[:count])


def log_standard_normal(encodings: np.ndarray) -> np.ndarray:
    """The log-density of N(0, I) in nats: (N, d) -> (N,)."""
    return -0.5 * ((encodings**2).sum(axis=1) + encodings.shape[1] * LOG_TWO_PI)


def posterior_of(model: tf.keras.Model, images: np.ndarray) -> Posterior:
    """The posteriors of images (N, 28, 28, 1) under a GaussianVAE or a VariationalAutoencoder of the reference."""
    if hasattr(model, "encode_parameters"):
        mean, log_variance = (np.asarray(part, np.float64) for part in model.encode_parameters(images))
        return Posterior(mean, np.exp(log_variance / 2)[:, :, None] * np.eye(mean.shape[1]))
    found = model.encoder(images)
    return Posterior(np.asarray(found.loc, np.float64), np.asarray(found.scale.to_dense(), np.float64))

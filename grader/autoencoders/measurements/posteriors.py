"""A variational autoencoder whose posterior is far from the prior, although nothing has trained it.

The KL divergence of a fresh model is next to nothing, so only a very large beta shows how it is weighed, and a trained
model would mix the verdict on the loss with that on the training. Larger weights of the encoder move the posterior away
from the prior, whatever the network looks like. There the KL divergence is large, and a few steps show whether it pulls
the posterior back. For the loss the decoder keeps its weights: with larger ones its pixels are black and white beyond
what a probability in single precision can tell, and a loss computed from logits rightly differs from one of the pixels.
For the pull it gets larger ones, too, so that the cross-entropy pulls hard the other way, and wins where the KL
divergence does not pull.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...core.expect import Evidence, Failed, rounded
from ..subject import Model
from ..thresholds import INFORMATIVE, STEPS_TO_PRIOR
from .situations import IMAGES, Divergence, Situation, situation_of
from .training import NO_FRESH_NOISE, RATE

BETA = 20.0
FRESH_BETA = 2000.0  # so large that the little KL divergence of a fresh model tells
FAR = 6.0  # nats per image
FACTORS = (1.0, 2.0, 1.25, 1.2, 1.2, 1.2, 1.2)  # of the weights, one after the other: the reference needs 2 to 3
BATCH = 16
STAGE, AS_WRITTEN = 4, 6  # steps in each of the first stages, which are taken as written
LONG_STAGE = 16  # steps in each of the others, for which a trace is worth its time
QUIET = 0.25  # nats per image

Distances = Mapping[str, float]  # from the prior, in nats per image, of what the posterior consists of


@dataclass(frozen=True)
class FarModel:
    """The model, its images (8, 28, 28, 1), and what was measured at learning rate 0.

    moved: the factor of the encoder's weights.
    """

    model: Model
    images: np.ndarray
    situation: Situation
    moved: float


def near_situation(model: Model, divergence: Divergence, times: int) -> Situation:
    """A fresh model with beta FRESH_BETA; times: how often the large batch has an image."""
    images = _made_ready(model)
    found = situation_of(model, images, FRESH_BETA, divergence(model, images, True), times)
    model.forget()
    return found


def far_model(model: Model, divergence: Divergence, times: int) -> FarModel:
    """Move the posterior of a fresh model with beta BETA away from the prior, and measure."""
    images, moved = _made_ready(model), 1.0
    for factor in FACTORS:
        model.scale_weights(factor, decoder=False)
        moved *= factor
        found = divergence(model, images, True)
        if found.kl.mean() > FAR:
            break
    return FarModel(model, images, situation_of(model, images, BETA, found, times), moved)


def _made_ready(model: Model) -> np.ndarray:
    """Build what is built late, and let nothing move from here on; the images of the measurement."""
    images = model.subject.images.training(0, IMAGES)
    model.reconstruct(images)
    model.set_learning_rate(0.0)
    model.note_phases(images)
    return images


def expect_fresh_losses(far: FarModel) -> None:
    """The same batch has different losses, at the same weights, if training samples."""
    if len(set(far.situation.small.tolist())) == 1:
        hint = "What does the decoder get while it is trained, and how often is its noise drawn?"
        raise Failed(NO_FRESH_NOISE.code, NO_FRESH_NOISE.sentence, hint)


def expect_pull(far: FarModel, distances: Callable[[], Distances], certain: int) -> Evidence:
    """With a large beta some steps on the same images bring everything nearer to the prior.

    Steps are taken in stages, until the verdict is clear; `certain` steps are enough to judge by half the distance.
    """
    batch = np.tile(far.images, (BATCH // IMAGES, 1, 1, 1))
    far.model.scale_weights(far.moved, decoder=True)
    far.model.set_learning_rate(RATE)
    seen = [distances()]
    while not has_come_nearer(seen, certain):
        if steps_after(len(seen) - 1) >= STEPS_TO_PRIOR.limit or has_gone_away(seen):
            raise _no_pull(seen)
        if len(seen) <= AS_WRITTEN:
            far.model.steps(batch, STAGE)
        else:
            far.model.train(np.repeat(batch[None], LONG_STAGE, axis=0))
        seen.append(distances())
    STEPS_TO_PRIOR.record(steps_after(len(seen) - 1))
    return Evidence(f"nearer to the prior with beta {BETA:g}", _way(seen[0], seen[-1]))


def steps_after(stages: int) -> int:
    """How many steps so many stages hold."""
    return STAGE * min(stages, AS_WRITTEN) + LONG_STAGE * max(stages - AS_WRITTEN, 0)


def has_come_nearer(seen: Sequence[Distances], certain: int) -> bool:
    """Whether all distances are next to nothing, two stages in a row, or, after `certain` steps, below half.

    Without a gradient a distance may fall at first, as the cross-entropy pulls, too, but neither so far nor for long,
    and it may rise to a peak and fall from there. With one it may rise at first, where steps are large for the network.
    """
    first, last = seen[0], seen[-1]
    if len(seen) > 2 and all(d[name] < QUIET for d in seen[-2:] for name in last):
        return True
    return steps_after(len(seen) - 1) >= certain and all(last[name] < first[name] / 2 for name in last)


def _peak(seen: Sequence[Distances], name: str) -> float:
    return max(distances[name] for distances in seen)


def has_gone_away(seen: Sequence[Distances]) -> bool:
    """Whether a distance has more than doubled, and still grows, after a quarter of the steps there are."""
    first, last = seen[0], seen[-1]
    return steps_after(len(seen) - 1) > STEPS_TO_PRIOR.limit / 4 and any(
        last[name] == _peak(seen, name) > 2 * max(first[name], INFORMATIVE.limit) for name in first
    )


def _no_pull(seen: Sequence[Distances]) -> Failed:
    first, last = seen[0], seen[-1]
    worst = max(first, key=lambda name: last[name] / max(first[name], QUIET))
    some_are_pulled = any(last[name] < first[name] / 2 for name in first)
    return Failed(
        NOT_PULLED[worst] if some_are_pulled else "posterior.not_pulled",
        "With beta {beta:g}, {steps} steps should pull the posterior to the prior, but the distance of its {worst} "
        "went from {before:.3g} to {after:.3g} nats per image: the KL divergence does not pull.",
        "Does the gradient of the KL divergence reach all that the encoder computes?",
        Evidence("less than half the distance", _way(first, last)),
        beta=BETA,
        steps=steps_after(len(seen) - 1),
        worst=worst,
        before=first[worst],
        after=last[worst],
    )


NOT_PULLED = {  # where the other one is
    "mean": "posterior.mean_not_pulled",
    "variance": "posterior.variance_not_pulled",
}


def _way(first: Distances, last: Distances) -> str:
    ways = (f"the {name} went from {rounded(first[name], 3)} to {rounded(last[name], 3)} nats" for name in first)
    return ", and ".join(ways)


def expect_informative(beta: float, kl: float, means: np.ndarray) -> None:
    """With a small beta the posteriors of images are worth some nats, and their means have both signs.

    means: (B, d); where they are estimated, the most that they can be.
    """
    if not INFORMATIVE.within(kl):
        raise Failed(
            "posterior.not_informative",
            "With beta {beta:g} the encoding should stay informative, but its KL is {kl:.3g} nats per image.",
            "Does beta weigh the KL divergence alone, and does the cross-entropy reach the encoder through the sample?",
            Evidence(f"above {INFORMATIVE.limit:g} nats with beta {beta:g}", rounded(kl)),
            beta=beta,
            kl=kl,
        )
    if not means.min() < -0.05:
        raise Failed(
            "posterior.mean_never_negative",
            "The posterior's mean is never negative, so half of the latent space is never used.",
            "A mean may be any number: which activation keeps it from that?",
            Evidence("means of both signs", f"from {rounded(means.min(), 2)} on"),
        )

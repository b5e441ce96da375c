"""Which runs the experiment consists of, the most valuable first."""

from dataclasses import asdict, dataclass, fields
from typing import Any

AUTOENCODERS = ("autoencoder", "upsampling", "gaussian_vae", "vae", "denoising")
VAES = ("gaussian_vae", "vae")
LABELS = (100, 1_000, 10_000, 60_000)
PAPER_STACK = (512, 512, 512)  # three hidden layers, as in the papers' SAE-3


@dataclass(frozen=True)
class Run:
    """One training of a part of the lab. Settings that a part does not have keep their default.

    steps: of an epoch, 0 for all of the 60,000 digits. labels: how many labelled digits a classifier is fine-tuned on,
    for as many steps as with all of them. shuffled: what is shuffled, "samples" as in the reference, or "batches" as in
    the handed-out text. slow_epochs: how many of a classifier's epochs, the last ones, have a tenth of the usual rate.
    """

    part: str
    seed: int = 0
    epochs: int = 2
    steps: int = 0
    batch_size: int = 64
    beta: float = 1.0
    noise_stddev: float = 0.5
    layer_sizes: tuple[int, ...] = (256, 64)
    pretraining_epochs: int = 2
    labels: int = 60_000
    shuffled: str = "samples"
    slow_epochs: int = 0

    @property
    def name(self) -> str:
        """The part, the epochs, what is not as usual, and the seed: a name for files."""
        unusual = [
            f"{field.name.replace('_', '-')}-{_short(getattr(self, field.name))}"
            for field in fields(self)
            if field.name not in ("part", "seed", "epochs") and getattr(self, field.name) != field.default
        ]
        return "_".join([self.part, f"epochs-{self.epochs}", *unusual, f"seed-{self.seed}"])

    @property
    def steps_per_epoch(self) -> int:
        """Batches of an epoch."""
        return self.steps or 60_000 // self.batch_size

    @property
    def kind(self) -> "Run":
        """The same run under seed 0: runs of one kind differ in their seed only."""
        return Run(**{**asdict(self), "seed": 0})


def run_from(settings: dict[str, Any]) -> Run:
    """The run that a record describes."""
    return Run(**{**settings, "layer_sizes": tuple(settings["layer_sizes"])})


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def classifier(seed: int, labels: int, pretrained: bool) -> Run:
    """A classifier of the lab, or the same network without pretraining."""
    return Run("classifier", seed, labels=labels, pretraining_epochs=2 if pretrained else 0)


def of_seed(seed: int) -> list[Run]:
    """Every part for two epochs, as the lab has it."""
    return [*(Run(part, seed) for part in AUTOENCODERS), *(classifier(seed, 60_000, way) for way in (True, False))]


LONG_CLASSIFIER = Run(
    "classifier", epochs=25, batch_size=256, layer_sizes=PAPER_STACK, pretraining_epochs=3, slow_epochs=5
)
WEIGHTS_OF_THE_TEXT = (
    Run("vae", beta=2 / 64),  # the KL divergence that Keras' losses hold: a mean over the batch, listed twice
    Run("gaussian_vae", beta=784.0),  # the cross-entropy as a mean over pixels
)


def full_plan() -> list[Run]:
    """All runs, in the order of their value."""
    seeds = [run for seed in (1, 2) for run in of_seed(seed)]
    few_labels = [
        classifier(seed, labels, way) for seed in (0, 1, 2) for labels in LABELS[:-1] for way in (True, False)
    ]
    return [
        *of_seed(0),
        *(Run("vae", beta=beta) for beta in (4.0, 2.0)),
        *(run for run in seeds if run.part != "upsampling"),
        *WEIGHTS_OF_THE_TEXT,
        LONG_CLASSIFIER,
        *few_labels,
        *(Run("autoencoder", seed, shuffled="batches") for seed in (0, 1, 2)),
        *(run for run in seeds if run.part == "upsampling"),  # three times as slow as the others
        *(Run(part, epochs=20) for part in ("vae", "denoising", "autoencoder", "gaussian_vae", "upsampling")),
    ]


def quick_plan() -> list[Run]:
    """Every part and every picture once, in five minutes: too few steps for the figures to mean anything."""
    short = {"epochs": 1, "steps": 150}
    return [
        *(Run(part, **short) for part in AUTOENCODERS),
        *(Run("vae", beta=beta, **short) for beta in (4.0, 2.0)),
        *(Run("classifier", pretraining_epochs=way, **short) for way in (1, 0)),
        *(Run("classifier", pretraining_epochs=way, labels=100, **short) for way in (1, 0)),
        Run("vae", beta=2 / 64, **short),
        Run("gaussian_vae", beta=784.0, **short),
        Run("autoencoder", shuffled="batches", **short),
    ]

"""The pictures of the results, each drawn from the records or from the small arrays of the runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import NullFormatter, ScalarFormatter

from .drawing import COLOURS, NAMES, mosaic, new_figure, rows_of_digits, save, show_mosaic
from .noise import DEVIATIONS
from .plan import AUTOENCODERS, LABELS, LONG_CLASSIFIER, Run, classifier
from .records import Records
from .store import RunFolder

CLEANERS = {
    "noisy": ("noisy", "0.5"),
    "median": ("median filter", "#56b4e9"),
    "non_local_means": ("non-local means", "#009e73"),
    "denoised": ("autoencoder, trained at .5", "#d55e00"),
}


class MissingRun(LookupError):
    """A picture's run is not finished, or its arrays are not on this machine."""


@dataclass(frozen=True)
class Gallery:
    """Records, where the arrays of runs are, and how long the runs shown trained."""

    records: Records
    folder_of: Callable[[Run], RunFolder]
    shape: dict[str, int]  # epochs and steps of the runs that are shown

    def run(self, part: str, **settings: float) -> Run:
        """The run of seed 0 that is shown."""
        return Run(part, **{**self.shape, **settings})

    def arrays(self, run: Run) -> dict[str, np.ndarray]:
        """The arrays of a run. Raises MissingRun."""
        if not (self.records.has(run) and self.folder_of(run).has("pictures")):
            raise MissingRun(run.name)
        return self.folder_of(run).arrays("pictures")

    def measured(self, run: Run) -> dict[str, Any]:
        """The figures of a run. Raises MissingRun."""
        if found := self.records.of(run):
            return found[0].measured
        raise MissingRun(run.name)


def reconstructions(gallery: Gallery) -> Figure:
    """One test digit of each class, and what four models make of it."""
    parts = AUTOENCODERS[:4]
    shown = {part: gallery.arrays(gallery.run(part)) for part in parts}
    rows = {"original": shown["autoencoder"]["originals"]}
    return rows_of_digits(rows | {NAMES[part]: shown[part]["reconstructions"] for part in parts})


def losses(gallery: Gallery) -> Figure:
    """The loss over the training, as a mean and the range of the seeds."""
    figure = new_figure(6.4, 3.4)
    axes = figure.subplots()
    for part in AUTOENCODERS:
        found = gallery.records.of(gallery.run(part))
        if not found:
            continue
        curves = np.array([record.training["curve"] for record in found])
        epochs = (np.arange(curves.shape[1]) + 0.5) / 10
        label = f"{NAMES[part]} ({len(found)} seed{'s' * (len(found) > 1)})"
        axes.plot(epochs, curves.mean(axis=0), color=COLOURS[part], label=label)
        axes.fill_between(epochs, curves.min(axis=0), curves.max(axis=0), color=COLOURS[part], alpha=0.25, lw=0)
    axes.set(xlabel="epoch", ylabel="training loss (nats per image)", ylim=(80, 220))
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def checkerboard(gallery: Gallery) -> Figure:
    """Images of either decoder before any training, and the power of the diagonal patterns before and after it."""
    parts = {"autoencoder": "transposed convolutions", "upsampling": "upsampling"}
    figure = new_figure(9.2, 3.2)
    left, before, after = figure.subplots(1, 3, width_ratios=(1.1, 1.5, 1.5))
    shown = np.concatenate([gallery.arrays(gallery.run(part))["fresh"][:2] for part in parts])
    show_mosaic(left, mosaic(shown, 2), "untrained, contrast stretched")
    left.set_yticks([14, 44], ["trans-\nposed", "up-\nsampled"])
    left.tick_params(length=0)
    for part, label in parts.items():
        spectra = gallery.measured(gallery.run(part))["checkerboard"]
        before.plot(range(1, 15), spectra["untrained"]["diagonal"], color=COLOURS[part], marker=".", label=label)
        after.plot(range(1, 15), spectra["trained"]["diagonal"], color=COLOURS[part], marker=".", label=label)
    after.plot(range(1, 15), spectra["original"]["diagonal"], color="0.5", marker=".", label="test digits", zorder=0)
    for axes, title in ((before, "untrained"), (after, "trained")):
        axes.set(yscale="log", xlabel="waves a side, diagonally", title=title, xticks=(1, 7, 14), ylim=(1e-7, 1))
        axes.grid(alpha=0.3)
    before.set_ylabel("share of the power")
    after.legend()
    return figure


def grids(gallery: Gallery) -> Figure:
    """Every second row and column of the latent grid, at three values of beta."""
    figure = new_figure(10.2, 3.6)
    for axes, beta in zip(figure.subplots(1, 3), (1.0, 2.0, 4.0), strict=True):
        grid = gallery.arrays(gallery.run("vae", beta=beta))["grid"].reshape(25, 28, 25, 28)[::2, :, ::2, :]
        show_mosaic(axes, grid.reshape(13 * 28, 13 * 28), f"beta {beta:g}")
    return figure


def traversals(gallery: Gallery) -> Figure:
    """Each component from -3 to 3, the others at 0, the most informative component first."""
    figure = new_figure(9.6, 4.6)
    for axes, beta in zip(figure.subplots(1, 2), (1.0, 4.0), strict=True):
        run = gallery.run("vae", beta=beta)
        nats = gallery.measured(run)["kl_per_component"]
        show_mosaic(axes, mosaic(gallery.arrays(run)["walk"], 11), f"beta {beta:g}")
        axes.set_yticks(
            [14 + 30 * row for row in range(len(nats))], [f"{value:.2f} nats" for value in nats], fontsize=8
        )
        axes.set_xticks([14, 164, 314], ["−3", "0", "3"])
        axes.tick_params(length=0)
    return figure


def components(gallery: Gallery) -> Figure:
    """The KL divergence of each component, sorted, at three values of beta."""
    figure = new_figure(6.4, 2.8)
    axes = figure.subplots()
    for number, beta in enumerate((1.0, 2.0, 4.0)):
        nats = gallery.measured(gallery.run("vae", beta=beta))["kl_per_component"]
        axes.bar(np.arange(len(nats)) + 0.27 * (number - 1), nats, 0.25, label=f"beta {beta:g}")
    axes.set(xlabel="component, sorted", ylabel="KL divergence (nats)", xticks=range(10), xticklabels=range(1, 11))
    axes.legend()
    return figure


def samples(gallery: Gallery) -> Figure:
    """Decoded draws from the prior, the same for both models."""
    figure = new_figure(7.4, 3.9)
    for axes, part in zip(figure.subplots(1, 2), ("gaussian_vae", "vae"), strict=True):
        show_mosaic(axes, mosaic(gallery.arrays(gallery.run(part))["samples"], 10), NAMES[part])
    return figure


def projection(gallery: Gallery) -> Figure:
    """The codes of test digits along the two directions in which they vary most, coloured by digit."""
    figure = new_figure(9, 4.2)
    for axes, part in zip(figure.subplots(1, 2), ("autoencoder", "gaussian_vae"), strict=True):
        found = gallery.arrays(gallery.run(part))
        for digit in range(10):
            points = found["projection"][found["labels"] == digit][:150]
            axes.scatter(*points.T, s=7, color=f"C{digit}", alpha=0.7, lw=0)
            middle = np.median(points, axis=0)
            outline = [withStroke(linewidth=3, foreground="white")]
            axes.text(*middle, str(digit), size=15, weight="bold", color=f"C{digit}", path_effects=outline, ha="center")
        axes.set(title=f"{NAMES[part]}", xlabel="first principal component", ylabel="second")
    return figure


def denoising(gallery: Gallery) -> Figure:
    """Ten digits with noise of .5, cleaned in three ways."""
    found = gallery.arrays(gallery.run("denoising"))
    rows = {label.partition(",")[0]: found[f"{name}_0.5"] for name, (label, _) in CLEANERS.items()}
    return rows_of_digits(rows | {"clean": found["originals"]})


def denoising_quality(gallery: Gallery) -> Figure:
    """PSNR and SSIM at each deviation of the noise."""
    figure = new_figure(8.6, 3.2)
    rows = gallery.measured(gallery.run("denoising"))["by_deviation"]
    for axes, measure, unit in zip(figure.subplots(1, 2), ("psnr_db", "ssim"), ("PSNR (dB)", "SSIM"), strict=True):
        for name, (label, colour) in CLEANERS.items():
            values = [rows[f"{deviation:.1f}"][name][measure] for deviation in DEVIATIONS]
            axes.plot(DEVIATIONS, values, color=colour, label=label, marker=".")
        axes.set(xlabel="deviation of the noise", ylabel=unit)
        axes.grid(alpha=0.3)
    axes.legend()
    return figure


def few_labels(gallery: Gallery) -> Figure:
    """The test error over the number of labels, with and without pretraining."""
    if not gallery.records.of(_classifier(gallery, LABELS[0], True)):
        raise MissingRun("classifiers with few labels")
    figure = new_figure(5.6, 3.4)
    axes = figure.subplots()
    for pretrained, label, colour in (
        (True, "pretrained on all images", "#d55e00"),
        (False, "from scratch", "#0072b2"),
    ):
        found = {count: gallery.records.of(_classifier(gallery, count, pretrained)) for count in LABELS}
        found = {count: [r.measured["error_percent"] for r in records] for count, records in found.items() if records}
        means = np.array([np.mean(errors) for errors in found.values()])
        lowest = means - [min(errors) for errors in found.values()]
        highest = [max(errors) for errors in found.values()] - means
        axes.errorbar(list(found), means, [lowest, highest], color=colour, label=label, marker="o", capsize=3)
    axes.set(xscale="log", yscale="log", xlabel="labelled digits", ylabel="test error (%)")
    axes.set_yticks([2, 3, 5, 10, 20, 30])
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def _classifier(gallery: Gallery, labels: int, pretrained: bool) -> Run:
    if gallery.shape == {"epochs": 2}:
        return classifier(0, labels, pretrained)
    return gallery.run("classifier", labels=labels, pretraining_epochs=int(pretrained))


def confusion(gallery: Gallery) -> Figure:
    """Which digits the best-trained classifier takes for which."""
    best = LONG_CLASSIFIER if gallery.records.has(LONG_CLASSIFIER) else _classifier(gallery, LABELS[-1], True)
    counts = np.array(gallery.measured(best)["confusion"])
    figure = new_figure(5, 4.8)
    axes = figure.subplots()
    axes.imshow(np.log1p(counts), cmap="Blues")
    for row, column in np.ndindex(counts.shape):
        if counts[row, column]:
            shade = "white" if row == column else "black"
            axes.text(column, row, counts[row, column], ha="center", va="center", color=shade, fontsize=8)
    axes.set(xlabel="answer", ylabel="label", xticks=range(10), yticks=range(10))
    return figure


Draw = Callable[[Gallery], Figure]
PICTURES: dict[str, Draw] = {
    "reconstructions": reconstructions,
    "losses": losses,
    "checkerboard": checkerboard,
    "latent-grids": grids,
    "traversals": traversals,
    "components": components,
    "prior-samples": samples,
    "projection": projection,
    "denoising": denoising,
    "denoising-quality": denoising_quality,
    "few-labels": few_labels,
    "confusion": confusion,
}


def draw_results(gallery: Gallery, folder: Path, pictures: Mapping[str, Draw] = PICTURES) -> list[str]:
    """Write every picture whose runs are there, and return the names of those that are not."""
    lacking = []
    for name, draw in pictures.items():
        try:
            figure = draw(gallery)
        except MissingRun:
            lacking.append(name)
        else:
            save(figure, folder / f"{name}.png")
    return lacking

"""The pictures beside the notes on the handed-out text."""

from collections.abc import Callable
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from .drawing import mosaic, new_figure, rows_of_digits, save, show_mosaic
from .pictures import Gallery, draw_results
from .store import RunFolder


def batches(figures: dict[str, Any], _: dict[str, np.ndarray]) -> Figure:
    """How many others a digit has met after each pass."""
    figure = new_figure(5.6, 3)
    axes = figure.subplots()
    names = {"samples": "samples are shuffled (reference)", "batches": "batches are shuffled (text)"}
    for (name, label), colour in zip(names.items(), ("#0072b2", "#d55e00"), strict=True):
        values = figures["partners"][name]
        axes.plot(range(1, len(values) + 1), values, marker="o", color=colour, label=label)
        axes.annotate(f"{values[-1]:.0f}", (len(values), values[-1]), (4, 4), textcoords="offset points")
    axes.set(xlabel="passes over 6,400 samples", ylabel="others met in a batch", ylim=(0, None), xlim=(0.8, 10.8))
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def strips(_: dict[str, Any], arrays: dict[str, np.ndarray]) -> Figure:
    """The strips of an untrained model."""
    figure = new_figure(3.8, 4)
    titles = {"strip_of_text": "as the text draws it", "strip": "as it should be"}
    for axes, (name, title) in zip(figure.subplots(1, 2), titles.items(), strict=True):
        show_mosaic(axes, arrays[name], title)
    return figure


def nine(gallery: Gallery, figures: dict[str, Any]) -> Figure:
    """What comes of nine zeros, and of ten, from a trained decoder."""
    figure = new_figure(7.4, 1.9)
    left, right = figure.subplots(1, 2, width_ratios=(3.4, 1))
    left.text(0, 0.5, fill(f"ValueError: {figures['nine']}", 70), va="center", family="monospace", color="#b00020")
    left.set(title="nine zeros, as in the text", xticks=[], yticks=[], frame_on=False)
    show_mosaic(right, gallery.arrays(gallery.run("vae"))["walk"][5], "ten zeros")
    return figure


def keras_divergences(figures: dict[str, Any], _: dict[str, np.ndarray]) -> Figure:
    """How much of the KL divergence Keras' own losses hold."""
    figure = new_figure(5.2, 3)
    axes = figure.subplots()
    measured = {int(size): share for size, share in figures["keras_kl"].items()}
    sizes = np.array(sorted(measured))
    axes.plot(sizes, 2 / sizes, color="0.6", label="2 / batch size")
    axes.plot(sizes, [measured[size] for size in sizes], "o", color="#d55e00", label="Keras' losses, measured")
    axes.axhline(1, color="#0072b2", label="the sum over the batch")
    axes.set(xscale="log", yscale="log", xlabel="batch size", ylabel="share of the KL divergence")
    axes.set_xticks(sizes, sizes)
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def weak_divergence(gallery: Gallery) -> Figure:
    """Samples of the prior where the KL divergence counts as it should, and as in Keras' losses at batch 64."""
    figure = new_figure(7.4, 3.9)
    betas = {1.0: "KL summed over the batch", 2 / 64: "KL as in Keras' losses, batches of 64"}
    for axes, (beta, title) in zip(figure.subplots(1, 2), betas.items(), strict=True):
        show_mosaic(axes, mosaic(gallery.arrays(gallery.run("vae", beta=beta))["samples"], 10), title)
    return figure


def mean_over_pixels(gallery: Gallery) -> Figure:
    """Reconstructions where the cross-entropy is a sum over pixels, and where it is their mean."""
    by_beta = {beta: gallery.arrays(gallery.run("gaussian_vae", beta=beta)) for beta in (1.0, 784.0)}
    return rows_of_digits(
        {
            "original": by_beta[1.0]["originals"],
            "sum over pixels": by_beta[1.0]["reconstructions"],
            "mean over pixels": by_beta[784.0]["reconstructions"],
        }
    )


SMALL: dict[str, Callable[[dict[str, Any], dict[str, np.ndarray]], Figure]] = {
    "text-batches": batches,
    "text-strip": strips,
    "text-keras-kl": keras_divergences,
}
TRAINED: dict[str, Callable[[Gallery], Figure]] = {
    "text-weak-kl": weak_divergence,
    "text-mean": mean_over_pixels,
}


def draw_lab_text(gallery: Gallery, kept: RunFolder, folder: Path) -> list[str]:
    """Write the pictures that can be drawn, and return the names of the others."""
    if not kept.record:
        return [*SMALL, "text-nine", *TRAINED]
    figures, arrays = kept.record["measured"], kept.arrays("pictures")
    for name, draw in SMALL.items():
        save(draw(figures, arrays), folder / f"{name}.png")
    return draw_results(gallery, folder, {"text-nine": lambda shown: nine(shown, figures), **TRAINED})

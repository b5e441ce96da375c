# %% [markdown]
# Given helpers draw the pictures of the experiments. They also write each picture into the folder `pictures`.

# %%
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from PIL import Image


def show(figure: Figure, name: str) -> Path:
    """Write `figure` to pictures/<name>.png, show it where a notebook can, and return the path."""
    path = Path("pictures") / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120, bbox_inches="tight")
    if "inline" in plt.get_backend():
        plt.show()
    plt.close(figure)
    print(f"wrote {path}")
    return path


def show_losses(
    histories: dict[str, Sequence[float]], name: str, unit: str = "nats per batch", steps: Sequence[int] | None = None
) -> Path:
    """One line per entry of `histories`: its losses over the epochs, or over `steps`, where each was measured."""
    figure, axes = plt.subplots(figsize=(6, 3.5))
    epochs = range(1, max(map(len, histories.values())) + 1)
    for label, losses in histories.items():
        axes.plot(steps or epochs[: len(losses)], losses, marker="" if steps else "o", label=label)
    axes.set(xlabel="step" if steps else "epoch", ylabel=f"loss ({unit})")
    if not steps:
        axes.set_xticks(epochs)
    axes.legend()
    axes.grid(alpha=0.3)
    return show(figure, name)


def show_images(rows: dict[str, np.ndarray], name: str) -> Path:
    """One labelled row of pictures per entry of `rows`; each value has shape (n, 28, 28, 1) or (n, 28, 28)."""
    count = max(len(images) for images in rows.values())
    figure, axes = plt.subplots(len(rows), count, figsize=(count, 1.1 * len(rows)), squeeze=False)
    for row, (label, images) in zip(axes, rows.items(), strict=True):
        row[0].set_ylabel(label, rotation=0, ha="right", va="center")
        for cell in row:
            cell.set(xticks=[], yticks=[], frame_on=False)
        for cell, image in zip(row, np.asarray(images), strict=False):
            cell.imshow(image.reshape(28, 28), cmap="gray", vmin=0, vmax=1)
    return show(figure, name)


def show_codes(clouds: dict[str, np.ndarray], labels: np.ndarray, name: str) -> Path:
    """One scatter plot per entry of `clouds`, codes (n, d), coloured by the digit in `labels` (n,).

    Codes of more than two numbers are seen from the side from which they spread most (their principal components).
    """
    figure, panels = plt.subplots(1, len(clouds), figsize=(5 * len(clouds), 4.5), squeeze=False, layout="constrained")
    for axes, (title, codes) in zip(panels[0], clouds.items(), strict=True):
        centred = np.asarray(codes) - np.mean(codes, axis=0)
        directions = np.linalg.svd(centred, full_matrices=False)[2][:2]  # (2, d)
        points = centred @ directions.T  # (n, 2)
        colours = axes.scatter(points[:, 0], points[:, 1], c=labels, cmap="tab10", vmin=-0.5, vmax=9.5, s=8)
        for digit in range(10):
            axes.annotate(str(digit), np.median(points[labels == digit], axis=0), weight="bold", size=14)
        axes.set(title=title, aspect="equal")
    figure.colorbar(colours, ax=panels[0].tolist(), ticks=range(10), label="digit")
    return show(figure, name)


def show_animation(frames: Sequence[np.ndarray], name: str, seconds: float = 0.15) -> Path:
    """Write `frames`, each (n, 28, 28, 1) in [0, 1], as pictures/<name>.gif, a row of digits at a time, for ever."""
    path = Path("pictures") / f"{name}.gif"
    path.parent.mkdir(exist_ok=True)
    rows = [np.concatenate(list(np.asarray(frame)[..., 0]), axis=1) for frame in frames]  # (28, n * 28) each
    drawings = [Image.fromarray(np.uint8(255 * row)).resize((3 * row.shape[1], 3 * 28)) for row in rows]
    drawings[0].save(path, save_all=True, append_images=drawings[1:], duration=int(1000 * seconds), loop=0)
    if "inline" in plt.get_backend():
        from IPython.display import Image as Animation  # a notebook has them
        from IPython.display import display

        display(Animation(filename=str(path), alt="the reconstructions, changing from step to step"))
    print(f"wrote {path}")
    return path

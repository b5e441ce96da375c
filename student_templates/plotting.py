# Generated from reference/plotting.py, for you to edit: your code goes where a line says 'Your task'.
# %% [markdown]
# Two given helpers draw the pictures of the experiments. They also write each picture into the folder `pictures`.

# %%
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


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


def show_losses(histories: dict[str, Sequence[float]], name: str, unit: str = "nats per batch") -> Path:
    """One line per entry of `histories`: its losses over the epochs."""
    figure, axes = plt.subplots(figsize=(6, 3.5))
    for label, losses in histories.items():
        axes.plot(range(1, len(losses) + 1), losses, marker="o", label=label)
    axes.set(xlabel="epoch", ylabel=f"loss ({unit})", xticks=range(1, max(map(len, histories.values())) + 1))
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

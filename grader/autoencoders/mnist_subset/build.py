"""Makes mnist_subset.npz from the four official files: `python -m grader.autoencoders.mnist_subset.build FOLDER`."""

import sys
from pathlib import Path

import numpy as np

from . import PATH
from .idx import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, MnistImportError, parse, read_official

TRAIN_PER_CLASS = 1_000
TEST_PER_CLASS = 200


def first_of_each_class(labels: np.ndarray, count: int) -> np.ndarray:
    """Indices, ascending, of the first `count` samples of each of the ten classes in `labels` (n,)."""
    return np.sort(np.concatenate([np.flatnonzero(labels == digit)[:count] for digit in range(10)]))


def build(folder: Path) -> dict[str, np.ndarray]:
    """The arrays of the subset, images uint8 (n, 28, 28, 1) and labels uint8 (n,). Raises MnistImportError."""
    arrays = {}
    for split, images_file, labels_file, count in (
        ("train", TRAIN_IMAGES, TRAIN_LABELS, TRAIN_PER_CLASS),
        ("test", TEST_IMAGES, TEST_LABELS, TEST_PER_CLASS),
    ):
        labels = parse(read_official(folder, labels_file))
        chosen = first_of_each_class(labels, count)
        arrays[f"{split}_images"] = parse(read_official(folder, images_file))[chosen, :, :, np.newaxis]
        arrays[f"{split}_labels"] = labels[chosen]
    return arrays


def main(arguments: list[str]) -> str | None:
    """Writes the file; returns what went wrong as one line, or None."""
    if len(arguments) != 1:
        return f"usage: python -m {__spec__.name} FOLDER   (with the four official MNIST files, plain or .gz)"
    try:
        arrays = build(Path(arguments[0]))
    except MnistImportError as error:
        return str(error)
    np.savez_compressed(PATH, allow_pickle=False, **arrays)
    print(f"wrote {PATH}: {len(arrays['train_images'])} training and {len(arrays['test_images'])} test digits")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A database like MNIST, of 60 random pictures, in the four IDX files that MNIST comes in."""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.autoencoders.mnist_subset.idx import OFFICIAL_FILES, OfficialFile


@dataclass(frozen=True)
class SmallMnist:
    """Images uint8 (n, 28, 28), labels uint8 (n,), and the files in `folder` in the order of OFFICIAL_FILES."""

    folder: Path
    files: tuple[OfficialFile, ...]
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def idx_bytes(array: np.ndarray) -> bytes:
    """An array of unsigned bytes as the IDX format writes it (0x08: unsigned byte)."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def write_small_mnist(folder: Path) -> SmallMnist:
    """40 training and 20 test pictures, four and two of each class, in a random order."""
    folder.mkdir()
    rng = np.random.default_rng(20260101)
    train_labels = rng.permutation(np.repeat(np.arange(10, dtype=np.uint8), 4))
    test_labels = rng.permutation(np.repeat(np.arange(10, dtype=np.uint8), 2))
    train_images = rng.integers(0, 256, (40, 28, 28), np.uint8)
    test_images = rng.integers(0, 256, (20, 28, 28), np.uint8)
    files = []
    for official, array in zip(OFFICIAL_FILES, (train_images, train_labels, test_images, test_labels), strict=True):
        content = idx_bytes(array)
        (folder / official.name).write_bytes(content)
        files.append(OfficialFile(official.name, len(content), hashlib.sha256(content).hexdigest()))
    return SmallMnist(folder, tuple(files), train_images, train_labels, test_images, test_labels)


def tfds_order(split: str, count: int) -> list[int]:
    """The order in which TFDS stores `count` samples of a split: by the MD5 hash of the split's name and the index."""

    def stored_place(index: int) -> bytes:
        return hashlib.md5(f"{split}{index}".encode(), usedforsecurity=False).digest()

    return sorted(range(count), key=stored_place)

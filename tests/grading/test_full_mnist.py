"""All 70,000 official digits: collected where TFDS has a prepared copy (conftest.py says so)."""

import hashlib

import numpy as np
import pytest
import tensorflow_datasets as tfds

from grader.autoencoders import mnist_subset
from grader.autoencoders.mnist_import import describe_mnist
from grader.autoencoders.mnist_subset.idx import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, OfficialFile
from tests.small_mnist import idx_bytes, tfds_order


@pytest.fixture(scope="module", params=["train", "test"])
def split(request: pytest.FixtureRequest) -> tuple[str, np.ndarray, np.ndarray]:
    """Name, images (n, 28, 28, 1) and labels (n,) of a split, put back in the order of the official files."""
    pairs = tfds.load("mnist", split=request.param, as_supervised=True, download=False)
    images, labels = next(pairs.batch(60_000).as_numpy_iterator())
    place = np.argsort(tfds_order(request.param, len(labels)))
    return request.param, images[place], labels[place].astype(np.uint8)


Split = tuple[str, np.ndarray, np.ndarray]
FILES = {"train": (TRAIN_IMAGES, TRAIN_LABELS), "test": (TEST_IMAGES, TEST_LABELS)}


def test_the_prepared_copy_has_all_digits() -> None:
    """60,000 training and 10,000 test digits."""
    source = describe_mnist()
    assert (source.prepared, source.train_count, source.test_count) == (True, 60_000, 10_000)


def test_the_prepared_copy_is_official_bit_for_bit(split: Split) -> None:
    """Written back as IDX files, the copy has the sizes and checksums that the official files are known by."""
    name, images, labels = split

    def as_file(file: OfficialFile, array: np.ndarray) -> OfficialFile:
        content = idx_bytes(array)
        return OfficialFile(file.name, len(content), hashlib.sha256(content).hexdigest())

    images_file, labels_file = FILES[name]
    assert as_file(images_file, images[..., 0]) == images_file
    assert as_file(labels_file, labels) == labels_file


def test_the_bundled_digits_are_the_first_of_each_class(split: Split) -> None:
    """Class by class, the bundled digits are the first 1,000 training and 200 test digits of MNIST, in order."""
    name, images, labels = split
    bundled = mnist_subset.load()
    bundled_images, bundled_labels = bundled[f"{name}_images"], bundled[f"{name}_labels"]
    for digit in range(10):
        of_class = bundled_images[bundled_labels == digit]
        np.testing.assert_array_equal(of_class, images[labels == digit][: len(of_class)])


def test_the_bundled_digits_keep_the_official_order(split: Split) -> None:
    """The places of the bundled digits in the official file ascend, also between classes."""
    name, images, _ = split
    place = {image.tobytes(): index for index, image in enumerate(images)}
    bundled = mnist_subset.load()[f"{name}_images"]
    places = [place[image.tobytes()] for image in bundled]
    assert places == sorted(places)

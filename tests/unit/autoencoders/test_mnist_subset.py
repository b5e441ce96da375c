"""The bundled digits: what the lab promises about them, and how they were chosen."""

from pathlib import Path

import numpy as np
import pytest

from grader.autoencoders import mnist_subset
from grader.autoencoders.mnist_subset import build, idx
from tests.small_mnist import SmallMnist, idx_bytes, write_small_mnist


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallMnist:
    """Four small files that `build` takes for the official ones, of which it is to choose two and one a class."""
    small = write_small_mnist(tmp_path / "idx")
    for name, file in zip(("TRAIN_IMAGES", "TRAIN_LABELS", "TEST_IMAGES", "TEST_LABELS"), small.files, strict=True):
        monkeypatch.setattr(build, name, file)
    monkeypatch.setattr(build, "TRAIN_PER_CLASS", 2)
    monkeypatch.setattr(build, "TEST_PER_CLASS", 1)
    return small


@pytest.mark.parametrize(("split", "per_class"), [("train", 1_000), ("test", 200)])
def test_the_subset_is_balanced(split: str, per_class: int) -> None:
    """uint8 pictures (n, 28, 28, 1) and int64 labels, the same number of each class."""
    digits = mnist_subset.load()
    images, labels = digits[f"{split}_images"], digits[f"{split}_labels"]
    assert images.shape == (10 * per_class, 28, 28, 1)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [per_class] * 10


def test_no_digit_is_bundled_twice() -> None:
    """The 12,000 pictures differ from one another: no test digit is a training digit."""
    digits = mnist_subset.load()
    pictures = np.concatenate([digits["train_images"], digits["test_images"]])
    assert len({picture.tobytes() for picture in pictures}) == 12_000


def test_the_subset_looks_like_mnist() -> None:
    """Mean and deviation of the training pixels are those known of MNIST, 0.1307 and 0.3081, within 2 %."""
    pixels = mnist_subset.load()["train_images"] / 255
    assert pixels.mean() == pytest.approx(0.1307, rel=0.02)
    assert pixels.std() == pytest.approx(0.3081, rel=0.02)


def test_the_bundle_is_small_and_carries_its_licence() -> None:
    """About 2 MB, with the attribution beside it."""
    assert mnist_subset.PATH.stat().st_size < 2_100_000
    licence = mnist_subset.PATH.with_name("LICENSE.md").read_text(encoding="utf-8")
    for words in (
        "LeCun",
        "Cortes",
        "Burges",
        "Attribution-ShareAlike 3.0",
        "mnist_subset.build",
    ):
        assert words in licence


def test_the_first_of_each_class_are_chosen_in_their_order(small: SmallMnist) -> None:
    """Going through the file, a digit is taken while its class has not had enough, and nothing is reordered."""
    chosen, taken = [], dict.fromkeys(range(10), 0)
    for index, label in enumerate(small.train_labels):
        if taken[int(label)] < 2:
            taken[int(label)] += 1
            chosen.append(index)
    arrays = build.build(small.folder)
    np.testing.assert_array_equal(arrays["train_images"], small.train_images[chosen, :, :, np.newaxis])
    np.testing.assert_array_equal(arrays["train_labels"], small.train_labels[chosen])
    assert sorted(arrays["test_labels"]) == list(range(10))


def test_the_command_writes_the_file(
    small: SmallMnist, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command `mnist_subset.build FOLDER` writes what `load` reads, twice the same bytes, and says so."""
    monkeypatch.setattr(build, "PATH", tmp_path / "subset.npz")
    monkeypatch.setattr(mnist_subset, "PATH", tmp_path / "subset.npz")
    assert build.main([str(small.folder)]) is None
    first = (tmp_path / "subset.npz").read_bytes()
    assert build.main([str(small.folder)]) is None
    assert (tmp_path / "subset.npz").read_bytes() == first
    assert mnist_subset.load()["train_images"].shape == (20, 28, 28, 1)
    assert "20 training and 10 test digits" in capsys.readouterr().out


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    """The command answers with the line of the reader, and with its usage where the folder is not given."""
    message = build.main([str(tmp_path)])
    assert message is not None
    assert "train-labels-idx1-ubyte is missing" in message
    assert "\n" not in message
    assert (build.main([]) or "").startswith("usage:")


@pytest.mark.parametrize("shape", [(3,), (2, 28, 28), (0, 28, 28)])
def test_idx_arrays_are_read_back(shape: tuple[int, ...]) -> None:
    """What was written in the IDX format is read with the same shape and values."""
    array = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    np.testing.assert_array_equal(idx.parse(idx_bytes(array)), array)

"""`import_mnist` makes TFDS' own copy out of the four files, whole or not at all."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds

from grader.autoencoders import mnist_subset
from grader.autoencoders.mnist_import import MnistImportError, MnistSource, describe_mnist, import_mnist
from tests.small_mnist import SmallMnist, tfds_order

IMAGES = "train-images-idx3-ubyte"


def compress(folder: Path) -> None:
    """Replace each file of `folder` by its compressed form."""
    for path in list(folder.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


def stored(data_dir: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of the prepared copy, as the lab loads them, without a download."""
    pairs = tfds.load("mnist", split=split, data_dir=data_dir, as_supervised=True, download=False)
    images, labels = zip(*pairs.as_numpy_iterator(), strict=True)
    return np.stack(images), np.array(labels)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("form", ["plain", "compressed"])
def test_every_digit_and_label_arrives(small_mnist: SmallMnist, tmp_path: Path, form: str) -> None:
    """Offline, TFDS reads from the copy exactly the digits of the files, plain or compressed."""
    if form == "compressed":
        compress(small_mnist.folder)
    path = import_mnist(small_mnist.folder, tmp_path / "data")
    assert path == tmp_path / "data" / "mnist" / "3.0.1"
    for split, images, labels in (
        ("train", small_mnist.train_images, small_mnist.train_labels),
        ("test", small_mnist.test_images, small_mnist.test_labels),
    ):
        order = tfds_order(split, len(labels))
        stored_images, stored_labels = stored(tmp_path / "data", split)
        np.testing.assert_array_equal(stored_images, images[order, :, :, np.newaxis])
        np.testing.assert_array_equal(stored_labels, labels[order])


def test_only_the_copy_is_left(small_mnist: SmallMnist, tmp_path: Path) -> None:
    """After an import there is the prepared folder and no scratch folder beside it."""
    path = import_mnist(small_mnist.folder, tmp_path / "data")
    assert [entry.name for entry in path.parent.iterdir()] == ["3.0.1"]
    assert not [entry for entry in path.iterdir() if "incomplete" in entry.name]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def change_a_pixel(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def compress_and_cut(path: Path) -> None:
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes())[:-9])
    path.unlink()


def compress_and_flip(path: Path, position: int) -> None:
    content = bytearray(gzip.compress(path.read_bytes()))
    content[position] ^= 255
    path.with_name(f"{path.name}.gz").write_bytes(content)
    path.unlink()


def compress_and_damage_a_pixel(path: Path) -> None:
    compress_and_flip(path, 1_000)  # gzip's own checksum sees it


def compress_and_damage_a_block(path: Path) -> None:
    compress_and_flip(path, 10)  # the first byte after gzip's header: no such type of block


def replace_by_web_page(path: Path) -> None:
    path.with_name(f"{path.name}.gz").write_bytes(b"<html>404 Not Found</html>")
    path.unlink()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (Path.unlink, "is missing"),
        (replace_by_folder, "is missing"),
        (cut, "is truncated"),
        (empty, "is truncated"),
        (compress_and_cut, "is truncated"),
        (lengthen, "is not the official MNIST file"),
        (change_a_pixel, "is not the official MNIST file"),
        (compress_and_damage_a_pixel, "cannot be read"),
        (compress_and_damage_a_block, "cannot be read"),
        (replace_by_web_page, "cannot be read"),
    ],
)
def test_a_bad_file_is_named_in_one_line(
    small_mnist: SmallMnist, tmp_path: Path, damage: Callable[[Path], None], words: str
) -> None:
    """Whatever is wrong with a file: the message is one line, names it, says what is wrong; nothing is written."""
    damage(small_mnist.folder / IMAGES)
    with pytest.raises(MnistImportError) as caught:
        import_mnist(small_mnist.folder, tmp_path / "data")
    message = str(caught.value)
    assert str(small_mnist.folder / IMAGES) in message
    assert words in message
    assert "\n" not in message
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("position", range(4))
def test_each_of_the_four_files_is_needed(small_mnist: SmallMnist, tmp_path: Path, position: int) -> None:
    """The message names the very file that is missing."""
    path = small_mnist.folder / small_mnist.files[position].name
    path.unlink()
    with pytest.raises(MnistImportError, match=f"{path.name} is missing"):
        import_mnist(small_mnist.folder, tmp_path / "data")


def test_a_prepared_copy_stays_untouched(small_mnist: SmallMnist, tmp_path: Path) -> None:
    """A second import returns the copy that is there and changes no file of it, but still says if files are missing."""
    path = import_mnist(small_mnist.folder, tmp_path / "data")
    before = {entry: entry.stat().st_mtime_ns for entry in path.iterdir()}
    assert import_mnist(small_mnist.folder, tmp_path / "data") == path
    with pytest.raises(MnistImportError, match="is missing"):
        import_mnist(tmp_path / "nowhere", tmp_path / "data")
    assert {entry: entry.stat().st_mtime_ns for entry in path.iterdir()} == before


def test_an_incomplete_copy_is_neither_used_nor_removed(small_mnist: SmallMnist, tmp_path: Path) -> None:
    """What another program left half-written is named, and the user decides about it."""
    leftover = tmp_path / "data" / "mnist" / "3.0.1" / "leftover"
    leftover.parent.mkdir(parents=True)
    leftover.touch()
    with pytest.raises(MnistImportError, match="is not a complete copy"):
        import_mnist(small_mnist.folder, tmp_path / "data")
    assert leftover.exists()


def test_an_interrupted_import_leaves_nothing(
    small_mnist: SmallMnist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped while TFDS writes, the import leaves no copy and no scratch folder."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tfds.image_classification.MNIST, "_generate_examples", interrupt)
    with pytest.raises(KeyboardInterrupt):
        import_mnist(small_mnist.folder, tmp_path / "data")
    assert list((tmp_path / "data" / "mnist").iterdir()) == []
    assert not describe_mnist(tmp_path / "data").prepared


def test_a_place_that_cannot_be_written_is_named(small_mnist: SmallMnist, tmp_path: Path) -> None:
    """A data folder that is a file is one clear line, too."""
    (tmp_path / "data").touch()
    with pytest.raises(MnistImportError, match=f"{tmp_path / 'data'}.*cannot be written"):
        import_mnist(small_mnist.folder, tmp_path / "data")


def test_the_source_is_the_prepared_copy_where_there_is_one(small_mnist: SmallMnist, tmp_path: Path) -> None:
    """Before an import the lab uses the bundled digits, after it the prepared ones; the record counts them."""
    assert describe_mnist(tmp_path / "data") == MnistSource(mnist_subset.PATH, 10_000, 2_000, prepared=False)
    path = import_mnist(small_mnist.folder, tmp_path / "data")
    assert describe_mnist(tmp_path / "data") == MnistSource(path, 40, 20, prepared=True)


def test_the_source_is_told_in_sentences() -> None:
    """What it is, how much of it, where, and how to get the rest."""
    subset = MnistSource(Path("digits.npz"), 10_000, 2_000, prepared=False).in_words
    assert subset.startswith("`load_mnist` finds the bundled subset of MNIST: 10,000 images to train on and 2,000")
    assert subset.endswith("in digits.npz. `aelab data import` prepares all 70,000.")
    assert "prepared: 60,000 images" in MnistSource(Path("mnist"), 60_000, 10_000, prepared=True).in_words


def test_importing_the_module_does_not_import_tensorflow() -> None:
    """The command line starts fast: TensorFlow comes in only when a copy is looked for or made."""
    code = "import sys, grader.autoencoders.mnist_import; sys.exit(any('tensorflow' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

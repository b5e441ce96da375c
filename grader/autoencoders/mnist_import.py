"""Prepares TensorFlow Datasets' own copy of MNIST from the four official files, without a network.

TensorFlow is imported inside the functions, so that the command line starts fast.
"""

import contextlib
import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import UserError
from . import mnist_subset
from .mnist_subset import idx
from .mnist_subset.idx import OFFICIAL_FILES


class MnistImportError(UserError):
    """The digits cannot be imported; the text is one clear line that names the file."""


@dataclass(frozen=True)
class MnistSource:
    """Where the lab's digits come from: the copy that TensorFlow Datasets prepared, or the bundled subset."""

    path: Path
    train_count: int
    test_count: int
    prepared: bool

    @property
    def in_words(self) -> str:
        """What it is, where it lies, and how to get more if that is not all."""
        digits = f"{self.train_count:,} images to train on and {self.test_count:,} to test with, in {self.path}."
        if self.prepared:
            return f"`load_mnist` finds the copy of MNIST that TensorFlow Datasets prepared: {digits}"
        return f"`load_mnist` finds the bundled subset of MNIST: {digits} `aelab data import` prepares all 70,000."


@dataclass(frozen=True)
class LocalFiles:
    """Stands in for TFDS' download manager: the files it is asked for are in `folder` already."""

    folder: Path

    def download_and_extract(self, urls: Mapping[str, str]) -> dict[str, str]:
        """The path of the uncompressed file for each address."""
        return {key: str(self.folder / url.rsplit("/", 1)[-1].removesuffix(".gz")) for key, url in urls.items()}


def describe_mnist(data_dir: Path | None = None) -> MnistSource:
    """What `load_mnist` finds without a network in `data_dir`, by default TFDS' own folder."""
    builder = mnist_builder(data_dir)
    if builder.is_prepared():
        splits = builder.info.splits
        train_count, test_count = splits["train"].num_examples, splits["test"].num_examples
        return MnistSource(Path(builder.data_path), train_count, test_count, prepared=True)
    digits = mnist_subset.load()
    train_count, test_count = len(digits["train_labels"]), len(digits["test_labels"])
    return MnistSource(mnist_subset.PATH, train_count, test_count, prepared=False)


def import_mnist(folder: Path, data_dir: Path | None = None) -> Path:
    """Prepare mnist/3.0.1 in `data_dir`, by default TFDS' own folder, from the four files in `folder`.

    Returns the prepared folder; a copy that is there already stays untouched. The copy appears in one move, once it
    is complete. Raises MnistImportError, naming the file, if one is missing, damaged or another one than published,
    or if the copy cannot be written.
    """
    try:
        contents = {file.name: idx.read_official(folder, file) for file in OFFICIAL_FILES}
    except idx.MnistImportError as problem:
        raise MnistImportError(str(problem)) from problem
    builder = mnist_builder(data_dir)
    target = Path(builder.data_path)
    if builder.is_prepared():
        return target
    if target.exists():
        raise MnistImportError(f"{target} is not a complete copy of MNIST: move it away, then import again")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".import-", dir=target.parent) as scratch:
            prepare(contents, Path(scratch)).rename(target)
    except OSError as error:
        raise MnistImportError(f"{target} cannot be written: {error}") from error
    return target


def prepare(contents: Mapping[str, bytes], scratch: Path) -> Path:
    """Write the files `contents` (name: uncompressed bytes) to `scratch` and have TFDS prepare them there."""
    for name, content in contents.items():
        (scratch / name).write_bytes(content)
    builder = mnist_builder(scratch)
    split_generators = builder._split_generators
    builder._split_generators = lambda _: split_generators(LocalFiles(scratch))
    with contextlib.redirect_stdout(io.StringIO()):  # it speaks of a download, and names the scratch folder
        builder.download_and_prepare()
    return Path(builder.data_path)


def mnist_builder(data_dir: Path | None) -> Any:
    """TFDS' builder of MNIST, for reading and preparing a copy in `data_dir`."""
    import tensorflow_datasets as tfds

    return tfds.builder("mnist", data_dir=data_dir)

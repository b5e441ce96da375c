"""Fixtures that several rooms of tests share, and the one file of tests that needs data from outside."""

import os
import socket
from pathlib import Path

import pytest

from tests.small_mnist import SmallMnist, write_small_mnist

PREPARED_MNIST = Path(os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")).expanduser() / "mnist" / "3.0.1"
FULL_MNIST_IS_HERE = (PREPARED_MNIST / "dataset_info.json").is_file()

collect_ignore = [] if FULL_MNIST_IS_HERE else ["test_full_mnist.py"]


def pytest_report_header() -> str:
    """Says whether the tests on all 70,000 digits are part of this run."""
    if FULL_MNIST_IS_HERE:
        return f"full MNIST: {PREPARED_MNIST}"
    return f"full MNIST: not in {PREPARED_MNIST}, test_full_mnist.py is left out (`aelab data import` prepares it)"


@pytest.fixture
def small_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallMnist:
    """Four small files that take the place of the official ones, in the grader's eyes and in TFDS'."""
    import tensorflow_datasets as tfds

    small = write_small_mnist(tmp_path / "idx")
    monkeypatch.setattr("grader.mnist_import.OFFICIAL_FILES", small.files)
    monkeypatch.setattr(tfds.image_classification.mnist, "_TRAIN_EXAMPLES", len(small.train_labels))
    monkeypatch.setattr(tfds.image_classification.mnist, "_TEST_EXAMPLES", len(small.test_labels))
    return small


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No host has an address, as on a machine without a network."""

    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

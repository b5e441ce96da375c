"""The data part of the reference: where the digits come from, how they are scaled and batched."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from grader.autoencoders.mnist_import import import_mnist
from reference import data
from tests.small_mnist import SmallMnist


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a prepared copy, which TFDS takes for its own."""
    monkeypatch.setattr(tfds.core.constants, "DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.usefixtures("no_network")
def test_a_prepared_copy_needs_no_network(
    small_mnist: SmallMnist, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a copy is prepared it is used, offline and without a word."""
    import_mnist(small_mnist.folder, data_dir)
    capsys.readouterr()
    train, test = data.load_mnist()
    assert (len(train), len(test)) == (40, 20)
    assert sorted(int(label) for _, label in test) == sorted(small_mnist.test_labels)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("no_network", "data_dir")
def test_without_copy_and_network_the_bundled_digits_are_used(capsys: pytest.CaptureFixture[str]) -> None:
    """The fall-back is quick, says so in one line, and yields the pairs that TFDS would."""
    started = time.monotonic()
    train, test = data.load_mnist()
    assert time.monotonic() - started < 10  # seconds; left to itself, TFDS would try for 205
    assert (len(train), len(test)) == (10_000, 2_000)
    image, label = train.element_spec
    assert (image.shape, image.dtype) == ((28, 28, 1), tf.uint8)
    assert (label.shape, label.dtype) == ((), tf.int64)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert "12,000" in lines[0]


@pytest.mark.usefixtures("data_dir")
def test_with_a_network_tfds_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the official files can be reached, the digits are asked of TFDS, which may download them."""
    asked: dict[str, object] = {}

    def load(name: str, **options: object) -> tuple[str, str]:
        asked.update(options, name=name)
        return "train", "test"

    monkeypatch.setattr(data, "download_is_possible", lambda: True)
    monkeypatch.setattr(tfds, "load", load)
    assert data.load_mnist() == ("train", "test")
    assert asked["name"] == "mnist"
    assert asked["as_supervised"] is True
    assert asked.get("download", True) is True


class Answer(BaseHTTPRequestHandler):
    """Answers a HEAD request for an official file, and nothing else."""

    def do_HEAD(self) -> None:
        self.send_response(200 if self.path == "/mnist/t10k-labels-idx1-ubyte.gz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a host that answers."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with HTTPServer(("127.0.0.1", 0), Answer) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{host.server_port}"
        host.shutdown()


def test_the_probe_asks_for_an_official_file(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A download is possible if the host has the file, not merely if it answers."""
    monkeypatch.setattr(data, "OFFICIAL_FILES", f"{server}/mnist")
    assert data.download_is_possible() is True
    monkeypatch.setattr(data, "OFFICIAL_FILES", f"{server}/moved")
    assert data.download_is_possible() is False


def test_the_probe_does_not_wait_for_a_silent_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that takes the connection and says nothing is given up after two seconds."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(data, "OFFICIAL_FILES", f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        assert data.download_is_possible() is False
    assert time.monotonic() - started < 5


def test_normalize_divides_by_255() -> None:
    """All 256 grey values against NumPy's division, float32, shape kept."""
    image = np.resize(np.arange(256, dtype=np.uint8), (28, 28, 1))
    scaled = data.normalize(tf.constant(image), tf.constant(3, tf.int64)).numpy()
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, image / 255, rtol=1e-6)


def passes(batches: tf.data.Dataset, steps: int) -> list[list[frozenset[int]]]:
    """Two successive passes of `steps` batches each over numbered images: which numbers are in which batch."""
    members = [frozenset(map(int, batch.numpy()[:, 0, 0, 0])) for batch in batches.take(2 * steps)]
    return [members[:steps], members[steps:]]


def numbered_images(count: int) -> tf.data.Dataset:
    """Images whose pixels all hold the image's number."""
    return tf.data.Dataset.range(count).map(lambda number: tf.fill((28, 28, 1), tf.cast(number, tf.float32)))


def test_batches_are_full_and_lose_nothing() -> None:
    """Where the batch size divides the count, every pass holds every image once."""
    batches = data.training_batches(numbered_images(60), 12)
    assert batches.cardinality() == tf.data.INFINITE_CARDINALITY
    for members in passes(batches, 5):
        assert sorted(number for batch in members for number in batch) == list(range(60))


def test_batches_are_new_mixtures_in_every_pass() -> None:
    """Samples are shuffled, not batches: no batch of a pass holds neighbours, or comes again in the next."""
    tf.keras.utils.set_random_seed(1)
    first, second = passes(data.training_batches(numbered_images(60), 12), 5)
    neighbours = {frozenset(range(start, start + 12)) for start in range(0, 60, 12)}
    assert not neighbours & set(first)
    assert not set(first) & set(second)


def test_a_remainder_is_dropped() -> None:
    """64 images in batches of 12 make five full batches a pass."""
    batches = data.training_batches(numbered_images(64), 12)
    assert all(batch.shape == (12, 28, 28, 1) for batch in batches.take(12))

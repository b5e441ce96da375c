"""Pictures to PNG and back."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grader.autoencoders.mnist_subset import load
from grader.core import png as images
from grader.core.png import LARGEST_SIDE, png, png_at, read_png


def test_grey_values_survive_in_256_steps(tmp_path: Path) -> None:
    """What is read back differs by half a grey level at most."""
    pixels = np.random.default_rng(0).random((20, 31), dtype=np.float32)
    (tmp_path / "a.png").write_bytes(png(pixels))
    np.testing.assert_allclose(read_png(tmp_path / "a.png"), pixels, atol=0.5 / 255 + 1e-6)


def test_values_outside_are_clipped_and_what_is_no_number_is_black(tmp_path: Path) -> None:
    """NaN and both infinities are black, a 7 is white, a -7 black."""
    (tmp_path / "a.png").write_bytes(png(np.array([[np.nan, np.inf, -np.inf], [7, -7, 1]], dtype=np.float32)))
    with Image.open(tmp_path / "a.png") as image:
        assert np.asarray(image).tolist() == [[0, 0, 0], [255, 0, 255]]


def test_a_picture_that_is_there_is_not_encoded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes are those of the file."""
    pixels = np.random.default_rng(0).random((20, 31), dtype=np.float32)
    (tmp_path / "a.png").write_bytes(png(pixels))
    expected = png(pixels)
    monkeypatch.setattr(images, "_encoded", None)
    assert png_at(tmp_path / "a.png", pixels) == expected


@pytest.mark.parametrize("there", ["another", "reshaped", "cut", "text", "folder", "nothing"])
def test_a_file_that_is_not_the_picture_is_not_taken_for_it(there: str, tmp_path: Path) -> None:
    """One grey level of one pixel is enough, and so is the shape, or an end that is missing."""
    pixels = np.random.default_rng(0).random((20, 30), dtype=np.float32)
    another = pixels.copy()
    another[7, 7] = 1 - another[7, 7]
    files = {
        "another": png(another),
        "reshaped": png(pixels.reshape(30, 20)),
        "cut": png(pixels)[:-20],
        "text": b"no picture",
    }
    if there in files:
        (tmp_path / "a.png").write_bytes(files[there])
    elif there == "folder":
        (tmp_path / "a.png").mkdir()
    assert png_at(tmp_path / "a.png", pixels) == png(pixels)


def test_digits_take_no_more_room_than_with_the_usual_settings() -> None:
    """Fast settings, measured against Pillow's own on digits."""
    digits = load()["test_images"][:100, :, :, 0].reshape(10, 10, 28, 28).swapaxes(1, 2).reshape(280, 280)
    usual = BytesIO()
    Image.fromarray(digits).save(usual, format="PNG")
    assert len(png(digits.astype(np.float32) / 255)) < 1.1 * len(usual.getvalue())


@pytest.mark.parametrize("shape", [(3,), (2, 2, 1), (0, 5), (LARGEST_SIDE + 1, 1), ()])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    """The error gives the shape."""
    with pytest.raises(ValueError, match="height, width"):
        png(np.zeros(shape, dtype=np.float32))


def test_a_colour_picture_or_an_enormous_one_is_not_read(tmp_path: Path) -> None:
    """A file that was swapped costs neither memory nor a traceback without a name."""
    Image.new("RGB", (4, 4)).save(tmp_path / "colour.png")
    Image.new("L", (LARGEST_SIDE + 1, 1)).save(tmp_path / "wide.png")
    for name in ("colour.png", "wide.png"):
        with pytest.raises(ValueError, match=name):
            read_png(tmp_path / name)


def test_a_picture_that_claims_to_be_as_large_as_a_house_is_refused(tmp_path: Path) -> None:
    """Its header alone would make the imaging library give up with an error of its own."""
    content = bytearray(png(np.zeros((1, 1), dtype=np.float32)))
    header = b"IHDR" + struct.pack(">II", 2**30, 2**30) + bytes(content[24:29])
    content[12:33] = header + struct.pack(">I", zlib.crc32(header))
    (tmp_path / "large.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"large\.png"):
        read_png(tmp_path / "large.png")

"""Pictures to PNG and back."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grader.render.images import LARGEST_SIDE, png, read_png


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

"""Checks of the part `pictures`."""

import numpy as np
from hypothesis import strategies as st

from ...core import expect
from ...core.expect import Evidence, Failed
from ...core.text import printable
from ...protocol.frames import Want
from ...stats.causes import Diagnosis, first_fit
from ...subject.properties import for_all
from ..operations.probes import BIAS, Probe
from ..registry import CHECKS
from ..subject import Subject

PART = "pictures"
STRIPS = (
    (1, 1.0),
    (5, 0.6),
    (12, 1.0),
)  # numbers of images, and their ink: grey ink shows a scale


def probe_model(subject: Subject, size: int) -> Probe:
    """A model of the grader's own; `size` is that of its encodings."""
    random = subject.random(f"painter {size}")
    return Probe(
        random.normal(scale=0.1, size=(784, size)).astype(np.float32),
        random.normal(size=(size, 784)).astype(np.float32),
    )


def draw(
    subject: Subject, name: str, model: Probe, shape: tuple[int, int], *arrays: np.ndarray, **arguments: object
) -> np.ndarray:
    """Call a picture function with the probe model."""
    subject.load(PART)
    asked = [model.into, model.out, *arrays]
    reply = subject.request("picture", asked, [Want("float32", shape)], name=name, arguments=arguments)
    if reply.value != "float":
        raise Failed(
            "picture.whole_numbers",
            "{name} returns whole numbers of the type {dtype}; the pixels of an image are floats in [0, 1].",
            "matplotlib shows both alike. Leave out what turns the pixels into grey values.",
            Evidence("floats in [0, 1]", printable(str(reply.value), 40)),
            name=name,
            dtype=printable(str(reply.value), 40),
        )
    return reply.arrays[0]


@CHECKS.check(PART, points=2)
def strip_pairs_original_and_reconstruction(subject: Subject) -> Evidence:
    """Each row of the strip shows an original on the left and its reconstruction on the right."""
    model = probe_model(subject, 10)
    for count, ink in STRIPS:
        images = np.float32(ink) * subject.images.held_out(count)
        drawn = draw(subject, "reconstruction_strip", model, (count * 28, 56), images)
        left, right = images.reshape(-1, 28), model.decode(model.encode(images)).reshape(-1, 28)
        if not expect.close(drawn, np.hstack([left, right]), 1e-3):
            diagnosis = diagnosis_of_strip(drawn, left, right)
            raise Failed(
                diagnosis.code,
                "The strip does not show each original beside its reconstruction. {diagnosis}",
                "Draw the strip of five images and look at it.",
                diagnosis=diagnosis.sentence,
            )
    return Evidence("original left, reconstruction right", "so for 1, 5 and 12 images")


def diagnosis_of_strip(drawn: np.ndarray, left: np.ndarray, right: np.ndarray) -> Diagnosis:
    """Which known mistake gives this strip of originals (n * 28, 28) and reconstructions (n * 28, 28)."""
    return first_fit(wrong_strips(left, right), lambda strip: expect.close(drawn, strip, 1e-3), "strip.unknown")


def wrong_strips(left: np.ndarray, right: np.ndarray) -> dict[str, tuple[str, np.ndarray]]:
    """The strip that each mistake draws."""
    count = len(left) // 28
    first_left, first_right = (np.tile(half[:28], (count, 1)) for half in (left, right))
    stacked = np.stack([left.reshape(-1, 28, 28), right.reshape(-1, 28, 28)], axis=1)
    return {
        "strip.original_twice": ("The original is shown twice.", np.hstack([left, left])),
        "strip.reconstruction_twice": ("The reconstruction is shown twice.", np.hstack([right, right])),
        "strip.swapped": ("Original and reconstruction have changed places.", np.hstack([right, left])),
        "strip.first_image": ("Every row shows the first image.", np.hstack([first_left, first_right])),
        "strip.first_reconstruction": (
            "Every row shows the reconstruction of the first image.", np.hstack([left, first_right])
        ),
        "strip.reversed": ("The rows come in the opposite order.", _opposite(np.hstack([left, right]))),
        "strip.grey_values": (
            "Its values go up to 255, those of the images to 1.", 255 * np.hstack([left, right])
        ),
        "strip.own_contrast": (
            "Its brightest pixel is white, also where that of the images is grey.",
            np.hstack([left, right]) / left.max(),
        ),
        "strip.halves_of_own_contrast": (
            "Each half is scaled to its own brightest pixel.", np.hstack([left / left.max(), right / right.max()])
        ),
        "strip.binarized": ("Its pixels are rounded to black and white.", np.round(np.hstack([left, right]))),
        "strip.inverted": ("Ink is black and paper is white.", 1 - np.hstack([left, right])),
        "strip.reconstructions_reversed": (
            "The reconstructions come in the opposite order.",
            np.hstack([left, _opposite_half(right)]),
        ),
        "strip.transposed_images": (
            "Each image is transposed.", np.hstack([_transposed(left), _transposed(right)])
        ),
        "strip.differences": (
            "The right half is the difference of the two.", np.hstack([left, np.abs(left - right)])
        ),
        "strip.mixed_lines": (MIXED_LINES, stacked.reshape(-1, 56)),
    }  # fmt: skip


MIXED_LINES = "Lines of pixels are mixed up, as by a reshape that should have changed the axes."


def _opposite(strip: np.ndarray) -> np.ndarray:
    return strip.reshape(-1, 28, 56)[::-1].reshape(-1, 56)


def _transposed(half: np.ndarray) -> np.ndarray:
    return half.reshape(-1, 28, 28).swapaxes(1, 2).reshape(-1, 28)


def _opposite_half(half: np.ndarray) -> np.ndarray:
    return half.reshape(-1, 28, 28)[::-1].reshape(-1, 28)


@CHECKS.check(PART, points=4)
def grid_walks_the_first_two_components(subject: Subject) -> Evidence:
    """The grid walks the first component down the rows and the second along the columns, the others at 0."""

    def claim(encoding_size: int, n_samples: int, limit: float) -> None:
        model = probe_model(subject, encoding_size)
        shape = (n_samples * 28, n_samples * 28)
        arguments = {"encoding_size": encoding_size, "n_samples": n_samples, "limit": limit}
        drawn = draw(subject, "latent_grid", model, shape, **arguments)
        if not expect.close(drawn, expected_grid(model, n_samples, limit), 1e-3):
            diagnosis = diagnosis_of_grid(drawn, model, n_samples, limit)
            raise Failed(
                diagnosis.code,
                "The grid does not walk the first two components. {diagnosis}",
                "Which encoding belongs to the tile in row i and column j?",
                diagnosis=diagnosis.sentence,
            )

    first = ({"encoding_size": 10, "n_samples": 5, "limit": 2.5}, {"encoding_size": 2, "n_samples": 2, "limit": 1.0})
    draws = {"encoding_size": st.integers(2, 33), "n_samples": st.integers(2, 7), "limit": st.floats(0.5, 4, width=32)}
    for_all(subject, claim, first, examples=4, **draws)
    return Evidence("tile (i, j) decodes [i-th value, j-th value, 0, …]", "so for every size, number and limit tried")


def expected_grid(model: Probe, n_samples: int, limit: float) -> np.ndarray:
    """The right grid, (n_samples * 28, n_samples * 28)."""
    values = np.linspace(-limit, limit, n_samples)
    return _tiles(model, values, values)


def _tiles(
    model: Probe, rows: np.ndarray, columns: np.ndarray, components: tuple[int, int] = (0, 1), rest: float = 0.0
) -> np.ndarray:
    """Tile (i, j) decodes rows[i] and columns[j] in two components, `rest` in the others."""
    n, size = len(rows), model.out.shape[0]
    codes = np.full((n, n, size), rest, np.float32)
    codes[..., components[0]] = rows[:, None]
    codes[..., components[1]] = columns[None, :]
    return _joined(model.decode(codes.reshape(-1, size)).reshape(n, n, 28, 28))


def _joined(tiles: np.ndarray) -> np.ndarray:
    """(n, n, 28, 28) -> (n * 28, n * 28)."""
    n = len(tiles)
    return tiles.transpose(0, 2, 1, 3).reshape(n * 28, n * 28)


def _stretched(grid: np.ndarray) -> np.ndarray:
    return np.asarray((grid - grid.min()) / (grid.max() - grid.min()))


def _apart(grid: np.ndarray, n: int) -> np.ndarray:
    """(n * 28, n * 28) -> (n, n, 28, 28)."""
    return grid.reshape(n, 28, n, 28).transpose(0, 2, 1, 3)


def diagnosis_of_grid(drawn: np.ndarray, model: Probe, n: int, limit: float) -> Diagnosis:
    """Which known mistake gives this grid."""
    right = expected_grid(model, n, limit)
    known = {
        code: told for code, told in wrong_grids(model, n, limit).items() if not expect.close(told[1], right, 1e-3)
    }
    found = first_fit(known, lambda grid: expect.close(drawn, grid, 1e-3), "grid.unknown")
    return found if found.sentence else _diagnosis_of_codes(_codes(drawn, model, n))


def wrong_grids(model: Probe, n: int, limit: float) -> dict[str, tuple[str, np.ndarray]]:
    """The grid that each mistake draws."""
    values, zeros = np.linspace(-limit, limit, n), np.zeros(n)
    unlimited, open_ended = np.linspace(-2.5, 2.5, n), np.linspace(-limit, limit, n, endpoint=False)
    from_zero, falling = np.linspace(0, limit, n), values[::-1]
    grid = expected_grid(model, n, limit)
    last, right = model.out.shape[0] - 1, _apart(grid, n)
    brightest = right / right.max(axis=(2, 3), keepdims=True)
    return {
        "grid.swapped": ("Rows and columns have changed places.", _tiles(model, values, values, (1, 0))),
        "grid.rows_reversed": ("The rows run the wrong way.", _tiles(model, falling, values)),
        "grid.columns_reversed": ("The columns run the wrong way.", _tiles(model, values, falling)),
        "grid.both_reversed": ("Rows and columns both run the wrong way.", _tiles(model, falling, falling)),
        "grid.swapped_rows_reversed": (
            "Rows and columns have changed places, and the rows run the wrong way: the first component goes along the "
            "columns, the second up the rows.", _tiles(model, falling, values, (1, 0))
        ),
        "grid.swapped_columns_reversed": (
            "Rows and columns have changed places, and the columns run the wrong way.",
            _tiles(model, values, falling, (1, 0)),
        ),
        "grid.swapped_both_reversed": (
            "Rows and columns have changed places, and both run the wrong way.", _tiles(model, falling, falling, (1, 0))
        ),
        "grid.own_contrast": ("It is scaled to its own darkest and brightest pixel.", _stretched(grid)),
        "grid.each_tile_of_own_contrast": ("Each tile is scaled to its own brightest pixel.", _joined(brightest)),
        "grid.grey_values": ("Its values go up to 255, those of an image to 1.", 255 * grid),
        "grid.inverted": ("Ink is black and paper is white.", 1 - grid),
        "grid.binarized": ("Its pixels are rounded to black and white.", np.round(grid)),
        "grid.open_ended": (
            "The last value is missing: the interval is open-ended.", _tiles(model, open_ended, open_ended)
        ),
        "grid.limit_ignored": ("The limit is ignored.", _tiles(model, unlimited, unlimited)),
        "grid.from_zero": ("It walks from 0 instead of from -limit.", _tiles(model, from_zero, from_zero)),
        "grid.last_components": (
            "It walks the last two components.", _tiles(model, values, values, (last - 1, last))
        ),
        "grid.others_are_one": ("The other components are 1.", _tiles(model, values, values, rest=1.0)),
        "grid.second_component_fixed": ("The second component is not walked.", _tiles(model, values, zeros)),
        "grid.first_component_fixed": ("The first component is not walked.", _tiles(model, zeros, values)),
        "grid.transposed_tiles": ("Each tile is transposed.", _joined(right.swapaxes(2, 3))),
        "grid.mixed_lines": (MIXED_LINES, right.reshape(28 * n, 28 * n)),
    }  # fmt: skip


def _codes(drawn: np.ndarray, model: Probe, n: int) -> np.ndarray:
    """The encodings (n, n, size) that the probe model decodes to this grid; the nearest ones, if there are none."""
    pixels = np.clip(_apart(drawn, n).reshape(-1, 784).astype(np.float64), 1e-5, 1 - 1e-5)
    codes, *_ = np.linalg.lstsq(
        model.out.T.astype(np.float64), (np.log(pixels / (1 - pixels)) - float(BIAS)).T, rcond=None
    )
    return codes.T.reshape(n, n, -1)


def _diagnosis_of_codes(codes: np.ndarray) -> Diagnosis:
    """What is wrong with the encodings of a grid, by themselves."""
    rows, columns = codes[:, :1, 0], codes[:1, :, 1]
    if not (np.ptp(codes[..., 0] - rows) < 0.05 and np.ptp(codes[..., 1] - columns) < 0.05):
        return Diagnosis("grid.unknown")
    if np.abs(codes[..., 2:]).max(initial=0) > 0.05:
        return Diagnosis("grid.others_not_zero", "The other components are not 0.")
    uneven = [np.ptp(np.diff(walk.ravel())) > 0.05 for walk in (rows, columns)]
    if len(codes) > 2 and any(uneven):
        return Diagnosis("grid.uneven_steps", "The values are not evenly spaced.")
    return Diagnosis("grid.unknown")

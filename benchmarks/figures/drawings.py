"""The figures of the lab, each a function that returns an SVG file as text."""

import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from .svg import Point, box, circle, dots, figure, line, text

CODES = Path(__file__).parent / "codes.json"  # written by codes.py
CELL = 30.0
# Ten colours that keep 3:1 against either paper; digits are named in the figure, so colour is not all that tells.
COLOURS = ("#5b7fd1", "#c2661d", "#3d9150", "#d14b5a", "#9a6cc9", "#9b7355", "#c45fa8", "#7f8489", "#8f8a1f", "#2493a5")


def upsampling() -> str:
    """Which input pixels reach an output pixel, along one axis and on the grid, for both ways to enlarge."""
    stamps = [[2 * j, 2 * j + 1, 2 * j + 2] for j in range(4)]
    stamped = [sum(i in reached for reached in stamps) for i in range(8)]
    windows = [[i for i in (j - 1, j, j + 1) if 0 <= i < 8] for j in range(8)]
    seen = [len(window) for window in windows]
    return figure(
        700,
        480,
        "Transposed convolution reaches even and odd pixels a different number of times; enlarging, then convolving"
        " reaches all pixels inside alike.",
        text((20, 30), "Transposed convolution, kernel 3, stride 2", "head", "start"),
        *_cells((80, 50), ["x₀", "x₁", "x₂", "x₃"], 2 * CELL),
        *_links((80, 80), stamps, 2 * CELL, CELL, 70),
        *_counts((80, 150), stamped),
        text((20, 208), "Each input pixel stamps three output pixels: how many stamps?", "quiet", "start"),
        *_grid((460, 40), stamped),
        text((20, 260), "Enlarge by 2, then convolve, kernel 3, stride 1", "head", "start"),
        *_cells((80, 280), ["x₀", "x₀", "x₁", "x₁", "x₂", "x₂", "x₃", "x₃"], CELL),
        *_links((80, 310), windows, CELL, CELL, 70),
        *_counts((80, 380), seen),
        text((20, 438), "Each output pixel sees three enlarged ones, two at the border.", "quiet", "start"),
        *_grid((460, 270), seen),
    )


def _cells(corner: Point, words: Sequence[str], width: float) -> list[str]:
    return [box((corner[0] + k * width, corner[1]), (width, CELL), word, "math") for k, word in enumerate(words)]


def _counts(corner: Point, counts: Sequence[int]) -> list[str]:
    return [_count((corner[0] + k * CELL, corner[1]), CELL, n, n / max(counts)) for k, n in enumerate(counts)]


def _count(corner: Point, side: float, count: int, share: float) -> str:
    return box(corner, (side, side), str(count), fill="var(--accent)", opacity=0.45 * share**1.5)


def _links(start: Point, reached: Sequence[Sequence[int]], above: float, below: float, depth: float) -> list[str]:
    """Lines from each cell of the row above to those that it reaches in the row below."""
    return [
        line([(start[0] + (j + 0.5) * above, start[1]), (start[0] + (i + 0.5) * below, start[1] + depth)])
        for j, places in enumerate(reached)
        for i in places
        if i < 8
    ]


def _grid(corner: Point, counts: Sequence[int], side: float = 28) -> Iterator[str]:
    """The same in two dimensions, in the upper left corner: the number of terms of each output pixel."""
    for row, vertical in enumerate(counts[:7]):
        for column, horizontal in enumerate(counts[:7]):
            share = vertical * horizontal / max(counts) ** 2
            yield _count((corner[0] + column * side, corner[1] + row * side), side, vertical * horizontal, share)


def reparameterization() -> str:
    """The path of the gradient, with a drawn z and with noise from outside."""
    return figure(
        700,
        365,
        "Sampling z directly cuts the gradient; z = mean + deviation times noise lets it pass to the encoder.",
        text((20, 30), "z is drawn: the way back is cut", "head", "start"),
        *_path(45, drawn=True),
        text((20, 195), "z is computed from ε, which is drawn outside: the way back is open", "head", "start"),
        *_path(235, drawn=False),
    )


def _path(top: float, *, drawn: bool) -> list[str]:
    middle = top + 45
    node = "z ~ N(μ, σ²)" if drawn else "z = μ + σ ε"
    shapes = [
        text((34, middle + 5), "x", "math"),
        line([(48, middle), (82, middle)], arrow=True),
        box((84, middle - 20), (90, 40), "encoder"),
        line([(174, middle - 8), (230, middle - 22)], arrow=True),
        line([(174, middle + 8), (230, middle + 22)], arrow=True),
        circle((248, middle - 24), (17, 15), "μ"),
        circle((248, middle + 24), (17, 15), "σ"),
        line([(265, middle - 22), (316, middle - 8)], arrow=True),
        line([(265, middle + 22), (316, middle + 8)], arrow=True),
        circle((376, middle), (58, 24), node, fill="none" if drawn else "var(--fill)", dash="5 3" if drawn else ""),
        line([(434, middle), (478, middle)], arrow=True),
        box((480, middle - 20), (90, 40), "decoder"),
        line([(570, middle), (612, middle)], arrow=True),
        text((648, middle + 5), "loss"),
        line(
            [(630, middle + 16), (630, middle + 58), (392, middle + 58), (388, middle + 28)], "var(--warm)", arrow=True
        ),
        text((520, middle + 76), "gradient", "quiet"),
    ]
    if drawn:
        return [*shapes, text((376, middle + 46), "×"), text((300, middle + 76), "a draw has no derivative", "quiet")]
    back = [(364, middle + 28), (356, middle + 58), (129, middle + 58), (129, middle + 24)]
    noise = [circle((376, middle - 50), (15, 13), "ε"), line([(376, middle - 37), (376, middle - 26)], arrow=True)]
    return [
        *shapes,
        *noise,
        text((404, middle - 45), "~ N(0, 1)", "math", "start"),
        line(back, "var(--warm)", arrow=True),
    ]


def posterior_and_prior() -> str:
    """One component: densities of the prior and of a posterior; two components: clouds of posteriors in the prior."""
    mean, deviation = 1.2, 0.3
    divergence = 0.5 * (mean**2 + deviation**2 - 1 - math.log(deviation**2))
    left = [(60 + (value + 3) * 45, 240 - 125 * _density(value, 0, 1)) for value in _range(-3, 3, 60)]
    cloud = [(60 + (value + 3) * 45, 240 - 125 * _density(value, mean, deviation)) for value in _range(0.1, 2.3, 60)]
    draw = random.Random(4)  # noqa: S311, a drawing is no secret
    middles = [(draw.gauss(0, 0.95), draw.gauss(0, 0.95)) for _ in range(34)]
    chosen, widths = (1.2, 0.6), (0.3, 0.22)
    points = [(draw.gauss(chosen[0], widths[0]), draw.gauss(chosen[1], widths[1])) for _ in range(60)]
    return figure(
        700,
        310,
        "The posterior of one picture is a narrow cloud inside the wide prior; all clouds together fill the prior.",
        text((195, 28), "one component", "head"),
        line([(60, 240), (330, 240)]),
        *[text((60 + (value + 3) * 45, 258), f"{value:g}".replace("-", "−"), "quiet") for value in (-2, 0, 2)],
        line(left, "var(--line)", wide=2, dash="6 4"),
        line(cloud, "var(--accent)", wide=2.4),
        text((105, 178), "prior p(z)", "quiet"),
        text((268, 92), "posterior q(z | x)", "quiet", "start"),
        text((195, 286), f"μ = {mean}, σ = {deviation}: KL = {divergence:.2f} nats"),
        text((530, 28), "two components", "head"),
        *[circle((530, 150), (radius * 48, radius * 48), dash="6 4") for radius in (1, 2)],
        *[circle((530 + x * 48, 150 - y * 48), (14, 10), fill="var(--fill)") for x, y in middles],
        dots([(530 + x * 48, 150 - y * 48) for x, y in points], "var(--accent)", 3),
        text((530, 286), "clouds of 34 pictures, and draws from one of them", "quiet"),
    )


def _density(value: float, mean: float, deviation: float) -> float:
    return math.exp(-(((value - mean) / deviation) ** 2) / 2) / (deviation * math.sqrt(2 * math.pi))


def _range(low: float, high: float, count: int) -> list[float]:
    return [low + (high - low) * k / count for k in range(count + 1)]


def codes_by_digit() -> str:
    """Codes of two numbers of the same test digits, of an autoencoder and of a variational one."""
    measured = json.loads(CODES.read_text(encoding="utf-8"))
    labels = measured["labels"]
    plain, means = measured["autoencoder"], measured["gaussian_vae"]
    reach = max(abs(number) for code in plain for number in code)
    return figure(
        700,
        400,
        "Codes of test digits by digit: the autoencoder's lie off the centre, those of the variational one around 0.",
        *_scatter((180, 205), 150 / reach, plain, labels, "autoencoder", f"both axes from −{reach:.0f} to {reach:.0f}"),
        circle((520, 205), (75, 75), dash="6 4"),
        circle((520, 205), (150 * 3 / 4, 150 * 3 / 4), dash="6 4"),
        *_scatter(
            (520, 205),
            37.5,
            means,
            labels,
            "variational autoencoder",
            "both axes from −4 to 4; circles: 2 and 3 deviations",
        ),
    )


def _scatter(
    middle: Point, scale: float, codes: Sequence[Point], labels: Sequence[int], title: str, axes: str
) -> Iterator[str]:
    yield text((middle[0], 30), title, "head")
    yield text((middle[0], 386), axes, "quiet")
    places = [(middle[0] + x * scale, middle[1] - y * scale) for x, y in codes]
    of_digit = [[place for place, label in zip(places, labels, strict=True) if label == digit] for digit in range(10)]
    for digit, points in enumerate(of_digit):
        yield dots(points, COLOURS[digit], 4, 0.75)
    for digit, points in enumerate(of_digit):
        x, y = (median(point[axis] for point in points) for axis in (0, 1))
        yield text((x, y + 5), str(digit), "name")


FIGURES: dict[str, Callable[[], str]] = {
    "upsampling.svg": upsampling,
    "reparameterization.svg": reparameterization,
    "posterior-and-prior.svg": posterior_and_prior,
    "codes-by-digit.svg": codes_by_digit,
}

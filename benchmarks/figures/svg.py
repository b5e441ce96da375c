"""Shapes and words as SVG, in colours of their own for a light and for a dark page.

A figure brings its own background, so it can be read on any page; `prefers-color-scheme` chooses between the two sets
of colours. Lengths are in the units of the figure's view box.
"""

from collections.abc import Iterable, Sequence
from html import escape

Point = tuple[float, float]

STYLE = """\
svg{--paper:#fff;--ink:#1f2328;--quiet:#57606a;--line:#8c959f;--fill:#e7f1ef;--accent:#00695c;--warm:#a2450b}
@media(prefers-color-scheme:dark){svg{--paper:#1b1f24;--ink:#e6edf3;--quiet:#a5b0bb;--line:#7d8590;--fill:#17332f;\
--accent:#5cc8b8;--warm:#f0995a}}
text{font:14px system-ui,sans-serif;fill:var(--ink)}.quiet{fill:var(--quiet);font-size:13px}
.math{font:italic 16px Georgia,serif}.head,.name{font-weight:600}\
.name{stroke:var(--paper);stroke-width:4px;paint-order:stroke}rect,ellipse{stroke:var(--line)}"""


def figure(width: float, height: float, title: str, *shapes: str) -> str:
    """A whole SVG file. title: what a screen reader says of it."""
    box = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img">'
    paper = f'<rect width="{width:g}" height="{height:g}" rx="8" fill="var(--paper)"/>'
    return "\n".join(
        [box, f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>", ARROW, paper, *shapes, "</svg>\n"]
    )


ARROW = (
    '<marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker>'
)


def text(at: Point, words: str, kind: str = "", anchor: str = "middle") -> str:
    """Words whose baseline is at a point. kind: "head", "name" of a cloud, "quiet", "math" or none."""
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{at[0]:g}" y="{at[1]:g}" text-anchor="{anchor}"{style}>{escape(words)}</text>'


def box(
    corner: Point, size: Point, words: str = "", kind: str = "", fill: str = "var(--fill)", opacity: float = 1
) -> str:
    """A rectangle with words in its middle."""
    (x, y), (width, height) = corner, size
    shape = (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="2" fill="{fill}"'
        f' fill-opacity="{opacity:.2g}"/>'
    )
    return shape + (text((x + width / 2, y + height / 2 + 5), words, kind) if words else "")


def circle(middle: Point, radius: Point, words: str = "", fill: str = "none", dash: str = "") -> str:
    """An ellipse with words in its middle."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    shape = (
        f'<ellipse cx="{middle[0]:g}" cy="{middle[1]:g}" rx="{radius[0]:g}" ry="{radius[1]:g}" fill="{fill}"{dashed}/>'
    )
    return shape + (text((middle[0], middle[1] + 5), words, "math") if words else "")


def line(
    points: Sequence[Point], colour: str = "var(--line)", *, arrow: bool = False, dash: str = "", wide: float = 1.2
) -> str:
    """A line through points; an arrow ends it."""
    path = " ".join(f"{x:.1f} {y:.1f}" for x, y in points)
    ending = ' marker-end="url(#a)"' if arrow else ""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{wide:g}"{ending}{dashed}/>'


def dots(points: Iterable[Point], colour: str, size: float = 4, opacity: float = 0.8) -> str:
    """A round dot at each point."""
    path = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in points)
    return f'<path d="{path}" stroke="{colour}" stroke-width="{size:g}" stroke-linecap="round" opacity="{opacity:g}"/>'

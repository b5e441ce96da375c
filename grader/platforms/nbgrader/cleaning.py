"""Markdown of a submission, as pages may show it: nbgrader's pages share the origin of the instructor's Jupyter."""

from collections.abc import Sequence
from html import escape
from typing import Any

from nbconvert.filters import markdown2html
from nbconvert.preprocessors.sanitize import SanitizeHTML

from ...isolation.sandbox import SANDBOX, Exceeded
from ...isolation.sandbox_server import Begins
from ...protocol.texts import packed, unpacked
from ...submissions.texts import with_line_feeds

LONGEST = 20_000  # characters of a cell: what is longer is shown as it was written
BLOCKS = ["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "blockquote", "ul", "ol", "li"]
TABLES = ["table", "thead", "tbody", "tr", "th", "td"]
WORDS = ["a", "b", "br", "code", "del", "em", "i", "strong", "sub", "sup"]
CLEANER = SanitizeHTML(tags=[*BLOCKS, *TABLES, *WORDS], attributes={"a": ["href", "title"]}, strip=True)


def cleaned(sources: Sequence[str]) -> list[str]:
    """Texts for Markdown cells that look as `sources` would, without scripts, styles, pictures and forms.

    Each is one block of HTML without a line break, which Markdown leaves as it is. Markdown is read by regular
    expressions, so that happens in the sandbox; what takes too long there is shown as it was written.
    """
    if not sources:
        return []
    lengths, raw = packed(sources)
    try:
        header, made = SANDBOX.call(rendered, {"lengths": lengths}, raw)
        return unpacked(header["lengths"], made)
    except Exceeded:
        return [_block(_as_written(source)) for source in sources]


def rendered(header: dict[str, Any], raw: bytes, _: Begins) -> tuple[dict[str, Any], bytes]:
    """In the sandbox: each text as a block of HTML."""
    lengths, made = packed(_block(_html(source)) for source in unpacked(header["lengths"], raw))
    return {"lengths": lengths}, made


def _html(source: str) -> str:
    if len(source) > LONGEST:
        return _as_written(source)
    try:
        return str(CLEANER.sanitize_html_tags(markdown2html(source)))
    except Exception:  # noqa: BLE001 - a picture that is not there, say; one cell must not end the feedback of a class
        return _as_written(source)


def _as_written(source: str) -> str:
    return f"<pre>{escape(source)}</pre>"


def _block(html: str) -> str:
    return f"<div>{with_line_feeds(html).replace(chr(10), '&#10;')}</div>"

"""Markdown of a submission, as pages may show it: nbgrader's pages share the origin of the instructor's Jupyter."""

from nbconvert.filters import markdown2html
from nbconvert.preprocessors.sanitize import SanitizeHTML

LONGEST = 20_000  # characters; rendering takes a time that may grow faster than the text
BLOCKS = ["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "blockquote", "ul", "ol", "li"]
TABLES = ["table", "thead", "tbody", "tr", "th", "td"]
WORDS = ["a", "b", "br", "code", "del", "em", "i", "strong", "sub", "sup"]
CLEANER = SanitizeHTML(tags=[*BLOCKS, *TABLES, *WORDS], attributes={"a": ["href", "title"]}, strip=True)


def cleaned(source: str) -> str:
    """A text for a Markdown cell that looks as `source` would, without scripts, styles, pictures and forms.

    It is one block of HTML without a line break, which Markdown leaves as it is. What cannot be rendered, or is longer
    than LONGEST, is shown as it was written.
    """
    try:
        html = markdown2html(source if len(source) <= LONGEST else _as_written(source))
    except Exception:  # noqa: BLE001 - a picture that is not there, say; one cell must not end the feedback of a class
        html = markdown2html(_as_written(source))
    return f"<div>{CLEANER.sanitize_html_tags(html).replace(chr(10), '&#10;')}</div>"


def _as_written(source: str) -> str:
    """A block of code, whatever is in it."""
    return "\n".join(f"    {line}" for line in ["", *source.splitlines()])

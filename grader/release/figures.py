"""Put the figures of a text into it: a notebook travels as one file.

A figure stands in the reference as `![what it shows](figures/name.svg)`. Attachments of a cell would be tidier, but
JupyterLab draws none that is an SVG; an image whose address holds the data is drawn by all.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from html import escape

from ..core.assignment import Assignment
from .solutions import SourceError

FOLDER = "figures"
LINK = re.compile(rf"!\[(?P<alt>[^\]]+)\]\((?P<name>{FOLDER}/[\w-]+\.svg)\)")


def figures(assignment: Assignment) -> dict[str, bytes]:
    """The figures of the reference by their names below it; none where there is no reference."""
    if not assignment.has_reference:
        return {}
    folder = assignment.reference_folder() / FOLDER
    return {f"{FOLDER}/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.svg"))}


def embed(text: str, drawn: Mapping[str, bytes]) -> str:
    """`text` with each figure in place of its link. drawn: as `figures` has them. Raises SourceError without one."""

    def embedded(link: re.Match[str]) -> str:
        if link["name"] not in drawn:
            raise SourceError(f"there is no figure {link['name']} in the reference")
        data = b64encode(drawn[link["name"]]).decode()
        return f'<img alt="{escape(" ".join(link["alt"].split()))}" src="data:image/svg+xml;base64,{data}">'

    return LINK.sub(embedded, text)

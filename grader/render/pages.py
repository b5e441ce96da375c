"""Pages for a browser: one a student, and one for the instructor. Each is a single file that loads nothing.

Templates escape everything; a content security policy in each page forbids scripts and network besides.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ..outcomes import Picture, Report
from . import views
from .evidence import evidence_rows
from .files import write_atomically
from .images import png, png_at
from .names import folder_name, one_line, printable
from .report_json import picture_file, report_folder
from .wording import OUTCOMES, STATUS_TEXT, in_order, part_title, parts_of, points, sentence, unmeasured

DISTRIBUTION = "autoencoder-lab"
FILE_NAME = "index.html"
TARGET_WIDTH, TARGET_HEIGHT = 240, 360  # CSS pixels a picture may fill

_CODE = re.compile(r"`([^`\n]+)`")


def write_pages(reports: Sequence[Report], out: Path) -> None:
    """Write `out`/index.html for the instructor and a page in the folder of every submission. Raises OSError."""
    for report in reports:
        folder = report_folder(out, report.submission)
        write_atomically(folder / FILE_NAME, student_page(report, folder).encode())
    write_atomically(out / FILE_NAME, class_page(reports).encode())


def student_page(report: Report, folder: Path | None = None) -> str:
    """The page of one submission: points, next steps, every check with its evidence and pictures.

    Pictures that are in `folder` already, where `write_report` puts them, are not encoded again.
    """
    return (
        _templates()
        .get_template("student.html")
        .render(
            report=report,
            folder=folder,
            parts=views.parts(report),
            next_steps=views.next_steps(report),
            counts=views.outcome_counts(report.checks),
            printed=views.printed(report),
            unmeasured=unmeasured(report.checks),
            version=grader_version(),
        )
    )


def class_page(reports: Sequence[Report]) -> str:
    """The instructor's page: what needs a look, the table of scores, their spread, what the class got wrong."""
    ordered = in_order(reports)
    columns = parts_of(ordered)
    return (
        _templates()
        .get_template("class.html")
        .render(
            reports=ordered,
            columns=columns,
            rows=[(report, views.part_cells(report, list(columns))) for report in ordered],
            concerns=views.concerns(ordered),
            scores=views.scores(ordered),
            troubles=views.troubles(ordered),
            isolation=sorted({report.isolation for report in ordered}),
            seeds=sorted({report.seed for report in ordered}),
            version=grader_version(),
        )
    )


@cache
def grader_version() -> str:
    """The version of the installed grader."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:  # run from a checkout that was never installed
        return "development"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(looks=OUTCOMES, status_text=STATUS_TEXT)
    environment.filters.update(
        code=with_code,
        data_uri=data_uri,
        evidence=evidence_rows,
        folder=folder_name,
        line=one_line,
        part_title=part_title,
        percent=lambda share: f"{100 * share:.4g}%",
        points=points,
        printable=printable,
        sentence=sentence,
        shown_width=shown_width,
    )
    return environment


@lru_cache(1024)  # sentences, hints and many messages are the same for a whole class
def with_code(text: str) -> Markup:
    """`text` made printable and escaped, with what stands between backticks set as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(printable(text)))))  # noqa: S704 - escaped before


def shown_width(width: int, height: int) -> int:
    """Width in CSS pixels: small pictures are enlarged by a whole number, so that every pixel of a digit is seen."""
    return width * max(1, min(TARGET_WIDTH // width, TARGET_HEIGHT // height))


def data_uri(picture: Picture, folder: Path | None, check_id: str, number: int) -> str:
    """The picture as a PNG inside the page: from the file that `write_report` made of it, where there is a folder."""
    content = png_at(folder / picture_file(check_id, number), picture.pixels) if folder else png(picture.pixels)
    return "data:image/png;base64," + b64encode(content).decode()

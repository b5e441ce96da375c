"""Render pages for a browser: one for each student, one for the instructor. Each is a single file that loads nothing.

Templates escape everything. Besides, a content security policy in each page forbids network and scripts, except for the
one script of the class page, which it names by its digest. The page can be read without it.
"""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ..core.assignment import Assignment
from ..core.evidence import evidence_rows
from ..core.files import write_atomically
from ..core.final_grade import FinalGrade
from ..core.language import ENGLISH, Language, language_of
from ..core.outcomes import Picture, Report
from ..core.png import png, png_at
from ..core.text import folder_name, login, one_line, printable
from . import class_views, views
from .curves import loss_curve, scatter
from .hand_in_json import read_hand_in
from .matrix import matrix
from .mistakes import common_mistakes
from .report_json import picture_file, report_folder
from .wording import (
    OUTCOME_STYLES,
    STATUS_TEXT,
    in_order,
    message,
    missed_texts,
    moment,
    part_title,
    parts_of,
    points,
    sentence,
    unmeasured,
)

FILE_NAME = "index.html"
SCRIPT = "class.js"
LINKED = {"grades.csv": "grades", "gradebook.db": "gradebook", "similarity.html": "similar submissions"}
TARGET_WIDTH, TARGET_HEIGHT = 600, 280  # CSS pixels a picture may fill

_CODE = re.compile(r"`([^`\n]+)`")


def write_pages(
    assignment: Assignment,
    reports: Sequence[Report],
    out: Path,
    coming: Sequence[str] = (),
    grades: Mapping[str, FinalGrade] | None = None,
) -> None:
    """Write `out`/index.html for the instructor and a page in the folder of every submission. Raises OSError.

    coming: files of LINKED that will lie in `out`, too, and are not written yet. grades: by student, where a gradebook
    decides.
    """
    for report in reports:
        folder = report_folder(out, report.submission)
        circumstances = views.Circumstances(read_hand_in(folder), (grades or {}).get(login(report.student)))
        write_atomically(folder / FILE_NAME, student_page(assignment, report, folder, circumstances).encode())
    files = [name for name in LINKED if name in coming or (out / name).is_file()]
    write_atomically(out / FILE_NAME, class_page(assignment, reports, files).encode())


def student_page(
    assignment: Assignment,
    report: Report,
    folder: Path | None = None,
    circumstances: views.Circumstances | None = None,
    *,
    alone: bool = False,
) -> str:
    """The page of one submission: points, next steps, every check with its evidence and pictures.

    Pictures that are in `folder` already, where `write_report` puts them, are not encoded again. alone: whether nothing
    of what the folder holds goes with the page.
    """
    return (
        templates(assignment, language_of(assignment.texts.language))
        .get_template("student.html")
        .render(
            report=report,
            folder=folder,
            beside=circumstances or views.Circumstances(),
            alone=alone,
            parts=views.parts_of_checks(report.checks),
            next_steps=views.next_steps(report),
            hint_places=views.hint_places(report),
            waiting=views.waiting(report),
            counts=views.outcome_counts(report.checks),
            printed=views.printed(report),
            unmeasured=unmeasured(report.checks),
        )
    )


def class_page(assignment: Assignment, reports: Sequence[Report], files: Sequence[str] = ()) -> str:
    """The instructor's page: what needs attention, the distribution of scores, common mistakes, every submission.

    files: those of LINKED that lie beside it.
    """
    ordered = in_order(reports)
    columns = parts_of(assignment.part_names, ordered)
    return (
        templates(assignment)
        .get_template("class.html")
        .render(
            reports=ordered,
            columns=columns,
            rows=class_views.rows(ordered, list(columns)),
            graded_at=max((report.graded.at for report in ordered), default=""),
            files=[(name, LINKED[name]) for name in files],
            matrix=matrix(assignment, ordered),
            concerns=class_views.concerns(ordered),
            scores=class_views.scores(ordered),
            failing_checks=class_views.failing_checks(ordered),
            mistakes=common_mistakes(ordered),
            part_statistics=class_views.part_statistics(ordered, list(columns)),
            isolation=sorted({report.isolation for report in ordered}),
            seeds=sorted({report.seed for report in ordered}),
            calibrations=sorted({report.graded.calibration for report in ordered} - {""}),
            versions=sorted({report.graded.aelab for report in ordered}),
            script=script(),
            script_digest=b64encode(sha256(script().encode()).digest()).decode(),
        )
    )


@cache
def script() -> Markup:
    """The script that sorts and filters the class page: our own text, with nothing of a submission in it."""
    return Markup((Path(__file__).parent / "templates" / SCRIPT).read_text(encoding="utf-8"))  # noqa: S704 - ours


@cache
def templates(assignment: Assignment, language: Language = ENGLISH) -> Environment:
    """All templates, with the filters that make the texts of a submission harmless, for readers of this language."""
    environment = Environment(
        loader=PackageLoader("grader.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(assignment=assignment, outcome_styles=OUTCOME_STYLES, status_text=STATUS_TEXT)
    environment.globals.update(_=language, plural=language.plural, language=language)
    environment.filters.update(
        code=with_code,
        curve=loss_curve,
        data_uri=data_uri,
        evidence=partial(evidence_rows, language=language),
        folder=folder_name,
        line=one_line,
        message=partial(message, language=language),
        missed_texts=partial(missed_texts, language=language),
        moment=partial(moment, language=language),
        part_title=partial(part_title, assignment, language=language),
        percent=lambda share: f"{100 * share:.4g}%",
        plural=plural,
        points=partial(points, language=language),
        printable=printable,
        scatter=scatter,
        sentence=partial(sentence, assignment, language=language),
        signed=signed,
        title_by_hand=partial(views.title_by_hand, assignment, language=language),
        shown_width=shown_width,
    )
    return environment


@lru_cache(1024)  # a whole class has the same sentences, hints and many messages
def with_code(text: str) -> Markup:
    """`text`, printable and escaped, with what stands between backticks set as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(printable(text)))))  # noqa: S704 - escaped before


def signed(value: float) -> str:
    """Two decimals and a sign, a typographic minus for negative values."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def plural(count: int | float, noun: str) -> str:
    """1 point, 2 points."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def shown_width(width: int, height: int) -> int:
    """Width in CSS pixels: small pictures are enlarged by a whole number, so that their pixels stay squares."""
    return width * max(1, min(TARGET_WIDTH // width, TARGET_HEIGHT // height))


def data_uri(picture: Picture, folder: Path | None, check_id: str, number: int) -> str:
    """The picture as a PNG inside the page, taken from the file of `write_report` if there is a folder."""
    content = png_at(folder / picture_file(check_id, number), picture.pixels) if folder else png(picture.pixels)
    return "data:image/png;base64," + b64encode(content).decode()

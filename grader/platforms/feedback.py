"""One archive with a page for each student, in the form in which Moodle and Canvas take feedback back.

Moodle, mod/assign/feedback/file/importziplib.php: NAME_NUMBER_assignfeedback_file_FILE, no underscore in the name.
Canvas, app/models/assignment.rb: as the file in its own download is called up to the two numbers, which it knows the
student and the attachment by; students see the page under the name of the file that they handed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..core.assignment import Assignment
from ..core.errors import UserError
from ..core.hand_in import HandIn
from ..core.outcomes import Report
from ..core.text import did_you_mean, login, one_line
from ..render.hand_in_json import read_hand_in
from ..render.pages import student_page
from ..render.report_json import read_reports, report_folder
from ..render.views import Circumstances
from ..submissions.platform_names import CANVAS, MOODLE, canvas_start
from .lms import Class


class NoPlatform(UserError):
    """Feedback cannot go back to this platform; the text is one clear line."""


@dataclass(frozen=True)
class Feedback:
    """The pages by the names that the platform asks for, and the submissions that it cannot be told of."""

    files: dict[str, bytes]
    without: tuple[str, ...]


def feedback_of(whole: Class, results: Path, platform: str, contact: str = "") -> Feedback:
    """A page for each student of the results. Raises NoPlatform, ReportError and OSError.

    platform: moodle or canvas, "" for the one that the results come from. contact: whom students may ask, for the page.
    """
    name_of = _names(platform or whole.platform)
    grades = {login(grade.student): grade for grade in whole.grades}
    files, without = {}, []
    for report in read_reports(results):
        folder = report_folder(results, report.submission)
        hand_in = read_hand_in(folder)
        name = name_of(hand_in)
        if not report.student:
            continue
        if not name:
            without.append(report.submission)
            continue
        page = _page(
            whole.assignment, report, folder, Circumstances(hand_in, grades.get(login(report.student)), contact)
        )
        files[f"{one_line(name)}{whole.assignment.name}.html"] = page
    return Feedback(files, tuple(without))


def _page(assignment: Assignment, report: Report, folder: Path, circumstances: Circumstances) -> bytes:
    return student_page(assignment, report, folder, circumstances, alone=True).encode()


def _names(platform: str) -> Callable[[HandIn], str]:
    known = {name.casefold(): name_of for name, name_of in NAMES.items()}
    if platform.casefold() not in known:
        hint = did_you_mean(platform.casefold(), known)
        raise NoPlatform(f"--platform must be one of {', '.join(known)}, got {platform!r}{hint}")
    return known[platform.casefold()]


def _for_moodle(hand_in: HandIn) -> str:
    """How the file of this student begins; "" for who is no participant with a number."""
    if hand_in.platform != MOODLE or not hand_in.own_id.isdecimal():
        return ""
    name = hand_in.entry.partition(f"_{hand_in.own_id}_")[0].replace("_", " ")
    return f"{name}_{hand_in.own_id}_assignfeedback_file_"


def _for_canvas(hand_in: HandIn) -> str:
    """How the file of this student begins; "" for what is no attachment of Canvas."""
    return canvas_start(hand_in.entry) if hand_in.platform == CANVAS else ""


NAMES: dict[str, Callable[[HandIn], str]] = {MOODLE: _for_moodle, CANVAS: _for_canvas}

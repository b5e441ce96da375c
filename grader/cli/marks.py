"""`aelab marks`: points and comments that a person gave, from a table into the gradebook."""

from pathlib import Path
from typing import Annotated

import typer

from .shared import Db, invocation_of, show


def marks(
    context: typer.Context,
    results: Annotated[Path, typer.Argument(help="The --out folder of an earlier `aelab grade`, or a course folder.")],
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="A .csv: login, cell, points, extra, comment.")],
    db: Db = None,
) -> None:
    """Enter what a person gave and wrote, as nbgrader's formgrader does, and write the students' pages again.

    All lines are entered, or none. A line without points, extra or comment changes nothing. `aelab export csv --format
    marks` writes a table to fill in, with a line for each answer that a person grades.
    """
    from ..platforms.final_grades import final_by_student, gradebook_url
    from ..platforms.nbgrader.course import is_course_folder
    from ..platforms.nbgrader.marks import enter_marks, read_marks
    from ..render.report_json import read_reports
    from ..render.results_folder import ResultsFolder

    assignment = invocation_of(context).assignment
    given = read_marks(table)
    url = gradebook_url(results, db)
    enter_marks(assignment, url, given)
    show(f"entered {len(given)} marks of {table}")
    if not is_course_folder(results):
        reports = read_reports(results)
        ResultsFolder(assignment, results).write_summaries(reports, (), final_by_student(assignment, results, url))

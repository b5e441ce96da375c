"""Questions that a person grades: where a course gives them points, a cell for the answer follows the text.

A question is a cell of Markdown that begins with `**Question`, one a part. `answers.md` beside the reference has a
section a part, `## vae`, with a rubric and a model answer: they stand in the cell in the instructor's notebook alone.
"""

import re

from ..core.assignment import Assignment
from ..core.language import Language
from ..core.points import plain

FILE = "answers.md"
START = "**Question"
SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def model_answers(assignment: Assignment) -> dict[str, str]:
    """Rubric and model answer by part; none where the reference has no such file. Raises AssignmentError."""
    file = assignment.reference_folder() / FILE
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return {part: answer.strip() for part, answer in SECTION.findall(text)}


def answer_stub(points: float, language: Language) -> str:
    """What students find in the cell."""
    told = language.plural(
        plain(points),
        "Your answer, for {count} point: write it here, in place of this line.",
        "Your answer, for {count} points: write it here, in place of this line.",
    )
    return f"*{told}*"


def answer_shown(points: float, answer: str) -> str:
    """What the instructor's notebook has in the cell; a note where there is no answer to show."""
    worth = f"{plain(points)} point{'' if points == 1 else 's'}"
    return f"*For {worth}. Students find an empty cell here.*\n\n{answer or 'There is no model answer.'}"

"""An assignment as one course has it: the installed one, adapted to the course's file course.toml.

`from grader.course import check` declares a check of the course's own.
"""

from .own import check

__all__ = ["check"]

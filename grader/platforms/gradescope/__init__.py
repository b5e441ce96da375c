"""Gradescope: the archive that it builds an autograder from, and the results that it reads."""

NOT_GRADED = "The grader failed, not you. Your instructor can see why, and can run it again."

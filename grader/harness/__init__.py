"""The grader's hands beside a submission: runs what a check asks for, and judges nothing.

Lives in the same process as the submission, in the notebook for a self-check and in a child process for a grade.
"""

from . import operations, probes, stacked, structure  # each enters its operations into the table

__all__ = ["operations", "probes", "stacked", "structure"]

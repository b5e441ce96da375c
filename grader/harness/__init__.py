"""The grader's hands beside a submission: runs what a check asks for, and judges nothing.

Lives in the same process as the submission, in the notebook for a self-check and in a child process for a grade.
"""

from ..autoencoders.operations import probes, stacked, structure  # each enters its operations into the table
from . import operations

__all__ = ["operations", "probes", "stacked", "structure"]

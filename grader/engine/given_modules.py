"""The lab's own helper modules stand in where a student left them out: they hold no task."""

from dataclasses import replace

from ..core.assignment import Assignment
from ..submissions.reading import Source, Submission


def with_given(assignment: Assignment, submission: Submission) -> Submission:
    """The submission with each given module that it has not; as it is where the reference is not installed."""
    return with_modules(assignment, submission, assignment.given)


def with_modules(assignment: Assignment, submission: Submission, names: tuple[str, ...]) -> Submission:
    """The submission with the reference's modules of these names where it has none; a notebook has no modules."""
    own = {source.name for source in submission.sources}
    missing = [f"{name}.py" for name in names if f"{name}.py" not in own]
    if submission.kind != "modules" or not missing or not assignment.has_reference:
        return submission
    reference = assignment.reference_sources()
    added = (Source(file, reference[file]) for file in missing if file in reference)
    return replace(submission, sources=(*submission.sources, *added))

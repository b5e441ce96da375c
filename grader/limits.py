"""How long a submission may take. The clock is the grader's, never the submission's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Wall-clock limits in seconds: importing one part, one call, and everything of one submission."""

    import_seconds: float = 60.0
    call_seconds: float = 60.0
    submission_seconds: float = 300.0

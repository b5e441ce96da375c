"""A run that is killed at random goes on where it was, and ends as if nothing had happened."""

from pathlib import Path

from benchmarks.kills import compare


def test_kills_change_no_record(tmp_path: Path) -> None:
    """Grader, fork servers and submissions' processes: equal records, table and gradebook, nothing left."""
    run, problems = compare(tmp_path, kills=3, count=3, seed=3)
    assert problems == []
    assert run.killed == {"grader": 1, "fork server": 1, "submission": 1}

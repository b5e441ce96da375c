"""The table of what a task allows and what its check demands has every check, in the order of the lab."""

from pathlib import Path

from grader.autoencoders.assignment import ASSIGNMENT

PAGE = Path(__file__).parents[2] / "docs" / "allowed-and-demanded.md"


def test_every_check_has_its_row_with_both_sides() -> None:
    """One row a check, and none without something allowed and something demanded."""
    rows = [line.split("|")[1:-1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [row[0].strip() for row in rows] == [f"`{check.id}`" for check in ASSIGNMENT.checks]
    assert all(len(row) == 3 and all(cell.strip() for cell in row) for row in rows)

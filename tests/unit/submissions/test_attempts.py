"""A student's attempts: each can be the one that counts, by the rule of the course."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.attempts import Counts
from grader.core.lateness import LatePolicy
from grader.submissions.finding import Found, find_submissions
from grader.submissions.terms import Terms
from grader.submissions.whose import Settled

from ..render import samples
from .handed_in import fill, notebook_of

WORK = notebook_of("class Autoencoder: pass\nclass VariationalAutoencoder: pass")
DUE = datetime(2027, 1, 31, 22, 59, tzinfo=UTC)
NAMES = ["ada.ipynb", "ada (1).ipynb", "ada (2).ipynb"]


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Three attempts of Ada and one of Bob, in a plain folder."""
    fill(tmp_path, dict.fromkeys([*NAMES, "bob.ipynb"], WORK))
    return find_submissions(tmp_path, ASSIGNMENT)


def terms(rule: Counts, *hours_late: int) -> Terms:
    """Under which Ada's attempts came so many hours after the due time."""
    times = {name: Settled("", DUE + timedelta(hours=late)) for name, late in zip(NAMES, hours_late, strict=False)}
    return Terms(DUE, LatePolicy(10), settled=times, attempt=rule)


def test_the_last_attempt_knows_the_earlier_ones(found: Found) -> None:
    """Each with its number, the student's name, and what is said of the others."""
    ada, bob = found.submissions
    assert (ada.attempt, ada.entry, bob.attempts) == (3, NAMES[2], (bob,))
    assert [(each.name, each.attempt, each.entry) for each in ada.attempts] == [
        ("ada", number, name) for number, name in enumerate(NAMES, start=1)
    ]
    assert [str(note) for note in ada.left_out] == [
        f"{NAMES[1]} was left out: attempt 2 is passed over, as attempt 3 came later",
        f"{NAMES[0]} was left out: attempt 1 is passed over, as attempt 3 came later",
    ]
    assert [note.why for note in ada.attempt_of(1).left_out] == [
        "attempt 2 is passed over, as attempt 1 counts",
        "attempt 3 is passed over, as attempt 1 counts",
    ]
    assert ada.attempt_of(9) == ada


@pytest.mark.parametrize(
    ("rule", "hours", "number"),
    [
        (Counts.LAST, (-9, 1, 30), 3),
        (Counts.LAST_IN_TIME, (-9, -1, 30), 2),
        (Counts.LAST_IN_TIME, (1, 2, 3), 1),
        (Counts.LAST_IN_TIME, (), 3),
    ],
)
def test_the_rule_chooses(found: Found, rule: Counts, hours: tuple[int, ...], number: int) -> None:
    """By the times, the extension included; what has no time is in time."""
    assert terms(rule, *hours).counting(found.submissions[0], "").attempt == number


def test_the_best_attempt_counts_after_what_lateness_costs(found: Found) -> None:
    """67.5 points in time beat 100 four days late; an unreadable one is worth nothing, one of ours waits."""
    ada = found.submissions[0]
    tried = [samples.struggling("ada"), samples.solved("ada"), samples.unreadable("ada")]
    assert terms(Counts.BEST, -1, 80, 81).counting(ada, "", tried).attempt == 1
    assert terms(Counts.BEST, -1, 8, 81).counting(ada, "", tried).attempt == 2
    assert terms(Counts.BEST).counting(ada, "", [*tried[:2], samples.grader_fault("ada")]).attempt == 3
    assert terms(Counts.BEST).counting(ada, "", [replace(tried[1]), tried[1], tried[0]]).attempt == 2

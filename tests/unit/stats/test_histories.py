"""What fit recorded is explained by the losses of the single batches."""

import numpy as np
import pytest

from grader.stats.causes import Diagnosis
from grader.stats.histories import diagnosis_of, is_within

EPOCHS, STEPS = 3, 4
LOSSES = 100 * np.linspace(1, 0.05, 2 * EPOCHS * STEPS + 1) ** 1.3 + 20  # ever fainter batches
EACH = LOSSES[: EPOCHS * STEPS].reshape(EPOCHS, STEPS)


def test_the_mean_and_the_last_loss_of_each_epoch_are_within_it() -> None:
    """Both are losses that an epoch has; so is what differs from one by less than 2 %."""
    for recorded in (EACH.mean(axis=1), EACH[:, -1], EACH[:, 0] * 1.01):
        assert is_within(recorded, EACH).all()


def test_nan_is_within_nothing() -> None:
    """A loss that is no number is none of an epoch."""
    assert not is_within(np.array([np.nan, *EACH.mean(axis=1)[1:]]), EACH)[0]


@pytest.mark.parametrize(
    ("recorded", "code"),
    [
        ([LOSSES[0]] * 3, "history.one_batch"),
        ([EACH[0].mean()] * 3, "history.restarted"),
        (EACH.sum(axis=1), "history.sum"),
        ([LOSSES[:n].mean() for n in (4, 8, 12)], "history.mean_of_all_epochs"),
        ([LOSSES[n : n + 3].mean() for n in (0, 3, 6)], "history.too_few_steps"),
        ([LOSSES[n : n + 5].mean() for n in (0, 5, 10)], "history.too_many_steps"),
        ([LOSSES[n : n + 8 : 2].mean() for n in (1, 9, 17)], "history.every_other_batch"),
        ([LOSSES[n : n + 8 : 2].mean() for n in (0, 8, 16)], "history.every_other_batch_after_the_first"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_known_mistakes_are_named_and_are_outside(recorded: list[float], code: str) -> None:
    """Each known wrong History has an epoch outside its own losses, and its own code."""
    assert not is_within(np.array(recorded), EACH).all()
    assert diagnosis_of(np.array(recorded), LOSSES, STEPS).code == code


def test_nothing_is_claimed_where_nothing_fits() -> None:
    """Numbers that no known mistake gives are of an unknown cause."""
    assert diagnosis_of(np.array([7.0, 7.0, 7.0]), LOSSES, STEPS) == Diagnosis("history.unknown")


@pytest.mark.parametrize(
    ("recorded", "inside"),
    [((95.0, 1.05), (True, True)), ((50.0, 1.05), (False, True)), ((95.0, 1.5), (True, False)),
     ((91.0, 0.97), (True, False)), ((150.0, 1.11), (False, True)), ((88.5, 95.0), (True, False))],
)  # fmt: skip
def test_an_epoch_has_its_own_losses_and_its_own_room(recorded: tuple[float, ...], inside: tuple[bool, ...]) -> None:
    """Losses from 90 to 100 with 2 of room, and from 1 to 1.1 with 0.022."""
    each = np.array([[100.0, 95, 90], [1.1, 1.05, 1]])
    assert tuple(is_within(np.array(recorded), each)) == inside


def test_a_loss_of_nothing_is_within_an_epoch_of_nothing() -> None:
    """Where all losses are 0 there is no room, and 0 is one of them."""
    assert is_within(np.zeros(2), np.zeros((2, 3))).all()


@pytest.mark.parametrize(("factor", "code"), [(1.01, "history.sum"), (0.99, "history.sum"), (1.04, "history.unknown")])
def test_a_diagnosis_fits_to_2_percent(factor: float, code: str) -> None:
    """Of what it predicts, in every epoch; beyond that nothing is claimed."""
    assert diagnosis_of(factor * EACH.sum(axis=1), LOSSES, STEPS).code == code

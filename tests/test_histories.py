"""What fit recorded is explained by the losses of the single batches."""

import numpy as np
import pytest

from grader.stats.histories import is_within, story_of

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
    ("recorded", "word"),
    [
        ([LOSSES[0]] * 3, "one batch for ever"),
        ([EACH[0].mean()] * 3, "begins again with the first batch"),
        (EACH.sum(axis=1), "sum of the losses"),
        ([LOSSES[:n].mean() for n in (4, 8, 12)], "mean over all epochs so far"),
        ([LOSSES[n : n + 3].mean() for n in (0, 3, 6)], "3 steps an epoch"),
        ([LOSSES[n : n + 5].mean() for n in (0, 5, 10)], "5 steps an epoch"),
        ([LOSSES[n : n + 8 : 2].mean() for n in (1, 9, 17)], "every other batch were left out."),
        ([LOSSES[n : n + 8 : 2].mean() for n in (0, 8, 16)], "from the second on"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_known_mistakes_are_named_and_are_outside(recorded: list[float], word: str) -> None:
    """Each known wrong History has an epoch outside its own losses, and its own story."""
    assert not is_within(np.array(recorded), EACH).all()
    assert word in story_of(np.array(recorded), LOSSES, STEPS)


def test_nothing_is_claimed_where_nothing_fits() -> None:
    """Numbers that no known mistake gives have no story."""
    assert story_of(np.array([7.0, 7.0, 7.0]), LOSSES, STEPS) == ""


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


@pytest.mark.parametrize(("factor", "word"), [(1.01, "sum of the losses"), (0.99, "sum of the losses"), (1.04, "")])
def test_a_story_fits_to_2_percent(factor: float, word: str) -> None:
    """Of what it predicts, in every epoch; beyond that nothing is claimed."""
    found = story_of(factor * EACH.sum(axis=1), LOSSES, STEPS)
    assert word in found
    assert bool(word) == bool(found)

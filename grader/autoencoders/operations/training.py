"""Many training steps in a row, traced where a trace does the same as the code itself.

A trace freezes NumPy noise and Python state, so a submission is judged by its code as written. Only where a few steps
of the two agree, or where the submission compiles its step itself, are the long runs traced.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

Step = Callable[..., Any]


class Trainer:
    """Runs `model.fit_iteration` over batches; decides once per model how."""

    def __init__(self, model: Any):
        self.model = model
        self.is_frozen_in_a_trace = False
        self._step: Step | None = None

    def run(self, batches: Iterable[np.ndarray]) -> list[float]:
        """One step per batch; returns the losses. Raises whatever the submission raises."""
        import tensorflow as tf

        tensors = [tf.constant(batch) for batch in batches]
        if self._step is None:
            self._step = self._choose(tensors)
        return [float(np.asarray(self._step(batch))) for batch in tensors]

    def _choose(self, batches: Sequence[Any]) -> Step:
        """The step as written, or its trace if that is faster and agrees.

        Without AutoGraph, which takes as long as the trace itself: a step that branches on tensors runs as written.
        """
        import tensorflow as tf

        as_written: Step = self.model.fit_iteration
        with learning_rate(self.model, 0.0), eager_tapes() as opened:
            resting = float(as_written(batches[0]))  # also builds what is built late
        if not opened:
            return as_written  # compiled by the submission itself
        traced: Step = tf.function(as_written, autograph=False)
        return traced if self._agree(as_written, traced, batches[0], resting) else as_written

    def _agree(self, as_written: Step, traced: Step, batch: Any, resting: float) -> bool:
        """Whether both have the same loss and take the same step from the same state.

        Where the code is random, two calls of the trace have to differ as two calls of the code do, and steps are
        compared in size alone. resting: a first loss of the code as written, at learning rate 0.
        """
        try:
            start = [v.numpy() for v in self._state()]
            loss, step = self._step_from(start, as_written, batch)
            self._restore(start)
            with learning_rate(self.model, 0.0):
                traced_resting = float(traced(batch))
            traced_loss, traced_step = self._step_from(start, traced, batch)
            self._restore(start)
        except Exception:  # what cannot be traced is run as it is written, and fails there if it has to
            return False
        if (resting != loss) != (traced_resting != traced_loss):
            self.is_frozen_in_a_trace = resting != loss
            return False
        if not loss:
            return False
        length, difference = np.linalg.norm(step), np.linalg.norm(step - traced_step)
        if resting != loss:
            return bool(0.5 < traced_loss / loss < 2 and 0.5 < np.linalg.norm(traced_step) / length < 2)
        return bool(abs(traced_loss / loss - 1) < 1e-3 and difference <= 0.1 * length)

    def _step_from(self, start: Sequence[np.ndarray], step: Step, batch: Any) -> tuple[float, np.ndarray]:
        """The loss of one step from the state `start`, and how it moves the weights, in one vector."""
        self._restore(start)
        before = [v.numpy() for v in self.model.trainable_variables]
        loss = float(step(batch))
        moves = [v.numpy() - b for v, b in zip(self.model.trainable_variables, before, strict=True)]
        return loss, np.concatenate([move.ravel() for move in moves])

    def _state(self) -> list[Any]:
        return [*self.model.variables, *optimizer_variables(self.model.optimizer)]

    def _restore(self, values: Sequence[np.ndarray]) -> None:
        for variable, value in zip(self._state(), values, strict=True):
            variable.assign(value)


def optimizer_variables(optimizer: Any) -> list[Any]:
    """The state of a Keras optimizer; an attribute in new ones, a method in legacy ones."""
    variables = optimizer.variables
    return list(variables() if callable(variables) else variables)


@contextmanager
def learning_rate(model: Any, value: float) -> Iterator[None]:
    """Set the learning rate for a while."""
    before = set_learning_rate(model, value)
    try:
        yield
    finally:
        set_learning_rate(model, before)


def set_learning_rate(model: Any, value: float) -> float:
    """Set the rate, never the optimizer; returns the one before. A schedule gives way to a constant."""
    import tensorflow as tf

    optimizer = model.optimizer
    rate = optimizer.learning_rate
    is_schedule = callable(rate)  # only legacy optimizers show their schedule; a variable, as a trace keeps a number
    before = float(np.asarray(rate(optimizer.iterations) if is_schedule else rate))
    try:
        optimizer.learning_rate = tf.Variable(value, trainable=False, dtype=tf.float32) if is_schedule else value
    except TypeError:  # Keras refuses to overwrite a LearningRateSchedule
        optimizer._learning_rate = tf.Variable(value, trainable=False, dtype=tf.float32)
    return before


@contextmanager
def eager_tapes() -> Iterator[list[bool]]:
    """Lists a True for every GradientTape that is entered outside a trace."""
    import tensorflow as tf

    opened: list[bool] = []
    enter = tf.GradientTape.__enter__

    def noting(tape: Any) -> Any:
        if tf.executing_eagerly():
            opened.append(True)
        return enter(tape)

    tf.GradientTape.__enter__ = noting
    try:
        yield opened
    finally:
        tf.GradientTape.__enter__ = enter

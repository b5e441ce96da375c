"""Long training is traced only where a trace does what the code does; the rate gives way, the optimizer stays."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.autoencoders.operations.training import Trainer, learning_rate, optimizer_variables, set_learning_rate

Make = Callable[..., Any]
RATE = 0.05


@pytest.fixture(scope="module")
def make(tf: Any) -> Make:
    """Makes a small dense autoencoder whose step is varied by the test: its calls from Python are counted."""

    class Tiny(tf.keras.Model):
        def __init__(self, corrupt: Callable[[Any], Any], optimizer: Any):
            super().__init__()
            self.network = tf.keras.Sequential([tf.keras.layers.Dense(3), tf.keras.layers.Dense(6, "sigmoid")])
            self.optimizer = optimizer
            self.corrupt = corrupt
            self.python_calls = 0

        def fit_iteration(self, batch: Any) -> Any:
            self.python_calls += 1
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum((self.network(self.corrupt(batch)) - batch) ** 2)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            return loss

    def make_it(corrupt: Callable[[Any], Any] = lambda batch: batch, optimizer: Any = None) -> Any:
        tf.keras.utils.set_random_seed(3)
        model = Tiny(corrupt, optimizer or tf.keras.optimizers.SGD(RATE))
        model.network.build((None, 6))
        return model

    return make_it


@pytest.fixture
def batches() -> np.ndarray:
    return np.random.default_rng(1).random((12, 4, 6), dtype=np.float32)


def eager_steps(model: Any, batches: np.ndarray) -> int:
    """How many of the steps of a long run are made by the code as written; a trace makes none of them."""
    trainer = Trainer(model)
    trainer.run(batches)  # decides
    before = model.python_calls
    trainer.run(batches)
    return model.python_calls - before


def test_a_deterministic_step_is_traced(make: Make, batches: np.ndarray) -> None:
    """A long run costs no Python."""
    assert eager_steps(make(), batches) == 0


def test_a_traced_run_gives_the_losses_of_the_code(make: Make, batches: np.ndarray) -> None:
    """Step by step the same numbers as without the trainer, and weights that have learned the same."""
    traced, written = make(), make()
    found = Trainer(traced).run(batches)
    expected = [float(written.fit_iteration(batch)) for batch in batches]
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    for one, other in zip(traced.trainable_variables, written.trainable_variables, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-3, atol=1e-5)


def test_noise_of_numpy_stays_eager(make: Make, batches: np.ndarray) -> None:
    """A trace would freeze it: the same noise in every step."""
    random = np.random.default_rng(2)
    noisy = make(lambda batch: batch + random.normal(scale=0.5, size=batch.shape).astype(np.float32))
    assert eager_steps(noisy, batches) == len(batches)


def test_noise_of_tensorflow_is_traced(tf: Any, make: Make, batches: np.ndarray) -> None:
    """A trace draws it anew in every step, as the code does."""
    noisy = make(lambda batch: batch + tf.random.normal(tf.shape(batch), stddev=0.01))
    trainer = Trainer(noisy)
    trainer.run(batches)
    before, same = noisy.python_calls, np.repeat(batches[:1], 6, axis=0)
    with learning_rate(noisy, 0.0):
        assert len(set(trainer.run(same))) == 6
    assert noisy.python_calls == before


def test_noise_that_a_trace_would_freeze_is_told_from_noise_that_it_would_not(
    tf: Any, make: Make, batches: np.ndarray
) -> None:
    """NumPy draws while TensorFlow traces; TensorFlow draws in each step; what draws nothing freezes nothing."""
    random = np.random.default_rng(2)
    frozen = make(lambda batch: batch + random.normal(scale=0.1, size=batch.shape).astype(np.float32))
    fresh = make(lambda batch: batch + tf.random.normal(tf.shape(batch), stddev=0.1))
    found = []
    for model in (frozen, fresh, make()):
        trainer = Trainer(model)
        trainer.run(batches[:2])
        found.append(trainer.is_frozen_in_a_trace)
    assert found == [True, False, False]


def test_state_of_python_stays_eager(make: Make, batches: np.ndarray) -> None:
    """A counter that changes what a step does would stand still in a trace."""
    calls: list[int] = []

    def fading(batch: Any) -> Any:
        calls.append(1)
        return batch / len(calls)

    assert eager_steps(make(fading), batches) == len(batches)


def test_what_cannot_be_traced_stays_eager(make: Make, batches: np.ndarray) -> None:
    """A step that goes through NumPy arrays of its batch is run as it is written."""
    model = make(lambda batch: np.clip(batch.numpy(), 0, 1))
    assert eager_steps(model, batches) == len(batches)


def test_a_step_that_branches_on_a_tensor_stays_eager(make: Make, batches: np.ndarray) -> None:
    """A trace would need AutoGraph to follow the branch; as written, each batch takes its own."""

    def halved_if_bright(batch: Any) -> Any:
        return batch / 2 if batch[0, 0] > 0.5 else batch

    model, written = make(halved_if_bright), make(halved_if_bright)
    found = Trainer(model).run(batches)
    np.testing.assert_allclose(found, [float(written.fit_iteration(batch)) for batch in batches], rtol=1e-4)
    assert eager_steps(make(halved_if_bright), batches) == len(batches)


def test_a_step_that_the_submission_compiled_is_used_as_it_is(tf: Any, make: Make, batches: np.ndarray) -> None:
    """It is neither wrapped nor compared: its body runs in Python once, when the submission's own trace is made."""
    model = make()
    compiled = tf.function(model.fit_iteration)
    object.__setattr__(model, "fit_iteration", compiled)
    trainer = Trainer(model)
    trainer.run(batches)
    assert trainer._step is compiled
    assert model.python_calls <= 2  # a function that makes variables is traced twice


def test_deciding_costs_the_model_nothing(make: Make, batches: np.ndarray) -> None:
    """Weights and rate are after the trial steps what they were before them."""
    model = make()
    model.fit_iteration(batches[0])
    before = [v.numpy() for v in model.variables]
    with learning_rate(model, 0.0):
        Trainer(model).run(batches)
    for one, other in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(one, other.numpy())
    assert float(model.optimizer.learning_rate) == pytest.approx(RATE)


def test_what_a_step_raises_is_raised(make: Make, batches: np.ndarray) -> None:
    """Trying out a trace hides nothing."""

    def broken(batch: Any) -> Any:
        raise ZeroDivisionError("theirs")

    with pytest.raises(ZeroDivisionError, match="theirs"):
        Trainer(make(broken)).run(batches)


OPTIMIZERS = [
    lambda tf, rate: tf.keras.optimizers.SGD(rate),
    lambda tf, rate: tf.keras.optimizers.Adam(rate),
    lambda tf, rate: tf.keras.optimizers.legacy.Adam(rate),
    lambda tf, rate: tf.keras.optimizers.legacy.SGD(rate),
]
NAMES = ["SGD", "Adam", "legacy Adam", "legacy SGD"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=NAMES)
@pytest.mark.parametrize("scheduled", [False, True], ids=["constant", "schedule"])
def test_the_rate_is_set_and_the_optimizer_stays(
    tf: Any, make: Make, batches: np.ndarray, optimizer: Callable[[Any, Any], Any], scheduled: bool
) -> None:
    """Old optimizers and new ones, before and after their first step; a schedule gives way to a constant."""
    rate = tf.keras.optimizers.schedules.ExponentialDecay(RATE, 1, 0.5) if scheduled else RATE
    own = optimizer(tf, rate)
    model = make(optimizer=own)
    assert set_learning_rate(model, 0.0) == pytest.approx(RATE)
    model.fit_iteration(batches[0])
    before = [v.numpy() for v in model.trainable_variables]
    model.fit_iteration(batches[1])
    assert all(np.array_equal(b, v.numpy()) for b, v in zip(before, model.trainable_variables, strict=True))
    assert set_learning_rate(model, 0.1) == 0.0
    model.fit_iteration(batches[2])
    assert not any(np.array_equal(b, v.numpy()) for b, v in zip(before, model.trainable_variables, strict=True))
    assert model.optimizer is own
    assert len(optimizer_variables(own)) > 0


def test_the_rate_comes_back_also_after_an_exception(make: Make) -> None:
    """Setting it for a while is for a while."""
    model = make()
    seen = []

    def fail_at_another_rate() -> None:
        with learning_rate(model, 0.5):
            seen.append(float(model.optimizer.learning_rate))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_at_another_rate()
    assert seen == [0.5]
    assert float(model.optimizer.learning_rate) == pytest.approx(RATE)

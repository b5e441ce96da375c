"""Runs are done once: what is finished is not repeated, and what has changed is."""

import hashlib
import json
import re
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from rich.console import Console

from benchmarks.experiment import runner, store
from benchmarks.experiment.digits import Digits, balanced, image_batches, labelled_batches
from benchmarks.experiment.material import Target
from benchmarks.experiment.page import render_page
from benchmarks.experiment.plan import Run, full_plan, quick_plan, run_from
from benchmarks.experiment.publish import publish
from benchmarks.experiment.runner import Experiment, run_all, run_lab_text
from benchmarks.experiment.training import build, train
from grader.autoencoders import mnist_subset

TINY = (Run("autoencoder", epochs=1, steps=3), Run("classifier", epochs=1, steps=3, pretraining_epochs=1, labels=100))


@pytest.fixture(scope="module")
def digits() -> Digits:
    """A few of the digits that are installed with the lab."""
    found = mnist_subset.load()
    train_set = tf.data.Dataset.from_tensor_slices((found["train_images"][:2000], found["train_labels"][:2000]))
    test = found["test_images"][:1000].astype(np.float32) / 255
    return Digits(train_set, test, found["test_labels"][:1000])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, digits: Digits) -> Experiment:
    """Both runs and the experiments on the text, done once for all tests; they work on copies."""
    experiment = Experiment(TINY, tmp_path_factory.mktemp("finished") / "out", quick=True)
    assert do(experiment, digits) == 2
    run_lab_text(experiment, lambda: digits)
    return experiment


@pytest.fixture
def done(finished: Experiment, tmp_path: Path) -> Experiment:
    """A copy of what is finished."""
    return replace(finished, out=Path(shutil.copytree(finished.out, tmp_path / "out")))


def do(experiment: Experiment, digits: Digits) -> int:
    return run_all(experiment, lambda: digits, Console(quiet=True))


def test_finished_runs_are_not_repeated(done: Experiment, digits: Digits) -> None:
    """A second call does nothing, and does not even load the digits; a plan that grew does what is new."""
    kept = {path: path.read_bytes() for path in done.out.rglob("*.*")}
    assert run_all(done, lambda: pytest.fail("loaded"), Console(quiet=True)) == 0
    assert do(replace(done, runs=(*TINY, replace(TINY[0], seed=1))), digits) == 1
    assert {path: path.read_bytes() for path in kept} == kept


def test_record_says_what_was_run(finished: Experiment) -> None:
    """A record has the settings, the losses, the versions and the figures, with rounded numbers."""
    text = (finished.out / "runs" / TINY[0].name / "record.json").read_text(encoding="utf-8")
    record = json.loads(text)
    assert run_from(record["run"]) == TINY[0]
    assert record["training"]["steps"] == 3
    assert record["training"]["history"] == pytest.approx([float(f"{784 * np.log(2):.6g}")], rel=0.05)
    assert record["measured"]["nats"] < 784
    assert record["environment"]["tensorflow"] == tf.__version__
    assert text == store.as_json(record).decode()


def test_measuring_again_needs_no_training(done: Experiment, digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the code that measures has changed, the kept weights are measured: the same weights, the same figures."""
    experiment = replace(done, runs=TINY[:1])
    kept = experiment.folder_of(TINY[0])
    before = kept.record
    monkeypatch.setattr(store, "MEASURES", "other code")
    monkeypatch.setattr(runner, "train", lambda *_: pytest.fail("trained"))
    assert do(experiment, digits) == 1
    assert kept.record["measured_key"] != before["measured_key"]
    assert kept.record["measured"] == before["measured"]
    assert kept.record["training"] == before["training"]


def test_changed_reference_is_trained_again(done: Experiment, digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run belongs to the code of the reference that it trained."""
    experiment, trained = replace(done, runs=TINY[:1]), []
    monkeypatch.setattr(store, "digest_of_reference", lambda part: f"another {part}")
    monkeypatch.setattr(runner, "train", lambda *others: trained.append(others[0]) or train(*others))
    monkeypatch.setattr(runner, "measure", lambda *_: ({"nats": 0.0}, {}))
    assert not experiment.is_trained(TINY[0])
    assert do(experiment, digits) == 1
    assert trained == [TINY[0]]


def test_the_last_epochs_of_a_classifier_can_be_slow(digits: Digits) -> None:
    """They are at a tenth of the rate, and belong to the same history of losses."""
    run = replace(TINY[1], epochs=3, slow_epochs=2)
    rates: list[float] = []
    model = build(run)
    training = train(run, model, digits, lambda: rates.append(float(model.optimizer.learning_rate)))
    assert np.allclose(rates, [1e-3] * 3 + [1e-4] * 6)
    assert (training.steps, len(training.history)) == (9, 3)


def test_a_setting_that_came_later_does_not_count_where_it_is_not_used() -> None:
    """Runs that were made before there were slow epochs keep their keys."""
    run = Run("classifier", epochs=3)
    settings = {name: value for name, value in asdict(run).items() if name != "slow_epochs"}
    known = json.dumps([store.SCHEMA, settings, store.digest_of_reference("classifier")])
    assert store.training_key(run) == hashlib.sha256(known.encode()).hexdigest()[:16]
    assert store.training_key(run) != store.training_key(replace(run, slow_epochs=1))


def test_comments_of_the_reference_do_not_count(tmp_path: Path) -> None:
    """The text of a cell and its experiment may change; a definition may not."""
    path = tmp_path / "part.py"

    def code(text: str) -> str:
        path.write_text(text)
        return store.code_of(path)

    plain = code("def f(x):\n    return x\n")
    assert (
        code("# %% [markdown]\n# Text.\ndef f(x):  # (B,)\n    return x\nif __name__ == '__main__':\n    f(1)\n")
        == plain
    )
    assert code("def f(x):\n    return 2 * x\n") != plain


def test_interrupted_run_leaves_nothing_finished(
    tmp_path: Path, digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while measuring keeps the training; the next call measures only."""
    experiment = Experiment(TINY[:1], tmp_path, quick=True)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(runner, "measure", interrupted)
        with pytest.raises(KeyboardInterrupt):
            do(experiment, digits)
    assert experiment.is_trained(TINY[0])
    assert not experiment.is_finished(TINY[0])
    monkeypatch.setattr(runner, "train", lambda *_: pytest.fail("trained"))
    monkeypatch.setattr(runner, "measure", lambda *_: ({"nats": 0.0}, {}))
    assert do(experiment, digits) == 1
    assert experiment.is_finished(TINY[0])


def test_training_is_that_of_the_reference(digits: Digits) -> None:
    """Watching the steps changes nothing: the weights are those that the model's own `fit` reaches from this seed."""
    run = TINY[0]
    watched = build(run)
    training = train(run, watched, digits)
    alone = build(run)
    history = alone.fit(image_batches(run, digits), run.epochs, run.steps_per_epoch)
    for one, other in zip(watched.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert training.history == pytest.approx([loss / run.batch_size for loss in history.history["loss"]])
    assert np.mean(training.curve) == pytest.approx(training.history[0])


def test_few_labels_are_balanced(digits: Digits) -> None:
    """A hundred labels are ten of each class, no digit twice, others under another seed, and no other digit is seen."""
    labels = np.array([label for _, label in digits.train.as_numpy_iterator()])
    places = balanced(labels, 100, seed=0)
    assert len(set(places)) == 100
    np.testing.assert_array_equal(np.bincount(labels[places]), np.full(10, 10))
    assert set(places) != set(balanced(labels, 100, seed=1))
    seen = {image.tobytes() for images, _ in labelled_batches(TINY[1], digits).take(8) for image in images.numpy()}
    assert len(seen) == 100


def test_batches_of_the_text_stay_together(digits: Digits) -> None:
    """Shuffled as in the handed-out text, the batches of two passes are the same; as in the reference, they are not."""

    def passes(run: Run) -> list[set[bytes]]:
        batches = iter(image_batches(run, Digits(digits.train.take(640), digits.test_images, digits.test_labels)))
        return [{next(batches).numpy().sum(dtype=np.float64).tobytes() for _ in range(10)} for _ in range(2)]

    first, second = passes(Run("autoencoder", shuffled="batches"))
    assert first == second
    first, second = passes(Run("autoencoder"))
    assert first.isdisjoint(second)


@pytest.mark.parametrize("plan", [full_plan(), quick_plan()], ids=["full", "quick"])
def test_plan_has_no_run_twice(plan: list[Run]) -> None:
    """Names and settings of runs are unique."""
    assert len({run.name for run in plan}) == len(set(plan)) == len(plan)


def test_what_is_finished_is_published(tmp_path: Path, finished: Experiment) -> None:
    """Records, the page and the pictures that can be drawn go to the target; the others are named."""
    target = Target(tmp_path / "records", tmp_path / "page.md", tmp_path / "pictures")
    lacking = publish(finished, target, {"epochs": 1, "steps": 3})
    assert {path.stem for path in target.records.glob("*_seed-*.json")} == {run.name for run in TINY}
    drawn = {path.stem for path in target.pictures.glob("*.png")}
    assert drawn == {"losses", "few-labels", "text-batches", "text-strip", "text-keras-kl"}
    assert drawn.isdisjoint(lacking)
    assert "latent-grids" in lacking
    page = target.page.read_text(encoding="utf-8")
    assert page == render_page(target.material())
    assert set(re.findall(r"images/results/(\S+)\.png\)", page)) == drawn


def test_small_experiments_on_the_text(finished: Experiment) -> None:
    """What the notes on the handed-out text say: fixed company, an error for nine numbers, and 2 / batch size."""
    found = finished.lab_text.record["measured"]
    assert found["partners"]["batches"] == [63] * 10
    assert found["partners"]["samples"] == sorted(found["partners"]["samples"])
    assert found["partners"]["samples"][-1] == pytest.approx(6399 * (1 - (1 - 63 / 6399) ** 10), rel=0.01)
    assert "(None, 10)" in found["nine"]
    assert found["keras_kl"] == pytest.approx({size: 2 / int(size) for size in found["keras_kl"]}, rel=1e-3)
    run_lab_text(finished, lambda: pytest.fail("done twice"))

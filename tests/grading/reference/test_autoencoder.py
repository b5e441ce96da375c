"""The vanilla autoencoder of the reference against NumPy, and its training loop and checkpoints."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from reference.autoencoder import Autoencoder


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints go to ./model/checkpoint: let that be a folder of the test's; and fix the first weights."""
    monkeypatch.chdir(tmp_path)
    tf.keras.utils.set_random_seed(20260101)


def random_images(count: int, seed: int = 0) -> np.ndarray:
    """Pictures of noise, float32 (count, 28, 28, 1) in [0, 1]."""
    return np.random.default_rng(seed).random((count, 28, 28, 1), np.float32)


def weights(model: Autoencoder) -> list[np.ndarray]:
    return [variable.numpy() for variable in model.trainable_variables]


def assert_same(first: list[np.ndarray], second: list[np.ndarray], tolerance: float = 0.0) -> None:
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)


@pytest.mark.parametrize("encoding_size", [1, 10, 33])
def test_encoding_and_decoding_have_their_sizes(encoding_size: int) -> None:
    """(B, 28, 28, 1) -> (B, encoding_size) -> (B, 28, 28, 1) in [0, 1]; reconstruct is both in a row."""
    model = Autoencoder(encoding_size)
    images = random_images(3)
    encodings = model.encode(images)
    decoded = model.decode(encodings).numpy()
    assert encodings.shape == (3, encoding_size)
    assert decoded.shape == (3, 28, 28, 1)
    np.testing.assert_array_equal(model.reconstruct(images), decoded)


def test_decodings_of_any_encoding_are_images() -> None:
    """Also encodings far from all that occur are painted with values in [0, 1]."""
    decoded = Autoencoder().decode(np.random.default_rng(0).normal(0, 100, (8, 10)).astype(np.float32)).numpy()
    assert decoded.min() >= 0
    assert decoded.max() <= 1


def test_the_architecture_is_that_of_the_lab() -> None:
    """Layer by layer, the shapes and activations that the text's table gives."""
    model = Autoencoder()

    def table(network: tf.keras.Model) -> list[tuple[str, tuple[int, ...], str]]:
        return [
            (type(layer).__name__, layer.output_shape[1:], getattr(getattr(layer, "activation", None), "__name__", ""))
            for layer in network.layers
        ]

    assert table(model.encoder) == [
        ("Conv2D", (13, 13, 32), "relu"),
        ("Conv2D", (6, 6, 64), "relu"),
        ("Flatten", (2304,), ""),
        ("Dense", (10,), "linear"),
    ]
    assert table(model.decoder) == [
        ("Dense", (1568,), "relu"),
        ("Reshape", (7, 7, 32), ""),
        ("Conv2DTranspose", (14, 14, 64), "relu"),
        ("Conv2DTranspose", (28, 28, 32), "relu"),
        ("Conv2DTranspose", (28, 28, 1), "sigmoid"),
    ]


@pytest.mark.parametrize("count", [1, 7])
def test_the_loss_is_the_summed_cross_entropy(count: int) -> None:
    """Binary cross-entropy in nats, summed over 784 pixels and over the batch, as NumPy computes it."""
    model = Autoencoder()
    images = random_images(count)
    painted = model.reconstruct(images).numpy().astype(np.float64)
    expected = -np.sum(images * np.log(painted) + (1 - images) * np.log(1 - painted))
    assert float(model.batch_loss(images)) == pytest.approx(expected, rel=1e-5)


def test_a_step_returns_the_loss_before_it_and_moves_every_variable() -> None:
    """`fit_iteration` answers with the loss that the batch had; afterwards no array of weights is as it was."""
    model = Autoencoder()
    images = random_images(4)
    loss, before = float(model.batch_loss(images)), weights(model)
    assert float(model.fit_iteration(images)) == pytest.approx(loss, rel=1e-6)
    assert all(np.any(old != new) for old, new in zip(before, weights(model), strict=True))


def test_steps_reduce_the_loss() -> None:
    """Thirty steps on one batch bring its loss down: the gradients point the right way."""
    model = Autoencoder()
    images = np.tile(random_images(1), (4, 1, 1, 1))
    before = float(model.batch_loss(images))
    for _ in range(30):
        model.compiled_step(images)
    assert float(model.batch_loss(images)) < before - 1


def test_the_compiled_step_agrees_with_the_eager_step() -> None:
    """From the same weights, three compiled steps give the losses and the weights of three eager ones."""
    eager, compiled = Autoencoder(), Autoencoder()
    compiled.set_weights(eager.get_weights())
    for seed in range(3):
        images = random_images(4, seed)
        assert float(compiled.compiled_step(images)) == pytest.approx(float(eager.fit_iteration(images)), rel=1e-5)
    assert_same(weights(eager), weights(compiled), tolerance=1e-4)


def test_two_models_train_side_by_side() -> None:
    """Each model has a compiled step of its own: training one leaves the other as it is."""
    first, second = Autoencoder(), Autoencoder()
    images = random_images(4)
    first.compiled_step(images)
    resting = weights(first)
    second.compiled_step(images)
    assert_same(resting, weights(first))


def endless(batches: list[np.ndarray]) -> tf.data.Dataset:
    """The batches in their order, again and again."""
    return tf.data.Dataset.from_tensor_slices(np.stack(batches)).repeat()


def test_fit_takes_the_batches_in_order_and_records_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    """The History's losses are the means over each epoch's batches, as they come; a progress bar is shown."""
    batches = [np.full((2, 28, 28, 1), level, np.float32) for level in np.linspace(0, 1, 6)]
    model = Autoencoder()
    model.set_weights([100 * array for array in model.get_weights()])  # so that the levels cost different losses
    model.optimizer.learning_rate.assign(0.0)
    losses = [float(model.batch_loss(batch)) for batch in batches]
    assert len({round(loss) for loss in losses}) == 6
    history = model.fit(endless(batches), epochs=3, steps_per_epoch=2)
    assert isinstance(history, tf.keras.callbacks.History)
    np.testing.assert_allclose(history.history["loss"], np.reshape(losses, (3, 2)).mean(axis=1), rtol=1e-4)
    assert history.epoch == [0, 1, 2]
    shown = capsys.readouterr().out
    assert "Epoch 3/3" in shown
    assert "2/2 [" in shown
    again = model.fit(endless(batches), epochs=1, steps_per_epoch=2)
    assert len(again.history["loss"]) == 1  # a second call reports its own epochs only


def test_fit_trains() -> None:
    """`fit` is the same as that many steps by hand."""
    fitted, stepped = Autoencoder(), Autoencoder()
    stepped.set_weights(fitted.get_weights())
    batches = [random_images(2, seed) for seed in range(2)]
    fitted.fit(endless(batches), epochs=2, steps_per_epoch=1)
    for batch in batches:
        stepped.fit_iteration(batch)
    assert_same(weights(fitted), weights(stepped), tolerance=1e-4)


def saved_model(folder: Path) -> Autoencoder:
    """A model that was trained for two steps and saved in `folder`."""
    model = Autoencoder()
    model.create_checkpoint(str(folder))
    for seed in range(2):
        model.fit_iteration(random_images(4, seed))
    model.save()
    return model


def fresh_model(folder: Path) -> Autoencoder:
    """A model that is to read what another one saved in `folder`."""
    model = Autoencoder()
    model.create_checkpoint(str(folder))
    return model


@pytest.mark.parametrize("reader_kind", ["the same model", "a fresh model", "a model trained otherwise"])
def test_restoring_brings_back_weights_and_optimizer(tmp_path: Path, reader_kind: str) -> None:
    """After more training, the outputs are those at `save`, and so is the next step: its momentum was kept, too."""
    model = saved_model(tmp_path / "kept")
    images = random_images(4, seed=9)
    output = model.reconstruct(images).numpy()
    optimizer_state = [variable.numpy() for variable in model.optimizer.variables]
    model.fit_iteration(images)
    next_step = weights(model)
    model.fit_iteration(images)

    reader = model if reader_kind == "the same model" else fresh_model(tmp_path / "kept")
    if reader_kind == "a model trained otherwise":
        reader.fit_iteration(random_images(4, seed=77))
    reader.restore()
    np.testing.assert_array_equal(reader.reconstruct(images), output)
    assert_same([variable.numpy() for variable in reader.optimizer.variables], optimizer_state)
    reader.fit_iteration(images)
    assert_same(weights(reader), next_step, tolerance=1e-6)


def test_a_compiled_model_can_be_restored(tmp_path: Path) -> None:
    """A model whose step is traced already goes on from the checkpoint as well."""
    model = saved_model(tmp_path)
    images = random_images(4, seed=9)
    first = float(model.compiled_step(images))
    model.compiled_step(images)
    model.restore()
    assert float(model.compiled_step(images)) == pytest.approx(first, rel=1e-6)


def test_a_checkpoint_moves_with_its_folder(tmp_path: Path) -> None:
    """The folder can be renamed, and another model reads it there."""
    model = saved_model(tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "there")
    reader = fresh_model(tmp_path / "there")
    reader.restore()
    assert_same(weights(reader), weights(model))


def test_the_newest_checkpoint_of_the_folder_is_restored(tmp_path: Path) -> None:
    """A model reads what is in its folder now, also if another model saved it there later."""
    reader = fresh_model(tmp_path)
    model = saved_model(tmp_path)
    reader.restore()
    assert_same(weights(reader), weights(model))


def test_one_checkpoint_is_kept() -> None:
    """By default in ./model/checkpoint, and saving again replaces it by the newer one."""
    model = Autoencoder()
    model.save()
    model.fit_iteration(random_images(2))
    model.save()
    assert [path.name for path in Path("model/checkpoint").glob("*.index")] == ["ckpt-2.index"]
    trained = weights(model)
    model.fit_iteration(random_images(2))
    model.restore()
    assert_same(weights(model), trained)


def test_two_folders_do_not_mix(tmp_path: Path) -> None:
    """Two models with folders of their own each get their own weights back."""
    first, second = saved_model(tmp_path / "one"), saved_model(tmp_path / "two")
    own, other = weights(first), weights(second)
    assert any(np.any(mine != others) for mine, others in zip(own, other, strict=True))
    first.fit_iteration(random_images(2))
    first.restore()
    assert_same(weights(first), own)


def test_restoring_without_a_checkpoint_names_the_folder(tmp_path: Path) -> None:
    """No checkpoint is no silent success: the error says where it looked."""
    model = Autoencoder()
    model.create_checkpoint(str(tmp_path / "nothing here"))
    with pytest.raises(FileNotFoundError, match="nothing here"):
        model.restore()

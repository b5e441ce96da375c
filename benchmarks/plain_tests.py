"""What test cells hold where nobody measures: one test of shapes and one training per part, as a person writes them.

They stand in place of the checks in a notebook for stock nbgrader, for comparison alone. A training has 300 steps on
the lab's batches of 64, and 500 for denoising: with fewer a right autoencoder is not yet told from the mean image.
"""

import json

SETUP = "images = next(iter(load_mnist()[1].map(normalize).batch(100)))\n"
BATCHES = "training_batches(load_mnist()[0].map(normalize), 64)"
AUTOENCODER = """\
model = {model}
assert model.encode(images).shape == (100, {size})
assert model.reconstruct(images).shape == (100, 28, 28, 1)
losses = model.fit({batches}, epochs={epochs}, steps_per_epoch=100).history["loss"]
assert len(losses) == {epochs} and losses[-1] < 0.95 * losses[0]
"""
CLASSIFIER = """\
model = StackedAutoencoderClassifier()
assert model.predict_probabilities(images).shape == (100, 10)
model.pretrain({batches}, epochs=1, steps_per_epoch=100)
labelled = load_mnist()[0].map(lambda image, label: (normalize(image, label), label))
losses = model.fit(labelled.shuffle(1000).repeat().batch(64), epochs=3, steps_per_epoch=100).history["loss"]
assert len(losses) == 3 and losses[-1] < 0.95 * losses[0]
"""
PICTURES = """\
model = Autoencoder()
assert reconstruction_strip(model, images[:5].numpy()).shape == (140, 56)
assert latent_grid(model, n_samples=5).shape == (140, 140)
"""
DATA = """\
assert images.shape == (100, 28, 28, 1) and float(tf.reduce_max(images)) <= 1
assert next(iter({batches})).shape == (64, 28, 28, 1)
"""


def _autoencoder(model: str, size: int = 10, epochs: int = 3) -> str:
    return AUTOENCODER.format(model=model, size=size, epochs=epochs, batches=BATCHES)


TESTS = {
    "data": DATA.format(batches=BATCHES),
    "autoencoder": _autoencoder("Autoencoder()"),
    "upsampling": _autoencoder("UpsamplingAutoencoder()"),
    "gaussian_vae": _autoencoder("GaussianVAE()"),
    "vae": _autoencoder("VariationalAutoencoder()"),
    "pictures": PICTURES,
    "denoising": _autoencoder("DenoisingAutoencoder()", size=32, epochs=5),
    "classifier": CLASSIFIER.format(batches=BATCHES),
}


def with_plain_tests(notebook: str) -> str:
    """The JSON of a source notebook whose first graded cell of a part holds the part's test, and the others nothing."""
    content = json.loads(notebook)
    left = dict(TESTS)
    for cell in content["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("grade"):
            cell["source"] = SETUP + left.pop(part) if (part := about["grade_id"].partition("-")[0]) in left else "pass"
    return json.dumps(content)


def errors_of(notebook: str) -> list[str]:
    """The errors that the cells of a notebook ended with."""
    outputs = (output for cell in json.loads(notebook)["cells"] for output in cell.get("outputs", []))
    return [f"{output['ename']}: {output['evalue']}" for output in outputs if output["output_type"] == "error"]

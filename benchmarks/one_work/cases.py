"""Ten class folders with right work in them that was graded wrongly, or not at all, or called by a wrong name."""

from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.templates import render_templates
from tests.submissions.archives import Files, seven_zipped, tarred, zipped
from tests.submissions.dialects import plain_notebook

FIRST = "import os\n\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\n\nfrom grader import check"
IMPORTS = "import tensorflow as tf"
NORMALIZE = "def normalize(image, label):\n    return tf.cast(image, tf.float32) / 255.0"
BATCHES = (
    "def training_batches(dataset, batch_size):\n"
    "    return dataset.shuffle(60_000).batch(batch_size, drop_remainder=True).repeat()"
)


def notebook(*cells: str) -> bytes:
    """A notebook of the part `data` whose last cell but one or two are these."""
    return plain_notebook([FIRST, IMPORTS, *cells])


def cases() -> dict[str, Files]:
    """The files of each class folder, by what is the matter with it; of the lab, the part `data` is handed in."""
    right, untouched = notebook(NORMALIZE, BATCHES), render_templates(ASSIGNMENT)
    module = {"data.py": ASSIGNMENT.reference_sources()["data.py"].encode()}
    bundle = {name: text.encode() for name, text in untouched.items() if name == ASSIGNMENT.notebook}
    return {
        "`files = !ls` above a function": {"ada.ipynb": notebook(f"files = !ls\n\n{NORMALIZE}", BATCHES)},
        "a colon is missing": {"ada.ipynb": notebook(NORMALIZE.replace("label):", "label)"), BATCHES)},
        "the cell of a constant is gone": {"ada.ipynb": notebook(NORMALIZE.replace("255.0", "WHITE"), BATCHES)},
        "an import that only Colab has, above a function": {
            "ada.ipynb": notebook(f"from google.colab import drive\n\n{NORMALIZE}", BATCHES)
        },
        "a setting in an object: `cfg = Config()`": {
            "ada.ipynb": notebook(
                "class Config:\n    white = 255.0", "cfg = Config()", NORMALIZE.replace("255.0", "cfg.white"), BATCHES
            )
        },
        "the whole bundle, solved in my_solution/": {
            "ada.zip": zipped(bundle | {f"my_solution/{name}": raw for name, raw in module.items()})
        },
        "a stray lab05.ipynb beside the students": {
            "ada/data.py": module["data.py"], "bob/data.py": module["data.py"],
            "lab05.ipynb": bundle[ASSIGNMENT.notebook],
        },
        "files as Canvas names them": {
            "lovelaceada_101_5001_lab05.ipynb": right, "boolegeorge_LATE_102_5002_lab05.ipynb": right,
            "noetheremmy_103_5003_data.py": module["data.py"],
        },
        "a .zip in a folder of Moodle's": {
            "Ada Lovelace_12345_assignsubmission_file_/my solution.zip": zipped(module),
            "Emmy Noether_12346_assignsubmission_file_/data.py": module["data.py"],
        },
        "archives of other programs": {"ada.7z": seven_zipped(module), "bob.tar.gz": tarred(module)},
    }  # fmt: skip

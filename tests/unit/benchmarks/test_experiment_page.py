"""docs/results.md is what the records say."""

import copy
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.experiment import published, store
from benchmarks.experiment.drawing import LARGEST
from benchmarks.experiment.material import Material, Target
from benchmarks.experiment.page import render_page
from benchmarks.experiment.plan import LABELS, Run, classifier, full_plan
from benchmarks.experiment.published import Published
from benchmarks.experiment.records import Record, Records, told
from benchmarks.experiment.sections import TARGETS
from benchmarks.experiment.store import digest_of_reference, rounded, training_key

NOTHING = Material(Records(()), {}, {}, frozenset())
VERSIONS = dict.fromkeys(("python", "tensorflow", "tf-keras", "tensorflow-probability", "numpy"), "1")


def test_records_belong_to_the_plan() -> None:
    """Every committed record is a run of the plan, once."""
    runs = [record.run for record in Target().material().records.all]
    assert len(set(runs)) == len(runs)
    assert set(runs) <= set(full_plan())


def test_page_counts_records_of_another_reference() -> None:
    """A record whose code the reference has no longer is counted in the introduction; one of today's is not."""
    made = Target().material().records.all[0]
    current, old = replace(made, key=training_key(made.run)), replace(made, key="of old code")
    page = render_page(replace(NOTHING, records=Records((current, old))))
    assert "1 trained an earlier version" in " ".join(page.split())
    assert "earlier" not in render_page(replace(NOTHING, records=Records((current,))))


def test_pictures_are_small_and_shown() -> None:
    """Every picture is on a page, and below 200 kB."""
    pictures = sorted(Target().pictures.glob("*.png"))
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > LARGEST] == []
    docs = "\n".join(path.read_text(encoding="utf-8") for path in Target().page.parent.glob("*.md"))
    assert [path.name for path in pictures if f"images/results/{path.name})" not in docs] == []


def test_empty_page_names_every_run() -> None:
    """Without any record the page says so, and lists all runs of the plan as missing."""
    page = render_page(NOTHING)
    assert f"0 of the {len(full_plan())} runs" in page
    assert re.findall(r"^- `(\S+)`$", page, flags=re.MULTILINE) == [run.name for run in full_plan()]


def test_missed_target_is_said_to_be_missed() -> None:
    """A figure on the wrong side of its bar is called missed, on the right side reached."""
    name, run, key, bar, *_ = TARGETS[0]
    verdicts = []
    for value in (bar - 1, bar + 1):
        page = render_page(Material(Records((_record(run, {key: value}),)), {}, {}, frozenset()))
        verdicts.append(next(line for line in page.splitlines() if line.startswith(f"| {name}")).split("|")[-2].strip())
    assert verdicts == ["reached", "**missed**"]


def _record(run: Run, measured: dict) -> Record:
    """A record of some run with the figures of a real one, where the test does not set them."""
    real = next(record for record in Target().material().records.all if record.run == run)
    return Record(run, real.training, {**copy.deepcopy(real.measured), **measured}, real.environment)


def test_figures_are_told_with_their_spread() -> None:
    """None, one and three values; the deviation is the sample's, as NumPy has it."""
    assert told([]) == "–"
    assert told([90.55], 1) == "90.5"
    values = [90.0, 91.0, 93.0]
    assert told(values, 2) == f"{np.mean(values):.2f} ± {np.std(values, ddof=1):.2f}"


def test_numbers_of_records_are_rounded() -> None:
    """Six significant digits, NumPy's numbers as Python's, at any depth."""
    found = rounded({"a": [np.float32(1 / 3), {"b": np.int64(7)}], "c": np.array([1234567.0])})
    assert found == {"a": [0.333333, {"b": 7}], "c": [1234570.0]}


def test_template_has_every_value() -> None:
    """With all records every section is rendered, and each published number stands on the page."""
    page = render_page(Target().material())
    assert "{{" not in page
    assert [p.value for p in vars(published).values() if isinstance(p, Published) and p.value not in page] == []


@pytest.mark.parametrize("part", ["autoencoder", "vae", "classifier"])
def test_digest_follows_imports(part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part's digest changes with the autoencoder that it builds on, and only then."""
    copied = shutil.copytree(store.REFERENCE, tmp_path / "reference")
    monkeypatch.setattr(store, "REFERENCE", copied)
    before = digest_of_reference.__wrapped__(part)
    with (copied / "autoencoder.py").open("a") as file:
        file.write("\nEXTRA = 1\n")
    assert (digest_of_reference.__wrapped__(part) != before) == (part != "classifier")


@pytest.mark.parametrize(
    ("errors", "told"), [((3.0, 2.0), "with no number of labels"), ((2.0, 3.0), "with 100, 1,000,")]
)
def test_page_says_where_pretraining_helps(errors: tuple[float, float], told: str) -> None:
    """By the mean test errors with and without it; nothing while a number of labels is missing."""
    found = [
        Record(classifier(0, labels, way), {}, {"error_percent": error, "error_percent_interval": (1, 4)}, VERSIONS)
        for labels in LABELS
        for way, error in zip((True, False), errors, strict=True)
    ]
    pages = [render_page(replace(NOTHING, records=Records(tuple(some)))) for some in (found, found[1:])]
    assert f"Pretraining lowers the error {told}" in " ".join(pages[0].split())
    assert "Pretraining lowers" not in pages[1]


def test_page_says_where_training_is_slower_than_keras_and_where_reading_limits_it() -> None:
    """With the range of the rounds, and by name; where neither happens it says so."""
    usual = {
        "part": "vae", "threads": 1, "batch": 64, "reference_ms": 35.0, "keras_ms": 35.0, "eager_ms": 70.0,
        "of_keras": 1.0, "of_keras_range": [0.9, 1.1], "than_eager": 2.0, "data_ms": 4.0,
    }  # fmt: skip
    slow = usual | {"part": "classifier", "of_keras": 1.2, "of_keras_range": [1.1, 1.3], "data_ms": 36.0}
    speed = {"rounds": 3, "machine": "any", "rows": [usual, slow]}
    text = " ".join(render_page(replace(NOTHING, speed=speed)).split())
    assert "1 of 2 settings take at most 1.05 of Keras' time; classifier with 1 threads at batch 64 takes 1.20" in text
    assert "(1.10 to 1.30)" in text
    assert "Drawing takes longer than the step for the classifier, so" in text
    plain = render_page(replace(NOTHING, speed=speed | {"rows": [usual]}))
    assert "1 of 1 settings take at most 1.05 of Keras' time. Nowhere does drawing" in " ".join(plain.split())

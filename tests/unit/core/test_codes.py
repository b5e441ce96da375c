"""The codes of failures: well formed, each with a sentence of its own, and one template where nothing is diagnosed."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import grader
from grader.autoencoders.checks import classifier, data, pictures, vae
from grader.autoencoders.measurements.corruption import wrong_deviations
from grader.autoencoders.operations.probes import Probe
from grader.core.expect import CODE
from grader.stats import cross_entropies, diagnosis, formulas, histories, moments

RANDOM = np.random.default_rng(1)
IMAGES = RANDOM.random((4, 28, 28, 1))
PROBE = Probe(RANDOM.normal(size=(784, 3)), RANDOM.normal(size=(3, 784)))
TRAINING = diagnosis.TrainingCurve((3.0, 2.0), 10, (IMAGES, IMAGES), (IMAGES, IMAGES))
STRIP = RANDOM.random((2, 84, 28))


def sentences(table: Mapping[str, Any]) -> dict[str, str]:
    return {code: entry if isinstance(entry, str) else entry[0] for code, entry in table.items()}


TABLES = {
    "KL divergences": sentences(formulas.WRONG_KL),
    "weighings": sentences(formulas.WRONG_WEIGHINGS),
    "cross-entropies": sentences(cross_entropies.known_losses(IMAGES, IMAGES)),
    "histories": sentences(histories.known_histories(np.arange(1.0, 26), 3, 4)),
    "trainings": {d.code: d.sentence for d in diagnosis.known_troubles(TRAINING, IMAGES, IMAGES, 1.0)},
    "statistics": sentences(moments.STATISTICS),
    "spreads": sentences(moments.wrong_spreads(np.ones(3))),
    "deviations": sentences(wrong_deviations(0.1)),
    "scales": sentences(data.wrong_scales(IMAGES)),
    "strips": sentences(pictures.wrong_strips(*STRIP)),
    "grids": sentences(pictures.wrong_grids(PROBE, 3, 2.0)),
    "weights": sentences(vae.WRONG_WEIGHTS),
    "fine-tuning": sentences(classifier.FINE_TUNING),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_codes_of_a_table_are_well_formed_and_have_sentences(name: str) -> None:
    """Dotted lower-case names, and for each a sentence that no other code of the table has."""
    table = TABLES[name]
    assert [code for code in table if not CODE.fullmatch(code)] == []
    assert all(table.values())
    assert len(set(table.values())) == len(table)


def test_no_code_is_in_two_tables() -> None:
    """A code is one cause."""
    codes = [code for table in TABLES.values() for code in table]
    assert len(codes) == len(set(codes))


def calls() -> Iterator[tuple[str, str, str]]:
    """File and line, code and template of each failure in grader/ whose code and template are written out."""
    for path in sorted(Path(grader.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if len(texts) > 1 and CODE.fullmatch(texts[0]) and " " in texts[1]:
                    yield f"{path.name}:{node.lineno}", texts[0], texts[1]


def test_one_code_has_one_template() -> None:
    """Where a failure is written out with its message, no other place has another message for its code."""
    found: dict[str, dict[str, str]] = {}
    for place, code, template in calls():
        found.setdefault(code, {})[template] = place
    assert len(found) > 30
    assert {code: templates for code, templates in found.items() if len(templates) > 1} == {}

"""What a person sees of course.toml: a file to begin with, the schema, and what holds."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from grader.autoencoders.assignment import ASSIGNMENT
from grader.course.json_schema import render_schema
from grader.course.reading import CourseFile, read_course
from grader.course.showing import DEFAULT, settings_of
from grader.course.template import render_template

from . import course
from .test_adaptation import OWN_CHECK, PIXEL, SPARSE

SCHEMA = Path(__file__).parents[3] / "docs" / "course.schema.json"


def test_the_schema_is_fresh() -> None:
    """docs/course.schema.json is what the keys say."""
    stale = "it is stale: run `python -m grader.course.json_schema > docs/course.schema.json`"
    assert SCHEMA.read_text(encoding="utf-8") == render_schema(), stale
    Draft202012Validator.check_schema(json.loads(render_schema()))


def test_a_file_to_begin_with_changes_nothing() -> None:
    """All of it is comments."""
    assert course(render_template(ASSIGNMENT)).parts == ASSIGNMENT.parts
    assert all(line.startswith("#") or not line for line in render_template(ASSIGNMENT).splitlines())


def test_a_file_to_begin_with_has_every_key(tmp_path: Path) -> None:
    """Without its #, every key is set, to the lab's own value or to an example, and the file is right."""
    lines = render_template(ASSIGNMENT).splitlines()
    text = "\n".join(line.removeprefix("#") for line in lines if not line.startswith("# "))
    (tmp_path / "logo.png").write_bytes(PIXEL)
    (tmp_path / "sparse.py").write_text(SPARSE)
    (tmp_path / "sparse_checks.py").write_text(OWN_CHECK.replace('"data"', '"sparse"'))
    every = read_course(tmp_path / "course.toml", text).course
    assert every.model_fields_set == set(type(every).model_fields)
    for table in (every.late, every.texts, every.own, every.own.parts[0]):
        assert table is not None
        assert table.model_fields_set == set(type(table).model_fields)
    assert every.thresholds == {name: each.default for name, each in ASSIGNMENT.thresholds.items()}
    lab = course(text, tmp_path)
    assert [part for part in lab.parts if part.name != "sparse"][1:] == list(ASSIGNMENT.parts)[1:]


TEXT = (
    'title = "Week 6"\n[points]\ntotal = 50\nvae = 12\n"vae.loss_is_negative_elbo" = 3\n[thresholds]\naccuracy = 0.9\n'
)


def shown(source: CourseFile | None) -> dict[str, tuple[object, str]]:
    assignment = course(TEXT) if source else ASSIGNMENT
    return {each.key: (each.value, each.source) for each in settings_of(assignment, source)}


@pytest.mark.parametrize(
    ("key", "value", "source"),
    [
        ("title", "Week 6", "course.toml, line 1"),
        ("name", "lab05", DEFAULT),
        ("points.vae.loss_is_negative_elbo", 3, "course.toml, line 5"),
        ("points.vae.beta_pulls_posterior_to_prior", 2.08, "course.toml, line 4"),
        ("points.data.batches_shuffle_samples", 1.81, "course.toml, line 3"),
        ("thresholds.accuracy", "at least 0.9", "course.toml, line 7"),
        ("thresholds.kept weights", "at least 0.5", DEFAULT),
        ("limits.call_seconds", 60.0, DEFAULT),
        ("ranges.encoding_sizes", [1, 64], DEFAULT),
    ],
)
def test_every_value_has_its_source(key: str, value: object, source: str) -> None:
    """The line that sets it: of the check, of its part, of the total; or none."""
    assert shown(read_course(Path("course.toml"), TEXT))[key] == (value, source)


def test_without_a_file_all_is_default() -> None:
    """The lab's own values."""
    assert {source for _, source in shown(None).values()} == {DEFAULT}

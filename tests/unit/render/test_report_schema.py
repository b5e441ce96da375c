"""The JSON schema of report.json, in the eyes of a validator that is not ours."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from grader.core.outcomes import Report
from grader.render.report_json import write_report
from grader.render.report_schema import render_schema

from . import samples

FILE = Path(__file__).parents[3] / "docs" / "report.schema.json"


def validator() -> Draft202012Validator:
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def written(report: Report, folder: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(write_report(report, folder).read_text(encoding="utf-8"))
    return record


def test_the_schema_is_fresh() -> None:
    """docs/report.schema.json is what the records say."""
    stale = "it is stale: run `python -m grader.render.report_schema > docs/report.schema.json`"
    assert FILE.read_text(encoding="utf-8") == render_schema(), stale


@pytest.mark.parametrize("report", [*samples.class_of_seven(), samples.hostile()])
def test_every_report_keeps_it(report: Report, tmp_path: Path) -> None:
    """Solved, untouched, unreadable or hostile, as it lies on the disk."""
    assert [error.message for error in validator().iter_errors(written(report, tmp_path))] == []


def test_a_report_holds_nothing_that_the_schema_does_not_know(tmp_path: Path) -> None:
    """In the same order, on every level."""
    schema, record = validator().schema, written(samples.hostile(), tmp_path)
    parts = schema["$defs"]
    assert list(record) == list(schema["properties"]) == schema["required"]
    assert list(record["graded"]) == list(parts["Provenance"]["properties"])
    assert list(record["checks"][0]) == list(parts["CheckResult"]["properties"]) == parts["CheckResult"]["required"]
    assert list(record["checks"][0]["pictures"][0]) == list(parts["Picture"]["properties"])
    assert list(record["left_out"][0]) == list(parts["LeftOut"]["properties"])


@pytest.mark.parametrize(
    "damage",
    [
        lambda record: record.update(schema=1),
        lambda record: record.update(status="fine"),
        lambda record: record.update(score="100"),
        lambda record: record.update(points_by_hand="2"),
        lambda record: record.pop("student"),
        lambda record: record["graded"].pop("at"),
        lambda record: record["left_out"].append({"where": "cell 1"}),
        lambda record: record["checks"][0].pop("code"),
        lambda record: record["checks"][0].update(id="data"),
        lambda record: record["checks"][0].update(outcome="perhaps"),
        lambda record: record["checks"][0].update(score=-1),
        lambda record: record["checks"][0]["pictures"].append({"name": "", "caption": "", "file": "../a.png"}),
    ],
)
def test_what_our_reader_refuses_the_schema_refuses(damage: Callable[[Any], Any], tmp_path: Path) -> None:
    """As far as a schema can say it."""
    record = written(samples.solved(), tmp_path)
    damage(record)
    assert not validator().is_valid(record)

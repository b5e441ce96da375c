"""The JSON schema of report.json, made from the records.

python -m grader.render.report_schema > docs/report.schema.json
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

from .report_json import CHECK_ID, CHECK_KEYS, KEYS, PICTURE_FILE, REPORT, SCHEMA, SUMS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NOISE = ("title", "default")  # titles repeat names, and no key may be missing


def render_schema() -> str:
    """The text of docs/report.schema.json."""
    return json.dumps(report_schema(), indent=2) + "\n"


def report_schema() -> dict[str, Any]:
    """A schema that every report of this version keeps. Later ones may have more keys."""
    report: dict[str, Any] = REPORT.schema()
    parts = report.pop("$defs")
    report["properties"] |= SUMS.schema()["properties"] | {"schema": {"const": SCHEMA}}
    parts["CheckResult"]["properties"]["id"]["pattern"] = f"^{CHECK_ID.pattern}$"
    parts["Picture"]["properties"]["file"]["pattern"] = f"^{PICTURE_FILE.pattern}$"
    parts["CheckResult"] = _of_keys(parts["CheckResult"], CHECK_KEYS)
    return {
        "$schema": DIALECT,
        "title": f"report.json, schema {SCHEMA}",
        **_of_keys(report, KEYS),
        "$defs": {name: _plain(part) for name, part in sorted(parts.items())},
    }


def _of_keys(record: dict[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """The schema of an object with these keys, in this order, all of them required."""
    properties = {key: _plain(record["properties"][key]) for key in keys}
    return {"type": "object", "description": record["description"], "required": list(keys), "properties": properties}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Without titles and defaults, which are keys of a schema but may be names of properties."""
    plain = {key: value for key, value in schema.items() if key not in NOISE}
    if "properties" in plain:
        plain["properties"] = {name: _plain(each) for name, each in plain["properties"].items()}
    return plain


if __name__ == "__main__":
    sys.stdout.buffer.write(render_schema().encode())

"""The JSON schema of course.toml, for editors that complete and check it.

python -m grader.course.json_schema > docs/course.schema.json
"""

import json
import sys
from typing import Any

from .keys import Course

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def render_schema() -> str:
    """The text of docs/course.schema.json."""
    schema = Course.model_json_schema()
    head = {"$schema": DIALECT, "title": "course.toml", "description": schema.pop("description")}
    return json.dumps(head | _plain(schema), indent=2) + "\n"


def _plain(schema: Any) -> Any:
    """Without titles, which repeat names."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _plain(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}


if __name__ == "__main__":
    sys.stdout.buffer.write(render_schema().encode())

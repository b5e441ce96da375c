"""A course.toml with every key explained and nothing changed: what `aelab course init` writes."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from pydantic.fields import FieldInfo

from ..core.assignment import Assignment
from ..core.language import SOURCE
from ..core.points import total
from .keys import TABLES, Course, Late, Own, OwnPart, Table, Texts
from .points import TOTAL

WIDTH = 100
HEAD = """\
How this course has the assignment {name}. What is commented out is as in the lab: take the # away from the start of a
line, and from the line of its [table], to change it. `aelab course show` prints what holds, `aelab --help` which
commands read this file. Keep it where nobody else can write.
"""


def render_template(lab: Assignment) -> str:
    """The text of the file, made from the keys and the lab's own values."""
    lines = [*_comment(HEAD.format(name=lab.name)), ""]
    of_lab: dict[str, Any] = {"lab": lab.name, "parts": list(lab.part_names), "bonus": []}
    of_lab |= {key: getattr(lab, key) for key in ("name", "title", "course")} | {"language": SOURCE}
    for name, field in Course.model_fields.items():
        if name not in TABLES:
            lines += [*_comment(field.description or ""), f"#{name} = {_value(of_lab, name, field)}", ""]
    for name in TABLES:
        lines += [*_comment(Course.model_fields[name].description or ""), f"#[{name}]", *_entries(name, lab), ""]
    return "\n".join(lines).rstrip() + "\n"


def _value(of_lab: Mapping[str, Any], name: str, field: FieldInfo) -> str:
    if name == "due":
        return str((field.examples or [""])[0])  # TOML has dates, and they have no quotes
    if name == "attempt":
        return _toml((field.examples or [""])[0])
    return _toml(of_lab[name])


def _entries(table: str, lab: Assignment) -> Iterator[str]:
    """The lines of a table."""
    if table in ("late", "texts", "own"):
        model: type[Table] = {"late": Late, "texts": Texts, "own": Own}[table]  # type: ignore[assignment]
        fields = model.model_fields
        yield from (line for name, field in fields.items() if field.examples for line in _explained(name, field))
        if table == "own":
            yield from ("", *_comment(Own.model_fields["parts"].description or ""), "#[[own.parts]]")
            yield from (line for name, field in OwnPart.model_fields.items() for line in _explained(name, field))
        return
    if table == "points":
        yield f"#{TOTAL} = {total(check.points for check in lab.checks)}"
        yield from (f"#{part.name} = {total(check.points for check in part.checks)}" for part in lab.parts)
        yield from (f"#{_toml(check.id)} = {check.points}" for check in lab.checks)
    elif table == "questions":
        yield from (f"#{part.name} = 2" for part in lab.parts)
    elif table == "thresholds":
        yield from (f"#{_toml(name)} = {each.default:g}  # {each.side}" for name, each in lab.thresholds.items())
    elif table == "ranges":
        yield from (f"#{each.name} = {list(each.default)}  # {each.about}" for each in lab.ranges)
    else:
        yield from (f"#{name} = {value:g}" for name, value in asdict(lab.limits).items())


def _explained(name: str, field: FieldInfo) -> list[str]:
    return [*_comment(field.description or ""), f"#{name} = {_toml((field.examples or [''])[0])}"]


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH)]


def _toml(value: Any) -> str:
    """Texts, numbers and lists of them are the same in JSON."""
    return json.dumps(value, ensure_ascii=False)

"""Wrong solutions beside a course.toml: samples/*.toml, each a few edits of the solution and the code it has to get."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, Strict, ValidationError

from ..core.expect import CODE
from .files import read_trusted
from .keys import FileName, Name, Table, Text
from .reading import CourseError

FOLDER = "samples"


class Edit(Table):
    """Replace the text `old`, which occurs exactly once in `module`, by `new`."""

    module: FileName = Field(description="A module of the solution.")
    old: Text = Field(description="A text that occurs in it exactly once.")
    new: str = Field(description="What stands in its place.")


class Sample(Table):
    """A wrong solution."""

    name: Name = Field(description="That of its file.")
    summary: Text = Field(description="What is wrong with it, in a sentence.")
    code: Annotated[str, Field(pattern=f"^{CODE.pattern}$")] = Field(description="By which some check has to fail.")
    edit: Annotated[tuple[Edit, ...], Strict(False), Field(min_length=1)] = Field(
        description="How it differs from the solution."
    )

    def sources(self, solution: Mapping[str, str]) -> dict[str, str]:
        """The modules after the edits. Raises CourseError when one does not apply exactly once."""
        found = dict(solution)
        for edit in self.edit:
            times = found.get(edit.module, "").count(edit.old)
            if times != 1:
                where = f"{FOLDER}/{self.name}.toml"
                raise CourseError(f"{where}: {edit.module} has {times} times the text {edit.old!r}; it must be once")
            found[edit.module] = found[edit.module].replace(edit.old, edit.new)
        return found


def read_samples(course_file: Path) -> tuple[Sample, ...]:
    """The samples beside the file of a course, by name. Raises CourseError."""
    return tuple(_read(path) for path in sorted((course_file.parent / FOLDER).glob("*.toml")))


def _read(path: Path) -> Sample:
    try:
        fields: dict[str, Any] = tomllib.loads(read_trusted(path))
        return Sample.model_validate({"name": path.stem, **fields})
    except tomllib.TOMLDecodeError as problem:
        raise CourseError(f"{path}: this is not TOML: {problem}") from None
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        key = re.sub(r"\.(\d+)\.", r" \1, ", ".".join(map(str, first["loc"])))
        raise CourseError(f"{path}: {key}: {first['msg'][:1].lower()}{first['msg'][1:]}") from None

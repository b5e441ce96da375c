"""The files of a course for other places: a copy of the grader for students, and the folder of a course."""

from pathlib import Path

from .files import beside, read_trusted
from .reading import CourseFile, read_course


def packed(source: CourseFile) -> dict[str, bytes]:
    """What students get, by file name: the values of the file without its comments, the checks, and the logo.

    No solution is among them.
    """
    own, logo = source.course.own, source.course.texts.logo
    names = {"own.checks": own.checks, "texts.logo": (logo,) if logo else ()}
    files = [beside(source, key, name) for key, each in names.items() for name in each]
    parts = tuple(part.model_copy(update={"module": Path(part.module).name}) for part in own.parts)
    flat = own.model_copy(update={"checks": tuple(Path(name).name for name in own.checks), "parts": parts})
    texts = source.course.texts.model_copy(update={"logo": Path(logo).name if logo else None})
    course = source.course.model_copy(update={"own": flat, "texts": texts})
    values = course.model_dump_json(exclude_defaults=True, indent=1)
    return {"course.json": values.encode()} | {path.name: path.read_bytes() for path in files}


def copied(file: Path, name: str) -> dict[str, bytes]:
    """All files of a course by their place beside it, its own as <name>.toml. Raises CourseError."""
    text = read_trusted(file)
    source = read_course(file, text)
    own, logo = source.course.own, source.course.texts.logo
    names = [*own.checks, *(part.module for part in own.parts), *filter(None, [logo])]
    return {f"{name}.toml": text.encode()} | {each: beside(source, "own", each).read_bytes() for each in names}

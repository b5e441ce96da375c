"""The keys of course.toml. What stands here is read, explained by `aelab course init`, and described in docs/."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Strict

from ..core.codec import Finite, Whole
from ..core.language import languages

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*$")]
Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[Finite, Field(gt=0)]
Worth = Annotated[Finite, Field(ge=0)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]*$")]


def _flat(table: Any, above: str = "") -> Any:
    """`[points.vae]` and `vae.loss = 3` are the same as `"vae.loss" = 3`."""
    if not isinstance(table, Mapping):
        return table
    flat: dict[str, Any] = {}
    for name, value in table.items():
        flat |= _flat(value, f"{above}{name}.") if isinstance(value, Mapping) else {f"{above}{name}": value}
    return flat


class Table(BaseModel):
    """A table of the file: no other keys than these, and no value of another kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Late(Table):
    """What late work loses. Needs `due`."""

    percent_a_day: Annotated[Finite, Field(gt=0, le=100)] = Field(
        description="Of the points that were earned, for each day that has begun.", examples=[10]
    )
    grace_minutes: Worth = Field(default=0, description="Work that is no later than this is not late.", examples=[30])


class Texts(Table):
    """What students read in the course's own words."""

    greeting: Text | None = Field(
        default=None,
        description="Above the results on a student's page, and in the bundle.",
        examples=["Welcome to the autoencoder lab of Machine Learning II."],
    )
    contact: Text | None = Field(
        default=None, description="Whom to ask, on the same pages.", examples=["Questions: ml2@example.edu"]
    )
    hand_in: Text | None = Field(
        default=None,
        description="How to hand in, in the README of the bundle.",
        examples=["Upload the notebook to the exercise of week 6."],
    )
    logo: FileName | None = Field(
        default=None,
        description="An image beside this file, .png, .jpg or .svg, for the top of a student's page.",
        examples=["logo.png"],
    )


class OwnPart(Table):
    """A part of the course's own: a module of the solution, in the form of the lab's."""

    module: FileName = Field(
        description="The file beside this one, in percent format with solution regions.", examples=["sparse.py"]
    )
    title: Text = Field(description="For readers.", examples=["Sparse autoencoder"])
    names: Annotated[tuple[str, ...], Strict(False), Field(min_length=1)] = Field(
        description="What a submission has to define in it.", examples=[["SparseAutoencoder"]]
    )
    needs: Annotated[tuple[str, ...], Strict(False)] = Field(
        default=(),
        description="Parts whose modules it imports. One that is left out is handed out solved.",
        examples=[["autoencoder"]],
    )


class Own(Table):
    """Checks and parts of the course's own, in files beside this one. They run in the grader: write them yourself."""

    checks: Annotated[tuple[FileName, ...], Strict(False)] = Field(
        default=(), description="Modules that declare checks with `@check`.", examples=[["sparse_checks.py"]]
    )
    parts: Annotated[tuple[OwnPart, ...], Strict(False)] = Field(
        default=(), description="Further parts, after those of the lab; each begins with [[own.parts]].", examples=[]
    )


class Course(Table):
    """How a course has the lab. Every key may be left out; what is left out is as in the lab."""

    lab: Name | None = Field(
        default=None, description="The installed assignment that is adapted, where several are.", examples=["lab05"]
    )
    name: Name | None = Field(
        default=None,
        description="Of the assignment: of its notebook, of folders, and in nbgrader.",
        examples=["lab05"],
    )
    title: Text | None = Field(default=None, description="Of the assignment, for readers.", examples=["Lab 5"])
    course: Name | None = Field(default=None, description="The course, as nbgrader knows it.", examples=["ml2"])
    parts: Annotated[tuple[str, ...], Strict(False), Field(min_length=1)] | None = Field(
        default=None, description="The parts that are handed out; their order is that of the lab.", examples=[]
    )
    due: AwareDatetime | None = Field(
        default=None,
        description="When it is due, with the offset from UTC; shown to students.",
        examples=["2027-05-03T23:59:00+02:00"],
    )
    attempt: Literal["last", "last in time", "best"] | None = Field(
        default=None,
        description="Which of several hand-ins of a student counts: last, last in time (else the first late one), or "
        "best after lateness.",
        examples=["last"],
    )
    language: Text | None = Field(
        default=None,
        description=f"Of all that students read but the theory, which is English: {', '.join(languages())}.",
        examples=["de"],
    )
    points: Annotated[dict[str, Worth], BeforeValidator(_flat)] = Field(
        default={},
        description="Points by part or by check, with at most two decimals, and `total`, to which all that is not "
        "named here is scaled.",
    )
    bonus: Annotated[tuple[str, ...], Strict(False)] = Field(
        default=(),
        description="Parts and checks whose points come on top: they are earned beyond the total, and nobody loses by "
        "them. `total` scales all others alone.",
        examples=[],
    )
    questions: dict[str, Positive] = Field(
        default={},
        description="Points by part for the answer to its question, which a person grades; they come on top of those "
        "above. A question without points is plain text.",
    )
    thresholds: dict[str, Finite] = Field(
        default={},
        description="What measured quantities are held to. A stricter one than the lab's fails right solutions more "
        "often: docs/calibration.md shows what these measure.",
    )
    ranges: dict[str, Annotated[tuple[Whole, Whole], Strict(False)]] = Field(
        default={}, description="What checks draw from: the least and the largest number."
    )
    limits: dict[str, Positive] = Field(default={}, description="How much a submission may use: seconds, MiB, numbers.")
    late: Late | None = Field(default=None, description="What late work loses.")
    texts: Texts = Field(default=Texts(), description="What students read in the course's own words.")
    own: Own = Field(default=Own(), description="Checks and parts of the course's own, in files beside this one.")


TABLES = ("points", "questions", "thresholds", "ranges", "limits", "late", "texts", "own")  # the keys that are tables
FIELDS: Mapping[str, tuple[str, ...]] = {
    "": tuple(Course.model_fields),
    "late": tuple(Late.model_fields),
    "texts": tuple(Texts.model_fields),
    "own": tuple(Own.model_fields),
    "own.parts": tuple(OwnPart.model_fields),
}  # the keys that a table may have, by its name

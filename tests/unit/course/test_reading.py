"""What is wrong with a course.toml is one line with file, line, key, and what it should be."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.keys import FIELDS, TABLES, Course, Table
from grader.course.reading import CourseError, lines_of, read_course

from . import course

FEW = settings(max_examples=30)
OWN = '[[own.parts]]\nmodule = "a.py"\ntitle = "A"\nnames = ["A"]\n\n[[own.parts]]\n'


def told(text: str) -> str:
    with pytest.raises(CourseError) as caught:
        course(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('title = "A"\nnmae = "b"', 2, "there is no key 'nmae'; did you mean 'name'? There are: lab, name, "),
        ("\n[late]\npercnt_a_day = 3", 3, "there is no key 'percnt_a_day' in [late]; did you mean 'percent_a_day'?"),
        (OWN + 'modul = "b.py"', 7, "there is no key 'modul' in [own.parts]; did you mean 'module'?"),
        ('parts = [\n"data",\n"vea",\n]', 1, "there is no part 'vea'; did you mean 'vae'? There are: data, auto"),
        ("[points]\nvaee = 3", 2, "there is no part 'vaee'; did you mean 'vae'? There are: total, data"),
        ("[points.vae]\nloss = 3", 2, "there is no check 'vae.loss'; there are: vae.sampling_layer_has_kl_regul"),
        ("[thresholds]\naccurcy = 0.9", 2, "there is no threshold 'accurcy'; did you mean 'accuracy'?"),
        ("[ranges]\nsizes = [1, 2]", 2, "there is no range 'sizes'; did you mean 'encoding_sizes'?"),
        ("[limits]\ncall_second = 9", 2, "there is no limit 'call_second'; did you mean 'call_seconds'?"),
        ("title = 3", 1, "title must be a text in quotes, got 3"),
        ('name = "a/b"', 1, "name may have letters, digits, '_' and '-' only, got 'a/b'"),
        ("parts = []", 1, "parts must have at least 1 item, got []"),
        ("due = 2027-05-03", 1, "due must be a date and time with its offset from UTC, as in 2027-05-03T23:59:00+02"),
        ("due = 2027-05-03T12:00:00", 1, "due must be a date and time with its offset from UTC"),
        ("[late]\npercent_a_day = 200", 2, "percent_a_day in [late] must be less than or equal to 100, got 200"),
        ("[late]\ngrace_minutes = 3", 1, "percent_a_day in [late] is missing"),
        ("[late]\npercent_a_day = 9", 1, "[late] needs `due`, before the first table"),
        ("[points]\ntotal = 1.234", 2, "points have at most two decimals, got 1.234"),
        ("[points]\nvae = -1", 2, "vae in [points] must be greater than or equal to 0, got -1"),
        ("[points]\nvae = nan", 2, "vae in [points] must be a finite number, got nan"),
        ("[ranges]\nencoding_sizes = [9, 2]", 2, "encoding_sizes must be two numbers within 1 to 1024, the lesser"),
        ("[ranges]\nencoding_sizes = [9]", 2, "encoding_sizes in [ranges] must be two whole numbers, as in [2, 32]"),
        ('[limits]\ncall_seconds = "9"', 2, "call_seconds in [limits] must be a number, got '9'"),
        ("[limits]\nprocesses = 1.5", 2, "processes must be a number, got '1.5'"),
        ('[texts]\nlogo = "../a.png"', 2, "logo in [texts] must be the name of a file beside this one, got '../a.png'"),
        ('[texts]\nlogo = "a.png"', 2, "there is no file "),
        ('[own]\nchecks = ["a.py"]', 2, "there is no file "),
        ('title = "A"\nname = ', 2, "this is not TOML: invalid value; texts stand in quotes"),
        ('title = "A"\nparts = ["data"\n\n', 2, "this is not TOML: unclosed array"),
        ('title = "A"\ntitle = "B"', 2, "this is not TOML: cannot overwrite a value; set a key once, and ids of"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(text: str, line: int, said: str) -> None:
    """Whatever kind it is of."""
    assert told(text).startswith(f"course.toml, line {line}: {said}")


def test_an_empty_file_changes_nothing() -> None:
    """Every key may be left out."""
    assert read_course(Path("course.toml"), "").course == Course()


TEXT = '''
# a comment
name = "a"
parts = [  # an array
  "data",
]
[points]
total = 50
vae.loss_is_negative_elbo = 4
"data" = 3
[texts]
greeting = """
name = "not a key"
"""
contact = 'x'
[[own.parts]]
module = "a.py"
[[own.parts]]
module = "b.py"
'''


def test_every_key_has_its_line() -> None:
    """In tables, with dots, after arrays and texts of several lines, in arrays of tables."""
    lines = {
        "name": 3, "parts": 4, "points": 7, "points.total": 8, "points.vae.loss_is_negative_elbo": 9, "points.data": 10,
        "texts": 11, "texts.greeting": 12, "texts.contact": 15, "own.parts.0": 16, "own.parts.0.module": 17,
        "own.parts.1": 18, "own.parts.1.module": 19,
    }  # fmt: skip
    assert lines.items() <= lines_of(TEXT).items()


@FEW
@given(
    st.text('=[]"\n#a.\x00é', max_size=60) | st.lists(st.sampled_from(TEXT.splitlines()), max_size=12).map("\n".join)
)
def test_any_text_is_read_or_told_in_one_line(text: str) -> None:
    """No text ends in another exception, or in a message of several lines."""
    try:
        course(text)
        problem = ""
    except CourseError as error:
        problem = str(error)
    assert "\n" not in problem
    assert problem.startswith("course.toml" if problem else "")


def test_every_key_is_explained() -> None:
    """Its description is a sentence, which the page and `aelab course init` show."""

    def tables(model: type[Table]) -> list[type[Table]]:
        return [model, *(inner for each in model.__subclasses__() for inner in tables(each))]

    fields = {
        f"{model.__name__}.{name}": field for model in tables(Table) for name, field in model.model_fields.items()
    }
    assert [name for name, field in fields.items() if not (field.description or "").endswith((".", "?"))] == []
    assert set(TABLES) | set(FIELDS[""]) == set(FIELDS[""])

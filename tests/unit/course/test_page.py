"""docs/adapt.md is true: each of its files is right, and what it shows is what is printed."""

import re
from functools import cache
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.course.reading import CourseError, read_course
from grader.course.showing import settings_of
from grader.platforms.nbgrader.course_folder import course_config
from grader.release.notebook import render_notebook

from . import course
from .test_adaptation import OWN_CHECK, PIXEL, SPARSE
from .test_examples import EXAMPLES

PAGE = (Path(__file__).parents[3] / "docs" / "adapt.md").read_text(encoding="utf-8")
TABLES = re.findall(r"^```toml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
FILES = [text for text in TABLES if "[[edit]]" not in text]
(MODULE,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


WISHES = re.findall(r"^\| \[(.+?)\]\(#(.+?)\) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, flags=re.MULTILINE)


def beside(folder: Path) -> None:
    """The files that the page names."""
    (folder / "grey_checks.py").write_text(MODULE)
    (folder / "sparse_checks.py").write_text(OWN_CHECK.replace('"data"', '"sparse"'))
    (folder / "sparse.py").write_text(SPARSE)
    (folder / "logo.png").write_bytes(PIXEL)


@cache
def notebook(assignment: Assignment) -> str:
    return render_notebook(assignment, solutions=True)


@pytest.mark.parametrize("text", FILES)
def test_every_file_of_the_page_is_right(text: str, tmp_path: Path) -> None:
    """With what lies beside it, the check of the page included."""
    beside(tmp_path)
    assert course(text, tmp_path).checks


@pytest.mark.parametrize("row", WISHES, ids=[row[1] for row in WISHES])
def test_the_table_of_wishes_is_true(row: tuple[str, ...], tmp_path: Path) -> None:
    """Of each wish: the files that its section names, the lines that it shows, and what is handed out anew."""
    wish, anchor, files, lines, commands = row
    section = next(
        each for each in PAGE.split("\n## ") if re.sub(r"\W+", "-", each.partition("\n")[0].lower()) == anchor
    )
    text = re.findall(r"^```toml\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)[0]
    beside(tmp_path)
    wanted = course(text, tmp_path)
    handed_out = {"bundle": lambda each: each.packed, "course": lambda each: (notebook(each), course_config(each))}
    changed = [name for name, made in handed_out.items() if made(wanted) != made(ASSIGNMENT)]
    assert commands == ", ".join(f"`{name}`" for name in changed)
    assert int(lines.removesuffix(" each")) == len([line for line in text.splitlines() if line])
    named = re.findall(r'"([a-z_]+\.(?:py|png))"', text)
    assert files in (", ".join(f"`{name}`" for name in ("course.toml", *named)), "`first.toml`, `second.toml`"), wish


def test_the_sample_of_the_page_is_one_of_the_example() -> None:
    """Word for word."""
    (sample,) = (text for text in TABLES if text not in FILES)
    assert sample == (EXAMPLES / "own-part" / "samples" / "no_penalty.toml").read_text(encoding="utf-8")


def test_what_the_page_shows_is_printed() -> None:
    """Lines of `aelab course show`, and the line for a mistake."""
    text = '# mine\ntitle = "Week 6: autoencoders"\n[points]\ntotal = 50\n'
    shown = {each.key: each for each in settings_of(course(text), read_course(Path("course.toml"), text))}
    for key in ("title", "points.data.batches_shuffle_samples", "thresholds.accuracy"):
        assert re.search(rf"^{key} +{shown[key].value}  \({shown[key].source}\)$", PAGE, flags=re.MULTILINE)
    with pytest.raises(CourseError) as caught:
        course('\n\nparts = ["vea"]')
    assert f"aelab: {caught.value}\n" in PAGE

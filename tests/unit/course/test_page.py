"""docs/adapt.md is true: each of its files is right, and what it shows is what is printed."""

import re
from pathlib import Path

import pytest

from grader.course.reading import CourseError, read_course
from grader.course.showing import settings_of

from . import course
from .test_adaptation import OWN_CHECK, PIXEL, SPARSE
from .test_examples import EXAMPLES

PAGE = (Path(__file__).parents[3] / "docs" / "adapt.md").read_text(encoding="utf-8")
TABLES = re.findall(r"^```toml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
FILES = [text for text in TABLES if "[[edit]]" not in text]
(MODULE,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", FILES)
def test_every_file_of_the_page_is_right(text: str, tmp_path: Path) -> None:
    """With what lies beside it, the check of the page included."""
    (tmp_path / "grey_checks.py").write_text(MODULE)
    (tmp_path / "sparse_checks.py").write_text(OWN_CHECK.replace('"data"', '"sparse"'))
    (tmp_path / "sparse.py").write_text(SPARSE)
    (tmp_path / "logo.png").write_bytes(PIXEL)
    assert course(text, tmp_path).checks


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

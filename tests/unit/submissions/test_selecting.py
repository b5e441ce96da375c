"""Some of a class, by name."""

from pathlib import Path

import pytest

from grader.submissions.handed_in import HandedIn
from grader.submissions.selecting import NoSuchStudent, named

CLASS = [HandedIn(name, Path(name), student) for name, student in
         (("Ada Lovelace_12", "12"), ("bob", "bob"), ("lab05.ipynb", ""))]  # fmt: skip


def test_a_student_has_an_id_and_the_name_of_the_submission() -> None:
    """Either will do; the order is that of the class, and who is named twice is there once."""
    assert [each.name for each in named(CLASS, ["bob", "12", "Ada Lovelace_12"])] == ["Ada Lovelace_12", "bob"]
    assert named(CLASS, ["lab05.ipynb"]) == (CLASS[2],)


def test_a_name_that_nobody_has_is_answered_with_the_nearest() -> None:
    """Or with the way to see all of them."""
    with pytest.raises(NoSuchStudent, match=r"^nobody called 'bop' handed in; did you mean 'bob'\?$"):
        named(CLASS, ["12", "bop"])
    with pytest.raises(NoSuchStudent, match="`aelab collect` lists who did"):
        named(CLASS, [""])

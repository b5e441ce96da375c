"""samples/*.toml beside a course.toml: read, refused, and made into submissions."""

from pathlib import Path

import pytest

from grader.course.finding import find
from grader.course.reading import CourseError
from grader.course.samples import read_samples
from grader.course.trial import SOLUTION, STUBS
from grader.release.trial import trial_sources, write_trial

from .test_examples import EXAMPLES

RIGHT = 'summary = "Wrong."\ncode = "own.wrong"\n[[edit]]\nmodule = "sparse.py"\nold = "1"\nnew = "2"\n'


def test_a_trial_has_the_solution_the_stubs_and_each_sample(tmp_path: Path) -> None:
    """The stubs are those of the tried part alone, and a sample differs from the solution in its edits."""
    file = EXAMPLES / "own-part" / "course.toml"
    samples = read_samples(file)
    sources = trial_sources(find(file=file), ["sparse"], samples)
    assert list(sources) == [SOLUTION, STUBS, "exchanged_coins", "frozen_codes", "no_penalty"]
    solved = sources[SOLUTION]
    assert [name for name, text in sources[STUBS].items() if text != solved[name]] == ["sparse.py"]
    assert "tf.stop_gradient" in sources["frozen_codes"]["sparse.py"]
    places = write_trial(tmp_path, sources)
    assert (places["no_penalty"] / "sparse.py").read_text() == sources["no_penalty"]["sparse.py"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("summary", "this is not TOML"),
        (RIGHT.replace("own.wrong", "wrong"), "code: string should match pattern"),
        (RIGHT.replace("old", "odl"), "edit 0, old: field required"),
        (RIGHT.partition("[[")[0], "edit: field required"),
    ],
)
def test_a_sample_that_cannot_be(text: str, said: str, tmp_path: Path) -> None:
    """Is one line with the file and the key."""
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "bad.toml").write_text(text)
    with pytest.raises(CourseError, match=said) as caught:
        read_samples(tmp_path / "course.toml")
    assert str(caught.value).startswith(f"{tmp_path}/samples/bad.toml: ")


@pytest.mark.parametrize(("solution", "times"), [("one", 0), ("11", 2)])
def test_an_edit_applies_once(solution: str, times: int, tmp_path: Path) -> None:
    """Else the solution has changed, and the sample with it."""
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "old.toml").write_text(RIGHT)
    (sample,) = read_samples(tmp_path / "course.toml")
    with pytest.raises(CourseError, match=rf"samples/old.toml: sparse.py has {times} times the text '1'; it must be"):
        sample.sources({"sparse.py": solution})

"""Copied code is found under other names, in other parts, other forms and other years; given code is not."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.notebook import render_notebook
from grader.release.solutions import strip_solutions
from grader.similarity import pairs as pairs_module
from grader.similarity.page import similarity_page
from grader.similarity.pairs import Work, read_works, similar_pairs

from ..render.samples import HOSTILE

SOLVED = ASSIGNMENT.reference_sources()
EMPTY = {name: strip_solutions(text, name) for name, text in SOLVED.items()}

OWN = '''
def rank_batches(scores, rate):
    """How a student might order batches, like nothing in the lab."""
    table = {}
    for position, score in enumerate(scores):
        if score > rate and position % 3:
            table[position] = [score ** 2, score - rate, {"kept": True}]
        elif score < 0:
            table.setdefault(-position, []).append((score, rate, position // 2))
    while table and len(table) > 7:
        oldest = min(table, key=lambda key: abs(key) + table[key][0])
        del table[oldest]
    return sorted(table.items(), key=lambda pair: pair[1][1], reverse=rate > 1)
'''
RENAMED = OWN.replace("scores", "liste").replace("table", "t").replace("rank_batches", "f").replace("position", "i")
OTHER = '''
class Meter:
    """Another student's helper."""

    def __init__(self, width):
        self.width, self.seen = width, []

    def add(self, value):
        self.seen = [*self.seen[-self.width :], value]
        return sum(self.seen) / max(1, len(self.seen))

    def __str__(self):
        return " | ".join(f"{value:.3f}" for value in reversed(self.seen) if value is not None)
'''


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)


@pytest.fixture(autouse=True, scope="module")
def given_once() -> Iterator[None]:
    """The passages of the templates, which take a second to find, are found once for all tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pairs_module, "_given_hashes", cache(pairs_module._given_hashes))
        yield


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """A class of four on the templates, two of whom share a function; and one of them a year before."""
    write(tmp_path / "class" / "ada", EMPTY | {"data.py": EMPTY["data.py"] + OWN})
    write(tmp_path / "class" / "bob", EMPTY | {"vae.py": EMPTY["vae.py"] + "# mine!\n" + RENAMED})
    write(tmp_path / "class" / "eve", EMPTY | {"data.py": EMPTY["data.py"] + OTHER})
    write(tmp_path / "class" / "fay", EMPTY)
    write(tmp_path / "class" / "gus", {"essay.txt": "nothing"})
    write(tmp_path / "2025" / "dan", EMPTY | {"pictures.py": EMPTY["pictures.py"] + OTHER})
    return tmp_path


def test_shared_code_is_found_and_given_code_is_not(school: Path) -> None:
    """Renamed, commented, in another part; those who share only the templates are no pair."""
    works, unread = read_works(ASSIGNMENT, school / "class")
    (pair,) = similar_pairs(ASSIGNMENT, works)
    assert {pair.first.name, pair.second.name} == {"ada", "bob"}
    assert pair.share > 0.8
    assert unread == ["gus"]


def test_the_common_lines_are_those_that_were_copied(school: Path) -> None:
    """Most lines of the function are marked, and none of the first template line."""
    (pair,) = similar_pairs(ASSIGNMENT, read_works(ASSIGNMENT, school / "class")[0])
    lines = pair.first.text.split("\n")
    common = {lines[number].strip() for number in pair.lines[0]}
    copied = {line.strip() for line in OWN.split("\n") if line.strip() and '"""' not in line}
    assert len(common & copied) > 0.7 * len(copied)
    assert lines[0] not in common


def test_earlier_years_are_compared_with_this_one(school: Path) -> None:
    """But not among themselves, and the page says which year."""
    works, old = read_works(ASSIGNMENT, school / "class")[0], read_works(ASSIGNMENT, school / "2025", "2025")[0]
    pairs = similar_pairs(ASSIGNMENT, works, [*old, *old])
    assert {(p.first.name, p.second.name) for p in pairs} == {("ada", "bob"), ("eve", "dan")}
    assert "dan (2025)" in similarity_page(pairs, 5)


def test_a_notebook_and_modules_are_compared(school: Path) -> None:
    """The same solution in both forms is found; the templates in both forms are not."""
    notebook = render_notebook(ASSIGNMENT, solutions=True)
    write(school / "forms" / "ida", SOLVED)
    write(school / "forms" / "joe", {"lab05.ipynb": notebook})
    write(school / "forms" / "kim", {"lab05.ipynb": render_notebook(ASSIGNMENT, solutions=False)})
    (pair,) = similar_pairs(ASSIGNMENT, read_works(ASSIGNMENT, school / "forms")[0])
    assert {pair.first.name, pair.second.name} == {"ida", "joe"}
    assert pair.share > 0.9


def test_the_page_shows_text_and_nothing_else() -> None:
    """Names and code of submissions are escaped and freed of control characters."""
    attack = "".join(HOSTILE)
    text = OWN + "\n" + "\n".join(f"# {line}" for line in attack.splitlines())
    pairs = similar_pairs(ASSIGNMENT, [Work(attack, "", text), Work("bob", attack, RENAMED)])
    page = similarity_page(pairs, 2, [attack])
    assert len(pairs) == 1
    assert "<script>" not in page
    assert not any(character in page for character in "\x1b\u202e\x07")
    assert "<mark>" in page


def test_nothing_in_common_is_said() -> None:
    """A page without pairs says so."""
    assert similar_pairs(ASSIGNMENT, [Work("a", "", OWN), Work("b", "", OTHER)]) == []
    assert "No two of them" in similarity_page([], 2)

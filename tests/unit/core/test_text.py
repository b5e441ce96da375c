"""Folder names and printable texts, with names as hostile as file systems and zip archives allow."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.text import FOLDER_BYTES, folder_name, listed, login, one_line, printable

from ..render.samples import HOSTILE

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=60)  # lone surrogates included


@pytest.mark.parametrize(
    "name",
    ["alice", "Müller-Lüdenscheidt", "group 7", "s123456", "a.b_c", "ada@example.org", "o'brien@uni.edu", "李雷"],
)
def test_an_ordinary_name_is_its_own_folder(name: str) -> None:
    """Instructors find a submission under the name it has."""
    assert folder_name(name) == name


CLIMBING = ["", ".", "..", "../../etc", "/root", "a/b", "a\\b", "-rf", " x", "x ", "x.", ".hidden"]
TAKEN = ["CON", "nul.txt", "index.html", "grades.csv", "Gradebook.db", "run.json", "aelab.log"]


@pytest.mark.parametrize("name", [*CLIMBING, *TAKEN, "e\u0301", "a" * 300, "a\x00b", *HOSTILE])
def test_a_hostile_name_becomes_one_plain_component(name: str) -> None:
    """Nothing climbs out of the output folder, hides in it, or takes the place of a file beside the folders."""
    folder = folder_name(name)
    assert folder != name
    assert folder.isascii()
    assert all(character.isalnum() or character in "-_" for character in folder)
    assert folder[0].isalnum() or folder[0] == "_"


@pytest.mark.parametrize("student", ["o'brien@uni.edu", "UNI\\\\ada", "Lovelace, Ada", "=1", "a/b", "x" * 128])
def test_a_login_is_kept_as_it_is(student: str) -> None:
    """A platform finds the student by it."""
    assert login(student) == student


@pytest.mark.parametrize("student", ["x" * 129, "a\x00b", "\udcff", " ada", "", "a\u202eb"])
def test_what_can_be_nobody_s_login_is_replaced(student: str) -> None:
    """No database has to hold it."""
    assert login(student) == folder_name(student) if student else login(student) == ""


@given(ANY_TEXT)
def test_any_name_gives_a_folder_that_every_file_system_takes(name: str) -> None:
    """Encodable, short, one component, no control characters, the same each time."""
    folder = folder_name(name)
    assert 0 < len(folder.encode()) <= FOLDER_BYTES
    assert folder not in (".", "..")
    assert not any(unicodedata.category(c).startswith("C") or c in '/\\:*?"<>|' for c in folder)
    assert folder == folder_name(name)


@given(st.lists(ANY_TEXT, unique=True, max_size=8))
def test_different_names_never_share_a_folder(names: list[str]) -> None:
    """A submission cannot overwrite the report of another by its name, not even by taking the name of a result."""
    everything = set(names) | {folder_name(name) for name in names}
    results = {name: folder_name(name) for name in everything}
    assert len(set(results.values())) == len(everything)


@given(ANY_TEXT, st.integers(2, 50))
def test_printable_text_is_harmless_bounded_and_stable(text: str, limit: int) -> None:
    """Only line breaks are left of the control characters; cleaning twice changes nothing; UTF-8 can encode it."""
    clean = printable(text, limit)
    assert len(clean) <= limit
    assert not any(unicodedata.category(c).startswith("C") for c in clean.replace("\n", ""))
    assert printable(clean, limit) == clean
    clean.encode()


@given(st.characters())
def test_a_character_that_can_be_printed_is_left_as_it_is(character: str) -> None:
    """Of the categories of Unicode: nothing but control, format, private and unassigned characters is changed."""
    category = unicodedata.category(character)
    if not category.startswith(("C", "Z")):
        assert printable(character) == character
    if category in ("Cs", "Co", "Cn"):
        assert printable(f"a{character}b") == "a\N{REPLACEMENT CHARACTER}b"
    if category == "Cf":
        assert printable(f"a{character}b") == "ab"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("\x9b31mred", "red"),
        ("\x1b(Bplain\x1b=", "plain"),
        ("\u202eabc\u2066\u200b", "abc"),
        ("one\r\ntwo\u2028three\rfour", "one\ntwo\nthree\nfour"),
        ("a\tb", "a    b"),
        ("caf\udce9", "caf\ufffd"),
        ("28 × 28 – ß 李", "28 × 28 – ß 李"),
    ],
)
def test_terminal_sequences_leave_as_a_whole(text: str, expected: str) -> None:
    """The parameters of an escape sequence go with it, ordinary writing of any language stays."""
    assert printable(text) == expected


def test_a_cut_text_says_so() -> None:
    """A reader can tell a text that ended from one that was cut, also when it is far longer than the limit."""
    assert printable("abcdef", 4) == "abc…"
    assert printable("\x00" * 100 + "abc", 4) == "…"
    assert len(printable("x" * 10**6, 100)) == 100


def test_one_line_is_never_empty_and_never_two() -> None:
    """A name made of nothing visible is still something to click on."""
    assert one_line("\u202e\x00 \n") == "(unnamed)"
    assert one_line(" a\n b\u2029c ") == "a b c"


INTRODUCERS = ["\x9d", "\x90", "\x98", "\x9e", "\x9f", "\x9b", "\x1b", "\x1b]", "\x1b[", "\x1bP", "\x1b(", "\x9d\x1b]"]


def seconds_for(text: str) -> float:
    """Of this thread alone, so that a busy machine does not count."""
    start = time.thread_time()
    printable(text, len(text))
    return time.thread_time() - start


@pytest.mark.parametrize("filler", ["", "a", "0;", " "])
@pytest.mark.parametrize("introducer", INTRODUCERS)
def test_unfinished_sequences_take_no_time(introducer: str, filler: str) -> None:
    """80,000 characters of sequences that begin and never end are cleaned at once: time grows with the length only."""
    task = introducer + filler
    assert seconds_for(task * (80_000 // len(task))) < 0.5


@pytest.mark.parametrize("introducer", INTRODUCERS)
@pytest.mark.parametrize("filler", ["a", "0", " ", ";"])
def test_one_unfinished_sequence_takes_no_time(introducer: str, filler: str) -> None:
    """The same for a single one with parameters without end, and for many at the end of a long text."""
    assert seconds_for(introducer + filler * 80_000) < 0.5
    assert seconds_for(filler * 40_000 + introducer * 10_000) < 0.5


@pytest.mark.parametrize("introducer", INTRODUCERS)
def test_the_time_for_a_text_grows_with_its_length(introducer: str) -> None:
    """Four times the text takes about four times as long, not sixteen."""
    short, long = (min(seconds_for(introducer * n) for _ in range(3)) for n in (10_000, 40_000))
    assert long < 9 * short + 0.05


def test_a_command_that_begins_within_another_leaves_too() -> None:
    """Terminals drop the first one; its text may stay, what steers may not."""
    assert printable("a\x9dfirst\x9dsecond\x07b") == "afirstb"
    assert printable("a\x9dtitle\x9cb\x9dtitle\x1b\\c\x9d") == "abc"


def test_a_list_that_is_cut_says_so() -> None:
    """And by how many."""
    assert listed(["a", "b"], 2) == "a, b"
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"

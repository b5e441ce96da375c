"""Tables as an 80-column terminal without colours shows them."""

import re
from dataclasses import replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from grader.autoencoders.assignment import ASSIGNMENT
from grader.render.terminal import check_table, grades_table, plain_text

from . import samples


def shown(table: Table, width: int = 80) -> str:
    """What a terminal of that width without colours prints."""
    stream = StringIO()
    Console(file=stream, width=width, color_system=None, force_terminal=False).print(table)
    return stream.getvalue()


def test_a_class_fits_in_80_columns() -> None:
    """Every part, every score and the reason why a score is not final."""
    text = shown(grades_table(ASSIGNMENT, samples.class_of_seven()))
    assert max(map(cell_len, text.splitlines())) <= 80
    assert "19.5" in text
    assert "67.5" in text
    assert "/100" in text
    assert "could not" in text
    assert "97+" in text


def test_a_grade_that_is_not_final_does_not_look_like_one() -> None:
    """No zero for what nobody measured."""
    text = shown(grades_table(ASSIGNMENT, (samples.unreadable(), samples.solved())))
    line = next(line for line in text.splitlines() if "kurt" in line)
    assert "0" not in line
    assert "–" in line


def test_checks_fit_in_80_columns_and_say_all() -> None:
    """The outcome in words, the sentence, what was measured, the next step and the points, without colours."""
    text = shown(check_table(ASSIGNMENT, samples.struggling().checks))
    assert max(map(cell_len, text.splitlines())) <= 80
    flat = " ".join(text.split())
    outcomes = ["✗ failed", "✓ passed", "– skipped", "○ to do"]
    numbers = ["Expected: 543.4", "Measured: 0.6931", "1.5/3", "19.5/24"]
    for expected in [*outcomes, "the ratio is", "Next: Sum over", *numbers]:
        assert expected in flat


@pytest.mark.parametrize("width", [40, 80, 200])
def test_hostile_texts_neither_colour_nor_break_a_table(width: int) -> None:
    """No escape sequence, no markup of the table's own language, no line beyond the width."""
    for table in (
        grades_table(ASSIGNMENT, (samples.hostile(), samples.hostile("[red]x"))),
        check_table(ASSIGNMENT, samples.hostile().checks),
    ):
        text = shown(table, width)
        assert not set("\x1b\x00\x07\x08\u202e\u2066\udcff\r") & set(text)
        assert "[red]" in text or "[bold" in text.replace("\n", "") or width == 40
        assert max(map(cell_len, text.splitlines())) <= width


def test_plain_text_says_the_same_in_narrow_lines() -> None:
    """One line or more for every check, at most 80 characters each."""
    text = plain_text(ASSIGNMENT, samples.struggling().checks)
    assert max(map(len, text.splitlines())) <= 80
    assert len(re.findall(r"^  [✓✗–○!] ", text, re.MULTILINE)) == len(ASSIGNMENT.checks)
    assert "Next: Sum over" in text
    assert "Autoencoder: 19.5/24 points" in text
    assert not set("\x1b\x00\x07\u202e") & set(plain_text(ASSIGNMENT, samples.hostile().checks))


def test_a_single_part_and_nothing_at_all() -> None:
    """A self-check of one part, and of none."""
    one_part = [check for check in samples.solved().checks if check.part == "data"]
    assert "6/6" in shown(check_table(ASSIGNMENT, one_part))
    assert plain_text(ASSIGNMENT, []) == ""
    assert "submission" in shown(grades_table(ASSIGNMENT, []))


def test_a_librarys_own_words_are_one_line_at_the_end() -> None:
    """Cut and cleaned: the message above says the same in the words of the lab."""
    failed = replace(samples.struggling().checks[0], parameters={"original": "In\x1b[31m a\nnode " + "x" * 1000})
    shown = plain_text(ASSIGNMENT, [failed])
    assert "The library said: In a node xxx" in " ".join(shown.split())
    assert shown.count("x") < 200
    assert "The library said" not in plain_text(ASSIGNMENT, [replace(failed, parameters={})])

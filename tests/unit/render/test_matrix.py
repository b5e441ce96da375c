"""The table of submissions by checks."""

import re
from dataclasses import replace

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import Outcome
from grader.render.matrix import matrix
from grader.render.pages import class_page, student_page

from . import samples
from .test_pages import Page


def test_every_outcome_has_its_cell_in_the_order_of_the_lab() -> None:
    """A column a check, whatever the order of records, and a row a submission."""
    shuffled = replace(samples.struggling(), checks=samples.struggling().checks[::-1])
    table = matrix(ASSIGNMENT, [shuffled, samples.solved()])
    assert table.checks == tuple(check.id for check in ASSIGNMENT.checks)
    assert sum(width for _, width in table.parts) == len(ASSIGNMENT.checks)
    found = re.findall(r'<td class="(\w+)"', table.rows[0].cells)
    assert found == [check.outcome.value for check in samples.struggling().checks]


def test_what_has_not_passed_leads_to_its_place_on_the_page() -> None:
    """The link's fragment is an anchor of that submission's page; a glyph alone has a word for who cannot see it."""
    reports = [samples.struggling(), samples.grader_fault(), samples.solved()]
    table = matrix(ASSIGNMENT, reports)
    for report, row in zip(reports, table.rows, strict=True):
        links = re.findall(r'href="([^"#]+)#([^"]+)" aria-label="([^"]+)"', row.cells)
        assert [check for _, check, _ in links] == [c.id for c in report.checks if c.outcome is not Outcome.PASSED]
        anchors = {attrs["id"] for _, attrs in Page(student_page(ASSIGNMENT, report)).elements if "id" in attrs}
        assert {check for _, check, _ in links} <= anchors
        assert {page for page, _, _ in links} <= {f"{report.submission}/index.html"}


def test_filtering_knows_what_has_not_passed() -> None:
    """The numbers of these columns, in a data attribute of the row."""
    row = matrix(ASSIGNMENT, [samples.half()]).rows[0]
    expected = [n for n, check in enumerate(samples.half().checks) if check.outcome is not Outcome.PASSED]
    assert list(map(int, row.not_passed.split())) == expected
    assert f'data-open="{row.not_passed}"' in class_page(ASSIGNMENT, [samples.half()])


def test_a_submission_of_other_checks_has_empty_cells() -> None:
    """Reports of an earlier lab, or of single parts, fit into the same table."""
    partial = replace(samples.solved("partial"), checks=samples.solved().checks[:2])
    row = matrix(ASSIGNMENT, [samples.solved(), partial]).rows[1]
    assert row.cells.count("<td></td>") == len(ASSIGNMENT.checks) - 2


def test_an_unread_submission_has_a_row_without_outcomes() -> None:
    """Its name and why, in a table with others."""
    words = " ".join(Page(class_page(ASSIGNMENT, [samples.unreadable(), samples.solved()])).words.split())
    assert words.count("kurt") == words.count("could not be read") == 3

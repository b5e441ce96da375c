"""The instructor's page: what needs a look first, what the class got wrong, and the tables that sort and filter."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from grader.autoencoders.assignment import ASSIGNMENT
from grader.render.pages import class_page, write_pages

from . import samples
from .test_pages import Page


def test_the_instructor_sees_first_what_needs_a_look() -> None:
    """Unreadable before unmeasured, both before all else; what most fail is first among the checks."""
    words = " ".join(Page(class_page(ASSIGNMENT, samples.class_of_seven())).words.split())
    words = words[words.index("Time and failures") :]  # after the list of contents
    order = [
        "Needs you first",
        "kurt",
        "invalid syntax",
        "grace",
        "MemoryError",
        "Distribution",
        "Most common mistakes",
    ]
    order += [
        "Checks by how many did not pass",
        "Submissions Name contains",
        "Points by part",
        "Every check",
        "Time and failures",
    ]
    places = [words.index(text, 20 if text.startswith("Time") else 0) for text in order]
    assert places == sorted(places)
    wrong = words[words.index("Checks by how many did not pass") :]
    assert wrong.index("summed over pixels") < wrong.index("no transposed convolution")
    assert "Median score67.5" in " ".join(Page(class_page(ASSIGNMENT, samples.class_of_seven())).words.split())
    assert "5 of 7 have a final score" in words


def test_links_lead_to_the_pages_that_were_written(tmp_path: Path) -> None:
    """Also for names that need a folder of another name; nothing is written elsewhere."""
    reports = [*samples.class_of_seven(), samples.hostile(), samples.solved("../up"), samples.solved("李 雷 +1")]
    write_pages(ASSIGNMENT, reports, tmp_path / "out")
    targets = set(Page((tmp_path / "out" / "index.html").read_text()).values("a", "href"))
    targets = {target.partition("#")[0] for target in targets} - {""}
    assert len(targets) == len(reports)
    assert all((tmp_path / "out" / unquote(target)).is_file() for target in targets)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_distribution_is_told_in_words() -> None:
    """The picture's description says what its columns show."""
    words = " ".join(Page(class_page(ASSIGNMENT, samples.class_of_seven())).words.split())
    assert "0–9 %: 1; 30–39 %: 1; 60–69 %: 2; 90–100 %: 1." in words


def test_time_and_outcomes_of_each_part() -> None:
    """Seconds are those of its checks in one submission; the longest is named."""
    slow = samples.solved("slow")
    checks = tuple(replace(check, seconds=2.0) if check.part == "data" else check for check in slow.checks)
    words = " ".join(Page(class_page(ASSIGNMENT, [samples.solved(), replace(slow, checks=checks)])).words.split())
    assert "Data2.24.0slow4––––" in words[words.rindex("Time and failures") :]


def test_sorting_begins_with_what_is_there() -> None:
    """A column's number is that of its cell in every row, so that the script sorts by what the heading says."""
    page = Page(class_page(ASSIGNMENT, samples.class_of_seven()))
    columns = [int(attrs["data-column"] or 0) for tag, attrs in page.elements if tag == "th" and "data-column" in attrs]
    starts = [place for place, column in enumerate(columns) if column == 0]
    for start, end in pairwise([*starts, len(columns)]):
        assert columns[start:end] == list(range(end - start))


def test_a_class_graded_without_isolation_says_so() -> None:
    """Next to what needs a look, not only in the footer."""
    assert "without isolation" in class_page(ASSIGNMENT, [replace(samples.solved(), isolation="none")])
    assert "without isolation" not in class_page(ASSIGNMENT, [samples.solved()])


def order_of(text: str, table: str) -> list[str]:
    """What the rows of a table are called, in their order."""
    body = text[text.index(table) :].split("<tbody>")[1].split("</tbody>")[0]
    return re.findall(r'<th scope="row".*?(?:<bdi>|<span class="id quiet">)(.*?)<', body)


def test_tables_are_in_the_order_of_what_they_show_in_bold() -> None:
    """Submissions by score, the unread last, and of equals by name; checks by how many did not pass."""
    text = class_page(ASSIGNMENT, samples.class_of_seven())
    assert order_of(text, 'id="points"') == ["ada", "grace", "blaise", "sophie", "emmy", "charles", "kurt"]
    numbers = [int(number) for number in re.findall(r"<strong>(\d+)</strong> of 6", text)]
    assert len(numbers) > 5
    assert numbers == sorted(numbers, reverse=True)
    assert order_of(text, 'id="matrix"') == ["ada", "blaise", "charles", "emmy", "grace", "kurt", "sophie"]


def test_rows_of_both_tables_go_together() -> None:
    """Filtering hides the same submissions in both, which are in another order."""
    text = class_page(ASSIGNMENT, samples.class_of_seven())
    found = [re.findall(r'data-row="(\d)".*?<bdi>(.*?)<', each) for each in text.split('id="matrix"')]
    assert len(found[0]) == 7
    assert sorted(found[0]) == sorted(found[1])


def test_the_page_is_dated_and_leads_to_what_lies_beside_it(tmp_path: Path) -> None:
    """To no more than that: the gradebook is promised by who writes it next."""
    reports = [samples.solved("ada")]
    write_pages(ASSIGNMENT, reports, tmp_path)
    assert "Graded 1 January 2027, 12:00 UTC" in Page((tmp_path / "index.html").read_text()).words
    assert linked(tmp_path) == []
    (tmp_path / "grades.csv").touch()
    (tmp_path / "similarity.html").touch()
    write_pages(ASSIGNMENT, reports, tmp_path, ("gradebook.db",))
    assert linked(tmp_path) == ["grades.csv", "gradebook.db", "similarity.html"]


def linked(out: Path) -> list[str]:
    targets = Page((out / "index.html").read_text()).values("a", "href")
    return [target for target in targets if "/" not in target and not target.startswith("#")]

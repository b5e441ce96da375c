"""On both tiers no attack gets a point it did not earn, hurts a neighbour, or leaves anything behind."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, Outcome, Status
from grader.isolation import choice, tiers
from grader.isolation.choice import examine
from grader.isolation.fork_server import ForkServer
from grader.render.csv_export import write_grades
from grader.render.pages import write_pages
from grader.render.report_json import report_folder, write_report
from grader.render.terminal import check_table, grades_table, plain_text
from tests.conftest import TIERS
from tests.isolation.attacks import (
    LIMITS,
    Attack,
    Measured,
    Neighbour,
    Target,
    attack_called,
    attacks,
    measure,
    process_of,
    report_of_neighbour,
    temptation,
    without_seconds,
)
from tests.isolation.light_server import light_view

CORPUS = attacks()
RUN = [attack for attack in CORPUS if attack.status is Status.GRADED]
NEVER_RUN = [attack for attack in CORPUS if attack.status is Status.UNREADABLE]
EVERY = 15  # after so many attacks a right submission is graded in a new process


@dataclass
class Ground:
    """Where attacks take place: a fork server, what is worth attacking, and a right submission beside them."""

    server: ForkServer
    target: Target
    neighbour: Neighbour
    untouched: list[CheckResult]
    measured: dict[str, Measured] = field(default_factory=dict)

    def attack(self, attack: Attack) -> Measured:
        """What came of an attack, which takes place once."""
        if attack.name not in self.measured:
            self.measured[attack.name] = measure(attack, self.server, self.target)
            if len(self.measured) % EVERY == 0:
                assert report_of_neighbour(self.server) == self.untouched, (
                    f"a neighbour's report changed after {attack.name}"
                )
        return self.measured[attack.name]


@pytest.fixture(scope="module", params=TIERS)
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    server = request.getfixturevalue("server" if request.param == "best" else "second_server")
    with temptation() as target:
        untouched = report_of_neighbour(server)
        neighbour = Neighbour(server)
        target.fork_server, target.sibling = process_of(server), neighbour.process
        yield Ground(server, target, neighbour, untouched)
        neighbour.close()


def test_the_corpus_is_large_and_complete() -> None:
    """There are at least 45 attacks. Each says what it tries and names the defence that stops it."""
    assert len(CORPUS) >= 45
    assert all(attack.tries.endswith(".") and attack.defence for attack in CORPUS)


def test_the_neighbour_earns_all_points(ground: Ground) -> None:
    """The submission whose reports are compared is a right one."""
    assert [result.outcome for result in ground.untouched] == [Outcome.PASSED, Outcome.PASSED]


@pytest.mark.parametrize("attack", RUN, ids=lambda attack: attack.name)
def test_an_attack_gets_what_its_answers_are_worth(attack: Attack, ground: Ground) -> None:
    """It has the expected outcomes and score, gets nothing that it wanted, leaves nothing behind, and ends in time."""
    measured = ground.attack(attack)
    assert measured.wins == ()
    assert measured.status is Status.GRADED
    assert measured.outcomes == attack.outcomes, [(r.id, r.message) for r in measured.results]
    assert measured.score == attack.score
    assert measured.seconds < attack.seconds


@pytest.mark.parametrize("attack", NEVER_RUN, ids=lambda attack: attack.name)
def test_what_is_no_submission_is_not_read(attack: Attack) -> None:
    """Archives, links and special files that are traps are refused with one line, and neither run nor unpacked."""
    with temptation() as target:
        measured = measure(attack, ForkServer(tiers.best(), None, LIMITS), target)  # type: ignore[arg-type]  # not started
    assert measured.status is Status.UNREADABLE
    assert measured.wins == ()
    assert measured.problem
    assert len(measured.problem.splitlines()) == 1
    assert measured.seconds < 15


def test_a_neighbour_lives_through_all_attacks(ground: Ground) -> None:
    """A right submission whose process runs before and during all attacks gets the same report after them."""
    assert ground.neighbour.report() == ground.untouched
    assert report_of_neighbour(ground.server) == ground.untouched


def test_the_fork_server_survives_all_attacks(ground: Ground) -> None:
    """It is still the same process, and it answers."""
    assert process_of(ground.server) == ground.target.fork_server
    assert ground.server.is_alive()


@pytest.mark.parametrize("attack", [a for a in RUN if a.shown], ids=lambda attack: attack.name)
def test_hostile_text_is_harmless_wherever_it_is_shown(attack: Attack, ground: Ground, tmp_path: Path) -> None:
    """So are an attack's names and messages, and hostile text as the submission's name."""
    measured = ground.attack(attack)
    results = tuple(replace(r, message=r.message + HOSTILE, hint=HOSTILE + r.hint) for r in measured.results)
    report = replace(measured.report, submission=HOSTILE, checks=results, message=HOSTILE)
    raw = replace(measured.report, submission="plain")
    write_grades(ASSIGNMENT.part_names, [report, raw], tmp_path / "grades.csv")
    for one in (report, raw):
        write_report(one, report_folder(tmp_path, one.submission))
    write_pages(ASSIGNMENT, [report, raw], tmp_path)
    texts = {
        str(path): path.read_text(encoding="utf-8")
        for path in tmp_path.rglob("*")
        if path.is_file() and path.suffix != ".png"
    }
    texts["terminal"] = _on_terminal(
        [grades_table(ASSIGNMENT, [report, raw]), check_table(ASSIGNMENT, results), check_table(ASSIGNMENT, raw.checks)]
    )
    texts["plain"] = plain_text(ASSIGNMENT, results) + plain_text(ASSIGNMENT, raw.checks)
    for name, text in texts.items():
        assert not [c for c in text if c in FORBIDDEN], name
        if name.endswith(".html"):
            assert "<script>alert" not in text, name
            assert "<img src=x" not in text, name
            assert 'onerror="' not in text, name
    for row in csv.reader(StringIO(texts[str(tmp_path / "grades.csv")])):
        assert not [value for value in row if value.startswith(("=", "+", "-", "@"))]
    assert all(path.resolve().is_relative_to(tmp_path) for path in tmp_path.rglob("*"))


HOSTILE = (
    '=1+1\x1b[2J\x1b]0;t\x07<script>alert(1)</script><img src=x onerror="x">'
    "\u202eevil\u2066\u200b\x00\x9b31m{{ 7 * 7 }}/../.."
)
CONTROL = {chr(code) for code in (*range(32), *range(127, 160)) if chr(code) != "\n"}
DIRECTIONS = {
    "\u200b",
    "\u200e",
    "\u200f",
    "\ufeff",
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
}
FORBIDDEN = CONTROL | DIRECTIONS


def _on_terminal(tables: list) -> str:
    console = Console(file=StringIO(), force_terminal=False, width=80)
    for table in tables:
        console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["answer_with_a_long_type", "exception_that_fights_back"])
def test_long_text_is_cut(name: str, ground: Ground, tmp_path: Path) -> None:
    """Half a megabyte of text in place of a word does not make a report of half a megabyte."""
    report = ground.attack(attack_called(name)).report
    write_report(report, tmp_path)
    write_pages(ASSIGNMENT, [report], tmp_path)
    sizes = {path.name: path.stat().st_size for path in tmp_path.rglob("*") if path.suffix in (".json", ".html")}
    assert sizes["report.json"] < 50_000
    assert max(sizes.values()) < 200_000


@pytest.mark.parametrize("version", [2, 4])
def test_the_canary_finds_no_way_out_on_older_kernels(version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the Landlock of Debian 12 (2) and Ubuntu 24.04 (4), other defences of the best tier hold what it lacks."""
    monkeypatch.setattr(tiers, "NEWEST_LANDLOCK", version)
    monkeypatch.setattr(choice, "view_of", light_view)
    server, finding = examine(ASSIGNMENT, tiers.best(), LIMITS)
    assert server is not None, finding.reason
    server.close()
    assert finding.holds


def test_reports_do_not_depend_on_when_they_are_made(ground: Ground) -> None:
    """Reports of a neighbour are compared in everything but their seconds."""
    assert without_seconds(ground.untouched) == ground.untouched
    assert all(result.seconds == 0 for result in ground.untouched)

"""`aelab doctor`: what was found is what is shown, in words, for programs and in the exit status."""

import json
import subprocess
import sys
from dataclasses import fields, replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits, limits_of
from grader.isolation import doctor, seccomp, tiers
from grader.isolation import fork_server as server
from grader.isolation.choice import Finding, examine
from grader.isolation.doctor import Diagnosis, Machine, TierFound, advice, describe, diagnose
from grader.render.doctor import diagnosis_text, tier_progress, to_json
from tests.platforms import light_grader
from tests.second_lab import NAME

MACHINE = Machine("Linux 6.1.0", True, "0.8.0", 6, 142)
BEST = TierFound("namespaces+landlock", "bubblewrap", True, "", 13, (), True, 4.25, 0.05, 1.25)
SECOND = replace(BEST, name="landlock+user", description="another user")


def fails(found: TierFound, reason: str) -> TierFound:
    return replace(
        found, holds=False, reason=reason, single_threaded=False, start_seconds=None, fork_seconds=None, pace=None
    )


NO_BEST = fails(BEST, "there is no bubblewrap")
NO_SECOND = fails(SECOND, "only the administrator can grade under another user")


def diagnosis(*found: TierFound, machine: Machine = MACHINE) -> Diagnosis:
    best = next((tier.name for tier in found if tier.holds), "")
    return Diagnosis(best, found, machine, describe(Limits()), advice(machine, found))


def shown(what: Diagnosis) -> str:
    """What a log of 80 columns shows."""
    stream = StringIO()
    Console(file=stream, width=80, force_terminal=False).print(diagnosis_text(what))
    return stream.getvalue()


def test_every_tier_has_its_verdict_and_its_times() -> None:
    """What the canary could do, what the tier consists of, and how long a submission waits."""
    text = " ".join(shown(diagnosis(BEST, NO_SECOND)).split())
    assert text.startswith("✓ submissions are graded under namespaces+landlock")
    assert "none of the canary's 13 attempts succeeded" in text
    assert "one thread, started in 4.2 s, a fork in 0.05 s" in text
    assert "time limits: stretched by 1.25" in text
    assert "✗ does not hold: only the administrator can grade under another user" in text


def test_the_machine_and_every_limit_are_shown() -> None:
    """Limits by the names that --limit takes; a new one needs its meaning here."""
    text = " ".join(shown(diagnosis(BEST, SECOND)).split())
    for part in ("Linux 6.1.0", "root", "bubblewrap 0.8.0", "version 6", "142 instructions", "call_seconds 60 s of"):
        assert part in text
    limits = describe(Limits())
    assert [limit.name for limit in limits] == [field.name for field in fields(Limits)]
    assert all(limit.meaning for limit in limits)
    assert limits_of(f"{limit.name}={limit.value:g}" for limit in limits) == Limits()


def test_an_older_landlock_says_what_it_leaves_to_others() -> None:
    """Version 3 holds files, and knows nothing of TCP and signals."""
    text = " ".join(shown(diagnosis(BEST, SECOND, machine=replace(MACHINE, landlock_abi=3))).split())
    assert "version 3: files, moves between folders, truncation; left to the other defences: TCP, devices" in text


def test_lines_fit_in_80_columns_whatever_a_reason_says() -> None:
    """Also with escape sequences and markup in what a program answered."""
    text = shown(diagnosis(fails(BEST, "[red]x\x1b[31m\u202e " * 100), NO_SECOND))
    assert max(map(cell_len, text.splitlines())) <= 80
    assert not set("\x1b\u202e") & set(text)
    assert "[red]x" in text


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (replace(MACHINE, bubblewrap=""), "apt-get install bubblewrap"),
        (replace(MACHINE, seccomp_instructions=0), "apt-get install libseccomp2"),
        (replace(MACHINE, landlock_abi=0), "5.13"),
        (MACHINE, "SYS_ADMIN"),
        (replace(MACHINE, administrator=False), "as root"),
    ],
)
def test_what_is_missing_is_what_to_install(machine: Machine, words: str) -> None:
    """One line for each thing that is missing; where nothing is, what bubblewrap needs; then the way out."""
    lines = advice(machine, (NO_BEST, NO_SECOND))
    assert words in " ".join(lines)
    assert "--trust-submissions" in lines[-1]


def test_there_is_nothing_to_do_where_the_best_tier_holds() -> None:
    """Also if the second does not: it would not be used."""
    assert advice(MACHINE, (BEST, NO_SECOND)) == ()
    assert "To do" not in shown(diagnosis(BEST, NO_SECOND))
    assert "apt-get install bubblewrap" in advice(replace(MACHINE, bubblewrap=""), (NO_BEST, SECOND))[0]


def test_programs_read_the_same_facts() -> None:
    """One object, with plain values and without anything that is not ASCII."""
    text = to_json(diagnosis(NO_BEST, SECOND))
    record = json.loads(text)
    assert text.isascii()
    assert (record["holds"], record["isolation"]) == (True, "landlock+user")
    assert [(t["name"], t["holds"]) for t in record["tiers"]] == [(BEST.name, False), (SECOND.name, True)]
    assert record["machine"]["landlock_abi"] == 6
    assert {limit["name"]: limit["value"] for limit in record["limits"]}["processes"] == 256


@pytest.mark.parametrize(("found", "status"), [((BEST, SECOND), 0), ((NO_BEST, SECOND), 0), ((NO_BEST, NO_SECOND), 1)])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_exit_status_says_whether_grading_can_be_isolated(
    found: tuple[TierFound, ...],
    status: int,
    options: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """0 if any tier holds, 1 if none; plain text where there is no terminal."""
    from grader.cli.main import main

    monkeypatch.setattr(doctor, "diagnose", lambda *_: diagnosis(*found))
    monkeypatch.setattr(sys, "argv", ["aelab", "doctor", *options])
    with pytest.raises(SystemExit) as ended:
        main()
    assert int(ended.value.code or 0) == status
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err
    assert BEST.name in captured.out


def test_every_tier_is_tried_the_best_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that holds is the one that grading uses; the others are tried all the same."""
    told = []
    reasons = {"namespaces+landlock": "no namespaces", "landlock+user": ""}
    monkeypatch.setattr(doctor, "examine", lambda _, tier, limits: (None, Finding(tier, reasons[tier.name])))
    found = diagnose(ASSIGNMENT, Limits(), told.append)
    assert told == list(reasons)
    assert [tier.holds for tier in found.tiers] == [False, True]
    assert (found.isolation, found.holds) == ("landlock+user", True)


def test_what_the_canary_could_do_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tier that the canary gets out of does not hold."""
    escapes = ("open a network socket", "be the administrator")
    monkeypatch.setattr(doctor, "examine", lambda _, tier, limits: (None, Finding(tier, escapes=escapes)))
    found = diagnose(ASSIGNMENT, Limits(), lambda _: None)
    assert not found.holds
    assert "the canary could open a network socket, be the administrator" in " ".join(shown(found).split())


@pytest.fixture
def no_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    """No program is found where a fork server is started from."""
    real = server.environment
    monkeypatch.setattr(server, "environment", lambda own_mount: real(own_mount) | {"PATH": "/nonexistent"})


@pytest.mark.usefixtures("no_bubblewrap")
def test_without_bubblewrap_the_best_tier_says_what_to_install() -> None:
    """Found by trying, in one line, and shown as missing among the facts."""
    running, finding = examine(ASSIGNMENT, tiers.best(), Limits())
    assert running is None
    assert finding.reason == "there is no bubblewrap (Debian: apt-get install bubblewrap)"
    assert doctor.bubblewrap_version() == ""


def test_without_libseccomp_no_tier_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is looked for before anything is started."""

    def fail() -> bytes:
        raise RuntimeError("Unable to find libseccomp")

    monkeypatch.setattr(seccomp, "program", fail)
    found = diagnose(ASSIGNMENT, Limits(), lambda _: None)
    assert not found.holds
    assert found.machine.seccomp_instructions == 0
    assert "libseccomp2" in found.advice[0]


def test_a_terminal_shows_which_tier_is_tried() -> None:
    """A moving line there; nothing in a log."""
    for is_terminal, expected in ((True, True), (False, False)):
        stream = StringIO()
        with tier_progress(Console(file=stream, force_terminal=is_terminal, width=80)) as progress:
            progress("landlock+user")
        assert (len(stream.getvalue()) > 0) is expected


def test_this_machine_is_described_as_it_is() -> None:
    """A real run: the tier that is named holds, its processes are ready, the status agrees, and stderr stays empty.

    TensorFlow in the fork servers would only take time: the canary's verdict on those with it is in test_choice.py.
    """
    light = [sys.executable, "-P", light_grader.__file__, "-P", "-m", "grader", "--assignment", NAME]
    command = [*light, "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    record = json.loads(done.stdout)
    assert done.stderr == ""
    assert done.returncode == (0 if record["holds"] else 1)
    assert record["isolation"] == next((tier["name"] for tier in record["tiers"] if tier["holds"]), "")
    for tier in record["tiers"]:
        assert tier["holds"] == (not tier["reason"]) == tier["single_threaded"]
        assert not tier["holds"] or 0 < tier["fork_seconds"] < tier["start_seconds"]
        assert not tier["holds"] or 1 <= tier["pace"] <= 8

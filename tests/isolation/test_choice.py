"""The best tier that holds is found by a canary that tries to get out, and nothing less is used unasked."""

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.assignment import Assignment
from grader.core.limits import Limits
from grader.isolation import canary, choice, seccomp, tiers
from grader.isolation.choice import TRIES, Finding, NoIsolation, examine, find_tier, open_pool, send_canary
from grader.isolation.fork_server import ForkServer, ProcessLost, environment
from grader.isolation.tiers import Tier
from grader.isolation.view import view_of
from tests.conftest import IS_ROOT
from tests.isolation.light_server import light_server, light_view
from tests.isolation.probing import zygote_of


@pytest.fixture
def no_bubblewrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The program is not installed."""
    monkeypatch.setattr(
        "grader.isolation.fork_server.environment", lambda packages: environment(packages) | {"PATH": str(tmp_path)}
    )


@pytest.fixture
def no_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grader is run by an ordinary user."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """What confines a process is the same without TensorFlow in it."""
    monkeypatch.setattr(choice, "view_of", light_view)


def fork_servers() -> list[psutil.Process]:
    return [p for p in psutil.Process().children(recursive=True) if "grader.isolation.zygote" in " ".join(p.cmdline())]


def test_this_machine_has_the_best_tier() -> None:
    """It has all that the tests of isolation need; the fork server is started and answers."""
    server, findings = find_tier(ASSIGNMENT, Limits())
    try:
        assert server.tier == tiers.best()
        assert server.is_alive()
        assert findings == [Finding(tiers.best())]
    finally:
        server.close()


def test_the_tiers_are_tried_from_the_best_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """The findings on the way are returned; no tier below one that holds is tried."""
    asked: list[Tier] = []

    def found(
        assignment: Assignment, tier: Tier, limits: Limits, private: Iterable[Path]
    ) -> tuple[ForkServer | None, Finding]:
        asked.append(tier)
        if tier.bubblewrap:
            return None, Finding(tier, "no luck")
        return ForkServer(tier, view_of(ASSIGNMENT), limits), Finding(tier)

    monkeypatch.setattr(choice, "examine", found)
    server, findings = find_tier(ASSIGNMENT, Limits())
    assert asked == [tiers.best(), tiers.second()]
    assert server.tier == tiers.second()
    assert [finding.problem for finding in findings] == ["no luck", ""]


@pytest.mark.parametrize("losses", [1, TRIES - 1])
def test_a_canary_that_is_killed_from_outside_is_sent_again(monkeypatch: pytest.MonkeyPatch, losses: int) -> None:
    """A SIGKILL from somewhere says nothing about a tier: the best one is still found."""
    lost = iter(range(losses))

    def send(server: ForkServer, private: object) -> tuple[str, ...]:
        if next(lost, None) is not None:
            raise ProcessLost("the fork server was lost")
        return ()

    monkeypatch.setattr("grader.isolation.choice.send_canary", send)
    server, findings = find_tier(ASSIGNMENT, Limits())
    assert server.tier == tiers.best()
    assert [finding.holds for finding in findings] == [True]


def test_a_tier_that_cannot_be_tried_never_becomes_a_lower_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the canary is killed from outside again and again, nothing is graded, and the second tier is not tried."""
    tried: list[str] = []

    def send(server: ForkServer, private: object) -> tuple[str, ...]:
        tried.append(server.tier.name)
        raise ProcessLost("the fork server was lost")

    monkeypatch.setattr("grader.isolation.choice.send_canary", send)
    with pytest.raises(NoIsolation, match=f"lost, {TRIES} times"):
        find_tier(ASSIGNMENT, Limits())
    assert tried == [tiers.best().name] * TRIES


def test_the_names_of_tiers_are_those_of_the_reports() -> None:
    """They are part of the contract of report.json; each description begins with the name."""
    found = (tiers.best(), tiers.second(), tiers.TRUSTED)
    assert [tier.name for tier in found] == ["namespaces+landlock", "landlock+user", "none"]
    assert all(tier.description.startswith(tier.name) for tier in found)


def test_without_bubblewrap_it_says_what_to_install(no_bubblewrap: None) -> None:
    """The reason is one line, with the command for Debian."""
    server, finding = examine(ASSIGNMENT, tiers.best(), Limits())
    assert server is None
    assert finding.reason == "there is no bubblewrap (Debian: apt-get install bubblewrap)"


def test_without_libseccomp_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started without a seccomp filter."""
    seccomp.program.cache_clear()
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    server, finding = examine(ASSIGNMENT, tiers.best(), Limits())
    assert server is None
    assert finding.reason.startswith("there is no libseccomp (Debian: apt-get install libseccomp2; ")
    assert "\n" not in finding.reason


def test_an_ordinary_user_cannot_grade_under_another(no_root: None) -> None:
    """The finding on the second tier says so before anything is started."""
    before = fork_servers()
    server, finding = examine(ASSIGNMENT, tiers.second(), Limits())
    assert server is None
    assert finding.reason == "only the administrator can grade under another user"
    assert fork_servers() == before


def test_without_any_tier_grading_is_refused(no_bubblewrap: None, no_root: None) -> None:
    """One line names each tier with its reason, `aelab doctor`, and the option that does without isolation."""
    with pytest.raises(NoIsolation) as caught:
        find_tier(ASSIGNMENT, Limits())
    text = str(caught.value)
    assert "namespaces+landlock: there is no bubblewrap" in text
    assert "landlock+user: only the administrator" in text
    assert "`aelab doctor`" in text
    assert "--trust-submissions" in text
    assert "\n" not in text


def test_there_is_no_pool_of_a_lower_tier(no_bubblewrap: None, no_root: None) -> None:
    """Without isolation there is a pool only for trusted submissions, and then nothing is started before it is used."""
    with pytest.raises(NoIsolation), open_pool(ASSIGNMENT, Limits(), 2, trusted=False):
        pass
    before = fork_servers()
    with open_pool(ASSIGNMENT, Limits(), 2, trusted=True) as pool:
        assert pool.tier is tiers.TRUSTED
        assert fork_servers() == before


def test_all_fork_servers_import_at_once(light: None) -> None:
    """When the tier is known to hold, the second one is launched already: `start` makes no other process."""
    before = fork_servers()
    with open_pool(ASSIGNMENT, Limits(), 2, trusted=False) as pool, pool.lend() as one, pool.lend() as other:
        launched = {zygote_of(one), zygote_of(other)}
        assert len(launched) == 2
        (waiting,) = (w for w in (one, other) if not w.is_alive())
        waiting.start()
        assert {zygote_of(one), zygote_of(other)} == launched
    assert fork_servers() == before


def test_what_was_launched_for_a_tier_that_does_not_hold_is_ended(light: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool has the tier that was found, and so have its other fork servers."""
    monkeypatch.setattr(choice, "find_tier", lambda *_: (ForkServer(tiers.TRUSTED, view_of(ASSIGNMENT), Limits()), []))
    before = fork_servers()
    with open_pool(ASSIGNMENT, Limits(), 2, trusted=False) as pool, pool.lend() as one, pool.lend() as other:
        assert (one.tier, other.tier) == (tiers.TRUSTED, tiers.TRUSTED)
    assert fork_servers() == before


def test_where_nothing_can_be_launched_the_reason_is_found_by_trying(no_bubblewrap: None, no_root: None) -> None:
    """Launching ahead is a guess: if it fails, the trial of the tier reports it, once."""
    with pytest.raises(NoIsolation, match="there is no bubblewrap"), open_pool(ASSIGNMENT, Limits(), 2, trusted=False):
        pass


def test_the_folders_of_a_run_are_private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However they were named, the view leaves them out, and the canary is told to look for them."""
    seen: list[list[Path]] = []

    def found(assignment: Assignment, limits: Limits, private: Iterable[Path]) -> tuple[ForkServer, list[Finding]]:
        seen.append(list(private))
        return ForkServer(tiers.TRUSTED, view_of(ASSIGNMENT), limits), []

    monkeypatch.setattr(choice, "find_tier", found)
    (tmp_path / "link").symlink_to(tmp_path / "class")
    (tmp_path / "class").mkdir()
    with open_pool(ASSIGNMENT, Limits(), 1, False, (tmp_path / "link", tmp_path / "class" / ".." / "out")):
        pass
    assert seen == [[tmp_path / "class", tmp_path / "out"]]


LESS = [
    (replace(tiers.best(), landlock=False), "open a network socket"),
    (Tier("user", "user: nothing but another user", other_user=True), "write outside its scratch folder"),
    (replace(tiers.best(), bubblewrap=False, other_user=False), "be the administrator"),
]


LESS = LESS if IS_ROOT else LESS[:1]  # only root can try the others


@pytest.mark.parametrize(("tier", "escape"), LESS, ids=["no landlock", "user alone", "no user"][: len(LESS)])
def test_a_tier_that_the_canary_escapes_does_not_hold(light: None, tier: Tier, escape: str) -> None:
    """The reason names what the canary could do, and its process is ended."""
    before = fork_servers()
    server, finding = examine(ASSIGNMENT, tier, Limits())
    assert server is None
    assert not finding.holds
    assert escape in finding.escapes
    assert finding.reason.startswith("the canary could ")
    assert escape in finding.reason
    assert fork_servers() == before


def test_the_canary_finds_what_is_open(tmp_path: Path) -> None:
    """If it found no way out where nothing confines it, it would find none anywhere."""
    (tmp_path / "grades.csv").write_text("ada,100")
    server = light_server(ASSIGNMENT, tiers.TRUSTED)
    try:
        found = send_canary(server, [tmp_path / "grades.csv"])
    finally:
        server.close()
    always_held = {"read the grader's environment", "use inherited descriptors", "open any number of files",
                   "write files of any size", "take over new privileges"}  # fmt: skip
    if not IS_ROOT:
        always_held.add("be the administrator")
    assert set(canary.ATTEMPTS) - set(found) <= always_held
    assert "read what is secret" in found


def test_the_canary_can_do_nothing_under_the_tiers_that_are_used(each_full_server: ForkServer, tmp_path: Path) -> None:
    """Nor can it read a file of this run; yet it can do all that submissions have to."""
    (tmp_path / "grades.csv").write_text("ada,100")
    assert send_canary(each_full_server, [tmp_path / "grades.csv"]) == ()


def test_a_machine_on_which_submissions_cannot_work_is_reported(
    monkeypatch: pytest.MonkeyPatch, light_best: ForkServer
) -> None:
    """A tier that stops everything is no use: the canary must be able to do what submissions do."""
    from grader.core.expect import GraderFault

    def refuse(channel: object, name: str, *arguments: object, **others: object) -> object:
        return call(channel, name, *arguments, **others) * (name != "works")

    call = choice._call
    monkeypatch.setattr(choice, "_call", refuse)
    with pytest.raises(GraderFault, match="cannot do what submissions have to do"):
        send_canary(light_best)


def test_the_temptation_leaves_nothing() -> None:
    """Its folder and its variable are gone."""
    with choice._temptation() as facts:
        folder = Path(str(facts["outside"]))
        assert folder.stat().st_mode & 0o777 == 0o777
        assert os.environ[choice.VARIABLE] == "secret"
    assert not folder.exists()
    assert choice.VARIABLE not in os.environ

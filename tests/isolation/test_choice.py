"""The best tier that holds is found by a canary that tries to get out, and nothing less is used unasked."""

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.isolation import canary, choice, seccomp, tiers
from grader.isolation.choice import TRIES, Finding, NoIsolation, examine, find_tier, open_pool, send_canary
from grader.isolation.fork_server import ForkServer, ProcessLost, environment
from grader.isolation.tiers import Tier
from grader.isolation.view import view_of
from tests.conftest import IS_ROOT
from tests.isolation.probing import warm_of


@pytest.fixture
def no_bubblewrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The program is not installed."""
    monkeypatch.setattr(
        "grader.isolation.fork_server.environment", lambda own: environment(own) | {"PATH": str(tmp_path)}
    )


@pytest.fixture
def no_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grader is run by an ordinary user."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def warm_processes() -> list[psutil.Process]:
    return [p for p in psutil.Process().children(recursive=True) if "grader.isolation.zygote" in " ".join(p.cmdline())]


def test_this_machine_has_the_best_tier() -> None:
    """With everything the tests of isolation need; the worker is started and serves."""
    server, findings = find_tier(ASSIGNMENT, Limits())
    try:
        assert server.tier == tiers.best()
        assert server.is_alive()
        assert findings == [Finding(tiers.best())]
    finally:
        server.close()


def test_the_tiers_are_tried_from_the_best_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found on the way is told; what is below a tier that holds is not tried."""
    asked: list[Tier] = []

    def found(tier: Tier, limits: Limits, private: Iterable[Path]) -> tuple[ForkServer | None, Finding]:
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
def test_a_canary_that_is_ended_from_outside_is_sent_again(monkeypatch: pytest.MonkeyPatch, losses: int) -> None:
    """Somebody's SIGKILL says nothing about a tier: the best one is still found."""
    lost = iter(range(losses))

    def send(server: ForkServer, private: object) -> tuple[str, ...]:
        if next(lost, None) is not None:
            raise ProcessLost("the warm process was lost")
        return ()

    monkeypatch.setattr("grader.isolation.choice.send_canary", send)
    server, findings = find_tier(ASSIGNMENT, Limits())
    assert server.tier == tiers.best()
    assert [finding.holds for finding in findings] == [True]


def test_a_tier_that_cannot_be_tried_never_becomes_a_lower_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the canary is ended from outside again and again, nothing is graded, and the second tier is not tried."""
    tried: list[str] = []

    def send(server: ForkServer, private: object) -> tuple[str, ...]:
        tried.append(server.tier.name)
        raise ProcessLost("the warm process was lost")

    monkeypatch.setattr("grader.isolation.choice.send_canary", send)
    with pytest.raises(NoIsolation, match=f"lost, {TRIES} times"):
        find_tier(ASSIGNMENT, Limits())
    assert tried == [tiers.best().name] * TRIES


def test_the_names_of_tiers_are_those_of_the_reports() -> None:
    """They are part of the records' contract; each description begins with the name."""
    found = (tiers.best(), tiers.second(), tiers.TRUSTED)
    assert [tier.name for tier in found] == ["namespaces+landlock", "landlock+user", "none"]
    assert all(tier.description.startswith(tier.name) for tier in found)


def test_without_bubblewrap_it_says_what_to_install(no_bubblewrap: None) -> None:
    """In one line, for the system most graders run."""
    server, finding = examine(ASSIGNMENT, tiers.best(), Limits())
    assert server is None
    assert finding.reason == "there is no bubblewrap (Debian: apt-get install bubblewrap)"


def test_without_libseccomp_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started without a filter."""
    seccomp.program.cache_clear()
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    server, finding = examine(ASSIGNMENT, tiers.best(), Limits())
    assert server is None
    assert finding.reason.startswith("there is no libseccomp (Debian: apt-get install libseccomp2; ")
    assert "\n" not in finding.reason


def test_an_ordinary_user_cannot_grade_under_another(no_root: None) -> None:
    """The second tier says so before it starts anything."""
    before = warm_processes()
    server, finding = examine(ASSIGNMENT, tiers.second(), Limits())
    assert server is None
    assert finding.reason == "only the administrator can grade under another user"
    assert warm_processes() == before


def test_without_any_tier_grading_is_refused(no_bubblewrap: None, no_root: None) -> None:
    """One line: each tier and its reason, where to look, and the way out."""
    with pytest.raises(NoIsolation) as caught:
        find_tier(ASSIGNMENT, Limits())
    text = str(caught.value)
    assert "namespaces+landlock: there is no bubblewrap" in text
    assert "landlock+user: only the administrator" in text
    assert "`aelab doctor`" in text
    assert "--trust-submissions" in text
    assert "\n" not in text


def test_a_pool_is_of_the_best_tier_or_not_at_all(no_bubblewrap: None, no_root: None) -> None:
    """Nothing less is used unless the submissions are trusted; then nothing is started before it is needed."""
    with pytest.raises(NoIsolation), open_pool(ASSIGNMENT, Limits(), 2, trusted=False):
        pass
    before = warm_processes()
    with open_pool(ASSIGNMENT, Limits(), 2, trusted=True) as pool:
        assert pool.tier is tiers.TRUSTED
        assert warm_processes() == before


def test_all_warm_processes_import_at_once() -> None:
    """When the tier is known to hold, the second one has been launched: to start it takes no second start."""
    before = warm_processes()
    with open_pool(ASSIGNMENT, Limits(), 2, trusted=False) as pool, pool.lend() as one, pool.lend() as other:
        launched = {warm_of(one), warm_of(other)}
        assert len(launched) == 2
        (waiting,) = (w for w in (one, other) if not w.is_alive())
        waiting.start()
        assert {warm_of(one), warm_of(other)} == launched
    assert warm_processes() == before


def test_what_was_launched_for_a_tier_that_does_not_hold_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool is of the tier that was found, and so are its other workers."""
    monkeypatch.setattr(choice, "find_tier", lambda *_: (ForkServer(tiers.TRUSTED, view_of(ASSIGNMENT), Limits()), []))
    before = warm_processes()
    with open_pool(ASSIGNMENT, Limits(), 2, trusted=False) as pool, pool.lend() as one, pool.lend() as other:
        assert (one.tier, other.tier) == (tiers.TRUSTED, tiers.TRUSTED)
    assert warm_processes() == before


def test_where_nothing_can_be_launched_the_reason_is_found_by_trying(no_bubblewrap: None, no_root: None) -> None:
    """To launch ahead is a guess; that it fails is said once, by the trial of the tier."""
    with pytest.raises(NoIsolation, match="there is no bubblewrap"), open_pool(ASSIGNMENT, Limits(), 2, trusted=False):
        pass


def test_the_folders_of_a_run_are_private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However they were named, the workers' view leaves them out, and the canary is told to look for them."""
    seen: list[list[Path]] = []

    def found(limits: Limits, private: Iterable[Path]) -> tuple[ForkServer, list[Finding]]:
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


LESS = LESS if IS_ROOT else LESS[:1]  # the others are what only root could try


@pytest.mark.parametrize(("tier", "escape"), LESS, ids=["no landlock", "user alone", "no user"][: len(LESS)])
def test_a_tier_out_of_which_the_canary_gets_does_not_hold(tier: Tier, escape: str) -> None:
    """The reason names what it could do, and its process is ended."""
    before = warm_processes()
    server, finding = examine(ASSIGNMENT, tier, Limits())
    assert server is None
    assert not finding.holds
    assert escape in finding.escapes
    assert finding.reason.startswith("the canary could ")
    assert escape in finding.reason
    assert warm_processes() == before


def test_the_canary_sees_what_is_open(tmp_path: Path) -> None:
    """A canary that finds no hole where there is no wall would find none anywhere."""
    (tmp_path / "grades.csv").write_text("ada,100")
    server = ForkServer(tiers.TRUSTED, view_of(ASSIGNMENT), Limits())
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


def test_the_canary_can_do_nothing_under_the_tiers_that_are_used(each_server: ForkServer, tmp_path: Path) -> None:
    """Nor read a file of this run; and it can do all that submissions have to."""
    (tmp_path / "grades.csv").write_text("ada,100")
    assert send_canary(each_server, [tmp_path / "grades.csv"]) == ()


def test_a_machine_on_which_submissions_cannot_work_is_told(
    monkeypatch: pytest.MonkeyPatch, server: ForkServer
) -> None:
    """A wall that lets nothing through is not isolation: the canary must be able to do what submissions do."""
    from grader.core.expect import GraderFault

    def refuse(channel: object, name: str, *arguments: object, **others: object) -> object:
        return call(channel, name, *arguments, **others) * (name != "works")

    call = choice._call
    monkeypatch.setattr(choice, "_call", refuse)
    with pytest.raises(GraderFault, match="cannot do what submissions have to do"):
        send_canary(server)


def test_nothing_of_the_temptation_is_left(server: ForkServer) -> None:
    """Neither its folder nor its variable."""
    with choice._temptation() as facts:
        folder = Path(str(facts["outside"]))
        assert folder.stat().st_mode & 0o777 == 0o777
        assert os.environ[choice.VARIABLE] == "secret"
    assert not folder.exists()
    assert choice.VARIABLE not in os.environ

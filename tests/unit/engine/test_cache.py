"""Kept results: what comes back is what was kept, whole or not at all, and never more than fits."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grader.core.outcomes import CheckResult, Outcome, Picture
from grader.engine.cache import Cache, CacheError, clear, default_path
from grader.engine.tasks import TaskResult

PICTURE = Picture("grid", "digits", np.linspace(0, 1, 28 * 28, dtype=np.float32).reshape(28, 28))
RESULT = CheckResult(
    "vae.x", "vae", 3, 1.5, Outcome.FAILED, "a\x00 message", "a hint", "elbo.sum", "a {ratio}", {"ratio": 2.0},
    {"measured": [1.25, "ä"]}, 0.5, (PICTURE,), {"accuracy": 1 / 3},
)  # fmt: skip
MEASURED = TaskResult((RESULT,), "printed", "said", "")


def large(number: int) -> TaskResult:
    """About 10 kB that do not compress."""
    return TaskResult((), stdout=np.random.default_rng(number).bytes(7000).hex()[:10000])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "measured.sqlite"


def test_what_was_kept_comes_back(path: Path) -> None:
    """To another process, too; a picture in 256 grey values."""
    Cache(path).keep("key", "vae", MEASURED)
    found = Cache(path).find("key")
    assert found is not None
    (result,) = found.results
    np.testing.assert_allclose(result.pictures[0].pixels, PICTURE.pixels, atol=0.5 / 255 + 1e-6)
    assert [getattr(result, f) for f in CheckResult.__dataclass_fields__ if f != "pictures"] == [
        getattr(RESULT, f) for f in CheckResult.__dataclass_fields__ if f != "pictures"
    ]
    assert (found.stdout, found.stderr, found.problem) == ("printed", "said", "")
    assert TaskResult.from_bytes(found.to_bytes()).to_bytes() == found.to_bytes()
    assert Cache(path).find("another") is None


def test_a_damaged_result_is_none(path: Path) -> None:
    """It is measured again."""
    cache = Cache(path)
    cache.keep("key", "vae", MEASURED)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE results SET result = ?", (b"x",))
    assert cache.find("key") is None


def test_what_was_not_used_for_longest_goes_first(path: Path) -> None:
    """There is never more than fits, and what is used stays."""
    cache = Cache(path, largest=100_000)
    for number in range(40):
        cache.keep(str(number), "data", large(number))
        cache.touch(["0"])
    assert cache.find("0") is not None
    assert cache.find("1") is None
    assert cache.find("39") is not None
    info = cache.info()
    assert 50_000 < info.size <= 100_000
    assert info.results == {"data": sum(cache.find(str(n)) is not None for n in range(40))}


def test_a_process_that_is_killed_leaves_whole_results(path: Path) -> None:
    """SIGKILL while it writes: what `keep` returned from is there, and the file is sound."""
    text = (
        "import itertools, sys; from pathlib import Path\n"
        "from grader.engine.cache import Cache; from tests.unit.engine.test_cache import large\n"
        "cache = Cache(Path(sys.argv[1]))\n"
        "for n in itertools.count(): cache.keep(str(n), 'data', large(n)); print(n, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", text, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        kept = [writer.stdout.readline() for _ in range(30)][-1]
        writer.kill()
    cache = Cache(path)
    assert all(cache.find(str(n)) == large(n) for n in range(int(kept) + 1))
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_is_no_database_is_one_clear_line(path: Path) -> None:
    """The line names the file and the way out, which works."""
    path.parent.mkdir()
    path.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(CacheError, match=r"measured.sqlite cannot be used: .*aelab cache clear") as caught:
        Cache(path)
    assert "\n" not in str(caught.value)
    clear(path)
    Cache(path).keep("key", "vae", MEASURED)


def test_facts_are_remembered(path: Path) -> None:
    """The last one counts."""
    assert Cache(path).fact("tier") is None
    Cache(path).remember("tier", "none")
    Cache(path).remember("tier", "better")
    assert Cache(path).fact("tier") == "better"


def test_the_place_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the project's own variable, or by the one for all such folders; it lies in the home folder without either."""
    monkeypatch.setenv("AELAB_CACHE", str(tmp_path / "mine.sqlite"))
    assert default_path() == tmp_path / "mine.sqlite"
    monkeypatch.delenv("AELAB_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_path() == tmp_path / "autoencoder-lab" / "measured.sqlite"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert default_path() == tmp_path / "home" / ".cache" / "autoencoder-lab" / "measured.sqlite"

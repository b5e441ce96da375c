"""What a release is held to: one version, addresses that are set, locks that fit."""

from pathlib import Path
from shutil import copy, copytree

import pytest

from benchmarks import release_check


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the files that are looked at."""
    for name in ("pyproject.toml", "CITATION.cff", "CHANGELOG.md", "addresses.toml", "constraints.txt"):
        copy(release_check.ROOT / name, tmp_path)
    copytree(release_check.ROOT / "locks", tmp_path / "locks")
    monkeypatch.setattr(release_check, "ROOT", tmp_path)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_locks_of_today_fit() -> None:
    """`make locks` was run after the last change of a requirement or of constraints.txt."""
    assert list(release_check.locks()) == []


def test_a_lock_that_does_not_fit_is_named(checkout: Path) -> None:
    """With another version, without a package, and with the address of an index."""
    pinned = release_check.pins("constraints.txt")["rich"]
    edit(checkout / "locks" / "python3.12.txt", f"rich=={pinned}", "rich==1.0")
    edit(checkout / "locks" / "python3.13.txt", "pydantic==", "pedantic==")
    edit(checkout / "locks" / "python3.11.txt", "", "--index-url https://example.org\n")
    assert list(release_check.locks()) == [
        "locks/python3.11.txt has an address, or lacks hashes",
        f"locks/python3.12.txt has rich 1.0, constraints.txt {pinned}",
        "locks/python3.13.txt lacks pydantic",
    ]


def test_addresses_have_to_be_set(checkout: Path) -> None:
    """Each of them; what is set is not asked for again."""
    (checkout / "addresses.toml").write_text('security = "PLACEHOLDER: who"\nrepository = "https://example.org"\n')
    assert list(release_check.addresses()) == ["addresses.toml: security is not set"]


def test_a_release_has_one_version(checkout: Path) -> None:
    """The same everywhere, with its date in the changelog, and nothing that waits for the next one."""
    installed = release_check.version("autoencoder-lab")
    (checkout / "pyproject.toml").write_text(f'[project]\nversion = "{installed}"\n')
    (checkout / "CITATION.cff").write_text(f"version: {installed}\n")
    (checkout / "CHANGELOG.md").write_text(f"## [Unreleased]\n\n## [{installed}] - 2027-01-01\n\n### Added\n")
    assert list(release_check.versions()) == []
    edit(checkout / "CITATION.cff", installed, "9.9")
    edit(checkout / "CHANGELOG.md", " - 2027-01-01", "")
    edit(checkout / "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n- More.\n")
    assert list(release_check.versions()) == [
        f"pyproject.toml says {installed}, CITATION.cff 9.9",
        f"CHANGELOG.md does not begin with `## [{installed}] - YYYY-MM-DD`",
        "CHANGELOG.md has lines under Unreleased",
    ]

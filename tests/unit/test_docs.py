"""The documentation is true of the code: nothing stale, nothing missing, nothing that is not there."""

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from grader.autoencoders.assignment import ASSIGNMENT
from grader.cli.commands_page import render_commands
from grader.cli.main import app
from grader.core.limits import Limits
from grader.isolation.confinement import DEFENCES
from grader.isolation.tiers import TRUSTED, best, second
from grader.release.rubric import render_rubric

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("examples/*/*.md")])
GUIDES = ("instructor-guide.md", "student-guide.md")


def page_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def leaves(command: Any, words: tuple[str, ...] = ("aelab",)) -> Iterator[tuple[str, list[str]]]:
    """Every command that can be run, as it is typed, with its options."""
    below = getattr(command, "commands", None)
    if below is None:
        yield " ".join(words), [o for p in command.params for o in p.opts if o.startswith("--") and o != "--help"]
        return
    for name, inner in below.items():
        yield from leaves(inner, (*words, name))


OPTIONS = dict(leaves(get_command(app)))
COMMANDS = tuple(OPTIONS)


def code_in(text: str) -> str:
    """What a page sets as code: fenced blocks and `spans`, one a line."""
    fenced = re.findall(r"^```[a-z]*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return "\n".join([*fenced, *spans])


def test_rubric_page_is_fresh() -> None:
    """docs/checks.md is what the declared checks render to."""
    stale = "docs/checks.md is stale: run `python -m grader.release.rubric > docs/checks.md`"
    assert (DOCS / "checks.md").read_text(encoding="utf-8") == render_rubric(ASSIGNMENT), stale


def test_commands_page_is_fresh() -> None:
    """docs/commands.md is what the help of the commands renders to."""
    stale = "docs/commands.md is stale: run `python -m grader.cli.commands_page > docs/commands.md`"
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == render_commands(), stale


def test_commands_page_does_not_depend_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is the same in a wide and in a narrow terminal."""
    pages = set()
    for width in ("40", "200"):
        monkeypatch.setenv("COLUMNS", width)
        pages.add(render_commands())
    assert pages == {(DOCS / "commands.md").read_text(encoding="utf-8")}


@pytest.mark.parametrize("command", COMMANDS)
def test_command_explains_itself(command: str) -> None:
    """Every command has a sentence and an example, and every argument and option of it a text, in the reference."""
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    section = re.split(r"^#+ ", page.partition(f"# `{command}`\n")[2], flags=re.MULTILINE)[0]
    assert re.match(r"\n[A-Z].+", section), "no sentence"
    assert f"Example: `{command}" in section
    entries = re.findall(r"^\* `([^`]+)`(: .+)?$", section, flags=re.MULTILINE)
    shown = {word for entry, _ in entries for word in re.findall(r"--[a-z-]+", entry)}
    assert set(OPTIONS[command]) <= shown
    assert [entry for entry, text in entries if not text] == []


def test_every_check_has_a_claim_and_a_place() -> None:
    """Every function that is declared a check has a docstring, and its part a place in the reference of checks."""
    rubric = (DOCS / "checks.md").read_text(encoding="utf-8")
    assert [c.id for c in ASSIGNMENT.checks if not c.sentence.strip() or f"| `{c.id}` |" not in rubric] == []


@pytest.mark.parametrize("package", ["grader", "benchmarks", "tests"])
def test_modules_say_what_they_are_for(package: str) -> None:
    """Every module of ours begins with a docstring; the parts of an assignment begin with their text instead."""
    modules = [path for path in (ROOT / package).rglob("*.py") if path.name != "__init__.py" and is_ours(path)]
    assert modules
    assert [page_name(path) for path in modules if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []


def is_ours(path: Path) -> bool:
    """Whether a module is code of the project, and not a part of an assignment, a made-up student or an attacker."""
    *folders, _ = path.relative_to(ROOT).parts
    is_made_up = folders[:2] == ["tests", "submissions"] and len(folders) > 2
    return not is_made_up and not folders[-1].endswith("_reference")


def test_parts_begin_with_their_text() -> None:
    """Every module of the reference begins with a cell of text."""
    sources = ASSIGNMENT.reference_sources()
    assert [name for name, text in sources.items() if not text.startswith("# %% [markdown]\n# ")] == []


def test_rubric_lists_every_check_once() -> None:
    """Each check has one row with its points and its sentence, and the points add up to 100."""
    rows = re.findall(
        r"^\| `([a-z_]+\.[a-z_]+)` \| (\d+) \| .* \| (.+) \|$", render_rubric(ASSIGNMENT), flags=re.MULTILINE
    )
    assert rows == [(check.id, str(check.points), check.sentence) for check in ASSIGNMENT.checks]
    assert sum(int(points) for _, points, _ in rows) == 100


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_documented(command: str) -> None:
    """A guide for instructors or students shows every command of `aelab`, and its options, as code."""
    shown = "\n".join(code_in((DOCS / name).read_text(encoding="utf-8")) for name in GUIDES)
    missing = [words for words in (command, *OPTIONS[command]) if not re.search(rf"(?<![\w-]){words}(?![\w-])", shown)]
    assert missing == [], f"stand in neither of {GUIDES}"


def test_options_before_the_command_are_documented() -> None:
    """Each of them is shown in a guide, under one of its names."""
    shown = "\n".join(code_in((DOCS / name).read_text(encoding="utf-8")) for name in GUIDES)
    options = [option.opts for option in get_command(app).params if "--help" not in option.opts]
    assert [names for names in options if not any(f"aelab {name}" in shown for name in names)] == []
    assert len(options) == 3


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_commands_on_pages_exist(page: Path) -> None:
    """Every `aelab …` and `make …` that a page shows can be run."""
    shown = code_in(page.read_text(encoding="utf-8"))
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    known = {command.split()[1] for command in COMMANDS} | set(COMMANDS)
    unknown = [f"aelab {name}" for name in re.findall(r"\baelab ([a-z]+)", shown) if name not in known]
    unknown += [
        f"make {name}" for name in re.findall(r"^make ([a-z-]+)", shown, flags=re.MULTILINE) if name not in targets
    ]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link and picture of a page is a file or folder of the repository."""
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    local = [link.partition("#")[0] for link in links if not link.startswith(("https://", "#"))]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_readme_links_every_page() -> None:
    """The README leads to every page of docs/."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page for page in map(page_name, PAGES) if page.startswith("docs/") and f"]({page})" not in text] == []


def test_readme_has_the_points_of_the_parts() -> None:
    """The README's table of parts is in the order of the lab and has the points of the checks."""
    rows = re.findall(
        r"^\| \[`([a-z_]+)`\]\(\S+\) \|.*\| (\d+) \|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert rows == [
        (part, str(sum(c.points for c in ASSIGNMENT.checks if c.part == part))) for part in ASSIGNMENT.part_names
    ]


def test_examples_are_quotations() -> None:
    """The check and the recipe shown in write-a-check.md stand word for word among the checks and the recipes."""
    checks, recipes = ROOT / "grader" / "autoencoders" / "checks", ROOT / "tests" / "submissions" / "recipes"
    sources = [*checks.glob("*.py"), *recipes.glob("*.toml")]
    quoted = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    shown = re.findall(
        r"^```(?:python|toml)\n(.*?)^```", (DOCS / "write-a-check.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(shown) == 2
    assert [block for block in shown if block not in quoted] == []


SECURITY = (DOCS / "security.md").read_text(encoding="utf-8")
ROWS = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in SECURITY.splitlines() if line[:1] == "|"]


def test_security_page_has_every_tier() -> None:
    """Each value that a report's `isolation` can have is explained."""
    for name in (best().name, second().name, TRUSTED.name):
        assert f"`{name}`" in SECURITY


def test_security_page_has_every_limit() -> None:
    """Each limit stands there once, with its default."""
    shown = {row[0]: row[1] for row in ROWS if row[0][1:-1] in asdict(Limits())}
    assert shown == {f"`{name}`": f"{value:g}" for name, value in asdict(Limits()).items()}


def test_security_page_has_every_defence() -> None:
    """Each defence that the tests can switch off has its row, with attacks that exist."""
    attacks = ROOT / "tests" / "submissions" / "attacks"
    named = {row[0]: re.findall(r"`([a-z_]+)`", row[2]) for row in ROWS if len(row) == 3}
    assert set(DEFENCES) <= set(named)
    for defence in DEFENCES:
        assert named[defence], defence
        assert [a for a in named[defence] if not (attacks / f"{a}.expected.json").is_file()] == [], defence

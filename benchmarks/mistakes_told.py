"""What students are told of mistakes that are close at hand: `python -m benchmarks.mistakes_told`.

Runs each mistake of tests/submissions/natural_mistakes.toml through the self-check, keeps what was said beside what an
earlier version said, in natural_mistakes.json, and writes docs/messages.md.
"""

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from grader.core.files import write_atomically
from tests.submissions.natural import SAID, natural_mistakes, results_of

PAGE = Path(__file__).parents[1] / "docs" / "messages.md"
INTRODUCTION = """\
# What students are told

Twenty mistakes that are close at hand, and what the self-check says of each, beside what an earlier version said
(commit {commit}). A test makes each mistake and holds message and next step to what they have to say. Generated from
`tests/submissions/natural_mistakes.toml` by `python -m benchmarks.mistakes_told`.
"""

Said = dict[str, Any]  # for each mistake its name, and message and next step, now and before


def page(said: Said) -> str:
    """docs/messages.md."""
    sections = [_section(mistake.name, mistake.check, said["mistakes"][mistake.name]) for mistake in natural_mistakes()]
    return "\n".join([INTRODUCTION.format(commit=said["commit"]), *sections])


def _section(name: str, check: str, said: dict[str, dict[str, str]]) -> str:
    told = [f"## {name[:1].upper()}{name[1:]}\n\n`{check}`\n"]
    for label, key in (("Before", "before"), ("Now", "now")):
        told.append(f"{label}:\n\n{_quoted(said[key]['message'])}\n>\n> *Next:* {_one_line(said[key]['next'])}\n")
    if original := said["now"].get("original"):
        told.append(f"Folded away below it:\n\n```text\n{original}\n```\n")
    return "\n".join(told)


def _quoted(text: str) -> str:
    return "\n".join(f"> {_escaped(line)}" if line.strip() else ">" for line in text.splitlines())


def _one_line(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    """Text in which nothing is Markdown but code; what looks like an element is none."""
    return text.replace("<", "&lt;").replace("*", "\\*").replace("{{", "&#123;&#123;")


def main() -> None:
    """Run all, and write record and page."""
    said = json.loads(SAID.read_text(encoding="utf-8"))
    mistakes = natural_mistakes()
    for mistake, result in zip(mistakes, results_of(mistakes), strict=True):
        now = {"message": result.message, "next": result.hint, "original": str(result.parameters.get("original", ""))}
        said["mistakes"].setdefault(mistake.name, {})["now"] = now
        Console().print(f"{mistake.name}: {result.code}", highlight=False)
    write_atomically(SAID, (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode())
    write_atomically(PAGE, page(said).encode())


if __name__ == "__main__":
    main()

"""Render the diagnosis of `aelab doctor`: a summary, the tiers, the machine, the limits, what to do."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from ..core.text import one_line
from ..isolation.doctor import LANDLOCK_HOLDS, Diagnosis, Machine, TierFound

LABEL_WIDTH = 22


def to_json(diagnosis: Diagnosis) -> str:
    """The diagnosis as JSON: keys in fixed order, ASCII only."""
    return json.dumps({"holds": diagnosis.holds, **asdict(diagnosis)}, indent=2)


@contextmanager
def tier_progress(console: Console) -> Iterator[Callable[[str], None]]:
    """Show which tier is being tried; nothing without a terminal."""
    if not console.is_terminal:
        yield lambda name: None  # noqa: ARG005 - nothing is shown
        return
    with console.status("") as status:
        yield lambda name: status.update(Text(f"starting TensorFlow, trying {name}"))


def diagnosis_text(diagnosis: Diagnosis) -> Group:
    """The diagnosis as text, readable at 80 columns and without colours."""
    sections = [_table("Tiers", [row for tier in diagnosis.tiers for row in _tier_rows(tier)])]
    sections.append(_table("Machine", _machine_rows(diagnosis.machine)))
    limits = [(limit.name, Text(f"{limit.value:g} {limit.meaning}")) for limit in diagnosis.limits]
    sections.append(_table("Limits, changed with `aelab grade --limit NAME=VALUE`", limits))
    if diagnosis.advice:
        sections.append(_table("To do", [("", Text(line)) for line in diagnosis.advice]))
    return Group(_summary(diagnosis), *sections)


def _summary(diagnosis: Diagnosis) -> Text:
    if diagnosis.holds:
        return Text(f"✓ submissions are graded under {diagnosis.isolation}", style="bold green")
    return Text("✗ no isolation holds on this machine", style="bold red")


def _table(title: str, rows: list[tuple[str, Text]]) -> Group:
    table = Table.grid(padding=(0, 2, 0, 0))
    has_labels = any(label for label, _ in rows)
    table.add_column(width=LABEL_WIDTH if has_labels else 1, overflow="fold")
    table.add_column(overflow="fold")
    for label, text in rows:
        table.add_row(Text(label), text)
    return Group(Text(f"\n{title}", style="bold"), table)


def _tier_rows(tier: TierFound) -> list[tuple[str, Text]]:
    rows = [(tier.name, _verdict(tier)), ("", Text(tier.description, style="dim"))]
    if tier.start_seconds is not None and tier.fork_seconds is not None:
        threads = "one thread" if tier.single_threaded else "more than one thread"
        times = f"fork server: {threads}, started in {tier.start_seconds:.1f} s, a fork in {tier.fork_seconds:.2f} s"
        rows.append(("", Text(times)))
        rows.append(("", Text(f"time limits: stretched by {tier.pace or 1:.2f}, for the speed of this machine")))
    return rows


def _verdict(tier: TierFound) -> Text:
    if tier.holds:
        return Text(f"✓ holds: none of the canary's {tier.attempts} attempts succeeded", style="green")
    return Text(f"✗ does not hold: {one_line(tier.reason, 500)}", style="red")


def _machine_rows(machine: Machine) -> list[tuple[str, Text]]:
    user = "root: each submission runs under a user number of its own"
    filtered = f"a filter of {machine.seccomp_instructions} instructions"
    return [
        ("kernel", Text(one_line(machine.kernel))),
        ("user", Text(user if machine.administrator else "an ordinary user: submissions run under the same number")),
        ("bubblewrap", Text(one_line(machine.bubblewrap) if machine.bubblewrap else "missing")),
        ("Landlock", Text(_landlock(machine.landlock_abi))),
        ("seccomp", Text(filtered if machine.seccomp_instructions else "libseccomp is missing")),
        ("bsdtar", Text(one_line(machine.bsdtar) if machine.bsdtar else "missing: .7z, .rar and .tar.gz are not read")),
    ]


def _landlock(abi: int) -> str:
    if not abi:
        return "missing"
    held = [what for version, what in LANDLOCK_HOLDS.items() if version <= abi]
    later = [what for version, what in LANDLOCK_HOLDS.items() if version > abi]
    missing = f"; left to the other defences: {', '.join(later)}" if later else ""
    return f"version {abi}: {', '.join(held)}{missing}"

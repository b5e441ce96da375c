"""Try every attack of the corpus on the two best tiers: `python -m benchmarks.attacks [--markdown FILE] [NAME …]`.

Prints a table of attack, result and defence; exits 1 if any attack got what it wanted.
"""

import argparse
import os
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.limits import Limits
from grader.core.outcomes import Status
from grader.isolation import tiers
from grader.isolation.choice import examine
from tests.isolation.attacks import (
    Attack,
    Measured,
    Neighbour,
    attacks,
    measure,
    process_of,
    report_of_neighbour,
    temptation,
)

TIERS = (tiers.best(), tiers.second()) if os.geteuid() == 0 else (tiers.best(),)  # only root can have the second

Results = dict[str, dict[str, str]]  # of an attack, under each tier
HELD = ("refused unread", "held")  # how a result begins that is as it should be


def run(corpus: Iterable[Attack], console: Console) -> Results:
    """Every attack under every tier, beside a right submission whose report has to stay the same."""
    found: Results = {attack.name: {} for attack in corpus}
    for tier in TIERS:
        server, finding = examine(ASSIGNMENT, tier, Limits())
        if server is None:
            sys.exit(f"{tier.name} cannot be had here: {finding.reason}")
        with temptation() as target, closing(server):
            untouched = report_of_neighbour(server)
            neighbour = Neighbour(server)
            target.fork_server, target.sibling = process_of(server), neighbour.process
            for attack in corpus:
                found[attack.name][tier.name] = result_of(measure(attack, server, target))
                console.print(f"{tier.name}: {attack.name}: {found[attack.name][tier.name]}", markup=False)
            same = neighbour.report() == untouched == report_of_neighbour(server)
            neighbour.close()
        found.setdefault("(neighbours' reports)", {})[tier.name] = "held: as without attacks" if same else "CHANGED"
    return found


def result_of(measured: Measured) -> str:
    """In a few words; what is not as it should be in capitals."""
    attack = measured.attack
    if measured.wins:
        return f"SUCCEEDED: {'; '.join(measured.wins)}"
    if measured.status is not attack.status or measured.seconds > attack.seconds:
        return f"UNEXPECTED: {measured.status}, {measured.seconds:.0f} s"
    if measured.status is Status.UNREADABLE:
        return "refused unread"
    if measured.outcomes != attack.outcomes:
        return f"UNEXPECTED: {', '.join(measured.outcomes.values())}"
    return f"held: {measured.score:g} points, {measured.seconds:.1f} s"


def rows(corpus: list[Attack], found: Results) -> list[list[str]]:
    """The table's: what an attack tries, its result under each tier, what stops it."""
    known = {attack.name: attack for attack in corpus}
    return [
        [
            name,
            known[name].tries if name in known else "",
            *results.values(),
            known[name].defence if name in known else "",
        ]
        for name, results in found.items()
    ]


def write_markdown(path: Path, heads: list[str], lines: list[list[str]]) -> None:
    """The same table for a page."""
    text = [heads, ["---"] * len(heads), *lines]
    path.write_text("".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in text))


def main() -> None:
    """Run, print, write, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="attacks; all without any")
    parser.add_argument("--markdown", type=Path, help="write the table there as well")
    options = parser.parse_args()
    corpus = [attack for attack in attacks() if not options.names or attack.name in options.names]
    console = Console()
    found = run(corpus, console)
    heads, lines = ["attack", "tries", *(tier.name for tier in TIERS), "defence"], rows(corpus, found)
    table = Table(*heads, title=f"{len(corpus)} attacks")
    for line in lines:
        table.add_row(*line)
    console.print(table, markup=False)
    if options.markdown:
        write_markdown(options.markdown, heads, lines)
    failed = [name for name, results in found.items() if not all(r.startswith(HELD) for r in results.values())]
    console.print(f"{len(corpus) - len(failed)} of {len(corpus)} attacks held. {' '.join(failed)}", markup=False)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()

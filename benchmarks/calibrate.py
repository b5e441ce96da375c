"""Derive the bars from what right solutions and known mistakes measure: `python -m benchmarks.calibrate [--quick]`.

Grades every part of the reference under 100 seeds, every right variant under 10 and every mutant under one, in the part
that differs, with the same store as `python -m benchmarks.validity`. Writes the distributions, docs/calibration.md and
grader/bars.json. A limit moves only if right solutions miss it too often or a mutant reaches it, so that grades of two
years can be compared. Exits 1 where nothing lies between right and wrong.
"""

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from benchmarks.calibration_picture import picture
from benchmarks.experiment.drawing import save
from benchmarks.tails import RARE, Tail, badness, tails_of, value_of
from benchmarks.validity import Task, run, tasks_of_mutants, tasks_of_variants
from benchmarks.verdicts import Graded
from grader.autoencoders.checks import autoencoder
from grader.core import thresholds as bars
from grader.core.expect import rounded
from grader.core.registry import PARTS
from grader.core.thresholds import Bar
from tests.submissions.corpus import Mutant, Variant

REFERENCE_SEEDS, VARIANT_SEEDS = 100, 10
DISTRIBUTIONS = Path("benchmarks/calibration.json")
PAGE = Path("docs/calibration.md")
PICTURE = Path("docs/images/calibration.png")
REFERENCE = "reference"
JUDGED_BY_STEPS = {  # a training stops at these bars, so what a right solution needs is told by its steps
    "share of the mean image's cost": "training steps",
    "dB above simple answers": "denoising steps",
    "accuracy": "fine-tuning steps",
    "informative nats": "steps to be informative",
}
BOUNDED = {  # no tail reaches these bars
    "cost of an untrained model": "none can: what ignores the image costs at least as much as the mean image"
}
TRIES = {"loss off the cross-entropy": autoencoder.TRIES}  # so many independent measurements have to miss the bar


@dataclass(frozen=True)
class Quantity:
    """What was noted of one quantity in one check: values of right solutions by name, and of mutants beyond the bar."""

    check: str
    name: str
    right: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, float] = field(default_factory=dict)

    @property
    def bar(self) -> Bar:
        """The bar as it stands."""
        return bars.bars()[self.name]

    @property
    def closest(self) -> tuple[str, float] | None:
        """The mutant whose value lies nearest to the right side."""
        return min(self.wrong.items(), key=lambda m: badness(self.name, self.bar, m[1])) if self.wrong else None

    def tails(self) -> dict[str, Tail]:
        """Tails of right solutions that were graded more than once; none where a training or theory ends at the bar."""
        if self.name in JUDGED_BY_STEPS or self.name in BOUNDED:
            return {}
        several = {who: values for who, values in self.right.items() if len(values) > 1}
        return tails_of(self.name, self.bar, several) if several else {}

    @property
    def tries(self) -> int:
        """How many independent measurements have to miss the bar."""
        return TRIES.get(self.name, 1)

    def worst(self) -> tuple[str, float]:
        """The right solution that is most likely to miss the bar, and how likely; '' where no tail is known."""
        limit = badness(self.name, self.bar, self.bar.limit)
        found = {who: tail.probability_above(limit) ** self.tries for who, tail in self.tails().items()}
        return max(found.items(), key=lambda item: item[1], default=("", 0.0))

    def nearest_limit(self) -> float | None:
        """The limit that is nearest to right solutions, and missed by none of them more often than RARE."""
        tails = self.tails().values()
        bad = max((tail.quantile_above(RARE ** (1 / self.tries)) for tail in tails), default=None)
        return None if bad is None else value_of(self.name, self.bar, bad)


def tasks_of_reference(seeds: int) -> list[Task]:
    """Every part of the reference under so many seeds, by itself."""
    parts = [Variant(REFERENCE, part, "The reference itself.") for part in PARTS]
    return [Task(item, seed) for seed in range(seeds) for item in parts]


def quantities_of(graded: Graded) -> list[Quantity]:
    """Sort what was noted by check and quantity, in the order of the lab."""
    found: dict[tuple[str, str], Quantity] = {}
    for item, verdict in graded:
        for check, recorded in verdict.recorded.items():
            if check.partition(".")[0] == item.part:
                for name, value in recorded.items():
                    _add(found.setdefault((check, name), Quantity(check, name)), item, value)
    order = {part: place for place, part in enumerate(PARTS)}
    return sorted(found.values(), key=lambda q: (order[q.check.partition(".")[0]], q.check, q.name))


def _add(quantity: Quantity, item: Mutant | Variant, value: float) -> None:
    if isinstance(item, Variant):
        quantity.right[item.name].append(value)
    elif item.check == quantity.check and not quantity.bar.holds(value):
        quantity.wrong[item.name] = value


def new_limit(name: str, same: list[Quantity]) -> float | None:
    """The limit as it stands if it may stay; else the middle between right and wrong; None where there is no middle.

    same: all checks that have this bar.
    """
    bar = same[0].bar
    needed = [near for q in same if (near := q.nearest_limit()) is not None]
    if all(q.worst()[1] <= RARE for q in same):
        return bar.limit
    low = max(badness(name, bar, near) for near in needed)
    mutants = [badness(name, bar, q.closest[1]) for q in same if q.closest]
    if not mutants:
        return rounded(value_of(name, bar, low), 2)
    return rounded(value_of(name, bar, (low + min(mutants)) / 2), 3) if low < min(mutants) else None


def write_distributions(quantities: list[Quantity]) -> None:
    """benchmarks/calibration.json: every value, sorted."""
    record = {
        "version": bars.version(),
        "values": {
            f"{q.check}: {q.name}": {
                "right": {who: sorted(values) for who, values in q.right.items()},
                "mutants beyond the bar": q.wrong,
            }
            for q in quantities
        },
    }
    DISTRIBUTIONS.write_text(json.dumps(record, indent=1) + "\n")


def page(quantities: list[Quantity], runs: int) -> str:
    """Markdown: what the model says, a row for each bar of each check, and how the model fits."""
    lines = [
        "# Where the bars are",
        "",
        "Generated by `make calibrate` from what it measured: the reference under "
        f"{REFERENCE_SEEDS} seeds, right variants under {VARIANT_SEEDS}, mutants under one; {runs:,} gradings of right "
        f"solutions. Version of the bars: {bars.version()}.",
        "",
        "The tail of each solution's values is taken to be exponential beyond its upper fifth, or its upper half where "
        "there are ten values; those of ten values share their mean excess, except where one's own is larger than "
        "chance allows. A bar stands if by this model no right solution misses it more often than once in "
        f"{1 / RARE:,.0f} gradings. "
        "Standard errors are squared first. A training stops at its bar, so for trainings the steps are judged. "
        + " ".join(f"For {name}, {tries} independent measurements have to miss." for name, tries in TRIES.items()),
        "",
        "| check | quantity | bar | reference: median, worst | worst right solution | misses the bar once in | "
        "closest mutant |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_row(q) for q in quantities if q.right),
        "",
        "![Values of the reference (grey), right variants (blue) and mistakes (red) beside each bar]"
        "(images/calibration.png)",
        "",
        "Each row is drawn so that the reference's median and the bar stand below each other. An arrow is a mistake "
        "that lies beyond the picture.",
        "",
        "## Does the model fit?",
        "",
        "Excesses of all solutions over the start of their tails, in units of their mean. For exponential tails a "
        "share of .050 lies above 3 and of .0067 above 5; a smaller share means that the bars are on the safe side.",
        "",
        "| quantity | excesses | above 3 | above 5 | largest |",
        "| --- | --- | --- | --- | --- |",
        *_rows_of_fit(quantities),
        "",
    ]
    return "\n".join(lines)


def draw(quantities: list[Quantity]) -> None:
    """docs/images/calibration.png: a row for each quantity that the reference was measured by."""
    rows = {}
    for q in quantities:
        part, _, check = q.check.partition(".")
        if own := q.right.get(REFERENCE):
            others = [value for who, values in q.right.items() if who != REFERENCE for value in values]
            rows[f"{part}: {check}, {q.name}"] = q.bar, own, others, list(q.wrong.values())
    save(picture(rows), PICTURE)


def _row(q: Quantity) -> str:
    own = sorted(badness(q.name, q.bar, v) for v in q.right.get(REFERENCE, []))
    shown = [value_of(q.name, q.bar, own[len(own) // 2]), value_of(q.name, q.bar, own[-1])] if own else []
    who, probability = q.worst()
    if q.name in JUDGED_BY_STEPS:
        who, often = f"see {JUDGED_BY_STEPS[q.name]}", ""
    elif q.name in BOUNDED:
        who, often = BOUNDED[q.name], ""
    else:
        often = "more than 10⁹" if probability < 1e-9 else f"{1 / probability:,.0f}"
    mutant = f"{q.closest[0]}: {rounded(q.closest[1], 3):g}" if q.closest else "none fails here"
    reference = ", ".join(f"{rounded(v, 3):g}" for v in shown)
    return f"| {q.check} | {q.name} | {q.bar.side} {q.bar.limit:g} | {reference} | {who} | {often} | {mutant} |"


def _rows_of_fit(quantities: list[Quantity]) -> list[str]:
    rows = []
    for q in quantities:
        excesses = []
        for who, tail in q.tails().items():
            bad = [badness(q.name, q.bar, v) for v in q.right[who]]
            excesses += [(b - tail.start) / tail.excess for b in bad if tail.excess > 0 and b > tail.start]
        if excesses:
            above = [sum(e > height for e in excesses) / len(excesses) for height in (3, 5)]
            shares = f"{above[0]:.3f} | {above[1]:.4f}"
            rows.append(f"| {q.check}: {q.name} | {len(excesses)} | {shares} | {max(excesses):.1f} |")
    return rows


def move_bars(quantities: list[Quantity], console: Console) -> bool:
    """Write grader/bars.json with every limit that has to move; whether all bars have a place."""
    fields = json.loads(bars.PATH.read_text())
    placed = True
    for name in fields:
        same = [q for q in quantities if q.name == name]
        limit = new_limit(name, same) if same else fields[name]["limit"]
        if limit is None:
            placed = False
            console.print(f"{name}: no place between right solutions and mutants")
        elif limit != fields[name]["limit"]:
            console.print(f"{name}: from {fields[name]['limit']:g} to {limit:g}; run the command again")
            fields[name]["limit"] = limit
    lines = [f"  {json.dumps(name)}: {json.dumps(bar)}" for name, bar in fields.items()]
    bars.PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    return placed


def main() -> None:
    """Grade what is not stored yet, write what follows, and say by the exit status whether every bar has a place."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibrate", description="Derive the bars.")
    parser.add_argument("--quick", action="store_true", help="three seeds of everything, to try it")
    few, console = parser.parse_args().quick, Console()
    seeds = (3, 3) if few else (REFERENCE_SEEDS, VARIANT_SEEDS)
    first, others = tasks_of_variants([0]), tasks_of_variants(range(1, seeds[1]))  # what may surprise comes early
    graded = run([*first, *tasks_of_mutants(), *tasks_of_reference(seeds[0]), *others], console)
    quantities = quantities_of(graded)
    write_distributions(quantities)
    draw(quantities)
    PAGE.write_text(page(quantities, sum(isinstance(item, Variant) for item, _ in graded)))
    sys.exit(not move_bars(quantities, console))


if __name__ == "__main__":
    main()

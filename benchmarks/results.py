"""Run every benchmark and write what they print: `python -m benchmarks.results [--only NAME …]`.

Each runs as its own command, shows its lines as they come, and gets a section of benchmarks/RESULTS.md. With --only the
sections of the others stay as they are. A machine that does other work meanwhile distorts the figures.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psutil
from rich.console import Console

from grader.engine.fingerprint import environment

PAGE = Path(__file__).with_name("RESULTS.md")
NOISE = ("cuda", "absl::InitializeLog", "oneDNN")  # what TensorFlow prints about itself


@dataclass(frozen=True)
class Benchmark:
    """One command, `python -m benchmarks.<words>`, and what its figures are."""

    name: str
    title: str
    words: tuple[str, ...]


BENCHMARKS = (
    Benchmark("cold", "A class, cold, unchanged, and changed in one part (a, b, c)", ("class_speed", "cold")),
    Benchmark("isolation", "Isolated against in this process (d)", ("isolation_cost", "4")),
    Benchmark("workers", "One worker and two (e)", ("class_speed", "workers")),
    Benchmark("orchestration", "Everything but measuring (f, g)", ("class_speed", "orchestration")),
    Benchmark("cluster", "A Dask cluster on this machine (h)", ("class_speed", "cluster")),
    Benchmark("units", "Full grading in training steps (i)", ("full_grading", "3")),
    Benchmark("step", "The reference's training step (j)", ("training_step",)),
    Benchmark("gradebook", "Gradebook", ("gradebook",)),
    Benchmark("rendering", "Reports and pages", ("rendering",)),
    Benchmark("first", "The first result of a self-check", ("first_result",)),
)


def output_of(benchmark: Benchmark) -> str:
    """What the command prints, shown meanwhile. Raises CalledProcessError."""
    command = [sys.executable, "-m", f"benchmarks.{benchmark.words[0]}", *benchmark.words[1:]]
    surroundings = os.environ | {"COLUMNS": "110", "TF_CPP_MIN_LOG_LEVEL": "3"}
    lines = []
    with subprocess.Popen(
        command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if not any(word in line for word in NOISE):
                sys.stdout.write(line)
                lines.append(line.rstrip())
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command, "\n".join(lines))
    return "\n".join(lines).strip()


def section(benchmark: Benchmark, output: str) -> str:
    """Markdown of one benchmark."""
    command = f"python -m benchmarks.{' '.join(benchmark.words)}"
    return f"## {benchmark.title}\n\n`{command}`, {date.today():%Y-%m-%d}\n\n```\n{output}\n```\n"


def sections_of(page: str) -> dict[str, str]:
    """The sections of an earlier page by their titles."""
    titles = "|".join(re.escape(b.title) for b in BENCHMARKS)
    parts = re.split(rf"^(?=## (?:{titles})$)", page, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0].removeprefix("## "): f"{part.strip()}\n" for part in parts}


def written(sections: dict[str, str]) -> str:
    """The page: the machine, then every section there is, in order."""
    machine = f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.system()}"
    head = f"# Results\n\nWritten by `make bench`, on {machine}; {environment()}.\n"
    return "\n".join([head, *(sections[b.title] for b in BENCHMARKS if b.title in sections)])


def main() -> None:
    """Run, and write the page after each benchmark, so that an interrupted run keeps what it has."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.results", description="Run every benchmark.")
    parser.add_argument("--only", nargs="+", choices=[b.name for b in BENCHMARKS], help="these, and keep the others")
    only = parser.parse_args().only
    sections = sections_of(PAGE.read_text()) if only and PAGE.exists() else {}
    for benchmark in BENCHMARKS:
        if not only or benchmark.name in only:
            Console().rule(benchmark.title)
            sections[benchmark.title] = section(benchmark, output_of(benchmark))
            PAGE.write_text(written(sections))


if __name__ == "__main__":
    main()

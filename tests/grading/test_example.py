"""examples/own-part, graded: its checks tell its solution, its stubs and its samples apart."""

import json
import os
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "own-part"


def test_the_checks_of_the_example_tell_right_from_wrong(tmp_path: Path) -> None:
    """By `aelab course test`, in the isolated harness: each gets what it has to, and the limit is near to neither."""
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "grader", "course", "test", "--seeds", "1", "--seed", "7", "--json"]
    run = subprocess.run(command, cwd=EXAMPLE, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    told = json.loads(run.stdout)
    assert [each["name"] for each in told["submissions"]] == [
        "the solution", "the stubs", "exchanged_coins", "frozen_codes", "no_penalty",
    ]  # fmt: skip
    shares = {each["quantity"]: each["share"] for each in told["thresholds"]}
    assert 0.1 < shares["mean activity"] < 0.9

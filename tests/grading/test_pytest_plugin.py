"""`pytest --pyargs grader --submission DIR`: one item a check, from any folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.autoencoders.assignment import ASSIGNMENT

RIGHT = """
import tensorflow as tf

def normalize(image, label):
    return tf.cast(image, tf.float32) / 255.0
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "--pyargs", "grader", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=200, check=False, cwd=folder, env=environment
    )


def test_one_item_a_check(tmp_path: Path) -> None:
    """Every check of the lab is an item with the check's id; nothing else is collected."""
    done = run_pytest(tmp_path, "--collect-only", "-q")
    items = [line.partition("[")[2].rstrip("]") for line in done.stdout.splitlines() if "test_check[" in line]
    assert items == [check.id for check in ASSIGNMENT.checks]


def test_items_pass_and_fail_with_the_check(tmp_path: Path) -> None:
    """-k selects a part; a failure shows the message and no traceback; exit status 1."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "data.py").write_text(RIGHT)
    done = run_pytest(tmp_path, "--submission", "mine", "-k", "data", "-rA")
    assert done.returncode == 1
    assert "1 failed, 1 passed, 31 deselected" in done.stdout
    assert "PASSED" in done.stdout.partition("normalize_scales_to_unit_interval]")[0].rpartition("\n")[2]
    assert "data.py defines no `training_batches`" in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout
    assert "test_submission.py:" not in done.stdout.partition("FAILURES")[2].partition("short test summary")[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name what to check: pytest --pyargs grader --submission DIR"),
        (["--submission", "nowhere"], "nowhere: there is no nowhere"),
        (["--submission", "."], "the folder is empty"),
    ],
)
def test_wrong_usage_is_one_clear_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    """pytest's own status for wrong usage; the reason once, and not once for every check."""
    done = run_pytest(tmp_path, "-q", *arguments)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert done.stdout.count(said) == 1
    assert "Traceback" not in done.stdout + done.stderr

"""What Classroom 50 runs in a student's checkout: installs the grader that lies beside this file, and lets it measure.

Needs Python's own library alone. Without a result the exit status is not 0, which the runner takes for an error of the
infrastructure.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOLD = (  # by the runner, to whoever writes result.json
    *("CLASSROOM", "ASSIGNMENT", "ASSIGNMENT_TYPE", "OWNER", "USERNAME", "SUBMISSION_TAG"),
    *("COMMIT_URL", "RELEASE_URL", "REVIEW_URL"),
)
FILES = ("result.json", "release-body.md")


def installed(home: Path) -> Path:
    """The interpreter of an environment with the grader, made where an earlier run of this job has not made it."""
    python = home / "venv" / "bin" / "python"
    if not python.exists():
        with zipfile.ZipFile(HERE / "grader.zip") as packed:
            packed.extractall(home / "source")
        venv.create(home / "venv", with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--constraint", "constraints.txt", "."]
        subprocess.run(install, cwd=home / "source", check=True)
    return python


def as_root() -> list[str]:
    """How a command begins that is to be root's, as the strongest isolation needs it; nothing where that cannot be."""
    sudo = shutil.which("sudo")
    if os.geteuid() == 0 or sudo is None:
        return []
    may = subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0
    return [sudo, "-n"] if may else []


def main() -> int:
    """Write result.json and release-body.md into the checkout; 0 if there is a grade."""
    checkout, home = Path.cwd(), Path(os.environ.get("RUNNER_TEMP") or tempfile.mkdtemp()) / "aelab"
    for name in FILES:
        (checkout / name).unlink(missing_ok=True)  # a student may have handed in one
    told = [f"{name}={os.environ[name]}" for name in TOLD if name in os.environ]
    command = [
        str(installed(home)),
        "-P",
        "-m",
        "grader.platforms.github.classroom50",
        str(checkout),
        str(home / "out"),
    ]
    status = subprocess.run([*as_root(), "env", *told, *command], cwd=home, check=False).returncode
    if status == 0:
        for name in FILES:
            (checkout / name).write_bytes((home / "out" / name).read_bytes())
    return status


if __name__ == "__main__":
    sys.exit(main())

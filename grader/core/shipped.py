"""Files at the root of a checkout, which travel inside the package in an installed copy: setup.py puts them there."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = PACKAGE.parent


def shipped(name: str, inside: str) -> Path:
    """The file or folder `name` of the checkout; elsewhere it lies in `inside` of the package, if it was installed."""
    installed = PACKAGE / inside / name
    in_checkout = (CHECKOUT / "pyproject.toml").is_file() and not installed.exists()
    return CHECKOUT / name if in_checkout else installed

"""Versions of what is installed, as the package manager knows them. Nothing is imported for that."""

from importlib import metadata

DISTRIBUTION = "autoencoder-lab"


def version_of(distribution: str) -> str:
    """Of an installed distribution; "" where it is not installed, as in a checkout."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def grader_version() -> str:
    """Of the grader."""
    return version_of(DISTRIBUTION) or "development"

"""Builds the wheel: what a checkout has beside the package travels inside it, as data, under no name of its own."""

import shutil
import tomllib
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

INSIDE = {"reference": "grader/autoencoders/reference", "constraints.txt": "grader/release/constraints.txt"}
ADDRESSES = tomllib.loads(Path("addresses.toml").read_text(encoding="utf-8"))
URLS = {name.capitalize(): ADDRESSES[name] for name in ("repository", "documentation")}


class BuildWithData(build_py):
    """The package, and in it what `grader.core.shipped` looks for there; an editable install finds the checkout's."""

    def run(self) -> None:
        """Copy it."""
        super().run()
        for source, target in () if self.editable_mode else INSIDE.items():
            place = Path(self.build_lib, target)
            if Path(source).is_dir():
                shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
            else:
                shutil.copy(source, place)


setup(
    cmdclass={"build_py": BuildWithData},
    project_urls={name: address for name, address in URLS.items() if not address.startswith("PLACEHOLDER")},
)
